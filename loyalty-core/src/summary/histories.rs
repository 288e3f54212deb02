//! Distinct weighted histories: what a likelihood is summed over.

use hashbrown::HashMap;

use super::{Buckets, CustomerSummary};
use crate::math::ExactSum;
use crate::parallel::{Threads, map_chunks};

/// The histories of a summary by x, with the customers behind each.
///
/// What depends on x alone is worked out once per run. With day granularity many customers share
/// their whole history; where that saves work, equal histories are brought together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Histories {
    runs: Vec<Run>,
}

/// The histories of one x.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub(crate) x: u32,
    pub(crate) t_x: Vec<f64>,
    pub(crate) t: Vec<f64>,
    pub(crate) weight: Vec<f64>,
}

impl Histories {
    /// Equal histories are brought together where there are few rows or many of them repeat.
    pub(crate) fn of(summary: &CustomerSummary, threads: Threads) -> Self {
        Self::by(summary, threads, Run::compact)
    }

    /// Equal histories are brought together, in order of T and t_x.
    pub(crate) fn distinct(summary: &CustomerSummary, threads: Threads) -> Self {
        Self::by(summary, threads, Run::distinct)
    }

    fn by(
        summary: &CustomerSummary,
        threads: Threads,
        run: impl Fn(&CustomerSummary, u32, &[u32]) -> Run + Sync,
    ) -> Self {
        let by_frequency = Buckets::of(summary.frequency());
        let threads = threads.for_rows(summary.len());
        Self {
            runs: map_chunks(by_frequency.len(), 1, threads, |bucket| {
                let (x, rows) = by_frequency.get(bucket.start);
                run(summary, x, rows)
            }),
        }
    }

    /// Every `step`-th history of each x, for a first look at the data.
    pub(crate) fn thinned(&self, step: usize) -> Self {
        Self { runs: self.runs.iter().map(|run| run.thinned(step)).collect() }
    }

    /// In order of x.
    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }

    pub(crate) fn len(&self) -> usize {
        self.runs.iter().map(Run::len).sum()
    }

    /// The number of customers, counted with their weights.
    pub(crate) fn customers(&self) -> f64 {
        self.runs.iter().flat_map(|run| &run.weight).sum()
    }
}

impl CustomerSummary {
    /// The mean of Σ ln gaps over the customers behind each distinct history.
    pub(super) fn mean_ln_gaps(&self, runs: &[Run]) -> Option<Vec<f64>> {
        let sums = self.sum_ln_gaps()?;
        let mut totals: HashMap<(u32, Key), ExactSum> = HashMap::new();
        for row in 0..self.len() {
            let weight = self.weights().map_or(1.0, |weights| weights[row]);
            let history = self.history(row);
            let key = (history.x(), (history.t().to_bits(), history.t_x().to_bits()));
            totals.entry(key).or_default().add(weight * sums[row]);
        }
        let mean = |run: &Run, row: usize| {
            let key = (run.x, (run.t[row].to_bits(), run.t_x[row].to_bits()));
            totals.get(&key).map_or(0.0, |total| total.value() / run.weight[row])
        };
        Some(
            runs.iter()
                .flat_map(|run| (0..run.len()).map(move |row| (run, row)))
                .map(|(run, row)| mean(run, row))
                .collect(),
        )
    }

    /// Σ ln gaps over all customers, counted with their weights: the same for every order of the rows.
    pub(crate) fn total_ln_gaps(&self) -> Option<f64> {
        let mut total = ExactSum::default();
        for (row, sum) in self.sum_ln_gaps()?.iter().enumerate() {
            total.add(self.weights().map_or(1.0, |weights| weights[row]) * sum);
        }
        Some(total.value())
    }
}

impl Run {
    pub(crate) fn len(&self) -> usize {
        self.t.len()
    }

    fn push(&mut self, (t, t_x): Key, weight: f64) {
        self.t.push(f64::from_bits(t));
        self.t_x.push(f64::from_bits(t_x));
        self.weight.push(weight);
    }

    fn thinned(&self, step: usize) -> Self {
        let every = |column: &[f64]| column.iter().copied().step_by(step).collect();
        Self { x: self.x, t_x: every(&self.t_x), t: every(&self.t), weight: every(&self.weight) }
    }

    fn compact(summary: &CustomerSummary, x: u32, rows: &[u32]) -> Self {
        if rows.len() <= FEW || repeats_much(summary, rows) {
            return Self::distinct(summary, x, rows);
        }
        let of = |column: &[f64]| rows.iter().map(|&row| column[row as usize]).collect();
        let weight = summary.weights().map_or_else(|| vec![1.0; rows.len()], of);
        Self { x, t_x: of(summary.recency()), t: of(summary.t()), weight }
    }

    fn distinct(summary: &CustomerSummary, x: u32, rows: &[u32]) -> Self {
        let mut run = Self { x, ..Self::default() };
        let Some(weights) = summary.weights() else {
            let mut customers: HashMap<Key, u32> = HashMap::new();
            rows.iter().for_each(|&row| *customers.entry(key(summary, row)).or_insert(0) += 1);
            let mut distinct: Vec<_> = customers.into_iter().collect();
            distinct.sort_unstable();
            distinct.into_iter().for_each(|(key, count)| run.push(key, f64::from(count)));
            return run;
        };
        // Weights take part in the order, so that their sum does not depend on that of the rows.
        let weighted = |&row: &u32| (key(summary, row), weights[row as usize].to_bits());
        let mut keys: Vec<(Key, u64)> = rows.iter().map(weighted).collect();
        keys.sort_unstable();
        for same in keys.chunk_by(|a, b| a.0 == b.0) {
            run.push(same[0].0, same.iter().map(|&(_, weight)| f64::from_bits(weight)).sum());
        }
        run
    }
}

/// The bits of T and t_x; of floats >= 0 they are in the order of the floats.
type Key = (u64, u64);

fn key(summary: &CustomerSummary, row: u32) -> Key {
    (summary.t()[row as usize].to_bits(), summary.recency()[row as usize].to_bits())
}

/// Rows that are brought together and put in order in any case: it costs little, and then even the
/// rounding of sums does not depend on the order of the customers.
const FEW: usize = 16_384;

/// Whether fewer than half of the histories can be expected to differ, judged by how often the rows
/// of a sample coincide.
fn repeats_much(summary: &CustomerSummary, rows: &[u32]) -> bool {
    const SAMPLE: usize = 1024;
    let step = rows.len().div_ceil(SAMPLE);
    let mut sample: Vec<_> = rows.iter().step_by(step).map(|&row| key(summary, row)).collect();
    sample.sort_unstable();
    let pairs = |same: &[_]| same.len() * (same.len() - 1) / 2;
    let coincidences: usize = sample.chunk_by(PartialEq::eq).map(pairs).sum();
    // Of n histories spread evenly over k, half differ at n = 1.59 k; a sample of m coincides in
    // m²/2k pairs.
    let m = sample.len() as f64;
    rows.len() as f64 * coincidences as f64 > 1.59 * m * m / 2.0
}
