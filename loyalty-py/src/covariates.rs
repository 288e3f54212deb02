//! Models with covariates, and the tables of these.

use std::ops::Range;
use std::path::PathBuf;

use loyalty_core::estimation::{Coefficient, CovariateRoles, Parameters};
use loyalty_core::interop::arrow::{Ids, Numbers};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::orders::CustomerColumn;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{PurchaseKind, PurchaseModel as _};
use loyalty_core::summary::CovariateColumn;
use loyalty_core::value::Estimated;
use pyo3::prelude::*;

use crate::column::{Column, to_fill};
use crate::error::{Result, input};
use crate::fits::{Fit, Options, as_object, observed};
use crate::purchase::PurchaseModel;
use crate::read::numbers_or_flags;
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;
use crate::value::Discounting;

/// What is known of customers besides their purchases.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct Covariates(pub(crate) loyalty_core::summary::Covariates);

/// A column as the core reads it.
enum Read<'a> {
    Text(Ids<'a>),
    Numbers(Numbers<'a>),
}

impl Read<'_> {
    fn as_column(&self) -> CovariateColumn<'_> {
        match self {
            Self::Text(ids) => match ids.as_column() {
                CustomerColumn::Text(column) => CovariateColumn::Category(column),
                CustomerColumn::Int(_) => unreachable!("text, as it was read"),
            },
            Self::Numbers(numbers) => CovariateColumn::Number(numbers.as_column()),
        }
    }
}

#[pymethods]
impl Covariates {
    #[new]
    fn new(py: Python<'_>, columns: Vec<Py<Column>>) -> Result<Self> {
        py.detach(|| {
            let columns = columns.iter().map(Py::get);
            let read = columns.map(|column| {
                Ok(match Ids::read(column) {
                    Ok(ids) if matches!(ids.as_column(), CustomerColumn::Text(_)) => {
                        Read::Text(ids)
                    }
                    _ => Read::Numbers(numbers_or_flags(column)?),
                })
            });
            let read = read.collect::<Result<Vec<Read<'_>>>>()?;
            let columns: Vec<CovariateColumn<'_>> = read.iter().map(Read::as_column).collect();
            Ok(Self(loyalty_core::summary::Covariates::new(&columns)?))
        })
    }

    /// The rows of a summary's customers by their ids, and how many are left over.
    fn joined(
        &self,
        py: Python<'_>,
        ids: &Column,
        customers: &CustomerSummary,
    ) -> Result<(Self, usize)> {
        py.detach(|| {
            let ids = Ids::read(ids)?;
            let (joined, left_over) = self.0.joined(&ids.as_column(), &customers.0)?;
            Ok((Self(joined), left_over))
        })
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }
}

/// Which columns act on what.
pub(crate) fn roles(
    purchase: Option<Vec<String>>,
    dropout: Option<Vec<String>>,
    shared: Vec<String>,
) -> CovariateRoles {
    let mut roles = CovariateRoles::default();
    (roles.purchase, roles.dropout, roles.shared) = (purchase, dropout, shared);
    roles
}

/// Coefficients, a column for each of their properties.
fn table(coefficients: &[Coefficient]) -> Vec<Column> {
    let text = |name: &str, of: &dyn Fn(&Coefficient) -> Option<String>| {
        Column::from_text(name, coefficients.iter().map(of).collect())
    };
    let floats = |name: &str, of: fn(&Coefficient) -> f64| {
        Column::floats(name, coefficients.iter().map(of).collect())
    };
    vec![
        text("parameter", &|coefficient| Some(coefficient.name.clone())),
        text("acts", &|coefficient| Some(coefficient.acts.name().to_owned())),
        text("column", &|coefficient| Some(coefficient.column.clone())),
        text("level", &|coefficient| coefficient.level.clone()),
        floats("value", |coefficient| coefficient.value),
        floats("factor", |coefficient| coefficient.factor),
        floats("standardised", |coefficient| coefficient.standardised),
    ]
}

fn names(model: &impl Parameters) -> Vec<String> {
    model.layout().into_iter().map(|parameter| parameter.name.into_owned()).collect()
}

