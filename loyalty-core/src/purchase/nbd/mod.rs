//! The NBD model.

use super::Discounting;
use super::gamma_poisson::{BLOCK as SUMS, RateSums, draw_each_purchase, draw_purchases};
use super::process::{BLOCK, Needs, PurchaseProcess, Rows, ShopSize, Stage};
use crate::Error;
use crate::error::positive;
use crate::estimation::{Dimension, Evaluation, Parameter, Parameters, Towards, exactly};
use crate::math::elementary::{exp, ln_1p};
use crate::math::random::Random;
use crate::math::{negative_binomial_ln_pmf, negative_binomial_upper_tail};
use crate::summary::History;
use crate::time::Unit;

/// The NBD model: customers buy at random times at a rate of their own, and never leave.
///
/// Customers make Poisson purchases at rate λ; over the customers λ ~ Gamma(r, rate α). It is what models with
/// dropout are held against: where it fits as well, nobody is seen to leave.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `r` | r, shape of the purchase rates | – | > 0 |
/// | `alpha` | α, their scale: the mean rate is r/α | time | > 0 |
///
/// ```text
/// ln L    = ln Γ(r+x)/Γ(r) + r ln α − (r+x) ln(α+T)
/// E[Y(t)] = (r+x) t/(α+T),   Y(t) ~ negative binomial(r+x, t/(α+T)),   P(alive) = 1
/// ```
///
/// # Examples
/// ```
/// use loyalty_core::purchase::{Nbd, PurchaseModel};
/// use loyalty_core::summary::History;
/// let model = Nbd::new(0.5, 10.0)?;
/// let customer = History::new(2, 30.0, 40.0)?;
/// assert_eq!(model.p_alive(&customer), 1.0);
/// assert_eq!(model.expected_purchases(&customer, 25.0)?, 2.5 * 25.0 / 50.0);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Ehrenberg (1959), The pattern of consumer purchases, Applied Statistics 8(1), 26–41.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nbd {
    r: f64,
    alpha: f64,
    unit: Option<Unit>,
}

impl Nbd {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless both are from 1e-50 to 1e50.
    pub fn new(r: f64, alpha: f64) -> Result<Self, Error> {
        Ok(Self { r: positive("r", r)?, alpha: positive("alpha", alpha)?, unit: None })
    }

    /// The same model with a declared unit of time: it then refuses data in another.
    #[must_use]
    pub fn with_unit(self, unit: Option<Unit>) -> Self {
        Self { unit, ..self }
    }

    /// Shape of the purchase rates.
    pub fn r(&self) -> f64 {
        self.r
    }

    /// Scale of the purchase rates, in time units.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Shape of a customer's rate after x repeat purchases.
    fn shape(&self, x: u32) -> f64 {
        self.r + f64::from(x)
    }
}

impl Parameters for Nbd {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.r, self.alpha]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        if runaways.contains(&("r", Towards::Infinity)) {
            "all customers buy at the same rate r/alpha, and forecasts use it"
        } else if runaways.contains(&("r", Towards::Zero)) {
            "a few customers make nearly all purchases: the rate of new ones is open"
        } else {
            ""
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        Self::of(values, self.unit)
    }
}

impl PurchaseProcess for Nbd {
    const KIND: &'static str = "nbd";
    const TITLE: &'static str = "NBD";
    const NEEDS: Needs = Needs::HISTORY;

    fn parameters() -> Vec<Parameter> {
        let rate = Parameter::positive("alpha", Dimension::Time).weakly(0.2, 1.5);
        vec![Parameter::positive("r", Dimension::None).weakly(0.5, 1.2), rate]
    }

    fn of(values: &[f64], unit: Option<Unit>) -> Result<Self, Error> {
        let [r, alpha] = exactly(values)?;
        Ok(Self::new(r, alpha)?.with_unit(unit))
    }

    fn time_unit(&self) -> Option<Unit> {
        self.unit
    }

