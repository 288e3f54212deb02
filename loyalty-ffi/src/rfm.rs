//! Recency, frequency and monetary scores.

use std::ptr;

use loyalty_core::Error;
use loyalty_core::rfm::{Rfm, RfmBreaks, RfmOptions, RfmValues};

use crate::code;
use crate::column::{column, copy_column, optional_column};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look, put};
use crate::summary::loyalty_summary;
use crate::versioned::{self, Versioned, through};

/// RFM scores from 1 (worst) to the number of bins (best), one per customer and axis, with the
/// measures they rank.
///
/// ```text
///     score = 1 + floor(bins * share of customers strictly worse)
/// ```
///
/// Equal values have equal scores and a better value never has a lower one. Ties can leave a score
/// that nobody has (`loyalty_rfm_empty_scores`).
#[derive(Debug)]
pub struct loyalty_rfm {
    pub(crate) values: RfmValues,
    pub(crate) scores: Rfm,
}

impl loyalty_rfm {
    /// # Safety
    /// `options` is NULL or was set by `loyalty_rfm_options_init`, and its thresholds are arrays as long
    /// as it says.
    unsafe fn new(values: RfmValues, options: *const loyalty_rfm_options) -> Result<Self, Failure> {
        // SAFETY: this function's contract.
        let options = unsafe { versioned::read(options)? };
        let mut core = RfmOptions::default();
        core.bins = options.bins;
        core.nested = options.nested;
        // SAFETY: this function's contract.
        core.breaks = unsafe { options.own_breaks()? };
        let scores = Rfm::score(&values, &core)?;
        Ok(Self { values, scores })
    }
}

/// How RFM scores are made. Set by `loyalty_rfm_options_init`, then field by field.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_rfm_options {
    /// Set by `loyalty_rfm_options_init`.
    pub struct_size: usize,
    /// The scores of each axis run from 1 to this, which is at most 1000; 5 by default.
    pub bins: u32,
    /// Whether frequency is ranked within each recency score and money within each pair of these,
    /// instead of each axis over all customers; false by default.
    pub nested: bool,
    /// Thresholds of one's own in place of ranks, ascending, `breaks` for each axis: scores run from 1 to
    /// `breaks` + 1, and `bins` has no part in it. A value that equals a threshold is on its lower side.
    /// Time since the last purchase; NULL, the default, for ranks.
    pub recency_breaks: *const f64,
    /// Number of purchases; NULL by default.
    pub frequency_breaks: *const f64,
    /// Money; NULL by default.
    pub monetary_breaks: *const f64,
    /// The number of thresholds of each axis, from 1 to 999; 0 by default, for ranks.
    pub breaks: usize,
}

impl loyalty_rfm_options {
    /// # Safety
    /// The thresholds are NULL or have `breaks` values.
    unsafe fn own_breaks(&self) -> Result<Option<RfmBreaks>, Failure> {
        if self.breaks == 0 {
            return Ok(None);
        }
        // SAFETY: this function's contract.
        unsafe {
            let recency = column("recency_breaks", self.recency_breaks, self.breaks)?;
            let frequency = column("frequency_breaks", self.frequency_breaks, self.breaks)?;
            let monetary = column("monetary_breaks", self.monetary_breaks, self.breaks)?;
            Ok(Some(RfmBreaks::new(recency, frequency, monetary)?))
        }
    }
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_rfm_options {
    const FIRST_SIZE: usize = through!(breaks: usize);

    fn defaults() -> Self {
        let core = RfmOptions::default();
        Self {
            struct_size: size_of::<Self>(),
            bins: core.bins,
            nested: core.nested,
            recency_breaks: ptr::null(),
            frequency_breaks: ptr::null(),
            monetary_breaks: ptr::null(),
            breaks: 0,
        }
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_rfm_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_options_init(options: *mut loyalty_rfm_options, size: usize) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(options, size) }
}

/// Scores the customers of a summary by T - t_x, x + 1 and the sum of all amounts. `options` may be
/// NULL for the defaults.
///
/// Errors: `MISSING_COLUMN` where the summary has no total amounts; `PARAMETER` unless the number
/// of bins is from 1 to 1000, for more than 999 thresholds, or for nested scores with thresholds; `VALUE` for
/// thresholds that do not ascend. Free with `loyalty_rfm_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_of(
    summary: *const loyalty_summary,
    options: *const loyalty_rfm_options,
    out: *mut *mut loyalty_rfm,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let values = RfmValues::of(&borrow("summary", summary)?.0)?;
            give(out, loyalty_rfm::new(values, options)?)
        })
    }
}

