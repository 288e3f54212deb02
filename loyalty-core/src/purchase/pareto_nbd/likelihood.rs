//! The log-likelihood with its gradient and Hessian in the logarithms of the parameters.
//!
//! ```text
//! ln L = ln Γ(r+x)/Γ(r) − ln (α+T)^(r+x)/α^r − s ln((β+T)/β) + ln(1 + o)
//! ```
//!
//! (Fader & Hardie 2005, eq. 2, with the customer who is alive taken out.) With φ the logarithm of the odds'
//! integrand, π = o/(1+o) the probability to have left, and E the mean over the time of leaving of those who
//! have,
//!
//! ```text
//! ∂ ln(1+o)  = π E[∂φ]
//! ∂² ln(1+o) = π (E[∂²φ] + Cov[∂φ, ∂φ]) + π(1−π) E[∂φ] E[∂φ]ᵀ
//! ```
//!
//! so that derivatives need no more than the moments that come with the odds (`odds.rs`). With ρ = α/(α+τ) and
//! its like of β, d what they are above their values at T, and l = ln((α+τ)/(α+T)),
//!
//! ```text
//! ∂φ/∂(ln r, ln α, ln s, ln β) = (−r l_α, −n d_α, 1 − s l_β, −ρ_β − s d_β)
//! ```

use multiversion::multiversion;

use super::odds::{BLOCK as FEW, Gone, Integrals, MOMENTS, Scales, Top};
use crate::estimation::Evaluation;
use crate::math::elementary::{exp, ln_1p};
use crate::purchase::gamma_poisson::{BLOCK, RateSums};
use crate::purchase::process::Rows;

/// Weighted sums over the histories of one x.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RunSums {
    /// What depends on T alone, of the rates to buy and to leave.
    buying: RateSums,
    leaving: RateSums,
    gone: GoneSums,
}

/// ln(1 + o) with its gradient and the upper triangle of its Hessian by rows.
#[derive(Debug, Clone, Copy, Default)]
struct GoneSums {
    value: f64,
    gradient: [f64; 4],
    hessian: [f64; 10],
}

impl RunSums {
    /// The sums over histories with x repeat purchases.
    pub(super) fn over([r, alpha, s, beta]: [f64; 4], x: f64, rows: Rows<'_>) -> Self {
        let mut sums = Self::default();
        let mut buffers = [[0.0; BLOCK]; 4];
        for (t, weight) in rows.t.chunks(BLOCK).zip(rows.weight.chunks(BLOCK)) {
            sums.buying.add(buffers.each_mut(), alpha, t, weight);
            sums.leaving.add(buffers.each_mut(), beta, t, weight);
        }
        add_gone(&mut sums.gone, [r, alpha, s, beta], x, rows);
        sums
    }

