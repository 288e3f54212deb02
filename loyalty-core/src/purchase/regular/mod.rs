//! Regular customers with a beta-geometric dropout: what BG/CNBD-k and MBG/CNBD-k share.
//!
//! While alive, a customer goes through phases at rate λ, and every k-th phase ends in a purchase: the times
//! between purchases are Erlang-k, the more regular the larger k. On each occasion to leave they drop out with
//! probability p. Over the customers λ ~ Gamma(r, rate α) and p ~ Beta(a, b), independently. k = 1 is the
//! BG/NBD or the MBG/NBD.
//!
//! A customer who is alive at T has passed j < k phases since their last purchase (`phases.rs`). Given j, λ is
//! Gamma(s+j, α+T) with s = r + kx, and all that is to come follows from `math::Erlang`; `likelihood.rs` has ln L
//! and its derivatives.

mod likelihood;
mod phases;

use self::likelihood::{RegularSums, RunPoint};
use super::beta_geometric::{
    BetaGeometric, Dropout, TABLE_PAYS, draw_until_left, limit, ln_survived,
};
use super::process::{BLOCK, Needs, PurchaseProcess, Rows, ShopSize, Stage};
use crate::Error;
use crate::estimation::{Dimension, Evaluation, Parameter, Parameters, Towards, exactly};
use crate::math::elementary::{exp, ln, ln_1p, logistic};
use crate::math::random::Random;
use crate::math::{Erlang, ErlangRenewals, ErlangResidual, ErlangSurvival, Residual};
use crate::purchase::Discounting;
use crate::summary::History;
use crate::time::Unit;

/// A model of regular customers with its parameters: [`BgCnbdK`](super::BgCnbdK) and
/// [`MbgCnbdK`](super::MbgCnbdK).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegularBetaGeometric<D: Dropout> {
    irregular: BetaGeometric<D>,
    k: u32,
}

/// Values of k that a fit tries.
const TRIED: u32 = 8;

impl<D: Dropout> RegularBetaGeometric<D> {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the first four are from 1e-50 to 1e50 and k from 1 to 32.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::purchase::MbgCnbdK;
    /// assert_eq!(MbgCnbdK::new(1.33, 2.81, 0.425, 0.79, 2)?.k(), 2);
    /// assert!(MbgCnbdK::new(1.33, 2.81, 0.425, 0.79, 0).is_err());
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn new(r: f64, alpha: f64, a: f64, b: f64, k: u32) -> Result<Self, Error> {
        Self::of(&[r, alpha, a, b, f64::from(k)], None)
    }

    /// The same model with a declared unit of time: it then refuses data in another.
    #[must_use]
    pub fn with_unit(self, unit: Option<Unit>) -> Self {
        Self { irregular: self.irregular.with_unit(unit), ..self }
    }

    /// Shape of the rates.
    pub fn r(&self) -> f64 {
        self.irregular.r()
    }

    /// Scale of the rates, in time units: the mean time between purchases is k λ⁻¹.
    pub fn alpha(&self) -> f64 {
        self.irregular.alpha()
    }

    /// First parameter of the dropout probabilities.
    pub fn a(&self) -> f64 {
        self.irregular.a()
    }

    /// Second parameter of the dropout probabilities.
    pub fn b(&self) -> f64 {
        self.irregular.b()
    }

    /// How regular customers are: the times between purchases have a coefficient of variation of 1/√k.
    pub fn k(&self) -> u32 {
        self.k
    }

    /// Shape of a customer's rate after x repeat purchases.
    fn shape(&self, x: u32) -> f64 {
        self.r() + f64::from(self.k) * f64::from(x)
    }

    /// Of customers who are alive, at z = t/(α+T).
    fn process(&self, Stage { x, phase }: Stage) -> Erlang {
        let s = self.shape(x) + f64::from(phase);
        let (a, b) = (self.a(), self.b() + BetaGeometric::<D>::occasions(x));
        Erlang { k: self.k, passed: phase, s, a, b }
    }

    fn renewals(&self, stage: Stage, customers: usize) -> ErlangRenewals {
        let renewals = ErlangRenewals::new(self.process(stage));
        if customers < TABLE_PAYS { renewals } else { renewals.tabulated() }
    }

    fn survival(&self, stage: Stage, customers: usize) -> ErlangSurvival {
        let survival = ErlangSurvival::new(self.process(stage));
        if customers < TABLE_PAYS { survival } else { survival.tabulated() }
    }
}

/// k of the values of the parameters; on its scale it may be rounded.
fn whole_k(values: &[f64]) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to MOST")]
    let k = values[4].round().clamp(1.0, phases::MOST as f64) as u32;
    k
}

