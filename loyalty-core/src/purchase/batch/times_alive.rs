//! P(alive) times what a customer of a frequency and an age does if alive, for many customers; where a model
//! has phases, the mean over these.

use std::ops::Range;

use super::alive::AliveBlock;
use super::by_age::{Ages, ByAge, Numbered};
use crate::parallel::{Threads, fill_parts};
use crate::purchase::process::{BLOCK, PurchaseProcess, Stage};
use crate::summary::{Buckets, CustomerSummary};

/// Customers after whom the next frequency has its turn: their columns stay in the second-level cache,
/// though each frequency goes through them by itself.
const TILE: usize = 32 * BLOCK;

/// The share of the customers below which a frequency is too rare to keep what it has in common.
const RARE: usize = 1024;

/// `out` has one value per customer: P(alive) times what `prepare`, for a stage and the number of customers
/// there, makes of their T.
pub(in crate::purchase) fn times_alive<M: PurchaseProcess, F: Fn(&mut [f64], &mut [f64])>(
    model: &M,
    customers: &CustomerSummary,
    out: &mut [f64],
    threads: Threads,
    prepare: impl Fn(Stage, usize) -> F + Sync,
) {
    fill_parts(out, threads, |start, out| {
        let part = start..start + out.len();
        let buckets = Buckets::of(&customers.frequency()[part.clone()]);
        let common = (out.len() / RARE).max(BLOCK / 8);
        let mut columns = Columns::new(model, customers, part);
        let mut kept = Vec::new();
        for (x, rows) in buckets.iter() {
            let of_phase = |phase| (prepare(Stage { x, phase }, rows.len()), ByAge::default());
            let by_phase = (0..model.phases()).map(of_phase).collect();
            let mut frequency = Frequency { x, rows, by_phase };
            if rows.len() < common {
                columns.fill(&mut frequency, rows, None, out);
            } else {
                kept.push(frequency);
            }
        }
        let mut ages = Ages::new();
        for first in (0..out.len()).step_by(TILE) {
            let tile = first..out.len().min(first + TILE);
            let ages = ages.number(&columns.t[tile.clone()]).map(|ages| (first, ages));
            for frequency in &mut kept {
                let rows = frequency.before(tile.end);
                columns.fill(frequency, rows, ages, out);
            }
        }
    });
}

/// The customers of one frequency.
struct Frequency<'a, F> {
    x: u32,
    /// Those still to come, ascending.
    rows: &'a [u32],
    /// What they do if alive, in each phase.
    by_phase: Vec<(F, ByAge)>,
}

impl<'a, F> Frequency<'a, F> {
    /// The next ones, up to a row.
    fn before(&mut self, end: usize) -> &'a [u32] {
        let (now, later) =
            self.rows.split_at(self.rows.partition_point(|&row| (row as usize) < end));
        self.rows = later;
        now
    }
}

/// The columns of a part, and room for a block of results.
struct Columns<'a, M> {
    t_x: &'a [f64],
    t: &'a [f64],
    alive: AliveBlock<'a, M>,
    ages: [f64; BLOCK],
    counts: [f64; BLOCK],
    /// The sums over the phases, and their probabilities row by row; empty where there is one.
    sums: Vec<f64>,
    shares: Vec<f64>,
    model: &'a M,
}

impl<'a, M: PurchaseProcess> Columns<'a, M> {
    fn new(model: &'a M, customers: &'a CustomerSummary, part: Range<usize>) -> Self {
        Self {
            t_x: &customers.recency()[part.clone()],
            t: &customers.t()[part],
            alive: AliveBlock::new(model),
            ages: [0.0; BLOCK],
            counts: [0.0; BLOCK],
            sums: Vec::new(),
            shares: Vec::new(),
            model,
        }
    }

    /// The rows of one frequency, with the numbers of their ages from a first row on.
    fn fill<F: Fn(&mut [f64], &mut [f64])>(
        &mut self,
        frequency: &mut Frequency<'_, F>,
        rows: &[u32],
        numbered: Option<(usize, Numbered<'_>)>,
        out: &mut [f64],
    ) {
        self.alive.start(frequency.x);
        for rows in rows.chunks(BLOCK) {
            if let [(if_alive, by_age)] = &mut frequency.by_phase[..] {
                self.count(rows, numbered, if_alive, by_age);
            } else {
                self.count_by_phase(frequency, rows, numbered);
            }
            let p_alive = self.alive.of(rows, self.t_x, self.t);
            for ((&row, count), p_alive) in rows.iter().zip(&self.counts).zip(p_alive) {
                out[row as usize] = count * p_alive;
            }
        }
    }

    /// What a block of customers does if alive, in one phase.
    fn count<F: Fn(&mut [f64], &mut [f64])>(
        &mut self,
        rows: &[u32],
        numbered: Option<(usize, Numbered<'_>)>,
        if_alive: &F,
        by_age: &mut ByAge,
    ) {
        let counts = &mut self.counts[..rows.len()];
        if let Some((first, ages)) = numbered {
            let rows = rows.iter().map(|&row| row as usize - first);
            by_age.fill(ages, rows, counts, if_alive);
        } else {
            let ages = &mut self.ages[..rows.len()];
            let t = rows.iter().map(|&row| self.t[row as usize]);
            ages.iter_mut().zip(t).for_each(|(age, t)| *age = t);
            if_alive(ages, counts);
        }
    }

    /// The mean over the phases, added up in their order.
    fn count_by_phase<F: Fn(&mut [f64], &mut [f64])>(
        &mut self,
        frequency: &mut Frequency<'_, F>,
        rows: &[u32],
        numbered: Option<(usize, Numbered<'_>)>,
    ) {
        let phases = frequency.by_phase.len();
        let mut shares = std::mem::take(&mut self.shares);
        shares.resize(rows.len() * phases, 0.0);
        for (&row, shares) in rows.iter().zip(shares.chunks_mut(phases)) {
            let row = row as usize;
            self.model.phase_shares(frequency.x, self.t_x[row], self.t[row], shares);
        }
        let mut sums = std::mem::take(&mut self.sums);
        sums.clear();
        sums.resize(rows.len(), 0.0);
        for (phase, (if_alive, by_age)) in frequency.by_phase.iter_mut().enumerate() {
            self.count(rows, numbered, if_alive, by_age);
            let shares = shares.iter().skip(phase).step_by(phases);
            for ((sum, count), share) in sums.iter_mut().zip(&self.counts).zip(shares) {
                *sum += share * count;
            }
        }
        self.counts[..rows.len()].copy_from_slice(&sums);
        (self.shares, self.sums) = (shares, sums);
    }
}
