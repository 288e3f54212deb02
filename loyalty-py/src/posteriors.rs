//! What the data leave open of a model's parameters.

use std::path::PathBuf;

use loyalty_core::Error;
use loyalty_core::contracts::{AnyContractModel, ContractKind, ContractModel as _};
use loyalty_core::estimation::{Parameters, PosteriorOptions, Scale};
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel as _};
use loyalty_core::spend::{AnySpendModel, SpendKind, SpendModel as _};
use loyalty_core::value::clv_posterior;
use pyo3::prelude::*;

use crate::column::Column;
use crate::contracts::Contracts;
use crate::error::Result;
use crate::fits::{Fit, Options, columns};
use crate::purchase::distribution_columns;
use crate::summary::CustomerSummary;
use crate::value::{Discounting, Margins};

/// The posterior of a model of purchases, of spend or of contracts.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct Posterior(loyalty_core::estimation::Posterior<Model>);

#[pymethods]
impl Posterior {
    /// Of a model of this kind, given customers.
    #[new]
    fn new(
        py: Python<'_>,
        kind: &str,
        customers: &CustomerSummary,
        options: &Options,
        draws: usize,
        seed: u64,
        method: Option<&str>,
    ) -> Result<Self> {
        let how = asked(draws, seed, method)?;
        let (customers, options) = (&customers.0, &options.0);
        let found = if let Ok(kind) = kind.parse::<PurchaseKind>() {
            py.detach(|| kind.posterior(customers, options, &how))?.map(Model::from)
        } else {
            let kind: SpendKind = kind.parse()?;
            py.detach(|| kind.posterior(customers, options, &how))?.map(Model::from)
        };
        Ok(Self(found))
    }

    #[staticmethod]
    pub(crate) fn load(path: PathBuf) -> Result<Self> {
        Ok(Self(loyalty_core::estimation::Posterior::read(path)?))
    }

    fn save(&self, py: Python<'_>, path: PathBuf) -> Result<()> {
        Ok(py.detach(|| self.0.write(path))?)
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        Ok(Self(loyalty_core::estimation::Posterior::from_json(text)?))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// Of a model of contracts of this kind.
    #[staticmethod]
    fn of_contracts(
        py: Python<'_>,
        kind: &str,
        contracts: &Contracts,
        options: &Options,
        draws: usize,
        seed: u64,
        method: Option<&str>,
    ) -> Result<Self> {
        let (kind, how) = (kind.parse::<ContractKind>()?, asked(draws, seed, method)?);
        let found = py.detach(|| kind.posterior(&contracts.0, &options.0, &how))?;
        Ok(Self(found.map(Model::from)))
    }

    #[getter]
    fn mode(&self) -> Fit {
        Fit(self.0.mode().clone())
    }

    #[getter]
    fn names(&self) -> Vec<String> {
        self.0.names().to_vec()
    }

    /// Columns of the points, one per parameter.
    fn points(&self) -> Vec<Column> {
        let columns = self.0.names().iter().zip(self.0.points().columns());
        columns.map(|(name, values)| Column::floats(name, values.to_vec())).collect()
    }

    #[getter]
    fn weights(&self) -> Vec<f64> {
        self.0.weights().to_vec()
    }

    #[getter]
    fn method(&self) -> &'static str {
        self.0.method().name()
    }

    #[getter]
    fn rounds(&self) -> usize {
        self.0.rounds()
    }

    #[getter]
    fn is_believed(&self) -> bool {
        self.0.is_believed()
    }

    #[getter]
    fn k_hat(&self) -> Option<f64> {
        self.0.k_hat()
    }

    #[getter]
    fn effective_draws(&self) -> Option<f64> {
        self.0.effective_draws()
    }

    /// The priors, by parameter, in words.
    #[getter]
    fn priors(&self) -> Vec<(String, String)> {
        let priors = self.0.priors();
        self.0.names().iter().map(|name| (name.clone(), priors[name].to_string())).collect()
    }

    fn thinned(&self, points: usize) -> Result<Self> {
        Ok(Self(self.0.thinned(points)?))
    }

    /// Equally weighted draws, a column per parameter.
    fn draws(&self, py: Python<'_>, draws: usize, seed: u64) -> Result<Vec<Column>> {
        let drawn = py.detach(|| self.0.draws(draws, seed))?;
        let columns = self.0.names().iter().zip(drawn.columns());
        Ok(columns.map(|(name, values)| Column::floats(name, values.to_vec())).collect())
    }

    fn parameters(&self, level: f64) -> Result<Vec<Column>> {
        Ok(columns(self.0.parameters(level)?))
    }

    fn p_alive(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let over = Over { customers: &customers.0, scale: Scale::Logit, level, threads };
        over.predict(py, &self.purchases()?, |model, some, out| {
            model.p_alive_into(some, out, Threads::ONE)
        })
    }

