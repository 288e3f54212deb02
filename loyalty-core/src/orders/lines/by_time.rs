//! Lines in order of time, as the return model reads them.

use std::cmp::Ordering;
use std::ops::Range;

use super::super::columns::{Column, CustomerColumn, TimeScale};
use super::super::customers::Customers;
use super::super::rows::Used;
use super::by_customer::LinesByCustomer;
use super::{LineColumns, day_of, key};
use crate::Error;
use crate::error::LARGEST;
use crate::parallel::{Threads, collect};

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing came back, as far as is known.
    Kept,
    /// It came back on a day since 1970-01-01.
    Returned(i32),
    /// It came back, nobody wrote down when.
    ReturnedSometime,
}

/// Whether ids are whole numbers or text: one kind of a model's life long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdKind {
    Integer,
    Text,
}

impl IdKind {
    pub(crate) fn of(ids: &Customers) -> Self {
        match ids {
            Customers::Int(_) => Self::Integer,
            Customers::Text(_) => Self::Text,
        }
    }

    /// What an error calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Integer => "whole numbers",
            Self::Text => "text",
        }
    }
}

/// A property with levels: its name and one key per line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Levels {
    pub(crate) name: String,
    pub(crate) kind: IdKind,
    pub(crate) keys: Vec<u64>,
}

/// A number of the caller: its name and one value per line, NaN where missing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Numbers {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
}

/// Order lines, in order of time and, at the same time, of order, customer and product, whatever the
/// order of the caller's rows.
///
/// Lines that follow each other with the same order id are one order: a basket, of which everything
/// but its fate is known when it is scored.
#[derive(Debug, Clone)]
pub(crate) struct LinesByTime {
    pub(crate) customer: Levels,
    /// All keys are those of a missing product where there is no such column.
    pub(crate) product: Levels,
    pub(crate) has_product: bool,
    pub(crate) categories: Vec<Levels>,
    pub(crate) numbers: Vec<Numbers>,
    pub(crate) time: Vec<i64>,
    pub(crate) price: Vec<f64>,
    pub(crate) quantity: Vec<f64>,
    pub(crate) line: Option<Vec<u64>>,
    pub(crate) outcome: Option<Vec<Outcome>>,
    /// Where each order begins, and behind the last the number of lines.
    pub(crate) starts: Vec<u32>,
    /// For each order the key of its id.
    pub(crate) order_keys: Vec<u64>,
    /// Whether these are the caller's ids; else a customer's lines of one day are one order.
    pub(crate) has_order: bool,
    /// For each line, its row among those in use, in the caller's order.
    pub(crate) row: Vec<u32>,
}

/// What lines by customer do not hold of lines by time, in the caller's order.
#[derive(Debug, Clone)]
pub(super) struct Rest {
    customer: String,
    product: Option<String>,
    /// `None` where it is named among the others.
    category: Option<String>,
    categories: Vec<Levels>,
    numbers: Vec<Numbers>,
    quantity: Option<Vec<f64>>,
    /// The price of a piece, where it is given beside what was paid.
    price: Option<Vec<f64>>,
    line: Option<Vec<u64>>,
    /// Whether each line came back, where a column says so.
    came_back: Option<Vec<bool>>,
}

impl Rest {
    pub(super) fn of(columns: &LineColumns<'_>, used: &Used) -> Result<Self, Error> {
        let named = |category: &CustomerColumn<'_>| category.name().to_owned();
        let came_back = |row: usize| columns.came_back(row);
        let again = columns.all_categories().count() == columns.categories.len();
        Ok(Self {
            customer: named(&columns.customer),
            product: columns.product.as_ref().map(named),
            category: columns.category.as_ref().filter(|_| !again).map(named),
            categories: columns.categories.iter().map(|column| levels(column, used)).collect(),
            numbers: numbers(columns, used),
            quantity: columns
                .quantity
                .is_some()
                .then(|| used.iter().map(|row| columns.pieces(row)).collect()),
            price: columns
                .price
                .is_some()
                .then(|| used.iter().map(|row| columns.piece_price(row)).collect()),
            line: line_ids(columns, used)?,
            came_back: columns.returned.is_some().then(|| used.iter().map(came_back).collect()),
        })
    }
}

