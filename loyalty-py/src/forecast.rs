//! The forecast of a purchase model, corrected by what earlier cutoffs teach.

use std::path::PathBuf;

use loyalty_core::forecast::{AnchorOptions, FEATURES, Learning, Level};
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::fits::{Fit, Options, as_object};
use crate::orders::{Occasions, Orders, options};
use crate::summary::CustomerSummary;

/// An anchored forecast, and how it was learnt where it was learnt here.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct AnchoredForecast {
    forecast: loyalty_core::forecast::AnchoredForecast,
    learnt: Option<(loyalty_core::estimation::Fit<Model>, Learning)>,
}

#[pymethods]
impl AnchoredForecast {
    /// Learns from a log.
    #[new]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn new(
        py: Python<'_>,
        orders: &Orders,
        horizon: f64,
        model: &str,
        last_year: bool,
        fit: &Options,
        unit: &str,
        occasion: Option<&str>,
        observation_end: Option<i64>,
    ) -> Result<Self> {
        let mut how = AnchorOptions::new(horizon);
        how.model = model.parse()?;
        how.level = if last_year { Level::LastYear } else { Level::Model };
        how.fit = fit.0.clone();
        how.summary = options(unit, occasion, observation_end, false)?;
        let log = &orders.orders;
        let learned = py.detach(|| loyalty_core::forecast::AnchoredForecast::fit(log, &how))?;
        let learnt = Some((learned.fit.map(Model::from), learned.learning));
        Ok(Self { forecast: learned.forecast, learnt })
    }

    #[staticmethod]
    pub(crate) fn load(path: PathBuf) -> Result<Self> {
        let forecast = loyalty_core::forecast::AnchoredForecast::read(path)?;
        Ok(Self { forecast, learnt: None })
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(self.forecast.write(path)?)
    }

    fn to_json(&self) -> String {
        self.forecast.to_json()
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        let forecast = loyalty_core::forecast::AnchoredForecast::from_json(text)?;
        Ok(Self { forecast, learnt: None })
    }

    /// The customers of a log and the purchases expected of each.
    fn of_occasions(
        &self,
        py: Python<'_>,
        occasions: &Occasions,
        observation_end: Option<i64>,
        threads: usize,
    ) -> Result<(CustomerSummary, Column)> {
        let threads = Threads::new(threads);
        let (customers, expected) = py.detach(|| {
            self.forecast.of_occasions(&occasions.occasions, observation_end, threads)
        })?;
        Ok((CustomerSummary(customers), Column::floats("expected_purchases", expected)))
    }

    #[getter]
    fn base<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        as_object(py, self.forecast.base().clone().into())
    }

    #[getter]
    fn fit(&self) -> Option<Fit> {
        self.learnt.as_ref().map(|(fit, _)| Fit(fit.clone()))
    }

    #[getter]
    fn unit(&self) -> String {
        self.forecast.unit().to_string()
    }

    #[getter]
    fn horizon(&self) -> f64 {
        self.forecast.horizon()
    }

    /// The weights by feature and the intercept; `None` without a correction.
    #[getter]
    fn weights(&self) -> Option<Vec<(&'static str, f64)>> {
        let names = FEATURES.into_iter().chain(["intercept"]);
        Some(names.zip(self.forecast.weights()?).collect())
    }

    /// The cutoffs that were learnt from, in microseconds.
    #[getter]
    fn cutoffs(&self) -> Option<Vec<i64>> {
        self.learnt.as_ref().map(|(_, learning)| learning.cutoffs.clone())
    }

    /// Deviances of the model and of the correction at the newest cutoff.
    #[getter]
    fn gate(&self) -> Option<(f64, f64, f64, bool)> {
        let gate = self.learnt.as_ref()?.1.gate?;
        Some((gate.model, gate.corrected, gate.standard_error, gate.is_passed()))
    }

    /// Purchases expected a year ago, and those that came.
    #[getter]
    fn last_year(&self) -> Option<(f64, f64)> {
        let last_year = self.learnt.as_ref()?.1.last_year?;
        Some((last_year.expected, last_year.actual))
    }
}
