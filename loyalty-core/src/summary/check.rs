//! A customer summary that comes as columns, checked row by row.

use super::{CustomerSummary, LeftOut, MonetaryValue, Observed};
use crate::Error;
use crate::error::{above_0, at_least_0, countable, shown};
use crate::math::elementary::ln;
use crate::memory;
use crate::orders::{Column, CustomerColumn, CustomerId, Customers};
use crate::time::Unit;

/// A customer summary as the caller holds it.
///
/// | column | rule |
/// |---|---|
/// | frequency | a whole number from 0 to 4,294,967,294 |
/// | T | from 0 to 1e50 |
/// | recency | from 0 to T; 0 exactly where frequency is 0 |
/// | monetary value | from 0 to 1e50; 0 or NaN where no purchase is behind it |
/// | total amount | from 0 to 1e50 |
/// | since last | T less recency, to rounding: within 1e-9 of T |
/// | sum of ln gaps | 0 where frequency is 0, ln recency where it is 1, at most frequency · ln(recency/frequency), to 1e-9; finite |
/// | weights | from 1e-50 to 1e50 |
/// | customer | no id twice, none missing |
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct SummaryColumns<'a> {
    /// The customers' ids.
    pub customer: Option<CustomerColumn<'a>>,
    /// Repeat purchases.
    pub frequency: Column<'a, [f64]>,
    /// Time from first to last purchase.
    pub recency: Column<'a, [f64]>,
    /// Time from first purchase to the end of observation.
    pub t: Column<'a, [f64]>,
    /// Mean amount per purchase.
    pub monetary_value: Option<Column<'a, [f64]>>,
    /// Whether the monetary value averages the first purchase too.
    pub includes_first: bool,
    /// Sum of all amounts.
    pub total_amount: Option<Column<'a, [f64]>>,
    /// Time from the last purchase to the end of observation where a log tells it, as
    /// [`CustomerSummary::since_last_of_log`] gave it; else it is T less recency.
    pub since_last: Option<Column<'a, [f64]>>,
    /// Σ ln of the times between successive purchases, in the unit of recency; see
    /// [`CustomerSummary::sum_ln_gaps`].
    pub sum_ln_gaps: Option<Column<'a, [f64]>>,
    /// How many customers each row stands for.
    pub weights: Option<Column<'a, [f64]>>,
    /// The unit of recency and T.
    pub unit: Option<Unit>,
    /// How the log was read, as [`CustomerSummary::observed`] gave it; it tells when customers ordered.
    pub observed: Option<Observed>,
    /// What lay after the observation end of the log.
    pub left_out: LeftOut,
}

impl<'a> SummaryColumns<'a> {
    /// The three columns that every summary has, under their usual names.
    pub fn new(frequency: &'a [f64], recency: &'a [f64], t: &'a [f64]) -> Self {
        Self {
            customer: None,
            frequency: Column::new("frequency", frequency),
            recency: Column::new("recency", recency),
            t: Column::new("T", t),
            monetary_value: None,
            includes_first: false,
            total_amount: None,
            since_last: None,
            sum_ln_gaps: None,
            weights: None,
            unit: None,
            observed: None,
            left_out: LeftOut::default(),
        }
    }
}

impl SummaryColumns<'_> {
    /// The bytes that a summary of these columns may take.
    fn room(&self) -> usize {
        let rows = self.frequency.values.len();
        let more = [&self.monetary_value, &self.since_last, &self.total_amount];
        let more = more.into_iter().chain([&self.sum_ln_gaps, &self.weights]).flatten().count();
        // Whether an id stands twice is found by a set of them.
        let ids = self.customer.as_ref().map_or(0, |ids| ids.size() + 36 * rows);
        rows.saturating_mul(22 + 9 * more).saturating_add(ids)
    }
}

