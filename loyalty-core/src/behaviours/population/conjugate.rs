//! The gamma or beta distribution over customers of largest marginal likelihood.

use super::family::Family;
use crate::Error;
use crate::estimation::{FitOptions, FixedEvaluation, FixedMaximum, maximise_fixed};
use crate::math::elementary::{exp, ln};
use crate::parallel::{Threads, map_chunks};

/// Customers of one piece of work.
const CHUNK: usize = 2048;

/// A weak prior on the concentration, normal in its logarithm (mean, standard deviation): a median of 5, and
/// 95 % from 0.04 to 700. Where customers are all alike the likelihood rises with the concentration without
/// end, and the prior is what makes the maximum finite; over those 95 % it is worth at most two units of
/// ln L, of a likelihood of hundreds of customers.
const CONCENTRATION: (f64, f64) = (1.6, 2.5);

/// A fitted distribution over customers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conjugate {
    pub(crate) mean: f64,
    pub(crate) concentration: f64,
    /// Twice the gain in ln L over customers who are all alike.
    pub(crate) likelihood_ratio: f64,
}

impl Conjugate {
    pub(crate) fn fit<F: Family>(rows: &[F::Row], threads: Threads) -> Result<Self, Error> {
        const NAMES: [&str; 2] = ["mean", "concentration"];
        let begin = F::start(rows);
        let best = solve(NAMES, begin, rows, |at: &[f64; 2], rows: &[F::Row]| {
            evaluate::<F>(at, rows, threads)
        })?;
        let [mean, concentration] = best.ln_parameters.map(exp);
        let alike: f64 = rows.iter().map(|row| F::ln_marginal([begin[0], 1e9], row)).sum();
        Ok(Self { mean, concentration, likelihood_ratio: 2.0 * (best.value - alike) })
    }
}

/// The maximum from a start, by way of that over some of many rows.
fn solve<const N: usize, R: Copy>(
    names: [&'static str; N],
    start: [f64; N],
    rows: &[R],
    of: impl Fn(&[f64; N], &[R]) -> FixedEvaluation<N>,
) -> Result<FixedMaximum<N>, Error> {
    const SOME: usize = 8192;
    let exact = FitOptions { tolerance: 1e-7, ..FitOptions::default() };
    let mut start = start.map(ln);
    if rows.len() >= 3 * SOME {
        let some: Vec<R> = rows.iter().step_by(rows.len() / SOME).copied().collect();
        let rough = FitOptions { tolerance: 1e-2, ..exact.clone() };
        start = maximise_fixed(names, start, &rough, |at| of(at, &some))?.ln_parameters;
    }
    maximise_fixed(names, start, &exact, |at| of(at, rows))
}

fn summed<const N: usize, R: Sync>(
    rows: &[R],
    threads: Threads,
    of: impl Fn(&R) -> FixedEvaluation<N> + Sync,
) -> FixedEvaluation<N> {
    let zero = FixedEvaluation { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] };
    let parts = map_chunks(rows.len(), CHUNK, threads, |range| {
        rows[range].iter().fold(zero, |sum, row| plus(sum, of(row)))
    });
    parts.into_iter().fold(zero, plus)
}

fn plus<const N: usize>(mut a: FixedEvaluation<N>, b: FixedEvaluation<N>) -> FixedEvaluation<N> {
    a.value += b.value;
    for i in 0..N {
        a.gradient[i] += b.gradient[i];
        (0..N).for_each(|j| a.hessian[i][j] += b.hessian[i][j]);
    }
    a
}

/// Adds the logarithm of a normal density of one parameter's logarithm.
fn weigh<const N: usize>(
    sum: &mut FixedEvaluation<N>,
    at: &[f64; N],
    which: usize,
    prior: (f64, f64),
) {
    let off = (at[which] - prior.0) / prior.1;
    sum.value -= 0.5 * off * off;
    sum.gradient[which] -= off / prior.1;
    sum.hessian[which][which] -= 1.0 / (prior.1 * prior.1);
}

fn evaluate<F: Family>(at: &[f64; 2], rows: &[F::Row], threads: Threads) -> FixedEvaluation<2> {
    let kind = at.map(exp);
    let mut sum = summed(rows, threads, |row| F::marginal(kind, row));
    weigh(&mut sum, at, 1, CONCENTRATION);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviours::population::beta_binomial::{BetaBinomial, Share};
    use crate::behaviours::population::gamma_poisson::{Count, GammaPoisson};

    /// Gradient and Hessian against central differences of the value.
    fn check<const N: usize>(at: [f64; N], of: impl Fn(&[f64; N]) -> FixedEvaluation<N>) {
        const STEP: f64 = 1e-5;
        let here = of(&at);
        for i in 0..N {
            let (mut up, mut down) = (at, at);
            (up[i], down[i]) = (at[i] + STEP, at[i] - STEP);
            let (up, down) = (of(&up), of(&down));
            let slope = (up.value - down.value) / (2.0 * STEP);
            let scale = 1.0 + here.gradient[i].abs();
            assert!((here.gradient[i] - slope).abs() < 1e-5 * scale, "{i}: {slope} {here:?}");
            for j in 0..N {
                let bend = (up.gradient[j] - down.gradient[j]) / (2.0 * STEP);
                let scale = 1.0 + here.hessian[i][j].abs();
                assert!(
                    (here.hessian[i][j] - bend).abs() < 1e-5 * scale,
                    "{i} {j}: {bend} {here:?}"
                );
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_the_value() {
        let counts: Vec<Count> = [(0.0, 0.4), (3.5, 2.0), (41.0, 9.0), (1.0, 30.0), (0.0, 0.0)]
            .map(|(count, exposure)| Count { count, exposure })
            .into();
        let shares: Vec<Share> =
            [(0.0, 4.0, 0.1), (3.2, 5.0, 0.4), (17.0, 17.0, 0.05), (0.0, 0.0, 0.7)]
                .map(|(hits, trials, expected)| Share { hits, trials, expected })
                .into();
        for at in [[0.3, -0.5], [-2.0, 3.0], [1.5, 0.9]] {
            check(at, |at| evaluate::<GammaPoisson>(at, &counts, Threads::ONE));
            check(at, |at| evaluate::<BetaBinomial>(at, &shares, Threads::ONE));
        }
    }

    #[test]
    fn customers_who_are_alike_show_no_variation() {
        let alike: Vec<Count> =
            (0..400).map(|i| Count { count: f64::from(i % 3), exposure: 1.0 }).collect();
        let fitted = Conjugate::fit::<GammaPoisson>(&alike, Threads::ONE).unwrap();
        assert!(fitted.likelihood_ratio < 1.0 && fitted.concentration > 10.0, "{fitted:?}");
        assert!((fitted.mean - 1.0).abs() < 0.01);
    }
}
