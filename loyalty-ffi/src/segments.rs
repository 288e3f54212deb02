//! Named RFM segments.

use std::ffi::c_char;

use loyalty_core::rfm::{SegmentSummary, SegmentTable};

use crate::column::{copy_column, in_table};
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};
use crate::rfm::loyalty_rfm;
use crate::text::{put_text, read_text};

/// A table that gives every RFM cell a named segment.
#[derive(Debug)]
pub struct loyalty_segment_table(SegmentTable);

/// One segment: how many customers, and what they are like. Means of an empty segment are 0.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_segment_summary {
    /// Customers, counted with their weights.
    pub customers: f64,
    /// Their share of all customers.
    pub share_of_customers: f64,
    /// Mean time since the last purchase.
    pub mean_recency: f64,
    /// Mean number of purchases.
    pub mean_frequency: f64,
    /// Mean money.
    pub mean_monetary: f64,
    /// All their money.
    pub total_monetary: f64,
    /// Its share of everybody's.
    pub share_of_monetary: f64,
}

impl From<&SegmentSummary> for loyalty_segment_summary {
    fn from(segment: &SegmentSummary) -> Self {
        Self {
            customers: segment.customers,
            share_of_customers: segment.share_of_customers,
            mean_recency: segment.mean_recency,
            mean_frequency: segment.mean_frequency,
            mean_monetary: segment.mean_monetary,
            total_monetary: segment.total_monetary,
            share_of_monetary: segment.share_of_monetary,
        }
    }
}

/// The customary ten segments over recency and frequency scores of 1 to 5: Champions, Loyal,
/// Potential loyalists, New customers, Promising, Need attention, About to sleep, Cannot lose them,
/// At risk, Hibernating.
///
/// Errors: those of every function alone. Free with `loyalty_segment_table_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_customary(
    out: *mut *mut loyalty_segment_table,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_segment_table(SegmentTable::customary()))) }
}

/// A table for scores of 1 to `bins`, from JSON: a list of objects with `name` and, as pairs of
/// first and last score, `recency`, `frequency`, `monetary`. An axis left out allows every score:
///
/// ```text
///     [{"name": "Active", "recency": [3, 5]}, {"name": "Lapsed", "recency": [1, 2]}]
/// ```
///
/// Where a name states a fact, a rule asks for it by `orders_at_least`, `orders_at_most`,
/// `first_order_within_days` and `first_order_not_within_days` (longer ago, or nobody knows when: scores
/// made by `loyalty_rfm_new` do not). A name may stand in several rules.
///
/// `json` is UTF-8 and ends with NUL.
///
/// Errors: `SEGMENTS` where the text is not such a list, with the first cell that has no segment or
/// two, with a range that ends before it starts or reaches beyond the scores, or where there is no
/// rule. Free with `loyalty_segment_table_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_from_json(
    json: *const c_char,
    bins: u32,
    out: *mut *mut loyalty_segment_table,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let table = SegmentTable::from_json(read_text("json", json)?, bins)?;
            give(out, loyalty_segment_table(table))
        })
    }
}

/// The same, but the first rule that matches wins, and cells without one are called `otherwise`,
/// UTF-8 that ends with NUL.
///
/// Errors: `SEGMENTS` as for `loyalty_segment_table_from_json`, but for gaps and overlaps. Free with
/// `loyalty_segment_table_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_first_match_from_json(
    json: *const c_char,
    otherwise: *const c_char,
    bins: u32,
    out: *mut *mut loyalty_segment_table,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (json, otherwise) = (read_text("json", json)?, read_text("otherwise", otherwise)?);
            let table = SegmentTable::first_match_from_json(json, otherwise, bins)?;
            give(out, loyalty_segment_table(table))
        })
    }
}

/// The number of segments.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_len(table: *const loyalty_segment_table) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(table, |table| table.0.names().len()) }
}

/// Copies the name of a segment, counted from 0, into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `PARAMETER` unless `row` is below `loyalty_segment_table_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_name(
    table: *const loyalty_segment_table,
    row: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let names = borrow("table", table)?.0.names();
            put_text(names[in_table(row, names.len())?], buffer, length, full_length);
            Ok(())
        })
    }
}

/// Stores the number of each customer's segment, for `loyalty_segment_table_name`, in row order.
///
/// Errors: `SEGMENTS` where the scores have another number of bins than the table; `LENGTH` unless
/// `length` is `loyalty_rfm_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_assign(
    table: *const loyalty_segment_table,
    rfm: *const loyalty_rfm,
    out: *mut usize,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (table, rfm) = (borrow("table", table)?, borrow("rfm", rfm)?);
            copy_column(&table.0.assign(&rfm.scores, &rfm.values)?, out, length)
        })
    }
}

/// Size and value of each segment, empty ones included, in the order of their numbers.
///
/// Errors: `SEGMENTS` where the scores have another number of bins than the table; `LENGTH` unless
/// `length` is `loyalty_segment_table_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_summarize(
    table: *const loyalty_segment_table,
    rfm: *const loyalty_rfm,
    out: *mut loyalty_segment_summary,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (table, rfm) = (borrow("table", table)?, borrow("rfm", rfm)?);
            let segments = table.0.assign(&rfm.scores, &rfm.values)?;
            let summaries = table.0.summarize(&segments, &rfm.values)?;
            let summaries: Vec<_> = summaries.iter().map(loyalty_segment_summary::from).collect();
            copy_column(&summaries, out, length)
        })
    }
}

/// Frees a segment table; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_segment_table_free(table: *mut loyalty_segment_table) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(table) }
}
