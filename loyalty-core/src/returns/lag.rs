//! How long returns take.

use serde::{Deserialize, Serialize};

use crate::Error;

/// In how many equal steps the exposure of a line grows to one. A power of two, so that sums of steps
/// are exact in any order.
pub(crate) const STEPS: usize = 4;

/// Returns by how long they took and for how long their lines were watched, in days: all that the estimate
/// of a lag curve needs, here and in the ledger.
#[derive(Debug, Clone)]
pub(crate) struct LagCounts {
    ended: Vec<u64>,
    watched: Vec<u64>,
}

impl LagCounts {
    /// None yet; no lag is longer than `longest`.
    pub(crate) fn new(longest: usize) -> Self {
        Self { ended: vec![0; longest + 1], watched: vec![0; longest + 1] }
    }

    /// A return after `lag` days of a line watched for `watched`, which is not less. A lag beyond the
    /// longest counts as that.
    pub(crate) fn add(&mut self, lag: usize, watched: usize) {
        let longest = self.ended.len() - 1;
        self.ended[lag.min(longest)] += 1;
        self.watched[watched.min(longest)] += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.ended.iter_mut().zip(&other.ended).for_each(|(a, b)| *a += b);
        self.watched.iter_mut().zip(&other.watched).for_each(|(a, b)| *a += b);
    }

    /// F at 0, 1, … days, the product-limit estimate. Where fewer than `fewest` returns stand behind a lag,
    /// none is taken to end there.
    ///
    /// ```text
    /// F(a) = ∏_{l > a} (1 − d_l / n_l)
    /// ```
    ///
    /// d_l returns came back at lag l; n_l are those that came back by lag l and whose line was watched at
    /// least that long. It is the product-limit estimate for lags seen only if they have ended (Lagakos,
    /// Barraj & De Gruttola 1988, Biometrika 75, 515–523), so young lines bend it neither way.
    pub(crate) fn shares(&self, fewest: u64) -> Vec<f64> {
        let mut shares = vec![1.0; self.ended.len()];
        // Those of at most so many days, and those on lines younger than that.
        let (mut short, mut young): (u64, u64) =
            (self.ended.iter().sum(), self.watched.iter().sum());
        for lag in (1..shares.len()).rev() {
            young -= self.watched[lag];
            let at_risk = short - young;
            let ended = if at_risk >= fewest.max(1) {
                self.ended[lag] as f64 / at_risk as f64
            } else {
                0.0
            };
            shares[lag - 1] = shares[lag] * (1.0 - ended);
            short -= self.ended[lag];
        }
        shares
    }
}

/// The share of returns that are on file by an age of the line, and the age at which a line counts as
/// kept: a cure model, in which most lines never return and those that do have this lag.
///
/// ```text
/// F(a) = P(lag <= a | returned within the horizon) = ∏_{l > a} (1 − d_l / n_l)
/// ```
///
/// with d_l returns at lag l of the n_l that came back by then and whose lines were watched at least that
/// long (Lagakos, Barraj & De Gruttola 1988, Biometrika 75, 515–523).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LagCurve {
    horizon: u32,
    /// F at 0, 1, … days.
    shares: Vec<f64>,
}

/// A return seen: its lag, and for how long the line was watched, in days.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenReturn {
    pub(crate) lag: u32,
    pub(crate) watched: u32,
}

impl LagCurve {
    /// A curve of given shares at the ages 0, 1, … days, of which the last is the horizon.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the shares are from 0 to 1, do not fall, and end at 1.
    pub fn new(shares: Vec<f64>) -> Result<Self, Error> {
        let wrong = |value| {
            Error::parameter(
                "shares of the lag curve",
                "from 0 to 1, not falling, with 1 at the end",
                value,
            )
        };
        let mut before = 0.0;
        for &share in &shares {
            if !(before..=1.0).contains(&share) {
                return Err(wrong(share));
            }
            before = share;
        }
        let horizon = u32::try_from(shares.len()).unwrap_or(u32::MAX).saturating_sub(1);
        if before < 1.0 || !(1..=3660).contains(&horizon) {
            return Err(wrong(before));
        }
        Ok(Self { horizon, shares })
    }

    /// All returns become known at one age: for tables that say whether a line came back, not when.
    pub(crate) fn step(horizon: u32) -> Self {
        let mut shares = vec![0.0; horizon as usize + 1];
        shares[horizon as usize] = 1.0;
        Self { horizon, shares }
    }

    /// The product-limit estimate; `None` without a return to learn from. What came back after the horizon
    /// counts as kept.
    pub(crate) fn estimate(seen: &[SeenReturn], horizon: u32) -> Option<Self> {
        let mut counts = LagCounts::new(horizon as usize);
        let within = seen.iter().filter(|seen| seen.lag <= horizon.min(seen.watched));
        let mut any = false;
        for seen in within {
            counts.add(seen.lag as usize, seen.watched as usize);
            any = true;
        }
        any.then(|| Self { horizon, shares: counts.shares(1) })
    }

    /// The age at which a line that has not come back counts as kept, in days.
    pub fn horizon_days(&self) -> u32 {
        self.horizon
    }

    /// F(age): the share of all returns that are back by that many days.
    pub fn share_by(&self, age_days: u32) -> f64 {
        self.shares[age_days.min(self.horizon) as usize]
    }

    /// F at every whole day from 0 to the horizon.
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// The ages, in days from the order, from which on each further step of exposure counts. What came
    /// back on a day is known from the next day on.
    pub(crate) fn step_ages(&self) -> [u32; STEPS] {
        std::array::from_fn(|step| {
            let share = (step as f64 + 0.5) / STEPS as f64;
            let reached = self.shares.iter().position(|&f| f >= share);
            let days = reached.and_then(|days| u32::try_from(days).ok()).unwrap_or(self.horizon);
            days.min(self.horizon) + 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lag: u32, watched: u32) -> SeenReturn {
        SeenReturn { lag, watched }
    }

    #[test]
    fn fully_watched_lines_give_the_empirical_shares() {
        let all: Vec<SeenReturn> = [0, 0, 1, 3].map(|lag| seen(lag, 9)).into();
        let curve = LagCurve::estimate(&all, 4).unwrap();
        assert_eq!(curve.shares(), [0.5, 0.75, 0.75, 1.0, 1.0]);
        assert_eq!(curve.step_ages(), [1, 1, 2, 4]);
        assert_eq!(LagCurve::estimate(&[], 4), None);
    }

    #[test]
    fn young_lines_do_not_bend_the_curve() {
        // Lags 0 and 2 equally likely; half of the lines are watched for one day only and so show the
        // short lags alone.
        let mut all = vec![seen(0, 9); 10];
        all.extend(vec![seen(2, 9); 10]);
        all.extend(vec![seen(0, 1); 10]);
        let curve = LagCurve::estimate(&all, 3).unwrap();
        assert_eq!(curve.shares(), [0.5, 0.5, 1.0, 1.0]);
    }
}
