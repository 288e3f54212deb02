//! What is estimated of the whole shop, from some of its customers, before the rows are made.

use super::customer::Order;

/// What is known of the whole shop.
#[derive(Clone, Copy, Default)]
pub(super) struct Shop {
    /// Correlation of returns within an order.
    pub(super) intra_order: f64,
    /// Correlation of discounts within an order.
    pub(super) intra_discount: f64,
    /// Squared coefficient of variation of a customer's orders.
    pub(super) order_variation: f64,
}

/// Sums over customers.
#[derive(Clone, Copy, Default)]
pub(super) struct ShopSums {
    pub(super) returns: Pairs,
    pub(super) discounts: Pairs,
    pub(super) amounts: Amounts,
}

impl ShopSums {
    pub(super) fn merge(self, with: Self) -> Self {
        Self {
            returns: self.returns.merge(with.returns),
            discounts: self.discounts.merge(with.discounts),
            amounts: self.amounts.merge(with.amounts),
        }
    }

    pub(super) fn shop(self) -> Shop {
        Shop {
            intra_order: self.returns.correlation(),
            intra_discount: self.discounts.correlation(),
            order_variation: mean(self.amounts.squares, self.amounts.degrees),
        }
    }
}

fn mean(sum: f64, count: f64) -> f64 {
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Pairs of lines by which the correlation within an order is estimated.
#[derive(Clone, Copy, Default)]
pub(super) struct Pairs {
    pub(super) same: f64,
    pub(super) same_weight: f64,
    pub(super) other: f64,
    pub(super) other_weight: f64,
    pub(super) variance: f64,
    pub(super) lines: f64,
}

impl Pairs {
    fn merge(self, with: Self) -> Self {
        Self {
            same: self.same + with.same,
            same_weight: self.same_weight + with.same_weight,
            other: self.other + with.other,
            other_weight: self.other_weight + with.other_weight,
            variance: self.variance + with.variance,
            lines: self.lines + with.lines,
        }
    }

    /// Covariance of two lines of an order, less that of two lines of a customer's different orders,
    /// by the variance of a line.
    fn correlation(self) -> f64 {
        let covariance = mean(self.same, self.same_weight) - mean(self.other, self.other_weight);
        let variance = mean(self.variance, self.lines);
        if variance > 0.0 { (covariance / variance).clamp(0.0, 0.99) } else { 0.0 }
    }
}

/// How a customer's orders vary in amount.
#[derive(Clone, Copy, Default)]
pub(super) struct Amounts {
    /// Squared deviations by the squared mean.
    squares: f64,
    degrees: f64,
}

impl Amounts {
    pub(super) fn of(orders: &[Order]) -> Self {
        let count = orders.len() as f64;
        let average = orders.iter().map(|order| order.amount).sum::<f64>() / count;
        if count < 2.0 || average <= 0.0 {
            return Self::default();
        }
        let square = |order: &Order| (order.amount - average) * (order.amount - average);
        let squares = orders.iter().map(square).sum::<f64>();
        Self { squares: squares / average / average, degrees: count - 1.0 }
    }

    fn merge(self, with: Self) -> Self {
        Self { squares: self.squares + with.squares, degrees: self.degrees + with.degrees }
    }
}
