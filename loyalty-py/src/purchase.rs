//! Purchase models of every kind: when customers buy.

use std::path::PathBuf;

use loyalty_core::estimation::Parameters;
use loyalty_core::evaluation::{HoldoutErrors, RepeatCounts, Tracking, alive_calibration};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel as _};
use loyalty_core::summary::History;
use pyo3::prelude::*;

use crate::column::{Column, to_fill};
use crate::error::Result;
use crate::fits::{Fit, Options, observed};
use crate::orders::Occasions;
use crate::read::numbers;
use crate::summary::{CustomerSummary, Holdout};
use crate::value::Discounting;

/// Statistic, degrees of freedom and p-value.
pub(crate) type ChiSquare = (f64, u32, f64);
/// Customers, actual and expected purchases or spend, bias, mean absolute and root mean square error.
pub(crate) type Errors = (usize, f64, f64, f64, f64, f64);

/// A purchase model of any kind.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct PurchaseModel(pub(crate) AnyPurchaseModel);

#[pymethods]
impl PurchaseModel {
    #[new]
    #[pyo3(signature = (kind, values, unit = None))]
    fn new(kind: &str, values: Vec<f64>, unit: Option<&str>) -> Result<Self> {
        let unit = unit.map(str::parse).transpose()?;
        Ok(Self(kind.parse::<PurchaseKind>()?.build(&values, unit)?))
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
        let kind = kind.parse::<PurchaseKind>()?;
        observed(py, progress.as_ref(), |observe| {
            Ok(Fit(kind.fit(&customers.0, &options.0, observe)?.map(Model::from)))
        })
    }

    /// Every kind there is: its name and its title.
    #[staticmethod]
    fn kinds() -> Vec<(&'static str, &'static str)> {
        PurchaseKind::ALL.iter().map(|kind| (kind.name(), kind.title())).collect()
    }

    /// The names of a kind's parameters, in order.
    #[staticmethod]
    fn names(kind: &str) -> Result<Vec<String>> {
        let layout = kind.parse::<PurchaseKind>()?.layout();
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
        customers.column(py, "p_alive", |out| {
            self.0.p_alive_into(&customers.0, out, Threads::new(threads))
        })
    }

