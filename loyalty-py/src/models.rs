//! The models, their fits and their files.

use std::ops::ControlFlow;
use std::path::PathBuf;

use loyalty_core::Error;
use loyalty_core::estimation::{Progress, Stop};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::parallel::Threads;
use loyalty_core::summary::History;
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{PyError, Result};
use crate::fits::{Options, columns};
use crate::summary::CustomerSummary;

/// The BG/NBD model.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct BgNbd(pub(crate) loyalty_core::purchase::BgNbd);

#[pymethods]
impl BgNbd {
    #[new]
    #[pyo3(signature = (r, alpha, a, b, unit = None))]
    fn new(r: f64, alpha: f64, a: f64, b: f64, unit: Option<&str>) -> Result<Self> {
        let unit = unit.map(str::parse).transpose()?;
        Ok(Self(loyalty_core::purchase::BgNbd::new(r, alpha, a, b)?.with_unit(unit)))
    }

    #[staticmethod]
    #[pyo3(signature = (customers, options, progress))]
    fn fit(
        py: Python<'_>,
        customers: &CustomerSummary,
        options: &Options,
        progress: Option<Py<PyAny>>,
    ) -> Result<Fit> {
        let options = &options.0;
        observed(py, progress.as_ref(), |observe| {
            let fit = loyalty_core::purchase::BgNbd::fit_observed(&customers.0, options, observe)?;
            Ok(Fit(fit.map(Model::from)))
        })
    }

    /// r, alpha, a, b.
    #[getter]
    fn parameters(&self) -> (f64, f64, f64, f64) {
        (self.0.r(), self.0.alpha(), self.0.a(), self.0.b())
    }

    #[getter]
    fn unit(&self) -> Option<String> {
        self.0.unit().map(|unit| unit.to_string())
    }

    fn log_likelihood(&self, py: Python<'_>, customers: &CustomerSummary) -> Result<f64> {
        Ok(py.detach(|| self.0.log_likelihood(&customers.0))?)
    }

    fn p_alive(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        threads: usize,
    ) -> Result<Column> {
        column(py, "p_alive", customers, |out| {
            self.0.p_alive_into(&customers.0, out, Threads::new(threads))
        })
    }

    fn expected_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        horizon: f64,
        threads: usize,
    ) -> Result<Column> {
        column(py, "expected_purchases", customers, |out| {
            self.0.expected_purchases_into(&customers.0, horizon, out, Threads::new(threads))
        })
    }

    fn discounted_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        discounting: &Discounting,
        threads: usize,
    ) -> Result<Column> {
        column(py, "discounted_purchases", customers, |out| {
            let threads = Threads::new(threads);
            self.0.discounted_purchases_into(&customers.0, &discounting.0, out, threads)
        })
    }

    fn p_alive_one(&self, frequency: u32, recency: f64, t: f64) -> Result<f64> {
        Ok(self.0.p_alive(&History::new(frequency, recency, t)?))
    }

    fn expected_purchases_one(
        &self,
        frequency: u32,
        recency: f64,
        t: f64,
        horizon: f64,
    ) -> Result<f64> {
        Ok(self.0.expected_purchases(&History::new(frequency, recency, t)?, horizon)?)
    }

    fn expected_purchases_new_customer(&self, horizon: f64) -> Result<f64> {
        Ok(self.0.expected_purchases_new_customer(horizon)?)
    }

    fn probability_of_n_purchases(&self, n: u32, t: f64) -> Result<f64> {
        Ok(self.0.probability_of_n_purchases(n, t)?)
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(self.0).write(path)?)
    }
}

/// The Gamma-Gamma model.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct GammaGamma(pub(crate) loyalty_core::spend::GammaGamma);

#[pymethods]
impl GammaGamma {
    #[new]
    fn new(p: f64, q: f64, v: f64) -> Result<Self> {
        Ok(Self(loyalty_core::spend::GammaGamma::new(p, q, v)?))
    }

    #[staticmethod]
    #[pyo3(signature = (customers, options, progress))]
    fn fit(
        py: Python<'_>,
        customers: &CustomerSummary,
        options: &Options,
        progress: Option<Py<PyAny>>,
    ) -> Result<Fit> {
        let options = &options.0;
        observed(py, progress.as_ref(), |observe| {
            let fit =
                loyalty_core::spend::GammaGamma::fit_observed(&customers.0, options, observe)?;
            Ok(Fit(fit.map(Model::from)))
        })
    }

