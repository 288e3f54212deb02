//! What the BG/NBD says of the future.

use loyalty_core::parallel::Threads;
use loyalty_core::summary::History;
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::models::{BgNbd, Discounting, column};
use crate::summary::CustomerSummary;

#[pyfunction]
pub(crate) fn p_alive_at(
    py: Python<'_>,
    model: &BgNbd,
    customers: &CustomerSummary,
    horizon: f64,
    threads: usize,
) -> Result<Column> {
    column(py, "p_alive_at", customers, |out| {
        model.0.p_alive_at_into(&customers.0, horizon, out, Threads::new(threads))
    })
}

#[pyfunction]
pub(crate) fn p_no_purchase(
    py: Python<'_>,
    model: &BgNbd,
    customers: &CustomerSummary,
    horizon: f64,
    threads: usize,
) -> Result<Column> {
    column(py, "p_no_purchase", customers, |out| {
        model.0.p_no_purchase_into(&customers.0, horizon, out, Threads::new(threads))
    })
}

/// The probabilities of 0 to `most` purchases and of more, a column each.
#[pyfunction]
pub(crate) fn purchase_distribution(
    py: Python<'_>,
    model: &BgNbd,
    customers: &CustomerSummary,
    horizon: f64,
    most: u16,
    threads: usize,
) -> Result<Vec<Column>> {
    let counts = usize::from(most) + 2;
    let values = py.detach(|| {
        let mut out = vec![0.0; customers.0.len() * counts];
        let threads = Threads::new(threads);
        model
            .0
            .purchase_distribution_into(&customers.0, horizon, counts, &mut out, threads)
            .map(|()| out)
    })?;
    let of = |n: usize| values.iter().skip(n).step_by(counts).copied().collect();
    let last = counts - 1;
    let named = |n: usize| if n < last { format!("p_{n}") } else { "p_more".to_owned() };
    Ok((0..counts).map(|n| Column::floats(&named(n), of(n))).collect())
}

/// P(alive), P(no purchase) and the probability of n purchases of one customer after a horizon.
#[pyfunction]
pub(crate) fn future_of_one(
    model: &BgNbd,
    frequency: u32,
    recency: f64,
    t: f64,
    horizon: f64,
    n: u32,
) -> Result<(f64, f64, f64)> {
    let (model, history) = (model.0, History::new(frequency, recency, t)?);
    Ok((
        model.p_alive_at(&history, horizon)?,
        model.p_no_purchase(&history, horizon)?,
        model.p_n_purchases(&history, n, horizon)?,
    ))
}

#[pyfunction]
pub(crate) fn purchase_distribution_of_one(
    model: &BgNbd,
    frequency: u32,
    recency: f64,
    t: f64,
    horizon: f64,
    most: u16,
) -> Result<Vec<f64>> {
    let mut out = vec![0.0; usize::from(most) + 2];
    model.0.purchase_distribution(&History::new(frequency, recency, t)?, horizon, &mut out)?;
    Ok(out)
}

#[pyfunction]
pub(crate) fn discounted_purchases_of_one(
    model: &BgNbd,
    frequency: u32,
    recency: f64,
    t: f64,
    discounting: &Discounting,
) -> Result<f64> {
    Ok(model.0.discounted_purchases(&History::new(frequency, recency, t)?, &discounting.0))
}
