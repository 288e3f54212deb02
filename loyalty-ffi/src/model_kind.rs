//! Kinds of models, by code and by name.
//!
//! The enumerations of the codes stand in the header alone: `tests/header/main.rs` writes them from the
//! core's registry, so that a new kind needs no line here.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::contracts::ContractKind;
use loyalty_core::purchase::PurchaseKind;
use loyalty_core::spend::SpendKind;

use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::put;
use crate::text::{put_text, read_text};

/// The code of the kind of purchase model with this name, such as "bg-nbd": a number of
/// `loyalty_purchase_kind`, and the name that model files have.
///
/// Errors: `CHOICE` for an unknown name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_kind_of(
    name: *const c_char,
    out: *mut i32,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let kind: PurchaseKind = read_text("name", name)?.parse()?;
            put(out, kind.code().cast_signed())
        })
    }
}

/// Copies the name of a `loyalty_purchase_kind` into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `CHOICE` for an unknown kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_kind_name(
    kind: i32,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            put_text(purchase_kind(kind)?.name(), buffer, length, full_length);
            Ok(())
        })
    }
}

/// The code of the kind of spend model with this name, such as "gamma-gamma": a number of
/// `loyalty_spend_kind`, and the name that model files have.
///
/// Errors: `CHOICE` for an unknown name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_kind_of(
    name: *const c_char,
    out: *mut i32,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let kind: SpendKind = read_text("name", name)?.parse()?;
            put(out, kind.code().cast_signed())
        })
    }
}

/// Copies the name of a `loyalty_spend_kind` into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `CHOICE` for an unknown kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_kind_name(
    kind: i32,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            put_text(spend_kind(kind)?.name(), buffer, length, full_length);
            Ok(())
        })
    }
}

/// The code of the kind of model of contracts with this name, such as "sbg": a number of
/// `loyalty_contract_kind`, and the name that model files have.
///
/// Errors: `CHOICE` for an unknown name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_kind_of(
    name: *const c_char,
    out: *mut i32,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let kind: ContractKind = read_text("name", name)?.parse()?;
            put(out, kind.code().cast_signed())
        })
    }
}

/// Copies the name of a `loyalty_contract_kind` into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `CHOICE` for an unknown kind.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_kind_name(
    kind: i32,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            put_text(contract_kind(kind)?.name(), buffer, length, full_length);
            Ok(())
        })
    }
}

pub(crate) fn purchase_kind(code: i32) -> Result<PurchaseKind, Error> {
    let kind = PurchaseKind::of_code(code.cast_unsigned());
    kind.ok_or_else(|| unknown("a code of loyalty_purchase_kind", code))
}

pub(crate) fn spend_kind(code: i32) -> Result<SpendKind, Error> {
    let kind = SpendKind::of_code(code.cast_unsigned());
    kind.ok_or_else(|| unknown("a code of loyalty_spend_kind", code))
}

pub(crate) fn contract_kind(code: i32) -> Result<ContractKind, Error> {
    let kind = ContractKind::of_code(code.cast_unsigned());
    kind.ok_or_else(|| unknown("a code of loyalty_contract_kind", code))
}

fn unknown(expected: &'static str, code: i32) -> Error {
    Error::Choice { name: "kind", expected, value: code.to_string() }
}
