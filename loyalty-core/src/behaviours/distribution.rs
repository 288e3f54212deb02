//! How one behaviour is distributed over the customers of a shop.

use super::definition::Fitted;
use super::definitions::{Behaviour, Terms};
use super::lasting::Lasting;
use super::learning::{GRIDS, LearningSample, learning_customers, learning_most};
use super::level::Level;
use super::options::{BehaviourFitOptions, Threshold, ThresholdBasis};
use super::population::{Population, Recurrence, Transition};
use crate::Error;
use crate::ledger::{Ledger, LedgerRow};
use crate::memory;

/// How strongly the customers of a shop show one behaviour, and from where on it costs the shop money.
///
/// Every customer has a strength θ; over the customers it follows a distribution that is learnt from all of
/// them, and the evidence in a customer's ledger leaves a posterior. A customer is over where θ exceeds a
/// threshold that economics give, or a ratio to the portfolio. See [`Behaviour`] for what θ is.
///
/// # Examples
/// ```
/// use loyalty_core::behaviours::{Behaviour, BehaviourDistribution, BehaviourFitOptions};
/// use loyalty_core::ledger::{Ledger, LedgerOptions};
/// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
/// use loyalty_core::parallel::Threads;
/// # let customer: Vec<i64> = (0..4000).map(|i| i % 400).collect();
/// # let day: Vec<i64> = (0..4000).map(|i| (i * 13) % 700).collect();
/// # let paid = vec![50.0; 4000];
/// // One customer in ten sends back every other line, the others one in twelve.
/// let back: Vec<f64> = (0..4000)
///     .map(|i| if i % 400 < 40 { (i / 400) % 2 == 0 } else { (i % 400 + i / 400) % 12 == 5 })
///     .map(|back| if back { 50.0 } else { 0.0 })
///     .collect();
/// let customer = Column::new("customer", &customer[..]).into();
/// let mut columns = LineColumns::new(customer, Column::new("day", &day), TimeScale::Days)
///     .with_amount(Column::new("paid", &paid));
/// columns.returned_amount = Some(Column::new("back", &back));
/// let lines = OrderLines::new(&columns, Invalid::Raise)?;
/// let mut options = LedgerOptions::default();
/// options.economics.margin = Some(0.4);
/// options.economics.handling = Some(20.0);
/// let ledger = Ledger::new(&lines, None, None, &options)?;
///
/// let distribution = BehaviourDistribution::fit(Behaviour::RevenueReverser, &ledger, &BehaviourFitOptions::default())?;
/// let scores = distribution.score(&ledger, Threads::default())?;
/// assert!(scores.estimate[0] > 0.35 && scores.estimate[399] < 0.15);
/// assert!(scores.impact[0] > 0.0 && scores.p_over[399] < 0.01);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Shah, Kumar, Qu & Chen (2012), Journal of Marketing 76(3), 78–95: behaviours that make
/// cross-buying unprofitable. Robbins (1956); Efron (2010), Large-Scale Inference: empirical Bayes.
#[derive(Debug, Clone, PartialEq)]
pub struct BehaviourDistribution {
    pub(super) behaviour: Behaviour,
    pub(super) population: Population,
    pub(super) threshold: Threshold,
    pub(super) terms: Terms,
    pub(super) peers: Vec<(String, f64)>,
    pub(super) customers: usize,
    pub(super) likelihood_ratio: f64,
    pub(super) variation: f64,
    pub(super) lasting: Lasting,
    /// What lasts of strengths, by `lasting`.
    pub(super) transition: Transition,
}

/// Twice the gain in ln L that customers who are all alike exceed once in a hundred shops: the 98 %
/// point of χ² with one degree of freedom, as the variance lies on its boundary (Self & Liang 1987).
const BY_CHANCE: f64 = 5.411_894_431_054_342;

/// What lasts of strengths, and the level at which it does.
pub(super) fn transition(population: &Population, lasting: &Lasting) -> Transition {
    Transition::new(population, lasting.correlation()).blurred(lasting.level_spread())
}

impl BehaviourDistribution {
    /// Fits the distribution of a behaviour to a ledger by empirical Bayes: the gamma or beta distribution
    /// over customers of largest marginal likelihood, then roughened by the customers' evidence.
    ///
    /// # Errors
    /// [`Error::MissingColumn`] where the order lines or contacts lack what the behaviour shows in,
    /// [`Error::Degenerate`] where nobody shows any of it or fewer than ten customers have evidence,
    /// [`Error::Parameter`] for options outside their domain.
    pub fn fit(
        behaviour: Behaviour,
        ledger: &Ledger,
        options: &BehaviourFitOptions,
    ) -> Result<Self, Error> {
        memory::ask_for_rows("a fit of a behaviour", learning_most(ledger), 750, GRIDS)?;
        Self::fit_to(behaviour, ledger, &learning_customers(ledger), options)
    }

