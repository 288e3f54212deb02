//! The prior of a trait: one hump, or two where the customers of a shop fall into two kinds.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use super::family::{Curve, Family};
use crate::Error;
use crate::models::fit::{Evaluation, FitOptions, Maximum, maximise};
use crate::parallel::{Threads, map_chunks};
use crate::special::elementary::{exp, ln, ln_1p};

/// Most customers whose evidence enters a fit; more would not move it by a hundredth.
const ENOUGH: usize = 1 << 15;

/// Customers of one piece of work.
const CHUNK: usize = 2048;

/// A weak prior keeps concentrations and the share of the second kind within the plausible: normal in
/// their logarithms, (mean, standard deviation).
const CONCENTRATION: (f64, f64) = (1.6, 2.5);
const ODDS: (f64, f64) = (-2.0, 2.0);

/// A prior over customers: `share` of them of the second kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mixture<F> {
    /// Mean and concentration of each kind.
    pub(crate) kinds: [[f64; 2]; 2],
    /// 0 where there is but one kind.
    pub(crate) share: f64,
    family: PhantomData<F>,
}

/// A fitted prior.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fitted<F> {
    pub(crate) prior: Mixture<F>,
    pub(crate) customers: usize,
    /// Twice the gain in ln L over customers who are all alike.
    pub(crate) ratio: f64,
}

/// A customer's trait as the evidence leaves it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posterior {
    curves: [Curve; 2],
    second: f64,
}

impl Posterior {
    fn over(self, of: impl Fn(Curve) -> f64) -> f64 {
        match self.second {
            0.0 => of(self.curves[0]),
            second => (1.0 - second) * of(self.curves[0]) + second * of(self.curves[1]),
        }
    }

    pub(crate) fn mean(self) -> f64 {
        self.over(Curve::mean)
    }

    pub(crate) fn variance(self) -> f64 {
        let mean = self.mean();
        self.over(|curve| {
            let off = curve.mean() - mean;
            curve.variance() + off * off
        })
    }

    /// P(trait > x).
    pub(crate) fn upper(self, x: f64) -> f64 {
        self.over(|curve| curve.upper(x))
    }

    /// The value below which the trait lies with probability `p`, to 1e-9 of its standard deviation,
    /// by the false position of Illinois within a bracket.
    pub(crate) fn quantile(self, p: f64) -> f64 {
        let (mean, deviation) = (self.mean(), self.variance().sqrt());
        let bounded = |x: f64| match self.curves[0] {
            Curve::Gamma(..) => x.max(0.0),
            Curve::Beta(..) => x.clamp(0.0, 1.0),
        };
        let below = |x: f64| (1.0 - p) - self.upper(x);
        let (mut low, mut high) = (bounded(mean - deviation), bounded(mean + deviation));
        let mut step = 2.0 * deviation;
        while below(low) > 0.0 && low != bounded(low - step) {
            low = bounded(low - step);
            step *= 2.0;
        }
        step = 2.0 * deviation;
        while below(high) < 0.0 && high != bounded(high + step) {
            high = bounded(high + step);
            step *= 2.0;
        }
        let (mut at_low, mut at_high) = (below(low), below(high));
        for _ in 0..200 {
            if high - low <= 1e-9 * deviation || at_low >= 0.0 || at_high <= 0.0 {
                break;
            }
            let x = (low * at_high - high * at_low) / (at_high - at_low);
            let at = below(x);
            if at > 0.0 {
                (high, at_high) = (x, at);
                at_low *= 0.5;
            } else {
                (low, at_low) = (x, at);
                at_high *= 0.5;
            }
        }
        // Outwards, so that an interval holds what it should where the posterior piles up at its end.
        if at_low >= 0.0 || p < 0.5 { low } else { high }
    }
}

impl<F: Family> Mixture<F> {
    pub(crate) fn new(kinds: [[f64; 2]; 2], share: f64) -> Self {
        Self { kinds, share, family: PhantomData }
    }

    /// A customer's trait as his evidence leaves it.
    pub(crate) fn posterior(&self, row: &F::Row) -> Posterior {
        let curves = self.kinds.map(|kind| F::posterior(kind, row));
        if self.share == 0.0 {
            return Posterior { curves, second: 0.0 };
        }
        let odds = ln(self.share / (1.0 - self.share)) + F::ln_marginal(self.kinds[1], row)
            - F::ln_marginal(self.kinds[0], row);
        Posterior { curves, second: crate::special::elementary::logistic(odds) }
    }

