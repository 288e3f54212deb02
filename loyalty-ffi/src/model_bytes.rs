//! Models from memory: what their files hold, from wherever a program keeps it.
//!
//! The functions of C are all alike; cbindgen reads no macros, so each stands here.

use crate::behaviours::loyalty_behaviours;
use crate::column::column;
use crate::contract_model::loyalty_contract_model;
use crate::covariate_posterior::purchase::loyalty_purchase_posterior_with_covariates;
use crate::covariate_posterior::spend::loyalty_spend_posterior_with_covariates;
use crate::covariates::purchase::loyalty_purchase_with_covariates;
use crate::covariates::spend::loyalty_spend_with_covariates;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::forecast::loyalty_forecast;
use crate::handle::{borrow, free, give};
use crate::ledger_basis::loyalty_ledger_basis;
use crate::model_file::KeptInFile;
use crate::posterior::{loyalty_purchase_posterior, loyalty_spend_posterior};
use crate::purchase_model::loyalty_purchase_model;
use crate::return_propensity::loyalty_return_propensity;
use crate::spend_model::loyalty_spend_model;

/// Bytes that the library has made. Immutable.
#[derive(Debug)]
pub struct loyalty_bytes(Vec<u8>);

/// The first of the bytes, valid until the object is freed; NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bytes_data(bytes: *const loyalty_bytes) -> *const u8 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { bytes.as_ref() }.map_or(std::ptr::null(), |bytes| bytes.0.as_ptr())
}

/// How many there are; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bytes_length(bytes: *const loyalty_bytes) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { bytes.as_ref() }.map_or(0, |bytes| bytes.0.len())
}

/// Frees bytes; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_bytes_free(bytes: *mut loyalty_bytes) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(bytes) }
}

/// # Safety
/// `bytes` is readable for `length` bytes, `out` is NULL or writable.
unsafe fn read<T: KeptInFile>(
    bytes: *const u8,
    length: usize,
    out: *mut *mut T,
) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    unsafe { give(out, T::from_bytes(column("bytes", bytes, length)?)?) }
}

/// # Safety
/// `model` is NULL or a live object of this library, `out` is NULL or writable.
unsafe fn write<T: KeptInFile>(
    name: &'static str,
    model: *const T,
    out: *mut *mut loyalty_bytes,
) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    unsafe { give(out, loyalty_bytes(borrow(name, model)?.to_bytes())) }
}

/// Makes a model of purchases of any kind of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_purchase_model_load`; messages name no file. Free with `loyalty_purchase_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_purchase_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a model of purchases holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_to_bytes(
    model: *const loyalty_purchase_model,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("model", model, out)) }
}

/// Makes a model of spend of any kind of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_spend_model_load`; messages name no file. Free with `loyalty_spend_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_spend_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a model of spend holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_to_bytes(
    model: *const loyalty_spend_model,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("model", model, out)) }
}

/// Makes a model of contracts of any kind of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_contract_model_load`; messages name no file. Free with `loyalty_contract_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_contract_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a model of contracts holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_to_bytes(
    model: *const loyalty_contract_model,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("model", model, out)) }
}

/// Makes a model of purchases with covariates of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_purchase_with_covariates_load`; messages name no file. Free with `loyalty_purchase_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_purchase_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a model of purchases with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_to_bytes(
    model: *const loyalty_purchase_with_covariates,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("model", model, out)) }
}

/// Makes a model of spend with covariates of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_spend_with_covariates_load`; messages name no file. Free with `loyalty_spend_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_spend_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a model of spend with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_to_bytes(
    model: *const loyalty_spend_with_covariates,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("model", model, out)) }
}

/// Makes a posterior of a model of purchases of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_purchase_posterior_load`; messages name no file. Free with `loyalty_purchase_posterior_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_purchase_posterior,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a posterior of a model of purchases holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_to_bytes(
    posterior: *const loyalty_purchase_posterior,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("posterior", posterior, out)) }
}

/// Makes a posterior of a model of spend of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_spend_posterior_load`; messages name no file. Free with `loyalty_spend_posterior_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_spend_posterior,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a posterior of a model of spend holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_to_bytes(
    posterior: *const loyalty_spend_posterior,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("posterior", posterior, out)) }
}

/// Makes a posterior of a model of purchases with covariates of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_purchase_posterior_with_covariates_load`; messages name no file. Free with
/// `loyalty_purchase_posterior_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_with_covariates_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_purchase_posterior_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a posterior of a model of purchases with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_with_covariates_to_bytes(
    posterior: *const loyalty_purchase_posterior_with_covariates,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("posterior", posterior, out)) }
}

/// Makes a posterior of a model of spend with covariates of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_spend_posterior_with_covariates_load`; messages name no file. Free with
/// `loyalty_spend_posterior_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_spend_posterior_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a posterior of a model of spend with covariates holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_to_bytes(
    posterior: *const loyalty_spend_posterior_with_covariates,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("posterior", posterior, out)) }
}

/// Makes a forecast of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_forecast_load`; messages name no file. Free with `loyalty_forecast_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_forecast,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a forecast holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_to_bytes(
    forecast: *const loyalty_forecast,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("forecast", forecast, out)) }
}

/// Makes a return propensity with its state of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_return_propensity_load`; messages name no file. Free with `loyalty_return_propensity_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_return_propensity,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a return propensity with its state holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_to_bytes(
    model: *const loyalty_return_propensity,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("model", model, out)) }
}

/// The same in the compact encoding; see `loyalty_return_propensity_save_compact`.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_to_compact_bytes(
    model: *const loyalty_return_propensity,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_bytes(borrow("model", model)?.0.to_compact()))) }
}

/// Makes a model of behaviours of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_behaviours_load`; messages name no file. Free with `loyalty_behaviours_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_behaviours,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of a model of behaviours holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_to_bytes(
    model: *const loyalty_behaviours,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("model", model, out)) }
}

/// Makes the basis of a ledger of `length` bytes that its file holds, from wherever the program keeps them.
///
/// Errors: as `loyalty_ledger_basis_load`; messages name no file. Free with `loyalty_ledger_basis_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_basis_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut loyalty_ledger_basis,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || read(bytes, length, out)) }
}

/// What the file of such a basis holds, to be kept elsewhere: JSON, as docs/model-file.md has it.
///
/// Errors: none of its own. Free with `loyalty_bytes_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_basis_to_bytes(
    basis: *const loyalty_ledger_basis,
    out: *mut *mut loyalty_bytes,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || write("basis", basis, out)) }
}
