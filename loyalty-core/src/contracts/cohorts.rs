//! Tables of cohorts: how many customers were still there at each renewal.

use hashbrown::HashMap;

use super::rules::{renewals_rule, whole};
use crate::Error;
use crate::error::at_least_0;
use crate::orders::{Column, CustomerColumn, Customers};

/// How many customers of a cohort were still there after so many renewals, a row for each count.
///
/// | column | rule |
/// |---|---|
/// | cohort | none missing; without it all rows are of one cohort |
/// | renewals | whole numbers from 0 to 100,000; of each cohort 0, 1, 2, … without a gap, in any order |
/// | customers | from 0 to 1e50; never more than one renewal before |
///
/// Cohorts may be of different lengths: each is known up to its last count.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CohortColumns<'a> {
    /// Which cohort.
    pub cohort: Option<CustomerColumn<'a>>,
    /// After how many renewals it was counted.
    pub renewals: Column<'a, [f64]>,
    /// How many customers were still there.
    pub customers: Column<'a, [f64]>,
}

impl<'a> CohortColumns<'a> {
    /// The counts of one cohort.
    pub fn new(renewals: &'a [f64], customers: &'a [f64]) -> Self {
        Self {
            cohort: None,
            renewals: Column::new("renewals", renewals),
            customers: Column::new("customers", customers),
        }
    }
}

/// Customers of a cohort with one fate.
pub(super) struct Row {
    /// A row of the table, which names the cohort.
    pub(super) at: usize,
    pub(super) renewals: u32,
    pub(super) left: bool,
    pub(super) customers: f64,
}

pub(super) struct Rows {
    /// The cohort of each row of the table.
    pub(super) names: Option<Customers>,
    pub(super) rows: Vec<Row>,
}

/// Who left at which renewal, and who is still there.
pub(super) fn rows(columns: &CohortColumns<'_>) -> Result<Rows, Error> {
    let count = columns.renewals.values.len();
    let names = columns.cohort.as_ref().map(|names| names.read(count)).transpose()?;
    let renewals = columns.renewals.checked(count, |_, n| renewals_rule(n), whole)?;
    let customers = columns.customers.checked(count, |_, n| at_least_0(n), |n| n)?;
    let mut rows = Vec::new();
    for mut cohort in cohorts(names.as_ref(), count) {
        cohort.sort_by_key(|&row| renewals[row]);
        check(columns, &cohort, &renewals, &customers)?;
        for (place, &row) in cohort.iter().enumerate() {
            let kept = cohort.get(place + 1).map(|&next| customers[next]);
            let ended = customers[row] - kept.unwrap_or(0.0);
            if ended > 0.0 {
                let (renewals, left) = (renewals[row], kept.is_some());
                rows.push(Row { at: row, renewals, left, customers: ended });
            }
        }
    }
    Ok(Rows { names, rows })
}

/// The rows of each cohort, in order of their first.
fn cohorts(names: Option<&Customers>, count: usize) -> Vec<Vec<usize>> {
    let Some(names) = names else { return vec![(0..count).collect()] };
    let (mut places, mut cohorts) = (HashMap::new(), Vec::<Vec<usize>>::new());
    for row in 0..count {
        let place = *places.entry(names.get(row)).or_insert(cohorts.len());
        if place == cohorts.len() {
            cohorts.push(Vec::new());
        }
        cohorts[place].push(row);
    }
    cohorts
}

/// Accepts a cohort that was counted after each renewal and never grew.
fn check(
    columns: &CohortColumns<'_>,
    cohort: &[usize],
    renewals: &[u32],
    customers: &[f64],
) -> Result<(), Error> {
    let problem = |column: &Column<'_, [f64]>, row: usize, expected| {
        let value = column.values[row].to_string();
        Err(Error::Value { column: column.name.to_owned(), row, expected, value, more: 0 })
    };
    for (place, &row) in cohort.iter().enumerate() {
        if renewals[row] as usize != place {
            return problem(&columns.renewals, row, "0, 1, 2, … of each cohort, each once");
        }
        if place > 0 && customers[row] > customers[cohort[place - 1]] {
            return problem(&columns.customers, row, "at most the customers one renewal before");
        }
    }
    Ok(())
}
