//! Loops over the cells of a grid, in the vector instructions that the machine has.
//!
//! The lanes are part of the definition of a sum: every machine adds in the same order.

use multiversion::multiversion;

use super::cells::CELLS;
use crate::math::elementary::exp;
use crate::math::vector::{LANES, dot, total};

/// Multiplies masses by e^(y u − n A − top); returns their sum. What lies far below the top is kept from
/// becoming subnormal.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn tilt(
    mass: &mut [f64; CELLS],
    cumulant: &[f64; CELLS],
    (hits, trials): (f64, f64),
    (first, width): (f64, f64),
    top: f64,
) -> f64 {
    const LEAST: f64 = -100.0;
    let mut lanes = [0.0; LANES];
    let begin = hits * first - top;
    for (block, (mass, cumulant)) in
        mass.as_chunks_mut::<LANES>().0.iter_mut().zip(cumulant.as_chunks::<LANES>().0).enumerate()
    {
        for lane in 0..LANES {
            let cell = (block * LANES + lane) as f64;
            let ln = begin + hits * width * cell - trials * cumulant[lane];
            let ln = if ln < LEAST { LEAST } else { ln };
            mass[lane] *= exp(ln);
            lanes[lane] += mass[lane];
        }
    }
    total(lanes)
}

/// Σ m v and Σ m v².
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn sums(mass: &[f64; CELLS], values: &[f64; CELLS]) -> (f64, f64) {
    let (mut sum, mut squares) = ([0.0; LANES], [0.0; LANES]);
    for (mass, values) in mass.as_chunks::<LANES>().0.iter().zip(values.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            let part = mass[lane] * values[lane];
            sum[lane] += part;
            squares[lane] += part * values[lane];
        }
    }
    (total(sum), total(squares))
}

/// Adds to `gain` each row by its product with the masses: the M step of the EM algorithm.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn gain(rows: &[[f64; CELLS]], mass: &[f64; CELLS]) -> [f64; CELLS] {
    let mut gain = [0.0; CELLS];
    for row in rows {
        let all = dot(row, mass);
        let weight = if all > 0.0 { 1.0 / all } else { 0.0 };
        gain.iter_mut().zip(row).for_each(|(gain, one)| *gain += weight * one);
    }
    gain
}

/// A parabola through three neighbours of a table, at each of its places from the second on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn between(table: &[f64], [left, middle, right]: [f64; 3]) -> [f64; CELLS] {
    let mut out = [0.0; CELLS];
    let (before, at, after) = (&table[..CELLS], &table[1..=CELLS], &table[2..CELLS + 2]);
    for cell in 0..CELLS {
        out[cell] = left * before[cell] + middle * at[cell] + right * after[cell];
    }
    out
}
