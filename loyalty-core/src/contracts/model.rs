//! What every model of contracts predicts.

use super::{Contracts, RenewalHorizon};
use crate::Error;
use crate::parallel::Threads;

/// A model of contracts: all that can be asked of one, whichever it is.
///
/// Questions are about a customer who has renewed n times and is still there, or of all of a table, in which
/// the answer for who has left is 0. Time is counted in renewals. The formulas are those of the curve S(t), the
/// share of new customers who make t renewals.
pub trait ContractModel: std::fmt::Debug + Send + Sync {
    /// The probability that a customer renews once more: S(n+1)/S(n).
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractModel, Sbg};
    /// let model = Sbg::new(0.704, 1.182)?;
    /// assert!((model.retention(0) - 1.182 / 1.886).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn retention(&self, renewals: u32) -> f64;

    /// The probability that a customer leaves instead of renewing once more: 1 − S(n+1)/S(n), without the
    /// difference. Over n it is the churn curve of a cohort.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractModel, Sbg};
    /// let model = Sbg::new(0.704, 1.182)?;
    /// assert!((model.churn(3) - 0.704 / (1.886 + 3.0)).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn churn(&self, renewals: u32) -> f64;

    /// The probability that a customer makes the next `ahead` renewals: S(n+k)/S(n). Of a new customer it is
    /// the survival curve, and times the size of a cohort its forecast.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractModel, Sbg};
    /// let model = Sbg::new(0.704, 1.182)?;
    /// let twice = model.survival(4, 1) * model.survival(5, 1);
    /// assert!((model.survival(4, 2) - twice).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn survival(&self, renewals: u32, ahead: u32) -> f64;

    /// The discounted renewals to come, seen from the next one: the discounted expected residual lifetime
    /// (DERL).
    ///
    /// ```text
    /// DERL(n) = Σ_{k>=1} S(n+k)/S(n) (1+d)^−(k−1)
    /// ```
    ///
    /// The customer stands just before their next renewal, which counts in full. Within a horizon without a
    /// discount it is the expected number of renewals.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractModel, RenewalHorizon, Sbg};
    /// let model = Sbg::new(0.704, 1.182)?;
    /// let two = model.discounted_renewals(0, &RenewalHorizon::within(2, 0.0)?);
    /// assert!((two - model.survival(0, 1) - model.survival(0, 2)).abs() < 1e-15);
    /// let forever = RenewalHorizon::forever(0.1)?;
    /// assert!(model.discounted_renewals(5, &forever) > model.discounted_renewals(0, &forever));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader & Hardie (2010), Marketing Science 29(1), 85–93, eq. 6: with n − 1 for n.
    fn discounted_renewals(&self, renewals: u32, horizon: &RenewalHorizon) -> f64;

    /// The discounted periods of a new customer, the first of which is paid at once: the discounted expected
    /// lifetime (DEL), 1 + DERL(0)/(1+d).
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractModel, RenewalHorizon, Sbg};
    /// let model = Sbg::new(0.704, 1.182)?;
    /// let once = model.discounted_lifetime(&RenewalHorizon::within(1, 0.1)?);
    /// assert!((once - 1.0 - model.survival(0, 1) / 1.1).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn discounted_lifetime(&self, horizon: &RenewalHorizon) -> f64;

    /// [`ContractModel::churn`] of every contract; `out` has one value per row.
    ///
    /// # Errors
    /// [`Error::Length`] where `out` is not as long as the table.
    fn churn_into(
        &self,
        contracts: &Contracts,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`ContractModel::survival`] of every contract; `out` has one value per row.
    ///
    /// # Errors
    /// [`Error::Length`] where `out` is not as long as the table.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractColumns, ContractModel, Contracts, Sbg};
    /// use loyalty_core::parallel::Threads;
    /// let contracts = Contracts::new(&ContractColumns::new(&[2.0, 5.0], &[false, true]))?;
    /// let (model, mut out) = (Sbg::new(0.704, 1.182)?, [0.0; 2]);
    /// model.survival_into(&contracts, 3, &mut out, Threads::ONE)?;
    /// assert_eq!(out, [model.survival(2, 3), 0.0]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn survival_into(
        &self,
        contracts: &Contracts,
        ahead: u32,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`ContractModel::discounted_renewals`] of every contract; `out` has one value per row.
    ///
    /// # Errors
    /// [`Error::Length`] where `out` is not as long as the table.
    fn discounted_renewals_into(
        &self,
        contracts: &Contracts,
        horizon: &RenewalHorizon,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// The value of every contract's renewals to come: its margin per period times
    /// [`ContractModel::discounted_renewals`]. `margin` has one value per row, or one for all.
    ///
    /// # Errors
    /// [`Error::Length`] where `out` or the margins are not as long as the table, [`Error::Value`] for a
    /// margin that is not from −1e50 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractColumns, ContractModel, Contracts, RenewalHorizon, Sbg};
    /// use loyalty_core::parallel::Threads;
    /// let contracts = Contracts::new(&ContractColumns::new(&[2.0, 5.0], &[false, true]))?;
    /// let (model, forever) = (Sbg::new(0.704, 1.182)?, RenewalHorizon::forever(0.1)?);
    /// let mut out = [0.0; 2];
    /// model.clv_into(&contracts, &[12.0], &forever, &mut out, Threads::ONE)?;
    /// assert_eq!(out, [12.0 * model.discounted_renewals(2, &forever), 0.0]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn clv_into(
        &self,
        contracts: &Contracts,
        margin: &[f64],
        horizon: &RenewalHorizon,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// How many customers of every contract are expected to be still there after 1, 2, … `periods` further
    /// renewals: its weight times the survival. `out` has `periods` values per row, one row after the other.
    ///
    /// # Errors
    /// [`Error::Length`] where `out` has not so many values.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{CohortColumns, ContractModel, Contracts, Sbg};
    /// use loyalty_core::parallel::Threads;
    /// let columns = CohortColumns::new(&[0.0, 1.0], &[1000.0, 631.0]);
    /// let (contracts, model) = (Contracts::of_cohorts(&columns)?, Sbg::new(0.704, 1.182)?);
    /// let mut out = [0.0; 4];
    /// model.forecast_into(&contracts, 2, &mut out, Threads::ONE)?;
    /// assert_eq!(out, [0.0, 0.0, 631.0 * model.survival(1, 1), 631.0 * model.survival(1, 2)]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn forecast_into(
        &self,
        contracts: &Contracts,
        periods: u32,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// ln L of contracts at these parameters.
    ///
    /// ```text
    /// ln L = Σ ln S(n) over those still there + Σ ln[S(n) − S(n+1)] over those who left
    /// ```
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractColumns, ContractModel, Contracts, Sbg};
    /// let contracts = Contracts::new(&ContractColumns::new(&[1.0, 0.0], &[false, true]))?;
    /// let model = Sbg::new(0.5, 1.5)?;
    /// let expected = (0.75_f64 * 0.25).ln();
    /// assert!((model.log_likelihood(&contracts) - expected).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn log_likelihood(&self, contracts: &Contracts) -> f64;

    /// Contracts of new customers who behave as the model says, each of whom comes up for so many renewals.
    ///
    /// Row i depends on the seed and i alone, whatever the number of threads.
    ///
    /// # Errors
    /// [`Error::Empty`] without customers, [`Error::Parameter`] for more than 100,000 renewals.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractModel, Sbg};
    /// use loyalty_core::estimation::FitOptions;
    /// use loyalty_core::parallel::Threads;
    /// let contracts = Sbg::new(0.7, 1.2)?.simulate(&[12; 5000], 7, Threads::default())?;
    /// let found = Sbg::fit(&contracts, &FitOptions::default())?.model;
    /// assert!((found.gamma() - 0.7).abs() < 0.1);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn simulate(
        &self,
        opportunities: &[u32],
        seed: u64,
        threads: Threads,
    ) -> Result<Contracts, Error>;
}
