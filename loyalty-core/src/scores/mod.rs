//! Stage 4: what the customers' histories and the models say of each customer.

mod bootstrap;
mod clv;
mod clv_intervals;
mod concentration;
mod correlation;
mod goodness;
mod losses;
mod metrics;
mod returns;
mod rfm;

pub use bootstrap::{Bootstrap, BootstrapOptions, clv_bootstrap};
pub use clv::{Margin, clv_into};
pub use clv_intervals::{clv_intervals, clv_total_interval};
pub use concentration::{TopShare, top_shares};
pub use correlation::{Correlation, FrequencyValueCorrelation};
pub use goodness::{
    AliveGroup, AliveOrder, ChiSquare, HoldoutErrors, HoldoutGroup, RepeatCounts, Tracking,
    alive_calibration,
};
pub use losses::{LossCause, Losses};
pub use metrics::{Calibration, MoneyTable, Predictions, ReliabilityBin};
pub use returns::{ReturnEconomics, expected_returns};
pub use rfm::{Rfm, RfmAxis, RfmOptions, RfmValues};