impl<D: Dropout> Parameters for RegularBetaGeometric<D> {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.r(), self.alpha(), self.a(), self.b(), f64::from(self.k)]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        limit::<D>(self.a(), self.b(), runaways)
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        Self::of(values, self.time_unit())
    }
}

impl<D: Dropout> PurchaseProcess for RegularBetaGeometric<D> {
    const KIND: &'static str = D::KIND;
    const TITLE: &'static str = D::TITLE;
    const NEEDS: Needs = Needs::HISTORY.and(Needs::INTERVALS);
    const TRIED: Option<(&'static str, u32)> = Some(("k", TRIED));

    fn parameters() -> Vec<Parameter> {
        let mut parameters = BetaGeometric::<D>::parameters();
        parameters.push(Parameter::positive("k", Dimension::None));
        parameters
    }

    fn of(values: &[f64], unit: Option<Unit>) -> Result<Self, Error> {
        let [r, alpha, a, b, k] = exactly(values)?;
        let irregular = BetaGeometric::new(r, alpha, a, b)?.with_unit(unit);
        let whole = whole_k(values);
        if f64::from(whole) != k {
            return Err(Error::parameter("k", "a whole number from 1 to 32", k));
        }
        Ok(Self { irregular, k: whole })
    }

    fn time_unit(&self) -> Option<Unit> {
        self.irregular.time_unit()
    }

    fn unfit(frequencies: impl Iterator<Item = u32>) -> Option<&'static str> {
        BetaGeometric::<D>::unfit(frequencies)
    }

    fn starts(shop: &ShopSize) -> Vec<Vec<f64>> {
        let mut starts = BetaGeometric::<D>::starts(shop);
        starts.iter_mut().for_each(|start| start.push(1.0));
        starts
    }

    type Sums = RegularSums;

    fn sums(values: &[f64], x: u32, rows: Rows<'_>) -> RegularSums {
        let &[r, alpha, a, b, _] = values else { unreachable!("five parameters") };
        let (k, m) = (whole_k(values), BetaGeometric::<D>::occasions(x));
        let ln_odds = (m > 0.0).then(|| ln(a / (b + (m - 1.0))));
        let shape = r + f64::from(k) * f64::from(x);
        RegularSums::over(RunPoint { r, alpha, k, shape, ln_odds }, rows)
    }

    fn add(values: &[f64], x: u32, sums: &RegularSums, total: &mut Evaluation) {
        let &[r, alpha, a, b, _] = values else { unreachable!("five parameters") };
        let k = f64::from(whole_k(values));
        let m = BetaGeometric::<D>::occasions(x);
        sums.add_to(total, [r, alpha, a, b], [k, f64::from(x), m]);
    }

    fn of_intervals(values: &[f64], sum_ln_gaps: f64) -> f64 {
        f64::from(whole_k(values) - 1) * sum_ln_gaps
    }

    fn can_have_left(x: u32) -> bool {
        BetaGeometric::<D>::can_have_left(x)
    }

    fn ln_odds_alive(&self, history: &History) -> f64 {
        let (x, t_x, t) = (history.x(), history.t_x(), history.t());
        let since = ln_1p((t - t_x) / (self.alpha() + t_x));
        let shape = self.shape(x);
        self.irregular.ln_odds_to_stay(x) - shape * since
            + phases::ln_sum(self.k, shape, (t - t_x) / (self.alpha() + t))
    }

    fn alive_terms(&self, x: u32) -> [f64; 2] {
        [self.irregular.ln_odds_to_stay(x), self.shape(x)]
    }

    fn p_alive_block(
        &self,
        [ln_odds, shape]: &[[f64; BLOCK]; 2],
        t_x: &[f64; BLOCK],
        t: &[f64; BLOCK],
        out: &mut [f64],
    ) {
        let alpha = self.alpha();
        let columns = ln_odds.iter().zip(shape).zip(t_x.iter().zip(t));
        for (out, ((ln_odds, &shape), (t_x, t))) in out.iter_mut().zip(columns) {
            let since = ln_1p((t - t_x) / (alpha + t_x));
            let phases = phases::ln_sum(self.k, shape, (t - t_x) / (alpha + t));
            *out = logistic(ln_odds - shape * since + phases);
        }
    }

    fn phases(&self) -> u32 {
        self.k
    }

    fn phase_shares(&self, x: u32, t_x: f64, t: f64, out: &mut [f64]) {
        phases::shares(self.shape(x), (t - t_x) / (self.alpha() + t), out);
    }

    fn purchases_if_alive(
        &self,
        stage: Stage,
        customers: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (renewals, alpha) = (self.renewals(stage, customers), self.alpha());
        move |t, out| {
            t.iter_mut().for_each(|t| *t = horizon / (alpha + *t));
            renewals.each(t, out);
        }
    }