impl CustomerSummary {
    /// Checks every row and takes a copy of the columns.
    ///
    /// # Errors
    /// [`Error::Length`], [`Error::Empty`], [`Error::Parameter`] where there are 2³² − 1 customers or
    /// more, or [`Error::Value`] with the first row that breaks its
    /// column's rule and how many more do; see [`SummaryColumns`] for the rules.
    pub fn new(columns: &SummaryColumns<'_>) -> Result<Self, Error> {
        let rows = columns.frequency.values.len();
        countable("the number of customers", rows)?;
        if rows == 0 {
            let expected = "at least one customer";
            return Err(Error::Empty { what: "the customer summary", expected });
        }
        memory::ask("a summary of customers", columns.room())?;
        let frequency = frequencies(&columns.frequency, rows)?;
        let t = checked(&columns.t, rows, |_, t| at_least_0(t))?;
        let recency =
            checked(&columns.recency, rows, |row, t_x| recency_rule(frequency[row], t_x, t[row]))?;
        let first = u32::from(columns.includes_first);
        let money = |column: &Column<'_, [f64]>| {
            let mut mean =
                checked(column, rows, |row, value| money_rule(frequency[row] + first, value))?;
            // No purchase, no mean: stored as 0, as lifetimes has it.
            mean.iter_mut().filter(|value| value.is_nan()).for_each(|value| *value = 0.0);
            Ok(MonetaryValue { mean, includes_first: columns.includes_first })
        };
        let monetary_value = columns.monetary_value.as_ref().map(money).transpose()?;
        let since_last = |column| {
            checked(column, rows, |row, since| since_last_rule(recency[row], t[row], since))
        };
        let since_last = columns.since_last.as_ref().map(since_last).transpose()?;
        let ln_gaps = |column| {
            checked(column, rows, |row, sum| ln_gaps_rule(frequency[row], recency[row], sum))
        };
        let sum_ln_gaps = columns.sum_ln_gaps.as_ref().map(ln_gaps).transpose()?;
        let total = |column| checked(column, rows, |_, value| at_least_0(value));
        let weight = |column| checked(column, rows, |_, value| above_0(value));
        Ok(Self {
            customers: columns.customer.as_ref().map(|ids| unique(ids, rows)).transpose()?,
            frequency,
            recency,
            t,
            since_last,
            monetary_value,
            total_amount: columns.total_amount.as_ref().map(total).transpose()?,
            sum_ln_gaps,
            weights: columns.weights.as_ref().map(weight).transpose()?,
            unit: columns.unit,
            observed: columns.observed,
            left_out: columns.left_out,
        })
    }
}

/// What recency must be, if it is not.
pub(super) fn recency_rule(x: u32, t_x: f64, t: f64) -> Option<&'static str> {
    if !(t_x.is_finite() && (0.0..=t).contains(&t_x)) {
        Some("finite, >= 0 and <= T")
    } else if x == 0 && t_x != 0.0 {
        Some("0 where frequency is 0")
    } else if x > 0 && t_x == 0.0 {
        Some("> 0 where frequency is > 0")
    } else {
        None
    }
}

fn since_last_rule(t_x: f64, t: f64, since: f64) -> Option<&'static str> {
    const ROUNDING: f64 = 1e-9;
    let near = (0.0..=t).contains(&since) && (since - (t - t_x)).abs() <= ROUNDING * t;
    (!near).then_some("T less recency, to rounding")
}

/// The mean of logarithms is at most the logarithm of the mean, and a single gap is the recency.
fn ln_gaps_rule(x: u32, t_x: f64, sum: f64) -> Option<&'static str> {
    const ROUNDING: f64 = 1e-9;
    if x == 0 {
        return (sum != 0.0).then_some("0 where frequency is 0");
    }
    let most = f64::from(x) * ln(t_x / f64::from(x));
    let above = sum - most;
    let room = ROUNDING * (f64::from(x) + most.abs());
    if !(sum.is_finite() && above <= room) {
        Some("finite and at most frequency · ln(recency/frequency), in the unit of recency")
    } else if x == 1 && above < -room {
        Some("ln recency where frequency is 1")
    } else {
        None
    }
}

fn money_rule(transactions: u32, value: f64) -> Option<&'static str> {
    if transactions > 0 {
        return at_least_0(value);
    }
    let nothing = value.is_nan() || value == 0.0;
    (!nothing).then_some("0 or missing where no purchase is behind it")
}

pub(super) fn frequencies(column: &Column<'_, [f64]>, rows: usize) -> Result<Vec<u32>, Error> {
    const LARGEST: f64 = u32::MAX as f64 - 1.0;
    let whole = |_, x: f64| {
        let allowed = (0.0..=LARGEST).contains(&x) && x.fract() == 0.0;
        (!allowed).then_some("a whole number from 0 to 4294967294")
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked before")]
    column.checked(rows, whole, |x| x as u32)
}

/// A copy of a column whose every row keeps the rule. A missing value is NaN to the rule.
pub(super) fn checked(
    column: &Column<'_, [f64]>,
    rows: usize,
    broken: impl Fn(usize, f64) -> Option<&'static str>,
) -> Result<Vec<f64>, Error> {
    // Adding zero turns −0 into 0.
    column.checked(rows, broken, |value| value + 0.0)
}

/// The ids, each once.
fn unique(column: &CustomerColumn<'_>, rows: usize) -> Result<Customers, Error> {
    let customers = column.read(rows)?;
    let Some(row) = customers.first_repeated() else { return Ok(customers) };
    let value = match customers.get(row) {
        CustomerId::Int(id) => id.to_string(),
        CustomerId::Text(id) => shown(id),
    };
    let (column, expected) =
        (column.name().to_owned(), "different from the ids of all rows before");
    Err(Error::Value { column, row, expected, value, more: 0 })
}
