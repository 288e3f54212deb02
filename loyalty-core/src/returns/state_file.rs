//! The state that a return propensity goes on from, as its file has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::level::Level;
use super::line_keys::{LineKeys, all_differ};
use super::open::Open;
use super::overall::Overall;
use super::paid_back::{MoneyBack, PaidBack};
use super::past::PastLines;
use super::schema::{HistorySpec, Schema};
use super::state_codec::{check, keys_as_text, wrong};
use super::state_columns::{OpenColumns, StateColumns};
use super::state_today::RawToday;
use super::stream::{NotedReturn, Pace, Stream};
use super::tables::Table;
use super::tables::keys::{Counts, Keys};
use super::told::Told;
use crate::Error;
use crate::orders::key::integer_of;

#[derive(Serialize, Deserialize)]
pub(super) struct RawState {
    today: i32,
    origin: i32,
    level: Level,
    /// Of all lines, and of all orders.
    overall: [Overall; 2],
    settled: [f64; 2],
    pub(super) histories: Vec<RawKeys>,
    pub(super) customers: RawPasts,
    pub(super) products: RawPasts,
    /// The orders of a day that is not over.
    #[serde(default, skip_serializing_if = "RawToday::is_empty")]
    entered: RawToday,
    pub(super) open: RawOpen,
    /// How far each step of maturity has come, counted from the first open line.
    cursors: Vec<u64>,
    /// Days on which returns come to count, and the lines, counted from the first open one.
    due: Vec<(i32, Vec<u64>)>,
    /// What was paid back of these lines, where shares are learnt; `null` where that is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    due_money: Vec<Vec<Option<MoneyBack>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) paid_back: Option<PaidBack>,
}

/// Counts by key.
#[derive(Default, Deserialize)]
#[serde(try_from = "KeyColumns")]
pub(super) struct RawKeys(pub(super) Vec<(u64, Counts)>);

/// Counts by key, a column each.
#[derive(Serialize, Deserialize)]
struct KeyColumns {
    #[serde(with = "keys_as_text")]
    keys: Vec<Option<u64>>,
    exposure: Vec<f64>,
    returns: Vec<f64>,
}

#[derive(Default, Serialize, Deserialize)]
pub(super) struct RawPasts {
    pub(super) lines: Vec<f64>,
    pub(super) orders: Vec<f64>,
    pub(super) log_prices: Vec<f64>,
    pub(super) log_quantities: Vec<f64>,
    pub(super) most_log_price: Vec<f64>,
    pub(super) first_day: Vec<i32>,
    pub(super) last_day: Vec<i32>,
}

#[derive(Default, Serialize, Deserialize)]
pub(super) struct RawOpen {
    pub(super) day: Vec<i32>,
    pub(super) behind_first: Vec<u32>,
    #[serde(with = "keys_as_text")]
    pub(super) id: Vec<Option<u64>>,
    pub(super) log_odds: Vec<f64>,
    pub(super) returned: Vec<bool>,
    pub(super) heard: Vec<bool>,
    pub(super) order_returned: Vec<bool>,
    /// For each line, the place of its key in every history.
    pub(super) places: Vec<u32>,
    /// By what orders and lines are known when they are told again: of every first line of an order, and of
    /// every line.
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "keys_as_text")]
    pub(super) orders: Vec<Option<u64>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "keys_as_text")]
    pub(super) prints: Vec<Option<u64>>,
}

