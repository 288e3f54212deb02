//! Models of purchases whose customers have parameters of their own, by what is known of them.
//!
//! `base.rs` has the parameters that covariates move, `patterns.rs` the customers who share theirs,
//! `likelihood.rs` the fit, `model.rs` the model found, `predictions.rs` what it says of customers.

mod base;
mod likelihood;
mod model;
mod patterns;
mod predictions;

pub use model::PurchaseWithCovariates;
