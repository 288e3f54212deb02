//! The state that moves with time: counts by key, lines still open, the level.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lag::{LagCurve, STEPS};
use super::level::{Due, Level};
use super::line_keys::LineKeys;
use super::open::{Open, OpenLines};
use super::overall::Overall;
use super::paid_back::{MoneyBack, PaidBack};
use super::past::{Logs, PastLines};
use super::schema::Schema;
use super::state_codec::wrong;
use super::tables::keys::{Counts, LookedUp};
use super::tables::{Table, unpack};
use super::told::Told;
use crate::{Error, memory};

/// How exposure grows with age, how old lines weigh, and when a line is settled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pace {
    pub(crate) steps: Vec<Step>,
    pub(crate) horizon: i32,
    pub(crate) half_life: Option<f64>,
}

/// A step of maturity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    /// In days.
    pub(crate) age: i32,
    /// The exposure gained.
    gain: f64,
    pub(crate) due: Due,
}

impl Pace {
    pub(crate) fn new(lag: &LagCurve, half_life: Option<f64>) -> Self {
        let mut steps: Vec<Step> = Vec::with_capacity(STEPS);
        let (mut before, gain) = (0.0, 1.0 / STEPS as f64);
        for days in lag.step_ages() {
            let age = i32::try_from(days).unwrap_or(i32::MAX);
            match steps.last_mut() {
                Some(step) if step.age == age => step.gain += gain,
                _ => {
                    // What came back on a day is known from the next day on.
                    let by = lag.share_by(days - 1);
                    steps.push(Step { age, gain, due: Due { before, by } });
                    before = by;
                }
            }
        }
        let horizon = i32::try_from(lag.horizon_days()).unwrap_or(i32::MAX);
        Self { steps, horizon, half_life }
    }

    /// What is due between the last step and the end of the horizon.
    pub(crate) fn last_due(&self) -> Due {
        Due { before: self.steps.last().map_or(0.0, |step| step.due.by), by: 1.0 }
    }
}

/// How much lines weigh by their day.
#[derive(Debug, Clone, Copy)]
struct Clock {
    half_life: Option<f64>,
    origin: i32,
}

impl Clock {
    /// What a line of that day counts: more the later, so that older ones never have to be touched
    /// (forward decay, Cormode, Shkapenyuk, Srivastava & Xu 2009).
    fn weight(self, day: i32) -> f64 {
        match self.half_life {
            None => 1.0,
            Some(half_life) => {
                let halves = f64::from(day - self.origin) / half_life;
                crate::math::elementary::exp(halves * std::f64::consts::LN_2)
            }
        }
    }
}

/// An order of the day that has begun.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct OrderOfToday {
    pub(crate) time: i64,
    /// The key of its id.
    pub(crate) key: u64,
    pub(crate) lines: usize,
}

/// The orders of the day that has begun, in the order in which they came. Their lines are the last of
/// the open ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Today {
    pub(crate) orders: Vec<OrderOfToday>,
    /// Of every line.
    pub(crate) logs: Vec<Logs>,
}

/// A return that will count at midnight: the number of the line, and its money where that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct NotedReturn {
    pub(crate) number: u64,
    pub(crate) money: Option<MoneyBack>,
}

/// What is to be known of a line beside its keys while it is open.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NewLine {
    pub(crate) id: Option<u64>,
    pub(crate) told: Told,
    pub(crate) log_odds: f64,
}

/// Bytes that a key takes once it is unpacked.
const UNPACKED: usize = 40;

