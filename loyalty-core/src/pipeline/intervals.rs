//! Intervals of what customers will do.

use super::models::{Found, allowed};
use super::notes::{Part, Remarks};
use super::options::ScoreOptions;
use crate::Error;
use crate::estimation::Estimate;
use crate::purchase::{AnyPurchaseModel, Discounting};
use crate::spend::AnySpendModel;
use crate::summary::CustomerSummary;
use crate::value::{
    Margin, Over, PredictionIntervals, PredictionOptions, clv_prediction, purchase_prediction,
};

/// Intervals of the purchases and the lifetime values of customers, in the order of the summary.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScoreIntervals {
    /// Of the purchases within the horizon.
    pub purchases: Option<PredictionIntervals>,
    /// Of the lifetime value.
    pub clv: Option<PredictionIntervals>,
}

impl<M> Found<M> {
    /// What is known of the model, if there is one: with the errors of its fit, if there is that.
    fn estimate(&self) -> Option<Estimate<'_, M>> {
        let model = self.model.as_ref().map(Estimate::Model);
        self.fit.as_ref().map(Estimate::Fit).or(model)
    }
}

pub(super) fn found(
    purchases: &Found<AnyPurchaseModel>,
    spend: &Found<AnySpendModel>,
    customers: &CustomerSummary,
    (horizon, discounting, margin): (f64, &Discounting, Margin<'_>),
    options: &ScoreOptions,
    remarks: &mut Remarks,
) -> Result<Option<ScoreIntervals>, Error> {
    let Some(level) = options.interval else { return Ok(None) };
    let mut how = PredictionOptions::default();
    (how.kind, how.level, how.threads) = (options.interval_kind, level, options.threads);
    let (over, how) = (Over::Customers, &how);
    let mut intervals = ScoreIntervals { purchases: None, clv: None };
    let Some(bought) = purchases.estimate() else { return Ok(Some(intervals)) };
    let counts = purchase_prediction(bought, customers, horizon, over, how);
    intervals.purchases = allowed(Part::Intervals, counts, remarks)?;
    // Without a finite expected spend there is a fit and no model.
    if let Some(spent) = spend.model.as_ref().and_then(|_| spend.estimate()) {
        let values = clv_prediction(bought, spent, customers, discounting, margin, over, how);
        intervals.clv = allowed(Part::ValueIntervals, values, remarks)?;
    }
    Ok(Some(intervals))
}
