//! Special functions, each with its source and the range it was tested on.
//!
//! Everything here is a pure function of its arguments with the same bits on every machine: nothing
//! comes from the platform's libm.

mod beta_geometric;
mod beta_geometric_survival;
pub(crate) mod cast;
pub(crate) mod columns;
pub(crate) mod deal;
pub(crate) mod elementary;
mod erlang;
mod exact_sum;
pub(crate) mod fold;
mod gamma;
mod incomplete;
mod interpolation;
mod ln_product;
pub(crate) mod log_concave;
mod negative_binomial;
mod normal;
#[cfg(test)]
mod oracle;
mod p_values;
mod positive_series;
mod quadrature;
pub(crate) mod random;
pub(crate) mod ranks;
#[cfg(test)]
pub(crate) mod reference;
mod residual;
mod second_differences;
pub(crate) mod vector;
pub(crate) mod words;

pub(crate) use beta_geometric::Renewals;
pub(crate) use beta_geometric_survival::Survival;
pub(crate) use erlang::{Erlang, ErlangRenewals, ErlangResidual, ErlangSurvival};
pub(crate) use exact_sum::ExactSum;
pub(crate) use gamma::{digamma_rise, ln_gamma, ln_gamma_ratio, trigamma, trigamma_drop};
pub(crate) use incomplete::{beta_upper, gamma_upper, normal_upper};
pub(crate) use interpolation::Interpolated;
pub(crate) use ln_product::LnProduct;
pub(crate) use negative_binomial::{negative_binomial_ln_pmf, negative_binomial_upper_tail};
pub(crate) use normal::{normal_quantile, two_sided};
pub(crate) use p_values::{chi_square_upper_tail, correlation_p_value};
pub(crate) use quadrature::{POINTS, gauss_legendre};
pub(crate) use residual::Residual;
pub(crate) use second_differences::SecondDifferences;
