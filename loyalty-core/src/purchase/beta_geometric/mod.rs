//! Gamma rates of purchase with a beta-geometric dropout: what BG/NBD and its relatives share.
//!
//! While alive, a customer makes Poisson purchases at rate λ; on each occasion to leave they drop out with
//! probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. The models of
//! the family differ in what is an occasion: after x repeat purchases there were k of them,
//!
//! ```text
//! k = x        BG/NBD, after every repeat purchase
//! k = x + 1    MBG/NBD, after the first purchase too
//! ```
//!
//! and with that number every formula of the family is one: `likelihood.rs` and `sums.rs` have ln L and its
//! derivatives, `alive.rs` P(alive) in vector instructions, `counts.rs` the distribution of the purchases
//! to come.

mod alive;
mod counts;
mod likelihood;
pub(crate) mod sums;

use std::fmt::Debug;
use std::marker::PhantomData;

use self::counts::Counts;
pub(super) use self::counts::ln_survived;
use self::likelihood::add_run;
pub(super) use self::likelihood::add_survived;
use self::sums::{RunPoint, RunSums};
use super::process::{BLOCK, Leaving, Moved, Needs, PurchaseProcess, Rows, ShopSize, Stage};
use crate::Error;
use crate::error::positive;
use crate::estimation::{Dimension, Evaluation, Parameter, Parameters, Towards, exactly};
use crate::math::elementary::{ln, ln_1p};
use crate::math::random::Random;
use crate::math::{Renewals, Residual, Survival};
use crate::purchase::Discounting;
use crate::summary::History;
use crate::time::Unit;

/// When a customer of the family may leave, and how messages say so.
pub trait Dropout: Clone + Copy + PartialEq + Debug + Send + Sync + 'static {
    /// The model's name in files, in C and on the command line.
    const KIND: &'static str;
    /// The same of the model with covariates, if it takes them.
    const KIND_WITH_COVARIATES: Option<&'static str> = None;
    /// The model's name in messages.
    const TITLE: &'static str;
    /// Occasions to leave before the first repeat purchase: 0 or 1.
    const AT_FIRST: u32;
    /// What b = 0 says of the customers.
    const ALL_LEAVE: &'static str;
    /// What a, b → 0 says of them.
    const LEAVE_AT_ONCE_OR_NEVER: &'static str;
}

/// A model of the family with its four parameters: [`BgNbd`](super::BgNbd) and its relatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetaGeometric<D: Dropout> {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
    unit: Option<Unit>,
    dropout: PhantomData<D>,
}

impl<D: Dropout> BetaGeometric<D> {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all four are from 1e-50 to 1e50.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::BgNbd;
    /// assert_eq!(BgNbd::new(0.243, 4.414, 0.793, 2.426)?.b(), 2.426);
    /// assert!(BgNbd::new(0.243, 4.414, f64::NAN, 2.426).is_err());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn new(r: f64, alpha: f64, a: f64, b: f64) -> Result<Self, Error> {
        Ok(Self {
            r: positive("r", r)?,
            alpha: positive("alpha", alpha)?,
            a: positive("a", a)?,
            b: positive("b", b)?,
            unit: None,
            dropout: PhantomData,
        })
    }

    /// The same model with a declared unit of time: it then refuses data in another.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::time::Unit;
    /// let weekly = BgNbd::new(0.243, 4.414, 0.793, 2.426)?.with_unit(Some(Unit::Week));
    /// assert_eq!(weekly.unit(), Some(Unit::Week));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
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

    /// First parameter of the dropout probabilities.
    pub fn a(&self) -> f64 {
        self.a
    }

    /// Second parameter of the dropout probabilities.
    pub fn b(&self) -> f64 {
        self.b
    }

    /// Occasions to leave after x repeat purchases.
    pub(super) fn occasions(x: u32) -> f64 {
        f64::from(x) + f64::from(D::AT_FIRST)
    }

    /// ln((b+k−1)/a), infinite where there was no occasion to leave.
    pub(super) fn ln_odds_to_stay(&self, x: u32) -> f64 {
        let k = Self::occasions(x);
        if k == 0.0 { f64::INFINITY } else { ln((self.b + (k - 1.0)) / self.a) }
    }

    /// The purchases of a customer who is alive after x of them, at z = t/(α+T).
    fn counts(&self, x: u32) -> Counts {
        Counts { s: self.r + f64::from(x), a: self.a, b: self.b + Self::occasions(x) }
    }

    /// Their expected number, for this many customers.
    fn renewals(&self, x: u32, customers: usize) -> Renewals {
        let Counts { s, a, b } = self.counts(x);
        let renewals = Renewals::new(s, a, b);
        if customers < TABLE_PAYS { renewals } else { renewals.tabulated() }
    }

    /// The probability to be alive after them, for this many customers.
    fn survival(&self, x: u32, customers: usize) -> Survival {
        let Counts { s, a, b } = self.counts(x);
        let survival = Survival::new(s, a, b);
        if customers < TABLE_PAYS { survival } else { survival.tabulated() }
    }
}

