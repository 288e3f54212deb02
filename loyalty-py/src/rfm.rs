//! RFM scores and segments.

use loyalty_core::Error;
use loyalty_core::rfm::{Rfm, RfmAxis, RfmBreaks, RfmOptions, RfmValues, ScoreRange, SegmentRule};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::read::{Numbers, numbers};
use crate::summary::CustomerSummary;

/// RFM scores, and the segments they give: three measures and three scores, the scores that nobody
/// has on each axis, the segment of each row and the size and value of each segment.
#[pyfunction]
#[pyo3(signature = (summary, recency, frequency, monetary, weights, age_days, bins, nested, breaks, table))]
#[expect(clippy::too_many_arguments, reason = "either a summary or columns")]
pub(crate) fn rfm_scores(
    py: Python<'_>,
    summary: Option<&CustomerSummary>,
    recency: Option<&Column>,
    frequency: Option<&Column>,
    monetary: Option<&Column>,
    weights: Option<&Column>,
    age_days: Option<&Column>,
    bins: u32,
    nested: bool,
    breaks: Option<Breaks>,
    table: Option<&SegmentTable>,
) -> Result<RfmResult> {
    let mut options = RfmOptions::default();
    (options.bins, options.nested) = (bins, nested);
    options.breaks = breaks.map(rfm_breaks).transpose()?;
    py.detach(|| {
        let values = match (summary, recency, frequency, monetary) {
            (Some(summary), ..) => RfmValues::of(&summary.0)?,
            (None, Some(recency), Some(frequency), Some(monetary)) => {
                let (r, f, m) = (numbers(recency)?, numbers(frequency)?, numbers(monetary)?);
                let weights = weights.map(numbers).transpose()?;
                let weights = weights.as_ref().map(Numbers::or_nan);
                let values =
                    RfmValues::new(&r.or_nan(), &f.or_nan(), &m.or_nan(), weights.as_deref())?;
                match age_days {
                    Some(age_days) => values.with_age_days(&numbers(age_days)?.or_nan())?,
                    None => values,
                }
            }
            _ => {
                let needed_by = "RFM";
                return Err(Error::MissingColumn { column: "recency", needed_by }.into());
            }
        };
        let rfm = Rfm::score(&values, &options)?;
        let segments = table.map(|table| table.0.assign(&rfm, &values)).transpose()?;
        let segmented = table.map(|table| &table.0).zip(segments.as_deref());
        result(&values, &rfm, segmented)
    })
}

/// Name, customers and their share, means of the three measures, total money and its share.
type SegmentRow = (String, f64, f64, f64, f64, f64, f64, f64);
/// Thresholds of recency, frequency and money.
pub(crate) type Breaks = (Vec<f64>, Vec<f64>, Vec<f64>);
/// Columns, empty scores by axis, the highest score, thresholds, sentences on empty scores, and with a
/// table the segment of each row and the segments.
pub(crate) type RfmResult = (
    Vec<Column>,
    Vec<Vec<u32>>,
    u32,
    Option<Breaks>,
    Vec<String>,
    Option<(Vec<usize>, Vec<SegmentRow>)>,
);

pub(crate) fn rfm_breaks((recency, frequency, monetary): Breaks) -> Result<RfmBreaks> {
    Ok(RfmBreaks::new(recency, frequency, monetary)?)
}

pub(crate) fn result(
    values: &RfmValues,
    rfm: &Rfm,
    segmented: Option<(&loyalty_core::rfm::SegmentTable, &[usize])>,
) -> Result<RfmResult> {
    let axes = RfmAxis::ALL;
    let mut columns = vec![
        Column::floats("recency", values.recency().to_vec()),
        Column::floats("frequency", values.frequency().to_vec()),
        Column::floats("monetary", values.monetary().to_vec()),
    ];
    let scored = ["recency_score", "frequency_score", "monetary_score"].into_iter().zip(axes);
    columns.extend(scored.map(|(name, axis)| Column::counts(name, rfm.scores(axis))));
    let empty = axes.map(|axis| rfm.empty_scores(axis)).into();
    let axis = |breaks: &RfmBreaks, axis| breaks.axis(axis).to_vec();
    let breaks = rfm.breaks().map(|breaks| {
        let [recency, frequency, monetary] = axes.map(|of| axis(breaks, of));
        (recency, frequency, monetary)
    });
    let (bins, remarks) = (rfm.bins(), rfm.remarks());
    let Some((table, segments)) = segmented else {
        return Ok((columns, empty, bins, breaks, remarks, None));
    };
    let rows = table.summarize(segments, values)?.into_iter().map(|segment| {
        (
            segment.name,
            segment.customers,
            segment.share_of_customers,
            segment.mean_recency,
            segment.mean_frequency,
            segment.mean_monetary,
            segment.total_monetary,
            segment.share_of_monetary,
        )
    });
    let rows = rows.collect();
    Ok((columns, empty, bins, breaks, remarks, Some((segments.to_vec(), rows))))
}

/// A rule table of RFM segments.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct SegmentTable(loyalty_core::rfm::SegmentTable);

/// Scores of recency, frequency and money, each first and last; where one is left out in a rule that is
/// given, every score is allowed.
type Scores = [Option<(u32, u32)>; 3];
/// Name, scores, fewest and most orders, days within which the first order lies and does not lie.
type Rule = (String, Scores, Option<u32>, Option<u32>, Option<f64>, Option<f64>);

fn rule((name, scores, at_least, at_most, within, not_within): Rule, bins: u32) -> SegmentRule {
    let all = ScoreRange::new(1, bins);
    let [r, f, m] =
        scores.map(|pair| pair.map_or(all, |(first, last)| ScoreRange::new(first, last)));
    let mut rule = SegmentRule::new(name, r, f, m);
    (rule.orders_at_least, rule.orders_at_most) = (at_least, at_most);
    (rule.first_order_within_days, rule.first_order_not_within_days) = (within, not_within);
    rule
}

#[pymethods]
impl SegmentTable {
    /// With `otherwise` the first match wins and gaps get that name.
    #[new]
    #[pyo3(signature = (rules, bins, otherwise = None))]
    fn new(rules: Vec<Rule>, bins: u32, otherwise: Option<String>) -> Result<Self> {
        let rules = rules.into_iter().map(|given| rule(given, bins)).collect();
        Ok(Self(match otherwise {
            None => loyalty_core::rfm::SegmentTable::new(rules, bins)?,
            Some(name) => loyalty_core::rfm::SegmentTable::first_match(rules, name, bins)?,
        }))
    }

    #[staticmethod]
    fn customary() -> Self {
        Self(loyalty_core::rfm::SegmentTable::customary())
    }

    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.names().into_iter().map(str::to_owned).collect()
    }

    /// The rules as they can be given.
    #[getter]
    fn rules(&self) -> Vec<Rule> {
        let pair = |scores: ScoreRange| Some((scores.first, scores.last));
        let rule = |rule: &SegmentRule| {
            (
                rule.name.clone(),
                [rule.recency, rule.frequency, rule.monetary].map(pair),
                rule.orders_at_least,
                rule.orders_at_most,
                rule.first_order_within_days,
                rule.first_order_not_within_days,
            )
        };
        self.0.rules().iter().map(rule).collect()
    }
}
