//! The profit ledger: what each customer brought in, what they cost, and the evidence on their behaviours.
//!
//! [`Ledger::new`] adds up order lines, service contacts and marketing contacts by customer, with what a
//! sale earns and a return costs as [`Economics`]. Which columns the lines have decides what can be said
//! ([`Available`]).

mod basis;
mod basis_file;
mod budget;
mod build;
mod contacts;
mod customer;
mod dealt;
mod economics;
mod halves;
mod matching;
mod odds;
mod offers;
mod pile_up;
mod priced;
mod returns;
mod row;
mod shop;
mod unusual;

pub use basis::{LedgerBasis, LedgerWork, customer_records};
pub(crate) use dealt::dealt;
pub use economics::Economics;
pub(crate) use halves::Halves;
pub(crate) use halves::PARTS;
pub use matching::{JoinReport, Joins};
pub(crate) use matching::{ids_of, rows_of};
pub use row::{LedgerColumns, LedgerRow};

use crate::Error;
use crate::orders::{Contacts, CustomerColumn, Customers, OrderLines};
use crate::parallel::Threads;
use crate::time::Occasion;

/// How order lines become a ledger.
///
/// # Examples
/// ```
/// use loyalty_core::ledger::LedgerOptions;
/// let mut options = LedgerOptions::default();
/// options.economics.margin = Some(0.35);
/// options.economics.handling = Some(4.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LedgerOptions {
    /// What a sale earns and what a return costs.
    pub economics: Economics,
    /// Leave out what happened before, in microseconds since 1970-01-01T00:00; by default nothing.
    pub start: Option<i64>,
    /// The end of observation, in microseconds: later lines, returns and contacts are not yet known;
    /// by default the last line.
    pub end: Option<i64>,
    /// The calendar period of a budget; the month by default.
    pub period: Occasion,
    /// The length of a budget's periods in days, counted from the first line, instead of calendar
    /// periods.
    pub period_days: Option<u32>,
    /// What is done where most contacts or peers name nobody among the customers.
    pub joins: Joins,
    /// Contacts of a customer within so many days of the first are one case; 7 by default. In simulated shops
    /// where what somebody has to ask takes 2.5 or 4 contacts, 21 and 28 % of the service demanders labelled
    /// were none when contacts were counted one by one, 3 and 2 % by cases of a week.
    pub case_days: u32,
    /// Threads to use. The result is the same for every number.
    pub threads: Threads,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self {
            economics: Economics::default(),
            start: None,
            end: None,
            period: Occasion::Month,
            period_days: None,
            joins: Joins::default(),
            case_days: 7,
            threads: Threads::default(),
        }
    }
}

/// What the columns at hand allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "one answer per column")]
pub struct Available {
    /// Discounts paid for by the shop.
    pub discounts: bool,
    /// The depth on offer.
    pub offers: bool,
    /// Coupons.
    pub coupons: bool,
    /// Returns.
    pub returns: bool,
    /// Service contacts.
    pub contacts: bool,
    /// Costs of goods, or a margin given: without either there is no profit.
    pub profit: bool,
    /// Categories.
    pub categories: bool,
}

/// Numbers of the whole shop that a customer is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Portfolio {
    /// The years that the ledger spans.
    pub years: f64,
    /// Margin at list price as a share of it, 0 where it is not known.
    pub margin: f64,
    /// Margin as a share of what was paid, 0 where it is not known.
    pub net_margin: f64,
    /// Share of lines that come back, once all have had the time.
    pub return_rate: f64,
    /// Share of a returned line's amount that is paid back.
    pub returned_share: f64,
    /// Correlation of returns within an order, beyond that of the customer's orders.
    pub intra_order: f64,
    /// Correlation of discounts within an order, alike.
    pub intra_discount: f64,
    /// How strongly an article's return rate is drawn to that of the shop, in lines.
    pub product_weight: f64,
    /// Variance of the cases of service after an order, by their mean; at least 1.
    pub case_dispersion: f64,
    /// Mean cost of a contact that the shop did not cause.
    pub contact_cost: f64,
    /// The amount just above which orders pile up, as they do over a minimum order or for free delivery; 0
    /// where there is none.
    pub order_threshold: f64,
    /// Contacts of customers without an order line, which are left out.
    pub unmatched_contacts: usize,
    /// Lines before the start or after the end, which are left out.
    pub lines_outside: usize,
}

