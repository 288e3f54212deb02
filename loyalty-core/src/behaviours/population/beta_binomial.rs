//! Shares at a customer's own probability, around what is expected of what they do.

use super::family::Family;
use crate::estimation::FixedEvaluation;
use crate::math::{digamma_rise, ln_gamma_ratio, trigamma_drop};

/// y of n, y ~ Binomial(n, θ), θ ~ Beta(kπ, k(1−π)): marginally
///
/// ```text
/// ln L = ln B(kπ + y, k(1−π) + n − y) − ln B(kπ, k(1−π)),    π/(1−π) = o · q/(1−q)
/// ```
///
/// q is the share expected of what this customer does, such as the return rate of what they buy. The
/// "mean" is the odds ratio o, the concentration k. Numbers need not be whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BetaBinomial;

/// Hits among trials, and the share expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share {
    pub(crate) hits: f64,
    pub(crate) trials: f64,
    pub(crate) expected: f64,
}

/// A probability whose odds are `ratio` times those of another.
pub(crate) fn with_odds(probability: f64, ratio: f64) -> f64 {
    let (yes, no) = (ratio * probability, 1.0 - probability);
    yes / (yes + no)
}

impl Family for BetaBinomial {
    type Row = Share;

    fn marginal(at: [f64; 2], row: &Share) -> FixedEvaluation<2> {
        let k = at[1];
        let pi = with_odds(row.expected, at[0]);
        let (a, b) = (k * pi, k * (1.0 - pi));
        let (hits, misses) = (row.hits, row.trials - row.hits);
        let (up, down, all) =
            (digamma_rise(a, hits), digamma_rise(b, misses), digamma_rise(k, row.trials));
        let (up_2, down_2, all_2) =
            (-trigamma_drop(a, hits), -trigamma_drop(b, misses), -trigamma_drop(k, row.trials));
        // By π and k, then by ln o with dπ/d ln o = π(1−π), and ln k.
        let by_pi = k * (up - down);
        let by_k = pi * up + (1.0 - pi) * down - all;
        let pi_pi = k * k * (up_2 + down_2);
        let pi_k = up - down + k * (pi * up_2 - (1.0 - pi) * down_2);
        let k_k = pi * pi * up_2 + (1.0 - pi) * (1.0 - pi) * down_2 - all_2;
        let slope = pi * (1.0 - pi);
        let cross = slope * k * pi_k;
        FixedEvaluation {
            value: Self::ln_marginal(at, row),
            gradient: [slope * by_pi, k * by_k],
            hessian: [
                [slope * slope * pi_pi + slope * (1.0 - 2.0 * pi) * by_pi, cross],
                [cross, k * k * k_k + k * by_k],
            ],
        }
    }

    fn ln_marginal([odds, k]: [f64; 2], row: &Share) -> f64 {
        let pi = with_odds(row.expected, odds);
        ln_gamma_ratio(k * pi, row.hits) + ln_gamma_ratio(k * (1.0 - pi), row.trials - row.hits)
            - ln_gamma_ratio(k, row.trials)
    }

    fn start(_: &[Share]) -> [f64; 2] {
        [1.0, 10.0]
    }
}
