//! Return propensity: how likely an order line is to be sent back.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::orders::{Column, Invalid, Returns};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::ReturnPropensity;

use crate::code;
use crate::column::{column, results};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, borrow_mut, free, give, look, slot};
use crate::model_file::KeptInFile;
use crate::order_lines::{Ids, loyalty_ids, loyalty_lines};
use crate::text::{put_text, read_text};

/// A return propensity with its state: what is known of every customer, product and category, the
/// lines whose fate is open, the level of returns today. It is fitted in Python or Rust.
///
/// It moves on by the functions that take it without `const`: while one of these runs, no other
/// thread may use the object. Between them any number of threads may score.
#[derive(Debug)]
pub struct loyalty_return_propensity(pub(crate) ReturnPropensity);

impl KeptInFile for loyalty_return_propensity {
    fn read(path: &str) -> Result<Self, Error> {
        ReturnPropensity::read(path).map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        ReturnPropensity::from_bytes(bytes).map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_json().into_bytes()
    }
}

/// Loads a model with its state, written in any language and in either encoding. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, holds another kind of model or contradicts
/// itself; `PARAMETER` where a number in it is outside its domain. Free with `loyalty_return_propensity_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_load(
    path: *const c_char,
    out: *mut *mut loyalty_return_propensity,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || give(out, loyalty_return_propensity::read(read_text("path", path)?)?))
    }
}

/// Writes the model with its state, whole or not at all. `path` is UTF-8. A model that is loaded
/// from it goes on to the last bit as this one does.
///
/// Errors: `MODEL_FILE` where the file cannot be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_save(
    model: *const loyalty_return_propensity,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow("model", model)?.0.write(read_text("path", path)?)?)) }
}

/// The same in the compact encoding of docs/model-file.md, which is four to seven times shorter than JSON and
/// some ten times faster to load. Every function that reads a model takes both, and gives the same bits of both.
///
/// Errors: as `loyalty_return_propensity_save`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_save_compact(
    model: *const loyalty_return_propensity,
    path: *const c_char,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || Ok(borrow("model", model)?.0.write_compact(read_text("path", path)?)?))
    }
}

/// The probability of return of every line, in row order, by what is known this morning and by the
/// line's own order. Nothing is learnt from the lines. `threads` is 0 for as many as the machine
/// runs at once; the results are the same for every number.
///
/// Errors: `MISSING_COLUMN` or `TYPE` where the lines have other categories or numbers, by name or by type,
/// than those that the model has learnt from (their order does not matter); `LENGTH` where `length` is not
/// `loyalty_lines_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_score(
    model: *const loyalty_return_propensity,
    lines: *const loyalty_lines,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, lines) = (borrow("model", model)?, borrow("lines", lines)?);
            let out = results(out, length)?;
            let scores = model.0.score(&lines.0, Threads::new(threads))?;
            fill(out, &scores.probability())
        })
    }
}

/// Lower and upper ends of the interval that holds the probability of each line with a probability of
/// `level`, given the histories; in row order. The weights of the line model are taken as known.
///
/// Errors: as `loyalty_return_propensity_score`, and `PARAMETER` unless `level` is between 0 and 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_intervals(
    model: *const loyalty_return_propensity,
    lines: *const loyalty_lines,
    level: f64,
    threads: usize,
    lower: *mut f64,
    upper: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, lines) = (borrow("model", model)?, borrow("lines", lines)?);
            let (lower, upper) = (results(lower, length)?, results(upper, length)?);
            let ends = model.0.intervals(&lines.0, level, Threads::new(threads))?;
            for (side, out) in [lower, upper].into_iter().enumerate() {
                fill(out, &ends.iter().map(|ends| ends[side]).collect::<Vec<_>>())?;
            }
            Ok(())
        })
    }
}

/// The number of groups of features, for `loyalty_return_propensity_contributions`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_groups(
    model: *const loyalty_return_propensity,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.groups().len()) }
}

/// Copies the name of a group of features, counted from 0, into `buffer` and stores its full length in
/// `*full_length`, which may be NULL; see "Text" above.
///
/// Errors: `PARAMETER` unless `group` is below `loyalty_return_propensity_groups`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_group_name(
    model: *const loyalty_return_propensity,
    group: usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let groups = borrow("model", model)?.0.groups();
            let name = groups.get(group).ok_or_else(|| {
                loyalty_core::Error::parameter("group", "below the number of groups", group as f64)
            })?;
            put_text(name, buffer, length, full_length);
            Ok(())
        })
    }
}

