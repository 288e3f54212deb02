//! Stage 1: an order log, checked once.

use std::ffi::c_char;

use loyalty_core::orders::{Column, CustomerColumn, OrderColumns, Orders, Refusal, TextColumn};

use crate::code;
use crate::column::{ArrowText, column, in_table, mask, optional_column};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look, put, slot};
use crate::text::{copy_text, member};
use crate::versioned::{self, Versioned, through};

/// One day, in the microseconds in which an end of observation or of calibration is given.
pub const LOYALTY_MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// A checked order log.
///
/// Rows need no order; two equal rows are two order lines and both count. Customers are sorted by
/// id (numbers ascending, text by its bytes), and so are the rows of every summary made from a log.
#[derive(Debug)]
pub struct loyalty_orders(pub(crate) Orders);

/// The columns of an order log, but for the customers' ids. Set by `loyalty_order_columns_init`,
/// then field by field; `time` and `time_scale` are needed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_order_columns {
    /// Set by `loyalty_order_columns_init`.
    pub struct_size: usize,
    /// The number of order lines, and of values in each column.
    pub rows: usize,
    /// When: whole numbers on the scale below, within the years 0001 to 9999.
    pub time: *const i64,
    /// What they count, a `loyalty_time_scale`. There is no default.
    pub time_scale: i32,
    /// What to do with rows that cannot be used, a `loyalty_invalid`; `LOYALTY_INVALID_RAISE` by
    /// default.
    pub invalid: i32,
    /// How much was paid, in one currency: from 0 to 1e50, NaN where missing. NULL for a log
    /// without amounts, which serves the BG/NBD but neither the Gamma-Gamma nor RFM.
    pub amount: *const f64,
    /// False where there is no customer id; NULL where all are there.
    pub customer_present: *const bool,
    /// False where there is no time; NULL where all are there.
    pub time_present: *const bool,
    /// False where there is no amount; NULL where all are there.
    pub amount_present: *const bool,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_order_columns {
    const FIRST_SIZE: usize = through!(amount_present: *const bool);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            rows: 0,
            time: std::ptr::null(),
            time_scale: 0,
            invalid: code::loyalty_invalid::Raise as i32,
            amount: std::ptr::null(),
            customer_present: std::ptr::null(),
            time_present: std::ptr::null(),
            amount_present: std::ptr::null(),
        }
    }
}

impl loyalty_order_columns {
    /// Checks the log and takes a copy of it.
    ///
    /// # Safety
    /// Every column has as many values as the struct says.
    unsafe fn orders(&self, customer: CustomerColumn<'_>) -> Result<Orders, Failure> {
        // SAFETY: this function's contract.
        let (time, time_present, amount, amount_present) = unsafe {
            (
                column("time", self.time, self.rows)?,
                mask("time_present", self.time_present, self.rows)?,
                optional_column(self.amount, self.rows)?,
                mask("amount_present", self.amount_present, self.rows)?,
            )
        };
        let columns = OrderColumns {
            customer,
            time: Column::new("time", time).with_present(time_present),
            scale: code::time_scale(self.time_scale)?,
            amount: amount.map(|amount| Column::new("amount", amount).with_present(amount_present)),
        };
        Ok(Orders::new(&columns, code::invalid(self.invalid)?)?)
    }
}

/// The rows of an order log that cannot be used for one reason.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_refusal {
    /// The reason: `missing_customer`, `missing_time`, `time_out_of_range`, `missing_amount`,
    /// `negative_amount` or `amount_out_of_range`.
    pub reason: [c_char; 32],
    /// The column at fault: `customer`, `time` or `amount`.
    pub column: [c_char; 32],
    /// How many rows.
    pub rows: usize,
    /// The first of them, counted from 0.
    pub first_row: usize,
}

impl From<&Refusal> for loyalty_refusal {
    fn from(refusal: &Refusal) -> Self {
        Self {
            reason: member(refusal.reason.name()),
            column: member(&refusal.column),
            rows: refusal.rows,
            first_row: refusal.first_row,
        }
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_order_columns)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_order_columns_init(
    columns: *mut loyalty_order_columns,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(columns, size) }
}

