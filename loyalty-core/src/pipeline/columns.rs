//! The scores as columns, one value per customer.

use std::borrow::Cow;

use super::Scores;
use super::intervals::ScoreIntervals;
use super::ledger::LedgerScores;
use super::rfm::RfmScores;
use super::treatments::TreatmentScores;
use crate::behaviours::Behaviour;
use crate::orders::Customers;
use crate::rfm::RfmAxis;

/// A column of the scores.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScoreColumn<'a> {
    /// Its name.
    pub name: &'static str,
    /// One value per customer, in the order of the summary.
    pub values: ScoreValues<'a>,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ScoreValues<'a> {
    /// Whole numbers.
    Counts(&'a [u32]),
    /// Numbers; NaN is a missing one.
    Numbers(Cow<'a, [f64]>),
    /// Yes or no; `None` is missing.
    Flags(Vec<Option<bool>>),
    /// One of a few words; `None` is missing.
    Words(Vec<Option<&'a str>>),
    /// Text; `None` is missing.
    Text(Vec<Option<String>>),
}

/// Each behaviour and the columns of its estimate, its probability and its impact.
pub(super) const BEHAVIOURS: [(Behaviour, [&str; 3]); 5] = [
    (Behaviour::ServiceDemander, ["service_estimate", "service_p_over", "service_impact"]),
    (Behaviour::RevenueReverser, ["reversal_estimate", "reversal_p_over", "reversal_impact"]),
    (Behaviour::PromotionMaximizer, ["promotion_estimate", "promotion_p_over", "promotion_impact"]),
    (Behaviour::CouponUser, ["coupon_estimate", "coupon_p_over", "coupon_impact"]),
    (Behaviour::FixedBudget, ["budget_estimate", "budget_p_over", "budget_impact"]),
];
const AXIS_SCORES: [&str; 3] = ["recency_score", "frequency_score", "monetary_score"];

impl<'a> ScoreColumn<'a> {
    fn new(name: &'static str, values: ScoreValues<'a>) -> Self {
        Self { name, values }
    }

    fn numbers(name: &'static str, values: &'a [f64]) -> Self {
        Self::new(name, ScoreValues::Numbers(Cow::Borrowed(values)))
    }
}

impl Scores {
    /// All that was computed, as columns in the order of [`Scores::customers`], whose ids are not among
    /// them. docs/scoring.md says what each means.
    pub fn columns(&self) -> Vec<ScoreColumn<'_>> {
        self.columns_with(true)
    }

    /// The same, with or without the reasons of labels, which take their time.
    pub(super) fn columns_with(&self, reasons: bool) -> Vec<ScoreColumn<'_>> {
        let customers = &self.customers;
        let mut columns =
            vec![ScoreColumn::new("frequency", ScoreValues::Counts(customers.frequency()))];
        let known = [
            ("recency", Some(customers.recency())),
            ("T", Some(customers.t())),
            ("monetary_value", customers.monetary_value()),
            ("total_amount", customers.total_amount()),
        ];
        columns.extend(given(known));
        columns.extend(self.rfm.iter().flat_map(RfmScores::columns));
        columns.extend(given([
            ("p_alive", self.p_alive.as_deref()),
            ("expected_purchases", self.expected_purchases.as_deref()),
            ("expected_spend", self.expected_spend.as_deref()),
            ("clv", self.clv.as_deref()),
        ]));
        columns.extend(self.intervals.iter().flat_map(ScoreIntervals::columns));
        columns.extend(self.ledger.iter().flat_map(|ledger| ledger.columns(reasons)));
        columns.extend(self.treatments.iter().flat_map(TreatmentScores::columns));
        columns
    }
}

/// Those columns that there are.
fn given<'a, const N: usize>(
    known: [(&'static str, Option<&'a [f64]>); N],
) -> impl Iterator<Item = ScoreColumn<'a>> {
    let column = |(name, values): (_, Option<&'a [f64]>)| {
        values.map(|values| ScoreColumn::numbers(name, values))
    };
    known.into_iter().filter_map(column)
}

impl RfmScores {
    fn columns(&self) -> Vec<ScoreColumn<'_>> {
        let axes = AXIS_SCORES.into_iter().zip(RfmAxis::ALL);
        let score =
            |(name, axis)| ScoreColumn::new(name, ScoreValues::Counts(self.scores.scores(axis)));
        let mut columns: Vec<ScoreColumn<'_>> = axes.map(score).collect();
        if let Some(segments) = &self.segments {
            let names = segments.table.names();
            let of = segments.of.iter().map(|&number| Some(names[number])).collect();
            columns.push(ScoreColumn::new("segment", ScoreValues::Words(of)));
        }
        columns
    }
}

impl ScoreIntervals {
    fn columns(&self) -> impl Iterator<Item = ScoreColumn<'_>> {
        let known = [
            (["purchases_lower", "purchases_upper"], &self.purchases),
            (["clv_lower", "clv_upper"], &self.clv),
        ];
        known.into_iter().flat_map(|([lower, upper], intervals)| {
            let ends = intervals
                .iter()
                .flat_map(move |found| [(lower, &found.lower[..]), (upper, &found.upper[..])]);
            ends.map(|(name, values)| ScoreColumn::numbers(name, values))
        })
    }
}

