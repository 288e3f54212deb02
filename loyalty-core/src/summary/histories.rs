//! Distinct weighted histories: what a likelihood is summed over.

use std::ops::Range;

use super::CustomerSummary;

/// The distinct (x, t_x, T) of a summary in order of x, T and t_x, with the customers behind each.
///
/// With day granularity most customers share their history with others, and all that depends on x
/// alone is worked out once per run.
#[derive(Debug, Clone)]
pub(crate) struct Histories {
    runs: Vec<Run>,
    t_x: Vec<f64>,
    t: Vec<f64>,
    weight: Vec<f64>,
}

/// The rows of one x.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) x: u32,
    pub(crate) rows: Range<usize>,
}

impl Histories {
    pub(crate) fn of(summary: &CustomerSummary) -> Self {
        let weights = summary.weights();
        let mut rows: Vec<(u32, u64, u64, f64)> = (0..summary.len())
            .map(|row| {
                let history = summary.history(row);
                // The bits of floats >= 0 are in the order of the floats.
                let (t, t_x) = (history.t().to_bits(), history.t_x().to_bits());
                (history.x(), t, t_x, weights.map_or(1.0, |weights| weights[row]))
            })
            .collect();
        // Weights take part, so that their sum does not depend on the order of the customers.
        rows.sort_unstable_by_key(|&(x, t, t_x, weight)| (x, t, t_x, weight.to_bits()));
        let mut distinct = Self::default();
        for same in rows.chunk_by(|a, b| (a.0, a.1, a.2) == (b.0, b.1, b.2)) {
            let (x, t, t_x, _) = same[0];
            distinct.push(
                x,
                f64::from_bits(t_x),
                f64::from_bits(t),
                same.iter().map(|r| r.3).sum(),
            );
        }
        distinct
    }

    pub(crate) fn runs(&self) -> &[Run] {
        &self.runs
    }

    pub(crate) fn len(&self) -> usize {
        self.t.len()
    }

    pub(crate) fn t_x(&self) -> &[f64] {
        &self.t_x
    }

    pub(crate) fn t(&self) -> &[f64] {
        &self.t
    }

    pub(crate) fn weight(&self) -> &[f64] {
        &self.weight
    }

    fn default() -> Self {
        Self { runs: Vec::new(), t_x: Vec::new(), t: Vec::new(), weight: Vec::new() }
    }

    fn push(&mut self, x: u32, t_x: f64, t: f64, weight: f64) {
        let row = self.t.len();
        match self.runs.last_mut() {
            Some(run) if run.x == x => run.rows.end = row + 1,
            _ => self.runs.push(Run { x, rows: row..row + 1 }),
        }
        self.t_x.push(t_x);
        self.t.push(t);
        self.weight.push(weight);
    }
}
