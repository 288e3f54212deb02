//! Credit notes matched to the purchases they give money back for.

use loyalty_core::orders::{Column, CreditColumns, CreditMatch, match_credits};

use crate::code;
use crate::column::{column, copy_column};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::order_lines::{Ids, loyalty_ids};
use crate::versioned::{self, Versioned, through};

/// By which rule a credit note found its purchases.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_credit_match {
    /// The newest purchase with as many pieces left, at the same price.
    Exact = 0,
    /// The newest with as many pieces left, at another price.
    SameQuantity = 1,
    /// The newest with more pieces left: a part of a line came back.
    Part = 2,
    /// Several, newest first.
    Several = 3,
    /// Some of its pieces were never bought before, as far as the purchases tell.
    Exceeds = 4,
    /// The customer bought this product, but all of it is credited already, or was bought later.
    NothingLeft = 5,
    /// The customer never bought this product.
    NeverBought = 6,
    /// The row of the note cannot be used, and was left out.
    Refused = 7,
    /// A rule that has no number yet.
    Other = 8,
}

/// Purchases or credit notes, one row per line. Set by `loyalty_credit_columns_init`, then field by field; all
/// columns are needed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_credit_columns {
    /// Set by `loyalty_credit_columns_init`.
    pub struct_size: usize,
    /// The number of lines, and of values in each column.
    pub rows: usize,
    /// Whose.
    pub customer: loyalty_ids,
    /// What.
    pub product: loyalty_ids,
    /// When: whole numbers on the scale below.
    pub time: *const i64,
    /// Pieces, above 0; those of credit notes may all be below 0 instead, and then count without the sign.
    pub quantity: *const f64,
    /// Price of one piece.
    pub price: *const f64,
    /// What the times count, a `loyalty_time_scale`. There is no default.
    pub time_scale: i32,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_credit_columns {
    const FIRST_SIZE: usize = through!(time_scale: i32);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            rows: 0,
            customer: loyalty_ids::NONE,
            product: loyalty_ids::NONE,
            time: std::ptr::null(),
            quantity: std::ptr::null(),
            price: std::ptr::null(),
            time_scale: 0,
        }
    }
}

impl loyalty_credit_columns {
    /// The ids, which the columns are made of.
    ///
    /// # Safety
    /// Every column has as many values as the struct says.
    unsafe fn ids<'a>(&self) -> Result<[Ids<'a>; 2], Failure> {
        let needed = |name: &'static str, ids: &loyalty_ids| {
            // SAFETY: this function's contract.
            unsafe { Ids::new(name, ids, self.rows)? }.ok_or(Failure::Null(name))
        };
        Ok([needed("customer", &self.customer)?, needed("product", &self.product)?])
    }

    /// # Safety
    /// As [`Self::ids`].
    unsafe fn columns<'a>(&self, ids: &'a [Ids<'a>; 2]) -> Result<CreditColumns<'a>, Failure> {
        let rows = self.rows;
        // SAFETY: this function's contract.
        let (time, quantity, price) = unsafe {
            (
                column("time", self.time, rows)?,
                column("quantity", self.quantity, rows)?,
                column("price", self.price, rows)?,
            )
        };
        Ok(CreditColumns {
            customer: ids[0].as_column(),
            product: ids[1].as_column(),
            time: Column::new("time", time),
            scale: code::time_scale(self.time_scale)?,
            quantity: Column::new("quantity", quantity),
            price: Column::new("price", price),
        })
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_credit_columns)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_credit_columns_init(
    columns: *mut loyalty_credit_columns,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(columns, size) }
}

/// Finds out which purchases came back, from a log in which returns are credit notes of their own: per customer
/// and product, notes in order of time, each for the newest purchase that it fits.
///
/// ```text
///     returned[purchase]              pieces given back: loyalty_line_columns.returned
///     return_time[purchase]           the time of the first credit on the scale of the notes, 0 where kept
///     return_time_present[purchase]   whether there is one
///     rule[note]                      the loyalty_credit_match by which the note was matched
/// ```
///
/// The first three take `purchase_length` values, the rows of the purchases, `rule` as many as there are notes.
/// `invalid` is a `loyalty_invalid`: what to do with rows that cannot be used.
///
/// Errors: `REFUSED` where rows of a table cannot be used and are not to be dropped, or where none of them can,
/// with a count by reason in the message; `LENGTH`; `INVALID_UTF8`; `CHOICE` for an unknown code; `PARAMETER` where
/// there are 2^32 - 1 rows or more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_match_credits(
    purchases: *const loyalty_credit_columns,
    credits: *const loyalty_credit_columns,
    invalid: i32,
    returned: *mut f64,
    return_time: *mut i64,
    return_time_present: *mut bool,
    purchase_length: usize,
    rule: *mut i32,
    rule_length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let purchases = versioned::read_required("purchases", purchases)?;
            let credits = versioned::read_required("credits", credits)?;
            let (bought, notes) = (purchases.ids()?, credits.ids()?);
            let (bought, notes) = (purchases.columns(&bought)?, credits.columns(&notes)?);
            let found = match_credits(&bought, &notes, code::invalid(invalid)?)?;
            let times: Vec<i64> =
                found.return_time.iter().map(|time| time.unwrap_or_default()).collect();
            let present: Vec<bool> = found.return_time.iter().map(Option::is_some).collect();
            let rules: Vec<i32> = found.rule.iter().map(|&rule| rule_of(rule) as i32).collect();
            copy_column(&found.returned_quantity, returned, purchase_length)?;
            copy_column(&times, return_time, purchase_length)?;
            copy_column(&present, return_time_present, purchase_length)?;
            copy_column(&rules, rule, rule_length)
        })
    }
}

fn rule_of(rule: CreditMatch) -> loyalty_credit_match {
    match rule {
        CreditMatch::Exact => loyalty_credit_match::Exact,
        CreditMatch::SameQuantity => loyalty_credit_match::SameQuantity,
        CreditMatch::Part => loyalty_credit_match::Part,
        CreditMatch::Several => loyalty_credit_match::Several,
        CreditMatch::Exceeds => loyalty_credit_match::Exceeds,
        CreditMatch::NothingLeft => loyalty_credit_match::NothingLeft,
        CreditMatch::NeverBought => loyalty_credit_match::NeverBought,
        CreditMatch::Refused => loyalty_credit_match::Refused,
        _ => loyalty_credit_match::Other,
    }
}
