//! P(alive) times what a customer of a frequency and an age does if alive, for many customers.

use std::ops::Range;

use super::BgNbd;
use super::alive::Alive;
use super::by_age::{Ages, ByAge, Numbered};
use crate::parallel::{Threads, fill_parts};
use crate::summary::{Buckets, CustomerSummary};

/// Customers worked on at once: their intermediate results stay in the first-level cache.
pub(super) const BLOCK: usize = 512;

/// Customers after whom the next frequency has its turn: their columns stay in the second-level cache,
/// though each frequency goes through them by itself.
const TILE: usize = 32 * BLOCK;

/// The share of the customers below which a frequency is too rare to keep what it has in common.
const RARE: usize = 1024;

/// `out` has one value per customer: P(alive) times what `if_alive` gives of customers with one
/// frequency and these ages α + T, with what `prepare` gives for a frequency and its number of
/// customers. `if_alive` may overwrite the ages.
pub(super) fn times_alive<P>(
    model: &BgNbd,
    customers: &CustomerSummary,
    out: &mut [f64],
    threads: Threads,
    prepare: impl Fn(u32, usize) -> P + Sync,
    if_alive: impl Fn(&P, &mut [f64], &mut [f64]) + Sync,
) {
    fill_parts(out, threads, |start, out| {
        let part = start..start + out.len();
        let buckets = Buckets::of(&customers.frequency()[part.clone()]);
        let common = (out.len() / RARE).max(BLOCK / 8);
        let mut work = Work::new(model, customers, part, &if_alive);
        let mut kept = Vec::new();
        for (x, rows) in buckets.iter() {
            let mut same =
                Same { x, rows, prepared: prepare(x, rows.len()), by_age: ByAge::default() };
            if rows.len() < common {
                work.fill(&mut same, rows, None, out);
            } else {
                kept.push(same);
            }
        }
        let mut ages = Ages::new();
        for first in (0..out.len()).step_by(TILE) {
            let tile = first..out.len().min(first + TILE);
            let ages = ages.number(&work.t[tile.clone()]).map(|ages| (first, ages));
            for same in &mut kept {
                let rows = same.before(tile.end);
                work.fill(same, rows, ages, out);
            }
        }
    });
}

/// Customers of one frequency.
struct Same<'a, P> {
    x: u32,
    /// Those still to come, ascending.
    rows: &'a [u32],
    prepared: P,
    by_age: ByAge,
}

impl<'a, P> Same<'a, P> {
    /// The next ones, up to a row.
    fn before(&mut self, end: usize) -> &'a [u32] {
        let (now, later) =
            self.rows.split_at(self.rows.partition_point(|&row| (row as usize) < end));
        self.rows = later;
        now
    }
}

/// The columns of a part, and room for a block of results.
struct Work<'a, F> {
    alpha: f64,
    t_x: &'a [f64],
    t: &'a [f64],
    alive: Alive<'a>,
    if_alive: &'a F,
    ages: [f64; BLOCK],
    counts: [f64; BLOCK],
}

impl<'a, F> Work<'a, F> {
    fn new(
        model: &'a BgNbd,
        customers: &'a CustomerSummary,
        part: Range<usize>,
        if_alive: &'a F,
    ) -> Self {
        Self {
            alpha: model.alpha,
            t_x: &customers.recency()[part.clone()],
            t: &customers.t()[part],
            alive: Alive::new(model),
            if_alive,
            ages: [0.0; BLOCK],
            counts: [0.0; BLOCK],
        }
    }

    /// The rows of one frequency, with the numbers of their ages from a first row on.
    fn fill<P>(
        &mut self,
        same: &mut Same<'_, P>,
        rows: &[u32],
        numbered: Option<(usize, Numbered<'_>)>,
        out: &mut [f64],
    ) where
        F: Fn(&P, &mut [f64], &mut [f64]),
    {
        self.alive.start(same.x);
        let (alpha, prepared) = (self.alpha, &same.prepared);
        for rows in rows.chunks(BLOCK) {
            let counts = &mut self.counts[..rows.len()];
            if let Some((first, ages)) = numbered {
                let rows = rows.iter().map(|&row| row as usize - first);
                same.by_age.fill(ages, rows, counts, |ages, out| {
                    ages.iter_mut().for_each(|age| *age += alpha);
                    (self.if_alive)(prepared, ages, out);
                });
            } else {
                let ages = &mut self.ages[..rows.len()];
                let t = rows.iter().map(|&row| self.t[row as usize]);
                ages.iter_mut().zip(t).for_each(|(age, t)| *age = alpha + t);
                (self.if_alive)(prepared, ages, counts);
            }
            let p_alive = self.alive.of(rows, self.t_x, self.t);
            for ((&row, count), p_alive) in rows.iter().zip(counts).zip(p_alive) {
                out[row as usize] = *count * p_alive;
            }
        }
    }
}
