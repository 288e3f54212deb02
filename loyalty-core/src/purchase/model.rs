//! What every model of purchases predicts.

use super::{Discounting, Future, FutureDraws, Futures, PurchaseKind};
use crate::Error;
use crate::parallel::Threads;
use crate::summary::{CustomerSummary, History};
use crate::time::Unit;

/// A model of when customers buy: all that can be asked of one, whichever it is.
///
/// Every model of the [`registry`](PurchaseKind) has these predictions, and so has
/// [`AnyPurchaseModel`](super::AnyPurchaseModel), which holds one of any kind. A prediction for one
/// customer and the same for many (`_into`) have the same bits; the latter shares the work that customers
/// have in common and uses threads.
///
/// A customer is a [`History`] of x repeat purchases, the last at t_x, observed until T; a new customer is
/// one of whom nothing is known but the first purchase. Formulas are those of the BG/NBD, with k = x, and
/// of the MBG/NBD, with k = x + 1 ([`BgNbd`](super::BgNbd) has the parameters); the page of another model has
/// its own.
pub trait PurchaseModel: std::fmt::Debug + Send + Sync {
    /// Which model it is.
    fn kind(&self) -> PurchaseKind;

    /// The unit of time, where it is known: the model then refuses data in another.
    fn unit(&self) -> Option<Unit>;

