//! What is known of customers, in columns by name, and the models that it moves.

// The header has the functions in the order of these lines.

pub mod roles;

pub mod purchase;

pub mod predictions;

pub mod spend;

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::orders::{Column, CustomerColumn};
use loyalty_core::summary::{CovariateColumn, Covariates};

use crate::column::column;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{free, give, look};
use crate::order_lines::{Ids, loyalty_ids, names};
use crate::versioned::{self, Versioned, through};

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
    const FIRST_SIZE: usize = through!(category_count: usize);

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
pub struct loyalty_covariates(pub(crate) Covariates);

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

/// The name of a column that a model has learnt from, counted from 0.
fn column_name<'a>(
    mut columns: impl Iterator<Item = &'a str>,
    index: usize,
) -> Result<&'a str, Error> {
    let expected = "below the number of columns";
    columns.nth(index).ok_or_else(|| Error::parameter("index", expected, index as f64))
}

#[cfg(test)]
mod tests;
