//! Models of spend, of any kind: how much customers spend.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::Parameters;
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::spend::{AnySpendModel, SpendModel};

use crate::column::{column, results};
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::fit::{loyalty_fit, parameter_index};
use crate::fit_options::loyalty_fit_options;
use crate::handle::{borrow, fill, free, give, look, put, slot};
use crate::model::Fitted;
use crate::model_file::KeptInFile;
use crate::model_kind::spend_kind;
use crate::summary::loyalty_summary;
use crate::text::{put_text, read_text};
use crate::versioned;

/// A model of spend: the amounts of a customer's purchases. It is of one of the kinds of
/// `loyalty_spend_kind`, and all functions go with all kinds; docs/models.md has the formulas.
///
/// A kind may lack a quantity. Then the function fails with `UNAVAILABLE`; the functions' comments do
/// not say so again.
#[derive(Debug)]
pub struct loyalty_spend_model(pub(crate) Fitted<AnySpendModel>);

impl From<AnySpendModel> for loyalty_spend_model {
    fn from(model: AnySpendModel) -> Self {
        Self(model.into())
    }
}

/// A model with known parameters: `count` values in the order of its kind, which stands beside the
/// kind in `loyalty_spend_kind`.
///
/// Errors: `CHOICE` for an unknown kind; `LENGTH` unless `count` is the number of the kind's
/// parameters; `PARAMETER` for one outside its domain, from 1e-50 to 1e50 where it must be above 0.
/// Free with `loyalty_spend_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_new(
    kind: i32,
    values: *const f64,
    count: usize,
    out: *mut *mut loyalty_spend_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, values) = (spend_kind(kind)?, column("values", values, count)?);
            give(out, loyalty_spend_model::from(kind.build(values)?))
        })
    }
}

/// Fits a model of a `loyalty_spend_kind` by maximum likelihood to the customers with purchases behind
/// their monetary value. Those whose purchases were all free are left out; see `loyalty_fit_left_out`.
///
/// `options` and `fit` as in `loyalty_purchase_model_fit`.
///
/// Errors: `CHOICE` for an unknown kind; `MISSING_COLUMN` where the summary has no monetary value;
/// `DEGENERATE` where fewer than two customers spent something or all spent the same; `PARAMETER` or
/// `LENGTH` for options outside their domain; `CANCELLED`; `NOT_CONVERGED` where `fit` is NULL. Free
/// with `loyalty_spend_model_free`, and the fit with `loyalty_fit_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_fit(
    kind: i32,
    summary: *const loyalty_summary,
    options: *const loyalty_fit_options,
    fit: *mut *mut loyalty_fit,
    out: *mut *mut loyalty_spend_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, summary) = (spend_kind(kind)?, borrow("summary", summary)?);
            let (options, out) = (versioned::read(options)?, slot("out", out)?);
            let found = kind.fit(&summary.0, &options.core()?, &mut options.observer())?;
            fill(out, loyalty_spend_model(Fitted::found(found, fit)?));
            Ok(())
        })
    }
}

impl KeptInFile for loyalty_spend_model {
    fn read(path: &str) -> Result<Self, Error> {
        Fitted::load(path, "spend", of_spend).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Fitted::from_bytes(bytes, "spend", of_spend).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }
}

/// Loads a model of any kind from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no model of spend;
/// `PARAMETER` where a parameter is outside its domain. Free with `loyalty_spend_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_load(
    path: *const c_char,
    out: *mut *mut loyalty_spend_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_spend_model::read(read_text("path", path)?)?)) }
}

fn of_spend(model: Model) -> Option<AnySpendModel> {
    match model {
        Model::Spend(model) => Some(model),
        _ => None,
    }
}

/// Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it
/// gives a model that scores alike, to the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_save(
    model: *const loyalty_spend_model,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.0.save(read_text("path", path)?)?)) }
}

/// The model's kind, a number of `loyalty_spend_kind`; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_kind(model: *const loyalty_spend_model) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.kind().code().cast_signed()) }
}

/// The number of the model's parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_parameter_count(
    model: *const loyalty_spend_model,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.values().len()) }
}

/// Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_spend_model_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_parameter_name(
    model: *const loyalty_spend_model,
    index: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let layout = borrow("model", model)?.0.model.layout();
            let parameter = &layout[parameter_index(index, layout.len())?];
            put_text(&parameter.name, buffer, length, full_length);
            Ok(())
        })
    }
}

/// The value of a parameter, counted from 0.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_spend_model_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_parameter_value(
    model: *const loyalty_spend_model,
    index: usize,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let values = borrow("model", model)?.0.model.values();
            put(out, values[parameter_index(index, values.len())?])
        })
    }
}

/// What the fit says of itself, for a model that was fitted, now or before it was saved.
///
/// Errors: `EMPTY` for a model given by its parameters. Free with `loyalty_fit_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_of_spend_model(
    model: *const loyalty_spend_model,
    out: *mut *mut loyalty_fit,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || borrow("model", model)?.0.give_fit(out)) }
}

/// ln L of a summary under the model.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_log_likelihood(
    model: *const loyalty_spend_model,
    summary: *const loyalty_summary,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            put(out, model.0.model.log_likelihood(&summary.0)?)
        })
    }
}

/// Expected amount per purchase of a customer whose `transactions` purchases had the mean amount
/// `mean`; with no purchase it is the mean of a new customer.
///
/// The purchases are those behind the monetary value: x, or x + 1 where it includes the first.
///
/// Errors: `PARAMETER` unless the mean is from 0 to 1e50; `INFINITE` where the
/// model has no finite mean for so few purchases.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_expected_spend(
    model: *const loyalty_spend_model,
    transactions: u32,
    mean: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            put(out, borrow("model", model)?.0.model.expected_spend(transactions, mean)?)
        })
    }
}

/// `loyalty_spend_model_expected_spend` of every customer of a summary, in row order. `threads` is
/// 0 for as many as the machine runs at once; the results are the same for every number.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value; `INFINITE` with the first row
/// where the mean is infinite; `LENGTH` unless `length` is `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_expected_spend_batch(
    model: *const loyalty_spend_model,
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
            Ok(model.0.model.expected_spend_into(&summary.0, out, threads)?)
        })
    }
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_free(model: *mut loyalty_spend_model) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
