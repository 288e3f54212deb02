//! What a purchase in the future counts today.

use loyalty_core::purchase::Discounting;

use crate::code;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{free, give, look};

/// How far the future reaches and how it is discounted.
#[derive(Debug)]
pub struct loyalty_discounting(pub(crate) Discounting);

/// Everything up to `horizon`, discounted from the moment it happens at an effective `annual_rate`
/// (0.1 for 10 %): a purchase after the time t counts (1 + annual_rate)^-(t in years of 365.25
/// days). `horizon` is in `unit`, a `loyalty_unit`, which is the unit of the model.
///
/// With a rate above 0 the horizon may be `INFINITY`: the whole future, whose discounted purchases are
/// known as DERT.
///
/// Errors: `PARAMETER` unless horizon and rate are from 0 to 1e50, or the horizon is infinite and the
/// rate from 1e-50; `CHOICE` for an unknown unit or none. Free with `loyalty_discounting_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_discounting_annual(
    horizon: f64,
    annual_rate: f64,
    unit: i32,
    out: *mut *mut loyalty_discounting,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let unit = code::unit(unit)?;
            give(out, loyalty_discounting(Discounting::annual(horizon, annual_rate, unit)?))
        })
    }
}

/// The same with an effective `rate` per time unit of the model.
///
/// With a rate above 0 the horizon may be `INFINITY`: the whole future.
///
/// Errors: `PARAMETER` unless both are from 0 to 1e50, or the horizon is infinite and the rate from
/// 1e-50. Free with `loyalty_discounting_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_discounting_continuous(
    horizon: f64,
    rate: f64,
    out: *mut *mut loyalty_discounting,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || give(out, loyalty_discounting(Discounting::continuous(horizon, rate)?)))
    }
}

/// `periods` periods of `length` time units each, every purchase discounted at `rate` per period as
/// though it were paid at its period's end: the sum that lifetimes and PyMC-Marketing make.
///
/// Errors: `PARAMETER` unless `periods` and `length` are above 0 and the rate at least 0, all
/// finite. Free with `loyalty_discounting_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_discounting_per_period(
    periods: u32,
    length: f64,
    rate: f64,
    out: *mut *mut loyalty_discounting,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            give(out, loyalty_discounting(Discounting::per_period(periods, length, rate)?))
        })
    }
}

/// How far it reaches, in the model's unit of time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_discounting_horizon(
    discounting: *const loyalty_discounting,
) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(discounting, |discounting| discounting.0.horizon()) }
}

/// Frees a discounting; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_discounting_free(discounting: *mut loyalty_discounting) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(discounting) }
}
