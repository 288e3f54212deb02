//! Stage 5: names for groups of customers that need the same treatment.

mod rfm;

pub use rfm::{Scores, SegmentRule, SegmentSummary, SegmentTable};
