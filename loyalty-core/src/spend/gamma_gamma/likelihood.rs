//! Log-likelihood of the Gamma-Gamma with its gradient and Hessian in the logarithms of the
//! parameters.
//!
//! ```text
//! ln f(m | x) = q ln s + px ln(1−s) − ln B(px, q) − ln m,    s = v/(v+xm)
//! ```
//!
//! (Fader & Hardie 2013, note 025, eq. 1.) s is the share of the prior in the posterior mean. A customer
//! costs two logarithms; the rest depends on x alone or is a sum over the data that no parameter
//! enters.

use std::ops::Range;

use multiversion::multiversion;

use crate::estimation::Evaluation;
use crate::math::elementary::{exp, ln, ln_1p};
use crate::math::vector::dot;
use crate::math::{digamma_rise, ln_gamma, ln_gamma_ratio, trigamma, trigamma_drop};
use crate::parallel::{Threads, map_chunks};
use crate::summary::{Buckets, CustomerSummary};

/// The customers with money to tell of, by their number of purchases.
#[derive(Debug, Clone, Default)]
pub(in crate::spend) struct Spenders {
    runs: Vec<Run>,
    /// Customers with purchases, all of them free.
    pub(in crate::spend) without_money: f64,
}

/// The customers of one number of purchases.
#[derive(Debug, Clone, Default)]
struct Run {
    x: f64,
    /// x·m, the total of each customer.
    total: Vec<f64>,
    weight: Vec<f64>,
    /// Σ w and Σ w ln m: no parameter enters.
    customers: f64,
    ln_mean: f64,
    without_money: f64,
}

impl Spenders {
    pub(in crate::spend) fn of(
        customers: &CustomerSummary,
        mean: &[f64],
        threads: Threads,
    ) -> Self {
        let by_frequency = Buckets::of(customers.frequency());
        let first = u32::from(customers.includes_first());
        let threads = threads.for_rows(customers.len());
        let runs = map_chunks(by_frequency.len(), 1, threads, |bucket| {
            let (frequency, rows) = by_frequency.get(bucket.start);
            Run::of(frequency.saturating_add(first), rows, mean, customers.weights())
        });
        // An empty sum of floats is −0.
        let without_money = 0.0 + runs.iter().map(|run| run.without_money).sum::<f64>();
        Self { runs: runs.into_iter().filter(|run| !run.total.is_empty()).collect(), without_money }
    }

    pub(in crate::spend) fn len(&self) -> usize {
        self.runs.iter().map(|run| run.total.len()).sum()
    }

    /// The customers, counted with their weights.
    pub(in crate::spend) fn customers(&self) -> f64 {
        self.runs.iter().map(|run| run.customers).sum()
    }

    /// Mean of the customers' means and of their squares.
    pub(in crate::spend) fn moments(&self) -> (f64, f64) {
        let (mut first, mut second) = (0.0, 0.0);
        for run in &self.runs {
            let totals: f64 = dot(&run.total, &run.weight);
            let squares: f64 = run
                .total
                .iter()
                .zip(&run.weight)
                .map(|(total, weight)| total * total * weight)
                .sum();
            first += totals / run.x;
            second += squares / (run.x * run.x);
        }
        (first / self.customers(), second / self.customers())
    }

    /// Every `step`-th customer of each number of purchases, for a first look at the data.
    pub(in crate::spend) fn thinned(&self, step: usize) -> Self {
        let runs = self.runs.iter().map(|run| run.thinned(step)).collect();
        Self { runs, without_money: 0.0 }
    }

    /// Value, gradient and Hessian at (ln p, ln q, ln v).
    pub(in crate::spend) fn evaluate(&self, ln_parameters: &[f64], threads: Threads) -> Evaluation {
        let [p, q, v] = std::array::from_fn(|slot| exp(ln_parameters[slot]));
        let pieces: Vec<(&Run, Range<usize>)> = self.runs.iter().flat_map(pieces).collect();
        let sums = map_chunks(pieces.len(), 1, threads.for_rows(self.len()), |piece| {
            let (run, rows) = &pieces[piece.start];
            (run.x, Sums::over(v, &run.total[rows.clone()], &run.weight[rows.clone()]))
        });
        let value = -self.runs.iter().map(|run| run.ln_mean).sum::<f64>();
        let mut at = Evaluation { value, ..Evaluation::zero(3) };
        for (x, sums) in sums {
            sums.add_to(&mut at, x, p, q);
        }
        at.mirrored()
    }
}

