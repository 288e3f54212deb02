//! Costly behaviours: a fitted model labels customers by their rows of a ledger.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::behaviours::{Behaviour, BehaviourModel, CustomerBehaviour};
use loyalty_core::files::text_of;
use loyalty_core::ledger::LedgerRow;
use loyalty_core::memory::ask;

use crate::column::{column, mask};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, put, slot};
use crate::model_file::KeptInFile;
use crate::text::{put_text, read_text};

/// The behaviours of a shop's customers, fitted in Python or Rust, and from where on a customer is
/// labelled. Immutable, so it may be shared between threads.
#[derive(Debug)]
pub struct loyalty_behaviours(pub(crate) BehaviourModel);

/// What is said of one customer and one behaviour.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct loyalty_behaviour_score {
    /// Whether the behaviour could be looked at; otherwise all else is 0.
    pub known: bool,
    /// Whether they are labelled.
    pub labelled: bool,
    /// How strongly they are expected to show it in the time ahead.
    pub estimate: f64,
    /// What it is compared with.
    pub threshold: f64,
    /// Probability that the strength of the time ahead lies over its threshold.
    pub p_over: f64,
    /// What it is expected to cost the shop in a year; 0 where no column tells it, and for coupon use, which
    /// is no cost.
    pub impact: f64,
    /// Events that show it.
    pub events: f64,
    /// Orders in which they lie; cases of service, or periods of a budget.
    pub orders: f64,
}

impl From<CustomerBehaviour> for loyalty_behaviour_score {
    fn from(one: CustomerBehaviour) -> Self {
        Self {
            known: true,
            labelled: one.labelled,
            estimate: one.score.estimate,
            threshold: one.score.threshold,
            p_over: one.score.p_over,
            impact: one.score.impact,
            events: one.score.events,
            orders: one.score.orders,
        }
    }
}

/// How strongly one customer shows a behaviour, and what it costs in a year, each within an interval.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct loyalty_behaviour_interval {
    /// Whether the behaviour could be looked at; otherwise all else is 0.
    pub known: bool,
    /// Lower end of the strength.
    pub estimate_low: f64,
    /// Upper end of the strength.
    pub estimate_high: f64,
    /// Lower end of what it costs.
    pub impact_low: f64,
    /// Upper end of what it costs.
    pub impact_high: f64,
}

/// The number of columns of a ledger, in the order of `loyalty_ledger_column_name`.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_ledger_column_count() -> usize {
    LedgerRow::NAMES.len()
}

/// The name of a ledger's column, cut to what fits in front of a closing NUL; `full_length`, which may
/// be NULL, gets its length.
///
/// Errors: `PARAMETER` where there is no such column.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_column_name(
    position: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let name = LedgerRow::NAMES.get(position).ok_or_else(|| {
                Error::parameter("position", "below the number of columns", position as f64)
            })?;
            put_text(name, buffer, length, full_length);
            Ok(())
        })
    }
}

/// The number of behaviours, in the order of `loyalty_behaviour_name`. A later library may know more.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_behaviour_count() -> usize {
    Behaviour::ALL.len()
}

/// The name of a behaviour, such as `service_demander`, cut to what fits in front of a closing NUL;
/// `full_length`, which may be NULL, gets its length.
///
/// Errors: `PARAMETER` where there is no such behaviour.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviour_name(
    position: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let behaviour = Behaviour::ALL.get(position).ok_or_else(|| {
                let expected = "below the number of behaviours";
                Error::parameter("position", expected, position as f64)
            })?;
            put_text(behaviour.name(), buffer, length, full_length);
            Ok(())
        })
    }
}

impl KeptInFile for loyalty_behaviours {
    fn read(path: &str) -> Result<Self, Error> {
        BehaviourModel::read(path).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        BehaviourModel::from_json(text_of(bytes)?).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_json().into_bytes()
    }
}

/// Loads a model file of the kind "behaviours", written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds another kind of
/// model; `PARAMETER` or `CHOICE` where a number or a word in it is outside its domain. Free with
/// `loyalty_behaviours_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_load(
    path: *const c_char,
    out: *mut *mut loyalty_behaviours,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_behaviours::read(read_text("path", path)?)?)) }
}

/// Labels customers by their rows of a ledger: `ledger` has `columns` values for each of `rows` customers,
/// customer by customer, in the order of `loyalty_ledger_column_name`. `groups` names the group of peers of
/// each customer; it may be NULL, and so may each name: the customer is then measured against all, as is
/// one whose group the model does not know. `opted_out` says of each customer whether they opted out, who then have no
/// label; it may be NULL. `scores` gets `behaviours` of them for each customer, in
/// the order of `loyalty_behaviour_name`. `primary` gets for each the position of their costliest label in this
/// order, or -1 for none. One customer is `rows` = 1; the same numbers come out.
///
/// The widths are those that the program was written for: its arrays are read and written by these and no
/// further.
///
/// Errors: `PARAMETER` unless `columns` is `loyalty_ledger_column_count()` and `behaviours` is
/// `loyalty_behaviour_count()`, or for more rows than fit in memory; `VALUE` where a value of the ledger is not
/// finite or, except for `profit`, `return_loss`, `new_spend` and `contact_log_cost`, below 0; `INVALID_UTF8` where
/// a name is not UTF-8; then `primary` is as before. `VALUE` also where a value is so far from those of any shop
/// that a score would not be finite; it names the score and the row, and the arrays may hold anything.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_classify(
    model: *const loyalty_behaviours,
    ledger: *const f64,
    rows: usize,
    columns: usize,
    groups: *const *const c_char,
    opted_out: *const bool,
    scores: *mut loyalty_behaviour_score,
    behaviours: usize,
    primary: *mut i32,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = &borrow("model", model)?.0;
            widths(columns, behaviours)?;
            if rows > 0 {
                slot("scores", scores)?;
                slot("primary", primary)?;
            }
            let customers = customers(ledger, rows, groups)?;
            let opted_out = mask("opted_out", opted_out, rows)?;
            for (row, (ledger, group)) in customers.iter().enumerate() {
                let found = model.classify_one(ledger, *group);
                let mut found = found.map_err(|error| error.in_row(row))?;
                if opted_out.is_some_and(|out| out[row]) {
                    found = found.without_labels();
                }
                let mut of_customer = [loyalty_behaviour_score::default(); Behaviour::ALL.len()];
                for one in found.each {
                    of_customer[one.behaviour as usize] = one.into();
                }
                for (number, score) in of_customer.into_iter().enumerate() {
                    put(scores.add(row * Behaviour::ALL.len() + number), score)?;
                }
                put(primary.add(row), found.primary.map_or(-1, |behaviour| behaviour as i32))?;
            }
            Ok(())
        })
    }
}