/// Everything that is known on the morning of a day.
///
/// Counts and pasts change at midnight only: a line sees what was known at the end of the day before,
/// however the lines and returns of a day are cut into calls. At midnight the orders of the day are put
/// in order of time and key, so that neither do the sums over them depend on the cuts.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) pace: Pace,
    pub(crate) today: i32,
    /// The day on which a line weighs one; later ones weigh more where there is a half-life.
    pub(crate) origin: i32,
    pub(crate) tables: Vec<Table>,
    per_order: Vec<bool>,
    pub(crate) customers: Vec<PastLines>,
    pub(crate) products: Vec<PastLines>,
    pub(crate) entered: Today,
    pub(crate) open: OpenLines,
    /// For each step, the first line that has not made it.
    pub(crate) cursors: Vec<u64>,
    /// Lines that came back, by the day, and what was paid back of them where that is known.
    pub(crate) due: BTreeMap<i32, Vec<NotedReturn>>,
    /// Which part of a line is paid back; `None` where that was not known of any.
    pub(crate) paid_back: Option<PaidBack>,
    pub(crate) level: Level,
    /// The level of all lines so far, and that of all orders.
    pub(crate) overall: [Overall; 2],
    /// Lines settled, and those among them that came back: the caller may want to know.
    pub(crate) settled: [f64; 2],
}

impl Stream {
    /// Nothing is known on that day.
    pub(crate) fn new(
        schema: &Schema,
        pace: Pace,
        level: Level,
        overall: [Overall; 2],
        today: i32,
    ) -> Self {
        Self {
            cursors: vec![0; pace.steps.len()],
            pace,
            today,
            origin: today,
            tables: vec![Table::default(); schema.histories.len()],
            per_order: schema.histories.iter().map(|spec| spec.per_order).collect(),
            customers: Vec::new(),
            products: Vec::new(),
            entered: Today::default(),
            open: OpenLines::default(),
            due: BTreeMap::new(),
            paid_back: None,
            level,
            overall,
            settled: [0.0; 2],
        }
    }

    /// Makes every table one that learns, before lines are entered or days pass.
    pub(crate) fn unpack(&mut self) -> Result<(), Error> {
        let packed = self.tables.iter().map(Table::packed).sum();
        let of_lines = self.open.room_to_read();
        memory::ask_for_rows("keys to learn from", packed, UNPACKED, of_lines)?;
        let unpacked = unpack(&mut self.tables);
        if unpacked { Ok(()) } else { Err(wrong("a key stands twice")) }
    }

    /// The place of a key of one part.
    pub(crate) fn place(&self, history: usize, key: u64) -> Option<u32> {
        self.tables[history].keys().place(key)
    }

    /// The counts of a place as they weigh today.
    pub(crate) fn counts(&self, history: usize, place: u32) -> Counts {
        let counts = self.tables[history].counts(place);
        let today = self.clock().weight(self.today);
        Counts { exposure: counts.exposure / today, returns: counts.returns / today }
    }

    /// Finds keys of a history, with their counts as they weigh today, after those of the histories before it.
    pub(crate) fn find(&self, history: usize, keys: &[u64], looked_up: &mut LookedUp) {
        let (before, from) = self.tables.split_at(history);
        from[0].find_each(before, keys, looked_up);
        self.as_of_today(looked_up, keys.len());
    }

    /// The same, and enters those that are unknown.
    pub(crate) fn enter(&mut self, history: usize, keys: &[u64], looked_up: &mut LookedUp) {
        self.tables[history].keys_mut().enter_each(keys, looked_up);
        self.as_of_today(looked_up, keys.len());
    }

    /// Counts of the keys found last, as they weigh today.
    fn as_of_today(&self, looked_up: &mut LookedUp, keys: usize) {
        if self.pace.half_life.is_none() {
            return;
        }
        let today = self.clock().weight(self.today);
        for column in [&mut looked_up.exposure, &mut looked_up.returns] {
            let first = column.len() - keys;
            column[first..].iter_mut().for_each(|count| *count /= today);
        }
    }

    /// ω of a history.
    pub(crate) fn factor(&self, history: usize) -> f64 {
        let overall = &self.overall[usize::from(self.per_order[history])];
        overall.factor(self.clock().weight(self.today))
    }

    fn clock(&self) -> Clock {
        Clock { half_life: self.pace.half_life, origin: self.origin }
    }

    /// Goes on to the morning of a day. Days that have passed stay as they are.
    pub(crate) fn advance(&mut self, day: i32) {
        while self.today < day {
            self.end_day();
            // Nothing happens on days without an open line but that the level may drift.
            self.today += 1;
            self.take_returns();
            self.mature();
            self.settle();
            self.level.end_day();
            self.move_origin();
        }
    }

