//! Forecasts of purchase models, corrected by what earlier cutoffs teach.

use std::ffi::c_char;

use loyalty_core::error::Error;
use loyalty_core::files::text_of;
use loyalty_core::forecast::AnchoredForecast;
use loyalty_core::parallel::Threads;
use loyalty_core::summary::{History, Recent, WINDOWS};

use crate::code::{loyalty_unit, of_unit};
use crate::column::{column, results};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look, put};
use crate::model_file::KeptInFile;
use crate::occasions::loyalty_occasions;
use crate::text::read_text;

/// An anchored forecast: the purchases that a model expects within one horizon, corrected by what earlier
/// cutoffs of the log taught. It is learnt in Python or Rust and scored here; docs/forecast.md has the
/// formula.
#[derive(Debug)]
pub struct loyalty_forecast(AnchoredForecast);

impl KeptInFile for loyalty_forecast {
    fn read(path: &str) -> Result<Self, Error> {
        AnchoredForecast::read(path).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        AnchoredForecast::from_json(text_of(bytes)?).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_json().into_bytes()
    }
}

/// Loads a forecast from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in
/// it is outside its domain, `CHOICE` where the unit is none. Free with `loyalty_forecast_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_load(
    path: *const c_char,
    out: *mut *mut loyalty_forecast,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_forecast::read(read_text("path", path)?)?)) }
}

/// Writes a file, whole or not at all. `path` is UTF-8. Loading it gives a forecast that scores alike, to
/// the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_save(
    forecast: *const loyalty_forecast,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("forecast", forecast)?.0.write(read_text("path", path)?)?)) }
}

/// The unit of the horizon and of the times of customers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_unit(forecast: *const loyalty_forecast) -> loyalty_unit {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(forecast, |forecast| of_unit(Some(forecast.0.unit()))) }
}

/// How far the forecast reaches; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_horizon(forecast: *const loyalty_forecast) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(forecast, |forecast| forecast.0.horizon()) }
}

/// Whether the forecast of the model is corrected; otherwise none was found to help.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_is_corrected(forecast: *const loyalty_forecast) -> bool {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(forecast, |forecast| forecast.0.is_corrected()) }
}

/// Expected number of purchases of a customer within the horizon after the end of observation; for x,
/// t_x and T see `loyalty_purchase_model_p_alive`.
///
/// `recent` has the customer's purchase occasions, the first purchase included, within the last 14, 30,
/// 60, 91, 182 and 365 days up to the end of observation: `count` is 6. `mean_amount` is the mean amount of
/// all their occasions, NaN where amounts are not known.
///
/// Errors: `PARAMETER` for a history as there or an amount that is not from 0 to 1e50; `LENGTH` unless
/// `count` is 6; `VALUE` where a longer time holds fewer occasions, or one more than x + 1; `MISSING_COLUMN` where the amount is NaN
/// and the correction was learnt with amounts.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_expected_purchases(
    forecast: *const loyalty_forecast,
    x: u32,
    t_x: f64,
    T: f64,
    recent: *const u32,
    count: usize,
    mean_amount: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (forecast, history) = (borrow("forecast", forecast)?, History::new(x, t_x, T)?);
            let windows = <[u32; WINDOWS.len()]>::try_from(column("recent", recent, count)?);
            let windows = windows.map_err(|_| {
                Failure::from(Error::Length {
                    column: "recent".to_owned(),
                    expected: WINDOWS.len(),
                    got: count,
                })
            })?;
            let amount = (!mean_amount.is_nan()).then_some(mean_amount);
            let recent = Recent::new(windows, amount)?;
            put(out, forecast.0.expected_purchases(&history, &recent)?)
        })
    }
}

/// The same of every customer of a log, in the order of `loyalty_occasions_summarize` to the same end;
/// `observation_end` is NULL for the last order. `threads` is 0 for as many as the machine runs at once.
///
/// Errors: `EMPTY` where every order lies after the observation end; `UNIT` where the occasions have
/// another unit; `LENGTH` unless `length` is the number of customers of that summary; `MISSING_COLUMN`
/// where the correction was learnt with amounts and the log has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_expected_purchases_batch(
    forecast: *const loyalty_forecast,
    occasions: *const loyalty_occasions,
    observation_end: *const i64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (forecast, occasions) =
                (borrow("forecast", forecast)?, borrow("occasions", occasions)?);
            let end = observation_end.as_ref().copied();
            let (customers, activity) =
                (occasions.0.summarize(end, false)?, occasions.0.activity(end)?);
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            Ok(forecast.0.expected_purchases_into(&customers, &activity, out, threads)?)
        })
    }
}

/// Frees a forecast; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_free(forecast: *mut loyalty_forecast) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(forecast) }
}
