//! The mergeable state between log and summary.

use loyalty_core::summary::Occasions;

use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};
use crate::holdout::{give_split, loyalty_holdout};
use crate::orders::loyalty_orders;
use crate::summarize::clock;
use crate::summary::loyalty_summary;

/// Each customer's purchase occasions: the state of a summary that can be merged.
///
/// For a log that does not fit in memory, or grows: make one from every batch, merge them in any
/// order, and summarise once. The result does not depend on how the log was cut.
#[derive(Debug)]
pub struct loyalty_occasions(pub(crate) Occasions);

/// Groups the orders of each customer into occasions; `unit` is a `loyalty_unit`, `occasion` a
/// `loyalty_occasion`.
///
/// Errors: `CHOICE` for an unknown code, or where the two do not fit. Free with
/// `loyalty_occasions_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_occasions_of(
    orders: *const loyalty_orders,
    unit: i32,
    occasion: i32,
    out: *mut *mut loyalty_occasions,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let clock = clock(unit, occasion)?;
            give(out, loyalty_occasions(Occasions::of(&borrow("orders", orders)?.0, clock)?))
        })
    }
}

/// Joins the occasions of two batches of one log into a third object; both stay as they are.
///
/// Errors: `UNIT` where unit or occasion differ; `CHOICE` where one has ids that are numbers and
/// the other has text; `MISSING_COLUMN` where only one has amounts. Free with
/// `loyalty_occasions_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_occasions_merge(
    occasions: *const loyalty_occasions,
    other: *const loyalty_occasions,
    out: *mut *mut loyalty_occasions,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (occasions, other) = (borrow("occasions", occasions)?, borrow("other", other)?);
            give(out, loyalty_occasions(occasions.0.merge(&other.0)?))
        })
    }
}

/// The number of customers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_occasions_len(occasions: *const loyalty_occasions) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(occasions, |occasions| occasions.0.len()) }
}

/// Frequency, recency, T and monetary value of each customer, as `loyalty_orders_summarize` makes
/// them of a whole log; see there for `observation_end` (NULL for the last order) and
/// `include_first`.
///
/// Errors: `EMPTY` where every order lies after the observation end. Free with
/// `loyalty_summary_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_occasions_summarize(
    occasions: *const loyalty_occasions,
    observation_end: *const i64,
    include_first: bool,
    out: *mut *mut loyalty_summary,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (occasions, end) = (borrow("occasions", occasions)?, observation_end.as_ref());
            give(out, loyalty_summary(occasions.0.summarize(end.copied(), include_first)?))
        })
    }
}

/// A summary up to a calibration end and what came after, as `loyalty_orders_calibration_holdout`
/// makes them of a whole log.
///
/// Errors: as there. Free both, with `loyalty_summary_free` and `loyalty_holdout_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_occasions_calibration_holdout(
    occasions: *const loyalty_occasions,
    calibration_end: i64,
    observation_end: *const i64,
    include_first: bool,
    calibration: *mut *mut loyalty_summary,
    holdout: *mut *mut loyalty_holdout,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let occasions = &borrow("occasions", occasions)?.0;
            let end = observation_end.as_ref().copied();
            let split = occasions.calibration_holdout(calibration_end, end, include_first)?;
            give_split(split, calibration, holdout)
        })
    }
}

/// Frees occasions; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_occasions_free(occasions: *mut loyalty_occasions) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(occasions) }
}