    fn purchases_of_new(&self, customers: usize) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (renewals, alpha) = (self.renewals(Stage::NEW, customers), self.alpha());
        move |horizon, out| {
            horizon.iter_mut().for_each(|horizon| *horizon /= alpha);
            renewals.each(horizon, out);
        }
    }

    fn survival_if_alive(
        &self,
        stage: Stage,
        customers: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let (survival, alpha) = (self.survival(stage, customers), self.alpha());
        move |t, out| {
            t.iter_mut().for_each(|t| *t = horizon / (alpha + *t));
            survival.each(t, out);
        }
    }

    fn discounted_if_alive(
        &self,
        stage: Stage,
        customers: usize,
        discounting: &Discounting,
    ) -> impl Fn(f64) -> f64 + Send + Sync {
        /// The map of `Discounting::purchases` keeps the singularities of the expected purchases, which lie
        /// around z = −1/2 for k > 1, out of its panels from this shape on.
        const SMOOTH: f64 = 16.0;
        let (renewals, alpha) = (self.renewals(stage, customers), self.alpha());
        let process = self.process(stage);
        let shape = if self.k == 1 { process.s } else { process.s.max(SMOOTH) };
        let end = discounting.force_without_end();
        let each_event = end.filter(|_| self.k == 1);
        let residual = each_event.and_then(|_| Residual::new(process.s, process.a, process.b));
        move |t| match (end, &residual) {
            (Some(force), Some(residual)) => residual.at(force * (alpha + t)),
            (Some(force), None) if process.k > 1 => ErlangResidual(process).at(force * (alpha + t)),
            _ => {
                let expected = |z: &[f64], out: &mut [f64]| renewals.each(z, out);
                discounting.purchases(expected, alpha + t, shape)
            }
        }
    }

    fn counts_if_alive(
        &self,
        stage: Stage,
        counts: usize,
        horizon: f64,
    ) -> impl Fn(f64, &mut [f64]) + Send + Sync {
        let (process, alpha) = (self.process(stage), self.alpha());
        let survived: Vec<f64> = (0_u32..).take(counts).map(|n| survived(&process, n)).collect();
        move |t, out| {
            let (z, last) = (horizon / (alpha + t), out.len() - 1);
            for ((n, out), &survived) in (0_u32..).zip(&mut out[..last]).zip(&survived) {
                *out = process.exactly(n, z, survived);
            }
            out[last] = match u32::try_from(last) {
                Ok(n) if n > 0 => survived[last - 1] * process.reached(n, z),
                _ => 1.0,
            };
        }
    }

    fn exactly_if_alive(&self, stage: Stage, n: u32, t: f64, horizon: f64) -> f64 {
        let process = self.process(stage);
        process.exactly(n, horizon / (self.alpha() + t), survived(&process, n))
    }

    fn mean_purchases(&self, t: f64) -> f64 {
        self.irregular.mean_purchases(t) / f64::from(self.k)
    }

    fn draw(&self, random: &mut Random, t: f64) -> (f64, f64) {
        self.draw_gaps(random, t, |_| ())
    }

    fn draw_gaps(&self, random: &mut Random, t: f64, mut gap: impl FnMut(f64)) -> (f64, f64) {
        let rate = random.gamma(self.r()) / self.alpha();
        let dropout = random.beta(self.a(), self.b());
        let (mut x, mut t_x) = (0.0, 0.0);
        if D::AT_FIRST > 0 && random.happens(dropout) {
            return (x, t_x);
        }
        loop {
            let phases = match self.k {
                1 => random.exponential(),
                k => random.gamma(f64::from(k)),
            };
            let next = t_x + phases / rate;
            // A rate that underflows to 0 never gets there.
            if next > t || next.is_nan() {
                return (x, t_x);
            }
            gap((next - t_x).max(f64::MIN_POSITIVE));
            (x, t_x) = (x + 1.0, next);
            if random.happens(dropout) {
                return (x, t_x);
            }
        }
    }

    fn draw_ahead(
        &self,
        random: &mut Random,
        stage: Stage,
        t: f64,
        horizon: f64,
        purchase: impl FnMut(f64),
    ) -> bool {
        let Erlang { k, passed, s, a, b } = self.process(stage);
        let rate = random.gamma(s) / (self.alpha() + t);
        let time = |random: &mut Random, phases: u32| match phases {
            1 => random.exponential() / rate,
            phases => random.gamma(f64::from(phases)) / rate,
        };
        // Some of the phases to the next purchase lie behind.
        let first = time(random, k - passed);
        let gap = |random: &mut Random| time(random, k);
        draw_until_left(random, [a, b], horizon, first, gap, purchase)
    }
}

/// The probability to survive n purchases.
fn survived(process: &Erlang, n: u32) -> f64 {
    exp(ln_survived(process.a, process.b, f64::from(n)))
}
