//! What is known of lines at the time of their orders.

use std::ops::Range;

use super::columns::{ln_1p_each, ln_each};
use super::keys::{Counts, Found};
use super::schema::{CONTEXT, HistorySpec, Part, Schema};
use super::stream::Stream;
use crate::orders::LinesByTime;
use crate::orders::key;
use crate::time::HOUR;

/// What is remembered of a customer's or a product's lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Past {
    pub(crate) lines: f64,
    pub(crate) orders: f64,
    pub(crate) log_prices: f64,
    pub(crate) log_quantities: f64,
    pub(crate) most_log_price: f64,
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
}

impl Past {
    /// Nothing yet; the first line is on that day.
    pub(crate) fn new(day: i32) -> Self {
        Self {
            lines: 0.0,
            orders: 0.0,
            log_prices: 0.0,
            log_quantities: 0.0,
            most_log_price: f64::MIN,
            first_day: day,
            last_day: day,
        }
    }

    pub(crate) fn add(&mut self, line: &Logs) {
        self.lines += 1.0;
        self.log_prices += line.price;
        self.log_quantities += line.quantity;
        self.most_log_price = self.most_log_price.max(line.price);
    }
}

/// Logarithms of a line's price and quantity.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Logs {
    pub(crate) price: f64,
    pub(crate) quantity: f64,
}

/// Lines as they are seen before their orders: features, keys, and the counts of the keys, each a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    lines: usize,
    /// Features without histories, one column after the other.
    context: Vec<f64>,
    /// The keys, history by history.
    pub(crate) found: Found,
    /// How many lines before each its order began.
    pub(crate) behind_first: Vec<u32>,
    /// Whether the customer, and the product, are known.
    pub(crate) known: Vec<[bool; 2]>,
    log_quantity: Vec<f64>,
    value_band: Vec<u64>,
    keys: Vec<u64>,
    sorted: Vec<(u64, usize)>,
}

/// Lines that are looked at together, about: they and what is known of them stay close to the processor.
const TOGETHER: usize = 256;

/// The first of these orders, which are looked at together.
pub(crate) fn together(lines: &LinesByTime, orders: Range<usize>) -> Range<usize> {
    let first = lines.starts[orders.start] as usize;
    let starts = &lines.starts[orders.start + 1..=orders.end];
    let fit = starts.partition_point(|&end| end as usize <= first + TOGETHER);
    orders.start..orders.start + fit.max(1)
}

/// The same within one day.
pub(crate) fn together_in_a_day(lines: &LinesByTime, orders: Range<usize>) -> Range<usize> {
    let (day, block) = (lines.day(orders.start), together(lines, orders));
    let of_day = block.clone().take_while(|&order| lines.day(order) == day).count();
    block.start..block.start + of_day
}

impl Observed {
    /// Looks at the lines of orders, none of which has entered the state.
    pub(crate) fn look(
        &mut self,
        schema: &Schema,
        state: &Stream,
        lines: &LinesByTime,
        orders: Range<usize>,
    ) {
        self.begin(schema, lines, &orders);
        for (history, spec) in schema.histories.iter().enumerate() {
            self.find_keys(spec, lines, &orders);
            state.find(history, &self.keys, &mut self.found);
        }
        for order in orders.clone() {
            self.take_pasts(state, part(lines, &orders, order), lines.day(order));
        }
        self.end(schema);
    }

    /// Looks at the lines of orders of the state's day, and enters their keys.
    pub(crate) fn enter(
        &mut self,
        schema: &Schema,
        state: &mut Stream,
        lines: &LinesByTime,
        orders: Range<usize>,
    ) {
        self.begin(schema, lines, &orders);
        for (history, spec) in schema.histories.iter().enumerate() {
            self.find_keys(spec, lines, &orders);
            state.enter(history, &self.keys, &mut self.found);
        }
        for order in orders.clone() {
            let part = part(lines, &orders, order);
            self.take_pasts(state, part.clone(), state.today);
            let prices = &self.context[self.lines..2 * self.lines];
            let logs = |i: usize| Logs { price: prices[i], quantity: self.log_quantity[i] };
            let time = lines.time[lines.order(order).start];
            state.note_order(time, lines.order_keys[order], part.map(logs));
        }
        self.end(schema);
    }

    /// How many lines there are.
    pub(crate) fn lines(&self) -> usize {
        self.lines
    }

    /// One feature without history of every line.
    pub(crate) fn context(&self, feature: usize) -> &[f64] {
        &self.context[feature * self.lines..(feature + 1) * self.lines]
    }

