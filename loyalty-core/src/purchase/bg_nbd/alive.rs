//! P(alive) by the block, of those who can have dropped out.

use multiversion::multiversion;

use super::BgNbd;
use super::by_history::BLOCK;
use crate::math::elementary::{ln_1p, logistic};
use crate::parallel::{Threads, fill_parts};
use crate::summary::CustomerSummary;

/// Frequencies for which logarithms are kept; customers beyond are few.
const KEPT: u32 = 1024;

/// P(alive) of every customer, in row order.
pub(super) fn fill_p_alive(
    model: &BgNbd,
    customers: &CustomerSummary,
    out: &mut [f64],
    threads: Threads,
) {
    let most = customers.frequency().iter().copied().max().unwrap_or(0).min(KEPT);
    let ln_odds: Vec<f64> = (0..=most).map(|x| model.ln_odds(x)).collect();
    let ln_odds = |x: u32| ln_odds.get(x as usize).copied().unwrap_or_else(|| model.ln_odds(x));
    fill_parts(out, threads, |start, out| {
        let mut alive = Alive::new(model);
        let mut repeaters = [0; BLOCK];
        for (block, out) in out.chunks_mut(BLOCK).enumerate() {
            let rows = start + block * BLOCK..start + block * BLOCK + out.len();
            let frequency = &customers.frequency()[rows.clone()];
            let mut count = 0;
            for (row, &x) in (0..).zip(frequency) {
                repeaters[count] = row;
                count += usize::from(x > 0);
            }
            let repeaters = &repeaters[..count];
            for (place, &row) in repeaters.iter().enumerate() {
                let x = frequency[row as usize];
                alive.set(place, x, ln_odds(x));
            }
            let (t_x, t) = (&customers.recency()[rows.clone()], &customers.t()[rows]);
            let values = alive.evaluate(repeaters, t_x, t);
            // Who made no repeat purchase had no occasion to drop out.
            out.fill(1.0);
            repeaters.iter().zip(values).for_each(|(&row, value)| out[row as usize] = *value);
        }
    });
}

/// A block of customers and their P(alive).
pub(super) struct Alive<'a> {
    model: &'a BgNbd,
    /// The one frequency of [`Alive::of`].
    x: u32,
    /// ln((b+x−1)/a)
    ln_odds: [f64; BLOCK],
    /// r + x
    shape: [f64; BLOCK],
    t_x: [f64; BLOCK],
    t: [f64; BLOCK],
    values: [f64; BLOCK],
}

impl<'a> Alive<'a> {
    pub(super) fn new(model: &'a BgNbd) -> Self {
        let [ln_odds, shape, t_x, t] = [[0.0; BLOCK]; 4];
        Self { model, x: 0, ln_odds, shape, t_x, t, values: [1.0; BLOCK] }
    }

    /// From here on [`Alive::of`] is asked for customers of this frequency.
    pub(super) fn start(&mut self, x: u32) {
        self.x = x;
        self.ln_odds.fill(self.model.ln_odds(x));
        self.shape.fill(self.model.r + f64::from(x));
    }

    /// P(alive) of these rows of the columns.
    pub(super) fn of(&mut self, rows: &[u32], t_x: &[f64], t: &[f64]) -> &[f64] {
        if self.x == 0 {
            return &[1.0; BLOCK][..rows.len()];
        }
        self.evaluate(rows, t_x, t)
    }

    fn set(&mut self, place: usize, x: u32, ln_odds: f64) {
        self.ln_odds[place] = ln_odds;
        self.shape[place] = self.model.r + f64::from(x);
    }

    fn evaluate(&mut self, rows: &[u32], t_x: &[f64], t: &[f64]) -> &[f64] {
        for ((to_t_x, to_t), &row) in self.t_x.iter_mut().zip(&mut self.t).zip(rows) {
            (*to_t_x, *to_t) = (t_x[row as usize], t[row as usize]);
        }
        let values = &mut self.values[..rows.len()];
        p_alive(self.model.alpha, &self.ln_odds, &self.shape, &self.t_x, &self.t, values);
        values
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn p_alive(
    alpha: f64,
    ln_odds: &[f64; BLOCK],
    shape: &[f64; BLOCK],
    t_x: &[f64; BLOCK],
    t: &[f64; BLOCK],
    out: &mut [f64],
) {
    let columns = ln_odds.iter().zip(shape).zip(t_x.iter().zip(t));
    for (out, ((ln_odds, shape), (t_x, t))) in out.iter_mut().zip(columns) {
        *out = logistic(ln_odds - shape * ln_1p((t - t_x) / (alpha + t_x)));
    }
}