impl RawState {
    pub(super) fn of(stream: &Stream, histories: &[HistorySpec]) -> Self {
        let tables = &stream.tables;
        let keys = (0..tables.len()).map(|history| {
            let mut keys = RawKeys(tables[history].entries(&tables[..history]).into_owned());
            let crossed = histories[history].parts.len() > 1;
            let by_key: Vec<u64> = keys.0.iter().map(|(key, _)| *key).collect();
            let moved = crossed.then(|| keys.put_in_order(by_key.into_iter()));
            (keys, moved)
        });
        let (keys, moved): (Vec<RawKeys>, Vec<Option<Vec<u32>>>) = keys.unzip();
        let first = stream.open.first();
        let from_first = |number: &u64| number.saturating_sub(first);
        let mut open = RawOpen::default();
        for (number, line) in stream.open.iter() {
            let (id, told) = (stream.open.keys(number).id(), stream.open.told(number));
            open.id.push(id);
            open.prints.push(told.print);
            if line.behind_first == 0 {
                open.orders.push(told.order);
            }
            open.day.push(line.day);
            open.behind_first.push(line.behind_first);
            open.log_odds.push(line.log_odds);
            open.returned.push(line.returned);
            open.heard.push(line.heard);
            open.order_returned.push(line.order_returned);
            open.places.extend(moved.iter().enumerate().map(|(history, moved)| {
                let place = stream.open.place(history, number);
                moved.as_ref().map_or(place, |moved| moved[place as usize])
            }));
        }
        let still_open = |returns: &'_ Vec<NotedReturn>| -> Vec<NotedReturn> {
            returns.iter().filter(|of| of.number >= first).copied().collect()
        };
        let due: Vec<(i32, Vec<NotedReturn>)> =
            stream.due.iter().map(|(&day, returns)| (day, still_open(returns))).collect();
        let numbers = |of: &[NotedReturn]| of.iter().map(|of| from_first(&of.number)).collect();
        let money = |of: &[NotedReturn]| of.iter().map(|of| of.money).collect();
        Self {
            today: stream.today,
            origin: stream.origin,
            level: stream.level,
            overall: stream.overall,
            settled: stream.settled,
            histories: keys,
            customers: RawPasts::of(&stream.customers),
            products: RawPasts::of(&stream.products),
            entered: RawToday::of(&stream.entered),
            open,
            cursors: stream.cursors.iter().map(from_first).collect(),
            due_money: match stream.paid_back {
                Some(_) => due.iter().map(|(_, of)| money(of)).collect(),
                None => Vec::new(),
            },
            due: due.iter().map(|(day, of)| (*day, numbers(of))).collect(),
            paid_back: stream.paid_back.clone(),
        }
    }

    /// The columns of the state, where they stand in it.
    pub(super) fn columns(&mut self) -> Result<StateColumns, Error> {
        let histories = std::mem::take(&mut self.histories).into_iter();
        let tables: Vec<Table> = histories.map(RawKeys::table).collect::<Result<_, _>>()?;
        let open = std::mem::take(&mut self.open).lines(tables.len())?;
        let (customers, products) = (self.customers.pasts()?, self.products.pasts()?);
        Ok(StateColumns { tables, customers, products, open })
    }

    /// The stream, with the columns of the state.
    pub(super) fn stream(
        self,
        columns: StateColumns,
        schema: &Schema,
        pace: Pace,
    ) -> Result<Stream, Error> {
        // Days of the calendar, so that sums of days stay within their type.
        let days = -720_000..=2_940_000;
        let known = days.contains(&self.origin) && days.contains(&self.today);
        check(known && self.level.is_sound() && self.origin <= self.today, "level and days")?;
        check(self.overall.iter().all(Overall::is_sound), "the level of all lines")?;
        let StateColumns { tables, customers, products, open } = columns;
        check(tables.len() == schema.histories.len(), "histories and their counts")?;
        let sound = [&customers, &products].into_iter().flatten().all(PastLines::is_sound);
        check(sound, "pasts")?;
        let open = open.open(&tables, self.today, pace.horizon)?;
        let lines = open.next();
        let entered = self.entered.today(&open, self.today)?;
        let new = lines - entered.logs.len() as u64..lines;
        for (history, known) in [customers.len(), products.len()].into_iter().enumerate() {
            // Those that came today have no past yet.
            let mut there = vec![false; tables[history].len().saturating_sub(known)];
            for &place in open.places(history, new.clone()) {
                if let Some(there) =
                    (place as usize).checked_sub(known).and_then(|at| there.get_mut(at))
                {
                    *there = true;
                }
            }
            let suits = known <= tables[history].len() && there.into_iter().all(|there| there);
            check(suits, "customers, products and their counts")?;
        }
        check(self.cursors.len() == pace.steps.len(), "steps and cursors")?;
        check(self.cursors.iter().all(|&cursor| cursor <= lines), "cursors and open lines")?;
        let known = |(_, numbers): &(i32, Vec<u64>)| numbers.iter().all(|&line| line < lines);
        check(self.due.iter().all(known), "returns and open lines")?;
        let paid_back = self.paid_back;
        let sound = |of: &PaidBack| of.is_sound(tables.first().map_or(0, Table::len));
        check(paid_back.as_ref().is_none_or(sound), "shares paid back")?;
        let due = due(self.due, self.due_money)?;
        let mut stream = Stream::new(schema, pace, self.level, self.overall, self.today);
        stream.origin = self.origin;
        stream.tables = tables;
        (stream.customers, stream.products) = (customers, products);
        stream.entered = entered;
        stream.open = open;
        for of in due.values().flatten() {
            stream.open.get_mut(of.number).noted = true;
        }
        stream.cursors = self.cursors;
        (stream.due, stream.paid_back) = (due, paid_back);
        stream.settled = self.settled;
        Ok(stream)
    }
}

