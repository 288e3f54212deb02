//! What a purchase in the future counts today.

use crate::Error;
use crate::error::{non_negative, positive};
use crate::math::elementary::{exp, exp_m1, ln_1p};
use crate::math::{POINTS, gauss_legendre};
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
/// use loyalty_core::purchase::Discounting;
/// use loyalty_core::time::Unit;
/// let year = Discounting::annual(52.0, 0.10, Unit::Week)?;
/// let lifetimes = Discounting::per_period(12, 4.345, 0.01)?;
/// assert_eq!((year.horizon(), lifetimes.horizon()), (52.0, 12.0 * 4.345));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Discounting {
    form: Form,
}

/// Most periods: monthly for eight hundred years.
const MOST_PERIODS: u32 = 10_000;

/// Beyond e^−45 of its value the future no longer counts.
const FAR: f64 = 45.0;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Continuous { horizon: f64, force: f64 },
    PerPeriod { periods: u32, length: f64, rate: f64 },
}

impl Discounting {
    /// Everything up to `horizon`, discounted from the moment it happens at an effective `rate` per
    /// time unit: e^(−δt) with δ = ln(1 + rate). Both count in the model's unit of time.
    ///
    /// With a rate above 0 the horizon may be infinite: the whole future, whose discounted purchases
    /// are known as DERT.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are from 0 to 1e50, or the horizon is infinite and the rate
    /// from 1e-50.
    pub fn continuous(horizon: f64, rate: f64) -> Result<Self, Error> {
        let (horizon, rate) = future(horizon, "discount_rate", rate)?;
        Ok(Self { form: Form::Continuous { horizon, force: ln_1p(rate) } })
    }

    /// The same with an effective rate per year of 365.25 days: δ = ln(1 + rate) / units per year.
    ///
    /// # Errors
    /// As [`Discounting::continuous`], and for a rate of 1 and more, which is one of per cent.
    pub fn annual(horizon: f64, rate: f64, unit: Unit) -> Result<Self, Error> {
        let rate = share("annual_discount_rate", rate)?;
        let (horizon, rate) = future(horizon, "annual_discount_rate", rate)?;
        Ok(Self { form: Form::Continuous { horizon, force: ln_1p(rate) / unit.per_year() } })
    }

    /// `periods` periods of `length` time units, each discounted as a whole at `rate` per period,
    /// from its end.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `periods` is from 1 to 10000, `length` above 0 and the rate from 0 to below
    /// 1.
    pub fn per_period(periods: u32, length: f64, rate: f64) -> Result<Self, Error> {
        if !(1..=MOST_PERIODS).contains(&periods) {
            let value = f64::from(periods);
            return Err(Error::parameter("periods", "from 1 to 10000", value));
        }
        let length = positive("period_length", length)?;
        let rate = non_negative("discount_rate", share("discount_rate", rate)?)?;
        Ok(Self { form: Form::PerPeriod { periods, length, rate } })
    }

    /// How far it reaches, in the model's unit of time; infinite for the whole future.
    pub fn horizon(&self) -> f64 {
        match self.form {
            Form::Continuous { horizon, .. } => horizon,
            Form::PerPeriod { periods, length, .. } => f64::from(periods) * length,
        }
    }

    /// How far purchases count: the horizon, or where what lies beyond counts less than e⁻⁴⁵.
    pub(crate) fn reach(&self) -> f64 {
        self.force_without_end().map_or(self.horizon(), |force| FAR / force)
    }

    /// What a purchase at this time within the horizon counts today.
    pub(crate) fn of_purchase(&self, at: f64) -> f64 {
        match self.form {
            Form::Continuous { force, .. } => exp(-force * at),
            Form::PerPeriod { periods, length, rate } => {
                let period = (at / length).ceil().clamp(1.0, f64::from(periods));
                exp(-period * ln_1p(rate))
            }
        }
    }

    /// The force of interest, where the horizon is so far that it might as well be infinite.
    pub(crate) fn force_without_end(&self) -> Option<f64> {
        match self.form {
            Form::Continuous { horizon, force } if force > 0.0 && force * horizon >= FAR => {
                Some(force)
            }
            _ => None,
        }
    }

    /// The discounted purchases of a customer who is alive, where `expected` fills in the purchases up to
    /// the times z·age for many z, as a function that rises no faster than z^shape.
    pub(crate) fn purchases(
        &self,
        expected: impl Fn(&[f64], &mut [f64]),
        age: f64,
        shape: f64,
    ) -> f64 {
        match self.form {
            Form::PerPeriod { periods, length, rate } => {
                per_period(expected, age, periods, length, rate)
            }
            Form::Continuous { horizon, force: 0.0 } => at(&expected, horizon / age),
            Form::Continuous { horizon, force } => continuous(expected, age, shape, horizon, force),
        }
    }

