//! By how much lines overstate what they tell, as some come back together, and what orders have in common
//! that nobody knows before.

use serde::{Deserialize, Serialize};

use super::sample::SampledLines;
use super::schema::{Part, Schema};
use super::shrink::Shrinkage;
use super::tables::keys::Counts;
use crate::math::elementary::{exp, logistic};

/// Design effects: so many lines tell as much as an independent one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Clustering {
    /// Lines of one order come back together.
    pub(crate) orders: f64,
    /// Of what is known of a customer: lines of an order, and those of one product, which has an effect
    /// of its own.
    pub(crate) customers: f64,
    /// Of what is known of a product: its lines in an order, and those of one customer.
    pub(crate) products: f64,
    /// τ²: the variance of the log-odds that lines of an order have in common, without half of what is in doubt of
    /// their customer.
    pub(crate) order_variance: f64,
}

impl Clustering {
    /// `orders` are the design effects of orders, and of the lines of one product in an order; the lines have
    /// these log-odds. In τ² is still what is in doubt of customers.
    pub(crate) fn of(
        sampled: &SampledLines,
        log_odds: &[f64],
        schema: &Schema,
        shrinkage: &[Shrinkage],
        [orders, of_product]: [f64; 2],
    ) -> Self {
        let both = [Part::Customer, Part::Product];
        let pair = schema.histories.iter().position(|s| s.parts == both && !s.per_order);
        let with_pairs = |orders: f64, history: usize| match pair {
            Some(pair) => orders + of_pairs(sampled, history, &shrinkage[history], pair),
            None => orders,
        };
        let (customers, products) = (with_pairs(orders, 0), with_pairs(of_product, 1));
        let order_variance = order_variance(sampled, log_odds);
        Self { orders, customers, products, order_variance }
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.order_variance.is_finite()
            && self.order_variance >= 0.0
            && [self.orders, self.customers, self.products]
                .iter()
                .all(|d| d.is_finite() && *d >= 1.0)
    }
}

/// What pairs of a customer and a product that come again add to the design effect of either:
///
/// ```text
/// 2 Σ_l (y_l − p_l) (R_l − p_l E_l) / Σ_l p_l (1 − p_l)
/// ```
///
/// with the returns R and the exposure E that the pair had before the line, and the probability p by the
/// history of the customer, or the product, alone: the covariance of a line with those of its pair before.
fn of_pairs(sampled: &SampledLines, history: usize, prior: &Shrinkage, pair: usize) -> f64 {
    let (mut covariance, mut variance) = (0.0, 0.0);
    let at = |history: usize, row: usize| {
        let [exposure, returns] = &sampled.counts[history];
        Counts { exposure: exposure[row], returns: returns[row] }
    };
    for (row, (y, weight)) in sampled.target.iter().zip(&sampled.weight).enumerate() {
        let (a, b) = prior.posterior(at(history, row));
        let (p, pair) = (a / (a + b), at(pair, row));
        covariance += weight * (y - p) * (pair.returns - p * pair.exposed());
        variance += weight * p * (1.0 - p);
    }
    if variance > 0.0 { (2.0 * covariance / variance).max(0.0) } else { 0.0 }
}

/// τ²: the variance of the log-odds that lines of an order have in common, which nobody knows before, by how
/// their residuals covary:
///
/// ```text
/// t = Σ (y − p) (y' − p') / Σ v v'        v = p (1 − p), over pairs of lines of an order
/// ```
///
/// A part of it is what is in doubt of the customer, which an interval has besides:
/// [`interval`](super::interval) takes half of that off.
fn order_variance(sampled: &SampledLines, log_odds: &[f64]) -> f64 {
    let (mut together, mut pairs, mut rates, mut first) = (0.0, 0.0, 0.0, 0);
    for of_order in sampled.order[..sampled.target.len()].chunk_by(|a, b| a == b) {
        let rows = first..first + of_order.len();
        first = rows.end;
        let (mut off, mut own, mut spread, mut squares, mut rate) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for row in rows.clone() {
            let (p, times) = (logistic(log_odds[row]), sampled.weight[row]);
            let (gap, v) = (times * (sampled.target[row] - p), times * p * (1.0 - p));
            off += gap;
            own += gap * gap;
            spread += v;
            squares += v * v;
            rate += p;
        }
        // One line makes no pair, but might make rounding.
        if rows.len() > 1 {
            let of_order: f64 = spread * spread - squares;
            together += off * off - own;
            pairs += of_order;
            rates += of_order * rate / rows.len() as f64;
        }
    }
    if pairs > 0.0 { variance_of_log_odds(together / pairs, rates / pairs) } else { 0.0 }
}

/// The greatest variance of log-odds that is looked for: a standard deviation of 3, with which a line in ten
/// either surely comes back or surely does not.
const WIDEST: f64 = 9.0;

/// The variance of normal log-odds under which probabilities of the mean p vary by t p² (1 − p)².
fn variance_of_log_odds(t: f64, p: f64) -> f64 {
    let wanted = t * p * p * (1.0 - p) * (1.0 - p);
    let varies = |variance: f64| {
        let deviation = variance.sqrt();
        let middle = bisected(-40.0, 40.0, |middle| moments(middle, deviation)[0] < p);
        let [mean, square] = moments(middle, deviation);
        square - mean * mean
    };
    if wanted > 0.0 { bisected(0.0, WIDEST, |variance| varies(variance) < wanted) } else { 0.0 }
}

/// The mean of a logistic function of normal log-odds, and that of its square.
fn moments(middle: f64, deviation: f64) -> [f64; 2] {
    // A sum over equal steps is exact to more digits than are needed for functions as smooth as these.
    let mut sums = [0.0; 3];
    for step in -24..=24 {
        let z = f64::from(step) / 4.0;
        let (weight, p) = (exp(-0.5 * z * z), logistic(middle + deviation * z));
        sums[0] += weight;
        sums[1] += weight * p;
        sums[2] += weight * p * p;
    }
    [sums[1] / sums[0], sums[2] / sums[0]]
}

/// Where a condition that holds below ends.
fn bisected(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if below(middle) { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variance_is_that_which_was_there() {
        // By a quadrature of 241 points.
        for (t, p, variance) in [(0.863, 0.18, 1.0), (0.219, 0.01, 0.2), (1.371, 0.5, 3.0)] {
            let found = variance_of_log_odds(t, p);
            assert!((found / variance - 1.0).abs() < 4e-3, "{found} instead of {variance}");
        }
        assert_eq!(variance_of_log_odds(-0.2, 0.1), 0.0);
        assert!(variance_of_log_odds(1e9, 0.02) <= WIDEST);
    }
}
