//! What the BG/NBD says of the future of many customers: the same bits as one at a time.

use hashbrown::HashMap;

use super::BgNbd;
use super::by_history::times_alive;
use super::future::check_counts;
use crate::Error;
use crate::error::{non_negative, same_length};
use crate::parallel::{Threads, fill, fill_rows};
use crate::summary::{Buckets, CustomerSummary};

/// Ages α + T whose distributions are kept at a time.
const KEPT: usize = 4096;

impl BgNbd {
    /// [`BgNbd::p_alive_at`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`BgNbd::expected_purchases_into`].
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
    /// cdnow.p_alive_at_into(&customers, 39.0, &mut out, Threads::default())?;
    /// assert_eq!(out[0], cdnow.p_alive_at(&customers.history(0), 39.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn p_alive_at_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        self.check_batch(customers, out)?;
        let survival = |x, customers| {
            let survival = self.survival(x);
            // A table pays from a handful of customers on.
            if customers < 4 { survival } else { survival.tabulated() }
        };
        times_alive(self, customers, out, threads, survival, |survival, ages, out| {
            ages.iter_mut().for_each(|age| *age = horizon / *age);
            survival.each(ages, out);
        });
        Ok(())
    }

    /// [`BgNbd::p_no_purchase`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`BgNbd::expected_purchases_into`].
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
    /// cdnow.p_no_purchase_into(&customers, 39.0, &mut out, Threads::default())?;
    /// assert_eq!(out[1], cdnow.p_no_purchase(&customers.history(1), 39.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn p_no_purchase_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        self.check_batch(customers, out)?;
        fill(out, threads, |row| self.no_purchase(&customers.history(row), horizon));
        Ok(())
    }

    /// [`BgNbd::purchase_distribution`] of every customer; `out` has `counts` values per customer, one
    /// customer after the other.
    ///
    /// # Errors
    /// As [`BgNbd::expected_purchases_into`], and [`Error::Empty`] where `counts` is 0.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let (mut out, mut one) = ([0.0; 6], [0.0; 3]);
    /// cdnow.purchase_distribution_into(&customers, 39.0, 3, &mut out, Threads::default())?;
    /// cdnow.purchase_distribution(&customers.history(1), 39.0, &mut one)?;
    /// assert_eq!(out[3..], one);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn purchase_distribution_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        counts: usize,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        check_counts(counts)?;
        customers.same_unit(self.unit)?;
        same_length(customers.len().saturating_mul(counts), "out", out.len())?;
        fill_rows(out, counts, threads, |start, out| {
            self.fill_distributions(customers, horizon, counts, start, out);
        });
        Ok(())
    }

    /// [`BgNbd::expected_purchases_new_customer`] at each horizon; `out` has one value per horizon.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless every horizon is from 0 to 1e50, [`Error::Length`] where `out` is
    /// not as long as the horizons.
    ///
    /// # Examples
    /// ```
    /// let cdnow = loyalty_core::purchase::BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.expected_purchases_new_customer_into(&[39.0, 78.0], &mut out)?;
    /// assert_eq!(out[1], cdnow.expected_purchases_new_customer(78.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn expected_purchases_new_customer_into(
        &self,
        horizons: &[f64],
        out: &mut [f64],
    ) -> Result<(), Error> {
        same_length(horizons.len(), "out", out.len())?;
        let shares = |&horizon: &f64| Ok(non_negative("horizon", horizon)? / self.alpha());
        let z = horizons.iter().map(shares).collect::<Result<Vec<f64>, Error>>()?;
        self.renewals_of_many(0, z.len()).each(&z, out);
        Ok(())
    }

    /// The rows from `start` on: work by x for the table of survival, and by age for the rest.
    fn fill_distributions(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        counts: usize,
        start: usize,
        out: &mut [f64],
    ) {
        let frequency = &customers.frequency()[start..start + out.len() / counts];
        let mut known: HashMap<u64, Vec<f64>> = HashMap::new();
        for (x, rows) in Buckets::of(frequency).iter() {
            let survived = self.coming(x, 0.0).survived(counts);
            known.clear();
            for row in rows.iter().map(|&row| row as usize) {
                let history = customers.history(start + row);
                let age = self.alpha + history.t();
                if known.len() >= KEPT {
                    known.clear();
                }
                let if_alive = known.entry(age.to_bits()).or_insert_with(|| {
                    let mut fresh = vec![0.0; counts];
                    self.coming(x, horizon / age).distribution(&survived, &mut fresh);
                    fresh
                });
                let out = &mut out[row * counts..(row + 1) * counts];
                out.copy_from_slice(if_alive);
                self.mix_with_gone(&history, out);
            }
        }
    }
}
