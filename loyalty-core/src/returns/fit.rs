//! Learning a return propensity from the sampled.

use super::ReturnPropensity;
use super::clustering::Clustering;
use super::columns::losses;
use super::design::{Design, Sample};
use super::drift::Path;
use super::facts::ReturnFacts;
use super::lag::{LagCurve, SeenReturn};
use super::level::Level;
use super::line::LineModel;
use super::newton::{constant_loss, solve};
use super::overall::Overall;
use super::sample::{SampledLines, Settled};
use super::schema::Schema;
use super::settling::Settling;
use super::shrink::{Shrinkage, ShrinkageCriterion};
use super::stream::{Pace, Stream};
use super::tables::keys::Counts;
use super::telling;
use crate::Error;
use crate::error::Degeneracy;
use crate::error::non_negative;
use crate::math::elementary::ln;
use crate::memory;
use crate::orders::{LinesByTime, OrderLines, Outcome, day_of};
use crate::parallel::{Threads, map_chunks};

/// How a return propensity is learnt.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReturnOptions {
    /// A line that is not back after so many days counts as kept, from 1 to 3660. By default 60; where no
    /// times of returns are known, not more than a quarter of the days that the lines span, as nothing is
    /// heard of a line before the horizon and the younger ones cannot be learnt from.
    /// [`ReturnFacts::horizon_days`] says which was taken.
    pub horizon_days: Option<u32>,
    /// The fit learns from nothing after the day of this instant (microseconds since 1970-01-01T00:00), by
    /// default the last day of the lines. What lines up to then say of later days counts from those
    /// days on, as in [`ReturnPropensity::update`].
    pub observation_end: Option<i64>,
    /// Histories of crossed keys, such as `["product", "size"]`, beside those kept anyway: of the
    /// customer, the product, each category, customer × product, customer and each category ×
    /// value, and product × category where products come in several levels of it, such as sizes.
    pub crossed: Vec<Vec<String>>,
    /// Whether the line model looks at more than the customer and the product; it does by default.
    /// Without, it adds their two shrunk log-odds, and those of crossed keys, each with one weight:
    /// no other history is kept, and nothing of the order itself counts.
    pub context: bool,
    /// The age at which a line weighs half as much as a new one, at least 1 day; none by default.
    pub half_life_days: Option<f64>,
    /// How the strength of the shrinkage is chosen.
    pub shrinkage: ShrinkageCriterion,
    /// λ of the penalty ½ λ Σ β² over standardised terms other than the log-odds of histories, which are
    /// shrunk already; by default the one that predicts the last
    /// fifth of the lines best from those before.
    pub penalty: Option<f64>,
    /// Categories and numbers that are known at the order although they all but tell whether lines come
    /// back. Others that do are refused.
    pub known_at_order: Vec<String>,
    /// How many threads the fit may use.
    pub threads: Threads,
}

impl Default for ReturnOptions {
    fn default() -> Self {
        Self {
            horizon_days: None,
            observation_end: None,
            crossed: Vec::new(),
            context: true,
            half_life_days: None,
            shrinkage: ShrinkageCriterion::default(),
            penalty: None,
            known_at_order: Vec::new(),
            threads: Threads::default(),
        }
    }
}

/// A fitted return propensity and how it was found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReturnFit {
    /// The model, with the state at the end of the observation.
    pub model: ReturnPropensity,
    /// How it was found, as in [`ReturnPropensity::facts`].
    pub facts: ReturnFacts,
}

impl ReturnOptions {
    fn check(&self) -> Result<(), Error> {
        let outside = |name, expected, value| Err(Error::parameter(name, expected, value));
        if let Some(days) = self.horizon_days.filter(|days| !(1..=3660).contains(days)) {
            return outside("horizon_days", "from 1 to 3660", f64::from(days));
        }
        if let Some(days) = self.half_life_days.filter(|days| !(1.0..=36_600.0).contains(days)) {
            return outside("half_life_days", "from 1 to 36600", days);
        }
        self.penalty.map_or(Ok(0.0), |penalty| non_negative("penalty", penalty)).map(|_| ())
    }
}

