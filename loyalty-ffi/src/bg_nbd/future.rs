//! What the BG/NBD says of a customer's future.

use loyalty_core::parallel::Threads;
use loyalty_core::summary::History;

use super::loyalty_bg_nbd;
use crate::column::results;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, put};
use crate::summary::loyalty_summary;

/// Probability that a customer is still active `horizon` after the end of observation; for x, t_x and
/// T see `loyalty_bg_nbd_p_alive`. A customer who is alive stays with probability
///
/// ```text
///     E[(1 + p t/(alpha+T))^-(r+x)],   p ~ Beta(a, b+x)
/// ```
///
/// Errors: `PARAMETER` for a history as there, or unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_p_alive_at(
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
            put(out, model.model.p_alive_at(&history, horizon)?)
        })
    }
}

/// Probability that a customer makes no purchase within `horizon` after the end of observation:
///
/// ```text
///     1 - P(alive) + P(alive) * ((alpha+T)/(alpha+T+horizon))^(r+x)
/// ```
///
/// Errors: as `loyalty_bg_nbd_p_alive_at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_p_no_purchase(
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
            put(out, model.model.p_no_purchase(&history, horizon)?)
        })
    }
}

/// Probability that a customer makes exactly `n` purchases within `horizon` after the end of
/// observation. `loyalty_bg_nbd_probability_of_n_purchases` is that of a new customer.
///
/// Errors: as `loyalty_bg_nbd_p_alive_at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_p_n_purchases(
    model: *const loyalty_bg_nbd,
    x: u32,
    t_x: f64,
    T: f64,
    n: u32,
    horizon: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, history) = (borrow("model", model)?, History::new(x, t_x, T)?);
            put(out, model.model.p_n_purchases(&history, n, horizon)?)
        })
    }
}

/// Distribution of a customer's number of purchases within `horizon` after the end of observation:
/// `out[n]` is the probability of n purchases, and the last of the `length` values that of as many or
/// more, so that they add up to 1.
///
/// Errors: as `loyalty_bg_nbd_p_alive_at`, and `EMPTY` where `length` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_purchase_distribution(
    model: *const loyalty_bg_nbd,
    x: u32,
    t_x: f64,
    T: f64,
    horizon: f64,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, history) = (borrow("model", model)?, History::new(x, t_x, T)?);
            let out = results(out, length)?;
            Ok(model.model.purchase_distribution(&history, horizon, out)?)
        })
    }
}

/// `loyalty_bg_nbd_p_alive_at` of every customer of a summary; see `loyalty_bg_nbd_p_alive_batch`.
///
/// Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_p_alive_at_batch(
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
            Ok(model.model.p_alive_at_into(&summary.0, horizon, out, threads)?)
        })
    }
}

/// `loyalty_bg_nbd_p_no_purchase` of every customer of a summary; see `loyalty_bg_nbd_p_alive_batch`.
///
/// Errors: as there, and `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_p_no_purchase_batch(
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
            Ok(model.model.p_no_purchase_into(&summary.0, horizon, out, threads)?)
        })
    }
}

/// `loyalty_bg_nbd_purchase_distribution` of every customer of a summary, `counts` values each, one
/// customer after the other; see `loyalty_bg_nbd_p_alive_batch`.
///
/// Errors: as there, `PARAMETER` unless the horizon is from 0 to 1e50, `EMPTY` where `counts` is 0;
/// `LENGTH` unless `length` is `counts` times `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_purchase_distribution_batch(
    model: *const loyalty_bg_nbd,
    summary: *const loyalty_summary,
    horizon: f64,
    counts: usize,
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
            let model = &model.model;
            Ok(model.purchase_distribution_into(&summary.0, horizon, counts, out, threads)?)
        })
    }
}