impl LinesByTime {
    /// The rows in use.
    pub(super) fn of(columns: &LineColumns<'_>, used: &Used) -> Result<Self, Error> {
        let time = instants(&columns.time, columns.scale, used);
        let customer = levels(&columns.customer, used);
        let order = match &columns.order {
            Some(column) => keys(column, used).1,
            None => orders_by_day(&customer.keys, &time),
        };
        let outcome = |row: usize| match (columns.came_back(row), columns.back_at(row)) {
            (false, _) => Outcome::Kept,
            (true, None) => Outcome::ReturnedSometime,
            (true, Some(time)) => Outcome::Returned(day_of(time)),
        };
        let lines = Self {
            product: match &columns.product {
                Some(column) => levels(column, used),
                None => no_product(used.len()),
            },
            has_product: columns.product.is_some(),
            categories: columns.all_categories().map(|column| levels(column, used)).collect(),
            numbers: numbers(columns, used),
            price: used.iter().map(|row| columns.piece_price(row)).collect(),
            quantity: used.iter().map(|row| columns.pieces(row)).collect(),
            line: line_ids(columns, used)?,
            outcome: columns.has_returns().then(|| used.iter().map(outcome).collect()),
            starts: Vec::new(),
            order_keys: Vec::new(),
            has_order: columns.order.is_some(),
            row: (0..number(used.len())).collect(),
            customer,
            time,
        };
        Ok(lines.sorted(&order))
    }

    /// The same lines as those by customer.
    pub(super) fn derived(lines: &LinesByCustomer, rest: &Rest) -> Self {
        let rows = lines.len();
        let named = |name: &str, column: usize| {
            lines.numbered(column).map(|(distinct, numbers)| by_number(name, distinct, &numbers))
        };
        let customer = named(&rest.customer, 0).unwrap_or_else(|| no_product(rows));
        let product = rest.product.as_ref().and_then(|name| named(name, 2));
        let category = rest.category.as_ref().and_then(|name| named(name, 3));
        let time: Vec<i64> = lines.by_row().map(|line| line.time).collect();
        let given = named("order", 1).map(|levels| levels.keys);
        let has_order = given.is_some();
        let order = given.unwrap_or_else(|| orders_by_day(&customer.keys, &time));
        let quantity = rest.quantity.clone().unwrap_or_else(|| vec![1.0; rows]);
        let prices = || lines.by_row().zip(&quantity).map(|(line, pieces)| line.amount / pieces);
        let price = rest.price.clone().unwrap_or_else(|| prices().collect());
        let outcome = lines.by_row().enumerate().map(|(row, line)| {
            let came_back = line.returned_amount > 0.0
                || rest.came_back.as_ref().is_some_and(|came_back| came_back[row]);
            match line.return_time {
                _ if !came_back => Outcome::Kept,
                i64::MAX => Outcome::ReturnedSometime,
                time => Outcome::Returned(day_of(time)),
            }
        });
        let lines = Self {
            has_product: product.is_some(),
            product: product.unwrap_or_else(|| no_product(rows)),
            categories: category.into_iter().chain(rest.categories.iter().cloned()).collect(),
            numbers: rest.numbers.clone(),
            price,
            line: rest.line.clone(),
            outcome: lines.given.returned_amount.then(|| outcome.collect()),
            starts: Vec::new(),
            order_keys: Vec::new(),
            has_order,
            row: (0..number(rows)).collect(),
            customer,
            time,
            quantity,
        };
        lines.sorted(&order)
    }

    /// The number of lines.
    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    /// Accepts lines with products.
    pub(crate) fn check_product(&self) -> Result<(), Error> {
        let needed_by = "a return propensity";
        self.has_product.then_some(()).ok_or(Error::MissingColumn { column: "product", needed_by })
    }

