//! Columns of numbers, in loops that the compiler turns into vector instructions. Each row has the bits
//! that it would have alone.

use multiversion::multiversion;

use super::kernel::{BLOCK, Block};
use super::keys::Counts;
use super::level::Due;
use super::line::{Bounds, Term};
use super::shrink::Shrinkage;
use crate::math::elementary::{exp, ln, ln_1p, logistic};
use crate::math::vector::{LANES, total};

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

/// 1 / (1 + e^−x) of each.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn logistic_each(values: &mut [f64]) {
    for value in values {
        *value = logistic(*value);
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

/// Log-odds z of histories as far as they are believed: z E / (E + k).
pub(crate) fn believed_each(prior: &Shrinkage, exposure: &[f64], log_odds: &mut [f64]) {
    let each = log_odds.iter_mut().zip(exposure);
    each.for_each(|(z, &exposure)| *z *= prior.belief(exposure));
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
    let sums = sums_of([values, weight], |[x, w]| {
        let (x, w) = if x.is_nan() { (0.0, 0.0) } else { (x, w) };
        [w, w * x, w * x * x]
    });
    let (mut least, mut most) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (rows, rest) = values.as_chunks::<LANES>();
    let mut last = [f64::NAN; LANES];
    last[..rest.len()].copy_from_slice(rest);
    for x in rows.iter().chain([&last]) {
        // Nothing is less or more than what is missing.
        for lane in 0..LANES {
            least[lane] = if x[lane] < least[lane] { x[lane] } else { least[lane] };
            most[lane] = if x[lane] > most[lane] { x[lane] } else { most[lane] };
        }
    }
    let least = least.into_iter().fold(f64::INFINITY, f64::min);
    (sums, [least, most.into_iter().fold(f64::NEG_INFINITY, f64::max)])
}

/// What a prediction costs, Σ w (ln(1 + e^z) − y z); how far it is off, Σ w (y − p); and Σ w p (1 − p),
/// for log-odds z shifted by as much.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn losses(log_odds: &[f64], shift: f64, target: &[f64], weight: &[f64]) -> [f64; 3] {
    sums_of([log_odds, target, weight], |[z, y, w]| {
        let z = z + shift;
        let p = logistic(z);
        [w * loss(z, y), w * (y - p), w * (p * (1.0 - p))]
    })
}

/// Sums of what lines tell of the level by a step of their age, from `begin` to `age` days, under log-odds
/// shifted by as much; those that were back before tell nothing.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn told(
    log_odds: &[f64],
    lag: &[f64],
    weight: &[f64],
    shift: f64,
    ([begin, age], due): ([f64; 2], Due),
) -> [f64; 2] {
    sums_of([log_odds, lag, weight], |[z, lag, w]| {
        let [score, information] = due.told(z + shift, f64::from(lag < age));
        let counts = if lag < begin { 0.0 } else { w };
        [counts * score, counts * information]
    })
}

/// ln(1 + e^z) − y z.
#[inline(always)]
pub(crate) fn loss(z: f64, y: f64) -> f64 {
    z.max(0.0) - y * z + ln_1p(exp(-z.abs()))
}

/// Rows of which all terms of a sum are worked out before they are added.
const AT_ONCE: usize = 64;

/// Sums over rows of terms of their columns; the terms of a row of zeros are 0. The lanes are part of the
/// definition of the sums.
#[inline(always)]
pub(crate) fn sums_of<const COLUMNS: usize, const SUMS: usize>(
    columns: [&[f64]; COLUMNS],
    terms: impl Fn([f64; COLUMNS]) -> [f64; SUMS],
) -> [f64; SUMS] {
    let mut sums = [[0.0; LANES]; SUMS];
    let (mut block, mut of_rows) = ([[0.0; AT_ONCE]; COLUMNS], [[0.0; AT_ONCE]; SUMS]);
    for first in (0..columns[0].len()).step_by(AT_ONCE) {
        for (block, column) in block.iter_mut().zip(columns) {
            match column[first..].first_chunk() {
                Some(whole) => *block = *whole,
                None => *block = padded(&column[first..]),
            }
        }
        // Row by row without a sum between them, so that this becomes vector instructions.
        for row in 0..AT_ONCE {
            let of_row = terms(std::array::from_fn(|column| block[column][row]));
            for (column, term) in of_rows.iter_mut().zip(of_row) {
                column[row] = term;
            }
        }
        for (sums, terms) in sums.iter_mut().zip(&of_rows) {
            for terms in terms.as_chunks::<LANES>().0 {
                sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            }
        }
    }
    sums.map(total)
}

/// The last rows, followed by zeros.
fn padded(values: &[f64]) -> [f64; AT_ONCE] {
    let mut block = [0.0; AT_ONCE];
    block[..values.len()].copy_from_slice(values);
    block
}

/// Σ w, Σ w b, Σ w b² of a basis of values within bounds.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn basis_moments(
    values: &[f64],
    weight: &[f64],
    bounds: &Bounds,
    knot: Option<f64>,
) -> [f64; 3] {
    let (bounds, knot) = (*bounds, knot.unwrap_or(f64::NAN));
    sums_of([values, weight], |[value, w]| {
        let b = basis(bounds.within(value), knot);
        [w, w * b, w * b * b]
    })
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
