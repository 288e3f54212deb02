//! The loss of the line model, its gradient and its Hessian over a tile of rows.

use multiversion::multiversion;
use nalgebra::DMatrix;

use super::columns::loss;
use crate::math::elementary::logistic;
use crate::math::vector::total;

/// Rows of a tile: it and what is computed of it stay in the nearest cache (64 rows of 64 columns are 32 KB).
pub(crate) const TILE: usize = 64;

/// Columns that are added side by side; rows have a multiple of it.
pub(crate) const BLOCK: usize = 8;

/// Added to the diagonal of every Hessian: columns of padding, and terms that do not vary, have nothing but
/// their penalty, which may be 0. It is a billionth of the least penalty tried.
pub(crate) const NEVER_SINGULAR: f64 = 1e-9;

/// Columns of a row that lie in one line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Block(pub(crate) [f64; BLOCK]);

impl Block {
    pub(crate) const ZERO: Self = Self([0.0; BLOCK]);
}

/// Rows of the Hessian that are added at a time, so that their sums stay in registers.
const AT_ONCE: usize = 4;

/// Rows of standardised terms, at most [`TILE`] of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tile<'a> {
    pub(crate) cells: &'a [Block],
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
    curved: Vec<Block>,
}

impl Sums {
    pub(crate) fn new(width: usize) -> Self {
        Self {
            loss: 0.0,
            gradient: vec![0.0; width],
            hessian: vec![0.0; width * width],
            curved: vec![Block::ZERO; TILE * width / BLOCK],
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(a, b)| *a += b);
        self.hessian.iter_mut().zip(&other.hessian).for_each(|(a, b)| *a += b);
    }

    /// The Hessian, with the penalty of each column on its diagonal.
    pub(crate) fn hessian(&self, penalty: impl Fn(usize) -> f64) -> DMatrix<f64> {
        let n = self.gradient.len();
        DMatrix::from_fn(n, n, |i, j| {
            let (i, j) = (i.min(j), i.max(j));
            self.hessian[i * n + j] + if i == j { penalty(i) + NEVER_SINGULAR } else { 0.0 }
        })
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
    let beta = beta.as_chunks::<BLOCK>().0;
    let mut lanes = [Block::ZERO; TILE];
    for (lanes, cells) in lanes.iter_mut().zip(tile.cells.chunks_exact(beta.len())) {
        for (cells, beta) in cells.iter().zip(beta) {
            for ((sum, x), b) in lanes.0.iter_mut().zip(&cells.0).zip(beta) {
                *sum += x * b;
            }
        }
    }
    for (z, lanes) in log_odds.iter_mut().zip(&lanes) {
        *z = total(lanes.0);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_tile(sums: &mut Sums, tile: &Tile<'_>, beta: &[f64], times: f64) {
    let (width, rows) = (beta.len(), tile.target.len());
    let blocks = width / BLOCK;
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
    let curved = &mut sums.curved[..rows * blocks];
    for (j, gradient) in sums.gradient.as_chunks_mut().0.iter_mut().enumerate() {
        let mut sum: [f64; BLOCK] = *gradient;
        let cells = tile.cells.chunks_exact(blocks).zip(curved.chunks_exact_mut(blocks));
        for ((cells, curved), (s, c)) in cells.zip(slope.iter().zip(&curvature)) {
            let x = cells[j].0;
            for lane in 0..BLOCK {
                sum[lane] += s * x[lane];
            }
            curved[j] = Block(x.map(|x| c * x));
        }
        *gradient = sum;
    }
    for i in (0..width).step_by(AT_ONCE) {
        let (of, within) = (i / BLOCK, i % BLOCK);
        // Whole blocks: from the one that the diagonal is in.
        for j in of..blocks {
            let mut block = [[0.0; BLOCK]; AT_ONCE];
            for (cells, curved) in tile.cells.chunks_exact(blocks).zip(curved.chunks_exact(blocks))
            {
                let (c, x) = (&curved[of].0, &cells[j].0);
                for k in 0..AT_ONCE {
                    for lane in 0..BLOCK {
                        block[k][lane] += c[within + k] * x[lane];
                    }
                }
            }
            for (k, block) in block.iter().enumerate() {
                let target = &mut sums.hessian[(i + k) * width + j * BLOCK..][..BLOCK];
                target.iter_mut().zip(block).for_each(|(h, b)| *h += b);
            }
        }
    }
}
