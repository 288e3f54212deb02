//! Contracts as they stand: how often each was renewed, and whether it still runs.

use std::ops::Range;

use super::cohorts::{self, CohortColumns};
use super::rules::{renewals_rule, whole};
use crate::Error;
use crate::error::{above_0, countable};
use crate::math::ExactSum;
use crate::memory;
use crate::orders::{Column, CustomerColumn, Customers};

/// Contracts as the caller holds them, a row each.
///
/// | column | rule |
/// |---|---|
/// | renewals | a whole number from 0 to 100,000 |
/// | left | present in every row |
/// | weights | from 1e-50 to 1e50 |
/// | customer | none missing; who has several contracts stands in several rows |
///
/// A row says how many renewals were made by the day of the count; `left`, that the one after them was not.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ContractColumns<'a> {
    /// The customers' ids.
    pub customer: Option<CustomerColumn<'a>>,
    /// How often the contract was renewed.
    pub renewals: Column<'a, [f64]>,
    /// Whether the customer has left instead of renewing once more; without it nobody has.
    pub left: Option<Column<'a, [bool]>>,
    /// How many contracts each row stands for.
    pub weights: Option<Column<'a, [f64]>>,
}

impl<'a> ContractColumns<'a> {
    /// Renewals made and who has left, under their usual names.
    pub fn new(renewals: &'a [f64], left: &'a [bool]) -> Self {
        let left = Some(Column::new("left", left));
        Self { customer: None, renewals: Column::new("renewals", renewals), left, weights: None }
    }
}

/// Contracts: how often each was renewed, and whether it still runs.
///
/// Whoever has not left may renew again: what is known of them is that they stayed so long. Customers who
/// joined at different times stand side by side.
///
/// # Examples
/// ```
/// use loyalty_core::contracts::{ContractColumns, Contracts};
/// let (renewals, left) = ([0.0, 3.0, 3.0], [true, true, false]);
/// let contracts = Contracts::new(&ContractColumns::new(&renewals, &left))?;
/// let counts = contracts.renewal_counts();
/// assert_eq!((counts[0].kept, counts[0].lost), (2.0, 1.0));
/// assert_eq!((counts[3].kept, counts[3].lost), (0.0, 1.0));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Contracts {
    customers: Option<Customers>,
    renewals: Vec<u32>,
    left: Vec<bool>,
    weights: Option<Vec<f64>>,
}

/// What became of the customers who came up for their `renewal`-th renewal.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RenewalCount {
    /// Which renewal, counted from 1.
    pub renewal: u32,
    /// Customers who made it.
    pub kept: f64,
    /// Customers who left instead.
    pub lost: f64,
}

