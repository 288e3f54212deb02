//! What customers are worth: discounted purchases times expected spend, with intervals.
//!
//! [`clv_into`] multiplies what a purchase model and a spend model expect and takes the [`Margin`].
//! [`clv_intervals`] carries the uncertainty of the fitted parameters through to each customer's value
//! and [`clv_total_interval`] to the sum, [`clv_posterior`] that of their posteriors; [`clv_bootstrap`] gets the same from fits to resampled
//! customers, without asking the models how sure they are.

mod bootstrap;
mod clv;
mod intervals;
mod posterior;

pub use bootstrap::{Bootstrap, BootstrapOptions, clv_bootstrap};
pub use clv::{Buying, Margin, Spending, clv_into, clv_with_covariates_into};
pub use intervals::{clv_intervals, clv_total_interval};
pub use posterior::clv_posterior;
