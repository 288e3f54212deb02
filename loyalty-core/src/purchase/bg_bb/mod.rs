//! The BG/BB model.

mod counts;
mod silence;

use self::counts::Ahead;
use self::silence::{Part, ln_odds_gone, of_history};
use super::Discounting;
use super::process::{BLOCK, MOST_OPPORTUNITIES, Needs, PurchaseProcess, Rows, ShopSize, Stage};
use crate::Error;
use crate::contracts::{Curve, discounted_periods};
use crate::error::positive;
use crate::estimation::{Dimension, Evaluation, Parameter, Parameters, Towards, exactly};
use crate::math::elementary::{exp, logistic};
use crate::math::random::Random;
use crate::summary::History;
use crate::time::Unit;

/// The BG/BB model: customers who can buy at set opportunities only, and leave between them.
///
/// At each opportunity (a year's appeal, a season's fair, a weekly show) a customer who is alive buys with
/// probability p; before each they leave for good with probability θ. Over the customers p ~ Beta(α, β) and
/// θ ~ Beta(γ, δ), independently. Of a history it needs the number x of opportunities at which the customer
/// bought after the first purchase, t_x, the last of them, and T, the opportunities there were: all whole
/// numbers, as a summary in a calendar unit has them.
///
/// | field | paper | unit | domain |
/// |---|---|---|---|
/// | `alpha` | α: with β, the mean probability to buy is α/(α+β) | – | > 0 |
/// | `beta` | β | – | > 0 |
/// | `gamma` | γ: with δ, the mean probability to leave is γ/(γ+δ) | – | > 0 |
/// | `delta` | δ | – | > 0 |
///
/// ```text
/// L = B(α+x, β+T−x)/B(α, β) · B(γ, δ+T)/B(γ, δ)
///     + Σ_{i=t_x}^{T−1} B(α+x, β+i−x)/B(α, β) · B(γ+1, δ+i)/B(γ, δ)
/// ```
///
/// A horizon of h holds the ⌊h⌋ next opportunities; at most a million are told apart. Tables with parts of an
/// opportunity are refused; of a single [`History`] with some, ⌊T⌋ and ⌊`t_x`⌋ count.
///
/// # Examples
/// ```
/// use loyalty_core::purchase::{BgBb, PurchaseModel};
/// use loyalty_core::summary::History;
/// let donors = BgBb::new(1.204, 0.750, 0.657, 2.783)?;
/// // Bought at five of six opportunities, the last one among them.
/// let customer = History::new(5, 6.0, 6.0)?;
/// assert_eq!(donors.p_alive(&customer), 1.0);
/// assert!((donors.expected_purchases(&customer, 5.0)? - 3.23).abs() < 0.01);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing
/// Science 29(6), 1086–1108.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
    unit: Option<Unit>,
}

/// The opportunities within a time, but for rounding of a multiple of a period.
fn opportunities(time: f64) -> f64 {
    (time + 1e-9).floor().min(MOST_OPPORTUNITIES)
}

impl BgBb {
    /// A model with known parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless all four are from 1e-50 to 1e50.
    pub fn new(alpha: f64, beta: f64, gamma: f64, delta: f64) -> Result<Self, Error> {
        let (alpha, beta) = (positive("alpha", alpha)?, positive("beta", beta)?);
        let (gamma, delta) = (positive("gamma", gamma)?, positive("delta", delta)?);
        Ok(Self { alpha, beta, gamma, delta, unit: None })
    }

    /// The same model with a declared unit of time: it then refuses data in another.
    #[must_use]
    pub fn with_unit(self, unit: Option<Unit>) -> Self {
        Self { unit, ..self }
    }

    /// With β, the mean probability to buy: α/(α+β).
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// With α, how alike customers are in buying.
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// With δ, the mean probability to leave: γ/(γ+δ).
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// With γ, how alike customers are in leaving.
    pub fn delta(&self) -> f64 {
        self.delta
    }

    /// Who stays, by opportunities.
    fn curve(&self) -> Curve {
        Curve { gamma: self.gamma, delta: self.delta, c: 1.0 }
    }

    /// The probability that a customer who is alive buys, after x purchases at so many opportunities.
    fn share(&self, x: f64, t: f64) -> f64 {
        (self.alpha + x) / (self.alpha + self.beta + t)
    }

