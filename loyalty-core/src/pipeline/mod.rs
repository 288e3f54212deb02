//! Everything in one call: all that the records at hand say of every customer, and what they do not.

mod check_out;
mod choice;
mod columns;
mod input;
mod intervals;
mod ledger;
mod models;
mod notes;
mod options;
mod report;
mod rfm;
mod treatments;

pub use check_out::{CheckOut, CheckOutScore, CheckOutWork};
pub use columns::{ScoreColumn, ScoreValues};
pub use input::{OrderTable, ScoreInput};
pub use intervals::ScoreIntervals;
pub use ledger::LedgerScores;
pub use notes::{NotComputed, Note, NoteKind, Part};
pub use options::{GivenModel, ScoreOptions, Value};
pub use report::TableReport;
pub use rfm::{RfmScores, Segments};
pub use treatments::TreatmentScores;

use input::Scored;
use notes::Remarks;

use crate::Error;
use crate::decisions::Treatments;
use crate::estimation::Fit;
use crate::evaluation::FrequencyValueCorrelation;
use crate::purchase::{AnyPurchaseModel, Discounting, PurchaseKind, PurchaseModel};
use crate::spend::AnySpendModel;
use crate::summary::CustomerSummary;
use crate::value::clv_into;

/// What is known of customers. Made by [`score`].
///
/// What could not be computed is `None` and stands in `not_computed`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Scores {
    /// The summary that was scored; every column is in its order.
    pub customers: CustomerSummary,
    /// What became of the rows of a log or a table; `None` for a summary.
    pub report: Option<TableReport>,
    /// How far expected purchases and lifetime values reach, in the unit of the summary.
    pub horizon: f64,
    /// The model of purchases that was taken; `None` where there is none.
    pub purchase_kind: Option<PurchaseKind>,
    /// The fit of the model of purchases, made or given; `None` where a model was given.
    pub purchase_fit: Option<Fit<AnyPurchaseModel>>,
    /// The fit of the model of spend, made or given; `None` where a model was given.
    pub spend_fit: Option<Fit<AnySpendModel>>,
    /// RFM scores and segments.
    pub rfm: Option<RfmScores>,
    /// Probability to be still active at the end of observation.
    pub p_alive: Option<Vec<f64>>,
    /// Purchases expected within the horizon.
    pub expected_purchases: Option<Vec<f64>>,
    /// Amount expected per purchase.
    pub expected_spend: Option<Vec<f64>>,
    /// Lifetime value: of what is expected within the horizon, discounted, times the margin or, where
    /// it is not known, in revenue.
    pub clv: Option<Vec<f64>>,
    /// Intervals of the purchases and of the lifetime value; `None` where none were asked for.
    pub intervals: Option<ScoreIntervals>,
    /// Of frequency and value, which the lifetime value takes to be independent.
    pub correlation: Option<FrequencyValueCorrelation>,
    /// Profit, returns and behaviours.
    pub ledger: Option<LedgerScores>,
    /// Treatments; `None` where none were asked for.
    pub treatments: Option<TreatmentScores>,
    /// What is to be known before the scores are used.
    pub notes: Vec<Note>,
    /// What was not computed, and which columns would enable it.
    pub not_computed: Vec<NotComputed>,
}

