//! The past replayed for the level, and by how much lines come back together.

use super::columns::losses;
use super::level::Level;
use super::sample::Past;
use crate::special::elementary::logistic;

/// Drifts of the level tried, as variances per day. The least is a tenth of a unit of log-odds in a
/// hundred days: the lines learnt from never show a drift to come, as the intercept has followed them.
const DRIFTS: [f64; 3] = [1e-4, 3e-4, 1e-3];

/// Lines of known fate under the line model; they are settled when they are as old as the horizon.
pub(crate) struct Settling<'a> {
    past: &'a Past,
    log_odds: &'a [f64],
    horizon: i32,
    /// The rows of each day.
    days: Vec<(i32, std::ops::Range<usize>)>,
}

impl<'a> Settling<'a> {
    pub(crate) fn new(past: &'a Past, log_odds: &'a [f64], horizon: i32) -> Self {
        let mut days = Vec::new();
        let mut first = 0;
        for same in past.day[..log_odds.len()].chunk_by(|a, b| a == b) {
            days.push((same[0], first..first + same.len()));
            first += same.len();
        }
        Self { past, log_odds, horizon, days }
    }

    /// The level of today, with the drift under which the settled lines are predicted best.
    pub(crate) fn level(&self, today: i32, one_fate: bool) -> Level {
        let design_effect = self.design_effect(&self.past.day);
        if one_fate {
            return Level::new(0.0, design_effect);
        }
        let mut best = (f64::INFINITY, Level::new(DRIFTS[0], design_effect));
        for drift in DRIFTS {
            let found = self.replay(Level::new(drift, design_effect), today);
            if found.0 < best.0 {
                best = found;
            }
        }
        best.1
    }

    /// Σ_g (Σ_l (y − p))² / Σ p (1 − p) over the lines l of groups g that follow each other, at least 1.
    pub(crate) fn design_effect<G: PartialEq>(&self, group: &[G]) -> f64 {
        let (mut squares, mut variance, mut in_group) = (0.0, 0.0, 0.0);
        for (row, &z) in self.log_odds.iter().enumerate() {
            if row > 0 && group[row] != group[row - 1] {
                squares += in_group * in_group;
                in_group = 0.0;
            }
            let (p, weight) = (logistic(z), self.past.weight[row]);
            in_group += weight * (self.past.target[row] - p);
            variance += weight * p * (1.0 - p);
        }
        squares += in_group * in_group;
        if variance > 0.0 { (squares / variance).max(1.0) } else { 1.0 }
    }

    /// Loss, gap and weight of the lines of a day under a level.
    fn sums(&self, rows: &std::ops::Range<usize>, level: &Level) -> [f64; 3] {
        let Past { target, weight, .. } = self.past;
        let [log_odds, target, weight] =
            [self.log_odds, &target[..], &weight[..]].map(|values| &values[rows.clone()]);
        losses(log_odds, level.shift, target, weight)
    }

    /// The loss of the settled lines under a level that only knows those settled before, and the level
    /// of today.
    fn replay(&self, mut level: Level, today: i32) -> (f64, Level) {
        let (mut loss, mut next) = (0.0, 0);
        let Some(&(mut day, _)) = self.days.first() else { return (0.0, level) };
        let mut pass = |level: &mut Level, to: i32| {
            while day < to {
                day += 1;
                while let Some((of, rows)) = self.days.get(next)
                    && of + self.horizon < day
                {
                    let [_, gap, weight] = self.sums(rows, level);
                    level.settle_day(gap, weight);
                    next += 1;
                }
                level.end_day();
            }
        };
        for (of, rows) in &self.days {
            pass(&mut level, *of);
            loss += self.sums(rows, &level)[0];
        }
        pass(&mut level, today);
        (loss, level)
    }
}