    /// What is ahead of a customer who is alive.
    fn ahead(&self, x: u32, t: f64, horizon: f64) -> Ahead {
        let (x, t) = (f64::from(x), opportunities(t));
        let (a, b) = (self.alpha + x, self.beta + t - x);
        Ahead::new([a, b, self.gamma, self.delta + t], opportunities(horizon))
    }
}

impl Parameters for BgBb {
    fn layout(&self) -> Vec<Parameter> {
        Self::parameters()
    }

    fn values(&self) -> Vec<f64> {
        vec![self.alpha, self.beta, self.gamma, self.delta]
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        let runs = |name, towards| runaways.contains(&(name, towards));
        if runs("gamma", Towards::Infinity) {
            "all customers are equally likely to leave, and forecasts use one chance"
        } else if runs("gamma", Towards::Zero) || runs("delta", Towards::Infinity) {
            "nobody is seen to leave: P(alive) is near 1, and forecasts know no decline"
        } else if runs("alpha", Towards::Infinity) {
            "all customers are equally likely to buy, and forecasts use one chance"
        } else if runs("alpha", Towards::Zero) && runs("beta", Towards::Zero) {
            "customers buy at every opportunity or at none"
        } else {
            ""
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        Self::of(values, self.unit)
    }
}

impl PurchaseProcess for BgBb {
    const KIND: &'static str = "bg-bb";
    const TITLE: &'static str = "BG/BB";
    const NEEDS: Needs = Needs::HISTORY.and(Needs::OPPORTUNITIES);

    fn parameters() -> Vec<Parameter> {
        let weak = |name, median| Parameter::positive(name, Dimension::None).weakly(median, 1.2);
        vec![weak("alpha", 0.8), weak("beta", 1.0), weak("gamma", 0.7), weak("delta", 2.5)]
    }

    fn of(values: &[f64], unit: Option<Unit>) -> Result<Self, Error> {
        let [alpha, beta, gamma, delta] = exactly(values)?;
        Ok(Self::new(alpha, beta, gamma, delta)?.with_unit(unit))
    }

    fn time_unit(&self) -> Option<Unit> {
        self.unit
    }

    fn unfit(mut frequencies: impl Iterator<Item = u32>) -> Option<&'static str> {
        frequencies.all(|x| x == 0).then_some("no customer bought more than once")
    }

    fn starts(shop: &ShopSize) -> Vec<Vec<f64>> {
        // The share of opportunities taken, raised for those that came after customers left.
        let share = (1.5 * shop.purchases / shop.time.max(f64::MIN_POSITIVE)).clamp(0.02, 0.95);
        let start = |buying: f64, leaving: f64, share_leaving: f64| {
            let [alpha, beta] = [share, 1.0 - share].map(|part| part * buying);
            vec![alpha, beta, leaving * share_leaving, leaving * (1.0 - share_leaving)]
        };
        vec![
            start(2.0, 3.0, 0.15),
            start(20.0, 20.0, 0.05),
            start(0.5, 0.5, 0.3),
            start(2.0, 40.0, 0.1),
        ]
    }

    type Sums = Part;

    fn sums(values: &[f64], x: u32, rows: Rows<'_>) -> Part {
        let mut sum = Part::default();
        let model = [values[0], values[1], values[2], values[3]];
        for ((&t_x, &t), &weight) in rows.t_x.iter().zip(rows.t).zip(rows.weight) {
            sum.add(&of_history(model, f64::from(x), t_x, t), weight);
        }
        sum
    }

    fn add(values: &[f64], _: u32, sums: &Part, total: &mut Evaluation) {
        total.value += sums.value;
        for i in 0..4 {
            let slope = sums.gradient[i] * values[i];
            total.gradient[i] += slope;
            total.hessian[(i, i)] += slope;
            for j in i..4 {
                total.hessian[(i, j)] += sums.hessian[i][j] * values[i] * values[j];
            }
        }
    }

    fn can_have_left(_: u32) -> bool {
        true
    }

    fn ln_odds_alive(&self, history: &History) -> f64 {
        let model = [self.alpha, self.beta, self.gamma, self.delta];
        let (t_x, t) = (opportunities(history.t_x()), opportunities(history.t()));
        -ln_odds_gone(model, f64::from(history.x()), t_x, t)
    }

