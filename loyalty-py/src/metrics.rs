//! How good probabilities are, and what they mean in money.

use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::read::numbers;

/// Predicted probabilities and what happened.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Predictions(loyalty_core::evaluation::Predictions);

#[pymethods]
impl Predictions {
    #[new]
    fn new(py: Python<'_>, probability: &Column, happened: &Column) -> Result<Self> {
        py.detach(|| {
            let (probability, happened) = (numbers(probability)?, numbers(happened)?);
            let happened: Vec<bool> = happened.or_nan().iter().map(|&y| y > 0.0).collect();
            Ok(Self(loyalty_core::evaluation::Predictions::new(&probability.or_nan(), &happened)?))
        })
    }

    fn log_loss(&self) -> f64 {
        self.0.log_loss()
    }

    fn brier(&self) -> f64 {
        self.0.brier()
    }

    fn auc(&self) -> Option<f64> {
        self.0.auc()
    }

    fn average_precision(&self) -> Option<f64> {
        self.0.average_precision()
    }

    /// Intercept and slope.
    fn calibration(&self) -> Option<(f64, f64)> {
        self.0.calibration().map(|found| (found.intercept, found.slope))
    }

    /// Rows, mean probability and share where it happened, by bin.
    fn reliability(&self, bins: usize) -> Result<Vec<(usize, f64, f64)>> {
        let bins = self.0.reliability(bins)?.into_iter();
        Ok(bins.map(|bin| (bin.rows, bin.probability, bin.happened)).collect())
    }

    fn calibration_error(&self, bins: usize) -> Result<f64> {
        Ok(self.0.calibration_error(bins)?)
    }

    fn lift(&self, share: f64) -> Result<f64> {
        Ok(self.0.lift(share)?)
    }

    fn expected_money(&self, threshold: f64, value: (f64, f64, f64, f64)) -> Result<f64> {
        let (hit, false_alarm, miss, correct_pass) = value;
        let table = loyalty_core::evaluation::MoneyTable { hit, false_alarm, miss, correct_pass };
        Ok(self.0.expected_money(threshold, &table)?)
    }
}

/// What a return costs against what a kept sale brings.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct ReturnEconomics(loyalty_core::returns::ReturnEconomics);

#[pymethods]
impl ReturnEconomics {
    #[new]
    fn new(margin: f64, loss: f64, handling: f64, share: f64) -> Result<Self> {
        let whole = loyalty_core::returns::ReturnEconomics::new(margin, loss, handling)?;
        Ok(Self(whole.with_share(share)?))
    }

    fn expected_margin(&self, probability: f64, value: f64) -> Result<f64> {
        Ok(self.0.expected_margin(probability, value)?)
    }

    fn break_even(&self, value: f64) -> Result<f64> {
        Ok(self.0.break_even(value)?)
    }

    fn expected_margins(&self, probability: &Column, value: &Column) -> Result<Column> {
        let (p, v) = (numbers(probability)?, numbers(value)?);
        let (p, v) = (p.or_nan(), v.or_nan());
        let rows = p.iter().zip(v.iter()).map(|(&p, &v)| self.0.expected_margin(p, v));
        let margins: std::result::Result<Vec<f64>, _> = rows.collect();
        Ok(Column::floats("expected_margin", margins?))
    }
}

/// Expected returned lines and money of a basket.
#[pyfunction]
pub(crate) fn expected_returns(probability: &Column, value: &Column) -> Result<(f64, f64)> {
    let (p, v) = (numbers(probability)?, numbers(value)?);
    Ok(loyalty_core::returns::expected_returns(&p.or_nan(), &v.or_nan())?)
}
