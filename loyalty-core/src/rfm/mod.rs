//! Recency, frequency and monetary value: scores that never split ties, and named segments.

mod scores;
mod segments;

pub use scores::{Rfm, RfmAxis, RfmOptions, RfmValues};
pub use segments::{ScoreRange, SegmentRule, SegmentSummary, SegmentTable};
