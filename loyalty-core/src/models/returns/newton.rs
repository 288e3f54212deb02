//! The penalised logistic regression: Newton's method, and the choice of the penalty.

use nalgebra::{DMatrix, DVector};

use super::design::{Design, Sums, loss};
use super::line::LineModel;
use crate::Error;
use crate::parallel::Threads;

/// Penalties tried, in lines: λ in ½ λ Σ β² over standardised terms.
const PENALTIES: [f64; 6] = [1.0, 10.0, 100.0, 1000.0, 10_000.0, 100_000.0];

/// About so many rows are looked at first, where there are more than twice as many.
const FIRST_LOOK: usize = 1 << 15;

/// What is left to the minimum of the loss, in units of the log-likelihood, when the solver ends.
const TOLERANCE: f64 = 1e-3;

/// A penalised fit of the line model.
pub(crate) struct Solution {
    pub(crate) model: LineModel,
    pub(crate) penalty: f64,
    pub(crate) iterations: usize,
}

/// Fits the line model. Without a penalty given, the one is taken under which the first four fifths of
/// the rows (which are in order of time) predict the last fifth best.
pub(crate) fn solve(
    design: &Design,
    start: f64,
    penalty: Option<f64>,
    threads: Threads,
) -> Result<Solution, Error> {
    let rows = design.rows();
    let mut search = Search { design, threads, iterations: 0, beta: vec![0.0; design.width()] };
    search.beta[0] = start;
    search.newton(penalty.unwrap_or(100.0), (rows / FIRST_LOOK).max(1))?;
    let split = rows / 5 * 4;
    let mut earlier = design.sums(&search.beta, 0..split, 1, true, threads);
    let penalty = match penalty {
        Some(penalty) => penalty,
        None => search.choose(&earlier, split)?,
    };
    earlier.add(&design.sums(&search.beta, split..rows, 1, true, threads));
    search.chord(&earlier, penalty)?;
    let model = design.model(&search.beta);
    Ok(Solution { model, penalty, iterations: search.iterations })
}

struct Search<'a> {
    design: &'a Design,
    threads: Threads,
    iterations: usize,
    beta: Vec<f64>,
}

/// The Newton step of sums over rows, and how far below the loss its quadratic model ends.
fn step(sums: &Sums, beta: &[f64], penalty: f64) -> Result<(Vec<f64>, f64), Error> {
    let n = beta.len();
    let fall = |i: usize| if i == 0 { 0.0 } else { penalty };
    let hessian = DMatrix::from_fn(n, n, |i, j| {
        let (i, j) = (i.min(j), i.max(j));
        // Columns of padding, and terms that do not vary, have nothing but the penalty.
        sums.hessian[i * n + j] + if i == j { fall(i) + 1e-9 } else { 0.0 }
    });
    let slope = DVector::from_fn(n, |i, _| -(sums.gradient[i] + fall(i) * beta[i]));
    let reason = "the features are not finite";
    let cholesky =
        hessian.cholesky().ok_or(Error::Degenerate { model: "the return propensity", reason })?;
    let by = cholesky.solve(&slope);
    let gap = 0.5 * by.dot(&slope);
    Ok((by.iter().copied().collect(), gap))
}

fn moved(beta: &[f64], by: &[f64], share: f64) -> Vec<f64> {
    beta.iter().zip(by).map(|(b, s)| b + share * s).collect()
}

fn penalised(loss: f64, beta: &[f64], penalty: f64) -> f64 {
    loss + 0.5 * penalty * beta[1..].iter().map(|b| b * b).sum::<f64>()
}

impl Search<'_> {
    /// Newton's method over every `thin`-th row.
    fn newton(&mut self, penalty: f64, thin: usize) -> Result<(), Error> {
        let rows = self.design.rows();
        let mut at = self.design.sums(&self.beta, 0..rows, thin, true, self.threads);
        for _ in 0..50 {
            self.iterations += 1;
            let (by, gap) = step(&at, &self.beta, penalty)?;
            let here = penalised(at.loss, &self.beta, penalty);
            let mut share = 1.0;
            loop {
                let trial = moved(&self.beta, &by, share);
                let there = self.design.sums(&trial, 0..rows, thin, true, self.threads);
                // The loss is convex: a short enough step along a descent lowers it.
                if penalised(there.loss, &trial, penalty) <= here || share < 1e-6 {
                    (self.beta, at) = (trial, there);
                    break;
                }
                share *= 0.5;
            }
            // A first look over fewer rows need not be exact.
            if gap < TOLERANCE * if thin > 1 { 1e3 } else { 1.0 } {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Further steps with one Hessian: near the minimum it hardly changes.
    fn chord(&mut self, first: &Sums, penalty: f64) -> Result<(), Error> {
        let rows = self.design.rows();
        let mut at = first.clone();
        let mut before = f64::INFINITY;
        for _ in 0..20 {
            let (by, gap) = step(&at, &self.beta, penalty)?;
            if gap < TOLERANCE {
                return Ok(());
            }
            if gap > 0.9 * before {
                // Too far away for one Hessian.
                return self.newton(penalty, 1);
            }
            before = gap;
            self.iterations += 1;
            self.beta = moved(&self.beta, &by, 1.0);
            let sums = self.design.sums(&self.beta, 0..rows, 1, false, self.threads);
            at = Sums { hessian: at.hessian, ..sums };
        }
        Ok(())
    }

    /// One Newton step of the earlier rows to the minimum of each penalty, and the loss of the later
    /// rows there.
    fn choose(&self, earlier: &Sums, split: usize) -> Result<f64, Error> {
        let mut best = (f64::INFINITY, PENALTIES[0]);
        for penalty in PENALTIES {
            let (by, _) = step(earlier, &self.beta, penalty)?;
            let beta = moved(&self.beta, &by, 1.0);
            let later = self.design.sums(&beta, split..self.design.rows(), 1, false, self.threads);
            if later.loss < best.0 {
                best = (later.loss, penalty);
            }
        }
        Ok(best.1)
    }
}

/// Mean loss of a constant prediction at its best, for reports.
pub(crate) fn constant_loss(rate: f64) -> f64 {
    let z = crate::special::elementary::ln(rate / (1.0 - rate));
    rate * loss(z, 1.0) + (1.0 - rate) * loss(z, 0.0)
}
