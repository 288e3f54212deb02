//! The loss of the line model, its gradient and its Hessian over a tile of rows.

use multiversion::multiversion;

use super::columns::loss;
use crate::special::elementary::logistic;
use crate::special::vector::dot;

/// Rows of a tile: it and what is computed of it stay in the nearest cache.
pub(crate) const TILE: usize = 64;

/// Columns that are added side by side; rows have a multiple of it.
pub(crate) const BLOCK: usize = 8;

/// Rows of the Hessian that are added at a time, so that their sums stay in registers.
const AT_ONCE: usize = 4;

/// Rows of standardised terms, at most [`TILE`] of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile<'a> {
    pub(crate) cells: &'a [f64],
    pub(crate) target: &'a [f64],
    pub(crate) weight: &'a [f64],
}

/// Sums over rows: the loss, its gradient and the upper triangle of its Hessian.
#[derive(Debug, Clone)]
pub(crate) struct Sums {
    pub(crate) loss: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: Vec<f64>,
    /// The rows of a tile, each times its curvature.
    curved: Vec<f64>,
}

impl Sums {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            loss: 0.0,
            gradient: vec![0.0; width],
            hessian: vec![0.0; width * width],
            curved: vec![0.0; TILE * width],
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(a, b)| *a += b);
        self.hessian.iter_mut().zip(&other.hessian).for_each(|(a, b)| *a += b);
    }

    /// Adds a tile whose rows stand for `times` as many.
    pub(crate) fn add_tile(&mut self, tile: &Tile<'_>, beta: &[f64], times: f64) {
        add_tile(self, tile, beta, times);
    }
}

/// The loss over a tile.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(crate) fn loss_of(tile: &Tile<'_>, beta: &[f64]) -> f64 {
    let mut losses = [0.0; TILE];
    log_odds(tile, beta, &mut losses);
    for (z, (y, w)) in losses.iter_mut().zip(tile.target.iter().zip(tile.weight)) {
        *z = w * loss(*z, *y);
    }
    losses[..tile.target.len()].iter().sum()
}

#[inline(always)]
fn log_odds(tile: &Tile<'_>, beta: &[f64], log_odds: &mut [f64; TILE]) {
    for (z, cells) in log_odds.iter_mut().zip(tile.cells.chunks_exact(beta.len())) {
        *z = dot(cells, beta);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_tile(sums: &mut Sums, tile: &Tile<'_>, beta: &[f64], times: f64) {
    let (width, rows) = (beta.len(), tile.target.len());
    let (mut slope, mut curvature, mut losses) = ([0.0; TILE], [0.0; TILE], [0.0; TILE]);
    log_odds(tile, beta, &mut losses);
    for i in 0..rows {
        let (z, y, w) = (losses[i], tile.target[i], times * tile.weight[i]);
        let p = logistic(z);
        losses[i] = w * loss(z, y);
        slope[i] = w * (p - y);
        curvature[i] = w * (p * (1.0 - p));
    }
    sums.loss += losses[..rows].iter().sum::<f64>();
    for (i, cells) in tile.cells.chunks_exact(width).enumerate() {
        let curved = &mut sums.curved[i * width..(i + 1) * width];
        for ((g, c), x) in sums.gradient.iter_mut().zip(curved).zip(cells) {
            *g += slope[i] * x;
            *c = curvature[i] * x;
        }
    }
    for i in (0..width).step_by(AT_ONCE) {
        // Whole blocks: from the one that the diagonal is in.
        for j in (i - i % BLOCK..width).step_by(BLOCK) {
            let mut block = [[0.0; BLOCK]; AT_ONCE];
            let rows = tile.cells.chunks_exact(width).zip(sums.curved.chunks_exact(width));
            for (cells, curved) in rows {
                let curved: &[f64; AT_ONCE] = curved[i..].first_chunk().unwrap_or(&[0.0; AT_ONCE]);
                let cells: &[f64; BLOCK] = cells[j..].first_chunk().unwrap_or(&[0.0; BLOCK]);
                for (block, c) in block.iter_mut().zip(curved) {
                    for (h, x) in block.iter_mut().zip(cells) {
                        *h += c * x;
                    }
                }
            }
            for (k, block) in block.iter().enumerate() {
                let target = &mut sums.hessian[(i + k) * width + j..][..BLOCK];
                target.iter_mut().zip(block).for_each(|(h, b)| *h += b);
            }
        }
    }
}
