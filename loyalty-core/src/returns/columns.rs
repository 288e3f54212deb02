//! Columns of numbers, in loops that the compiler turns into vector instructions. Each row has the bits
//! that it would have alone.

use multiversion::multiversion;

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
