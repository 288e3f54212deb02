//! Log-likelihood of the BG/NBD with its gradient and Hessian in the logarithms of the parameters.
//!
//! ```text
//! ln L = ln Γ(r+x)/Γ(r) − ln (α+T)^(r+x)/α^r + ln B(a, b+x)/B(a, b) + [x > 0] ln(1 + e^u)
//! u    = ln a − ln(b+x−1) + (r+x) ln((α+T)/(α+t_x))
//! ```
//!
//! (Fader, Hardie & Lee 2005, eq. 6, with the larger of the two powers taken out.) What depends on x
//! alone is worked out once per run of equal x, so a history costs three logarithms and an
//! exponential (`run_sums.rs`). With ρ = α/(α+T) and ρ_x = α/(α+t_x), the derivatives by ln α are
//!
//! ```text
//! ∂/∂ln α of −ln (α+T)^(r+x)/α^r = r(1−ρ) − xρ,    ∂²  = −(r+x) ρ(1−ρ)
//! ∂u/∂ln α = (r+x)(ρ−ρ_x),                          ∂²u = (r+x)(ρ(1−ρ) − ρ_x(1−ρ_x))
//! ```

use std::ops::Range;

use super::run_sums::{RunPoint, RunSums};
use crate::estimation::Evaluation;
use crate::math::elementary::{exp, ln};
use crate::math::{digamma_rise, ln_gamma_ratio, trigamma_drop};
use crate::parallel::{Threads, map_chunks};
use crate::summary::{Histories, Run};

/// Value, gradient and Hessian at (ln r, ln α, ln a, ln b).
pub(super) fn evaluate(
    histories: &Histories,
    ln_parameters: &[f64; 4],
    threads: Threads,
) -> Evaluation<4> {
    let [r, alpha, a, b] = ln_parameters.map(exp);
    let pieces: Vec<(&Run, Range<usize>)> = histories.runs().iter().flat_map(pieces).collect();
    let sums = map_chunks(pieces.len(), 1, threads.for_rows(histories.len()), |piece| {
        let (run, rows) = &pieces[piece.start];
        let ln_odds = (run.x > 0).then(|| ln(a / (b + (f64::from(run.x) - 1.0))));
        let point = RunPoint { alpha, shape: r + f64::from(run.x), ln_odds };
        let [t_x, t, weight] = [&run.t_x, &run.t, &run.weight].map(|column| &column[rows.clone()]);
        (f64::from(run.x), RunSums::over(point, t_x, t, weight))
    });
    let mut total = Total::default();
    for (x, sums) in sums {
        total.add(x, r, alpha, a, b, &sums);
    }
    total.into_evaluation()
}

/// Histories per piece: fixed, so that sums have one order for every number of threads.
const CHUNK: usize = 8192;

/// The rows of a run, piece by piece.
fn pieces(run: &Run) -> impl Iterator<Item = (&Run, Range<usize>)> {
    let starts = (0..run.len()).step_by(CHUNK);
    starts.map(move |start| (run, start..run.len().min(start + CHUNK)))
}

#[derive(Default)]
struct Total {
    value: f64,
    gradient: [f64; 4],
    /// The upper triangle is filled.
    hessian: [[f64; 4]; 4],
}

impl Total {
    /// Adds a run: its sums times what depends on x and the parameters alone.
    fn add(&mut self, x: f64, r: f64, alpha: f64, a: f64, b: f64, sums: &RunSums) {
        self.add_rate(x, r, alpha, sums);
        self.add_dropout(x, a, b, sums.weight);
        if x > 0.0 {
            self.add_ended(x, r, b, sums);
        }
    }

