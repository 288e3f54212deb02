//! Whether a customer spends a fixed amount: their spending by periods against chance.

use super::customer::Line;
use super::row::LedgerRow;
use super::shop::Shop;
use crate::time::{DAY, Occasion};

/// How many degrees of freedom the shop's variation of orders is worth beside a customer's own.
const VARIANCE_WEIGHT: f64 = 10.0;

/// The periods of a budget.
#[derive(Clone, Copy)]
pub(super) enum Periods {
    /// Of the calendar.
    Calendar(Occasion),
    /// So many days, counted from a day.
    Days { length: u32, origin: i64 },
}

impl Periods {
    pub(super) fn key(self, time: i64) -> i64 {
        match self {
            Self::Calendar(period) => period.key(time),
            Self::Days { length, origin } => (time - origin).div_euclid(i64::from(length) * DAY),
        }
    }

    pub(super) fn per_year(self) -> f64 {
        match self {
            Self::Calendar(period) => period.per_year(),
            Self::Days { length, .. } => 365.25 / f64::from(length),
        }
    }
}

/// What the lines in categories not seen before add up to; they are seen from then on.
pub(super) fn spent_on_new(seen: &mut Vec<u32>, lines: &[Line]) -> f64 {
    let known = seen.len();
    let mut fresh = 0.0;
    for line in lines {
        let place = seen.iter().position(|&category| category == line.category);
        if place.is_none() {
            seen.push(line.category);
        }
        if place.is_none_or(|place| place >= known) {
            fresh += line.amount;
        }
    }
    fresh
}

/// The orders of one period.
#[derive(Default)]
pub(super) struct Period {
    orders: f64,
    spent: f64,
    squares: f64,
}

impl Period {
    pub(super) fn add(&mut self, amount: f64) {
        self.orders += 1.0;
        self.spent += amount;
        self.squares += amount * amount;
    }
}

/// Sums over the periods of a customer in which they ordered.
#[derive(Default)]
pub(super) struct Spending {
    periods: f64,
    orders: f64,
    orders_square: f64,
    spent: f64,
    spent_square: f64,
    within: f64,
    fresh: f64,
    fresh_square: f64,
    fresh_spent: f64,
}

impl Spending {
    pub(super) fn add(&mut self, period: &Period, fresh: f64) {
        self.periods += 1.0;
        self.orders += period.orders;
        self.orders_square += period.orders * period.orders;
        self.spent += period.spent;
        self.spent_square += period.spent * period.spent;
        self.within += period.squares - period.spent * period.spent / period.orders;
        self.fresh += fresh;
        self.fresh_square += fresh * fresh;
        self.fresh_spent += fresh * period.spent;
    }

    /// With S_p spent on n_p orders in each of P periods, and σ² the variance of an order's amount,
    /// orders drawn at random have
    ///
    /// ```text
    /// E Σ (S_p − S̄)² = N σ² (1 − 1/P) + μ² Σ (n_p − n̄)²
    /// ```
    ///
    /// whatever the n_p are, so that regular trips are no budget. The dispersion is the ratio of the two
    /// sides. σ² is the customer's own variance within periods, drawn to what the variation of orders
    /// in the shop makes of their mean order. What is heavy-tailed in the amounts is so in both, so that
    /// the ratio keeps P − 1 degrees of freedom (Box & Andersen 1955, JRSS B 17(1)).
    pub(super) fn book(self, shop: &Shop, row: &mut LedgerRow) {
        let Self { periods, orders, spent, .. } = self;
        row.periods = periods;
        row.dispersion = 1.0;
        if periods < 1.0 {
            return;
        }
        row.period_spend = spent;
        row.spend_square = self.spent_square;
        row.new_square = (self.fresh_square - self.fresh * self.fresh / periods).max(0.0);
        row.new_spend = self.fresh_spent - self.fresh * spent / periods;
        if periods < 3.0 {
            return;
        }
        let (mean, degrees) = (spent / orders, orders - periods + VARIANCE_WEIGHT);
        let usual = VARIANCE_WEIGHT * shop.order_variation * mean * mean;
        let variance = (self.within.max(0.0) + usual) / degrees;
        let mean_square = (mean * mean - variance / orders).max(0.0);
        let trips = (self.orders_square - orders * orders / periods).max(0.0);
        let random = orders * variance * (1.0 - 1.0 / periods) + mean_square * trips;
        let seen = (self.spent_square - spent * spent / periods).max(0.0);
        if random > 1e-9 * self.spent_square {
            row.dispersion = seen / random;
            row.budget_freedom = periods - 1.0;
        }
    }
}
