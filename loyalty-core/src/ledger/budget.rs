//! Whether a customer spends a fixed amount: their spending by periods against chance.

use super::customer::Line;
use super::row::LedgerRow;
use crate::time::{DAY, Occasion};

/// The periods of a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Periods {
    /// Of the calendar.
    Calendar(Occasion),
    /// So many days, counted from a day.
    Days { length: u32, origin: i64 },
}

impl Default for Periods {
    fn default() -> Self {
        Self::Calendar(Occasion::Month)
    }
}

impl Periods {
    pub(super) fn key(self, time: i64) -> i64 {
        match self {
            Self::Calendar(period) => period.key(time),
            Self::Days { length, origin } => (time - origin).div_euclid(i64::from(length) * DAY),
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
    /// Periods with a single order.
    singles: f64,
    orders: f64,
    orders_square: f64,
    spent: f64,
    spent_square: f64,
    /// Sum of the squared amounts of orders.
    squares: f64,
    fresh: f64,
    fresh_square: f64,
    fresh_spent: f64,
}

impl Spending {
    pub(super) fn add(&mut self, period: &Period, fresh: f64) {
        self.periods += 1.0;
        self.singles += f64::from(u8::from(period.orders == 1.0));
        self.orders += period.orders;
        self.orders_square += period.orders * period.orders;
        self.spent += period.spent;
        self.spent_square += period.spent * period.spent;
        self.squares += period.squares;
        self.fresh += fresh;
        self.fresh_square += fresh * fresh;
        self.fresh_spent += fresh * period.spent;
    }

    /// With S_p spent on n_p orders in each of P periods, N orders in all, ā their mean amount and
    /// s² = Σ(a − ā)²/(N − 1): were the customer's own orders dealt out at random over the periods, each
    /// keeping its n_p,
    ///
    /// ```text
    /// E Σ (S_p − S̄)² = s² (N − Σ n_p²/N) + (ā² − s²/N) Σ (n_p − n̄)²
    /// ```
    ///
    /// The amounts themselves are given, so that neither heavy tails nor orders that are all alike (a
    /// minimum order, a subscription) look like a budget: only totals that are steadier than the customer's
    /// orders do. The dispersion is the ratio of the two sides. Periods with a single order hold the same
    /// amounts however they are dealt out; the degrees of freedom are P − 1 times the part of the right side
    /// that is not theirs.
    pub(super) fn book(self, row: &mut LedgerRow) {
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
        if periods < 3.0 || orders <= periods {
            return;
        }
        let mean = spent / orders;
        let variance = (self.squares - spent * mean).max(0.0) / (orders - 1.0);
        let dealt = variance * (orders - self.orders_square / orders);
        let trips = (self.orders_square - orders * orders / periods).max(0.0);
        let random = dealt + (mean * mean - variance / orders).max(0.0) * trips;
        let fixed = variance * self.singles * (1.0 - 1.0 / orders);
        let seen = (self.spent_square - spent * spent / periods).max(0.0);
        if random > 1e-9 * self.spent_square {
            row.dispersion = seen / random;
            row.budget_freedom = (periods - 1.0) * (1.0 - fixed / random).clamp(0.0, 1.0);
        }
    }
}
