//! What a return propensity has learnt: from which columns, how, and of whom.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::orders::CustomerColumn;
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{
    LearntCells, LearntColumn, LearntRole, Propensity, ReturnPropensity, ScoredLine,
};

use crate::code;
use crate::column::{below, copy_column, results};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, look, put};
use crate::order_lines::{Ids, loyalty_ids, loyalty_lines};
use crate::return_propensity::loyalty_return_propensity;
use crate::text::put_text;

/// What a column is to a return propensity.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_learnt_role {
    /// Who ordered: `loyalty_line_columns.customer`.
    Customer = 0,
    /// What was ordered: `loyalty_line_columns.product`.
    Product = 1,
    /// One of `loyalty_line_columns.categories`, or `category`, known by its name.
    Category = 2,
    /// One of `loyalty_line_columns.numbers`, known by its name.
    Number = 3,
    /// A role that has no number yet.
    Other = 4,
}

/// What the cells of a column hold.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_learnt_cells {
    /// Ids that are whole numbers: `loyalty_ids.numbers`.
    WholeNumbers = 0,
    /// Ids that are text: `loyalty_ids.offsets` and `data`.
    Text = 1,
    /// Numbers, NaN where missing.
    Numbers = 2,
    /// A kind that has no number yet.
    Other = 3,
}

/// What is known of how a return propensity was fitted, and of where it stands.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_return_fact {
    /// After how many days a line that has not come back counts as kept. So long are orders known again.
    HorizonDays = 0,
    /// After how many days what is known of a key weighs half; unavailable where nothing is forgotten.
    HalfLifeDays = 1,
    /// Lines whose fate was settled when the model was fitted: those learnt from.
    Settled = 2,
    /// How many of them came back.
    Returned = 3,
    /// Lines after the end of the observation, which were not looked at.
    LeftOut = 4,
    /// Rows that the line model rests on.
    Rows = 5,
    /// The penalty of the regression.
    Penalty = 6,
    /// Iterations of Newton's method.
    Iterations = 7,
    /// Mean log-loss of the settled lines, each predicted from its past.
    LogLoss = 8,
    /// The same for one probability for all.
    ConstantLogLoss = 9,
    /// By how much the number of lines overstates what they tell, as those of one order come back together.
    Clustering = 10,
    /// The same of the level, as those of one order, and of one day, come back together.
    DesignEffect = 11,
    /// How far the log-odds of all lines are shifted today.
    Level = 12,
    /// The share of the value of returned lines that is paid back, of those learnt from; unavailable where
    /// lines said only whether they came back.
    SharePaidBack = 13,
}

const FACTS: [(i32, loyalty_return_fact); 14] = [
    (0, loyalty_return_fact::HorizonDays),
    (1, loyalty_return_fact::HalfLifeDays),
    (2, loyalty_return_fact::Settled),
    (3, loyalty_return_fact::Returned),
    (4, loyalty_return_fact::LeftOut),
    (5, loyalty_return_fact::Rows),
    (6, loyalty_return_fact::Penalty),
    (7, loyalty_return_fact::Iterations),
    (8, loyalty_return_fact::LogLoss),
    (9, loyalty_return_fact::ConstantLogLoss),
    (10, loyalty_return_fact::Clustering),
    (11, loyalty_return_fact::DesignEffect),
    (12, loyalty_return_fact::Level),
    (13, loyalty_return_fact::SharePaidBack),
];

impl loyalty_return_fact {
    fn of(self, model: &ReturnPropensity) -> Result<f64, Error> {
        let lacking = |quantity| Error::Unavailable { model: "the return propensity", quantity };
        let facts = model.facts();
        Ok(match self {
            Self::HorizonDays => f64::from(facts.horizon_days),
            Self::HalfLifeDays => model.half_life_days().ok_or_else(|| lacking("half-life"))?,
            Self::Settled => facts.settled as f64,
            Self::Returned => facts.returned as f64,
            Self::LeftOut => facts.left_out as f64,
            Self::Rows => facts.rows as f64,
            Self::Penalty => facts.penalty,
            Self::Iterations => facts.iterations as f64,
            Self::LogLoss => facts.log_loss,
            Self::ConstantLogLoss => facts.constant_log_loss,
            Self::Clustering => facts.clustering,
            Self::DesignEffect => facts.design_effect,
            Self::Level => model.level(),
            Self::SharePaidBack => {
                model.share_paid_back().ok_or_else(|| lacking("share paid back"))?
            }
        })
    }
}

