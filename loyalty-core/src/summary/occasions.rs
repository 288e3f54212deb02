//! The state between log and summary: each customer's purchase occasions.

use super::absorb::Pair;
use super::grouping::{Grouped, by_group};
use crate::Error;
use crate::memory;
use crate::orders::{Customers, Orders};
use crate::parallel::Threads;
use crate::time::Clock;

/// Each customer's purchase occasions in order of time, with the money of each.
///
/// It is the mergeable state of the summary: make one from every batch of a log (a file, a day, a
/// partition), merge them in any order, and summarise once. The result does not depend on how the log
/// was cut, because equal occasions meet again in the merge and their money is summed exactly.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// use loyalty_core::summary::Occasions;
/// use loyalty_core::time::{Clock, Unit};
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
/// let june = Occasions::of(&batch(&[1, 2], &[0, 3])?, clock)?;
/// let july = Occasions::of(&batch(&[2, 1], &[3, 30])?, clock)?;
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
    /// First and last order.
    time_range: (i64, i64),
}

impl Occasions {
    /// Groups the orders of each customer into occasions.
    ///
    /// # Errors
    /// [`Error::Memory`] where there is not enough for them.
    pub fn of(orders: &Orders, clock: Clock) -> Result<Self, Error> {
        memory::ask(
            "occasions of orders",
            46 * orders.len() + 42 * orders.customers().len() + orders.customers().size(),
        )?;
        let mut all = Grouped { starts: vec![0], ..Grouped::default() };
        for group in by_group(orders, clock, Threads::default(), |_, group| group) {
            all.append(&group);
        }
        let (customers, has_amounts) = (orders.customers().clone(), orders.has_amounts());
        Ok(Self { clock, customers, grouped: all, has_amounts, time_range: orders.time_range() })
    }

    /// Occasions as a file has them, which it has checked.
    pub(super) fn trusted(
        clock: Clock,
        customers: Customers,
        grouped: Grouped,
        has_amounts: bool,
        time_range: (i64, i64),
    ) -> Self {
        Self { clock, customers, grouped, has_amounts, time_range }
    }

    /// Joins the occasions of two batches of one log.
    ///
    /// # Errors
    /// [`Error::Unit`] where the clocks differ, [`Error::Choice`] where one has customer ids that are
    /// numbers and the other has text, [`Error::MissingColumn`] where only one has amounts.
    pub fn merge(&self, other: &Self) -> Result<Self, Error> {
        memory::ask_for_rows("a copy of occasions", self.grouped.key.len(), 24, self.room())?;
        let mut both = self.clone();
        both.absorb(other)?;
        Ok(both)
    }

    /// Takes the occasions of another batch of the same log in. What is there moves up in place, so
    /// that a log of any number of batches needs little more memory than its occasions.
    ///
    /// # Errors
    /// As [`Occasions::merge`]; nothing has changed then.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
    /// use loyalty_core::summary::Occasions;
    /// use loyalty_core::time::{Clock, Unit};
    /// let batch = |day: [i64; 2]| {
    ///     let columns = OrderColumns {
    ///         customer: Column::new("customer", &[1_i64, 2][..]).into(),
    ///         time: Column::new("day", &day),
    ///         scale: TimeScale::Days,
    ///         amount: None,
    ///     };
    ///     Orders::new(&columns, Invalid::Raise)
    /// };
    /// let clock = Clock::new(Unit::Day, None)?;
    /// let mut all = Occasions::of(&batch([0, 0])?, clock)?;
    /// for later in 1..4 {
    ///     all.absorb(&Occasions::of(&batch([later, 2 * later])?, clock)?)?;
    /// }
    /// assert_eq!(all.summarize(None, false)?.recency(), [3.0, 6.0]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn absorb(&mut self, other: &Self) -> Result<(), Error> {
        self.check_alike(other)?;
        let occasions = self.grouped.key.len() + other.grouped.key.len();
        memory::ask_for_rows(
            "occasions of two batches",
            occasions,
            24,
            self.room() + other.room(),
        )?;
        let mut customers = self.customers.empty_like();
        let mut pairs = Vec::with_capacity(self.len().max(other.len()));
        let (mut i, mut j) = (0, 0);
        while i < self.len() || j < other.len() {
            let mine = (i < self.len()).then(|| self.customers.get(i));
            let theirs = (j < other.len()).then(|| other.customers.get(j));
            let (take_mine, take_theirs) = match (mine, theirs) {
                (Some(mine), Some(theirs)) => (mine <= theirs, theirs <= mine),
                (mine, theirs) => (mine.is_some(), theirs.is_some()),
            };
            let (table, row) = if take_mine { (&self.customers, i) } else { (&other.customers, j) };
            customers.push_from(table, row);
            pairs.push(Pair { mine: take_mine.then_some(i), theirs: take_theirs.then_some(j) });
            i += usize::from(take_mine);
            j += usize::from(take_theirs);
        }
        self.customers = customers;
        self.grouped.absorb(&other.grouped, &pairs);
        let ((first, last), (other_first, other_last)) = (self.time_range, other.time_range);
        self.time_range = (first.min(other_first), last.max(other_last));
        Ok(())
    }

    /// What is besides the occasions, in bytes.
    fn room(&self) -> usize {
        48 * self.len() + self.customers.size()
    }

    /// How the log is read in time.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The first and the last order of all batches, in microseconds since 1970-01-01T00:00.
    pub fn time_range(&self) -> (i64, i64) {
        self.time_range
    }

    /// The number of customers.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there are no customers.
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// Whether the orders have amounts.
    pub fn has_amounts(&self) -> bool {
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
