//! By how much lines overstate what they tell, as some come back together.

use serde::{Deserialize, Serialize};

use super::keys::Counts;
use super::sample::SampledLines;
use super::schema::{Part, Schema};
use super::shrink::Shrinkage;

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
}

impl Clustering {
    /// `orders` are the design effects of orders, and of the lines of one product in an order.
    pub(crate) fn of(
        sampled: &SampledLines,
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
        Self { orders, customers: with_pairs(orders, 0), products: with_pairs(of_product, 1) }
    }

    pub(crate) fn is_sound(&self) -> bool {
        [self.orders, self.customers, self.products].iter().all(|d| d.is_finite() && *d >= 1.0)
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
