//! Order lines: what was bought with what, checked once.

use std::ffi::c_char;

use loyalty_core::orders::{Column, CustomerColumn, Invalid, LineColumns, OrderLines, TextColumn};

use crate::code;
use crate::column::{ArrowText, column, mask, optional_column};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{free, give, look};
use crate::text::read_text;
use crate::versioned::{self, Versioned, through};

/// Ids of a table's rows: either `numbers`, or `offsets` and `data` as Arrow stores text (the id of
/// row i is the bytes `offsets[i]` to `offsets[i + 1]` of `data`). All NULL for a column left out.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_ids {
    /// Whole numbers.
    pub numbers: *const i64,
    /// For text, where each id begins, and behind the last where it ends: one more than rows.
    pub offsets: *const i64,
    /// For text, its bytes, UTF-8.
    pub data: *const c_char,
}

impl loyalty_ids {
    pub(crate) const NONE: Self =
        Self { numbers: std::ptr::null(), offsets: std::ptr::null(), data: std::ptr::null() };
}

/// Ids as they are borrowed for a call.
pub(crate) enum Ids<'a> {
    Numbers(&'a str, &'a [i64]),
    Text(&'a str, ArrowText<'a>),
}

impl<'a> Ids<'a> {
    /// `None` for a column that is left out.
    ///
    /// # Safety
    /// The columns have as many values as `rows` says.
    pub(crate) unsafe fn new(
        name: &'a str,
        ids: &loyalty_ids,
        rows: usize,
    ) -> Result<Option<Self>, Failure> {
        // SAFETY: this function's contract.
        unsafe {
            if !ids.offsets.is_null() {
                let text = ArrowText::new(name, ids.offsets, ids.data.cast(), rows)?;
                return Ok(Some(Self::Text(name, text)));
            }
            let numbers = optional_column(ids.numbers, rows)?;
            Ok(numbers.map(|numbers| Self::Numbers(name, numbers)))
        }
    }

    pub(crate) fn as_column(&self) -> CustomerColumn<'_> {
        match self {
            Self::Numbers(name, ids) => Column::new(name, *ids).into(),
            Self::Text(name, text) => {
                let values: &dyn TextColumn = text;
                CustomerColumn::Text(Column { name, values, present: None })
            }
        }
    }
}

/// Checked order lines. Immutable.
#[derive(Debug)]
pub struct loyalty_lines(pub(crate) OrderLines);

/// The columns of order lines. Set by `loyalty_line_columns_init`, then field by field; `rows`,
/// `customer`, `time`, `time_scale` and `price` or `amount` are needed, and `product` where returns are to
/// be predicted. All money is from 0 to 1e50.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_line_columns {
    /// Set by `loyalty_line_columns_init`.
    pub struct_size: usize,
    /// The number of lines, and of values in each column.
    pub rows: usize,
    /// Who ordered.
    pub customer: loyalty_ids,
    /// What; a model of returns needs it.
    pub product: loyalty_ids,
    /// Which order a line belongs to; left out, a customer's lines of one day are one order.
    pub order: loyalty_ids,
    /// The line's own id, by which returns find it later.
    pub line: loyalty_ids,
    /// When: whole numbers on the scale below.
    pub time: *const i64,
    /// Price of one piece; amount / quantity where left out.
    pub price: *const f64,
    /// Pieces, above 0; NULL for 1 everywhere.
    pub quantity: *const f64,
    /// Above 0 where the line was sent back; NULL where that is not known.
    pub returned: *const f64,
    /// When it was, on the same scale as `time`; looked at only where `returned` is above 0.
    pub return_time: *const i64,
    /// False where nobody knows when; NULL where all return times are there.
    pub return_time_present: *const bool,
    /// Columns with levels, as many as `category_count`, in any order: a model knows them by their names.
    pub categories: *const loyalty_ids,
    /// How many there are.
    pub category_count: usize,
    /// Columns of numbers, NaN where missing, as many as `number_count`, in any order.
    pub numbers: *const *const f64,
    /// How many there are.
    pub number_count: usize,
    /// What the times count, a `loyalty_time_scale`. There is no default.
    pub time_scale: i32,
    /// The name of each of the columns with levels, UTF-8; needed where there are any.
    pub category_names: *const *const c_char,
    /// The name of each of the columns of numbers, UTF-8; needed where there are any.
    pub number_names: *const *const c_char,
    /// The category of the article.
    pub category: loyalty_ids,
    /// What was paid for the line; price x quantity where left out.
    pub amount: *const f64,
    /// The line at list price.
    pub list_amount: *const f64,
    /// Money off that the shop pays for.
    pub discount: *const f64,
    /// Money off that the maker pays back.
    pub maker_discount: *const f64,
    /// Money off by coupons.
    pub coupon: *const f64,
    /// Whether a coupon was used, where what it took off is not told.
    pub coupon_used: *const bool,
    /// The share of the list price on offer in the category that day, from 0 to 1.
    pub offered_depth: *const f64,
    /// Cost of the goods.
    pub cost: *const f64,
    /// What of the amount was paid back; the share returned / quantity of it where left out.
    pub returned_amount: *const f64,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_line_columns {
    const FIRST_SIZE: usize = through!(returned_amount: *const f64);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            rows: 0,
            customer: loyalty_ids::NONE,
            product: loyalty_ids::NONE,
            order: loyalty_ids::NONE,
            line: loyalty_ids::NONE,
            time: std::ptr::null(),
            price: std::ptr::null(),
            quantity: std::ptr::null(),
            returned: std::ptr::null(),
            return_time: std::ptr::null(),
            return_time_present: std::ptr::null(),
            categories: std::ptr::null(),
            category_count: 0,
            numbers: std::ptr::null(),
            number_count: 0,
            time_scale: 0,
            category_names: std::ptr::null(),
            number_names: std::ptr::null(),
            category: loyalty_ids::NONE,
            amount: std::ptr::null(),
            list_amount: std::ptr::null(),
            discount: std::ptr::null(),
            maker_discount: std::ptr::null(),
            coupon: std::ptr::null(),
            coupon_used: std::ptr::null(),
            offered_depth: std::ptr::null(),
            cost: std::ptr::null(),
            returned_amount: std::ptr::null(),
        }
    }
}