    fn unfit(mut frequencies: impl Iterator<Item = u32>) -> Option<&'static str> {
        frequencies.all(|x| x == 0).then_some("no customer bought more than once")
    }

    fn starts(shop: &ShopSize) -> Vec<Vec<f64>> {
        // The mean rate of the data, and customers who differ much, hardly, or utterly.
        let rate = shop.purchases / shop.customers / shop.mean_time();
        [0.5, 5.0, 0.05].map(|r| vec![r, r / rate]).into()
    }

    type Sums = RateSums;

    fn sums(values: &[f64], _: u32, rows: Rows<'_>) -> RateSums {
        let (mut sums, mut buffers) = (RateSums::default(), [[0.0; SUMS]; 4]);
        for (t, weight) in rows.t.chunks(SUMS).zip(rows.weight.chunks(SUMS)) {
            sums.add(buffers.each_mut(), values[1], t, weight);
        }
        sums
    }

    fn add(values: &[f64], x: u32, sums: &RateSums, total: &mut Evaluation) {
        sums.add_to(total, f64::from(x), values[0], values[1]);
    }

    fn can_have_left(_: u32) -> bool {
        false
    }

    fn ln_odds_alive(&self, _: &History) -> f64 {
        f64::INFINITY
    }

    fn alive_terms(&self, _: u32) -> [f64; 2] {
        [0.0; 2]
    }

    fn p_alive_block(
        &self,
        _: &[[f64; BLOCK]; 2],
        _: &[f64; BLOCK],
        _: &[f64; BLOCK],
        out: &mut [f64],
    ) {
        out.fill(1.0);
    }

    fn purchases_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (shape, alpha) = (self.shape(x), self.alpha);
        move |t, out| {
            t.iter().zip(out).for_each(|(t, out)| *out = shape * horizon / (alpha + t));
        }
    }

    fn purchases_of_new(&self, _: usize) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (r, alpha) = (self.r, self.alpha);
        move |horizon, out| {
            horizon.iter().zip(out).for_each(|(horizon, out)| *out = r * horizon / alpha);
        }
    }

    fn survival_if_alive(
        &self,
        _: Stage,
        _: usize,
        _: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        |_: &mut [f64], out: &mut [f64]| out.fill(1.0)
    }

    fn discounted_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        discounting: &Discounting,
    ) -> impl Fn(f64) -> f64 + Send + Sync {
        let (shape, alpha) = (self.shape(x), self.alpha);
        let expected = move |z: &[f64], out: &mut [f64]| {
            z.iter().zip(out).for_each(|(z, out)| *out = shape * z);
        };
        move |t| discounting.purchases(expected, alpha + t, 1.0)
    }

    fn counts_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        horizon: f64,
    ) -> impl Fn(f64, &mut [f64]) + Send + Sync {
        let (shape, alpha) = (self.shape(x), self.alpha);
        move |t, out| {
            let (z, last) = (horizon / (alpha + t), out.len() - 1);
            for (n, out) in (0_u32..).zip(&mut out[..last]) {
                *out = exactly_at(n, shape, z);
            }
            out[last] = match u32::try_from(last) {
                Ok(n) if n > 0 && z > 0.0 => negative_binomial_upper_tail(n, shape, z),
                Ok(0) => 1.0,
                _ => 0.0,
            };
        }
    }

    fn exactly_if_alive(&self, Stage { x, .. }: Stage, n: u32, t: f64, horizon: f64) -> f64 {
        exactly_at(n, self.shape(x), horizon / (self.alpha + t))
    }

    fn mean_purchases(&self, t: f64) -> f64 {
        self.r / self.alpha * t
    }

    fn draw(&self, random: &mut Random, t: f64) -> (f64, f64) {
        let rate = random.gamma(self.r) / self.alpha;
        draw_purchases(random, rate, t)
    }

    fn draw_ahead(
        &self,
        random: &mut Random,
        Stage { x, .. }: Stage,
        t: f64,
        horizon: f64,
        purchase: impl FnMut(f64),
    ) -> bool {
        let rate = random.gamma(self.shape(x)) / (self.alpha + t);
        draw_each_purchase(random, rate, horizon, purchase);
        true
    }
}

/// P(n) of a negative binomial of this shape within z of the scale.
fn exactly_at(n: u32, shape: f64, z: f64) -> f64 {
    match n {
        0 => exp(-shape * ln_1p(z)),
        _ if z == 0.0 => 0.0,
        _ => exp(negative_binomial_ln_pmf(n, shape, z)).min(1.0),
    }
}
