//! The odds that a customer has left, by one positive integral, and the moments of the time they left at.
//!
//! ```text
//! o = P(gone)/P(alive) = ∫_{t_x}^T s/(β+τ) · ((β+T)/(β+τ))^s · ((α+T)/(α+τ))^n dτ,   n = r+x
//! ```
//!
//! With m and M the smaller and the larger of α and β, and w = ln((m+T)/(m+τ)), the integrand is e^h/(…) with
//!
//! ```text
//! h = lin·w − pow·ln((M+τ)/(M+T)),    lin, pow = s, n (β <= α) or n−1, s+1 (α < β)
//! ```
//!
//! concave in w, and analytic up to ±iπ. The published forms are differences of two hypergeometric functions
//! that may agree in all digits; here every term is positive. h is highest at w = ln((m+T)/(m+t_x)), the last
//! purchase, or where its slope says. All is measured from there: with u the step from the top,
//!
//! ```text
//! m+τ = (m+τ*) e^−u,    M+τ = (M+τ*)(1−ρ + ρ e^−u),    ρ = (m+τ*)/(M+τ*)
//! ```
//!
//! so that neither h nor the moments cancel.

use crate::math::elementary::{exp, exp_and_m1, exp_m1, ln, ln_1p, ln_by};
use crate::math::log_concave::{Concave, NODES, RULE, STEEPEST, Stretch, WIDEST, stretches};

/// The parameters, and a customer's n = r+x, as the integral needs them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// The smaller of α and β, and by how much the other is larger.
    least: f64,
    excess: f64,
    most: f64,
    lin: f64,
    pow: f64,
    /// ln s.
    ln_s: f64,
    /// Whether α < β.
    pub(super) alpha_is_least: bool,
}

impl Point {
    /// `shape` is r+x, and `shape_less_1` the same less 1.
    #[inline(always)]
    pub(super) fn new(alpha: f64, s: f64, beta: f64, ln_s: f64, [shape, less_1]: [f64; 2]) -> Self {
        let alpha_is_least = alpha < beta;
        let (least, most) = if alpha_is_least { (alpha, beta) } else { (beta, alpha) };
        let (lin, pow) = if alpha_is_least { (less_1, s + 1.0) } else { (s, shape) };
        Self { least, excess: most - least, most, lin, pow, ln_s, alpha_is_least }
    }

    /// Where the integrand of a history is highest. T > t_x.
    #[inline(always)]
    pub(super) fn top(&self, t_x: f64, t: f64) -> Top {
        let (near, far) = (self.least + t_x, self.most + t_x);
        let since = t - t_x;
        let depth = ln_1p(since / near);
        let at_last = Top { since, near, far, depth, ln_far: ln_1p(since / far), later: 0.0 };
        if self.slope_at(&at_last) >= 0.0 { at_last } else { self.inner_top(t, depth) }
    }

    /// h′ at the top, or rather where it was cut off by the last purchase.
    #[inline(always)]
    fn slope_at(&self, top: &Top) -> f64 {
        self.lin + self.pow * top.near / top.far
    }

    /// Where h has no slope, up to a depth; only for α < β and n < 1.
    fn inner_top(&self, t: f64, deepest: f64) -> Top {
        let now = self.least + t;
        // ρ falls from (m+T)/(M+T) with the depth; it must be −lin/pow.
        let share = -self.lin / self.pow;
        let depth = ln((1.0 - share) / share * (now / self.excess)).clamp(0.0, deepest);
        let (since, near) = (-now * exp_m1(-depth), now * exp(-depth));
        let far = near + self.excess;
        Top { since, near, far, depth, ln_far: ln_1p(since / far), later: deepest - depth }
    }

    /// h at the top: that at T is 0.
    #[inline(always)]
    fn height(&self, top: &Top) -> f64 {
        self.lin * top.depth + self.pow * top.ln_far
    }

    /// The stretches of u that count.
    #[inline(always)]
    fn stretches(&self, top: &Top) -> [Stretch; 2] {
        // Few customers need more than one panel.
        if top.later == 0.0 && top.depth <= WIDEST && self.height(top) <= STEEPEST {
            let whole = Stretch { from: -top.depth, width: top.depth, panels: 1 };
            return [whole, Stretch { from: 0.0, width: 0.0, panels: 0 }];
        }
        self.cut_stretches(top)
    }

    #[inline(never)]
    fn cut_stretches(&self, top: &Top) -> [Stretch; 2] {
        stretches(&FromTop { point: self, top }, 0.0, -top.depth, top.later)
    }

    /// ln of the odds to have left, −∞ at T = t_x.
    #[inline(always)]
    pub(super) fn ln_odds(&self, t_x: f64, t: f64) -> f64 {
        if t <= t_x {
            return f64::NEG_INFINITY;
        }
        let top = self.top(t_x, t);
        let mut sum = 0.0;
        for stretch in self.stretches(&top) {
            for (middle, half) in stretch.middles() {
                sum += half * total(&self.nodes(&top, middle, half).weight);
            }
        }
        self.ln_odds_by(&top, t, sum)
    }

