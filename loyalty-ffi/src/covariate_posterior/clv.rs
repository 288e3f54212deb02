//! Lifetime values over posteriors, of which one or both are of models with covariates.

use loyalty_core::estimation::Posterior;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, PurchaseWithCovariates};
use loyalty_core::spend::{AnySpendModel, SpendWithCovariates};
use loyalty_core::value::{Estimated, Margin, clv_posterior_with_covariates};

use super::purchase::loyalty_purchase_posterior_with_covariates;
use super::spend::loyalty_spend_posterior_with_covariates;
use crate::clv::one_of;
use crate::column::column;
use crate::covariates::loyalty_covariates;
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::borrow;
use crate::posterior::{Ends, loyalty_purchase_posterior, loyalty_spend_posterior};
use crate::summary::loyalty_summary;
use crate::versioned::{self, Versioned, through};

/// The posteriors of a lifetime value, of which one or both are of models with covariates. Set by
/// `loyalty_clv_posteriors_init`, then field by field: one of purchases and one of spend, and what they take of
/// customers.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_clv_posteriors {
    /// Set by `loyalty_clv_posteriors_init`.
    pub struct_size: usize,
    /// When customers buy, by their histories alone; NULL where the next is not.
    pub purchases: *const loyalty_purchase_posterior,
    /// When customers buy, by what is known of them too; NULL where the one before is not.
    pub purchases_with_covariates: *const loyalty_purchase_posterior_with_covariates,
    /// How much they spend, by what they spent alone; NULL where the next is not.
    pub spend: *const loyalty_spend_posterior,
    /// How much they spend, by what is known of them too; NULL where the one before is not.
    pub spend_with_covariates: *const loyalty_spend_posterior_with_covariates,
    /// What is known of them, a row for each customer of the summary; the columns of both models.
    pub covariates: *const loyalty_covariates,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_clv_posteriors {
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

type Buying<'a> = Estimated<'a, Posterior<AnyPurchaseModel>, Posterior<PurchaseWithCovariates>>;
type Spending<'a> = Estimated<'a, Posterior<AnySpendModel>, Posterior<SpendWithCovariates>>;

impl loyalty_clv_posteriors {
    /// # Safety
    /// The handles are NULL or live objects.
    unsafe fn buying<'a>(&self) -> Result<Buying<'a>, Failure> {
        let known = self.purchases_with_covariates;
        one_of("purchases", !self.purchases.is_null(), !known.is_null())?;
        // SAFETY: this function's contract.
        unsafe {
            if known.is_null() {
                return Ok(Estimated::Alike(&borrow("purchases", self.purchases)?.0));
            }
            let covariates = borrow("covariates", self.covariates)?;
            Ok(Estimated::By(&borrow("purchases", known)?.0, &covariates.0))
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
                return Ok(Estimated::Alike(&borrow("spend", self.spend)?.0));
            }
            let covariates = borrow("covariates", self.covariates)?;
            Ok(Estimated::By(&borrow("spend", known)?.0, &covariates.0))
        }
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_clv_posteriors)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv_posteriors_init(
    posteriors: *mut loyalty_clv_posteriors,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(posteriors, size) }
}

/// `loyalty_clv_posterior` where one of the models or both have covariates. `margin` is one for all, with
/// `margins` 1, or a row each, with `margins` of `loyalty_summary_len`.
///
/// Errors: as `loyalty_clv_with_covariates`, and `PARAMETER` unless the level is above 0 and below 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv_posterior_with_covariates(
    posteriors: *const loyalty_clv_posteriors,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    margin: *const f64,
    margins: usize,
    level: f64,
    threads: usize,
    mean: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let posteriors = versioned::read_required("posteriors", posteriors)?;
            let margin = match column("margin", margin, margins)? {
                &[same] => Margin::Same(same),
                each => Margin::PerCustomer(each),
            };
            let (summary, discounting) =
                (borrow("summary", summary)?, borrow("discounting", discounting)?);
            let ends = Ends::new(mean, lower, upper, length)?;
            let (purchases, spend) = (posteriors.buying()?, posteriors.spending()?);
            let threads = Threads::new(threads);
            ends.take(&clv_posterior_with_covariates(
                &purchases,
                &spend,
                &summary.0,
                &discounting.0,
                margin,
                level,
                threads,
            )?)
        })
    }
}
