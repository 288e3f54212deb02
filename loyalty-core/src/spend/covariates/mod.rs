//! Spend by what else is known of a customer: the Gamma-Gamma with a scale of each customer's own.

mod likelihood;
mod model;

pub use model::SpendWithCovariates;
