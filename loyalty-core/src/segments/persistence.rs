//! Whether habits last: fitted to one half of the history, looked at in the other.

use super::behaviours::{BehaviourModel, BehaviourOptions};
use crate::Error;
use crate::models::{Behaviour, TraitColumns, TraitModel};
use crate::orders::{Contacts, LedgerLines};
use crate::summary::{Ledger, LedgerOptions};

/// How one habit lasts from the first half of the history to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Persistence {
    /// The habit.
    pub behaviour: Behaviour,
    /// Customers with evidence in both halves.
    pub customers: usize,
    /// Rank correlation of the estimates of both halves, each from its own evidence.
    pub rank_correlation: f64,
    /// Customers labelled by the first half who have evidence in the second.
    pub labelled: usize,
    /// Their mean p_over in the second half, by the model of the first.
    pub over_again: f64,
    /// How much of their excess over ordinary customers in the first half is found in the second: 1 for
    /// a trait that lasts, 0 for one that does not.
    pub recurrence: f64,
}

/// Cuts the history in the middle, fits the habits to the first half, and looks at the second.
///
/// # Errors
/// As [`Ledger::new`] and [`BehaviourModel::fit`], for either half.
pub fn persistence(
    lines: &LedgerLines,
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
    let threads = options.traits.threads;
    let (then, now) = (model.classify(&before, threads), model.classify(&after, threads));
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

/// What is seen of the excess over ordinary customers, by what the first half lets expect.
fn recurrence(
    model: &BehaviourModel,
    behaviour: Behaviour,
    labelled: &[usize],
    before: &Ledger,
    after: &Ledger,
) -> f64 {
    let of = |model: &&TraitModel| model.behaviour() == behaviour;
    let Some(model) = model.traits().map(|(model, _)| model).find(of) else { return 0.0 };
    let (mut seen, mut expected) = (0.0, 0.0);
    for &row in labelled {
        let (one, other) = model.excess(&before.row(row), &after.row(row));
        seen += one;
        expected += other;
    }
    if expected > 0.0 { seen / expected } else { 0.0 }
}

/// Spearman's, with mean ranks of ties.
fn rank_correlation(rows: &[usize], first: &TraitColumns, second: &TraitColumns) -> f64 {
    let ranks = |values: &[f64]| {
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|&a, &b| values[rows[a]].total_cmp(&values[rows[b]]));
        let (mut ranks, mut next) = (vec![0.0; rows.len()], 0.0);
        for same in order.chunk_by(|&a, &b| values[rows[a]] == values[rows[b]]) {
            let rank = next + 0.5 * (same.len() - 1) as f64;
            same.iter().for_each(|&at| ranks[at] = rank);
            next += same.len() as f64;
        }
        ranks
    };
    let (a, b) = (ranks(&first.estimate), ranks(&second.estimate));
    let middle = 0.5 * (rows.len() as f64 - 1.0);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(&b) {
        ab += (a - middle) * (b - middle);
        aa += (a - middle) * (a - middle);
        bb += (b - middle) * (b - middle);
    }
    if aa > 0.0 && bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}