/// The log-odds of an average line, before the level.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_base(
    model: *const loyalty_return_propensity,
) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.base()) }
}

/// Why: what each group of features adds to the log-odds of each line against an average line. `out`
/// takes `loyalty_lines_len` rows of `loyalty_return_propensity_groups` numbers, row by row; with
/// `loyalty_return_propensity_base` a row adds up to logit p.
///
/// Errors: as `loyalty_return_propensity_score`; `LENGTH` where `length` is another number of numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_contributions(
    model: *const loyalty_return_propensity,
    lines: *const loyalty_lines,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, lines) = (borrow("model", model)?, borrow("lines", lines)?);
            let out = results(out, length)?;
            fill(out, &model.0.contributions(&lines.0, Threads::new(threads))?.concat())
        })
    }
}

/// Scores lines by what is known before the day of each, as `loyalty_return_propensity_score` does,
/// and takes them in, at a constant cost per line. Lines come in order of their days, an order whole
/// in one call; the orders of a day may come in any order and be cut into calls anywhere, with the same
/// result to the last bit. An order that was told before, the same lines under the same id, changes nothing; its
/// lines have their score of then at today's level. `loyalty_return_propensity_told_before` tells which these are.
///
/// Errors: as `loyalty_return_propensity_score`, and `VALUE` where a new order is from a day that is over,
/// or where one was told before with other lines; the model is then as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_update(
    model: *mut loyalty_return_propensity,
    lines: *const loyalty_lines,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, lines) = (borrow_mut("model", model)?, borrow("lines", lines)?);
            let out = results(out, length)?;
            same_length(lines.0.len(), out)?;
            let scores = model.0.update(&lines.0)?;
            fill(out, &scores.probability())
        })
    }
}

/// Takes in returns, at a constant cost each: the ids of lines, as in `loyalty_line_columns.line`,
/// and when they came back, on a `loyalty_time_scale`. A return counts from the day after it on.
/// `counted` takes how many open lines are known to have come back by these returns and were not before,
/// `unknown` how many returns were of other lines: of lines older than the horizon, or not told yet; either may be
/// NULL. The rest is of lines whose return was known already, such as returns told twice.
///
/// Errors: `REFUSED` for a time outside the years 0001 to 9999, before the day of the line's order, or in
/// days to come more than a year after it; the model is unchanged. `CHOICE` for an unknown code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_update_returns(
    model: *mut loyalty_return_propensity,
    lines: loyalty_ids,
    time: *const i64,
    time_scale: i32,
    rows: usize,
    counted: *mut usize,
    unknown: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = borrow_mut("model", model)?;
            let ids = Ids::new("lines", &lines, rows)?.ok_or(Failure::Null("lines"))?;
            let time = Column::new("time", column("time", time, rows)?);
            let scale = code::time_scale(time_scale)?;
            let returns = Returns::new(&ids.as_column(), &time, scale, Invalid::Raise)?;
            let report = model.0.update_returns(&returns)?;
            for (out, count) in [(counted, report.counted), (unknown, report.unknown)] {
                if !out.is_null() {
                    slot("out", out)?.write(count);
                }
            }
            Ok(())
        })
    }
}

/// Goes on to the morning of a day, counted from 1970-01-01, so that what is due by then counts.
///
/// Errors: `PARAMETER` for a day more than 3660 days after the one that the model has reached.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_advance(
    model: *mut loyalty_return_propensity,
    day: i32,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || Ok(borrow_mut("model", model)?.0.advance(day)?)) }
}

/// The day whose morning the state is that of, counted from 1970-01-01.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_today(
    model: *const loyalty_return_propensity,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.today()) }
}

/// How many lines are neither back nor older than the horizon.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_open_lines(
    model: *const loyalty_return_propensity,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.open_lines()) }
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_free(model: *mut loyalty_return_propensity) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}

fn same_length(expected: usize, out: &[f64]) -> Result<(), Failure> {
    if out.len() == expected {
        return Ok(());
    }
    let column = "out".to_owned();
    Err(loyalty_core::Error::Length { column, expected, got: out.len() }.into())
}

fn fill(out: &mut [f64], values: &[f64]) -> Result<(), Failure> {
    same_length(values.len(), out)?;
    out.copy_from_slice(values);
    Ok(())
}
