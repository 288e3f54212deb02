//! Intervals of what customers will do, and what became of them.

use loyalty_core::estimation::Estimate;
use loyalty_core::evaluation::{HoldoutErrors, SpendCounts, SpendGroup, TrackingIntervals};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, FutureDraws, FutureSummary, PurchaseModel as _};
use loyalty_core::spend::AnySpendModel;
use loyalty_core::value::{Over, PredictionIntervals, PredictionOptions};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::fits::Fit;
use crate::orders::Occasions;
use crate::posteriors::Posterior;
use crate::purchase::{ChiSquare, Errors, PurchaseModel, errors_of};
use crate::spend::SpendModel;
use crate::summary::{CustomerSummary, Holdout};
use crate::value::{Discounting, Margins};

/// What is known of a model of purchases.
#[derive(FromPyObject)]
pub(crate) enum Purchases {
    Model(Py<PurchaseModel>),
    Fit(Py<Fit>),
    Posterior(Py<Posterior>),
}

/// What is known of a model of spend.
#[derive(FromPyObject)]
pub(crate) enum Spend {
    Model(Py<SpendModel>),
    Fit(Py<Fit>),
    Posterior(Py<Posterior>),
}

/// The same, with models of one role.
enum Known<M> {
    Model(M),
    Fit(Box<loyalty_core::estimation::Fit<M>>),
    Posterior(Box<loyalty_core::estimation::Posterior<M>>),
}

impl<M> Known<M> {
    fn get(&self) -> Estimate<'_, M> {
        match self {
            Self::Model(model) => Estimate::Model(model),
            Self::Fit(fit) => Estimate::Fit(fit),
            Self::Posterior(posterior) => Estimate::Posterior(posterior),
        }
    }
}

impl Purchases {
    fn known(&self) -> Result<Known<AnyPurchaseModel>> {
        Ok(match self {
            Self::Model(model) => Known::Model(model.get().0.clone()),
            Self::Fit(fit) => Known::Fit(Box::new(fit.get().purchases()?)),
            Self::Posterior(posterior) => {
                Known::Posterior(Box::new(posterior.get().plain_purchases()?))
            }
        })
    }
}

impl Spend {
    fn known(&self) -> Result<Known<AnySpendModel>> {
        Ok(match self {
            Self::Model(model) => Known::Model(model.get().0.clone()),
            Self::Fit(fit) => Known::Fit(Box::new(fit.get().spend()?)),
            Self::Posterior(posterior) => {
                Known::Posterior(Box::new(posterior.get().plain_spend()?))
            }
        })
    }
}

/// How predictions are made, and over whom.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Predicting {
    options: PredictionOptions,
    total: bool,
    groups: Option<Vec<u32>>,
}

#[pymethods]
impl Predicting {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn new(
        kind: &str,
        total: bool,
        groups: Option<Vec<u32>>,
        level: f64,
        draws: u32,
        levels: Vec<f64>,
        seed: u64,
        threads: usize,
    ) -> Result<Self> {
        let mut options = PredictionOptions::default();
        options.kind = kind.parse()?;
        (options.level, options.draws, options.seed) = (level, draws, seed);
        (options.levels, options.threads) = (levels, Threads::new(threads));
        Ok(Self { options, total, groups })
    }
}

impl Predicting {
    fn over(&self) -> Over<'_> {
        match &self.groups {
            Some(groups) => Over::Groups(groups),
            None if self.total => Over::Total,
            None => Over::Customers,
        }
    }
}

fn columns(found: PredictionIntervals) -> Vec<Column> {
    vec![
        Column::floats("estimate", found.estimate),
        Column::floats("lower", found.lower),
        Column::floats("upper", found.upper),
    ]
}

/// Intervals of the purchases within a horizon.
#[pyfunction]
pub(crate) fn purchase_prediction(
    py: Python<'_>,
    customers: &CustomerSummary,
    purchases: Purchases,
    horizon: f64,
    how: &Predicting,
) -> Result<Vec<Column>> {
    let known = purchases.known()?;
    let found = py.detach(|| {
        let (over, options) = (how.over(), &how.options);
        let customers = &customers.0;
        loyalty_core::value::purchase_prediction(known.get(), customers, horizon, over, options)
    });
    Ok(columns(found?))
}

/// Intervals of the purchases in each period, and up to its end.
#[pyfunction]
pub(crate) fn tracking_intervals(
    py: Python<'_>,
    purchases: Purchases,
    occasions: &Occasions,
    period: f64,
    calibration_end: Option<i64>,
    observation_end: Option<i64>,
    how: &Predicting,
) -> Result<Vec<Column>> {
    let known = purchases.known()?;
    let found = py.detach(|| {
        let (line, options) = (&occasions.occasions, &how.options);
        let ends = (calibration_end, observation_end);
        TrackingIntervals::of(known.get(), line, period, ends.0, ends.1, options)
    })?;
    Ok(vec![
        Column::floats("lower", found.each.lower),
        Column::floats("upper", found.each.upper),
        Column::floats("cumulative_lower", found.cumulative.lower),
        Column::floats("cumulative_upper", found.cumulative.upper),
    ])
}

