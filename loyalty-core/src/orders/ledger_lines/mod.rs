//! Order lines: what was sold, at what price, with which discounts, at what cost, and what came back.

mod arrange;
mod check;
mod columns;
mod groups;

pub use columns::LedgerLineColumns;
use groups::Groups;

use super::customers::Customers;
use crate::Error;
use crate::error::report::{Invalid, OrdersReport};

/// Checked order lines, together by customer.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, LedgerLineColumns, LedgerLines, TimeScale};
/// let customer = Column::new("who", &[7, 7, 8][..]).into();
/// let time = Column::new("day", &[0, 0, 3][..]);
/// let paid = Column::new("paid", &[9.0, 20.0, 5.0][..]);
/// let mut columns = LedgerLineColumns::new(customer, time, TimeScale::Days, paid);
/// columns.discount = Some(Column::new("off", &[1.0, 0.0, 5.0][..]));
/// let lines = LedgerLines::new(&columns, Invalid::Raise)?;
/// assert_eq!((lines.len(), lines.customers().len()), (3, 2));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLines {
    customers: Customers,
    pub(crate) groups: Groups,
    /// Where each customer's begin among the lines by customer, and behind the last their number.
    starts: Vec<u32>,
    by_customer: Vec<u32>,
    /// Numbers of customer, order, product and category.
    ids: Vec<[u32; 4]>,
    /// When it was ordered and when it came back.
    times: Vec<[i64; 2]>,
    /// What is in a [`LedgerLine`] besides, in its order.
    money: Vec<[f64; 8]>,
    /// How many products there are, at least 1.
    pub(crate) products: usize,
    pub(crate) given: Given,
    time_range: (i64, i64),
    report: OrdersReport,
}

/// Which columns there were.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "one answer per column")]
pub(crate) struct Given {
    pub(crate) product: bool,
    pub(crate) category: bool,
    pub(crate) discount: bool,
    pub(crate) coupon: bool,
    pub(crate) offered_depth: bool,
    pub(crate) cost: bool,
    pub(crate) returned_amount: bool,
    pub(crate) return_time: bool,
}

/// An order line; 0 in the columns that there were not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LedgerLine {
    pub(crate) order: u32,
    pub(crate) product: u32,
    pub(crate) category: u32,
    pub(crate) time: i64,
    /// `i64::MAX` where it was kept or the time is not known.
    pub(crate) return_time: i64,
    pub(crate) amount: f64,
    /// At list price: without such a column, the amount and all that was taken off.
    pub(crate) list_amount: f64,
    pub(crate) discount: f64,
    pub(crate) maker_discount: f64,
    pub(crate) coupon: f64,
    pub(crate) offered_depth: f64,
    pub(crate) cost: f64,
    pub(crate) returned_amount: f64,
}

impl LedgerLines {
    /// Checks every row and takes a copy of those in use.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Empty`] where there is no row,
    /// [`Error::Refused`] with a count by reason where rows cannot be used and `invalid` is
    /// [`Invalid::Raise`], or where none can.
    pub fn new(columns: &LedgerLineColumns<'_>, invalid: Invalid) -> Result<Self, Error> {
        let rows = columns.customer.len();
        crate::error::countable("the number of lines", rows)?;
        columns.check_lengths(rows)?;
        if rows == 0 {
            return Err(Error::Empty { what: "the order lines", expected: "at least one line" });
        }
        let report = columns.check(rows).accepted(invalid)?;
        if report.refused() == 0 {
            return Ok(columns.take(report, |row| row));
        }
        let used: Vec<usize> = (0..rows).filter(|&row| columns.refuse(row).is_none()).collect();
        Ok(columns.take(report, |number| used[number]))
    }

    /// The number of lines in use.
    pub fn len(&self) -> usize {
        self.money.len()
    }

    /// Whether there are none, which `new` does not allow.
    pub fn is_empty(&self) -> bool {
        self.money.is_empty()
    }

    /// The customers, in order of their ids.
    pub fn customers(&self) -> &Customers {
        &self.customers
    }

    /// The rows read, in use and refused.
    pub fn report(&self) -> &OrdersReport {
        &self.report
    }

    /// First and last line, in microseconds since 1970-01-01T00:00.
    pub fn time_range(&self) -> (i64, i64) {
        self.time_range
    }

    /// The lines of a customer.
    pub(crate) fn of_customer(&self, customer: usize) -> impl Iterator<Item = LedgerLine> {
        let lines = self.starts[customer] as usize..self.starts[customer + 1] as usize;
        self.by_customer[lines].iter().map(|&line| self.line(line as usize))
    }

    pub(crate) fn line(&self, line: usize) -> LedgerLine {
        let [_, order, product, category] = self.ids[line];
        let [time, return_time] = self.times[line];
        let [amount, list_amount, discount, maker_discount, coupon, offered_depth, cost, returned] =
            self.money[line];
        LedgerLine {
            order,
            product,
            category,
            time,
            return_time,
            amount,
            list_amount,
            discount,
            maker_discount,
            coupon,
            offered_depth,
            cost,
            returned_amount: returned,
        }
    }
}
