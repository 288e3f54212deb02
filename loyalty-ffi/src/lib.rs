//! The C library: every function of `include/loyalty.h`.
//!
//! The header is generated from this crate and is its documentation; the rules that hold for all
//! functions stand at its top (`cbindgen.toml`). The crate converts and delegates, the meaning is
//! in `loyalty-core`.
//!
//! | module | what it holds |
//! |---|---|
//! | [`error`] | status codes, the error object, the guard around every call |
//! | `handle`, `column`, `text`, `versioned` | all the code that touches the caller's memory |
//! | [`code`] | enumerations, which travel as `int32_t` |
//! | the others | one object each, in the order of the data |

#![allow(non_camel_case_types, reason = "names of C")]
#![allow(non_snake_case, reason = "T is the letter of the papers, apart from t")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the rules at the top of the header are the safety contract of every function"
)]

mod column;
mod handle;
mod text;
mod versioned;

// The header has the functions in the order of these lines.

pub mod version;

pub mod error;

pub mod code;

pub mod orders;

pub mod summarize;

pub mod summary_columns;

pub mod summary;

pub mod holdout;

pub mod occasions;

pub mod prior;

pub mod fit_options;

pub mod fit;

pub mod model_kind;

mod model;

mod model_file;

pub mod purchase_model;

pub mod spend_model;

pub mod contracts;

pub mod contract_model;

pub mod forecast;

pub mod order_lines;

pub mod credits;

pub mod return_propensity;

pub mod return_state;

pub mod return_learnt;

pub mod discounting;

pub mod covariates;

pub mod clv;

pub mod posterior;

pub mod covariate_posterior;

pub mod predictions;

pub mod correlation;

pub mod rfm;

pub mod segments;

pub mod selection;

pub mod treatments;

pub mod behaviours;

pub mod customer_record;

pub mod ledger_basis;

pub mod label_reason;

pub mod check_out;

pub mod check_out_files;
pub mod opened;

pub mod model_bytes;

pub mod file_kind;

#[cfg(test)]
mod allocations;
