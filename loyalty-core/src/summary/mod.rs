//! One row per customer: all that the models need to know of a log.
//!
//! [`Orders::summarize`](crate::orders::Orders::summarize) gives frequency, recency, T and mean money of
//! every customer as a [`CustomerSummary`]; one that exists already goes in by its columns
//! ([`SummaryColumns`]). A log that comes in batches is kept as [`Occasions`], which merge in any order
//! to the same bits. [`CalibrationHoldout`] splits the time, so that a forecast can be held against what
//! happened. [`History`] is the same of one customer. What is known of customers besides their purchases
//! comes as [`Covariates`].

mod absorb;
mod activity;
mod buckets;
mod check;
mod covariates;
mod dates;
mod from_orders;
mod grouping;
mod histories;
mod occasion_file;
mod occasions;
mod opportunities;
mod purchases;
mod slice;
mod timeline;

pub use activity::{Activity, Recent, WINDOWS};
pub(crate) use buckets::Buckets;
pub use check::SummaryColumns;
pub(crate) use covariates::CovariateValues;
pub use covariates::{CovariateColumn, Covariates};
pub use dates::Observed;
pub use from_orders::{CalibrationHoldout, LeftOut, SummaryOptions};
pub(crate) use histories::{Histories, Run};
pub use occasion_file::OccasionFile;
pub use occasions::Occasions;
pub use opportunities::OpportunityDays;
pub use purchases::{PurchaseWork, Purchases};
pub(crate) use timeline::Timeline;

use crate::Error;
use crate::error::non_negative;
use crate::memory;
use crate::orders::Customers;
use crate::parallel::Threads;
use crate::time::Unit;

/// Frequency, recency and T of one customer: what the BG/NBD and its relatives know of a history.
///
/// # Examples
/// ```
/// use loyalty_core::summary::History;
/// let history = History::new(2, 30.43, 38.86)?;
/// assert_eq!(history.x(), 2);
/// assert!(History::new(2, 40.0, 38.86).is_err());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    x: u32,
    t_x: f64,
    t: f64,
}

impl History {
    /// `x` repeat purchases, the last of them `t_x` after the first purchase, observed for `t` since
    /// the first purchase.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `0 <= t_x <= t`, both finite, and `t_x` is 0 exactly where `x` is.
    pub fn new(x: u32, t_x: f64, t: f64) -> Result<Self, Error> {
        let t = non_negative("T", t)?;
        let problem = |expected| Err(Error::parameter("recency", expected, t_x));
        match check::recency_rule(x, t_x, t) {
            None => Ok(Self { x, t_x, t }),
            Some(expected) => problem(expected),
        }
    }

    /// A row that a summary has checked.
    pub(crate) const fn trusted(x: u32, t_x: f64, t: f64) -> Self {
        Self { x, t_x, t }
    }

    /// Frequency: repeat purchases.
    pub fn x(&self) -> u32 {
        self.x
    }

    /// Recency: time from the first to the last purchase.
    pub fn t_x(&self) -> f64 {
        self.t_x
    }

    /// T: time from the first purchase to the end of observation.
    pub fn t(&self) -> f64 {
        self.t
    }
}

/// Mean amount per purchase, one value per customer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MonetaryValue {
    pub(crate) mean: Vec<f64>,
    pub(crate) includes_first: bool,
}

/// Frequency, recency, T and monetary value, one row per customer, in the caller's row order or, made
/// from a log, in order of the customers' ids.
///
/// # Examples
/// ```
/// use loyalty_core::orders::Column;
/// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
/// use loyalty_core::time::Unit;
/// let mut columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
/// columns.unit = Some(Unit::Week);
/// columns.monetary_value = Some(Column::new("monetary_value", &[22.5, 0.0]));
/// let summary = CustomerSummary::new(&columns)?;
/// assert_eq!(summary.frequency(), [2, 0]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerSummary {
    customers: Option<Customers>,
    frequency: Vec<u32>,
    recency: Vec<f64>,
    t: Vec<f64>,
    /// T − t_x from a log, where it is rounded once.
    since_last: Option<Vec<f64>>,
    monetary_value: Option<MonetaryValue>,
    total_amount: Option<Vec<f64>>,
    sum_ln_gaps: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
    unit: Option<Unit>,
    /// How the log was read, which tells dates.
    observed: Option<Observed>,
    left_out: LeftOut,
}

impl CustomerSummary {
    /// The number of customers (of rows, where rows carry weights).
    pub fn len(&self) -> usize {
        self.frequency.len()
    }

    /// Whether there are none, which the constructors do not allow.
    pub fn is_empty(&self) -> bool {
        self.frequency.is_empty()
    }

    /// The customers' ids.
    pub fn customers(&self) -> Option<&Customers> {
        self.customers.as_ref()
    }

    /// Repeat purchases x.
    pub fn frequency(&self) -> &[u32] {
        &self.frequency
    }

    /// Time from first to last purchase, t_x.
    pub fn recency(&self) -> &[f64] {
        &self.recency
    }

    /// Time from first purchase to the end of observation, T.
    pub fn t(&self) -> &[f64] {
        &self.t
    }

    /// Time from the last purchase to the end of observation, T − t_x.
    pub fn since_last(&self) -> Vec<f64> {
        let difference = || self.t.iter().zip(&self.recency).map(|(t, t_x)| t - t_x).collect();
        self.since_last.clone().unwrap_or_else(difference)
    }

