//! One customer's order lines become one row of the ledger.

use super::budget::{Period, Periods, Spending, spent_on_new};
use super::contacts::{Call, cases, ln_cost};
use super::row::LedgerRow;
use super::shop::{Cases, Pairs, Shop, ShopSums};
use crate::time::{DAY, YEAR};

/// What is taken again within so many days of being sent back is an exchange: shops give 14 days and more to
/// send back, and the other size is ordered with the label or on the refund. A choice.
const EXCHANGED_WITHIN: i64 = 14 * DAY;

/// Orders within so many days of the first see the same offers.
const OFFERS_HOLD: i64 = 7 * DAY;

/// An order line with all that the ledger needs of it.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) order: u32,
    pub(super) product: u32,
    pub(super) category: u32,
    pub(super) size: u32,
    pub(super) brand: u32,
    pub(super) time: i64,
    pub(super) amount: f64,
    pub(super) list: f64,
    pub(super) discount: f64,
    pub(super) maker_discount: f64,
    pub(super) coupon: f64,
    pub(super) used_coupon: bool,
    pub(super) offered: f64,
    pub(super) cost: f64,
    pub(super) returned: f64,
    /// Whether it came back.
    pub(super) hit: f64,
    /// Share of returns due by its age.
    pub(super) due: f64,
    /// Return rate of the article.
    pub(super) rate: f64,
    /// What the return costs, margin included.
    pub(super) loss: f64,
    /// When it came back; `i64::MAX` where it was kept or the time is not known.
    pub(super) return_time: i64,
}

impl Line {
    /// Money off, whoever pays for it.
    fn off(&self) -> f64 {
        self.discount + self.maker_discount
    }
}

/// An order, summed over its lines.
#[derive(Clone, Copy, Default)]
pub(super) struct Order {
    time: i64,
    number: u32,
    first: usize,
    end: usize,
    pub(super) amount: f64,
    list: f64,
    off: f64,
    offered: f64,
    with_coupon: bool,
    returned: f64,
}

/// What does not change from customer to customer, and room to work in.
#[derive(Default)]
pub(super) struct Accountant {
    /// The end of observation.
    pub(super) end: i64,
    pub(super) periods: Periods,
    /// What is known of the whole shop.
    pub(super) shop: Shop,
    pub(super) has_categories: bool,
    /// Whether articles have ids, by which exchanges are known.
    pub(super) has_products: bool,
    /// Whether their sizes are known.
    pub(super) has_sizes: bool,
    /// How long a case of service lasts.
    pub(super) case_length: i64,
    /// Mean cost of a contact.
    pub(super) contact_cost: f64,
    orders: Vec<Order>,
    seen: Vec<u32>,
    /// Cases after each order.
    counts: Vec<f64>,
    /// Article, time and size of the lines that were kept.
    kept: Vec<(u32, i64, u32)>,
}

impl Accountant {
    /// Brings a customer's lines into order; what follows does not depend on how they came.
    fn arrange(&mut self, lines: &mut [Line]) {
        lines.sort_unstable_by(|a, b| {
            let ids = |line: &Line| {
                (line.order, line.time, line.product, line.category, line.size, line.brand)
            };
            ids(a)
                .cmp(&ids(b))
                .then_with(|| a.amount.total_cmp(&b.amount))
                .then_with(|| a.returned.total_cmp(&b.returned))
                .then_with(|| a.list.total_cmp(&b.list))
                .then_with(|| a.discount.total_cmp(&b.discount))
                .then_with(|| a.maker_discount.total_cmp(&b.maker_discount))
                .then_with(|| a.offered.total_cmp(&b.offered))
                .then_with(|| a.cost.total_cmp(&b.cost))
                .then_with(|| a.due.total_cmp(&b.due))
                .then_with(|| a.coupon.total_cmp(&b.coupon))
                .then_with(|| a.return_time.cmp(&b.return_time))
        });
        self.orders.clear();
        let mut first = 0;
        for same in lines.chunk_by(|a, b| a.order == b.order) {
            let end = first + same.len();
            let mut order =
                Order { time: same[0].time, number: same[0].order, first, end, ..Order::default() };
            for line in same {
                order.amount += line.amount;
                order.list += line.list;
                order.off += line.off();
                order.offered += line.list * line.offered;
                order.with_coupon |= line.used_coupon;
                order.returned += line.returned;
            }
            self.orders.push(order);
            first = end;
        }
        self.orders.sort_unstable_by_key(|order| (order.time, order.number));
    }

