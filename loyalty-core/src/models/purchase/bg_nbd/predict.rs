//! What the BG/NBD says of a customer, one at a time and by the column.

use super::BgNbd;
use crate::Error;
use crate::error::{non_negative, same_length};
use crate::models::Discounting;
use crate::parallel::{Threads, fill};
use crate::special::elementary::{exp, ln, ln_1p, logistic};
use crate::special::{
    ln_gamma_ratio, negative_binomial_ln_pmf, negative_binomial_upper_tail, renewals_while_alive,
};
use crate::summary::{CustomerSummary, History};

impl BgNbd {
    /// Probability that a customer is still active at the end of observation.
    ///
    /// ```text
    /// P(alive | x, t_x, T) = 1 / (1 + a/(b+x−1) · ((α+T)/(α+t_x))^(r+x)),   x > 0
    ///                      = 1,                                             x = 0
    /// ```
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::{BgNbd, History};
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert_eq!(cdnow.p_alive(&History::new(0, 0.0, 38.86)?), 1.0);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005); Fader & Hardie (2008), note 021.
    pub fn p_alive(&self, history: &History) -> f64 {
        if history.x() == 0 {
            return 1.0;
        }
        let (x, t_x, t) = (f64::from(history.x()), history.t_x(), history.t());
        let since = ln_1p((t - t_x) / (self.alpha + t_x));
        logistic(ln((self.b + (x - 1.0)) / self.a) - (self.r + x) * since)
    }

    /// Expected number of purchases within `horizon` after the end of observation.
    ///
    /// ```text
    /// E[Y(t) | x, t_x, T] = P(alive) · G(r+x, t/(α+T), a, b+x)
    /// G(s, z, a, b) = (a+b−1)/(a−1) · [1 − (1+z)^−s ₂F₁(s, b; a+b−1; z/(1+z))]
    /// ```
    ///
    /// evaluated by positive terms only, at a = 1 too, with relative error below 1e-12.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is finite and at least 0.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::{BgNbd, History};
    /// let model = BgNbd::new(0.5, 5.0, 1.0, 2.0)?;
    /// let expected = model.expected_purchases(&History::new(2, 10.0, 20.0)?, 30.0)?;
    /// assert!((expected - 0.998176346271).abs() < 1e-12);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 10.
    pub fn expected_purchases(&self, history: &History, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        Ok(self.p_alive(history) * self.purchases_if_alive(history, horizon))
    }

    /// Expected number of purchases of a new customer within `horizon` after the first purchase,
    /// which is not counted.
    ///
    /// ```text
    /// E[X(t)] = G(r, t/α, a, b)
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is finite and at least 0.
    ///
    /// # Examples
    /// ```
    /// let cdnow = loyalty_core::BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((cdnow.expected_purchases_new_customer(78.0)? - 1.8605).abs() < 1e-4);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 9.
    pub fn expected_purchases_new_customer(&self, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        Ok(renewals_while_alive(self.r, horizon / self.alpha, self.a, self.b))
    }

    /// Probability that a new customer makes exactly `n` purchases within `t` after the first, which
    /// is not counted.
    ///
    /// ```text
    /// P(X(t)=n) = B(a, b+n)/B(a, b) · [P(N=n) + [n>0] a/(b+n−1) · P(N>=n)]
    /// ```
    ///
    /// with N negative binomial, the purchases of a customer who cannot drop out.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless t is finite and at least 0.
    ///
    /// # Examples
    /// ```
    /// let cdnow = loyalty_core::BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((cdnow.probability_of_n_purchases(0, 39.0)? - 0.5737863521).abs() < 1e-10);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 8.
    pub fn probability_of_n_purchases(&self, n: u32, t: f64) -> Result<f64, Error> {
        let t = non_negative("t", t)?;
        if t == 0.0 {
            return Ok(if n == 0 { 1.0 } else { 0.0 });
        }
        let z = t / self.alpha;
        let exactly = negative_binomial_ln_pmf(n, self.r, z);
        if n == 0 {
            return Ok(exp(exactly));
        }
        let count = f64::from(n);
        let ended = self.a / (self.b + (count - 1.0)) * negative_binomial_upper_tail(n, self.r, z);
        Ok(exp(ln_survived(self.a, self.b, count)) * (exp(exactly) + ended))
    }

    /// Discounted expected purchases after the end of observation; see [`Discounting`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::{BgNbd, Discounting, History};
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// let undiscounted = Discounting::continuous(39.0, 0.0)?;
    /// assert_eq!(
    ///     cdnow.discounted_purchases(&customer, &undiscounted),
    ///     cdnow.expected_purchases(&customer, 39.0)?
    /// );
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis,
    /// Journal of Marketing Research 42(4), 415–430.
    pub fn discounted_purchases(&self, history: &History, discounting: &Discounting) -> f64 {
        self.p_alive(history) * self.discounted_if_alive(history, discounting)
    }

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
        fill(out, threads, || (), |(), row| self.p_alive(&customers.history(row)));
        Ok(())
    }

    /// [`BgNbd::expected_purchases`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`BgNbd::p_alive_into`], and [`Error::Parameter`] unless the horizon is finite and at least
    /// 0.
    pub fn expected_purchases_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        self.check_batch(customers, out)?;
        fill(out, threads, Memo::new, |memo, row| {
            let history = customers.history(row);
            let if_alive = memo.get(&history, || self.purchases_if_alive(&history, horizon));
            self.p_alive(&history) * if_alive
        });
        Ok(())
    }

    /// [`BgNbd::discounted_purchases`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`BgNbd::p_alive_into`].
    pub fn discounted_purchases_into(
        &self,
        customers: &CustomerSummary,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        self.check_batch(customers, out)?;
        fill(out, threads, Memo::new, |memo, row| {
            let history = customers.history(row);
            let if_alive = memo.get(&history, || self.discounted_if_alive(&history, discounting));
            self.p_alive(&history) * if_alive
        });
        Ok(())
    }

    fn check_batch(&self, customers: &CustomerSummary, out: &[f64]) -> Result<(), Error> {
        customers.same_unit(self.unit)?;
        same_length(customers.len(), "out", out.len())
    }

    /// E[Y(t) | alive at T], which does not depend on t_x.
    fn purchases_if_alive(&self, history: &History, horizon: f64) -> f64 {
        let x = f64::from(history.x());
        let z = horizon / (self.alpha + history.t());
        renewals_while_alive(self.r + x, z, self.a, self.b + x)
    }

    fn discounted_if_alive(&self, history: &History, discounting: &Discounting) -> f64 {
        let age = self.alpha + history.t();
        discounting.total(age, |t| self.purchases_if_alive(history, t))
    }
}