    fn alive_terms(&self, x: u32) -> [f64; 2] {
        [f64::from(x), 0.0]
    }

    fn p_alive_block(
        &self,
        terms: &[[f64; BLOCK]; 2],
        t_x: &[f64; BLOCK],
        t: &[f64; BLOCK],
        out: &mut [f64],
    ) {
        let model = [self.alpha, self.beta, self.gamma, self.delta];
        for (row, out) in out.iter_mut().enumerate() {
            let (t_x, t) = (opportunities(t_x[row]), opportunities(t[row]));
            *out = logistic(-ln_odds_gone(model, terms[0][row], t_x, t));
        }
    }

    fn purchases_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let model = *self;
        move |t, out| {
            for (t, out) in t.iter().zip(out) {
                let (share, t) = (model.share(f64::from(x), *t), opportunities(*t));
                *out = share * discounted_periods(&model.curve(), t, opportunities(horizon), 0.0);
            }
        }
    }

    fn purchases_of_new(&self, _: usize) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let model = *self;
        move |horizon, out| {
            let share = model.share(0.0, 0.0);
            for (horizon, out) in horizon.iter().zip(out) {
                let periods = opportunities(*horizon);
                *out = share * discounted_periods(&model.curve(), 0.0, periods, 0.0);
            }
        }
    }

    fn survival_if_alive(
        &self,
        _: Stage,
        _: usize,
        horizon: f64,
    ) -> impl Fn(&mut [f64], &mut [f64]) + Send + Sync {
        let curve = self.curve();
        move |t, out| {
            for (t, out) in t.iter().zip(out) {
                *out = exp(curve.ln_survival(opportunities(*t), opportunities(horizon)));
            }
        }
    }

    fn discounted_if_alive(
        &self,
        Stage { x, .. }: Stage,
        _: usize,
        discounting: &Discounting,
    ) -> impl Fn(f64) -> f64 + Send + Sync {
        let (model, discounting) = (*self, *discounting);
        move |t| {
            let (share, t) = (model.share(f64::from(x), t), opportunities(t));
            let until =
                |horizon: f64| discounted_periods(&model.curve(), t, opportunities(horizon), 0.0);
            let present = |horizon: f64, force: f64| {
                let periods = if discounting.force_without_end().is_some() {
                    f64::INFINITY
                } else {
                    opportunities(horizon)
                };
                exp(-force) * discounted_periods(&model.curve(), t, periods, force)
            };
            share * discounting.value(until, present)
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
            let (ahead, last) = (model.ahead(x, t, horizon), out.len() - 1);
            let (exact, more) = out.split_at_mut(last);
            for (n, out) in exact.iter_mut().enumerate() {
                *out = ahead.exactly(n as f64);
            }
            more[0] = ahead.at_least(last as f64);
        }
    }

    fn exactly_if_alive(&self, Stage { x, .. }: Stage, n: u32, t: f64, horizon: f64) -> f64 {
        self.ahead(x, t, horizon).exactly(f64::from(n))
    }

    fn mean_purchases(&self, t: f64) -> f64 {
        self.share(0.0, 0.0) * t
    }

    fn draw(&self, random: &mut Random, t: f64) -> (f64, f64) {
        let (buys, leaves) =
            (random.beta(self.alpha, self.beta), random.beta(self.gamma, self.delta));
        let (mut x, mut t_x, mut at) = (0.0, 0.0, 1.0);
        while at <= opportunities(t) && !random.happens(leaves) {
            if random.happens(buys) {
                (x, t_x) = (x + 1.0, at);
            }
            at += 1.0;
        }
        (x, t_x)
    }

    fn draw_ahead(
        &self,
        random: &mut Random,
        Stage { x, .. }: Stage,
        t: f64,
        horizon: f64,
        mut purchase: impl FnMut(f64),
    ) -> bool {
        let (x, t) = (f64::from(x), opportunities(t));
        let buys = random.beta(self.alpha + x, self.beta + t - x);
        let leaves = random.beta(self.gamma, self.delta + t);
        let mut at = 1.0;
        while at <= opportunities(horizon) {
            if random.happens(leaves) {
                return false;
            }
            if random.happens(buys) {
                purchase(at);
            }
            at += 1.0;
        }
        true
    }
}