    /// The customer's contribution to what is estimated of the whole shop.
    pub(super) fn shop_sums(&mut self, lines: &mut [Line], calls: &[Call]) -> ShopSums {
        self.arrange(lines);
        self.set_exchanges_apart(lines);
        let whole: Vec<bool> = self.orders.iter().map(|order| cancelled(order, lines)).collect();
        let orders = self.orders.iter().zip(&whole).filter(|(_, whole)| !**whole);
        let returns = pairs(lines, orders.map(|(order, _)| std::slice::from_ref(order)), |line| {
            let expected = line.due * line.rate;
            let counts = f64::from(u8::from(line.due > 0.0));
            (line.hit - expected, counts, expected * (1.0 - line.rate))
        });
        let (listed, off) =
            self.orders.iter().fold((0.0, 0.0), |sum, o| (sum.0 + o.list, sum.1 + o.off));
        let depth = if listed > 0.0 { off / listed } else { 0.0 };
        let discounts = pairs(lines, self.occasions(), |line| {
            let off = line.off() - depth * line.list;
            (off, line.list, off * off)
        });
        self.count_cases(calls);
        ShopSums { returns, discounts, cases: Cases::of(&self.counts) }
    }

    /// Orders that saw the same offers, together.
    fn occasions(&self) -> impl Iterator<Item = &[Order]> {
        together(&self.orders)
    }

    /// Cases after each order; those before the first are of the first.
    fn count_cases(&mut self, calls: &[Call]) {
        self.counts.clear();
        self.counts.resize(self.orders.len(), 0.0);
        for (time, _) in cases(calls, self.case_length) {
            // Times of orders without an hour are midnights, so that a call of the same day is after it.
            let before = self.orders.partition_point(|order| order.time <= time);
            if let Some(count) = self.counts.get_mut(before.saturating_sub(1)) {
                *count += 1.0;
            }
        }
    }

    /// What was sent back and taken again within days, or tried beside one that was kept, is no return of
    /// the sale: it says nothing of a habit. Where sizes are known, what was tried beside it is another size: of two
    /// of one size the one that comes back is a return. What is taken again once it was sent back may be of any size,
    /// as the first may have been broken.
    fn set_exchanges_apart(&mut self, lines: &mut [Line]) -> f64 {
        let mut apart = 0.0;
        if !self.has_products || lines.iter().all(|line| line.hit == 0.0) {
            return apart;
        }
        self.kept.clear();
        let kept = lines.iter().filter(|line| line.returned <= 0.0);
        self.kept.extend(kept.map(|line| (line.product, line.time, line.size)));
        self.kept.sort_unstable();
        for line in lines.iter_mut().filter(|line| line.hit > 0.0) {
            let until = match line.return_time {
                i64::MAX => line.time + EXCHANGED_WITHIN,
                back => back.saturating_add(EXCHANGED_WITHIN),
            };
            let (product, size, back) = (line.product, line.size, line.return_time);
            let from = self.kept.partition_point(|kept| *kept < (product, line.time, 0));
            let instead = (self.kept[from..].iter())
                .take_while(|kept| kept.0 == product && kept.1 <= until)
                .any(|kept| !self.has_sizes || kept.2 != size || kept.1 >= back);
            if instead {
                (line.hit, line.due) = (0.0, 0.0);
                apart += 1.0;
            }
        }
        apart
    }

