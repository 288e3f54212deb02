//! Customer lifetime value.

use loyalty_core::Error;
use loyalty_core::parallel::Threads;
use loyalty_core::value::{Buying, Margin, Spending, clv_into, clv_with_covariates_into};

use crate::column::{column, results};
use crate::covariates::loyalty_covariates;
use crate::covariates::purchase::loyalty_purchase_with_covariates;
use crate::covariates::spend::loyalty_spend_with_covariates;
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::borrow;
use crate::purchase_model::loyalty_purchase_model;
use crate::spend_model::loyalty_spend_model;
use crate::summary::loyalty_summary;
use crate::versioned::{self, Versioned, through};

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

/// The models of a lifetime value, of which one or both have covariates. Set by `loyalty_clv_models_init`, then
/// field by field: one model of purchases and one of spend, and what they take of customers.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_clv_models {
    /// Set by `loyalty_clv_models_init`.
    pub struct_size: usize,
    /// When customers buy, by their histories alone; NULL where the next is not.
    pub purchases: *const loyalty_purchase_model,
    /// When customers buy, by what is known of them too; NULL where the one before is not.
    pub purchases_with_covariates: *const loyalty_purchase_with_covariates,
    /// How much they spend, by what they spent alone; NULL where the next is not.
    pub spend: *const loyalty_spend_model,
    /// How much they spend, by what is known of them too; NULL where the one before is not.
    pub spend_with_covariates: *const loyalty_spend_with_covariates,
    /// What is known of them, a row for each customer of the summary; the columns of both models.
    pub covariates: *const loyalty_covariates,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_clv_models {
    const FIRST_SIZE: usize = through!(covariates: *const loyalty_covariates);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            purchases: std::ptr::null(),
            purchases_with_covariates: std::ptr::null(),
            spend: std::ptr::null(),
            spend_with_covariates: std::ptr::null(),
            covariates: std::ptr::null(),
        }
    }
}

impl loyalty_clv_models {
    /// # Safety
    /// The handles are NULL or live objects.
    unsafe fn buying<'a>(&self) -> Result<Buying<'a>, Failure> {
        let known = self.purchases_with_covariates;
        one_of("purchases", !self.purchases.is_null(), !known.is_null())?;
        // SAFETY: this function's contract.
        unsafe {
            if known.is_null() {
                return Ok(Buying::Alike(&borrow("purchases", self.purchases)?.0.model));
            }
            let covariates = borrow("covariates", self.covariates)?;
            Ok(Buying::By(&borrow("purchases", known)?.0.model, &covariates.0))
        }
    }

    /// # Safety
    /// The handles are NULL or live objects.
    unsafe fn spending<'a>(&self) -> Result<Spending<'a>, Failure> {
        let known = self.spend_with_covariates;
        one_of("spend", !self.spend.is_null(), !known.is_null())?;
        // SAFETY: this function's contract.
        unsafe {
            if known.is_null() {
                return Ok(Spending::Alike(&borrow("spend", self.spend)?.0.model));
            }
            let covariates = borrow("covariates", self.covariates)?;
            Ok(Spending::By(&borrow("spend", known)?.0.model, &covariates.0))
        }
    }
}

/// Refuses two models of one thing.
pub(crate) fn one_of(name: &'static str, alike: bool, by: bool) -> Result<(), Failure> {
    if alike && by {
        let expected = "one model, with covariates or without";
        return Err(Error::Choice { name, expected, value: "both".to_owned() }.into());
    }
    Ok(())
}

/// Sets the defaults; `size` is `sizeof(loyalty_clv_models)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv_models_init(models: *mut loyalty_clv_models, size: usize) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(models, size) }
}

/// `loyalty_clv` where one of the models or both have covariates. `margin` is one for all, with `margins` 1, or a
/// row each, with `margins` of `loyalty_summary_len`; in an array other than `out`.
///
/// Errors: as `loyalty_clv_with_margins`, of covariates as the functions of `loyalty_purchase_with_covariates`,
/// and `CHOICE` for two models of purchases or of spend.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv_with_covariates(
    models: *const loyalty_clv_models,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    margin: *const f64,
    margins: usize,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let models = versioned::read_required("models", models)?;
            let margin = match column("margin", margin, margins)? {
                &[same] => Margin::Same(same),
                each => Margin::PerCustomer(each),
            };
            clv_with_covariates_into(
                models.buying()?,
                models.spending()?,
                &borrow("summary", summary)?.0,
                &borrow("discounting", discounting)?.0,
                margin,
                results(out, length)?,
                Threads::new(threads),
            )?;
            Ok(())
        })
    }
}
