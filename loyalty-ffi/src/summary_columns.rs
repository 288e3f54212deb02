//! A customer summary that comes as columns.

use loyalty_core::orders::Column;
use loyalty_core::summary::{CustomerSummary, SummaryColumns};

use crate::code;
use crate::column::{column, optional_column};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::give;
use crate::summary::loyalty_summary;
use crate::versioned::{self, Versioned, through};

/// The columns of a customer summary. Set by `loyalty_summary_columns_init`, then field by field;
/// `frequency`, `recency` and `T` are needed, the others may stay NULL.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_summary_columns {
    /// Set by `loyalty_summary_columns_init`.
    pub struct_size: usize,
    /// The number of customers, and of values in each column.
    pub rows: usize,
    /// Repeat purchases: whole numbers from 0 to 4294967294.
    pub frequency: *const f64,
    /// Time from first to last purchase: from 0 to T, and 0 exactly where frequency is 0.
    pub recency: *const f64,
    /// Time from first purchase to the end of observation: from 0 to 1e50.
    pub T: *const f64,
    /// Mean amount per purchase: from 0 to 1e50; 0 or NaN where no purchase is behind it.
    pub monetary_value: *const f64,
    /// Sum of all amounts: from 0 to 1e50. RFM needs it.
    pub total_amount: *const f64,
    /// Sum of ln of the times between successive purchases, in the unit of recency: 0 where frequency
    /// is 0, ln recency where it is 1, at most frequency * ln(recency / frequency). Fits of models that
    /// know how regular customers are need it.
    pub sum_ln_gaps: *const f64,
    /// How many customers each row stands for: finite, above 0.
    pub weights: *const f64,
    /// The customers' ids, none twice.
    pub customer: *const i64,
    /// The unit of recency and T, a `loyalty_unit`; `LOYALTY_UNIT_NONE` by default.
    pub unit: i32,
    /// Whether the monetary value averages the first purchase too; false by default.
    pub includes_first: bool,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_summary_columns {
    const FIRST_SIZE: usize = through!(includes_first: bool);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            rows: 0,
            frequency: std::ptr::null(),
            recency: std::ptr::null(),
            T: std::ptr::null(),
            monetary_value: std::ptr::null(),
            total_amount: std::ptr::null(),
            sum_ln_gaps: std::ptr::null(),
            weights: std::ptr::null(),
            customer: std::ptr::null(),
            unit: code::loyalty_unit::None as i32,
            includes_first: false,
        }
    }
}

impl loyalty_summary_columns {
    /// # Safety
    /// Every column is NULL or has as many values as the struct says.
    unsafe fn core(&self) -> Result<SummaryColumns<'_>, Failure> {
        let rows = self.rows;
        // SAFETY: this function's contract.
        unsafe {
            let mut core = SummaryColumns::new(
                column("frequency", self.frequency, rows)?,
                column("recency", self.recency, rows)?,
                column("T", self.T, rows)?,
            );
            let optional = |name, values| {
                let column = optional_column(values, rows)?;
                Ok::<_, Failure>(column.map(|values| Column::new(name, values)))
            };
            core.monetary_value = optional("monetary_value", self.monetary_value)?;
            core.total_amount = optional("total_amount", self.total_amount)?;
            core.sum_ln_gaps = optional("sum_ln_gaps", self.sum_ln_gaps)?;
            core.weights = optional("weights", self.weights)?;
            let customer = optional_column(self.customer, rows)?;
            core.customer = customer.map(|ids| Column::new("customer", ids).into());
            core.unit = code::optional_unit(self.unit)?;
            core.includes_first = self.includes_first;
            Ok(core)
        }
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_summary_columns)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_columns_init(
    columns: *mut loyalty_summary_columns,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(columns, size) }
}

/// Checks every row of a customer summary and takes a copy of the columns, in the order given.
///
/// Errors: `EMPTY` without rows; `VALUE` with the first row that breaks its column's rule and how
/// many more do; `CHOICE` for an unknown unit. Free with `loyalty_summary_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_summary_new(
    columns: *const loyalty_summary_columns,
    out: *mut *mut loyalty_summary,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let columns = versioned::read_required("columns", columns)?;
            give(out, loyalty_summary(CustomerSummary::new(&columns.core()?)?))
        })
    }
}
