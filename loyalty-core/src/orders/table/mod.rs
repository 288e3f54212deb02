//! What the cells of a shop's table mean: what was paid, what is a purchase, who is a customer.
//!
//! A table as a shop exports it holds more than purchases: credits with negative quantities, cancelled
//! orders, guests, dates that stand for none. [`Table`] reads these cells before rows are checked, so that
//! purchases and all that is made of them come from the same rows, and says what it did.

mod dates;
mod guests;
mod money;
mod options;
mod signs;
mod status;
mod units;

pub use options::{Credits, Dates, DiscountUnit, Guests, TableOptions};
pub use status::OrderStatus;

use std::ops::RangeInclusive;

use super::columns::{Column, CustomerColumn, TimeScale};
use super::lines::LineColumns;
use super::rows::{Fault, instant_of};
use crate::Error;
use crate::error::report::{Invalid, Reason, Refusal};
use crate::time::DAY;

/// Columns that were made of those given.
#[derive(Debug, Default)]
struct Made {
    amount: Option<Vec<f64>>,
    price: Option<Vec<f64>>,
    quantity: Option<Vec<f64>>,
    list_amount: Option<Vec<f64>>,
    discount: Option<Vec<f64>>,
    maker_discount: Option<Vec<f64>>,
    coupon: Option<Vec<f64>>,
    offered_depth: Option<Vec<f64>>,
    cost: Option<Vec<f64>>,
    returned_amount: Option<Vec<f64>>,
}

/// A table whose cells have been read.
#[derive(Debug)]
pub(super) struct Table<'a> {
    given: LineColumns<'a>,
    made: Made,
    /// Which rows give money back, where there are any.
    credit: Option<Vec<bool>>,
    /// Rows that are no purchases by their status or currency, where there are any.
    out: Option<Vec<Option<Fault<'a>>>>,
    /// Rows that came back whole.
    whole: Vec<usize>,
    who: Who,
    plausible: Option<RangeInclusive<i64>>,
    costs_may_be_missing: bool,
    products_may_be_missing: bool,
    /// Cells that are missing or were mended.
    cells: Vec<(usize, Reason, &'a str)>,
    pub(super) remarks: Vec<String>,
}

/// Who is no customer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Who {
    pub(super) guests: Guests,
    /// A number that stands for guests.
    number: Option<i64>,
}

impl<'a> Table<'a> {
    /// Reads the cells of a table.
    pub(super) fn read(given: &LineColumns<'a>, options: &TableOptions) -> Result<Self, Error> {
        let mut table = Self {
            given: given.clone(),
            made: Made::default(),
            credit: None,
            out: None,
            whole: Vec::new(),
            who: Who::of(&given.customer, options),
            plausible: None,
            costs_may_be_missing: false,
            products_may_be_missing: false,
            cells: Vec::new(),
            remarks: Vec::new(),
        };
        table.remarks.extend(table.who.sentence());
        status::read(&mut table, options)?;
        status::currency(&mut table, options)?;
        if options.credits == Credits::Match {
            signs::read(&mut table)?;
        }
        units::read(&mut table, options)?;
        money::read(&mut table, options);
        table.give_back_whole();
        if options.dates == Dates::Refuse {
            let (times, scale) = (&table.given.time, table.given.scale);
            table.plausible = plausible(times, scale, options.today);
        }
        Ok(table)
    }

