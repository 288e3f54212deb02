//! What is known of lines at the time of their orders.

use std::ops::Range;

use super::columns::{ln_1p_each, ln_each};
use super::context::{Context, Scale, WEEKDAYS};
use super::matched::MatchedLines;
use super::past::Logs;
use super::schema::{HistorySpec, Part, Schema};
use super::shrunk::measured_each;
use super::stream::Stream;
use super::tables::keys::{Counts, LookedUp};
use crate::orders::LinesByTime;
use crate::orders::key;
use crate::time::HOUR;

/// Lines as they are seen before their orders: features, keys, and the counts of the keys, each a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    lines: usize,
    /// Features without histories, one column after the other.
    context: Vec<f64>,
    /// The keys, history by history.
    pub(crate) looked_up: LookedUp,
    /// How many lines before each its order began.
    pub(crate) behind_first: Vec<u32>,
    /// Whether the customer, and the product, are known.
    pub(crate) known: Vec<[bool; 2]>,
    log_quantity: Vec<f64>,
    value_band: Vec<u64>,
    keys: Vec<u64>,
    sorted: Vec<(u64, usize)>,
}

/// About so many lines are looked at in one block: their columns (some 60 of 2 KB) stay in the second cache.
/// The number moves no bit.
const BLOCK_LINES: usize = 256;

/// The first of these orders, which are looked at together.
pub(crate) fn order_block(lines: &LinesByTime, orders: Range<usize>) -> Range<usize> {
    let first = lines.starts[orders.start] as usize;
    let starts = &lines.starts[orders.start + 1..=orders.end];
    let fit = starts.partition_point(|&end| end as usize <= first + BLOCK_LINES);
    orders.start..orders.start + fit.max(1)
}

/// The same within one day.
pub(crate) fn orders_of_a_day(lines: &LinesByTime, orders: Range<usize>) -> Range<usize> {
    let (day, block) = (lines.day(orders.start), order_block(lines, orders));
    let of_day = block.clone().take_while(|&order| lines.day(order) == day).count();
    block.start..block.start + of_day
}

impl Observed {
    /// Looks at the lines of orders, none of which has entered the state.
    pub(crate) fn look(
        &mut self,
        schema: &Schema,
        state: &Stream,
        table: &MatchedLines<'_>,
        orders: Range<usize>,
    ) {
        let lines = table.lines;
        self.begin(schema, table, &orders);
        for (history, spec) in schema.histories.iter().enumerate() {
            self.find_keys(spec, table, &orders);
            state.find(history, &self.keys, &mut self.looked_up);
        }
        self.measure(state);
        for order in orders.clone() {
            self.note_pasts(state, part(lines, &orders, order), lines.day(order));
        }
        self.end(schema);
    }

