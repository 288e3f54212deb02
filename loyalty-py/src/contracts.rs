//! Contracts, and the models of them of every kind: who renews and who leaves.

use std::path::PathBuf;

use loyalty_core::Error;
use loyalty_core::contracts::{
    AnyContractModel, CohortColumns, ContractColumns, ContractKind, ContractModel as _,
    RenewalHorizon,
};
use loyalty_core::estimation::Parameters;
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::parallel::Threads;
use pyo3::prelude::*;

use crate::column::{Column, to_fill};
use crate::error::Result;
use crate::fits::{Fit, Options, observed};
use crate::read::{Flags, Ids, Numbers, flags, numbers};

/// Contracts: how often each was renewed, and whether it still runs.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct Contracts(pub(crate) loyalty_core::contracts::Contracts);

#[pymethods]
impl Contracts {
    #[new]
    #[pyo3(signature = (renewals, *, left = None, weights = None, customer = None))]
    fn new<'a>(
        py: Python<'_>,
        renewals: &'a Column,
        left: Option<&'a Column>,
        weights: Option<&'a Column>,
        customer: Option<&'a Column>,
    ) -> Result<Self> {
        py.detach(|| {
            let renewals = numbers(renewals)?;
            let left = left.map(flags).transpose()?;
            let weights = weights.map(numbers).transpose()?;
            let ids = customer.map(|column| Ids::read(column)).transpose()?;
            let mut columns = ContractColumns::new(&[], &[]);
            columns.customer = ids.as_ref().map(Ids::as_column);
            columns.renewals = renewals.as_column();
            columns.left = left.as_ref().map(Flags::as_column);
            columns.weights = weights.as_ref().map(Numbers::as_column);
            Ok(Self(loyalty_core::contracts::Contracts::new(&columns)?))
        })
    }

    /// The contracts of a table of cohorts.
    #[staticmethod]
    #[pyo3(signature = (renewals, customers, *, cohort = None))]
    fn of_cohorts<'a>(
        py: Python<'_>,
        renewals: &'a Column,
        customers: &'a Column,
        cohort: Option<&'a Column>,
    ) -> Result<Self> {
        py.detach(|| {
            let (renewals, customers) = (numbers(renewals)?, numbers(customers)?);
            let ids = cohort.map(|column| Ids::read(column)).transpose()?;
            let mut columns = CohortColumns::new(&[], &[]);
            columns.cohort = ids.as_ref().map(Ids::as_column);
            columns.renewals = renewals.as_column();
            columns.customers = customers.as_column();
            Ok(Self(loyalty_core::contracts::Contracts::of_cohorts(&columns)?))
        })
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[getter]
    fn total_weight(&self) -> f64 {
        self.0.total_weight()
    }

    fn customer(&self, name: &str) -> Option<Column> {
        self.0.customers().map(|ids| Column::ids(name, ids))
    }

    fn renewals(&self) -> Column {
        Column::counts("renewals", self.0.renewals())
    }

    fn left(&self) -> Vec<bool> {
        self.0.left().to_vec()
    }

    fn weights(&self) -> Option<Column> {
        Some(Column::floats("weights", self.0.weights()?.to_vec()))
    }

    /// Of each renewal, how many customers made it and how many left.
    fn renewal_counts(&self) -> Vec<Column> {
        let counts = self.0.renewal_counts();
        let renewals: Vec<u32> = counts.iter().map(|count| count.renewal).collect();
        vec![
            Column::counts("renewal", &renewals),
            Column::floats("kept", counts.iter().map(|count| count.kept).collect()),
            Column::floats("lost", counts.iter().map(|count| count.lost).collect()),
        ]
    }
}

impl Contracts {
    /// A column made by filling one value per contract, without the interpreter.
    fn column(
        &self,
        py: Python<'_>,
        name: &str,
        fill: impl FnOnce(&mut [f64]) -> std::result::Result<(), Error> + Send,
    ) -> Result<Column> {
        let values = py.detach(|| {
            let mut out = to_fill(self.0.len())?;
            fill(&mut out).map(|()| out)
        })?;
        Ok(Column::floats(name, values))
    }
}

/// Which renewals count, and what they count today.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Renewing(RenewalHorizon);

#[pymethods]
impl Renewing {
    #[new]
    #[pyo3(signature = (periods, discount_rate))]
    fn new(periods: Option<u32>, discount_rate: f64) -> Result<Self> {
        Ok(Self(match periods {
            Some(periods) => RenewalHorizon::within(periods, discount_rate)?,
            None => RenewalHorizon::forever(discount_rate)?,
        }))
    }

