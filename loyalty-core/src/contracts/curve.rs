//! The share of customers who survive their renewals, and its derivatives.

use crate::math::elementary::{exp, exp_m1, ln, ln_1p};
use crate::math::{SecondDifferences, digamma_rise, trigamma, trigamma_drop};

/// Survival of t renewals where everybody has a chance to leave of their own, θ ~ Beta(γ, δ):
///
/// ```text
/// S(t) = E[(1−θ)^(t^c)] = B(γ, δ+t^c) / B(γ, δ)
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Curve {
    pub(crate) gamma: f64,
    pub(crate) delta: f64,
    pub(crate) c: f64,
}

/// Beyond e^230, about 1e100, t^c grows no further: what is left of a product or a square stays a number.
const HIGHEST: f64 = 230.0;

/// What t^c may be at most.
const LARGEST: f64 = 1e100;

impl Curve {
    /// t^c.
    pub(super) fn power(&self, t: f64) -> f64 {
        if t == 0.0 || self.c == 1.0 { t } else { exp((self.c * ln(t)).min(HIGHEST)) }
    }

    /// (t+k)^c − t^c, for k above 0.
    fn step(&self, t: f64, k: f64) -> f64 {
        if self.c == 1.0 {
            k
        } else if t == 0.0 {
            self.power(k)
        } else {
            let rise = (self.c * ln_1p(k / t)).min(HIGHEST);
            (self.power(t) * exp_m1(rise)).min(LARGEST)
        }
    }

    /// ln of the probability that who has renewed t times renews k times more.
    pub(crate) fn ln_survival(&self, t: f64, k: f64) -> f64 {
        if k == 0.0 {
            return 0.0;
        }
        let (base, step) = (self.delta + self.power(t), self.step(t, k));
        -SecondDifferences::of_ln_gamma(base, self.gamma, step)
    }

    /// −d ln S/dt; 0 where t^c grows no further.
    pub(super) fn hazard(&self, t: f64) -> f64 {
        if self.c * ln(t) > HIGHEST {
            return 0.0;
        }
        let power = self.power(t);
        self.c * (power / t) * digamma_rise(self.delta + power, self.gamma)
    }

    /// ln of the probability that who has renewed t − 1 times renews once more, and its derivatives by γ, δ
    /// and c.
    pub(super) fn ln_retention(&self, t: f64) -> Jet {
        let (before, h) = (self.power(t - 1.0), self.step(t - 1.0, 1.0));
        let (z, a) = (self.delta + before, self.gamma);
        let fall = SecondDifferences::of(z, a, h);
        let by_a = digamma_rise(z + a, h);
        let by_h = digamma_rise(z + h, a);
        let by_a_again = -trigamma_drop(z + a, h);
        let by_h_again = -trigamma_drop(z + h, a);
        let by_a_and_h = trigamma(z + a + h);
        let [power, step] = self.by_c(t, before, h);
        let by_z_and_c = fall.trigamma * power[0] + by_h_again * step[0];
        let by_c = fall.digamma * power[0] + by_h * step[0];
        let by_c_again = by_z_and_c * power[0]
            + by_h_again * (power[0] + step[0]) * step[0]
            + fall.digamma * power[1]
            + by_h * step[1];
        let by_a_and_c = by_a_again * power[0] + by_a_and_h * step[0];
        Jet {
            value: -fall.ln_gamma,
            gradient: [-by_a, -fall.digamma, -by_c],
            hessian: [
                [-by_a_again, -by_a_again, -by_a_and_c],
                [-by_a_again, -fall.trigamma, -by_z_and_c],
                [-by_a_and_c, -by_z_and_c, -by_c_again],
            ],
        }
    }

    /// First and second derivative by c of (t−1)^c and of t^c − (t−1)^c.
    fn by_c(&self, t: f64, before: f64, step: f64) -> [[f64; 2]; 2] {
        let ln_t = ln(t);
        if t == 1.0 || self.c * ln_t > HIGHEST {
            return [[0.0; 2]; 2];
        }
        let (ln_before, gap) = (ln(t - 1.0), ln_1p(1.0 / (t - 1.0)));
        let power = before * ln_before;
        let rise = step * ln_t + before * gap;
        let bend = step * ln_t * ln_t + before * gap * (ln_t + ln_before);
        [[power, power * ln_before], [rise, bend]]
    }
}

/// A function of γ, δ and c with its derivatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Jet {
    pub(super) value: f64,
    pub(super) gradient: [f64; 3],
    pub(super) hessian: [[f64; 3]; 3],
}

impl Jet {
    /// ln(1 − e^self), of the logarithm of a probability.
    pub(super) fn ln_complement(&self) -> Self {
        // d/dq ln(1−e^q) = −w, d²/dq² = −w(1+w), with w = 1/(e^−q − 1).
        let rare = self.value < -std::f64::consts::LN_2;
        let value = if rare { ln_1p(-exp(self.value)) } else { ln(-exp_m1(self.value)) };
        let odds = 1.0 / exp_m1(-self.value);
        let bend = odds * (1.0 + odds);
        let mut found = Self { value, gradient: [0.0; 3], hessian: [[0.0; 3]; 3] };
        for i in 0..3 {
            found.gradient[i] = -odds * self.gradient[i];
            for j in 0..3 {
                let square = self.gradient[i] * self.gradient[j];
                found.hessian[i][j] = -odds * self.hessian[i][j] - bend * square;
            }
        }
        found
    }
}