    /// The same where it is known from a log: customers who bought last on the same day have the same.
    pub fn since_last_of_log(&self) -> Option<&[f64]> {
        self.since_last.as_deref()
    }

    /// Mean amount per purchase.
    pub fn monetary_value(&self) -> Option<&[f64]> {
        self.monetary_value.as_ref().map(|money| &money.mean[..])
    }

    /// Whether the monetary value averages the first purchase too.
    pub fn includes_first(&self) -> bool {
        self.monetary_value.as_ref().is_some_and(|money| money.includes_first)
    }

    /// Sum of all amounts, the first purchase included.
    pub fn total_amount(&self) -> Option<&[f64]> {
        self.total_amount.as_deref()
    }

    /// Σ ln of the times between a customer's successive purchases, in the unit of recency: how regular
    /// they are. At a given frequency and recency it is greatest, `x ln(t_x/x)`, where all are equal.
    ///
    /// A summary of a log has it. Fits of models that know how regular customers are need it, such as
    /// the MBG/CNBD-k; predictions do not.
    ///
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
    /// use loyalty_core::summary::SummaryOptions;
    /// use loyalty_core::time::Unit;
    /// let columns = OrderColumns {
    ///     customer: Column::new("customer", &[1_i64, 1, 1][..]).into(),
    ///     time: Column::new("day", &[0, 2, 10]),
    ///     scale: TimeScale::Days,
    ///     amount: None,
    /// };
    /// let days = SummaryOptions::in_unit(Unit::Day);
    /// let customers = Orders::new(&columns, Invalid::Raise)?.summarize(&days)?;
    /// let sum = customers.sum_ln_gaps().map(|sums| sums[0]);
    /// assert!((sum.unwrap_or_default() - 16_f64.ln()).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn sum_ln_gaps(&self) -> Option<&[f64]> {
        self.sum_ln_gaps.as_deref()
    }

    /// How many customers each row stands for; `None` for one each.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// The unit of recency and T, where it is known.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// What lay after the observation end.
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// One customer's history.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn history(&self, row: usize) -> History {
        History::trusted(self.frequency[row], self.recency[row], self.t[row])
    }

    /// A number that tells a customer from the others: by the id, or without ids by the row, `first_row` being that of
    /// the first one here.
    pub(crate) fn key(&self, row: usize, first_row: usize) -> u64 {
        let of_row = (first_row + row) as u64;
        self.customers.as_ref().map_or(of_row, |customers| customers.get(row).key())
    }

    /// The number of purchases behind a customer's monetary value.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn transactions(&self, row: usize) -> u32 {
        self.frequency[row].saturating_add(u32::from(self.includes_first()))
    }

    /// The number of customers the table stands for.
    pub fn total_weight(&self) -> f64 {
        match &self.weights {
            Some(weights) => weights.iter().sum(),
            None => self.len() as f64,
        }
    }

    /// The distinct histories (x, t_x, T) with the number of customers that share each as weight, in
    /// order of x, T and t_x. A fit to them equals a fit to the customers: where these have
    /// [`CustomerSummary::sum_ln_gaps`], of which likelihoods know the total only, a history has the mean
    /// of its customers'.
    ///
    /// # Errors
    /// [`Error::Memory`] where there is not enough for them.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[0.0, 1.0, 0.0], &[0.0, 4.0, 0.0], &[9.0, 9.0, 9.0]);
    /// let distinct = CustomerSummary::new(&columns)?.distinct_histories()?;
    /// assert_eq!((distinct.frequency(), distinct.weights()), (&[0, 1][..], Some(&[2.0, 1.0][..])));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn distinct_histories(&self) -> Result<Self, Error> {
        memory::ask_for_rows("distinct histories", self.len(), 116, 0)?;
        let distinct = Histories::distinct(self, Threads::default());
        let runs = distinct.runs();
        let column = |of: fn(&Run) -> &[f64]| runs.iter().flat_map(of).copied().collect();
        let frequency = runs.iter().flat_map(|run| std::iter::repeat_n(run.x, run.len()));
        Ok(Self {
            sum_ln_gaps: self.mean_ln_gaps(runs),
            customers: None,
            frequency: frequency.collect(),
            recency: column(|run| &run.t_x),
            t: column(|run| &run.t),
            since_last: None,
            monetary_value: None,
            total_amount: None,
            weights: Some(column(|run| &run.weight)),
            unit: self.unit,
            observed: None,
            left_out: LeftOut::default(),
        })
    }

    /// Accepts a model fitted in the same unit, or either without a known unit.
    pub(crate) fn same_unit(&self, model: Option<Unit>) -> Result<(), Error> {
        same_unit(model, self.unit, "the customer summary")
    }
}

/// Accepts a model in the unit of the data, or either without a known unit.
pub(crate) fn same_unit(
    model: Option<Unit>,
    data: Option<Unit>,
    named: &'static str,
) -> Result<(), Error> {
    match (model, data) {
        (Some(model), Some(data)) if model != data => Err(Error::Unit {
            left: "the model",
            left_unit: model.to_string(),
            right: named,
            right_unit: data.to_string(),
        }),
        _ => Ok(()),
    }
}