    fn p_alive_at(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        horizon: f64,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "p_alive_at", |out| {
            self.0.p_alive_at_into(&customers.0, horizon, out, Threads::new(threads))
        })
    }

    fn expected_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        horizon: f64,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "expected_purchases", |out| {
            self.0.expected_purchases_into(&customers.0, horizon, out, Threads::new(threads))
        })
    }

    fn p_no_purchase(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        horizon: f64,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "p_no_purchase", |out| {
            self.0.p_no_purchase_into(&customers.0, horizon, out, Threads::new(threads))
        })
    }

    fn discounted_purchases(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        discounting: &Discounting,
        threads: usize,
    ) -> Result<Column> {
        customers.column(py, "discounted_purchases", |out| {
            let threads = Threads::new(threads);
            self.0.discounted_purchases_into(&customers.0, &discounting.0, out, threads)
        })
    }

    /// The probabilities of 0 to `most` purchases and of more, a column each.
    fn purchase_distribution(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        horizon: f64,
        most: u16,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let counts = usize::from(most) + 2;
        let values = py.detach(|| {
            let mut out = to_fill(customers.0.len() * counts)?;
            let threads = Threads::new(threads);
            self.0
                .purchase_distribution_into(&customers.0, horizon, counts, &mut out, threads)
                .map(|()| out)
        })?;
        Ok(distribution_columns(&values, most))
    }

    /// The probabilities that one customer makes each number of purchases.
    fn p_n_purchases(
        &self,
        frequency: u32,
        recency: f64,
        t: f64,
        n: Vec<u32>,
        horizon: f64,
    ) -> Result<Column> {
        let history = History::new(frequency, recency, t)?;
        let each = n.iter().map(|&n| self.0.p_n_purchases(&history, n, horizon));
        Ok(Column::floats("p_n_purchases", each.collect::<std::result::Result<_, _>>()?))
    }

    /// Purchases of a new customer within each horizon.
    fn expected_purchases_new_customer(&self, horizons: Vec<f64>) -> Result<Column> {
        let mut out = to_fill(horizons.len())?;
        self.0.expected_purchases_new_customer_into(&horizons, &mut out)?;
        Ok(Column::floats("expected_purchases_new_customer", out))
    }

    /// The probabilities that a new customer makes each number of purchases.
    fn p_n_purchases_new_customer(&self, n: Vec<u32>, t: f64) -> Result<Column> {
        let each = n.iter().map(|&n| self.0.p_n_purchases_new_customer(n, t));
        let each = each.collect::<std::result::Result<_, _>>()?;
        Ok(Column::floats("p_n_purchases_new_customer", each))
    }

    /// Histories of new customers drawn from the model.
    fn simulate(
        &self,
        py: Python<'_>,
        t: &Column,
        seed: u64,
        threads: usize,
    ) -> Result<CustomerSummary> {
        let t = numbers(t)?;
        let t = t.or_nan();
        let threads = Threads::new(threads);
        Ok(CustomerSummary(py.detach(|| self.0.simulate(&t, seed, threads))?))
    }

    /// Actual and expected customers by number of repeat purchases, and the test of the two.
    fn repeat_counts(
        &self,
        py: Python<'_>,
        customers: &CustomerSummary,
        cells: u32,
        estimated: u32,
        threads: usize,
    ) -> Result<(Vec<Column>, Option<ChiSquare>)> {
        let threads = Threads::new(threads);
        let counts = py.detach(|| RepeatCounts::of(&self.0, &customers.0, cells, threads))?;
        let test = counts.chi_square(estimated);
        let test = test.map(|test| (test.statistic, test.degrees, test.p_value));
        let frequency: Vec<u32> = (0..cells).collect();
        let columns = vec![
            Column::counts("frequency", &frequency),
            Column::floats("actual", counts.actual),
            Column::floats("expected", counts.expected),
        ];
        Ok((columns, test))
    }

    /// Purchases by period, and the customers and purchases that were followed and left out.
    #[pyo3(signature = (occasions, period, calibration_end, observation_end, threads))]
    fn tracking(
        &self,
        py: Python<'_>,
        occasions: &Occasions,
        period: f64,
        calibration_end: Option<i64>,
        observation_end: Option<i64>,
        threads: usize,
    ) -> Result<(Vec<Column>, u64, u64)> {
        let track = py.detach(|| {
            let (line, threads) = (&occasions.occasions, Threads::new(threads));
            Tracking::of(&self.0, line, period, calibration_end, observation_end, threads)
        })?;
        let cumulative_actual = track.cumulative_actual();
        let cumulative_expected = track.cumulative_expected();
        let columns = vec![
            Column::floats("end", track.ends()),
            Column::floats("actual", track.actual),
            Column::floats("expected", track.expected),
            Column::floats("cumulative_actual", cumulative_actual),
            Column::floats("cumulative_expected", cumulative_expected),
        ];
        Ok((columns, track.customers, track.left_out))
    }

    /// The errors of all customers, and means by frequency.
    fn holdout_errors(
        &self,
        py: Python<'_>,
        holdout: &Holdout,
        threads: usize,
    ) -> Result<(Errors, Vec<Column>)> {
        let threads = Threads::new(threads);
        Ok(errors_of(py.detach(|| HoldoutErrors::of(&self.0, &holdout.0, threads))?))
    }

    /// Customers by groups of like probability.
    fn alive_calibration(
        &self,
        py: Python<'_>,
        holdout: &Holdout,
        groups: u32,
        by: &str,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let (by, threads) = (by.parse()?, Threads::new(threads));
        let groups = py.detach(|| alive_calibration(&self.0, &holdout.0, groups, by, threads))?;
        Ok(vec![
            Column::whole("customers", groups.iter().map(|group| group.customers)),
            Column::floats("p_alive", groups.iter().map(|group| group.p_alive).collect()),
            Column::floats("p_purchase", groups.iter().map(|group| group.p_purchase).collect()),
            Column::floats("purchased", groups.iter().map(|group| group.purchased).collect()),
        ])
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(ModelFile::from(self.0.clone()).write(path)?)
    }
}

/// Errors of all customers, and the columns of their means by frequency.
pub(crate) fn errors_of(errors: HoldoutErrors) -> (Errors, Vec<Column>) {
    let groups = &errors.by_frequency;
    let frequency: Vec<u32> = groups.iter().map(|group| group.frequency).collect();
    let columns = vec![
        Column::counts("frequency", &frequency),
        Column::whole("customers", groups.iter().map(|group| group.customers)),
        Column::floats("actual", groups.iter().map(|group| group.actual).collect()),
        Column::floats("expected", groups.iter().map(|group| group.expected).collect()),
    ];
    let HoldoutErrors { customers, actual, expected, bias, mae, rmse, .. } = errors;
    ((customers, actual, expected, bias, mae, rmse), columns)
}

/// The probabilities of 0 to `most` purchases and of more, a column each, from those of one customer after the other.
pub(crate) fn distribution_columns(values: &[f64], most: u16) -> Vec<Column> {
    let counts = usize::from(most) + 2;
    let column = |n: usize| {
        let name = if n <= usize::from(most) { format!("p_{n}") } else { "p_more".to_owned() };
        Column::floats(&name, values.iter().skip(n).step_by(counts).copied().collect())
    };
    (0..counts).map(column).collect()
}
