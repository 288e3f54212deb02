//! Models of contracts, of any kind: who renews.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::contracts::{AnyContractModel, ContractModel, RenewalHorizon};
use loyalty_core::estimation::Parameters;
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;

use crate::column::{column, results};
use crate::contracts::loyalty_contracts;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::fit::{loyalty_fit, parameter_index};
use crate::fit_options::loyalty_fit_options;
use crate::handle::{borrow, fill, free, give, look, put, slot};
use crate::model::Fitted;
use crate::model_file::KeptInFile;
use crate::model_kind::contract_kind;
use crate::text::{put_text, read_text};
use crate::versioned;

/// A model of contracts: who renews and who leaves. It is of one of the kinds of
/// `loyalty_contract_kind`, and all functions go with all kinds; docs/models.md has the formulas.
///
/// Time is counted in renewals. Functions of one customer are about one who has renewed `renewals`
/// times and is still there; in those of all contracts, who has left has 0.
#[derive(Debug)]
pub struct loyalty_contract_model(pub(crate) Fitted<AnyContractModel>);

impl From<AnyContractModel> for loyalty_contract_model {
    fn from(model: AnyContractModel) -> Self {
        Self(model.into())
    }
}

/// A model with known parameters: `count` values in the order of its kind, which stands beside the
/// kind in `loyalty_contract_kind`.
///
/// Errors: `CHOICE` for an unknown kind; `LENGTH` unless `count` is the number of the kind's
/// parameters; `PARAMETER` for one outside its domain, from 1e-50 to 1e50 where it must be above 0.
/// Free with `loyalty_contract_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_new(
    kind: i32,
    values: *const f64,
    count: usize,
    out: *mut *mut loyalty_contract_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, values) = (contract_kind(kind)?, column("values", values, count)?);
            give(out, loyalty_contract_model::from(kind.build(values)?))
        })
    }
}

/// Fits a model of a `loyalty_contract_kind` by maximum likelihood.
///
/// `options` and `fit` as in `loyalty_purchase_model_fit`.
///
/// Errors: `CHOICE` for an unknown kind; `DEGENERATE` where nobody has left or nobody came up for a
/// second renewal; `PARAMETER` or `LENGTH` for options outside their domain; `CANCELLED`;
/// `NOT_CONVERGED` where `fit` is NULL. Free
/// with `loyalty_contract_model_free`, and the fit with `loyalty_fit_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_fit(
    kind: i32,
    contracts: *const loyalty_contracts,
    options: *const loyalty_fit_options,
    fit: *mut *mut loyalty_fit,
    out: *mut *mut loyalty_contract_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, contracts) = (contract_kind(kind)?, borrow("contracts", contracts)?);
            let (options, out) = (versioned::read(options)?, slot("out", out)?);
            let found = kind.fit(&contracts.0, &options.core()?, &mut options.observer())?;
            fill(out, loyalty_contract_model(Fitted::found(found, fit)?));
            Ok(())
        })
    }
}

impl KeptInFile for loyalty_contract_model {
    fn read(path: &str) -> Result<Self, Error> {
        Fitted::load(path, "contracts", of_contracts).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Fitted::from_bytes(bytes, "contracts", of_contracts).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes()
    }
}

/// Loads a model of any kind from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no model of contracts;
/// `PARAMETER` where a parameter is outside its domain. Free with `loyalty_contract_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_load(
    path: *const c_char,
    out: *mut *mut loyalty_contract_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_contract_model::read(read_text("path", path)?)?)) }
}

fn of_contracts(model: Model) -> Option<AnyContractModel> {
    match model {
        Model::Contract(model) => Some(model),
        _ => None,
    }
}

/// Writes a model file, whole or not at all, with the report of the fit. `path` is UTF-8. Loading it
/// gives a model that scores alike, to the last bit.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_save(
    model: *const loyalty_contract_model,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.0.save(read_text("path", path)?)?)) }
}

/// The model's kind, a number of `loyalty_contract_kind`; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_kind(model: *const loyalty_contract_model) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.kind().code().cast_signed()) }
}

/// The number of the model's parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_parameter_count(
    model: *const loyalty_contract_model,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.values().len()) }
}

/// Copies the name of a parameter, counted from 0, into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `PARAMETER` unless `index` is below `loyalty_contract_model_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_parameter_name(
    model: *const loyalty_contract_model,
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
/// Errors: `PARAMETER` unless `index` is below `loyalty_contract_model_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_parameter_value(
    model: *const loyalty_contract_model,
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
pub unsafe extern "C" fn loyalty_fit_of_contract_model(
    model: *const loyalty_contract_model,
    out: *mut *mut loyalty_fit,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || borrow("model", model)?.0.give_fit(out)) }
}

