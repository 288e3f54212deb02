//! The forecast of a purchase model, corrected by what followed at earlier cutoffs.
//!
//! A purchase model knows of a customer how often they bought, when last and for how long. Shops know
//! more: who bought twice in the last fortnight, who is late, who spends much. [`AnchoredForecast`] goes
//! back in the log, lets the model forecast periods whose outcome is known, learns what it missed there,
//! and corrects today's forecast by half of that. It is not used where it did not help at the newest of
//! those cutoffs, and [`Learning`] says how it was found. [`ForecastErrors`] hold any forecast of counts against
//! what happened.

mod errors;
mod features;
mod learning;
mod model_file;
mod poisson;

pub use errors::ForecastErrors;
pub use features::FEATURES;
pub use learning::{AnchorOptions, Gate, LastYear, Learned, Learning, Level};

use features::{Features, View};

use crate::Error;
use crate::error::{positive, same_length};
use crate::math::elementary::{exp, ln};
use crate::parallel::{Threads, fill_parts};
use crate::purchase::{AnyPurchaseModel, PurchaseModel};
use crate::summary::{Activity, CustomerSummary, History, Occasions, Recent};
use crate::time::Unit;

/// How far a correction may go: a customer who is unlike all that it was learnt from gets at most e³ = 20
/// times the model's forecast, or a twentieth.
const FARTHEST: f64 = 3.0;

/// What was learnt at earlier cutoffs: 14 numbers, and the amount that is ordinary.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Correction {
    weights: Features,
    intercept: f64,
    typical_amount: f64,
}

/// Purchases expected of a customer in the `horizon` after the end of observation: those of a purchase
/// model, times a correction.
///
/// ```text
/// E = p · exp(w₀ + Σ w_j f_j),   |Σ w_j f_j| ≤ 3
/// ```
///
/// with p the expectation of the model and f the [`FEATURES`] of the customer. Without a correction, where
/// none was found to help, E = p to the bit. The sum over the customers that it was learnt from is that of
/// the model: the correction says who buys, not how much is bought in all.
///
/// # Examples
/// ```
/// use loyalty_core::forecast::AnchoredForecast;
/// use loyalty_core::purchase::{ParetoNbd, PurchaseModel};
/// use loyalty_core::summary::{History, Recent};
/// use loyalty_core::time::Unit;
/// let model = ParetoNbd::new(0.55, 10.58, 0.61, 11.67)?.with_unit(Some(Unit::Week));
/// let plain = AnchoredForecast::uncorrected(model.into(), 13.0)?;
/// let customer = History::new(2, 30.43, 38.86)?;
/// let recent = Recent::new([0, 0, 1, 1, 2, 3], None)?;
/// let expected = model.expected_purchases(&customer, 13.0)?;
/// assert_eq!(plain.expected_purchases(&customer, &recent)?, expected);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Stacking (Wolpert 1992, Neural Networks 5(2), 241–259) of one model at pseudo-cutoffs, as rolling origins
/// are called (Tashman 2000, International Journal of Forecasting 16(4), 437–450).
#[derive(Debug, Clone, PartialEq)]
pub struct AnchoredForecast {
    base: AnyPurchaseModel,
    unit: Unit,
    horizon: f64,
    correction: Option<Correction>,
}

impl AnchoredForecast {
    /// The forecast of a model as it is.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is above 0, [`Error::Choice`] for a model whose unit is
    /// not known: windows are counted in days.
    pub fn uncorrected(base: AnyPurchaseModel, horizon: f64) -> Result<Self, Error> {
        let horizon = positive("horizon", horizon)?;
        let unit = base.unit().ok_or_else(|| Error::Choice {
            name: "unit",
            expected: "known of a model whose forecast is anchored",
            value: "none".to_owned(),
        })?;
        Ok(Self { base, unit, horizon, correction: None })
    }

    /// The purchase model.
    pub fn base(&self) -> &AnyPurchaseModel {
        &self.base
    }

    /// The unit of the model's time and of the horizon.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// How far the forecast reaches.
    pub fn horizon(&self) -> f64 {
        self.horizon
    }

    /// Whether the model's forecast is corrected.
    pub fn is_corrected(&self) -> bool {
        self.correction.is_some()
    }

