//! The shifted beta-geometric model.

use super::curve::Curve;
use super::process::{ContractProcess, mixtures, of_mixture};
use crate::Error;
use crate::error::positive;
use crate::estimation::{Parameter, Parameters, Towards, exactly};

/// The shifted beta-geometric model (sBG): at each renewal a customer leaves with a chance of their own.
///
/// The chance θ does not change with time; over the customers θ ~ Beta(γ, δ). That the retention of a cohort
/// rises with its age is then no matter of loyalty that grows: who is likely to leave has left.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `gamma` | α or γ: with δ, the mean chance to leave is γ/(γ+δ) | – | > 0 |
/// | `delta` | β or δ | – | > 0 |
///
/// ```text
/// S(t)                = B(γ, δ+t) / B(γ, δ)
/// retention after n   = (δ+n) / (γ+δ+n)
/// ```
///
/// # Examples
/// ```
/// use loyalty_core::contracts::{ContractModel, RenewalHorizon, Sbg};
/// let regular = Sbg::new(0.704, 1.182)?;
/// assert!((regular.survival(0, 1) - 1.182 / 1.886).abs() < 1e-15);
/// assert!(regular.retention(5) > regular.retention(0));
/// let forever = RenewalHorizon::forever(0.1)?;
/// assert!((regular.discounted_lifetime(&forever) - 3.7).abs() < 0.01);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader & Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1), 76–90;
/// Fader & Hardie (2010), Customer-base valuation in a contractual setting: the perils of ignoring
/// heterogeneity, Marketing Science 29(1), 85–93.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sbg {
    gamma: f64,
    delta: f64,
}

impl Sbg {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are from 1e-50 to 1e50.
    pub fn new(gamma: f64, delta: f64) -> Result<Self, Error> {
        Ok(Self { gamma: positive("gamma", gamma)?, delta: positive("delta", delta)? })
    }

    /// With δ, the mean chance to leave at the first renewal: γ/(γ+δ).
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// With γ, how alike customers are.
    pub fn delta(&self) -> f64 {
        self.delta
    }
}

/// What it says of the customers that γ and δ run away.
pub(super) fn limit_of_mixture(runaways: &[(&str, Towards)]) -> &'static str {
    let runs = |name, towards| runaways.contains(&(name, towards));
    let [gamma, delta] = ["gamma", "delta"].map(|name| runs(name, Towards::Zero));
    if runs("gamma", Towards::Infinity) {
        "all customers are equally likely to leave, and forecasts use one chance"
    } else if gamma && delta {
        "customers leave at their first renewal or never"
    } else if gamma || runs("delta", Towards::Infinity) {
        "hardly anybody is seen to leave: forecasts know no end"
    } else if delta {
        "hardly anybody is seen to renew"
    } else {
        ""
    }
}

impl Parameters for Sbg {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.gamma, self.delta]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        limit_of_mixture(runaways)
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        Self::of(values)
    }
}

impl ContractProcess for Sbg {
    const KIND: &'static str = "sbg";
    const TITLE: &'static str = "sBG";

    fn parameters() -> Vec<Parameter> {
        of_mixture().into()
    }

    fn of(values: &[f64]) -> Result<Self, Error> {
        let [gamma, delta] = exactly(values)?;
        Self::new(gamma, delta)
    }

    fn curve_of(values: &[f64]) -> Curve {
        Curve { gamma: values[0], delta: values[1], c: 1.0 }
    }

    fn starts(first_churn: f64) -> Vec<Vec<f64>> {
        mixtures(first_churn).map(Vec::from).into()
    }
}