    /// The same where the purchases up to a time are known by themselves, and their present value up to a
    /// horizon at a force of interest above 0 as well.
    pub(crate) fn value(
        &self,
        until: impl Fn(f64) -> f64,
        present: impl Fn(f64, f64) -> f64,
    ) -> f64 {
        match self.form {
            Form::PerPeriod { periods, length, rate } => {
                let each = |times: &[f64], out: &mut [f64]| {
                    times.iter().zip(out).for_each(|(&time, out)| *out = until(time));
                };
                per_period(each, 1.0, periods, length, rate)
            }
            Form::Continuous { horizon, force: 0.0 } => until(horizon),
            Form::Continuous { horizon, force } => present(horizon, force),
        }
    }
}

/// Accepts a rate that is not a number of per cent. Where money loses half of its worth and more in a period,
/// nothing behind it is worth a forecast.
fn share(name: &'static str, rate: f64) -> Result<f64, Error> {
    if rate >= 1.0 && rate.is_finite() {
        return Err(Error::parameter(name, "a share below 1 (10 % is 0.1)", rate));
    }
    Ok(rate)
}

/// Accepts a horizon and a rate: a future without end must be discounted.
fn future(horizon: f64, name: &'static str, rate: f64) -> Result<(f64, f64), Error> {
    if horizon == f64::INFINITY {
        return Ok((horizon, positive(name, rate)?));
    }
    Ok((non_negative("horizon", horizon)?, non_negative(name, rate)?))
}

/// The purchases up to z·age.
fn at(purchases: impl Fn(&[f64], &mut [f64]), z: f64) -> f64 {
    let mut out = [0.0];
    purchases(&[z], &mut out);
    out[0]
}

/// Σ_i [E(i·length) − E((i−1)·length)] / (1 + rate)^i.
fn per_period(
    purchases: impl Fn(&[f64], &mut [f64]),
    age: f64,
    periods: u32,
    length: f64,
    rate: f64,
) -> f64 {
    const LOT: u32 = 32;
    let mut buffers = [[0.0; LOT as usize]; 2];
    let [z, expected] = &mut buffers;
    let (mut sum, mut before, mut factor) = (0.0, 0.0, 1.0);
    for first in (0..periods).step_by(LOT as usize) {
        let count = (periods - first).min(LOT) as usize;
        for (period, z) in (first + 1..).zip(&mut z[..count]) {
            *z = f64::from(period) * length / age;
        }
        purchases(&z[..count], &mut expected[..count]);
        for &until in &expected[..count] {
            factor /= 1.0 + rate;
            sum += (until - before) * factor;
            before = until;
        }
    }
    sum
}

/// ∫₀ʰ e^(−δt) dE(t) = e^(−δh) E(h) + δ ∫₀ʰ e^(−δt) E(t) dt, all terms positive.
///
/// With t = age·(e^y − 1)/c the integrand is analytic in the strip |Im y| < π and grows by no more than
/// e^(s/c) in its inner half, so with c of the order of s few Gauss–Legendre points do: equal panels in
/// y, of length at most 1.5 and no fewer than one for every 4 of δh. As E rises, what comes before a time t adds to
/// the integral less than δt of the whole: it is left out where panels would be needed for it.
fn continuous(
    purchases: impl Fn(&[f64], &mut [f64]),
    age: f64,
    shape: f64,
    horizon: f64,
    force: f64,
) -> f64 {
    /// δt of what adds nothing.
    const SOON: f64 = 1e-18;
    let horizon = horizon.min(FAR / force);
    let c = (shape / 4.0).max(1.0);
    let end = ln_1p(c * (horizon / age));
    let soon = c * (SOON / (force * age));
    let start = if soon > 1.0 { ln_1p(soon).min(end) } else { 0.0 };
    let length = end - start;
    let panels = (length / 1.5).max(force * horizon / 4.0).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 1000")]
    let panels = panels as u32;
    let mut integral = 0.0;
    gauss_legendre(start, end, panels, |y, weights| {
        let z = y.map(|y| exp_m1(y) / c);
        let mut expected = [0.0; POINTS];
        purchases(&z, &mut expected);
        for ((z, expected), weight) in z.iter().zip(expected).zip(weights) {
            integral += weight * (1.0 / c + z) * exp(-force * age * z) * expected;
        }
    });
    exp(-force * horizon) * at(&purchases, horizon / age) + force * age * integral
}
