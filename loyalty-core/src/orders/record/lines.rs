//! The lines of a record.

use std::cmp::Ordering;

use super::super::lines::{IdKind, LedgerLine, LinesByCustomer, OrderLines, PaidLine, day_of, key};
use super::super::{CustomerId, Customers};
use super::told::Told;
use crate::Error;
use crate::time::RANGE;

/// What rounding may add to a sum that should be equal, as in tables of lines.
const ROUNDING: f64 = 1e-6;

/// An order line as a record keeps it. Ids are keys: of the line itself, of the article, its category, size and brand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct RecordLine {
    /// The number of the order among the record's, by id; its day where orders have no ids.
    pub(crate) order: u32,
    pub(crate) line: u64,
    /// Article, category, size, brand; the key of a missing one where there is none.
    pub(crate) levels: [u64; 4],
    pub(crate) time: i64,
    /// `i64::MAX` where it was kept or the time is not known.
    pub(crate) return_time: i64,
    /// Paid, at list price, discount, that of the makers, coupon, depth on offer, cost, paid back, as in [`LedgerLine`].
    pub(crate) money: [f64; 8],
}

/// Places in [`RecordLine::money`].
pub(crate) const PAID: usize = 0;
pub(crate) const LIST: usize = 1;
pub(crate) const DEPTH: usize = 5;
pub(crate) const COST: usize = 6;
pub(crate) const PAID_BACK: usize = 7;

impl RecordLine {
    fn of(line: &LedgerLine, id: u64, levels: [u64; 4]) -> Self {
        let LedgerLine { order, time, return_time, amount, list_amount, .. } = *line;
        let LedgerLine { discount, maker_discount, coupon, offered_depth, cost, .. } = *line;
        let paid_back = line.returned_amount;
        Self {
            order,
            line: id,
            levels,
            time,
            return_time,
            money: [
                amount,
                list_amount,
                discount,
                maker_discount,
                coupon,
                offered_depth,
                cost,
                paid_back,
            ],
        }
    }

    /// What was paid, and what of it is known at `end` to have come back, where that is asked for.
    pub(super) fn paid(&self, net: bool, occasion: impl Fn(i64) -> i64, end: i64) -> PaidLine {
        let known = net && (self.return_time == i64::MAX || self.return_time <= end);
        let back = if known { self.money[PAID_BACK] } else { 0.0 };
        (occasion(self.time), self.time, self.money[PAID], back)
    }

    pub(super) fn has_id(&self) -> bool {
        self.line != key::MISSING
    }

    /// By order, time and everything else, so that equal records are in one order.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let by = |line: &Self| (line.order, line.time, line.levels, line.line, line.return_time);
        let money = self.money.iter().zip(&other.money);
        by(self)
            .cmp(&by(other))
            .then_with(|| money.fold(Ordering::Equal, |so_far, (a, b)| so_far.then(a.total_cmp(b))))
    }

    /// Takes the return that a line told again has; `row` is where it stands.
    pub(super) fn told_again(&mut self, again: &Self, row: usize) -> Result<(), Error> {
        let sale = |line: &Self| {
            let money = line.money.map(f64::to_bits);
            (line.order, line.time, line.levels, money.first_chunk::<PAID_BACK>().copied())
        };
        if sale(self) != sale(again) {
            let expected = "the id of one line: another with it is known, of another sale";
            let (column, value) = ("line".to_owned(), format!("a line of {}", again.money[PAID]));
            return Err(Error::Value { column, row, expected, value, more: 0 });
        }
        self.return_time = self.return_time.min(again.return_time);
        if self.money[PAID_BACK] == 0.0 {
            self.money[PAID_BACK] = again.money[PAID_BACK];
        }
        Ok(())
    }

    /// It came back; whether that is news.
    pub(super) fn take_back(&mut self, time: i64, amount: Option<f64>) -> Result<bool, Error> {
        let value = |column: &str, expected, value: String| {
            Err(Error::Value { column: column.to_owned(), row: 0, expected, value, more: 0 })
        };
        if !RANGE.contains(&time) || day_of(time) < day_of(self.time) {
            let expected = "within the years 0001 to 9999, not before the day of the order";
            return value("return_time", expected, time.to_string());
        }
        let paid = self.money[PAID];
        if let Some(amount) = amount.filter(|amount| !(*amount > 0.0 && *amount <= most(paid))) {
            let expected = "above 0 and at most what was paid";
            return value("returned_amount", expected, amount.to_string());
        }
        let before = *self;
        self.return_time = self.return_time.min(time);
        if self.money[PAID_BACK] == 0.0 {
            self.money[PAID_BACK] = amount.unwrap_or(paid);
        }
        Ok((before.return_time, before.money[PAID_BACK])
            != (self.return_time, self.money[PAID_BACK]))
    }
}

