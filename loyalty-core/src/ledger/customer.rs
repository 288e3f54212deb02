//! One customer's order lines become one row of the ledger.

use super::budget::{Period, Periods, Spending, spent_on_new};
use super::row::LedgerRow;
use super::shop::{Amounts, Pairs, Shop, ShopSums};
use crate::time::YEAR;

/// An order line with all that the ledger needs of it.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) order: u32,
    pub(super) product: u32,
    pub(super) category: u32,
    pub(super) time: i64,
    pub(super) amount: f64,
    pub(super) list: f64,
    pub(super) discount: f64,
    pub(super) maker_discount: f64,
    pub(super) coupon: f64,
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
    coupon: f64,
    hits: f64,
    due: f64,
    expected: f64,
}

/// What does not change from customer to customer, and room to work in.
pub(super) struct Accountant {
    /// The end of observation.
    pub(super) end: i64,
    pub(super) periods: Periods,
    /// What is known of the whole shop.
    pub(super) shop: Shop,
    pub(super) has_categories: bool,
    orders: Vec<Order>,
    seen: Vec<u32>,
}

impl Accountant {
    pub(super) fn new(end: i64, periods: Periods, shop: Shop, has_categories: bool) -> Self {
        Self { end, periods, shop, has_categories, orders: Vec::new(), seen: Vec::new() }
    }

    /// Brings a customer's lines into order; what follows does not depend on how they came.
    fn arrange(&mut self, lines: &mut [Line]) {
        lines.sort_unstable_by(|a, b| {
            let ids = (a.order, a.time, a.product, a.category);
            ids.cmp(&(b.order, b.time, b.product, b.category))
                .then_with(|| a.amount.total_cmp(&b.amount))
                .then_with(|| a.returned.total_cmp(&b.returned))
                .then_with(|| a.list.total_cmp(&b.list))
                .then_with(|| a.discount.total_cmp(&b.discount))
                .then_with(|| a.maker_discount.total_cmp(&b.maker_discount))
                .then_with(|| a.offered.total_cmp(&b.offered))
                .then_with(|| a.cost.total_cmp(&b.cost))
                .then_with(|| a.due.total_cmp(&b.due))
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
                order.coupon += line.coupon;
                order.hits += line.hit;
                order.due += line.due;
                order.expected += line.due * line.rate;
            }
            self.orders.push(order);
            first = end;
        }
        self.orders.sort_unstable_by_key(|order| (order.time, order.number));
    }

    /// The customer's contribution to what is estimated of the whole shop.
    pub(super) fn shop_sums(&mut self, lines: &mut [Line]) -> ShopSums {
        self.arrange(lines);
        let returns = self.pairs(lines, |line| {
            let expected = line.due * line.rate;
            (line.hit - expected, 1.0, expected * (1.0 - line.rate))
        });
        let (listed, off) =
            self.orders.iter().fold((0.0, 0.0), |sum, o| (sum.0 + o.list, sum.1 + o.off));
        let depth = if listed > 0.0 { off / listed } else { 0.0 };
        let discounts = self.pairs(lines, |line| {
            let off = line.off() - depth * line.list;
            (off, line.list, off * off)
        });
        ShopSums { returns, discounts, amounts: Amounts::of(&self.orders) }
    }

    /// Pairs of lines by how far each is off what is expected, its weight, and the variance of that.
    fn pairs(&self, lines: &[Line], of: impl Fn(&Line) -> (f64, f64, f64)) -> Pairs {
        let (mut found, mut all, mut weight) = (Pairs::default(), 0.0, 0.0);
        for order in &self.orders {
            let (mut off, mut own, mut heavy, mut squares) = (0.0, 0.0, 0.0, 0.0);
            for (one, weight, variance) in lines[order.first..order.end].iter().map(&of) {
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

    /// The customer's row, contacts apart.
    pub(super) fn row(&mut self, lines: &mut [Line]) -> LedgerRow {
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
        self.returns(&mut row);
        self.promotions(lines, &mut row);
        self.budget(lines, &mut row);
        row
    }

    /// Lines of an order come back together: n of them count as n / (1 + (n − 1) ρ).
    fn returns(&self, row: &mut LedgerRow) {
        for order in &self.orders {
            let count = (order.end - order.first) as f64;
            let thinned = 1.0 / (1.0 + (count - 1.0) * self.shop.intra_order);
            row.return_hits += order.hits * thinned;
            row.return_lines += order.due.max(order.hits) * thinned;
            row.return_expected += order.expected * thinned;
        }
    }

    /// Lines of an order are discounted together: their squared weight is in part that of the order.
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
        for order in &self.orders {
            row.list_square += order.list * order.list;
            row.offered_square += order.offered * order.offered;
            row.coupon_orders += f64::from(u8::from(order.coupon > 0.0));
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
        spending.book(&self.shop, row);
    }
}