    fn expected_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        horizon: f64,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let over = Over { customers: &customers.0, scale: Scale::Log, level, threads };
        over.predict(py, &self.purchases()?, |model, some, out| {
            model.expected_purchases_into(some, horizon, out, Threads::ONE)
        })
    }

    /// The posterior means of the probabilities of 0 to `most` purchases and of more, a column each.
    fn purchase_distribution(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        horizon: f64,
        most: u16,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (posterior, customers, counts) =
            (self.purchases()?, &customers.0, usize::from(most) + 2);
        let values = py.detach(|| {
            let mut out = vec![0.0; customers.len() * counts];
            let part = |rows| customers.slice(rows);
            posterior
                .average_into(counts, &mut out, Threads::new(threads), part, |model, some, out| {
                    model.purchase_distribution_into(some, horizon, counts, out, Threads::ONE)
                })
                .map(|()| out)
        })?;
        Ok(distribution_columns(&values, most))
    }

    fn expected_spend(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let over = Over { customers: &customers.0, scale: Scale::Log, level, threads };
        over.predict(py, &self.spend()?, |model, some, out| {
            model.expected_spend_into(some, out, Threads::ONE)
        })
    }

    fn churn(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        self.of_running(py, contracts, level, threads, |model, some, out| {
            model.churn_into(some, out, Threads::ONE)
        })
    }

    fn survival(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        ahead: u32,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        self.of_running(py, contracts, level, threads, |model, some, out| {
            model.survival_into(some, ahead, out, Threads::ONE)
        })
    }

    /// Lifetime values over this posterior of purchases and another of spend.
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    #[pyo3(signature = (spend, customers, discounting, margin, margins, level, threads))]
    fn clv(
        &self,
        py: Python<'_>,
        spend: &Self,
        customers: &CustomerSummary,
        discounting: &Discounting,
        margin: f64,
        margins: Option<&Column>,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let margin = Margins::new(margin, margins)?;
        let (purchases, spend) = (self.purchases()?, spend.spend()?);
        let (customers, threads) = (&customers.0, Threads::new(threads));
        let found = py.detach(|| {
            let year = &discounting.0;
            clv_posterior(&purchases, &spend, customers, year, margin.get(), level, threads)
        });
        Ok(columns(found?))
    }
}

/// How a posterior is asked for.
fn asked(draws: usize, seed: u64, method: Option<&str>) -> Result<PosteriorOptions> {
    let mut how = PosteriorOptions::default();
    how.draws = draws;
    how.seed = seed;
    how.method = method.map(str::parse).transpose()?;
    Ok(how)
}

impl Posterior {
    /// A probability of each contract.
    fn of_running(
        &self,
        py: Python<'_>,
        contracts: &Contracts,
        level: f64,
        threads: usize,
        predict: impl Fn(
            &AnyContractModel,
            &loyalty_core::contracts::Contracts,
            &mut [f64],
        ) -> std::result::Result<(), Error>
        + Sync,
    ) -> Result<Vec<Column>> {
        let (posterior, table) = (self.0.clone().of_contracts()?, &contracts.0);
        let (rows, threads) = (table.len(), Threads::new(threads));
        let part = |rows| table.slice(rows);
        let found =
            py.detach(|| posterior.predict(rows, Scale::Logit, level, threads, part, &predict));
        Ok(columns(found?))
    }

    fn purchases(&self) -> Result<loyalty_core::estimation::Posterior<AnyPurchaseModel>> {
        Ok(self.0.clone().of_purchases()?)
    }

    fn spend(&self) -> Result<loyalty_core::estimation::Posterior<AnySpendModel>> {
        Ok(self.0.clone().of_spend()?)
    }
}

/// What a prediction is made over, and the scale of its interval.
struct Over<'a> {
    customers: &'a loyalty_core::summary::CustomerSummary,
    scale: Scale,
    level: f64,
    threads: usize,
}

impl Over<'_> {
    /// A block of customers at a time, under every model of the posterior.
    fn predict<M: Parameters + Sync>(
        &self,
        py: Python<'_>,
        posterior: &loyalty_core::estimation::Posterior<M>,
        predict: impl Fn(
            &M,
            &loyalty_core::summary::CustomerSummary,
            &mut [f64],
        ) -> std::result::Result<(), Error>
        + Sync,
    ) -> Result<Vec<Column>> {
        let (rows, threads) = (self.customers.len(), Threads::new(self.threads));
        let part = |rows| self.customers.slice(rows);
        let found =
            py.detach(|| posterior.predict(rows, self.scale, self.level, threads, part, &predict));
        Ok(columns(found?))
    }
}
