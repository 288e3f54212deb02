//! The beta-discrete-Weibull model.

use super::curve::Curve;
use super::process::{ContractProcess, mixtures, of_mixture};
use super::sbg::limit_of_mixture;
use crate::Error;
use crate::error::positive;
use crate::estimation::{Dimension, Parameter, Parameters, Towards, exactly};

/// The beta-discrete-Weibull model (BdW): the chance of a customer to leave may change as they stay.
///
/// A customer survives t renewals with probability (1−θ)^(t^c); over the customers θ ~ Beta(γ, δ). With c
/// above 1 a customer becomes more likely to leave, below 1 less; at c = 1 it is the [`Sbg`](super::Sbg).
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `gamma` | γ: with δ, the mean chance to leave at the first renewal is γ/(γ+δ) | – | > 0 |
/// | `delta` | δ | – | > 0 |
/// | `c` | c, how a customer's chance to leave changes with time | – | > 0 |
///
/// ```text
/// S(t) = B(γ, δ+t^c) / B(γ, δ)
/// ```
///
/// # Examples
/// ```
/// use loyalty_core::contracts::{Bdw, ContractModel, Sbg};
/// let high_end = Bdw::new(0.214253, 1.426575, 1.723565)?;
/// assert!((high_end.survival(0, 12) - 0.4039).abs() < 1e-4);
/// assert_eq!(Bdw::new(0.7, 1.2, 1.0)?.survival(2, 3), Sbg::new(0.7, 1.2)?.survival(2, 3));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie, Liu, Davin & Steenburgh (2018), "How to project customer retention" revisited: the role of
/// duration dependence, Journal of Interactive Marketing 43, 1–16.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bdw {
    gamma: f64,
    delta: f64,
    c: f64,
}

impl Bdw {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all three are from 1e-50 to 1e50.
    pub fn new(gamma: f64, delta: f64, c: f64) -> Result<Self, Error> {
        let (gamma, delta) = (positive("gamma", gamma)?, positive("delta", delta)?);
        Ok(Self { gamma, delta, c: positive("c", c)? })
    }

    /// With δ, the mean chance to leave at the first renewal: γ/(γ+δ).
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// With γ, how alike customers are.
    pub fn delta(&self) -> f64 {
        self.delta
    }

    /// How a customer's chance to leave changes with time: rising above 1, falling below.
    pub fn c(&self) -> f64 {
        self.c
    }
}

impl Parameters for Bdw {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.gamma, self.delta, self.c]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        let runs = |name, towards| runaways.contains(&(name, towards));
        if runs("c", Towards::Zero) {
            "whoever has renewed once stays"
        } else if runs("c", Towards::Infinity) {
            "customers leave at their second renewal or never"
        } else {
            limit_of_mixture(runaways)
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        Self::of(values)
    }
}

impl ContractProcess for Bdw {
    const KIND: &'static str = "bdw";
    const TITLE: &'static str = "BdW";

    fn parameters() -> Vec<Parameter> {
        // The c of published cohorts lie from .6 to 2.
        let c = Parameter::positive("c", Dimension::None).weakly(1.0, 0.5);
        of_mixture().into_iter().chain([c]).collect()
    }

    fn of(values: &[f64]) -> Result<Self, Error> {
        let [gamma, delta, c] = exactly(values)?;
        Self::new(gamma, delta, c)
    }

    fn curve_of(values: &[f64]) -> Curve {
        Curve { gamma: values[0], delta: values[1], c: values[2] }
    }

    fn starts(first_churn: f64) -> Vec<Vec<f64>> {
        let with = |c: f64| mixtures(first_churn).map(|[gamma, delta]| vec![gamma, delta, c]);
        [1.0, 2.0, 0.5].map(with).into_iter().flatten().collect()
    }
}
