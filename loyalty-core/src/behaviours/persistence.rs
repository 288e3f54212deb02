//! Whether behaviours last: fitted to one half of the history, looked at in the other.

use super::definitions::Behaviour;
use super::distribution::BehaviourDistribution;
use super::model::{BehaviourModel, BehaviourOptions};
use super::scoring::BehaviourScores;
use crate::Error;
use crate::ledger::{Ledger, LedgerOptions};
use crate::math::elementary::exp_m1;
use crate::math::ranks::mid_ranks;
use crate::orders::{Contacts, OrderLines};
use crate::parallel::Threads;
use crate::time::YEAR;

/// How one behaviour lasts from the first half of the history to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Persistence {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// Customers with evidence in both halves.
    pub customers: usize,
    /// Rank correlation of the estimates of both halves, each from its own evidence.
    pub rank_correlation: f64,
    /// Customers labelled by the first half who have evidence in the second.
    pub labelled: usize,
    /// Their mean p_over in the second half, by the model of the first.
    pub over_again: f64,
    /// How much of their excess over the mean customer in the first half is found in the second: 1 for a
    /// behaviour that lasts, 0 for one that does not.
    pub recurrence: f64,
    /// Length of either half in years.
    pub years: f64,
}

impl Persistence {
    /// How much of the excess that a customer showed in so many years of `history` the next `ahead` years
    /// hold.
    ///
    /// A strength that drifts about its mean, and forgets at the rate κ (Uhlenbeck & Ornstein 1930), has,
    /// with x = κ history and y = κ ahead, of the mean of one stretch in that of the next
    ///
    /// ```text
    /// x (1 − e^−x) (1 − e^−y) / (2 y (x − 1 + e^−x))
    /// ```
    ///
    /// κ is the one that makes this the recurrence for x = y = κ years: 0 for a recurrence of 1.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::behaviours::Persistence;
    /// let mut found = Persistence::default();
    /// (found.recurrence, found.years) = (0.55, 0.5);
    /// assert!((found.lasting(0.5, 0.5) - 0.55).abs() < 1e-9);
    /// assert!(found.lasting(1.0, 1.0) < 0.4);
    /// ```
    pub fn lasting(&self, history: f64, ahead: f64) -> f64 {
        let rate = forgetting(self.recurrence) / self.years.max(1e-9);
        held(rate * history.max(1e-9), rate * ahead.max(1e-9))
    }

    /// What to expect of the strength of every customer of a ledger in the next `ahead` years: the mean and
    /// what lasts of their excess over it, their history being the years since their first order.
    ///
    /// # Errors
    /// [`Error::Choice`] for the distribution of another behaviour, [`Error::Parameter`] unless `ahead` is above 0.
    pub fn predicted(
        &self,
        distribution: &BehaviourDistribution,
        ledger: &Ledger,
        ahead: f64,
        threads: Threads,
    ) -> Result<Vec<f64>, Error> {
        crate::error::positive("ahead", ahead)?;
        if distribution.behaviour() != self.behaviour {
            let (expected, value) =
                ("the behaviour that was looked at", distribution.behaviour().to_string());
            return Err(Error::Choice { name: "behaviour", expected, value });
        }
        Ok(distribution.drawn(ledger, |row| self.lasting(row.tenure, ahead), threads))
    }
}

impl Default for Persistence {
    /// Of a behaviour that lasts.
    fn default() -> Self {
        Self {
            behaviour: Behaviour::ServiceDemander,
            customers: 0,
            rank_correlation: 1.0,
            labelled: 0,
            over_again: 0.0,
            recurrence: 1.0,
            years: 1.0,
        }
    }
}

/// What the mean of a stretch holds of that of the stretch before, by their lengths times κ.
fn held(before: f64, after: f64) -> f64 {
    // 1 − e^−x by x, and 2 (x − 1 + e^−x) by x², whose series serves where the difference is lost.
    let part = |x: f64| if x < 1e-8 { 1.0 } else { -exp_m1(-x) / x };
    let spread = if before < 1e-3 {
        1.0 - before / 3.0 + before * before / 12.0
    } else {
        2.0 * (before + exp_m1(-before)) / before / before
    };
    part(before) * part(after) / spread
}