    fn take_returns(&mut self) {
        while let Some(entry) = self.due.first_entry() {
            if *entry.key() >= self.today {
                return;
            }
            let (day, mut returns) = entry.remove_entry();
            returns.sort_by_key(|of| of.number);
            for of in returns {
                self.take_return(of, day);
            }
        }
    }

    fn take_return(&mut self, NotedReturn { number, money }: NotedReturn, day: i32) {
        if number < self.open.first() {
            return;
        }
        let line = *self.open.get(number);
        if line.returned || day - line.day > self.pace.horizon {
            return;
        }
        self.open.get_mut(number).returned = true;
        if let Some((paid_back, money)) = self.paid_back.as_mut().zip(money) {
            paid_back.take(self.open.place(0, number), money);
        }
        let first = self.open.get_mut(number - u64::from(line.behind_first));
        let order_was_returned = std::mem::replace(&mut first.order_returned, true);
        let weight = self.clock().weight(line.day);
        let leader = number - u64::from(line.behind_first);
        self.overall[0].take_return(weight);
        if !order_was_returned {
            self.overall[1].take_return(weight);
        }
        for history in 0..self.tables.len() {
            // What is counted per order stands with the key of its first line.
            let of = if self.per_order[history] { leader } else { number };
            if !(self.per_order[history] && order_was_returned) {
                let place = self.open.place(history, of);
                self.tables[history].keys_mut().counts_mut(place).returns += weight;
            }
        }
    }

    fn mature(&mut self) {
        for step in 0..self.cursors.len() {
            let Step { age, gain, due: by_now } = self.pace.steps[step];
            let first = self.cursors[step];
            let due = |number: &u64| self.open.get(*number).day + age <= self.today;
            let end = (first..self.open.next()).find(|number| !due(number));
            let end = end.unwrap_or(self.open.next());
            self.cursors[step] = end;
            self.gain(first..end, gain);
            if self.level.early {
                (first..end).for_each(|number| self.hear(number, by_now));
            }
        }
    }

    /// The level hears what a line tells by a step of its age.
    fn hear(&mut self, number: u64, due: Due) {
        let line = self.open.get_mut(number);
        if !line.heard {
            line.heard = line.returned;
            self.level.hear(line.log_odds, line.returned, due);
        }
    }

    /// Lines have matured by a step. One history after the other, as each has a table of its own.
    fn gain(&mut self, numbers: Range<u64>, gain: f64) {
        if numbers.is_empty() {
            return;
        }
        let clock = self.clock();
        let lines = self.open.lines(numbers.clone());
        let gains: Vec<f64> = lines.iter().map(|line| gain * clock.weight(line.day)).collect();
        for (line, &gain) in lines.iter().zip(&gains) {
            self.overall[0].mature(gain);
            if line.behind_first == 0 {
                self.overall[1].mature(gain);
            }
        }
        for (history, table) in self.tables.iter_mut().map(Table::keys_mut).enumerate() {
            let places = self.open.places(history, numbers.clone());
            if self.per_order[history] {
                for ((line, &gain), &place) in lines.iter().zip(&gains).zip(places) {
                    if line.behind_first == 0 {
                        table.counts_mut(place).exposure += gain;
                    }
                }
            } else {
                for (&gain, &place) in gains.iter().zip(places) {
                    table.counts_mut(place).exposure += gain;
                }
            }
        }
    }

    fn settle(&mut self) {
        let due = if self.level.early { self.pace.last_due() } else { Due::ALL };
        while self.open.first() < self.open.next() {
            let line = self.open.get(self.open.first());
            if line.day + self.pace.horizon >= self.today {
                return;
            }
            self.hear(self.open.first(), due);
            if let Some(line) = self.open.pop() {
                self.settled[0] += 1.0;
                self.settled[1] += f64::from(line.returned);
            }
        }
    }

