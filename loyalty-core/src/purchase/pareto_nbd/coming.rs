//! The purchases to come of customers who are alive: how many, and what they are worth today.

use crate::math::elementary::{exp, exp_and_m1, exp_m1, ln, ln_1p};
use crate::math::log_concave::{Concave, Powers, ln_integral};
use crate::math::negative_binomial_ln_pmf;

/// A customer who is alive: they buy at λ ~ Gamma(shape, rate age) until they leave at a rate ~ Gamma(s, rate
/// lasting).
#[derive(Debug, Clone, Copy)]
pub(super) struct Coming {
    /// r + x.
    pub(super) shape: f64,
    /// α + T.
    pub(super) age: f64,
    pub(super) s: f64,
    /// β + T.
    pub(super) lasting: f64,
}

impl Coming {
    /// The probability to be alive at t.
    pub(super) fn survival(&self, t: f64) -> f64 {
        exp(-self.s * ln_1p(t / self.lasting))
    }

    /// Expected purchases up to t: shape/age · ∫₀ᵗ S, the time alive.
    ///
    /// ```text
    /// ∫₀ᵗ (1+u/b)^−s du = b l · (e^y − 1)/y,   l = ln(1+t/b), y = (1−s) l
    /// ```
    ///
    /// The published form divides 0 by 0 at s = 1.
    pub(super) fn expected(&self, t: f64) -> f64 {
        let l = ln_1p(t / self.lasting);
        let y = (1.0 - self.s) * l;
        let mean = if y == 0.0 { 1.0 } else { exp_m1(y) / y };
        self.shape / self.age * self.lasting * l * mean
    }

    /// Expected purchases up to a horizon, which may be infinite, at a force of interest δ > 0:
    /// shape/age · ∫ e^(−δu) S(u) du over y = ln(1 + u/b).
    pub(super) fn present(&self, horizon: f64, force: f64) -> f64 {
        let c = force * self.lasting;
        let h = Discounted { c, s: self.s };
        let end = if horizon.is_infinite() { horizon } else { ln_1p(horizon / self.lasting) };
        let top = if self.s + c < 1.0 { ln((1.0 - self.s) / c).clamp(0.0, end) } else { 0.0 };
        let ln_value = ln_integral(&h, top, 0.0, end) + h.rise(0.0, top);
        self.shape / self.age * self.lasting * exp(ln_value)
    }

    /// The probability of exactly n purchases up to t: of those who stay, and of those who leave after n.
    ///
    /// ```text
    /// P(n) = S(t) P(N(t)=n) + ∫₀ᵗ f(τ) P(N(τ)=n) dτ,   over v = ln(τ/age)
    /// ```
    pub(super) fn exactly(&self, n: u32, t: f64) -> f64 {
        if t == 0.0 {
            return if n == 0 { 1.0 } else { 0.0 };
        }
        let z = t / self.age;
        let stays =
            exp(negative_binomial_ln_pmf(n, self.shape, z) - self.s * ln_1p(t / self.lasting));
        let ln_left = |tau: f64| ln(self.s * (tau / (self.lasting + tau)));
        let powers = self.powers(f64::from(n) + 1.0, self.shape - 1.0, self.s + 1.0);
        let leaves = exp(self.over_time(n, z, powers, ln_left));
        // The largest may be 1 but for rounding.
        (stays + leaves).min(1.0)
    }

    /// The probability of n or more purchases up to t, n > 0: the n-th comes in time.
    ///
    /// ```text
    /// P(n or more) = ∫₀ᵗ S(τ) n/τ P(N(τ)=n) dτ
    /// ```
    pub(super) fn reached(&self, n: u32, t: f64) -> f64 {
        if t == 0.0 {
            return 0.0;
        }
        let count = f64::from(n);
        let powers = self.powers(count, self.shape, self.s);
        exp(self.over_time(n, t / self.age, powers, |_| ln(count))).min(1.0)
    }

    fn powers(&self, a: f64, b_less_a: f64, c: f64) -> Powers {
        Powers { a, b_less_a, c, ln_k: ln(self.age / self.lasting) }
    }

    /// ln ∫ P(N=n) S · factor dv up to v = ln z; the integrand is that of the powers but for a constant.
    fn over_time(&self, n: u32, z: f64, powers: Powers, ln_factor: impl Fn(f64) -> f64) -> f64 {
        let end = ln(z);
        let top = powers.top().min(end);
        let at = if top < end { exp(top) } else { z };
        let tau = at * self.age;
        let height =
            negative_binomial_ln_pmf(n, self.shape, at) - self.s * ln_1p(tau / self.lasting);
        height + ln_factor(tau) + ln_integral(&powers, top, f64::NEG_INFINITY, end)
    }
}

/// −c(e^y − 1) + (1−s) y.
struct Discounted {
    c: f64,
    s: f64,
}

impl Concave for Discounted {
    fn slope(&self, y: f64) -> f64 {
        1.0 - self.s - self.c * exp(y)
    }

    fn rise(&self, from: f64, by: f64) -> f64 {
        (1.0 - self.s) * by - self.c * exp(from) * exp_and_m1(by).1
    }
}