/// ln L of contracts under the model.
///
/// Errors: those of every function alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_log_likelihood(
    model: *const loyalty_contract_model,
    contracts: *const loyalty_contracts,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, contracts) = (borrow("model", model)?, borrow("contracts", contracts)?);
            put(out, model.0.model.log_likelihood(&contracts.0))
        })
    }
}

/// The probability that a customer makes the next `ahead` renewals; of new ones, by `renewals` 0, the
/// survival curve.
///
/// Errors: those of every function alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_survival(
    model: *const loyalty_contract_model,
    renewals: u32,
    ahead: u32,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || put(out, borrow("model", model)?.0.model.survival(renewals, ahead))) }
}

/// The probability that a customer leaves instead of renewing once more; over `renewals`, the churn curve.
///
/// Errors: those of every function alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_churn(
    model: *const loyalty_contract_model,
    renewals: u32,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || put(out, borrow("model", model)?.0.model.churn(renewals))) }
}

/// The renewals to come, discounted at `discount_rate` per renewal period to the next one, which counts
/// in full: the discounted expected residual lifetime (DERL). `periods` is how many renewals count, 0
/// for all. Times the margin of a period it is the value of a contract.
///
/// Errors: `PARAMETER` unless the rate is from 0 to below 1, and above 0 where all count, or for more than
/// 10000 periods.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_discounted_renewals(
    model: *const loyalty_contract_model,
    renewals: u32,
    periods: u32,
    discount_rate: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let horizon = horizon(periods, discount_rate)?;
            put(out, borrow("model", model)?.0.model.discounted_renewals(renewals, &horizon))
        })
    }
}

/// The discounted periods of a new customer, the first of which is paid at once: 1 + DERL / (1 +
/// `discount_rate`).
///
/// Errors: as `loyalty_contract_model_discounted_renewals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_discounted_lifetime(
    model: *const loyalty_contract_model,
    periods: u32,
    discount_rate: f64,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let horizon = horizon(periods, discount_rate)?;
            put(out, borrow("model", model)?.0.model.discounted_lifetime(&horizon))
        })
    }
}

/// Which renewals count; 0 periods for all.
fn horizon(periods: u32, discount_rate: f64) -> Result<RenewalHorizon, Error> {
    match periods {
        0 => RenewalHorizon::forever(discount_rate),
        _ => RenewalHorizon::within(periods, discount_rate),
    }
}

/// `loyalty_contract_model_survival` of every contract, in row order. `threads` is 0 for as many as the
/// machine runs at once; the results are the same for every number.
///
/// Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_survival_batch(
    model: *const loyalty_contract_model,
    contracts: *const loyalty_contracts,
    ahead: u32,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, contracts) = (borrow("model", model)?, borrow("contracts", contracts)?);
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            Ok(model.0.model.survival_into(&contracts.0, ahead, out, threads)?)
        })
    }
}

/// `loyalty_contract_model_churn` of every contract, in row order; `threads` as in the function above.
///
/// Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_churn_batch(
    model: *const loyalty_contract_model,
    contracts: *const loyalty_contracts,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, contracts) = (borrow("model", model)?, borrow("contracts", contracts)?);
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            Ok(model.0.model.churn_into(&contracts.0, out, threads)?)
        })
    }
}

/// The value of every contract's renewals to come, in row order: the margin of a period, one in `margin`
/// for all or `margins` of them for a row each, times
/// `loyalty_contract_model_discounted_renewals`; `threads` as above.
///
/// Errors: `LENGTH` unless `length` is `loyalty_contracts_len` and `margins` is that or 1; `VALUE` for a
/// margin that is not from -1e50 to 1e50; `PARAMETER` as that function.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_clv_batch(
    model: *const loyalty_contract_model,
    contracts: *const loyalty_contracts,
    margin: *const f64,
    margins: usize,
    periods: u32,
    discount_rate: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, contracts) = (borrow("model", model)?, borrow("contracts", contracts)?);
            let (horizon, margin) =
                (horizon(periods, discount_rate)?, column("margin", margin, margins)?);
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            Ok(model.0.model.clv_into(&contracts.0, margin, &horizon, out, threads)?)
        })
    }
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_free(model: *mut loyalty_contract_model) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
