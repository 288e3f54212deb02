//! When customers were born and when they came back, on one time line.

use std::collections::BTreeMap;

use super::Occasions;
use super::from_orders::in_range;
use crate::Error;
use crate::error::positive;
use crate::time::Unit;

/// Most periods of a time line.
const MOST_PERIODS: f64 = 100_000.0;

/// Births and repeat occasions of a log, from its first occasion on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Timeline {
    /// Time of birth since the first, in order, and the customers born then.
    pub(crate) births: Vec<(f64, u64)>,
    /// Repeat occasions in each whole period.
    pub(crate) repeats: Vec<u64>,
    /// Repeat occasions in the last period, which the log does not fill.
    pub(crate) left_out: u64,
}

impl Occasions {
    /// The unit of time.
    pub fn unit(&self) -> Unit {
        self.clock.unit()
    }

    /// The time line of the customers born up to `born_until`, in periods of a length in the unit.
    pub(crate) fn timeline(
        &self,
        period: f64,
        born_until: Option<i64>,
        observation_end: Option<i64>,
    ) -> Result<Timeline, Error> {
        let period = positive("period", period)?;
        let end = self.end(observation_end)?;
        let key = |time| Ok(self.clock.key(in_range("calibration_end", time)?));
        let born_until = born_until.map_or(Ok(end), key)?.min(end);
        let occasions = (0..self.len()).map(|customer| self.grouped.customer(customer).key);
        let born = occasions.filter(|keys| keys[0] <= born_until);
        let Some(first) = born.clone().map(|keys| keys[0]).min() else {
            let expected = "a customer born before the calibration end";
            return Err(Error::Empty { what: "the time line", expected });
        };
        // An occasion takes its whole period, so the log reaches to the next.
        let whole = (self.clock.duration(first, end + 1) / period).floor();
        if whole < 1.0 {
            let expected = "a log that fills at least one period";
            return Err(Error::Empty { what: "the time line", expected });
        }
        if whole > MOST_PERIODS {
            let expected = "at least a 100000th of the log";
            return Err(Error::parameter("period", expected, period));
        }
        let index = |key: i64| (self.clock.duration(first, key) / period).floor();
        let mut births = BTreeMap::new();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let mut repeats = vec![0; whole as usize];
        let mut left_out = 0;
        for keys in born {
            *births.entry(keys[0]).or_insert(0) += 1;
            for &key in keys[1..].iter().take_while(|&&key| key <= end) {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "whole"
                )]
                match repeats.get_mut(index(key) as usize) {
                    Some(count) => *count += 1,
                    None => left_out += 1,
                }
            }
        }
        let since = |(key, customers)| (self.clock.duration(first, key), customers);
        Ok(Timeline { births: births.into_iter().map(since).collect(), repeats, left_out })
    }
}
