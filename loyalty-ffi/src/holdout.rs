//! What customers did after the calibration end.

use loyalty_core::Error;
use loyalty_core::summary::CalibrationHoldout;

use crate::column::copy_column;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, fill, free, look, slot};
use crate::summary::loyalty_summary;

/// What the customers of a calibration summary did after its end, row by row. Compare predictions
/// with it.
#[derive(Debug)]
pub struct loyalty_holdout {
    frequency: Vec<u32>,
    monetary_value: Option<Vec<f64>>,
    duration: f64,
    born: usize,
}

/// Hands both parts to the caller, or none.
///
/// # Safety
/// Both places are NULL or writable.
pub(crate) unsafe fn give_split(
    split: CalibrationHoldout,
    calibration: *mut *mut loyalty_summary,
    holdout: *mut *mut loyalty_holdout,
) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    let (calibration, holdout) =
        unsafe { (slot("calibration", calibration)?, slot("holdout", holdout)?) };
    fill(calibration, loyalty_summary(split.calibration));
    let rest = loyalty_holdout {
        frequency: split.holdout_frequency,
        monetary_value: split.holdout_monetary_value,
        duration: split.holdout_duration,
        born: split.born_in_holdout,
    };
    fill(holdout, rest);
    Ok(())
}

/// The number of customers, as in the calibration summary.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_holdout_len(holdout: *const loyalty_holdout) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(holdout, |holdout| holdout.frequency.len()) }
}

/// The length of the holdout period, in the unit of the summary.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_holdout_duration(holdout: *const loyalty_holdout) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(holdout, |holdout| holdout.duration) }
}

/// Customers whose first order lies in the holdout period; they are in neither part.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_holdout_born(holdout: *const loyalty_holdout) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(holdout, |holdout| holdout.born) }
}

/// Copies the number of purchase occasions of each customer in the holdout period.
///
/// Errors: `LENGTH` unless `length` is `loyalty_holdout_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_holdout_frequency(
    holdout: *const loyalty_holdout,
    out: *mut u32,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(&borrow("holdout", holdout)?.frequency, out, length)) }
}

/// Copies the mean amount of these occasions, 0 where there is none.
///
/// Errors: `MISSING_COLUMN` where the log has no amounts; `LENGTH` unless `length` is
/// `loyalty_holdout_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_holdout_monetary_value(
    holdout: *const loyalty_holdout,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let money = borrow("holdout", holdout)?.monetary_value.as_ref();
            let needed_by = "loyalty_holdout_monetary_value";
            let missing = Error::MissingColumn { column: "amount", needed_by };
            copy_column(money.ok_or(missing)?, out, length)
        })
    }
}

/// Frees a holdout; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_holdout_free(holdout: *mut loyalty_holdout) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(holdout) }
}
