//! Which handle a model file is for.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::behaviours::BehaviourModel;
use loyalty_core::contracts::ContractKind;
use loyalty_core::estimation::Posterior;
use loyalty_core::files::{model_kind, model_kind_of, text_of};
use loyalty_core::forecast::AnchoredForecast;
use loyalty_core::ledger::LedgerBasis;
use loyalty_core::models::Model;
use loyalty_core::purchase::PurchaseKind;
use loyalty_core::returns::ReturnPropensity;
use loyalty_core::spend::SpendKind;

use crate::column::column;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::put;
use crate::text::{put_text, read_text};

/// Which handle a model file is for. Later versions may add numbers.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_model_kind {
    /// None of this library: a single behaviour, a posterior of contracts, or a kind of a later version.
    Other = 0,
    /// `loyalty_purchase_model`.
    PurchaseModel = 1,
    /// `loyalty_spend_model`.
    SpendModel = 2,
    /// `loyalty_contract_model`.
    ContractModel = 3,
    /// `loyalty_purchase_with_covariates`.
    PurchaseWithCovariates = 4,
    /// `loyalty_spend_with_covariates`.
    SpendWithCovariates = 5,
    /// `loyalty_purchase_posterior`.
    PurchasePosterior = 6,
    /// `loyalty_spend_posterior`.
    SpendPosterior = 7,
    /// `loyalty_forecast`.
    Forecast = 8,
    /// `loyalty_return_propensity`.
    ReturnPropensity = 9,
    /// `loyalty_behaviours`.
    Behaviours = 10,
    /// `loyalty_ledger_basis`.
    LedgerBasis = 11,
    /// `loyalty_purchase_posterior_with_covariates`.
    PurchasePosteriorWithCovariates = 12,
    /// `loyalty_spend_posterior_with_covariates`.
    SpendPosteriorWithCovariates = 13,
}

/// How the kinds of models with covariates end.
const WITH_COVARIATES: &str = "-with-covariates";

/// The handle of a kind; `posterior` tells the model of one that is of a posterior.
fn handle_of(
    kind: &str,
    posterior: impl FnOnce() -> Result<Posterior<Model>, Error>,
) -> Result<loyalty_model_kind, Error> {
    let known = |family: &str| {
        if family.parse::<PurchaseKind>().is_ok() {
            [loyalty_model_kind::PurchaseModel, loyalty_model_kind::PurchaseWithCovariates]
        } else if family.parse::<SpendKind>().is_ok() {
            [loyalty_model_kind::SpendModel, loyalty_model_kind::SpendWithCovariates]
        } else if family.parse::<ContractKind>().is_ok() {
            [loyalty_model_kind::ContractModel, loyalty_model_kind::Other]
        } else {
            [loyalty_model_kind::Other; 2]
        }
    };
    Ok(match kind {
        AnchoredForecast::KIND => loyalty_model_kind::Forecast,
        ReturnPropensity::KIND => loyalty_model_kind::ReturnPropensity,
        BehaviourModel::KIND => loyalty_model_kind::Behaviours,
        LedgerBasis::KIND => loyalty_model_kind::LedgerBasis,
        Posterior::<Model>::KIND => match posterior()?.mode().model {
            Model::Purchase(_) => loyalty_model_kind::PurchasePosterior,
            Model::Spend(_) => loyalty_model_kind::SpendPosterior,
            Model::PurchaseWithCovariates(_) => loyalty_model_kind::PurchasePosteriorWithCovariates,
            Model::SpendWithCovariates(_) => loyalty_model_kind::SpendPosteriorWithCovariates,
            _ => loyalty_model_kind::Other,
        },
        kind => match kind.strip_suffix(WITH_COVARIATES) {
            Some(base) => known(base)[1],
            None => known(kind)[0],
        },
    })
}

/// Which handle loads a model file, a number of `loyalty_model_kind`, into `*handle`, and the name of its
/// kind, such as "bg-nbd", into `buffer`, its full length into `*full_length`, which may be NULL; see "Text"
/// above. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read or is no model file. Whether its version is known is for
/// the _load function to say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_model_kind_of_file(
    path: *const c_char,
    handle: *mut i32,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let path = read_text("path", path)?;
            let kind = model_kind(path)?;
            let found = handle_of(&kind, || Posterior::<Model>::read(path))?;
            tell(found, &kind, handle, (buffer, length, full_length))
        })
    }
}

/// The same of `size` bytes that such a file holds.
///
/// Errors: `MODEL_FILE` where they are not those of a model file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_model_kind_of_bytes(
    bytes: *const u8,
    size: usize,
    handle: *mut i32,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let bytes = column("bytes", bytes, size)?;
            let kind = model_kind_of(bytes)?;
            let found = handle_of(&kind, || Posterior::<Model>::from_json(text_of(bytes)?))?;
            tell(found, &kind, handle, (buffer, length, full_length))
        })
    }
}

/// # Safety
/// `handle` is NULL or writable, the others as in [`put_text`].
unsafe fn tell(
    found: loyalty_model_kind,
    kind: &str,
    handle: *mut i32,
    (buffer, length, full_length): (*mut c_char, usize, *mut usize),
) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    unsafe {
        put(handle, found as i32)?;
        put_text(kind, buffer, length, full_length);
    }
    Ok(())
}
