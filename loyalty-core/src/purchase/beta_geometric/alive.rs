//! P(alive) by the block, in vector instructions.

use multiversion::multiversion;

use crate::math::elementary::{ln_1p, logistic};
use crate::purchase::process::BLOCK;

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn p_alive(
    alpha: f64,
    ln_odds: &[f64; BLOCK],
    shape: &[f64; BLOCK],
    t_x: &[f64; BLOCK],
    t: &[f64; BLOCK],
    out: &mut [f64],
) {
    let columns = ln_odds.iter().zip(shape).zip(t_x.iter().zip(t));
    for (out, ((ln_odds, shape), (t_x, t))) in out.iter_mut().zip(columns) {
        *out = logistic(ln_odds - shape * ln_1p((t - t_x) / (alpha + t_x)));
    }
}
