//! Special functions, each with its source and the range it was tested on.
//!
//! Everything here is a pure function of its arguments with the same bits on every machine: the
//! elementary functions come from the `libm` crate, not from the platform.

mod beta_geometric;
pub(crate) mod elementary;
mod exact_sum;
mod gamma;
mod incomplete_beta;
mod quadrature;
#[cfg(test)]
pub(crate) mod reference;

pub(crate) use beta_geometric::renewals_while_alive;
pub(crate) use exact_sum::ExactSum;
pub(crate) use gamma::{digamma_rise, ln_gamma, ln_gamma_ratio, trigamma, trigamma_drop};
pub(crate) use incomplete_beta::{negative_binomial_ln_pmf, negative_binomial_upper_tail};
pub(crate) use quadrature::gauss_legendre;
