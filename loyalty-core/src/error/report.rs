//! Which rows of a log cannot be used, and why.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::Error;

/// Why a row of an order log cannot be used.
///
/// A row counts under the first reason that applies, in this order, so the counts add up to the rows
/// refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// No customer id (null, or empty text).
    MissingCustomer,
    /// No time.
    MissingTime,
    /// A time outside the years 0001 to 9999.
    TimeOutOfRange,
    /// No amount (null or NaN).
    MissingAmount,
    /// An amount below zero: a refund or a credit note is not a purchase.
    NegativeAmount,
    /// An infinite amount, or one above 1e50.
    AmountOutOfRange,
    /// A line without a product.
    MissingProduct,
    /// A line without an order, in a table that names orders.
    MissingOrder,
    /// A line without an id, in a table that has ids.
    MissingLine,
    /// A quantity that is missing, not above zero or above 1e50.
    QuantityOutOfRange,
    /// A line of which it is not known whether it came back.
    MissingOutcome,
    /// A depth on offer that is missing or not a share of the list price.
    DepthOutOfRange,
    /// A discount above the list price.
    DiscountAboveList,
    /// More returned than was paid.
    ReturnedMoreThanPaid,
    /// A return outside the years 0001 to 9999.
    ReturnTimeOutOfRange,
    /// A return before the day of the order.
    ReturnedBeforeOrdered,
    /// A time far from all others, or one that stands for no time: 1900-01-01, 2099-12-31.
    ImplausibleTime,
    /// An order without a customer: no id, or one that stands for none, such as `NULL` or `guest`.
    Guest,
    /// An order that was cancelled.
    Cancelled,
    /// An order that is not paid or not confirmed.
    Pending,
    /// An order that is held back.
    OnHold,
    /// An order whose payment failed.
    Failed,
    /// An order that somebody made as a test.
    Test,
    /// An order in another currency than the one chosen.
    OtherCurrency,
    /// A discount that is blank.
    DiscountUnknown,
    /// A list price that is blank.
    ListUnknown,
    /// A cost that is blank.
    CostUnknown,
    /// A depth on offer that is blank.
    DepthUnknown,
    /// A product that is blank.
    ProductUnknown,
    /// An opt-out that is blank.
    OptOutUnknown,
    /// A return of days to come, more than a year after its order.
    ReturnedFarAhead,
}

