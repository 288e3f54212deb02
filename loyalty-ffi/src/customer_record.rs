//! One customer's record: what a shop keeps of them in its own database, as bytes.

use loyalty_core::Error;
use loyalty_core::orders::{CustomerColumn, CustomerId, CustomerRecord};
use loyalty_core::summary::{PurchaseWork, Purchases};

use crate::code;
use crate::column::{column, optional_column};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, borrow_mut, free, give, look, slot};
use crate::ledger_basis::instant;
use crate::order_lines::{Ids, loyalty_ids, loyalty_lines};
use crate::summarize::loyalty_summary_options;
use crate::versioned::{self, Versioned, through};

/// What a contact with a customer is.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_contact {
    /// The customer asked for service.
    Service = 0,
    /// They did because of the shop: a late delivery, a defect.
    FirmCaused = 1,
    /// The shop wrote to them.
    Marketing = 2,
}

/// All that a shop knows of one customer's order lines, returns and contacts. It is kept between orders as
/// bytes, in the shop's own database, and goes on from them.
///
/// It moves on by the functions that take it without `const`: while one of these runs, no other
/// thread may use the object.
#[derive(Debug)]
pub struct loyalty_customer_record(pub(crate) CustomerRecord);

/// What the models of purchases and spend know of one customer. Set by `loyalty_purchases_init`, then
/// filled.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_purchases {
    /// Set by `loyalty_purchases_init`.
    pub struct_size: usize,
    /// x: repeat purchases.
    pub frequency: u32,
    /// How many purchases the mean amount is of.
    pub transactions: u32,
    /// t_x: from the first purchase to the last, in the unit of the options.
    pub recency: f64,
    /// T: from the first purchase to the end of observation.
    pub T: f64,
    /// Mean amount of the repeat purchases, or of all with `include_first`; 0 without any.
    pub monetary_value: f64,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_purchases {
    const FIRST_SIZE: usize = through!(monetary_value: f64);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            frequency: 0,
            transactions: 0,
            recency: 0.0,
            T: 0.0,
            monetary_value: 0.0,
        }
    }
}

impl From<Purchases> for loyalty_purchases {
    fn from(found: Purchases) -> Self {
        Self {
            frequency: found.history.x(),
            transactions: found.transactions,
            recency: found.history.t_x(),
            T: found.history.t(),
            monetary_value: found.monetary_value,
            ..Self::defaults()
        }
    }
}

/// Sets everything to 0; `size` is `sizeof(loyalty_purchases)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchases_init(purchases: *mut loyalty_purchases, size: usize) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(purchases, size) }
}

/// Frequency, recency, T and mean amount of one customer from the times of their orders, or order lines,
/// in any order: `rows` numbers on a `loyalty_time_scale`, and what was paid for each. `amounts` may be NULL. All
/// orders of a customer within an occasion period are one purchase: the commonest mistake is to count orders.
///
/// `options` are those of the summary that the models were fitted to, with the `observation_end`, which is
/// needed: the last order of one customer is no end of observation. Orders after it are left out. The
/// numbers are those of `loyalty_orders_summarize` to the last bit.
///
/// Errors: `PARAMETER` without an observation end, or with one outside the years 0001 to 9999; `VALUE` where a
/// time is, or an amount is not from 0 to 1e50; `EMPTY` where no order is at or before the end; `CHOICE` for
/// an unknown code, or where unit and occasion do not fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchases_of_orders(
    times: *const i64,
    time_scale: i32,
    amounts: *const f64,
    rows: usize,
    options: *const loyalty_summary_options,
    out: *mut loyalty_purchases,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let options = versioned::read(options)?.core()?;
            let scale = code::time_scale(time_scale)?;
            let instant = |(row, time): (usize, &i64)| {
                scale.microseconds(*time).ok_or_else(|| Error::Value {
                    column: "times".to_owned(),
                    row,
                    expected: "within the years 0001 to 9999",
                    value: time.to_string(),
                    more: 0,
                })
            };
            let times = column("times", times, rows)?.iter().enumerate().map(instant);
            let times = times.collect::<Result<Vec<_>, _>>()?;
            let amounts = optional_column(amounts, rows)?;
            let found = Purchases::of(&times, amounts, &options, &mut PurchaseWork::default())?;
            versioned::write("out", out, found.into())
        })
    }
}

/// A record of a customer of whom nothing is known yet.
///
/// Errors: none besides those that every function has. Free with `loyalty_customer_record_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_new(
    out: *mut *mut loyalty_customer_record,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || give(out, loyalty_customer_record(CustomerRecord::default()))) }
}

/// Reads a record from its bytes into one that is there, in place of what it held; its memory is used
/// again, so that a program that serves one customer after the other needs one record.
///
/// Errors: `MODEL_FILE` where the bytes are not those of a record, of a version that this library does not
/// know, or damaged, which a checksum tells; the record is then empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_read(
    record: *mut loyalty_customer_record,
    bytes: *const u8,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let bytes = column("bytes", bytes, length)?;
            Ok(borrow_mut("record", record)?.0.read_bytes(bytes)?)
        })
    }
}

