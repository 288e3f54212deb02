//! What every model of spend predicts.

use super::SpendKind;
use crate::Error;
use crate::parallel::Threads;
use crate::summary::CustomerSummary;

/// A model of how much customers spend per purchase: all that can be asked of one, whichever it is.
///
/// Formulas are those of the [`GammaGamma`](super::GammaGamma).
pub trait SpendModel: std::fmt::Debug + Send + Sync {
    /// Which model it is.
    fn kind(&self) -> SpendKind;

    /// Whether q is above 1, so that the mean over the customers, p v/(q − 1), is finite.
    ///
    /// Where it is not, nothing can be expected of a customer without purchases, and the expected spend
    /// of the others hangs on their own purchases alone.
    ///
    /// ```
    /// use loyalty_core::spend::{GammaGamma, SpendModel};
    /// assert!(GammaGamma::new(6.25, 3.74, 15.44)?.has_finite_mean());
    /// assert!(!GammaGamma::new(1.0, 0.9, 20.0)?.has_finite_mean());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn has_finite_mean(&self) -> bool;

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
    /// use loyalty_core::spend::{GammaGamma, SpendModel};
    /// let heavy = GammaGamma::new(1.0, 0.9, 20.0)?;
    /// assert!(matches!(heavy.expected_spend(0, 0.0), Err(Error::Infinite { .. })));
    /// assert!((heavy.expected_spend(1, 30.0)? - 50.0 / 0.9).abs() < 1e-12);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader & Hardie (2013), note 025, eq. 5.
    fn expected_spend(&self, transactions: u32, mean: f64) -> Result<f64, Error>;

    /// [`SpendModel::expected_spend`] of every customer; `out` has one value per customer.
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
    /// use loyalty_core::spend::{GammaGamma, SpendModel};
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
    fn expected_spend_into(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// ln L of a summary at these parameters.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the summary has no monetary value.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::spend::{GammaGamma, SpendModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let mut columns = SummaryColumns::new(&[3.0], &[5.0], &[9.0]);
    /// columns.monetary_value = Some(Column::new("mean", &[35.0]));
    /// let customers = CustomerSummary::new(&columns)?;
    /// let ln_density = GammaGamma::new(6.0, 4.0, 16.0)?.log_likelihood(&customers)?;
    /// assert!((ln_density - 0.0162804074_f64.ln()).abs() < 1e-8);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn log_likelihood(&self, summary: &CustomerSummary) -> Result<f64, Error>;

    /// Monetary values of customers who spend as the model says: per customer the mean of as many
    /// amounts as the summary has purchases of theirs behind its monetary value, 0 without any.
    ///
    /// Row i depends on the seed and i alone, whatever the number of threads.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::spend::{GammaGamma, SpendModel};
    /// let customers = BgNbd::new(0.8, 5.0, 1.0, 3.0)?.simulate(&[39.0; 5], 7, Threads::ONE)?;
    /// let spent = GammaGamma::new(6.0, 4.0, 15.0)?.simulate(&customers, 7, Threads::ONE);
    /// for row in 0..5 {
    ///     assert_eq!(customers.transactions(row) > 0, spent[row] > 0.0);
    /// }
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn simulate(&self, customers: &CustomerSummary, seed: u64, threads: Threads) -> Vec<f64>;

    /// Amounts of a customer's purchases to come, drawn: around a mean of their own that is drawn from its posterior
    /// given the `transactions` purchases of this `mean`. They depend on the seed alone.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::spend::{GammaGamma, SpendModel};
    /// let model = GammaGamma::new(6.25, 3.74, 15.44)?;
    /// let mut sum = 0.0;
    /// for seed in 0..4000 {
    ///     let mut amounts = [0.0; 2];
    ///     model.draw_amounts(2, 22.35, seed, &mut amounts);
    ///     sum += amounts[0] + amounts[1];
    /// }
    /// assert!((sum / 8000.0 / model.expected_spend(2, 22.35)? - 1.0).abs() < 0.03);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn draw_amounts(&self, transactions: u32, mean: f64, seed: u64, amounts: &mut [f64]);

    /// The probability that the mean amount of so many purchases of a customer, of whom nothing else is known, is above
    /// this one. NaN for no purchases or a mean that is not from 0 on.
    ///
    /// ```text
    /// P(M > m) = P(B > xm/(xm + v)),   B ~ Beta(px, q)
    /// ```
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::spend::{GammaGamma, SpendModel};
    /// let model = GammaGamma::new(6.25, 3.74, 15.44)?;
    /// assert_eq!((model.p_mean_above(3, 0.0), model.p_mean_above(3, 1e40)), (1.0, 0.0));
    /// assert!((model.p_mean_above(3, 30.0) - 0.5).abs() < 0.1);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader & Hardie (2013), note 025: the mean of x purchases has a beta distribution of the second kind.
    fn p_mean_above(&self, transactions: u32, mean: f64) -> f64;
}
