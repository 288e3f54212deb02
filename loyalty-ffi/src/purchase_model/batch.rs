//! What a model says of every customer of a summary.

use loyalty_core::Error;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, PurchaseModel};
use loyalty_core::summary::CustomerSummary;

use super::loyalty_purchase_model;
use crate::column::results;
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::borrow;
use crate::summary::loyalty_summary;

/// A column of answers, as C asks for it.
struct Column {
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    threads: usize,
    out: *mut f64,
    length: usize,
}

impl Column {
    /// # Safety
    /// The handles are NULL or live objects; `out` is NULL or writable for `length` values.
    unsafe fn fill(
        self,
        fill: impl FnOnce(&AnyPurchaseModel, &CustomerSummary, &mut [f64], Threads) -> Result<(), Error>,
    ) -> Result<(), Failure> {
        // SAFETY: this function's contract.
        let (model, summary, out) = unsafe {
            (
                borrow("model", self.model)?,
                borrow("summary", self.summary)?,
                results(self.out, self.length)?,
            )
        };
        Ok(fill(&model.0.model, &summary.0, out, Threads::new(self.threads))?)
    }
}

/// `loyalty_purchase_model_p_alive` of every customer of a summary, in row order. `threads` is 0 for as
/// many as the machine runs at once; the results are the same for every number.
///
/// Errors: `UNIT` where the summary is in another unit than the model; `LENGTH` unless `length` is
/// `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_alive_batch(
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let column = Column { model, summary, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || column.fill(AnyPurchaseModel::p_alive_into)) }
}

/// `loyalty_purchase_model_expected_purchases` of every customer of a summary; see
/// `loyalty_purchase_model_p_alive_batch`.
///
/// Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_expected_purchases_batch(
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let column = Column { model, summary, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            column.fill(|model, summary, out, threads| {
                model.expected_purchases_into(summary, horizon, out, threads)
            })
        })
    }
}

/// `loyalty_purchase_model_discounted_purchases` of every customer of a summary; see
/// `loyalty_purchase_model_p_alive_batch`.
///
/// Errors: as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_discounted_purchases_batch(
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let column = Column { model, summary, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let discounting = &borrow("discounting", discounting)?.0;
            column.fill(|model, summary, out, threads| {
                model.discounted_purchases_into(summary, discounting, out, threads)
            })
        })
    }
}

/// `loyalty_purchase_model_p_alive_at` of every customer of a summary; see
/// `loyalty_purchase_model_p_alive_batch`.
///
/// Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_alive_at_batch(
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let column = Column { model, summary, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            column.fill(|model, summary, out, threads| {
                model.p_alive_at_into(summary, horizon, out, threads)
            })
        })
    }
}

/// `loyalty_purchase_model_p_no_purchase` of every customer of a summary; see
/// `loyalty_purchase_model_p_alive_batch`.
///
/// Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_no_purchase_batch(
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let column = Column { model, summary, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            column.fill(|model, summary, out, threads| {
                model.p_no_purchase_into(summary, horizon, out, threads)
            })
        })
    }
}

/// `loyalty_purchase_model_purchase_distribution` of every customer of a summary, `counts` values each,
/// one customer after the other; see `loyalty_purchase_model_p_alive_batch`.
///
/// Errors: as there, `PARAMETER` unless the horizon is from 0 to 1e50, `EMPTY` where `counts` is 0;
/// `LENGTH` unless `length` is `counts` times `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_purchase_distribution_batch(
    model: *const loyalty_purchase_model,
    summary: *const loyalty_summary,
    horizon: f64,
    counts: usize,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let column = Column { model, summary, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            column.fill(|model, summary, out, threads| {
                model.purchase_distribution_into(summary, horizon, counts, out, threads)
            })
        })
    }
}
