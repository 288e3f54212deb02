//! What became of the rows of a table: what was read, left out, defaulted and matched.

use std::fmt;

use crate::ledger::JoinReport;
use crate::orders::{CameBack, OrdersReport};
use crate::time::date;

/// What became of the rows of a table that was scored. It shows as one sentence a line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TableReport {
    /// Rows in use and not in use, cells that were missing or mended, credits.
    pub rows: OrdersReport,
    /// The first order and the end of observation, in microseconds since 1970-01-01T00:00.
    pub period: (i64, i64),
    /// Occasions that came back whole and are no purchases.
    pub came_back: CameBack,
    /// Whether the rows of other tables found their customers.
    pub joins: Vec<JoinReport>,
}

impl TableReport {
    pub(super) fn new(rows: OrdersReport, period: (i64, i64)) -> Self {
        Self { rows, period, came_back: CameBack::default(), joins: Vec::new() }
    }

    /// What came back whole, in a sentence.
    pub(super) fn came_back(&self) -> Option<String> {
        let CameBack { occasions, customers, .. } = self.came_back;
        let customers = match customers {
            0 => String::new(),
            1 => "; 1 customer sent back everything and is not scored".to_owned(),
            _ => format!("; {customers} customers sent back everything and are not scored"),
        };
        let verb = if occasions == 1 {
            "occasion came back whole and is no purchase"
        } else {
            "occasions came back whole and are no purchases"
        };
        (occasions > 0).then(|| format!("{occasions} {verb}{customers}"))
    }

    /// All that is to be known, one sentence each.
    pub fn sentences(&self) -> Vec<String> {
        let (first, end) = (date(self.period.0), date(self.period.1));
        let (rows, kept) = (self.rows.rows(), self.rows.kept());
        let mut said =
            vec![format!("{kept} of {rows} rows are purchases, observed from {first} to {end}")];
        said.extend(self.rows.sentences());
        said.extend(self.came_back());
        said.extend(self.joins.iter().map(|join| format!("column \"customer\" {join}")));
        said
    }
}

impl fmt::Display for TableReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentences().join("\n"))
    }
}
