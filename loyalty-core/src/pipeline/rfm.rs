//! RFM scores and segments.

use super::ScoreOptions;
use super::notes::{NoteKind, Part, Remarks};
use crate::Error;
use crate::rfm::{Rfm, RfmAxis, RfmValues, SegmentTable};
use crate::summary::CustomerSummary;

/// RFM scores of customers, and their segments.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RfmScores {
    /// What was ranked: time since the last purchase, number of purchases, money.
    pub values: RfmValues,
    /// The scores.
    pub scores: Rfm,
    /// The segments, where there are any for this number of bins.
    pub segments: Option<Segments>,
}

/// Which segment each customer belongs to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Segments {
    /// The rules.
    pub table: SegmentTable,
    /// For each customer the number of a segment among the names of the table.
    pub of: Vec<usize>,
}

pub(super) const AXES: [(&str, RfmAxis); 3] = [
    ("recency", RfmAxis::Recency),
    ("frequency", RfmAxis::Frequency),
    ("monetary", RfmAxis::Monetary),
];

pub(super) fn scored(
    customers: &CustomerSummary,
    options: &ScoreOptions,
    remarks: &mut Remarks,
) -> Result<Option<RfmScores>, Error> {
    if customers.total_amount().is_none() {
        remarks.missing(Part::Rfm, "they need amounts", &["amount"]);
        return Ok(None);
    }
    let values = RfmValues::of(customers)?;
    let scores = Rfm::score(&values, &options.rfm)?;
    let segments = match options.segments() {
        None => None,
        Some(table) => Some(Segments { of: table.assign(&scores)?, table }),
    };
    for (name, axis) in AXES {
        let empty = scores.empty_scores(axis);
        let ends = [1, scores.bins()].into_iter().filter(|end| empty.contains(end));
        let ends: Vec<String> = ends.map(|end| end.to_string()).collect();
        if !ends.is_empty() {
            let ends = ends.join(" and ");
            let sentence =
                format!("no customer has the {name} score {ends}: too many share one value");
            remarks.note(NoteKind::EmptyScores, sentence);
        }
    }
    Ok(Some(RfmScores { values, scores, segments }))
}
