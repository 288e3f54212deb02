//! Stage 1: an order log, checked once.

mod columns;
mod contact_exposure;
mod contacts;
mod customers;
mod flags;
mod intern;
mod lines;
mod record;
mod rows;
mod short_text;
mod table;

pub use crate::error::report::{CreditReport, Invalid, OrdersReport, Reason, Refusal, RefusedRow};
pub use columns::{Column, CustomerColumn, TextColumn, TimeScale};
pub use contact_exposure::ContactExposure;
pub use contacts::{ContactColumns, Contacts};
pub use customers::{CustomerId, Customers, TextIds};
pub use lines::{
    CameBack, CreditColumns, CreditMatch, CreditMatches, LineColumns, OrderLines, Returns,
    ReturnsReport, known_at_the_order, match_credits,
};
pub(crate) use lines::{
    Event, Given, IdKind, LedgerLine, Levels, LinesByCustomer, LinesByTime, Numbers, Outcome,
    Verdict, day_of, key,
};
pub(crate) use record::RecordLine;
pub use record::{ContactKind, CustomerRecord, LinesAdded};
pub(crate) use table::implausible_times;
pub use table::{Credits, Dates, DiscountUnit, Guests, OrderStatus, TableOptions};

use std::ops::Range;

use intern::intern;
use rows::{Fault, Used, customer_and_time, instant_of, money_reason, shown_number, shown_time};
use table::Who;

use crate::Error;
use crate::error::{LARGEST, countable};
use crate::memory;
use crate::parallel::{Threads, collect, map_chunks};
use crate::time::bounds;

/// An order log as the caller holds it: one row per order line, in any order.
#[derive(Debug, Clone, Copy)]
pub struct OrderColumns<'a> {
    /// Who ordered.
    pub customer: CustomerColumn<'a>,
    /// When, as integers on the scale below.
    pub time: Column<'a, [i64]>,
    /// What the time integers count.
    pub scale: TimeScale,
    /// How much was paid, in one currency: from 0 to 1e50, NaN where missing.
    pub amount: Option<Column<'a, [f64]>>,
}

/// A checked order log.
///
/// Rows need no order. Two equal rows are two order lines and both count. Customers are numbered in
/// order of their ids (numbers ascending, text by its UTF-8 bytes), so that nothing computed from a
/// log depends on the order of its rows.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// use loyalty_core::summary::SummaryOptions;
/// use loyalty_core::time::Unit;
/// let names = vec!["grace", "ada", "ada"];
/// let columns = OrderColumns {
///     customer: Column::new("name", &names).into(),
///     time: Column::new("day", &[3, 0, 14]),
///     scale: TimeScale::Days,
///     amount: Some(Column::new("price", &[20.0, 5.0, 7.5])),
/// };
/// let orders = Orders::new(&columns, Invalid::Raise)?;
/// assert_eq!((orders.len(), orders.customers().len()), (3, 2));
///
/// let summary = orders.summarize(&SummaryOptions::in_unit(Unit::Day))?;
/// assert_eq!(summary.frequency(), [1, 0]);
/// assert_eq!(summary.recency(), [14.0, 0.0]);
/// assert_eq!(summary.t(), [14.0, 11.0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Orders {
    customers: Customers,
    customer: Vec<u32>,
    time: Vec<i64>,
    amount: Option<Vec<f64>>,
    opted_out: Option<Customers>,
    report: OrdersReport,
}

impl Orders {
    /// Checks every row of a log and takes a copy of those in use.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Empty`] where there is no row,
    /// [`Error::Parameter`] where there are 2³² − 1 rows or more, [`Error::Refused`] with a count by reason where rows cannot be used and `invalid` is
    /// [`Invalid::Raise`], or where none can.
    pub fn new(
        columns: &OrderColumns<'_>,
        options: impl Into<TableOptions>,
    ) -> Result<Self, Error> {
        let options = options.into();
        let rows = columns.customer.len();
        countable("the number of rows", rows)?;
        columns.time.same_rows(rows)?;
        columns.customer.same_rows(rows)?;
        columns.amount.iter().try_for_each(|amount| amount.same_rows(rows))?;
        if rows == 0 {
            return Err(Error::Empty { what: "the order log", expected: "at least one order" });
        }
        let each = if matches!(columns.customer, CustomerColumn::Text(_)) { 88 } else { 60 };
        memory::ask_for_rows("a log of orders", rows, each, columns.customer.size())?;
        let plausible = match options.dates {
            Dates::Refuse => table::plausible(&columns.time, columns.scale, options.today),
            Dates::Allow => None,
        };
        let who = Who::of(&columns.customer, &options);
        let (report, used) = if plausible.is_none() && columns.is_clean(&who) {
            (OrdersReport::new(rows, Vec::new()), Used::all(rows))
        } else {
            let odd = |row: usize| {
                let time = instant_of(&columns.time, columns.scale, row)?;
                let odd = plausible.as_ref().is_some_and(|range| !range.contains(&time));
                odd.then_some((Reason::ImplausibleTime, columns.time.name))
            };
            let fault = |row| {
                let who = who.fault(&columns.customer, row).or_else(|| odd(row));
                who.or_else(|| columns.fault(row))
            };
            rows::check(rows, options.invalid, fault, |row, name| columns.shown(row, name))?
        };
        Ok(columns.take(report, &used))
    }

