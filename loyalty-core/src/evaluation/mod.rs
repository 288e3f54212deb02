//! How well models fit and forecast: counts, tracking, holdout errors, calibration, assumptions.
//!
//! [`RepeatCounts`] and [`Tracking`] compare what a model expects with what happened in the time it was
//! fitted to, by number of purchases and by calendar time. [`HoldoutErrors`] and [`alive_calibration`]
//! do so for the time after, [`spend_calibration`] and [`SpendCounts`] for money, and [`Comparison`] sets models side by side over several
//! cutoffs, by their [`ForecastErrors`](crate::forecast::ForecastErrors). [`FrequencyValueCorrelation`] tests the assumption under which purchases and
//! spend may be multiplied, and [`Predictions`] judges probabilities of any model: calibration,
//! discrimination, and the money that acting on them makes.

mod comparison;
mod contender;
mod correlation;
mod counts;
mod groups;
mod holdout;
mod metrics;
mod money;
mod tracking;
mod tracking_intervals;

pub(crate) use comparison::Cutoffs;
pub use comparison::{ComparedModel, Comparison, ComparisonOptions, Forecast, KnownCustomers};
pub use contender::Contender;
pub use correlation::{Correlation, FrequencyValueCorrelation};
pub use counts::{ChiSquare, RepeatCounts};
pub use holdout::{AliveGroup, AliveOrder, HoldoutErrors, HoldoutGroup, alive_calibration};
pub use metrics::{Calibration, MoneyTable, Predictions, ReliabilityBin};
pub use money::{SpendCounts, SpendGroup, spend_calibration};
pub use tracking::Tracking;
pub use tracking_intervals::TrackingIntervals;
