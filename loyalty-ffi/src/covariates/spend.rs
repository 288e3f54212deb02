//! Models of spend with covariates.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::Parameters;
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::spend::SpendWithCovariates;

use super::roles::loyalty_covariate_roles;
use super::{column_name, loyalty_covariates};
use crate::column::results;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::fit::{loyalty_fit, parameter_index};
use crate::fit_options::loyalty_fit_options;
use crate::handle::{borrow, fill, free, give, look, put, slot};
use crate::model::Fitted;
use crate::model_file::KeptInFile;
use crate::summary::loyalty_summary;
use crate::text::{put_text, read_text};
use crate::versioned;

/// A Gamma-Gamma in which what is known of a customer moves how much they spend; docs/models.md
/// has the formulas.
#[derive(Debug)]
pub struct loyalty_spend_with_covariates(pub(crate) Fitted<SpendWithCovariates>);

/// Fits a Gamma-Gamma by maximum likelihood to the customers with purchases behind their monetary value and
/// what is known of them, row by row. Those whose purchases were all free are left out; see
/// `loyalty_fit_left_out`.
///
/// `roles` may be NULL: every column acts on spend; otherwise `roles->purchase` names those that do. `options`
/// and `fit` as in `loyalty_purchase_with_covariates_fit`.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value, and for a column that is not there, has one
/// value only, follows from others, or is to act on dropout; `EMPTY` where none acts on spend; `LENGTH` where
/// covariates and summary differ in length, or for a `start` of another length than the parameters;
/// `DEGENERATE` where fewer than two customers spent something or all spent the same; `CHOICE` for a prior that
/// does not go with its parameter; `PARAMETER` for options outside their domain, among them any `penalizer`;
/// `CANCELLED`; `NOT_CONVERGED` where `fit` is NULL. Free with `loyalty_spend_with_covariates_free`, and the
/// fit with `loyalty_fit_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_fit(
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    roles: *const loyalty_covariate_roles,
    options: *const loyalty_fit_options,
    fit: *mut *mut loyalty_fit,
    out: *mut *mut loyalty_spend_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (summary, covariates) =
                (borrow("summary", summary)?, borrow("covariates", covariates)?);
            let (roles, options) = (versioned::read(roles)?.core()?, versioned::read(options)?);
            let (out, core) = (slot("out", out)?, options.core()?);
            let found = SpendWithCovariates::fit_observed(
                &summary.0,
                &covariates.0,
                &roles,
                &core,
                &mut options.observer(),
            )?;
            fill(out, loyalty_spend_with_covariates(Fitted::found(found, fit)?));
            Ok(())
        })
    }
}

const FAMILY: &str = "spend with covariates";

fn of_family(model: Model) -> Option<SpendWithCovariates> {
    match model {
        Model::SpendWithCovariates(model) => Some(model),
        _ => None,
    }
}

impl KeptInFile for loyalty_spend_with_covariates {
    fn read(path: &str) -> Result<Self, Error> {
        Fitted::load(path, FAMILY, of_family).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Fitted::from_bytes(bytes, FAMILY, of_family).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }
}

/// Loads a model of spend with covariates from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no such model;
/// `PARAMETER` where a parameter is outside its domain. Free with `loyalty_spend_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_load(
    path: *const c_char,
    out: *mut *mut loyalty_spend_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || give(out, loyalty_spend_with_covariates::read(read_text("path", path)?)?))
    }
}

/// Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it gives a
/// model that scores alike, to the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_save(
    model: *const loyalty_spend_with_covariates,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.0.save(read_text("path", path)?)?)) }
}

/// The number of columns that the model has learnt from, which scoring needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_column_count(
    model: *const loyalty_spend_with_covariates,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.columns().count()) }
}

/// Copies the name of a column that the model has learnt from, counted from 0, into `buffer` and stores its
/// full length in `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_spend_with_covariates_column_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_column_name(
    model: *const loyalty_spend_with_covariates,
    index: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let name = column_name(borrow("model", model)?.0.model.columns(), index)?;
            put_text(name, buffer, length, full_length);
            Ok(())
        })
    }
}

/// The number of the model's parameters: those of a customer whose covariates are all 0, then a coefficient for
/// each feature of each acting column.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_parameter_count(
    model: *const loyalty_spend_with_covariates,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.values().len()) }
}

/// Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above. Coefficients are called `spend:age` (of a number) and
/// `spend:channel=web` (of a level against the most frequent one).
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_spend_with_covariates_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_parameter_name(
    model: *const loyalty_spend_with_covariates,
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

/// The value of a parameter, counted from 0; of a coefficient, for a step of 1 of the column as it is.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_spend_with_covariates_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_parameter_value(
    model: *const loyalty_spend_with_covariates,
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
/// Errors: `EMPTY` for a model whose file has no report of a fit. Free with `loyalty_fit_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_of_spend_with_covariates(
    model: *const loyalty_spend_with_covariates,
    out: *mut *mut loyalty_fit,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || borrow("model", model)?.0.give_fit(out)) }
}

/// ln L of a summary and what is known of its customers under the model.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value; `DEGENERATE` where fewer than two
/// customers spent something; of covariates as the functions of `loyalty_purchase_with_covariates`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_log_likelihood(
    model: *const loyalty_spend_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            let covariates = borrow("covariates", covariates)?;
            put(out, model.0.model.log_likelihood(&summary.0, &covariates.0)?)
        })
    }
}

/// The expected amount per purchase of each customer; see `loyalty_spend_model_expected_spend_batch`, and
/// `loyalty_purchase_with_covariates` for what is asked of the covariates.
///
/// Errors: as both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_expected_spend(
    model: *const loyalty_spend_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            let covariates = borrow("covariates", covariates)?;
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            let model = &model.0.model;
            Ok(model.expected_spend_into(&summary.0, &covariates.0, out, threads)?)
        })
    }
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_free(
    model: *mut loyalty_spend_with_covariates,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
