//! From order lines to occasions: lines are brought together by customer and period.
//!
//! A log in order of time touches another customer with every line. So the lines are first dealt out to
//! groups of customers small enough for a processor's cache, then each group is worked on by itself.

use std::ops::Range;

use crate::orders::Orders;
use crate::parallel::{Threads, map_chunks};
use crate::special::ExactSum;
use crate::time::Clock;

/// Order lines of one piece of work.
const CHUNK: usize = 1 << 18;

/// Order lines of one group, about.
const GROUP: usize = 1 << 16;

/// Occasions of consecutive customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Grouped {
    /// Where each customer's occasions begin, and behind the last customer their number.
    pub(super) starts: Vec<usize>,
    pub(super) key: Vec<i64>,
    /// Empty where the log has no amounts.
    pub(super) money: Vec<ExactSum>,
}

/// What `work` makes of each group of customers, in order. It gets the numbers of the group's first
/// customer, its occasions, and the last period of the whole log.
pub(super) fn by_group<R: Send>(
    orders: &Orders,
    clock: Clock,
    threads: Threads,
    work: impl Fn(usize, Grouped, i64) -> R + Sync,
) -> Vec<R> {
    let customers = orders.customers().len();
    let threads = threads.for_rows(orders.len());
    // Groups of equally many customers, a power of 2.
    let lines_each = orders.len().div_ceil(customers).max(1);
    let shift = (GROUP / lines_each).max(1).ilog2();
    let groups = ((customers - 1) >> shift) + 1;
    let dealt = map_chunks(orders.len(), CHUNK, threads, |rows| {
        Dealt::of(orders, clock, rows, shift, groups)
    });
    let last = dealt.iter().map(|chunk| chunk.last).max().unwrap_or(i64::MIN);
    map_chunks(groups, 1, threads, |group| {
        let first = group.start << shift;
        let members = customers.min(first + (1 << shift)) - first;
        let lines = dealt.iter().flat_map(|chunk| chunk.of_group(group.start));
        work(first, Grouped::of(first, members, lines, orders.has_amounts()), last)
    })
}

/// One order line: customer, period, amount.
#[derive(Clone, Copy, Default)]
struct Line {
    customer: u32,
    key: i64,
    amount: f64,
}

/// The lines of a chunk, group by group.
struct Dealt {
    lines: Vec<Line>,
    /// Where each group's lines begin, and their number.
    starts: Vec<usize>,
    /// The last period.
    last: i64,
}

impl Dealt {
    fn of(orders: &Orders, clock: Clock, rows: Range<usize>, shift: u32, groups: usize) -> Self {
        let customer = &orders.customer()[rows.clone()];
        let mut starts = vec![0; groups + 1];
        customer.iter().for_each(|&customer| starts[(customer >> shift) as usize + 1] += 1);
        (1..=groups).for_each(|group| starts[group] += starts[group - 1]);
        let mut next = starts.clone();
        let mut lines = vec![Line::default(); rows.len()];
        let mut last = i64::MIN;
        let times = &orders.time()[rows.clone()];
        for (row, (&customer, &time)) in rows.zip(customer.iter().zip(times)) {
            let amount = orders.amount().map_or(0.0, |amount| amount[row]);
            let line = Line { customer, key: clock.key(time), amount };
            last = last.max(line.key);
            let slot = &mut next[(customer >> shift) as usize];
            lines[*slot] = line;
            *slot += 1;
        }
        Self { lines, starts, last }
    }

    fn of_group(&self, group: usize) -> &[Line] {
        &self.lines[self.starts[group]..self.starts[group + 1]]
    }
}

impl Grouped {
    fn of<'a>(
        first: usize,
        members: usize,
        lines: impl Iterator<Item = &'a Line> + Clone,
        with_amounts: bool,
    ) -> Self {
        let mut starts = vec![0; members + 1];
        lines.clone().for_each(|line| starts[line.customer as usize - first + 1] += 1);
        (1..=members).for_each(|member| starts[member] += starts[member - 1]);
        let mut next = starts.clone();
        let mut together = vec![(0, 0.0); starts[members]];
        for line in lines {
            let slot = &mut next[line.customer as usize - first];
            together[*slot] = (line.key, line.amount);
            *slot += 1;
        }
        let mut grouped = Self { starts: vec![0], ..Self::default() };
        grouped.key.reserve(together.len());
        for bounds in starts.windows(2) {
            grouped.push_customer(&mut together[bounds[0]..bounds[1]], with_amounts);
        }
        grouped
    }

    /// Appends a customer by his order lines.
    fn push_customer(&mut self, lines: &mut [(i64, f64)], with_amounts: bool) {
        // The amount breaks ties, so that even rounding cannot depend on the order of the rows.
        lines.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for same in lines.chunk_by(|a, b| a.0 == b.0) {
            self.key.push(same[0].0);
            if with_amounts {
                let mut money = ExactSum::default();
                same.iter().for_each(|line| money.add(line.1));
                self.money.push(money);
            }
        }
        self.starts.push(self.key.len());
    }

    /// Appends the occasions of further customers.
    pub(super) fn append(&mut self, other: &Self) {
        let before = self.key.len();
        self.starts.extend(other.starts[1..].iter().map(|start| before + start));
        self.key.extend_from_slice(&other.key);
        self.money.extend_from_slice(&other.money);
    }

    /// The number of customers.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The occasions of one customer, never none.
    pub(super) fn customer(&self, number: usize) -> CustomerOccasions<'_> {
        let range = self.starts[number]..self.starts[number + 1];
        let money = if self.money.is_empty() { &[] } else { &self.money[range.clone()] };
        CustomerOccasions { key: &self.key[range], money }
    }
}

/// One customer's occasions, with the money of each or none at all.
#[derive(Debug, Clone, Copy)]
pub(super) struct CustomerOccasions<'a> {
    pub(super) key: &'a [i64],
    money: &'a [ExactSum],
}

impl CustomerOccasions<'_> {
    /// The occasions up to and with a period, and those after it.
    pub(super) fn split_after(self, key: i64) -> (Self, Self) {
        self.split_at(self.key.partition_point(|&other| other <= key))
    }

    /// The first occasion and the others; `None` where there is none.
    pub(super) fn split_first(self) -> Option<(i64, Self)> {
        let first = *self.key.first()?;
        Some((first, self.split_at(1).1))
    }

    /// The sum over these occasions of their (rounded) amounts, 0 for none.
    pub(super) fn total(self) -> f64 {
        let mut total = ExactSum::default();
        self.money.iter().for_each(|money| total.add(money.value()));
        total.value()
    }

    /// The mean amount, 0 for no occasion.
    pub(super) fn mean(self) -> f64 {
        if self.key.is_empty() { 0.0 } else { self.total() / self.key.len() as f64 }
    }

    fn split_at(self, cut: usize) -> (Self, Self) {
        let (key, later_key) = self.key.split_at(cut);
        let (money, later_money) = self.money.split_at(cut.min(self.money.len()));
        (Self { key, money }, Self { key: later_key, money: later_money })
    }
}
