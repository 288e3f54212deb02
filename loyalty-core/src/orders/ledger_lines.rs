//! Order lines: what was sold, at what price, with which discounts, at what cost, and what came back.

use std::ops::Range;

use super::columns::{Column, CustomerColumn, TimeScale};
use super::customers::Customers;
use super::intern::intern;
use super::report::{Invalid, OrdersReport, Reason, Refusal};
use crate::Error;
use crate::error::LARGEST;
use crate::parallel::{Threads, collect, map_chunks};
use crate::time::bounds;

/// Order lines as the caller holds them: one row per article of an order, in any order.
///
/// Customer, time and amount are needed. Each of the other columns enables something:
///
/// | column | one value per line | enables |
/// |---|---|---|
/// | `order` | id of the order; without it the lines of a customer's day are one order | |
/// | `product` | id of the article | return rates cleaned of what is bought |
/// | `category` | id of its category | cross-buying breadth, reallocation of a budget |
/// | `list_amount` | line total at list price | discount depth |
/// | `discount` | money off that the shop pays for | discount depth |
/// | `maker_discount` | money off that the maker pays back | |
/// | `coupon` | money off by coupons | coupon use |
/// | `offered_depth` | share of the list price on offer in the category that day, 0 to 1 | selection of offers |
/// | `cost` | cost of the goods | profit, break-even points |
/// | `returned_amount` | what of the amount was paid back; 0 or missing where the line was kept | returns |
/// | `return_time` | when it came back; missing where it was kept | returns yet to come |
///
/// Without `list_amount` it is the amount and what was taken off.
#[derive(Debug, Clone, Copy)]
pub struct LedgerLineColumns<'a> {
    /// Who ordered.
    pub customer: CustomerColumn<'a>,
    /// When, as integers on the scale below.
    pub time: Column<'a, [i64]>,
    /// What the time integers count.
    pub scale: TimeScale,
    /// What was paid for the line.
    pub amount: Column<'a, [f64]>,
    /// Which order the line belongs to.
    pub order: Option<CustomerColumn<'a>>,
    /// Which article.
    pub product: Option<CustomerColumn<'a>>,
    /// Its category.
    pub category: Option<CustomerColumn<'a>>,
    /// The line at list price.
    pub list_amount: Option<Column<'a, [f64]>>,
    /// Money off that the shop pays for.
    pub discount: Option<Column<'a, [f64]>>,
    /// Money off that the maker pays back.
    pub maker_discount: Option<Column<'a, [f64]>>,
    /// Money off by coupons.
    pub coupon: Option<Column<'a, [f64]>>,
    /// The depth on offer.
    pub offered_depth: Option<Column<'a, [f64]>>,
    /// Cost of the goods.
    pub cost: Option<Column<'a, [f64]>>,
    /// What was paid back.
    pub returned_amount: Option<Column<'a, [f64]>>,
    /// When the line came back.
    pub return_time: Option<Column<'a, [i64]>>,
    /// What the integers of the return times count.
    pub return_scale: TimeScale,
}

impl<'a> LedgerLineColumns<'a> {
    /// The three columns that are needed; set the others after.
    pub fn new(
        customer: CustomerColumn<'a>,
        time: Column<'a, [i64]>,
        scale: TimeScale,
        amount: Column<'a, [f64]>,
    ) -> Self {
        let (order, product, category, list_amount, discount, maker_discount) =
            (None, None, None, None, None, None);
        let (coupon, offered_depth, cost, returned_amount, return_time) =
            (None, None, None, None, None);
        Self {
            customer,
            time,
            scale,
            amount,
            order,
            product,
            category,
            list_amount,
            discount,
            maker_discount,
            coupon,
            offered_depth,
            cost,
            returned_amount,
            return_time,
            return_scale: scale,
        }
    }
}

/// Ids as dense numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ids {
    /// How many are distinct.
    pub(crate) distinct: usize,
    /// For each line the number of its id, in order of the ids.
    pub(crate) of: Vec<u32>,
}