    /// The columns by which rows are checked and taken.
    pub(super) fn columns(&self) -> LineColumns<'_> {
        let mut columns = self.given.clone();
        let name = |given: &Option<Column<'a, [f64]>>, role: &'static str| {
            given.as_ref().map_or(role, |column| column.name)
        };
        macro_rules! put {
            ($($role:ident),*) => {
                $(if let Some(values) = &self.made.$role {
                    let name = name(&self.given.$role, stringify!($role));
                    columns.$role = Some(Column::new(name, &values[..]));
                })*
            };
        }
        put!(amount, price, quantity, list_amount, discount, maker_discount, coupon);
        put!(offered_depth, cost, returned_amount);
        columns.set_missing_allowed(self.costs_may_be_missing, self.products_may_be_missing);
        columns
    }

    /// Why a row is no purchase of a customer, or has no plausible time.
    pub(super) fn fault(&self, row: usize) -> Option<Fault<'a>> {
        let out = self.out.as_ref().and_then(|out| out[row]);
        out.or_else(|| self.who.fault(&self.given.customer, row)).or_else(|| {
            let plausible = self.plausible.as_ref()?;
            let time = instant_of(&self.given.time, self.given.scale, row)?;
            (!plausible.contains(&time)).then_some((Reason::ImplausibleTime, self.given.time.name))
        })
    }

    /// Whether a row gives money back.
    pub(super) fn is_credit(&self, row: usize) -> bool {
        self.credit.as_ref().is_some_and(|credit| credit[row])
    }

    /// Whether any row does.
    pub(super) fn has_credits(&self) -> bool {
        self.credit.is_some()
    }

    /// Leaves a row out.
    fn leave_out(&mut self, row: usize, reason: Reason, column: &'a str) {
        let rows = self.given.customer.len();
        let out = self.out.get_or_insert_with(|| vec![None; rows]);
        out[row].get_or_insert((reason, column));
    }

    /// Notes that all that was paid for a row was paid back.
    fn came_back_whole(&mut self, row: usize) {
        self.whole.push(row);
    }

    fn give_back_whole(&mut self) {
        if self.whole.is_empty() {
            return;
        }
        let columns = self.columns();
        let mut back: Vec<f64> =
            (0..columns.customer.len()).map(|row| columns.paid_back(row)).collect();
        for &row in &self.whole {
            back[row] = columns.paid(row);
        }
        self.made.returned_amount = Some(back);
    }

    /// Notes a cell that is missing or was mended.
    fn default_cell(&mut self, row: usize, reason: Reason, column: &'a str) {
        self.cells.push((row, reason, column));
    }

    /// The cells that are missing or were mended in rows that are purchases.
    pub(super) fn defaulted(&self, is_in_use: impl Fn(usize) -> bool) -> Vec<Refusal> {
        let mut found = Vec::new();
        for &(row, reason, column) in &self.cells {
            if is_in_use(row) && !self.is_credit(row) {
                Refusal::count(&mut found, reason, column, row, 1);
            }
        }
        found
    }
}

impl Who {
    /// Who is no customer in a column.
    pub(super) fn of(customer: &CustomerColumn<'_>, options: &TableOptions) -> Self {
        let number = match options.guests {
            Guests::LeaveOut => guests::number(customer),
            Guests::Refuse | Guests::Keep => None,
        };
        Self { guests: options.guests, number }
    }

    /// Why a row has no customer.
    #[inline]
    pub(super) fn fault<'a>(&self, customer: &CustomerColumn<'a>, row: usize) -> Option<Fault<'a>> {
        let is_missing = !customer.is_present(row)
            || (self.guests != Guests::Keep && guests::stands_for_none(customer, row, self.number));
        let reason = match self.guests {
            Guests::LeaveOut => Reason::Guest,
            Guests::Refuse | Guests::Keep => Reason::MissingCustomer,
        };
        is_missing.then_some((reason, customer.name()))
    }

    /// Whether whole numbers are customers wherever they are there.
    pub(super) fn is_by_presence(&self) -> bool {
        self.number.is_none()
    }

    fn sentence(&self) -> Option<String> {
        let number = self.number?;
        Some(format!(
            "the customer {number} is taken for guests: no other id has nearly as many orders; \
             guests=\"keep\" keeps them as a customer"
        ))
    }
}

/// The times that are plausible, where some are not.
pub(super) fn plausible(
    times: &Column<'_, [i64]>,
    scale: TimeScale,
    today: Option<i64>,
) -> Option<RangeInclusive<i64>> {
    let instants = (0..times.values.len()).filter_map(|row| instant_of(times, scale, row));
    dates::plausible(instants, today)
}

/// The sentence on times that are not plausible, where there are any.
pub(crate) fn implausible_times(times: &[i64], today: Option<i64>) -> Option<String> {
    let plausible = dates::plausible(times.iter().copied(), today)?;
    let mut odd: Vec<i64> = times.iter().copied().filter(|t| !plausible.contains(t)).collect();
    let many = odd.len();
    odd.sort_unstable();
    odd.dedup_by_key(|time| time.div_euclid(DAY));
    let examples: Vec<String> = odd.iter().take(3).map(|&time| crate::time::date(time)).collect();
    let have = if many == 1 { "has" } else { "have" };
    Some(format!(
        "{many} of {} rows {have} a time far from all others, or one that stands for no time: {}",
        times.len(),
        examples.join(", ")
    ))
}

/// Whether rows that cannot be used are left out, so that cells can be mended instead.
fn mends(options: &TableOptions) -> bool {
    options.invalid == Invalid::Drop
}
