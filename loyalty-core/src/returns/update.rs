//! Lines and returns as they come.

use std::collections::HashSet;

use super::ReturnPropensity;
use super::observe::orders_of_a_day;
use super::sample::{known_on, money_of};
use super::score::{LineScores, ScoredLine, Scorer};
use crate::Error;
use crate::orders::{
    Event, LinesByTime, OrderLines, Reason, Returns, ReturnsReport, TimeScale, Verdict,
};
use crate::time::{DAY, date};

/// The farthest that a model goes on at once, in days: the longest horizon, after which no line that it
/// knows is open. A day beyond is a wrong date, or a time in another unit, and would settle every open
/// line as kept.
const FARTHEST: i32 = 3660;

/// Days after an order, beyond which a return that has not happened yet is a wrong date: no shop takes goods
/// back for longer.
const YEAR: i32 = 366;

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
    /// moved on, or more than 3660 days ahead, and the model stays as it is; [`Error::Parameter`] where the model could know 2³² − 1 keys of a
    /// history or more.
    pub fn update(&mut self, lines: &OrderLines) -> Result<LineScores, Error> {
        let money = self.stream.paid_back.as_ref().and_then(|_| lines.money_paid_back());
        let lines = lines.by_time();
        let table = self.schema.matched(lines)?;
        self.not_before_today(lines)?;
        self.not_far_ahead(lines)?;
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
                    let money = money.as_ref().map(|money| money_of(lines, money, line));
                    self.stream.note_return(number, on, money);
                }
            }
        }
        Ok(LineScores::new(lines.by_row(&scores)))
    }

    /// Takes in returns, at a constant cost each. A return counts from the first day after it on;
    /// returns that come late count from the next day on that a line is from. Of several of one line the
    /// first day counts; the line counts once.
    ///
    /// # Errors
    /// [`Error::Refused`] where a return is from before the day of its order, or from days to come more than
    /// a year, and the horizon, after it, and the returns were read with
    /// [`Invalid::Raise`](crate::orders::Invalid::Raise), or where all are: the model stays as it is.
    pub fn update_returns(&mut self, returns: &Returns) -> Result<ReturnsReport, Error> {
        let (open, horizon, today) =
            (&self.stream.open, self.stream.pace.horizon, self.stream.today);
        let (mut seen, mut ahead) = (HashSet::new(), 0);
        let (events, mut report) = returns.judged(|event| {
            let Some(number) = open.find(event.line) else { return Verdict::Unknown };
            let line = open.get(number);
            match event.day {
                day if day < line.day => Verdict::Refuse(Reason::ReturnedBeforeOrdered),
                // An open line is not older than the horizon: such a day has not come.
                day if day - line.day > horizon.max(YEAR) => {
                    Verdict::Refuse(Reason::ReturnedFarAhead)
                }
                day if day - line.day > horizon => Verdict::Unknown,
                _ if line.noted || !seen.insert(number) => Verdict::Repeated,
                day => {
                    ahead += usize::from(day > today);
                    Verdict::Count
                }
            }
        })?;
        report.ahead = ahead;
        for Event { line, day, .. } in events {
            if let Some(number) = self.stream.open.find(line) {
                self.stream.note_return(number, day, None);
            }
        }
        Ok(report)
    }

    /// Goes on to the morning of a day, counted from 1970-01-01: what is due by then counts. Scores of
    /// lines of that day are then those that [`Self::update`] would give. A day that has passed already
    /// changes nothing.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a day more than 3660 days after [`Self::today`], or not within the years
    /// 0001 to 9999.
    pub fn advance(&mut self, day: i32) -> Result<(), Error> {
        let in_calendar = TimeScale::Days.microseconds(day.into()).is_some();
        if !in_calendar || day - self.stream.today > FARTHEST {
            let expected = "a day at most 3660 days after the one that the model has reached";
            return Err(Error::parameter("day", expected, f64::from(day)));
        }
        self.stream.advance(day);
        Ok(())
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
            value: format!("{} before {}", date(lines.time[line]), date(i64::from(today) * DAY)),
            more,
        })
    }

    fn not_far_ahead(&self, lines: &LinesByTime) -> Result<(), Error> {
        let farthest = self.stream.today.saturating_add(FARTHEST);
        let far = |&order: &usize| lines.day(order) > farthest;
        let rows = (0..lines.orders()).filter(far).flat_map(|order| lines.order(order));
        let rows = rows.map(|line| lines.row[line] as usize);
        let Some((row, more)) = first_and_more(rows) else { return Ok(()) };
        let line = lines.row.iter().position(|&of| of as usize == row).unwrap_or_default();
        let (day, today) = (date(lines.time[line]), date(i64::from(self.stream.today) * DAY));
        Err(Error::Value {
            column: "time".to_owned(),
            row,
            expected: "at most 3660 days after the day that the model has reached",
            value: format!("{day} where that is {today}"),
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
