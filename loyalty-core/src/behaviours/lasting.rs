//! How much of a behaviour the coming time holds.

use serde::{Deserialize, Serialize};

use super::level::Level;
use super::population::Recurrence;
use crate::Error;
use crate::error::positive;
use crate::math::elementary::exp_m1;

/// Twice the gain in ln L that a behaviour which does not last exceeds once in twenty shops: the 90 % point of
/// χ² with one degree of freedom, as the correlation lies on its boundary (Self & Liang 1987).
const BY_CHANCE: f64 = 2.705_543_454_095_404;

/// What is known of how a behaviour lasts: from one half of the history to the other, and by that into the time
/// ahead.
///
/// Ranks of strengths among the customers, as normal numbers, follow a Gaussian process that forgets at the
/// rate κ (Uhlenbeck & Ornstein 1930). The means of two stretches that follow each other, of lengths x/κ and
/// y/κ, are correlated by
///
/// ```text
/// e(x) e(y) / √(s(x) s(y))      e(x) = (1 − e^−x)/x      s(x) = 2 (x − 1 + e^−x)/x²
/// ```
///
/// κ is the one that makes this the correlation of both halves.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Lasting {
    pub(super) recurrence: Recurrence,
    pub(super) years: f64,
    pub(super) history: f64,
    pub(super) ahead: f64,
    /// How the level of the whole shop moves.
    pub(super) level: Level,
}

/// As it stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredLasting {
    correlation_of_halves: f64,
    likelihood_ratio: f64,
    customers: usize,
    years: f64,
    history: f64,
    ahead: f64,
    level_walk: f64,
    level_unrest: f64,
}

impl Lasting {
    /// Correlation of the strengths of customers in both halves, as normal ranks: its mean given the evidence,
    /// every value from 0 to 1 being as likely beforehand.
    pub fn correlation_of_halves(&self) -> f64 {
        self.recurrence.correlation
    }

    /// Customers with evidence in both halves, of at most 4,096 looked at.
    pub fn customers(&self) -> usize {
        self.recurrence.customers
    }

    /// Twice the gain in ln L over a correlation of 0.
    pub fn likelihood_ratio(&self) -> f64 {
        self.recurrence.likelihood_ratio
    }

    /// Length of a half in years.
    pub fn years(&self) -> f64 {
        self.years
    }

    /// The years that scores and labels speak of, from the end of the ledger on.
    pub fn ahead(&self) -> f64 {
        self.ahead
    }

    /// Correlation of strengths seen with those of the time ahead; 0 where both halves show none.
    pub fn correlation(&self) -> f64 {
        if !self.is_seen() {
            return 0.0;
        }
        let rate = forgetting(self.recurrence.correlation) / self.years.max(1e-9);
        correlation(rate * self.history, rate * self.ahead)
    }

    /// How far the whole shop's level of the time ahead may be off that of the history, as a standard deviation of ln
    /// strength (of rates) or of its log-odds (of shares).
    ///
    /// The level is a random walk, of which a year adds the variance v, and is off for a while besides, for l years by
    /// the variance w/l. Both are learnt from the eighths of the history. The means of two stretches that follow each
    /// other, of T and of h years, then differ by the variance v (T + h)/3 + w (1/T + 1/h). In Complete Journey the depth
    /// of discounts moved by 4, 2 and 6 % from quarter to quarter of a year.
    pub fn level_spread(&self) -> f64 {
        self.level.variance(self.history.max(1e-3), self.ahead.max(1e-3)).sqrt()
    }

    /// Whether it is seen to last at all: a likelihood ratio beyond 2.71, which chance exceeds once in twenty.
    /// Otherwise nobody is labelled.
    pub fn is_seen(&self) -> bool {
        self.recurrence.likelihood_ratio > BY_CHANCE
    }
}

impl From<Lasting> for StoredLasting {
    fn from(lasting: Lasting) -> Self {
        let Recurrence { correlation, likelihood_ratio, customers } = lasting.recurrence;
        Self {
            correlation_of_halves: correlation,
            likelihood_ratio,
            customers,
            years: lasting.years,
            history: lasting.history,
            ahead: lasting.ahead,
            level_walk: lasting.level.walk,
            level_unrest: lasting.level.unrest,
        }
    }
}

impl TryFrom<StoredLasting> for Lasting {
    type Error = Error;

    fn try_from(stored: StoredLasting) -> Result<Self, Error> {
        let correlation = stored.correlation_of_halves;
        if !(0.0..=1.0).contains(&correlation) {
            return Err(Error::parameter("correlation_of_halves", "from 0 to 1", correlation));
        }
        let recurrence = Recurrence {
            correlation,
            likelihood_ratio: crate::error::non_negative(
                "likelihood_ratio",
                stored.likelihood_ratio,
            )?,
            customers: stored.customers,
        };
        Ok(Self {
            recurrence,
            years: crate::error::non_negative("years", stored.years)?,
            history: positive("history", stored.history)?,
            ahead: positive("ahead", stored.ahead)?,
            level: Level {
                walk: crate::error::non_negative("level_walk", stored.level_walk)?,
                unrest: crate::error::non_negative("level_unrest", stored.level_unrest)?,
            },
        })
    }
}

/// (1 − e^−x)/x, and 2 (x − 1 + e^−x)/x², whose series serves where the difference is lost.
fn parts(x: f64) -> (f64, f64) {
    let even = if x < 1e-8 { 1.0 } else { -exp_m1(-x) / x };
    let spread =
        if x < 1e-3 { 1.0 - x / 3.0 + x * x / 12.0 } else { 2.0 * (x + exp_m1(-x)) / x / x };
    (even, spread)
}

fn correlation(before: f64, after: f64) -> f64 {
    let ((e, s), (e_2, s_2)) = (parts(before), parts(after));
    (e * e_2 / (s * s_2).sqrt()).clamp(0.0, 1.0)
}

/// κ times the length of two stretches that are correlated like this.
fn forgetting(correlated: f64) -> f64 {
    const MOST: f64 = 1e6;
    if correlated >= 1.0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, MOST);
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if correlation(middle, middle) > correlated {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_ahead_holds_less_the_longer_it_is() {
        let of = |correlation, ahead| {
            let recurrence = Recurrence { correlation, likelihood_ratio: 50.0, customers: 100 };
            Lasting { recurrence, years: 0.5, history: 0.5, ahead, level: Level::default() }
                .correlation()
        };
        assert!((of(0.55, 0.5) - 0.55).abs() < 1e-9);
        assert!(of(0.55, 1.0) < 0.52);
        assert_eq!(of(1.0, 3.0), 1.0);
        assert_eq!(Lasting::default().correlation(), 0.0);
    }
}
