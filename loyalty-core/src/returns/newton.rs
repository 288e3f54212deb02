//! The penalised logistic regression: Newton's method, and the choice of the penalty.

use std::ops::Range;

use nalgebra::DVector;

use super::columns::loss;
use super::design::Design;
use super::drift::Path;
use super::kernel::Sums;
use super::line::LineModel;
use super::optimism::Optimism;
use crate::Error;
use crate::error::Degeneracy;
use crate::parallel::Threads;

/// Penalties tried, in lines: λ in ½ λ Σ β² over standardised terms, from next to nothing to a model of the
/// histories alone. Tenfold steps, as the loss of the later rows is flat around its least: what lies between
/// two of them is made up for by the slope of [`Optimism`]. A choice; finer steps cost one Cholesky each.
const PENALTIES: [f64; 6] = [1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0];

/// About so many rows are looked at first, where there are more than twice as many: they lead near the
/// minimum at a fraction of the cost, and no further, as all rows are looked at after them.
const FIRST_LOOK: usize = 1 << 14;

/// The penalty under which the search begins: in the middle of those tried. Single steps lead from there to
/// the minima of the others.
const FIRST_PENALTY: f64 = 100.0;

/// What is left to the minimum of the loss, in units of the log-likelihood, before the last step. A weight is
/// then within √½ of its standard error, and Newton's last step squares what is left of that: far less than
/// the data know.
const TOLERANCE: f64 = 0.25;

/// What is left where a single further step leads to the minimum of another penalty; a choice, four times
/// the tolerance of the end, as it only has to put the penalties in order.
const NEAR: f64 = 1.0;

/// The same after a first look over fewer rows, which need not be exact.
const FIRST_TOLERANCE: f64 = 10.0;

/// How far a search goes.
#[derive(Debug, Clone, Copy)]
enum Effort {
    /// Some of the rows, roughly.
    FirstLook,
    /// All rows, to where single steps lead anywhere.
    Near,
    /// All rows, to the end.
    All,
}

/// A penalised fit of the line model.
pub(crate) struct Solution {
    pub(crate) model: LineModel,
    pub(crate) penalty: f64,
    pub(crate) iterations: usize,
    pub(crate) optimism: Optimism,
    /// How the level moved over the lines, beside the intercept.
    pub(crate) path: Path,
}

/// Fits the line model. Without a penalty given, the one is taken under which the first four fifths of
/// the rows (which are in order of time) predict the last fifth best.
pub(crate) fn solve(
    design: &Design<'_>,
    start: f64,
    penalty: Option<f64>,
    threads: Threads,
) -> Result<Solution, Error> {
    let rows = design.rows();
    let mut search = Search { design, threads, iterations: 0, beta: vec![0.0; design.width()] };
    search.beta[0] = start;
    let split = rows / 5 * 4;
    let (penalty, sums) = if let Some(penalty) = penalty {
        search.newton(None, penalty, 0..rows, Effort::FirstLook)?;
        (penalty, search.newton(None, penalty, 0..rows, Effort::All)?)
    } else {
        search.newton(None, FIRST_PENALTY, 0..split, Effort::FirstLook)?;
        let earlier = search.newton(None, FIRST_PENALTY, 0..split, Effort::Near)?;
        let penalty = search.choose(&earlier, split)?;
        let mut all = earlier;
        all.add(&design.sums(&search.beta, split..rows, 1, threads));
        (penalty, search.newton(Some(all), penalty, 0..rows, Effort::All)?)
    };
    let model = design.model(&search.beta);
    let penalty_of = |i: usize| design.penalty(i, penalty);
    let optimism = Optimism::of(&sums, &search.beta, design.of_features(), penalty_of);
    let path = design.path(&search.beta);
    Ok(Solution { model, penalty, iterations: search.iterations, optimism, path })
}

struct Search<'a> {
    design: &'a Design<'a>,
    threads: Threads,
    iterations: usize,
    beta: Vec<f64>,
}