impl ReturnPropensity {
    /// Learns from lines of known fate, and takes in all that is known of keys and open lines.
    ///
    /// A line is settled, and learnt from, once it is as old as the horizon at the end of the
    /// observation. Where there are more than some hundred thousand settled lines, kept ones are
    /// thinned by a hash of their number and stand for several each.
    ///
    /// With no return among the settled lines, or nothing else, every line gets one probability,
    /// (R + ½)/(n + 1), until a new fit.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the lines have no outcome, [`Error::Degenerate`] where none is
    /// settled, [`Error::Columns`] where a category or a number tells by itself whether lines came back, more
    /// than half of what is uncertain of it in log-loss, and is not named in
    /// [`ReturnOptions::known_at_order`], [`Error::Parameter`] and [`Error::Choice`] for options outside their domain.
    pub fn fit(lines: &OrderLines, options: &ReturnOptions) -> Result<ReturnFit, Error> {
        options.check()?;
        let all = lines;
        lines.ask_by_time()?;
        memory::ask_for_rows("a fit to order lines", lines.len(), 1300, 0)?;
        let lines = lines.by_time();
        let outcomes = lines.outcome.as_ref().ok_or(Error::MissingColumn {
            column: "returned",
            needed_by: "the fit of a return propensity",
        })?;
        let last = lines.day(lines.orders() - 1);
        let end = options.observation_end.map_or(last, day_of);
        let orders = (0..lines.orders()).rev().find(|&order| lines.day(order) <= end);
        let orders = orders.map_or(0, |order| order + 1);
        telling::check(lines, outcomes, orders, &options.known_at_order)?;
        let schema = Schema::of(lines, orders, &options.crossed, options.context)?;
        let horizon = options.horizon_days.unwrap_or_else(|| horizon(lines, outcomes, orders, end));
        let lag = lag(lines, outcomes, orders, horizon, end);
        let pace = Pace::new(&lag, options.half_life_days);
        let first_day = lines.day(0).min(end);
        let (level, overall) = (Level::new(0.0, 1.0, true), [Overall::new(0.5); 2]);
        let mut stream = Stream::new(&schema, pace, level, overall, first_day);
        let table = schema.matched(lines)?;
        let (money, outcomes) = (all.money_paid_back(), &outcomes[..]);
        let known = (outcomes, money.as_deref());
        let sampled = SampledLines::of(&schema, &mut stream, &table, known, orders, end);
        if sampled.settled.lines == 0 {
            let reason = "no line is as old as the horizon at the end of the observation";
            return Err(Error::degenerate("the return propensity", Degeneracy::TooFew, reason));
        }
        let left_out = lines.len() - lines.starts[orders] as usize;
        Learner { schema, lag, sampled, options, left_out }.learn(stream)
    }
}

/// The usual horizon, in days: shops take goods back for two weeks to a month, and credits take a while.
const USUAL_HORIZON: u32 = 60;

/// The horizon where none is asked for.
fn horizon(lines: &LinesByTime, outcomes: &[Outcome], orders: usize, end: i32) -> u32 {
    let known = &outcomes[..lines.starts[orders] as usize];
    if known.iter().any(|outcome| matches!(outcome, Outcome::Returned(_))) {
        return USUAL_HORIZON;
    }
    // Three quarters of the lines are left to learn from.
    let span = u32::try_from(end - lines.day(0)).unwrap_or(0);
    (span / 4).clamp(1, USUAL_HORIZON)
}

/// The lag curve of the returns known by the end.
fn lag(
    lines: &LinesByTime,
    outcomes: &[Outcome],
    orders: usize,
    horizon: u32,
    end: i32,
) -> LagCurve {
    let days = |from: i32, to: i32| u32::try_from(to - from).unwrap_or(0);
    let mut seen = Vec::new();
    for order in 0..orders {
        let day = lines.day(order);
        for line in lines.order(order) {
            if let Outcome::Returned(on) = outcomes[line]
                && on <= end
            {
                seen.push(SeenReturn { lag: days(day, on), watched: days(day, end) });
            }
        }
    }
    LagCurve::estimate(&seen, horizon).unwrap_or_else(|| LagCurve::step(horizon))
}

struct Learner<'a> {
    schema: Schema,
    lag: LagCurve,
    sampled: SampledLines,
    options: &'a ReturnOptions,
    left_out: usize,
}

