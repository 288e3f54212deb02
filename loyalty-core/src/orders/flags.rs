//! Columns of yes and no.

use super::columns::{Column, CustomerColumn};
use super::customers::Customers;
use super::intern::intern;
use super::rows::Used;
use crate::error::report::{Reason, Refusal};
use crate::parallel::Threads;

/// The customers of rows that say so, whatever else becomes of the row: one row is enough.
pub(super) fn those_who_say(
    customer: &CustomerColumn<'_>,
    says: Option<&Column<'_, [bool]>>,
) -> Option<Customers> {
    let says = says?;
    let rows: Vec<usize> = (0..customer.len())
        .filter(|&row| customer.is_present(row) && says.is_present(row) && says.values[row])
        .collect();
    (!rows.is_empty()).then(|| intern(customer, &Used::of(rows), Threads::default()).0)
}

/// Counts blank cells of rows in use, which are taken as no.
pub(super) fn count_blank(
    says: Option<&Column<'_, [bool]>>,
    reason: Reason,
    is_in_use: impl Fn(usize) -> bool,
    found: &mut Vec<Refusal>,
) {
    let Some(says) = says else { return };
    for row in (0..says.values.len()).filter(|&row| !says.is_present(row) && is_in_use(row)) {
        Refusal::count(found, reason, says.name, row, 1);
    }
}
