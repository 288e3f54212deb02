//! The level of all lines so far, against which a history is measured.

use serde::{Deserialize, Serialize};

use super::shrink::SMALLEST;
use super::tables::keys::Counts;

/// How sure the level is before anything is known of it, as the Σ p (1 − p) of so many lines: its log-odds
/// have then a standard deviation of 1/√25 = 0.2, what a level may move by in a season. A choice that
/// counts while no more lines are known.
const DOUBT: f64 = 25.0;

/// The level of all lines, or orders, so far.
///
/// Everybody's rate drifts, and a history is of lines of the past: its rate differs from that of today for a
/// reason that is no property of its key. A level of a category that most lines have would say nothing but
/// how far the shop has moved, predict the worse for it, and be shrunk away with all other levels. So a
/// history R of E is read as what it would be had all lines come back at the reference rate m₀: its odds
/// are multiplied by
///
/// ```text
/// ω = m₀ (1 − μ) / (μ (1 − m₀))        R' = E ω R / (E − R + ω R)
/// ```
///
/// with the rate μ of all lines so far, as they count in histories: by their maturity and, where there is a
/// half-life, by their age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Overall {
    /// m₀: the rate of the lines learnt from.
    reference: f64,
    known: Counts,
}

impl Overall {
    /// Nothing is known yet.
    pub(crate) fn new(reference: f64) -> Self {
        Self { reference, known: Counts::default() }
    }

    pub(crate) fn mature(&mut self, gain: f64) {
        self.known.exposure += gain;
    }

    pub(crate) fn take_return(&mut self, weight: f64) {
        self.known.returns += weight;
    }

    pub(crate) fn scale(&mut self, factor: f64) {
        self.known.exposure *= factor;
        self.known.returns *= factor;
    }

    /// ω, where a line of today counts so much.
    pub(crate) fn factor(&self, today: f64) -> f64 {
        let m = self.reference;
        let lines = today * DOUBT / (m * (1.0 - m));
        let kept = self.known.exposed() - self.known.returns;
        m * (kept + lines * (1.0 - m)) / ((1.0 - m) * (self.known.returns + lines * m))
    }

    pub(crate) fn is_sound(&self) -> bool {
        let Counts { exposure, returns } = self.known;
        (SMALLEST..1.0).contains(&self.reference)
            && [exposure, returns].iter().all(|count| count.is_finite() && *count >= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_like_that_of_all_lines_is_at_the_reference() {
        let mut overall = Overall::new(0.4);
        assert!((overall.factor(1.0) - 1.0).abs() < 1e-15);
        overall.mature(1e6);
        overall.take_return(5e5);
        let like_all = Counts { exposure: 80.0, returns: 40.0 }.measured(overall.factor(1.0));
        assert!((like_all.returns / like_all.exposure - 0.4).abs() < 1e-3);
        for returns in [0.0, 80.0] {
            let certain = Counts { exposure: 80.0, returns };
            assert_eq!(certain.measured(overall.factor(1.0)), certain);
        }
        assert_eq!(Counts::default().measured(0.7), Counts::default());
    }
}
