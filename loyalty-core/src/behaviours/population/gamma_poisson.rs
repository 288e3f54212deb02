//! Counts at a customer's own rate.

use super::family::Family;
use crate::estimation::FixedEvaluation;
use crate::math::elementary::{ln, ln_1p};
use crate::math::{digamma_rise, ln_gamma_ratio, trigamma_drop};

/// y ~ Poisson(θ e), θ ~ Gamma(a, rate b): marginally
///
/// ```text
/// ln L = ln Γ(a+y) − ln Γ(a) + a ln b − (a+y) ln(b+e),    θ | y ~ Gamma(a+y, b+e)
/// ```
///
/// The concentration is a, the mean a/b. Counts need not be whole. With y = ν/2 and e = νV/2 the same
/// is the likelihood of a variance ratio V with ν degrees of freedom whose expectation is 1/θ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct GammaPoisson;

/// A count, and the exposure that it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Count {
    pub(crate) count: f64,
    pub(crate) exposure: f64,
}

impl Family for GammaPoisson {
    type Row = Count;

    fn marginal(at: [f64; 2], row: &Count) -> FixedEvaluation<2> {
        let [mean, a] = at;
        let Count { count: y, exposure: e } = *row;
        let b = a / mean;
        let share = e / (b + e);
        // By a at fixed b, then along a with b = a / mean.
        let by_a = digamma_rise(a, y) - ln_1p(e / b);
        let by_b = a / b - (a + y) / (b + e);
        let (aa, ab) = (-trigamma_drop(a, y), share / b);
        let bb = (a + y) / (b + e) / (b + e) - a / b / b;
        let (first_a, first_b) = (a * by_a, b * by_b);
        let (second_aa, second_ab, second_bb) =
            (a * a * aa + first_a, a * b * ab, b * b * bb + first_b);
        // ln b = ln a − ln mean.
        FixedEvaluation {
            value: Self::ln_marginal(at, row),
            gradient: [-first_b, first_a + first_b],
            hessian: [
                [second_bb, -(second_ab + second_bb)],
                [-(second_ab + second_bb), second_aa + 2.0 * second_ab + second_bb],
            ],
        }
    }

    fn ln_marginal([mean, a]: [f64; 2], row: &Count) -> f64 {
        let b = a / mean;
        let own = if row.count > 0.0 { ln_gamma_ratio(a, row.count) } else { 0.0 };
        own - a * ln_1p(row.exposure / b) - row.count * ln(b + row.exposure)
    }

    fn start(rows: &[Count]) -> [f64; 2] {
        let (count, exposure) =
            rows.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.count, sum.1 + row.exposure));
        let mean = count / exposure;
        let (mut excess, mut expected) = (0.0, 0.0);
        for row in rows {
            let off = row.count - mean * row.exposure;
            excess += off * off - mean * row.exposure;
            expected += mean * mean * row.exposure * row.exposure;
        }
        [mean, (expected / excess.max(expected * 1e-3)).clamp(0.05, 100.0)]
    }
}
