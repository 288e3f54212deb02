//! Stage 5: named segments of customers, by RFM scores and by costly habits.

mod behaviour_file;
mod behaviour_report;
mod behaviours;
mod persistence;
mod rfm;

pub use behaviour_report::BehaviourSummary;
pub use behaviours::{BehaviourModel, BehaviourOptions, Behaviours, CustomerBehaviours};
pub use persistence::{Persistence, persistence};
pub use rfm::{Scores, SegmentRule, SegmentSummary, SegmentTable};
