//! What the BG/NBD says of one customer's future: will he still be there, will he buy, how often?

use super::BgNbd;
use super::predict::ln_survived;
use crate::Error;
use crate::error::non_negative;
use crate::math::elementary::{exp, ln_1p, logistic};
use crate::math::{Survival, negative_binomial_ln_pmf, negative_binomial_upper_tail};
use crate::summary::History;

impl BgNbd {
    /// Probability that a customer is still active `horizon` after the end of observation.
    ///
    /// ```text
    /// P(alive at T+t | x, t_x, T) = P(alive) · S(r+x, t/(α+T), a, b+x)
    /// S(s, z, a, b) = E[(1 + pz)^−s] = ₂F₁(s, a; a+b; −z),  p ~ Beta(a, b)
    /// ```
    ///
    /// A customer who is alive has λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+x), and stays until t with
    /// probability e^(−λpt). Relative error below 1e-12.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// assert_eq!(cdnow.p_alive_at(&customer, 0.0)?, cdnow.p_alive(&customer));
    /// assert!((cdnow.p_alive_at(&customer, 39.0)? - 0.567138).abs() < 1e-6);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// From the posterior of λ and p in Fader, Hardie & Lee (2005), Marketing Science 24(2), appendix.
    pub fn p_alive_at(&self, history: &History, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        let z = horizon / (self.alpha + history.t());
        Ok(self.p_alive(history) * self.survival(history.x()).at(z))
    }

    /// Probability that a customer makes no purchase within `horizon` after the end of observation.
    ///
    /// ```text
    /// P(Y(t)=0 | x, t_x, T) = 1 − P(alive) + P(alive) · ((α+T)/(α+T+t))^(r+x)
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// assert!((cdnow.p_no_purchase(&customer, 39.0)? - 0.44537286).abs() < 1e-8);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 8 under the posterior of λ and p.
    pub fn p_no_purchase(&self, history: &History, horizon: f64) -> Result<f64, Error> {
        Ok(self.no_purchase(history, non_negative("horizon", horizon)?))
    }

    pub(super) fn no_purchase(&self, history: &History, horizon: f64) -> f64 {
        let z = horizon / (self.alpha + history.t());
        let none = self.coming(history.x(), z).none();
        (self.p_gone(history) + self.p_alive(history) * none).min(1.0)
    }

    /// Probability that a customer makes exactly `n` purchases within `horizon` after the end of
    /// observation.
    ///
    /// ```text
    /// P(Y(t)=n | x, t_x, T) = [n=0] (1 − P(alive)) + P(alive) · P(n of a customer who is alive)
    /// ```
    ///
    /// where the last is [`BgNbd::probability_of_n_purchases`] with r+x, α+T and b+x for r, α and b.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// assert!((cdnow.p_n_purchases(&customer, 1, 39.0)? - 0.239319).abs() < 1e-6);
    /// assert_eq!(
    ///     cdnow.p_n_purchases(&customer, 0, 39.0)?,
    ///     cdnow.p_no_purchase(&customer, 39.0)?
    /// );
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 8 under the posterior of λ and p.
    pub fn p_n_purchases(&self, history: &History, n: u32, horizon: f64) -> Result<f64, Error> {
        let horizon = non_negative("horizon", horizon)?;
        if n == 0 {
            return Ok(self.no_purchase(history, horizon));
        }
        let z = horizon / (self.alpha + history.t());
        Ok(self.p_alive(history) * self.coming(history.x(), z).exactly(n))
    }

