//! What a model of contracts has to say; everything else follows from it.

use std::fmt;

use super::curve::Curve;
use crate::Error;
use crate::estimation::{Parameter, Parameters};

/// A model of contracts: a curve of survival with so many free parameters, γ and δ the first of them.
pub(crate) trait ContractProcess:
    Parameters + Clone + PartialEq + fmt::Debug + Send + Sync + 'static
{
    /// The model's name in files, in C and on the command line.
    const KIND: &'static str;
    /// The model's name in messages.
    const TITLE: &'static str;

    /// Its parameters, in order: the first ones of γ, δ and c.
    fn parameters() -> Vec<Parameter>;

    /// The model with the values of these.
    fn of(values: &[f64]) -> Result<Self, Error>;

    /// The curve with the values of these.
    fn curve_of(values: &[f64]) -> Curve;

    /// Its curve.
    fn curve(&self) -> Curve {
        Self::curve_of(&self.values())
    }

    /// Values to start a fit from, where this share of customers leaves at the first renewal.
    fn starts(first_churn: f64) -> Vec<Vec<f64>>;
}

/// γ and δ of customers of whom this share leaves, and who differ hardly, much, or utterly.
pub(super) fn mixtures(churn: f64) -> [[f64; 2]; 3] {
    [2.0, 20.0, 0.2].map(|sum| [sum * churn, sum * (1.0 - churn)])
}

/// γ and δ as parameters.
pub(super) fn of_mixture() -> [Parameter; 2] {
    use crate::estimation::Dimension;
    // Means to leave from .05 to .95, and customers from nearly alike to utterly different, by two standard
    // deviations around the customers of a magazine (Fader & Hardie 2007: .7 and 1.2).
    let weak = |name, median| Parameter::positive(name, Dimension::None).weakly(median, 1.2);
    [weak("gamma", 0.7), weak("delta", 1.2)]
}