/// Checked order lines.
///
/// # Examples
/// ```
/// use loyalty_core::{Column, Invalid, LedgerLineColumns, LedgerLines, TimeScale};
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
    pub(crate) customer: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) amount: Vec<f64>,
    pub(crate) order: Option<Ids>,
    pub(crate) product: Option<Ids>,
    pub(crate) category: Option<Ids>,
    pub(crate) list_amount: Option<Vec<f64>>,
    pub(crate) discount: Option<Vec<f64>>,
    pub(crate) maker_discount: Option<Vec<f64>>,
    pub(crate) coupon: Option<Vec<f64>>,
    pub(crate) offered_depth: Option<Vec<f64>>,
    pub(crate) cost: Option<Vec<f64>>,
    pub(crate) returned_amount: Option<Vec<f64>>,
    /// `i64::MAX` where the line was kept or the time is not known.
    pub(crate) return_time: Option<Vec<i64>>,
    report: OrdersReport,
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
        self.customer.len()
    }

    /// Whether there are none, which `new` does not allow.
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
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
        bounds(&self.time)
    }
}

impl<'a> LedgerLineColumns<'a> {
    fn ids(&self) -> [Option<CustomerColumn<'a>>; 3] {
        [self.order, self.product, self.category]
    }

    /// The columns of money, which follow one rule.
    fn money(&self) -> [Option<Column<'a, [f64]>>; 6] {
        let amount = Some(self.amount);
        [amount, self.list_amount, self.discount, self.maker_discount, self.coupon, self.cost]
    }

    fn check_lengths(&self, rows: usize) -> Result<(), Error> {
        for ids in self.ids().into_iter().flatten().chain([self.customer]) {
            ids.same_rows(rows)?;
        }
        let numbers = [self.offered_depth, self.returned_amount];
        for column in self.money().into_iter().chain(numbers).flatten() {
            column.same_rows(rows)?;
        }
        for column in [Some(self.time), self.return_time].into_iter().flatten() {
            column.same_rows(rows)?;
        }
        Ok(())
    }

    /// Why a row cannot be used and which column is at fault, if it cannot.
    fn refuse(&self, row: usize) -> Option<(Reason, &'a str)> {
        if !self.customer.is_present(row) {
            return Some((Reason::MissingCustomer, self.customer.name()));
        }
        if !self.time.is_present(row) {
            return Some((Reason::MissingTime, self.time.name));
        }
        let Some(time) = self.scale.microseconds(self.time.values[row]) else {
            return Some((Reason::TimeOutOfRange, self.time.name));
        };
        if let Some(ids) = self.ids().into_iter().flatten().find(|ids| !ids.is_present(row)) {
            return Some((Reason::MissingId, ids.name()));
        }
        for column in self.money().into_iter().flatten() {
            if let Some(reason) = money_reason(&column, row) {
                return Some((reason, column.name));
            }
        }
        if let Some(depth) = &self.offered_depth
            && !(depth.is_present(row) && (0.0..=1.0).contains(&depth.values[row]))
        {
            return Some((Reason::DepthOutOfRange, depth.name));
        }
        self.refuse_discount(row).or_else(|| self.refuse_return(row, time))
    }

    fn refuse_discount(&self, row: usize) -> Option<(Reason, &'a str)> {
        let (list, discount) = (self.list_amount?, self.discount?);
        let most = list.values[row] * (1.0 + ROUNDING);
        (discount.values[row] > most).then_some((Reason::DiscountAboveList, discount.name))
    }

