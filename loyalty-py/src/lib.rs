//! The native module of the Python package `loyalty`: conversions between Arrow and the core's
//! columns, and one class per noun of the core. It is private; the package wraps it with typed,
//! documented Python.

#![allow(clippy::needless_pass_by_value, reason = "the macros hand arguments over by value")]

mod arrow;
mod behaviours;
mod check_out;
mod column;
mod comparison;
mod contracts;
mod correlation;
mod covariates;
mod decisions;
mod error;
mod files;
mod fits;
mod forecast;
mod ledger;
mod metrics;
mod order_lines;
mod orders;
mod pipeline;
mod posteriors;
mod predictions;
mod purchase;
mod read;
mod records;
mod returns;
mod rfm;
mod simulate;
mod spend;
mod summary;
mod value;

use pyo3::prelude::*;

#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::behaviours::{
        BehaviourDistribution, BehaviourModel, Behaviours, lasting, permutation_check, persistence,
    };
    #[pymodule_export]
    use crate::check_out::CheckOut;
    #[pymodule_export]
    use crate::column::{Column, Table};
    #[pymodule_export]
    use crate::comparison::Comparison;
    #[pymodule_export]
    use crate::contracts::{ContractModel, Contracts, Renewing};
    #[pymodule_export]
    use crate::correlation::{frequency_value_correlation, notable_correlation};
    #[pymodule_export]
    use crate::covariates::{
        Covariates, PurchaseWithCovariates, SpendWithCovariates, model_of_json,
    };
    #[pymodule_export]
    use crate::decisions::{Treatments, choose, select_treatments, take_ids};
    #[pymodule_export]
    use crate::files::load;
    #[pymodule_export]
    use crate::fits::{Fit, Options, Prior};
    #[pymodule_export]
    use crate::forecast::AnchoredForecast;
    #[pymodule_export]
    use crate::ledger::Ledger;
    #[pymodule_export]
    use crate::metrics::{Predictions, ReturnEconomics, expected_returns};
    #[pymodule_export]
    use crate::order_lines::{OrderLines, match_credits};
    #[pymodule_export]
    use crate::orders::{Occasions, Orders, count_in, instant, unit_days, units_per_year};
    #[pymodule_export]
    use crate::pipeline::{purchases_of_table, score_customers};
    #[pymodule_export]
    use crate::posteriors::Posterior;
    #[pymodule_export]
    use crate::predictions::{
        Predicting, clv_prediction, holdout_spend_errors, purchase_prediction, simulate_future,
        spend_calibration, spend_counts, summarize_future, tracking_intervals,
    };
    #[pymodule_export]
    use crate::purchase::PurchaseModel;
    #[pymodule_export]
    use crate::records::{CustomerRecord, LedgerBasis};
    #[pymodule_export]
    use crate::returns::ReturnPropensity;
    #[pymodule_export]
    use crate::rfm::{SegmentTable, rfm_scores};
    #[pymodule_export]
    use crate::simulate::{scenarios, shop_options, simulate, simulate_scenario};
    #[pymodule_export]
    use crate::spend::SpendModel;
    #[pymodule_export]
    use crate::summary::{CustomerSummary, Holdout};
    #[pymodule_export]
    use crate::value::{Discounting, clv, clv_bootstrap, clv_intervals};

    use super::{Bound, PyModule, PyModuleMethods, PyResult};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