/// Intervals that hold how strongly a customer shows each behaviour, and what it costs, with probability
/// `level`, cut evenly on both sides: `intervals` gets `behaviours` of them for each customer, in the order of `loyalty_behaviours_classify`, whose other parameters these are.
///
/// Errors: as there, and `PARAMETER` unless the level is from 0.5 to 0.9999.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_intervals(
    model: *const loyalty_behaviours,
    ledger: *const f64,
    rows: usize,
    columns: usize,
    groups: *const *const c_char,
    level: f64,
    intervals: *mut loyalty_behaviour_interval,
    behaviours: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = &borrow("model", model)?.0;
            widths(columns, behaviours)?;
            if rows > 0 {
                slot("intervals", intervals)?;
            }
            let customers = customers(ledger, rows, groups)?;
            for (row, (ledger, group)) in customers.iter().enumerate() {
                let mut of_customer = [loyalty_behaviour_interval::default(); Behaviour::ALL.len()];
                let found = model.intervals_one(ledger, *group, level);
                for (behaviour, found) in found.map_err(|error| error.in_row(row))? {
                    of_customer[behaviour as usize] = loyalty_behaviour_interval {
                        known: true,
                        estimate_low: found.estimate.0,
                        estimate_high: found.estimate.1,
                        impact_low: found.impact.0,
                        impact_high: found.impact.1,
                    };
                }
                for (number, interval) in of_customer.into_iter().enumerate() {
                    put(intervals.add(row * Behaviour::ALL.len() + number), interval)?;
                }
            }
            Ok(())
        })
    }
}

/// Refuses a program whose arrays have other widths than this library's.
fn widths(columns: usize, behaviours: usize) -> Result<(), Failure> {
    ledger_width(columns)?;
    width("behaviours", "loyalty_behaviour_count()", Behaviour::ALL.len(), behaviours)
}

/// The same of the ledger alone.
pub(crate) fn ledger_width(columns: usize) -> Result<(), Failure> {
    width("columns", "loyalty_ledger_column_count()", LedgerRow::NAMES.len(), columns)
}

/// The same of one array.
pub(crate) fn width(
    name: &'static str,
    expected: &'static str,
    known: usize,
    got: usize,
) -> Result<(), Failure> {
    if known == got { Ok(()) } else { Err(Error::parameter(name, expected, got as f64).into()) }
}

/// Customers' rows of a ledger and the names of their groups, checked.
///
/// # Safety
/// `ledger` is readable for `rows` rows, `groups` is NULL or readable for `rows` names, each NULL or text
/// that ends with NUL, for `'a`.
pub(crate) unsafe fn customers<'a>(
    ledger: *const f64,
    rows: usize,
    groups: *const *const c_char,
) -> Result<Vec<(LedgerRow, Option<&'a str>)>, Failure> {
    const WIDTH: usize = LedgerRow::NAMES.len();
    let cells = rows.checked_mul(WIDTH).ok_or(too_many(rows))?;
    // SAFETY: this function's contract.
    let ledger = unsafe { column("ledger", ledger, cells)? };
    check(ledger)?;
    let each = size_of::<(LedgerRow, Option<&str>)>();
    ask("the rows of a ledger", rows.saturating_mul(each))?;
    let group = |row: usize| {
        if groups.is_null() {
            return Ok(None);
        }
        // SAFETY: as above.
        let name = unsafe { *groups.add(row) };
        if name.is_null() {
            return Ok(None);
        }
        // SAFETY: as above.
        unsafe { read_text("groups", name) }.map(Some)
    };
    let each = ledger.as_chunks::<WIDTH>().0.iter().enumerate();
    each.map(|(row, values)| Ok((LedgerRow::from_values(*values), group(row)?))).collect()
}

fn too_many(rows: usize) -> Failure {
    let expected = "few enough to fit in memory";
    Error::parameter("rows", expected, rows as f64).into()
}

/// Whether the numbers can be those of a ledger.
fn check(ledger: &[f64]) -> Result<(), Failure> {
    let width = LedgerRow::NAMES.len();
    for (cell, &value) in ledger.iter().enumerate() {
        let name = LedgerRow::NAMES[cell % width];
        let any_sign = matches!(name, "profit" | "return_loss" | "new_spend" | "contact_log_cost");
        let (good, expected) = if any_sign {
            (value.abs() <= 1e50, "from -1e50 to 1e50")
        } else {
            ((0.0..=1e50).contains(&value), "from 0 to 1e50")
        };
        if !good {
            let (column, row, value) = (name.to_owned(), cell / width, value.to_string());
            return Err(Error::Value { column, row, expected, value, more: 0 }.into());
        }
    }
    Ok(())
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_free(model: *mut loyalty_behaviours) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
