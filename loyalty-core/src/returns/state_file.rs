//! The state that a return propensity goes on from, as its file has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::keys::{Counts, Keys};
use super::level::Level;
use super::open::{Open, OpenLines};
use super::overall::Overall;
use super::paid_back::{MoneyBack, PaidBack};
use super::past::PastLines;
use super::schema::Schema;
use super::state_codec::{check, keys_as_text, wrong};
use super::state_today::RawToday;
use super::stream::{NotedReturn, Pace, Stream};
use super::told::Told;
use crate::Error;

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
    pub(super) fn of(stream: &Stream) -> Self {
        let first = stream.open.first();
        let from_first = |number: &u64| number.saturating_sub(first);
        let mut open = RawOpen::default();
        for (number, line) in stream.open.iter() {
            open.id.push(line.id);
            open.prints.push(line.told.print);
            if line.behind_first == 0 {
                open.orders.push(line.told.order);
            }
            open.day.push(line.day);
            open.behind_first.push(line.behind_first);
            open.log_odds.push(line.log_odds);
            open.returned.push(line.returned);
            open.heard.push(line.heard);
            open.order_returned.push(line.order_returned);
            let places = 0..stream.tables.len();
            open.places.extend(places.map(|history| stream.open.place(history, number)));
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
            histories: stream.tables.iter().map(RawKeys::of).collect(),
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

    pub(super) fn stream(self, schema: &Schema, pace: Pace) -> Result<Stream, Error> {
        // Days of the calendar, so that sums of days stay within their type.
        let days = -720_000..=2_940_000;
        let known = days.contains(&self.origin) && days.contains(&self.today);
        check(known && self.level.is_sound() && self.origin <= self.today, "level and days")?;
        check(self.overall.iter().all(Overall::is_sound), "the level of all lines")?;
        let tables =
            self.histories.into_iter().map(RawKeys::keys).collect::<Result<Vec<_>, _>>()?;
        check(tables.len() == schema.histories.len(), "histories and their counts")?;
        let (customers, products) = (self.customers.pasts()?, self.products.pasts()?);
        let days = (self.today, pace.horizon);
        let open = self.open.lines(&tables, days)?;
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
        let sound = |of: &PaidBack| of.is_sound(tables.first().map_or(0, Keys::len));
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
    fn of(keys: &Keys) -> Self {
        Self(keys.entries().to_vec())
    }

    fn keys(self) -> Result<Keys, Error> {
        Keys::default().room_for(self.0.len())?;
        Keys::of(self.0).ok_or_else(|| wrong("a key stands twice, or its counts are out of range"))
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
        let finite = |values: &&Vec<f64>| values.len() == n && values.iter().all(|v| v.is_finite());
        let good = floats.iter().all(finite) && days.iter().all(|days| days.len() == n);
        check(good && self.lines.iter().all(|&lines| lines >= 1.0), "pasts")?;
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
    fn lines(&self, tables: &[Keys], (today, horizon): (i32, i32)) -> Result<OpenLines, Error> {
        let n = self.day.len();
        let lengths = [self.behind_first.len(), self.id.len(), self.log_odds.len()];
        let flags = [self.returned.len(), self.heard.len(), self.order_returned.len()];
        check(lengths == [n; 3] && flags == [n; 3], "open lines")?;
        check(self.places.len() == n * tables.len(), "open lines and histories")?;
        let (told, all_told) = self.told(n);
        let mut open = OpenLines::with_room(n, tables.len());
        for (line, &id) in self.id.iter().enumerate() {
            let places = &self.places[line * tables.len()..(line + 1) * tables.len()];
            let known = places.iter().zip(tables).all(|(&at, keys)| (at as usize) < keys.len());
            let day = self.day[line];
            let in_order = line == 0 || self.day[line - 1] <= day;
            let of_order = line.checked_sub(self.behind_first[line] as usize);
            let in_order = in_order && of_order.is_some_and(|first| self.day[first] == day);
            let is_open = day <= today && day >= today.saturating_sub(horizon);
            let finite = self.log_odds[line].is_finite();
            let new = id.is_none_or(|id| open.find(id).is_none());
            let heard = self.returned[line] || !self.heard[line];
            check(known && in_order && is_open && finite && new && heard, "open lines")?;
            let line = Open {
                day,
                behind_first: self.behind_first[line],
                id,
                log_odds: self.log_odds[line],
                returned: self.returned[line],
                noted: self.returned[line],
                heard: self.heard[line],
                order_returned: self.order_returned[line],
                told: told[line],
            };
            open.push([line].into_iter(), places);
        }
        check(all_told, "open lines and orders told")?;
        Ok(open)
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