impl Run {
    fn of(x: u32, rows: &[u32], mean: &[f64], weights: Option<&[f64]>) -> Self {
        let mut run = Self { x: f64::from(x), ..Self::default() };
        if x == 0 {
            return run;
        }
        let weight = |row: u32| weights.map_or(1.0, |weights| weights[row as usize]);
        let (spent, free): (Vec<u32>, Vec<u32>) =
            rows.iter().partition(|&&row| mean[row as usize] > 0.0);
        run.without_money = free.into_iter().map(weight).sum();
        let mut money: Vec<(f64, f64)> =
            spent.into_iter().map(|row| (run.x * mean[row as usize], weight(row))).collect();
        if money.len() <= FEW {
            money.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        }
        (run.total, run.weight) = money.into_iter().unzip();
        run.sum_up();
        run
    }

    fn thinned(&self, step: usize) -> Self {
        let every = |column: &[f64]| column.iter().copied().step_by(step).collect();
        let mut run = Self {
            x: self.x,
            total: every(&self.total),
            weight: every(&self.weight),
            ..Self::default()
        };
        run.sum_up();
        run
    }

    fn sum_up(&mut self) {
        self.customers = self.weight.iter().sum();
        self.ln_mean = sum_of_logarithms(&self.total, &self.weight) - self.customers * ln(self.x);
    }
}

/// Customers put in order in any case: it costs little, and then even the rounding of sums does not
/// depend on the order of the customers.
const FEW: usize = 16_384;

/// Customers per piece: fixed, so that sums have one order for every number of threads.
const CHUNK: usize = 8192;

/// The rows of a run, piece by piece.
fn pieces(run: &Run) -> impl Iterator<Item = (&Run, Range<usize>)> {
    let starts = (0..run.total.len()).step_by(CHUNK);
    starts.map(move |start| (run, start..run.total.len().min(start + CHUNK)))
}

/// Sums over customers of one x, weighted: 1, ln s, ln(1−s), s, 1−s, s(1−s).
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weight: f64,
    ln_share: f64,
    ln_rest: f64,
    share: f64,
    rest: f64,
    variance: f64,
}

