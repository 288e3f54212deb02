//! Order lines: what was bought with what, checked once, in order of time.

mod check;
mod credits;
pub(crate) mod key;
mod returned;

pub use credits::{CreditColumns, CreditMatch, CreditMatches, match_credits};
pub use returned::{Returns, ReturnsReport};

use std::ops::Range;

use super::{Column, CustomerColumn, TimeScale};
use crate::Error;
use crate::error::report::{Invalid, OrdersReport};
use crate::time::DAY;

/// Order lines as the caller holds them, one row per line, in any order.
///
/// Ids are whole numbers or text. What became of a line stands in `returned` (above 0: sent back) and
/// `return_time`; both may be left out where lines are only scored, or where returns come as a table
/// of their own ([`crate::orders::lines::returned::Returns`]).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LineColumns<'a> {
    /// Who ordered.
    pub customer: CustomerColumn<'a>,
    /// What.
    pub product: CustomerColumn<'a>,
    /// When, as integers on the scale below.
    pub time: Column<'a, [i64]>,
    /// What the time integers count.
    pub scale: TimeScale,
    /// Price of one piece, from 0 to 1e50.
    pub price: Column<'a, [f64]>,
    /// Pieces, above 0; 1 where left out.
    pub quantity: Option<Column<'a, [f64]>>,
    /// Which order the line belongs to; where left out, a customer's lines of one day are one order.
    pub order: Option<CustomerColumn<'a>>,
    /// The line's own id, by which returns find it later.
    pub line: Option<CustomerColumn<'a>>,
    /// Further properties with levels: size, brand, country. Missing is a level of its own.
    pub categories: Vec<CustomerColumn<'a>>,
    /// Further numbers known at the order: age, discount. NaN is missing.
    pub numbers: Vec<Column<'a, [f64]>>,
    /// Above 0 where the line was sent back.
    pub returned: Option<Column<'a, [f64]>>,
    /// When it was; looked at only where `returned` is above 0.
    pub return_time: Option<Column<'a, [i64]>>,
    /// What the return times count.
    pub return_scale: TimeScale,
    /// Columns of the caller's table that are known only after the order, such as a delivery date. None
    /// of the columns above that a score may rest on may be among them.
    pub known_later: &'a [&'a str],
}

impl<'a> LineColumns<'a> {
    /// The columns that no line is without.
    pub fn new(
        customer: CustomerColumn<'a>,
        product: CustomerColumn<'a>,
        time: Column<'a, [i64]>,
        scale: TimeScale,
        price: Column<'a, [f64]>,
    ) -> Self {
        Self {
            customer,
            product,
            time,
            scale,
            price,
            quantity: None,
            order: None,
            line: None,
            categories: Vec::new(),
            numbers: Vec::new(),
            returned: None,
            return_time: None,
            return_scale: scale,
            known_later: &[],
        }
    }
}

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

/// Checked order lines, in order of time and, at the same time, of order and product, whatever the
/// order of the caller's rows.
///
/// Lines that follow each other with the same order id are one order: a basket, of which everything
/// but its fate is known when it is scored.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
/// let articles = vec!["shoe", "sock", "shoe"];
/// let mut columns = LineColumns::new(
///     Column::new("customer", &[7, 7, 9][..]).into(),
///     Column::new("article", &articles).into(),
///     Column::new("day", &[0, 0, 4]),
///     TimeScale::Days,
///     Column::new("price", &[60.0, 5.0, 60.0]),
/// );
/// columns.returned = Some(Column::new("returned", &[1.0, 0.0, 0.0]));
/// let lines = OrderLines::new(&columns, Invalid::Raise)?;
/// assert_eq!((lines.len(), lines.orders(), lines.returned()), (3, 2, Some(1)));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OrderLines {
    pub(crate) customer: Levels,
    pub(crate) product: Levels,
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
    /// For each line, its row among those in use, in the caller's order.
    pub(crate) row: Vec<u32>,
    report: OrdersReport,
}

impl OrderLines {
    /// Checks every row and takes a copy of those in use.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Empty`] where there is no row,
    /// [`Error::Choice`] where a column is known only later, [`Error::Refused`] with a count by reason
    /// where rows cannot be used and `invalid` is [`Invalid::Raise`], or where none can,
    /// [`Error::Value`] where two lines have one id.
    pub fn new(columns: &LineColumns<'_>, invalid: Invalid) -> Result<Self, Error> {
        check::lines(columns, invalid)
    }

    /// The number of lines in use.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there are none, which `new` does not allow.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The number of orders.
    pub fn orders(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many lines came back, where that is known.
    pub fn returned(&self) -> Option<usize> {
        let outcome = self.outcome.as_ref()?;
        Some(outcome.iter().filter(|&&outcome| outcome != Outcome::Kept).count())
    }

    /// The rows read, in use and refused.
    pub fn report(&self) -> &OrdersReport {
        &self.report
    }

    /// First and last line, in microseconds since 1970-01-01T00:00.
    pub fn time_range(&self) -> (i64, i64) {
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
}

/// The day of an instant, counted from 1970-01-01.
pub(crate) fn day_of(time: i64) -> i32 {
    // Times are within the years 0001 to 9999.
    i32::try_from(time.div_euclid(DAY)).unwrap_or(i32::MAX)
}
