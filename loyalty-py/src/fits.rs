//! How models are fitted: priors, options, and what is found.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use loyalty_core::Error;
use loyalty_core::contracts::{AnyContractModel, ContractModel as _};
use loyalty_core::estimation::{FitOptions, Intervals, Parameters, Progress, Scale, Stop};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, PurchaseModel as _};
use loyalty_core::spend::{AnySpendModel, SpendModel as _};
use pyo3::prelude::*;

use crate::column::Column;
use crate::contracts::{ContractModel, Contracts};
use crate::covariates::{Covariates, Found, PurchaseWithCovariates, SpendWithCovariates, known};
use crate::error::{PyError, Result, input};
use crate::purchase::PurchaseModel;
use crate::spend::SpendModel;
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
    fn normal(mean: f64, sigma: f64) -> Result<Self> {
        Ok(Self(loyalty_core::estimation::Prior::normal(mean, sigma)?))
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

/// A fitted model of purchases, of spend or of contracts.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct Fit(pub(crate) loyalty_core::estimation::Fit<Model>);

#[pymethods]
impl Fit {
    #[getter]
    fn model<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        as_object(py, self.0.model.clone())
    }

    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.model.layout().into_iter().map(|parameter| parameter.name.into_owned()).collect()
    }

    #[getter]
    fn values(&self) -> Vec<f64> {
        self.0.model.values()
    }

    /// How many parameters were fitted; those known are none of them.
    #[getter]
    fn fitted(&self) -> usize {
        self.0.parameters
    }

    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.0.log_likelihood
    }

    #[getter]
    fn log_prior(&self) -> f64 {
        self.0.log_prior
    }

    #[getter]
    fn aic(&self) -> f64 {
        self.0.aic()
    }

    #[getter]
    fn bic(&self) -> f64 {
        self.0.bic()
    }

    #[getter]
    fn customers(&self) -> f64 {
        self.0.customers
    }

    #[getter]
    fn left_out(&self) -> f64 {
        self.0.left_out
    }

    #[getter]
    fn iterations(&self) -> usize {
        self.0.iterations
    }

    #[getter]
    fn gradient_norm(&self) -> f64 {
        self.0.gradient_norm
    }

    #[getter]
    fn stop(&self) -> &'static str {
        self.0.stop.name()
    }

    #[getter]
    fn stop_message(&self) -> String {
        self.0.stop.to_string()
    }

    #[getter]
    fn identification(&self) -> &'static str {
        self.0.identification.name()
    }

    #[getter]
    fn identification_message(&self) -> String {
        self.0.identification.to_string()
    }

    #[getter]
    fn converged(&self) -> bool {
        self.0.stop == Stop::Converged
    }

    #[getter]
    fn standard_errors(&self) -> Option<Vec<f64>> {
        self.0.standard_errors()
    }

    /// Covariance of the parameters, or of their places on their scales, row by row.
    fn covariance(&self, on_scale: bool) -> Option<Vec<Vec<f64>>> {
        let covariance = self.0.covariance.as_ref()?;
        let n = covariance.dimension();
        let entry = |i, j| if on_scale { covariance.on_scale(i, j) } else { covariance.get(i, j) };
        Some((0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect())
    }

    fn parameter_intervals(&self, level: f64) -> Result<Vec<Column>> {
        Ok(columns(self.0.parameter_intervals(level)?))
    }

    fn p_alive_intervals(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: Option<&Covariates>,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (customers, threads) = (&customers.0, Threads::new(threads));
        let (scale, rows) = (Scale::Logit, customers.len());
        let found = match self.purchases_or_by()? {
            Found::Alike(fit) => py.detach(|| {
                fit.intervals(level, scale, rows, |model, out| {
                    model.p_alive_into(customers, out, threads)
                })
            }),
            Found::By(fit) => {
                let known = known(covariates)?;
                py.detach(|| {
                    fit.intervals(level, scale, rows, |model, out| {
                        model.p_alive_into(customers, known, out, threads)
                    })
                })
            }
        };
        Ok(columns(found?))
    }

    fn expected_purchases_intervals(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: Option<&Covariates>,
        horizon: f64,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (customers, threads) = (&customers.0, Threads::new(threads));
        let (scale, rows) = (Scale::Log, customers.len());
        let found = match self.purchases_or_by()? {
            Found::Alike(fit) => py.detach(|| {
                fit.intervals(level, scale, rows, |model, out| {
                    model.expected_purchases_into(customers, horizon, out, threads)
                })
            }),
            Found::By(fit) => {
                let known = known(covariates)?;
                py.detach(|| {
                    fit.intervals(level, scale, rows, |model, out| {
                        model.expected_purchases_into(customers, known, horizon, out, threads)
                    })
                })
            }
        };
        Ok(columns(found?))
    }

    fn expected_spend_intervals(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: Option<&Covariates>,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (customers, threads) = (&customers.0, Threads::new(threads));
        let (scale, rows) = (Scale::Log, customers.len());
        let found = match self.spend_or_by()? {
            Found::Alike(fit) => py.detach(|| {
                fit.intervals(level, scale, rows, |model, out| {
                    model.expected_spend_into(customers, out, threads)
                })
            }),
            Found::By(fit) => {
                let known = known(covariates)?;
                py.detach(|| {
                    fit.intervals(level, scale, rows, |model, out| {
                        model.expected_spend_into(customers, known, out, threads)
                    })
                })
            }
        };
        Ok(columns(found?))
    }

    fn churn_intervals(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (fit, contracts) = (self.contracts()?, &contracts.0);
        let found = py.detach(|| {
            fit.intervals(level, Scale::Logit, contracts.len(), |model, out| {
                model.churn_into(contracts, out, Threads::new(threads))
            })
        });
        Ok(columns(found?))
    }

    fn survival_intervals(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        ahead: u32,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (fit, contracts) = (self.contracts()?, &contracts.0);
        let found = py.detach(|| {
            fit.intervals(level, Scale::Logit, contracts.len(), |model, out| {
                model.survival_into(contracts, ahead, out, Threads::new(threads))
            })
        });
        Ok(columns(found?))
    }

    fn to_json(&self) -> String {
        ModelFile::from(&self.0).to_json()
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Option<Self>> {
        Ok(ModelFile::from_json(text)?.as_fit()?.map(Self))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(&self.0).write(path)?)
    }
}

