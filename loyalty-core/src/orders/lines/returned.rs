//! Returns in a table of their own, matched to lines by their ids.

use std::collections::{HashMap, HashSet};

use super::super::rows::{self, missing_id, shown_time};
use super::by_time::instants;
use super::{LinesByTime, OrderLines, Outcome, Source, day_of, key};
use crate::Error;
use crate::error::countable;
use crate::error::report::{Invalid, OrdersReport, Reason};
use crate::memory;
use crate::orders::{Column, CustomerColumn, TimeScale};
use crate::time::DAY;

/// Returns as events: which line came back, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Returns {
    line: Vec<u64>,
    day: Vec<i32>,
    /// The caller's row of each.
    row: Vec<usize>,
    /// The name of the column of times.
    time: String,
    invalid: Invalid,
    report: OrdersReport,
}

/// Whether the lines that came back are known.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ReturnsReport {
    /// Lines that are known to have come back by these returns, and were not before; a model knows those
    /// that are open.
    pub counted: usize,
    /// Returns of lines whose return is known already, by these or by earlier ones.
    pub repeated: usize,
    /// Returns of other lines.
    pub unknown: usize,
    /// Of those counted, how many are of days that the model has not reached: they count once those days
    /// are over.
    pub ahead: usize,
    /// The rows read, in use and refused.
    pub rows: OrdersReport,
}

/// A return: its line, its day, and its row in the caller's table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) line: u64,
    pub(crate) day: i32,
    row: usize,
}

/// What is to be done with a return.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verdict {
    Count,
    Repeated,
    Unknown,
    Refuse(Reason),
}

impl Returns {
    /// Checked returns: ids of lines, as in [`crate::orders::lines::LineColumns::line`], and the times at which they
    /// came back. Whether one is from before its order is known once its line is; `invalid` rules that too.
    ///
    /// # Errors
    /// [`Error::Length`] where the columns differ in length, [`Error::Parameter`] where there are 2³² − 1
    /// rows or more, [`Error::Refused`] with a count by reason where rows cannot be used and `invalid` is
    /// [`Invalid::Raise`], or where none of them can.
    pub fn new(
        line: &CustomerColumn<'_>,
        time: &Column<'_, [i64]>,
        scale: TimeScale,
        invalid: Invalid,
    ) -> Result<Self, Error> {
        let rows = line.len();
        countable("the number of returns", rows)?;
        line.same_rows(rows)?;
        time.same_rows(rows)?;
        memory::ask_for_rows("a table of returns", rows, 32, 0)?;
        let fault = |row: usize| {
            missing_id(Some(line), Reason::MissingLine, row)
                .or_else(|| (!time.is_present(row)).then_some((Reason::MissingTime, time.name)))
                .or_else(|| {
                    let instant = scale.microseconds(time.values[row]);
                    instant.is_none().then_some((Reason::TimeOutOfRange, time.name))
                })
        };
        let shown = |row: usize, name: &str| match name {
            _ if name == line.name() => line.shown(row),
            _ => shown_time(time, scale, row),
        };
        let (report, used) = rows::check(rows, invalid, fault, shown)?;
        let id = |row: usize| match line {
            CustomerColumn::Int(ids) => key::of_integer(ids.values[row]),
            CustomerColumn::Text(ids) => key::of_text(ids.values.text(row)),
        };
        Ok(Self {
            line: used.iter().map(id).collect(),
            day: instants(time, scale, &used).into_iter().map(day_of).collect(),
            row: used.iter().collect(),
            time: time.name.to_owned(),
            invalid,
            report,
        })
    }

    /// The rows read, in use and refused.
    pub fn report(&self) -> &OrdersReport {
        &self.report
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.day.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.day.is_empty()
    }

