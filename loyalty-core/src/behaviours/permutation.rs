//! What the labels of a shop would be if nobody had a habit.

use super::definitions::Behaviour;
use super::model::{BehaviourModel, BehaviourOptions};
use crate::Error;
use crate::ledger::{Ledger, LedgerOptions, dealt};
use crate::orders::{Contacts, OrderLines};

/// The labels of one behaviour, and those by chance.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PermutationCheck {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// The customers of the shop.
    pub customers: usize,
    /// How many of them are labelled.
    pub labelled: usize,
    /// How many are once the orders are dealt out at random, in each round; all of these labels are false.
    pub by_chance: Vec<usize>,
}

impl PermutationCheck {
    /// The mean of the rounds by the labels of the shop: the share of them that chance alone would have made;
    /// 0 where there are none either way.
    pub fn false_share(&self) -> f64 {
        let sum: usize = self.by_chance.iter().sum();
        if sum == 0 {
            return 0.0;
        }
        (sum as f64 / self.by_chance.len() as f64 / self.labelled.max(1) as f64).min(1.0)
    }
}

/// Labels a shop, and the same shop with its orders dealt out at random among its customers, each of whom keeps
/// the number of theirs.
///
/// Orders stay whole, with their lines, returns and discounts, and the contacts that follow them go along. So
/// whatever is wrong about the shop's log (bursts, heavy tails, cancellations, waves of offers) is there as
/// before, but no customer has a habit: every label is false. It is the honest check of labels that a shop can
/// make by itself.
///
/// # Errors
/// [`Error::Parameter`] unless `rounds` is from 1 to 1,000; else as [`Ledger::new`] and [`BehaviourModel::fit`].
///
/// # Examples
/// ```
/// use loyalty_core::behaviours::{BehaviourOptions, permutation_check};
/// use loyalty_core::ledger::LedgerOptions;
/// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
/// let customer: Vec<i64> = (0..3000).map(|i| i % 300).collect();
/// let day: Vec<i64> = (0..3000).map(|i| (i * 13) % 700).collect();
/// let paid: Vec<f64> = (0..3000).map(|i| f64::from(20 + i * 7 % 31)).collect();
/// let columns = LineColumns::new(
///     Column::new("customer", &customer[..]).into(),
///     Column::new("day", &day),
///     TimeScale::Days,
/// );
/// let lines = OrderLines::new(&columns.with_amount(Column::new("paid", &paid)), Invalid::Raise)?;
/// let options = LedgerOptions::default();
/// let checks = permutation_check(&lines, None, &options, &BehaviourOptions::default(), 2, 0)?;
/// assert!(checks.iter().all(|check| check.labelled == 0 && check.by_chance == [0, 0]));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn permutation_check(
    lines: &OrderLines,
    contacts: Option<&Contacts>,
    ledger: &LedgerOptions,
    options: &BehaviourOptions,
    rounds: usize,
    seed: u64,
) -> Result<Vec<PermutationCheck>, Error> {
    if !(1..=1000).contains(&rounds) {
        return Err(Error::parameter("rounds", "from 1 to 1000", rounds as f64));
    }
    let labelled = |lines: &OrderLines, contacts: Option<&Contacts>| {
        let ledger = Ledger::new(lines, contacts, None, ledger)?;
        let model = BehaviourModel::fit(&ledger, options)?;
        let found = model.classify(&ledger, options.fit.threads)?;
        let count = |behaviour| (0..ledger.len()).filter(|&row| found.has(row, behaviour)).count();
        let each: Vec<_> = model
            .distributions()
            .map(|(one, _)| one.behaviour())
            .map(|one| (one, count(one)))
            .collect();
        Ok::<_, Error>((ledger.len(), each))
    };
    let (customers, own) = labelled(lines, contacts)?;
    let one = |(behaviour, labelled)| PermutationCheck {
        behaviour,
        customers,
        labelled,
        by_chance: Vec::with_capacity(rounds),
    };
    let mut checks: Vec<_> = own.into_iter().map(one).collect();
    for round in 0..rounds {
        let (lines, contacts) = dealt(lines, contacts, seed.wrapping_add(round as u64))?;
        let (_, by_chance) = labelled(&lines, contacts.as_ref())?;
        for check in &mut checks {
            let count = by_chance.iter().find(|(behaviour, _)| *behaviour == check.behaviour);
            check.by_chance.push(count.map_or(0, |(_, count)| *count));
        }
    }
    Ok(checks)
}
