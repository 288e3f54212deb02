//! What the BG/NBD says of many customers: the same bits as one at a time, with the work that
//! customers share done once.

use multiversion::multiversion;

use super::BgNbd;
use super::by_age::{BLOCK, ByAge};
use crate::Error;
use crate::error::{non_negative, same_length};
use crate::models::Discounting;
use crate::parallel::{Threads, fill_parts};
use crate::special::elementary::{ln_1p, logistic};
use crate::summary::{Buckets, CustomerSummary};

/// Frequencies for which logarithms are kept; customers beyond are few.
const KEPT: u32 = 1024;

impl BgNbd {
    /// [`BgNbd::p_alive`] of every customer; `out` has one value per customer, in row order.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model, [`Error::Length`] where
    /// `out` is not as long as the summary.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::{BgNbd, CustomerSummary, SummaryColumns, Threads};
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
        let alive = Alive::new(self, customers);
        fill_parts(out, threads, |start, out| alive.fill(start, out));
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
    /// use loyalty_core::{BgNbd, CustomerSummary, SummaryColumns, Threads};
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
        let renewals = |x, customers| self.renewals_of_many(x, customers);
        self.times_alive(customers, out, threads, renewals, |renewals, ages, out| {
            ages.iter_mut().for_each(|age| *age = horizon / *age);
            renewals.each(ages, out);
        })
    }

    /// [`BgNbd::discounted_purchases`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`BgNbd::p_alive_into`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::{BgNbd, CustomerSummary, Discounting, SummaryColumns, Threads, Unit};
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
        let renewals = |x, customers| self.renewals_of_many(x, customers);
        self.times_alive(customers, out, threads, renewals, |renewals, ages, out| {
            for (age, out) in ages.iter().zip(out) {
                *out = discounting.purchases(renewals, *age);
            }
        })
    }

    /// P(alive) times what `if_alive` gives of customers with one frequency and these ages α + T, with
    /// what `prepare` gives for a frequency and its number of customers. It may overwrite the ages.
    pub(super) fn times_alive<P>(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
        prepare: impl Fn(u32, usize) -> P + Sync,
        if_alive: impl Fn(&P, &mut [f64], &mut [f64]) + Sync,
    ) -> Result<(), Error> {
        self.check_batch(customers, out)?;
        let alive = Alive::new(self, customers);
        fill_parts(out, threads, |start, out| {
            let rows = start..start + out.len();
            let (frequency, t) = (&customers.frequency()[rows.clone()], &customers.t()[rows]);
            let mut by_age = ByAge::new();
            for (x, rows) in Buckets::of(frequency).iter() {
                let prepared = prepare(x, rows.len());
                by_age.start(rows.len());
                for rows in rows.chunks(BLOCK) {
                    let mut buffers = [[0.0; BLOCK]; 2];
                    let [ages, counts] = buffers.each_mut().map(|buffer| &mut buffer[..rows.len()]);
                    let age = |&row: &u32| self.alpha + t[row as usize];
                    ages.iter_mut().zip(rows.iter().map(age)).for_each(|(to, age)| *to = age);
                    by_age.fill(ages, counts, |ages, out| if_alive(&prepared, ages, out));
                    rows.iter().zip(counts).for_each(|(&row, count)| out[row as usize] = *count);
                }
            }
            let mut p_alive = [0.0; BLOCK];
            for (block, out) in out.chunks_mut(BLOCK).enumerate() {
                let p_alive = &mut p_alive[..out.len()];
                alive.fill(start + block * BLOCK, p_alive);
                out.iter_mut().zip(p_alive).for_each(|(out, p_alive)| *out *= *p_alive);
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

/// P(alive) by the block.
struct Alive<'a> {
    model: &'a BgNbd,
    customers: &'a CustomerSummary,
    /// ln((b+x−1)/a) by x; infinite at x = 0, where everybody is alive.
    ln_odds: Vec<f64>,
}

impl<'a> Alive<'a> {
    fn new(model: &'a BgNbd, customers: &'a CustomerSummary) -> Self {
        let most = customers.frequency().iter().copied().max().unwrap_or(0).min(KEPT);
        let ln_odds = (0..=most).map(|x| model.ln_odds(x)).collect();
        Self { model, customers, ln_odds }
    }

    fn fill(&self, start: usize, out: &mut [f64]) {
        for (block, out) in out.chunks_mut(BLOCK).enumerate() {
            self.fill_block(start + block * BLOCK, out);
        }
    }

    fn fill_block(&self, start: usize, out: &mut [f64]) {
        let rows = start..start + out.len();
        let mut buffers = [[0.0; BLOCK]; 2];
        let [ln_odds, shape] = &mut buffers;
        for (row, &x) in self.customers.frequency()[rows.clone()].iter().enumerate() {
            let kept = self.ln_odds.get(x as usize).copied();
            ln_odds[row] = kept.unwrap_or_else(|| self.model.ln_odds(x));
            shape[row] = self.model.r + f64::from(x);
        }
        let (t_x, t) = (&self.customers.recency()[rows.clone()], &self.customers.t()[rows]);
        p_alive(self.model.alpha, ln_odds, shape, t_x, t, out);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn p_alive(
    alpha: f64,
    ln_odds: &[f64; BLOCK],
    shape: &[f64; BLOCK],
    t_x: &[f64],
    t: &[f64],
    out: &mut [f64],
) {
    let columns = ln_odds.iter().zip(shape).zip(t_x.iter().zip(t));
    for (out, ((ln_odds, shape), (t_x, t))) in out.iter_mut().zip(columns) {
        *out = logistic(ln_odds - shape * ln_1p((t - t_x) / (alpha + t_x)));
    }
}