    /// ln of the odds by the integral from the top on.
    #[inline(always)]
    fn ln_odds_by(&self, top: &Top, t: f64, integral: f64) -> f64 {
        let factor = if self.alpha_is_least { (self.least + t) / (self.most + t) } else { 1.0 };
        // An interval too short for a float is none.
        ln((integral * factor).max(f64::MIN_POSITIVE)) + self.ln_s + self.height(top)
    }

    /// The integrand at the nodes of a panel.
    #[inline(always)]
    fn nodes(&self, top: &Top, middle: f64, half: f64) -> Nodes {
        let share = top.near / top.far;
        let rest = self.excess / top.far;
        let mut nodes = Nodes {
            step: [0.0; NODES],
            near: [[0.0; NODES]; 2],
            far: [0.0; NODES],
            ln_far: [0.0; NODES],
            weight: [0.0; NODES],
        };
        for (k, (&node, &weight)) in RULE[0].iter().zip(&RULE[1]).enumerate() {
            let u = middle + half * node;
            let (e, less) = exp_and_m1(-u);
            let far = rest + share * e;
            let ln_far = ln_by(far, share * less);
            nodes.step[k] = u;
            nodes.near[0][k] = e;
            nodes.near[1][k] = less;
            nodes.far[k] = far;
            nodes.ln_far[k] = ln_far;
            nodes.weight[k] = weight * exp(self.lin * u - self.pow * ln_far);
        }
        nodes
    }
}

/// Where the integrand of the odds is highest: at time τ*.
#[derive(Debug, Clone, Copy)]
pub(super) struct Top {
    /// T − τ*.
    pub(super) since: f64,
    /// m + τ* and M + τ*.
    pub(super) near: f64,
    pub(super) far: f64,
    /// ln((m+T)/(m+τ*)) and ln((M+T)/(M+τ*)).
    pub(super) depth: f64,
    pub(super) ln_far: f64,
    /// ln((m+τ*)/(m+t_x)): how far u reaches beyond the top.
    later: f64,
}

/// h as a function of the step from the top.
struct FromTop<'a> {
    point: &'a Point,
    top: &'a Top,
}

impl Concave for FromTop<'_> {
    fn slope(&self, u: f64) -> f64 {
        let Self { point, top } = self;
        let share = top.near / top.far;
        let e = exp(-u);
        point.lin + point.pow * (share * e / (point.excess / top.far + share * e))
    }

    fn rise(&self, _: f64, by: f64) -> f64 {
        let Self { point, top } = self;
        let share = top.near / top.far;
        let (e, less) = exp_and_m1(-by);
        point.lin * by - point.pow * ln_by(point.excess / top.far + share * e, share * less)
    }
}

/// What is known at the nodes of a panel.
struct Nodes {
    /// u.
    step: [f64; NODES],
    /// (m+τ)/(m+τ*), and less 1.
    near: [[f64; NODES]; 2],
    /// (M+τ)/(M+τ*) and its logarithm.
    far: [f64; NODES],
    ln_far: [f64; NODES],
    /// Weight times integrand.
    weight: [f64; NODES],
}

/// Means over the time a customer left at, if they left, of ln(α+τ), 1/(α+τ), ln(β+τ), 1/(β+τ) — each as the
/// difference to its value at the top, the second and last times α and β — and their covariances.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub(super) ln_odds: f64,
    pub(super) top: Top,
    pub(super) mean: [f64; 4],
    /// Of the upper triangle, by rows.
    pub(super) covariance: [f64; 10],
    /// Variances about the top of the second and the last.
    pub(super) square: [f64; 2],
}

impl Point {
    /// The odds and the moments of a history with T > t_x.
    #[inline(always)]
    pub(super) fn gone(&self, t_x: f64, t: f64) -> Gone {
        let top = self.top(t_x, t);
        let mut sums = [0.0; 15];
        for stretch in self.stretches(&top) {
            for (middle, half) in stretch.middles() {
                let panel = self.nodes(&top, middle, half).moments(top.near / top.far);
                sums.iter_mut().zip(panel).for_each(|(sum, term)| *sum += half * term);
            }
        }
        self.gone_by(top, t, &sums)
    }

