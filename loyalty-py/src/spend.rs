//! Spend models of every kind: how much customers spend per purchase.

use std::path::PathBuf;

use loyalty_core::estimation::Parameters;
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::parallel::Threads;
use loyalty_core::spend::{AnySpendModel, SpendKind, SpendModel as _};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::fits::{Fit, Options, observed};
use crate::summary::CustomerSummary;

/// A spend model of any kind.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct SpendModel(pub(crate) AnySpendModel);

#[pymethods]
impl SpendModel {
    #[new]
    fn new(kind: &str, values: Vec<f64>) -> Result<Self> {
        Ok(Self(kind.parse::<SpendKind>()?.build(&values)?))
    }

    #[staticmethod]
    #[pyo3(signature = (kind, customers, options, progress))]
    fn fit(
        py: Python<'_>,
        kind: &str,
        customers: &CustomerSummary,
        options: &Options,
        progress: Option<Py<PyAny>>,
    ) -> Result<Fit> {
        let kind = kind.parse::<SpendKind>()?;
        observed(py, progress.as_ref(), |observe| {
            Ok(Fit(kind.fit(&customers.0, &options.0, observe)?.map(Model::from)))
        })
    }

    /// Every kind there is: its name and its title.
    #[staticmethod]
    fn kinds() -> Vec<(&'static str, &'static str)> {
        SpendKind::ALL.iter().map(|kind| (kind.name(), kind.title())).collect()
    }

    /// The names of a kind's parameters, in order.
    #[staticmethod]
    fn names(kind: &str) -> Result<Vec<String>> {
        let layout = kind.parse::<SpendKind>()?.layout();
        Ok(layout.iter().map(|parameter| parameter.name.to_string()).collect())
    }

    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind().name()
    }

    #[getter]
    fn values(&self) -> Vec<f64> {
        self.0.values()
    }

    #[getter]
    fn has_finite_mean(&self) -> bool {
        self.0.has_finite_mean()
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
        customers.column(py, "expected_spend", |out| {
            self.0.expected_spend_into(&customers.0, out, Threads::new(threads))
        })
    }

    fn expected_spend_one(&self, transactions: u32, mean: f64) -> Result<f64> {
        Ok(self.0.expected_spend(transactions, mean)?)
    }

    /// Monetary values drawn from the model.
    fn simulate(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        seed: u64,
        threads: usize,
    ) -> Column {
        let threads = Threads::new(threads);
        Column::floats("monetary_value", py.detach(|| self.0.simulate(&customers.0, seed, threads)))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(self.0.clone()).write(path)?)
    }
}
