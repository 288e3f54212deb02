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
//! so that neither h nor the moments cancel. One customer's dozen of points is a chain of dependent steps, so
//! several customers are worked on side by side, point by point.

use crate::math::elementary::{exp, exp_and_m1, exp_m1, ln, ln_1p, ln_by};
use crate::math::log_concave::{
    Concave, EASY, FEW_RULE, RULE, STEEPEST, Stretch, WIDEST, stretches,
};

/// What the odds of all customers have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales {
    /// The smaller of α and β, the larger, and their difference.
    least: f64,
    most: f64,
    excess: f64,
    /// Whether α < β.
    pub(super) alpha_is_least: bool,
    s: f64,
    /// ln s.
    ln_s: f64,
}

impl Scales {
    pub(super) fn new(alpha: f64, s: f64, beta: f64) -> Self {
        let alpha_is_least = alpha < beta;
        let (least, most) = if alpha_is_least { (alpha, beta) } else { (beta, alpha) };
        Self { least, most, excess: most - least, alpha_is_least, s, ln_s: ln(s) }
    }

    /// h of a customer, by n = r+x and n−1.
    #[inline(always)]
    fn of(&self, [shape, less_1]: [f64; 2]) -> Point {
        let (lin, pow) = if self.alpha_is_least { (less_1, self.s + 1.0) } else { (self.s, shape) };
        Point { lin, pow, excess: self.excess }
    }

    /// ln of the odds to have left, by the integral from the top on and h there; −∞ at T = t_x, where the
    /// integral is 0.
    #[inline(always)]
    pub(super) fn ln_odds(&self, t: f64, integral: f64, height: f64) -> f64 {
        let factor = if self.alpha_is_least { (self.least + t) / (self.most + t) } else { 1.0 };
        let ln_odds = ln((integral * factor).max(f64::MIN_POSITIVE)) + self.ln_s + height;
        if integral > 0.0 { ln_odds } else { f64::NEG_INFINITY }
    }
}

/// h of one customer.
#[derive(Debug, Clone, Copy)]
struct Point {
    lin: f64,
    pow: f64,
    /// M − m.
    excess: f64,
}

impl Point {
    /// Where the integrand of a history is highest, if that is not at the last purchase: where h has no slope,
    /// no deeper than that. Only for α < β and n < 1.
    #[inline(never)]
    fn inner_top(&self, now: f64, deepest: f64) -> Top {
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

    /// The panels that count.
    #[inline(never)]
    fn stretches(&self, top: &Top) -> [Stretch; 2] {
        let whole = Stretch { from: -top.depth, width: top.depth, panels: 1 };
        if top.later == 0.0 && top.depth <= WIDEST && self.height(top) <= STEEPEST {
            return [whole, Stretch { from: 0.0, width: 0.0, panels: 0 }];
        }
        stretches(&FromTop { point: self, top }, 0.0, -top.depth, top.later)
    }
}

/// Where the integrand of the odds is highest: at time τ*.
#[derive(Debug, Clone, Copy, Default)]
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

/// Panels of up to R customers side by side, column by column: vector instructions take the same point of several.
struct Panels<const R: usize> {
    len: usize,
    row: [usize; R],
    /// Middle and half width, lin and pow, ρ and 1−ρ.
    columns: [[f64; R]; 6],
}

impl<const R: usize> Panels<R> {
    fn none() -> Self {
        Self { len: 0, row: [0; R], columns: [[0.0; R]; 6] }
    }

    #[inline(always)]
    fn push(&mut self, row: usize, point: &Point, top: &Top, middle: f64, half: f64) {
        let (share, rest) = (top.near / top.far, point.excess / top.far);
        let values = [middle, half, point.lin, point.pow, share, rest];
        self.row[self.len] = row;
        self.columns.iter_mut().zip(values).for_each(|(column, value)| column[self.len] = value);
        self.len += 1;
    }

