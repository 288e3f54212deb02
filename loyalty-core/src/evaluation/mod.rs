//! How well models fit and forecast: counts, tracking, holdout errors, calibration, assumptions.

mod correlation;
mod counts;
mod holdout;
mod metrics;
mod tracking;

pub use correlation::{Correlation, FrequencyValueCorrelation};
pub use counts::{ChiSquare, RepeatCounts};
pub use holdout::{AliveGroup, AliveOrder, HoldoutErrors, HoldoutGroup, alive_calibration};
pub use metrics::{Calibration, MoneyTable, Predictions, ReliabilityBin};
pub use tracking::Tracking;
