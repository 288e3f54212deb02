//! Contracts: how often each was renewed, and whether it still runs.

use loyalty_core::contracts::{CohortColumns, ContractColumns, Contracts};
use loyalty_core::orders::Column;

use crate::column::{column, copy_column, mask, optional_column};
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};

/// Contracts, one row each: how often it was renewed, and whether the customer has left.
///
/// Who has not left may renew again: what is known of them is that they stayed so long.
#[derive(Debug)]
pub struct loyalty_contracts(pub(crate) Contracts);

/// Contracts from columns of `rows` rows: the renewals made, whole numbers from 0 to 100000; whether the
/// customer left instead of renewing once more, NULL where nobody has; and how many contracts a row stands
/// for, NULL for one each.
///
/// Errors: `EMPTY` without a row; `VALUE` with the first row that breaks its column's rule. Free with
/// `loyalty_contracts_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contracts_new(
    renewals: *const f64,
    left: *const bool,
    weights: *const f64,
    rows: usize,
    out: *mut *mut loyalty_contracts,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let mut columns = ContractColumns::new(column("renewals", renewals, rows)?, &[]);
            columns.left = mask("left", left, rows)?.map(|left| Column::new("left", left));
            let weights = optional_column(weights, rows)?;
            columns.weights = weights.map(|weights| Column::new("weights", weights));
            give(out, loyalty_contracts(Contracts::new(&columns)?))
        })
    }
}

/// The contracts of a table of cohorts, a row for each count of who was still there: the cohort, NULL where
/// all rows are of one; after how many renewals it was counted, of each cohort 0, 1, 2, … without a gap; and
/// how many customers were still there, never more than one renewal before.
///
/// Of each cohort there is a row for every renewal at which some left, and one for those still there, with
/// their number as weight.
///
/// Errors: `EMPTY` without a customer; `VALUE` with the first row that breaks its column's rule. Free with
/// `loyalty_contracts_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contracts_of_cohorts(
    cohort: *const i64,
    renewals: *const f64,
    customers: *const f64,
    rows: usize,
    out: *mut *mut loyalty_contracts,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let renewals = column("renewals", renewals, rows)?;
            let mut columns = CohortColumns::new(renewals, column("customers", customers, rows)?);
            let cohort = optional_column(cohort, rows)?;
            columns.cohort = cohort.map(|cohort| Column::new("cohort", cohort).into());
            give(out, loyalty_contracts(Contracts::of_cohorts(&columns)?))
        })
    }
}

/// The number of rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contracts_len(contracts: *const loyalty_contracts) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(contracts, |contracts| contracts.0.len()) }
}

/// Copies the renewals made into `out`, in row order.
///
/// Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contracts_renewals(
    contracts: *const loyalty_contracts,
    out: *mut u32,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || copy_column(borrow("contracts", contracts)?.0.renewals(), out, length))
    }
}

/// Copies who has left into `out`, in row order.
///
/// Errors: `LENGTH` unless `length` is `loyalty_contracts_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contracts_left(
    contracts: *const loyalty_contracts,
    out: *mut bool,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(borrow("contracts", contracts)?.0.left(), out, length)) }
}

/// Frees contracts; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contracts_free(contracts: *mut loyalty_contracts) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(contracts) }
}
