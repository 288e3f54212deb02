//! How models are fitted: priors and options, and intervals of what fits predict.

use std::collections::BTreeMap;

use loyalty_core::Error;
use loyalty_core::estimation::{FitOptions, Intervals, Scale};
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::value::{BootstrapOptions, Margin};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{Result, input};
use crate::models::{BgNbd, Discounting, Fit, GammaGamma};
use crate::read::{Numbers, numbers};
use crate::summary::CustomerSummary;

/// What is known of a parameter before the data.
#[pyclass(frozen, eq, from_py_object, module = "loyalty._native")]
#[derive(Clone, PartialEq)]
pub(crate) struct Prior(loyalty_core::estimation::Prior);

#[pymethods]
impl Prior {
    #[staticmethod]
    fn log_normal(median: f64, sigma: f64, absolute: bool) -> Result<Self> {
        Ok(Self::of(loyalty_core::estimation::Prior::log_normal(median, sigma)?, absolute))
    }

    #[staticmethod]
    fn gamma(shape: f64, mean: f64, absolute: bool) -> Result<Self> {
        Ok(Self::of(loyalty_core::estimation::Prior::gamma(shape, mean)?, absolute))
    }

    #[staticmethod]
    fn known(value: f64) -> Result<Self> {
        Ok(Self(loyalty_core::estimation::Prior::known(value)?))
    }
}

impl Prior {
    fn of(prior: loyalty_core::estimation::Prior, absolute: bool) -> Self {
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

/// Histories of new customers drawn from a model.
#[pyfunction]
pub(crate) fn simulate_purchases(
    py: Python<'_>,
    model: &BgNbd,
    t: &Column,
    seed: u64,
    threads: usize,
) -> Result<CustomerSummary> {
    let t = numbers(t)?;
    let t = t.or_nan();
    let threads = Threads::new(threads);
    Ok(CustomerSummary(py.detach(|| model.0.simulate(&t, seed, threads))?))
}

/// Monetary values drawn from a model.
#[pyfunction]
pub(crate) fn simulate_spend(
    py: Python<'_>,
    model: &GammaGamma,
    customers: &CustomerSummary,
    seed: u64,
    threads: usize,
) -> Column {
    let threads = Threads::new(threads);
    Column::floats("monetary_value", py.detach(|| model.0.simulate(&customers.0, seed, threads)))
}

/// Estimate, lower, upper, totals, replicates not converged and failed.
type BootstrapResult = (f64, f64, f64, Column, usize, usize);

/// The interval of lifetime values in total by parametric bootstrap.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn clv_bootstrap(
    py: Python<'_>,
    customers: &CustomerSummary,
    purchases: &BgNbd,
    spend: &GammaGamma,
    discounting: &Discounting,
    margin: f64,
    margins: Option<&Column>,
    replicates: usize,
    seed: u64,
    level: f64,
    threads: usize,
) -> Result<BootstrapResult> {
    let margins = margins.map(numbers).transpose()?;
    let margins = margins.as_ref().map(Numbers::or_nan);
    let margin = margins.as_deref().map_or(Margin::Same(margin), Margin::PerCustomer);
    let mut options = BootstrapOptions::default();
    (options.replicates, options.seed, options.level) = (replicates, seed, level);
    options.threads = Threads::new(threads);
    let (purchases, spend, customers) = (&purchases.0, &spend.0, &customers.0);
    let found = py.detach(|| {
        let year = &discounting.0;
        loyalty_core::value::clv_bootstrap(purchases, spend, customers, year, margin, &options)
    })?;
    let totals = Column::floats("total", found.totals);
    Ok((found.estimate, found.lower, found.upper, totals, found.not_converged, found.failed))
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
    let of = if total {
        loyalty_core::value::clv_total_interval
    } else {
        loyalty_core::value::clv_intervals
    };
    let found: std::result::Result<Intervals, Error> = py.detach(|| {
        let purchases = purchases.0.clone().map(|_| purchase);
        let spend = spend.0.clone().map(|_| amount);
        let (customers, threads) = (&customers.0, Threads::new(threads));
        of(&purchases, &spend, customers, &discounting.0, margin, level, threads)
    });
    Ok(columns(found?))
}
