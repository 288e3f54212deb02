//! From the caller's columns to checked lines in order.

use std::cmp::Ordering;

use super::super::{Column, CustomerColumn, TimeScale};
use super::{IdKind, Levels, LineColumns, Numbers, OrderLines, Outcome, day_of, key};
use crate::Error;
use crate::error::report::{Invalid, OrdersReport, Reason, Refusal};
use crate::error::{LARGEST, countable};
use crate::parallel::{Threads, collect};

const REASONS: [Reason; 13] = [
    Reason::MissingCustomer,
    Reason::MissingProduct,
    Reason::MissingTime,
    Reason::TimeOutOfRange,
    Reason::MissingOrder,
    Reason::MissingLine,
    Reason::MissingAmount,
    Reason::NegativeAmount,
    Reason::AmountOutOfRange,
    Reason::QuantityOutOfRange,
    Reason::MissingOutcome,
    Reason::ReturnTimeOutOfRange,
    Reason::ReturnedBeforeOrdered,
];

pub(super) fn lines(columns: &LineColumns<'_>, invalid: Invalid) -> Result<OrderLines, Error> {
    let rows = columns.customer.len();
    countable("the number of lines", rows)?;
    lengths(columns, rows)?;
    known_at_the_order(columns)?;
    if rows == 0 {
        return Err(Error::Empty { what: "the table of lines", expected: "at least one line" });
    }
    let refused: Vec<Option<Reason>> = collect(rows, Threads::default(), |row| columns.refuse(row));
    let report = columns.report(&refused).accepted(invalid)?;
    let used: Vec<usize> = (0..rows).filter(|&row| refused[row].is_none()).collect();
    take(columns, &used, report)
}

fn lengths(columns: &LineColumns<'_>, rows: usize) -> Result<(), Error> {
    let ids = [Some(&columns.customer), Some(&columns.product)];
    let optional = [columns.order.as_ref(), columns.line.as_ref()];
    for column in ids.into_iter().chain(optional).flatten().chain(&columns.categories) {
        column.same_rows(rows)?;
    }
    let floats = [Some(&columns.price), columns.quantity.as_ref(), columns.returned.as_ref()];
    for column in floats.into_iter().flatten().chain(&columns.numbers) {
        column.same_rows(rows)?;
    }
    for column in [Some(&columns.time), columns.return_time.as_ref()].into_iter().flatten() {
        column.same_rows(rows)?;
    }
    Ok(())
}

/// No column that a score may rest on is known only after the order.
fn known_at_the_order(columns: &LineColumns<'_>) -> Result<(), Error> {
    let ids = [Some(&columns.customer), Some(&columns.product), columns.order.as_ref()];
    let names = ids.into_iter().flatten().chain(&columns.categories).map(CustomerColumn::name);
    let numbers = [Some(&columns.price), columns.quantity.as_ref()];
    let numbers = numbers.into_iter().flatten().chain(&columns.numbers).map(|column| column.name);
    let later = |name: &&str| columns.known_later.contains(name);
    match names.chain(numbers).chain([columns.time.name]).find(later) {
        None => Ok(()),
        Some(name) => Err(Error::Choice {
            name: "a column to score by",
            expected: "known at the time of the order",
            value: name.to_owned(),
        }),
    }
}

