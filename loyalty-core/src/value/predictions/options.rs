//! What is asked of predictions, and what they answer.

use super::level;
use crate::Error;
use crate::estimation::two_sided;
use crate::math::cast::whole;
use crate::math::words::words;
use crate::parallel::Threads;

/// What an interval is of.
///
/// # Examples
/// ```
/// use loyalty_core::value::PredictionKind;
/// assert_eq!("expectation".parse::<PredictionKind>()?, PredictionKind::Expectation);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PredictionKind {
    /// What customers will do: parameters are estimates, and customers do not do what is expected of them.
    #[default]
    Prediction,
    /// What is expected of them, as the parameters are estimates.
    Expectation,
}

impl PredictionKind {
    const WORDS: [(&'static str, Self); 2] =
        [("prediction", Self::Prediction), ("expectation", Self::Expectation)];
}

words!(PredictionKind, "kind", "\"prediction\" or \"expectation\"");

/// Of whom there is an interval each.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Over<'a> {
    /// Every customer.
    Customers,
    /// All of them together.
    Total,
    /// Groups of customers, by the number of each row's group, from 0.
    Groups(&'a [u32]),
}

/// How intervals are made.
///
/// # Examples
/// ```
/// let mut options = loyalty_core::value::PredictionOptions::default();
/// options.level = 0.9;
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PredictionOptions {
    /// What the intervals are of.
    pub kind: PredictionKind,
    /// The share of cases that an interval is to hold, above 0 and below 1; 0.95 by default.
    pub level: f64,
    /// Draws behind an interval: 1,000 by default. The share that an interval at 90 % holds then has a standard
    /// deviation of a percentage point.
    pub draws: u32,
    /// Of groups and totals: how far forecasts of totals were off before, expected over actual, such as
    /// [`ForecastErrors::level`](crate::forecast::ForecastErrors::level) at earlier cutoffs whose holdout periods do not
    /// overlap. Predictions then spread as these did, besides what the models know. By default none.
    pub levels: Vec<f64>,
    /// The seed: the same gives the same bits, whatever the threads.
    pub seed: u64,
    /// Threads to use.
    pub threads: Threads,
}

impl Default for PredictionOptions {
    fn default() -> Self {
        let (kind, threads) = (PredictionKind::default(), Threads::default());
        Self { kind, level: 0.95, draws: 1000, levels: Vec::new(), seed: 0, threads }
    }
}

impl PredictionOptions {
    pub(crate) fn check(&self) -> Result<(), Error> {
        two_sided(self.level)?;
        if !(100..=1_000_000).contains(&self.draws) {
            return Err(Error::parameter("draws", "from 100 to 1e6", f64::from(self.draws)));
        }
        Ok(())
    }

    /// By what the level of the shop multiplies each draw.
    pub(crate) fn level_factors(&self) -> Result<Vec<f64>, Error> {
        level::factors(&self.levels, self.draws as usize, self.seed)
    }
}

/// Intervals, one per customer, per group or of the total; of a tracking, per period.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct PredictionIntervals {
    /// What is expected under the likeliest parameters.
    pub estimate: Vec<f64>,
    /// The lower end: less than this in at most half of the cases that the interval does not hold.
    pub lower: Vec<f64>,
    /// The upper end: more than this in at most half of them.
    pub upper: Vec<f64>,
}

impl PredictionIntervals {
    /// Of which the ends are still to come.
    pub(crate) fn of_estimates(estimate: Vec<f64>) -> Self {
        Self { estimate, lower: Vec::new(), upper: Vec::new() }
    }

    /// Adds the ends of the next interval, over its draws, which are put in order.
    pub(crate) fn push(&mut self, draws: &mut [f64], level: f64) {
        let [lower, upper] = ends(draws, level);
        self.lower.push(lower);
        self.upper.push(upper);
    }
}

/// The ends of the interval of some values, which are put in order: one of them each, so that counts stay whole.
pub(super) fn ends(values: &mut [f64], level: f64) -> [f64; 2] {
    values.sort_unstable_by(f64::total_cmp);
    let (n, outside) = (values.len(), 0.5 * (1.0 - level));
    // Rounding must not take a draw that stands right at the end.
    let beyond = whole((n as f64 * outside + 1e-9).floor()).min((n - 1) / 2);
    [values[beyond], values[n - 1 - beyond]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_leave_at_most_their_share_outside() {
        let mut values: Vec<f64> = (0..1000).rev().map(f64::from).collect();
        assert_eq!(ends(&mut values, 0.9), [50.0, 949.0]);
        assert_eq!(ends(&mut [3.0, 1.0, 2.0], 0.9), [1.0, 3.0]);
        assert_eq!(ends(&mut [1.0], 0.5), [1.0, 1.0]);
        assert_eq!(ends(&mut [0.0; 100], 0.9), [0.0, 0.0]);
    }
}
