//! The BG/NBD model: when customers buy.

pub mod predict;

pub mod future;

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::Parameters;
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::purchase::{BgNbd, PurchaseModel};

use crate::code::{self, loyalty_unit};
use crate::column::copy_column;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::fit::{self, loyalty_fit_facts, loyalty_fit_options};
use crate::handle::{borrow, fill, free, give, look, put, slot};
use crate::model_file;
use crate::summary::loyalty_summary;
use crate::text::read_text;
use crate::versioned;

/// A BG/NBD model: customers buy at random times at a rate of their own, and after every purchase
/// may leave for good, with a probability of their own.
///
/// While alive, a customer makes Poisson purchases at rate lambda; after each purchase he drops out
/// with probability p. Over the customers lambda ~ Gamma(r, rate alpha) and p ~ Beta(a, b),
/// independently. A customer who never bought again is alive by definition.
///
/// Its parameters, in this order: r, alpha (in time units), a, b, all above 0.
///
/// Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2),
/// 275-284.
#[derive(Debug)]
pub struct loyalty_bg_nbd {
    pub(crate) model: BgNbd,
    /// The model again, with the facts of its fit, as it is saved.
    file: ModelFile,
}

impl From<BgNbd> for loyalty_bg_nbd {
    fn from(model: BgNbd) -> Self {
        Self { model, file: model.into() }
    }
}

impl loyalty_bg_nbd {
    fn load(path: &str) -> Result<Self, Error> {
        let file = ModelFile::read(path)?;
        match file.model {
            Model::BgNbd(model) => Ok(Self { model, file }),
            other => Err(model_file::wrong_kind(path, &other, BgNbd::KIND)),
        }
    }
}

/// A model with known parameters, all from 1e-50 to 1e50. `unit` is the `loyalty_unit` that alpha
/// is in: the model then refuses data in another; `LOYALTY_UNIT_NONE` goes with any.
///
/// Errors: `PARAMETER`, or `CHOICE` for an unknown unit. Free with `loyalty_bg_nbd_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_new(
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
    unit: i32,
    out: *mut *mut loyalty_bg_nbd,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let unit = code::optional_unit(unit)?;
            give(out, BgNbd::new(r, alpha, a, b)?.with_unit(unit).into())
        })
    }
}

/// Fits the model to a summary by maximum likelihood; it takes over the summary's unit.
///
/// `options` may be NULL for the defaults. `facts` may be NULL, but then a fit that stopped short
/// of a maximum is an error (`NOT_CONVERGED`); with it, see `facts->stop`.
///
/// Errors: `DEGENERATE` where nobody bought again; `PARAMETER` or `LENGTH` for options outside
/// their domain; `CANCELLED`. Free with `loyalty_bg_nbd_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_fit(
    summary: *const loyalty_summary,
    options: *const loyalty_fit_options,
    facts: *mut loyalty_fit_facts,
    out: *mut *mut loyalty_bg_nbd,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (summary, options) = (borrow("summary", summary)?, versioned::read(options)?);
            let out = slot("out", out)?;
            let core = options.core()?;
            let fit = BgNbd::fit_observed(&summary.0, &core, &mut options.observer())?;
            let file = ModelFile::from(&fit);
            let fitted = loyalty_bg_nbd { model: fit::tell(facts, fit)?, file };
            fill(out, fitted);
            Ok(())
        })
    }
}

/// Loads a model file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds another kind of
/// model; `PARAMETER` where a parameter is outside its domain. Free with `loyalty_bg_nbd_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_load(
    path: *const c_char,
    out: *mut *mut loyalty_bg_nbd,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_bg_nbd::load(read_text("path", path)?)?)) }
}

/// Writes a model file, whole or not at all, with the facts of the fit. `path` is UTF-8. Loading it
/// gives a model that scores alike, to the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_save(
    model: *const loyalty_bg_nbd,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.file.write(read_text("path", path)?)?)) }
}

/// Copies the parameters r, alpha, a, b; `length` must be 4.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_parameters(
    model: *const loyalty_bg_nbd,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(&borrow("model", model)?.model.values(), out, length)) }
}

/// The unit of time; `LOYALTY_UNIT_NONE` where none is declared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_unit(model: *const loyalty_bg_nbd) -> loyalty_unit {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| code::of_unit(model.model.unit())) }
}

/// How the parameters were found, for a model that was fitted, now or before it was saved.
///
/// Errors: `EMPTY` for a model given by its parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_fit_facts(
    model: *const loyalty_bg_nbd,
    facts: *mut loyalty_fit_facts,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || model_file::report(&borrow("model", model)?.file, facts)) }
}

/// ln L of a summary under the model.
///
/// Errors: `UNIT` where the summary is in another unit than the model.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_log_likelihood(
    model: *const loyalty_bg_nbd,
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

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bg_nbd_free(model: *mut loyalty_bg_nbd) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