/// The Newton step of sums over rows, and how far below the loss its quadratic model ends.
fn step(sums: &Sums, beta: &[f64], fall: impl Fn(usize) -> f64) -> Result<(Vec<f64>, f64), Error> {
    let n = beta.len();
    let hessian = sums.hessian(&fall);
    let slope = DVector::from_fn(n, |i, _| -(sums.gradient[i] + fall(i) * beta[i]));
    let reason = "the features are not finite";
    let cholesky = hessian
        .cholesky()
        .ok_or_else(|| Error::degenerate("the return propensity", Degeneracy::NotFinite, reason))?;
    let by = cholesky.solve(&slope);
    let gap = 0.5 * by.dot(&slope);
    Ok((by.iter().copied().collect(), gap))
}

fn moved(beta: &[f64], by: &[f64], share: f64) -> Vec<f64> {
    beta.iter().zip(by).map(|(b, s)| b + share * s).collect()
}

fn penalised(loss: f64, beta: &[f64], fall: impl Fn(usize) -> f64) -> f64 {
    loss + 0.5 * beta.iter().enumerate().map(|(i, b)| fall(i) * b * b).sum::<f64>()
}

impl Search<'_> {
    /// Newton's method over rows, from where the sums may be known. Gives the last sums.
    fn newton(
        &mut self,
        at: Option<Sums>,
        penalty: f64,
        rows: Range<usize>,
        effort: Effort,
    ) -> Result<Sums, Error> {
        let (thin, tolerance) = match effort {
            Effort::FirstLook => ((rows.len() / FIRST_LOOK).max(1), FIRST_TOLERANCE),
            Effort::Near => (1, NEAR),
            Effort::All => (1, TOLERANCE),
        };
        let (design, threads) = (self.design, self.threads);
        let fall = |i: usize| design.penalty(i, penalty);
        let sums = |beta: &[f64]| design.sums(beta, rows.clone(), thin, threads);
        let mut at = at.unwrap_or_else(|| sums(&self.beta));
        for _ in 0..50 {
            let (by, gap) = step(&at, &self.beta, fall)?;
            if gap < tolerance {
                if let Effort::All = effort {
                    // Newton's method doubles the digits: where this step ends need not be looked at.
                    self.beta = moved(&self.beta, &by, 1.0);
                    self.iterations += 1;
                }
                break;
            }
            self.iterations += 1;
            let here = penalised(at.loss, &self.beta, fall);
            let mut share = 1.0;
            loop {
                let trial = moved(&self.beta, &by, share);
                let there = sums(&trial);
                // The loss is convex: a short enough step along a descent lowers it.
                if penalised(there.loss, &trial, fall) <= here || share < 1e-6 {
                    (self.beta, at) = (trial, there);
                    break;
                }
                share *= 0.5;
            }
        }
        Ok(at)
    }

    /// One Newton step of the earlier rows to the minimum of each penalty, and the loss of the later
    /// rows there.
    fn choose(&self, earlier: &Sums, split: usize) -> Result<f64, Error> {
        let beta = |penalty: f64| -> Result<Vec<f64>, Error> {
            let fall = |i: usize| self.design.penalty(i, penalty);
            Ok(moved(&self.beta, &step(earlier, &self.beta, fall)?.0, 1.0))
        };
        let betas = PENALTIES.into_iter().map(beta).collect::<Result<Vec<_>, _>>()?;
        let losses = self.design.losses(&betas, split..self.design.rows(), self.threads);
        let best = PENALTIES.into_iter().zip(losses).min_by(|a, b| a.1.total_cmp(&b.1));
        Ok(best.map_or(PENALTIES[0], |(penalty, _)| penalty))
    }
}

/// Mean loss of a constant prediction at its best, for reports.
pub(crate) fn constant_loss(rate: f64) -> f64 {
    let z = crate::math::elementary::ln(rate / (1.0 - rate));
    rate * loss(z, 1.0) + (1.0 - rate) * loss(z, 0.0)
}
