//! The BG/NBD model.

mod alive;
mod batch;
mod by_age;
mod by_history;
mod fit;
mod future;
mod future_batch;
mod likelihood;
mod predict;
mod run_sums;
mod simulate;

use crate::Error;
use crate::error::positive;
use crate::estimation::{Parameters, Towards, wrong_number};
use crate::time::Unit;

/// The BG/NBD model: customers buy at random times at a rate of their own, and after every purchase
/// may leave for good, with a probability of their own.
///
/// While alive, a customer makes Poisson purchases at rate λ; after each purchase he drops out with
/// probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. A customer
/// who never bought again is alive by definition.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `r` | r, shape of the purchase rates | – | > 0 |
/// | `alpha` | α, their scale: the mean rate is r/α | time | > 0 |
/// | `a` | a | – | > 0 |
/// | `b` | b: the mean dropout probability is a/(a+b) | – | > 0 |
///
/// # Examples
/// ```
/// use loyalty_core::purchase::BgNbd;
/// use loyalty_core::summary::History;
/// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
/// let customer = History::new(2, 30.43, 38.86)?;
/// assert!((cdnow.p_alive(&customer) - 0.7265785701).abs() < 1e-10);
/// assert!((cdnow.expected_purchases(&customer, 39.0)? - 1.226028175).abs() < 1e-9);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie & Lee (2005), "Counting your customers" the easy way: an alternative to the
/// Pareto/NBD model, Marketing Science 24(2), 275–284.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
    unit: Option<Unit>,
}

impl BgNbd {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all four are from 1e-50 to 1e50.
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, Error> {
        Ok(Self {
            r: positive("r", r)?,
            alpha: positive("alpha", alpha)?,
            a: positive("a", a)?,
            b: positive("b", b)?,
            unit: None,
        })
    }

    /// The same model with a declared unit of time: it then refuses data in another.
    ///
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::time::Unit;
    /// let weekly = BgNbd::new(0.243, 4.414, 0.793, 2.426)?.with_unit(Some(Unit::Week));
    /// assert_eq!(weekly.unit(), Some(Unit::Week));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_unit(self, unit: Option<Unit>) -> Self {
        Self { unit, ..self }
    }

    /// The unit of time, where it is known.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// Shape of the purchase rates.
    pub fn r(&self) -> f64 {
        self.r
    }

    /// Scale of the purchase rates, in time units.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// First parameter of the dropout probabilities.
    pub fn a(&self) -> f64 {
        self.a
    }

    /// Second parameter of the dropout probabilities.
    pub fn b(&self) -> f64 {
        self.b
    }
}

impl Parameters for BgNbd {
    const KIND: &'static str = "bg-nbd";
    const NAMES: &'static [&'static str] = &["r", "alpha", "a", "b"];

    fn values(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    fn limit(&self, runaways: &[(&'static str, Towards)]) -> &'static str {
        // A mean dropout probability, or its complement, below this is none.
        const NONE: f64 = 1e-6;
        let runs = |name, towards| runaways.contains(&(name, towards));
        let any = |name| runs(name, Towards::Zero) || runs(name, Towards::Infinity);
        if self.a < NONE * self.b {
            "nobody is seen to leave: P(alive) is near 1, and forecasts know no decline"
        } else if self.b < NONE * self.a {
            "everybody leaves after the first repeat purchase: forecasts are near 0"
        } else if runs("a", Towards::Infinity) && runs("b", Towards::Infinity) {
            "all customers leave with the same probability a/(a+b), and forecasts use it"
        } else if runs("a", Towards::Zero) && runs("b", Towards::Zero) {
            "customers leave after their first repeat purchase or never; forecasts count on the \
             loyalty of whoever has stayed"
        } else if runs("r", Towards::Infinity) {
            "all customers buy at the same rate r/alpha, and forecasts use it"
        } else if runs("r", Towards::Zero) {
            "a few customers make nearly all purchases: the rate of new ones is open"
        } else if any("alpha") {
            "the time scale of the purchases is open: forecasts beyond the data are not to be used"
        } else {
            ""
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        let &[r, alpha, a, b] = values else {
            return Err(wrong_number(Self::NAMES, values));
        };
        Ok(Self::new(r, alpha, a, b)?.with_unit(self.unit))
    }
}