    /// Distribution of the number of purchases within `horizon` after the end of observation: `out[n]`
    /// is the probability of n purchases, and the last value that of as many **or more**, so that the
    /// values add up to 1.
    ///
    /// ```text
    /// P(Y(t) >= n | x, t_x, T) = P(alive) · B(a, b+x+n−1)/B(a, b+x) · P(N >= n),   n > 0
    /// ```
    ///
    /// with N negative binomial, the purchases of a customer who cannot drop out: he must survive
    /// n − 1 purchases to make n.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50, [`Error::Empty`] where `out` is.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// let mut out = [0.0; 4];
    /// cdnow.purchase_distribution(&customer, 39.0, &mut out)?;
    /// assert_eq!(out[2], cdnow.p_n_purchases(&customer, 2, 39.0)?);
    /// assert!((out.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn purchase_distribution(
        &self,
        history: &History,
        horizon: f64,
        out: &mut [f64],
    ) -> Result<(), Error> {
        let horizon = non_negative("horizon", horizon)?;
        check_counts(out.len())?;
        let z = horizon / (self.alpha + history.t());
        let coming = self.coming(history.x(), z);
        let survived = coming.survived(out.len());
        coming.distribution(&survived, out);
        self.mix_with_gone(history, out);
        Ok(())
    }

    /// From the distribution of a customer who is alive to that of one who may be gone.
    pub(super) fn mix_with_gone(&self, history: &History, out: &mut [f64]) {
        let alive = self.p_alive(history);
        out.iter_mut().for_each(|probability| *probability *= alive);
        out[0] = (out[0] + self.p_gone(history)).min(1.0);
    }

    /// 1 − P(alive), without the cancellation.
    fn p_gone(&self, history: &History) -> f64 {
        match history.x() {
            0 => 0.0,
            _ => logistic(-self.ln_odds_alive(history)),
        }
    }

    /// The purchases to come of a customer who is alive after x of them, up to z = t/(α+T).
    pub(super) fn coming(&self, x: u32, z: f64) -> Coming {
        let x = f64::from(x);
        Coming { s: self.r + x, a: self.a, b: self.b + x, z }
    }

    /// The probability that a customer who is alive after x purchases stays, at z = t/(α+T).
    pub(super) fn survival(&self, x: u32) -> Survival {
        let x = f64::from(x);
        Survival::new(self.r + x, self.a, self.b + x)
    }
}

/// Accepts a distribution with at least one value.
pub(super) fn check_counts(counts: usize) -> Result<(), Error> {
    let in_range = u32::try_from(counts).is_ok() && counts > 0;
    let expected = "from 1 to 4294967295 counts";
    in_range.then_some(()).ok_or(Error::Empty { what: "the distribution", expected })
}

/// The number of purchases up to z of a customer who is alive: λ ~ Gamma(s, 1), p ~ Beta(a, b).
#[derive(Debug, Clone, Copy)]
pub(super) struct Coming {
    s: f64,
    a: f64,
    b: f64,
    z: f64,
}

impl Coming {
    /// P(exactly n) = B(a, b+n)/B(a, b) · [P(N=n) + [n>0] a/(b+n−1) · P(N>=n)].
    pub(super) fn exactly(&self, n: u32) -> f64 {
        self.exactly_where(n, exp(ln_survived(self.a, self.b, f64::from(n))))
    }

    /// P(exactly 0).
    fn none(&self) -> f64 {
        exp(-self.s * ln_1p(self.z))
    }

    /// P(exactly n) with the probability to survive n purchases at hand.
    fn exactly_where(&self, n: u32, survived: f64) -> f64 {
        match n {
            0 => self.none(),
            _ if self.z == 0.0 => 0.0,
            _ => {
                let exactly = exp(negative_binomial_ln_pmf(n, self.s, self.z));
                let ended = self.a / (self.b + (f64::from(n) - 1.0)) * self.reached(n);
                // The largest may be 1 but for rounding.
                (survived * (exactly + ended)).min(1.0)
            }
        }
    }

    /// P(N >= n).
    fn reached(&self, n: u32) -> f64 {
        if self.z == 0.0 { 0.0 } else { negative_binomial_upper_tail(n, self.s, self.z) }
    }

    /// The probabilities to survive 0, 1, 2, … purchases: they depend on a and b only.
    pub(super) fn survived(&self, counts: usize) -> Vec<f64> {
        (0_u32..).take(counts).map(|n| exp(ln_survived(self.a, self.b, f64::from(n)))).collect()
    }

    /// The probability of each number of purchases, and in the last place of as many or more.
    pub(super) fn distribution(&self, survived: &[f64], out: &mut [f64]) {
        let last = out.len() - 1;
        for ((n, out), &survived) in (0_u32..).zip(&mut out[..last]).zip(survived) {
            *out = self.exactly_where(n, survived);
        }
        out[last] = match u32::try_from(last) {
            Ok(n) if n > 0 => survived[last - 1] * self.reached(n),
            _ => 1.0,
        };
    }
}
