//! RFM scores and segments.

use loyalty_core::Error;
use loyalty_core::rfm::{Rfm, RfmAxis, RfmOptions, RfmValues, ScoreRange, SegmentRule};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::read::{Numbers, numbers};
use crate::summary::CustomerSummary;

/// RFM scores, and the segments they give: three measures and three scores, the scores that nobody
/// has on each axis, the segment of each row and the size and value of each segment.
#[pyfunction]
#[pyo3(signature = (summary, recency, frequency, monetary, weights, bins, nested, table))]
#[expect(clippy::too_many_arguments, reason = "either a summary or columns")]
pub(crate) fn rfm_scores(
    py: Python<'_>,
    summary: Option<&CustomerSummary>,
    recency: Option<&Column>,
    frequency: Option<&Column>,
    monetary: Option<&Column>,
    weights: Option<&Column>,
    bins: u32,
    nested: bool,
    table: Option<&SegmentTable>,
) -> Result<RfmResult> {
    let mut options = RfmOptions::default();
    (options.bins, options.nested) = (bins, nested);
    py.detach(|| {
        let values = match (summary, recency, frequency, monetary) {
            (Some(summary), ..) => RfmValues::of(&summary.0)?,
            (None, Some(recency), Some(frequency), Some(monetary)) => {
                let (r, f, m) = (numbers(recency)?, numbers(frequency)?, numbers(monetary)?);
                let weights = weights.map(numbers).transpose()?;
                let weights = weights.as_ref().map(Numbers::or_nan);
                RfmValues::new(&r.or_nan(), &f.or_nan(), &m.or_nan(), weights.as_deref())?
            }
            _ => {
                let needed_by = "RFM";
                return Err(Error::MissingColumn { column: "recency", needed_by }.into());
            }
        };
        let rfm = Rfm::score(&values, &options)?;
        let segments = table.map(|table| table.0.assign(&rfm)).transpose()?;
        let segmented = table.map(|table| &table.0).zip(segments.as_deref());
        result(&values, &rfm, segmented)
    })
}

/// Name, customers and their share, means of the three measures, total money and its share.
type SegmentRow = (String, f64, f64, f64, f64, f64, f64, f64);
/// Columns, empty scores by axis, and with a table the segment of each row and the segments.
pub(crate) type RfmResult = (Vec<Column>, Vec<Vec<u32>>, Option<(Vec<usize>, Vec<SegmentRow>)>);

pub(crate) fn result(
    values: &RfmValues,
    rfm: &Rfm,
    segmented: Option<(&loyalty_core::rfm::SegmentTable, &[usize])>,
) -> Result<RfmResult> {
    let axes = [RfmAxis::Recency, RfmAxis::Frequency, RfmAxis::Monetary];
    let mut columns = vec![
        Column::floats("recency", values.recency().to_vec()),
        Column::floats("frequency", values.frequency().to_vec()),
        Column::floats("monetary", values.monetary().to_vec()),
    ];
    let scored = ["recency_score", "frequency_score", "monetary_score"].into_iter().zip(axes);
    columns.extend(scored.map(|(name, axis)| Column::counts(name, rfm.scores(axis))));
    let empty = axes.map(|axis| rfm.empty_scores(axis)).into();
    let Some((table, segments)) = segmented else { return Ok((columns, empty, None)) };
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
    Ok((columns, empty, Some((segments.to_vec(), rows))))
}

/// A rule table of RFM segments.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct SegmentTable(loyalty_core::rfm::SegmentTable);

/// Name, recency, frequency and monetary scores, each first and last.
type FullRule = (String, (u32, u32), (u32, u32), (u32, u32));

/// The same, where an axis left out allows every score.
type Rule = (String, Option<(u32, u32)>, Option<(u32, u32)>, Option<(u32, u32)>);

#[pymethods]
impl SegmentTable {
    /// Rules as (name, recency, frequency, monetary scores), each pair first and last; with
    /// `otherwise` the first match wins and gaps get that name.
    #[new]
    #[pyo3(signature = (rules, bins, otherwise = None))]
    fn new(rules: Vec<Rule>, bins: u32, otherwise: Option<String>) -> Result<Self> {
        let all = ScoreRange::new(1, bins);
        let scores = |pair: Option<(u32, u32)>| {
            pair.map_or(all, |(first, last)| ScoreRange::new(first, last))
        };
        let rules = rules.into_iter().map(|(name, recency, frequency, monetary)| {
            SegmentRule::new(name, scores(recency), scores(frequency), scores(monetary))
        });
        let rules = rules.collect();
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

    /// The rules as (name, recency, frequency, monetary scores).
    #[getter]
    fn rules(&self) -> Vec<FullRule> {
        let pair = |scores: ScoreRange| (scores.first, scores.last);
        let rule = |rule: &SegmentRule| {
            (rule.name.clone(), pair(rule.recency), pair(rule.frequency), pair(rule.monetary))
        };
        self.0.rules().iter().map(rule).collect()
    }
}