/// A model of purchases with covariates.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct PurchaseWithCovariates(pub(crate) loyalty_core::purchase::PurchaseWithCovariates);

#[pymethods]
impl PurchaseWithCovariates {
    /// A model with known coefficients.
    #[new]
    fn new(
        base: &PurchaseModel,
        covariates: &Covariates,
        purchase: Option<Vec<String>>,
        dropout: Option<Vec<String>>,
        shared: Vec<String>,
        coefficients: Vec<f64>,
    ) -> Result<Self> {
        let (base, roles) = (base.0.clone(), roles(purchase, dropout, shared));
        let model = loyalty_core::purchase::PurchaseWithCovariates::new(
            base,
            &covariates.0,
            &roles,
            &coefficients,
        );
        Ok(Self(model?))
    }

    /// The names of the coefficients that such a model has, in order.
    #[staticmethod]
    fn names_of(
        base: &PurchaseModel,
        covariates: &Covariates,
        purchase: Option<Vec<String>>,
        dropout: Option<Vec<String>>,
        shared: Vec<String>,
    ) -> Result<Vec<String>> {
        let (kind, roles) = (base.0.kind(), roles(purchase, dropout, shared));
        let names =
            loyalty_core::purchase::PurchaseWithCovariates::names_of(kind, &covariates.0, &roles);
        Ok(names?)
    }

    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn fit(
        py: Python<'_>,
        kind: &str,
        customers: &CustomerSummary,
        covariates: &Covariates,
        purchase: Option<Vec<String>>,
        dropout: Option<Vec<String>>,
        shared: Vec<String>,
        options: &Options,
        progress: Option<Py<PyAny>>,
    ) -> Result<Fit> {
        let (kind, roles) = (kind.parse::<PurchaseKind>()?, roles(purchase, dropout, shared));
        let (customers, covariates) = (&customers.0, &covariates.0);
        observed(py, progress.as_ref(), |observe| {
            let fit = loyalty_core::purchase::PurchaseWithCovariates::fit_observed(
                kind, customers, covariates, &roles, &options.0, observe,
            );
            Ok(Fit(fit?.map(Model::from)))
        })
    }

