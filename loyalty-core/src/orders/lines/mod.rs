//! Order lines: what was bought with what, at what price, and what became of it, checked once.

mod by_customer;
mod by_time;
mod check;
mod columns;
mod credited;
mod credits;
mod groups;
pub(crate) mod key;
mod net;
mod raw;
mod returned;

pub(crate) use by_customer::{Given, LedgerLine, LinesByCustomer};
pub(crate) use by_time::{IdKind, Levels, LinesByTime, Numbers, Outcome};
pub use check::known_at_the_order;
pub use columns::LineColumns;
pub use credits::{CreditColumns, CreditMatch, CreditMatches, match_credits};
pub use net::CameBack;
pub(crate) use net::{PaidLine, keep};
pub(crate) use returned::{Event, Verdict};
pub use returned::{Returns, ReturnsReport};

use std::sync::OnceLock;

use super::Customers;
use super::flags;
use super::rows::{self, Used};
use super::table::{self, TableOptions};
use crate::Error;
use crate::error::countable;
use crate::error::report::{OrdersReport, Reason};
use crate::memory;
use crate::time::DAY;
use by_time::Rest;
use credited::Credited;
use raw::Raw;

/// Checked order lines: one table for the ledger and for the return model.
///
/// Nothing computed from it depends on the order of the caller's rows. The ledger reads the lines
/// together by customer, the return model in order of time; by customer is made at once where `amount` is
/// known, by time where `price` alone is, and the other when it is first asked for.
///
/// # Examples
/// ```
/// use loyalty_core::ledger::{Ledger, LedgerOptions};
/// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
/// let articles = vec!["shoe", "sock", "shoe"];
/// let customer = Column::new("customer", &[7, 7, 9][..]).into();
/// let day = Column::new("day", &[0, 0, 4][..]);
/// let mut columns = LineColumns::new(customer, day, TimeScale::Days)
///     .with_price(Column::new("price", &[60.0, 5.0, 60.0]));
/// columns.product = Some(Column::new("article", &articles).into());
/// columns.returned = Some(Column::new("returned", &[1.0, 0.0, 0.0]));
/// let lines = OrderLines::new(&columns, Invalid::Raise)?;
/// assert_eq!((lines.len(), lines.orders(), lines.returned()), (3, 2, Some(1)));
///
/// let ledger = Ledger::new(&lines, None, None, &LedgerOptions::default())?;
/// assert_eq!(ledger.columns().returned_amount, [60.0, 0.0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct OrderLines {
    source: Source,
    by_time: OnceLock<LinesByTime>,
    by_customer: OnceLock<LinesByCustomer>,
    /// The bytes that either arrangement may take.
    room: usize,
    report: OrdersReport,
    /// When the last credit was that stood among the lines.
    last_credit: Option<i64>,
    /// Whether it is known how much of a line came back, and not only whether it did.
    tells_parts: bool,
    /// Customers who opted out, where any did.
    opted_out: Option<Customers>,
}

/// The lines as they were arranged first, and what the other arrangement needs besides.
#[derive(Debug, Clone)]
enum Source {
    Time(Box<(LinesByTime, Raw)>),
    Customer(Box<(LinesByCustomer, Rest)>),
}

impl Source {
    fn of(columns: &LineColumns<'_>, used: &Used) -> Result<Self, Error> {
        if columns.amount.is_none() {
            let lines = LinesByTime::of(columns, used)?;
            return Ok(Self::Time(Box::new((lines, Raw::of(columns, used)))));
        }
        let rest = Rest::of(columns, used)?;
        Ok(Self::Customer(Box::new((LinesByCustomer::of(columns, used), rest))))
    }
}

impl OrderLines {
    /// Checks every row and takes a copy of those in use.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Parameter`] where there are 2³² − 1
    /// rows or more, [`Error::MissingColumn`] where there is neither amount nor price, [`Error::Empty`]
    /// where there is no row, [`Error::Choice`] where a column is known only later, [`Error::Refused`]
    /// with a count by reason where rows cannot be used and `invalid` is [`Invalid::Raise`](crate::orders::Invalid::Raise), or where none
    /// can, [`Error::Value`] where two lines have one id.
    pub fn new(columns: &LineColumns<'_>, options: impl Into<TableOptions>) -> Result<Self, Error> {
        let options = options.into();
        let rows = columns.customer.len();
        countable("the number of lines", rows)?;
        columns.check_lengths(rows)?;
        columns.check_known_at_the_order()?;
        if columns.amount.is_none() && columns.price.is_none() {
            let needed_by = "a table of order lines";
            return Err(Error::MissingColumn { column: "amount or price", needed_by });
        }
        if rows == 0 {
            return Err(Error::Empty { what: "the table of lines", expected: "at least one line" });
        }
        let room = columns.room();
        memory::ask("a table of order lines", room)?;
        let table = table::read(columns, &options)?;
        let read = table.columns();
        let fault = |row| table.fault(row).or_else(|| read.fault(row));
        let shown = |row, name: &str| columns.shown(row, name);
        let (mut report, used) = rows::check(rows, options.invalid, fault, shown)?;
        let mut defaulted = table.defaulted(|row| report.is_in_use(row));
        for (says, reason) in [
            (&columns.coupon_used, Reason::DiscountUnknown),
            (&columns.opted_out, Reason::OptOutUnknown),
        ] {
            let in_use = |row| report.is_in_use(row);
            flags::count_blank(says.as_ref(), reason, in_use, &mut defaulted);
        }
        report.set_defaulted(defaulted);
        report.set_remarks(table.remarks.clone());
        if !table.has_credits() {
            let source = Source::of(&read, &used)?;
            return Ok(Self::of(source, room, report, None, read.tells_parts()).out(columns));
        }
        let (credits, purchases): (Vec<usize>, Vec<usize>) =
            used.iter().partition(|&row| table.is_credit(row));
        let purchases = Used::of(purchases);
        let credited = Credited::of(&read, &purchases, &credits);
        report.set_credits(credited.report.clone());
        let report = report.accepted(options.invalid)?;
        let read = credited.columns(&read);
        let time = |&row: &usize| rows::instant_of(&read.time, read.scale, row);
        let last = credits.iter().filter_map(time).max();
        let source = Source::of(&read, &purchases)?;
        Ok(Self::of(source, room, report, last, read.tells_parts()).out(columns))
    }