    #[inline(always)]
    fn gone_by(&self, top: Top, t: f64, sums: &[f64; 15]) -> Gone {
        let per = 1.0 / sums[0];
        // As ln, share of the smaller, then of the larger parameter, which times the parameter.
        let (near, far) = (self.least / top.near, self.most / top.far);
        let size = [1.0, near, 1.0, far];
        let order = if self.alpha_is_least { [0, 1, 2, 3] } else { [2, 3, 0, 1] };
        let raw: [f64; 4] = std::array::from_fn(|i| sums[1 + i] * per);
        let mean = order.map(|i| size[i] * raw[i]);
        let mut covariance = [0.0; 10];
        let mut square = [0.0; 2];
        let mut slot = 0;
        for (row, &i) in order.iter().enumerate() {
            for &j in &order[row..] {
                let product = sums[5 + PAIR[i][j]] * per;
                covariance[slot] = size[i] * size[j] * (product - raw[i] * raw[j]);
                if i == j && i % 2 == 1 {
                    square[row / 2] = size[i] * size[i] * product;
                }
                slot += 1;
            }
        }
        Gone { ln_odds: self.ln_odds_by(&top, t, sums[0]), top, mean, covariance, square }
    }
}

/// Where the product of two features is among the sums.
const PAIR: [[usize; 4]; 4] = [[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]];

impl Nodes {
    /// Σ weight, Σ weight·feature, Σ weight·feature·feature (upper triangle by rows). The features are the
    /// differences of ln(m+τ), 1/(m+τ), ln(M+τ), 1/(M+τ) to their values at the top, the second and the last
    /// over those values.
    #[inline(always)]
    fn moments(&self, share: f64) -> [f64; 15] {
        let mut feature = [[0.0; NODES]; 4];
        let [by_step, by_near, by_ln_far, by_far] = &mut feature;
        for k in 0..NODES {
            by_step[k] = -self.step[k];
            by_near[k] = -self.near[1][k] / self.near[0][k];
            by_ln_far[k] = self.ln_far[k];
            by_far[k] = -share * self.near[1][k] / self.far[k];
        }
        let mut sums = [0.0; 15];
        sums[0] = total(&self.weight);
        let mut slot = 5;
        for (i, one) in feature.iter().enumerate() {
            let mut weighted = [0.0; NODES];
            for k in 0..NODES {
                weighted[k] = self.weight[k] * one[k];
            }
            sums[1 + i] = total(&weighted);
            for other in &feature[i..] {
                sums[slot] = product(&weighted, other);
                slot += 1;
            }
        }
        sums
    }
}

/// Values added side by side: five times as many are the nodes of a panel.
const SIDE: usize = 4;

/// Σ aₖ in an order that vector units share.
#[inline(always)]
fn total(a: &[f64; NODES]) -> f64 {
    let mut sides = [0.0; SIDE];
    for k in 0..NODES {
        sides[k % SIDE] += a[k];
    }
    (sides[0] + sides[2]) + (sides[1] + sides[3])
}

/// Σ aₖ bₖ in the same order.
#[inline(always)]
fn product(a: &[f64; NODES], b: &[f64; NODES]) -> f64 {
    let mut sides = [0.0; SIDE];
    for k in 0..NODES {
        sides[k % SIDE] += a[k] * b[k];
    }
    (sides[0] + sides[2]) + (sides[1] + sides[3])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::math::elementary::logistic;
    use crate::math::reference::{Worst, error, rows};

    fn ln_odds([x, t_x, t, r, alpha, s, beta]: [f64; 7]) -> f64 {
        Point::new(alpha, s, beta, ln(s), [r + x, r + (x - 1.0)]).ln_odds(t_x, t)
    }

    #[test]
    fn both_probabilities_match_high_precision() {
        let table = include_str!("../../../tests/reference/pareto_nbd.csv");
        let (mut alive, mut gone) = (Worst::default(), Worst::default());
        for row in rows::<17>(table) {
            let [r, alpha, s, beta, x, t_x, t, ..] = row;
            let ln_odds = ln_odds([x, t_x, t, r, alpha, s, beta]);
            alive.see(error(logistic(-ln_odds), row[10], 1e-300), &row);
            gone.see(error(logistic(ln_odds), row[11], 1e-300), &row);
        }
        alive.is_below(1e-12);
        gone.is_below(5e-14);
    }

    /// A table from elsewhere, by another quadrature: beside the project, where it is there.
    #[test]
    fn an_independent_table_agrees() {
        let path = "../../shared/data/pareto_nbd_reference.csv";
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let Ok(table) = std::fs::read_to_string(&path) else {
            println!("skipped: no {}", path.display());
            return;
        };
        let (mut alive, mut gone) = (Worst::default(), Worst::default());
        for line in table.lines() {
            let cells: Vec<f64> =
                line.split(',').take(8).map(|cell| cell.parse().expect(line)).collect();
            let [x, t_x, t, r, alpha, s, beta, exact] = cells[..] else { panic!("{line}") };
            let ln_odds = ln_odds([x, t_x, t, r, alpha, s, beta]);
            alive.see(error(logistic(-ln_odds), logistic(-exact), 1e-300), &line);
            gone.see(error(logistic(ln_odds), logistic(exact), 1e-300), &line);
        }
        alive.is_below(1e-12);
        gone.is_below(5e-14);
    }
}