/// Per customer what they brought in, what they cost, and the evidence on their behaviours: one row for each
/// customer of the order lines, in order of the ids.
///
/// ```text
/// profit = list − cost − discounts − coupons − return losses − service − marketing
/// return loss of a line = (margin lost + markdown · amount) · share returned + handling
/// ```
///
/// Maker-funded discounts are paid back by the maker and cost nothing.
///
/// # Examples
/// ```
/// use loyalty_core::ledger::{Ledger, LedgerOptions};
/// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
/// let customer = Column::new("who", &[7, 7, 8][..]).into();
/// let time = Column::new("day", &[0, 30, 3][..]);
/// let paid = Column::new("paid", &[9.0, 20.0, 5.0][..]);
/// let mut columns = LineColumns::new(customer, time, TimeScale::Days).with_amount(paid);
/// columns.discount = Some(Column::new("off", &[1.0, 0.0, 5.0][..]));
/// columns.cost = Some(Column::new("cost", &[6.0, 13.0, 8.0][..]));
/// let lines = OrderLines::new(&columns, Invalid::Raise)?;
/// let ledger = Ledger::new(&lines, None, None, &LedgerOptions::default())?;
/// assert_eq!(ledger.columns().profit, [10.0, -3.0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    customers: Customers,
    columns: LedgerColumns,
    portfolio: Portfolio,
    peers: Option<Peers>,
    joins: Vec<JoinReport>,
    /// What is done where peers name nobody.
    how: Joins,
    halves: Halves,
    /// Whether each customer opted out; empty where nobody did.
    opted_out: Vec<bool>,
    basis: LedgerBasis,
}

/// Days on which far more customers than usual had a contact or sent something back: outages, recalls, or
/// whatever it was, it was the shop's. They cost money, and say nothing of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct UnusualDays {
    /// Days since 1970 with so many contacts, in order.
    pub contacts: Vec<i64>,
    /// Days since 1970 on which so much came back, in order.
    pub returns: Vec<i64>,
}

/// Groups of like customers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Peers {
    /// The names of the groups, in order.
    pub(crate) names: Customers,
    /// For each customer the number of their group; `u32::MAX` where they have none.
    pub(crate) of: Vec<u32>,
}

impl Ledger {
    /// One row per customer from order lines, service contacts and marketing contacts.
    ///
    /// Without service contacts nothing is said about service; without marketing contacts it costs
    /// nothing.
    ///
    /// # Errors
    /// [`Error::Parameter`] or [`Error::Choice`] for options outside their domain, [`Error::Empty`] where no line lies
    /// between start and end, [`Error::Unclear`] where most contacts name nobody among the customers of the
    /// lines, unless [`LedgerOptions::joins`] allows it.
    pub fn new(
        lines: &OrderLines,
        contacts: Option<&Contacts>,
        marketing: Option<&Contacts>,
        options: &LedgerOptions,
    ) -> Result<Self, Error> {
        options.economics.check()?;
        if options.period == Occasion::Exact {
            let expected = "hour, day, week, month, quarter or year";
            return Err(Error::Choice { name: "period", expected, value: "exact".to_owned() });
        }
        if options.period_days == Some(0) {
            let (name, expected) = ("period_days", "at least 1");
            return Err(Error::parameter(name, expected, 0.0));
        }
        if options.case_days == 0 {
            return Err(Error::parameter("case_days", "at least 1", 0.0));
        }
        let mut ledger = build::build(lines, contacts, marketing, options)?;
        let others = [contacts, marketing].into_iter().flatten().filter_map(Contacts::opted_out);
        for ids in lines.opted_out().into_iter().chain(others) {
            ledger.opt_out(ids);
        }
        Ok(ledger)
    }

