//! How models are fitted: priors and options, and intervals of what fits predict.

use std::collections::BTreeMap;

use loyalty_core::{Error, FitOptions, Intervals, Margin, Model, Scale, Threads};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{Result, input};
use crate::models::{Discounting, Fit};
use crate::read::{Numbers, numbers};
use crate::summary::CustomerSummary;

/// What is known of a parameter before the data.
#[pyclass(frozen, eq, from_py_object, module = "loyalty._native")]
#[derive(Clone, PartialEq)]
pub(crate) struct Prior(loyalty_core::Prior);

#[pymethods]
impl Prior {
    #[staticmethod]
    fn log_normal(median: f64, sigma: f64, absolute: bool) -> Result<Self> {
        Ok(Self::of(loyalty_core::Prior::log_normal(median, sigma)?, absolute))
    }

    #[staticmethod]
    fn gamma(shape: f64, mean: f64, absolute: bool) -> Result<Self> {
        Ok(Self::of(loyalty_core::Prior::gamma(shape, mean)?, absolute))
    }

    #[staticmethod]
    fn known(value: f64) -> Result<Self> {
        Ok(Self(loyalty_core::Prior::known(value)?))
    }
}

impl Prior {
    fn of(prior: loyalty_core::Prior, absolute: bool) -> Self {
        Self(if absolute { prior.absolute() } else { prior })
    }
}

/// How a model is fitted.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Options(pub(crate) FitOptions);

#[pymethods]
impl Options {
    #[new]
    fn new(
        start: Option<Vec<f64>>,
        priors: BTreeMap<String, Prior>,
        penalizer: f64,
        tolerance: f64,
        max_iterations: usize,
        threads: usize,
    ) -> Self {
        let mut options = FitOptions::default();
        options.start = start;
        options.priors = priors.into_iter().map(|(name, prior)| (name, prior.0)).collect();
        options.penalizer = penalizer;
        options.tolerance = tolerance;
        options.max_iterations = max_iterations;
        options.threads = Threads::new(threads);
        Self(options)
    }
}

/// Estimate, standard error, lower and upper end.
pub(crate) fn columns(intervals: Intervals) -> Vec<Column> {
    vec![
        Column::floats("estimate", intervals.estimate),
        Column::floats("standard_error", intervals.standard_error),
        Column::floats("lower", intervals.lower),
        Column::floats("upper", intervals.upper),
    ]
}

/// Intervals of a prediction by its name, per customer.
#[pyfunction]
#[pyo3(signature = (fit, quantity, customers, horizon, level, threads))]
pub(crate) fn prediction_intervals(
    py: Python<'_>,
    fit: &Fit,
    quantity: &str,
    customers: &CustomerSummary,
    horizon: Option<f64>,
    level: f64,
    threads: usize,
) -> Result<Vec<Column>> {
    let (customers, threads) = (&customers.0, Threads::new(threads));
    let rows = customers.len();
    let found = py.detach(|| match (fit.0.model, quantity, horizon) {
        (Model::BgNbd(model), "p_alive", None) => {
            let fit = fit.0.clone().map(|_| model);
            Ok(fit.intervals(level, Scale::Logit, rows, |model, out| {
                model.p_alive_into(customers, out, threads)
            }))
        }
        (Model::BgNbd(model), "expected_purchases", Some(horizon)) => {
            let fit = fit.0.clone().map(|_| model);
            Ok(fit.intervals(level, Scale::Log, rows, |model, out| {
                model.expected_purchases_into(customers, horizon, out, threads)
            }))
        }
        (Model::GammaGamma(model), "expected_spend", None) => {
            let fit = fit.0.clone().map(|_| model);
            Ok(fit.intervals(level, Scale::Log, rows, |model, out| {
                model.expected_spend_into(customers, out, threads)
            }))
        }
        _ => Err(input(format!(
            "quantity must be \"p_alive\" or, with a horizon, \"expected_purchases\" of a BG/NBD fit, or \
             \"expected_spend\" of a Gamma-Gamma fit, got {quantity:?}"
        ))),
    })?;
    Ok(columns(found?))
}

/// Intervals of lifetime values, per customer or in total.
#[pyfunction]
#[pyo3(signature = (customers, purchases, spend, discounting, margin, margins, total, level, threads))]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn clv_intervals(
    py: Python<'_>,
    customers: &CustomerSummary,
    purchases: &Fit,
    spend: &Fit,
    discounting: &Discounting,
    margin: f64,
    margins: Option<&Column>,
    total: bool,
    level: f64,
    threads: usize,
) -> Result<Vec<Column>> {
    let margins = margins.map(numbers).transpose()?;
    let margins = margins.as_ref().map(Numbers::or_nan);
    let margin = margins.as_deref().map_or(Margin::Same(margin), Margin::PerCustomer);
    let (Model::BgNbd(purchase), Model::GammaGamma(amount)) = (purchases.0.model, spend.0.model)
    else {
        return Err(input("needs the fit of a BG/NBD and that of a Gamma-Gamma".to_owned()));
    };
    let of = if total { loyalty_core::clv_total_interval } else { loyalty_core::clv_intervals };
    let found: std::result::Result<Intervals, Error> = py.detach(|| {
        let purchases = purchases.0.clone().map(|_| purchase);
        let spend = spend.0.clone().map(|_| amount);
        let (customers, threads) = (&customers.0, Threads::new(threads));
        of(&purchases, &spend, customers, &discounting.0, margin, level, threads)
    });
    Ok(columns(found?))
}
