//! What a model says of one customer.

use loyalty_core::purchase::PurchaseModel;
use loyalty_core::summary::History;

use super::loyalty_purchase_model;
use crate::column::results;
use crate::discounting::loyalty_discounting;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, put};

/// Probability that a customer is still active at the end of observation, P(alive).
///
/// The customer made `x` repeat purchases, the last of them `t_x` after the first purchase, and was
/// observed for `T` since the first purchase; times are in the model's unit. In a model where customers
/// leave after a purchase only, it is 1 for x = 0.
///
/// Errors: `PARAMETER` unless 0 <= t_x <= T, both finite, and t_x is 0 exactly where x is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_alive(
    model: *const loyalty_purchase_model,
    x: u32,
    t_x: f64,
    T: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, history) = (borrow("model", model)?, History::new(x, t_x, T)?);
            put(out, model.0.model.p_alive(&history))
        })
    }
}

/// Expected number of purchases of a customer within `horizon` after the end of observation; for x,
/// t_x and T see `loyalty_purchase_model_p_alive`.
///
/// Errors: `PARAMETER` for a history as there, or unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_expected_purchases(
    model: *const loyalty_purchase_model,
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
            put(out, model.0.model.expected_purchases(&history, horizon)?)
        })
    }
}

/// Discounted expected purchases of a customer after the end of observation; for x, t_x and T see
/// `loyalty_purchase_model_p_alive`. Times a margin and the expected spend per purchase, it is the
/// customer's lifetime value; see `loyalty_clv`.
///
/// Errors: `PARAMETER` for a history as there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_discounted_purchases(
    model: *const loyalty_purchase_model,
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
            put(out, model.0.model.discounted_purchases(&history, &discounting.0))
        })
    }
}

/// Probability that a customer is still active `horizon` after the end of observation; for x, t_x and
/// T see `loyalty_purchase_model_p_alive`.
///
/// Errors: `PARAMETER` for a history as there, or unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_alive_at(
    model: *const loyalty_purchase_model,
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
            put(out, model.0.model.p_alive_at(&history, horizon)?)
        })
    }
}

/// Probability that a customer makes no purchase within `horizon` after the end of observation.
///
/// Errors: as `loyalty_purchase_model_p_alive_at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_no_purchase(
    model: *const loyalty_purchase_model,
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
            put(out, model.0.model.p_no_purchase(&history, horizon)?)
        })
    }
}

/// Probability that a customer makes exactly `n` purchases within `horizon` after the end of
/// observation. `loyalty_purchase_model_p_n_purchases_new_customer` is that of a new customer.
///
/// Errors: as `loyalty_purchase_model_p_alive_at`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_n_purchases(
    model: *const loyalty_purchase_model,
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
            put(out, model.0.model.p_n_purchases(&history, n, horizon)?)
        })
    }
}

/// Distribution of a customer's number of purchases within `horizon` after the end of observation:
/// `out[n]` is the probability of n purchases, and the last of the `length` values that of as many or
/// more, so that they add up to 1.
///
/// Errors: as `loyalty_purchase_model_p_alive_at`, and `EMPTY` where `length` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_purchase_distribution(
    model: *const loyalty_purchase_model,
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
            Ok(model.0.model.purchase_distribution(&history, horizon, out)?)
        })
    }
}

/// Expected number of purchases of a new customer within `horizon` after the first purchase, which
/// is not counted.
///
/// Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_expected_purchases_new_customer(
    model: *const loyalty_purchase_model,
    horizon: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            put(out, borrow("model", model)?.0.model.expected_purchases_new_customer(horizon)?)
        })
    }
}

/// Probability that a new customer makes exactly `n` purchases within `horizon` after the first, which
/// is not counted. `loyalty_purchase_model_p_n_purchases` is that of a customer with a history.
///
/// Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_p_n_purchases_new_customer(
    model: *const loyalty_purchase_model,
    n: u32,
    horizon: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            put(out, borrow("model", model)?.0.model.p_n_purchases_new_customer(n, horizon)?)
        })
    }
}