    #[getter]
    fn has_finite_mean(&self) -> bool {
        self.0.has_finite_mean()
    }

    /// p, q, v.
    #[getter]
    fn parameters(&self) -> (f64, f64, f64) {
        (self.0.p(), self.0.q(), self.0.v())
    }

    fn log_likelihood(&self, py: Python<'_>, customers: &CustomerSummary) -> Result<f64> {
        Ok(py.detach(|| self.0.log_likelihood(&customers.0))?)
    }

    fn expected_spend(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        threads: usize,
    ) -> Result<Column> {
        column(py, "expected_spend", customers, |out| {
            self.0.expected_spend_into(&customers.0, out, Threads::new(threads))
        })
    }

    fn expected_spend_one(&self, transactions: u32, mean: f64) -> Result<f64> {
        Ok(self.0.expected_spend(transactions, mean)?)
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(self.0).write(path)?)
    }
}

/// A fitted model of either kind.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct Fit(pub(crate) loyalty_core::estimation::Fit<Model>);

#[pymethods]
impl Fit {
    #[getter]
    fn model<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        as_object(py, self.0.model)
    }

    #[getter]
    fn names(&self) -> Vec<&'static str> {
        self.0.model.names().to_vec()
    }

    #[getter]
    fn values(&self) -> Vec<f64> {
        self.0.model.values()
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

    /// Estimate, standard error, lower and upper end of every parameter.
    fn parameter_intervals(&self, level: f64) -> Result<Vec<Column>> {
        let intervals = match self.0.model {
            Model::BgNbd(model) => self.0.clone().map(|_| model).parameter_intervals(level),
            Model::GammaGamma(model) => self.0.clone().map(|_| model).parameter_intervals(level),
            other => return Err(crate::error::input(format!("no intervals for {}", other.kind()))),
        };
        Ok(columns(intervals?))
    }

    #[getter]
    fn converged(&self) -> bool {
        self.0.stop == Stop::Converged
    }

    #[getter]
    fn standard_errors(&self) -> Option<Vec<f64>> {
        self.0.standard_errors()
    }

    /// Covariance of the parameters, or of their logarithms, row by row.
    fn covariance(&self, of_logs: bool) -> Option<Vec<Vec<f64>>> {
        let covariance = self.0.covariance.as_ref()?;
        let n = covariance.dimension();
        let entry = |i, j| if of_logs { covariance.of_log(i, j) } else { covariance.get(i, j) };
        Some((0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect())
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

/// How the future is discounted.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Discounting(pub(crate) loyalty_core::purchase::Discounting);

#[pymethods]
impl Discounting {
    #[staticmethod]
    fn continuous(horizon: f64, rate: f64) -> Result<Self> {
        Ok(Self(loyalty_core::purchase::Discounting::continuous(horizon, rate)?))
    }

    #[staticmethod]
    fn annual(horizon: f64, rate: f64, unit: &str) -> Result<Self> {
        Ok(Self(loyalty_core::purchase::Discounting::annual(horizon, rate, unit.parse()?)?))
    }

    #[staticmethod]
    fn per_period(periods: u32, length: f64, rate: f64) -> Result<Self> {
        Ok(Self(loyalty_core::purchase::Discounting::per_period(periods, length, rate)?))
    }
}

/// The object of a model.
pub(crate) fn as_object(py: Python<'_>, model: Model) -> Result<Bound<'_, PyAny>> {
    match model {
        Model::BgNbd(model) => Ok(Bound::new(py, BgNbd(model))?.into_any()),
        Model::GammaGamma(model) => Ok(Bound::new(py, GammaGamma(model))?.into_any()),
        other => Err(crate::error::input(format!("no class for {}", other.kind()))),
    }
}

/// A column made by filling one value per customer, without the interpreter.
pub(crate) fn column(
    py: Python<'_>,
    name: &str,
    customers: &CustomerSummary,
    fill: impl FnOnce(&mut [f64]) -> std::result::Result<(), Error> + Send,
) -> Result<Column> {
    let values = py.detach(|| {
        let mut out = vec![0.0; customers.0.len()];
        fill(&mut out).map(|()| out)
    })?;
    Ok(Column::floats(name, values))
}

/// Runs a fit without the interpreter; after every iteration signals are looked at and the progress
/// callback is called, and what either raises ends the fit.
fn observed<T: Send>(
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
