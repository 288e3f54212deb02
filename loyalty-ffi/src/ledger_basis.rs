//! The basis of a ledger: by it the row of one customer is worked out from their record.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::files::text_of;
use loyalty_core::ledger::{LedgerBasis, LedgerWork};

use crate::code;
use crate::column::copy_column;
use crate::customer_record::loyalty_customer_record;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};
use crate::model_file::KeptInFile;
use crate::text::read_text;

/// What a ledger has learnt of the whole shop, made in Rust (`Ledger::basis`) or Python (`Ledger.basis`): how long returns
/// take and how often articles come back, what was on offer, outages, the mean cost of a contact, margin and
/// economics. By it the row of the ledger of one customer is worked out alone, as the behaviours take it.
#[derive(Debug)]
pub struct loyalty_ledger_basis(pub(crate) LedgerBasis);

impl KeptInFile for loyalty_ledger_basis {
    fn read(path: &str) -> Result<Self, Error> {
        LedgerBasis::read(path).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        LedgerBasis::from_json(text_of(bytes)?).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_json().into_bytes()
    }
}

/// Loads a file of the kind "ledger-basis", written in Rust or Python. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no file of this kind or contradicts itself;
/// `PARAMETER` or `CHOICE` where a number or a word in it is outside its domain. Free with
/// `loyalty_ledger_basis_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_basis_load(
    path: *const c_char,
    out: *mut *mut loyalty_ledger_basis,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_ledger_basis::read(read_text("path", path)?)?)) }
}

/// How many articles the ledger has seen, or categories where its lines have no articles.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_basis_articles(
    basis: *const loyalty_ledger_basis,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(basis, |basis| basis.0.articles()) }
}

/// The row of the ledger of a customer as they are known at `end`, a time on a `loyalty_time_scale`: `out`
/// gets `columns` numbers in the order of `loyalty_ledger_column_name`, as `loyalty_behaviours_classify`
/// takes them. Of the same lines and contacts up to the same end they are those of the ledger to the
/// last bit. Articles that the ledger has not seen come back as often as those of the shop.
///
/// Errors: `PARAMETER` where the end is before the start of the ledger or outside the years 0001 to 9999;
/// `MISSING_COLUMN` where the ledger's lines have a column that those of the record have not, or the other
/// way round with discounts and coupons; `TYPE` where ids are text in one and numbers in the other;
/// `CHOICE` for an unknown code; `LENGTH` unless `columns` is `loyalty_ledger_column_count()`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_basis_row(
    basis: *const loyalty_ledger_basis,
    record: *const loyalty_customer_record,
    end: i64,
    time_scale: i32,
    out: *mut f64,
    columns: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (basis, record) = (borrow("basis", basis)?, borrow("record", record)?);
            let end = instant("end", end, time_scale)?;
            let row = basis.0.row(&record.0, Some(end), &mut LedgerWork::default())?;
            copy_column(&row.values(), out, columns)
        })
    }
}

/// Frees a basis; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_basis_free(basis: *mut loyalty_ledger_basis) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(basis) }
}

/// A time on a scale, in microseconds.
pub(crate) fn instant(name: &'static str, time: i64, time_scale: i32) -> Result<i64, Failure> {
    let known = code::time_scale(time_scale)?.microseconds(time);
    let expected = "within the years 0001 to 9999";
    Ok(known.ok_or_else(|| Error::parameter(name, expected, time as f64))?)
}
