//! The inner loop of the likelihood: sums over the histories of one x.

use multiversion::multiversion;

use crate::math::elementary::{exp, ln_1p};
use crate::math::vector::dot;
use crate::purchase::gamma_poisson::{BLOCK, RateSums};

/// Room for what is worked out of a block.
type Buffers = [[f64; BLOCK]; 8];

/// Weighted sums over the histories of one x.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RunSums {
    /// What depends on T alone.
    pub(super) rate: RateSums,
    /// ln(1 + e^u).
    pub(super) softplus: f64,
    /// σ = ∂ln(1+e^u)/∂u, times 1, ln((α+T)/(α+t_x)), ∂u/∂ln α and ∂²u/∂ln α², the last two over r+x.
    pub(super) first: [f64; 4],
    /// σ(1−σ), times the products of 1, the logarithm l and ∂u/∂ln α d: 1, l, d, ll, ld, dd.
    pub(super) second: [f64; 6],
}

/// What the sums of one x depend on besides the histories.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunPoint {
    pub(super) alpha: f64,
    /// r + x.
    pub(super) shape: f64,
    /// ln(a/(b+k−1)) after k occasions to leave; `None` without any.
    pub(super) ln_odds: Option<f64>,
}

impl RunSums {
    /// The sums over histories given by t_x, T and weight.
    pub(super) fn over(point: RunPoint, t_x: &[f64], t: &[f64], weight: &[f64]) -> Self {
        let mut sums = Self::default();
        // Both steps work in the same buffers: filling them with zeros is a sixth of a fit's instructions
        // where few customers share an x.
        let mut buffers = [[0.0; BLOCK]; 8];
        let blocks = t_x.chunks(BLOCK).zip(t.chunks(BLOCK)).zip(weight.chunks(BLOCK));
        for ((t_x, t), weight) in blocks {
            let [first, second, third, fourth, ..] = &mut buffers;
            sums.rate.add([first, second, third, fourth], point.alpha, t, weight);
            if let Some(ln_odds) = point.ln_odds {
                add_unsure(&mut sums, &mut buffers, point, ln_odds, t_x, t, weight);
            }
        }
        sums
    }
}

/// What depends on u, for customers who can have left.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_unsure(
    sums: &mut RunSums,
    buffers: &mut Buffers,
    RunPoint { alpha, shape, .. }: RunPoint,
    ln_odds: f64,
    t_x: &[f64],
    t: &[f64],
    weight: &[f64],
) {
    let [since, drop, bend, softplus, sigma, spread, spread_since, spread_drop] = buffers;
    let rows = t.len().min(BLOCK);
    let (t_x, t, weight) = (&t_x[..rows], &t[..rows], &weight[..rows]);
    for row in 0..rows {
        let (per_age, per_last) = (1.0 / (alpha + t[row]), 1.0 / (alpha + t_x[row]));
        let gap = (t[row] - t_x[row]) * per_last;
        let (rho, rho_x) = (alpha * per_age, alpha * per_last);
        since[row] = ln_1p(gap);
        // ρ − ρ_x without cancellation where t_x is near T.
        drop[row] = -rho * gap;
        bend[row] = rho * (t[row] * per_age) - rho_x * (t_x[row] * per_last);
    }
    for row in 0..rows {
        let u = ln_odds + shape * since[row];
        // e^−|u| gives ln(1+e^u), σ(u) and σ(−u) at once.
        let e = exp(-u.abs());
        let share = 1.0 / (1.0 + e);
        let (high, low) = (share, e * share);
        softplus[row] = (if u > 0.0 { u } else { 0.0 }) + ln_1p(e);
        sigma[row] = weight[row] * if u > 0.0 { high } else { low };
        spread[row] = weight[row] * high * low;
        spread_since[row] = spread[row] * since[row];
        spread_drop[row] = spread[row] * drop[row];
    }
    let (since, drop, bend) = (&since[..rows], &drop[..rows], &bend[..rows]);
    let (sigma, spread) = (&sigma[..rows], &spread[..rows]);
    sums.softplus += dot(&softplus[..rows], weight);
    let ones = &[1.0; BLOCK][..rows];
    for (sum, factor) in sums.first.iter_mut().zip([ones, since, drop, bend]) {
        *sum += dot(sigma, factor);
    }
    let (spread_since, spread_drop) = (&spread_since[..rows], &spread_drop[..rows]);
    let pairs = [
        (spread, ones),
        (spread, since),
        (spread, drop),
        (spread_since, since),
        (spread_since, drop),
        (spread_drop, drop),
    ];
    for (sum, (a, b)) in sums.second.iter_mut().zip(pairs) {
        *sum += dot(a, b);
    }
}
