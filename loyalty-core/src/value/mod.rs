//! What customers are worth: discounted purchases times expected spend, with intervals.
//!
//! [`clv_into`] multiplies what a purchase model and a spend model expect and takes the [`Margin`].
//! [`clv_intervals`] carries the uncertainty of the fitted parameters through to each customer's value
//! and [`clv_total_interval`] to the sum, [`clv_posterior`] that of their posteriors, and the same
//! `…_with_covariates`; [`clv_bootstrap`] gets the same from fits to resampled customers, without asking the models
//! how sure they are. [`clv_prediction`] and [`purchase_prediction`] are of what customers will do, for each,
//! for groups and in total.

mod asked;
mod bootstrap;
mod clv;
mod intervals;
mod margin;
mod posterior;
mod predictions;

pub use asked::Estimated;
pub use bootstrap::{Bootstrap, BootstrapOptions, clv_bootstrap};
pub use clv::{Buying, Spending, clv_into, clv_with_covariates_into};
pub use intervals::{
    clv_intervals, clv_intervals_with_covariates, clv_total_interval,
    clv_total_interval_with_covariates,
};
pub use margin::Margin;
pub use posterior::{clv_posterior, clv_posterior_with_covariates};
pub use predictions::{
    Over, PredictionIntervals, PredictionKind, PredictionOptions, clv_prediction,
    purchase_prediction,
};
