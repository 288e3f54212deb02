//! The distinct histories of customers who share their covariates.

use std::cmp::Ordering;
use std::ops::Range;

use crate::estimation::{Design, Features};
use crate::purchase::process::{Rows, ShopSize};
use crate::summary::CustomerSummary;

/// Distinct histories in order of the covariates, x, T and t_x, with the number of customers of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Patterns {
    /// Standardised features, one pattern after the other.
    features: Vec<f64>,
    width: usize,
    t_x: Vec<f64>,
    t: Vec<f64>,
    weight: Vec<f64>,
    runs: Vec<PatternRun>,
}

/// The histories of one pattern and one x, at most a chunk of them.
#[derive(Debug, Clone)]
pub(super) struct PatternRun {
    pub(super) pattern: usize,
    pub(super) x: u32,
    rows: Range<usize>,
}

/// Histories of a run: fixed, so that sums have one order for every number of threads.
const CHUNK: usize = 8192;

/// A history and the pattern it is of.
#[derive(Clone, Copy)]
struct Placed {
    pattern: usize,
    x: u32,
    t_x: f64,
    t: f64,
    weight: f64,
}

impl Patterns {
    pub(super) fn of(customers: &CustomerSummary, features: &Features, design: &Design) -> Self {
        let by_features = |a: usize, b: usize| {
            let pairs = features.row(a).iter().zip(features.row(b));
            pairs.fold(Ordering::Equal, |order, (a, b)| order.then_with(|| a.total_cmp(b)))
        };
        let weight = |row: usize| customers.weights().map_or(1.0, |weights| weights[row]);
        let (x, t_x, t) = (customers.frequency(), customers.recency(), customers.t());
        let by_history = |a: usize, b: usize| {
            x[a].cmp(&x[b]).then(t[a].total_cmp(&t[b])).then(t_x[a].total_cmp(&t_x[b]))
        };
        let mut order: Vec<usize> = (0..customers.len()).collect();
        // Weights take part in the order, so that their sum does not depend on that of the rows.
        order.sort_unstable_by(|&a, &b| {
            let history = by_features(a, b).then_with(|| by_history(a, b));
            history.then_with(|| weight(a).total_cmp(&weight(b)))
        });
        let mut patterns = Self { width: features.row(0).len(), ..Self::default() };
        let mut placed: Vec<Placed> = Vec::with_capacity(order.len());
        let mut before: Option<usize> = None;
        for row in order {
            let same_pattern = before.is_some_and(|last| by_features(last, row) == Ordering::Equal);
            let same_history = before.is_some_and(|last| by_history(last, row) == Ordering::Equal);
            before = Some(row);
            if !same_pattern {
                let mut own = features.row(row).to_vec();
                design.standardise(&mut own);
                patterns.features.extend(own);
            }
            match placed.last_mut() {
                Some(last) if same_pattern && same_history => last.weight += weight(row),
                _ => placed.push(Placed {
                    pattern: patterns.features.len() / patterns.width - 1,
                    x: x[row],
                    t_x: t_x[row],
                    t: t[row],
                    weight: weight(row),
                }),
            }
        }
        patterns.push_all(placed.into_iter());
        patterns
    }

    fn push_all(&mut self, histories: impl Iterator<Item = Placed>) {
        for history in histories {
            let row = self.t.len();
            self.t_x.push(history.t_x);
            self.t.push(history.t);
            self.weight.push(history.weight);
            match self.runs.last_mut() {
                Some(run)
                    if (run.pattern, run.x) == (history.pattern, history.x)
                        && run.rows.len() < CHUNK =>
                {
                    run.rows.end = row + 1;
                }
                _ => self.runs.push(PatternRun {
                    pattern: history.pattern,
                    x: history.x,
                    rows: row..row + 1,
                }),
            }
        }
    }

    /// Every `step`-th history.
    pub(super) fn thinned(&self, step: usize) -> Self {
        let mut some =
            Self { features: self.features.clone(), width: self.width, ..Self::default() };
        let all = self.runs.iter().flat_map(|run| run.rows.clone().map(move |row| (run, row)));
        some.push_all(all.step_by(step).map(|(run, row)| Placed {
            pattern: run.pattern,
            x: run.x,
            t_x: self.t_x[row],
            t: self.t[row],
            weight: self.weight[row],
        }));
        some
    }

    /// The number of histories.
    pub(super) fn len(&self) -> usize {
        self.t.len()
    }

    pub(super) fn runs(&self) -> &[PatternRun] {
        &self.runs
    }

    /// The standardised features of a pattern.
    pub(super) fn features(&self, pattern: usize) -> &[f64] {
        &self.features[pattern * self.width..(pattern + 1) * self.width]
    }

    pub(super) fn rows(&self, run: &PatternRun) -> Rows<'_> {
        let [t_x, t, weight] =
            [&self.t_x, &self.t, &self.weight].map(|column| &column[run.rows.clone()]);
        Rows { t_x, t, weight }
    }

    pub(super) fn size(&self) -> ShopSize {
        let mut size = ShopSize::default();
        for run in &self.runs {
            let rows = self.rows(run);
            let customers: f64 = rows.weight.iter().sum();
            size.customers += customers;
            size.purchases += customers * f64::from(run.x);
            size.time += rows.weight.iter().zip(rows.t).map(|(weight, t)| weight * t).sum::<f64>();
            size.longest = rows.t.iter().fold(size.longest, |longest, &t| longest.max(t));
        }
        size
    }
}