    /// Keeps the weights of later lines within the range of numbers.
    fn move_origin(&mut self) {
        let far = self
            .pace
            .half_life
            .is_some_and(|half_life| f64::from(self.today - self.origin) > 512.0 * half_life);
        if far {
            let factor = 1.0 / self.clock().weight(self.today);
            self.tables.iter_mut().for_each(|table| table.keys_mut().scale(factor));
            self.overall.iter_mut().for_each(|overall| overall.scale(factor));
            self.origin = self.today;
        }
    }

    /// Notes an order of today, whose keys have been entered and whose lines are about to be opened.
    pub(crate) fn note_order(&mut self, time: i64, key: u64, logs: impl Iterator<Item = Logs>) {
        let before = self.entered.logs.len();
        self.entered.logs.extend(logs);
        let lines = self.entered.logs.len() - before;
        self.entered.orders.push(OrderOfToday { time, key, lines });
    }

    /// The lines of today become past.
    fn end_day(&mut self) {
        if self.entered.orders.is_empty() {
            return;
        }
        let Today { orders, mut logs } = std::mem::take(&mut self.entered);
        let first = self.open.next() - logs.len() as u64;
        if let Some(from) = self.rearranged(&orders, first) {
            self.open.rearrange(first, &from);
            let mut place = vec![0; from.len()];
            (0..).zip(&from).for_each(|(to, &from)| place[from] = to);
            for of in self.due.values_mut().flatten().filter(|of| of.number >= first) {
                let line = usize::try_from(of.number - first).unwrap_or(usize::MAX);
                of.number = first + place[line];
            }
            logs = from.iter().map(|&line| logs[line]).collect();
        }
        let new = PastLines::new(self.today);
        self.customers.resize(self.tables[0].len(), new);
        self.products.resize(self.tables[1].len(), new);
        for (number, logs) in (first..).zip(&logs) {
            let of = |history: usize| self.open.place(history, number) as usize;
            let (customer, product) = (of(0), of(1));
            let first_of_order = self.open.get(number).behind_first == 0;
            let (customer, product) = (&mut self.customers[customer], &mut self.products[product]);
            customer.add(logs);
            product.add(logs);
            customer.orders += f64::from(first_of_order);
            product.orders += 1.0;
            (customer.last_day, product.last_day) = (self.today, self.today);
        }
    }

    /// For each line of today in order of time and key of the orders, which of those that came it is;
    /// `None` where they came so.
    fn rearranged(&self, orders: &[OrderOfToday], first: u64) -> Option<Vec<usize>> {
        let mut starts = Vec::with_capacity(orders.len());
        let mut lines = 0;
        for order in orders {
            starts.push(lines);
            lines += order.lines;
        }
        let by = |&order: &usize| {
            let place = self.open.place(0, first + starts[order] as u64);
            let customer = self.tables[0].keys().entries()[place as usize].0;
            (orders[order].time, orders[order].key, customer)
        };
        let mut order: Vec<usize> = (0..orders.len()).collect();
        if order.is_sorted_by_key(by) {
            return None;
        }
        order.sort_by_key(by);
        let lines = |order: usize| starts[order]..starts[order] + orders[order].lines;
        Some(order.into_iter().flat_map(lines).collect())
    }

    /// Opens lines whose keys have been entered: how many lines before each its order began, and the
    /// places of its keys, history by history. `line` says what else is to be known of each.
    pub(crate) fn open(
        &mut self,
        behind_first: &[u32],
        places: &[u32],
        line: impl Fn(usize) -> NewLine,
    ) {
        let day = self.today;
        let open = behind_first.iter().enumerate().map(|(number, &behind_first)| {
            let NewLine { id, told, log_odds } = line(number);
            (Open::new(day, behind_first, log_odds), LineKeys::new(id, told))
        });
        self.open.push(open, places);
    }

    /// A line came back on a day.
    pub(crate) fn note_return(&mut self, number: u64, day: i32, money: Option<MoneyBack>) {
        self.open.get_mut(number).noted = true;
        self.due.entry(day).or_default().push(NotedReturn { number, money });
    }
}