    /// Mean and variance of the trait over customers whose evidence would be like this row's.
    pub(crate) fn spread(&self, row: &F::Row) -> (f64, f64) {
        let [(first, first_v), (second, second_v)] = self.kinds.map(|kind| F::spread(kind, row));
        let mean = (1.0 - self.share) * first + self.share * second;
        let off = |x: f64| (x - mean) * (x - mean);
        let one = (1.0 - self.share) * (first_v + off(first));
        (mean, one + self.share * (second_v + off(second)))
    }

    /// The mean trait of the larger kind, who are the ordinary customers.
    pub(crate) fn ordinary(&self, row: &F::Row) -> f64 {
        F::spread(self.kinds[usize::from(self.share > 0.5)], row).0
    }

    /// Fits one kind and two, and keeps two where the Bayesian criterion asks for them.
    pub(crate) fn fit(rows: &[F::Row], threads: Threads) -> Result<Fitted<F>, Error> {
        const ONE: &[&str] = &["mean", "concentration"];
        const TWO: &[&str] =
            &["mean", "concentration", "mean_2", "concentration_2", "odds_of_the_second"];
        let step = rows.len().div_ceil(ENOUGH).max(1);
        let rows: Vec<F::Row> = rows.iter().step_by(step).copied().collect();
        let begin = F::start(&rows);
        let single = solve(ONE, begin, &rows, |at: &[f64; 2], rows: &[F::Row]| {
            one_kind::<F>(at, rows, threads)
        })?;
        let [mean, concentration] = single.ln_parameters.map(exp);
        let alike: f64 = rows.iter().map(|row| F::ln_marginal([begin[0], 1e9], row)).sum();
        let mut best = Self::new([[mean, concentration]; 2], 0.0);
        let mut value = single.value;
        let criterion = 1.5 * ln(rows.len() as f64);
        for (apart, odds) in [(2.5, 0.15), (6.0, 0.04)] {
            let start = [0.8 * mean, 2.0 * concentration, apart * mean, 8.0, odds];
            let double = solve(TWO, start, &rows, |at: &[f64; 5], rows: &[F::Row]| {
                two_kinds::<F>(at, rows, threads)
            })?;
            if double.value > value.max(single.value + criterion) {
                let [m, c, m_2, c_2, odds] = double.ln_parameters.map(exp);
                let share = odds / (1.0 + odds);
                // The kind with the higher mean is the second.
                best = if m <= m_2 {
                    Self::new([[m, c], [m_2, c_2]], share)
                } else {
                    Self::new([[m_2, c_2], [m, c]], 1.0 - share)
                };
                value = double.value;
            }
        }
        Ok(Fitted { prior: best, customers: rows.len(), ratio: 2.0 * (value - alike) })
    }
}

/// The maximum from a start, by way of that over some of many rows.
fn solve<const N: usize, R: Copy>(
    names: &'static [&'static str],
    start: [f64; N],
    rows: &[R],
    of: impl Fn(&[f64; N], &[R]) -> Evaluation<N>,
) -> Result<Maximum<N>, Error> {
    const SOME: usize = 8192;
    let quiet = &mut |_: &_| ControlFlow::Continue(());
    let exact = FitOptions { tolerance: 1e-7, ..FitOptions::default() };
    let mut start = start.map(ln);
    if rows.len() >= 3 * SOME {
        let some: Vec<R> = rows.iter().step_by(rows.len() / SOME).copied().collect();
        let rough = FitOptions { tolerance: 1e-2, ..exact.clone() };
        start = maximise(names, start, &rough, quiet, |at| of(at, &some))?.ln_parameters;
    }
    maximise(names, start, &exact, quiet, |at| of(at, rows))
}

fn summed<const N: usize, R: Sync>(
    rows: &[R],
    threads: Threads,
    of: impl Fn(&R) -> Evaluation<N> + Sync,
) -> Evaluation<N> {
    let zero = Evaluation { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] };
    let parts = map_chunks(rows.len(), CHUNK, threads, |range| {
        rows[range].iter().fold(zero, |sum, row| plus(sum, of(row)))
    });
    parts.into_iter().fold(zero, plus)
}

fn plus<const N: usize>(mut a: Evaluation<N>, b: Evaluation<N>) -> Evaluation<N> {
    a.value += b.value;
    for i in 0..N {
        a.gradient[i] += b.gradient[i];
        (0..N).for_each(|j| a.hessian[i][j] += b.hessian[i][j]);
    }
    a
}

/// Adds the logarithm of a normal density of one parameter's logarithm.
fn weigh<const N: usize>(sum: &mut Evaluation<N>, at: &[f64; N], which: usize, prior: (f64, f64)) {
    let off = (at[which] - prior.0) / prior.1;
    sum.value -= 0.5 * off * off;
    sum.gradient[which] -= off / prior.1;
    sum.hessian[which][which] -= 1.0 / (prior.1 * prior.1);
}

