//! Amounts drawn from a Gamma-Gamma.

use super::GammaGamma;
use crate::error::LARGEST;
use crate::math::random::Random;
use crate::parallel::{Threads, fill};
use crate::summary::CustomerSummary;

/// Monetary values of customers who spend as the model says.
pub(in crate::spend) fn simulate(
    model: &GammaGamma,
    customers: &CustomerSummary,
    seed: u64,
    threads: Threads,
) -> Vec<f64> {
    simulate_each(|_| *model, customers, seed, threads)
}

/// The same with a model for each row.
pub(in crate::spend) fn simulate_each(
    model_of: impl Fn(usize) -> GammaGamma + Sync,
    customers: &CustomerSummary,
    seed: u64,
    threads: Threads,
) -> Vec<f64> {
    let mut out = vec![0.0; customers.len()];
    fill(&mut out, threads, |row| match customers.transactions(row) {
        0 => 0.0,
        x => model_of(row).draw(&mut Random::of(seed, 1, row), f64::from(x)),
    });
    out
}

/// Amounts to come of a customer with x purchases of this mean, whose rate ν is Gamma(px + q, v + x·mean).
pub(in crate::spend) fn draw_amounts(
    model: &GammaGamma,
    x: f64,
    mean: f64,
    seed: u64,
    amounts: &mut [f64],
) {
    let mut random = Random::of(seed, 2, 0);
    let rate = random.gamma(model.p * x + model.q) / (model.v + x * mean);
    // A rate may underflow to 0 where q is tiny.
    let rate = rate.max(f64::MIN_POSITIVE);
    for amount in amounts {
        *amount = (random.gamma(model.p) / rate).min(LARGEST);
    }
}

impl GammaGamma {
    /// The mean of x amounts: the sum of x gamma variates of shape p is one of shape px.
    fn draw(&self, random: &mut Random, x: f64) -> f64 {
        let rate = random.gamma(self.q) / self.v;
        // A rate may underflow to 0 where q is tiny; money is within what a summary takes.
        (random.gamma(self.p * x) / x / rate).clamp(1.0 / LARGEST, LARGEST)
    }
}
