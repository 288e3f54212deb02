//! The level of returns today: an intercept that follows what becomes known of lines.

use serde::{Deserialize, Serialize};

use crate::math::elementary::logistic;

/// A shift of all log-odds, learnt from what becomes known of lines as they age.
///
/// Of all returns, the share F(a) is on file when a line has the age a. A line that has not come back by
/// a comes back by a' with probability h, whose log-odds change with the shift δ by c:
///
/// ```text
/// h = p (F(a') − F(a)) / (1 − p F(a))        c = ∂ logit h / ∂δ = (1 − p) / (1 − p F(a'))
/// ```
///
/// So each step of its age has a score of its own, (y − h) c with y = 1 if it came back meanwhile, and the
/// information h (1 − h) c²: the likelihood of a grouped lifetime (Prentice & Gloeckler 1978, Biometrics
/// 34, 57–67) of which a part is cured. Over a line's life the scores add up to y − p, whatever F.
///
/// δ is a random walk. A day's scores G and information W say how far off it was:
///
/// ```text
/// P ← min(P + q, P₀)       P ← 1 / (1/P + W/D)      δ ← δ + P G / D
/// ```
///
/// which is the filter of a dynamic generalised linear model (West, Harrison & Migon 1985, JASA 80,
/// 73–83). D is the design effect: lines of one order and of one day come back together, and tell
/// less than their number says. q is the drift per day; D, q and whether lines are heard while they are
/// open are learnt with the model: where a few large orders make the early returns, it is better to wait.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Level {
    pub(crate) shift: f64,
    pub(crate) variance: f64,
    pub(crate) drift: f64,
    pub(crate) design_effect: f64,
    /// Whether lines tell something while they are open, or all at once when they are settled.
    pub(crate) early: bool,
    gap: f64,
    weight: f64,
}

/// The shares of all returns that are on file before and after a step of a line's age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Due {
    pub(crate) before: f64,
    pub(crate) by: f64,
}

impl Due {
    /// All in one step.
    pub(crate) const ALL: Self = Self { before: 0.0, by: 1.0 };

    /// The score and the information of a step that a line began without having come back, by its
    /// log-odds; `returned` is 1 if it came back meanwhile.
    #[inline(always)]
    pub(crate) fn score_and_information(self, log_odds: f64, returned: f64) -> [f64; 2] {
        let p = logistic(log_odds);
        let kept = 1.0 - p;
        let not_yet = |share: f64| (kept + p * (1.0 - share)).max(f64::MIN_POSITIVE);
        let h = p * (self.by - self.before) / not_yet(self.before);
        let c = kept / not_yet(self.by);
        [(returned - h) * c, h * (1.0 - h) * (c * c)]
    }
}

/// P₀: half a unit of log-odds, more than a level moves in a season. A choice that matters only where a shop
/// has sold nothing for a long time: with a drift of 3e-4 a day it is reached after more than two years.
const WIDEST: f64 = 0.25;

impl Level {
    /// A level that is where the fit put it.
    pub(crate) fn new(drift: f64, design_effect: f64, early: bool) -> Self {
        let (shift, variance, gap, weight) = (0.0, drift, 0.0, 0.0);
        Self { shift, variance, drift, design_effect, early, gap, weight }
    }

    /// The same from another shift on.
    pub(crate) fn starting_at(self, shift: f64) -> Self {
        Self { shift, ..self }
    }

    /// Whether the numbers can be those of a level.
    pub(crate) fn is_sound(&self) -> bool {
        let positive = [self.variance, self.drift, self.weight];
        let finite = [self.shift, self.gap, self.variance, self.drift, self.design_effect];
        positive.iter().all(|&number| number >= 0.0)
            && self.design_effect >= 1.0
            && finite.iter().all(|number| number.is_finite())
    }

    /// A line of that log-odds, not known to be back before a step of its age, has made it.
    pub(crate) fn hear(&mut self, log_odds: f64, returned: bool, due: Due) {
        // A level that cannot move need not listen.
        if self.variance + self.drift > 0.0 {
            let [gap, weight] =
                due.score_and_information(log_odds + self.shift, f64::from(returned));
            self.hear_all(gap, weight);
        }
    }

    /// Lines with these sums of scores and information have made a step.
    pub(crate) fn hear_all(&mut self, gap: f64, weight: f64) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const DUE: [Due; 3] =
        [Due { before: 0.0, by: 0.3 }, Due { before: 0.3, by: 0.9 }, Due { before: 0.9, by: 1.0 }];

    #[test]
    fn the_steps_of_a_line_add_up_to_its_residual() {
        for log_odds in [-4.0, -0.3, 0.0, 2.5] {
            let p = logistic(log_odds);
            let kept: f64 = DUE.iter().map(|due| due.score_and_information(log_odds, 0.0)[0]).sum();
            assert!((kept + p).abs() < 1e-14);
            for back in 0..3 {
                let before: f64 =
                    DUE[..back].iter().map(|due| due.score_and_information(log_odds, 0.0)[0]).sum();
                let total = before + DUE[back].score_and_information(log_odds, 1.0)[0];
                assert!((total - (1.0 - p)).abs() < 1e-14, "{total} of {log_odds} at {back}");
            }
        }
    }

    #[test]
    fn scores_are_slopes_of_the_log_likelihood_and_information_their_spread() {
        let hazard = |z: f64, due: Due| {
            let p = logistic(z);
            p * (due.by - due.before) / (1.0 - p * due.before)
        };
        for due in DUE {
            for z in [-3.0, 0.2, 1.5] {
                let slope = |of: &dyn Fn(f64) -> f64| (of(z + 1e-5) - of(z - 1e-5)) / 2e-5;
                let [back, _] = due.score_and_information(z, 1.0);
                let [kept, weight] = due.score_and_information(z, 0.0);
                assert!((back - slope(&|z| libm::log(hazard(z, due)))).abs() < 1e-8);
                assert!((kept - slope(&|z| libm::log(1.0 - hazard(z, due)))).abs() < 1e-8);
                let h = hazard(z, due);
                assert!((weight - (h * back * back + (1.0 - h) * kept * kept)).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn certain_lines_tell_nothing_that_is_not_finite() {
        for z in [-800.0, -40.0, 40.0, 800.0] {
            for due in DUE {
                for returned in [0.0, 1.0] {
                    assert!(
                        due.score_and_information(z, returned)
                            .iter()
                            .all(|number| number.is_finite())
                    );
                }
            }
        }
    }
}