/// The fit of a purchase model, with covariates or without.
type PurchaseFit = Found<
    loyalty_core::estimation::Fit<AnyPurchaseModel>,
    loyalty_core::estimation::Fit<loyalty_core::purchase::PurchaseWithCovariates>,
>;

/// The fit of a spend model, with covariates or without.
type SpendFit = Found<
    loyalty_core::estimation::Fit<AnySpendModel>,
    loyalty_core::estimation::Fit<loyalty_core::spend::SpendWithCovariates>,
>;

impl Fit {
    /// The fit of a purchase model, with covariates or without.
    pub(crate) fn purchases_or_by(&self) -> Result<PurchaseFit> {
        Ok(match &self.0.model {
            Model::PurchaseWithCovariates(model) => {
                Found::By(self.0.clone().map(|_| model.clone()))
            }
            _ => Found::Alike(self.purchases()?),
        })
    }

    /// The fit of a spend model, with covariates or without.
    pub(crate) fn spend_or_by(&self) -> Result<SpendFit> {
        Ok(match &self.0.model {
            Model::SpendWithCovariates(model) => Found::By(self.0.clone().map(|_| model.clone())),
            _ => Found::Alike(self.spend()?),
        })
    }

    /// The fit of a purchase model.
    pub(crate) fn purchases(&self) -> Result<loyalty_core::estimation::Fit<AnyPurchaseModel>> {
        let Model::Purchase(model) = &self.0.model else {
            return Err(input("this needs the fit of a purchase model"));
        };
        Ok(self.0.clone().map(|_| model.clone()))
    }

    /// The fit of a model of contracts.
    fn contracts(&self) -> Result<loyalty_core::estimation::Fit<AnyContractModel>> {
        let Model::Contract(model) = &self.0.model else {
            return Err(input("this needs the fit of a model of contracts"));
        };
        Ok(self.0.clone().map(|_| model.clone()))
    }

    /// The fit of a spend model.
    pub(crate) fn spend(&self) -> Result<loyalty_core::estimation::Fit<AnySpendModel>> {
        let Model::Spend(model) = &self.0.model else {
            return Err(input("this needs the fit of a spend model"));
        };
        Ok(self.0.clone().map(|_| model.clone()))
    }
}

/// The object of a model.
pub(crate) fn as_object(py: Python<'_>, model: Model) -> Result<Bound<'_, PyAny>> {
    match model {
        Model::Purchase(model) => Ok(Bound::new(py, PurchaseModel(model))?.into_any()),
        Model::Spend(model) => Ok(Bound::new(py, SpendModel(model))?.into_any()),
        Model::Contract(model) => Ok(Bound::new(py, ContractModel(model))?.into_any()),
        Model::PurchaseWithCovariates(model) => {
            Ok(Bound::new(py, PurchaseWithCovariates(model))?.into_any())
        }
        Model::SpendWithCovariates(model) => {
            Ok(Bound::new(py, SpendWithCovariates(model))?.into_any())
        }
        other => Err(input(format!("no class for {}", other.kind()))),
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

/// Runs a fit without the interpreter; after every iteration signals are looked at and the progress
/// callback is called, and what either raises ends the fit.
pub(crate) fn observed<T: Send>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    fit: impl FnOnce(&mut dyn FnMut(&Progress) -> ControlFlow<()>) -> std::result::Result<T, Error>
    + Send,
) -> Result<T> {
    let mut raised = None;
    let result = py.detach(|| {
        fit(&mut |state| {
            let seen = Python::attach(|py| -> PyResult<()> {
                py.check_signals()?;
                if let Some(progress) = progress {
                    progress.call1(py, (state.iteration, state.log_likelihood, state.gap))?;
                }
                Ok(())
            });
            match seen {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    raised = Some(error);
                    ControlFlow::Break(())
                }
            }
        })
    });
    match raised {
        Some(error) => Err(PyError::from(error)),
        None => Ok(result?),
    }
}
