//! Whether customers who buy more often also spend more per purchase.

use loyalty_core::evaluation::{Correlation, FrequencyValueCorrelation};
use loyalty_core::parallel::Threads;
use pyo3::prelude::*;

use crate::error::Result;
use crate::summary::CustomerSummary;

/// Coefficient, p-value, lower and upper end.
pub(crate) type CorrelationRow = (f64, f64, f64, f64);

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

/// What the correlation means for lifetime values, where it is notable.
#[pyfunction]
pub(crate) fn notable_correlation(
    py: Python<'_>,
    customers: &CustomerSummary,
    level: f64,
    threads: usize,
) -> Result<Option<String>> {
    let threads = Threads::new(threads);
    let found =
        py.detach(|| FrequencyValueCorrelation::pearson_of(&customers.0, level, threads))?;
    Ok(found.and_then(|pearson| pearson.notable()))
}

pub(crate) fn row(found: Correlation) -> CorrelationRow {
    (found.coefficient, found.p_value, found.lower, found.upper)
}
