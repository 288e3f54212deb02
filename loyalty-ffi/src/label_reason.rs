//! Why a customer is labelled, for people.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::behaviours::{Behaviour, LabelReason};

use crate::behaviours::{customers, loyalty_behaviours};
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::borrow;
use crate::ledger_basis::instant;
use crate::text::put_text;
use crate::versioned::{self, Versioned, through};

/// What a label rests on, and until when it holds. Set by `loyalty_label_reason_init`, then filled.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_label_reason {
    /// Set by `loyalty_label_reason_init`.
    pub struct_size: usize,
    /// How strongly the customer is expected to show the behaviour in the time ahead.
    pub estimate: f64,
    /// Lower end of the interval that holds the strength with a probability of 0.9.
    pub estimate_low: f64,
    /// Its upper end.
    pub estimate_high: f64,
    /// What the strength is compared with.
    pub threshold: f64,
    /// Probability that it lies over the threshold.
    pub p_over: f64,
    /// What it is expected to cost in a year; 0 where no column tells it.
    pub impact: f64,
    /// How much evidence there is: orders, lines, money, months or degrees of freedom.
    pub evidence: f64,
    /// Share of the variance over customers that the evidence removes, from 0 to 1.
    pub weight: f64,
    /// Probability of the second sign: selection of offers, reallocation of a budget; else 1.
    pub support: f64,
    /// Events that show it.
    pub events: f64,
    /// Orders in which they lie; cases of service, or periods of a budget.
    pub orders: f64,
    /// The day of the customer's first order that was looked at, since 1970-01-01.
    pub since: i32,
    /// The last day that was looked at.
    pub until: i32,
    /// The day from which on the label is not to be used.
    pub expires: i32,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_label_reason {
    const FIRST_SIZE: usize = through!(expires: i32);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            estimate: 0.0,
            estimate_low: 0.0,
            estimate_high: 0.0,
            threshold: 0.0,
            p_over: 0.0,
            impact: 0.0,
            evidence: 0.0,
            weight: 0.0,
            support: 0.0,
            events: 0.0,
            orders: 0.0,
            since: 0,
            until: 0,
            expires: 0,
        }
    }
}

impl From<&LabelReason> for loyalty_label_reason {
    fn from(reason: &LabelReason) -> Self {
        let (score, day) = (&reason.score, |day: i64| i32::try_from(day).unwrap_or(i32::MAX));
        Self {
            estimate: score.estimate,
            estimate_low: reason.interval.0,
            estimate_high: reason.interval.1,
            threshold: score.threshold,
            p_over: score.p_over,
            impact: reason.impact.unwrap_or_default(),
            evidence: score.evidence,
            weight: score.weight,
            support: score.support,
            events: score.events,
            orders: score.orders,
            since: day(reason.since),
            until: day(reason.until),
            expires: day(reason.expires),
            ..Self::defaults()
        }
    }
}

/// Sets everything to 0; `size` is `sizeof(loyalty_label_reason)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_label_reason_init(reason: *mut loyalty_label_reason, size: usize) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(reason, size) }
}

/// What is said of one customer and one behaviour, by the position in the order of `loyalty_behaviour_name`,
/// as evidence and as a sentence for people. `ledger` is their row, `columns` numbers, as
/// `loyalty_ledger_basis_row` makes it, looked at up to `end`, a time on a `loyalty_time_scale`. `group` names
/// their group of peers, or is NULL. `out` may be NULL; the sentence goes to `buffer`, and its full length to
/// `full_length`, which may be NULL. It is said whether or not the customer is labelled.
///
/// Errors: `PARAMETER` where there is no such behaviour or the model could not look at it, for a time outside the
/// years 0001 to 9999, or unless `columns` is `loyalty_ledger_column_count()`; `VALUE` and `INVALID_UTF8` as
/// `loyalty_behaviours_classify`; `CHOICE` for an unknown code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_reason(
    model: *const loyalty_behaviours,
    behaviour: usize,
    ledger: *const f64,
    columns: usize,
    group: *const c_char,
    end: i64,
    time_scale: i32,
    out: *mut loyalty_label_reason,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, end) = (&borrow("model", model)?.0, instant("end", end, time_scale)?);
            crate::behaviours::ledger_width(columns)?;
            let rows = customers(ledger, 1, &raw const group)?;
            let known = Behaviour::ALL.get(behaviour);
            let asked = known.zip(rows.first());
            let reason = asked
                .map(|(&behaviour, (row, group))| model.reason_of(behaviour, row, *group, end));
            let reason = reason.transpose()?.flatten().ok_or_else(|| {
                let expected = "the position of a behaviour that the model looks at";
                Error::parameter("behaviour", expected, behaviour as f64)
            })?;
            if !out.is_null() {
                versioned::write("out", out, (&reason).into())?;
            }
            put_text(&reason.to_string(), buffer, length, full_length);
            Ok(())
        })
    }
}