    /// The customer's row; what other contacts cost is added later.
    pub(super) fn row(&mut self, lines: &mut [Line], calls: &[Call]) -> LedgerRow {
        let mut row = LedgerRow::default();
        if lines.is_empty() {
            return row;
        }
        self.arrange(lines);
        row.orders = self.orders.len() as f64;
        row.lines = lines.len() as f64;
        row.tenure = (self.end - self.orders[0].time).max(0) as f64 / YEAR as f64;
        for line in &*lines {
            row.revenue += line.amount;
            row.list_amount += line.list;
            row.cost += line.cost;
            row.discount += line.discount;
            row.maker_discount += line.maker_discount;
            row.coupon += line.coupon;
            row.returned_amount += line.returned;
            row.return_loss += line.loss;
        }
        row.exchanges = self.set_exchanges_apart(lines);
        self.returns(lines, &mut row);
        self.promotions(lines, &mut row);
        self.budget(lines, &mut row);
        self.service(calls, &mut row);
        row
    }

    fn service(&mut self, calls: &[Call], row: &mut LedgerRow) {
        for (_, cost) in cases(calls, self.case_length) {
            row.contact_cases += 1.0;
            row.contact_cost += cost;
            let ln = ln_cost(cost, self.contact_cost);
            row.contact_log_cost += ln;
            row.contact_log_square += ln * ln;
        }
        if row.contact_cases > 0.0 {
            self.count_cases(calls);
            row.contact_orders = self.counts.iter().filter(|count| **count > 0.0).count() as f64;
        }
    }

    /// Lines of an order come back together: n of them count as n / (1 + (n − 1) ρ), and an order that was
    /// sent back as a whole is one event. A line counts by half the number and half the value, w = (1 + a/ā)/2,
    /// and the sums by Σw/Σw² (Kish 1965), so that the dear lines that come back show.
    fn returns(&self, lines: &[Line], row: &mut LedgerRow) {
        let mean = row.revenue / row.lines;
        let value = |line: &Line| {
            if mean > 0.0 { 0.5 * (1.0 + line.amount / mean) } else { 1.0 }
        };
        let (mut weight, mut squares) = (0.0, 0.0);
        for order in &self.orders {
            let of_order = &lines[order.first..order.end];
            let whole = cancelled(order, lines);
            let count =
                of_order.iter().filter(|line| line.due > 0.0 || line.hit > 0.0).count() as f64;
            let thinned = if whole {
                1.0 / count
            } else {
                1.0 / (1.0 + (count - 1.0).max(0.0) * self.shop.intra_order)
            };
            let mut hits = 0.0;
            for line in of_order {
                let own = value(line) * thinned;
                row.return_hits += own * line.hit;
                row.return_lines += own * line.due.max(line.hit);
                row.return_expected += own * line.due * line.rate;
                weight += own;
                squares += own * value(line);
                hits += line.hit;
                row.returned_line_amount += line.hit * line.amount;
            }
            row.returned_lines += hits;
            row.return_orders += f64::from(u8::from(hits > 0.0));
            row.return_largest = row.return_largest.max(order.returned);
        }
        let worth = if squares > 0.0 { weight / squares } else { 1.0 };
        row.return_hits *= worth;
        row.return_lines *= worth;
        row.return_expected *= worth;
    }

    /// Lines of an order are discounted together: their squared weight is in part that of
    /// the orders that saw the same offers.
    fn promotions(&self, lines: &[Line], row: &mut LedgerRow) {
        let ratio = |over: f64, under: f64| if under > 0.0 { over / under } else { 0.0 };
        row.offered = self.orders.iter().map(|order| order.offered).sum();
        let (depth, selection) = (
            ratio(row.discount + row.maker_discount, row.list_amount),
            ratio(row.discount + row.maker_discount, row.offered),
        );
        let (mut list_square, mut offered_square) = (0.0, 0.0);
        for line in lines {
            let offered = line.list * line.offered;
            let (off, picked) = (line.off() - depth * line.list, line.off() - selection * offered);
            row.depth_residual += off * off;
            list_square += line.list * line.list;
            row.selection_residual += picked * picked;
            offered_square += offered * offered;
        }
        for occasion in self.occasions() {
            let (list, offered) =
                occasion.iter().fold((0.0, 0.0), |sum, o| (sum.0 + o.list, sum.1 + o.offered));
            row.list_square += list * list;
            row.offered_square += offered * offered;
        }
        for order in &self.orders {
            row.reduced_orders += f64::from(u8::from(order.off > 0.0));
            row.coupon_orders += f64::from(u8::from(order.with_coupon));
        }
        let together = self.shop.intra_discount;
        row.list_square = together * row.list_square + (1.0 - together) * list_square;
        row.offered_square = together * row.offered_square + (1.0 - together) * offered_square;
        row.depth_residual *= ratio(row.list_square, list_square);
        row.selection_residual *= ratio(row.offered_square, offered_square);
    }