/// Intervals of lifetime values.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn clv_prediction(
    py: Python<'_>,
    customers: &CustomerSummary,
    purchases: Purchases,
    spend: Spend,
    discounting: &Discounting,
    margin: f64,
    margins: Option<&Column>,
    how: &Predicting,
) -> Result<Vec<Column>> {
    let (bought, spent) = (purchases.known()?, spend.known()?);
    let margin = Margins::new(margin, margins)?;
    let found = py.detach(|| {
        let (customers, future, margin) = (&customers.0, &discounting.0, margin.get());
        let (bought, spent, over) = (bought.get(), spent.get(), how.over());
        let options = &how.options;
        loyalty_core::value::clv_prediction(bought, spent, customers, future, margin, over, options)
    });
    Ok(columns(found?))
}

/// Draws of the futures of customers: what they say of each, and the purchases of all in every draw.
#[pyfunction]
pub(crate) fn summarize_future(
    py: Python<'_>,
    model: &PurchaseModel,
    customers: &CustomerSummary,
    horizon: f64,
    draws: u32,
    seed: u64,
    threads: usize,
) -> Result<(Vec<Column>, Column)> {
    let how = future_draws(horizon, draws, seed);
    let (customers, threads) = (&customers.0, Threads::new(threads));
    let found = py.detach(|| FutureSummary::of(&model.0, customers, &how, threads))?;
    let by_customer = vec![
        Column::floats("purchases", found.purchases),
        Column::floats("none", found.none),
        Column::floats("alive", found.alive),
        Column::floats("alive_at_horizon", found.alive_at_horizon),
    ];
    Ok((by_customer, Column::floats("total", found.total)))
}

/// The purchases of every draw of every customer, those of one customer after those of the other.
#[pyfunction]
pub(crate) fn simulate_future(
    py: Python<'_>,
    model: &PurchaseModel,
    customers: &CustomerSummary,
    horizon: f64,
    draws: u32,
    seed: u64,
    threads: usize,
) -> Result<Column> {
    let how = future_draws(horizon, draws, seed);
    let (customers, threads) = (&customers.0, Threads::new(threads));
    let found = py.detach(|| model.0.simulate_future(customers, &how, threads))?;
    Ok(Column::counts("purchases", &found.purchases))
}

fn future_draws(horizon: f64, draws: u32, seed: u64) -> FutureDraws {
    let mut how = FutureDraws::new(horizon, draws);
    how.seed = seed;
    how
}

/// Errors of the spend of the holdout period, and means by frequency.
#[pyfunction]
pub(crate) fn holdout_spend_errors(
    py: Python<'_>,
    purchases: &PurchaseModel,
    spend: &SpendModel,
    holdout: &Holdout,
    threads: usize,
) -> Result<(Errors, Vec<Column>)> {
    let (purchases, spend, threads) = (&purchases.0, &spend.0, Threads::new(threads));
    Ok(errors_of(py.detach(|| HoldoutErrors::of_spend(purchases, spend, &holdout.0, threads))?))
}

/// Customers by groups of like expected spend, with intervals.
#[pyfunction]
pub(crate) fn spend_calibration(
    py: Python<'_>,
    purchases: Purchases,
    spend: Spend,
    holdout: &Holdout,
    groups: u32,
    how: &Predicting,
) -> Result<Vec<Column>> {
    let (bought, spent) = (purchases.known()?, spend.known()?);
    let found: Vec<SpendGroup> = py.detach(|| {
        let (bought, spent, split) = (bought.get(), spent.get(), &holdout.0);
        loyalty_core::evaluation::spend_calibration(bought, spent, split, groups, &how.options)
    })?;
    let column = |name: &str, of: fn(&SpendGroup) -> f64| {
        Column::floats(name, found.iter().map(of).collect())
    };
    Ok(vec![
        Column::whole("customers", found.iter().map(|group| group.customers)),
        column("expected", |group| group.expected),
        column("actual", |group| group.actual),
        column("lower", |group| group.lower),
        column("upper", |group| group.upper),
    ])
}

/// Customers, the columns, customers by tenth, and the test.
type SpendCounted = (usize, Vec<Column>, Vec<f64>, Option<ChiSquare>);

/// Actual and expected customers by their mean amount, those of the model's tenths, and the test of these.
#[pyfunction]
pub(crate) fn spend_counts(
    py: Python<'_>,
    spend: &SpendModel,
    customers: &CustomerSummary,
    edges: Option<Vec<f64>>,
    cells: u32,
    estimated: u32,
) -> Result<SpendCounted> {
    let (spend, customers) = (&spend.0, &customers.0);
    let found = py.detach(|| match &edges {
        Some(edges) => SpendCounts::of(spend, customers, edges),
        None => SpendCounts::in_cells(spend, customers, cells),
    })?;
    let test = found.chi_square(estimated);
    let test = test.map(|test| (test.statistic, test.degrees, test.p_value));
    let above = std::iter::once(0.0).chain(found.edges.iter().copied()).collect();
    let up_to = found.edges.iter().copied().chain([f64::INFINITY]).collect();
    let columns = vec![
        Column::floats("above", above),
        Column::floats("up_to", up_to),
        Column::floats("actual", found.actual),
        Column::floats("expected", found.expected),
    ];
    Ok((found.customers, columns, found.tenths, test))
}
