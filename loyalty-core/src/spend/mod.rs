//! How much customers spend per purchase.
//!
//! Amounts are taken to be independent of how often a customer buys, so a spend model stands beside any
//! model of purchases. [`SpendModel`] is what it predicts, [`SpendKind`] lists the models there are, and
//! [`AnySpendModel`] holds one of any kind, such as one from a file.

mod covariates;
mod gamma_gamma;
mod kinds;
mod model;
mod predictions;

pub use covariates::SpendWithCovariates;
pub use gamma_gamma::GammaGamma;
pub use kinds::{AnySpendModel, SpendKind};
pub use model::SpendModel;
