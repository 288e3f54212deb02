//! Traits on the scale of their natural parameter, on which evidence adds up.

use serde::{Deserialize, Serialize};

use crate::math::elementary::{exp, ln, ln_1p, logistic};

/// How a strength θ stands to its natural parameter u. One customer's evidence, y of n, has
///
/// ```text
/// ln L(u) = y u − n A(u + d)      θ = A′(u + d)
/// ```
///
/// with d what is known of the customer beforehand: their peers, or what they buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Link {
    /// Rates: y ~ Poisson(θ n), u = ln θ, A = e^u. With y = ν/2 and n = νV/2 the same is the
    /// likelihood of a variance ratio V with ν degrees of freedom whose expectation is 1/θ.
    Log,
    /// Shares: y ~ binomial(n, θ), u = ln θ/(1−θ), A = ln(1 + e^u).
    Logit,
}

impl Link {
    /// The strength, A′(u).
    pub(crate) fn value(self, u: f64) -> f64 {
        match self {
            Self::Log => exp(u),
            Self::Logit => logistic(u),
        }
    }

    /// A(u).
    pub(crate) fn cumulant(self, u: f64) -> f64 {
        match self {
            Self::Log => exp(u),
            Self::Logit => u.max(0.0) + ln_1p(exp(-u.abs())),
        }
    }

    /// The natural parameter of a strength; infinite at the ends of its domain and beyond.
    pub(crate) fn natural(self, value: f64) -> f64 {
        if value <= 0.0 {
            return f64::NEG_INFINITY;
        }
        match self {
            Self::Log => ln(value),
            Self::Logit if value < 1.0 => ln(value / (1.0 - value)),
            Self::Logit => f64::INFINITY,
        }
    }

    /// Where the likelihood of evidence is largest, and the information on u there; infinite at an end
    /// of the domain, and without information.
    pub(crate) fn peak(self, evidence: &Evidence) -> (f64, f64) {
        let Evidence { hits, trials, shift } = *evidence;
        let share = hits / trials;
        let information = match self {
            Self::Log => hits,
            Self::Logit => hits * (1.0 - share),
        };
        (self.natural(share) - shift, information)
    }
}

/// One customer's evidence on their strength: y of n, and d. Numbers need not be whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    /// y, at most `trials` where the strength is a share.
    pub(crate) hits: f64,
    /// n: trials, or the exposure.
    pub(crate) trials: f64,
    /// d.
    pub(crate) shift: f64,
}
