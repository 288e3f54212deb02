//! Log-likelihood of the Gamma-Gamma with its gradient and Hessian in the logarithms of the
//! parameters.
//!
//! ```text
//! ln f(m | x) = ln Γ(px+q) − ln Γ(px) − ln Γ(q) + q ln v + (px−1) ln m + px ln x − (px+q) ln(v+xm)
//! ```
//!
//! (Fader & Hardie 2013, note 025, eq. 1.) With s = v/(v+xm), the share of the prior, a customer costs
//! one logarithm; the rest depends on x alone or is a sum over the data that no parameter enters.

use crate::models::fit::Evaluation;
use crate::parallel::{Threads, map_chunks};
use crate::special::elementary::{exp, ln, ln_1p};
use crate::special::{digamma_rise, ln_gamma, ln_gamma_ratio, trigamma, trigamma_drop};
use crate::summary::CustomerSummary;

/// Customers per chunk: fixed, so that sums have one order for every number of threads.
const CHUNK: usize = 8192;

/// The customers with money to tell of, in order of their number of purchases.
#[derive(Debug, Clone)]
pub(super) struct Spenders {
    /// Sums per number of purchases: x, and where its customers are.
    runs: Vec<(f64, std::ops::Range<usize>)>,
    /// x·m, the total of each customer.
    total: Vec<f64>,
    weight: Vec<f64>,
    /// Σ w ln m: no parameter enters.
    ln_mean: f64,
    /// Customers with purchases, all of them free.
    pub(super) without_money: f64,
}

impl Spenders {
    pub(super) fn of(customers: &CustomerSummary, mean: &[f64]) -> Self {
        let weight = |row: usize| customers.weights().map_or(1.0, |weights| weights[row]);
        let (mut rows, mut without_money) = (Vec::new(), 0.0);
        for (row, &mean) in mean.iter().enumerate() {
            let x = customers.transactions(row);
            if x > 0 && mean > 0.0 {
                rows.push((x, mean.to_bits(), weight(row)));
            } else if x > 0 {
                without_money += weight(row);
            }
        }
        // The order of sums must not depend on the order of the customers.
        rows.sort_unstable_by_key(|&(x, mean, weight)| (x, mean, weight.to_bits()));
        let mut spenders = Self {
            runs: Vec::new(),
            total: Vec::with_capacity(rows.len()),
            weight: rows.iter().map(|row| row.2).collect(),
            ln_mean: 0.0,
            without_money,
        };
        for (row, &(x, mean, weight)) in rows.iter().enumerate() {
            let (x, mean) = (f64::from(x), f64::from_bits(mean));
            spenders.total.push(x * mean);
            spenders.ln_mean += weight * ln(mean);
            match spenders.runs.last_mut() {
                Some((known, rows)) if *known == x => rows.end = row + 1,
                _ => spenders.runs.push((x, row..row + 1)),
            }
        }
        spenders
    }

    pub(super) fn len(&self) -> usize {
        self.total.len()
    }

    /// The customers, counted with their weights.
    pub(super) fn customers(&self) -> f64 {
        self.weight.iter().sum()
    }

    /// Mean of the customers' means and of their squares.
    pub(super) fn moments(&self) -> (f64, f64) {
        let (mut first, mut second) = (0.0, 0.0);
        for (x, rows) in &self.runs {
            for row in rows.clone() {
                let mean = self.total[row] / x;
                first += self.weight[row] * mean;
                second += self.weight[row] * mean * mean;
            }
        }
        (first / self.customers(), second / self.customers())
    }

    /// Value, gradient and Hessian at (ln p, ln q, ln v).
    pub(super) fn evaluate(&self, ln_parameters: &[f64; 3], threads: Threads) -> Evaluation<3> {
        let [p, q, v] = ln_parameters.map(exp);
        let chunks = map_chunks(self.len(), CHUNK, threads, |rows| {
            let first = self.runs.partition_point(|(_, run)| run.end <= rows.start);
            let overlapping = self.runs[first..].iter().map_while(|(x, run)| {
                let part = run.start.max(rows.start)..run.end.min(rows.end);
                (!part.is_empty()).then_some((*x, part))
            });
            let sums = |(x, part): (f64, std::ops::Range<usize>)| {
                (x, Sums::over(v, &self.total[part.clone()], &self.weight[part]))
            };
            overlapping.map(sums).collect::<Vec<_>>()
        });
        let mut at =
            Evaluation { value: -self.ln_mean, gradient: [0.0; 3], hessian: [[0.0; 3]; 3] };
        for (x, sums) in chunks.into_iter().flatten() {
            sums.add_to(&mut at, x, p, q);
        }
        at
    }
}

/// Sums over the customers of one x, weighted: 1, ln(v/(v+xm)), ln(xm/(v+xm)), s, s(1−s).
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weight: f64,
    ln_prior: f64,
    ln_own: f64,
    share: f64,
    variance: f64,
}

impl Sums {
    fn over(v: f64, total: &[f64], weight: &[f64]) -> Self {
        let mut sums = Self::default();
        for (&total, &weight) in total.iter().zip(weight) {
            let share = v / (v + total);
            sums.weight += weight;
            sums.ln_prior -= weight * ln_1p(total / v);
            sums.ln_own -= weight * ln_1p(v / total);
            sums.share += weight * share;
            sums.variance += weight * share * (total / (v + total));
        }
        sums
    }

    fn add_to(&self, at: &mut Evaluation<3>, x: f64, p: f64, q: f64) {
        let (w, own) = (self.weight, p * x);
        // ln B(px, q), symmetric: the ratio is taken from the larger of the two.
        let ln_beta = if own < q {
            ln_gamma(own) - ln_gamma_ratio(q, own)
        } else {
            ln_gamma(q) - ln_gamma_ratio(own, q)
        };
        at.value += q * self.ln_prior + own * self.ln_own - w * ln_beta;
        let by_p = x * (w * digamma_rise(own, q) + self.ln_own);
        let by_q = w * digamma_rise(q, own) + self.ln_prior;
        at.gradient[0] += p * by_p;
        at.gradient[1] += q * by_q;
        // ∂/∂ln v = q − (px+q)s
        at.gradient[2] += q * w - (own + q) * self.share;
        at.hessian[0][0] += p * by_p - own * own * w * trigamma_drop(own, q);
        at.hessian[1][1] += q * by_q - q * q * w * trigamma_drop(q, own);
        at.hessian[2][2] -= (own + q) * self.variance;
        for (i, j, term) in [
            (0, 1, own * q * w * trigamma(own + q)),
            (0, 2, -own * self.share),
            (1, 2, q * (w - self.share)),
        ] {
            at.hessian[i][j] += term;
            at.hessian[j][i] += term;
        }
    }
}
