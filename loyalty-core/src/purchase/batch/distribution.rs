//! The distribution of the number of purchases of many customers.

use hashbrown::HashMap;

use crate::purchase::alive::mix_with_gone;
use crate::purchase::process::PurchaseProcess;
use crate::summary::{Buckets, CustomerSummary};

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
    let mut known: HashMap<u64, Vec<f64>> = HashMap::new();
    for (x, rows) in Buckets::of(frequency).iter() {
        let if_alive = model.counts_if_alive(x, counts, horizon);
        known.clear();
        for row in rows.iter().map(|&row| row as usize) {
            let history = customers.history(start + row);
            if known.len() >= KEPT {
                known.clear();
            }
            let distribution = known.entry(history.t().to_bits()).or_insert_with(|| {
                let mut fresh = vec![0.0; counts];
                if_alive(history.t(), &mut fresh);
                fresh
            });
            let out = &mut out[row * counts..(row + 1) * counts];
            out.copy_from_slice(distribution);
            mix_with_gone(model, &history, out);
        }
    }
}
