//! Scores by models with covariates: what is known of customers, in columns by name.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::models::Model;
use loyalty_core::orders::{Column, CustomerColumn};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::PurchaseWithCovariates;
use loyalty_core::spend::SpendWithCovariates;
use loyalty_core::summary::{CovariateColumn, Covariates, CustomerSummary};

use crate::code::{self, loyalty_unit};
use crate::column::{column, results};
use crate::discounting::loyalty_discounting;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};
use crate::model::Fitted;
use crate::order_lines::{Ids, loyalty_ids, names};
use crate::summary::loyalty_summary;
use crate::text::read_text;
use crate::versioned::{self, Versioned};

/// The columns of covariates, a row for each customer of a summary and in its order. Set by
/// `loyalty_covariate_columns_init`, then field by field; `rows` and at least one column are needed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_covariate_columns {
    /// Set by `loyalty_covariate_columns_init`.
    pub struct_size: usize,
    /// The number of customers, and of values in each column.
    pub rows: usize,
    /// Columns of numbers from -1e50 to 1e50, as many as `number_count`, in any order.
    pub numbers: *const *const f64,
    /// The name of each of them, UTF-8.
    pub number_names: *const *const c_char,
    /// How many there are.
    pub number_count: usize,
    /// Columns of levels as text, as many as `category_count`, in any order.
    pub categories: *const loyalty_ids,
    /// The name of each of them, UTF-8.
    pub category_names: *const *const c_char,
    /// How many there are.
    pub category_count: usize,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_covariate_columns {
    const FIRST_SIZE: usize = size_of::<Self>();

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            rows: 0,
            numbers: std::ptr::null(),
            number_names: std::ptr::null(),
            number_count: 0,
            categories: std::ptr::null(),
            category_names: std::ptr::null(),
            category_count: 0,
        }
    }
}

impl loyalty_covariate_columns {
    /// # Safety
    /// Every column has as many values as the struct says, and as many names.
    unsafe fn covariates(&self) -> Result<Covariates, Failure> {
        let rows = self.rows;
        // SAFETY: this function's contract.
        let (numbers, number_names, categories, category_names) = unsafe {
            (
                column("numbers", self.numbers, self.number_count)?,
                names("number_names", self.number_names, self.number_count)?,
                column("categories", self.categories, self.category_count)?,
                names("category_names", self.category_names, self.category_count)?,
            )
        };
        let level = |(one, name)| {
            // SAFETY: this function's contract.
            unsafe { Ids::new(name, one, rows)? }.ok_or(Failure::Null("category"))
        };
        let levels =
            categories.iter().zip(category_names).map(level).collect::<Result<Vec<_>, _>>()?;
        let mut columns: Vec<CovariateColumn<'_>> = Vec::new();
        for (&values, name) in numbers.iter().zip(number_names) {
            // SAFETY: this function's contract.
            let values = unsafe { column("number", values, rows)? };
            columns.push(Column::new(name, values).into());
        }
        for ids in &levels {
            match ids.as_column() {
                CustomerColumn::Text(text) => columns.push(CovariateColumn::Category(text)),
                CustomerColumn::Int(ids) => {
                    let (column, got) = (ids.name.to_owned(), "whole numbers".to_owned());
                    return Err(Error::Type { column, expected: "text", got }.into());
                }
            }
        }
        Ok(Covariates::new(&columns)?)
    }
}

/// What is known of customers besides their purchases: one row per customer, checked once. Immutable.
#[derive(Debug)]
pub struct loyalty_covariates(Covariates);

/// Sets the defaults; `size` is `sizeof(loyalty_covariate_columns)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_covariate_columns_init(
    columns: *mut loyalty_covariate_columns,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(columns, size) }
}

/// Checks covariates and takes a copy of them.
///
/// Errors: `EMPTY` without rows or columns; `MISSING_COLUMN` where a name is there twice; `TYPE` for levels that
/// are whole numbers; `VALUE` with the first cell that is missing (NaN, empty text) or outside its domain;
/// `INVALID_UTF8`. Free with `loyalty_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_covariates_new(
    columns: *const loyalty_covariate_columns,
    out: *mut *mut loyalty_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let columns = versioned::read_required("columns", columns)?;
            give(out, loyalty_covariates(columns.covariates()?))
        })
    }
}

/// The number of rows; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_covariates_len(covariates: *const loyalty_covariates) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(covariates, |covariates| covariates.0.len()) }
}

/// Frees covariates; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_covariates_free(covariates: *mut loyalty_covariates) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(covariates) }
}

/// A model of purchases in which what is known of a customer moves how often they buy and how soon they
/// leave, from a file; docs/models.md has the formulas.
///
/// Its functions take the columns that it has learnt from, by name, in any order and among others. They
/// fail with `UNIT` where the summary is in another unit than the model, with `LENGTH` unless covariates
/// and results are as many as the summary's customers, with `MISSING_COLUMN` where a column is missing, with
/// `TYPE` where it holds text for numbers or the reverse, with `VALUE` for a level that was not learnt or
/// covariates that move a parameter out of its domain. `threads` is 0 for as many as the machine runs at
/// once; the results are the same for every number.
#[derive(Debug)]
pub struct loyalty_purchase_with_covariates(Fitted<PurchaseWithCovariates>);