/// Scores customers by columns of `rows` values: time since the last purchase, number of purchases,
/// money, and how many customers each row stands for (NULL for one each).
///
/// Errors: `EMPTY` without rows; `VALUE` unless times and numbers are from 0 to 1e50, money from
/// -1e50 to 1e50 and weights from 1e-50 to 1e50; `PARAMETER` unless the number of bins is from 1 to 1000. Free with
/// `loyalty_rfm_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_new(
    recency: *const f64,
    frequency: *const f64,
    monetary: *const f64,
    weights: *const f64,
    rows: usize,
    options: *const loyalty_rfm_options,
    out: *mut *mut loyalty_rfm,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let values = RfmValues::new(
                column("recency", recency, rows)?,
                column("frequency", frequency, rows)?,
                column("monetary", monetary, rows)?,
                optional_column(weights, rows)?,
            )?;
            give(out, loyalty_rfm::new(values, options)?)
        })
    }
}

/// The number of customers (of rows, where rows carry weights).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_len(rfm: *const loyalty_rfm) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(rfm, |rfm| rfm.scores.len()) }
}

/// The number of scores on each axis.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_bins(rfm: *const loyalty_rfm) -> u32 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(rfm, |rfm| rfm.scores.bins()) }
}

/// Copies the scores on one axis, a `loyalty_rfm_axis`, in row order.
///
/// Errors: `CHOICE` for an unknown axis; `LENGTH` unless `length` is `loyalty_rfm_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_scores(
    rfm: *const loyalty_rfm,
    axis: i32,
    out: *mut u32,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let scores = &borrow("rfm", rfm)?.scores;
            copy_column(scores.scores(code::axis(axis)?), out, length)
        })
    }
}

/// Counts the scores of an axis that no customer has: too many share one value, or there are too few.
///
/// Errors: `CHOICE` for an unknown axis.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_empty_scores_len(
    rfm: *const loyalty_rfm,
    axis: i32,
    out: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || put(out, borrow("rfm", rfm)?.scores.empty_scores(code::axis(axis)?).len()))
    }
}

/// Copies the scores of an axis that no customer has, ascending.
///
/// Errors: `CHOICE` for an unknown axis; `LENGTH` unless `length` is
/// `loyalty_rfm_empty_scores_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_empty_scores(
    rfm: *const loyalty_rfm,
    axis: i32,
    out: *mut u32,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let empty = borrow("rfm", rfm)?.scores.empty_scores(code::axis(axis)?);
            copy_column(&empty, out, length)
        })
    }
}

/// Copies the thresholds between the scores of an axis, ascending: one fewer than `loyalty_rfm_bins`. As
/// `loyalty_rfm_options` they score other customers in the same way.
///
/// Errors: `CHOICE` for an unknown axis; `LENGTH` unless `length` is `loyalty_rfm_bins` - 1;
/// `UNAVAILABLE` for nested scores, which have no thresholds that hold for all customers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_breaks(
    rfm: *const loyalty_rfm,
    axis: i32,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let breaks = borrow("rfm", rfm)?.scores.breaks();
            let (model, quantity) = ("RFM with nested scores", "thresholds for all customers");
            let nested = Error::Unavailable { model, quantity };
            copy_column(breaks.ok_or(nested)?.axis(code::axis(axis)?), out, length)
        })
    }
}

/// Frees RFM scores; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_rfm_free(rfm: *mut loyalty_rfm) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(rfm) }
}
