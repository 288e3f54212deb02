//! What a model with covariates says of every customer of a summary.

use loyalty_core::Error;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::PurchaseWithCovariates;
use loyalty_core::summary::{Covariates, CustomerSummary};

use super::loyalty_covariates;
use super::purchase::loyalty_purchase_with_covariates;
use crate::column::results;
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::borrow;
use crate::summary::loyalty_summary;

/// A column of answers, as C asks for it.
struct Answers {
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    threads: usize,
    out: *mut f64,
    length: usize,
}

impl Answers {
    /// # Safety
    /// The handles are NULL or live objects; `out` is NULL or writable for `length` values.
    unsafe fn fill(
        self,
        fill: impl FnOnce(
            &PurchaseWithCovariates,
            &CustomerSummary,
            &Covariates,
            &mut [f64],
            Threads,
        ) -> Result<(), Error>,
    ) -> Result<(), Failure> {
        // SAFETY: this function's contract.
        let (model, summary, covariates, out) = unsafe {
            (
                borrow("model", self.model)?,
                borrow("summary", self.summary)?,
                borrow("covariates", self.covariates)?,
                results(self.out, self.length)?,
            )
        };
        let threads = Threads::new(self.threads);
        Ok(fill(&model.0.model, &summary.0, &covariates.0, out, threads)?)
    }
}

/// The probability that each customer is still active at the end of observation.
///
/// Errors: those of `loyalty_purchase_with_covariates`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_p_alive(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || answers.fill(PurchaseWithCovariates::p_alive_into)) }
}

/// The probability that each customer is still active `horizon` after the end of observation.
///
/// Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_p_alive_at(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, covariates, out, threads| {
                model.p_alive_at_into(summary, covariates, horizon, out, threads)
            })
        })
    }
}

/// The expected purchases of each customer within `horizon` after the end of observation.
///
/// Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_expected_purchases(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, covariates, out, threads| {
                model.expected_purchases_into(summary, covariates, horizon, out, threads)
            })
        })
    }
}

/// The probability that each customer makes no purchase within `horizon` after the end of observation.
///
/// Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_p_no_purchase(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, covariates, out, threads| {
                model.p_no_purchase_into(summary, covariates, horizon, out, threads)
            })
        })
    }
}

/// The discounted expected purchases of each customer after the end of observation.
///
/// Errors: those of `loyalty_purchase_with_covariates`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_discounted_purchases(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    discounting: *const loyalty_discounting,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let discounting = &borrow("discounting", discounting)?.0;
            answers.fill(|model, summary, covariates, out, threads| {
                model.discounted_purchases_into(summary, covariates, discounting, out, threads)
            })
        })
    }
}

/// The distribution of each customer's purchases within `horizon`, `counts` values each, one customer after
/// the other: the probabilities of 0, 1, 2, … purchases, and in the last place of as many or more.
///
/// Errors: those of `loyalty_purchase_with_covariates`, and `PARAMETER` unless the horizon is from 0 to 1e50; `EMPTY` where `counts` is 0; `LENGTH` unless
/// `length` is `counts` times `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_purchase_distribution(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    counts: usize,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, known, out, threads| {
                model.purchase_distribution_into(summary, known, horizon, counts, out, threads)
            })
        })
    }
}
