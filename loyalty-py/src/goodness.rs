//! How well a model describes a shop.

use loyalty_core::evaluation::{
    Correlation, FrequencyValueCorrelation, HoldoutErrors, RepeatCounts,
};
use loyalty_core::parallel::Threads;
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::models::BgNbd;
use crate::orders::Occasions;
use crate::summary::{CustomerSummary, Holdout};

/// Statistic, degrees of freedom and p-value.
type ChiSquare = (f64, u32, f64);
/// Customers, actual and expected purchases, bias, mean absolute and root mean square error.
type Errors = (usize, f64, f64, f64, f64, f64);
/// Coefficient, p-value, lower and upper end.
type CorrelationRow = (f64, f64, f64, f64);

/// Actual and expected customers by number of repeat purchases, and the test of the two.
#[pyfunction]
pub(crate) fn repeat_counts(
    py: Python<'_>,
    model: &BgNbd,
    customers: &CustomerSummary,
    cells: u32,
    estimated: u32,
    threads: usize,
) -> Result<(Vec<Column>, Option<ChiSquare>)> {
    let threads = Threads::new(threads);
    let counts = py.detach(|| RepeatCounts::of(&model.0, &customers.0, cells, threads))?;
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
#[pyfunction]
#[pyo3(signature = (model, occasions, period, calibration_end, observation_end, threads))]
pub(crate) fn tracking(
    py: Python<'_>,
    model: &BgNbd,
    occasions: &Occasions,
    period: f64,
    calibration_end: Option<i64>,
    observation_end: Option<i64>,
    threads: usize,
) -> Result<(Vec<Column>, u64, u64)> {
    let track = py.detach(|| {
        let (line, threads) = (&occasions.occasions, Threads::new(threads));
        let ends = (calibration_end, observation_end);
        loyalty_core::evaluation::Tracking::of(&model.0, line, period, ends.0, ends.1, threads)
    })?;
    let (cumulative_actual, cumulative_expected) =
        (track.cumulative_actual(), track.cumulative_expected());
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
#[pyfunction]
pub(crate) fn holdout_errors(
    py: Python<'_>,
    model: &BgNbd,
    holdout: &Holdout,
    threads: usize,
) -> Result<(Errors, Vec<Column>)> {
    let threads = Threads::new(threads);
    let errors = py.detach(|| HoldoutErrors::of(&model.0, &holdout.0, threads))?;
    let groups = &errors.by_frequency;
    let frequency: Vec<u32> = groups.iter().map(|group| group.frequency).collect();
    let columns = vec![
        Column::counts("frequency", &frequency),
        Column::whole("customers", groups.iter().map(|group| group.customers)),
        Column::floats("actual", groups.iter().map(|group| group.actual).collect()),
        Column::floats("expected", groups.iter().map(|group| group.expected).collect()),
    ];
    let HoldoutErrors { customers, actual, expected, bias, mae, rmse, .. } = errors;
    Ok(((customers, actual, expected, bias, mae, rmse), columns))
}

/// Customers by groups of like probability.
#[pyfunction]
pub(crate) fn alive_calibration(
    py: Python<'_>,
    model: &BgNbd,
    holdout: &Holdout,
    groups: u32,
    by: &str,
    threads: usize,
) -> Result<Vec<Column>> {
    let (by, threads) = (by.parse()?, Threads::new(threads));
    let groups = py.detach(|| {
        loyalty_core::evaluation::alive_calibration(&model.0, &holdout.0, groups, by, threads)
    })?;
    Ok(vec![
        Column::whole("customers", groups.iter().map(|group| group.customers)),
        Column::floats("p_alive", groups.iter().map(|group| group.p_alive).collect()),
        Column::floats("p_purchase", groups.iter().map(|group| group.p_purchase).collect()),
        Column::floats("purchased", groups.iter().map(|group| group.purchased).collect()),
    ])
}

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
