//! The number of purchases to come, of customers who are alive.

use crate::math::elementary::{exp, ln_1p};
use crate::math::{ln_gamma_ratio, negative_binomial_ln_pmf, negative_binomial_upper_tail};

/// The number of purchases up to z of a customer who is alive: λ ~ Gamma(s, 1), p ~ Beta(a, b).
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) s: f64,
    pub(super) a: f64,
    pub(super) b: f64,
}

impl Counts {
    /// P(exactly n) = B(a, b+n)/B(a, b) · [P(N=n) + [n>0] a/(b+n−1) · P(N>=n)].
    pub(super) fn exactly(&self, n: u32, z: f64) -> f64 {
        self.exactly_where(n, z, exp(ln_survived(self.a, self.b, f64::from(n))))
    }

    /// P(exactly 0).
    fn none(&self, z: f64) -> f64 {
        exp(-self.s * ln_1p(z))
    }

    /// P(exactly n) with the probability to survive n purchases at hand.
    fn exactly_where(&self, n: u32, z: f64, survived: f64) -> f64 {
        match n {
            0 => self.none(z),
            _ if z == 0.0 => 0.0,
            _ => {
                let exactly = exp(negative_binomial_ln_pmf(n, self.s, z));
                let ended = self.a / (self.b + (f64::from(n) - 1.0)) * self.reached(n, z);
                // The largest may be 1 but for rounding.
                (survived * (exactly + ended)).min(1.0)
            }
        }
    }

    /// P(N >= n).
    fn reached(&self, n: u32, z: f64) -> f64 {
        if z == 0.0 { 0.0 } else { negative_binomial_upper_tail(n, self.s, z) }
    }

    /// The probabilities to survive 0, 1, 2, … purchases: they depend on a and b only.
    pub(super) fn survived(&self, counts: usize) -> Vec<f64> {
        (0_u32..).take(counts).map(|n| exp(ln_survived(self.a, self.b, f64::from(n)))).collect()
    }

    /// The probability of each number of purchases, and in the last place of as many or more.
    pub(super) fn distribution(&self, z: f64, survived: &[f64], out: &mut [f64]) {
        let last = out.len() - 1;
        for ((n, out), &survived) in (0_u32..).zip(&mut out[..last]).zip(survived) {
            *out = self.exactly_where(n, z, survived);
        }
        out[last] = match u32::try_from(last) {
            Ok(n) if n > 0 => survived[last - 1] * self.reached(n, z),
            _ => 1.0,
        };
    }
}

/// ln B(a, b+n)/B(a, b), the probability to survive n purchases.
pub(in crate::purchase) fn ln_survived(a: f64, b: f64, n: f64) -> f64 {
    // Two equal forms; the one with the smaller shift keeps more digits.
    if a < n {
        ln_gamma_ratio(b, a) - ln_gamma_ratio(b + n, a)
    } else {
        ln_gamma_ratio(b, n) - ln_gamma_ratio(a + b, n)
    }
}
