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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::orders::Column;
    use crate::special::reference::{Worst, error, rows};
    use crate::summary::SummaryColumns;

    /// ln f of one customer and its derivatives by the logarithms of the parameters.
    fn evaluate_one(model: &[f64], x: f64, mean: f64) -> Evaluation<3> {
        let (x, t, mean) = ([x], [1.0], [mean]);
        let mut columns = SummaryColumns::new(&x, &t, &t);
        columns.monetary_value = Some(Column::new("mean", &mean));
        let customer = CustomerSummary::new(&columns).expect("a customer");
        let ln_parameters = std::array::from_fn(|i| ln(model[i]));
        Spenders::of(&customer, &mean).evaluate(&ln_parameters, Threads::ONE)
    }

    /// Each derivative is a difference of terms of size px + q, so that is what its error is measured
    /// against.
    #[test]
    fn gradient_and_hessian_match_high_precision() {
        let table = include_str!("../../../../tests/reference/gamma_gamma_derivatives.csv");
        let (mut value, mut gradient, mut hessian) =
            (Worst::default(), Worst::default(), Worst::default());
        for row in rows::<15>(table) {
            let (model, rest) = row.split_at(3);
            let (customer, exact) = rest.split_at(2);
            let at = evaluate_one(model, customer[0], customer[1]);
            let size = model[0] * customer[0] + model[1];
            value.see(error(at.value, exact[0], size), &row);
            let mut upper = exact[4..].iter();
            for i in 0..3 {
                gradient.see(error(at.gradient[i], exact[1 + i], size), &(i, row));
                for j in i..3 {
                    let &exact = upper.next().expect("six second derivatives");
                    hessian.see(error(at.hessian[i][j], exact, size), &(i, j, row));
                    assert_eq!(at.hessian[i][j], at.hessian[j][i]);
                }
            }
        }
        value.is_below(3.5e-16);
        gradient.is_below(5.1e-16);
        hessian.is_below(5.0e-16);
    }

    /// The customers of one x may end exactly where a chunk of work does.
    #[test]
    fn a_table_of_several_chunks_is_the_sum_of_its_parts() {
        let value = |x: &[f64], mean: &[f64]| {
            let time = vec![1.0; x.len()];
            let mut columns = SummaryColumns::new(x, &time, &time);
            columns.monetary_value = Some(Column::new("mean", mean));
            let customers = CustomerSummary::new(&columns).expect("customers");
            let ln_parameters = [6.25, 3.74, 15.44].map(ln);
            Spenders::of(&customers, mean).evaluate(&ln_parameters, Threads::ONE).value
        };
        for ones in [CHUNK - 1, CHUNK, CHUNK + 1] {
            let x: Vec<f64> =
                (0..3 * CHUNK).map(|row| if row < ones { 1.0 } else { 2.0 }).collect();
            let mean: Vec<f64> = (0..3 * CHUNK).map(|row| 1.0 + row as f64).collect();
            let parts = value(&x[..ones], &mean[..ones]) + value(&x[ones..], &mean[ones..]);
            assert!(error(value(&x, &mean), parts, 0.0) < 1e-14, "{ones} with one purchase");
        }
    }

    #[test]
    fn ln_density_matches_high_precision() {
        let table = include_str!("../../../../tests/reference/gamma_gamma.csv");
        let mut worst = Worst::default();
        for row @ [p, q, _, x, mean, exact] in rows(table) {
            let at = evaluate_one(&row[..3], x, mean);
            worst.see(error(at.value, exact, p * x + q), &row);
        }
        worst.is_below(9.5e-16);
    }

    proptest! {
        #[test]
        fn derivatives_are_the_slopes_of_a_weighted_table(
            at in proptest::array::uniform3(-2.0..2.0_f64),
            rows in proptest::collection::vec((1..40_u32, 0.1..100.0, 0.1..5.0), 1..20),
        ) {
            let x: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let (mean, weight): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.1, row.2)).unzip();
            let time = vec![1.0; x.len()];
            let mut columns = SummaryColumns::new(&x, &time, &time);
            columns.monetary_value = Some(Column::new("mean", &mean));
            columns.weights = Some(Column::new("weight", &weight));
            let customers = CustomerSummary::new(&columns).expect("customers");
            let spenders = Spenders::of(&customers, &mean);
            let here = spenders.evaluate(&at, Threads::ONE);
            // The error of a central difference is of the order of step², that of rounding 1e-16/step.
            let (step, p) = (1e-4, exp(at[0]));
            let size: f64 = weight.iter().zip(&x).map(|(weight, x)| weight * (8.0 + p * x)).sum();
            for i in 0..3 {
                let [up, down] = [step, -step].map(|by| {
                    let mut moved = at;
                    moved[i] += by;
                    spenders.evaluate(&moved, Threads::ONE)
                });
                let slope = (up.value - down.value) / (2.0 * step);
                prop_assert!((slope - here.gradient[i]).abs() < 1e-7 * size, "{i}: {slope}");
                for j in 0..3 {
                    let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                    prop_assert!((slope - here.hessian[i][j]).abs() < 1e-7 * size, "{i} {j}: {slope}");
                }
            }
        }
    }
}
