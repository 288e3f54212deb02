//! Who shows which costly behaviour: labels with a bounded share of false ones.

use super::definitions::Behaviour;
use super::distribution::BehaviourDistribution;
use super::learning::{GRIDS, learning_customers, learning_most};
use super::options::BehaviourFitOptions;
use super::scoring::{BehaviourInterval, BehaviourScore, BehaviourScores, score_each};
use crate::Error;
use crate::ledger::{Ledger, LedgerRow};
use crate::memory;
use crate::parallel::Threads;

/// Most customers by whom the cuts are set, evenly taken: where one in a hundred is labelled, the share of
/// false labels has a standard error of √(0.1 · 0.9 / 1311) = 0.8 % then.
const ENOUGH: usize = 1 << 17;

/// Fewest orders (cases, periods) that show a behaviour of somebody who is labelled: what happened once is no
/// habit. In Online Retail II twelve reversers were labelled by a single cancelled order each, and returned
/// 0.6 % of their lines in the year after.
const FEWEST_ORDERS: f64 = 2.0;

/// The probability that spending in new categories is at the cost of others from which on a steady budget is
/// called fixed. Four to one, a choice.
const SUPPORTED: f64 = 0.8;

/// How customers are labelled.
///
/// # Examples
/// ```
/// use loyalty_core::behaviours::{Behaviour, BehaviourOptions};
/// let mut options = BehaviourOptions::default();
/// options.materiality = 25.0;
/// options.set_threshold(Behaviour::RevenueReverser, 0.5);
/// assert_eq!(options.false_discovery_rate, 0.1);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BehaviourOptions {
    /// The share of labels that may be wrong, for each behaviour; 0.1 by default.
    pub false_discovery_rate: f64,
    /// Nobody is labelled whose strength is less likely over the threshold than this; 0.5 by default.
    pub least_p_over: f64,
    /// What a behaviour must cost in a year; 0 by default.
    pub materiality: f64,
    /// Fewest categories bought; 0 by default. The published findings are on buyers of two and more.
    pub least_categories: f64,
    /// How the distributions are fitted. Its threshold is not used; see [`BehaviourOptions::set_threshold`].
    pub fit: BehaviourFitOptions,
    thresholds: Vec<(Behaviour, f64)>,
}

impl Default for BehaviourOptions {
    fn default() -> Self {
        Self {
            false_discovery_rate: 0.1,
            least_p_over: 0.5,
            materiality: 0.0,
            least_categories: 0.0,
            fit: BehaviourFitOptions::default(),
            thresholds: Vec::new(),
        }
    }
}

impl BehaviourOptions {
    /// Sets the threshold of a behaviour, in the unit of its strength.
    pub fn set_threshold(&mut self, behaviour: Behaviour, threshold: f64) {
        self.thresholds.retain(|(known, _)| *known != behaviour);
        self.thresholds.push((behaviour, threshold));
    }

    fn check(&self) -> Result<(), Error> {
        let shares = [
            ("false_discovery_rate", self.false_discovery_rate),
            ("least_p_over", self.least_p_over),
        ];
        for (name, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::parameter(name, "from 0 to 1", value));
            }
        }
        crate::error::non_negative("materiality", self.materiality)?;
        crate::error::non_negative("least_categories", self.least_categories).map(|_| ())
    }

    fn of(&self, behaviour: Behaviour) -> BehaviourFitOptions {
        let given = self.thresholds.iter().find(|(known, _)| *known == behaviour);
        BehaviourFitOptions { threshold: given.map(|(_, value)| *value), ..self.fit.clone() }
    }
}

/// The rule for one behaviour.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    pub(super) distribution: BehaviourDistribution,
    /// The least p_over that is labelled; `None` where nobody is.
    pub(super) cut: Option<f64>,
}

/// The behaviours of a shop's customers, and from where on a customer is labelled.
///
/// The distributions of all behaviours that the columns at hand show, each with the least p_over at which the mean
/// of 1 − p_over over the customers labelled stays within the false-discovery rate. Labels are
/// independent: a customer has none, one or several.
///
/// # References
/// Newton, Noueiry, Sarkar & Ahlquist (2004), Biostatistics 5(2), 155–176: the direct posterior
/// probability approach.
#[derive(Debug, Clone, PartialEq)]
pub struct BehaviourModel {
    pub(super) rules: Vec<Rule>,
    pub(super) absent: Vec<(Behaviour, String)>,
    pub(super) materiality: f64,
    pub(super) least_categories: f64,
}