/// What may be paid back for a line, or taken off it, where so much is paid, or asked.
pub(super) fn most(money: f64) -> f64 {
    money * (1.0 + ROUNDING)
}

/// A table of lines as records take it.
pub(super) struct Table<'a> {
    pub(super) told: Told,
    lines: &'a LinesByCustomer,
    /// Keys by number, for each column of levels that there is.
    levels: [Option<Vec<u64>>; 4],
    /// Keys of the lines themselves.
    ids: Option<Vec<u64>>,
}

impl<'a> Table<'a> {
    pub(super) fn of(table: &'a OrderLines) -> Self {
        let lines = table.by_customer();
        let ids = table.line_keys().map(|keys| lines.by_number(&keys));
        let kind = |ids: Option<&Customers>| ids.map(IdKind::of);
        let [product, category, size, brand] = lines.levels();
        let given = lines.given;
        Self {
            told: Told {
                ids: [
                    kind(lines.order_ids()),
                    // Keys tell whole numbers from text themselves.
                    ids.as_ref().map(|_| IdKind::Integer),
                    kind(product),
                    kind(category),
                    kind(size),
                    kind(brand),
                ],
                money: [given.discount, given.coupon, given.offered_depth, given.cost],
            },
            lines,
            levels: lines.levels().map(|ids| ids.map(keys)),
            ids,
        }
    }

    /// The lines of a customer, and the ids of their orders where orders have ids.
    pub(super) fn of_customer(&self, customer: usize) -> (Vec<RecordLine>, Option<Customers>) {
        let mut lines: Vec<RecordLine> =
            self.lines.numbers_of_customer(customer).map(|number| self.line(number)).collect();
        let Some(known) = self.lines.order_ids() else { return (lines, None) };
        let mut numbers: Vec<u32> = lines.iter().map(|line| line.order).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for line in &mut lines {
            let place = numbers.partition_point(|&number| number < line.order);
            line.order = u32::try_from(place).unwrap_or(u32::MAX);
        }
        (lines, Some(known.select(numbers.iter().map(|&number| number as usize))))
    }

    fn line(&self, number: usize) -> RecordLine {
        let line = self.lines.line(number);
        let numbers = [line.product, line.category, line.size, line.brand];
        let key = |level: usize| {
            let keys = self.levels[level].as_ref();
            // A missing one is numbered behind all others.
            let known = keys.and_then(|keys| keys.get(numbers[level] as usize).copied());
            known.unwrap_or(key::MISSING)
        };
        let id = self.ids.as_ref().map_or(key::MISSING, |ids| ids[number]);
        RecordLine::of(&line, id, [key(0), key(1), key(2), key(3)])
    }
}

/// The keys of ids, in their order.
fn keys(ids: &Customers) -> Vec<u64> {
    (0..ids.len()).map(|number| key::of_id(ids.get(number))).collect()
}

/// The ids of two tables in order, and the numbers that those of each have among them.
pub(super) fn merged(ours: &Customers, theirs: &Customers) -> (Customers, [Vec<u32>; 2]) {
    let (mut all, mut numbers) = (ours.empty_like(), [Vec::new(), Vec::new()]);
    let tables = [ours, theirs];
    let next = |numbers: &[Vec<u32>; 2], table: usize| -> Option<CustomerId<'_>> {
        let row = numbers[table].len();
        (row < tables[table].len()).then(|| tables[table].get(row))
    };
    loop {
        let heads = [next(&numbers, 0), next(&numbers, 1)];
        let Some(least) = heads.iter().flatten().min() else { return (all, numbers) };
        let number = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let of_ours = heads[0] == Some(*least);
        let table = usize::from(!of_ours);
        all.push_from(tables[table], numbers[table].len());
        let same = heads.map(|head| head == Some(*least));
        (0..2).filter(|&table| same[table]).for_each(|table| numbers[table].push(number));
    }
}
