//! How far the renewals to come reach, and what they count today.

use crate::Error;
use crate::error::{non_negative, positive};
use crate::math::elementary::{exp_m1, ln_1p};

/// The renewals that count, and how they are discounted: per renewal period, from the next renewal on.
///
/// # Examples
/// ```
/// use loyalty_core::contracts::RenewalHorizon;
/// // Monthly contracts at 10 % a year.
/// let forever = RenewalHorizon::forever(RenewalHorizon::rate_of(0.10, 12.0)?)?;
/// assert!((forever.discount_rate() - 0.007974).abs() < 1e-6);
/// assert_eq!((forever.periods(), RenewalHorizon::within(5, 0.0)?.periods()), (None, Some(5)));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RenewalHorizon {
    periods: Option<u32>,
    discount_rate: f64,
}

/// Most periods of a horizon: monthly for eight hundred years.
const MOST_PERIODS: u32 = 10_000;

impl RenewalHorizon {
    /// The next `periods` renewals, at a rate per renewal period.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the periods are at most 10000 and the rate is from 0 to below 1.
    pub fn within(periods: u32, discount_rate: f64) -> Result<Self, Error> {
        if periods > MOST_PERIODS {
            let value = f64::from(periods);
            return Err(Error::parameter("periods", "from 0 to 10000", value));
        }
        let discount_rate = non_negative("discount_rate", share("discount_rate", discount_rate)?)?;
        Ok(Self { periods: Some(periods), discount_rate })
    }

    /// All renewals to come, at a rate per renewal period above 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the rate is from 1e-50 to below 1.
    pub fn forever(discount_rate: f64) -> Result<Self, Error> {
        let discount_rate = positive("discount_rate", share("discount_rate", discount_rate)?)?;
        Ok(Self { periods: None, discount_rate })
    }

    /// The rate per renewal period of an effective rate per year, at so many renewals a year:
    /// (1 + rate)^(1/renewals) − 1.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the rate is from 0 to below 1 and the renewals are above 0.
    pub fn rate_of(annual_discount_rate: f64, renewals_per_year: f64) -> Result<f64, Error> {
        let name = "annual_discount_rate";
        let rate = non_negative(name, share(name, annual_discount_rate)?)?;
        Ok(exp_m1(ln_1p(rate) / positive("renewals_per_year", renewals_per_year)?))
    }

    /// How many renewals count; `None` for all.
    pub fn periods(&self) -> Option<u32> {
        self.periods
    }

    /// The rate per renewal period.
    pub fn discount_rate(&self) -> f64 {
        self.discount_rate
    }
}

/// Accepts a rate that is not a number of per cent.
fn share(name: &'static str, rate: f64) -> Result<f64, Error> {
    if rate >= 1.0 && rate.is_finite() {
        return Err(Error::parameter(name, "a share below 1 (10 % is 0.1)", rate));
    }
    Ok(rate)
}
