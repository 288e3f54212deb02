//! Columns of numbers, in loops that the compiler turns into vector instructions. Each row has the bits
//! that it would have alone.

use multiversion::multiversion;

use super::kernel::{BLOCK, Block};
use super::keys::Counts;
use super::line::{Bounds, Term};
use super::shrink::Shrinkage;
use crate::special::elementary::{exp, ln, ln_1p, logistic};

/// Values added side by side; part of the definition of a sum.
const LANES: usize = 8;

/// ln x of each.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn ln_each(values: &mut [f64]) {
    for value in values {
        *value = ln(*value);
    }
}

/// ln(1 + x) of each.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn ln_1p_each(values: &mut [f64]) {
    for value in values {
        *value = ln_1p(*value);
    }
}

/// The shrunk log-odds of each.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn shrunk_each(
    prior: &Shrinkage,
    exposure: &[f64],
    returns: &[f64],
    log_odds: &mut [f64],
) {
    for ((z, &exposure), &returns) in log_odds.iter_mut().zip(exposure).zip(returns) {
        *z = prior.log_odds(Counts { exposure, returns });
    }
}

/// Adds a term to log-odds: weight × (basis − mean).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn add_term(
    log_odds: &mut [f64],
    values: &[f64],
    bounds: Bounds,
    knot: Option<f64>,
    (weight, mean): (f64, f64),
) {
    if let Some(knot) = knot {
        for (z, &value) in log_odds.iter_mut().zip(values) {
            let basis = (bounds.within(value) - knot).max(0.0);
            *z += weight * (basis - mean);
        }
    } else {
        for (z, &value) in log_odds.iter_mut().zip(values) {
            *z += weight * (bounds.within(value) - mean);
        }
    }
}

/// Σ w, Σ w x, Σ w x² of what is not missing, and its least and most.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn moments(values: &[f64], weight: &[f64]) -> ([f64; 3], [f64; 2]) {
    let (mut sums, mut least, mut most) =
        ([[0.0; LANES]; 3], [f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (rows, rest) = values.as_chunks::<LANES>();
    let (weights, weights_of_rest) = weight.as_chunks::<LANES>();
    let (mut last, mut weight_of_last) = ([f64::NAN; LANES], [0.0; LANES]);
    last[..rest.len()].copy_from_slice(rest);
    weight_of_last[..rest.len()].copy_from_slice(weights_of_rest);
    let ends = std::iter::once((&last, &weight_of_last));
    for (x, w) in rows.iter().zip(weights).chain(ends) {
        for lane in 0..LANES {
            let missing = x[lane].is_nan();
            let (x, w) = if missing { (0.0, 0.0) } else { (x[lane], w[lane]) };
            sums[0][lane] += w;
            sums[1][lane] += w * x;
            sums[2][lane] += w * x * x;
            let (low, high) = if missing { (f64::INFINITY, f64::NEG_INFINITY) } else { (x, x) };
            least[lane] = if low < least[lane] { low } else { least[lane] };
            most[lane] = if high > most[lane] { high } else { most[lane] };
        }
    }
    let sums = sums.map(|lanes| total(&lanes));
    (
        sums,
        [
            least.into_iter().fold(f64::INFINITY, f64::min),
            most.into_iter().fold(f64::NEG_INFINITY, f64::max),
        ],
    )
}

/// What a prediction costs, Σ w (ln(1 + e^z) − y z); how far it is off, Σ w (y − p); and Σ w p (1 − p),
/// for log-odds z shifted by as much.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn losses(log_odds: &[f64], shift: f64, target: &[f64], weight: &[f64]) -> [f64; 3] {
    let mut sums = [[0.0; LANES]; 3];
    let (rows, rest) = log_odds.as_chunks::<LANES>();
    let (targets, targets_of_rest) = target.as_chunks::<LANES>();
    let (weights, weights_of_rest) = weight.as_chunks::<LANES>();
    let mut last = [[0.0; LANES]; 3];
    for (lanes, values) in last.iter_mut().zip([rest, targets_of_rest, weights_of_rest]) {
        lanes[..values.len()].copy_from_slice(values);
    }
    let ends = std::iter::once(((&last[0], &last[1]), &last[2]));
    for ((z, y), w) in rows.iter().zip(targets).zip(weights).chain(ends) {
        for lane in 0..LANES {
            let z = z[lane] + shift;
            let (loss, p) = (loss(z, y[lane]), logistic(z));
            sums[0][lane] += w[lane] * loss;
            sums[1][lane] += w[lane] * (y[lane] - p);
            sums[2][lane] += w[lane] * (p * (1.0 - p));
        }
    }
    sums.map(|lanes| total(&lanes))
}

/// ln(1 + e^z) − y z.
#[inline(always)]
pub(crate) fn loss(z: f64, y: f64) -> f64 {
    z.max(0.0) - y * z + ln_1p(exp(-z.abs()))
}

/// The sum of lanes in a fixed order.
#[inline(always)]
pub(crate) fn total(lanes: &[f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Σ w, Σ w b, Σ w b² of a basis of values within bounds.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn basis_moments(
    values: &[f64],
    weight: &[f64],
    bounds: &Bounds,
    knot: Option<f64>,
) -> [f64; 3] {
    let mut sums = [[0.0; LANES]; 3];
    let knot = knot.unwrap_or(f64::NAN);
    let mut add = |values: &[f64], weight: &[f64]| {
        for (lane, (&value, &w)) in values.iter().zip(weight).enumerate() {
            let b = basis(bounds.within(value), knot);
            sums[0][lane] += w;
            sums[1][lane] += w * b;
            sums[2][lane] += w * b * b;
        }
    };
    let (rows, rest) = values.as_chunks::<LANES>();
    let (weights, weights_of_rest) = weight.as_chunks::<LANES>();
    rows.iter().zip(weights).for_each(|(values, weight)| add(values, weight));
    add(rest, weights_of_rest);
    sums.map(|lanes| total(&lanes))
}

/// The bend of a value at a knot, or the value itself where the knot is NaN.
#[inline(always)]
fn basis(value: f64, knot: f64) -> f64 {
    if knot.is_nan() { value } else { (value - knot).max(0.0) }
}

/// A standardised term of values, into a column of rows of so many blocks.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn standardised(
    cells: &mut [Block],
    (blocks, column): (usize, usize),
    values: &[f64],
    term: &Term,
    bounds: &Bounds,
    scale: f64,
) {
    let (knot, lane) = (term.knot.unwrap_or(f64::NAN), column % BLOCK);
    for (block, &value) in cells[column / BLOCK..].iter_mut().step_by(blocks).zip(values) {
        block.0[lane] = (basis(bounds.within(value), knot) - term.mean) * scale;
    }
}