/// What is said of every customer: the scores of each behaviour, and the labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviours {
    pub(super) scores: Vec<(Behaviour, BehaviourScores)>,
    pub(super) labels: Vec<u8>,
    pub(super) primary: Vec<Option<Behaviour>>,
}

/// What is said of one customer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CustomerBehaviours {
    /// One for each behaviour that could be looked at, in order.
    pub each: Vec<CustomerBehaviour>,
    /// The costliest of their labels.
    pub primary: Option<Behaviour>,
}

impl CustomerBehaviours {
    /// What is said of a customer who opted out: the same, and no label.
    #[must_use]
    pub fn without_labels(self) -> Self {
        let none = |one| CustomerBehaviour { labelled: false, ..one };
        Self { each: self.each.into_iter().map(none).collect(), primary: None }
    }
}

/// What is said of one customer and one behaviour.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct CustomerBehaviour {
    /// Which behaviour.
    pub behaviour: Behaviour,
    /// What its distribution says.
    pub score: BehaviourScore,
    /// Whether they are labelled.
    pub labelled: bool,
}

impl BehaviourModel {
    /// Fits every behaviour that the ledger shows and sets the cuts.
    ///
    /// Behaviours that cannot be looked at are listed in [`BehaviourModel::absent`] with the column that
    /// would enable them.
    ///
    /// # Errors
    /// [`Error::Parameter`] for options outside their domain; [`Error::Value`] as
    /// [`BehaviourDistribution::score`].
    pub fn fit(ledger: &Ledger, options: &BehaviourOptions) -> Result<Self, Error> {
        options.check()?;
        let besides = GRIDS + 160 * ledger.len().min(ENOUGH);
        memory::ask_for_rows("a fit of behaviours", learning_most(ledger), 750, besides)?;
        let (mut rules, mut absent) = (Vec::new(), Vec::new());
        let customers = learning_customers(ledger);
        for &behaviour in Behaviour::ALL {
            match BehaviourDistribution::fit_to(
                behaviour,
                ledger,
                &customers,
                &options.of(behaviour),
            ) {
                Ok(distribution) => rules.push(Rule { distribution, cut: None }),
                Err(error @ (Error::MissingColumn { .. } | Error::Degenerate { .. })) => {
                    absent.push((behaviour, error.to_string()));
                }
                Err(error) => return Err(error),
            }
        }
        let mut model = Self {
            rules,
            absent,
            materiality: options.materiality,
            least_categories: options.least_categories,
        };
        let step = ledger.len().div_ceil(ENOUGH).max(1);
        let customers: Vec<usize> = (0..ledger.len()).step_by(step).collect();
        for position in 0..model.rules.len() {
            let fitted = &model.rules[position].distribution;
            if fitted.detectable() && fitted.lasting().is_seen() {
                let threads = options.fit.threads;
                let scores = fitted.score_some(ledger, &customers, threads)?;
                let low = fitted.at_low_level().score_some(ledger, &customers, threads)?;
                model.rules[position].cut =
                    model.cut(fitted, ledger, &customers, (&scores, &low.p_over), options);
            }
        }
        Ok(model)
    }

    /// The least p_over of the largest set of customers whose mean of 1 − p_over is within the rate, also where the
    /// shop's level of the time ahead is as low as it is once in ten times, by `low`.
    fn cut(
        &self,
        fitted: &BehaviourDistribution,
        ledger: &Ledger,
        customers: &[usize],
        (scores, low): (&BehaviourScores, &[f64]),
        options: &BehaviourOptions,
    ) -> Option<f64> {
        let categories = &ledger.columns().categories;
        let mut p: Vec<(f64, f64)> = (customers.iter().enumerate())
            .filter(|&(_, &row)| !ledger.is_opted_out(row))
            .filter(|&(at, &row)| self.matters(fitted, &scores.row(at), categories[row]))
            .map(|(at, _)| (scores.p_over[at], low[at]))
            .filter(|&(p, _)| p >= options.least_p_over)
            .collect();
        p.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        let (mut wrong, mut count, mut cut) = (0.0, 0.0, None);
        // Equal ones together, as the cut cannot tell them apart.
        for same in p.chunk_by(|a, b| a.0 == b.0) {
            wrong += same.iter().map(|(_, low)| 1.0 - low).sum::<f64>();
            count += same.len() as f64;
            if wrong > options.false_discovery_rate * count {
                break;
            }
            cut = Some(same[0].0);
        }
        cut
    }

