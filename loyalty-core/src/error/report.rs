//! Which rows of a log cannot be used, and why.

use std::fmt;

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
        }
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrdersReport {
    rows: usize,
    refusals: Vec<Refusal>,
}

impl OrdersReport {
    pub(crate) fn new(rows: usize, mut refusals: Vec<Refusal>) -> Self {
        refusals.retain(|refusal| refusal.rows > 0);
        Self { rows, refusals }
    }

    /// Goes on with the rows in use, where there are any and the caller allows others.
    pub(crate) fn accepted(self, invalid: Invalid) -> Result<Self, Error> {
        if self.refused() > 0 && (invalid == Invalid::Raise || self.kept() == 0) {
            return Err(Error::Refused(Box::new(self)));
        }
        Ok(self)
    }

    /// The rows read.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The rows in use.
    pub fn kept(&self) -> usize {
        self.rows - self.refused()
    }

    /// The rows not in use.
    pub fn refused(&self) -> usize {
        self.refusals.iter().map(|refusal| refusal.rows).sum()
    }

    /// The rows not in use, by reason.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }
}

impl fmt::Display for OrdersReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.refusals.is_empty() {
            return write!(f, "all {} rows are in use", self.rows);
        }
        write!(f, "{} of {} rows cannot be used", self.refused(), self.rows)?;
        for (position, refusal) in self.refusals.iter().enumerate() {
            let Refusal { reason, column, rows, first_row } = refusal;
            let (lead, noun) =
                (if position == 0 { ":" } else { ";" }, if *rows == 1 { "row" } else { "rows" });
            let rule = reason.rule();
            write!(f, "{lead} column {column:?} {rule} in {rows} {noun} (first: row {first_row})")?;
        }
        Ok(())
    }
}
