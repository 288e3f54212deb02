//! The Gamma-Gamma model.

mod fit;
mod likelihood;
mod simulate;

pub(super) use self::fit::{SpendLikelihood, fit_to, fittable, ln_likelihood, money, posterior_of};
pub(super) use self::likelihood::Spenders;
pub(super) use self::simulate::{draw_amounts, simulate, simulate_each};

use crate::Error;
use crate::error::positive;
use crate::estimation::{Dimension, Parameter, Parameters, Towards, exactly};

/// The Gamma-Gamma model: a customer's purchases vary around a mean of their own.
///
/// Amounts of one customer are Gamma(p, rate ν), independent of how often they buy; over the customers
/// ν ~ Gamma(q, rate v). The mean of x amounts is then all that matters of them.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `p` | p, shape of a customer's amounts | – | > 0 |
/// | `q` | q, shape of the customers' rates; at q <= 1 the mean over customers is infinite | – | > 0 |
/// | `v` | γ, their scale | money | > 0 |
///
/// # Examples
/// ```
/// use loyalty_core::spend::{GammaGamma, SpendModel};
/// let cdnow = GammaGamma::new(6.25, 3.74, 15.44)?;
/// assert!((cdnow.expected_spend(2, 22.35)? - 24.66).abs() < 0.01);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025; Fader, Hardie & Lee
/// (2005), Journal of Marketing Research 42(4), 415–430.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

impl GammaGamma {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all three are from 1e-50 to 1e50.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self, Error> {
        Ok(Self { p: positive("p", p)?, q: positive("q", q)?, v: positive("v", v)? })
    }

    /// Its parameters, in order.
    pub(super) fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::positive("p", Dimension::None).weakly(3.0, 1.2),
            Parameter::positive("q", Dimension::None).weakly(3.0, 1.2),
            Parameter::positive("v", Dimension::Money).weakly(0.5, 1.5),
        ]
    }

    pub(super) fn of(values: &[f64]) -> Result<Self, Error> {
        let [p, q, v] = exactly(values)?;
        Self::new(p, q, v)
    }

    /// Shape of a customer's amounts.
    pub fn p(&self) -> f64 {
        self.p
    }

    /// Shape of the customers' rates.
    pub fn q(&self) -> f64 {
        self.q
    }

    /// Scale of the customers' rates, in money.
    pub fn v(&self) -> f64 {
        self.v
    }

    /// The expected spend, where it is finite.
    pub(super) fn spend(&self, transactions: u32, mean: f64) -> f64 {
        let x = f64::from(transactions);
        self.p * (self.v + x * mean) / self.degrees(transactions)
    }

    /// p x + q − 1, which must be above 0 for the mean to be finite.
    pub(super) fn degrees(&self, transactions: u32) -> f64 {
        self.p * f64::from(transactions) + (self.q - 1.0)
    }
}

impl Parameters for GammaGamma {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.p, self.q, self.v]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        let runs = |name, towards| runaways.contains(&(name, towards));
        if runs("p", Towards::Infinity) {
            "a customer's amounts are all alike: forecasts use what each has spent"
        } else if runs("q", Towards::Infinity) {
            "all customers spend the same on average, and forecasts use the common mean"
        } else if runs("q", Towards::Zero) {
            "a few customers spend nearly everything: the mean of new ones is infinite"
        } else {
            ""
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        Self::of(values)
    }
}
