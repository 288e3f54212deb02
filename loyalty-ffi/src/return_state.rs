//! The state of a return propensity, for programs of many threads.

use crate::column::copy_column;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, give};
use crate::order_lines::loyalty_lines;
use crate::return_propensity::loyalty_return_propensity;

/// A copy of a model with its state, which goes on by itself.
///
/// So readers score while a writer updates: the writer copies the model, updates the copy, and then puts its
/// pointer where readers look for one, under a lock held for that exchange alone; a reader holds the same lock,
/// shared, while it scores, and the old model is freed after the exchange. Readers see the state before or after,
/// never one in between; several calls of `_update`, `_update_returns` and `_advance` may lie between copy and
/// exchange. docs/c.md has the program.
///
/// Errors: none but those of every function. Free with `loyalty_return_propensity_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_copy(
    model: *const loyalty_return_propensity,
    out: *mut *mut loyalty_return_propensity,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let copy = borrow("model", model)?.0.copied()?;
            give(out, loyalty_return_propensity(copy))
        })
    }
}

/// Whether each line was told before, in row order: those that `loyalty_return_propensity_update` would leave as
/// they are. So a log may be told again from an earlier point, as after a crash between saving the state and
/// committing what was told: orders are known by customer and order id, lines of orders without one by their own
/// ids, from the day of the order to the end of the horizon, `LOYALTY_RETURN_FACT_HORIZON_DAYS`.
///
/// Errors: as `loyalty_return_propensity_score`, and `VALUE` where an order, or a line, was told before otherwise.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_told_before(
    model: *const loyalty_return_propensity,
    lines: *const loyalty_lines,
    out: *mut bool,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, lines) = (borrow("model", model)?, borrow("lines", lines)?);
            copy_column(&model.0.told_before(&lines.0)?, out, length)
        })
    }
}
