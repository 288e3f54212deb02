//! The renewals to come, discounted.

use super::RenewalHorizon;
use super::curve::Curve;
use crate::math::ExactSum;
use crate::math::elementary::{exp, exp_m1, ln, ln_1p};
use crate::math::log_concave::RULE;

/// What is left out of a sum, against the whole.
const NOTHING: f64 = 1e-17;

/// Renewals from which on a sum without end is taken as an integral, if its terms fall slowly there.
const FIRST: f64 = 256.0;

/// By how much the logarithm of a term may change from one renewal to the next where that is done: what the
/// integral's corrections leave out is then below 1e-14 of the sum.
const SLOWLY: f64 = 0.02;

/// What the integrand may fall over a panel of twenty points.
const FALL: f64 = 16.0;

/// The largest c for which panels are as narrow as the curve's bend asks for.
const STEEPEST: f64 = 64.0;

/// The discounted renewals of a customer who has renewed `renewals` times, seen from the next renewal.
pub(super) fn discounted(curve: &Curve, renewals: u32, horizon: &RenewalHorizon) -> f64 {
    let periods = horizon.periods().map_or(f64::INFINITY, f64::from);
    discounted_periods(curve, f64::from(renewals), periods, ln_1p(horizon.discount_rate()))
}

/// The same of so many periods, with a force of interest f, above 0 where they have no end:
///
/// ```text
/// Σ_{k>=1} S(n+k)/S(n) e^(−f (k−1))
/// ```
///
/// Positive terms, until the rest is nothing by the bound that each is at most e^−f of the one before, or,
/// where that takes long, by the formula of Euler and Maclaurin:
///
/// ```text
/// Σ_{k=m}^M f(k) = ∫_{m−½}^{M+½} f + c(m−½) − c(M+½),   c = f′/24 − 7 f‴/5760 + …
/// ```
pub(crate) fn discounted_periods(curve: &Curve, renewals: f64, periods: f64, force: f64) -> f64 {
    let terms = Terms { curve, renewals, force };
    let (longest, mut sum) = (1.0 / exp_m1(force), ExactSum::default());
    let mut k = 1.0;
    while k <= periods {
        if k >= FIRST && periods - k >= FIRST && terms.are_smooth(k - 0.5) {
            sum.add(terms.between(k - 0.5, periods + 0.5, sum.value()));
            break;
        }
        let term = terms.at(k);
        sum.add(term);
        if term * longest.min(periods - k) <= NOTHING * sum.value() {
            break;
        }
        k += 1.0;
    }
    sum.value()
}

/// The terms of the sum, as a function of k.
struct Terms<'a> {
    curve: &'a Curve,
    renewals: f64,
    force: f64,
}

impl Terms<'_> {
    fn at(&self, k: f64) -> f64 {
        exp(self.curve.ln_survival(self.renewals, k) - self.force * (k - 1.0))
    }

    /// −d ln f/dk.
    fn fall(&self, k: f64) -> f64 {
        self.force + self.curve.hazard(self.renewals + k)
    }

    fn slope(&self, k: f64) -> f64 {
        -self.fall(k) * self.at(k)
    }

    fn are_smooth(&self, k: f64) -> bool {
        let bend = self.curve.c.clamp(1.0, STEEPEST) / (self.renewals + k);
        self.fall(k) <= SLOWLY && bend <= SLOWLY
    }

    /// The sum from k + ½ to `until` − ½, where so much was added up before.
    fn between(&self, k: f64, until: f64, before: f64) -> f64 {
        let integral = self.integral(k, until, before);
        let end = if until.is_finite() { self.correction(until) } else { 0.0 };
        integral + (self.correction(k) - end)
    }

    /// f′/24 − 7 f‴/5760; a fifth of a per cent of the latter is nothing.
    fn correction(&self, k: f64) -> f64 {
        const STEP: f64 = 4.0;
        let slope = self.slope(k);
        let bend = (self.slope(k + STEP) - slope) - (slope - self.slope(k - STEP));
        slope / 24.0 - 7.0 / 5760.0 * (bend / (STEP * STEP))
    }

    /// ∫ f, by panels of equal ratio: over one the curve bends little, and the terms do not fall far.
    fn integral(&self, from: f64, until: f64, before: f64) -> f64 {
        let widest = 1.0 / self.curve.c.clamp(1.0, STEEPEST);
        let (mut age, end) = (self.renewals + from, self.renewals + until);
        let mut integral = 0.0;
        loop {
            let fall = age * self.fall(age - self.renewals);
            let narrow = 0.5 * ln_1p(FALL / fall.max(f64::MIN_POSITIVE)).min(widest);
            let is_last = ln(end / age) <= 2.0 * narrow;
            let half = if is_last { 0.5 * ln(end / age) } else { narrow };
            for (node, weight) in RULE[0].iter().zip(&RULE[1]) {
                let at = age * exp(half * (1.0 + node));
                integral += half * weight * at * self.at(at - self.renewals);
            }
            age *= exp(2.0 * half);
            let rest = self.at(age - self.renewals) * (1.0 / self.force).min(end - age);
            if is_last || rest <= NOTHING * (before + integral) {
                return integral;
            }
        }
    }
}