    /// Spending by periods, without the customer's first and without the one in which the observation
    /// ends: both are but parts.
    fn budget(&mut self, lines: &[Line], row: &mut LedgerRow) {
        let key = |order: &Order| self.periods.key(order.time);
        let (Some(first), end) = (self.orders.first().map(key), self.periods.key(self.end)) else {
            return;
        };
        self.seen.clear();
        let mut spending = Spending::default();
        for same in self.orders.chunk_by(|a, b| key(a) == key(b)) {
            let (mut period, mut fresh) = (Period::default(), 0.0);
            for order in same {
                period.add(order.amount);
                if self.has_categories {
                    fresh += spent_on_new(&mut self.seen, &lines[order.first..order.end]);
                }
            }
            if (first + 1..end).contains(&key(&same[0])) {
                spending.add(&period, fresh);
            }
        }
        row.categories = self.seen.len() as f64;
        spending.book(row);
        row.subscription = f64::from(u8::from(self.subscribes()));
    }

    /// Whether every order is like the one before, after the same time.
    fn subscribes(&self) -> bool {
        /// Fewest orders, and the largest coefficient of variation of the amounts and of the gaps: by chance, at
        /// exponential gaps, five are that even once in a million times. Choices.
        const FEWEST: usize = 6;
        const EVEN: f64 = 0.1;
        if self.orders.len() < FEWEST {
            return false;
        }
        let gaps = self.orders.windows(2).map(|pair| (pair[1].time - pair[0].time) as f64);
        variation(gaps) < EVEN && variation(self.orders.iter().map(|order| order.amount)) < EVEN
    }
}

/// Coefficient of variation.
fn variation(values: impl Iterator<Item = f64>) -> f64 {
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        sum += value;
        squares += value * value;
    }
    let mean: f64 = sum / count;
    if mean > 0.0 { (squares / count - mean * mean).max(0.0).sqrt() / mean } else { f64::INFINITY }
}

/// Whether an order of several lines came back as a whole at once.
fn cancelled(order: &Order, lines: &[Line]) -> bool {
    let lines = &lines[order.first..order.end];
    let day = |line: &Line| line.return_time.div_euclid(DAY);
    lines.len() > 1
        && lines.iter().all(|line| line.hit > 0.0)
        && lines.iter().all(|line| day(line) == day(&lines[0]))
}

/// Orders that follow each other within the days for which offers hold.
fn together(orders: &[Order]) -> impl Iterator<Item = &[Order]> {
    let mut rest = orders;
    std::iter::from_fn(move || {
        let first = rest.first()?;
        let end = rest.partition_point(|order| order.time < first.time + OFFERS_HOLD);
        let (same, after) = rest.split_at(end.max(1));
        rest = after;
        Some(same)
    })
}

/// Pairs of lines of some orders by how far each is off what is expected, its weight, and the variance of that.
fn pairs<'a>(
    lines: &[Line],
    groups: impl Iterator<Item = &'a [Order]>,
    of: impl Fn(&Line) -> (f64, f64, f64),
) -> Pairs {
    let (mut found, mut all, mut weight) = (Pairs::default(), 0.0, 0.0);
    for orders in groups {
        let (mut off, mut own, mut heavy, mut squares) = (0.0, 0.0, 0.0, 0.0);
        let lines = orders.iter().flat_map(|order| &lines[order.first..order.end]);
        for (one, weight, variance) in lines.map(&of) {
            off += one;
            own += one * one;
            heavy += weight;
            squares += weight * weight;
            found.variance += variance;
        }
        found.same += off * off - own;
        found.same_weight += heavy * heavy - squares;
        found.other -= off * off;
        found.other_weight -= heavy * heavy;
        found.lines += squares;
        all += off;
        weight += heavy;
    }
    found.other += all * all;
    found.other_weight += weight * weight;
    found
}