    /// Whether a label could be given to whoever is surely over: for what shows in two orders at least, costs
    /// enough, and is not steady spending alone.
    fn matters(
        &self,
        fitted: &BehaviourDistribution,
        score: &BehaviourScore,
        categories: f64,
    ) -> bool {
        let behaviour = fitted.behaviour();
        let costs = if !behaviour.is_costly() {
            true
        } else if fitted.is_priced() {
            score.impact > self.materiality
        } else {
            // What is not known is no more than any sum.
            self.materiality <= 0.0
        };
        costs
            && score.orders >= FEWEST_ORDERS
            && categories >= self.least_categories
            && (behaviour != Behaviour::FixedBudget || score.support >= SUPPORTED)
    }

    fn labelled(&self, rule: &Rule, score: &BehaviourScore, categories: f64) -> bool {
        rule.cut.is_some_and(|cut| score.p_over >= cut)
            && self.matters(&rule.distribution, score, categories)
    }

    /// The behaviours that could be fitted, with the distribution and the cut of each.
    pub fn distributions(&self) -> impl Iterator<Item = (&BehaviourDistribution, Option<f64>)> {
        self.rules.iter().map(|rule| (&rule.distribution, rule.cut))
    }

    /// Whether the columns at hand tell what a behaviour costs.
    pub fn is_priced(&self, behaviour: Behaviour) -> bool {
        let rule = self.rules.iter().find(|rule| rule.distribution.behaviour() == behaviour);
        rule.is_some_and(|rule| rule.distribution.is_priced())
    }

    /// Those that could not, and why.
    pub fn absent(&self) -> &[(Behaviour, String)] {
        &self.absent
    }

    /// What a behaviour must cost in a year to be labelled.
    pub fn materiality(&self) -> f64 {
        self.materiality
    }

    /// What can be said of a behaviour: `labelled`, `nobody over the threshold`, `no difference
    /// detectable`, `not seen to last`, `steady, but not seen to hold whatever is offered`, or what is missing.
    pub fn statement(&self, behaviour: Behaviour) -> &str {
        if let Some((_, why)) = self.absent.iter().find(|(absent, _)| *absent == behaviour) {
            return why;
        }
        match self.rules.iter().find(|rule| rule.distribution.behaviour() == behaviour) {
            Some(Rule { cut: Some(_), .. }) => "labelled",
            Some(rule) if !rule.distribution.detectable() => "no difference detectable",
            Some(rule) if !rule.distribution.lasting().is_seen() => "not seen to last",
            Some(_) if behaviour == Behaviour::FixedBudget => {
                "steady, but not seen to hold whatever is offered"
            }
            Some(_) => "nobody over the threshold",
            None => "no difference detectable",
        }
    }

    /// Labels every customer of a ledger, of the shop that was fitted or a later one; nobody who opted out.
    ///
    /// # Errors
    /// As [`BehaviourDistribution::score`].
    pub fn classify(&self, ledger: &Ledger, threads: Threads) -> Result<Behaviours, Error> {
        let each = 24 + 80 * self.rules.len();
        memory::ask_for_rows("behaviours of customers", ledger.len(), each, 0)?;
        let distributions: Vec<&BehaviourDistribution> =
            self.rules.iter().map(|rule| &rule.distribution).collect();
        let scores: Vec<(Behaviour, BehaviourScores)> = (distributions.iter())
            .map(|distribution| distribution.behaviour())
            .zip(score_each(&distributions, ledger, threads)?)
            .collect();
        let categories = &ledger.columns().categories;
        let mut labels = vec![0_u8; ledger.len()];
        let mut primary: Vec<Option<Behaviour>> = vec![None; ledger.len()];
        let mut costliest = vec![0.0; ledger.len()];
        for (rule, (behaviour, scores)) in self.rules.iter().zip(&scores) {
            for row in 0..ledger.len() {
                let score = scores.row(row);
                if !ledger.is_opted_out(row) && self.labelled(rule, &score, categories[row]) {
                    labels[row] |= bit(*behaviour);
                    let first = primary[row].is_none() || score.impact > costliest[row];
                    if first && behaviour.is_costly() {
                        (costliest[row], primary[row]) = (score.impact, Some(*behaviour));
                    }
                }
            }
        }
        Ok(Behaviours { scores, labels, primary })
    }