/// Customers worked on at once: their intermediate results stay in the first-level cache.
const BLOCK: usize = 256;

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_block(
    sums: &mut Sums,
    [ln_share, ln_rest, share, rest, variance]: &mut [[f64; BLOCK]; 5],
    v: f64,
    total: &[f64],
    weight: &[f64],
) {
    let per_v = 1.0 / v;
    let rows = total.len().min(BLOCK);
    for row in 0..rows {
        let per_sum = 1.0 / (v + total[row]);
        ln_share[row] = -ln_1p(total[row] * per_v);
        ln_rest[row] = -ln_1p(v / total[row]);
        share[row] = v * per_sum;
        rest[row] = total[row] * per_sum;
        variance[row] = share[row] * rest[row];
    }
    // Of an amount so small that v/total is beyond the range of floats.
    for row in 0..rows {
        if !ln_rest[row].is_finite() {
            ln_rest[row] = ln(total[row]) - ln(v + total[row]);
        }
    }
    sums.weight += weight.iter().sum::<f64>();
    sums.ln_share += dot(&ln_share[..rows], weight);
    sums.ln_rest += dot(&ln_rest[..rows], weight);
    sums.share += dot(&share[..rows], weight);
    sums.rest += dot(&rest[..rows], weight);
    sums.variance += dot(&variance[..rows], weight);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn sum_of_logarithms(values: &[f64], weight: &[f64]) -> f64 {
    let mut logarithms = [0.0; BLOCK];
    let mut sum = 0.0;
    for (values, weight) in values.chunks(BLOCK).zip(weight.chunks(BLOCK)) {
        let logarithms = &mut logarithms[..values.len()];
        logarithms.iter_mut().zip(values).for_each(|(logarithm, &value)| *logarithm = ln(value));
        sum += dot(logarithms, weight);
    }
    sum
}

impl Sums {
    fn over(v: f64, total: &[f64], weight: &[f64]) -> Self {
        let mut sums = Self::default();
        let mut buffers = [[0.0; BLOCK]; 5];
        for (total, weight) in total.chunks(BLOCK).zip(weight.chunks(BLOCK)) {
            add_block(&mut sums, &mut buffers, v, total, weight);
        }
        sums
    }

    fn add_to(&self, at: &mut Evaluation, x: f64, p: f64, q: f64) {
        let (w, own) = (self.weight, p * x);
        // ln B(px, q), symmetric: the ratio is taken from the larger of the two.
        let ln_beta = if own < q {
            ln_gamma(own) - ln_gamma_ratio(q, own)
        } else {
            ln_gamma(q) - ln_gamma_ratio(own, q)
        };
        at.value += q * self.ln_share + own * self.ln_rest - w * ln_beta;
        let by_p = x * (w * digamma_rise(own, q) + self.ln_rest);
        let by_q = w * digamma_rise(q, own) + self.ln_share;
        at.gradient[0] += p * by_p;
        at.gradient[1] += q * by_q;
        // ∂/∂ln v = q − (px+q)s, without the cancellation of a large q
        at.gradient[2] += q * self.rest - own * self.share;
        at.hessian[(0, 0)] += p * by_p - own * own * w * trigamma_drop(own, q);
        at.hessian[(1, 1)] += q * by_q - q * q * w * trigamma_drop(q, own);
        at.hessian[(2, 2)] -= (own + q) * self.variance;
        for (i, j, term) in [
            (0, 1, own * q * w * trigamma(own + q)),
            (0, 2, -own * self.share),
            (1, 2, q * self.rest),
        ] {
            at.hessian[(i, j)] += term;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::math::reference::{Worst, error, rows};
    use crate::orders::Column;
    use crate::summary::SummaryColumns;

    /// ln f of one customer and its derivatives by the logarithms of the parameters.
    fn evaluate_one(model: &[f64], x: f64, mean: f64) -> Evaluation {
        let (x, t, mean) = ([x], [1.0], [mean]);
        let mut columns = SummaryColumns::new(&x, &t, &t);
        columns.monetary_value = Some(Column::new("mean", &mean));
        let customer = CustomerSummary::new(&columns).expect("a customer");
        let ln_parameters: Vec<f64> = model.iter().map(|&value| ln(value)).collect();
        Spenders::of(&customer, &mean, Threads::ONE).evaluate(&ln_parameters, Threads::ONE)
    }

    /// Each derivative is a difference of terms of size px + q, so that is what its error is measured
    /// against.
    #[test]
    fn gradient_and_hessian_match_high_precision() {
        let table = include_str!("../../../tests/reference/gamma_gamma_derivatives.csv");
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
                    hessian.see(error(at.hessian[(i, j)], exact, size), &(i, j, row));
                    assert_eq!(at.hessian[(i, j)], at.hessian[(j, i)]);
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
            Spenders::of(&customers, mean, Threads::ONE)
                .evaluate(&ln_parameters, Threads::ONE)
                .value
        };
        for ones in [CHUNK - 1, CHUNK, CHUNK + 1] {
            let x: Vec<f64> =
                (0..3 * CHUNK).map(|row| if row < ones { 1.0 } else { 2.0 }).collect();
            let mean: Vec<f64> = (0..3 * CHUNK).map(|row| 1.0 + row as f64).collect();
            let parts = value(&x[..ones], &mean[..ones]) + value(&x[ones..], &mean[ones..]);
            assert!(error(value(&x, &mean), parts, 0.0) < 1e-14, "{ones} with one purchase");
        }
    }

    /// Where m is next to nothing, ln f is a constant + (px − 1) ln m.
    #[test]
    fn amounts_next_to_nothing_have_a_density() {
        let at = |mean| evaluate_one(&[6.0, 4.0, 15.0], 2.0, mean);
        let (near, slope) = (at(1e-250), 6.0 * 2.0 - 1.0);
        for mean in [1e-307, 1e-308, 1e-310, 5e-324] {
            let found = at(mean);
            let expected = near.value + slope * (ln(mean) - ln(1e-250));
            assert!(error(found.value, expected, 0.0) < 1e-14, "{mean}: {}", found.value);
            assert!(error(found.gradient[0], 12.0 * (ln(mean) - ln(15.0)), 50.0) < 0.1, "{mean}");
            assert!(found.hessian.iter().all(|value| value.is_finite()), "{mean}");
        }
    }

    #[test]
    fn ln_density_matches_high_precision() {
        let table = include_str!("../../../tests/reference/gamma_gamma.csv");
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
            let spenders = Spenders::of(&customers, &mean, Threads::ONE);
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
                    prop_assert!((slope - here.hessian[(i, j)]).abs() < 1e-7 * size, "{i} {j}: {slope}");
                }
            }
        }
    }
}
