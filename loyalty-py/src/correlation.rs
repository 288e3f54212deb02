//! Whether customers who buy more often also spend more per purchase.

use loyalty_core::evaluation::{Correlation, FrequencyValueCorrelation};
use loyalty_core::parallel::Threads;
use pyo3::prelude::*;

use crate::error::Result;
use crate::summary::CustomerSummary;

/// Coefficient, p-value, lower and upper end.
type CorrelationRow = (f64, f64, f64, f64);

/// Customers, Pearson's and Spearman's correlation of frequency and value.
#[pyfunction]
pub(crate) fn frequency_value_correlation(
    py: Python<'_>,
    customers: &CustomerSummary,
    level: f64,
    threads: usize,
) -> Result<Option<(f64, CorrelationRow, CorrelationRow)>> {
    let threads = Threads::new(threads);
    let found = py.detach(|| FrequencyValueCorrelation::of(&customers.0, level, threads))?;
    Ok(found.map(|found| (found.customers, row(found.pearson), row(found.spearman))))
}

/// Pearson's alone.
#[pyfunction]
pub(crate) fn frequency_value_pearson(
    py: Python<'_>,
    customers: &CustomerSummary,
    level: f64,
    threads: usize,
) -> Result<Option<CorrelationRow>> {
    let threads = Threads::new(threads);
    let found =
        py.detach(|| FrequencyValueCorrelation::pearson_of(&customers.0, level, threads))?;
    Ok(found.map(row))
}

fn row(found: Correlation) -> CorrelationRow {
    (found.coefficient, found.p_value, found.lower, found.upper)
}
