//! Intervals of what customers will do, rather than of what is expected of them.
//!
//! A prediction is drawn in two steps: the models' parameters from what is known of them, and under these what each
//! customer does ([`PurchaseModel::each_future`](crate::purchase::PurchaseModel::each_future)) and spends. Draw i has the same parameters for all customers, so that
//! a total keeps their common error. `counts.rs` has the purchases of single customers exactly, `drawn.rs` makes the
//! draws, `sums.rs` adds them up by group, `level.rs` doubts the shop's level, `intervals.rs` puts them together.

mod counts;
mod drawn;
mod intervals;
mod level;
mod options;
mod sums;

pub use intervals::{clv_prediction, purchase_prediction};
pub use options::{Over, PredictionIntervals, PredictionKind, PredictionOptions};
