//! The state between log and summary: each customer's purchase occasions.

use crate::Error;
use crate::orders::{Customers, Orders};
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
    /// Where each customer's occasions begin, and behind the last customer their number.
    starts: Vec<usize>,
    key: Vec<i64>,
    amount: Option<Vec<ExactSum>>,
}

/// One customer's occasions.
#[derive(Clone, Copy)]
pub(super) struct CustomerOccasions<'a> {
    pub(super) key: &'a [i64],
    amount: Option<&'a [ExactSum]>,
}

impl Occasions {
    /// Groups the orders of each customer into occasions.
    pub fn of(orders: &Orders, clock: Clock) -> Self {
        let mut occasions = Self::empty(clock, orders.customers().clone(), orders.has_amounts());
        let (starts, mut lines) = by_customer(orders, clock);
        for bounds in starts.windows(2) {
            let lines = &mut lines[bounds[0]..bounds[1]];
            // The amount breaks ties, so that even rounding cannot depend on the order of the rows.
            lines.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            for same in lines.chunk_by(|a, b| a.0 == b.0) {
                let mut money = ExactSum::default();
                same.iter().for_each(|line| money.add(line.1));
                occasions.push(same[0].0, money);
            }
            occasions.starts.push(occasions.key.len());
        }
        occasions
    }

    /// Joins the occasions of two batches of one log.
    ///
    /// # Errors
    /// [`Error::Unit`] where the clocks differ, [`Error::Choice`] where one has customer ids that are
    /// numbers and the other has text, [`Error::MissingColumn`] where only one has amounts.
    pub fn merge(&self, other: &Self) -> Result<Self, Error> {
        self.check_alike(other)?;
        let with_amounts = self.amount.is_some();
        let mut merged = Self::empty(self.clock, self.customers.empty_like(), with_amounts);
        let (mut i, mut j) = (0, 0);
        while i < self.customers.len() || j < other.customers.len() {
            let mine = (i < self.customers.len()).then(|| self.customers.get(i));
            let theirs = (j < other.customers.len()).then(|| other.customers.get(j));
            let (take_mine, take_theirs) = match (mine, theirs) {
                (Some(mine), Some(theirs)) => (mine <= theirs, theirs <= mine),
                (mine, theirs) => (mine.is_some(), theirs.is_some()),
            };
            if take_mine {
                merged.customers.push_from(&self.customers, i);
            } else {
                merged.customers.push_from(&other.customers, j);
            }
            merged.push_merged(
                if take_mine { self.lines(i) } else { CustomerOccasions::NONE },
                if take_theirs { other.lines(j) } else { CustomerOccasions::NONE },
            );
            i += usize::from(take_mine);
            j += usize::from(take_theirs);
        }
        Ok(merged)
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
        self.amount.is_some()
    }

    /// The period of the last occasion of all.
    pub(super) fn last_key(&self) -> i64 {
        self.key.iter().copied().max().unwrap_or(i64::MIN)
    }

    /// The occasions of one customer, never none.
    pub(super) fn lines(&self, customer: usize) -> CustomerOccasions<'_> {
        let range = self.starts[customer]..self.starts[customer + 1];
        CustomerOccasions {
            key: &self.key[range.clone()],
            amount: self.amount.as_ref().map(|amount| &amount[range]),
        }
    }

    fn empty(clock: Clock, customers: Customers, with_amounts: bool) -> Self {
        let amount = with_amounts.then(Vec::new);
        Self { clock, customers, starts: vec![0], key: Vec::new(), amount }
    }

    fn push(&mut self, key: i64, money: ExactSum) {
        self.key.push(key);
        if let Some(amount) = &mut self.amount {
            amount.push(money);
        }
    }

    fn push_merged(&mut self, a: CustomerOccasions<'_>, b: CustomerOccasions<'_>) {
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
            self.push(key, money);
        }
        self.starts.push(self.key.len());
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
        if self.amount.is_some() != other.amount.is_some() {
            return Err(Error::MissingColumn { column: "amount", needed_by: "one of the batches" });
        }
        Ok(())
    }
}

impl CustomerOccasions<'_> {
    const NONE: Self = Self { key: &[], amount: None };

    /// The occasions up to and with a period, and those after it.
    pub(super) fn split_after(self, key: i64) -> (Self, Self) {
        let cut = self.key.partition_point(|&other| other <= key);
        let (key, later_key) = self.key.split_at(cut);
        let (amount, later_amount) = self.amount.map(|amount| amount.split_at(cut)).unzip();
        (Self { key, amount }, Self { key: later_key, amount: later_amount })
    }

    /// The first occasion and the others; `None` where there is none.
    pub(super) fn split_first(self) -> Option<(i64, Self)> {
        let (&first, key) = self.key.split_first()?;
        Some((first, Self { key, amount: self.amount.map(|amount| &amount[1..]) }))
    }

    /// The sum over these occasions of their (rounded) amounts, 0 for none.
    pub(super) fn total(self) -> f64 {
        let mut total = ExactSum::default();
        self.amount.into_iter().flatten().for_each(|money| total.add(money.value()));
        total.value()
    }

    /// The mean amount, 0 for no occasion.
    pub(super) fn mean(self) -> f64 {
        if self.key.is_empty() { 0.0 } else { self.total() / self.key.len() as f64 }
    }

    fn money(&self, occasion: usize) -> ExactSum {
        self.amount.map_or_else(ExactSum::default, |amount| amount[occasion])
    }
}

/// The order lines as (occasion period, amount), brought together by customer: one counting sort.
fn by_customer(orders: &Orders, clock: Clock) -> (Vec<usize>, Vec<(i64, f64)>) {
    let mut starts = vec![0; orders.customers().len() + 1];
    for &customer in orders.customer() {
        starts[customer as usize + 1] += 1;
    }
    for customer in 1..starts.len() {
        starts[customer] += starts[customer - 1];
    }
    let mut next = starts.clone();
    let mut lines = vec![(0, 0.0); orders.len()];
    for (row, (&customer, &time)) in orders.customer().iter().zip(orders.time()).enumerate() {
        let slot = &mut next[customer as usize];
        lines[*slot] = (clock.key(time), orders.amount().map_or(0.0, |amount| amount[row]));
        *slot += 1;
    }
    (starts, lines)
}
