//! The Pareto/NBD model.
//!
//! `odds.rs` has the odds that a customer has left with the moments of the time they left at, `likelihood.rs` makes
//! ln L and its derivatives of them, `coming.rs` has the purchases to come of customers who are alive.

mod coming;
mod likelihood;
mod odds;

use multiversion::multiversion;

use self::coming::Coming;
use self::likelihood::RunSums;
use self::odds::{BLOCK as FEW, Integrals, Scales, ln_odds};
use super::Discounting;
use super::gamma_poisson::{draw_each_purchase, draw_purchases};
use super::process::{BLOCK, Leaving, Moved, Needs, PurchaseProcess, Rows, ShopSize, Stage};
use crate::Error;
use crate::error::positive;
use crate::estimation::{Dimension, Evaluation, Parameter, Parameters, Towards, exactly};
use crate::math::elementary::logistic;
use crate::math::random::Random;
use crate::summary::History;
use crate::time::Unit;

/// The Pareto/NBD model: customers buy at random times at a rate of their own, and leave for good at a time of
/// their own, whether they buy or not.
///
/// While alive, a customer makes Poisson purchases at rate λ; they stay for an exponential time at rate μ. Over
/// the customers λ ~ Gamma(r, rate α) and μ ~ Gamma(s, rate β), independently. So a customer who bought once may
/// be gone, and dropout has nothing to do with how often somebody buys.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `r` | r, shape of the purchase rates | – | > 0 |
/// | `alpha` | α, their scale: the mean rate is r/α | time | > 0 |
/// | `s` | s, shape of the rates to leave | – | > 0 |
/// | `beta` | β, their scale: a new customer is alive at t with probability (β/(β+t))^s | time | > 0 |
///
/// ```text
/// ln L     = ln Γ(r+x)/Γ(r) + r ln α − n ln(α+T) − s ln((β+T)/β) + ln(1+o),   n = r+x
/// o        = ∫_{t_x}^T s/(β+τ) · ((β+T)/(β+τ))^s · ((α+T)/(α+τ))^n dτ
/// P(alive) = 1/(1+o),   P(alive at T+t) = P(alive) · ((β+T)/(β+T+t))^s
/// E[Y(t)]  = P(alive) · n/(α+T) · ∫₀ᵗ ((β+T)/(β+T+u))^s du
/// ```
///
/// The integral is taken as it stands, all terms positive, so that P(alive) and 1 − P(alive) have relative
/// errors below 1e-12 where the published differences of hypergeometric functions lose all digits.
///
/// # Examples
/// ```
/// use loyalty_core::purchase::{ParetoNbd, PurchaseModel};
/// use loyalty_core::summary::History;
/// let cdnow = ParetoNbd::new(0.553, 10.578, 0.606, 11.669)?;
/// let customer = History::new(2, 30.43, 38.86)?;
/// assert!((cdnow.p_alive(&customer) - 0.869168).abs() < 1e-6);
/// assert!(cdnow.p_alive(&History::new(0, 0.0, 38.86)?) < 0.4);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Schmittlein, Morrison & Colombo (1987), Counting your customers: who are they and what will they do next?,
/// Management Science 33(1), 1–24; Fader & Hardie (2005), A note on deriving the Pareto/NBD model and related
/// expressions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoNbd {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
    unit: Option<Unit>,
}