    /// The weights of the [`FEATURES`], and behind them the intercept; `None` without a correction.
    pub fn weights(&self) -> Option<[f64; FEATURES.len() + 1]> {
        let correction = self.correction.as_ref()?;
        let mut all = [correction.intercept; FEATURES.len() + 1];
        all[..FEATURES.len()].copy_from_slice(&correction.weights);
        Some(all)
    }

    /// Expected purchases of one customer.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the correction knows amounts and this customer's is not given,
    /// [`Error::Value`] where more occasions are recent than the x + 1 that there are.
    pub fn expected_purchases(&self, history: &History, recent: &Recent) -> Result<f64, Error> {
        self.check(0, history, recent)?;
        let expected = self.base.expected_purchases(history, self.horizon)?;
        Ok(self.corrected(expected, history, recent))
    }

    /// The same of each customer, a row of the summary and one of the activity.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary has another unit, [`Error::Length`] where the lengths differ,
    /// and as [`Self::expected_purchases`].
    pub fn expected_purchases_into(
        &self,
        customers: &CustomerSummary,
        activity: &Activity,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error> {
        same_length(customers.len(), "activity", activity.len())?;
        let check = |row| self.check(row, &customers.history(row), &activity.row(row));
        (0..activity.len()).try_for_each(check)?;
        self.base.expected_purchases_into(customers, self.horizon, out, threads)?;
        fill_parts(out, threads, |first, values| {
            for (row, value) in (first..).zip(values) {
                *value = self.corrected(*value, &customers.history(row), &activity.row(row));
            }
        });
        Ok(())
    }

    /// The customers of a log and the purchases expected of each, in the order of its summary.
    ///
    /// # Errors
    /// As [`Occasions::summarize`] and [`Self::expected_purchases_into`].
    pub fn of_occasions(
        &self,
        occasions: &Occasions,
        observation_end: Option<i64>,
        threads: Threads,
    ) -> Result<(CustomerSummary, Vec<f64>), Error> {
        let customers = occasions.summarize(observation_end, false)?;
        let activity = occasions.activity(observation_end)?;
        let mut expected = vec![0.0; customers.len()];
        self.expected_purchases_into(&customers, &activity, &mut expected, threads)?;
        Ok((customers, expected))
    }

    /// Accepts what was ordered of late where it goes with the history and tells what the correction needs.
    fn check(&self, row: usize, history: &History, recent: &Recent) -> Result<(), Error> {
        let [.., last_year] = recent.occasions();
        if last_year > history.x().saturating_add(1) {
            return Err(Error::Value {
                column: "occasions within 365 days".to_owned(),
                row,
                expected: "no more than all occasions, x + 1",
                value: last_year.to_string(),
                more: 0,
            });
        }
        let known = self.correction.is_some_and(|correction| correction.typical_amount > 0.0);
        if known && recent.mean_amount().is_none() {
            let needed_by = "a correction that was learnt with amounts";
            return Err(Error::MissingColumn { column: "mean_amount", needed_by });
        }
        Ok(())
    }

    fn corrected(&self, expected: f64, history: &History, recent: &Recent) -> f64 {
        match &self.correction {
            None => expected,
            Some(correction) => {
                let weeks = View::weeks_of(self.unit);
                expected * correction.factor(weeks, expected, history, recent)
            }
        }
    }
}

impl Correction {
    /// What a customer's forecast is multiplied by.
    fn factor(&self, weeks: f64, expected: f64, history: &History, recent: &Recent) -> f64 {
        exp(self.intercept + self.shape(weeks, expected, history, recent))
    }

    /// ln of what a customer's forecast is multiplied by, but for the level.
    fn shape(&self, weeks: f64, expected: f64, history: &History, recent: &Recent) -> f64 {
        let view = View { weeks, typical_amount: self.typical_amount };
        let features = view.of(expected, history, recent);
        let sum: f64 = self.weights.iter().zip(features).map(|(w, f)| w * f).sum();
        sum.clamp(-FARTHEST, FARTHEST)
    }

    /// The same shape at the level at which the customers' forecasts add up as those of the model do.
    fn at_level_of(self, rows: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut before, mut after) = (0.0, 0.0);
        for (expected, shape) in rows {
            before += expected;
            after += expected * exp(shape);
        }
        let intercept = if after > 0.0 { ln(before / after) } else { 0.0 };
        Self { intercept, ..self }
    }
}
