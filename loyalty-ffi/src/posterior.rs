//! Posteriors of models: predictions with what the data leave open.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::{Intervals, Posterior, Scale};
use loyalty_core::files::text_of;
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, PurchaseModel};
use loyalty_core::spend::AnySpendModel;
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::value::{Margin, clv_posterior};

use crate::column::results;
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};
use crate::model_file::KeptInFile;
use crate::summary::loyalty_summary;
use crate::text::read_text;

/// The posterior of a model of purchases: points with weights. It is made in Python or Rust and scored
/// here; docs/models.md says what its intervals are. One of 400 points answers for a customer in some
/// tens of microseconds, and discounted purchases by the few points of a large shop several times that.
#[derive(Debug)]
pub struct loyalty_purchase_posterior(pub(crate) Posterior<AnyPurchaseModel>);

/// The posterior of a model of spend.
#[derive(Debug)]
pub struct loyalty_spend_posterior(pub(crate) Posterior<AnySpendModel>);

/// Where an interval goes: posterior mean, lower and upper end of every customer.
pub(crate) struct Ends<'a> {
    mean: &'a mut [f64],
    lower: &'a mut [f64],
    upper: &'a mut [f64],
}

impl Ends<'_> {
    /// # Safety
    /// Each is NULL or writable for `length` values, and none overlaps another.
    pub(crate) unsafe fn new(
        mean: *mut f64,
        lower: *mut f64,
        upper: *mut f64,
        length: usize,
    ) -> Result<Self, Failure> {
        // SAFETY: this function's contract.
        unsafe {
            let (mean, lower) = (results(mean, length)?, results(lower, length)?);
            Ok(Self { mean, lower, upper: results(upper, length)? })
        }
    }

    pub(crate) fn take(self, intervals: &Intervals) -> Result<(), Failure> {
        self.fill([&intervals.estimate, &intervals.lower, &intervals.upper])
    }

    pub(crate) fn fill(self, found: [&[f64]; 3]) -> Result<(), Failure> {
        for (out, values) in [self.mean, self.lower, self.upper].into_iter().zip(found) {
            if out.len() != values.len() {
                let (column, expected, got) = ("out".to_owned(), values.len(), out.len());
                return Err(Error::Length { column, expected, got }.into());
            }
            out.copy_from_slice(values);
        }
        Ok(())
    }
}

impl loyalty_purchase_posterior {
    /// Intervals of what the model says of customers.
    fn over(
        &self,
        customers: &CustomerSummary,
        scale: Scale,
        level: f64,
        threads: usize,
        predict: impl Fn(&AnyPurchaseModel, &CustomerSummary, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<Intervals, Failure> {
        let part = |rows| customers.slice(rows);
        let threads = Threads::new(threads);
        Ok(self.0.predict(customers.len(), scale, level, threads, part, predict)?)
    }

    fn p_alive(
        &self,
        customers: &CustomerSummary,
        level: f64,
        threads: usize,
    ) -> Result<Intervals, Failure> {
        self.over(customers, Scale::Logit, level, threads, |model, some, out| {
            model.p_alive_into(some, out, Threads::ONE)
        })
    }

    fn expected_purchases(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        level: f64,
        threads: usize,
    ) -> Result<Intervals, Failure> {
        self.over(customers, Scale::Log, level, threads, |model, some, out| {
            model.expected_purchases_into(some, horizon, out, Threads::ONE)
        })
    }
}

/// A summary of one customer, in the unit of whoever asks.
fn one_customer(x: u32, t_x: f64, t: f64) -> Result<CustomerSummary, Error> {
    CustomerSummary::new(&SummaryColumns::new(&[f64::from(x)], &[t_x], &[t]))
}

impl KeptInFile for loyalty_purchase_posterior {
    fn read(path: &str) -> Result<Self, Error> {
        Posterior::<Model>::read(path)?.of_purchases().map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Posterior::<Model>::from_json(text_of(bytes)?)?.of_purchases().map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.clone().map(Model::from).to_json().into_bytes()
    }
}

/// Loads a posterior of a model of purchases from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in it
/// is outside its domain; `CHOICE` where its model is another, or a word in it is unknown. Free with
/// `loyalty_purchase_posterior_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_load(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_posterior,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || give(out, loyalty_purchase_posterior::read(read_text("path", path)?)?))
    }
}

/// The number of points, whose models every prediction is averaged over; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_points(
    posterior: *const loyalty_purchase_posterior,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(posterior, |posterior| posterior.0.weights().len()) }
}

