//! What is estimated of the whole shop, from some of its customers, before the rows are made.

/// What is known of the whole shop.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Shop {
    /// Correlation of returns within an order.
    pub(super) intra_order: f64,
    /// Correlation of discounts within an order.
    pub(super) intra_discount: f64,
    /// Variance of the cases after an order of a customer, by their mean.
    pub(super) case_dispersion: f64,
}

/// Sums over customers.
#[derive(Clone, Copy, Default)]
pub(super) struct ShopSums {
    pub(super) returns: Pairs,
    pub(super) discounts: Pairs,
    pub(super) cases: Cases,
}

impl ShopSums {
    pub(super) fn merge(self, with: Self) -> Self {
        Self {
            returns: self.returns.merge(with.returns),
            discounts: self.discounts.merge(with.discounts),
            cases: self.cases.merge(with.cases),
        }
    }

    pub(super) fn shop(self) -> Shop {
        Shop {
            intra_order: self.returns.correlation(),
            intra_discount: self.discounts.correlation(),
            case_dispersion: self.cases.dispersion(),
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

/// How the cases after one order of a customer differ from those after the next.
#[derive(Clone, Copy, Default)]
pub(super) struct Cases {
    /// Σ (difference)² / 2 over pairs of orders that follow each other.
    squares: f64,
    /// Σ mean of both.
    means: f64,
}

impl Cases {
    /// From the cases after each order. Orders that follow each other are compared, so that a rate that
    /// drifts or changes once is no clustering (von Neumann 1941, Annals of Mathematical Statistics 12(4)).
    pub(super) fn of(counts: &[f64]) -> Self {
        counts.windows(2).fold(Self::default(), |sum, pair| Self {
            squares: sum.squares + 0.5 * (pair[0] - pair[1]) * (pair[0] - pair[1]),
            means: sum.means + 0.5 * (pair[0] + pair[1]),
        })
    }

    fn merge(self, with: Self) -> Self {
        Self { squares: self.squares + with.squares, means: self.means + with.means }
    }

    /// At least 1, that of independent cases: fewer than these would be evidence made of nothing.
    fn dispersion(self) -> f64 {
        mean(self.squares, self.means).max(1.0)
    }
}
