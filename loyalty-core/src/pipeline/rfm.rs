//! RFM scores and segments.

use super::ScoreOptions;
use super::notes::{NoteKind, Part, Remarks};
use crate::Error;
use crate::rfm::{Rfm, RfmValues, SegmentTable};
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
        Some(table) => Some(Segments { of: table.assign(&scores, &values)?, table }),
    };
    for sentence in scores.remarks() {
        remarks.note(NoteKind::EmptyScores, sentence);
    }
    Ok(Some(RfmScores { values, scores, segments }))
}