/// Loads a model of purchases with covariates from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no such model;
/// `PARAMETER` where a parameter is outside its domain. Free with `loyalty_purchase_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_load(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let family = "purchases with covariates";
            let loaded = Fitted::load(read_text("path", path)?, family, |model| match model {
                Model::PurchaseWithCovariates(model) => Some(model),
                _ => None,
            })?;
            give(out, loyalty_purchase_with_covariates(loaded))
        })
    }
}

/// The kind of model that its customers follow, a number of `loyalty_purchase_kind`; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_kind(
    model: *const loyalty_purchase_with_covariates,
) -> i32 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.model.kind().code().cast_signed()) }
}

/// The unit of time; `LOYALTY_UNIT_NONE` where none is declared.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_unit(
    model: *const loyalty_purchase_with_covariates,
) -> loyalty_unit {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| code::of_unit(model.0.model.unit())) }
}

/// A column of answers, as C asks for it.
struct Answers {
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    threads: usize,
    out: *mut f64,
    length: usize,
}

impl Answers {
    /// # Safety
    /// The handles are NULL or live objects; `out` is NULL or writable for `length` values.
    unsafe fn fill(
        self,
        fill: impl FnOnce(
            &PurchaseWithCovariates,
            &CustomerSummary,
            &Covariates,
            &mut [f64],
            Threads,
        ) -> Result<(), Error>,
    ) -> Result<(), Failure> {
        // SAFETY: this function's contract.
        let (model, summary, covariates, out) = unsafe {
            (
                borrow("model", self.model)?,
                borrow("summary", self.summary)?,
                borrow("covariates", self.covariates)?,
                results(self.out, self.length)?,
            )
        };
        let threads = Threads::new(self.threads);
        Ok(fill(&model.0.model, &summary.0, &covariates.0, out, threads)?)
    }
}

/// The probability that each customer is still active at the end of observation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_p_alive(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || answers.fill(PurchaseWithCovariates::p_alive_into)) }
}

/// The probability that each customer is still active `horizon` after the end of observation.
///
/// Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_p_alive_at(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, covariates, out, threads| {
                model.p_alive_at_into(summary, covariates, horizon, out, threads)
            })
        })
    }
}

/// The expected purchases of each customer within `horizon` after the end of observation.
///
/// Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_expected_purchases(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, covariates, out, threads| {
                model.expected_purchases_into(summary, covariates, horizon, out, threads)
            })
        })
    }
}

/// The probability that each customer makes no purchase within `horizon` after the end of observation.
///
/// Errors: `PARAMETER` unless the horizon is from 0 to 1e50.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_p_no_purchase(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, covariates, out, threads| {
                model.p_no_purchase_into(summary, covariates, horizon, out, threads)
            })
        })
    }
}

/// The discounted expected purchases of each customer after the end of observation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_discounted_purchases(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    discounting: *const loyalty_discounting,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let discounting = &borrow("discounting", discounting)?.0;
            answers.fill(|model, summary, covariates, out, threads| {
                model.discounted_purchases_into(summary, covariates, discounting, out, threads)
            })
        })
    }
}

/// The distribution of each customer's purchases within `horizon`, `counts` values each, one customer after
/// the other: the probabilities of 0, 1, 2, … purchases, and in the last place of as many or more.
///
/// Errors: `PARAMETER` unless the horizon is from 0 to 1e50; `EMPTY` where `counts` is 0; `LENGTH` unless
/// `length` is `counts` times `loyalty_summary_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_purchase_distribution(
    model: *const loyalty_purchase_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    horizon: f64,
    counts: usize,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let answers = Answers { model, summary, covariates, threads, out, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            answers.fill(|model, summary, known, out, threads| {
                model.purchase_distribution_into(summary, known, horizon, counts, out, threads)
            })
        })
    }
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_free(
    model: *mut loyalty_purchase_with_covariates,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}

/// A Gamma-Gamma in which what is known of a customer moves how much they spend, from a file.
#[derive(Debug)]
pub struct loyalty_spend_with_covariates(Fitted<SpendWithCovariates>);

/// Loads a model of spend with covariates from its file, written in any language. `path` is UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read, is no model file or holds no such model;
/// `PARAMETER` where a parameter is outside its domain. Free with `loyalty_spend_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_load(
    path: *const c_char,
    out: *mut *mut loyalty_spend_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let family = "spend with covariates";
            let loaded = Fitted::load(read_text("path", path)?, family, |model| match model {
                Model::SpendWithCovariates(model) => Some(model),
                _ => None,
            })?;
            give(out, loyalty_spend_with_covariates(loaded))
        })
    }
}

/// The expected amount per purchase of each customer; see `loyalty_spend_model_expected_spend_batch`, and
/// `loyalty_purchase_with_covariates` for what is asked of the covariates.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_expected_spend(
    model: *const loyalty_spend_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    threads: usize,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, summary) = (borrow("model", model)?, borrow("summary", summary)?);
            let covariates = borrow("covariates", covariates)?;
            let (out, threads) = (results(out, length)?, Threads::new(threads));
            let model = &model.0.model;
            Ok(model.expected_spend_into(&summary.0, &covariates.0, out, threads)?)
        })
    }
}

/// Frees a model; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_free(
    model: *mut loyalty_spend_with_covariates,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(model) }
}