    /// Adds their part of ln L.
    pub(super) fn add_to(&self, total: &mut Evaluation, [r, alpha, s]: [f64; 3], x: f64) {
        self.buying.add_to(total, x, r, alpha);
        self.leaving.add_power_to(total, [2, 3], s);
        total.value += self.gone.value;
        let mut slots = self.gone.hessian.iter();
        for i in 0..4 {
            total.gradient[i] += self.gone.gradient[i];
            for j in i..4 {
                total.hessian[(i, j)] += slots.next().copied().unwrap_or_default();
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_gone(sums: &mut GoneSums, [r, alpha, s, beta]: [f64; 4], x: f64, rows: Rows<'_>) {
    let scales = Scales::new(alpha, s, beta);
    let parts = rows.t_x.chunks(FEW).zip(rows.t.chunks(FEW)).zip(rows.weight.chunks(FEW));
    for ((t_x, t), weight) in parts {
        let terms = [r + x, r + (x - 1.0)];
        let all = Integrals::<MOMENTS, FEW>::of(&scales, |_| terms, t_x, t);
        let odds = Odds::of(&scales, &all, t);
        for row in 0..t.len() {
            if all.sums[row][0] > 0.0 {
                let (top, integrals) = (&all.top[row], &all.sums[row]);
                let gone = Gone::of(&scales, top, integrals);
                sums.value += weight[row] * odds.softplus[row];
                let probabilities = [odds.gone[row], odds.spread[row]].map(|p| weight[row] * p);
                let model = [r, alpha, s, beta];
                sums.add(model, [r + x, t[row]], top, &gone, probabilities, scales.alpha_is_least);
            }
        }
    }
}

/// What the odds of a block of customers say.
struct Odds {
    /// ln(1 + o).
    softplus: [f64; FEW],
    /// π = o/(1+o), and π(1−π).
    gone: [f64; FEW],
    spread: [f64; FEW],
}

impl Odds {
    #[inline(always)]
    fn of(scales: &Scales, all: &Integrals<MOMENTS, FEW>, t: &[f64]) -> Self {
        let mut odds = Self { softplus: [0.0; FEW], gone: [0.0; FEW], spread: [0.0; FEW] };
        for (row, &t) in t.iter().enumerate() {
            let ln_odds = scales.ln_odds(t, all.sums[row][0], all.height[row]);
            // e^−|ln o| gives ln(1+o), π and 1−π at once.
            let e = exp(-ln_odds.abs());
            let high = 1.0 / (1.0 + e);
            let low = e * high;
            odds.softplus[row] = (if ln_odds > 0.0 { ln_odds } else { 0.0 }) + ln_1p(e);
            odds.gone[row] = if ln_odds > 0.0 { high } else { low };
            odds.spread[row] = high * low;
        }
        odds
    }
}

impl GoneSums {
    /// Adds the derivatives of a history that has a time since the last purchase, with its weight times π
    /// and π(1−π).
    #[inline(always)]
    fn add(
        &mut self,
        [r, alpha, s, beta]: [f64; 4],
        [n, t]: [f64; 2],
        top: &Top,
        gone: &Gone,
        [weight, spread]: [f64; 2],
        alpha_is_least: bool,
    ) {
        let ([of_alpha, of_beta], [ln_alpha, ln_beta]) = if alpha_is_least {
            ([top.near, top.far], [top.depth, top.ln_far])
        } else {
            ([top.far, top.near], [top.ln_far, top.depth])
        };
        let buying = Rho::at(alpha, of_alpha, top.since, t);
        let leaving = Rho::at(beta, of_beta, top.since, t);
        let [l_alpha, d_alpha, l_beta, d_beta] = gone.mean;
        let (l_alpha, l_beta) = (l_alpha - ln_alpha, l_beta - ln_beta);
        let mean_rho = leaving.top + d_beta;
        let first = [
            -r * l_alpha,
            -n * (buying.above + d_alpha),
            1.0 - s * l_beta,
            -mean_rho - s * (leaving.above + d_beta),
        ];
        let second = [
            first[0],
            -r * (buying.above + d_alpha),
            0.0,
            0.0,
            -n * buying.mean_bend(d_alpha, gone.square[0]),
            0.0,
            0.0,
            -s * l_beta,
            -s * (leaving.above + d_beta),
            -leaving.mean_variance(d_beta, gone.square[1])
                - s * leaving.mean_bend(d_beta, gone.square[1]),
        ];
        let scale = [-r, -n, -s, -(1.0 + s)];
        let mut slot = 0;
        for i in 0..4 {
            self.gradient[i] += weight * first[i];
            for j in i..4 {
                let covariance = scale[i] * scale[j] * gone.covariance[slot];
                self.hessian[slot] +=
                    weight * (second[slot] + covariance) + spread * first[i] * first[j];
                slot += 1;
            }
        }
    }
}

/// ρ = α/(α+τ) at the top, and how it compares with that at T.
struct Rho {
    top: f64,
    /// 1 − ρ.
    rest: f64,
    /// ρ at T.
    now: f64,
    /// ρ less that at T.
    above: f64,
}

impl Rho {
    /// By α + τ and T − τ.
    #[inline(always)]
    fn at(scale: f64, age: f64, since: f64, t: f64) -> Self {
        let (top, now) = (scale / age, 1.0 / (scale + t));
        Self { top, rest: (t - since) / age, now: scale * now, above: top * (since * now) }
    }

    /// E[(ρ−ρ_T)(1−ρ−ρ_T)] by the mean of ρ and of its square, both from the top on.
    #[inline(always)]
    fn mean_bend(&self, mean: f64, square: f64) -> f64 {
        let at_top = self.above * (self.rest - self.now);
        at_top + mean * (self.rest - self.top) - square
    }

    /// E[ρ(1−ρ)] in the same way.
    #[inline(always)]
    fn mean_variance(&self, mean: f64, square: f64) -> f64 {
        self.top * self.rest + mean * (self.rest - self.top) - square
    }
}