/// One thing that is known of how the model was fitted, or of where it stands, a `loyalty_return_fact`.
///
/// Errors: `CHOICE` for an unknown code; `UNAVAILABLE` where the model has no such quantity.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_fact(
    model: *const loyalty_return_propensity,
    fact: i32,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = borrow("model", model)?;
            let fact = code::decode(&FACTS, fact, "fact", "a code of loyalty_return_fact")?;
            put(out, fact.of(&model.0)?)
        })
    }
}

/// The number of columns that a table needs beside time and price: customer, product, categories, numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_column_count(
    model: *const loyalty_return_propensity,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.columns().len()) }
}

/// What a column is to the model and what it holds, counted from 0 in the order in which the model has learnt
/// from them; a table may have them in any. `role` takes a `loyalty_learnt_role`, `cells` a
/// `loyalty_learnt_cells`; the name is copied into `buffer` and its full length stored in `*full_length`, see
/// "Text" above. `role`, `cells` and `full_length` may be NULL. Customer and product are known by their roles,
/// whatever their names.
///
/// Errors: `PARAMETER` unless `column` is below `loyalty_return_propensity_column_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_column(
    model: *const loyalty_return_propensity,
    column: usize,
    role: *mut i32,
    cells: *mut i32,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let columns = borrow("model", model)?.0.columns();
            let count = columns.len();
            let found = &columns[below("column", column, count, "below the number of columns")?];
            put_where_wanted(role, role_of(found) as i32);
            put_where_wanted(cells, cells_of(found) as i32);
            put_text(found.name, buffer, length, full_length);
            Ok(())
        })
    }
}

fn role_of(column: &LearntColumn<'_>) -> loyalty_learnt_role {
    match column.role {
        LearntRole::Customer => loyalty_learnt_role::Customer,
        LearntRole::Product => loyalty_learnt_role::Product,
        LearntRole::Category => loyalty_learnt_role::Category,
        LearntRole::Number => loyalty_learnt_role::Number,
        _ => loyalty_learnt_role::Other,
    }
}

fn cells_of(column: &LearntColumn<'_>) -> loyalty_learnt_cells {
    match column.cells {
        LearntCells::WholeNumbers => loyalty_learnt_cells::WholeNumbers,
        LearntCells::Text => loyalty_learnt_cells::Text,
        LearntCells::Numbers => loyalty_learnt_cells::Numbers,
        _ => loyalty_learnt_cells::Other,
    }
}

/// The number of histories: what is counted apart, such as customers, products, customers by product.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_history_count(
    model: *const loyalty_return_propensity,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(model, |model| model.0.histories().len()) }
}

/// A history, counted from 0: its name, see "Text" above; the prior of a key of which nothing is known, `mean`
/// the rate of return and `strength` the lines that the prior is worth; and how many `keys` are known. Each may
/// be NULL. The first history is that of the customers, the second that of the products.
///
/// Errors: `PARAMETER` unless `history` is below `loyalty_return_propensity_history_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_history(
    model: *const loyalty_return_propensity,
    history: usize,
    mean: *mut f64,
    strength: *mut f64,
    keys: *mut usize,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = &borrow("model", model)?.0;
            let (histories, known) = (model.histories(), model.known_keys());
            let count = histories.len();
            let history = below("history", history, count, "below the number of histories")?;
            let (name, prior) = &histories[history];
            put_where_wanted(mean, prior.mean());
            put_where_wanted(strength, prior.strength());
            put_where_wanted(keys, known[history]);
            put_text(name, buffer, length, full_length);
            Ok(())
        })
    }
}

/// The lag curve: the share of returns that are on file 0, 1, … days after the order, up to the horizon, where
/// it is 1.
///
/// Errors: `LENGTH` unless `length` is the horizon in days and one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_lag(
    model: *const loyalty_return_propensity,
    out: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || copy_column(borrow("model", model)?.0.lag().shares(), out, length)) }
}

