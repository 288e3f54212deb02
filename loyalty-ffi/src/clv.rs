//! Customer lifetime value.

use loyalty_core::parallel::Threads;
use loyalty_core::value::{Margin, clv_into};

use crate::column::{column, results};
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::borrow;
use crate::purchase_model::loyalty_purchase_model;
use crate::spend_model::loyalty_spend_model;
use crate::summary::loyalty_summary;

/// What both forms ask for, as it comes from C.
struct Question {
    purchases: *const loyalty_purchase_model,
    spend: *const loyalty_spend_model,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    threads: usize,
}

impl Question {
    /// # Safety
    /// The handles are NULL or live objects; `out` is NULL or writable for `length` values.
    unsafe fn answer(
        &self,
        margin: Margin<'_>,
        out: *mut f64,
        length: usize,
    ) -> Result<(), Failure> {
        // SAFETY: this function's contract.
        unsafe {
            clv_into(
                &borrow("purchases", self.purchases)?.0.model,
                &borrow("spend", self.spend)?.0.model,
                &borrow("summary", self.summary)?.0,
                &borrow("discounting", self.discounting)?.0,
                margin,
                results(out, length)?,
                Threads::new(self.threads),
            )?;
        }
        Ok(())
    }
}

/// Expected value of every customer's future purchases, discounted to the end of observation, in
/// row order and in the currency of the amounts:
///
/// ```text
///     CLV = margin * expected spend per purchase * discounted expected purchases
/// ```
///
/// `margin` is the contribution margin, the share of the amount that is left after all that grows
/// with it: from -1000 to 1, and 1 gives the value in revenue. `threads` is 0 for as many as
/// the machine runs at once; the results are the same for every number.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value; `INFINITE` where a customer's
/// expected spend is; `UNIT` where the model of purchases is in another unit than the summary;
/// `PARAMETER` for the margin; `LENGTH` unless `length` is `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv(
    purchases: *const loyalty_purchase_model,
    spend: *const loyalty_spend_model,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    margin: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let question = Question { purchases, spend, summary, discounting, threads };
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || question.answer(Margin::Same(margin), out, length)) }
}

/// `loyalty_clv` with a margin for each customer: `length` values in row order, in an array other
/// than `out`.
///
/// Errors: as there, and `VALUE` with the first row whose margin is not finite or above 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv_with_margins(
    purchases: *const loyalty_purchase_model,
    spend: *const loyalty_spend_model,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    margins: *const f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let question = Question { purchases, spend, summary, discounting, threads };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let margins = column("margins", margins, length)?;
            question.answer(Margin::PerCustomer(margins), out, length)
        })
    }
}