    /// What files call it.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.name()
    }

    /// What its customers follow.
    #[getter]
    fn title(&self) -> &'static str {
        self.0.kind().title()
    }

    /// What files call that.
    #[getter]
    fn base(&self) -> &'static str {
        self.0.kind().name()
    }

    /// The columns that act on purchases or spend, on dropout, and on both with one coefficient.
    #[getter]
    fn roles(&self) -> (Option<Vec<String>>, Option<Vec<String>>, Vec<String>) {
        let CovariateRoles { purchase, dropout, shared, .. } = self.0.roles();
        (purchase, dropout, shared)
    }

    #[getter]
    fn names(&self) -> Vec<String> {
        names(&self.0)
    }

    #[getter]
    fn values(&self) -> Vec<f64> {
        self.0.values()
    }

    #[getter]
    fn unit(&self) -> Option<String> {
        self.0.unit().map(|unit| unit.to_string())
    }

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.0.columns().map(str::to_owned).collect()
    }

    fn coefficients(&self) -> Vec<Column> {
        table(&self.0.coefficients())
    }

    /// The model of the first customer of a table.
    fn customer(&self, covariates: &Covariates) -> Result<PurchaseModel> {
        Ok(PurchaseModel(self.0.customer(&covariates.0, 0)?))
    }

    fn log_likelihood(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
    ) -> Result<f64> {
        Ok(py.detach(|| self.0.log_likelihood(&customers.0, &covariates.0))?)
    }

    fn p_alive(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "p_alive", |out| {
            self.0.p_alive_into(&customers.0, &covariates.0, out, Threads::new(threads))
        })
    }

    fn p_alive_at(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "p_alive_at", |out| {
            let threads = Threads::new(threads);
            self.0.p_alive_at_into(&customers.0, &covariates.0, horizon, out, threads)
        })
    }

    fn expected_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "expected_purchases", |out| {
            let threads = Threads::new(threads);
            self.0.expected_purchases_into(&customers.0, &covariates.0, horizon, out, threads)
        })
    }

    fn p_no_purchase(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "p_no_purchase", |out| {
            let threads = Threads::new(threads);
            self.0.p_no_purchase_into(&customers.0, &covariates.0, horizon, out, threads)
        })
    }

    fn discounted_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        discounting: &Discounting,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "discounted_purchases", |out| {
            let (known, year) = (&covariates.0, &discounting.0);
            let threads = Threads::new(threads);
            self.0.discounted_purchases_into(&customers.0, known, year, out, threads)
        })
    }

    /// The probabilities of 0 to `most` purchases and of more, a column each.
    fn purchase_distribution(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        horizon: f64,
        most: u16,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let counts = usize::from(most) + 2;
        let values = py.detach(|| {
            let mut out = to_fill(customers.0.len() * counts)?;
            let (known, threads) = (&covariates.0, Threads::new(threads));
            self.0
                .purchase_distribution_into(&customers.0, known, horizon, counts, &mut out, threads)
                .map(|()| out)
        })?;
        Ok(crate::purchase::distribution_columns(&values, most))
    }

    /// Purchases of a new customer of every row within the horizon.
    fn expected_purchases_new_customer(
        &self,
        covariates: &Covariates,
        horizon: f64,
    ) -> Result<Column> {
        let mut out = to_fill(covariates.0.len())?;
        self.0.expected_purchases_new_customer_into(&covariates.0, horizon, &mut out)?;
        Ok(Column::floats("expected_purchases_new_customer", out))
    }

    /// Histories of new customers drawn from the model.
    fn simulate(
        &self,
        py: Python<'_>,
        covariates: &Covariates,
        t: &Column,
        seed: u64,
        threads: usize,
    ) -> Result<CustomerSummary> {
        let t = numbers_or_flags(t)?;
        let (t, threads) = (t.or_nan(), Threads::new(threads));
        let drawn = py.detach(|| self.0.simulate(&covariates.0, &t, seed, threads))?;
        Ok(CustomerSummary(drawn))
    }

    fn to_json(&self) -> String {
        ModelFile::from(self.0.clone()).to_json()
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(self.0.clone()).write(path)?)
    }
}

/// A model of spend with covariates.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct SpendWithCovariates(pub(crate) loyalty_core::spend::SpendWithCovariates);

#[pymethods]
impl SpendWithCovariates {
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        spend: Option<Vec<String>>,
        options: &Options,
        progress: Option<Py<PyAny>>,
    ) -> Result<Fit> {
        let roles = roles(spend, None, Vec::new());
        let (customers, covariates) = (&customers.0, &covariates.0);
        observed(py, progress.as_ref(), |observe| {
            let fit = loyalty_core::spend::SpendWithCovariates::fit_observed(
                customers, covariates, &roles, &options.0, observe,
            );
            Ok(Fit(fit?.map(Model::from)))
        })
    }

    /// What files call it.
    #[getter]
    fn kind(&self) -> &'static str {
        self.0.name()
    }

    /// What its customers follow.
    #[getter]
    fn title(&self) -> &'static str {
        self.0.kind().title()
    }

    /// What files call that.
    #[getter]
    fn base(&self) -> &'static str {
        self.0.kind().name()
    }

    /// The columns that act on purchases or spend, on dropout, and on both with one coefficient.
    #[getter]
    fn roles(&self) -> (Option<Vec<String>>, Option<Vec<String>>, Vec<String>) {
        let CovariateRoles { purchase, dropout, shared, .. } = self.0.roles();
        (purchase, dropout, shared)
    }

    #[getter]
    fn names(&self) -> Vec<String> {
        names(&self.0)
    }

    #[getter]
    fn values(&self) -> Vec<f64> {
        self.0.values()
    }

    #[getter]
    fn columns(&self) -> Vec<String> {
        self.0.columns().map(str::to_owned).collect()
    }

    fn coefficients(&self) -> Vec<Column> {
        table(&self.0.coefficients())
    }

    /// The model of the first customer of a table.
    fn customer(&self, covariates: &Covariates) -> Result<SpendModel> {
        Ok(SpendModel(self.0.customer(&covariates.0, 0)?.into()))
    }

    fn log_likelihood(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
    ) -> Result<f64> {
        Ok(py.detach(|| self.0.log_likelihood(&customers.0, &covariates.0))?)
    }

    fn expected_spend(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        covariates: &Covariates,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "expected_spend", |out| {
            self.0.expected_spend_into(&customers.0, &covariates.0, out, Threads::new(threads))
        })
    }

    fn to_json(&self) -> String {
        ModelFile::from(self.0.clone()).to_json()
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(self.0.clone()).write(path)?)
    }
}

