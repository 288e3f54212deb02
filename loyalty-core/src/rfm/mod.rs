//! Recency, frequency and monetary value: scores that never split ties, and named segments.
//!
//! [`Rfm`] ranks customers on each axis into bins, with equal customers always in the same bin. A
//! [`SegmentTable`] names regions of the cube of scores; it is checked for gaps and overlaps, so that
//! every customer is in exactly one segment.

mod scores;
mod segments;

pub use scores::{Rfm, RfmAxis, RfmOptions, RfmValues};
pub use segments::{ScoreRange, SegmentRule, SegmentSummary, SegmentTable};
