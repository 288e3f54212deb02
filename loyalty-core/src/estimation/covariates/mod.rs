//! Covariates in a likelihood: how columns become numbers, and how these move the parameters of a customer.
//!
//! A model with covariates is the same model with parameters of the customer's own. On their scales g (the
//! logarithm of a rate's α, the log-odds of a mean dropout φ) they are moved by a sum over the features z:
//!
//! ```text
//! g_i = g + sign · γ'z_i
//! ```
//!
//! so that, with d_e the direction in which feature e moves g, the derivatives follow from those of the model:
//!
//! ```text
//! ∂ ln L_i/∂γ_e = z_ie d_e·∂,    ∂²/∂γ_e∂γ_f = z_ie z_if d_e·∂²·d_f
//! ```
//!
//! `coding.rs` has the features, `links.rs` what can be moved, `effects.rs` what is, `chain.rs` the derivatives and
//! the way between coefficients of standardised and of raw features, `fit.rs` the fit at the centre of the features.

mod chain;
mod coding;
mod effects;
mod fit;
mod links;

pub(crate) use coding::{Coding, Features, RawColumn};
pub use effects::{Coefficient, CovariateRoles};
pub(crate) use effects::{Design, Effects};
pub(crate) use fit::{
    Found, Standardised, as_fitted, fit_standardised, limit_with_effects, posterior_standardised,
};
pub use links::Acts;
pub(crate) use links::{BASE, Link, Links};