/// The record as bytes, to be kept in a database: `buffer`, which has room for `length`, gets all of
/// them, and `full_length` their number. Ask for that alone with a buffer of NULL. Equal records have
/// equal bytes, in whatever order and in how many pieces they were told.
///
/// Errors: `LENGTH` where the buffer is too short; `full_length` is set all the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_write(
    record: *const loyalty_customer_record,
    buffer: *mut u8,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let bytes = borrow("record", record)?.0.to_bytes();
            slot("full_length", full_length)?.write(bytes.len());
            if buffer.is_null() {
                return Ok(());
            }
            if length < bytes.len() {
                let (column, expected) = ("buffer".to_owned(), bytes.len());
                return Err(Error::Length { column, expected, got: length }.into());
            }
            bytes.as_ptr().copy_to_nonoverlapping(buffer, bytes.len());
            Ok(())
        })
    }
}

/// Adds lines of this customer: those of an order, of some, or of all of them. Lines that the record has by
/// their own ids (`loyalty_line_columns.line`) are not added again; a return that they tell is. `added`
/// and `repeated` get how many are which; either may be NULL. All lines of a record have the same columns;
/// returns may come later.
///
/// Errors: `PARAMETER` where the lines are of several customers; `MISSING_COLUMN` or `TYPE` where they have other
/// columns than the lines so far; `VALUE` where a line of a known id is another line; the record is then as
/// before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_add_lines(
    record: *mut loyalty_customer_record,
    lines: *const loyalty_lines,
    added: *mut usize,
    repeated: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let lines = &borrow("lines", lines)?.0;
            let found = borrow_mut("record", record)?.0.add_lines(lines)?;
            for (out, count) in [(added, found.added), (repeated, found.repeated)] {
                if !out.is_null() {
                    slot("out", out)?.write(count);
                }
            }
            Ok(())
        })
    }
}

/// Notes that lines came back: `rows` ids as in `loyalty_line_columns.line`, when on a
/// `loyalty_time_scale`, and what was paid back for each, which is all that was paid where `amounts` is NULL. A
/// return is told once, and of several the first counts. `news` gets how many were not known; it may be
/// NULL.
///
/// Errors: `VALUE` where the record has no such line, where a time is before the day of the order or outside
/// the years 0001 to 9999, or an amount not above 0 and at most what was paid; `CHOICE` for an unknown code;
/// `INVALID_UTF8`; the record is then as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_add_returns(
    record: *mut loyalty_customer_record,
    lines: loyalty_ids,
    times: *const i64,
    time_scale: i32,
    amounts: *const f64,
    rows: usize,
    news: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let record = borrow_mut("record", record)?;
            let ids = Ids::new("lines", &lines, rows)?.ok_or(Failure::Null("lines"))?;
            let (ids, times) = (ids.as_column(), column("times", times, rows)?);
            let amounts = optional_column(amounts, rows)?;
            let (mut next, mut counted) = (record.0.clone(), 0);
            for row in 0..rows {
                let id = match &ids {
                    CustomerColumn::Int(ids) => CustomerId::Int(ids.values[row]),
                    CustomerColumn::Text(ids) => CustomerId::Text(ids.values.text(row)),
                };
                let time = instant("times", times[row], time_scale)?;
                let amount = amounts.map(|amounts| amounts[row]);
                counted += usize::from(next.add_return(id, time, amount)?);
            }
            record.0 = next;
            if !news.is_null() {
                slot("news", news)?.write(counted);
            }
            Ok(())
        })
    }
}

/// Adds a contact of a kind of `loyalty_contact`, at a time on a `loyalty_time_scale`. Contacts have no
/// ids: one that is told twice counts twice.
///
/// Errors: `CHOICE` for an unknown code; `PARAMETER` for a time outside the years 0001 to 9999; `VALUE` for a
/// cost that is not from 0 to 1e50; the record is then as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_add_contact(
    record: *mut loyalty_customer_record,
    contact: i32,
    time: i64,
    time_scale: i32,
    cost: f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (kind, time) = (code::contact(contact)?, instant("time", time, time_scale)?);
            Ok(borrow_mut("record", record)?.0.add_contact(kind, time, cost)?)
        })
    }
}

/// Notes that the customer opted out of labels and treatments, for good.
///
/// Errors: none besides those that every function has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_opt_out(
    record: *mut loyalty_customer_record,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            borrow_mut("record", record)?.0.opt_out();
            Ok(())
        })
    }
}

/// The number of order lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_len(
    record: *const loyalty_customer_record,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(record, |record| record.0.len()) }
}

/// Frequency, recency, T and mean amount from the record, as `loyalty_purchases_of_orders` has them: as
/// paid, or `net` of what is known on the day of the observation end to have come back, where of a purchase that
/// came back whole nothing is left.
///
/// Errors: as there, and `EMPTY` too where nothing is left.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_purchases(
    record: *const loyalty_customer_record,
    net: bool,
    options: *const loyalty_summary_options,
    out: *mut loyalty_purchases,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (record, options) = (borrow("record", record)?, versioned::read(options)?.core()?);
            let work = &mut PurchaseWork::default();
            let found = Purchases::of_record(&record.0, net, &options, work)?;
            versioned::write("out", out, found.into())
        })
    }
}

/// Frees a record; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_customer_record_free(record: *mut loyalty_customer_record) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(record) }
}