    /// The rate per renewal period of one per year.
    #[staticmethod]
    fn rate_of(annual_discount_rate: f64, renewals_per_year: f64) -> Result<f64> {
        Ok(RenewalHorizon::rate_of(annual_discount_rate, renewals_per_year)?)
    }
}

/// A model of contracts of any kind.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct ContractModel(pub(crate) AnyContractModel);

#[pymethods]
impl ContractModel {
    #[new]
    fn new(kind: &str, values: Vec<f64>) -> Result<Self> {
        Ok(Self(kind.parse::<ContractKind>()?.build(&values)?))
    }

    #[staticmethod]
    #[pyo3(signature = (kind, contracts, options, progress))]
    fn fit(
        py: Python<'_>,
        kind: &str,
        contracts: &Contracts,
        options: &Options,
        progress: Option<Py<PyAny>>,
    ) -> Result<Fit> {
        let kind = kind.parse::<ContractKind>()?;
        observed(py, progress.as_ref(), |observe| {
            Ok(Fit(kind.fit(&contracts.0, &options.0, observe)?.map(Model::from)))
        })
    }

    /// Every kind there is: its name and its title.
    #[staticmethod]
    fn kinds() -> Vec<(&'static str, &'static str)> {
        ContractKind::ALL.iter().map(|kind| (kind.name(), kind.title())).collect()
    }

    /// The names of a kind's parameters, in order.
    #[staticmethod]
    fn names(kind: &str) -> Result<Vec<String>> {
        let layout = kind.parse::<ContractKind>()?.layout();
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

    fn log_likelihood(&self, py: Python<'_>, contracts: &Contracts) -> f64 {
        py.detach(|| self.0.log_likelihood(&contracts.0))
    }

    fn churn(&self, py: Python<'_>, contracts: &Contracts, threads: usize) -> Result<Column> {
        contracts
            .column(py, "churn", |out| self.0.churn_into(&contracts.0, out, Threads::new(threads)))
    }

    fn survival(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        ahead: u32,
        threads: usize,
    ) -> Result<Column> {
        contracts.column(py, "survival", |out| {
            self.0.survival_into(&contracts.0, ahead, out, Threads::new(threads))
        })
    }

    fn discounted_renewals(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        horizon: &Renewing,
        threads: usize,
    ) -> Result<Column> {
        contracts.column(py, "discounted_renewals", |out| {
            let threads = Threads::new(threads);
            self.0.discounted_renewals_into(&contracts.0, &horizon.0, out, threads)
        })
    }

    fn discounted_lifetime(&self, horizon: &Renewing) -> f64 {
        self.0.discounted_lifetime(&horizon.0)
    }

    fn clv(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        margin: Vec<f64>,
        horizon: &Renewing,
        threads: usize,
    ) -> Result<Column> {
        contracts.column(py, "clv", |out| {
            self.0.clv_into(&contracts.0, &margin, &horizon.0, out, Threads::new(threads))
        })
    }

    /// Ids, renewals and expected customers of the contracts that still run, one row per further renewal.
    fn forecast(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        name: &str,
        periods: u32,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (table, width) = (&contracts.0, periods as usize);
        let expected = py.detach(|| {
            let mut out = to_fill(table.len() * width)?;
            self.0.forecast_into(table, periods, &mut out, Threads::new(threads)).map(|()| out)
        })?;
        let running: Vec<usize> = (0..table.len()).filter(|&row| !table.left()[row]).collect();
        let cells = || running.iter().flat_map(|&row| (1..=periods).map(move |ahead| (row, ahead)));
        let renewals: Vec<u32> =
            cells().map(|(row, ahead)| table.renewals()[row].saturating_add(ahead)).collect();
        let expected = cells().map(|(row, ahead)| expected[row * width + ahead as usize - 1]);
        let ids = table.customers().map(|ids| ids.select(cells().map(|(row, _)| row)));
        let mut columns: Vec<Column> = ids.iter().map(|ids| Column::ids(name, ids)).collect();
        columns.push(Column::counts("renewals", &renewals));
        columns.push(Column::floats("expected_customers", expected.collect()));
        Ok(columns)
    }

    /// Contracts drawn from the model.
    fn simulate(
        &self,
        py: Python<'_>,
        opportunities: Vec<u32>,
        seed: u64,
        threads: usize,
    ) -> Result<Contracts> {
        let threads = Threads::new(threads);
        Ok(Contracts(py.detach(|| self.0.simulate(&opportunities, seed, threads))?))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(self.0.clone()).write(path)?)
    }
}
