//! Thresholds of RFM scores: those of one's own, and those that the customers gave.

use super::axis::RfmAxis;
use crate::Error;
use crate::error::{LARGEST, same_length};

/// The thresholds between the scores of each axis, ascending: k − 1 for scores from 1 to k.
///
/// ```text
/// recency:               score = k − (number of thresholds below the time since the last purchase)
/// frequency, monetary:   score = 1 + (number of thresholds below the value)
/// ```
///
/// A value that equals a threshold is on its lower side, as bins are that are closed on the right:
/// with recency thresholds of 30, 90, 180 and 365 days the best score is for a purchase within 30 days,
/// with frequency thresholds of 1, 2, 4 and 9 the worst is for one purchase and the best for ten or more.
///
/// # Examples
/// ```
/// use loyalty_core::rfm::{Rfm, RfmAxis, RfmBreaks, RfmOptions, RfmValues};
/// let values = RfmValues::new(&[30.0, 31.0, 400.0], &[10.0, 2.0, 1.0], &[90.0, 20.0, 5.0], None)?;
/// let mut options = RfmOptions::default();
/// options.breaks = Some(RfmBreaks::new(
///     [30.0, 90.0, 180.0, 365.0],
///     [1.0, 2.0, 4.0, 9.0],
///     [10.0, 25.0, 50.0, 100.0],
/// )?);
/// let rfm = Rfm::score(&values, &options)?;
/// assert_eq!(rfm.scores(RfmAxis::Recency), [5, 4, 1]);
/// assert_eq!(rfm.scores(RfmAxis::Frequency), [5, 2, 1]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RfmBreaks([Vec<f64>; 3]);

/// Most thresholds on one axis: one fewer than scores.
const MOST_BREAKS: usize = 999;

impl RfmBreaks {
    /// Thresholds of one's own.
    ///
    /// # Errors
    /// [`Error::Parameter`] for fewer than 1 or more than 999 thresholds, [`Error::Length`] where an axis
    /// has another number than the recency, [`Error::Value`] unless they ascend from −1e50 to 1e50.
    pub fn new(
        recency: impl Into<Vec<f64>>,
        frequency: impl Into<Vec<f64>>,
        monetary: impl Into<Vec<f64>>,
    ) -> Result<Self, Error> {
        let axes = [recency.into(), frequency.into(), monetary.into()];
        let count = axes[0].len();
        if !(1..=MOST_BREAKS).contains(&count) {
            return Err(Error::parameter("the number of breaks", "from 1 to 999", count as f64));
        }
        for (axis, breaks) in RfmAxis::ALL.into_iter().zip(&axes) {
            let column = format!("breaks of the {}", axis.name());
            same_length(count, &column, breaks.len())?;
            let mut least = -LARGEST;
            for (row, &value) in breaks.iter().enumerate() {
                if !(least..=LARGEST).contains(&value) {
                    let (expected, value) = ("ascending, from -1e50 to 1e50", value.to_string());
                    return Err(Error::Value { column, row, expected, value, more: 0 });
                }
                least = value;
            }
        }
        Ok(Self(axes))
    }

    /// Those that give customers of these values these scores.
    pub(super) fn of(measures: [&[f64]; 3], scores: &[Vec<u32>; 3], bins: u32) -> Self {
        Self([
            recency_breaks(measures[0], &scores[0], bins),
            value_breaks(measures[1], &scores[1], bins),
            value_breaks(measures[2], &scores[2], bins),
        ])
    }

    /// The thresholds of an axis.
    pub fn axis(&self, axis: RfmAxis) -> &[f64] {
        &self.0[axis as usize]
    }

    /// Scores run from 1 to this.
    pub fn bins(&self) -> u32 {
        // At most 999 thresholds.
        u32::try_from(self.0[0].len()).unwrap_or(u32::MAX) + 1
    }

    /// The score of a value.
    pub(super) fn score(&self, axis: RfmAxis, value: f64) -> u32 {
        let below = self.axis(axis).partition_point(|threshold| *threshold < value);
        let below = u32::try_from(below).unwrap_or(u32::MAX);
        match axis {
            RfmAxis::Recency => self.bins() - below,
            RfmAxis::Frequency | RfmAxis::Monetary => 1 + below,
        }
    }
}

/// For each score from 2 on, the best value among those who have less.
fn value_breaks(values: &[f64], scores: &[u32], bins: u32) -> Vec<f64> {
    // Whoever has nobody strictly worse has score 1, so there is someone below every score from 2 on.
    let mut best = most_by_score(values, scores, bins, f64::NEG_INFINITY);
    best.pop();
    running_most(&mut best);
    best
}

/// For each score, from the best to 2, the longest time among those who have it or more. Where nobody
/// has, less than the shortest time there is; times of 0 leave no room, and no time is below 0.
fn recency_breaks(times: &[f64], scores: &[u32], bins: u32) -> Vec<f64> {
    let shortest = times.iter().copied().fold(f64::INFINITY, f64::min);
    let beyond = if shortest > 0.0 { shortest.next_down() } else { -1.0 };
    let mut longest = most_by_score(times, scores, bins, beyond);
    longest.reverse();
    longest.pop();
    running_most(&mut longest);
    longest
}

/// The largest value of each score.
fn most_by_score(values: &[f64], scores: &[u32], bins: u32, without: f64) -> Vec<f64> {
    let mut most = vec![without; bins as usize];
    for (&value, &score) in values.iter().zip(scores) {
        let most = &mut most[score as usize - 1];
        *most = most.max(value);
    }
    most
}

fn running_most(values: &mut [f64]) {
    for at in 1..values.len() {
        values[at] = values[at].max(values[at - 1]);
    }
}
