//! What is known of an order's lines at the time of the order.

use std::ops::Range;

use super::keys::Counts;
use super::schema::{CONTEXT, Part, Schema};
use super::stream::Stream;
use crate::orders::{OrderLines, key};
use crate::special::elementary::{ln, ln_1p};

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

/// The lines of one order as they are seen before it: features, keys, and the counts of the keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    /// Features without histories, line by line.
    pub(crate) context: Vec<f64>,
    /// The counts of each history, line by line.
    pub(crate) counts: Vec<Counts>,
    /// Their keys, and where these stand if they are known.
    pub(crate) keys: Vec<(u64, Option<u32>)>,
    pub(crate) logs: Vec<Logs>,
    scratch: Vec<u64>,
}

impl Observed {
    /// Looks at the lines of an order, before any of them has entered the state.
    pub(crate) fn look(
        &mut self,
        schema: &Schema,
        state: &Stream,
        lines: &OrderLines,
        order: Range<usize>,
        day: i32,
    ) {
        self.context.clear();
        self.counts.clear();
        self.keys.clear();
        self.logs.clear();
        let least = schema.least_price;
        self.logs.extend(order.clone().map(|line| Logs {
            price: ln(lines.price[line].max(least)),
            quantity: ln(lines.quantity[line]),
        }));
        let width = schema.context_width();
        self.context.resize(order.len() * width, 0.0);
        let basket: f64 = order.clone().map(|line| lines.price[line] * lines.quantity[line]).sum();
        let log_basket = [ln(order.len() as f64), ln(basket.max(least))];
        for (number, line) in order.clone().enumerate() {
            self.enter_keys(schema, state, lines, line, number);
            let places = &self.keys[number * schema.histories.len()..];
            let (customer, product) = (state.customer(places[0].1), state.product(places[1].1));
            let row = &mut self.context[number * width..(number + 1) * width];
            row[8..10].copy_from_slice(&log_basket);
            let logs = self.logs[number];
            row[0] = logs.price + logs.quantity;
            row[1] = logs.price;
            row[2] = f64::from(lines.price[line] == 0.0);
            fill_pasts(row, logs, customer, product, day);
            calendar(row, lines.time[line]);
            numbers(&mut row[CONTEXT.len() + schema.categories.len()..], lines, line);
        }
        self.fill_basket(schema, lines, order, width);
    }

    fn enter_keys(
        &mut self,
        schema: &Schema,
        state: &Stream,
        lines: &OrderLines,
        line: usize,
        number: usize,
    ) {
        let logs = self.logs[number];
        for (history, spec) in schema.histories.iter().enumerate() {
            let part = |part: &Part| match *part {
                Part::Customer => lines.customer.keys[line],
                Part::Product => lines.product.keys[line],
                Part::Category(number) => lines.categories[number].keys[line],
                Part::ValueBand => band(logs.price + logs.quantity),
            };
            let (first, rest) = (part(&spec.parts[0]), &spec.parts[1..]);
            let key = rest.iter().fold(first, |key, next| key::fold(key, part(next)));
            let place = state.place(history, key);
            self.keys.push((key, place));
            self.counts.push(place.map_or(Counts::default(), |at| state.counts(history, at)));
        }
    }

    /// Lines alike in the basket. Within an order, lines of one product follow each other, and within
    /// a product those of one variant.
    fn fill_basket(
        &mut self,
        schema: &Schema,
        lines: &OrderLines,
        order: Range<usize>,
        width: usize,
    ) {
        if order.len() == 1 {
            return;
        }
        let (start, end) = (order.start, order.end);
        let mut first = start;
        while first < end {
            let same = |line: &usize| lines.product.keys[*line] == lines.product.keys[first];
            let count = (first..end).take_while(same).count();
            let differs =
                |line: &usize| lines.categories.iter().any(|c| c.keys[*line] != c.keys[*line - 1]);
            let variants = 1 + (first + 1..first + count).filter(differs).count();
            if count > 1 {
                let values = [ln(count as f64), ln(variants as f64)];
                for line in first - start..first - start + count {
                    self.context[line * width + 10..line * width + 12].copy_from_slice(&values);
                }
            }
            first += count;
        }
        for (category, levels) in
            schema.categories.iter().zip(&lines.categories).map(|c| c.1).enumerate()
        {
            let keys = &levels.keys[order.clone()];
            let place = CONTEXT.len() + category;
            if keys.iter().all(|&key| key == keys[0]) {
                (0..keys.len())
                    .for_each(|i| self.context[i * width + place] = ln(keys.len() as f64));
                continue;
            }
            self.scratch.clear();
            self.scratch.extend_from_slice(keys);
            self.scratch.sort_unstable();
            for (line, &key) in keys.iter().enumerate() {
                let from = self.scratch.partition_point(|&other| other < key);
                let to = self.scratch.partition_point(|&other| other <= key);
                self.context[line * width + place] = ln((to - from) as f64);
            }
        }
    }
}

/// Bands of the logarithm of a value, half a unit wide: each is two thirds dearer than the one before.
#[expect(clippy::cast_possible_truncation, reason = "logarithms of what is below 1e100")]
fn band(log_value: f64) -> u64 {
    key::of_integer((2.0 * log_value).floor() as i64)
}

fn fill_pasts(
    row: &mut [f64],
    logs: Logs,
    customer: Option<&Past>,
    product: Option<&Past>,
    day: i32,
) {
    let since = |then: i32| ln_1p(f64::from((day - then).max(0)));
    if let Some(past) = product {
        row[3] = logs.price - past.log_prices / past.lines;
        row[4] = (logs.price - past.most_log_price).min(0.0);
        row[6] = logs.quantity - past.log_quantities / past.lines;
        row[16] = ln_1p(past.lines);
        row[17] = since(past.first_day);
    }
    // Of a new customer the days since the last order are unknown, not zero.
    row[14] = f64::NAN;
    if let Some(past) = customer {
        row[5] = logs.price - past.log_prices / past.lines;
        row[7] = logs.quantity - past.log_quantities / past.lines;
        row[12] = ln_1p(past.lines);
        row[13] = since(past.first_day);
        row[14] = since(past.last_day);
        row[15] = ln_1p(past.orders);
    }
}

/// Hour and weekday. 1970-01-01 was a Thursday.
fn calendar(row: &mut [f64], time: i64) {
    const HOUR: i64 = 3_600_000_000;
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
    (row[18], row[19]) = (cosine(hour - 6), cosine(hour));
    let weekday = (time.div_euclid(24 * HOUR) + 3).rem_euclid(7);
    if let Some(day) = usize::try_from(weekday).ok().filter(|&day| day < 6) {
        row[20 + day] = 1.0;
    }
}

fn numbers(row: &mut [f64], lines: &OrderLines, line: usize) {
    for (pair, numbers) in row.chunks_exact_mut(2).zip(&lines.numbers) {
        let value = numbers.values[line];
        pair[0] = value;
        pair[1] = f64::from(value.is_nan());
    }
}
