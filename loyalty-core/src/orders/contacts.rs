//! Contacts that cost money: service requests of customers, or marketing sent to them.

use super::columns::{Column, CustomerColumn, TimeScale};
use super::customers::Customers;
use super::flags;
use super::intern::intern;
use super::rows::{self, Fault, Used, customer_and_time, money_reason, shown_number, shown_time};
use crate::Error;
use crate::error::countable;
use crate::error::report::{Invalid, OrdersReport, Reason};
use crate::memory;
use crate::parallel::{Threads, collect};

/// Contacts as the caller holds them: one row per contact, in any order.
#[derive(Debug, Clone, Copy)]
pub struct ContactColumns<'a> {
    /// Whose contact.
    pub customer: CustomerColumn<'a>,
    /// When, as integers on the scale below.
    pub time: Column<'a, [i64]>,
    /// What the time integers count.
    pub scale: TimeScale,
    /// What the contact cost the shop.
    pub cost: Column<'a, [f64]>,
    /// Whether the shop caused it, by a late delivery or a defect: such a contact costs money, but says
    /// nothing about the customer.
    pub firm_caused: Option<Column<'a, [bool]>>,
    /// Whether the customer opted out of labels and treatments; one row that says so is enough.
    pub opted_out: Option<Column<'a, [bool]>>,
}

/// Checked contacts.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, ContactColumns, Contacts, Invalid, TimeScale};
/// let columns = ContactColumns {
///     customer: Column::new("who", &[7, 7][..]).into(),
///     time: Column::new("day", &[0, 3]),
///     scale: TimeScale::Days,
///     cost: Column::new("cost", &[4.0, 12.5]),
///     firm_caused: Some(Column::new("our_fault", &[true, false])),
///     opted_out: None,
/// };
/// assert_eq!(Contacts::new(&columns, Invalid::Raise)?.len(), 2);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Contacts {
    customers: Customers,
    pub(crate) customer: Vec<u32>,
    pub(crate) time: Vec<i64>,
    pub(crate) cost: Vec<f64>,
    pub(crate) firm_caused: Option<Vec<bool>>,
    opted_out: Option<Customers>,
    report: OrdersReport,
}

impl Contacts {
    /// Checks every row and takes a copy of those in use. There may be no row: nobody called.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Parameter`] where there are 2³² − 1
    /// rows or more, [`Error::Refused`] with a count by reason
    /// where rows cannot be used and `invalid` is [`Invalid::Raise`], or where none of them can.
    pub fn new(columns: &ContactColumns<'_>, invalid: Invalid) -> Result<Self, Error> {
        let rows = columns.customer.len();
        countable("the number of contacts", rows)?;
        columns.customer.same_rows(rows)?;
        columns.time.same_rows(rows)?;
        columns.cost.same_rows(rows)?;
        columns.firm_caused.iter().try_for_each(|caused| caused.same_rows(rows))?;
        columns.opted_out.iter().try_for_each(|out| out.same_rows(rows))?;
        memory::ask_for_rows("a table of contacts", rows, 64, columns.customer.size())?;
        let (mut report, used) = rows::check(
            rows,
            invalid,
            |row| columns.fault(row),
            |row, name| columns.shown(row, name),
        )?;
        let mut defaulted = Vec::new();
        let says = columns.opted_out.as_ref();
        flags::count_blank(
            says,
            Reason::OptOutUnknown,
            |row| report.is_in_use(row),
            &mut defaulted,
        );
        report.set_defaulted(defaulted);
        Ok(columns.take(report, &used))
    }

    /// The number of contacts in use.
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// The customers who had contacts, in order of their ids.
    pub fn customers(&self) -> &Customers {
        &self.customers
    }

    /// The customers who opted out by the column `opted_out`, in order of their ids; `None` where nobody did.
    pub fn opted_out(&self) -> Option<&Customers> {
        self.opted_out.as_ref()
    }

    /// The rows read, in use and refused.
    pub fn report(&self) -> &OrdersReport {
        &self.report
    }
}

impl<'a> ContactColumns<'a> {
    fn fault(&self, row: usize) -> Option<Fault<'a>> {
        let fault = customer_and_time(&self.customer, &self.time, self.scale, row);
        fault.or_else(|| money_reason(&self.cost, row).map(|reason| (reason, self.cost.name)))
    }

    fn shown(&self, row: usize, name: &str) -> String {
        match name {
            _ if name == self.customer.name() => self.customer.shown(row),
            _ if name == self.time.name => shown_time(&self.time, self.scale, row),
            _ => shown_number(&self.cost, row),
        }
    }

    fn take(&self, report: OrdersReport, used: &Used) -> Contacts {
        let threads = Threads::default();
        let (customers, customer) = intern(&self.customer, used, threads);
        let instant = |row: usize| self.scale.microseconds(self.time.values[row]);
        Contacts {
            customers,
            customer,
            time: collect(used.len(), threads, |n| instant(used.row(n)).unwrap_or_default()),
            cost: collect(used.len(), threads, |n| self.cost.values[used.row(n)] + 0.0),
            // Unknown counts as not caused by the shop, which is what it says without the column.
            firm_caused: self.firm_caused.as_ref().map(|caused| {
                used.iter().map(|row| caused.is_present(row) && caused.values[row]).collect()
            }),
            opted_out: flags::those_who_say(&self.customer, self.opted_out.as_ref()),
            report,
        }
    }
}