    /// The number of orders.
    pub(crate) fn orders(&self) -> usize {
        self.starts.len() - 1
    }

    /// First and last line.
    pub(super) fn time_range(&self) -> (i64, i64) {
        (self.time[0], self.time[self.time.len() - 1])
    }

    /// The lines of an order.
    pub(crate) fn order(&self, order: usize) -> Range<usize> {
        self.starts[order] as usize..self.starts[order + 1] as usize
    }

    /// The day of an order, counted from 1970-01-01: that of its first line.
    pub(crate) fn day(&self, order: usize) -> i32 {
        day_of(self.time[self.starts[order] as usize])
    }

    /// Values by line, turned into values by the caller's rows in use.
    pub(crate) fn by_row<T: Copy + Default>(&self, by_line: &[T]) -> Vec<T> {
        let mut by_row = vec![T::default(); by_line.len()];
        for (&row, &value) in self.row.iter().zip(by_line) {
            by_row[row as usize] = value;
        }
        by_row
    }

    /// Puts the lines in order: of time, then of everything that tells two lines apart, so that nothing
    /// depends on the order in which the caller's rows stand; of categories and numbers by their names, so
    /// that nor does anything on the order of the columns.
    fn sorted(self, order: &[u64]) -> Self {
        let mut categories_by_name: Vec<&Levels> = self.categories.iter().collect();
        categories_by_name.sort_by(|a, b| a.name.cmp(&b.name));
        let mut numbers_by_name: Vec<&Numbers> = self.numbers.iter().collect();
        numbers_by_name.sort_by(|a, b| a.name.cmp(&b.name));
        let alike = |a: usize, b: usize| -> Ordering {
            let key = |keys: &[u64]| keys[a].cmp(&keys[b]);
            let keys = key(order).then(key(&self.customer.keys)).then(key(&self.product.keys));
            let categories =
                || categories_by_name.iter().map(|c| key(&c.keys)).find(|order| order.is_ne());
            let of_number = |numbers: &&Numbers| numbers.values[a].total_cmp(&numbers.values[b]);
            let numbers = || numbers_by_name.iter().map(of_number).find(|order| order.is_ne());
            keys.then_with(|| categories().unwrap_or(Ordering::Equal))
                .then_with(|| self.price[a].total_cmp(&self.price[b]))
                .then_with(|| self.quantity[a].total_cmp(&self.quantity[b]))
                .then_with(|| numbers().unwrap_or(Ordering::Equal))
                .then_with(|| self.line.as_deref().map_or(Ordering::Equal, key))
        };
        let mut row = self.row.clone();
        if !self.time.is_sorted() {
            row.sort_by_key(|&row| self.time[row as usize]);
        }
        for same_time in row.chunk_by_mut(|&a, &b| self.time[a as usize] == self.time[b as usize]) {
            same_time.sort_by(|&a, &b| alike(a as usize, b as usize));
        }
        let starts = starts(&row, order, &self.customer.keys);
        let firsts = &starts[..starts.len() - 1];
        let order_keys = firsts.iter().map(|&first| order[row[first as usize] as usize]).collect();
        let level = |levels: Levels| Levels { keys: pick(&row, &levels.keys), ..levels };
        let numbers = |n: Numbers| Numbers { values: pick(&row, &n.values), ..n };
        Self {
            customer: level(self.customer),
            product: level(self.product),
            has_product: self.has_product,
            categories: self.categories.into_iter().map(level).collect(),
            numbers: self.numbers.into_iter().map(numbers).collect(),
            time: pick(&row, &self.time),
            price: pick(&row, &self.price),
            quantity: pick(&row, &self.quantity),
            line: self.line.map(|ids| pick(&row, &ids)),
            outcome: self.outcome.map(|outcome| pick(&row, &outcome)),
            starts,
            order_keys,
            has_order: self.has_order,
            row,
        }
    }
}

