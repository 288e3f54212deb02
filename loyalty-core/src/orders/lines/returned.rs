//! Returns in a table of their own, matched to lines by their ids.

use std::collections::HashMap;

use super::{LinesByTime, OrderLines, Outcome, Source, day_of, key};
use crate::Error;
use crate::error::same_length;
use crate::orders::{Column, CustomerColumn, TimeScale};
use crate::time::DAY;

/// Returns as events: which line came back, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Returns {
    line: Vec<u64>,
    day: Vec<i32>,
    /// The name of the column of times.
    time: String,
}

/// Whether the lines that came back are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReturnsReport {
    /// Returns of lines that are known; a model knows those that are open.
    pub counted: usize,
    /// Returns of other lines.
    pub unknown: usize,
}

impl Returns {
    /// Checked returns: ids of lines, as in [`crate::orders::lines::LineColumns::line`], and the times at which they
    /// came back.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Value`] for a missing id or time,
    /// or a time outside the years 0001 to 9999.
    pub fn new(
        line: &CustomerColumn<'_>,
        time: &Column<'_, [i64]>,
        scale: TimeScale,
    ) -> Result<Self, Error> {
        let rows = line.len();
        same_length(rows, time.name, time.values.len())?;
        let mut returns = Self {
            line: Vec::with_capacity(rows),
            day: Vec::with_capacity(rows),
            time: time.name.to_owned(),
        };
        for row in 0..rows {
            let wrong = |column: &str, expected, value: String| {
                Err(Error::Value { column: column.to_owned(), row, expected, value, more: 0 })
            };
            if !line.is_present(row) {
                return wrong(line.name(), "present", "null".to_owned());
            }
            let instant = scale.microseconds(time.values[row]).filter(|_| time.is_present(row));
            let Some(instant) = instant else {
                let shown = time.values[row].to_string();
                return wrong(time.name, "within the years 0001 to 9999", shown);
            };
            returns.line.push(match line {
                CustomerColumn::Int(ids) => key::of_integer(ids.values[row]),
                CustomerColumn::Text(ids) => key::of_text(ids.values.text(row)),
            });
            returns.day.push(day_of(instant));
        }
        Ok(returns)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.day.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.day.is_empty()
    }

    /// The key of each line, and the day on which it came back.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, i32)> {
        self.line.iter().copied().zip(self.day.iter().copied())
    }
}

impl OrderLines {
    /// The same lines with what became of them, where a table of its own tells it. Of several returns of
    /// one line the first counts; lines of no return were kept, unless they say otherwise themselves.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the lines have no ids, [`Error::Value`] for a return before the day of
    /// its order.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, Returns, TimeScale};
    /// let customer = Column::new("customer", &[7, 7, 9][..]).into();
    /// let day = Column::new("day", &[0, 0, 4][..]);
    /// let mut columns = LineColumns::new(customer, day, TimeScale::Days)
    ///     .with_price(Column::new("price", &[60.0, 5.0, 60.0]));
    /// columns.line = Some(Column::new("line", &[100, 101, 102][..]).into());
    /// let lines = OrderLines::new(&columns, Invalid::Raise)?;
    /// let ids = Column::new("line", &[102, 55][..]).into();
    /// let returns = Returns::new(&ids, &Column::new("back", &[9, 9]), TimeScale::Days)?;
    /// let (lines, report) = lines.with_returns(&returns)?;
    /// assert_eq!(lines.returned(), Some(1));
    /// assert_eq!((report.counted, report.unknown), (1, 1));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn with_returns(&self, returns: &Returns) -> Result<(Self, ReturnsReport), Error> {
        let lines = self.by_time();
        let ids = lines
            .line
            .as_ref()
            .ok_or(Error::MissingColumn { column: "line", needed_by: "a table of returns" })?;
        let line_of: HashMap<u64, usize> = ids.iter().copied().zip(0..).collect();
        let mut outcomes =
            lines.outcome.clone().unwrap_or_else(|| vec![Outcome::Kept; lines.len()]);
        let (mut report, mut found) = (ReturnsReport::default(), Vec::new());
        for (row, (id, day)) in returns.iter().enumerate() {
            let Some(&line) = line_of.get(&id) else {
                report.unknown += 1;
                continue;
            };
            let ordered = day_of(lines.time[line]);
            if day < ordered {
                return Err(Error::Value {
                    column: returns.time.clone(),
                    row,
                    expected: "not before the order of the line",
                    value: format!("day {day} before day {ordered}"),
                    more: 0,
                });
            }
            report.counted += 1;
            outcomes[line] = match outcomes[line] {
                Outcome::Returned(before) => Outcome::Returned(before.min(day)),
                Outcome::Kept | Outcome::ReturnedSometime => Outcome::Returned(day),
            };
            found.push((lines.row[line] as usize, i64::from(day) * DAY));
        }
        let by_time = LinesByTime { outcome: Some(outcomes), ..lines.clone() };
        let lines = match &self.source {
            Source::Time(source) => {
                let mut raw = source.1.clone();
                raw.note_returns(&by_time, &found);
                let source = Source::Time(Box::new((by_time, raw)));
                Self::of(source, self.report.clone(), self.last_credit)
            }
            Source::Customer(source) => {
                let mut source = source.clone();
                source.0.note_returns(&found);
                let report = self.report.clone();
                let lines = Self::of(Source::Customer(source), report, self.last_credit);
                lines.by_time.get_or_init(|| by_time);
                lines
            }
        };
        Ok((lines, report))
    }
}