    /// ln Γ(r+x)/Γ(r) − r ln((α+T)/α) − x ln(α+T).
    fn add_rate(&mut self, x: f64, r: f64, alpha: f64, sums: &RunSums) {
        let w = sums.weight;
        self.value += w * (ln_gamma_ratio(r, x) - x * ln(alpha)) - (r + x) * sums.ln_growth;
        let (by_r, by_rr) = (digamma_rise(r, x), -trigamma_drop(r, x));
        self.gradient[0] += r * (w * by_r - sums.ln_growth);
        // ∂/∂ln α = r − (r+x)ρ, without the cancellation of a large r
        self.gradient[1] += r * sums.rest - x * sums.rho;
        self.hessian[0][0] += r * (w * by_r - sums.ln_growth) + r * r * w * by_rr;
        self.hessian[0][1] += r * sums.rest;
        self.hessian[1][1] -= (r + x) * sums.rho_variance;
    }

    /// ln B(a, b+x) / B(a, b).
    fn add_dropout(&mut self, x: f64, a: f64, b: f64, w: f64) {
        if x == 0.0 {
            return;
        }
        self.value += w * super::predict::ln_survived(a, b, x);
        let (by_a, by_aa) = (-digamma_rise(a + b, x), trigamma_drop(a + b, x));
        let (by_b, by_bb) = (by_a + digamma_rise(b, x), by_aa - trigamma_drop(b, x));
        self.gradient[2] += w * a * by_a;
        self.gradient[3] += w * b * by_b;
        self.hessian[2][2] += w * (a * by_a + a * a * by_aa);
        self.hessian[2][3] += w * a * b * by_aa;
        self.hessian[3][3] += w * (b * by_b + b * b * by_bb);
    }

    /// ln(1 + e^u).
    fn add_ended(&mut self, x: f64, r: f64, b: f64, sums: &RunSums) {
        self.value += sums.softplus;
        let s = r + x;
        let beta = b / (b + (x - 1.0));
        let [by_u, since, drop, bend] = sums.first;
        // ∂u/∂(ln r, ln α, ln a, ln b) = (r·since, s·drop, 1, −beta)
        let first = [r * since, s * drop, by_u, -beta * by_u];
        self.gradient.iter_mut().zip(first).for_each(|(g, term)| *g += term);
        let [one, l, d, ll, ld, dd] = sums.second;
        let second = [
            [r * r * ll, r * s * ld, r * l, -r * beta * l],
            [0.0, s * s * dd, s * d, -s * beta * d],
            [0.0, 0.0, one, -beta * one],
            [0.0, 0.0, 0.0, beta * beta * one],
        ];
        for (row, terms) in self.hessian.iter_mut().zip(second) {
            row.iter_mut().zip(terms).for_each(|(h, term)| *h += term);
        }
        self.hessian[0][0] += r * since;
        self.hessian[0][1] += r * drop;
        self.hessian[1][1] += s * bend;
        self.hessian[3][3] -= by_u * beta * (x - 1.0) / (b + (x - 1.0));
    }

