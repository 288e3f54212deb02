//! Customers under contract: who renews, and who is seen to leave.
//!
//! A subscriber who leaves says so, by not renewing. What there is to know of them is how often they have
//! renewed and whether they are still there ([`Contracts`]); tables of cohorts say the same of many at once.
//! Whichever model it is, it predicts by [`ContractModel`]: retention, survival, and what the renewals to
//! come are worth. [`ContractKind`] lists the models there are, and [`AnyContractModel`] holds one of any
//! kind, such as one from a file.
//!
//! How the parts work together: a model is a curve of survival, the beta mixture of `curve.rs`, of which it
//! leaves so many parameters free. `likelihood.rs` sums over renewals, of which it needs no more than how many
//! customers made each and how many did not; `predictions.rs` asks the curve; `lifetime.rs` adds up what is to
//! come. A further model is a file and a line in `kinds.rs`.

mod bdw;
mod cohorts;
mod curve;
mod data;
mod horizon;
mod kinds;
mod lifetime;
mod likelihood;
mod model;
mod predictions;
mod process;
mod rules;
mod sbg;
mod simulate;

pub use bdw::Bdw;
pub use cohorts::CohortColumns;
pub(crate) use curve::Curve;
pub use data::{ContractColumns, Contracts, RenewalCount};
pub use horizon::RenewalHorizon;
pub use kinds::{AnyContractModel, ContractKind};
pub(crate) use lifetime::discounted_periods;
pub use model::ContractModel;
pub use sbg::Sbg;
