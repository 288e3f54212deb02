//! What the BG/NBD says of many customers: the same bits as one at a time, with the work that
//! customers share done once.

use super::BgNbd;
use super::alive::fill_p_alive;
use super::by_history::times_alive;
use crate::Error;
use crate::error::{non_negative, same_length};
use crate::parallel::Threads;
use crate::purchase::discounting::Discounting;
use crate::summary::CustomerSummary;

impl BgNbd {
    /// [`BgNbd::p_alive`] of every customer; `out` has one value per customer, in row order.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model, [`Error::Length`] where
    /// `out` is not as long as the summary.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.p_alive_into(&customers, &mut out, Threads::default())?;
    /// assert_eq!(out, [cdnow.p_alive(&customers.history(0)), 1.0]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn p_alive_into(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.check_batch(customers, out)?;
        fill_p_alive(self, customers, out, threads);
        Ok(())
    }

    /// [`BgNbd::expected_purchases`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`BgNbd::p_alive_into`], and [`Error::Parameter`] unless the horizon is finite and at least
    /// 0.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.expected_purchases_into(&customers, 39.0, &mut out, Threads::default())?;
    /// assert_eq!(out[1], cdnow.expected_purchases(&customers.history(1), 39.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn expected_purchases_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        self.check_batch(customers, out)?;
        let renewals = |x, customers| self.renewals_of_many(x, customers);
        times_alive(self, customers, out, threads, renewals, |renewals, ages, out| {
            ages.iter_mut().for_each(|age| *age = horizon / *age);
            renewals.each(ages, out);
        });
        Ok(())
    }

    /// [`BgNbd::discounted_purchases`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`BgNbd::p_alive_into`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, Discounting};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// use loyalty_core::time::Unit;
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let year = Discounting::annual(52.0, 0.1, Unit::Week)?;
    /// let mut out = [0.0; 2];
    /// cdnow.discounted_purchases_into(&customers, &year, &mut out, Threads::default())?;
    /// assert_eq!(out[0], cdnow.discounted_purchases(&customers.history(0), &year));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn discounted_purchases_into(
        &self,
        customers: &CustomerSummary,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.check_batch(customers, out)?;
        let renewals = |x, customers| self.renewals_of_many(x, customers);
        times_alive(self, customers, out, threads, renewals, |renewals, ages, out| {
            for (age, out) in ages.iter().zip(out) {
                *out = discounting.purchases(renewals, *age);
            }
        });
        Ok(())
    }

    pub(super) fn check_batch(
        &self,
        customers: &CustomerSummary,
        out: &[f64],
    ) -> Result<(), Error> {
        customers.same_unit(self.unit)?;
        same_length(customers.len(), "out", out.len())
    }
}