    /// Probability that a customer is still active at the end of observation.
    ///
    /// ```text
    /// P(alive | x, t_x, T) = 1 / (1 + a/(b+k−1) · ((α+T)/(α+t_x))^(r+x)),   k > 0
    ///                      = 1,                                             k = 0
    /// ```
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert_eq!(cdnow.p_alive(&History::new(0, 0.0, 38.86)?), 1.0);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005); Fader & Hardie (2008), note 021.
    fn p_alive(&self, history: &History) -> f64;

    /// Probability that a customer is still active `horizon` after the end of observation.
    ///
    /// ```text
    /// P(alive at T+t | x, t_x, T) = P(alive) · S(r+x, t/(α+T), a, b+k)
    /// S(s, z, a, b) = E[(1 + pz)^−s] = ₂F₁(s, a; a+b; −z),  p ~ Beta(a, b)
    /// ```
    ///
    /// A customer who is alive has λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+k), and stays until t with
    /// probability e^(−λpt). Relative error below 1e-12.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
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
    fn p_alive_at(&self, history: &History, horizon: f64) -> Result<f64, Error>;

    /// Expected number of purchases within `horizon` after the end of observation.
    ///
    /// ```text
    /// E[Y(t) | x, t_x, T] = P(alive) · G(r+x, t/(α+T), a, b+k)
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
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::History;
    /// let model = BgNbd::new(0.5, 5.0, 1.0, 2.0)?;
    /// let expected = model.expected_purchases(&History::new(2, 10.0, 20.0)?, 30.0)?;
    /// assert!((expected - 0.998176346271).abs() < 1e-12);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 10.
    fn expected_purchases(&self, history: &History, horizon: f64) -> Result<f64, Error>;

    /// Discounted expected purchases after the end of observation; see [`Discounting`].
    ///
    /// Over a horizon without end these are the discounted expected residual transactions (DERT):
    ///
    /// ```text
    /// DERT = P(alive) · ∫₀^∞ e^(−δt) dE(t) = P(alive) · E[λ/(λp + δ)]
    /// λ ~ Gamma(r+x, α+T),  p ~ Beta(a, b+k)
    /// ```
    ///
    /// by Gauss–Legendre quadrature, relative error below 1e-12.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
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
    fn discounted_purchases(&self, history: &History, discounting: &Discounting) -> f64;

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
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// assert!((cdnow.p_no_purchase(&customer, 39.0)? - 0.44537286).abs() < 1e-8);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 8 under the posterior of λ and p.
    fn p_no_purchase(&self, history: &History, horizon: f64) -> Result<f64, Error>;

    /// Probability that a customer makes exactly `n` purchases within `horizon` after the end of
    /// observation.
    ///
    /// ```text
    /// P(Y(t)=n | x, t_x, T) = [n=0] (1 − P(alive)) + P(alive) · P(n of a customer who is alive)
    /// ```
    ///
    /// where the last is [`PurchaseModel::p_n_purchases_new_customer`] with r+x, α+T and b+x for r, α and b.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
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
    fn p_n_purchases(&self, history: &History, n: u32, horizon: f64) -> Result<f64, Error>;

    /// Distribution of the number of purchases within `horizon` after the end of observation: `out[n]`
    /// is the probability of n purchases, and the last value that of as many **or more**, so that the
    /// values add up to 1.
    ///
    /// ```text
    /// P(Y(t) >= n | x, t_x, T) = P(alive) · B(a, b+k+n−1)/B(a, b+k) · P(N >= n),   n > 0
    /// ```
    ///
    /// with N negative binomial, the purchases of a customer who cannot drop out: they must survive
    /// n − 1 purchases to make n.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50, [`Error::Empty`] where `out` is.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::History;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let customer = History::new(2, 30.43, 38.86)?;
    /// let mut out = [0.0; 4];
    /// cdnow.purchase_distribution(&customer, 39.0, &mut out)?;
    /// assert_eq!(out[2], cdnow.p_n_purchases(&customer, 2, 39.0)?);
    /// assert!((out.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn purchase_distribution(
        &self,
        history: &History,
        horizon: f64,
        out: &mut [f64],
    ) -> Result<(), Error>;

    /// Expected number of purchases of a new customer within `horizon` after the first purchase,
    /// which is not counted.
    ///
    /// ```text
    /// E[X(t)] = P(alive | 0, 0, 0) · G(r, t/α, a, b+k),   x = 0
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the horizon is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((cdnow.expected_purchases_new_customer(78.0)? - 1.8605).abs() < 1e-4);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 9.
    fn expected_purchases_new_customer(&self, horizon: f64) -> Result<f64, Error>;

    /// Probability that a new customer makes exactly `n` purchases within `t` after the first, which
    /// is not counted.
    ///
    /// ```text
    /// P(X(t)=n) = B(a, b+n)/B(a, b) · [P(N=n) + [n>0] a/(b+n−1) · P(N>=n)],   k = x
    /// ```
    ///
    /// with N negative binomial, the purchases of a customer who cannot drop out.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless t is from 0 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((cdnow.p_n_purchases_new_customer(0, 39.0)? - 0.5737863521).abs() < 1e-10);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    ///
    /// # References
    /// Fader, Hardie & Lee (2005), eq. 8.
    fn p_n_purchases_new_customer(&self, n: u32, t: f64) -> Result<f64, Error>;

    /// [`PurchaseModel::p_alive`] of every customer; `out` has one value per customer, in row order.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model, [`Error::Length`] where
    /// `out` is not as long as the summary.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.p_alive_into(&customers, &mut out, Threads::default())?;
    /// assert_eq!(out, [cdnow.p_alive(&customers.history(0)), 1.0]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn p_alive_into(
        &self,
        customers: &CustomerSummary,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`PurchaseModel::p_alive_at`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`PurchaseModel::expected_purchases_into`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.p_alive_at_into(&customers, 39.0, &mut out, Threads::default())?;
    /// assert_eq!(out[0], cdnow.p_alive_at(&customers.history(0), 39.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn p_alive_at_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`PurchaseModel::expected_purchases`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`PurchaseModel::p_alive_into`], and [`Error::Parameter`] unless the horizon is finite and at least
    /// 0.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.expected_purchases_into(&customers, 39.0, &mut out, Threads::default())?;
    /// assert_eq!(out[1], cdnow.expected_purchases(&customers.history(1), 39.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn expected_purchases_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`PurchaseModel::discounted_purchases`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`PurchaseModel::p_alive_into`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// use loyalty_core::time::Unit;
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let year = Discounting::annual(52.0, 0.1, Unit::Week)?;
    /// let mut out = [0.0; 2];
    /// cdnow.discounted_purchases_into(&customers, &year, &mut out, Threads::default())?;
    /// assert_eq!(out[0], cdnow.discounted_purchases(&customers.history(0), &year));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn discounted_purchases_into(
        &self,
        customers: &CustomerSummary,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// The same to a relative error below 1e-11, by interpolation between the customers' T: where hardly two
    /// share one, many customers are done in a fraction of the time, and one alone in several times theirs. A
    /// customer has the same bits alone and among others.
    ///
    /// For each x, and phase where there are such, the discounted purchases of a customer who is alive are a smooth
    /// function of T; it is followed by Chebyshev polynomials on octaves of T, halved until they have converged.
    ///
    /// # Errors
    /// As [`PurchaseModel::p_alive_into`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// use loyalty_core::time::Unit;
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let year = Discounting::annual(52.0, 0.1, Unit::Week)?;
    /// let mut out = [0.0; 2];
    /// cdnow.discounted_purchases_by_age_into(&customers, &year, &mut out, Threads::default())?;
    /// let exact = cdnow.discounted_purchases(&customers.history(0), &year);
    /// assert!((out[0] / exact - 1.0).abs() < 1e-11);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn discounted_purchases_by_age_into(
        &self,
        customers: &CustomerSummary,
        discounting: &Discounting,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`PurchaseModel::p_no_purchase`] of every customer; `out` has one value per customer.
    ///
    /// # Errors
    /// As [`PurchaseModel::expected_purchases_into`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.p_no_purchase_into(&customers, 39.0, &mut out, Threads::default())?;
    /// assert_eq!(out[1], cdnow.p_no_purchase(&customers.history(1), 39.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn p_no_purchase_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`PurchaseModel::purchase_distribution`] of every customer; `out` has `counts` values per customer, one
    /// customer after the other.
    ///
    /// # Errors
    /// As [`PurchaseModel::expected_purchases_into`], and [`Error::Empty`] where `counts` is 0.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let (mut out, mut one) = ([0.0; 6], [0.0; 3]);
    /// cdnow.purchase_distribution_into(&customers, 39.0, 3, &mut out, Threads::default())?;
    /// cdnow.purchase_distribution(&customers.history(1), 39.0, &mut one)?;
    /// assert_eq!(out[3..], one);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn purchase_distribution_into(
        &self,
        customers: &CustomerSummary,
        horizon: f64,
        counts: usize,
        out: &mut [f64],
        threads: Threads,
    ) -> Result<(), Error>;

    /// [`PurchaseModel::expected_purchases_new_customer`] at each horizon; `out` has one value per horizon.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless every horizon is from 0 to 1e50, [`Error::Length`] where `out` is
    /// not as long as the horizons.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut out = [0.0; 2];
    /// cdnow.expected_purchases_new_customer_into(&[39.0, 78.0], &mut out)?;
    /// assert_eq!(out[1], cdnow.expected_purchases_new_customer(78.0)?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn expected_purchases_new_customer_into(
        &self,
        horizons: &[f64],
        out: &mut [f64],
    ) -> Result<(), Error>;

    /// ln L of a summary at these parameters.
    ///
    /// # Errors
    /// [`Error::Unit`] where the summary is in another unit than the model.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let summary = CustomerSummary::new(&SummaryColumns::new(&[2.0], &[30.43], &[38.86]))?;
    /// let model = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// assert!((model.log_likelihood(&summary)? + 9.4586).abs() < 1e-4);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn log_likelihood(&self, summary: &CustomerSummary) -> Result<f64, Error>;

    /// Histories of new customers who behave as the model says, each observed for its `t` from the
    /// first purchase on.
    ///
    /// A customer's rate and dropout probability are drawn from their gamma and beta distributions, then
    /// the purchases one by one. Row i depends on the seed and i alone, whatever the number of threads.
    ///
    /// # Errors
    /// [`Error::Parameter`] where a t is not from 0 to 1e50, or r/α times the longest is beyond 1e6
    /// purchases, [`Error::Empty`] without customers.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::FitOptions;
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
    /// let customers = truth.simulate(&[39.0; 5000], 7, Threads::default())?;
    /// let found = BgNbd::fit(&customers, &FitOptions::default())?.model;
    /// assert!((found.r() - 0.8).abs() < 0.1);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn simulate(&self, t: &[f64], seed: u64, threads: Threads) -> Result<CustomerSummary, Error>;

    /// Draws what every customer will do, and shows it draw by draw and customer by customer: nothing is held.
    ///
    /// ```text
    /// alive            with P(alive | x, t_x, T)
    /// rate, dropout    of who is alive, from their posterior given x, t_x and T: here λ ~ Gamma(r+x, α+T) and
    ///                  p ~ Beta(a, b+k); of regular customers also the phase since the last purchase
    /// purchases        one by one, up to the horizon or until they leave
    /// ```
    ///
    /// The draws are exact: within the horizon they have the distribution of
    /// [`PurchaseModel::purchase_distribution`]. Customers are drawn in order of their rows in the calling
    /// thread; [`PurchaseModel::simulate_future`] uses several and keeps the counts.
    ///
    /// # Errors
    /// As [`PurchaseModel::p_alive_into`], and [`Error::Parameter`] unless the horizon is from 0 to 1e50 and short enough
    /// for at most 1e6 purchases of a customer.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, FutureDraws, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let mut purchases = 0;
    /// let how = FutureDraws::new(39.0, 1000);
    /// cdnow.each_future(&customers, &how, &mut |future| {
    ///     assert!(future.alive || future.purchases.is_empty());
    ///     purchases += future.purchases.len();
    /// })?;
    /// assert!((f64::from(u32::try_from(purchases).unwrap_or(0)) / 1000.0 - 1.42).abs() < 0.15);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn each_future(
        &self,
        customers: &CustomerSummary,
        how: &FutureDraws,
        see: &mut dyn FnMut(&Future<'_>),
    ) -> Result<(), Error>;

    /// The same as a table of counts: purchases within the horizon, and who is alive, of every draw of every
    /// customer. Of many customers [`PurchaseModel::each_future`] needs no such room.
    ///
    /// # Errors
    /// As [`PurchaseModel::each_future`].
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, FutureDraws, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let columns = SummaryColumns::new(&[2.0, 0.0], &[30.43, 0.0], &[38.86, 38.86]);
    /// let customers = CustomerSummary::new(&columns)?;
    /// let cdnow = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    /// let how = FutureDraws::new(39.0, 1000);
    /// let futures = cdnow.simulate_future(&customers, &how, Threads::default())?;
    /// let alive = futures.alive[..1000].iter().filter(|alive| **alive).count();
    /// assert!((alive as f64 / 1000.0 - cdnow.p_alive(&customers.history(0))).abs() < 0.05);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    fn simulate_future(
        &self,
        customers: &CustomerSummary,
        how: &FutureDraws,
        threads: Threads,
    ) -> Result<Futures, Error>;
}