    /// Looks at the lines of orders of the state's day, and enters their keys.
    pub(crate) fn enter(
        &mut self,
        schema: &Schema,
        state: &mut Stream,
        table: &MatchedLines<'_>,
        orders: Range<usize>,
    ) {
        let lines = table.lines;
        self.begin(schema, table, &orders);
        for (history, spec) in schema.histories.iter().enumerate() {
            self.find_keys(spec, table, &orders);
            state.enter(history, &self.keys, &mut self.looked_up);
        }
        self.measure(state);
        for order in orders.clone() {
            let part = part(lines, &orders, order);
            self.note_pasts(state, part.clone(), state.today);
            let prices = self.context(Context::LogPrice as usize);
            let logs = |i: usize| Logs { price: prices[i], quantity: self.log_quantity[i] };
            let time = table.lines.time[table.lines.order(order).start];
            state.note_order(time, table.lines.order_keys[order], part.map(logs));
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

    /// The same of a feature that is to be noted.
    fn context_mut(&mut self, feature: usize) -> &mut [f64] {
        &mut self.context[feature * self.lines..(feature + 1) * self.lines]
    }

    /// Exposure and returns of the keys of a history.
    pub(crate) fn history(&self, history: usize) -> (&[f64], &[f64]) {
        let range = history * self.lines..(history + 1) * self.lines;
        (&self.looked_up.exposure[range.clone()], &self.looked_up.returns[range])
    }

    /// The counts of a line's key in a history.
    pub(crate) fn counts(&self, history: usize, line: usize) -> Counts {
        let at = history * self.lines + line;
        Counts { exposure: self.looked_up.exposure[at], returns: self.looked_up.returns[at] }
    }

    /// What the lines themselves say, before anything is known of their keys.
    fn begin(&mut self, schema: &Schema, table: &MatchedLines<'_>, orders: &Range<usize>) {
        let lines = table.lines;
        let all = lines.starts[orders.start] as usize..lines.starts[orders.end] as usize;
        let n = all.len();
        self.lines = n;
        self.looked_up.clear();
        self.log_quantity.clear();
        self.value_band.clear();
        self.behind_first.clear();
        self.known.clear();
        self.context.clear();
        self.context.resize(n * schema.context_width(), 0.0);
        self.log_quantity.extend_from_slice(&lines.quantity[all.clone()]);
        ln_each(&mut self.log_quantity);
        let log_price = self.context_mut(Context::LogPrice as usize);
        for (value, &price) in log_price.iter_mut().zip(&lines.price[all.clone()]) {
            *value = price.max(schema.least_price);
        }
        ln_each(log_price);
        let [value, price, free] =
            [Context::LogValue, Context::LogPrice, Context::FreeOfCharge].map(|of| of as usize * n);
        for i in 0..n {
            let log_value = self.context[price + i] + self.log_quantity[i];
            self.context[value + i] = log_value;
            self.context[free + i] = f64::from(lines.price[all.start + i] == 0.0);
            self.value_band.push(band(log_value));
        }
        let mut first = 0;
        for same_time in lines.time[all.clone()].chunk_by(|a, b| a == b) {
            self.calendar(first..first + same_time.len(), same_time[0]);
            first += same_time.len();
        }
        for (number, numbers) in table.numbers.iter().enumerate() {
            let (at, values) = (schema.number(number) * n, &numbers.values[all.clone()]);
            self.context[at..at + n].copy_from_slice(values);
            for (missing, value) in self.context[at + n..at + 2 * n].iter_mut().zip(values) {
                *missing = f64::from(value.is_nan());
            }
        }
        for order in orders.clone() {
            self.basket(schema, table, order, part(lines, orders, order));
        }
    }

    /// Logarithms of what has been counted.
    fn end(&mut self, schema: &Schema) {
        for &feature in Context::ALL {
            match feature.scale() {
                Scale::Plain => {}
                Scale::Log => ln_each(self.context_mut(feature as usize)),
                Scale::LogOnePlus => ln_1p_each(self.context_mut(feature as usize)),
            }
        }
        for category in 0..schema.categories.len() {
            ln_each(self.context_mut(Schema::same_in_basket(category)));
        }
        let since_last = Context::DaysSinceLastOrder as usize * self.lines;
        for (i, [customer, _]) in self.known.iter().enumerate() {
            // Of a new customer the days since the last order are unknown, not zero.
            if !customer {
                self.context[since_last + i] = f64::NAN;
            }
        }
    }

    /// The keys of a history, one per line.
    fn find_keys(&mut self, spec: &HistorySpec, table: &MatchedLines<'_>, orders: &Range<usize>) {
        let lines = table.lines;
        let first = lines.starts[orders.start] as usize;
        let all = first..first + self.lines;
        self.keys.clear();
        for (number, part) in spec.parts.iter().enumerate() {
            let levels = match *part {
                Part::Customer => &lines.customer.keys[all.clone()],
                Part::Product => &lines.product.keys[all.clone()],
                Part::Category(number) => &table.categories[number].keys[all.clone()],
                Part::ValueBand => &self.value_band[..],
            };
            if number == 0 {
                self.keys.extend_from_slice(levels);
            } else {
                self.keys.iter_mut().zip(levels).for_each(|(key, &l)| *key = key::fold(*key, l));
            }
        }
    }

    /// Measures the histories against the level of all lines so far.
    fn measure(&mut self, state: &Stream) {
        let LookedUp { exposure, returns, .. } = &mut self.looked_up;
        let columns = exposure.chunks_exact(self.lines).zip(returns.chunks_exact_mut(self.lines));
        for (history, (exposure, returns)) in columns.enumerate() {
            measured_each(state.factor(history), exposure, returns);
        }
    }

    /// What is known of the customer and the products of an order.
    fn note_pasts(&mut self, state: &Stream, order: Range<usize>, day: i32) {
        let (n, since) = (self.lines, |then: i32| f64::from((day - then).max(0)));
        let log_price = Context::LogPrice as usize * n;
        let customer = state.customers.get(self.looked_up.places[order.start] as usize);
        if let Some(past) = customer {
            let (price, quantity) =
                (past.log_prices / past.lines, past.log_quantities / past.lines);
            let against = Context::PriceAgainstCustomerMean as usize * n;
            let quantity_against = Context::QuantityAgainstCustomerMean as usize * n;
            for i in order.clone() {
                self.context[against + i] = self.context[log_price + i] - price;
                self.context[quantity_against + i] = self.log_quantity[i] - quantity;
            }
            self.set(Context::CustomerLines, &order, past.lines);
            self.set(Context::DaysSinceFirstOrder, &order, since(past.first_day));
            self.set(Context::DaysSinceLastOrder, &order, since(past.last_day));
            self.set(Context::CustomerOrders, &order, past.orders);
        }
        for i in order {
            let product = state.products.get(self.looked_up.places[n + i] as usize);
            if let Some(past) = product {
                let (price, quantity) = (self.context[log_price + i], self.log_quantity[i]);
                let mut set = |of: Context, value: f64| self.context[of as usize * n + i] = value;
                set(Context::PriceAgainstProductMean, price - past.log_prices / past.lines);
                set(Context::PriceAgainstProductMaximum, (price - past.most_log_price).min(0.0));
                set(
                    Context::QuantityAgainstProductMean,
                    quantity - past.log_quantities / past.lines,
                );
                set(Context::ProductLines, past.lines);
                set(Context::DaysSinceFirstSale, since(past.first_day));
            } else {
                self.context[Context::NewProduct as usize * n + i] = 1.0;
            }
            self.known.push([customer.is_some(), product.is_some()]);
        }
    }

    /// Sets a feature of lines that follow each other.
    fn set(&mut self, feature: Context, lines: &Range<usize>, value: f64) {
        self.context_mut(feature as usize)[lines.clone()].fill(value);
    }

    /// The basket, and lines alike in it. Within an order, lines of one product follow each other, and
    /// within a product those of one variant.
    fn basket(
        &mut self,
        schema: &Schema,
        table: &MatchedLines<'_>,
        order: usize,
        part: Range<usize>,
    ) {
        let lines = table.lines;
        let range = lines.order(order);
        let (start, end) = (range.start, range.end);
        let worth: f64 = range.clone().map(|line| lines.price[line] * lines.quantity[line]).sum();
        self.behind_first.extend((0..).take(part.len()));
        self.set(Context::BasketLines, &part, range.len() as f64);
        self.set(Context::BasketValue, &part, worth.max(schema.least_price));
        let (mut first, mut bracketed) = (start, 0);
        while first < end {
            let same = |line: &usize| lines.product.keys[*line] == lines.product.keys[first];
            let count = (first..end).take_while(same).count();
            let differs =
                |line: &usize| lines.categories.iter().any(|c| c.keys[*line] != c.keys[*line - 1]);
            let variants = 1 + (first + 1..first + count).filter(differs).count();
            let alike = part.start + first - start..part.start + first - start + count;
            self.set(Context::LinesOfSameProduct, &alike, count as f64);
            self.set(Context::VariantsOfSameProduct, &alike, variants as f64);
            if variants > 1 {
                self.set(Context::Bracketed, &alike, 1.0);
                bracketed += count;
            }
            first += count;
        }
        self.set(Context::BracketedInBasket, &part, bracketed as f64 / range.len() as f64);
        let prices = self.context(Context::LogPrice as usize)[part.clone()].iter();
        let mean = prices.sum::<f64>() / part.len() as f64;
        for i in part.clone() {
            let price = self.context(Context::LogPrice as usize)[i];
            self.context_mut(Context::PriceAgainstBasketMean as usize)[i] = price - mean;
        }
        for (category, levels) in table.categories.iter().enumerate() {
            let keys = &levels.keys[range.clone()];
            let feature = Schema::same_in_basket(category);
            if keys.iter().all(|&key| key == keys[0]) {
                self.context_mut(feature)[part.clone()].fill(keys.len() as f64);
                continue;
            }
            let mut sorted = std::mem::take(&mut self.sorted);
            sorted.clear();
            sorted.extend(keys.iter().copied().zip(part.clone()));
            sorted.sort_unstable();
            for alike in sorted.chunk_by(|a, b| a.0 == b.0) {
                for &(_, i) in alike {
                    self.context_mut(feature)[i] = alike.len() as f64;
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
        self.set(Context::HourSine, &part, cosine(hour - 6));
        self.set(Context::HourCosine, &part, cosine(hour));
        let weekday = (time.div_euclid(24 * HOUR) + 3).rem_euclid(7);
        if let Some(&day) = usize::try_from(weekday).ok().and_then(|day| WEEKDAYS.get(day)) {
            self.set(day, &part, 1.0);
        }
    }
}

/// Where the lines of an order stand among those of several.
fn part(lines: &LinesByTime, orders: &Range<usize>, order: usize) -> Range<usize> {
    let first = lines.starts[orders.start] as usize;
    let of = lines.order(order);
    of.start - first..of.end - first
}

/// Bands of the logarithm of a value, half a unit wide: each is two thirds dearer than the one before. A choice,
/// with which the crosses of category × value took 0.0004 off the log-loss of Online Retail II; other widths
/// were not measured. The bands are in the keys of saved models and must not change.
#[expect(clippy::cast_possible_truncation, reason = "logarithms of what is below 1e100")]
fn band(log_value: f64) -> u64 {
    key::of_integer((2.0 * log_value).floor() as i64)
}
