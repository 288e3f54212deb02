//! Scales without bounds, for numbers that have them.

use crate::math::elementary::{exp, ln, logistic};

/// The scale on which an estimate is taken as normal, so that its interval stays within its domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scale {
    /// The logarithm, of what is above 0.
    Log,
    /// ln p/(1−p), of a probability.
    Logit,
    /// The value itself, of what may be below 0.
    Real,
}

impl Scale {
    /// The place of a value on the scale.
    pub(crate) fn of(self, value: f64) -> f64 {
        match self {
            Self::Log => ln(value),
            Self::Logit => ln(value) - ln(1.0 - value),
            Self::Real => value,
        }
    }

    /// The value at a place on the scale.
    pub(crate) fn value_at(self, place: f64) -> f64 {
        match self {
            Self::Log => exp(place),
            Self::Logit => logistic(place),
            Self::Real => place,
        }
    }

    /// The value moved by this much on the scale.
    pub(crate) fn moved(self, value: f64, by: f64) -> f64 {
        match self {
            Self::Log => (value * exp(by)).min(f64::MAX),
            Self::Logit if value == 0.0 || value == 1.0 => value,
            Self::Logit => logistic(self.of(value) + by),
            Self::Real => value + by,
        }
    }

    /// The derivative of a value by its place on the scale.
    pub(crate) fn slope_at(self, value: f64) -> f64 {
        match self {
            Self::Log => value,
            Self::Logit => value * (1.0 - value),
            Self::Real => 1.0,
        }
    }
}
