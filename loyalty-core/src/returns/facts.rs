//! How a return propensity was fitted.

use serde::{Deserialize, Serialize};

/// How a return propensity was found: by one pass over the lines, the strengths of the histories one
/// step ahead, and the line model by Newton's method. It goes with the model into its file.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReturnFacts {
    /// The horizon: as asked for, or the one taken (see
    /// [`ReturnOptions::horizon_days`](super::ReturnOptions::horizon_days)).
    pub horizon_days: u32,
    /// Lines whose fate was settled: those learnt from.
    pub settled: usize,
    /// How many of them came back.
    pub returned: usize,
    /// Lines after the end of the observation, which were not looked at.
    pub left_out: usize,
    /// Rows that the line model rests on; where there are many lines, some stand for several.
    pub rows: usize,
    /// λ.
    pub penalty: f64,
    /// Iterations of Newton's method.
    pub iterations: usize,
    /// Mean log-loss of the settled lines, each predicted from its past. Times −`settled` it is the
    /// log-likelihood.
    pub log_loss: f64,
    /// The same for one probability for all.
    pub constant_log_loss: f64,
    /// By how much the number of lines overstates what they tell, as those of one order come back
    /// together.
    pub clustering: f64,
    /// By how much the number of lines overstates what they tell of the level, as those of one order,
    /// and of one day, come back together.
    pub design_effect: f64,
}

impl ReturnFacts {
    pub(crate) fn is_sound(&self) -> bool {
        let numbers = [self.log_loss, self.constant_log_loss, self.penalty];
        let effects = [self.clustering, self.design_effect];
        numbers.iter().all(|number| *number >= 0.0 && number.is_finite())
            && effects.iter().all(|effect| *effect >= 1.0 && effect.is_finite())
            && self.returned <= self.settled
    }
}