/// Whether the points stand for the posterior; false for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_is_believed(
    posterior: *const loyalty_purchase_posterior,
) -> bool {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(posterior, |posterior| posterior.0.is_believed()) }
}

/// P(alive) of a customer: posterior mean, and the ends of an interval of probability `level`. For x, t_x
/// and T see `loyalty_purchase_model_p_alive`.
///
/// Errors: `PARAMETER` for a history as there, or unless the level is above 0 and below 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_p_alive(
    posterior: *const loyalty_purchase_posterior,
    x: u32,
    t_x: f64,
    T: f64,
    level: f64,
    mean: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let posterior = borrow("posterior", posterior)?;
            let found = posterior.p_alive(&one_customer(x, t_x, T)?, level, 1)?;
            Ends::new(mean, lower, upper, 1)?.take(&found)
        })
    }
}

/// `loyalty_purchase_posterior_p_alive` of every customer of a summary, in row order. `threads` is 0 for as
/// many as the machine runs at once; the results are the same for every number.
///
/// Errors: `UNIT` where the model is in another unit than the summary; `PARAMETER` unless the level is above
/// 0 and below 1; `LENGTH` unless `length` is `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_p_alive_batch(
    posterior: *const loyalty_purchase_posterior,
    summary: *const loyalty_summary,
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
            let (posterior, summary) =
                (borrow("posterior", posterior)?, borrow("summary", summary)?);
            let ends = Ends::new(mean, lower, upper, length)?;
            ends.take(&posterior.p_alive(&summary.0, level, threads)?)
        })
    }
}

/// Expected purchases of a customer within `horizon`: posterior mean, and the ends of an interval of the
/// expectation; what the customer then does varies around it.
///
/// Errors: as `loyalty_purchase_posterior_p_alive`, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_expected_purchases(
    posterior: *const loyalty_purchase_posterior,
    x: u32,
    t_x: f64,
    T: f64,
    horizon: f64,
    level: f64,
    mean: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let posterior = borrow("posterior", posterior)?;
            let customer = one_customer(x, t_x, T)?;
            let found = posterior.expected_purchases(&customer, horizon, level, 1)?;
            Ends::new(mean, lower, upper, 1)?.take(&found)
        })
    }
}

/// `loyalty_purchase_posterior_expected_purchases` of every customer of a summary, in row order.
///
/// Errors: as `loyalty_purchase_posterior_p_alive_batch`, and `PARAMETER` unless the horizon is from 0 to
/// 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_expected_purchases_batch(
    posterior: *const loyalty_purchase_posterior,
    summary: *const loyalty_summary,
    horizon: f64,
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
            let (posterior, summary) =
                (borrow("posterior", posterior)?, borrow("summary", summary)?);
            let ends = Ends::new(mean, lower, upper, length)?;
            ends.take(&posterior.expected_purchases(&summary.0, horizon, level, threads)?)
        })
    }
}

/// Frees a posterior; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_free(
    posterior: *mut loyalty_purchase_posterior,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(posterior) }
}

impl KeptInFile for loyalty_spend_posterior {
    fn read(path: &str) -> Result<Self, Error> {
        Posterior::<Model>::read(path)?.of_spend().map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Posterior::<Model>::from_json(text_of(bytes)?)?.of_spend().map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.clone().map(Model::from).to_json().into_bytes()
    }
}

/// Loads a posterior of a model of spend from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in it
/// is outside its domain; `CHOICE` where its model is another, or a word in it is unknown. Free with
/// `loyalty_spend_posterior_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_load(
    path: *const c_char,
    out: *mut *mut loyalty_spend_posterior,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_spend_posterior::read(read_text("path", path)?)?)) }
}

/// Frees a posterior; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_free(posterior: *mut loyalty_spend_posterior) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(posterior) }
}

/// Lifetime value of every customer of a summary, over the posteriors of both models: posterior mean, and
/// the ends of an interval of the expectation. For the value, `margin` and `threads` see `loyalty_clv`.
///
/// Errors: as there, and `PARAMETER` unless the level is above 0 and below 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_clv_posterior(
    purchases: *const loyalty_purchase_posterior,
    spend: *const loyalty_spend_posterior,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    margin: f64,
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
            let found = clv_posterior(
                &borrow("purchases", purchases)?.0,
                &borrow("spend", spend)?.0,
                &borrow("summary", summary)?.0,
                &borrow("discounting", discounting)?.0,
                Margin::Same(margin),
                level,
                Threads::new(threads),
            )?;
            Ends::new(mean, lower, upper, length)?.take(&found)
        })
    }
}
