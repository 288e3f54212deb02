//! From columns to the first reason for which each row cannot be used, and to a report.

use std::ops::Range;
use std::sync::Arc;

use super::columns::{Column, CustomerColumn, TimeScale};
use crate::Error;
use crate::error::LARGEST;
use crate::error::report::{Invalid, Marked, OrdersReport, Reason, Refusal};
use crate::memory;
use crate::parallel::{Threads, map_chunks};
use crate::time::date;

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

    /// All but those marked, which are in order.
    fn without(count: usize, marked: &[Marked]) -> Self {
        if marked.is_empty() {
            return Self::all(count);
        }
        let mut out = marked.iter().map(|marked| marked.row).peekable();
        Self::of((0..count).filter(|row| out.next_if_eq(row).is_none()).collect())
    }

    /// These rows.
    pub(super) fn of(rows: Vec<usize>) -> Self {
        Self { count: rows.len(), rows: Some(rows) }
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

/// Checks every row, by the first fault of each; `shown` is the cell of a column as an error shows it.
///
/// # Errors
/// [`Error::Refused`] where rows cannot be used and `invalid` is [`Invalid::Raise`], or where none can.
pub(super) fn check<'a>(
    rows: usize,
    invalid: Invalid,
    fault: impl Fn(usize) -> Option<Fault<'a>> + Sync,
    shown: impl Fn(usize, &str) -> String,
) -> Result<(OrdersReport, Used), Error> {
    const CHUNK: usize = 1 << 16;
    let chunks: Vec<Vec<_>> = map_chunks(rows, CHUNK, Threads::default(), |chunk: Range<usize>| {
        chunk.filter_map(|row| fault(row).map(|fault| (row, fault))).collect()
    });
    let refused = chunks.iter().map(Vec::len).sum();
    memory::ask_for_rows("a report of rows that cannot be used", refused, 176, 0)?;
    let (mut refusals, mut marked) = (Vec::new(), Vec::new());
    let mut names: Vec<Arc<str>> = Vec::new();
    for (row, (reason, column)) in chunks.into_iter().flatten() {
        let value = shown(row, column);
        Refusal::count(&mut refusals, reason, column, row, 1);
        let known = names.iter().find(|name| ***name == *column).cloned();
        let column = known.unwrap_or_else(|| {
            names.push(column.into());
            Arc::clone(&names[names.len() - 1])
        });
        marked.push(Marked { row, reason, column, value: value.into() });
    }
    refusals.sort_by_key(|refusal| (refusal.reason as usize, refusal.first_row));
    let used = Used::without(rows, &marked);
    let report = OrdersReport::new(rows, refusals).with_rows(marked).accepted(invalid)?;
    Ok((report, used))
}

/// A row without an id that it needs.
pub(super) fn missing_id<'a>(
    ids: Option<&CustomerColumn<'a>>,
    reason: Reason,
    row: usize,
) -> Option<Fault<'a>> {
    let ids = ids.filter(|ids| !ids.is_present(row))?;
    Some((reason, ids.name()))
}

/// A row whose pieces are missing or not above 0.
pub(super) fn pieces_fault<'a>(column: &Column<'a, [f64]>, row: usize) -> Option<Fault<'a>> {
    let pieces = if column.is_present(row) { column.values[row] } else { f64::NAN };
    let good = pieces > 0.0 && pieces <= LARGEST;
    (!good).then_some((Reason::QuantityOutOfRange, column.name))
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

/// The instant of a row, where it has one that can be used.
pub(super) fn instant_of(time: &Column<'_, [i64]>, scale: TimeScale, row: usize) -> Option<i64> {
    let there = time.is_present(row);
    there.then(|| scale.microseconds(time.values[row])).flatten()
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

/// A number as a report shows it; empty where it is missing.
pub(super) fn shown_number(column: &Column<'_, [f64]>, row: usize) -> String {
    let value = column.values[row];
    if column.is_present(row) && !value.is_nan() { value.to_string() } else { String::new() }
}

/// A time as a report shows it, by its day; empty where it is missing.
pub(super) fn shown_time(column: &Column<'_, [i64]>, scale: TimeScale, row: usize) -> String {
    match instant_of(column, scale, row) {
        Some(time) => date(time),
        None if column.is_present(row) => column.values[row].to_string(),
        None => String::new(),
    }
}