impl LineColumns<'_> {
    /// The first reason for which a row cannot be used.
    fn refuse(&self, row: usize) -> Option<Reason> {
        let there = |column: &Option<CustomerColumn<'_>>| {
            column.as_ref().is_none_or(|column| column.is_present(row))
        };
        let time = self.scale.microseconds(self.time.values[row]);
        let price = self.price.values[row];
        let quantity = self.quantity.as_ref().map(|column| value(column, row));
        match () {
            () if !self.customer.is_present(row) => Some(Reason::MissingCustomer),
            () if !self.product.is_present(row) => Some(Reason::MissingProduct),
            () if !self.time.is_present(row) => Some(Reason::MissingTime),
            () if time.is_none() => Some(Reason::TimeOutOfRange),
            () if !there(&self.order) => Some(Reason::MissingOrder),
            () if !there(&self.line) => Some(Reason::MissingLine),
            () if !self.price.is_present(row) || price.is_nan() => Some(Reason::MissingAmount),
            () if price < 0.0 => Some(Reason::NegativeAmount),
            () if price > LARGEST => Some(Reason::AmountOutOfRange),
            () if !quantity.is_none_or(|pieces| pieces > 0.0 && pieces <= LARGEST) => {
                Some(Reason::QuantityOutOfRange)
            }
            () => self.refuse_outcome(row, time.unwrap_or_default()),
        }
    }

    fn refuse_outcome(&self, row: usize, ordered: i64) -> Option<Reason> {
        let returned = value(self.returned.as_ref()?, row);
        if returned.is_nan() || returned < 0.0 {
            return Some(Reason::MissingOutcome);
        }
        let column = self.return_time.as_ref().filter(|_| returned > 0.0)?;
        if !column.is_present(row) {
            return None;
        }
        // By the day: tables that know days only for one of the two times are common.
        match self.return_scale.microseconds(column.values[row]) {
            None => Some(Reason::ReturnTimeOutOfRange),
            Some(time) if day_of(time) < day_of(ordered) => Some(Reason::ReturnedBeforeOrdered),
            Some(_) => None,
        }
    }

    fn report(&self, refused: &[Option<Reason>]) -> OrdersReport {
        let refusals = REASONS.into_iter().map(|reason| {
            let mut rows = (0..refused.len()).filter(|&row| refused[row] == Some(reason));
            let first_row = rows.next();
            let rows = usize::from(first_row.is_some()) + rows.count();
            let column = self.column_of(reason).to_owned();
            Refusal { reason, column, rows, first_row: first_row.unwrap_or_default() }
        });
        if refused.iter().all(Option::is_none) {
            return OrdersReport::new(refused.len(), Vec::new());
        }
        OrdersReport::new(refused.len(), refusals.collect())
    }

    fn column_of(&self, reason: Reason) -> &str {
        match reason {
            Reason::MissingCustomer => self.customer.name(),
            Reason::MissingProduct => self.product.name(),
            Reason::MissingTime | Reason::TimeOutOfRange => self.time.name,
            Reason::MissingOrder => self.order.as_ref().map_or("order", CustomerColumn::name),
            Reason::MissingLine => self.line.as_ref().map_or("line", CustomerColumn::name),
            Reason::QuantityOutOfRange => self.quantity.as_ref().map_or("quantity", |c| c.name),
            Reason::MissingOutcome => self.returned.as_ref().map_or("returned", |c| c.name),
            Reason::ReturnTimeOutOfRange | Reason::ReturnedBeforeOrdered => {
                self.return_time.as_ref().map_or("return_time", |c| c.name)
            }
            _ => self.price.name,
        }
    }
}

/// The number of a row, NaN where it is missing.
fn value(column: &Column<'_, [f64]>, row: usize) -> f64 {
    if column.is_present(row) { column.values[row] } else { f64::NAN }
}

/// One key per row in use.
fn keys(column: &CustomerColumn<'_>, used: &[usize]) -> (IdKind, Vec<u64>) {
    let threads = Threads::default();
    let of = |row: usize, present: bool, id: &dyn Fn(usize) -> u64| {
        if present { id(row) } else { key::MISSING }
    };
    match column {
        CustomerColumn::Int(ids) => {
            let id = |row: usize| key::of_integer(ids.values[row]);
            let keys = collect(used.len(), threads, |i| of(used[i], ids.is_present(used[i]), &id));
            (IdKind::Integer, keys)
        }
        CustomerColumn::Text(ids) => {
            let id = |row: usize| key::of_text(ids.values.text(row));
            let there = |row: usize| column.is_present(row);
            let keys = collect(used.len(), threads, |i| of(used[i], there(used[i]), &id));
            (IdKind::Text, keys)
        }
    }
}

fn levels(column: &CustomerColumn<'_>, used: &[usize]) -> Levels {
    let (kind, keys) = keys(column, used);
    Levels { name: column.name().to_owned(), kind, keys }
}

pub(super) fn instants(column: &Column<'_, [i64]>, scale: TimeScale, used: &[usize]) -> Vec<i64> {
    // Every time in use is within range.
    used.iter().map(|&row| scale.microseconds(column.values[row]).unwrap_or_default()).collect()
}

fn take(
    columns: &LineColumns<'_>,
    used: &[usize],
    report: OrdersReport,
) -> Result<OrderLines, Error> {
    let time = instants(&columns.time, columns.scale, used);
    let customer = levels(&columns.customer, used);
    let order: Vec<u64> = if let Some(column) = &columns.order {
        keys(column, used).1
    } else {
        let day = |&time: &i64| key::of_integer(day_of(time).into());
        customer.keys.iter().zip(&time).map(|(&c, time)| key::fold(c, day(time))).collect()
    };
    let numbers = columns.numbers.iter().map(|column| Numbers {
        name: column.name.to_owned(),
        // Beyond 1e50 a number is as good as missing, and infinity never enters.
        values: used.iter().map(|&row| value(column, row)).map(bounded).collect(),
    });
    let floats = |column: &Column<'_, [f64]>| -> Vec<f64> {
        used.iter().map(|&row| column.values[row] + 0.0).collect()
    };
    let lines = OrderLines {
        product: levels(&columns.product, used),
        categories: columns.categories.iter().map(|column| levels(column, used)).collect(),
        numbers: numbers.collect(),
        price: floats(&columns.price),
        quantity: columns.quantity.as_ref().map_or_else(|| vec![1.0; used.len()], floats),
        line: columns.line.as_ref().map(|column| keys(column, used).1),
        outcome: columns.returned.as_ref().map(|column| outcomes(columns, column, used)),
        starts: Vec::new(),
        order_keys: Vec::new(),
        row: (0..number(used.len())).collect(),
        report,
        customer,
        time,
    };
    if let (Some(ids), Some(column)) = (&lines.line, &columns.line) {
        unrepeated(ids, column, used)?;
    }
    Ok(sorted(lines, &order))
}