/// The model of a file's text.
#[pyfunction]
pub(crate) fn model_of_json<'py>(py: Python<'py>, text: &str) -> Result<Bound<'py, PyAny>> {
    as_object(py, ModelFile::from_json(text)?.model)
}

/// A purchase model with covariates or without.
#[derive(FromPyObject)]
pub(crate) enum Buying {
    Alike(Py<PurchaseModel>),
    By(Py<PurchaseWithCovariates>),
}

/// A spend model with covariates or without.
#[derive(FromPyObject)]
pub(crate) enum Spending {
    Alike(Py<SpendModel>),
    By(Py<SpendWithCovariates>),
}

/// What was found of a model with covariates or of one without.
pub(crate) enum Found<A, B> {
    Alike(A),
    By(B),
}

impl<A, B> Found<A, B> {
    pub(crate) fn estimated<'a>(
        &'a self,
        covariates: Option<&'a Covariates>,
    ) -> Result<Estimated<'a, A, B>> {
        Ok(match self {
            Self::Alike(found) => Estimated::Alike(found),
            Self::By(found) => Estimated::By(found, known(covariates)?),
        })
    }
}

/// Customers with what is known of them: a block of rows at a time.
pub(crate) struct Joint<'a> {
    customers: &'a loyalty_core::summary::CustomerSummary,
    covariates: &'a loyalty_core::summary::Covariates,
}

impl<'a> Joint<'a> {
    pub(crate) fn new(
        customers: &'a loyalty_core::summary::CustomerSummary,
        covariates: Option<&'a Covariates>,
    ) -> Result<Self> {
        let covariates = known(covariates)?;
        let (expected, got) = (customers.len(), covariates.len());
        if expected != got {
            let column = "covariates".to_owned();
            return Err(loyalty_core::Error::Length { column, expected, got }.into());
        }
        Ok(Self { customers, covariates })
    }

    pub(crate) fn slice(
        &self,
        rows: Range<usize>,
    ) -> (loyalty_core::summary::CustomerSummary, loyalty_core::summary::Covariates) {
        (self.customers.slice(rows.clone()), self.covariates.slice(rows))
    }
}

pub(crate) fn known(covariates: Option<&Covariates>) -> Result<&loyalty_core::summary::Covariates> {
    let missing = "covariates must be given, as the model has learnt from them";
    covariates.map(|covariates| &covariates.0).ok_or_else(|| input(missing))
}

impl Buying {
    pub(crate) fn core<'a>(
        &'a self,
        covariates: Option<&'a Covariates>,
    ) -> Result<loyalty_core::value::Buying<'a>> {
        Ok(match self {
            Self::Alike(model) => loyalty_core::value::Buying::Alike(&model.get().0),
            Self::By(model) => loyalty_core::value::Buying::By(&model.get().0, known(covariates)?),
        })
    }
}

impl Spending {
    pub(crate) fn core<'a>(
        &'a self,
        covariates: Option<&'a Covariates>,
    ) -> Result<loyalty_core::value::Spending<'a>> {
        Ok(match self {
            Self::Alike(model) => loyalty_core::value::Spending::Alike(&model.get().0),
            Self::By(model) => {
                loyalty_core::value::Spending::By(&model.get().0, known(covariates)?)
            }
        })
    }
}