impl ParetoNbd {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all four are from 1e-50 to 1e50.
    pub fn new(r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self, Error> {
        Ok(Self {
            r: positive("r", r)?,
            alpha: positive("alpha", alpha)?,
            s: positive("s", s)?,
            beta: positive("beta", beta)?,
            unit: None,
        })
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

    /// Shape of the rates to leave.
    pub fn s(&self) -> f64 {
        self.s
    }

    /// Scale of the rates to leave, in time units.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// A customer of x repeat purchases who is alive at T.
    fn coming(&self, x: u32, t: f64) -> Coming {
        let [shape, _] = self.alive_terms(x);
        Coming { shape, age: self.alpha + t, s: self.s, lasting: self.beta + t }
    }

    /// What the odds to have left depend on besides the history.
    fn scales(&self) -> Scales {
        Scales::new(self.alpha, self.s, self.beta)
    }
}

impl Parameters for ParetoNbd {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.r, self.alpha, self.s, self.beta]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        // A share of customers who leave within a mean time between purchases, below which it is none.
        const NONE: f64 = 1e-6;
        let runs = |name, towards| runaways.contains(&(name, towards));
        let any = |name| runs(name, Towards::Zero) || runs(name, Towards::Infinity);
        if self.s * (self.alpha / self.r) < NONE * self.beta {
            "nobody is seen to leave: P(alive) is near 1, and forecasts know no decline"
        } else if runs("s", Towards::Infinity) && runs("beta", Towards::Infinity) {
            "nobody differs in how soon they leave: all leave at the same rate s/beta, and forecasts use it"
        } else if runs("s", Towards::Infinity) || runs("beta", Towards::Zero) {
            "customers leave right after their first purchase or, a few, hardly ever; forecasts count on the \
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
        Self::of(values, self.unit)
    }
}

impl PurchaseProcess for ParetoNbd {
    const KIND: &'static str = "pareto-nbd";
    const TITLE: &'static str = "Pareto/NBD";
    const NEEDS: Needs = Needs::HISTORY;
    const MOVED: Option<Moved> =
        Some(Moved { kind: "pareto-nbd-with-covariates", leaving: Leaving::Rate });

    fn parameters() -> Vec<Parameter> {
        vec![
            Parameter::positive("r", Dimension::None).weakly(0.5, 1.2),
            Parameter::positive("alpha", Dimension::Time).weakly(0.2, 1.5),
            Parameter::positive("s", Dimension::None).weakly(0.6, 1.2),
            Parameter::positive("beta", Dimension::Time).weakly(0.4, 1.5),
        ]
    }

    fn of(values: &[f64], unit: Option<Unit>) -> Result<Self, Error> {
        let [r, alpha, s, beta] = exactly(values)?;
        Ok(Self::new(r, alpha, s, beta)?.with_unit(unit))
    }

    fn time_unit(&self) -> Option<Unit> {
        self.unit
    }

    fn unfit(mut frequencies: impl Iterator<Item = u32>) -> Option<&'static str> {
        frequencies.all(|x| x == 0).then_some("no customer bought more than once")
    }

    fn starts(shop: &ShopSize) -> Vec<Vec<f64>> {
        let time = shop.mean_time();
        // Purchases per unit of time, taken as though everybody stayed a third of the time.
        let rate = 3.0 * shop.purchases / shop.customers / time;
        // First as in many shops; then customers who leave at once or hardly ever, who hardly differ, and of
        // whom nobody leaves.
        let leaving = [(0.5, 0.5, 0.4), (0.5, 0.1, 0.01), (1.0, 20.0, 20.0), (1.0, 0.5, 50.0)];
        leaving.map(|(r, s, beta)| vec![r, r / rate, s, beta * time]).into()
    }

    type Sums = RunSums;

    fn sums(values: &[f64], x: u32, rows: Rows<'_>) -> RunSums {
        let &[r, alpha, s, beta] = values else { unreachable!("four parameters") };
        RunSums::over([r, alpha, s, beta], f64::from(x), rows)
    }

    fn add(values: &[f64], x: u32, sums: &RunSums, total: &mut Evaluation) {
        let &[r, alpha, s, _] = values else { unreachable!("four parameters") };
        sums.add_to(total, [r, alpha, s], f64::from(x));
    }

    fn can_have_left(_: u32) -> bool {
        true
    }

    fn ln_odds_alive(&self, history: &History) -> f64 {
        let terms = self.alive_terms(history.x());
        -ln_odds_gone(&self.scales(), terms, history.t_x(), history.t())
    }

    fn alive_terms(&self, x: u32) -> [f64; 2] {
        let x = f64::from(x);
        [self.r + x, self.r + (x - 1.0)]
    }

