//! Lifetime values, their intervals and their totals.

use loyalty_core::parallel::Threads;
use loyalty_core::value::{BootstrapOptions, Margin, clv_with_covariates_into};
use pyo3::prelude::*;

use crate::column::Column;
use crate::covariates::{Buying, Covariates, Spending};
use crate::error::Result;
use crate::fits::{Fit, columns};
use crate::purchase::PurchaseModel;
use crate::read::{Numbers, numbers};
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;

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

/// One margin for all, or one per customer where there is a column of them.
pub(crate) struct Margins {
    same: f64,
    each: Option<Vec<f64>>,
}

impl Margins {
    pub(crate) fn new(same: f64, each: Option<&Column>) -> Result<Self> {
        let each = each.map(numbers).transpose()?;
        Ok(Self { same, each: each.as_ref().map(|each| Numbers::or_nan(each).into_owned()) })
    }

    pub(crate) fn get(&self) -> Margin<'_> {
        self.each.as_deref().map_or(Margin::Same(self.same), Margin::PerCustomer)
    }
}

/// Lifetime value of every customer.
#[pyfunction]
#[pyo3(signature = (customers, purchases, spend, covariates, discounting, margin, margins, threads))]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn clv(
    py: Python<'_>,
    customers: &CustomerSummary,
    purchases: Buying,
    spend: Spending,
    covariates: Option<&Covariates>,
    discounting: &Discounting,
    margin: f64,
    margins: Option<&Column>,
    threads: usize,
) -> Result<Column> {
    let margin = Margins::new(margin, margins)?;
    let (buying, spending) = (purchases.core(covariates)?, spend.core(covariates)?);
    customers.column(py, "clv", |out| {
        let threads = Threads::new(threads);
        let (customers, year, margin) = (&customers.0, &discounting.0, margin.get());
        clv_with_covariates_into(buying, spending, customers, year, margin, out, threads)
    })
}

/// Intervals of lifetime values, per customer or in total.
#[pyfunction]
#[pyo3(signature = (customers, purchases, spend, covariates, discounting, margin, margins, total, level, threads))]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn clv_intervals(
    py: Python<'_>,
    customers: &CustomerSummary,
    purchases: &Fit,
    spend: &Fit,
    covariates: Option<&Covariates>,
    discounting: &Discounting,
    margin: f64,
    margins: Option<&Column>,
    total: bool,
    level: f64,
    threads: usize,
) -> Result<Vec<Column>> {
    let margin = Margins::new(margin, margins)?;
    let (purchases, spend) = (purchases.purchases_or_by()?, spend.spend_or_by()?);
    let (purchases, spend) = (purchases.estimated(covariates)?, spend.estimated(covariates)?);
    let intervals = if total {
        loyalty_core::value::clv_total_interval_with_covariates
    } else {
        loyalty_core::value::clv_intervals_with_covariates
    };
    let found = py.detach(|| {
        let (customers, threads) = (&customers.0, Threads::new(threads));
        intervals(&purchases, &spend, customers, &discounting.0, margin.get(), level, threads)
    });
    Ok(columns(found?))
}

/// Estimate, lower, upper, totals, replicates not converged and failed.
type BootstrapResult = (f64, f64, f64, Column, usize, usize);

/// The interval of lifetime values in total by parametric bootstrap.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn clv_bootstrap(
    py: Python<'_>,
    customers: &CustomerSummary,
    purchases: &PurchaseModel,
    spend: &SpendModel,
    discounting: &Discounting,
    margin: f64,
    margins: Option<&Column>,
    replicates: usize,
    seed: u64,
    level: f64,
    threads: usize,
) -> Result<BootstrapResult> {
    let margin = Margins::new(margin, margins)?;
    let mut options = BootstrapOptions::default();
    options.replicates = replicates;
    options.seed = seed;
    options.level = level;
    options.threads = Threads::new(threads);
    let found = py.detach(|| {
        let (purchases, spend, customers) = (&purchases.0, &spend.0, &customers.0);
        let (year, margin) = (&discounting.0, margin.get());
        loyalty_core::value::clv_bootstrap(purchases, spend, customers, year, margin, &options)
    })?;
    let totals = Column::floats("total", found.totals);
    Ok((found.estimate, found.lower, found.upper, totals, found.not_converged, found.failed))
}
