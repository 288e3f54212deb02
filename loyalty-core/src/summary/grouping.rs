//! From order lines to occasions: lines are brought together by customer and period.
//!
//! A log in order of time touches another customer with every line. So the lines are first dealt out to
//! groups of customers small enough for a processor's cache, then each group is worked on by itself.

use std::ops::Range;

use crate::math::ExactSum;
use crate::math::deal::{self, Places};
use crate::orders::Orders;
use crate::parallel::{Threads, map_chunks};
use crate::time::{Clock, bounds};

/// Order lines of one piece of work.
const CHUNK: usize = 1 << 18;

/// Order lines of one group, about.
const GROUP: usize = 1 << 14;

/// Occasions of consecutive customers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Grouped {
    /// Where each customer's occasions begin, and behind the last customer their number.
    pub(super) starts: Vec<usize>,
    pub(super) key: Vec<i64>,
    /// Empty where the log has no amounts.
    pub(super) money: Vec<ExactSum>,
}

/// What `work` makes of each group of customers, in order. It gets the number of the group's first
/// customer and its occasions.
pub(super) fn by_group<R: Send>(
    orders: &Orders,
    clock: Clock,
    threads: Threads,
    work: impl Fn(usize, Grouped) -> R + Sync,
) -> Vec<R> {
    let customers = orders.customers().len();
    let threads = threads.for_rows(orders.len());
    let packing = Packing::of(orders, clock, threads);
    let groups = packing.group(customers - 1) + 1;
    let dealt = map_chunks(orders.len(), CHUNK, threads, |rows| {
        Dealt::of(orders, clock, rows, packing, groups)
    });
    map_chunks(groups, 1, threads, |group| {
        let first = group.start << packing.members;
        let members = customers.min(first + (1 << packing.members)) - first;
        let lines = dealt.iter().map(|chunk| chunk.of_group(group.start));
        work(first, Grouped::of(members, lines, packing, orders.has_amounts()))
    })
}

/// One order line: the place of the customer in the group, the period, the bits of the amount. Amounts
/// are not negative, so the order of lines is that of customer, period and amount.
type Line = [u64; 2];

/// How customer and period share 64 bits.
#[derive(Debug, Clone, Copy)]
struct Packing {
    /// The first period.
    first: i64,
    /// Bits of a period.
    period: u32,
    /// Bits of a customer's place in the group.
    members: u32,
}

impl Packing {
    /// The years 1 to 9999 are 59 bits of microseconds, a century is 52.
    fn of(orders: &Orders, clock: Clock, threads: Threads) -> Self {
        let of_chunk = |rows: Range<usize>| <[i64; 2]>::from(bounds(&orders.time()[rows]));
        let chunks = map_chunks(orders.len(), CHUNK, threads, of_chunk);
        let (first, last) = bounds(chunks.as_flattened());
        let (first, last) = (clock.key(first), clock.key(last));
        let period = u64::BITS - last.abs_diff(first).leading_zeros();
        // Groups of equally many customers, a power of 2.
        let lines_each = orders.len().div_ceil(orders.customers().len()).max(1);
        let members = (GROUP / lines_each).max(1).ilog2().min(u64::BITS - 1 - period);
        Self { first, period, members }
    }

    fn group(self, customer: usize) -> usize {
        customer >> self.members
    }

    fn packed(self, customer: u32, key: i64) -> u64 {
        let member = u64::from(customer) & ((1 << self.members) - 1);
        member << self.period | key.abs_diff(self.first)
    }

    fn member(self, line: &Line) -> usize {
        usize::try_from(line[0] >> self.period).expect("at most GROUP members")
    }

    fn key(self, line: &Line) -> i64 {
        self.first.wrapping_add_unsigned(line[0] & ((1 << self.period) - 1))
    }
}

/// The lines of a chunk, group by group.
struct Dealt {
    lines: Vec<Line>,
    /// Where each group's lines begin, and their number.
    starts: Vec<usize>,
}

impl Dealt {
    fn of(
        orders: &Orders,
        clock: Clock,
        rows: Range<usize>,
        packing: Packing,
        groups: usize,
    ) -> Self {
        let (customer, time) = (&orders.customer()[rows.clone()], &orders.time()[rows.clone()]);
        let group = |customer: u32| packing.group(customer as usize);
        let starts = deal::starts(groups, customer.iter().map(|&customer| group(customer)));
        let mut places = Places::from(&starts);
        let mut lines = vec![[0; 2]; rows.len()];
        for (row, (&customer, &time)) in rows.zip(customer.iter().zip(time)) {
            let amount = orders.amount().map_or(0.0, |amount| amount[row]);
            let line = [packing.packed(customer, clock.key(time)), amount.to_bits()];
            lines[places.next(group(customer))] = line;
        }
        Self { lines, starts }
    }

    fn of_group(&self, group: usize) -> &[Line] {
        &self.lines[self.starts[group]..self.starts[group + 1]]
    }
}

impl Grouped {
    fn of<'a>(
        members: usize,
        lines: impl Iterator<Item = &'a [Line]> + Clone,
        packing: Packing,
        with_amounts: bool,
    ) -> Self {
        let of_lines = lines.clone().flatten().map(|line| packing.member(line));
        let starts = deal::starts(members, of_lines);
        let mut places = Places::from(&starts);
        let mut together: Vec<Line> = vec![[0; 2]; starts[members]];
        // Chunk by chunk inside the iterator: a loop over it asks after every line whether a chunk ended.
        lines.flatten().for_each(|line| together[places.next(packing.member(line))] = *line);
        let mut grouped = Self { starts: Vec::with_capacity(members + 1), ..Self::default() };
        grouped.starts.push(0);
        grouped.key.reserve(together.len());
        grouped.money.reserve(if with_amounts { together.len() } else { 0 });
        for bounds in starts.windows(2) {
            let lines = &mut together[bounds[0]..bounds[1]];
            // The amount breaks ties, so that even rounding cannot depend on the order of the rows.
            lines.sort_unstable();
            grouped.push_customer(lines, packing, with_amounts);
        }
        grouped
    }

    /// Appends a customer by their order lines, which are in order.
    fn push_customer(&mut self, lines: &[Line], packing: Packing, with_amounts: bool) {
        for same in lines.chunk_by(|a, b| a[0] == b[0]) {
            self.key.push(packing.key(&same[0]));
            if with_amounts {
                let mut money = ExactSum::default();
                same.iter().for_each(|line| money.add(f64::from_bits(line[1])));
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
