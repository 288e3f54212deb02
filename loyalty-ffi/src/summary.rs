//! Stage 2: one row per customer.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::orders::{CustomerId, Customers};
use loyalty_core::summary::CustomerSummary;

use crate::code::{loyalty_unit, of_unit};
use crate::column::{copy_column, in_table};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look, put, slot};
use crate::text::put_text;

/// Frequency, recency, T and monetary value, one row per customer: all that the models need to know
/// of a log.
///
/// Made from a log, the rows are in order of the customers' ids; made from columns, in the order
/// given.
#[derive(Debug)]
pub struct loyalty_summary(pub(crate) CustomerSummary);

impl loyalty_summary {
    fn customers(&self) -> Result<&Customers, Error> {
        let needed_by = "the customer id";
        self.0.customers().ok_or(Error::MissingColumn { column: "customer", needed_by })
    }

    fn customer(&self, row: usize) -> Result<CustomerId<'_>, Failure> {
        let customers = self.customers()?;
        Ok(customers.get(in_table(row, customers.len())?))
    }
}

/// The number of customers (of rows, where rows carry weights).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_len(summary: *const loyalty_summary) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(summary, |summary| summary.0.len()) }
}

/// The unit of recency and T; `LOYALTY_UNIT_NONE` where it is not known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_unit(summary: *const loyalty_summary) -> loyalty_unit {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(summary, |summary| of_unit(summary.0.unit())) }
}

/// Whether the monetary value averages the first purchase too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_includes_first(summary: *const loyalty_summary) -> bool {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(summary, |summary| summary.0.includes_first()) }
}

/// What lay after the observation end: customers whose first order did, and occasions, those of
/// these customers included.
///
/// Errors: those of every function alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_left_out(
    summary: *const loyalty_summary,
    customers: *mut usize,
    occasions: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let left_out = borrow("summary", summary)?.0.left_out();
            let (customers, occasions) =
                (slot("customers", customers)?, slot("occasions", occasions)?);
            customers.write(left_out.customers);
            occasions.write(left_out.occasions);
            Ok(())
        })
    }
}

/// Copies the repeat purchases x.
///
/// Errors: `LENGTH` unless `length` is `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_frequency(
    summary: *const loyalty_summary,
    out: *mut u32,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(borrow("summary", summary)?.0.frequency(), out, length)) }
}

/// Copies the times from first to last purchase, t_x.
///
/// Errors: `LENGTH` unless `length` is `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_recency(
    summary: *const loyalty_summary,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(borrow("summary", summary)?.0.recency(), out, length)) }
}

/// Copies the times from first purchase to the end of observation, T.
///
/// Errors: `LENGTH` unless `length` is `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_T(
    summary: *const loyalty_summary,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(borrow("summary", summary)?.0.t(), out, length)) }
}

/// Copies the mean amounts per purchase, 0 where no purchase is behind one.
///
/// Errors: `MISSING_COLUMN` where the summary has none; `LENGTH` unless `length` is
/// `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_monetary_value(
    summary: *const loyalty_summary,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let values = borrow("summary", summary)?.0.monetary_value();
            copy_optional("monetary_value", "loyalty_summary_monetary_value", values, out, length)
        })
    }
}

/// Copies the sums of all amounts, the first purchase included.
///
/// Errors: `MISSING_COLUMN` where the summary has none; `LENGTH` unless `length` is
/// `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_total_amount(
    summary: *const loyalty_summary,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let values = borrow("summary", summary)?.0.total_amount();
            copy_optional("total_amount", "loyalty_summary_total_amount", values, out, length)
        })
    }
}

/// Copies the sums of ln of the times between successive purchases, in the unit of recency.
///
/// Errors: `MISSING_COLUMN` where the summary has none; `LENGTH` unless `length` is
/// `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_sum_ln_gaps(
    summary: *const loyalty_summary,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let values = borrow("summary", summary)?.0.sum_ln_gaps();
            copy_optional("sum_ln_gaps", "loyalty_summary_sum_ln_gaps", values, out, length)
        })
    }
}

/// Copies how many customers each row stands for.
///
/// Errors: `MISSING_COLUMN` where each row is one customer; `LENGTH` unless `length` is
/// `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_weights(
    summary: *const loyalty_summary,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let values = borrow("summary", summary)?.0.weights();
            copy_optional("weights", "loyalty_summary_weights", values, out, length)
        })
    }
}

/// The id of the customer in a row, where ids are whole numbers.
///
/// Errors: `PARAMETER` unless `row` is below `loyalty_summary_len`; `MISSING_COLUMN` where the
/// summary has no ids; `TYPE` where they are text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_customer_int(
    summary: *const loyalty_summary,
    row: usize,
    out: *mut i64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || match borrow("summary", summary)?.customer(row)? {
            CustomerId::Int(id) => put(out, id),
            CustomerId::Text(_) => {
                let (column, got) = ("customer".to_owned(), "text".to_owned());
                Err(Error::Type { column, expected: "whole numbers", got }.into())
            }
        })
    }
}

/// Copies the id of the customer in a row into `buffer` as text and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above. Ids that are numbers are written in
/// decimal.
///
/// Errors: `PARAMETER` unless `row` is below `loyalty_summary_len`; `MISSING_COLUMN` where the
/// summary has no ids.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_customer_text(
    summary: *const loyalty_summary,
    row: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            match borrow("summary", summary)?.customer(row)? {
                CustomerId::Text(id) => put_text(id, buffer, length, full_length),
                id @ CustomerId::Int(_) => {
                    put_text(&id.to_string(), buffer, length, full_length);
                }
            }
            Ok(())
        })
    }
}

/// The distinct histories (x, t_x, T), each with the number of customers who share it as weight. A
/// fit of the BG/NBD to them equals a fit to the customers.
///
/// Errors: those of every function alone. Free with `loyalty_summary_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_distinct_histories(
    summary: *const loyalty_summary,
    out: *mut *mut loyalty_summary,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            give(out, loyalty_summary(borrow("summary", summary)?.0.distinct_histories()?))
        })
    }
}

/// Frees a summary; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_free(summary: *mut loyalty_summary) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(summary) }
}

/// # Safety
/// As [`copy_column`].
unsafe fn copy_optional(
    column: &'static str,
    needed_by: &'static str,
    values: Option<&[f64]>,
    out: *mut f64,
    length: usize,
) -> Result<(), Failure> {
    let values = values.ok_or(Error::MissingColumn { column, needed_by })?;
    // SAFETY: this function's contract.
    unsafe { copy_column(values, out, length) }
}
