//! Log-likelihood of the family with its gradient and Hessian in the logarithms of the parameters.
//!
//! ```text
//! ln L = ln Γ(r+x)/Γ(r) − ln (α+T)^(r+x)/α^r + ln B(a, b+k)/B(a, b) + [k > 0] ln(1 + e^u)
//! u    = ln a − ln(b+k−1) + (r+x) ln((α+T)/(α+t_x))
//! ```
//!
//! (Fader, Hardie & Lee 2005, eq. 6, with k = x and the larger of the two powers taken out; Batislam,
//! Denizel & Filiztekin 2007, eq. 2, with k = x + 1.) What depends on x alone is worked out once per run
//! of equal x, so a history costs three logarithms and an exponential (`sums.rs`). With ρ = α/(α+T) and
//! ρ_x = α/(α+t_x), the derivatives by ln α are those of the rate (`gamma_poisson.rs`) and
//!
//! ```text
//! ∂u/∂ln α = (r+x)(ρ−ρ_x),    ∂²u = (r+x)(ρ(1−ρ) − ρ_x(1−ρ_x))
//! ```

use super::counts::ln_survived;
use super::sums::RunSums;
use crate::estimation::Evaluation;
use crate::math::{digamma_rise, trigamma_drop};

/// Adds a run of customers with x repeat purchases and k occasions to leave: its sums times what
/// depends on these and the parameters alone.
pub(super) fn add_run(
    total: &mut Evaluation,
    [r, alpha, a, b]: [f64; 4],
    x: f64,
    k: f64,
    sums: &RunSums,
) {
    sums.rate.add_to(total, x, r, alpha);
    if k > 0.0 {
        add_survived(total, k, a, b, sums.rate.weight);
        add_ended(total, r, r + x, k, b, sums);
    }
}

/// ln B(a, b+k) / B(a, b).
pub(in crate::purchase) fn add_survived(total: &mut Evaluation, k: f64, a: f64, b: f64, w: f64) {
    total.value += w * ln_survived(a, b, k);
    let (by_a, by_aa) = (-digamma_rise(a + b, k), trigamma_drop(a + b, k));
    let (by_b, by_bb) = (by_a + digamma_rise(b, k), by_aa - trigamma_drop(b, k));
    total.gradient[2] += w * a * by_a;
    total.gradient[3] += w * b * by_b;
    total.hessian[(2, 2)] += w * (a * by_a + a * a * by_aa);
    total.hessian[(2, 3)] += w * a * b * by_aa;
    total.hessian[(3, 3)] += w * (b * by_b + b * b * by_bb);
}

/// ln(1 + e^u), with s = r + x.
fn add_ended(total: &mut Evaluation, r: f64, s: f64, k: f64, b: f64, sums: &RunSums) {
    total.value += sums.softplus;
    let beta = b / (b + (k - 1.0));
    let [by_u, since, drop, bend] = sums.first;
    // ∂u/∂(ln r, ln α, ln a, ln b) = (r·since, s·drop, 1, −beta)
    let first = [r * since, s * drop, by_u, -beta * by_u];
    total.gradient.iter_mut().zip(first).for_each(|(g, term)| *g += term);
    let [one, l, d, ll, ld, dd] = sums.second;
    let second = [
        [r * r * ll, r * s * ld, r * l, -r * beta * l],
        [0.0, s * s * dd, s * d, -s * beta * d],
        [0.0, 0.0, one, -beta * one],
        [0.0, 0.0, 0.0, beta * beta * one],
    ];
    for (i, terms) in second.into_iter().enumerate() {
        terms.into_iter().enumerate().for_each(|(j, term)| total.hessian[(i, j)] += term);
    }
    total.hessian[(0, 0)] += r * since;
    total.hessian[(0, 1)] += r * drop;
    total.hessian[(1, 1)] += s * bend;
    total.hessian[(3, 3)] -= by_u * beta * (k - 1.0) / (b + (k - 1.0));
}
