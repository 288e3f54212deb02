//! Log-likelihood of the models of regular customers, with gradient and Hessian in the logarithms of the
//! parameters, at a given k.
//!
//! ```text
//! ln L = (k−1) Σ ln gaps − x ln Γ(k) + ln Γ(s)/Γ(r) − ln (α+T)^s/α^r + ln B(a, b+m)/B(a, b)
//!        + V + [m > 0] ln(1 + e^u),     s = r + kx
//! V    = ln Σ_{j<k} w_j,   w_j as in `phases.rs`
//! u    = ln a − ln(b+m−1) + s ln((α+T)/(α+t_x)) − V
//! ```
//!
//! m occasions to leave lie behind. The first term is a constant of the data and added once for all. With
//! ρ = α/(α+T), the derivatives of V are E R and −ρ E j by ln r and ln α, and those of second order
//!
//! ```text
//! V_rr = E R + Var R − E R′,   V_rα = −ρ Cov(R, j),   V_αα = ρ² Var j − ρ(1−ρ) E j
//! ```

use super::phases::Phases;
use crate::estimation::Evaluation;
use crate::math::elementary::{exp, ln_1p};
use crate::math::ln_gamma;
use crate::purchase::beta_geometric::add_survived;
use crate::purchase::gamma_poisson::{BLOCK, RateSums};
use crate::purchase::process::Rows;

/// What the sums of one x depend on besides the histories.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunPoint {
    pub(super) r: f64,
    pub(super) alpha: f64,
    pub(super) k: u32,
    /// r + kx.
    pub(super) shape: f64,
    /// ln(a/(b+m−1)); `None` without an occasion to leave.
    pub(super) ln_odds: Option<f64>,
}

/// Weighted sums over the histories of one x.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RegularSums {
    rate: RateSums,
    /// V + ln(1 + e^u).
    value: f64,
    /// Its derivatives by ln r and ln α, and of second order: rr, rα, αα.
    gradient: [f64; 2],
    hessian: [f64; 3],
    /// σ = ∂ln(1+e^u)/∂u, and σ(1−σ) times 1, ∂u/∂ln r, ∂u/∂ln α.
    sigma: f64,
    spread: [f64; 3],
}

/// V, the logarithm of (α+T)/(α+t_x), and their derivatives, of one history.
struct Terms {
    v: f64,
    v_first: [f64; 2],
    v_second: [f64; 3],
    u: f64,
    u_first: [f64; 2],
    u_second: [f64; 3],
}

impl RegularSums {
    pub(super) fn over(point: RunPoint, rows: Rows<'_>) -> Self {
        let mut sums = Self::default();
        let mut buffers = [[0.0; BLOCK]; 4];
        for (t, weight) in rows.t.chunks(BLOCK).zip(rows.weight.chunks(BLOCK)) {
            sums.rate.add(buffers.each_mut(), point.alpha, t, weight);
        }
        for ((&t_x, &t), &weight) in rows.t_x.iter().zip(rows.t).zip(rows.weight) {
            let terms = Terms::of(&point, t_x, t);
            match point.ln_odds {
                Some(ln_odds) => sums.add_unsure(&terms, ln_odds + terms.u, weight),
                None => sums.add_alive(&terms, weight),
            }
        }
        sums
    }

    fn add_alive(&mut self, terms: &Terms, weight: f64) {
        self.value += weight * terms.v;
        self.gradient.iter_mut().zip(terms.v_first).for_each(|(sum, v)| *sum += weight * v);
        self.hessian.iter_mut().zip(terms.v_second).for_each(|(sum, v)| *sum += weight * v);
    }

    fn add_unsure(&mut self, terms: &Terms, u: f64, weight: f64) {
        self.add_alive(terms, weight);
        // e^−|u| gives ln(1+e^u), σ(u) and σ(−u) at once.
        let e = exp(-u.abs());
        let share = 1.0 / (1.0 + e);
        let (high, low) = (share, e * share);
        self.value += weight * (u.max(0.0) + ln_1p(e));
        let (sigma, spread) = (weight * if u > 0.0 { high } else { low }, weight * high * low);
        let [by_r, by_alpha] = terms.u_first;
        let products = [by_r * by_r, by_r * by_alpha, by_alpha * by_alpha];
        self.gradient.iter_mut().zip(terms.u_first).for_each(|(sum, u)| *sum += sigma * u);
        for (sum, (second, product)) in
            self.hessian.iter_mut().zip(terms.u_second.into_iter().zip(products))
        {
            *sum += sigma * second + spread * product;
        }
        self.sigma += sigma;
        let factors = [1.0, by_r, by_alpha];
        self.spread.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += spread * factor);
    }

    /// Adds them to ln L, after x repeat purchases and m occasions to leave.
    pub(super) fn add_to(
        &self,
        total: &mut Evaluation,
        [r, alpha, a, b]: [f64; 4],
        [k, x, m]: [f64; 3],
    ) {
        let weight = self.rate.weight;
        self.rate.add_to(total, k * x, r, alpha);
        total.value += self.value - weight * x * ln_gamma(k);
        total.gradient.iter_mut().zip(self.gradient).for_each(|(g, term)| *g += term);
        for ((i, j), term) in [(0, 0), (0, 1), (1, 1)].into_iter().zip(self.hessian) {
            total.hessian[(i, j)] += term;
        }
        if m == 0.0 {
            return;
        }
        add_survived(total, m, a, b, weight);
        // ∂u/∂(ln a, ln b) = (1, −beta)
        let beta = b / (b + (m - 1.0));
        total.gradient[2] += self.sigma;
        total.gradient[3] -= beta * self.sigma;
        let [one, by_r, by_alpha] = self.spread;
        let second = [
            [by_r, -beta * by_r],
            [by_alpha, -beta * by_alpha],
            [one, -beta * one],
            [0.0, beta * beta * one],
        ];
        for (i, [by_a, by_b]) in second.into_iter().enumerate() {
            total.hessian[(i, 2)] += by_a;
            total.hessian[(i, 3)] += by_b;
        }
        total.hessian[(3, 3)] -= self.sigma * beta * (m - 1.0) / (b + (m - 1.0));
    }
}

impl Terms {
    /// u without the odds.
    fn of(&RunPoint { r, alpha, k, shape, .. }: &RunPoint, t_x: f64, t: f64) -> Self {
        let (per_age, per_last) = (1.0 / (alpha + t), 1.0 / (alpha + t_x));
        let gap = (t - t_x) * per_last;
        let (rho, rho_x) = (alpha * per_age, alpha * per_last);
        let rest = rho * (t * per_age);
        let since = ln_1p(gap);
        // ρ − ρ_x without cancellation where t_x is near T.
        let (drop, bend) = (-rho * gap, rest - rho_x * (t_x * per_last));
        let phases = Phases::of(k, r, shape, (t - t_x) * per_age);
        let v_first = [phases.by_r, -rho * phases.mean];
        let v_second = [
            phases.by_r + phases.variance_by_r - phases.squares,
            -rho * phases.covariance,
            rho * rho * phases.variance - rest * phases.mean,
        ];
        let u_first = [r * since - v_first[0], shape * drop - v_first[1]];
        let u_second =
            [r * since - v_second[0], r * drop - v_second[1], shape * bend - v_second[2]];
        let v = phases.ln_sum;
        Self { v, v_first, v_second, u: shape * since - v, u_first, u_second }
    }
}