/// Checks an order log whose customer ids are whole numbers, `columns->rows` of them, and takes a
/// copy of the rows in use.
///
/// Errors: `EMPTY` without rows; `REFUSED` where rows cannot be used and `columns->invalid` is
/// `LOYALTY_INVALID_RAISE`, or where none can, with a count by reason in the message; `VALUE` for a
/// mask that is neither 0 nor 1; `CHOICE` for an unknown code. Free with `loyalty_orders_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_new_int(
    customer: *const i64,
    columns: *const loyalty_order_columns,
    out: *mut *mut loyalty_orders,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let columns = versioned::read_required("columns", columns)?;
            let present = mask("customer_present", columns.customer_present, columns.rows)?;
            let ids = column("customer", customer, columns.rows)?;
            let customer = Column::new("customer", ids).with_present(present);
            give(out, loyalty_orders(columns.orders(customer.into())?))
        })
    }
}

/// Checks an order log whose customer ids are text, as Arrow stores it, and takes a copy of the
/// rows in use.
///
/// The id of row i is the bytes `offsets[i]` to `offsets[i + 1]` of `data`, so there are
/// `columns->rows + 1` offsets. Ids are UTF-8 of any length; an empty id is a missing one.
///
/// Errors: as `loyalty_orders_new_int`, and `INVALID_UTF8` with the first row at fault; `VALUE`
/// where the offsets fall. Free with `loyalty_orders_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_new_text(
    offsets: *const i64,
    data: *const c_char,
    columns: *const loyalty_order_columns,
    out: *mut *mut loyalty_orders,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let columns = versioned::read_required("columns", columns)?;
            let present = mask("customer_present", columns.customer_present, columns.rows)?;
            let text = ArrowText::new("customer", offsets, data.cast(), columns.rows)?;
            let values: &dyn TextColumn = &text;
            let customer = Column { name: "customer", values, present };
            give(out, loyalty_orders(columns.orders(CustomerColumn::Text(customer))?))
        })
    }
}

/// The number of order lines in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_len(orders: *const loyalty_orders) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(orders, |orders| orders.0.len()) }
}

/// The number of order lines read, those in use and those refused.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_rows(orders: *const loyalty_orders) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(orders, |orders| orders.0.report().rows()) }
}

/// The number of customers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_customers(orders: *const loyalty_orders) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(orders, |orders| orders.0.customers().len()) }
}

/// First and last order, in microseconds since 1970-01-01T00:00.
///
/// Errors: those of every function alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_time_range(
    orders: *const loyalty_orders,
    first: *mut i64,
    last: *mut i64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let range = borrow("orders", orders)?.0.time_range();
            let (first, last) = (slot("first", first)?, slot("last", last)?);
            first.write(range.0);
            last.write(range.1);
            Ok(())
        })
    }
}

/// Copies a sentence on the rows that cannot be used into `buffer` and returns its full length; see
/// "Text" above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_report(
    orders: *const loyalty_orders,
    buffer: *mut c_char,
    length: usize,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        let text = look(orders, |orders| orders.0.report().to_string());
        copy_text(&text, buffer, length)
    }
}

/// The number of reasons for which rows were left out.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_refusals(orders: *const loyalty_orders) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(orders, |orders| orders.0.report().refusals().len()) }
}

/// The rows left out for one reason, counted from 0.
///
/// Errors: `PARAMETER` unless `row` is below `loyalty_orders_refusals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_refusal(
    orders: *const loyalty_orders,
    row: usize,
    out: *mut loyalty_refusal,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let refusals = borrow("orders", orders)?.0.report().refusals();
            put(out, (&refusals[in_table(row, refusals.len())?]).into())
        })
    }
}

/// Frees an order log; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_orders_free(orders: *mut loyalty_orders) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(orders) }
}
