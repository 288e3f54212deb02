//! Lines and returns as they come.

use super::ReturnPropensity;
use super::observe::orders_of_a_day;
use super::sample::known_on;
use super::score::{LineScores, ScoredLine, Scorer};
use crate::Error;
use crate::orders::{LinesByTime, OrderLines, Returns, ReturnsReport, day_of};

impl ReturnPropensity {
    /// Scores lines by what is known before each, then takes them in, at a constant cost per line.
    ///
    /// Lines come in order of their days, an order whole in one call. The orders of a day may come in any
    /// order and be cut into calls anywhere, with the same result to the last bit: a line is scored by
    /// what was known on the morning of its day, as [`Self::score`] does. Where lines carry what became of them, it is learnt
    /// on the day on which it became known, never before.
    ///
    /// # Errors
    /// As [`Self::score`], [`Error::Value`] where a line is from a day that is over: the model has
    /// moved on and stays as it is; [`Error::Parameter`] where the model could know 2³² − 1 keys of a
    /// history or more.
    pub fn update(&mut self, lines: &OrderLines) -> Result<LineScores, Error> {
        let lines = lines.by_time();
        let table = self.schema.matched(lines)?;
        self.not_before_today(lines)?;
        self.not_open_already(lines)?;
        self.stream.tables.iter().try_for_each(|keys| keys.room_for(lines.len()))?;
        let mut scores = vec![ScoredLine::default(); lines.len()];
        let (mut scorer, mut order) = (Scorer::default(), 0);
        while order < lines.orders() {
            let day = lines.day(order);
            self.stream.advance(day);
            let block = orders_of_a_day(lines, order..lines.orders());
            order = block.end;
            let first = lines.starts[block.start] as usize;
            scorer.observed.enter(&self.schema, &mut self.stream, &table, block);
            scorer.score(self);
            let block = first..first + scorer.observed.lines();
            for line in block.clone() {
                scores[line] = scorer.scored(self, line - first);
            }
            let number = self.stream.open.next();
            let ids = lines.line.as_ref();
            self.stream.open(
                &scorer.observed.behind_first,
                &scorer.observed.looked_up.places,
                |i| (ids.map(|ids| ids[first + i]), scorer.log_odds[i]),
            );
            for (number, line) in (number..).zip(block) {
                let outcome = lines.outcome.as_ref().map(|outcomes| outcomes[line]);
                let horizon = self.stream.pace.horizon;
                if let Some(on) = outcome.and_then(|outcome| known_on(outcome, day, horizon)) {
                    self.stream.note_return(number, on);
                }
            }
        }
        Ok(LineScores::new(lines.by_row(&scores)))
    }

    /// Takes in returns, at a constant cost each. A return counts from the first day after it on;
    /// returns that come late count from the next day on that a line is from.
    pub fn update_returns(&mut self, returns: &Returns) -> ReturnsReport {
        let mut report = ReturnsReport::default();
        for (line, day) in returns.iter() {
            match self.stream.open.find(line) {
                Some(number) => {
                    self.stream.note_return(number, day);
                    report.counted += 1;
                }
                None => report.unknown += 1,
            }
        }
        report
    }

    /// Goes on to the morning of a day, counted from 1970-01-01: what is due by then counts. Scores of
    /// lines of that day are then those that [`Self::update`] would give.
    pub fn advance(&mut self, day: i32) {
        self.stream.advance(day);
    }

    fn not_open_already(&self, lines: &LinesByTime) -> Result<(), Error> {
        let Some(ids) = &lines.line else { return Ok(()) };
        let known = |&line: &usize| self.stream.open.find(ids[line]).is_some();
        let repeated = (0..ids.len()).filter(known).map(|line| lines.row[line] as usize);
        let Some((row, more)) = first_and_more(repeated) else { return Ok(()) };
        Err(Error::Value {
            column: "line".to_owned(),
            row,
            expected: "the id of a line that the model has not taken in yet",
            value: "one that is open".to_owned(),
            more,
        })
    }

    fn not_before_today(&self, lines: &LinesByTime) -> Result<(), Error> {
        let today = self.stream.today;
        let early = |&order: &usize| lines.day(order) < today;
        let rows = (0..lines.orders()).filter(early).flat_map(|order| lines.order(order));
        let rows = rows.map(|line| lines.row[line] as usize);
        let Some((row, more)) = first_and_more(rows) else { return Ok(()) };
        let line = lines.row.iter().position(|&of| of as usize == row).unwrap_or_default();
        Err(Error::Value {
            column: "time".to_owned(),
            row,
            expected: "not before the day that the model has reached",
            value: format!("day {} before day {today}", day_of(lines.time[line])),
            more,
        })
    }
}

/// The first of some rows, in any order, and how many more there are.
fn first_and_more(rows: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    rows.fold(None, |found, row| match found {
        None => Some((row, 0)),
        Some((first, more)) => Some((first.min(row), more + 1)),
    })
}
