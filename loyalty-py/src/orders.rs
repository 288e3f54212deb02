//! `Orders` and the mergeable state behind a summary.

use std::path::PathBuf;

use loyalty_core::interop::arrow::OrderArrays;
use loyalty_core::interop::jiff::{parse_instant, parse_wall_clock};
use loyalty_core::summary::{OccasionFile, SummaryOptions};
use loyalty_core::time::{Clock, Occasion, Unit};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator};

use crate::column::Column;
use crate::error::{PyError, Result, input};
use crate::order_lines::{Reading, Report, reading, refused, report};
use crate::summary::{CustomerSummary, Holdout};

/// A checked order log.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Orders {
    pub(crate) orders: loyalty_core::orders::Orders,
    zone: Option<String>,
}

impl Orders {
    pub(crate) fn of(orders: loyalty_core::orders::Orders, zone: Option<String>) -> Self {
        Self { orders, zone }
    }
}

#[pymethods]
impl Orders {
    #[new]
    #[pyo3(signature = (customer, time, amount, how, time_zone, strict))]
    fn new(
        py: Python<'_>,
        customer: &Column,
        time: &Column,
        amount: Option<&Column>,
        how: Reading,
        time_zone: Option<&str>,
        strict: bool,
    ) -> Result<Self> {
        let how = reading(&how, strict)?;
        py.detach(|| {
            let amount = amount.map(|amount| &**amount);
            let arrays = OrderArrays { customer, time, amount, zone: time_zone };
            let orders = arrays.orders(how)?;
            Ok(Self { orders, zone: arrays.clock().map(str::to_owned) })
        })
    }

    fn __len__(&self) -> usize {
        self.orders.len()
    }

    #[getter]
    fn customers(&self) -> usize {
        self.orders.customers().len()
    }

    #[getter]
    fn has_amounts(&self) -> bool {
        self.orders.has_amounts()
    }

    #[getter]
    fn time_zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// First and last order, in microseconds of wall-clock time.
    #[getter]
    fn time_range(&self) -> (i64, i64) {
        self.orders.time_range()
    }

    /// What became of the rows.
    fn report(&self) -> Report {
        report(self.orders.report())
    }

    /// The rows not in use.
    fn refused(&self) -> Vec<Column> {
        refused(self.orders.report())
    }

    #[pyo3(signature = (unit, occasion, observation_end, include_first))]
    fn summarize(
        &self,
        py: Python<'_>,
        unit: &str,
        occasion: Option<&str>,
        observation_end: Option<i64>,
        include_first: bool,
    ) -> Result<CustomerSummary> {
        let options = options(unit, occasion, observation_end, include_first)?;
        Ok(CustomerSummary(py.detach(|| self.orders.summarize(&options))?))
    }

    fn opportunities(&self, py: Python<'_>, at: Vec<i64>) -> Result<CustomerSummary> {
        Ok(CustomerSummary(py.detach(|| self.orders.opportunities(&at))?))
    }

    /// The set days on which nearly all orders fall: how many, the days between two, and the share.
    fn opportunity_days(&self, py: Python<'_>) -> Option<(usize, f64, f64)> {
        let found = py.detach(|| self.orders.opportunity_days())?;
        Some((found.days.len(), found.gap, found.share))
    }

    #[pyo3(signature = (calibration_end, unit, occasion, observation_end, include_first))]
    fn calibration_holdout(
        &self,
        py: Python<'_>,
        calibration_end: i64,
        unit: &str,
        occasion: Option<&str>,
        observation_end: Option<i64>,
        include_first: bool,
    ) -> Result<(CustomerSummary, Holdout)> {
        let options = options(unit, occasion, observation_end, include_first)?;
        let split = py.detach(|| self.orders.calibration_holdout(calibration_end, &options))?;
        Ok(crate::summary::split(split))
    }

    fn occasions(&self, py: Python<'_>, unit: &str, occasion: Option<&str>) -> Result<Occasions> {
        let clock = clock(unit, occasion)?;
        let occasions = py.detach(|| loyalty_core::summary::Occasions::of(&self.orders, clock))?;
        Ok(Occasions { occasions, zone: self.zone.clone() })
    }
}

/// Each customer's purchase occasions: the mergeable state of a summary.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Occasions {
    pub(crate) occasions: loyalty_core::summary::Occasions,
    zone: Option<String>,
}

#[pymethods]
impl Occasions {
    fn __len__(&self) -> usize {
        self.occasions.len()
    }

    #[getter]
    fn time_zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    #[getter]
    fn unit(&self) -> String {
        self.occasions.clock().unit().to_string()
    }

    #[getter]
    fn occasion(&self) -> String {
        self.occasions.clock().occasion().to_string()
    }

    /// First and last order, in microseconds of wall-clock time.
    #[getter]
    fn time_range(&self) -> (i64, i64) {
        self.occasions.time_range()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.zone == other.zone && self.occasions == other.occasions
    }