/// ln B(a, b+n)/B(a, b), the probability to survive n purchases.
pub(super) fn ln_survived(a: f64, b: f64, n: f64) -> f64 {
    // Two equal forms; the one with the smaller shift keeps more digits.
    if a < n {
        ln_gamma_ratio(b, a) - ln_gamma_ratio(b + n, a)
    } else {
        ln_gamma_ratio(b, n) - ln_gamma_ratio(a + b, n)
    }
}

/// Remembers results by (x, T), which customers of one shop share. A memo is a cache of a pure
/// function, so it cannot change a result.
struct Memo {
    slots: Vec<(u32, f64, f64)>,
}

impl Memo {
    const SLOTS: usize = 1 << 15;

    fn new() -> Self {
        Self { slots: vec![(0, f64::NAN, 0.0); Self::SLOTS] }
    }

    fn get(&mut self, history: &History, work_out: impl FnOnce() -> f64) -> f64 {
        let (x, t) = (history.x(), history.t());
        let hash = (t.to_bits() ^ (u64::from(x) << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 49;
        let slot = &mut self.slots[usize::try_from(hash).unwrap_or(0) % Self::SLOTS];
        if (slot.0, slot.1) != (x, t) {
            *slot = (x, t, work_out());
        }
        slot.2
    }
}