    /// The number of order lines in use.
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

    /// The same log with customers who opted out of labels and treatments: those of whom any row says so.
    ///
    /// # Errors
    /// [`Error::Length`] where the two differ in length.
    pub fn with_opted_out(
        self,
        customer: &CustomerColumn<'_>,
        says: &Column<'_, [bool]>,
    ) -> Result<Self, Error> {
        says.same_rows(customer.len())?;
        Ok(Self { opted_out: flags::those_who_say(customer, Some(says)), ..self })
    }

    /// The customers who opted out, in order of their ids; `None` where nobody did.
    pub fn opted_out(&self) -> Option<&Customers> {
        self.opted_out.as_ref()
    }

    /// Whether the log has amounts.
    pub fn has_amounts(&self) -> bool {
        self.amount.is_some()
    }

    /// First and last order, in microseconds since 1970-01-01T00:00.
    pub fn time_range(&self) -> (i64, i64) {
        bounds(&self.time)
    }

    /// When every so manyth customer ordered, without amounts.
    pub(crate) fn of_every(&self, step: usize) -> Self {
        let is_kept = |row: &usize| (self.customer[*row] as usize).is_multiple_of(step);
        let rows: Vec<usize> = (0..self.len()).filter(is_kept).collect();
        let number = |row: &usize| u32::try_from(self.customer[*row] as usize / step).unwrap_or(0);
        Self {
            customers: self.customers.select((0..self.customers.len()).step_by(step)),
            customer: rows.iter().map(number).collect(),
            time: rows.iter().map(|&row| self.time[row]).collect(),
            amount: None,
            opted_out: None,
            report: OrdersReport::new(rows.len(), Vec::new()),
        }
    }

    /// For each order line the number of its customer.
    pub(crate) fn customer(&self) -> &[u32] {
        &self.customer
    }

    /// For each order line its time in microseconds.
    pub(crate) fn time(&self) -> &[i64] {
        &self.time
    }

    /// The same log at other times.
    pub(crate) fn at(&self, time: Vec<i64>) -> Self {
        Self { time, ..self.clone() }
    }

    /// For each order line its amount.
    pub(crate) fn amount(&self) -> Option<&[f64]> {
        self.amount.as_deref()
    }
}

impl<'a> OrderColumns<'a> {
    /// Why a row cannot be used, if it cannot.
    fn fault(&self, row: usize) -> Option<Fault<'a>> {
        let fault = customer_and_time(&self.customer, &self.time, self.scale, row);
        fault.or_else(|| {
            let amount = self.amount.as_ref()?;
            money_reason(amount, row).map(|reason| (reason, amount.name))
        })
    }

    /// The cell of a column in a row, as a report shows it.
    fn shown(&self, row: usize, name: &str) -> String {
        match &self.amount {
            _ if name == self.customer.name() => self.customer.shown(row),
            Some(amount) if name == amount.name => shown_number(amount, row),
            _ => shown_time(&self.time, self.scale, row),
        }
    }

    /// Whether every row can be used, seen column by column.
    fn is_clean(&self, who: &Who) -> bool {
        let ids_present = match &self.customer {
            CustomerColumn::Int(ids) if who.is_by_presence() => ids.present.is_none(),
            customer => self.all(|row| who.fault(customer, row).is_none()),
        };
        let times = self.time.values;
        let amounts_good = self.amount.is_none_or(|amount| {
            amount.present.is_none()
                && self.all(|row| (0.0..=LARGEST).contains(&amount.values[row]))
        });
        ids_present
            && amounts_good
            && self.time.present.is_none()
            && self.all(|row| self.scale.microseconds(times[row]).is_some())
    }

    fn all(&self, good: impl Fn(usize) -> bool + Sync) -> bool {
        const CHUNK: usize = 1 << 16;
        let rows = self.customer.len();
        // `fold` without an early end is a loop that vectorises.
        let chunk = |rows: Range<usize>| rows.fold(true, |all, row| all & good(row));
        map_chunks(rows, CHUNK, Threads::default(), chunk).into_iter().all(|good| good)
    }

    /// Copies the rows in use.
    fn take(&self, report: OrdersReport, used: &Used) -> Orders {
        let (rows, threads) = (used.len(), Threads::default());
        let (customers, customer) = intern(&self.customer, used, threads);
        // Every time in use is within range.
        let instant = |time: i64| self.scale.microseconds(time).unwrap_or_default();
        let time = collect(rows, threads, |number| instant(self.time.values[used.row(number)]));
        let amount = self.amount.as_ref().map(|amount| {
            // Adding zero turns −0 into 0, which prints and compares as an amount should.
            collect(rows, threads, |number| amount.values[used.row(number)] + 0.0)
        });
        Orders { customers, customer, time, amount, opted_out: None, report }
    }
}

/// The distinct ids of the rows named, in order, and the number of each row's id among them.
pub(crate) fn dense(column: &CustomerColumn<'_>, rows: &[usize]) -> (Customers, Vec<u32>) {
    intern(column, &Used::of(rows.to_vec()), Threads::default())
}
