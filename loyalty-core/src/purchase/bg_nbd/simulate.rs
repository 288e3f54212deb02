//! Customers drawn from a BG/NBD.

use super::BgNbd;
use crate::Error;
use crate::error::non_negative;
use crate::math::random::Random;
use crate::parallel::{Threads, map_chunks};
use crate::summary::{CustomerSummary, SummaryColumns};

/// Customers drawn by one thread at a time.
const CHUNK: usize = 4096;

/// Mean purchases of a customer who never leaves beyond which a draw would take forever.
const MOST: f64 = 1e6;

impl BgNbd {
    /// Histories of new customers who behave as the model says, each observed for its `t` from the
    /// first purchase on.
    ///
    /// A customer's rate and dropout probability are drawn from their gamma and beta distributions, then
    /// the purchases one by one. Row i depends on the seed and i alone, whatever the number of threads.
    ///
    /// # Errors
    /// [`Error::Parameter`] where a t is not from 0 to 1e50, or r/α times the longest is beyond 1e6
    /// purchases, [`Error::Empty`] without customers.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::FitOptions;
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::BgNbd;
    /// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
    /// let customers = truth.simulate(&[39.0; 5000], 7, Threads::default())?;
    /// let found = BgNbd::fit(&customers, &FitOptions::default())?.model;
    /// assert!((found.r() - 0.8).abs() < 0.1);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn simulate(
        &self,
        t: &[f64],
        seed: u64,
        threads: Threads,
    ) -> Result<CustomerSummary, Error> {
        let mut longest: f64 = 0.0;
        for &t in t {
            longest = longest.max(non_negative("t", t)?);
        }
        let mean = self.r / self.alpha * longest;
        if mean > MOST {
            let expected = "at most 1e6 purchases within the longest t";
            return Err(Error::Parameter { name: "r/alpha", expected, value: mean });
        }
        let chunks = map_chunks(t.len(), CHUNK, threads, |rows| {
            let draw = |row| self.draw(&mut Random::of(seed, 0, row), t[row]);
            rows.map(draw).collect::<Vec<(f64, f64)>>()
        });
        let (x, t_x): (Vec<f64>, Vec<f64>) = chunks.into_iter().flatten().unzip();
        let mut columns = SummaryColumns::new(&x, &t_x, t);
        columns.unit = self.unit;
        CustomerSummary::new(&columns)
    }

    /// A customer's repeat purchases within t: their number, and the time of the last.
    fn draw(&self, random: &mut Random, t: f64) -> (f64, f64) {
        let rate = random.gamma(self.r) / self.alpha;
        let dropout = random.beta(self.a, self.b);
        let (mut x, mut t_x) = (0.0, 0.0);
        loop {
            let next = t_x + random.exponential() / rate;
            // A rate that underflows to 0 never gets there.
            if next > t || next.is_nan() {
                return (x, t_x);
            }
            (x, t_x) = (x + 1.0, next);
            if random.happens(dropout) {
                return (x, t_x);
            }
        }
    }
}
