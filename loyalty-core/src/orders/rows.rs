//! From columns to the first reason for which each row cannot be used, and to a report.

use std::ops::Range;

use super::columns::{Column, CustomerColumn, TimeScale};
use crate::Error;
use crate::error::LARGEST;
use crate::error::report::{Invalid, OrdersReport, Reason, Refusal};
use crate::parallel::{Threads, map_chunks};

/// Why a row cannot be used, and the column at fault.
pub(super) type Fault<'a> = (Reason, &'a str);

/// The rows in use, in the caller's order.
#[derive(Debug)]
pub(super) struct Used {
    count: usize,
    /// `None` where all are.
    rows: Option<Vec<usize>>,
}

impl Used {
    /// All of so many rows.
    pub(super) fn all(count: usize) -> Self {
        Self { count, rows: None }
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The caller's row of one in use.
    #[inline]
    pub(super) fn row(&self, number: usize) -> usize {
        self.rows.as_ref().map_or(number, |rows| rows[number])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.count).map(|number| self.row(number))
    }
}

/// Checks every row, by the first fault of each.
///
/// # Errors
/// [`Error::Refused`] where rows cannot be used and `invalid` is [`Invalid::Raise`], or where none can.
pub(super) fn check<'a>(
    rows: usize,
    invalid: Invalid,
    fault: impl Fn(usize) -> Option<Fault<'a>> + Sync,
) -> Result<(OrdersReport, Used), Error> {
    const CHUNK: usize = 1 << 16;
    let chunks = map_chunks(rows, CHUNK, Threads::default(), |chunk: Range<usize>| {
        let mut found: Vec<Refusal> = Vec::new();
        for row in chunk {
            if let Some((reason, column)) = fault(row) {
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
    let report = OrdersReport::new(rows, refusals).accepted(invalid)?;
    let used = if report.refused() == 0 {
        Used::all(rows)
    } else {
        let used: Vec<usize> = (0..rows).filter(|&row| fault(row).is_none()).collect();
        Used { count: used.len(), rows: Some(used) }
    };
    Ok((report, used))
}

/// A row without its customer, or without a time that can be used.
pub(super) fn customer_and_time<'a>(
    customer: &CustomerColumn<'a>,
    time: &Column<'a, [i64]>,
    scale: TimeScale,
    row: usize,
) -> Option<Fault<'a>> {
    if !customer.is_present(row) {
        Some((Reason::MissingCustomer, customer.name()))
    } else if !time.is_present(row) {
        Some((Reason::MissingTime, time.name))
    } else if scale.microseconds(time.values[row]).is_none() {
        Some((Reason::TimeOutOfRange, time.name))
    } else {
        None
    }
}

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
