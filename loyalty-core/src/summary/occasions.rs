//! The state between log and summary: each customer's purchase occasions.

use super::grouping::{CustomerOccasions, Grouped, by_group};
use crate::Error;
use crate::orders::{Customers, Orders};
use crate::parallel::Threads;
use crate::special::ExactSum;
use crate::time::Clock;

/// Each customer's purchase occasions in order of time, with the money of each.
///
/// It is the mergeable state of the summary: make one from every batch of a log (a file, a day, a
/// partition), merge them in any order, and summarise once. The result does not depend on how the log
/// was cut, because equal occasions meet again in the merge and their money is summed exactly.
///
/// # Examples
/// ```
/// use loyalty_core::{Clock, Column, Invalid, Occasions, OrderColumns, Orders, TimeScale, Unit};
/// let batch = |customer: &[i64], day: &[i64]| {
///     let columns = OrderColumns {
///         customer: Column::new("customer", customer).into(),
///         time: Column::new("day", day),
///         scale: TimeScale::Days,
///         amount: None,
///     };
///     Orders::new(&columns, Invalid::Raise)
/// };
/// let clock = Clock::new(Unit::Day, None)?;
/// let june = Occasions::of(&batch(&[1, 2], &[0, 3])?, clock);
/// let july = Occasions::of(&batch(&[2, 1], &[3, 30])?, clock);
/// let summary = june.merge(&july)?.summarize(None, false)?;
/// assert_eq!(summary.frequency(), [1, 0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Occasions {
    pub(super) clock: Clock,
    pub(super) customers: Customers,
    pub(super) grouped: Grouped,
    has_amounts: bool,
}

impl Occasions {
    /// Groups the orders of each customer into occasions.
    pub fn of(orders: &Orders, clock: Clock) -> Self {
        let mut all = Grouped { starts: vec![0], ..Grouped::default() };
        for group in by_group(orders, clock, Threads::default(), |_, group, _| group) {
            all.append(&group);
        }
        let (customers, has_amounts) = (orders.customers().clone(), orders.has_amounts());
        Self { clock, customers, grouped: all, has_amounts }
    }

    /// Joins the occasions of two batches of one log.
    ///
    /// # Errors
    /// [`Error::Unit`] where the clocks differ, [`Error::Choice`] where one has customer ids that are
    /// numbers and the other has text, [`Error::MissingColumn`] where only one has amounts.
    pub fn merge(&self, other: &Self) -> Result<Self, Error> {
        self.check_alike(other)?;
        let mut customers = self.customers.empty_like();
        let mut grouped = Grouped { starts: vec![0], ..Grouped::default() };
        let (mut i, mut j) = (0, 0);
        while i < self.len() || j < other.len() {
            let mine = (i < self.len()).then(|| self.customers.get(i));
            let theirs = (j < other.len()).then(|| other.customers.get(j));
            let (take_mine, take_theirs) = match (mine, theirs) {
                (Some(mine), Some(theirs)) => (mine <= theirs, theirs <= mine),
                (mine, theirs) => (mine.is_some(), theirs.is_some()),
            };
            let (table, row) = if take_mine { (self, i) } else { (other, j) };
            customers.push_from(&table.customers, row);
            let none = CustomerOccasions::default();
            let mine = if take_mine { self.grouped.customer(i) } else { none };
            let theirs = if take_theirs { other.grouped.customer(j) } else { none };
            push_merged(&mut grouped, mine, theirs, self.has_amounts);
            i += usize::from(take_mine);
            j += usize::from(take_theirs);
        }
        Ok(Self { clock: self.clock, customers, grouped, has_amounts: self.has_amounts })
    }

    /// The number of customers.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there are no customers.
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    pub(super) fn has_amounts(&self) -> bool {
        self.has_amounts
    }

    /// The period of the last occasion of all.
    pub(super) fn last_key(&self) -> i64 {
        self.grouped.key.iter().copied().max().unwrap_or(i64::MIN)
    }

    fn check_alike(&self, other: &Self) -> Result<(), Error> {
        if self.clock != other.clock {
            let name = |clock: Clock| format!("{} by {}", clock.unit(), clock.occasion());
            return Err(Error::Unit {
                left: "the first batch",
                left_unit: name(self.clock),
                right: "the second",
                right_unit: name(other.clock),
            });
        }
        if std::mem::discriminant(&self.customers) != std::mem::discriminant(&other.customers) {
            return Err(Error::Choice {
                name: "customer",
                expected: "of one kind in all batches, numbers or text",
                value: "both".to_owned(),
            });
        }
        if self.has_amounts != other.has_amounts {
            return Err(Error::MissingColumn { column: "amount", needed_by: "one of the batches" });
        }
        Ok(())
    }
}

/// Appends a customer by his occasions in both batches.
fn push_merged(
    grouped: &mut Grouped,
    a: CustomerOccasions<'_>,
    b: CustomerOccasions<'_>,
    has_amounts: bool,
) {
    let (mut i, mut j) = (0, 0);
    while i < a.key.len() || j < b.key.len() {
        let (left, right) = (a.key.get(i), b.key.get(j));
        let key = left.into_iter().chain(right).copied().min().unwrap_or_default();
        let mut money = ExactSum::default();
        if left == Some(&key) {
            money.merge(a.money(i));
            i += 1;
        }
        if right == Some(&key) {
            money.merge(b.money(j));
            j += 1;
        }
        grouped.key.push(key);
        if has_amounts {
            grouped.money.push(money);
        }
    }
    grouped.starts.push(grouped.key.len());
}