/// The propensity of customers: how often their lines come back, at the average product mix, cleaned of what
/// they buy as far as the model can, with the interval that holds it with a probability of `level`. `exposure`
/// takes how many lines of each are known, by their maturity, `returns` how many of them came back. A customer
/// who is unknown to the model has the prior and an exposure of 0. All arrays are `rows` long; `lower`, `upper`,
/// `exposure` and `returns` may be NULL.
///
/// Errors: `PARAMETER` unless `level` is between 0 and 1; `TYPE` where the ids are of another kind than the
/// model's; `INVALID_UTF8`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_customers(
    model: *const loyalty_return_propensity,
    customers: loyalty_ids,
    rows: usize,
    level: f64,
    estimate: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    exposure: *mut f64,
    returns: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let places = Places { estimate, lower, upper, exposure, returns };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = borrow("model", model)?;
            let of = |ids: &CustomerColumn<'_>| model.0.customers(ids, level);
            places.take("customers", &customers, rows, of)
        })
    }
}

/// The propensity of products at the average of customers; as `loyalty_return_propensity_customers`.
///
/// Errors: as `loyalty_return_propensity_customers`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_products(
    model: *const loyalty_return_propensity,
    products: loyalty_ids,
    rows: usize,
    level: f64,
    estimate: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    exposure: *mut f64,
    returns: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let places = Places { estimate, lower, upper, exposure, returns };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let model = borrow("model", model)?;
            let of = |ids: &CustomerColumn<'_>| model.0.products(ids, level);
            places.take("products", &products, rows, of)
        })
    }
}

/// Where the columns of propensities go.
struct Places {
    estimate: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    exposure: *mut f64,
    returns: *mut f64,
}

impl Places {
    /// # Safety
    /// The ids have as many values as `rows` says, and so have the places that are not NULL.
    unsafe fn take(
        &self,
        name: &'static str,
        ids: &loyalty_ids,
        rows: usize,
        of: impl FnOnce(&CustomerColumn<'_>) -> Result<Vec<Propensity>, Error>,
    ) -> Result<(), Failure> {
        // SAFETY: this function's contract.
        let ids = unsafe { Ids::new(name, ids, rows)? }.ok_or(Failure::Null(name))?;
        if self.estimate.is_null() {
            return Err(Failure::Null("estimate"));
        }
        let found = of(&ids.as_column())?;
        let columns: [Wanted<f64, Propensity>; 5] = [
            (self.estimate, |found| found.estimate),
            (self.lower, |found| found.lower),
            (self.upper, |found| found.upper),
            (self.exposure, |found| found.exposure),
            (self.returns, |found| found.returns),
        ];
        for (out, of) in columns.into_iter().filter(|(out, _)| !out.is_null()) {
            // SAFETY: not NULL, and this function's contract.
            let out = unsafe { results(out, rows)? };
            out.iter_mut().zip(&found).for_each(|(out, found)| *out = of(found));
        }
        Ok(())
    }
}

/// Whether the customer, and the product, of each line is new: nothing is known of them, and they count as
/// average. Either array may be NULL.
///
/// Errors: as `loyalty_return_propensity_score`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_is_new(
    model: *const loyalty_return_propensity,
    lines: *const loyalty_lines,
    threads: usize,
    new_customer: *mut bool,
    new_product: *mut bool,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let (model, lines) = (borrow("model", model)?, borrow("lines", lines)?);
            let scores = model.0.score(&lines.0, Threads::new(threads))?;
            let columns: [Wanted<bool, ScoredLine>; 2] =
                [(new_customer, |line| line.new_customer), (new_product, |line| line.new_product)];
            for (out, of) in columns.into_iter().filter(|(out, _)| !out.is_null()) {
                let values: Vec<bool> = scores.lines().iter().map(of).collect();
                copy_column(&values, out, length)?;
            }
            Ok(())
        })
    }
}

/// Where a column goes, NULL if nowhere, and what of a row stands in it.
type Wanted<T, Row> = (*mut T, fn(&Row) -> T);

/// # Safety
/// `out` is NULL or writable.
unsafe fn put_where_wanted<T>(out: *mut T, value: T) {
    if !out.is_null() {
        // SAFETY: not NULL, and this function's contract.
        unsafe { out.write(value) };
    }
}
