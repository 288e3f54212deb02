//! Amounts drawn from a Gamma-Gamma.

use super::GammaGamma;
use crate::error::LARGEST;
use crate::math::random::Random;
use crate::parallel::{Threads, fill};
use crate::summary::CustomerSummary;

impl GammaGamma {
    /// Monetary values of customers who spend as the model says: per customer the mean of as many
    /// amounts as the summary has purchases of his behind its monetary value, 0 without any.
    ///
    /// Row i depends on the seed and i alone, whatever the number of threads.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::spend::GammaGamma;
    /// let customers = BgNbd::new(0.8, 5.0, 1.0, 3.0)?.simulate(&[39.0; 5], 7, Threads::ONE)?;
    /// let spent = GammaGamma::new(6.0, 4.0, 15.0)?.simulate(&customers, 7, Threads::ONE);
    /// for row in 0..5 {
    ///     assert_eq!(customers.transactions(row) > 0, spent[row] > 0.0);
    /// }
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn simulate(&self, customers: &CustomerSummary, seed: u64, threads: Threads) -> Vec<f64> {
        let mut out = vec![0.0; customers.len()];
        fill(&mut out, threads, |row| match customers.transactions(row) {
            0 => 0.0,
            x => self.draw(&mut Random::of(seed, 1, row), f64::from(x)),
        });
        out
    }

    /// The mean of x amounts: the sum of x gamma variates of shape p is one of shape px.
    fn draw(&self, random: &mut Random, x: f64) -> f64 {
        let rate = random.gamma(self.q) / self.v;
        // A rate may underflow to 0 where q is tiny; money is within what a summary takes.
        (random.gamma(self.p * x) / x / rate).clamp(1.0 / LARGEST, LARGEST)
    }
}