    /// The returns to count, and what became of the others.
    ///
    /// # Errors
    /// [`Error::Refused`] where one is to be refused and the returns are not to be dropped, or where all
    /// are.
    pub(crate) fn judged(
        &self,
        mut judge: impl FnMut(&Event) -> Verdict,
    ) -> Result<(Vec<Event>, ReturnsReport), Error> {
        let (mut counted, mut refused) = (Vec::new(), Vec::new());
        let mut report = ReturnsReport::default();
        let rows = self.line.iter().zip(&self.day).zip(&self.row);
        for event in rows.map(|((&line, &day), &row)| Event { line, day, row }) {
            match judge(&event) {
                Verdict::Count => counted.push(event),
                Verdict::Repeated => report.repeated += 1,
                Verdict::Unknown => report.unknown += 1,
                Verdict::Refuse(reason) => refused.push((reason, self.time.as_str(), event.row)),
            }
        }
        report.counted = counted.len();
        let rows = self.report.clone().with_refused(refused.into_iter());
        report.rows = rows.accepted(self.invalid)?;
        Ok((counted, report))
    }
}

impl OrderLines {
    /// The same lines with what became of them, where a table of its own tells it. Of several returns of
    /// one line the first counts; lines of no return were kept, unless they say otherwise themselves.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the lines have no ids, [`Error::Refused`] where a return is from before
    /// the day of its order and the returns were read with [`Invalid::Raise`], or where all are.
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
    /// let returns = Returns::new(&ids, &Column::new("back", &[9, 9]), TimeScale::Days, Invalid::Raise)?;
    /// let (lines, report) = lines.with_returns(&returns)?;
    /// assert_eq!(lines.returned(), Some(1));
    /// assert_eq!((report.counted, report.unknown), (1, 1));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn with_returns(&self, returns: &Returns) -> Result<(Self, ReturnsReport), Error> {
        self.ask_by_time()?;
        memory::ask_for_rows("order lines with their returns", self.len(), 64, self.room)?;
        let lines = self.by_time();
        let ids = lines
            .line
            .as_ref()
            .ok_or(Error::MissingColumn { column: "line", needed_by: "a table of returns" })?;
        let line_of: HashMap<u64, usize> = ids.iter().copied().zip(0..).collect();
        let mut outcomes =
            lines.outcome.clone().unwrap_or_else(|| vec![Outcome::Kept; lines.len()]);
        let mut named = HashSet::new();
        let (events, report) = returns.judged(|event| match line_of.get(&event.line) {
            None => Verdict::Unknown,
            Some(&line) if event.day < day_of(lines.time[line]) => {
                Verdict::Refuse(Reason::ReturnedBeforeOrdered)
            }
            Some(&line) => {
                let again = !named.insert(line);
                let before = outcomes[line];
                outcomes[line] = match before {
                    Outcome::Returned(before) => Outcome::Returned(before.min(event.day)),
                    Outcome::Kept | Outcome::ReturnedSometime => Outcome::Returned(event.day),
                };
                // Of a line that says itself that it came back this may be the time.
                if again { Verdict::Repeated } else { Verdict::Count }
            }
        })?;
        let day_back = |line: usize| match outcomes[line] {
            Outcome::Returned(day) => Some((lines.row[line] as usize, i64::from(day) * DAY)),
            _ => None,
        };
        let found: Vec<(usize, i64)> =
            events.iter().filter_map(|event| day_back(*line_of.get(&event.line)?)).collect();
        let by_time = LinesByTime { outcome: Some(outcomes), ..lines.clone() };
        let lines = match &self.source {
            Source::Time(source) => {
                let mut raw = source.1.clone();
                raw.note_returns(&by_time, &found);
                let source = Source::Time(Box::new((by_time, raw)));
                let report = self.report.clone();
                Self::of(source, self.room, report, self.last_credit, self.tells_parts)
            }
            Source::Customer(source) => {
                let mut source = source.clone();
                source.0.note_returns(&found);
                let (report, source) = (self.report.clone(), Source::Customer(source));
                let lines = Self::of(source, self.room, report, self.last_credit, self.tells_parts);
                lines.by_time.get_or_init(|| by_time);
                lines
            }
        };
        Ok((lines, report))
    }
}