    /// Adds the panels to the sums of their customers and forgets them: Σ of the integrand and, where S is 15,
    /// of the integrand times each feature and times each product of two (upper triangle by rows). The features
    /// are the differences of ln(m+τ), 1/(m+τ), ln(M+τ), 1/(M+τ) to their values at the top, the second and the
    /// last over those values.
    #[inline(always)]
    fn add_to<const N: usize, const S: usize>(
        &mut self,
        rule: &[[f64; N]; 2],
        total: &mut [[f64; S]; R],
    ) {
        let mut sums = [[0.0; R]; S];
        let len = self.len;
        let [middle, half, lin, pow, share, rest] = self.columns.each_ref().map(|all| &all[..len]);
        let mut room = [[0.0; R]; 5];
        let [step, e, less, far, ln_far] = room.each_mut().map(|all| &mut all[..len]);
        for (&node, &weight) in rule[0].iter().zip(&rule[1]) {
            for c in 0..len {
                step[c] = middle[c] + half[c] * node;
                (e[c], less[c]) = exp_and_m1(-step[c]);
            }
            for c in 0..len {
                far[c] = rest[c] + share[c] * e[c];
                ln_far[c] = ln_by(far[c], share[c] * less[c]);
            }
            for c in 0..len {
                let value = weight * exp(lin[c] * step[c] - pow[c] * ln_far[c]);
                sums[0][c] += value;
                if S == MOMENTS {
                    let by_far = -share[c] * less[c] / far[c];
                    let feature = [-step[c], -less[c] / e[c], ln_far[c], by_far];
                    let mut slot = 5;
                    for i in 0..4 {
                        let one = value * feature[i];
                        sums[1 + i][c] += one;
                        for &other in &feature[i..] {
                            sums[slot][c] += one * other;
                            slot += 1;
                        }
                    }
                }
            }
        }
        for c in 0..len {
            let of_row = &mut total[self.row[c]];
            of_row.iter_mut().zip(&sums).for_each(|(total, sum)| *total += half[c] * sum[c]);
        }
        self.len = 0;
    }
}

/// Sums that the derivatives need.
pub(super) const MOMENTS: usize = 15;

/// Customers worked on at once.
pub(super) const BLOCK: usize = 64;

/// The integrals, or the moments, of up to R customers.
pub(super) struct Integrals<const S: usize, const R: usize> {
    pub(super) top: [Top; R],
    /// h at the top.
    pub(super) height: [f64; R],
    /// From the top on; 0 where T is t_x, or as good as that.
    pub(super) sums: [[f64; S]; R],
}

impl<const S: usize, const R: usize> Integrals<S, R> {
    /// Those of the histories, whose numbers of purchases are said by `terms`: n = r+x and n−1.
    #[inline(always)]
    pub(super) fn of(
        scales: &Scales,
        terms: impl Fn(usize) -> [f64; 2],
        t_x: &[f64],
        t: &[f64],
    ) -> Self {
        let rows = t.len().min(R);
        let (t_x, t) = (&t_x[..rows], &t[..rows]);
        let mut all = Self { top: [Top::default(); R], height: [0.0; R], sums: [[0.0; S]; R] };
        let [mut depth, mut ln_far] = [[0.0; R]; 2];
        for row in 0..rows {
            let since = t[row] - t_x[row];
            depth[row] = ln_1p(since / (scales.least + t_x[row]));
            ln_far[row] = ln_1p(since / (scales.most + t_x[row]));
        }
        let mut easy = Panels::<R>::none();
        let (mut hard, mut count) = ([0; R], 0);
        for row in 0..rows {
            let point = scales.of(terms(row));
            let (near, far) = (scales.least + t_x[row], scales.most + t_x[row]);
            let (depth, ln_far) = (depth[row], ln_far[row]);
            let last = Top { since: t[row] - t_x[row], near, far, depth, ln_far, later: 0.0 };
            let rises = point.lin + point.pow * (near / far) >= 0.0;
            let top = if rises { last } else { point.inner_top(scales.least + t[row], depth) };
            let height = point.height(&top);
            (all.top[row], all.height[row]) = (top, height);
            let fits = |[width, steep]: [f64; 2]| top.depth <= width && height <= steep;
            // Within so little time nobody has left: the integral is 0, and what is divided by it stays out of
            // the numbers that lose their digits.
            if depth < f64::MIN_POSITIVE {
                continue;
            }
            if top.later == 0.0 && (fits(EASY[0]) || fits(EASY[1])) {
                easy.push(row, &point, &top, -0.5 * top.depth, 0.5 * top.depth);
            } else {
                hard[count] = row;
                count += 1;
            }
        }
        easy.add_to(&FEW_RULE, &mut all.sums);
        all.add_hard(scales, terms, &hard[..count], easy);
        all
    }