/// Returns to come, with their money where that is kept.
fn due(
    numbers: Vec<(i32, Vec<u64>)>,
    money: Vec<Vec<Option<MoneyBack>>>,
) -> Result<BTreeMap<i32, Vec<NotedReturn>>, Error> {
    let known = money.iter().flatten().flatten();
    let mut good = known.into_iter().all(MoneyBack::is_sound);
    good &= money.is_empty() || money.len() == numbers.len();
    let mut due = BTreeMap::new();
    let mut money = money.into_iter();
    for (day, numbers) in numbers {
        let money = money.next().unwrap_or_else(|| vec![None; numbers.len()]);
        good &= money.len() == numbers.len();
        let of_day = numbers.into_iter().zip(money);
        due.insert(day, of_day.map(|(number, money)| NotedReturn { number, money }).collect());
    }
    check(good, "returns and what was paid back")?;
    Ok(due)
}

impl RawKeys {
    /// Puts them in order of something of each, and gives for every place the one that its key has now.
    pub(super) fn put_in_order<T: Ord>(&mut self, of_each: impl Iterator<Item = T>) -> Vec<u32> {
        let mut order: Vec<(T, u32)> = of_each.zip(0..).collect();
        order.sort_unstable();
        self.0 = order.iter().map(|(_, place)| self.0[*place as usize]).collect();
        let mut moved = vec![0; order.len()];
        (0..).zip(&order).for_each(|(to, (_, from))| moved[*from as usize] = to);
        moved
    }

    /// The table of these keys.
    pub(super) fn table(self) -> Result<Table, Error> {
        Table::default().room_for(self.0.len())?;
        let keys = Keys::of(self.0);
        let twice = || wrong("a key stands twice, or its counts are out of range");
        keys.map(Table::Keys).ok_or_else(twice)
    }
}

impl Serialize for RawKeys {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let columns = KeyColumns {
            keys: self.0.iter().map(|(key, _)| Some(*key)).collect(),
            exposure: self.0.iter().map(|(_, counts)| counts.exposure).collect(),
            returns: self.0.iter().map(|(_, counts)| counts.returns).collect(),
        };
        columns.serialize(to)
    }
}

impl TryFrom<KeyColumns> for RawKeys {
    type Error = Error;

