//! A second opinion where the first run found no proper maximum.

use super::{Maximum, Stop};
use crate::Error;

/// The best of a first run and, unless that converged, of runs from other starts. A likelihood that
/// rises to one limit of the model may rise higher to another.
pub(crate) fn best_of(
    first: Maximum,
    starts: impl IntoIterator<Item = Vec<f64>>,
    mut run: impl FnMut(Vec<f64>) -> Result<Maximum, Error>,
) -> Result<Maximum, Error> {
    let mut best = first;
    if matches!(best.stop, Stop::Converged | Stop::IterationLimit) {
        return Ok(best);
    }
    for start in starts {
        let other = run(start)?;
        if other.value > best.value {
            best = other;
        }
    }
    Ok(best)
}