impl LedgerScores {
    /// Customers of the table who have no scores, as all that they bought had come back whole by the end of
    /// observation: their ids, and in that order the columns `reason` (`"sent_back_all"`), `orders`,
    /// `revenue` (what was paid), `returned_amount` and, where it is known, `profit`.
    pub fn left_out(&self) -> (Customers, Vec<ScoreColumn<'_>>) {
        let mut has_scores = vec![false; self.ledger.len()];
        self.rows.iter().flatten().for_each(|&row| has_scores[row] = true);
        let rows: Vec<usize> = (0..has_scores.len()).filter(|&row| !has_scores[row]).collect();
        let (ledger, available) = (self.ledger.columns(), self.ledger.available());
        let numbers = |name: &'static str, values: &[f64]| {
            let values = rows.iter().map(|&row| values[row]).collect();
            ScoreColumn::new(name, ScoreValues::Numbers(values))
        };
        let reason = ScoreValues::Words(vec![Some("sent_back_all"); rows.len()]);
        let mut columns = vec![
            ScoreColumn::new("reason", reason),
            numbers("orders", &ledger.orders),
            numbers("revenue", &ledger.revenue),
            numbers("returned_amount", &ledger.returned_amount),
        ];
        columns.extend(available.profit.then(|| numbers("profit", &ledger.profit)));
        (self.ledger.customers().select(rows), columns)
    }

    /// Those columns of the ledger that say something, and scores and label of each behaviour.
    fn columns(&self, reasons: bool) -> Vec<ScoreColumn<'_>> {
        let (ledger, available) = (self.ledger.columns(), self.ledger.available());
        let money = [
            ("categories", available.categories, &ledger.categories),
            ("profit", available.profit, &ledger.profit),
            ("discount", available.discounts, &ledger.discount),
            ("returned_amount", available.returns, &ledger.returned_amount),
            ("return_loss", available.returns, &ledger.return_loss),
            ("service_cost", available.contacts, &ledger.service_cost),
        ];
        let known = money.into_iter().filter(|(_, known, _)| *known);
        let mut columns: Vec<ScoreColumn<'_>> =
            known.map(|(name, _, values)| self.numbers(name, values)).collect();
        for (behaviour, [estimate, p_over, impact]) in BEHAVIOURS {
            let Some(scores) = self.behaviours.scores(behaviour) else { continue };
            let has = |row: &Option<usize>| row.map(|row| self.behaviours.has(row, behaviour));
            let labels = self.rows.iter().map(has).collect();
            columns.push(ScoreColumn::new(behaviour.name(), ScoreValues::Flags(labels)));
            columns.push(self.numbers(estimate, &scores.estimate));
            columns.push(self.numbers(p_over, &scores.p_over));
            if self.model.is_priced(behaviour) {
                columns.push(self.numbers(impact, &scores.impact));
            }
        }
        let costliest = |row: usize| self.behaviours.primary()[row].map_or("none", Behaviour::name);
        let primary = self.rows.iter().map(|row| row.map(costliest)).collect();
        columns.push(ScoreColumn::new("primary", ScoreValues::Words(primary)));
        if reasons {
            let said = self.rows.iter().map(|row| row.and_then(|row| self.reason(row))).collect();
            columns.push(ScoreColumn::new("label_reason", ScoreValues::Text(said)));
        }
        columns
    }

    /// What the labels of a customer rest on; of one without, whether a single order made the loss.
    fn reason(&self, row: usize) -> Option<String> {
        let reasons = self.model.reasons(&self.ledger, &self.behaviours, row);
        if reasons.is_empty() {
            return self.ledger.is_one_off(row).then(|| {
                let largest = self.ledger.row(row).return_largest;
                format!(
                    "One order, of which {largest:.2} was paid back, made the loss: it is no habit."
                )
            });
        }
        let said: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        Some(said.join(" "))
    }

    /// A column of the ledger in the order of the summary; NaN for a customer without order lines.
    fn numbers<'a>(&self, name: &'static str, values: &'a [f64]) -> ScoreColumn<'a> {
        let same = self.rows.len() == values.len()
            && self.rows.iter().enumerate().all(|(at, &row)| row == Some(at));
        if same {
            return ScoreColumn::numbers(name, values);
        }
        let moved = self.rows.iter().map(|row| row.map_or(f64::NAN, |row| values[row])).collect();
        ScoreColumn::new(name, ScoreValues::Numbers(Cow::Owned(moved)))
    }
}

impl TreatmentScores {
    fn columns(&self) -> Vec<ScoreColumn<'_>> {
        let names = self.chosen().map(|treatment| treatment.map(|one| &one.name[..]));
        let channels = self.chosen().map(|treatment| treatment.map(|one| &one.channel[..]));
        let gains = if self.ranks.iter().all(Option::is_none) {
            Cow::Borrowed(self.selection.gains())
        } else {
            let known = self.selection.gains().iter().zip(&self.ranks);
            known.map(|(&gain, rank)| if rank.is_some() { f64::NAN } else { gain }).collect()
        };
        vec![
            ScoreColumn::new("treatment", ScoreValues::Words(names.collect())),
            ScoreColumn::new("channel", ScoreValues::Words(channels.collect())),
            ScoreColumn::new("treatment_gain", ScoreValues::Numbers(gains)),
            ScoreColumn::new("reason", ScoreValues::Text(self.reasons())),
        ]
    }
}