    /// [`BehaviourDistribution::fit`] to some of the ledger's customers.
    pub(super) fn fit_to(
        behaviour: Behaviour,
        ledger: &Ledger,
        customers: &[(u32, LedgerRow)],
        options: &BehaviourFitOptions,
    ) -> Result<Self, Error> {
        options.check()?;
        let (column, there) = behaviour.column(ledger.available());
        if !there {
            return Err(Error::MissingColumn { column, needed_by: behaviour.title() });
        }
        let name = behaviour.name();
        let sample = LearningSample { ledger, customers, options, behaviour: name };
        let Fitted { learnt: found, threshold, terms } = behaviour.learn(&sample)?;
        let population = found.learnt.population;
        let (mean, variance) = population.moments(0.0);
        let mut fitted = Self {
            behaviour,
            transition: Transition::new(&population, 0.0),
            population,
            threshold,
            terms,
            peers: found.peers,
            customers: found.learnt.customers,
            likelihood_ratio: found.learnt.likelihood_ratio.max(0.0),
            variation: variance.sqrt() / mean,
            lasting: Lasting::default(),
        };
        fitted.lasting = fitted.learn_lasting(ledger, customers, options);
        fitted.lasting.level = fitted.learn_level(ledger, options.threads);
        fitted.transition = transition(&fitted.population, &fitted.lasting);
        Ok(fitted)
    }

    /// What lasts from one half of the history to the other.
    fn learn_lasting(
        &self,
        ledger: &Ledger,
        customers: &[(u32, LedgerRow)],
        options: &BehaviourFitOptions,
    ) -> Lasting {
        let (halves, peers) = (ledger.halves(), self.peers_of(ledger));
        let evidence = |customer: u32, row: &LedgerRow| {
            let case = self.case(row, peers(customer as usize))?;
            (case.evidence.trials > 0.0).then_some(case.evidence)
        };
        let both = |(customer, before, after): &(u32, LedgerRow, LedgerRow)| {
            Some((evidence(*customer, before)?, evidence(*customer, after)?))
        };
        let pairs: Vec<_> = halves.rows.iter().filter_map(both).collect();
        let mut histories: Vec<f64> = customers.iter().map(|(_, row)| row.tenure).collect();
        let middle = histories.len() / 2;
        histories.sort_unstable_by(f64::total_cmp);
        let history = histories.get(middle).copied().unwrap_or(0.0);
        let ahead = options.ahead.unwrap_or(ledger.portfolio().years.min(1.0));
        Lasting {
            recurrence: Recurrence::of(&self.population, &pairs, options.threads),
            years: halves.years,
            history: history.max(1e-3),
            ahead,
            level: Level::default(),
        }
    }

    /// The same where the shop's level of the time ahead is as low as it is once in ten times.
    pub(super) fn at_low_level(&self) -> Self {
        /// The tenth part of normal numbers lies below its negative.
        const ONCE_IN_TEN: f64 = 1.281_551_565_544_600_4;
        let low = -ONCE_IN_TEN * self.lasting.level_spread();
        let lasts = Transition::new(&self.population, self.lasting.correlation());
        Self { transition: lasts.at_level(low), ..self.clone() }
    }

    /// Which behaviour.
    pub fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// The threshold: in the unit of the strength, or, where [`BehaviourDistribution::basis`] is economics,
    /// the number that it is worked out from: margins, or 1 for a break-even return rate.
    pub fn threshold(&self) -> f64 {
        self.threshold.value
    }

    /// Where the threshold comes from.
    pub fn basis(&self) -> ThresholdBasis {
        self.threshold.basis
    }

    /// The customers: strengths from small to large, and the share of the customers about each.
    pub fn population(&self) -> (Vec<f64>, &[f64]) {
        let (mut points, masses) = self.population.points();
        points.iter_mut().for_each(|point| *point = self.strength(*point));
        (points, masses)
    }

    /// Customers whose evidence entered the fit.
    pub fn customers(&self) -> usize {
        self.customers
    }

    /// Twice the gain in ln L over customers who are all alike.
    pub fn likelihood_ratio(&self) -> f64 {
        self.likelihood_ratio
    }

    /// Standard deviation of the strength over customers, by its mean.
    pub fn variation(&self) -> f64 {
        self.variation
    }

    /// Groups of peers and how their means stand to that of all.
    pub fn peers(&self) -> &[(String, f64)] {
        &self.peers
    }

    /// Whether customers differ in this behaviour beyond chance, and by enough to speak of one: a
    /// likelihood ratio beyond 5.41, which chance exceeds once in a hundred, and a variation of at
    /// least √0.1 (a gamma distribution with a shape of at most 10), or 0.15 for the depth of discounts.
    /// Otherwise nobody is labelled.
    pub fn detectable(&self) -> bool {
        self.likelihood_ratio > BY_CHANCE && self.variation >= self.behaviour.least_variation()
    }

    /// What lasts of the behaviour.
    pub fn lasting(&self) -> Lasting {
        self.lasting
    }

    /// Whether the columns at hand tell what it costs; otherwise there is no impact.
    pub fn is_priced(&self) -> bool {
        self.terms.of().priced()
    }

    /// The strength of a customer of whom only that is known of which the evidence is.
    pub(super) fn strength(&self, of_evidence: f64) -> f64 {
        let terms = self.terms.of();
        terms.strength(terms.unit_at(of_evidence), of_evidence)
    }

    /// The same at what a customer buys, to which the evidence was shifted.
    pub(super) fn plain(&self, of_evidence: f64) -> f64 {
        of_evidence * self.terms.of().unit_at(of_evidence)
    }
}
