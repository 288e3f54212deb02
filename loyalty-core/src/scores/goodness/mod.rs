//! Does the model describe the shop? What it expects beside what happened, as data.

mod counts;
mod holdout;
mod tracking;

pub use counts::{ChiSquare, RepeatCounts};
pub use holdout::{AliveGroup, AliveOrder, HoldoutErrors, HoldoutGroup, alive_calibration};
pub use tracking::Tracking;