impl Learner<'_> {
    fn learn(mut self, mut stream: Stream) -> Result<ReturnFit, Error> {
        let (lines, returned) = (self.sampled.settled.lines, self.sampled.settled.returned);
        let rate = self.sampled.settled.rate();
        let log_odds = ln(rate / (1.0 - rate));
        let shrinkage = self.shrinkage(&stream)?;
        let one_fate = returned == 0 || returned == lines;
        self.sampled.complete(&self.schema, &shrinkage, self.options.threads);
        let mut scored = vec![0.0; self.sampled.rows()];
        let (line, path, rows, penalty, iterations) = if one_fate {
            (LineModel::constant(log_odds), Path::still(self.sampled.ramps()), 0, 0.0, 0)
        } else {
            self.line(log_odds, &mut scored)?
        };
        line.log_odds(|feature| &self.sampled.features[feature], &mut scored);
        let settling = Settling::new(&self.sampled, &scored, &stream.pace);
        let first = self.sampled.day.first().map_or(0.0, |&day| path.at(day));
        let level = settling.level(first, stream.today, one_fate);
        for (row, &log_odds) in scored.iter().enumerate() {
            if self.sampled.number[row] >= stream.open.first() {
                let line = stream.open.get_mut(self.sampled.number[row]);
                line.log_odds = log_odds;
                line.heard &= level.early;
            }
        }
        // What follows is of lines at the level of their time.
        self.sampled.add_path(&path, &mut scored);
        let SampledLines { order, product, target, weight, .. } = &self.sampled;
        let of_products: Vec<(u32, u32)> =
            order.iter().copied().zip(product.iter().copied()).collect();
        let effect = self.sampled.design_effect(&scored, order);
        let orders = [effect, self.sampled.design_effect(&scored, &of_products)];
        let clustering = Clustering::of(&self.sampled, &scored, &self.schema, &shrinkage, orders);
        let settled = &scored[..target.len()];
        let log_loss = losses(settled, 0.0, target, weight)[0] / weight.iter().sum::<f64>();
        stream.level = level;
        let facts = ReturnFacts {
            horizon_days: self.lag.horizon_days(),
            settled: lines,
            returned,
            left_out: self.left_out,
            rows,
            penalty,
            iterations,
            log_loss,
            constant_log_loss: constant_loss(rate),
            clustering: clustering.orders,
            design_effect: level.design_effect,
        };
        let Self { schema, lag, sampled, .. } = self;
        let mut model =
            ReturnPropensity { schema, lag, shrinkage, line, clustering, facts, stream };
        model.clustering.order_variance = model.order_variance(&sampled, &scored);
        Ok(ReturnFit { model, facts })
    }

    /// The line model, drawn together by as much as it is too sure, and how the level moved, with the rows
    /// that they rest on, the penalty and the iterations; `scored` is room to work in.
    fn line(
        &self,
        log_odds: f64,
        scored: &mut [f64],
    ) -> Result<(LineModel, Path, usize, f64, usize), Error> {
        let SampledLines { features, day, target, weight, order, .. } = &self.sampled;
        let mut kinds = self.schema.features();
        if !self.options.context {
            // The log-odds of histories are left, each with one weight.
            let first = self.schema.first_history();
            for (number, kind) in kinds.iter_mut().enumerate() {
                (kind.used, kind.splined) = (number >= first, false);
            }
        }
        let threads = self.options.threads;
        let sample = Sample { features, day, target, weight };
        let design = Design::new(sample, &kinds, self.sampled.ramps(), threads);
        let found = solve(&design, log_odds, self.options.penalty, threads)?;
        let (mut line, path) = (found.model, found.path);
        line.log_odds(|feature| &features[feature], scored);
        self.sampled.add_path(&path, scored);
        let design_effect = self.sampled.design_effect(scored, order);
        line.draw(found.optimism.slope(design_effect), found.optimism.centre());
        Ok((line, path, design.rows(), found.penalty, found.iterations))
    }

    fn shrinkage(&self, stream: &Stream) -> Result<Vec<Shrinkage>, Error> {
        let path = |of: Settled, per_order: bool| {
            let rate = of.rate();
            let path = self.sampled.path(per_order, ln(rate / (1.0 - rate)))?;
            Ok::<_, Error>((rate, path))
        };
        let (rate, of_lines) = path(self.sampled.settled, false)?;
        let (rate_of_orders, of_orders) = path(self.sampled.settled_orders(), true)?;
        let prior = |history: usize| match self.options.shrinkage {
            ShrinkageCriterion::BetaBinomial => {
                let places = (0..).take(stream.tables[history].len());
                let counts: Vec<Counts> =
                    places.map(|place| stream.counts(history, place)).collect();
                Shrinkage::beta_binomial(&counts, rate)
            }
            ShrinkageCriterion::OneStepAhead if self.schema.histories[history].per_order => {
                let steps = self.sampled.steps_of_orders(history, &of_orders);
                Shrinkage::one_step_ahead(&steps, rate_of_orders)
            }
            ShrinkageCriterion::OneStepAhead => {
                Shrinkage::one_step_ahead(&self.sampled.steps(history, &of_lines), rate)
            }
        };
        let histories = self.schema.histories.len();
        let all = map_chunks(histories, 1, self.options.threads, |history| prior(history.start));
        all.into_iter().collect()
    }
}