impl Reason {
    /// A short name for tables: `missing_customer`, `missing_time`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingCustomer => "missing_customer",
            Self::MissingTime => "missing_time",
            Self::TimeOutOfRange => "time_out_of_range",
            Self::MissingAmount => "missing_amount",
            Self::NegativeAmount => "negative_amount",
            Self::AmountOutOfRange => "amount_out_of_range",
            Self::MissingProduct => "missing_product",
            Self::MissingOrder => "missing_order",
            Self::MissingLine => "missing_line",
            Self::QuantityOutOfRange => "quantity_out_of_range",
            Self::MissingOutcome => "missing_outcome",
            Self::DepthOutOfRange => "depth_out_of_range",
            Self::DiscountAboveList => "discount_above_list",
            Self::ReturnedMoreThanPaid => "returned_more_than_paid",
            Self::ReturnTimeOutOfRange => "return_time_out_of_range",
            Self::ReturnedBeforeOrdered => "returned_before_ordered",
            Self::ImplausibleTime => "implausible_time",
            Self::Guest => "guest",
            Self::Cancelled => "cancelled",
            Self::Pending => "pending",
            Self::OnHold => "on_hold",
            Self::Failed => "failed",
            Self::Test => "test",
            Self::OtherCurrency => "other_currency",
            Self::DiscountUnknown => "discount_unknown",
            Self::ListUnknown => "list_unknown",
            Self::CostUnknown => "cost_unknown",
            Self::DepthUnknown => "depth_unknown",
            Self::ProductUnknown => "product_unknown",
            Self::OptOutUnknown => "opt_out_unknown",
            Self::ReturnedFarAhead => "returned_far_ahead",
        }
    }

    /// Whether a row is in order and yet no purchase of a customer, so that it is left out whatever is
    /// done with rows that cannot be used.
    pub(crate) fn is_no_purchase(self) -> bool {
        use Reason::{Cancelled, Failed, Guest, OnHold, OtherCurrency, Pending, Test};
        matches!(self, Guest | Cancelled | Pending | OnHold | Failed | Test | OtherCurrency)
    }

    fn rule(self) -> &'static str {
        match self {
            Self::MissingCustomer
            | Self::MissingTime
            | Self::MissingAmount
            | Self::MissingProduct
            | Self::MissingOrder
            | Self::MissingLine
            | Self::MissingOutcome => "is missing",
            Self::QuantityOutOfRange => "is not above 0 and at most 1e50",
            Self::TimeOutOfRange | Self::ReturnTimeOutOfRange => {
                "is not within the years 0001 to 9999"
            }
            Self::NegativeAmount => "is negative",
            Self::AmountOutOfRange => "is not within 0 to 1e50",
            Self::DepthOutOfRange => "is not within 0 to 1",
            Self::DiscountAboveList => "is above the list price",
            Self::ReturnedMoreThanPaid => "is above the amount paid",
            Self::ReturnedBeforeOrdered => "is before the day of the order",
            Self::ImplausibleTime => "is far from all other times, or stands for no time,",
            Self::Guest => "names no customer",
            Self::Cancelled => "says cancelled",
            Self::Pending => "says not yet paid",
            Self::OnHold => "says on hold",
            Self::Failed => "says failed",
            Self::Test => "says test",
            Self::OtherCurrency => "is another currency",
            Self::DiscountUnknown => "is blank, taken as nothing off,",
            Self::ListUnknown => "is blank, worked out from what was paid and taken off,",
            Self::CostUnknown => "is blank, estimated by the margin of the other lines,",
            Self::DepthUnknown => "is blank, taken as no offer,",
            Self::ProductUnknown => "is blank, taken as an article of its own,",
            Self::OptOutUnknown => "is blank, taken as not opted out,",
            Self::ReturnedFarAhead => "is in days to come, more than a year after the order",
        }
    }
}

/// What to do with rows that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Invalid {
    /// Refuse the log with an error that counts them by reason.
    #[default]
    Raise,
    /// Leave them out and count them by reason in the report.
    Drop,
}

impl std::str::FromStr for Invalid {
    type Err = crate::Error;

    fn from_str(word: &str) -> Result<Self, crate::Error> {
        match word {
            "raise" => Ok(Self::Raise),
            "drop" => Ok(Self::Drop),
            _ => Err(crate::Error::Choice {
                name: "invalid",
                expected: "raise or drop",
                value: word.to_owned(),
            }),
        }
    }
}

/// The rows of one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// The column at fault, by the caller's name.
    pub column: String,
    /// How many rows.
    pub rows: usize,
    /// The first of them, counted from 0.
    pub first_row: usize,
}

impl Refusal {
    /// Counts rows under their reason and column.
    pub(crate) fn count(
        found: &mut Vec<Self>,
        reason: Reason,
        column: &str,
        first_row: usize,
        rows: usize,
    ) {
        let same = |refusal: &&mut Self| refusal.reason == reason && refusal.column == column;
        match found.iter_mut().find(same) {
            Some(refusal) => refusal.rows += rows,
            None => found.push(Self { reason, column: column.to_owned(), rows, first_row }),
        }
    }
}

/// How many rows a log had, how many are in use, and why the others are not.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
/// let columns = OrderColumns {
///     customer: Column::new("customer", &[1, 1, 2][..]).into(),
///     time: Column::new("day", &[0, 9, 4]),
///     scale: TimeScale::Days,
///     amount: Some(Column::new("price", &[5.0, -5.0, 7.0])),
/// };
/// let orders = Orders::new(&columns, Invalid::Drop)?;
/// let report = orders.report();
/// assert_eq!((report.rows(), report.kept()), (3, 2));
/// assert_eq!(
///     report.to_string(),
///     "1 of 3 rows cannot be used: column \"price\" is negative in 1 row (first: row 1)"
/// );
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OrdersReport {
    rows: usize,
    refusals: Vec<Refusal>,
    left_out: Vec<Refusal>,
    defaulted: Vec<Refusal>,
    credits: Option<CreditReport>,
    remarks: Vec<String>,
    marked: Vec<Marked>,
}

