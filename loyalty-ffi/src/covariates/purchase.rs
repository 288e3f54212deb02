//! Models of purchases with covariates: how they are fitted, kept and looked at.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::Parameters;
use loyalty_core::models::Model;
use loyalty_core::purchase::PurchaseWithCovariates;

use super::roles::loyalty_covariate_roles;
use super::{column_name, loyalty_covariates};
use crate::code::{self, loyalty_unit};
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::fit::{loyalty_fit, parameter_index};
use crate::fit_options::loyalty_fit_options;
use crate::handle::{borrow, fill, free, give, look, put, slot};
use crate::model::Fitted;
use crate::model_file::KeptInFile;
use crate::model_kind::purchase_kind;
use crate::summary::loyalty_summary;
use crate::text::{put_text, read_text};
use crate::versioned;

/// A model of purchases in which what is known of a customer moves how often they buy and how soon they
/// leave; docs/models.md has the formulas.
///
/// Its functions take the columns that it has learnt from, by name, in any order and among others. They
/// fail with `UNIT` where the summary is in another unit than the model, with `LENGTH` unless covariates
/// and results are as many as the summary's customers, with `MISSING_COLUMN` where a column is missing, with
/// `TYPE` where it holds text for numbers or the reverse, with `VALUE` for a level that was not learnt or
/// covariates that move a parameter out of its domain. `threads` is 0 for as many as the machine runs at
/// once; the results are the same for every number.
#[derive(Debug)]
pub struct loyalty_purchase_with_covariates(pub(crate) Fitted<PurchaseWithCovariates>);

/// Fits a model of a `loyalty_purchase_kind` to a summary and what is known of its customers, row by row, by
/// maximum likelihood: `LOYALTY_PURCHASE_KIND_PARETO_NBD`, `…_BG_NBD` or `…_MBG_NBD`. It takes over the
/// summary's unit.
///
/// `roles` may be NULL: every column acts on purchases and on dropout. `options` may be NULL for the defaults; a
/// prior of a coefficient is `LOYALTY_DENSITY_NORMAL` and named as the coefficient is. `fit` may be NULL, but
/// then a fit that stopped short of a maximum is an error (`NOT_CONVERGED`); with it, see `loyalty_fit_stop`.
///
/// Errors: `CHOICE` for an unknown kind, one that takes no covariates, or a prior that does not go with its
/// parameter; `LENGTH` where covariates and summary differ in length, or for a `start` of another length than
/// the parameters; `MISSING_COLUMN` for a column that is not there, has one value only, follows from others, or
/// is both shared and not; `EMPTY` where none acts on anything; `DEGENERATE` where nobody bought again;
/// `PARAMETER` for options outside their domain, among them any `penalizer`; `CANCELLED`. Free with
/// `loyalty_purchase_with_covariates_free`, and the fit with `loyalty_fit_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_fit(
    kind: i32,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    roles: *const loyalty_covariate_roles,
    options: *const loyalty_fit_options,
    fit: *mut *mut loyalty_fit,
    out: *mut *mut loyalty_purchase_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, summary) = (purchase_kind(kind)?, borrow("summary", summary)?);
            let (covariates, out) = (borrow("covariates", covariates)?, slot("out", out)?);
            let (roles, options) = (versioned::read(roles)?.core()?, versioned::read(options)?);
            let found = PurchaseWithCovariates::fit_observed(
                kind,
                &summary.0,
                &covariates.0,
                &roles,
                &options.core()?,
                &mut options.observer(),
            )?;
            fill(out, loyalty_purchase_with_covariates(Fitted::found(found, fit)?));
            Ok(())
        })
    }
}

const FAMILY: &str = "purchases with covariates";

fn of_family(model: Model) -> Option<PurchaseWithCovariates> {
    match model {
        Model::PurchaseWithCovariates(model) => Some(model),
        _ => None,
    }
}

impl KeptInFile for loyalty_purchase_with_covariates {
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

/// Loads a model of purchases with covariates from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no such model;
/// `PARAMETER` where a parameter is outside its domain, `CHOICE` where its unit is none. Free with `loyalty_purchase_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_load(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            give(out, loyalty_purchase_with_covariates::read(read_text("path", path)?)?)
        })
    }
}

/// Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it gives a
/// model that scores alike, to the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_save(
    model: *const loyalty_purchase_with_covariates,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.0.save(read_text("path", path)?)?)) }
}

/// The kind of model that its customers follow, a number of `loyalty_purchase_kind`; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_kind(
    model: *const loyalty_purchase_with_covariates,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.kind().code().cast_signed()) }
}

/// The unit of time; `LOYALTY_UNIT_NONE` where none is declared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_unit(
    model: *const loyalty_purchase_with_covariates,
) -> loyalty_unit {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| code::of_unit(model.0.model.unit())) }
}

/// The number of columns that the model has learnt from, which scoring needs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_column_count(
    model: *const loyalty_purchase_with_covariates,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.columns().count()) }
}

/// Copies the name of a column that the model has learnt from, counted from 0, into `buffer` and stores its
/// full length in `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_purchase_with_covariates_column_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_column_name(
    model: *const loyalty_purchase_with_covariates,
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
pub unsafe extern "C" fn loyalty_purchase_with_covariates_parameter_count(
    model: *const loyalty_purchase_with_covariates,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.values().len()) }
}

/// Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above. Coefficients are called `purchase:age` (of a number),
/// `dropout:channel=web` (of a level against the most frequent one), `shared:…`.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_purchase_with_covariates_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_parameter_name(
    model: *const loyalty_purchase_with_covariates,
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
/// Errors: `PARAMETER` unless `index` is below `loyalty_purchase_with_covariates_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_parameter_value(
    model: *const loyalty_purchase_with_covariates,
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
pub unsafe extern "C" fn loyalty_fit_of_purchase_with_covariates(
    model: *const loyalty_purchase_with_covariates,
    out: *mut *mut loyalty_fit,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || borrow("model", model)?.0.give_fit(out)) }
}

/// ln L of a summary and what is known of its customers under the model.
///
/// Errors: as the functions of `loyalty_purchase_with_covariates`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_log_likelihood(
    model: *const loyalty_purchase_with_covariates,
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

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_free(
    model: *mut loyalty_purchase_with_covariates,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
