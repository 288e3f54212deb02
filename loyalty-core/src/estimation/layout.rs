//! The parameters of a model: their names, their scales and what their unit follows.

use std::borrow::Cow;

use super::scale::Scale;
use crate::Error;
use crate::error::positive;

/// One parameter of a model, as fits, files and tables know it.
///
/// A layout is known at run time only: a model with covariates has one coefficient for each of them, and
/// they are called as their columns are.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{Dimension, Scale};
/// use loyalty_core::purchase::PurchaseKind;
/// let layout = PurchaseKind::BgNbd.layout();
/// assert_eq!(layout[1].name, "alpha");
/// assert_eq!((layout[1].scale, layout[1].dimension), (Scale::Log, Dimension::Time));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// Its name in files, options and tables.
    pub name: Cow<'static, str>,
    /// The scale on which the solver moves it and its estimate is taken as normal.
    pub scale: Scale,
    /// What it is measured in.
    pub dimension: Dimension,
    /// What may be taken as known of it before the data, where nobody says more: median and standard
    /// deviation of the logarithm, in multiples of the data's unit where it has one; of a parameter on another
    /// scale, mean and standard deviation of its place there.
    pub(crate) weak: [f64; 2],
}

/// What a parameter is measured in: it moves with the unit of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dimension {
    /// Nothing: it is the same in weeks and days, euros and cents.
    None,
    /// The model's unit of time.
    Time,
    /// Money.
    Money,
}

impl Parameter {
    /// A parameter above 0.
    pub(crate) const fn positive(name: &'static str, dimension: Dimension) -> Self {
        // Within a factor of 20 of the data's own unit, by two standard deviations.
        Self { name: Cow::Borrowed(name), scale: Scale::Log, dimension, weak: [1.0, 1.5] }
    }

    /// A probability, by its log-odds.
    pub(crate) const fn probability(name: &'static str) -> Self {
        // From 1 in 40 to 6 in 7, by two standard deviations.
        let (name, weak) = (Cow::Borrowed(name), [-1.0, 1.3]);
        Self { name, scale: Scale::Logit, dimension: Dimension::None, weak }
    }

    /// A parameter without bounds, such as the coefficient of a covariate on its standardised scale.
    pub(crate) fn real(name: impl Into<Cow<'static, str>>) -> Self {
        // A standard deviation of the covariate moves a rate by less than a factor of 8, by two of the prior's.
        let (name, weak) = (name.into(), [0.0, 1.0]);
        Self { name, scale: Scale::Real, dimension: Dimension::None, weak }
    }

    /// The same with another weak prior.
    pub(crate) const fn weakly(mut self, median: f64, sigma: f64) -> Self {
        self.weak = [median, sigma];
        self
    }

    /// Accepts a value within the parameter's domain.
    pub(crate) fn check(&self, value: f64) -> Result<f64, Error> {
        match self.scale {
            Scale::Log => positive(self.name.clone(), value),
            Scale::Logit if value > 0.0 && value < 1.0 => Ok(value),
            Scale::Logit => Err(self.outside("above 0 and below 1", value)),
            Scale::Real if value.abs() <= crate::error::LARGEST => Ok(value),
            Scale::Real => Err(self.outside("from -1e50 to 1e50", value)),
        }
    }

    fn outside(&self, expected: &'static str, value: f64) -> Error {
        Error::parameter(self.name.clone(), expected, value)
    }
}
