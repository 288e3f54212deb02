//! Models of purchases, of any kind: when customers buy.

pub mod customer;

pub mod batch;

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::Parameters;
use loyalty_core::models::Model;
use loyalty_core::purchase::{AnyPurchaseModel, PurchaseModel};

use crate::code::{self, loyalty_unit};
use crate::column::column;
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

/// A model of purchases: when customers buy, and whether they still do. It is of one of the kinds of
/// `loyalty_purchase_kind`, and all functions go with all kinds; docs/models.md has the formulas.
///
/// A kind may lack a quantity, as a model in which nobody ever leaves has no P(alive). Then the
/// function fails with `UNAVAILABLE`; the functions' comments do not say so again.
#[derive(Debug)]
pub struct loyalty_purchase_model(pub(crate) Fitted<AnyPurchaseModel>);

impl From<AnyPurchaseModel> for loyalty_purchase_model {
    fn from(model: AnyPurchaseModel) -> Self {
        Self(model.into())
    }
}

/// A model with known parameters: `count` values in the order of its kind, which stands beside the
/// kind in `loyalty_purchase_kind`.
///
/// `unit` is the `loyalty_unit` that parameters in units of time are in: the model then refuses data in
/// another; `LOYALTY_UNIT_NONE` goes with any.
///
/// Errors: `CHOICE` for an unknown kind or unit; `LENGTH` unless `count` is the number of the kind's
/// parameters; `PARAMETER` for one outside its domain, from 1e-50 to 1e50 where it must be above 0.
/// Free with `loyalty_purchase_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_new(
    kind: i32,
    values: *const f64,
    count: usize,
    unit: i32,
    out: *mut *mut loyalty_purchase_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, unit) = (purchase_kind(kind)?, code::optional_unit(unit)?);
            let values = column("values", values, count)?;
            give(out, loyalty_purchase_model::from(kind.build(values, unit)?))
        })
    }
}

/// Fits a model of a `loyalty_purchase_kind` to a summary by maximum likelihood; it takes over the
/// summary's unit.
///
/// `options` may be NULL for the defaults. `fit` may be NULL, but then a fit that stopped short of a
/// maximum is an error (`NOT_CONVERGED`); with it, see `loyalty_fit_stop`.
///
/// Errors: `CHOICE` for an unknown kind; `DEGENERATE` where the data cannot determine the parameters,
/// as where nobody bought again; `PARAMETER` or `LENGTH` for options outside their domain; `CANCELLED`.
/// Free with `loyalty_purchase_model_free`, and the fit with `loyalty_fit_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_fit(
    kind: i32,
    summary: *const loyalty_summary,
    options: *const loyalty_fit_options,
    fit: *mut *mut loyalty_fit,
    out: *mut *mut loyalty_purchase_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, summary) = (purchase_kind(kind)?, borrow("summary", summary)?);
            let (options, out) = (versioned::read(options)?, slot("out", out)?);
            let found = kind.fit(&summary.0, &options.core()?, &mut options.observer())?;
            fill(out, loyalty_purchase_model(Fitted::found(found, fit)?));
            Ok(())
        })
    }
}

impl KeptInFile for loyalty_purchase_model {
    fn read(path: &str) -> Result<Self, Error> {
        Fitted::load(path, "purchases", of_purchases).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Fitted::from_bytes(bytes, "purchases", of_purchases).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }
}

/// Loads a model of any kind from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no model of
/// purchases; `PARAMETER` where a parameter is outside its domain, `CHOICE` where its unit is none. Free with
/// `loyalty_purchase_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_load(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_purchase_model::read(read_text("path", path)?)?)) }
}

fn of_purchases(model: Model) -> Option<AnyPurchaseModel> {
    match model {
        Model::Purchase(model) => Some(model),
        _ => None,
    }
}

/// Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it
/// gives a model that scores alike, to the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_save(
    model: *const loyalty_purchase_model,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.0.save(read_text("path", path)?)?)) }
}

/// The model's kind, a number of `loyalty_purchase_kind`; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_kind(model: *const loyalty_purchase_model) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.kind().code().cast_signed()) }
}

/// The unit of time; `LOYALTY_UNIT_NONE` where none is declared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_unit(
    model: *const loyalty_purchase_model,
) -> loyalty_unit {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| code::of_unit(model.0.model.unit())) }
}

/// The number of the model's parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_parameter_count(
    model: *const loyalty_purchase_model,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.values().len()) }
}

/// Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_purchase_model_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_parameter_name(
    model: *const loyalty_purchase_model,
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
/// Errors: `PARAMETER` unless `index` is below `loyalty_purchase_model_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_parameter_value(
    model: *const loyalty_purchase_model,
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
pub unsafe extern "C" fn loyalty_fit_of_purchase_model(
    model: *const loyalty_purchase_model,
    out: *mut *mut loyalty_fit,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || borrow("model", model)?.0.give_fit(out)) }
}

/// ln L of a summary under the model.
///
/// Errors: `UNIT` where the summary is in another unit than the model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_log_likelihood(
    model: *const loyalty_purchase_model,
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

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_free(model: *mut loyalty_purchase_model) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
