//! The level of returns today: an intercept that follows the matured past.

use serde::{Deserialize, Serialize};

use crate::special::elementary::logistic;

/// A shift of all log-odds, learnt from lines whose fate is settled.
///
/// The shift δ is a random walk. Each day the settled lines of log-odds z say how far off it was:
///
/// ```text
/// P ← min(P + q, P₀)       G = Σ (y − p)        W = Σ p (1 − p)        p = 1 / (1 + e^−(z + δ))
/// P ← 1 / (1/P + W/D)      δ ← δ + P G / D
/// ```
///
/// which is the filter of a dynamic generalised linear model (West, Harrison & Migon 1985, JASA 80,
/// 73–83). D is the design effect: lines of one order and of one day come back together, and tell
/// less than their number says. q is the drift per day; D and q are learnt with the model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Level {
    pub(crate) shift: f64,
    pub(crate) variance: f64,
    pub(crate) drift: f64,
    pub(crate) design_effect: f64,
    gap: f64,
    weight: f64,
}

/// P₀: half a unit of log-odds, more than a level moves in a season.
const WIDEST: f64 = 0.25;

impl Level {
    /// A level that is where the fit put it.
    pub(crate) fn new(drift: f64, design_effect: f64) -> Self {
        Self { shift: 0.0, variance: drift, drift, design_effect, gap: 0.0, weight: 0.0 }
    }

    /// Whether the numbers can be those of a level.
    pub(crate) fn is_sound(&self) -> bool {
        let positive = [self.variance, self.drift, self.weight];
        let finite = [self.shift, self.gap, self.variance, self.drift, self.design_effect];
        positive.iter().all(|&number| number >= 0.0)
            && self.design_effect >= 1.0
            && finite.iter().all(|number| number.is_finite())
    }

    /// A line of that log-odds is settled.
    pub(crate) fn settle(&mut self, log_odds: f64, returned: bool) {
        let p = logistic(log_odds + self.shift);
        self.settle_day(f64::from(returned) - p, p * (1.0 - p));
    }

    /// Lines with these sums of y − p and p (1 − p) are settled.
    pub(crate) fn settle_day(&mut self, gap: f64, weight: f64) {
        self.gap += gap;
        self.weight += weight;
    }

    /// A day is over.
    pub(crate) fn end_day(&mut self) {
        self.variance = (self.variance + self.drift).min(WIDEST);
        if self.weight > 0.0 && self.variance > 0.0 {
            self.variance = 1.0 / (1.0 / self.variance + self.weight / self.design_effect);
            self.shift += self.variance * self.gap / self.design_effect;
        }
        (self.gap, self.weight) = (0.0, 0.0);
    }
}
