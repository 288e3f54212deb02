//! What the BG/NBD says of one customer.

use super::BgNbd;
use crate::Error;
use crate::error::non_negative;
use crate::math::elementary::{ln, ln_1p, logistic};
use crate::math::{Renewals, ln_gamma_ratio};
use crate::purchase::discounting::Discounting;
use crate::summary::History;

impl BgNbd {
    /// Probability that a customer is still active at the end of observation.
    ///
    /// ```text
    /// P(alive | x, t_x, T) = 1 / (1 + a/(b+x−1) · ((α+T)/(α+t_x))^(r+x)),   x > 0
    ///                      = 1,                                             x = 0
    /// ```
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert_eq!(cdnow.p_alive(&History::new(0, 0.0, 38.86)?), 1.0);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005); Fader & Hardie (2008), note 021.
    pub fn p_alive(&self, history: &History) -> f64 {
        logistic(self.ln_odds_alive(history))
    }

    /// ln of P(alive) over 1 − P(alive); infinite where x is 0.
    pub(super) fn ln_odds_alive(&self, history: &History) -> f64 {
        let (t_x, t) = (history.t_x(), history.t());
        let since = ln_1p((t - t_x) / (self.alpha + t_x));
        self.ln_odds(history.x()) - (self.r + f64::from(history.x())) * since
    }

    /// Expected number of purchases within `horizon` after the end of observation.
    ///
    /// ```text
    /// E[Y(t) | x, t_x, T] = P(alive) · G(r+x, t/(α+T), a, b+x)
    /// G(s, z, a, b) = (a+b−1)/(a−1) · [1 − (1+z)^−s ₂F₁(s, b; a+b−1; z/(1+z))]
    /// ```
    ///
    /// evaluated by positive terms only, at a = 1 too, with relative error below 1e-12.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::History;
    /// let model = BgNbd::new(0.5, 5.0, 1.0, 2.0)?;
    /// let expected = model.expected_purchases(&History::new(2, 10.0, 20.0)?, 30.0)?;
    /// assert!((expected - 0.998176346271).abs() < 1e-12);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 10.
    pub fn expected_purchases(&self, history: &History, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        let z = horizon / (self.alpha + history.t());
        Ok(self.p_alive(history) * self.renewals(history.x()).at(z))
    }

    /// Expected number of purchases of a new customer within `horizon` after the first purchase,
    /// which is not counted.
    ///
    /// ```text
    /// E[X(t)] = G(r, t/α, a, b)
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// let cdnow = loyalty_core::purchase::BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((cdnow.expected_purchases_new_customer(78.0)? - 1.8605).abs() < 1e-4);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 9.
    pub fn expected_purchases_new_customer(&self, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        Ok(self.renewals(0).at(horizon / self.alpha))
    }

    /// Probability that a new customer makes exactly `n` purchases within `t` after the first, which
    /// is not counted.
    ///
    /// ```text
    /// P(X(t)=n) = B(a, b+n)/B(a, b) · [P(N=n) + [n>0] a/(b+n−1) · P(N>=n)]
    /// ```
    ///
    /// with N negative binomial, the purchases of a customer who cannot drop out.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless t is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// let cdnow = loyalty_core::purchase::BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((cdnow.probability_of_n_purchases(0, 39.0)? - 0.5737863521).abs() < 1e-10);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 8.
    pub fn probability_of_n_purchases(&self, n: u32, t: f64) -> Result<f64, Error> {
        let t = non_negative("t", t)?;
        Ok(self.coming(0, t / self.alpha).exactly(n))
    }

    /// Discounted expected purchases after the end of observation; see [`Discounting`].
    ///
    /// Over a horizon without end these are the discounted expected residual transactions (DERT):
    ///
    /// ```text
    /// DERT = P(alive) · ∫₀^∞ e^(−δt) dE(t) = P(alive) · E[λ/(λp + δ)]
    /// λ ~ Gamma(r+x, α+T),  p ~ Beta(a, b+x)
    /// ```
    ///
    /// by Gauss–Legendre quadrature, relative error below 1e-12.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, Discounting};
    /// use loyalty_core::summary::History;
    /// use loyalty_core::time::Unit;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// let undiscounted = Discounting::continuous(39.0, 0.0)?;
    /// assert_eq!(
    ///     cdnow.discounted_purchases(&customer, &undiscounted),
    ///     cdnow.expected_purchases(&customer, 39.0)?
    /// );
    /// let residual = Discounting::annual(f64::INFINITY, 0.10, Unit::Week)?;
    /// assert!((cdnow.discounted_purchases(&customer, &residual) - 6.371743).abs() < 1e-6);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), RFM and CLV: using iso-value curves for customer base analysis,
    /// Journal of Marketing Research 42(4), 415–430.
    pub fn discounted_purchases(&self, history: &History, discounting: &Discounting) -> f64 {
        let if_alive = self.renewals(history.x());
        self.p_alive(history) * discounting.purchases(&if_alive, self.alpha + history.t())
    }

    /// ln((b+x−1)/a), infinite at x = 0, where nobody can have dropped out.
    pub(super) fn ln_odds(&self, x: u32) -> f64 {
        match x {
            0 => f64::INFINITY,
            x => ln((self.b + (f64::from(x) - 1.0)) / self.a),
        }
    }

    /// The purchases of a customer who is alive after x of them, at z = t/(α+T).
    pub(super) fn renewals(&self, x: u32) -> Renewals {
        let x = f64::from(x);
        Renewals::new(self.r + x, self.a, self.b + x)
    }

    /// The same for this many customers.
    pub(super) fn renewals_of_many(&self, x: u32, customers: usize) -> Renewals {
        let renewals = self.renewals(x);
        // A table pays from a handful of customers on.
        if customers < 4 { renewals } else { renewals.tabulated() }
    }
}

/// ln B(a, b+n)/B(a, b), the probability to survive n purchases.
pub(super) fn ln_survived(a: f64, b: f64, n: f64) -> f64 {
    // Two equal forms; the one with the smaller shift keeps more digits.
    if a < n {
        ln_gamma_ratio(b, a) - ln_gamma_ratio(b + n, a)
    } else {
        ln_gamma_ratio(b, n) - ln_gamma_ratio(a + b, n)
    }
}