    /// Labels one customer by their row of a ledger; `group` is their group of peers, if they have one.
    ///
    /// # Errors
    /// As [`BehaviourDistribution::score_one`].
    pub fn classify_one(
        &self,
        row: &LedgerRow,
        group: Option<&str>,
    ) -> Result<CustomerBehaviours, Error> {
        let mut each = Vec::with_capacity(self.rules.len());
        let primary = self.classify_each(row, group, |one| each.push(one))?;
        Ok(CustomerBehaviours { each, primary })
    }

    /// The same, told one by one in order: nothing is allocated. Returns the costliest of their labels.
    ///
    /// # Errors
    /// As [`BehaviourDistribution::score_one`].
    pub fn classify_each(
        &self,
        row: &LedgerRow,
        group: Option<&str>,
        mut tell: impl FnMut(CustomerBehaviour),
    ) -> Result<Option<Behaviour>, Error> {
        let (mut primary, mut costliest) = (None, 0.0);
        for rule in &self.rules {
            let (behaviour, score) =
                (rule.distribution.behaviour(), rule.distribution.score_one(row, group)?);
            let labelled = self.labelled(rule, &score, row.categories);
            let first = primary.is_none() || score.impact > costliest;
            if labelled && first && behaviour.is_costly() {
                (primary, costliest) = (Some(behaviour), score.impact);
            }
            tell(CustomerBehaviour { behaviour, score, labelled });
        }
        Ok(primary)
    }

    /// The intervals of one customer's strengths and of what they cost; see [`BehaviourDistribution::interval`].
    ///
    /// # Errors
    /// As [`BehaviourDistribution::interval`].
    pub fn intervals_one(
        &self,
        row: &LedgerRow,
        group: Option<&str>,
        level: f64,
    ) -> Result<Vec<(Behaviour, BehaviourInterval)>, Error> {
        let one = |rule: &Rule| {
            Ok((rule.distribution.behaviour(), rule.distribution.interval(row, group, level)?))
        };
        self.rules.iter().map(one).collect()
    }
}

/// The labels of a customer are the bits of one byte.
const _: () = assert!(Behaviour::ALL.len() <= 8);

fn bit(behaviour: Behaviour) -> u8 {
    1 << (behaviour as u8)
}

impl Behaviours {
    /// The number of customers.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The scores of a behaviour, if it could be looked at.
    pub fn scores(&self, behaviour: Behaviour) -> Option<&BehaviourScores> {
        self.scores.iter().find(|(known, _)| *known == behaviour).map(|(_, scores)| scores)
    }

    /// The behaviours that could be looked at, in order.
    pub fn looked_at(&self) -> impl Iterator<Item = Behaviour> {
        self.scores.iter().map(|(behaviour, _)| *behaviour)
    }

    /// Whether a customer is labelled.
    pub fn has(&self, row: usize, behaviour: Behaviour) -> bool {
        self.labels[row] & bit(behaviour) != 0
    }

    /// Whether a customer has no label.
    pub fn is_healthy(&self, row: usize) -> bool {
        self.labels[row] == 0
    }

    /// The costliest label of each customer, `None` for none.
    pub fn primary(&self) -> &[Option<Behaviour>] {
        &self.primary
    }

    /// Whether a customer spends steadily, with a probability of at least one half, whether or not that is
    /// called a fixed budget: a description, and no label.
    pub fn is_steady(&self, row: usize) -> bool {
        let scores = self.scores(Behaviour::FixedBudget);
        scores.is_some_and(|scores| scores.p_over[row] >= 0.5)
    }
}
