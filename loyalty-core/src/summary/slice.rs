//! Some of the customers of a summary.

use std::ops::Range;

use hashbrown::HashMap;

use super::{CalibrationHoldout, CustomerSummary, MonetaryValue};
use crate::Error;

impl CustomerSummary {
    /// The customers in a range of rows, with all that is known of them.
    ///
    /// # Panics
    /// Where the range reaches beyond the last row.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[0.0, 1.0, 3.0], &[0.0, 4.0, 7.0], &[9.0, 9.0, 8.0]);
    /// let summary = CustomerSummary::new(&columns)?;
    /// assert_eq!(summary.slice(1..3).frequency(), [1, 3]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        self.rows(&rows)
    }

    /// The customers of these rows, in that order, with all that is known of them.
    ///
    /// # Errors
    /// [`Error::Empty`] for none, [`Error::Parameter`] for a row that is not there, or twice.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[0.0, 1.0, 3.0], &[0.0, 4.0, 7.0], &[9.0, 9.0, 8.0]);
    /// let summary = CustomerSummary::new(&columns)?;
    /// assert_eq!(summary.select(&[2, 0])?.frequency(), [3, 0]);
    /// assert!(summary.select(&[1, 1]).is_err());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn select(&self, rows: &[usize]) -> Result<Self, Error> {
        check_rows(rows, self.len())?;
        Ok(self.rows(&rows.iter().copied()))
    }

    fn rows(&self, rows: &(impl Iterator<Item = usize> + Clone)) -> Self {
        let some = |column: &Vec<f64>| rows.clone().map(|row| column[row]).collect::<Vec<f64>>();
        Self {
            customers: self.customers.as_ref().map(|customers| customers.select(rows.clone())),
            frequency: rows.clone().map(|row| self.frequency[row]).collect(),
            recency: some(&self.recency),
            t: some(&self.t),
            since_last: self.since_last.as_ref().map(some),
            monetary_value: self.monetary_value.as_ref().map(|money| MonetaryValue {
                mean: some(&money.mean),
                includes_first: money.includes_first,
            }),
            total_amount: self.total_amount.as_ref().map(some),
            sum_ln_gaps: self.sum_ln_gaps.as_ref().map(some),
            weights: self.weights.as_ref().map(some),
            unit: self.unit,
            observed: self.observed,
            left_out: self.left_out,
        }
    }

    /// A customer of each distinct history, without ids and money, and of every row which of them has its own:
    /// what depends on the history alone is worked out once.
    pub(crate) fn by_history(&self) -> (Self, Vec<u32>) {
        let since = |row: usize| self.since_last.as_ref().map_or(0, |since| since[row].to_bits());
        let mut known: HashMap<(u32, [u64; 3]), u32> = HashMap::new();
        let mut first: Vec<u32> = Vec::new();
        // No more rows than 32 bits count.
        let number = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
        let of_row = (0..self.len())
            .map(|row| {
                let (t, t_x) = (self.t[row].to_bits(), self.recency[row].to_bits());
                *known.entry((self.frequency[row], [t, t_x, since(row)])).or_insert_with(|| {
                    first.push(number(row));
                    number(first.len() - 1)
                })
            })
            .collect();
        let distinct = Self {
            since_last: (self.since_last.as_ref())
                .map(|since| first.iter().map(|&row| since[row as usize]).collect()),
            monetary_value: None,
            weights: None,
            ..self.of_rows(&first)
        };
        (distinct, of_row)
    }

    /// The customers of these rows, with what models read of them.
    pub(crate) fn of_rows(&self, rows: &[u32]) -> Self {
        let some =
            |column: &Vec<f64>| rows.iter().map(|&row| column[row as usize]).collect::<Vec<f64>>();
        Self {
            customers: None,
            frequency: rows.iter().map(|&row| self.frequency[row as usize]).collect(),
            recency: some(&self.recency),
            t: some(&self.t),
            since_last: None,
            monetary_value: self.monetary_value.as_ref().map(|money| MonetaryValue {
                mean: some(&money.mean),
                includes_first: money.includes_first,
            }),
            total_amount: None,
            sum_ln_gaps: None,
            weights: self.weights.as_ref().map(some),
            unit: self.unit,
            observed: None,
            left_out: self.left_out,
        }
    }
}

impl CalibrationHoldout {
    /// The customers of these rows, in that order: what was known of them and what they did then.
    ///
    /// # Errors
    /// As [`CustomerSummary::select`].
    pub fn select(&self, rows: &[usize]) -> Result<Self, Error> {
        let calibration = self.calibration.select(rows)?;
        Ok(Self {
            calibration,
            holdout_frequency: rows.iter().map(|&row| self.holdout_frequency[row]).collect(),
            holdout_monetary_value: (self.holdout_monetary_value.as_ref())
                .map(|money| rows.iter().map(|&row| money[row]).collect()),
            holdout_duration: self.holdout_duration,
            born_in_holdout: self.born_in_holdout,
        })
    }
}

/// Refuses no rows, rows that are not there, and rows that stand twice.
fn check_rows(rows: &[usize], len: usize) -> Result<(), Error> {
    if rows.is_empty() {
        let expected = "at least one customer";
        return Err(Error::Empty { what: "the selection of customers", expected });
    }
    let mut taken = vec![false; len];
    for &row in rows {
        match taken.get_mut(row) {
            Some(taken) if !*taken => *taken = true,
            _ => {
                let expected = "one of the summary's, and each once";
                return Err(Error::parameter("row", expected, row as f64));
            }
        }
    }
    Ok(())
}
