//! What the labels of a shop come to.

use super::definitions::Behaviour;
use super::model::Behaviours;
use super::scoring::BehaviourScores;
use crate::ledger::Ledger;
use crate::math::ExactSum;

/// The customers labelled with one behaviour.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BehaviourSummary {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// How many are labelled.
    pub customers: usize,
    /// The share of them that is expected to be wrong: the mean of 1 − p_over; 0 where there are none.
    pub expected_false: f64,
    /// Customers for whom it is the costliest label.
    pub primary: usize,
    /// What the behaviour costs in a year, over the customers labelled.
    pub impact: f64,
    /// Their share of the loss of unprofitable customers; those with several labels count under each.
    /// 0 without profits.
    pub share_of_loss: f64,
    /// The same for whom it is the costliest label; these shares add up.
    pub share_of_loss_as_primary: f64,
}

/// The loss of unprofitable customers, by what explains it; the parts add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct LossAccount {
    /// The loss of all unprofitable customers; 0 without profits.
    pub loss: f64,
    /// That of the labelled with a costly behaviour.
    pub labelled: f64,
    /// That of others, of whom one order sent back makes most of what they cost: [`Ledger::is_one_off`]. What
    /// happened once is no habit.
    pub one_off: f64,
    /// That of customers who took no part in labels by their own wish.
    pub opted_out: f64,
    /// The rest, which nothing here explains.
    pub unexplained: f64,
}

impl Behaviours {
    /// What explains the loss of unprofitable customers.
    ///
    /// # Errors
    /// [`Error::Length`](crate::Error::Length) where the ledger has other customers.
    pub fn loss_account(&self, ledger: &Ledger) -> Result<LossAccount, crate::Error> {
        crate::error::same_length(self.len(), "ledger", ledger.len())?;
        let mut sums = [ExactSum::default(); 4];
        for row in 0..self.len() {
            let lost = (-ledger.columns().profit[row]).max(0.0);
            let part = if ledger.is_opted_out(row) {
                2
            } else if self.primary()[row].is_some() {
                0
            } else if ledger.is_one_off(row) {
                1
            } else {
                3
            };
            sums[part].add(lost);
        }
        let [labelled, one_off, opted_out, unexplained] = sums.map(ExactSum::value);
        let loss = labelled + one_off + opted_out + unexplained;
        Ok(LossAccount { loss, labelled, one_off, opted_out, unexplained })
    }

    /// One row for each behaviour that could be looked at.
    ///
    /// # Errors
    /// [`Error::Length`](crate::Error::Length) where the ledger has other customers.
    pub fn summary(&self, ledger: &Ledger) -> Result<Vec<BehaviourSummary>, crate::Error> {
        crate::error::same_length(self.len(), "ledger", ledger.len())?;
        let lost = |row: usize| (-ledger.columns().profit[row]).max(0.0);
        let sum = |rows: &mut dyn Iterator<Item = f64>| {
            let mut total = ExactSum::default();
            rows.for_each(|value| total.add(value));
            total.value()
        };
        let all = sum(&mut (0..self.len()).map(lost));
        let share = |part: f64| if all > 0.0 { part / all } else { 0.0 };
        let one = |(behaviour, scores): &(Behaviour, BehaviourScores)| {
            let labelled = || (0..self.len()).filter(|&row| self.has(row, *behaviour));
            let first = || (0..self.len()).filter(|&row| self.primary()[row] == Some(*behaviour));
            let customers = labelled().count();
            let wrong = sum(&mut labelled().map(|row| 1.0 - scores.p_over[row]));
            BehaviourSummary {
                behaviour: *behaviour,
                customers,
                expected_false: if customers > 0 { wrong / customers as f64 } else { 0.0 },
                primary: first().count(),
                impact: sum(&mut labelled().map(|row| scores.impact[row])),
                share_of_loss: share(sum(&mut labelled().map(lost))),
                share_of_loss_as_primary: share(sum(&mut first().map(lost))),
            }
        };
        Ok(self.scores.iter().map(one).collect())
    }
}