    /// Exposure and returns of the keys of a history.
    pub(crate) fn history(&self, history: usize) -> (&[f64], &[f64]) {
        let range = history * self.lines..(history + 1) * self.lines;
        (&self.found.exposure[range.clone()], &self.found.returns[range])
    }

    /// The counts of a line's key in a history.
    pub(crate) fn counts(&self, history: usize, line: usize) -> Counts {
        let at = history * self.lines + line;
        Counts { exposure: self.found.exposure[at], returns: self.found.returns[at] }
    }

    /// What the lines themselves say, before anything is known of their keys.
    fn begin(&mut self, schema: &Schema, lines: &LinesByTime, orders: &Range<usize>) {
        let all = lines.starts[orders.start] as usize..lines.starts[orders.end] as usize;
        let n = all.len();
        self.lines = n;
        self.found.clear();
        self.log_quantity.clear();
        self.value_band.clear();
        self.behind_first.clear();
        self.known.clear();
        self.context.clear();
        self.context.resize(n * schema.context_width(), 0.0);
        self.log_quantity.extend_from_slice(&lines.quantity[all.clone()]);
        ln_each(&mut self.log_quantity);
        for (value, &price) in self.context[n..2 * n].iter_mut().zip(&lines.price[all.clone()]) {
            *value = price.max(schema.least_price);
        }
        ln_each(&mut self.context[n..2 * n]);
        for i in 0..n {
            self.context[i] = self.context[n + i] + self.log_quantity[i];
            self.context[2 * n + i] = f64::from(lines.price[all.start + i] == 0.0);
        }
        self.value_band.extend(self.context[..n].iter().map(|&log_value| band(log_value)));
        let mut first = 0;
        for same_time in lines.time[all.clone()].chunk_by(|a, b| a == b) {
            self.calendar(first..first + same_time.len(), same_time[0]);
            first += same_time.len();
        }
        for (number, numbers) in lines.numbers.iter().enumerate() {
            let at = (CONTEXT.len() + schema.categories.len() + 2 * number) * n;
            let values = &numbers.values[all.clone()];
            self.context[at..at + n].copy_from_slice(values);
            for (missing, value) in self.context[at + n..at + 2 * n].iter_mut().zip(values) {
                *missing = f64::from(value.is_nan());
            }
        }
        for order in orders.clone() {
            self.basket(schema, lines, order, part(lines, orders, order));
        }
    }

    /// Logarithms of what has been counted.
    fn end(&mut self, schema: &Schema) {
        let n = self.lines;
        ln_each(&mut self.context[8 * n..12 * n]);
        ln_1p_each(&mut self.context[12 * n..18 * n]);
        let first = CONTEXT.len();
        ln_each(&mut self.context[first * n..(first + schema.categories.len()) * n]);
        for (i, [customer, _]) in self.known.iter().enumerate() {
            // Of a new customer the days since the last order are unknown, not zero.
            if !customer {
                self.context[14 * n + i] = f64::NAN;
            }
        }
    }

    fn find_keys(&mut self, spec: &HistorySpec, lines: &LinesByTime, orders: &Range<usize>) {
        let first = lines.starts[orders.start] as usize;
        let all = first..first + self.lines;
        self.keys.clear();
        for (number, part) in spec.parts.iter().enumerate() {
            let levels = match *part {
                Part::Customer => &lines.customer.keys[all.clone()],
                Part::Product => &lines.product.keys[all.clone()],
                Part::Category(number) => &lines.categories[number].keys[all.clone()],
                Part::ValueBand => &self.value_band[..],
            };
            if number == 0 {
                self.keys.extend_from_slice(levels);
            } else {
                self.keys.iter_mut().zip(levels).for_each(|(key, &l)| *key = key::fold(*key, l));
            }
        }
    }

    /// What is known of the customer and the products of an order.
    fn take_pasts(&mut self, state: &Stream, order: Range<usize>, day: i32) {
        let (n, since) = (self.lines, |then: i32| f64::from((day - then).max(0)));
        let customer = state.customers.get(self.found.places[order.start] as usize);
        if let Some(past) = customer {
            let (price, quantity) =
                (past.log_prices / past.lines, past.log_quantities / past.lines);
            for i in order.clone() {
                self.context[5 * n + i] = self.context[n + i] - price;
                self.context[7 * n + i] = self.log_quantity[i] - quantity;
            }
            self.set(12, &order, past.lines);
            self.set(13, &order, since(past.first_day));
            self.set(14, &order, since(past.last_day));
            self.set(15, &order, past.orders);
        }
        for i in order {
            let product = state.products.get(self.found.places[n + i] as usize);
            if let Some(past) = product {
                let (price, quantity) = (self.context[n + i], self.log_quantity[i]);
                let mut set = |feature: usize, value: f64| self.context[feature * n + i] = value;
                set(3, price - past.log_prices / past.lines);
                set(4, (price - past.most_log_price).min(0.0));
                set(6, quantity - past.log_quantities / past.lines);
                set(16, past.lines);
                set(17, since(past.first_day));
            }
            self.known.push([customer.is_some(), product.is_some()]);
        }
    }

