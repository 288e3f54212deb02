//! The distribution of the number of purchases of many customers.

use hashbrown::HashMap;

use crate::parallel::Threads;
use crate::purchase::alive::mix_with_gone;
use crate::purchase::process::{PurchaseProcess, Stage};
use crate::summary::{Buckets, CustomerSummary, History};

/// Ages T whose distributions are kept at a time.
const KEPT: usize = 4096;

/// The rows from `start` on: work by x for what a customer survives, and by age for the rest.
pub(in crate::purchase) fn fill_distributions<M: PurchaseProcess>(
    model: &M,
    customers: &CustomerSummary,
    horizon: f64,
    counts: usize,
    start: usize,
    out: &mut [f64],
) {
    let frequency = &customers.frequency()[start..start + out.len() / counts];
    for (x, rows) in Buckets::of(frequency).iter() {
        let mut by_phase =
            Phased::new(model, x, |stage| model.counts_if_alive(stage, counts, horizon));
        for row in rows.iter().map(|&row| row as usize) {
            let history = customers.history(start + row);
            let out = &mut out[row * counts..(row + 1) * counts];
            by_phase.fill(model, &history, out);
            mix_with_gone(model, &history, out);
        }
    }
}

/// The bytes of the distributions that are kept at a time, in every thread.
pub(in crate::purchase) fn kept_of_distributions<M: PurchaseProcess>(
    model: &M,
    rows: usize,
    counts: usize,
    threads: Threads,
) -> usize {
    let each = 8 * (model.phases() as usize).saturating_mul(counts).saturating_add(16);
    each.saturating_mul(KEPT.min(rows)).saturating_mul(threads.for_rows(rows).count())
}

/// Distributions of customers of one x who are alive, by phase and by age.
pub(in crate::purchase) struct Phased<F> {
    if_alive: Vec<F>,
    known: HashMap<u64, Vec<f64>>,
    shares: Vec<f64>,
}

impl<F: Fn(f64, &mut [f64])> Phased<F> {
    pub(in crate::purchase) fn new<M: PurchaseProcess>(
        model: &M,
        x: u32,
        prepare: impl Fn(Stage) -> F,
    ) -> Self {
        let phases = model.phases();
        Self {
            if_alive: (0..phases).map(|phase| prepare(Stage { x, phase })).collect(),
            known: HashMap::new(),
            shares: vec![1.0; phases as usize],
        }
    }

    /// The distribution of one customer, if alive.
    pub(in crate::purchase) fn fill<M: PurchaseProcess>(
        &mut self,
        model: &M,
        history: &History,
        out: &mut [f64],
    ) {
        let Self { if_alive, known, shares } = self;
        let counts = out.len();
        if known.len() >= KEPT {
            known.clear();
        }
        let distributions = known.entry(history.t().to_bits()).or_insert_with(|| {
            let mut fresh = vec![0.0; if_alive.len() * counts];
            for (if_alive, fresh) in if_alive.iter().zip(fresh.chunks_mut(counts)) {
                if_alive(history.t(), fresh);
            }
            fresh
        });
        if shares.len() == 1 {
            out.copy_from_slice(distributions);
            return;
        }
        model.phase_shares(history.x(), history.t_x(), history.t(), shares);
        out.fill(0.0);
        for (share, distribution) in shares.iter().zip(distributions.chunks(counts)) {
            out.iter_mut().zip(distribution).for_each(|(out, p)| *out += share * p);
        }
    }
}
