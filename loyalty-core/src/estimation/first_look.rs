//! A start near the maximum, from a fit to some of many rows.

use std::ops::ControlFlow;

use super::{Evaluation, FitOptions, Parameter, Penalty, Stop, maximise};

/// Enough rows to come within a standard error or so of the maximum.
const ENOUGH: usize = 8192;

/// The maximum over every `step`-th of `rows` rows, or `start` where that is not worth a look or finds
/// none: a pass over a fraction of the data costs a fraction of a pass. `every` gives the function
/// over every `step`-th row.
pub(crate) fn first_look<F: FnMut(&[f64]) -> Evaluation>(
    layout: &[Parameter],
    rows: usize,
    start: &[f64],
    options: &FitOptions,
    penalty: &Penalty,
    every: impl FnOnce(usize) -> F,
) -> Vec<f64> {
    let step = rows / ENOUGH;
    if step < 4 {
        return start.to_vec();
    }
    let rough = FitOptions { tolerance: 1e-2, max_iterations: 50, ..options.clone() };
    let (mut ln_likelihood, penalty) = (every(step), penalty.share(1.0 / step as f64));
    let objective = |at: &[f64]| penalty.added_to(ln_likelihood(at), at);
    match maximise(layout, start, &rough, &mut |_| ControlFlow::Continue(()), objective) {
        Ok(found) if found.stop == Stop::Converged => found.point,
        _ => start.to_vec(),
    }
}
