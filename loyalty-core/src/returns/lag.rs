//! How long returns take.

use serde::{Deserialize, Serialize};

use crate::Error;

/// In how many equal steps the exposure of a line grows to one. A power of two, so that sums of steps
/// are exact in any order.
pub(crate) const STEPS: usize = 4;

/// The share of returns that are on file by an age of the line, and the age at which a line counts as
/// kept: a cure model, in which most lines never return and those that do have this lag.
///
/// ```text
/// F(a) = P(lag <= a | returned within the horizon) = ∏_{l > a} (1 − d_l / n_l)
/// ```
///
/// d_l returns came back at lag l; n_l are those that came back by lag l and whose line was watched at
/// least that long. It is the product-limit estimate for lags seen only if they have ended (Lagakos,
/// Barraj & De Gruttola 1988, Biometrika 75, 515–523), so young lines bend it neither way.
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

    /// The product-limit estimate; `None` without a return to learn from.
    pub(crate) fn estimate(seen: &[SeenReturn], horizon: u32) -> Option<Self> {
        let seen = || seen.iter().filter(|seen| seen.lag <= horizon.min(seen.watched));
        seen().next()?;
        let length = horizon as usize + 1;
        let mut ended = vec![0.0; length];
        // How many are at risk at lag l: those with lag <= l <= watched, by differences.
        let mut change = vec![0.0; length + 1];
        for seen in seen() {
            ended[seen.lag as usize] += 1.0;
            change[seen.lag as usize] += 1.0;
            change[(seen.watched.min(horizon) + 1) as usize] -= 1.0;
        }
        let mut at_risk = 0.0;
        for change in &mut change {
            at_risk += *change;
            *change = at_risk;
        }
        let mut shares = vec![1.0; length];
        for age in (0..length - 1).rev() {
            let gone = if change[age + 1] > 0.0 { ended[age + 1] / change[age + 1] } else { 0.0 };
            shares[age] = shares[age + 1] * (1.0 - gone);
        }
        Some(Self { horizon, shares })
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