    /// The file of these occasions, whose ids have a name.
    fn to_bytes<'py>(&self, py: Python<'py>, customer: String) -> Bound<'py, PyBytes> {
        let bytes = py.detach(|| self.file(customer).to_bytes());
        PyBytes::new(py, &bytes)
    }

    fn save(&self, py: Python<'_>, path: PathBuf, customer: String) -> Result<()> {
        Ok(py.detach(|| self.file(customer).write(path))?)
    }

    /// Occasions and what their ids are called.
    #[staticmethod]
    fn from_bytes(py: Python<'_>, bytes: &[u8]) -> Result<(Self, Option<String>)> {
        Ok(Self::of_file(py.detach(|| OccasionFile::from_bytes(bytes))?))
    }

    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> Result<(Self, Option<String>)> {
        Ok(Self::of_file(py.detach(|| OccasionFile::read(path))?))
    }

    fn merge(&self, py: Python<'_>, other: &Self) -> Result<Self> {
        self.check_zone(other)?;
        let occasions = py.detach(|| self.occasions.merge(&other.occasions))?;
        Ok(Self { occasions, zone: self.zone.clone() })
    }

    /// The occasions of all batches that an iterator gives, each let go before the next is asked for;
    /// `None` where there is none.
    #[staticmethod]
    fn join(py: Python<'_>, batches: &Bound<'_, PyIterator>) -> PyResult<Option<Self>> {
        let mut all: Option<Self> = None;
        for batch in batches {
            let batch = batch?;
            let batch = batch.cast::<Self>()?.get();
            match &mut all {
                None => {
                    let (occasions, zone) = (batch.occasions.clone(), batch.zone.clone());
                    all = Some(Self { occasions, zone });
                }
                Some(all) => {
                    all.check_zone(batch)?;
                    py.detach(|| all.occasions.absorb(&batch.occasions)).map_err(PyError::from)?;
                }
            }
        }
        Ok(all)
    }

    #[pyo3(signature = (observation_end, include_first))]
    fn summarize(
        &self,
        py: Python<'_>,
        observation_end: Option<i64>,
        include_first: bool,
    ) -> Result<CustomerSummary> {
        let summarize = || self.occasions.summarize(observation_end, include_first);
        Ok(CustomerSummary(py.detach(summarize)?))
    }
}

/// A date or time in ISO 8601 as microseconds of wall-clock time; one with an offset is read in the
/// zone of the log.
#[pyfunction]
#[pyo3(signature = (name, text, zone))]
pub(crate) fn instant(name: &str, text: &str, zone: Option<&str>) -> Result<i64> {
    if let Some(time) = parse_wall_clock(text) {
        return Ok(time);
    }
    let with_offset = parse_instant(text, zone.unwrap_or("UTC"))?;
    match (with_offset, zone) {
        (Some(time), Some(_)) => Ok(time),
        (Some(_), None) => {
            Err(input(format!("{name} has a time zone, but the times of the orders have none")))
        }
        (None, _) => {
            Err(input(format!("{name} must be a date or time like 1997-09-30, got {text:?}")))
        }
    }
}

/// Mean length of a unit of time in days.
#[pyfunction]
pub(crate) fn unit_days(unit: &str) -> Result<f64> {
    Ok(unit.parse::<Unit>()?.days())
}

/// How many of a unit of time make a year of 365.25 days.
#[pyfunction]
pub(crate) fn units_per_year(unit: &str) -> Result<f64> {
    Ok(unit.parse::<Unit>()?.per_year())
}

/// So many of one unit of time, counted in another.
#[pyfunction]
pub(crate) fn count_in(many: f64, of: &str, unit: &str) -> Result<f64> {
    Ok(of.parse::<Unit>()?.count_in(many, unit.parse()?)?)
}

fn clock(unit: &str, occasion: Option<&str>) -> Result<Clock> {
    let occasion = occasion.map(str::parse::<Occasion>).transpose()?;
    Ok(Clock::new(unit.parse::<Unit>()?, occasion)?)
}

pub(crate) fn options(
    unit: &str,
    occasion: Option<&str>,
    observation_end: Option<i64>,
    include_first: bool,
) -> Result<SummaryOptions> {
    let mut options = SummaryOptions::default();
    options.unit = unit.parse()?;
    options.occasion = occasion.map(str::parse).transpose()?;
    options.observation_end = observation_end;
    options.include_first = include_first;
    Ok(options)
}

impl Occasions {
    fn file(&self, customer: String) -> OccasionFile {
        let mut file = OccasionFile::from(self.occasions.clone());
        file.time_zone.clone_from(&self.zone);
        file.customer = Some(customer);
        file
    }

    fn of_file(file: OccasionFile) -> (Self, Option<String>) {
        (Self { occasions: file.occasions, zone: file.time_zone }, file.customer)
    }

    fn check_zone(&self, other: &Self) -> Result<()> {
        if self.zone == other.zone {
            return Ok(());
        }
        let name = |zone: &Option<String>| zone.clone().unwrap_or_else(|| "none".to_owned());
        let (first, second) = (name(&self.zone), name(&other.zone));
        Err(input(format!("the batches have different time zones: {first}, {second}")))
    }
}
