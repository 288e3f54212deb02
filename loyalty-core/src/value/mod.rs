//! What customers are worth: discounted purchases times expected spend, with intervals.

mod bootstrap;
mod clv;
mod intervals;

pub use bootstrap::{Bootstrap, BootstrapOptions, clv_bootstrap};
pub use clv::{Margin, clv_into};
pub use intervals::{clv_intervals, clv_total_interval};