/// A row not in use: its number, the place of its refusal, and the cell at fault.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Marked {
    pub(crate) row: usize,
    pub(crate) reason: Reason,
    pub(crate) column: Arc<str>,
    pub(crate) value: Box<str>,
}

/// One row that is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusedRow<'a> {
    /// Its number, counted from 0.
    pub row: usize,
    /// The column at fault, by the caller's name.
    pub column: &'a str,
    /// Why.
    pub reason: Reason,
    /// The cell, empty where it is missing.
    pub value: &'a str,
}

/// Rows of a table that give money back, and what became of them.
///
/// `money` = `money_matched` + `money_unmatched`: what could not be placed is in no customer's value.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct CreditReport {
    /// How many rows are credits.
    pub rows: usize,
    /// Those that gave back purchases with all their pieces.
    pub matched: usize,
    /// Those of which some pieces or some money found no purchase.
    pub in_part: usize,
    /// Those without a purchase.
    pub unmatched: usize,
    /// What they give back.
    pub money: f64,
    /// What of it was taken off purchases.
    pub money_matched: f64,
    /// What of it found no purchase.
    pub money_unmatched: f64,
    /// Purchases of which something came back by them.
    pub purchases: usize,
    /// By what credits and purchases were matched: `customer and product`, `customer and order`,
    /// `customer and amount`.
    pub by: &'static str,
}

impl fmt::Display for CreditReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, matched, in_part, unmatched, by, .. } = self;
        let noun = if *rows == 1 { "credit" } else { "credits" };
        write!(
            f,
            "{rows} {noun} of {:.2}, matched to their purchases by {by}: {matched} whole, {in_part} in \
             part, {unmatched} not; {:.2} could not be placed and is in no value",
            self.money, self.money_unmatched
        )
    }
}

impl OrdersReport {
    pub(crate) fn new(rows: usize, refusals: Vec<Refusal>) -> Self {
        let found = refusals.into_iter().filter(|refusal| refusal.rows > 0);
        let (left_out, refusals) = found.partition(|refusal| refusal.reason.is_no_purchase());
        Self { rows, refusals, left_out, ..Self::default() }
    }

    /// The same report with the rows that are not in use one by one.
    pub(crate) fn with_rows(mut self, marked: Vec<Marked>) -> Self {
        self.marked = marked;
        self
    }

    /// Whether a row is a purchase or a credit.
    pub(crate) fn is_in_use(&self, row: usize) -> bool {
        self.marked.binary_search_by_key(&row, |marked| marked.row).is_err()
    }

    pub(crate) fn set_credits(&mut self, credits: CreditReport) {
        self.credits = Some(credits);
    }

    pub(crate) fn set_defaulted(&mut self, defaulted: Vec<Refusal>) {
        self.defaulted = defaulted;
    }

    pub(crate) fn set_remarks(&mut self, remarks: Vec<String>) {
        self.remarks = remarks;
    }

    /// Goes on with the rows in use, where there are any and the caller allows others.
    pub(crate) fn accepted(self, invalid: Invalid) -> Result<Self, Error> {
        let none = self.rows > 0 && self.kept() == 0;
        if none || (self.refused() > 0 && invalid == Invalid::Raise) {
            return Err(Error::Refused(Box::new(self)));
        }
        Ok(self)
    }

    /// The same with further rows refused, by reason, column and row.
    pub(crate) fn with_refused<'a>(
        mut self,
        rows: impl Iterator<Item = (Reason, &'a str, usize)>,
    ) -> Self {
        for (reason, column, row) in rows {
            Refusal::count(&mut self.refusals, reason, column, row, 1);
        }
        self
    }

    /// The rows read.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows in use as purchases.
    pub fn kept(&self) -> usize {
        let out: usize = self.left_out.iter().map(|refusal| refusal.rows).sum();
        self.rows - self.refused() - out - self.credits.as_ref().map_or(0, |credits| credits.rows)
    }

