//! What the BG/NBD says of a customer, one at a time and by the column.

use loyalty_core::parallel::Threads;
use loyalty_core::summary::History;

use super::loyalty_bg_nbd;
use crate::column::results;
use crate::discounting::loyalty_discounting;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, put};
use crate::summary::loyalty_summary;

/// Probability that a customer is still active at the end of observation:
///
/// ```text
///     1 / (1 + a/(b+x-1) * ((alpha+T)/(alpha+t_x))^(r+x)),   and 1 for x = 0
/// ```
///
/// The customer made `x` repeat purchases, the last of them `t_x` after the first purchase, and was
/// observed for `T` since the first purchase; times are in the model's unit.
///
/// Errors: `PARAMETER` unless 0 <= t_x <= T, both finite, and t_x is 0 exactly where x is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_p_alive(
    model: *const loyalty_bg_nbd,
    x: u32,
    t_x: f64,
    T: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = borrow("model", model)?;
            put(out, model.model.p_alive(&History::new(x, t_x, T)?))
        })
    }
}

/// Expected number of purchases of a customer within `horizon` after the end of observation (Fader,
/// Hardie & Lee 2005, eq. 10); for x, t_x and T see `loyalty_bg_nbd_p_alive`.
///
/// Errors: `PARAMETER` for a history as there, or unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_expected_purchases(
    model: *const loyalty_bg_nbd,
    x: u32,
    t_x: f64,
    T: f64,
    horizon: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, history) = (borrow("model", model)?, History::new(x, t_x, T)?);
            put(out, model.model.expected_purchases(&history, horizon)?)
        })
    }
}

/// Discounted expected purchases of a customer after the end of observation; for x, t_x and T see
/// `loyalty_bg_nbd_p_alive`.
///
/// Errors: `PARAMETER` for a history as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_discounted_purchases(
    model: *const loyalty_bg_nbd,
    x: u32,
    t_x: f64,
    T: f64,
    discounting: *const loyalty_discounting,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, history) = (borrow("model", model)?, History::new(x, t_x, T)?);
            let discounting = borrow("discounting", discounting)?;
            put(out, model.model.discounted_purchases(&history, &discounting.0))
        })
    }
}

/// Expected number of purchases of a new customer within `horizon` after the first purchase, which
/// is not counted (Fader, Hardie & Lee 2005, eq. 9).
///
/// Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_expected_purchases_new_customer(
    model: *const loyalty_bg_nbd,
    horizon: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = borrow("model", model)?;
            put(out, model.model.expected_purchases_new_customer(horizon)?)
        })
    }
}

/// Probability that a new customer makes exactly `n` purchases within `t` after the first, which is
/// not counted (Fader, Hardie & Lee 2005, eq. 8).
///
/// Errors: `PARAMETER` unless t is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_probability_of_n_purchases(
    model: *const loyalty_bg_nbd,
    n: u32,
    t: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || put(out, borrow("model", model)?.model.probability_of_n_purchases(n, t)?))
    }
}

/// `loyalty_bg_nbd_p_alive` of every customer of a summary, in row order. `threads` is 0 for as
/// many as the machine runs at once; the results are the same for every number.
///
/// Errors: `UNIT` where the summary is in another unit than the model; `LENGTH` unless `length` is
/// `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_p_alive_batch(
    model: *const loyalty_bg_nbd,
    summary: *const loyalty_summary,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            Ok(model.model.p_alive_into(&summary.0, out, threads)?)
        })
    }
}

/// `loyalty_bg_nbd_expected_purchases` of every customer of a summary; see
/// `loyalty_bg_nbd_p_alive_batch`.
///
/// Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_expected_purchases_batch(
    model: *const loyalty_bg_nbd,
    summary: *const loyalty_summary,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            Ok(model.model.expected_purchases_into(&summary.0, horizon, out, threads)?)
        })
    }
}

/// `loyalty_bg_nbd_discounted_purchases` of every customer of a summary; see
/// `loyalty_bg_nbd_p_alive_batch`.
///
/// Errors: as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_discounted_purchases_batch(
    model: *const loyalty_bg_nbd,
    summary: *const loyalty_summary,
    discounting: *const loyalty_discounting,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            let discounting = &borrow("discounting", discounting)?.0;
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            Ok(model.model.discounted_purchases_into(&summary.0, discounting, out, threads)?)
        })
    }
}