fn pick<T: Copy>(row: &[u32], values: &[T]) -> Vec<T> {
    row.iter().map(|&row| values[row as usize]).collect()
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

/// A row count as a number of 32 bits, which no table that has been let in exceeds.
fn number(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// A customer's lines of one day are one order.
fn orders_by_day(customer: &[u64], time: &[i64]) -> Vec<u64> {
    let day = |time: i64| key::of_integer(day_of(time).into());
    customer.iter().zip(time).map(|(&customer, &time)| key::fold(customer, day(time))).collect()
}

fn no_product(rows: usize) -> Levels {
    Levels { name: "product".to_owned(), kind: IdKind::Integer, keys: vec![key::MISSING; rows] }
}

/// The key of an id.
/// Keys by the number of each row's id; a number behind all others is a missing id.
fn by_number(name: &str, distinct: &Customers, numbers: &[u32]) -> Levels {
    let keys: Vec<u64> =
        (0..distinct.len()).map(|number| key::of_id(distinct.get(number))).collect();
    let key = |&number: &u32| keys.get(number as usize).copied().unwrap_or(key::MISSING);
    Levels {
        name: name.to_owned(),
        kind: IdKind::of(distinct),
        keys: numbers.iter().map(key).collect(),
    }
}

/// One key per row in use.
fn keys(column: &CustomerColumn<'_>, used: &Used) -> (IdKind, Vec<u64>) {
    let of_rows = |key: &(dyn Fn(usize) -> u64 + Sync)| {
        collect(used.len(), Threads::default(), |number| key(used.row(number)))
    };
    match column {
        CustomerColumn::Int(ids) => {
            let key = |row: usize| key::of_integer(ids.values[row]);
            let or_missing = |row| if ids.is_present(row) { key(row) } else { key::MISSING };
            (IdKind::Integer, of_rows(&or_missing))
        }
        CustomerColumn::Text(ids) => {
            let key = |row: usize| key::of_text(ids.values.text(row));
            let or_missing = |row| if column.is_present(row) { key(row) } else { key::MISSING };
            (IdKind::Text, of_rows(&or_missing))
        }
    }
}

fn levels(column: &CustomerColumn<'_>, used: &Used) -> Levels {
    let (kind, keys) = keys(column, used);
    Levels { name: column.name().to_owned(), kind, keys }
}

/// The instants of rows in use.
pub(super) fn instants(column: &Column<'_, [i64]>, scale: TimeScale, used: &Used) -> Vec<i64> {
    // Every time in use is within range.
    used.iter().map(|row| scale.microseconds(column.values[row]).unwrap_or_default()).collect()
}

fn numbers(columns: &LineColumns<'_>, used: &Used) -> Vec<Numbers> {
    let value = |column: &Column<'_, [f64]>, row: usize| {
        let value = if column.is_present(row) { column.values[row] } else { f64::NAN };
        // Beyond 1e50 a number is as good as missing, and infinity never enters.
        if value.abs() <= LARGEST { value } else { f64::NAN }
    };
    let numbers = |column: &Column<'_, [f64]>| Numbers {
        name: column.name.to_owned(),
        values: used.iter().map(|row| value(column, row)).collect(),
    };
    columns.numbers.iter().map(numbers).collect()
}

/// The keys of the lines' own ids, none of which stands twice.
fn line_ids(columns: &LineColumns<'_>, used: &Used) -> Result<Option<Vec<u64>>, Error> {
    let Some(column) = &columns.line else { return Ok(None) };
    let ids = keys(column, used).1;
    let mut seen = hashbrown::HashSet::with_capacity(ids.len());
    let Some(number) = ids.iter().position(|&id| !seen.insert(id)) else { return Ok(Some(ids)) };
    let row = used.row(number);
    Err(Error::Value {
        column: column.name().to_owned(),
        row,
        expected: "another id in every line",
        value: match column {
            CustomerColumn::Int(ids) => ids.values[row].to_string(),
            CustomerColumn::Text(ids) => crate::error::shown(ids.values.text(row)),
        },
        more: 0,
    })
}
