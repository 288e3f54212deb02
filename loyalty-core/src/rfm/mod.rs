//! Recency, frequency and monetary value: scores that never split ties, and named segments.
//!
//! [`Rfm`] ranks customers on each axis into bins, with equal customers always in the same bin. A
//! [`SegmentTable`] names regions of the cube of scores and, where a name states a fact, of the number of
//! orders and the time since the first; it is checked for gaps and overlaps, so that every customer is in
//! exactly one segment.

mod axis;
mod breaks;
mod scores;
mod segments;

pub use axis::RfmAxis;
pub use breaks::RfmBreaks;
pub use scores::{Rfm, RfmOptions, RfmValues};
pub use segments::{ScoreRange, SegmentRule, SegmentSummary, SegmentTable};
