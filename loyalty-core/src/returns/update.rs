//! Lines and returns as they come.

use std::collections::HashSet;
use std::ops::Range;

use super::ReturnPropensity;
use super::matched::MatchedLines;
use super::observe::orders_of_a_day;
use super::past::PastLines;
use super::sample::{known_on, money_of};
use super::score::{LineScores, ScoredLine, Scorer};
use super::stream::NewLine;
use super::tables::Table;
use super::told::Told;
use super::told_before::ToldBefore;
use crate::Error;
use crate::memory;
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

/// Fewer lines than this are no batch.
const BATCH: usize = 1000;

impl ReturnPropensity {
    /// Scores lines by what is known before each, then takes them in, at a constant cost per line.
    ///
    /// An order that was taken in already, the same lines of the same customer under the same id, changes
    /// nothing ([`ScoredLine::told_before`]), so that a log can be told again from an earlier point, as after a
    /// crash: orders are known by their ids, and lines of orders without one by theirs, until their horizon is
    /// over. What such a line says of its fate counts where that was not known. Its score is as it was, but for
    /// the level, which is today's.
    ///
    /// Lines come in order of their days, an order whole in one call. The orders of a day may come in any
    /// order and be cut into calls anywhere, with the same result to the last bit: a line is scored by
    /// what was known on the morning of its day, as [`Self::score`] does. Where lines carry what became of them, it is learnt
    /// on the day on which it became known, never before.
    ///
    /// # Errors
    /// As [`Self::score`], [`Error::Value`] where an order is new and from a day that is over: the model has
    /// moved on, or more than 3660 days ahead, or where it was told before with other lines, and the model stays as it is; [`Error::Parameter`] where the model could know 2³² − 1 keys of a
    /// history or more.
    pub fn update(&mut self, lines: &OrderLines) -> Result<LineScores, Error> {
        lines.ask_by_time()?;
        self.stream.unpack()?;
        self.ask_to_learn(lines.len())?;
        let money = self.stream.paid_back.as_ref().and_then(|_| lines.money_paid_back());
        let lines = lines.by_time();
        let table = self.schema.matched(lines)?;
        let told = ToldBefore::of(&self.stream.open, &table)?;
        let is_new = |order: &usize| !told.has(lines, *order);
        self.not_before_today(lines, is_new)?;
        self.not_far_ahead(lines)?;
        self.stream.tables.iter().try_for_each(|keys| keys.room_for(lines.len()))?;
        let mut scores = vec![ScoredLine::default(); lines.len()];
        for order in (0..lines.orders()).filter(|order| !is_new(order)) {
            for (line, number) in lines.order(order).filter_map(|l| Some((l, told.number(l)?))) {
                scores[line] = self.scored_before(number);
                if !self.stream.open.get(number).noted {
                    self.note_outcome(lines, money.as_deref(), line, number);
                }
            }
        }
        let mut scorer = Scorer::default();
        let orders: Vec<usize> = (0..lines.orders()).filter(is_new).collect();
        for together in orders.chunk_by(|a, b| a + 1 == *b) {
            let mut rest = together[0]..together[0] + together.len();
            while !rest.is_empty() {
                let block = orders_of_a_day(lines, rest.clone());
                rest.start = block.end;
                self.take_in(&table, block.clone(), &mut scorer);
                let first = lines.starts[block.start] as usize;
                let number = self.stream.open.next() - scorer.observed.lines() as u64;
                for i in 0..scorer.observed.lines() {
                    scores[first + i] = scorer.scored(self, i);
                    self.note_outcome(lines, money.as_deref(), first + i, number + i as u64);
                }
            }
        }
        Ok(LineScores::new(lines.by_row(&scores)))
    }

    /// Whether each line was taken in before, by row: those that [`Self::update`] would leave as they are.
    ///
    /// # Errors
    /// [`Error::Columns`] or [`Error::Type`] as [`Self::score`], [`Error::Value`] where a line, or the order of
    /// that id, was told before otherwise.
    pub fn told_before(&self, lines: &OrderLines) -> Result<Vec<bool>, Error> {
        lines.ask_by_time()?;
        let lines = lines.by_time();
        let told = ToldBefore::of(&self.stream.open, &self.schema.matched(lines)?)?;
        let told: Vec<bool> = (0..lines.len()).map(|line| told.number(line).is_some()).collect();
        Ok(lines.by_row(&told))
    }

    /// Scores new orders of one day and opens their lines.
    fn take_in(&mut self, table: &MatchedLines<'_>, orders: Range<usize>, scorer: &mut Scorer) {
        let lines = table.lines;
        self.stream.advance(lines.day(orders.start));
        scorer.observed.enter(&self.schema, &mut self.stream, table, orders.clone());
        scorer.score(self);
        let first = lines.starts[orders.start] as usize;
        let ids = lines.line.as_ref();
        let told: Vec<Told> = orders.flat_map(|order| table.told(order)).collect();
        self.stream.open(&scorer.observed.behind_first, &scorer.observed.looked_up.places, |i| {
            NewLine {
                id: ids.map(|ids| ids[first + i]),
                told: told[i],
                log_odds: scorer.log_odds[i],
            }
        });
    }

    /// What is told of the fate of a line that is open.
    fn note_outcome(
        &mut self,
        lines: &LinesByTime,
        money: Option<&[[f64; 2]]>,
        line: usize,
        number: u64,
    ) {
        let Some(outcomes) = &lines.outcome else { return };
        let day = self.stream.open.get(number).day;
        if let Some(on) = known_on(outcomes[line], day, self.stream.pace.horizon) {
            let money = money.map(|money| money_of(lines, money, line));
            self.stream.note_return(number, on, money);
        }
    }

    /// The score of a line that is open: as it was when it was taken in, but for the level, which is today's.
    fn scored_before(&self, number: u64) -> ScoredLine {
        let stream = &self.stream;
        let line = stream.open.get(number);
        // Those who came on that day were unknown on its morning.
        let new = |pasts: &[PastLines], history| {
            let past = pasts.get(stream.open.place(history, number) as usize);
            past.is_none_or(|past| past.first_day >= line.day)
        };
        ScoredLine {
            log_odds: line.log_odds + stream.level.shift,
            new_customer: new(&stream.customers, 0),
            new_product: new(&stream.products, 1),
            told_before: true,
        }
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
        memory::ask_for_rows("returns to learn from", returns.len(), 64, open.room_to_find())?;
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
        memory::ask_for_rows("lines that are due", self.open_lines(), 112, 0)?;
        if day > self.stream.today {
            self.stream.unpack()?;
        }
        self.stream.advance(day);
        Ok(())
    }

    /// Asks for what so many lines may add to what is known: each of them a key of every history, and a line
    /// that is open. A table that is full is copied to one of twice the size.
    ///
    /// A few lines, as of one order, are not worth the question, though they too may fill a table.
    fn ask_to_learn(&self, lines: usize) -> Result<(), Error> {
        if lines < BATCH {
            return Ok(());
        }
        let keys = |keys: &Table| (keys.len() + lines).saturating_mul(80);
        let keys: usize = self.stream.tables.iter().map(keys).sum();
        let each = 128 + 8 * self.stream.tables.len();
        memory::ask_for_rows("lines to learn from", lines + self.open_lines(), each, keys)
    }

    fn not_before_today(
        &self,
        lines: &LinesByTime,
        is_new: impl Fn(&usize) -> bool,
    ) -> Result<(), Error> {
        let today = self.stream.today;
        let early = |order: &usize| lines.day(*order) < today && is_new(order);
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