    fn p_alive_block(
        &self,
        terms: &[[f64; BLOCK]; 2],
        t_x: &[f64; BLOCK],
        t: &[f64; BLOCK],
        out: &mut [f64],
    ) {
        p_alive_block(&self.scales(), terms, t_x, t, out);
    }

    fn purchases_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let model = *self;
        move |t, out| {
            t.iter().zip(out).for_each(|(&t, out)| *out = model.coming(x, t).expected(horizon));
        }
    }

    fn purchases_of_new(&self, _: usize) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let new = self.coming(0, 0.0);
        move |horizon, out| {
            horizon.iter().zip(out).for_each(|(&horizon, out)| *out = new.expected(horizon));
        }
    }

    fn survival_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let model = *self;
        move |t, out| {
            t.iter().zip(out).for_each(|(&t, out)| *out = model.coming(x, t).survival(horizon));
        }
    }

    fn discounted_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        discounting: &Discounting,
    ) -> impl Fn(f64) -> f64 + Send + Sync {
        let model = *self;
        move |t| {
            let coming = model.coming(x, t);
            let present = |horizon, force| coming.present(horizon, force);
            discounting.value(|t| coming.expected(t), present)
        }
    }

    fn counts_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        horizon: f64,
    ) -> impl Fn(f64, &mut [f64]) + Send + Sync {
        let model = *self;
        move |t, out| {
            let (coming, last) = (model.coming(x, t), out.len() - 1);
            for (n, out) in (0_u32..).zip(&mut out[..last]) {
                *out = coming.exactly(n, horizon);
            }
            out[last] = match u32::try_from(last) {
                Ok(n) if n > 0 => coming.reached(n, horizon),
                _ => 1.0,
            };
        }
    }

    fn exactly_if_alive(&self, Stage { x, .. }: Stage, n: u32, t: f64, horizon: f64) -> f64 {
        self.coming(x, t).exactly(n, horizon)
    }

    fn mean_purchases(&self, t: f64) -> f64 {
        self.r / self.alpha * t
    }

    fn draw(&self, random: &mut Random, t: f64) -> (f64, f64) {
        let rate = random.gamma(self.r) / self.alpha;
        // A rate to leave that underflows to 0 lasts for ever.
        let lasts = random.exponential() / (random.gamma(self.s) / self.beta);
        draw_purchases(random, rate, if lasts < t { lasts } else { t })
    }

    fn draw_ahead(
        &self,
        random: &mut Random,
        Stage { x, .. }: Stage,
        t: f64,
        horizon: f64,
        purchase: impl FnMut(f64),
    ) -> bool {
        let Coming { shape, age, s, lasting } = self.coming(x, t);
        let rate = random.gamma(shape) / age;
        // A rate to leave that underflows to 0 lasts for ever.
        let lasts = random.exponential() / (random.gamma(s) / lasting);
        let leaves = lasts < horizon;
        draw_each_purchase(random, rate, if leaves { lasts } else { horizon }, purchase);
        !leaves
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn ln_odds_gone(scales: &Scales, terms: [f64; 2], t_x: f64, t: f64) -> f64 {
    ln_odds(scales, terms, t_x, t)
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn p_alive_block(
    scales: &Scales,
    [shape, less_1]: &[[f64; BLOCK]; 2],
    t_x: &[f64; BLOCK],
    t: &[f64; BLOCK],
    out: &mut [f64],
) {
    for (part, out) in out.chunks_mut(FEW).enumerate() {
        let rows = part * FEW..part * FEW + out.len();
        let (shape, less_1) = (&shape[rows.clone()], &less_1[rows.clone()]);
        let (t_x, t) = (&t_x[rows.clone()], &t[rows]);
        let all = Integrals::<1, FEW>::of(scales, |row| [shape[row], less_1[row]], t_x, t);
        for (row, out) in out.iter_mut().enumerate() {
            *out = logistic(-scales.ln_odds(t[row], all.sums[row][0], all.height[row]));
        }
    }
}