fn bounded(value: f64) -> f64 {
    if value.abs() <= LARGEST { value } else { f64::NAN }
}

fn outcomes(
    columns: &LineColumns<'_>,
    returned: &Column<'_, [f64]>,
    used: &[usize],
) -> Vec<Outcome> {
    let outcome = |&row: &usize| {
        let time = columns.return_time.as_ref().filter(|column| column.is_present(row));
        let time = time.and_then(|column| columns.return_scale.microseconds(column.values[row]));
        match (value(returned, row) > 0.0, time) {
            (false, _) => Outcome::Kept,
            (true, None) => Outcome::ReturnedSometime,
            (true, Some(time)) => Outcome::Returned(day_of(time)),
        }
    };
    used.iter().map(outcome).collect()
}

fn unrepeated(ids: &[u64], column: &CustomerColumn<'_>, used: &[usize]) -> Result<(), Error> {
    let mut seen = hashbrown::HashSet::with_capacity(ids.len());
    let Some(row) = ids.iter().position(|&id| !seen.insert(id)) else { return Ok(()) };
    Err(Error::Value {
        column: column.name().to_owned(),
        row: used[row],
        expected: "another id in every line",
        value: match column {
            CustomerColumn::Int(ids) => ids.values[used[row]].to_string(),
            CustomerColumn::Text(ids) => crate::error::shown(ids.values.text(used[row])),
        },
        more: 0,
    })
}

/// A row count as a number of 32 bits, which no table that has been let in exceeds.
fn number(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// Puts the lines in order: of time, then of everything that tells two lines apart, so that nothing
/// depends on the order in which the caller's rows stand.
fn sorted(lines: OrderLines, order: &[u64]) -> OrderLines {
    let alike = |a: usize, b: usize| -> Ordering {
        let key = |keys: &[u64]| keys[a].cmp(&keys[b]);
        let keys = key(order).then(key(&lines.customer.keys)).then(key(&lines.product.keys));
        let of_category = |levels: &Levels| levels.keys[a].cmp(&levels.keys[b]);
        let categories = || lines.categories.iter().map(of_category).find(|c| c.is_ne());
        let of_number = |numbers: &Numbers| numbers.values[a].total_cmp(&numbers.values[b]);
        let numbers = || lines.numbers.iter().map(of_number).find(|c| c.is_ne());
        keys.then_with(|| categories().unwrap_or(Ordering::Equal))
            .then_with(|| lines.price[a].total_cmp(&lines.price[b]))
            .then_with(|| lines.quantity[a].total_cmp(&lines.quantity[b]))
            .then_with(|| numbers().unwrap_or(Ordering::Equal))
            .then_with(|| lines.line.as_ref().map_or(Ordering::Equal, |ids| ids[a].cmp(&ids[b])))
    };
    let mut row = lines.row.clone();
    if !lines.time.is_sorted() {
        row.sort_by_key(|&row| lines.time[row as usize]);
    }
    for same_time in row.chunk_by_mut(|&a, &b| lines.time[a as usize] == lines.time[b as usize]) {
        same_time.sort_by(|&a, &b| alike(a as usize, b as usize));
    }
    let starts = starts(&row, order, &lines.customer.keys);
    let first_lines = &starts[..starts.len() - 1];
    let order_keys = first_lines.iter().map(|&first| order[row[first as usize] as usize]).collect();
    let pick = |keys: &[u64]| -> Vec<u64> { row.iter().map(|&row| keys[row as usize]).collect() };
    let pick_floats =
        |values: &[f64]| -> Vec<f64> { row.iter().map(|&row| values[row as usize]).collect() };
    let level = |levels: &Levels| Levels { keys: pick(&levels.keys), ..levels.clone() };
    let numbers = |n: &Numbers| Numbers { name: n.name.clone(), values: pick_floats(&n.values) };
    OrderLines {
        customer: level(&lines.customer),
        product: level(&lines.product),
        categories: lines.categories.iter().map(level).collect(),
        numbers: lines.numbers.iter().map(numbers).collect(),
        time: row.iter().map(|&row| lines.time[row as usize]).collect(),
        price: pick_floats(&lines.price),
        quantity: pick_floats(&lines.quantity),
        line: lines.line.as_deref().map(pick),
        outcome: lines
            .outcome
            .as_ref()
            .map(|outcome| row.iter().map(|&row| outcome[row as usize]).collect()),
        starts,
        order_keys,
        row,
        report: lines.report,
    }
}

/// Where each order begins, and the number of lines. Two customers never share an order.
fn starts(row: &[u32], order: &[u64], customer: &[u64]) -> Vec<u32> {
    let of = |position: usize| {
        let row = row[position] as usize;
        (order[row], customer[row])
    };
    let begins = (0..row.len()).filter(|&i| i == 0 || of(i) != of(i - 1));
    begins.chain([row.len()]).map(number).collect()
}