    fn of(
        source: Source,
        room: usize,
        report: OrdersReport,
        last_credit: Option<i64>,
        tells_parts: bool,
    ) -> Self {
        let (by_time, by_customer) = (OnceLock::new(), OnceLock::new());
        Self {
            source,
            by_time,
            by_customer,
            room,
            report,
            last_credit,
            tells_parts,
            opted_out: None,
        }
    }

    /// The same lines with those who opted out.
    fn out(self, columns: &LineColumns<'_>) -> Self {
        let opted_out = flags::those_who_say(&columns.customer, columns.opted_out.as_ref());
        Self { opted_out, ..self }
    }

    /// The customers who opted out by the column `opted_out`, in order of their ids; `None` where nobody did.
    pub fn opted_out(&self) -> Option<&Customers> {
        self.opted_out.as_ref()
    }

    /// What was paid for each row in use and what was paid back, where that is known.
    pub(crate) fn money_paid_back(&self) -> Option<Vec<[f64; 2]>> {
        if !self.tells_parts {
            return None;
        }
        Some(match &self.source {
            Source::Time(source) => source.1.money_paid_back(&source.0),
            Source::Customer(source) => {
                source.0.by_row().map(|line| [line.amount, line.returned_amount]).collect()
            }
        })
    }

    /// Whether the lines have costs of goods.
    pub fn has_costs(&self) -> bool {
        self.by_customer().given.cost
    }

    /// The number of lines in use.
    pub fn len(&self) -> usize {
        self.report.kept()
    }

    /// Whether there are none, which `new` does not allow.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of orders.
    pub fn orders(&self) -> usize {
        self.by_time().orders()
    }

    /// How many lines came back, where that is known.
    pub fn returned(&self) -> Option<usize> {
        let outcome = self.by_time().outcome.as_ref()?;
        Some(outcome.iter().filter(|&&outcome| outcome != Outcome::Kept).count())
    }

    /// The customers, in order of their ids.
    pub fn customers(&self) -> &Customers {
        &self.by_customer().customers
    }

    /// The rows read, in use and refused.
    pub fn report(&self) -> &OrdersReport {
        &self.report
    }

    /// First and last line, in microseconds since 1970-01-01T00:00.
    pub fn time_range(&self) -> (i64, i64) {
        match &self.source {
            Source::Time(source) => source.0.time_range(),
            Source::Customer(source) => source.0.time_range,
        }
    }

    /// The keys of the lines' own ids, by row in use, where they have any.
    pub(crate) fn line_keys(&self) -> Option<Vec<u64>> {
        let lines = self.by_time();
        lines.line.as_ref().map(|keys| lines.by_row(keys))
    }

    /// Asks for what [`Self::by_time`] may take, where it is still to be made.
    pub(crate) fn ask_by_time(&self) -> Result<(), Error> {
        match (&self.source, self.by_time.get()) {
            (Source::Customer(_), None) => memory::ask("order lines by time", self.room),
            _ => Ok(()),
        }
    }

    /// Asks for what [`Self::by_customer`] may take, where it is still to be made.
    pub(crate) fn ask_by_customer(&self) -> Result<(), Error> {
        match (&self.source, self.by_customer.get()) {
            (Source::Time(_), None) => memory::ask("order lines by customer", self.room),
            _ => Ok(()),
        }
    }

    /// The lines in order of time.
    pub(crate) fn by_time(&self) -> &LinesByTime {
        match &self.source {
            Source::Time(source) => &source.0,
            Source::Customer(source) => {
                self.by_time.get_or_init(|| LinesByTime::derived(&source.0, &source.1))
            }
        }
    }

    /// The lines together by customer.
    pub(crate) fn by_customer(&self) -> &LinesByCustomer {
        match &self.source {
            Source::Customer(source) => &source.0,
            Source::Time(source) => {
                self.by_customer.get_or_init(|| source.1.by_customer(&source.0))
            }
        }
    }
}

/// The day of an instant, counted from 1970-01-01.
pub(crate) fn day_of(time: i64) -> i32 {
    // Times are within the years 0001 to 9999.
    i32::try_from(time.div_euclid(DAY)).unwrap_or(i32::MAX)
}
