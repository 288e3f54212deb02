//! The purchases of customers while they are alive: Poisson at rate λ ~ Gamma(r, rate α).
//!
//! ```text
//! ln L = ln Γ(r+x)/Γ(r) − ln (α+T)^(r+x)/α^r
//! ```
//!
//! With ρ = α/(α+T), the derivatives by ln α are r(1−ρ) − xρ and −(r+x) ρ(1−ρ).

use multiversion::multiversion;

use crate::estimation::Evaluation;
use crate::math::elementary::{ln, ln_1p};
use crate::math::random::Random;
use crate::math::vector::dot;
use crate::math::{digamma_rise, ln_gamma_ratio, trigamma_drop};

/// Histories worked on at once: their intermediate results stay in the first-level cache.
pub(super) const BLOCK: usize = 256;

/// Weighted sums over the histories of one x.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RateSums {
    pub(super) weight: f64,
    /// ln((α+T)/α).
    ln_growth: f64,
    /// ρ = α/(α+T).
    rho: f64,
    /// 1−ρ.
    rest: f64,
    /// ρ(1−ρ).
    rho_variance: f64,
}

impl RateSums {
    /// Adds a block of histories, by T and weight.
    pub(super) fn add(
        &mut self,
        buffers: [&mut [f64; BLOCK]; 4],
        alpha: f64,
        t: &[f64],
        weight: &[f64],
    ) {
        add_block(self, buffers, alpha, t, weight);
    }

    /// Adds their part of ln L with its derivatives by ln r and ln α, the first two parameters.
    pub(super) fn add_to(&self, total: &mut Evaluation, x: f64, r: f64, alpha: f64) {
        let w = self.weight;
        total.value += w * (ln_gamma_ratio(r, x) - x * ln(alpha)) - (r + x) * self.ln_growth;
        let (by_r, by_rr) = (digamma_rise(r, x), -trigamma_drop(r, x));
        total.gradient[0] += r * (w * by_r - self.ln_growth);
        // ∂/∂ln α = r − (r+x)ρ, without the cancellation of a large r
        total.gradient[1] += r * self.rest - x * self.rho;
        total.hessian[(0, 0)] += r * (w * by_r - self.ln_growth) + r * r * w * by_rr;
        total.hessian[(0, 1)] += r * self.rest;
        total.hessian[(1, 1)] -= (r + x) * self.rho_variance;
    }

    /// Adds ln (α/(α+T))^r by itself, such as the probability to last until T at a rate of this gamma
    /// distribution, with its derivatives by ln r and ln α in these slots.
    pub(super) fn add_power_to(
        &self,
        total: &mut Evaluation,
        [of_r, of_alpha]: [usize; 2],
        r: f64,
    ) {
        total.value -= r * self.ln_growth;
        total.gradient[of_r] -= r * self.ln_growth;
        total.gradient[of_alpha] += r * self.rest;
        total.hessian[(of_r, of_r)] -= r * self.ln_growth;
        total.hessian[(of_r, of_alpha)] += r * self.rest;
        total.hessian[(of_alpha, of_alpha)] -= r * self.rho_variance;
    }
}

/// The purchases at a rate from the first one until a time: their number, and the time of the last.
pub(super) fn draw_purchases(random: &mut Random, rate: f64, until: f64) -> (f64, f64) {
    let (mut x, mut t_x) = (0.0, 0.0);
    draw_each_purchase(random, rate, until, |at| (x, t_x) = (x + 1.0, at));
    (x, t_x)
}

/// The time of each purchase at a rate, up to a time.
pub(super) fn draw_each_purchase(
    random: &mut Random,
    rate: f64,
    until: f64,
    mut purchase: impl FnMut(f64),
) {
    let mut at = 0.0;
    loop {
        at += random.exponential() / rate;
        // A rate that underflows to 0 never gets there.
        if at > until || at.is_nan() {
            return;
        }
        purchase(at);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_block(
    sums: &mut RateSums,
    [growth, rho, rest, variance]: [&mut [f64; BLOCK]; 4],
    alpha: f64,
    t: &[f64],
    weight: &[f64],
) {
    let per_alpha = 1.0 / alpha;
    let rows = t.len().min(BLOCK);
    for row in 0..rows {
        let per_age = 1.0 / (alpha + t[row]);
        growth[row] = ln_1p(t[row] * per_alpha);
        rho[row] = alpha * per_age;
        rest[row] = t[row] * per_age;
        variance[row] = rho[row] * rest[row];
    }
    sums.weight += weight.iter().sum::<f64>();
    sums.ln_growth += dot(&growth[..rows], weight);
    sums.rho += dot(&rho[..rows], weight);
    sums.rest += dot(&rest[..rows], weight);
    sums.rho_variance += dot(&variance[..rows], weight);
}