/// Customers of one frequency from whom on a table of the series' coefficients pays.
pub(super) const TABLE_PAYS: usize = 4;

impl<D: Dropout> Parameters for BetaGeometric<D> {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.a, self.b]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        limit::<D>(self.a, self.b, runaways)
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        Self::of(values, self.unit)
    }
}

/// What it says of the customers that these parameters run away, a and b being where a fit ended.
pub(super) fn limit<D: Dropout>(a: f64, b: f64, runaways: &[(&str, Towards)]) -> &'static str {
    // A mean dropout probability, or its complement, below this is none.
    const NONE: f64 = 1e-6;
    let runs = |name, towards| runaways.contains(&(name, towards));
    let any = |name| runs(name, Towards::Zero) || runs(name, Towards::Infinity);
    if a < NONE * b {
        "nobody is seen to leave: P(alive) is near 1, and forecasts know no decline"
    } else if b < NONE * a {
        D::ALL_LEAVE
    } else if runs("a", Towards::Infinity) && runs("b", Towards::Infinity) {
        "all customers leave with the same probability a/(a+b), and forecasts use it"
    } else if runs("a", Towards::Zero) && runs("b", Towards::Zero) {
        D::LEAVE_AT_ONCE_OR_NEVER
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

impl<D: Dropout> PurchaseProcess for BetaGeometric<D> {
    const KIND: &'static str = D::KIND;
    const TITLE: &'static str = D::TITLE;
    const NEEDS: Needs = Needs::HISTORY;
    const MOVED: Option<Moved> = match D::KIND_WITH_COVARIATES {
        Some(kind) => Some(Moved { kind, leaving: Leaving::Mean }),
        None => None,
    };

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::positive("r", Dimension::None).weakly(0.5, 1.2),
            Parameter::positive("alpha", Dimension::Time).weakly(0.2, 1.5),
            Parameter::positive("a", Dimension::None).weakly(0.8, 1.2),
            Parameter::positive("b", Dimension::None).weakly(2.5, 1.2),
        ]
    }

    fn of(values: &[f64], unit: Option<Unit>) -> Result<Self, Error> {
        let [r, alpha, a, b] = exactly(values)?;
        Ok(Self::new(r, alpha, a, b)?.with_unit(unit))
    }

    fn time_unit(&self) -> Option<Unit> {
        self.unit
    }

    fn unfit(mut frequencies: impl Iterator<Item = u32>) -> Option<&'static str> {
        frequencies.all(|x| x == 0).then_some("no customer bought more than once")
    }

    fn starts(shop: &ShopSize) -> Vec<Vec<f64>> {
        // Moments of the data: the rate while active, and the share of customers who never come back.
        let r: f64 = 0.5;
        // Purchases per unit of time, taken as though everybody stayed a third of the time.
        let rate = 3.0 * shop.purchases / shop.customers / shop.mean_time();
        let alpha = r / rate;
        // First as in many shops; then nearly everybody or nobody stays, or all leave with the same
        // probability.
        let dropout = [(1.0, 3.0), (0.05, 0.15), (0.3, 1.0), (5.0, 20.0)];
        dropout.map(|(a, b)| vec![r, alpha, a, b]).into()
    }

    type Sums = RunSums;

    fn sums(values: &[f64], x: u32, rows: Rows<'_>) -> RunSums {
        let &[r, alpha, a, b] = values else { unreachable!("four parameters") };
        let k = Self::occasions(x);
        let ln_odds = (k > 0.0).then(|| ln(a / (b + (k - 1.0))));
        let point = RunPoint { alpha, shape: r + f64::from(x), ln_odds };
        RunSums::over(point, rows.t_x, rows.t, rows.weight)
    }

    fn add(values: &[f64], x: u32, sums: &RunSums, total: &mut Evaluation) {
        let &[r, alpha, a, b] = values else { unreachable!("four parameters") };
        add_run(total, [r, alpha, a, b], f64::from(x), Self::occasions(x), sums);
    }

    fn can_have_left(x: u32) -> bool {
        Self::occasions(x) > 0.0
    }

    fn ln_odds_alive(&self, history: &History) -> f64 {
        let (t_x, t) = (history.t_x(), history.t());
        let since = ln_1p((t - t_x) / (self.alpha + t_x));
        self.ln_odds_to_stay(history.x()) - (self.r + f64::from(history.x())) * since
    }

    fn alive_terms(&self, x: u32) -> [f64; 2] {
        [self.ln_odds_to_stay(x), self.r + f64::from(x)]
    }

    fn p_alive_block(
        &self,
        [ln_odds, shape]: &[[f64; BLOCK]; 2],
        t_x: &[f64; BLOCK],
        t: &[f64; BLOCK],
        out: &mut [f64],
    ) {
        alive::p_alive(self.alpha, ln_odds, shape, t_x, t, out);
    }

    fn purchases_if_alive(
        &self,
        Stage { x, .. }: Stage,
        customers: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (renewals, alpha) = (self.renewals(x, customers), self.alpha);
        move |t, out| {
            t.iter_mut().for_each(|t| *t = horizon / (alpha + *t));
            renewals.each(t, out);
        }
    }

    fn purchases_of_new(&self, customers: usize) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (renewals, alpha) = (self.renewals(0, customers), self.alpha);
        move |horizon, out| {
            horizon.iter_mut().for_each(|horizon| *horizon /= alpha);
            renewals.each(horizon, out);
        }
    }

    fn survival_if_alive(
        &self,
        Stage { x, .. }: Stage,
        customers: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (survival, alpha) = (self.survival(x, customers), self.alpha);
        move |t, out| {
            t.iter_mut().for_each(|t| *t = horizon / (alpha + *t));
            survival.each(t, out);
        }
    }

    fn discounted_if_alive(
        &self,
        Stage { x, .. }: Stage,
        customers: usize,
        discounting: &Discounting,
    ) -> impl Fn(f64) -> f64 + Send + Sync {
        let (renewals, alpha) = (self.renewals(x, customers), self.alpha);
        let Counts { s, a, b } = self.counts(x);
        let end = discounting.force_without_end();
        let residual = end.and_then(|force| Some((force, Residual::new(s, a, b)?)));
        move |t| {
            if let Some((force, residual)) = &residual {
                return residual.at(force * (alpha + t));
            }
            let expected = |z: &[f64], out: &mut [f64]| renewals.each(z, out);
            discounting.purchases(expected, alpha + t, renewals.shape())
        }
    }

    fn counts_if_alive(
        &self,
        Stage { x, .. }: Stage,
        counts: usize,
        horizon: f64,
    ) -> impl Fn(f64, &mut [f64]) + Send + Sync {
        let (coming, alpha) = (self.counts(x), self.alpha);
        let survived = coming.survived(counts);
        move |t, out| coming.distribution(horizon / (alpha + t), &survived, out)
    }

    fn exactly_if_alive(&self, Stage { x, .. }: Stage, n: u32, t: f64, horizon: f64) -> f64 {
        self.counts(x).exactly(n, horizon / (self.alpha + t))
    }

    fn mean_purchases(&self, t: f64) -> f64 {
        self.r / self.alpha * t
    }

    fn draw(&self, random: &mut Random, t: f64) -> (f64, f64) {
        let rate = random.gamma(self.r) / self.alpha;
        let dropout = random.beta(self.a, self.b);
        let (mut x, mut t_x) = (0.0, 0.0);
        if D::AT_FIRST > 0 && random.happens(dropout) {
            return (x, t_x);
        }
        loop {
            let next = t_x + random.exponential() / rate;
            // A rate that underflows to 0 never gets there.
            if next > t || next.is_nan() {
                return (x, t_x);
            }
            (x, t_x) = (x + 1.0, next);
            if random.happens(dropout) {
                return (x, t_x);
            }
        }
    }

    fn draw_ahead(
        &self,
        random: &mut Random,
        Stage { x, .. }: Stage,
        t: f64,
        horizon: f64,
        purchase: impl FnMut(f64),
    ) -> bool {
        let Counts { s, a, b } = self.counts(x);
        let rate = random.gamma(s) / (self.alpha + t);
        let first = random.exponential() / rate;
        let gap = |random: &mut Random| random.exponential() / rate;
        draw_until_left(random, [a, b], horizon, first, gap, purchase)
    }
}

/// Purchases from the first on, at these gaps, until one after which the customer leaves with a probability of
/// Beta(a, b), or the horizon. Whether they are alive at the horizon.
///
/// The probability is drawn only when it is first asked for, which most customers never do.
pub(super) fn draw_until_left(
    random: &mut Random,
    [a, b]: [f64; 2],
    horizon: f64,
    first: f64,
    gap: impl Fn(&mut Random) -> f64,
    mut purchase: impl FnMut(f64),
) -> bool {
    let (mut at, mut dropout) = (first, None);
    loop {
        // A rate that underflows to 0 never gets there.
        if at > horizon || at.is_nan() {
            return true;
        }
        purchase(at);
        let leaves = dropout.unwrap_or_else(|| random.beta(a, b));
        if random.happens(leaves) {
            return false;
        }
        dropout = Some(leaves);
        at += gap(random);
    }
}
