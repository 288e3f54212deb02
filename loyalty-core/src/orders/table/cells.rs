//! A table and what its cells mean.

use std::ops::RangeInclusive;

use super::super::columns::{Column, CustomerColumn};
use super::super::lines::LineColumns;
use super::super::rows::{Fault, instant_of};
use super::guests;
use super::options::{Guests, TableOptions};
use crate::error::report::{Reason, Refusal};

/// Columns that were made of those given.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) amount: Option<Vec<f64>>,
    pub(super) price: Option<Vec<f64>>,
    pub(super) quantity: Option<Vec<f64>>,
    pub(super) list_amount: Option<Vec<f64>>,
    pub(super) discount: Option<Vec<f64>>,
    pub(super) maker_discount: Option<Vec<f64>>,
    pub(super) coupon: Option<Vec<f64>>,
    pub(super) offered_depth: Option<Vec<f64>>,
    pub(super) cost: Option<Vec<f64>>,
    pub(super) returned_amount: Option<Vec<f64>>,
}

/// A table whose cells have been read.
#[derive(Debug)]
pub(in crate::orders) struct Table<'a> {
    pub(super) given: LineColumns<'a>,
    pub(super) made: Made,
    /// Which rows give money back, where there are any.
    pub(super) credit: Option<Vec<bool>>,
    /// Rows that are no purchases by their status or currency, where there are any.
    out: Option<Vec<Option<Fault<'a>>>>,
    /// Rows that came back whole.
    whole: Vec<usize>,
    who: Who,
    pub(super) plausible: Option<RangeInclusive<i64>>,
    pub(super) costs_may_be_missing: bool,
    pub(super) products_may_be_missing: bool,
    /// Cells that are missing or were mended.
    cells: Vec<(usize, Reason, &'a str)>,
    pub(in crate::orders) remarks: Vec<String>,
}

/// Who is no customer.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::orders) struct Who {
    pub(super) guests: Guests,
    /// A number that stands for guests.
    number: Option<i64>,
}

impl<'a> Table<'a> {
    /// A table of which nothing was read yet.
    pub(super) fn new(given: &LineColumns<'a>, options: &TableOptions) -> Self {
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
        table
    }

    /// The columns by which rows are checked and taken.
    pub(in crate::orders) fn columns(&self) -> LineColumns<'_> {
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
    pub(in crate::orders) fn fault(&self, row: usize) -> Option<Fault<'a>> {
        let out = self.out.as_ref().and_then(|out| out[row]);
        out.or_else(|| self.who.fault(&self.given.customer, row)).or_else(|| {
            let plausible = self.plausible.as_ref()?;
            let time = instant_of(&self.given.time, self.given.scale, row)?;
            (!plausible.contains(&time)).then_some((Reason::ImplausibleTime, self.given.time.name))
        })
    }

    /// Whether a row gives money back.
    pub(in crate::orders) fn is_credit(&self, row: usize) -> bool {
        self.credit.as_ref().is_some_and(|credit| credit[row])
    }

    /// Whether any row does.
    pub(in crate::orders) fn has_credits(&self) -> bool {
        self.credit.is_some()
    }

    /// Leaves a row out.
    pub(super) fn leave_out(&mut self, row: usize, reason: Reason, column: &'a str) {
        let rows = self.given.customer.len();
        let out = self.out.get_or_insert_with(|| vec![None; rows]);
        out[row].get_or_insert((reason, column));
    }

    /// Notes that all that was paid for a row was paid back.
    pub(super) fn came_back_whole(&mut self, row: usize) {
        self.whole.push(row);
    }

    pub(super) fn give_back_whole(&mut self) {
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
    pub(super) fn default_cell(&mut self, row: usize, reason: Reason, column: &'a str) {
        self.cells.push((row, reason, column));
    }

    /// The cells that are missing or were mended in rows that are purchases.
    pub(in crate::orders) fn defaulted(&self, is_in_use: impl Fn(usize) -> bool) -> Vec<Refusal> {
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
    pub(in crate::orders) fn of(customer: &CustomerColumn<'_>, options: &TableOptions) -> Self {
        let number = match options.guests {
            Guests::LeaveOut => guests::number(customer),
            Guests::Refuse | Guests::Keep => None,
        };
        Self { guests: options.guests, number }
    }

    /// Why a row has no customer.
    #[inline]
    pub(in crate::orders) fn fault<'a>(
        &self,
        customer: &CustomerColumn<'a>,
        row: usize,
    ) -> Option<Fault<'a>> {
        let is_missing = !customer.is_present(row)
            || (self.guests != Guests::Keep && guests::stands_for_none(customer, row, self.number));
        let reason = match self.guests {
            Guests::LeaveOut => Reason::Guest,
            Guests::Refuse | Guests::Keep => Reason::MissingCustomer,
        };
        is_missing.then_some((reason, customer.name()))
    }

    /// Whether whole numbers are customers wherever they are there.
    pub(in crate::orders) fn is_by_presence(&self) -> bool {
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
