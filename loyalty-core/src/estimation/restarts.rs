//! A second opinion where the first run found no proper maximum.

use super::identification::is_no_ridge;
use super::{Maximum, Stop};
use crate::Error;

/// What another maximum must have more than one found on a ridge: less is where the same ridge was met.
const HIGHER: f64 = 1e-7;

/// The best of a first run and, unless that found a maximum that the data determine, of runs from other starts.
/// A likelihood that rises to one limit of the model may rise higher to another, and one with a ridge may have
/// another maximum or limit: of 289 simulated shops, 3 Pareto/NBD fits converged on a ridge below another
/// start's limit, none elsewhere.
pub(crate) fn best_of(
    first: Maximum,
    starts: impl IntoIterator<Item = Vec<f64>>,
    mut run: impl FnMut(Vec<f64>) -> Result<Maximum, Error>,
) -> Result<Maximum, Error> {
    let mut best = first;
    let converged = best.stop == Stop::Converged;
    if converged && is_no_ridge(best.weakest.1) || best.stop == Stop::IterationLimit {
        return Ok(best);
    }
    let more = if converged { HIGHER } else { 0.0 };
    for start in starts {
        let other = run(start)?;
        if other.value > best.value + more {
            best = other;
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: f64, information: f64) -> Maximum {
        Maximum {
            point: vec![0.0],
            value,
            iterations: 1,
            stop: Stop::Converged,
            gradient_norm: 0.0,
            covariance: None,
            weakest: (vec![1.0], information),
        }
    }

    #[test]
    fn a_maximum_on_a_ridge_is_held_against_other_starts() {
        let best = |first: Maximum, other: f64| {
            best_of(first, [vec![0.0]], |_| Ok(found(other, 1.0))).expect("a maximum").value
        };
        assert_eq!(best(found(-10.0, 1.0), -9.0), -10.0);
        assert_eq!(best(found(-10.0, 1e-3), -9.0), -9.0);
        assert_eq!(best(found(-10.0, 1e-3), -10.0 + 1e-9), -10.0);
    }
}
