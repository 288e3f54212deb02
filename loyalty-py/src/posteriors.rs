//! What the data leave open of a model's parameters.

use std::path::PathBuf;

use loyalty_core::Error;
use loyalty_core::contracts::{AnyContractModel, ContractKind, ContractModel as _};
use loyalty_core::estimation::{Parameters, PosteriorOptions, Scale};
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    AnyPurchaseModel, PurchaseKind, PurchaseModel as _, PurchaseWithCovariates,
};
use loyalty_core::spend::{AnySpendModel, SpendKind, SpendModel as _, SpendWithCovariates};
use loyalty_core::value::clv_posterior_with_covariates;
use pyo3::prelude::*;

use crate::column::{Column, to_fill};
use crate::contracts::Contracts;
use crate::covariates::{Covariates, Found, Joint, roles};
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

    /// Of a purchase model of this kind with covariates.
    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn of_purchases_with_covariates(
        py: Python<'_>,
        kind: &str,
        customers: &CustomerSummary,
        covariates: &Covariates,
        purchase: Option<Vec<String>>,
        dropout: Option<Vec<String>>,
        shared: Vec<String>,
        options: &Options,
        draws: usize,
        seed: u64,
        method: Option<&str>,
    ) -> Result<Self> {
        let (kind, how) = (kind.parse::<PurchaseKind>()?, asked(draws, seed, method)?);
        let (roles, options) = (roles(purchase, dropout, shared), &options.0);
        let (customers, known) = (&customers.0, &covariates.0);
        let found = py.detach(|| {
            PurchaseWithCovariates::posterior(kind, customers, known, &roles, options, &how)
        })?;
        Ok(Self(found.map(Model::from)))
    }

    /// Of a spend model with covariates.
    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn of_spend_with_covariates(
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        spend: Option<Vec<String>>,
        options: &Options,
        draws: usize,
        seed: u64,
        method: Option<&str>,
    ) -> Result<Self> {
        let (roles, how) = (roles(spend, None, Vec::new()), asked(draws, seed, method)?);
        let (customers, known, options) = (&customers.0, &covariates.0, &options.0);
        let found =
            py.detach(|| SpendWithCovariates::posterior(customers, known, &roles, options, &how))?;
        Ok(Self(found.map(Model::from)))
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
        covariates: Option<&Covariates>,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let over = Over { customers: &customers.0, scale: Scale::Logit, level, threads };
        match self.purchases()? {
            Found::Alike(posterior) => over.predict(py, &posterior, |model, some, out| {
                model.p_alive_into(some, out, Threads::ONE)
            }),
            Found::By(posterior) => {
                over.predict_by(py, covariates, &posterior, |model, (some, known), out| {
                    model.p_alive_into(some, known, out, Threads::ONE)
                })
            }
        }
    }

    fn expected_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: Option<&Covariates>,
        horizon: f64,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let over = Over { customers: &customers.0, scale: Scale::Log, level, threads };
        match self.purchases()? {
            Found::Alike(posterior) => over.predict(py, &posterior, |model, some, out| {
                model.expected_purchases_into(some, horizon, out, Threads::ONE)
            }),
            Found::By(posterior) => {
                over.predict_by(py, covariates, &posterior, |model, (some, known), out| {
                    model.expected_purchases_into(some, known, horizon, out, Threads::ONE)
                })
            }
        }
    }

    /// The posterior means of the probabilities of 0 to `most` purchases and of more, a column each.
    fn purchase_distribution(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: Option<&Covariates>,
        horizon: f64,
        most: u16,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (customers, counts) = (&customers.0, usize::from(most) + 2);
        let mut out = to_fill(customers.len() * counts)?;
        let (values, threads) = (&mut out[..], Threads::new(threads));
        match self.purchases()? {
            Found::Alike(posterior) => py.detach(|| {
                let part = |rows| customers.slice(rows);
                posterior.average_into(counts, values, threads, part, |model, some, out| {
                    model.purchase_distribution_into(some, horizon, counts, out, Threads::ONE)
                })
            }),
            Found::By(posterior) => {
                let joint = Joint::new(customers, covariates)?;
                py.detach(|| {
                    let (part, one) = (|rows| joint.slice(rows), Threads::ONE);
                    posterior.average_into(counts, values, threads, part, |model, block, out| {
                        let (some, known) = block;
                        model.purchase_distribution_into(some, known, horizon, counts, out, one)
                    })
                })
            }
        }?;
        Ok(distribution_columns(&out, most))
    }

    fn expected_spend(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: Option<&Covariates>,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let over = Over { customers: &customers.0, scale: Scale::Log, level, threads };
        match self.spend()? {
            Found::Alike(posterior) => over.predict(py, &posterior, |model, some, out| {
                model.expected_spend_into(some, out, Threads::ONE)
            }),
            Found::By(posterior) => {
                over.predict_by(py, covariates, &posterior, |model, (some, known), out| {
                    model.expected_spend_into(some, known, out, Threads::ONE)
                })
            }
        }
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
    #[pyo3(signature = (spend, customers, covariates, discounting, margin, margins, level, threads))]
    fn clv(
        &self,
        py: Python<'_>,
        spend: &Self,
        customers: &CustomerSummary,
        covariates: Option<&Covariates>,
        discounting: &Discounting,
        margin: f64,
        margins: Option<&Column>,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let margin = Margins::new(margin, margins)?;
        let (purchases, spend) = (self.purchases()?, spend.spend()?);
        let (purchases, spend) = (purchases.estimated(covariates)?, spend.estimated(covariates)?);
        let (customers, threads) = (&customers.0, Threads::new(threads));
        let (year, margin) = (&discounting.0, margin.get());
        let found = py.detach(|| {
            clv_posterior_with_covariates(
                &purchases, &spend, customers, year, margin, level, threads,
            )
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

    fn purchases(&self) -> Result<PurchasePosterior> {
        let posterior = self.0.clone();
        Ok(match posterior.mode().model {
            Model::PurchaseWithCovariates(_) => {
                Found::By(posterior.of_purchases_with_covariates()?)
            }
            _ => Found::Alike(posterior.of_purchases()?),
        })
    }

    fn spend(&self) -> Result<SpendPosterior> {
        let posterior = self.0.clone();
        Ok(match posterior.mode().model {
            Model::SpendWithCovariates(_) => Found::By(posterior.of_spend_with_covariates()?),
            _ => Found::Alike(posterior.of_spend()?),
        })
    }

    pub(crate) fn plain_purchases(
        &self,
    ) -> Result<loyalty_core::estimation::Posterior<AnyPurchaseModel>> {
        Ok(self.0.clone().of_purchases()?)
    }

    pub(crate) fn plain_spend(&self) -> Result<loyalty_core::estimation::Posterior<AnySpendModel>> {
        Ok(self.0.clone().of_spend()?)
    }
}

/// The posterior of a purchase model, with covariates or without.
type PurchasePosterior = Found<
    loyalty_core::estimation::Posterior<AnyPurchaseModel>,
    loyalty_core::estimation::Posterior<PurchaseWithCovariates>,
>;

/// The posterior of a spend model, with covariates or without.
type SpendPosterior = Found<
    loyalty_core::estimation::Posterior<AnySpendModel>,
    loyalty_core::estimation::Posterior<SpendWithCovariates>,
>;

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
    /// The same of customers with what is known of them.
    fn predict_by<M: Parameters + Sync>(
        &self,
        py: Python<'_>,
        covariates: Option<&Covariates>,
        posterior: &loyalty_core::estimation::Posterior<M>,
        predict: impl Fn(&M, &Block, &mut [f64]) -> std::result::Result<(), Error> + Sync,
    ) -> Result<Vec<Column>> {
        let joint = Joint::new(self.customers, covariates)?;
        let (rows, threads) = (self.customers.len(), Threads::new(self.threads));
        let part = |rows| joint.slice(rows);
        let found =
            py.detach(|| posterior.predict(rows, self.scale, self.level, threads, part, &predict));
        Ok(columns(found?))
    }
}

/// Some customers and what is known of them.
type Block = (loyalty_core::summary::CustomerSummary, loyalty_core::summary::Covariates);
