//! `CustomerSummary` and the holdout beside it.

use loyalty_core::Error;
use loyalty_core::summary::{CalibrationHoldout, History, Observed, SummaryColumns};
use loyalty_core::time::Clock;
use pyo3::prelude::*;

use crate::column::{Column, to_fill};
use crate::error::Result;
use crate::read::{Ids, Numbers, numbers};

/// One row per customer.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct CustomerSummary(pub(crate) loyalty_core::summary::CustomerSummary);

#[pymethods]
impl CustomerSummary {
    #[new]
    #[pyo3(signature = (
        frequency, recency, t, *, monetary_value = None, total_amount = None, weights = None,
        customer = None, unit = None, includes_first = false, since_last = None,
        sum_ln_gaps = None, left_out = None, observed = None,
    ))]
    #[expect(clippy::too_many_arguments, reason = "one per column")]
    fn new<'a>(
        py: Python<'_>,
        frequency: &'a Column,
        recency: &'a Column,
        t: &'a Column,
        monetary_value: Option<&'a Column>,
        total_amount: Option<&'a Column>,
        weights: Option<&'a Column>,
        customer: Option<&'a Column>,
        unit: Option<&str>,
        includes_first: bool,
        since_last: Option<&'a Column>,
        sum_ln_gaps: Option<&'a Column>,
        left_out: Option<(usize, usize)>,
        observed: Option<(&str, i64)>,
    ) -> Result<Self> {
        let unit = unit.map(str::parse).transpose()?;
        let observed = match (unit, observed) {
            (Some(unit), Some((occasion, end))) => {
                Some(Observed::new(Clock::new(unit, Some(occasion.parse()?))?, end)?)
            }
            _ => None,
        };
        py.detach(|| {
            let optional = |column: Option<&'a Column>| column.map(numbers).transpose();
            let (frequency, recency, t) = (numbers(frequency)?, numbers(recency)?, numbers(t)?);
            let (money, total) = (optional(monetary_value)?, optional(total_amount)?);
            let (weights, since_last) = (optional(weights)?, optional(since_last)?);
            let sum_ln_gaps = optional(sum_ln_gaps)?;
            let ids = customer.map(|column| Ids::read(column)).transpose()?;
            let mut columns = SummaryColumns::new(&[], &[], &[]);
            columns.customer = ids.as_ref().map(Ids::as_column);
            columns.frequency = frequency.as_column();
            columns.recency = recency.as_column();
            columns.t = t.as_column();
            columns.monetary_value = money.as_ref().map(Numbers::as_column);
            columns.total_amount = total.as_ref().map(Numbers::as_column);
            columns.weights = weights.as_ref().map(Numbers::as_column);
            columns.unit = unit;
            columns.includes_first = includes_first;
            columns.since_last = since_last.as_ref().map(Numbers::as_column);
            columns.sum_ln_gaps = sum_ln_gaps.as_ref().map(Numbers::as_column);
            columns.observed = observed;
            (columns.left_out.customers, columns.left_out.occasions) = left_out.unwrap_or_default();
            Ok(Self(loyalty_core::summary::CustomerSummary::new(&columns)?))
        })
    }

    /// A single customer, whose history is refused without a column and a row.
    #[staticmethod]
    fn one(frequency: u32, recency: f64, t: f64) -> Result<Self> {
        let one = History::new(frequency, recency, t)?;
        let (x, t_x, t) = ([f64::from(one.x())], [one.t_x()], [one.t()]);
        Ok(Self(loyalty_core::summary::CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t))?))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[getter]
    fn unit(&self) -> Option<String> {
        self.0.unit().map(|unit| unit.to_string())
    }

    #[getter]
    fn includes_first(&self) -> bool {
        self.0.includes_first()
    }

    /// Customers and occasions after the observation end.
    #[getter]
    fn left_out(&self) -> (usize, usize) {
        (self.0.left_out().customers, self.0.left_out().occasions)
    }

    #[getter]
    fn total_weight(&self) -> f64 {
        self.0.total_weight()
    }

    fn customer(&self, name: &str) -> Option<Column> {
        self.0.customers().map(|ids| Column::ids(name, ids))
    }

    fn frequency(&self) -> Column {
        Column::counts("frequency", self.0.frequency())
    }

    fn recency(&self) -> Column {
        Column::floats("recency", self.0.recency().to_vec())
    }

    fn t(&self) -> Column {
        Column::floats("T", self.0.t().to_vec())
    }

    fn monetary_value(&self) -> Option<Column> {
        let values = self.0.monetary_value()?;
        Some(Column::floats("monetary_value", values.to_vec()))
    }

    fn total_amount(&self) -> Option<Column> {
        Some(Column::floats("total_amount", self.0.total_amount()?.to_vec()))
    }

    fn sum_ln_gaps(&self) -> Option<Column> {
        Some(Column::floats("sum_ln_gaps", self.0.sum_ln_gaps()?.to_vec()))
    }

    /// T less recency as a log has it.
    fn since_last_of_log(&self) -> Option<Column> {
        Some(Column::floats("since_last", self.0.since_last_of_log()?.to_vec()))
    }

    fn weights(&self) -> Option<Column> {
        Some(Column::floats("weights", self.0.weights()?.to_vec()))
    }

    /// What counts as an occasion, and the beginning of the last one observed.
    #[getter]
    fn observed(&self) -> Option<(String, i64)> {
        let observed = self.0.observed()?;
        Some((observed.clock().occasion().to_string(), observed.end()))
    }

    fn first_order(&self) -> Option<Column> {
        Some(Column::times("first_order", self.0.first_orders()?))
    }

    fn last_order(&self) -> Option<Column> {
        Some(Column::times("last_order", self.0.last_orders()?))
    }

    fn select(&self, py: Python<'_>, rows: Vec<usize>) -> Result<Self> {
        Ok(Self(py.detach(|| self.0.select(&rows))?))
    }

    fn distinct_histories(&self, py: Python<'_>) -> Result<Self> {
        Ok(Self(py.detach(|| self.0.distinct_histories())?))
    }
}