/// κ times the length of two stretches of which the second holds this of the first.
fn forgetting(recurrence: f64) -> f64 {
    const MOST: f64 = 1e6;
    if recurrence >= 1.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, MOST);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if held(middle, middle) > recurrence {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Cuts the history in the middle, fits the behaviours to the first half, and looks at the second.
///
/// # Errors
/// As [`Ledger::new`] and [`BehaviourModel::fit`], for either half.
pub fn persistence(
    lines: &OrderLines,
    contacts: Option<&Contacts>,
    ledger: &LedgerOptions,
    options: &BehaviourOptions,
) -> Result<Vec<Persistence>, Error> {
    let (first, last) = lines.time_range();
    let (start, end) = (ledger.start.unwrap_or(first), ledger.end.unwrap_or(last));
    let middle = start + (end - start) / 2;
    let half = |start, end| {
        let options = LedgerOptions { start: Some(start), end: Some(end), ..ledger.clone() };
        Ledger::new(lines, contacts, None, &options)
    };
    let (before, after) = (half(start, middle)?, half(middle + 1, end)?);
    let model = BehaviourModel::fit(&before, options)?;
    let threads = options.fit.threads;
    let (then, now) = (model.classify(&before, threads)?, model.classify(&after, threads)?);
    let mut found = Vec::new();
    for (behaviour, first) in &then.scores {
        let Some(second) = now.scores(*behaviour) else { continue };
        let both: Vec<usize> = (0..before.len())
            .filter(|&row| first.evidence[row] > 0.0 && second.evidence[row] > 0.0)
            .collect();
        let labelled: Vec<usize> =
            both.iter().copied().filter(|&row| then.has(row, *behaviour)).collect();
        found.push(Persistence {
            behaviour: *behaviour,
            customers: both.len(),
            rank_correlation: rank_correlation(&both, first, second),
            labelled: labelled.len(),
            over_again: mean(&labelled, |row| second.p_over[row]),
            years: (end - start).max(1) as f64 / YEAR as f64 * 0.5,
            recurrence: recurrence(&model, *behaviour, &labelled, &before, &after),
        });
    }
    Ok(found)
}

fn mean(rows: &[usize], of: impl Fn(usize) -> f64) -> f64 {
    if rows.is_empty() {
        0.0
    } else {
        rows.iter().map(|&row| of(row)).sum::<f64>() / rows.len() as f64
    }
}

/// What is seen of the excess over the mean customer, by what the first half lets expect.
fn recurrence(
    model: &BehaviourModel,
    behaviour: Behaviour,
    labelled: &[usize],
    before: &Ledger,
    after: &Ledger,
) -> f64 {
    let mut distributions = model.distributions().map(|(distribution, _)| distribution);
    let Some(distribution) = distributions.find(|one| one.behaviour() == behaviour) else {
        return 0.0;
    };
    let (mut seen, mut expected) = (0.0, 0.0);
    for &row in labelled {
        let (one, other) = distribution.excess(&before.row(row), &after.row(row));
        seen += one;
        expected += other;
    }
    if expected > 0.0 { seen / expected } else { 0.0 }
}

/// Spearman's, with mean ranks of ties.
fn rank_correlation(rows: &[usize], first: &BehaviourScores, second: &BehaviourScores) -> f64 {
    let weights = vec![1.0; rows.len()];
    let ranks = |scores: &BehaviourScores| {
        let estimates: Vec<f64> = rows.iter().map(|&row| scores.estimate[row]).collect();
        mid_ranks(&estimates, &weights)
    };
    let (a, b) = (ranks(first), ranks(second));
    let middle = 0.5 * rows.len() as f64;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(&b) {
        ab += (a - middle) * (b - middle);
        aa += (a - middle) * (a - middle);
        bb += (b - middle) * (b - middle);
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}
