//! The Gamma-Gamma model: how much customers spend.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::Parameters;
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::parallel::Threads;
use loyalty_core::spend::{GammaGamma, SpendModel};

use crate::column::{copy_column, results};
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::fit::{self, loyalty_fit_facts, loyalty_fit_options};
use crate::handle::{borrow, fill, free, give, put, slot};
use crate::model_file;
use crate::summary::loyalty_summary;
use crate::text::read_text;
use crate::versioned;

/// A Gamma-Gamma model: a customer's purchases vary around a mean of his own.
///
/// Amounts of one customer are Gamma(p, rate nu), independent of how often he buys; over the
/// customers nu ~ Gamma(q, rate v).
///
/// Its parameters, in this order: p, q, v (in money), all above 0. At q <= 1 the mean over
/// customers is infinite.
///
/// Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025.
#[derive(Debug)]
pub struct loyalty_gamma_gamma {
    pub(crate) model: GammaGamma,
    /// The model again, with the facts of its fit, as it is saved.
    file: ModelFile,
}

impl From<GammaGamma> for loyalty_gamma_gamma {
    fn from(model: GammaGamma) -> Self {
        Self { model, file: model.into() }
    }
}

impl loyalty_gamma_gamma {
    fn load(path: &str) -> Result<Self, Error> {
        let file = ModelFile::read(path)?;
        match file.model {
            Model::GammaGamma(model) => Ok(Self { model, file }),
            other => Err(model_file::wrong_kind(path, &other, GammaGamma::KIND)),
        }
    }
}

/// A model with known parameters, all from 1e-50 to 1e50.
///
/// Errors: `PARAMETER`. Free with `loyalty_gamma_gamma_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_new(
    p: f64,
    q: f64,
    v: f64,
    out: *mut *mut loyalty_gamma_gamma,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, GammaGamma::new(p, q, v)?.into())) }
}

/// Fits the model by maximum likelihood to the customers with purchases behind their monetary
/// value. Those whose purchases were all free are left out, and counted in `facts->left_out`.
///
/// `options` and `facts` as in `loyalty_bg_nbd_fit`.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value; `DEGENERATE` where fewer than
/// two customers spent something or all spent the same; `PARAMETER` or `LENGTH` for options outside
/// their domain; `CANCELLED`; `NOT_CONVERGED` where `facts` is NULL. Free with
/// `loyalty_gamma_gamma_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_fit(
    summary: *const loyalty_summary,
    options: *const loyalty_fit_options,
    facts: *mut loyalty_fit_facts,
    out: *mut *mut loyalty_gamma_gamma,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (summary, options) = (borrow("summary", summary)?, versioned::read(options)?);
            let out = slot("out", out)?;
            let core = options.core()?;
            let fit = GammaGamma::fit_observed(&summary.0, &core, &mut options.observer())?;
            let file = ModelFile::from(&fit);
            let fitted = loyalty_gamma_gamma { model: fit::tell(facts, fit)?, file };
            fill(out, fitted);
            Ok(())
        })
    }
}

/// Loads a model file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds another kind of
/// model; `PARAMETER` where a parameter is outside its domain. Free with
/// `loyalty_gamma_gamma_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_load(
    path: *const c_char,
    out: *mut *mut loyalty_gamma_gamma,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_gamma_gamma::load(read_text("path", path)?)?)) }
}

/// Writes a model file, whole or not at all, with the facts of the fit. `path` is UTF-8. Loading it
/// gives a model that scores alike, to the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_save(
    model: *const loyalty_gamma_gamma,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.file.write(read_text("path", path)?)?)) }
}

/// Copies the parameters p, q, v; `length` must be 3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_parameters(
    model: *const loyalty_gamma_gamma,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(&borrow("model", model)?.model.values(), out, length)) }
}

/// How the parameters were found, for a model that was fitted, now or before it was saved.
///
/// Errors: `EMPTY` for a model given by its parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_fit_facts(
    model: *const loyalty_gamma_gamma,
    facts: *mut loyalty_fit_facts,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || model_file::report(&borrow("model", model)?.file, facts)) }
}

/// ln L of a summary under the model.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_log_likelihood(
    model: *const loyalty_gamma_gamma,
    summary: *const loyalty_summary,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            put(out, model.model.log_likelihood(&summary.0)?)
        })
    }
}

/// Expected amount per purchase of a customer whose `transactions` purchases had the mean amount
/// `mean`; with no purchase it is the mean of a new customer:
///
/// ```text
///     p (v + x mean) / (p x + q - 1),   x = transactions
/// ```
///
/// The purchases are those behind the monetary value: x, or x + 1 where it includes the first.
///
/// Errors: `PARAMETER` unless the mean is from 0 to 1e50; `INFINITE` where p x + q <= 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_expected_spend(
    model: *const loyalty_gamma_gamma,
    transactions: u32,
    mean: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || put(out, borrow("model", model)?.model.expected_spend(transactions, mean)?))
    }
}

/// `loyalty_gamma_gamma_expected_spend` of every customer of a summary, in row order. `threads` is
/// 0 for as many as the machine runs at once; the results are the same for every number.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value; `INFINITE` with the first row
/// where the mean is infinite; `LENGTH` unless `length` is `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_expected_spend_batch(
    model: *const loyalty_gamma_gamma,
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
            Ok(model.model.expected_spend_into(&summary.0, out, threads)?)
        })
    }
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_gamma_gamma_free(model: *mut loyalty_gamma_gamma) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