    fn refuse_return(&self, row: usize, time: i64) -> Option<(Reason, &'a str)> {
        let returned = self.returned_amount?;
        if returned.is_present(row) && !returned.values[row].is_nan() {
            if let Some(reason) = money_reason(&returned, row) {
                return Some((reason, returned.name));
            }
            if returned.values[row] > self.amount.values[row] * (1.0 + ROUNDING) {
                return Some((Reason::ReturnedMoreThanPaid, returned.name));
            }
        }
        let back = self.return_time?;
        if !back.is_present(row) {
            return None;
        }
        match self.return_scale.microseconds(back.values[row]) {
            None => Some((Reason::TimeOutOfRange, back.name)),
            Some(back_at) if back_at < time => Some((Reason::ReturnedBeforeOrdered, back.name)),
            Some(_) => None,
        }
    }

    fn check(&self, rows: usize) -> OrdersReport {
        const CHUNK: usize = 1 << 16;
        let chunks = map_chunks(rows, CHUNK, Threads::default(), |chunk: Range<usize>| {
            let mut found: Vec<Refusal> = Vec::new();
            for row in chunk {
                if let Some((reason, column)) = self.refuse(row) {
                    Refusal::count(&mut found, reason, column, row, 1);
                }
            }
            found
        });
        let mut refusals = Vec::new();
        for found in chunks.iter().flatten() {
            let Refusal { reason, column, rows, first_row } = found;
            Refusal::count(&mut refusals, *reason, column, *first_row, *rows);
        }
        refusals.sort_by_key(|refusal| (refusal.reason as usize, refusal.first_row));
        OrdersReport::new(rows, refusals)
    }

    /// Copies the rows in use.
    fn take(&self, report: OrdersReport, row: impl Fn(usize) -> usize + Sync) -> LedgerLines {
        let (rows, threads) = (report.kept(), Threads::default());
        let (customers, customer) = intern(&self.customer, rows, &row, threads);
        let ids = |column: Option<CustomerColumn<'_>>| {
            let (distinct, of) = intern(&column?, rows, &row, threads);
            Some(Ids { distinct: distinct.len(), of })
        };
        // Adding zero turns −0 into 0; a missing return is none.
        let value = |column: &Column<'_, [f64]>, row: usize| {
            let value = column.values[row] + 0.0;
            if value.is_nan() || !column.is_present(row) { 0.0 } else { value }
        };
        let numbers = |column: Option<Column<'_, [f64]>>| {
            column.map(|column| collect(rows, threads, |number| value(&column, row(number))))
        };
        // Every time in use is within range.
        let instant = |scale: TimeScale, time: i64| scale.microseconds(time).unwrap_or(i64::MAX);
        let back = |column: Column<'_, [i64]>, row: usize| {
            let known = column.is_present(row);
            if known { instant(self.return_scale, column.values[row]) } else { i64::MAX }
        };
        LedgerLines {
            customers,
            customer,
            time: collect(rows, threads, |n| instant(self.scale, self.time.values[row(n)])),
            amount: numbers(Some(self.amount)).unwrap_or_default(),
            order: ids(self.order),
            product: ids(self.product),
            category: ids(self.category),
            list_amount: numbers(self.list_amount),
            discount: numbers(self.discount),
            maker_discount: numbers(self.maker_discount),
            coupon: numbers(self.coupon),
            offered_depth: numbers(self.offered_depth),
            cost: numbers(self.cost),
            returned_amount: numbers(self.returned_amount),
            return_time: self
                .return_time
                .map(|column| collect(rows, threads, |n| back(column, row(n)))),
            report,
        }
    }
}

/// What rounding to cents or single precision may add to a sum that should be equal.
const ROUNDING: f64 = 1e-6;

/// Why an amount cannot be used, if it cannot.
pub(super) fn money_reason(column: &Column<'_, [f64]>, row: usize) -> Option<Reason> {
    let value = column.values[row];
    if !column.is_present(row) || value.is_nan() {
        Some(Reason::MissingAmount)
    } else if (0.0..=LARGEST).contains(&value) {
        None
    } else if value < 0.0 && value.is_finite() {
        Some(Reason::NegativeAmount)
    } else {
        Some(Reason::AmountOutOfRange)
    }
}