    fn into_evaluation(self) -> Evaluation<4> {
        let entry = |i: usize, j: usize| self.hessian[i.min(j)][i.max(j)];
        Evaluation {
            value: self.value,
            gradient: self.gradient,
            hessian: std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j))),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::math::reference::{Worst, error, rows};
    use crate::summary::{CustomerSummary, SummaryColumns};

    /// ln L of one customer and its derivatives by the logarithms of the parameters.
    fn evaluate_one(model: &[f64], x: f64, t_x: f64, t: f64) -> Evaluation<4> {
        let (x, t_x, t) = ([x], [t_x], [t]);
        let customer =
            CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).expect("a customer");
        let ln_parameters = std::array::from_fn(|i| ln(model[i]));
        evaluate(&Histories::of(&customer, Threads::ONE), &ln_parameters, Threads::ONE)
    }

    /// Each derivative is a difference of terms of size r + x, so that is what its error is measured
    /// against.
    #[test]
    fn gradient_and_hessian_match_high_precision() {
        let table = include_str!("../../../tests/reference/bg_nbd_derivatives.csv");
        let (mut value, mut gradient, mut hessian) =
            (Worst::default(), Worst::default(), Worst::default());
        for row in rows::<22>(table) {
            let (model, rest) = row.split_at(4);
            let (customer, exact) = rest.split_at(3);
            let at = evaluate_one(model, customer[0], customer[1], customer[2]);
            let size = model[0] + customer[0];
            value.see(error(at.value, exact[0], size), &row);
            let mut upper = exact[5..].iter();
            for i in 0..4 {
                gradient.see(error(at.gradient[i], exact[1 + i], size), &(i, row));
                for j in i..4 {
                    let &exact = upper.next().expect("ten second derivatives");
                    hessian.see(error(at.hessian[i][j], exact, size), &(i, j, row));
                    assert_eq!(at.hessian[i][j], at.hessian[j][i]);
                }
            }
        }
        value.is_below(6.6e-16);
        gradient.is_below(1.8e-16);
        hessian.is_below(4.0e-16);
    }

    /// The histories of one x may end exactly where a chunk of work does.
    #[test]
    fn a_table_of_several_chunks_is_the_sum_of_its_parts() {
        let model = [0.243, 4.414, 0.793, 2.426];
        let value = |x: &[f64], t: &[f64]| {
            let t_x: Vec<f64> =
                x.iter().zip(t).map(|(x, t)| if *x > 0.0 { t / 2.0 } else { 0.0 }).collect();
            let table = CustomerSummary::new(&SummaryColumns::new(x, &t_x, t)).expect("customers");
            evaluate(&Histories::of(&table, Threads::ONE), &model.map(ln), Threads::ONE).value
        };
        for zeros in [CHUNK - 1, CHUNK, CHUNK + 1] {
            let x: Vec<f64> = (0..3 * CHUNK).map(|row| f64::from(row >= zeros)).collect();
            let t: Vec<f64> = (0..3 * CHUNK).map(|row| 1.0 + row as f64).collect();
            let parts = value(&x[..zeros], &t[..zeros]) + value(&x[zeros..], &t[zeros..]);
            assert!(error(value(&x, &t), parts, 0.0) < 1e-14, "{zeros} without a repeat purchase");
        }
    }

    #[test]
    fn log_likelihood_matches_high_precision() {
        let table = include_str!("../../../tests/reference/bg_nbd.csv");
        let mut worst = Worst::default();
        for row in rows::<13>(table) {
            let at = evaluate_one(&row[..4], row[4], row[5], row[6]);
            worst.see(error(at.value, row[9], row[0] + row[4]), &row);
        }
        worst.is_below(1.5e-15);
    }

    proptest! {
        #[test]
        fn derivatives_are_the_slopes_of_a_weighted_table(
            at in proptest::array::uniform4(-2.0..2.0_f64),
            rows in proptest::collection::vec((0..40_u32, 0.01..1.0, 1.0..100.0, 0.1..5.0), 1..20),
        ) {
            let x: Vec<f64> = rows.iter().map(|row| f64::from(row.0)).collect();
            let recency = |row: &(u32, f64, f64, f64)| if row.0 > 0 { row.1 * row.2 } else { 0.0 };
            let t_x: Vec<f64> = rows.iter().map(recency).collect();
            let (t, weight): (Vec<f64>, Vec<f64>) = rows.iter().map(|row| (row.2, row.3)).unzip();
            let mut columns = SummaryColumns::new(&x, &t_x, &t);
            columns.weights = Some(crate::orders::Column::new("weight", &weight));
            let histories = Histories::of(&CustomerSummary::new(&columns).expect("customers"), Threads::ONE);
            let here = evaluate(&histories, &at, Threads::ONE);
            // The error of a central difference is of the order of step², that of rounding 1e-16/step.
            let step = 1e-4;
            let size: f64 = weight.iter().zip(&x).map(|(weight, x)| weight * (8.0 + x)).sum();
            for i in 0..4 {
                let [up, down] = [step, -step].map(|by| {
                    let mut moved = at;
                    moved[i] += by;
                    evaluate(&histories, &moved, Threads::ONE)
                });
                let slope = (up.value - down.value) / (2.0 * step);
                prop_assert!((slope - here.gradient[i]).abs() < 1e-7 * size, "{i}: {slope}");
                for j in 0..4 {
                    let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                    prop_assert!((slope - here.hessian[i][j]).abs() < 1e-7 * size, "{i} {j}: {slope}");
                }
            }
        }
    }
}