fn one_kind<F: Family>(at: &[f64; 2], rows: &[F::Row], threads: Threads) -> Evaluation<2> {
    let kind = at.map(exp);
    let mut sum = summed(rows, threads, |row| F::marginal(kind, row));
    weigh(&mut sum, at, 1, CONCENTRATION);
    sum
}

/// ln Σ_c π_c L_c, with its gradient Σ r_c g_c and Hessian Σ r_c (H_c + g_c g_cᵀ) − g gᵀ.
fn two_kinds<F: Family>(at: &[f64; 5], rows: &[F::Row], threads: Threads) -> Evaluation<5> {
    let [m, c, m_2, c_2, odds] = at.map(exp);
    let (ln_second, ln_first) = (at[4] - ln_1p(odds), -ln_1p(odds));
    let share = odds / (1.0 + odds);
    let mut sum = summed(rows, threads, |row| {
        let (one, two) = (F::marginal([m, c], row), F::marginal([m_2, c_2], row));
        let (a, b) = (ln_first + one.value, ln_second + two.value);
        let r = crate::special::elementary::logistic(b - a);
        let g = [
            [one.gradient[0], one.gradient[1], 0.0, 0.0, -share],
            [0.0, 0.0, two.gradient[0], two.gradient[1], 1.0 - share],
        ];
        let gradient: [f64; 5] = std::array::from_fn(|i| (1.0 - r) * g[0][i] + r * g[1][i]);
        let mut hessian: [[f64; 5]; 5] = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                (1.0 - r) * g[0][i] * g[0][j] + r * g[1][i] * g[1][j] - gradient[i] * gradient[j]
            })
        });
        for i in 0..2 {
            for j in 0..2 {
                hessian[i][j] += (1.0 - r) * one.hessian[i][j];
                hessian[2 + i][2 + j] += r * two.hessian[i][j];
            }
        }
        hessian[4][4] -= share * (1.0 - share);
        let top = a.max(b);
        let value = top + ln(exp(a - top) + exp(b - top));
        Evaluation { value, gradient, hessian }
    });
    weigh(&mut sum, at, 1, CONCENTRATION);
    weigh(&mut sum, at, 3, CONCENTRATION);
    weigh(&mut sum, at, 4, ODDS);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::traits::beta_binomial::{BetaBinomial, Share};
    use crate::models::traits::gamma_poisson::{Count, GammaPoisson};

    /// Gradient and Hessian against central differences of the value.
    fn check<const N: usize>(at: [f64; N], of: impl Fn(&[f64; N]) -> Evaluation<N>) {
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
            check(at, |at| one_kind::<GammaPoisson>(at, &counts, Threads::ONE));
            check(at, |at| one_kind::<BetaBinomial>(at, &shares, Threads::ONE));
        }
        for at in [[0.3, -0.5, 1.6, 1.0, -1.0], [-2.0, 3.0, 0.1, 0.2, 0.7]] {
            check(at, |at| two_kinds::<GammaPoisson>(at, &counts, Threads::ONE));
            check(at, |at| two_kinds::<BetaBinomial>(at, &shares, Threads::ONE));
        }
    }

    #[test]
    fn quantiles_are_where_the_tail_says() {
        let two = Mixture::<GammaPoisson>::new([[0.5, 2.0], [6.0, 8.0]], 0.2);
        let shares = Mixture::<BetaBinomial>::new([[0.8, 30.0], [9.0, 12.0]], 0.1);
        for p in [0.005, 0.05, 0.5, 0.95, 0.995] {
            for (count, exposure) in [(0.0, 0.0), (4.0, 2.0), (90.0, 14.0)] {
                let posterior = two.posterior(&Count { count, exposure });
                assert!((posterior.upper(posterior.quantile(p)) - (1.0 - p)).abs() < 1e-6);
            }
            for (hits, trials) in [(0.0, 0.0), (3.0, 7.0), (80.0, 95.0)] {
                let posterior = shares.posterior(&Share { hits, trials, expected: 0.1 });
                assert!((posterior.upper(posterior.quantile(p)) - (1.0 - p)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn customers_who_are_alike_are_one_kind() {
        let alike: Vec<Count> =
            (0..400).map(|i| Count { count: f64::from(i % 3), exposure: 1.0 }).collect();
        let fitted = Mixture::<GammaPoisson>::fit(&alike, Threads::ONE).unwrap();
        assert_eq!(fitted.prior.share, 0.0);
        assert!(fitted.ratio < 1.0 && fitted.prior.kinds[0][1] > 10.0, "{fitted:?}");
        assert!((fitted.prior.kinds[0][0] - 1.0).abs() < 0.01);
    }
}
