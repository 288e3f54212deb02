//! From a log to the customer summary.

use loyalty_core::summary::SummaryOptions;
use loyalty_core::time::Clock;

use crate::code;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, give};
use crate::holdout::{give_split, loyalty_holdout};
use crate::orders::loyalty_orders;
use crate::summary::loyalty_summary;
use crate::versioned::{self, Versioned, through};

/// How an order log is summarised. Set by `loyalty_summary_options_init`, then field by field.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_summary_options {
    /// Set by `loyalty_summary_options_init`.
    pub struct_size: usize,
    /// The unit of recency and T, a `loyalty_unit`; `LOYALTY_UNIT_WEEK` by default.
    pub unit: i32,
    /// What counts as one purchase, a `loyalty_occasion`; `LOYALTY_OCCASION_NATURAL` by default.
    pub occasion: i32,
    /// The end of observation, in microseconds since 1970-01-01T00:00; NULL, the default, for the
    /// last order. The whole occasion period that holds it counts as observed.
    pub observation_end: *const i64,
    /// Whether the monetary value is the mean of all occasions, the first one included, instead of
    /// the mean of the repeat occasions; false by default. Frequency always counts repeats.
    pub include_first: bool,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_summary_options {
    const FIRST_SIZE: usize = through!(include_first: bool);

    fn defaults() -> Self {
        let core = SummaryOptions::default();
        Self {
            struct_size: size_of::<Self>(),
            unit: code::of_unit(Some(core.unit)) as i32,
            occasion: code::loyalty_occasion::Natural as i32,
            observation_end: std::ptr::null(),
            include_first: core.include_first,
        }
    }
}

impl loyalty_summary_options {
    /// # Safety
    /// The observation end is NULL or readable.
    pub(crate) unsafe fn core(&self) -> Result<SummaryOptions, Failure> {
        let mut core = SummaryOptions::default();
        core.unit = code::unit(self.unit)?;
        core.occasion = code::occasion(self.occasion)?;
        // SAFETY: this function's contract.
        core.observation_end = unsafe { self.observation_end.as_ref() }.copied();
        core.include_first = self.include_first;
        Ok(core)
    }
}

/// The clock of a unit and an occasion, both as codes.
pub(crate) fn clock(unit: i32, occasion: i32) -> Result<Clock, Failure> {
    Ok(Clock::new(code::unit(unit)?, code::occasion(occasion)?)?)
}

/// Sets the defaults; `size` is `sizeof(loyalty_summary_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_options_init(
    options: *mut loyalty_summary_options,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(options, size) }
}

/// Frequency, recency, T and monetary value of each customer, one row per customer in order of id:
///
/// ```text
///     x   = number of occasions - 1
///     t_x = last occasion - first occasion
///     T   = observation end - first occasion
///     m   = mean amount of the repeat occasions (0 where x = 0), or of all
/// ```
///
/// `options` may be NULL for the defaults. Occasions after the observation end are left out and
/// counted (`loyalty_summary_left_out`).
///
/// Errors: `CHOICE` for an unknown code, or where unit and occasion do not fit; `EMPTY` where every
/// order lies after the observation end. Free with `loyalty_summary_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_summarize(
    orders: *const loyalty_orders,
    options: *const loyalty_summary_options,
    out: *mut *mut loyalty_summary,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let options = versioned::read(options)?.core()?;
            give(out, loyalty_summary(borrow("orders", orders)?.0.summarize(&options)?))
        })
    }
}

/// A summary up to a calibration end, and what the same customers did from there to the observation
/// end.
///
/// `calibration_end` is in microseconds since 1970-01-01T00:00; the whole occasion period that
/// holds it belongs to the calibration. Row i of `*holdout` is the customer in row i of
/// `*calibration`.
///
/// Errors: as `loyalty_orders_summarize`, and `EMPTY` where the calibration end is not before the
/// observation end. Free both, with `loyalty_summary_free` and `loyalty_holdout_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_calibration_holdout(
    orders: *const loyalty_orders,
    calibration_end: i64,
    options: *const loyalty_summary_options,
    calibration: *mut *mut loyalty_summary,
    holdout: *mut *mut loyalty_holdout,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let options = versioned::read(options)?.core()?;
            let orders = &borrow("orders", orders)?.0;
            let split = orders.calibration_holdout(calibration_end, &options)?;
            give_split(split, calibration, holdout)
        })
    }
}
