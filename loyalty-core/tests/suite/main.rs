//! What is seen of the crate from outside, in one program: linking it once is quicker than linking each
//! file, and takes a fraction of the room. `cargo test --test suite posterior` runs one of them.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "the reference promises no equal bits")]

mod common;

mod behaviours;
mod behaviours_extremes;
mod behaviours_hold;
mod bg_bb;
mod bootstrap;
mod brands_and_sizes;
mod cdnow;
mod cdnow_predictions;
mod check_out;
mod cnbd_k;
mod comparison_covariates;
mod contracts;
mod correlation;
mod covariates;
mod covariates_posterior;
mod covariates_spend;
mod daily;
mod degenerate;
mod discounting;
mod forecast;
mod future;
mod golden;
mod golden_behaviours;
mod golden_check_out;
mod golden_covariate_posterior;
mod golden_covariates;
mod golden_forecast;
mod golden_posterior;
mod goodness;
mod intervals;
mod layers;
mod ledger;
mod ledger_basis;
mod mbg_nbd;
mod model_properties;
mod mutated_files;
mod nbd;
mod pareto_nbd;
mod pipeline;
mod pipeline_notes;
mod posterior;
mod predictions;
mod priors;
mod promotions;
mod recovery;
mod refusals;
mod refusals_covariates;
mod refusals_files;
mod refusals_ledger;
mod refusals_models;
mod refusals_summary;
mod returns;
mod returns_columns;
mod returns_files;
mod returns_replay;
mod returns_truth;
mod rfm;
mod rfm_properties;
mod selection;
mod shop_tables;
mod simulated_future;
mod simulation;
mod stress;
mod summary_properties;
mod tracking_intervals;
mod treatments;