    /// The rows that cannot be used.
    pub fn refused(&self) -> usize {
        self.refusals.iter().map(|refusal| refusal.rows).sum()
    }

    /// The rows that cannot be used, by reason.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// The rows that are in order and yet no purchases of a customer, by reason: guests, cancelled
    /// orders, other currencies.
    pub fn left_out(&self) -> &[Refusal] {
        &self.left_out
    }

    /// Rows in use of which a cell is missing or was mended, by reason.
    pub fn defaulted(&self) -> &[Refusal] {
        &self.defaulted
    }

    /// The rows that give money back.
    pub fn credits(&self) -> Option<&CreditReport> {
        self.credits.as_ref()
    }

    /// What was understood of the columns, one sentence each.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The rows that are neither purchases nor credits, one by one.
    pub fn rows_refused(&self) -> impl Iterator<Item = RefusedRow<'_>> {
        self.marked.iter().map(|marked| RefusedRow {
            row: marked.row,
            column: &marked.column,
            reason: marked.reason,
            value: &marked.value,
        })
    }

    /// What was left out, defaulted and matched, and what was understood: one sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let mut said = self.rows_not_in_use();
        said.extend(self.cells_defaulted());
        said.extend(self.credits.iter().map(ToString::to_string));
        said.extend(self.remarks.iter().cloned());
        said
    }

    /// Which rows are not in use, and why.
    pub(crate) fn rows_not_in_use(&self) -> Vec<String> {
        let mut said = Vec::new();
        if self.refused() > 0 {
            let total = format!("{} of {} rows cannot be used", self.refused(), self.rows);
            said.push(format!("{total}{}", self.listed(&self.refusals)));
        }
        if !self.left_out.is_empty() {
            let out: usize = self.left_out.iter().map(|refusal| refusal.rows).sum();
            let are = if out == 1 { "is" } else { "are" };
            let total = format!("{out} of {} rows {are} left out", self.rows);
            said.push(format!("{total}{}", self.listed(&self.left_out)));
        }
        said
    }

    /// Which cells were missing or mended.
    pub(crate) fn cells_defaulted(&self) -> Option<String> {
        let listed = self.listed(&self.defaulted);
        (!self.defaulted.is_empty()).then(|| format!("cells that were missing or mended{listed}"))
    }

    /// `: column "price" is negative in 1 row (first: row 1); …`
    fn listed(&self, refusals: &[Refusal]) -> String {
        let mut text = String::new();
        for (position, refusal) in refusals.iter().enumerate() {
            let Refusal { reason, column, rows, first_row } = refusal;
            let lead = if position == 0 { ":" } else { ";" };
            let noun = if *rows == 1 { "row" } else { "rows" };
            let (rule, cells) = (reason.rule(), self.cells(refusal));
            let one = format!(
                "{lead} column {column:?} {rule} in {rows} {noun} (first: row {first_row}{cells})"
            );
            text.push_str(&one);
        }
        text
    }

    /// What stands in the rows of a refusal, the commonest first, where that says something.
    fn cells(&self, refusal: &Refusal) -> String {
        const SHOWN: usize = 3;
        let is_telling =
            refusal.reason.is_no_purchase() || refusal.reason == Reason::ImplausibleTime;
        if !is_telling {
            return String::new();
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let same =
            |marked: &&Marked| marked.reason == refusal.reason && *marked.column == *refusal.column;
        for marked in self.marked.iter().filter(same) {
            *counts.entry(&marked.value).or_default() += 1;
        }
        let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
        counts.sort_by_key(|&(_, rows)| std::cmp::Reverse(rows));
        let shown = |&(word, rows): &(&str, usize)| match word {
            "" => format!("{rows} blank"),
            word => format!("{rows} {word:?}"),
        };
        let listed: Vec<String> = counts.iter().take(SHOWN).map(shown).collect();
        let more = if counts.len() > SHOWN { ", …" } else { "" };
        format!("; {}{more}", listed.join(", "))
    }
}

impl fmt::Display for OrdersReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = self.sentences();
        if said.is_empty() {
            return write!(f, "all {} rows are in use", self.rows);
        }
        f.write_str(&said.join("; "))
    }
}
