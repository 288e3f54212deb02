//! When customers buy: models of repeat purchases and of customers who leave unseen.
//!
//! A model is a small value, its parameters and the unit of time they are in. A fit gives a
//! [`Fit`](crate::estimation::Fit) that carries the model and says how well the data determine it; predictions
//! need the model only. Whichever model it is, it predicts by [`PurchaseModel`]; [`PurchaseKind`] lists the
//! models there are, and [`AnyPurchaseModel`] holds one of any kind, such as one from a file.
//!
//! How the parts work together: a model states its parameters, likelihood and what it says of a customer who
//! is alive (`process.rs`). `likelihood.rs` sums over runs of customers with equal x, which a fit maximises;
//! `predictions.rs` multiplies by P(alive), for one customer or, through `batch/`, for many, whose equal
//! frequencies and ages are worked out once; [`Discounting`] turns the purchases to come into what they
//! count today. `covariates/` fits the models with parameters of each customer's own. A further model is a folder with its process and a line in `kinds.rs`.

mod alive;
mod batch;
mod beta_geometric;
mod bg_bb;
mod bg_cnbd_k;
mod bg_nbd;
mod covariates;
mod discounting;
mod future;
mod future_summary;
mod gamma_poisson;
mod kinds;
mod likelihood;
mod mbg_cnbd_k;
mod mbg_nbd;
mod model;
mod nbd;
mod opportunities;
mod pareto_nbd;
mod predictions;
mod process;
mod regular;
mod simulate;

pub use beta_geometric::{BetaGeometric, Dropout};
pub use bg_bb::BgBb;
pub use bg_cnbd_k::{AfterRegularRepeatPurchases, BgCnbdK};
pub use bg_nbd::{AfterRepeatPurchases, BgNbd};
pub use covariates::PurchaseWithCovariates;
pub use discounting::Discounting;
pub use future::{Future, FutureDraws, Futures};
pub use future_summary::FutureSummary;
pub use kinds::{AnyPurchaseModel, PurchaseKind};
pub use mbg_cnbd_k::{AfterEveryRegularPurchase, MbgCnbdK};
pub use mbg_nbd::{AfterEveryPurchase, MbgNbd};
pub use model::PurchaseModel;
pub use nbd::Nbd;
pub use pareto_nbd::ParetoNbd;
pub use process::Needs;
pub use regular::RegularBetaGeometric;