/// Summary, RFM and segment, P(alive), expected purchases, expected spend and lifetime value of every
/// customer; of a table of order lines also profit, returns, costly behaviours and the treatment to
/// choose: all that the columns at hand allow.
///
/// A part that the data do not allow is left out and named in [`Scores::not_computed`].
///
/// # Errors
/// [`Error::NoUnit`] for a summary without a unit, and whatever the parts refuse in the options: see
/// [`Orders::summarize`](crate::orders::Orders::summarize), [`Discounting::annual`],
/// [`clv_into`], [`Ledger::new`](crate::ledger::Ledger::new),
/// [`BehaviourModel::fit`](crate::behaviours::BehaviourModel::fit),
/// [`Proposals::choices`](crate::decisions::Proposals::choices).
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// use loyalty_core::pipeline::{ScoreOptions, score};
/// # let customer: Vec<i64> = (0..40).flat_map(|c| vec![c; 1 + (c * c % 7) as usize]).collect();
/// # let day: Vec<i64> = (0..customer.len() as i64).map(|i| (i * 37) % 270).collect();
/// # let price: Vec<f64> = (0..customer.len()).map(|i| 5.0 + ((i * 13) % 60) as f64).collect();
/// let columns = OrderColumns {
///     customer: Column::new("customer", &customer[..]).into(),
///     time: Column::new("day", &day),
///     scale: TimeScale::Days,
///     amount: Some(Column::new("price", &price)),
/// };
/// let orders = Orders::new(&columns, Invalid::Raise)?;
/// let mut options = ScoreOptions::default();
/// options.margin = Some(0.3);
/// let scores = score(&orders, &options)?;
/// assert!(scores.not_computed.is_empty());
/// assert_eq!(scores.purchase_kind.map(|kind| kind.title()), Some("MBG/NBD"));
/// assert_eq!(scores.clv.as_ref().map(Vec::len), Some(scores.customers.len()));
/// let names: Vec<&str> = scores.columns().iter().map(|column| column.name).collect();
/// assert_eq!(names[..2], ["frequency", "recency"]);
/// assert_eq!(names[names.len() - 2..], ["expected_spend", "clv"]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn score<'a>(
    input: impl Into<ScoreInput<'a>>,
    options: &ScoreOptions,
) -> Result<Scores, Error> {
    let (input, threads) = (input.into(), options.threads);
    let Scored { customers, orders, mut report } = input.scored(options)?;
    let unit = customers.unit().ok_or(Error::NoUnit { table: "the customer summary" })?;
    let horizon = options.horizon.unwrap_or(unit.per_year());
    let discounting = Discounting::annual(horizon, options.annual_discount_rate, unit)?;
    let margin = options.margin_of_values(customers.len())?;
    let mut remarks = Remarks::default();
    if let Some(report) = report.as_ref().filter(|_| input.table().is_some()) {
        remarks.of_table(report, &customers);
    }
    if report.is_some() {
        remarks.of_ids(&customers);
    }
    let column = || vec![0.0; customers.len()];
    let rfm = rfm::scored(&customers, options, &mut remarks)?;
    let purchases = models::purchases(&customers, orders.as_deref(), options, &mut remarks)?;
    drop(orders);
    let (mut p_alive, mut expected_purchases) = (None, None);
    if let Some(model) = &purchases.model {
        model.p_alive_into(&customers, p_alive.insert(column()), threads)?;
        let expected = expected_purchases.insert(column());
        model.expected_purchases_into(&customers, horizon, expected, threads)?;
    }
    let (spend, expected_spend) = models::spend(&customers, options, &mut remarks)?;
    let (mut clv, mut correlation) = (None, None);
    if let (Some(purchases), Some(spend)) = (&purchases.model, &spend.model) {
        correlation = FrequencyValueCorrelation::of(&customers, options.level, threads)?;
        let notable = correlation.and_then(|found| found.pearson.notable());
        if let Some(sentence) = notable {
            remarks.note(NoteKind::Correlation, sentence);
        }
        let value = clv.insert(column());
        clv_into(purchases, spend, &customers, &discounting, margin, value, threads)?;
    }
    let ahead = (horizon, &discounting, margin);
    let intervals = intervals::found(&purchases, &spend, &customers, ahead, options, &mut remarks)?;
    let ledger = match input.table() {
        Some(table) => ledger::scored(table, customers.customers(), options, &mut remarks)?,
        None => None,
    };
    let opted_out = match (input.table(), customers.customers()) {
        (Some(table), Some(known)) => table.opted_out(known)?,
        _ => Vec::new(),
    };
    remarks.of_opted_out(&opted_out);
    if let (Some(report), Some(ledger)) = (&mut report, &ledger) {
        report.joins = ledger.ledger.joins().to_vec();
    }
    let mut scores = Scores {
        customers,
        report,
        horizon,
        purchase_kind: purchases.model.as_ref().map(AnyPurchaseModel::kind),
        purchase_fit: purchases.fit,
        spend_fit: spend.fit,
        rfm,
        p_alive,
        expected_purchases,
        expected_spend,
        clv,
        intervals,
        correlation,
        ledger,
        treatments: None,
        notes: Vec::new(),
        not_computed: Vec::new(),
    };
    let is_asked = input.table().is_some() || !options.capacities.is_empty();
    let treatments = options.treatments.clone().or_else(|| is_asked.then(Treatments::customary));
    if let Some(treatments) = treatments {
        scores.treatments =
            Some(treatments::chosen(&treatments, &scores, opted_out, options, &mut remarks)?);
    }
    (scores.notes, scores.not_computed) = (remarks.notes, remarks.not_computed);
    Ok(scores)
}