    /// Sets a feature of lines that follow each other.
    fn set(&mut self, feature: usize, lines: &Range<usize>, value: f64) {
        let first = feature * self.lines;
        self.context[first + lines.start..first + lines.end].fill(value);
    }

    /// The basket, and lines alike in it. Within an order, lines of one product follow each other, and
    /// within a product those of one variant.
    fn basket(&mut self, schema: &Schema, lines: &LinesByTime, order: usize, part: Range<usize>) {
        let range = lines.order(order);
        let (start, end) = (range.start, range.end);
        let worth: f64 = range.clone().map(|line| lines.price[line] * lines.quantity[line]).sum();
        let first_column = CONTEXT.len();
        self.behind_first.extend((0..).take(part.len()));
        self.set(8, &part, range.len() as f64);
        self.set(9, &part, worth.max(schema.least_price));
        let mut first = start;
        while first < end {
            let same = |line: &usize| lines.product.keys[*line] == lines.product.keys[first];
            let count = (first..end).take_while(same).count();
            let differs =
                |line: &usize| lines.categories.iter().any(|c| c.keys[*line] != c.keys[*line - 1]);
            let variants = 1 + (first + 1..first + count).filter(differs).count();
            let alike = part.start + first - start..part.start + first - start + count;
            self.set(10, &alike, count as f64);
            self.set(11, &alike, variants as f64);
            first += count;
        }
        for (category, levels) in lines.categories.iter().enumerate() {
            let keys = &levels.keys[range.clone()];
            let feature = first_column + category;
            if keys.iter().all(|&key| key == keys[0]) {
                self.set(feature, &part, keys.len() as f64);
                continue;
            }
            let mut sorted = std::mem::take(&mut self.sorted);
            sorted.clear();
            sorted.extend(keys.iter().copied().zip(part.clone()));
            sorted.sort_unstable();
            for alike in sorted.chunk_by(|a, b| a.0 == b.0) {
                for &(_, i) in alike {
                    self.set(feature, &(i..i + 1), alike.len() as f64);
                }
            }
            self.sorted = sorted;
        }
    }

    /// Hour and weekday of lines. 1970-01-01 was a Thursday.
    fn calendar(&mut self, part: Range<usize>, time: i64) {
        /// Cosine of multiples of 15°, from 0° to 90°.
        const COSINES: [f64; 7] = [
            1.0,
            0.965_925_826_289_068_3,
            0.866_025_403_784_438_6,
            std::f64::consts::FRAC_1_SQRT_2,
            0.5,
            0.258_819_045_102_520_74,
            0.0,
        ];
        let cosine = |hour: i64| {
            let hour = usize::try_from(hour.rem_euclid(24)).unwrap_or(0);
            let quarter = |hour: usize| COSINES[hour];
            match hour {
                0..=6 => quarter(hour),
                7..=12 => -quarter(12 - hour),
                13..=18 => -quarter(hour - 12),
                _ => quarter(24 - hour),
            }
        };
        let hour = time.div_euclid(HOUR).rem_euclid(24);
        self.set(18, &part, cosine(hour - 6));
        self.set(19, &part, cosine(hour));
        let weekday = (time.div_euclid(24 * HOUR) + 3).rem_euclid(7);
        if let Some(day) = usize::try_from(weekday).ok().filter(|&day| day < 6) {
            self.set(20 + day, &part, 1.0);
        }
    }
}

/// Where the lines of an order stand among those of several.
fn part(lines: &LinesByTime, orders: &Range<usize>, order: usize) -> Range<usize> {
    let first = lines.starts[orders.start] as usize;
    let of = lines.order(order);
    of.start - first..of.end - first
}

/// Bands of the logarithm of a value, half a unit wide: each is two thirds dearer than the one before.
#[expect(clippy::cast_possible_truncation, reason = "logarithms of what is below 1e100")]
fn band(log_value: f64) -> u64 {
    key::of_integer((2.0 * log_value).floor() as i64)
}
