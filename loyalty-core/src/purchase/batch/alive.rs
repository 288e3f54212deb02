//! P(alive) by the block.

use crate::parallel::{Threads, fill_parts};
use crate::purchase::process::{BLOCK, PurchaseProcess};
use crate::summary::CustomerSummary;

/// Frequencies for which the terms of P(alive) are kept; customers beyond are few.
const KEPT: u32 = 1024;

/// P(alive) of every customer, in row order.
pub(in crate::purchase) fn fill_p_alive<M: PurchaseProcess>(
    model: &M,
    customers: &CustomerSummary,
    out: &mut [f64],
    threads: Threads,
) {
    let most = customers.frequency().iter().copied().max().unwrap_or(0).min(KEPT);
    let kept: Vec<[f64; 2]> = (0..=most).map(|x| model.alive_terms(x)).collect();
    let terms = |x: u32| kept.get(x as usize).copied().unwrap_or_else(|| model.alive_terms(x));
    fill_parts(out, threads, |start, out| {
        let mut alive = AliveBlock::new(model);
        let mut unsure = [0; BLOCK];
        for (block, out) in out.chunks_mut(BLOCK).enumerate() {
            let rows = start + block * BLOCK..start + block * BLOCK + out.len();
            let frequency = &customers.frequency()[rows.clone()];
            let mut count = 0;
            for (row, &x) in (0..).zip(frequency) {
                unsure[count] = row;
                count += usize::from(M::can_have_left(x));
            }
            let unsure = &unsure[..count];
            for (place, &row) in unsure.iter().enumerate() {
                alive.set(place, terms(frequency[row as usize]));
            }
            let (t_x, t) = (&customers.recency()[rows.clone()], &customers.t()[rows]);
            let values = alive.evaluate(unsure, t_x, t);
            // Who had no occasion to leave is alive.
            out.fill(1.0);
            unsure.iter().zip(values).for_each(|(&row, value)| out[row as usize] = *value);
        }
    });
}

/// A block of customers and their P(alive).
pub(super) struct AliveBlock<'a, M> {
    model: &'a M,
    /// The one frequency of [`AliveBlock::of`].
    x: u32,
    terms: [[f64; BLOCK]; 2],
    t_x: [f64; BLOCK],
    t: [f64; BLOCK],
    values: [f64; BLOCK],
}

impl<'a, M: PurchaseProcess> AliveBlock<'a, M> {
    pub(super) fn new(model: &'a M) -> Self {
        let [t_x, t] = [[0.0; BLOCK]; 2];
        Self { model, x: 0, terms: [[0.0; BLOCK]; 2], t_x, t, values: [1.0; BLOCK] }
    }

    /// From here on [`AliveBlock::of`] is asked for customers of this frequency.
    pub(super) fn start(&mut self, x: u32) {
        self.x = x;
        let terms = self.model.alive_terms(x);
        self.terms.iter_mut().zip(terms).for_each(|(column, term)| column.fill(term));
    }

    /// P(alive) of these rows of the columns.
    pub(super) fn of(&mut self, rows: &[u32], t_x: &[f64], t: &[f64]) -> &[f64] {
        if !M::can_have_left(self.x) {
            return &[1.0; BLOCK][..rows.len()];
        }
        self.evaluate(rows, t_x, t)
    }

    fn set(&mut self, place: usize, terms: [f64; 2]) {
        self.terms.iter_mut().zip(terms).for_each(|(column, term)| column[place] = term);
    }

    fn evaluate(&mut self, rows: &[u32], t_x: &[f64], t: &[f64]) -> &[f64] {
        for ((to_t_x, to_t), &row) in self.t_x.iter_mut().zip(&mut self.t).zip(rows) {
            (*to_t_x, *to_t) = (t_x[row as usize], t[row as usize]);
        }
        let values = &mut self.values[..rows.len()];
        self.model.p_alive_block(&self.terms, &self.t_x, &self.t, values);
        values
    }
}