    /// Customers whose integral takes more points, or several panels.
    #[inline(always)]
    fn add_hard(
        &mut self,
        scales: &Scales,
        terms: impl Fn(usize) -> [f64; 2],
        rows: &[usize],
        mut panels: Panels<R>,
    ) {
        for &row in rows {
            let (point, top) = (scales.of(terms(row)), self.top[row]);
            for (middle, half) in point.stretches(&top).into_iter().flat_map(Stretch::middles) {
                if panels.len == R {
                    panels.add_to(&RULE, &mut self.sums);
                }
                panels.push(row, &point, &top, middle, half);
            }
        }
        panels.add_to(&RULE, &mut self.sums);
    }
}

/// Means over the time a customer left at, if they left, of ln(α+τ), 1/(α+τ), ln(β+τ), 1/(β+τ) — each as the
/// difference to its value at the top, the second and last times α and β — and their covariances.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gone {
    pub(super) mean: [f64; 4],
    /// Of the upper triangle, by rows.
    pub(super) covariance: [f64; 10],
    /// Variances about the top of the second and the last.
    pub(super) square: [f64; 2],
}

impl Gone {
    #[inline(always)]
    pub(super) fn of(scales: &Scales, top: &Top, sums: &[f64; MOMENTS]) -> Self {
        let per = 1.0 / sums[0];
        // As ln, share of the smaller, then of the larger parameter, which times the parameter.
        let (near, far) = (scales.least / top.near, scales.most / top.far);
        let size = [1.0, near, 1.0, far];
        let order = if scales.alpha_is_least { [0, 1, 2, 3] } else { [2, 3, 0, 1] };
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
        Self { mean, covariance, square }
    }
}

/// ln of the odds of one customer to have left, by n = r+x and n−1.
#[inline(always)]
pub(super) fn ln_odds(scales: &Scales, terms: [f64; 2], t_x: f64, t: f64) -> f64 {
    let one = Integrals::<1, 1>::of(scales, |_| terms, &[t_x], &[t]);
    scales.ln_odds(t, one.sums[0][0], one.height[0])
}

/// Where the product of two features is among the sums.
const PAIR: [[usize; 4]; 4] = [[0, 1, 2, 3], [1, 4, 5, 6], [2, 5, 7, 8], [3, 6, 8, 9]];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::math::elementary::logistic;
    use crate::math::reference::{Worst, error, rows};

    fn ln_odds_of([x, t_x, t, r, alpha, s, beta]: [f64; 7]) -> f64 {
        ln_odds(&Scales::new(alpha, s, beta), [r + x, r + (x - 1.0)], t_x, t)
    }

    #[test]
    fn both_probabilities_match_high_precision() {
        let table = include_str!("../../../tests/reference/pareto_nbd.csv");
        let (mut alive, mut gone) = (Worst::default(), Worst::default());
        for row in rows::<17>(table) {
            let [r, alpha, s, beta, x, t_x, t, ..] = row;
            let ln_odds = ln_odds_of([x, t_x, t, r, alpha, s, beta]);
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
            let ln_odds = ln_odds_of([x, t_x, t, r, alpha, s, beta]);
            alive.see(error(logistic(-ln_odds), logistic(-exact), 1e-300), &line);
            gone.see(error(logistic(ln_odds), logistic(exact), 1e-300), &line);
        }
        alive.is_below(1e-12);
        gone.is_below(5e-14);
    }
}
