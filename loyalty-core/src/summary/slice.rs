//! Some of the customers of a summary.

use std::ops::Range;

use super::{CustomerSummary, MonetaryValue};

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
        let some = |column: &Vec<f64>| column[rows.clone()].to_vec();
        Self {
            customers: self.customers.as_ref().map(|customers| customers.select(rows.clone())),
            frequency: self.frequency[rows.clone()].to_vec(),
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
            left_out: self.left_out,
        }
    }
}