/// The names of columns.
///
/// # Safety
/// `names` is NULL or has `count` texts that end with NUL and do not change during `'a`.
pub(crate) unsafe fn names<'a>(
    name: &'static str,
    names: *const *const c_char,
    count: usize,
) -> Result<Vec<&'a str>, Failure> {
    // SAFETY: this function's contract.
    let names = unsafe { column(name, names, count)? };
    // SAFETY: this function's contract.
    names.iter().map(|&text| unsafe { read_text(name, text) }).collect()
}

impl loyalty_line_columns {
    /// # Safety
    /// Every column has as many values as the struct says, and as many names.
    unsafe fn lines<'a>(&'a self) -> Result<OrderLines, Failure> {
        let rows = self.rows;
        // SAFETY: this function's contract.
        let ids = |name, ids: &loyalty_ids| unsafe { Ids::new(name, ids, rows) };
        let customer = ids("customer", &self.customer)?.ok_or(Failure::Null("customer"))?;
        let (product, category) =
            (ids("product", &self.product)?, ids("category", &self.category)?);
        let (order, line) = (ids("order", &self.order)?, ids("line", &self.line)?);
        let number = |name: &'static str, values: *const f64| {
            // SAFETY: this function's contract.
            let values = unsafe { optional_column(values, rows)? };
            Ok::<_, Failure>(values.map(|values| Column::new(name, values)))
        };
        // SAFETY: this function's contract.
        let (time, return_time, present, categories, numbers) = unsafe {
            (
                column("time", self.time, rows)?,
                optional_column(self.return_time, rows)?,
                mask("return_time_present", self.return_time_present, rows)?,
                column("categories", self.categories, self.category_count)?,
                column("numbers", self.numbers, self.number_count)?,
            )
        };
        // SAFETY: this function's contract.
        let (category_names, number_names) = unsafe {
            (
                names("category_names", self.category_names, self.category_count)?,
                names("number_names", self.number_names, self.number_count)?,
            )
        };
        let level = |(one, name): (&loyalty_ids, &&'a str)| {
            // SAFETY: this function's contract.
            unsafe { Ids::new(name, one, rows)? }.ok_or(Failure::Null("category"))
        };
        let categories =
            categories.iter().zip(&category_names).map(level).collect::<Result<Vec<_>, _>>()?;
        let feature = |(&values, name): (&*const f64, &&'a str)| {
            // SAFETY: this function's contract.
            Ok::<_, Failure>(Column::new(name, unsafe { column("number", values, rows)? }))
        };
        let numbers =
            numbers.iter().zip(&number_names).map(feature).collect::<Result<Vec<_>, _>>()?;
        let scale = code::time_scale(self.time_scale)?;
        let mut columns = LineColumns::new(customer.as_column(), Column::new("time", time), scale);
        columns.product = product.as_ref().map(Ids::as_column);
        columns.category = category.as_ref().map(Ids::as_column);
        columns.order = order.as_ref().map(Ids::as_column);
        columns.line = line.as_ref().map(Ids::as_column);
        columns.categories = categories.iter().map(Ids::as_column).collect();
        columns.numbers = numbers;
        columns.price = number("price", self.price)?;
        columns.quantity = number("quantity", self.quantity)?;
        columns.amount = number("amount", self.amount)?;
        columns.list_amount = number("list_amount", self.list_amount)?;
        columns.discount = number("discount", self.discount)?;
        columns.maker_discount = number("maker_discount", self.maker_discount)?;
        columns.coupon = number("coupon", self.coupon)?;
        // SAFETY: this function's contract.
        columns.coupon_used = unsafe { mask("coupon_used", self.coupon_used, rows)? }
            .map(|used| Column::new("coupon_used", used));
        columns.offered_depth = number("offered_depth", self.offered_depth)?;
        columns.cost = number("cost", self.cost)?;
        columns.returned = number("returned", self.returned)?;
        columns.returned_amount = number("returned_amount", self.returned_amount)?;
        columns.return_time =
            return_time.map(|values| Column::new("return_time", values).with_present(present));
        Ok(OrderLines::new(&columns, Invalid::Raise)?)
    }
}

/// Sets the defaults; `size` is `sizeof(loyalty_line_columns)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_line_columns_init(
    columns: *mut loyalty_line_columns,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(columns, size) }
}

/// Checks order lines and takes a copy of them.
///
/// Errors: `EMPTY` without rows; `MISSING_COLUMN` where there is neither price nor amount; `REFUSED` where rows cannot be used, with a count by reason in the
/// message; `VALUE` where two lines have one id; `INVALID_UTF8`; `CHOICE` for an unknown code. Free
/// with `loyalty_lines_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_lines_new(
    columns: *const loyalty_line_columns,
    out: *mut *mut loyalty_lines,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let columns = versioned::read_required("columns", columns)?;
            give(out, loyalty_lines(columns.lines()?))
        })
    }
}

/// The number of lines.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_lines_len(lines: *const loyalty_lines) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(lines, |lines| lines.0.len()) }
}

/// Frees lines; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_lines_free(lines: *mut loyalty_lines) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(lines) }
}
