//! The Gamma-Gamma model.

mod fit;
mod likelihood;
mod simulate;

use crate::Error;
use crate::error::{non_negative, positive, same_length};
use crate::estimation::{Parameters, Towards, wrong_number};
use crate::parallel::{Threads, fill};
use crate::summary::CustomerSummary;

/// The Gamma-Gamma model: a customer's purchases vary around a mean of his own.
///
/// Amounts of one customer are Gamma(p, rate ν), independent of how often he buys; over the customers
/// ν ~ Gamma(q, rate v). The mean of x amounts is then all that matters of them.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `p` | p, shape of a customer's amounts | – | > 0 |
/// | `q` | q, shape of the customers' rates; at q <= 1 the mean over customers is infinite | – | > 0 |
/// | `v` | γ, their scale | money | > 0 |
///
/// # Examples
/// ```
/// use loyalty_core::spend::GammaGamma;
/// let cdnow = GammaGamma::new(6.25, 3.74, 15.44)?;
/// assert!((cdnow.expected_spend(2, 22.35)? - 24.66).abs() < 0.01);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025; Fader, Hardie & Lee
/// (2005), Journal of Marketing Research 42(4), 415–430.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

impl GammaGamma {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all three are from 1e-50 to 1e50.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self, Error> {
        Ok(Self { p: positive("p", p)?, q: positive("q", q)?, v: positive("v", v)? })
    }

    /// Shape of a customer's amounts.
    pub fn p(&self) -> f64 {
        self.p
    }

    /// Shape of the customers' rates.
    pub fn q(&self) -> f64 {
        self.q
    }

    /// Scale of the customers' rates, in money.
    pub fn v(&self) -> f64 {
        self.v
    }

    /// Whether q is above 1, so that the mean over the customers, p v/(q − 1), is finite.
    ///
    /// Where it is not, nothing can be expected of a customer without purchases, and the expected spend
    /// of the others hangs on their own purchases alone.
    ///
    /// ```
    /// use loyalty_core::spend::GammaGamma;
    /// assert!(GammaGamma::new(6.25, 3.74, 15.44)?.has_finite_mean());
    /// assert!(!GammaGamma::new(1.0, 0.9, 20.0)?.has_finite_mean());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn has_finite_mean(&self) -> bool {
        self.q > 1.0
    }

    /// Expected amount per purchase of a customer whose `transactions` purchases had the mean amount
    /// `mean`.
    ///
    /// ```text
    /// E[M | x, m] = p (v + x m) / (p x + q − 1)
    /// ```
    ///
    /// With no purchase it is the mean of a new customer, p v / (q − 1).
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the mean is from 0 to 1e50, [`Error::Infinite`] where
    /// `p x + q <= 1`: the model then has no finite mean for this customer.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::Error;
    /// use loyalty_core::spend::GammaGamma;
    /// let heavy = GammaGamma::new(1.0, 0.9, 20.0)?;
    /// assert!(matches!(heavy.expected_spend(0, 0.0), Err(Error::Infinite { .. })));
    /// assert!((heavy.expected_spend(1, 30.0)? - 50.0 / 0.9).abs() < 1e-12);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader & Hardie (2013), note 025, eq. 5.
    pub fn expected_spend(&self, transactions: u32, mean: f64) -> Result<f64, Error> {
        let mean = non_negative("mean", mean)?;
        if self.degrees(transactions) > 0.0 {
            return Ok(self.spend(transactions, mean));
        }
        let reason = format!("q = {} is too small for {transactions} purchases", self.q);
        Err(Error::Infinite { quantity: "the expected spend", reason })
    }

    /// [`GammaGamma::expected_spend`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the summary has no monetary value, [`Error::Infinite`] with the
    /// first row where the mean is infinite, [`Error::Length`] where `out` is not as long as the
    /// summary.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::spend::GammaGamma;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let mut columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// columns.monetary_value = Some(Column::new("monetary_value", &[22.35, 0.0]));
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = GammaGamma::new(6.25, 3.74, 15.44)?;
    /// let mut out = [0.0; 2];
    /// cdnow.expected_spend_into(&customers, &mut out, Threads::default())?;
    /// assert_eq!(out[1], cdnow.expected_spend(0, 0.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn expected_spend_into(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        let needed_by = "the expected spend";
        let mean = customers
            .monetary_value()
            .ok_or(Error::MissingColumn { column: "monetary_value", needed_by })?;
        same_length(customers.len(), "out", out.len())?;
        let infinite = |row: &usize| self.degrees(customers.transactions(*row)) <= 0.0;
        if let Some(row) = (0..customers.len()).find(infinite) {
            let reason = format!("q = {} is too small for the customer in row {row}", self.q);
            return Err(Error::Infinite { quantity: needed_by, reason });
        }
        fill(out, threads, |row| self.spend(customers.transactions(row), mean[row]));
        Ok(())
    }

    fn spend(&self, transactions: u32, mean: f64) -> f64 {
        let x = f64::from(transactions);
        self.p * (self.v + x * mean) / self.degrees(transactions)
    }

    /// p x + q − 1, which must be above 0 for the mean to be finite.
    fn degrees(&self, transactions: u32) -> f64 {
        self.p * f64::from(transactions) + (self.q - 1.0)
    }
}

impl Parameters for GammaGamma {
    const KIND: &'static str = "gamma-gamma";
    const NAMES: &'static [&'static str] = &["p", "q", "v"];

    fn values(&self) -> Vec<f64> {
        vec![self.p, self.q, self.v]
    }

    fn limit(&self, runaways: &[(&'static str, Towards)]) -> &'static str {
        let runs = |name, towards| runaways.contains(&(name, towards));
        if runs("p", Towards::Infinity) {
            "a customer's amounts are all alike: forecasts use what each has spent"
        } else if runs("q", Towards::Infinity) {
            "all customers spend the same on average, and forecasts use the common mean"
        } else if runs("q", Towards::Zero) {
            "a few customers spend nearly everything: the mean of new ones is infinite"
        } else {
            ""
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        let &[p, q, v] = values else {
            return Err(wrong_number(Self::NAMES, values));
        };
        Self::new(p, q, v)
    }
}