    fn try_from(KeyColumns { keys, exposure, returns }: KeyColumns) -> Result<Self, Error> {
        check([exposure.len(), returns.len()] == [keys.len(); 2], "keys and counts")?;
        let counts = exposure.into_iter().zip(returns);
        let counts = counts.map(|(exposure, returns)| Counts { exposure, returns });
        let entries = keys.into_iter().zip(counts).map(|(key, counts)| Some((key?, counts)));
        let entries = entries.collect::<Option<_>>().map(Self);
        entries.ok_or_else(|| wrong("a key of a history is missing"))
    }
}

impl RawPasts {
    fn of(pasts: &[PastLines]) -> Self {
        let floats = |of: fn(&PastLines) -> f64| pasts.iter().map(of).collect();
        let days = |of: fn(&PastLines) -> i32| pasts.iter().map(of).collect();
        Self {
            lines: floats(|past| past.lines),
            orders: floats(|past| past.orders),
            log_prices: floats(|past| past.log_prices),
            log_quantities: floats(|past| past.log_quantities),
            most_log_price: floats(|past| past.most_log_price),
            first_day: days(|past| past.first_day),
            last_day: days(|past| past.last_day),
        }
    }

    fn pasts(&self) -> Result<Vec<PastLines>, Error> {
        let n = self.lines.len();
        let floats = [&self.orders, &self.log_prices, &self.log_quantities, &self.most_log_price];
        let days = [&self.first_day, &self.last_day];
        let suits = floats.iter().all(|of| of.len() == n) && days.iter().all(|of| of.len() == n);
        check(suits, "pasts")?;
        let past = |at: usize| PastLines {
            lines: self.lines[at],
            orders: self.orders[at],
            log_prices: self.log_prices[at],
            log_quantities: self.log_quantities[at],
            most_log_price: self.most_log_price[at],
            first_day: self.first_day[at],
            last_day: self.last_day[at],
        };
        Ok((0..n).map(past).collect())
    }
}

impl RawOpen {
    /// The lines, whose keys are of so many histories.
    fn lines(self, histories: usize) -> Result<OpenColumns, Error> {
        let n = self.day.len();
        let lengths = [self.behind_first.len(), self.id.len(), self.log_odds.len()];
        let flags = [self.returned.len(), self.heard.len(), self.order_returned.len()];
        check(lengths == [n; 3] && flags == [n; 3], "open lines")?;
        check(self.places.len() == n * histories, "open lines and histories")?;
        let (told, all_told) = self.told(n);
        let keys = self.id.iter().zip(told).map(|(&id, told)| LineKeys::new(id, told));
        let line = |at: usize| {
            let mut line = Open::new(self.day[at], self.behind_first[at], self.log_odds[at]);
            (line.returned, line.noted) = (self.returned[at], self.returned[at]);
            line.heard = self.heard[at];
            line.order_returned = self.order_returned[at];
            line
        };
        let of_history = |history: usize| self.places.iter().skip(history).step_by(histories);
        Ok(OpenColumns {
            lines: (0..n).map(line).collect(),
            have_own_ids: all_differ(self.id.iter().flatten().copied().map(integer_of).collect()),
            keys: keys.collect::<Vec<_>>().into(),
            places: (0..histories).map(|history| of_history(history).copied().collect()).collect(),
            all_told,
        })
    }

    /// By what each of the lines is known when it is told again, nothing in files that do not say so; and
    /// whether the file says so of all of them.
    fn told(&self, lines: usize) -> (Vec<Told>, bool) {
        let mut told = vec![Told::default(); lines];
        let Self { behind_first, orders, prints, .. } = self;
        if orders.is_empty() && prints.is_empty() {
            return (told, true);
        }
        let firsts = behind_first.iter().filter(|&&behind| behind == 0).count();
        let suits = orders.len() == firsts && prints.len() == lines;
        let (mut orders, mut order) = (orders.iter(), None);
        for ((told, &behind), &print) in told.iter_mut().zip(behind_first).zip(prints) {
            if behind == 0 {
                order = orders.next().copied().flatten();
            }
            *told = Told { order, print };
        }
        (told, suits)
    }
}