impl CustomerSummary {
    /// A column made by filling one value per customer, without the interpreter.
    pub(crate) fn column(
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

/// A calibration summary and what its customers did after it.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct Holdout(pub(crate) CalibrationHoldout);

#[pymethods]
impl Holdout {
    /// One that was taken apart.
    #[new]
    fn new(
        calibration: &CustomerSummary,
        frequency: &Column,
        monetary_value: Option<&Column>,
        duration: f64,
        born_in_holdout: usize,
    ) -> Result<Self> {
        let frequency = numbers(frequency)?;
        let money = monetary_value.map(numbers).transpose()?;
        Ok(Self(CalibrationHoldout::new(
            calibration.0.clone(),
            &frequency.as_column(),
            money.as_ref().map(Numbers::as_column).as_ref(),
            duration,
            born_in_holdout,
        )?))
    }

    /// The customers of these rows, in both parts.
    fn select(&self, rows: Vec<usize>) -> Result<(CustomerSummary, Self)> {
        Ok(split(self.0.select(&rows)?))
    }

    fn frequency(&self) -> Column {
        Column::counts("frequency_holdout", &self.0.holdout_frequency)
    }

    fn monetary_value(&self) -> Option<Column> {
        let values = self.0.holdout_monetary_value.clone()?;
        Some(Column::floats("monetary_value_holdout", values))
    }

    #[getter]
    fn duration(&self) -> f64 {
        self.0.holdout_duration
    }

    #[getter]
    fn born_in_holdout(&self) -> usize {
        self.0.born_in_holdout
    }
}

/// The summary as an object of its own, and all of the split.
pub(crate) fn split(split: CalibrationHoldout) -> (CustomerSummary, Holdout) {
    (CustomerSummary(split.calibration.clone()), Holdout(split))
}