    /// The same ledger with customers put in groups of peers, whose prior means differ. Customers who
    /// are not named have no group.
    ///
    /// # Errors
    /// [`Error::Length`] where the two differ in length, [`Error::Unclear`] where most ids are nobody's
    /// in the ledger, unless [`LedgerOptions::joins`] allows it.
    pub fn with_peers(
        self,
        customer: &CustomerColumn<'_>,
        group: &CustomerColumn<'_>,
    ) -> Result<Self, Error> {
        let (peers, join) = matching::peers(&self.customers, customer, group)?;
        join.accepted(self.how)?;
        let mut joins = self.joins;
        joins.push(join);
        Ok(Self { peers: Some(peers), joins, ..self })
    }

    /// Whether the rows of other tables found their customers: contacts, marketing, peers.
    pub fn joins(&self) -> &[JoinReport] {
        &self.joins
    }

    /// The same ledger with further customers who opted out, besides those of the columns `opted_out`: they have no
    /// labels, and no treatment hangs on one. Those who are not in the ledger are passed over.
    ///
    /// # Errors
    /// [`Error::Type`] where the ids are of another kind than those of the ledger.
    pub fn with_opted_out(self, customer: &CustomerColumn<'_>) -> Result<Self, Error> {
        let ids = matching::ids_of(customer)?;
        let mut ledger = self;
        ledger.opt_out(&ids);
        Ok(ledger)
    }

    fn opt_out(&mut self, ids: &Customers) {
        self.opted_out.resize(self.customers.len(), false);
        for row in matching::rows_of(ids, &self.customers).into_iter().flatten() {
            self.opted_out[row] = true;
        }
    }

    /// How many customers opted out.
    pub fn opted_out(&self) -> usize {
        self.opted_out.iter().filter(|out| **out).count()
    }

    /// Whether a customer opted out.
    pub fn is_opted_out(&self, row: usize) -> bool {
        self.opted_out.get(row).copied().unwrap_or(false)
    }

    /// Whether one order sent back makes most of what an unprofitable customer cost: at least four fifths of
    /// all that was paid back to them, and of their costs at least half by returns. It happened once.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn is_one_off(&self, row: usize) -> bool {
        /// Choices, of what "most" means.
        const OF_RETURNS: f64 = 0.8;
        const OF_COSTS: f64 = 0.5;
        if !self.available().profit || self.columns.profit[row] >= 0.0 {
            return false;
        }
        let row = self.row(row);
        let costs = row.return_loss + row.service_cost + row.discount + row.coupon;
        row.return_largest > 0.0
            && row.return_largest >= OF_RETURNS * row.returned_amount
            && row.return_loss >= OF_COSTS * costs
    }

    /// The end of observation, in microseconds since 1970-01-01T00:00.
    pub fn end(&self) -> i64 {
        self.basis.end
    }

    /// The number of customers.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there are none, which `new` does not allow.
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// The customers, in order of their ids.
    pub fn customers(&self) -> &Customers {
        &self.customers
    }

    /// The columns, one value per customer.
    pub fn columns(&self) -> &LedgerColumns {
        &self.columns
    }

    /// One customer's row.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn row(&self, row: usize) -> LedgerRow {
        self.columns.row(row)
    }

    /// What the columns at hand allow.
    pub fn available(&self) -> Available {
        self.basis.available()
    }

    /// What a sale earns and what a return costs, as given.
    pub fn economics(&self) -> &Economics {
        &self.basis.economics
    }

    /// The numbers of the whole shop.
    pub fn portfolio(&self) -> &Portfolio {
        &self.portfolio
    }

    /// What a category more costs a year, where it is known and categories are.
    pub(crate) fn category_cost(&self) -> Option<f64> {
        self.basis.economics.category_cost.filter(|_| self.available().categories)
    }

    /// What was learnt of the whole shop to make the rows, by which the row of one customer is worked out alone.
    pub fn basis(&self) -> &LedgerBasis {
        &self.basis
    }

    /// Days that are not held against any customer.
    pub fn unusual_days(&self) -> &UnusualDays {
        &self.basis.unusual
    }

    /// Some customers in both halves of the history.
    pub(crate) fn halves(&self) -> &Halves {
        &self.halves
    }

    pub(crate) fn peers(&self) -> Option<&Peers> {
        self.peers.as_ref()
    }
}
