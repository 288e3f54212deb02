//! What a purchase in the future counts today.

use crate::Error;
use crate::error::{non_negative, positive};
use crate::special::elementary::ln_1p;
use crate::special::gauss_legendre;
use crate::time::Unit;

/// How far the future reaches and how it is discounted.
///
/// | form | value of expected purchases E(t) | use |
/// |---|---|---|
/// | [`continuous`](Self::continuous), [`annual`](Self::annual) | `∫₀ʰ e^(−δt) dE(t)`, `δ = ln(1 + rate)` | the default: a purchase counts from the moment it is made |
/// | [`per_period`](Self::per_period) | `Σ_i [E(i·length) − E((i−1)·length)] / (1 + rate)^i` | the sum that lifetimes and PyMC-Marketing make, every purchase paid at its period's end |
///
/// # Examples
/// ```
/// use loyalty_core::{Discounting, Unit};
/// let year = Discounting::annual(52.0, 0.10, Unit::Week)?;
/// let lifetimes = Discounting::per_period(12, 4.345, 0.01)?;
/// assert_eq!((year.horizon(), lifetimes.horizon()), (52.0, 12.0 * 4.345));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discounting {
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Continuous { horizon: f64, force: f64 },
    PerPeriod { periods: u32, length: f64, rate: f64 },
}

impl Discounting {
    /// Everything up to `horizon`, discounted from the moment it happens at an effective `rate` per
    /// time unit: e^(−δt) with δ = ln(1 + rate). Both count in the model's unit of time.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are finite and at least 0.
    pub fn continuous(horizon: f64, rate: f64) -> Result<Self, Error> {
        let horizon = non_negative("horizon", horizon)?;
        let force = ln_1p(non_negative("discount_rate", rate)?);
        Ok(Self { form: Form::Continuous { horizon, force } })
    }

    /// The same with an effective rate per year of 365.25 days: δ = ln(1 + rate) / units per year.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless horizon and rate are finite and at least 0.
    pub fn annual(horizon: f64, rate: f64, unit: Unit) -> Result<Self, Error> {
        let horizon = non_negative("horizon", horizon)?;
        let force = ln_1p(non_negative("annual_discount_rate", rate)?) / unit.per_year();
        Ok(Self { form: Form::Continuous { horizon, force } })
    }

    /// `periods` periods of `length` time units, each discounted as a whole at `rate` per period,
    /// from its end.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `periods` and `length` are above 0 and the rate at least 0.
    pub fn per_period(periods: u32, length: f64, rate: f64) -> Result<Self, Error> {
        positive("periods", f64::from(periods))?;
        let length = positive("period_length", length)?;
        positive("horizon", f64::from(periods) * length)?;
        let rate = non_negative("discount_rate", rate)?;
        Ok(Self { form: Form::PerPeriod { periods, length, rate } })
    }

    /// How far it reaches, in the model's unit of time.
    pub fn horizon(&self) -> f64 {
        match self.form {
            Form::Continuous { horizon, .. } => horizon,
            Form::PerPeriod { periods, length, .. } => f64::from(periods) * length,
        }
    }

    /// The discounted value of a stream whose expected total up to t is `expected(t)`, smooth on
    /// the time scale `age`.
    pub(crate) fn total(&self, age: f64, mut expected: impl FnMut(f64) -> f64) -> f64 {
        match self.form {
            Form::PerPeriod { periods, length, rate } => {
                let (mut sum, mut before, mut factor) = (0.0, 0.0, 1.0);
                for period in 1..=periods {
                    let until = expected(f64::from(period) * length);
                    factor /= 1.0 + rate;
                    sum += (until - before) * factor;
                    before = until;
                }
                sum
            }
            Form::Continuous { horizon, force: 0.0 } => expected(horizon),
            Form::Continuous { horizon, force } => continuous(horizon, force, age, expected),
        }
    }
}

/// ∫₀ʰ e^(−δt) dE(t) = e^(−δh) E(h) + δ ∫₀ʰ e^(−δt) E(t) dt, all terms positive.
///
/// With t = age·(e^y − 1) the integrand is analytic in the strip |Im y| < π, so few Gauss–Legendre
/// points do: panels of length at most 1.5 in y, and at most 4 in δt.
fn continuous(horizon: f64, force: f64, age: f64, mut expected: impl FnMut(f64) -> f64) -> f64 {
    use crate::special::elementary::{exp, exp_m1};
    // Beyond e^−45 of its value the future no longer counts.
    let horizon = horizon.min(45.0 / force);
    let length = ln_1p(horizon / age);
    let panels = (length / 1.5).max(force * horizon / 4.0).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 100")]
    let panels = panels as u32;
    let integral = gauss_legendre(0.0, length, panels, |y| {
        let t = age * exp_m1(y);
        (age + t) * exp(-force * t) * expected(t)
    });
    exp(-force * horizon) * expected(horizon) + force * integral
}