impl Contracts {
    /// Checks every row and takes a copy of the columns.
    ///
    /// # Errors
    /// [`Error::Empty`] without a row, [`Error::Length`], or [`Error::Value`] with the first row that breaks
    /// its column's rule and how many more do; see [`ContractColumns`] for the rules.
    pub fn new(columns: &ContractColumns<'_>) -> Result<Self, Error> {
        let rows = columns.renewals.values.len();
        countable("the number of contracts", rows)?;
        if rows == 0 {
            return Err(empty());
        }
        let ids = columns.customer.as_ref().map_or(0, CustomerColumn::size);
        memory::ask_for_rows("a table of contracts", rows, 28, ids)?;
        let left = |column: &Column<'_, [bool]>| {
            column.same_rows(rows)?;
            column.all_present()?;
            Ok(column.values.to_vec())
        };
        let weights = |column: &Column<'_, [f64]>| column.checked(rows, |_, w| above_0(w), |w| w);
        Ok(Self {
            customers: columns.customer.as_ref().map(|ids| ids.read(rows)).transpose()?,
            renewals: columns.renewals.checked(rows, |_, n| renewals_rule(n), whole)?,
            left: columns.left.as_ref().map_or_else(|| Ok(vec![false; rows]), left)?,
            weights: columns.weights.as_ref().map(weights).transpose()?,
        })
    }

    /// The contracts of a table of cohorts, which counts how many customers were still there at each renewal.
    ///
    /// Of each cohort a row for every renewal at which some left, and one for those still there, with their
    /// number as weight; the cohort's name stands as customer.
    ///
    /// # Errors
    /// [`Error::Empty`] without a customer, [`Error::Length`], or [`Error::Value`] with the first row that
    /// breaks its column's rule; see [`CohortColumns`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{CohortColumns, Contracts};
    /// let columns = CohortColumns::new(&[0.0, 1.0, 2.0], &[1000.0, 631.0, 468.0]);
    /// let contracts = Contracts::of_cohorts(&columns)?;
    /// assert_eq!(contracts.weights(), Some(&[369.0, 163.0, 468.0][..]));
    /// assert_eq!(contracts.left(), [true, true, false]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn of_cohorts(columns: &CohortColumns<'_>) -> Result<Self, Error> {
        let cohorts::Rows { names, rows } = cohorts::rows(columns)?;
        if rows.is_empty() {
            return Err(empty());
        }
        Ok(Self {
            customers: names.map(|names| names.select(rows.iter().map(|row| row.at))),
            renewals: rows.iter().map(|row| row.renewals).collect(),
            left: rows.iter().map(|row| row.left).collect(),
            weights: Some(rows.iter().map(|row| row.customers).collect()),
        })
    }

    /// Contracts drawn from a model.
    pub(super) fn drawn(renewals: Vec<u32>, left: Vec<bool>) -> Self {
        Self { customers: None, renewals, left, weights: None }
    }

    /// The contracts in a range of rows.
    ///
    /// # Panics
    /// Where the range reaches beyond the last row.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::contracts::{ContractColumns, Contracts};
    /// let columns = ContractColumns::new(&[0.0, 3.0, 1.0], &[true, true, false]);
    /// assert_eq!(Contracts::new(&columns)?.slice(1..3).renewals(), [3, 1]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        Self {
            customers: self.customers.as_ref().map(|customers| customers.select(rows.clone())),
            renewals: self.renewals[rows.clone()].to_vec(),
            left: self.left[rows.clone()].to_vec(),
            weights: self.weights.as_ref().map(|weights| weights[rows].to_vec()),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.renewals.len()
    }

    /// Whether there are none, which the constructors do not allow.
    pub fn is_empty(&self) -> bool {
        self.renewals.is_empty()
    }

    /// The customers' ids, or the names of the cohorts.
    pub fn customers(&self) -> Option<&Customers> {
        self.customers.as_ref()
    }

    /// How often each contract was renewed.
    pub fn renewals(&self) -> &[u32] {
        &self.renewals
    }

    /// Who has left.
    pub fn left(&self) -> &[bool] {
        &self.left
    }

    /// How many contracts each row stands for; `None` for one each.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    /// The number of contracts the table stands for.
    pub fn total_weight(&self) -> f64 {
        let mut sum = ExactSum::default();
        (0..self.len()).for_each(|row| sum.add(self.weight(row)));
        sum.value()
    }

    /// Of each renewal, from the first on, how many customers made it and how many left: all that a model
    /// learns from.
    pub fn renewal_counts(&self) -> Vec<RenewalCount> {
        let longest = self.renewals.iter().copied().max().unwrap_or(0) as usize;
        let mut ended = vec![[ExactSum::default(); 2]; longest + 2];
        for row in 0..self.len() {
            let [lost, at_end] = &mut ended[self.renewals[row] as usize];
            at_end.add(self.weight(row));
            if self.left[row] {
                lost.add(self.weight(row));
            }
        }
        let mut kept = ExactSum::default();
        let mut counts: Vec<RenewalCount> = (1..=u32::try_from(longest + 1).unwrap_or(u32::MAX))
            .rev()
            .map(|renewal| {
                kept.merge(ended[renewal as usize][1]);
                let lost = ended[renewal as usize - 1][0].value();
                RenewalCount { renewal, kept: kept.value(), lost }
            })
            .collect();
        counts.reverse();
        if counts.last().is_some_and(|last| last.kept + last.lost == 0.0) {
            counts.pop();
        }
        counts
    }
}

fn empty() -> Error {
    Error::Empty { what: "the table of contracts", expected: "at least one customer" }
}
