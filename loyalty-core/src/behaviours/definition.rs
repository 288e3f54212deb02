//! What makes a behaviour: the two traits that each file of `definitions/` implements.

use super::learning::{LearningSample, LearntWithPeers};
use super::options::Threshold;
use super::population::{Evidence, Link};
use crate::Error;
use crate::ledger::{Available, LedgerRow};

/// The least standard deviation of a strength over customers, by its mean, at which a behaviour is
/// spoken of: a gamma distribution with a shape of 10. A choice: with a larger
/// shape fewer than one customer in 200 has twice the mean, which is the threshold where economics give none.
pub(super) const LEAST_VARIATION: f64 = 0.316_227_766_016_837_94;

/// One behaviour: what it is called, where it shows, and how its constants are learnt from a shop.
///
/// The value is what a fitted model knows of the shop besides the population of strengths; what it says
/// of one customer is [`BehaviourTerms`].
pub(super) trait BehaviourDefinition: BehaviourTerms + Sized {
    /// Its name in model files: `service-demander`, …
    const KIND: &'static str;

    /// What a message calls it: `the service demander`, …
    const TITLE: &'static str;

    /// The column of order lines or contacts that it shows in.
    const COLUMN: &'static str;

    /// Whether its strength is a rate or a share.
    const LINK: Link;

    /// See [`LEAST_VARIATION`].
    const LEAST_VARIATION: f64 = LEAST_VARIATION;

    /// Whether the ledger was made of the column.
    fn shows_in(available: Available) -> bool;

    /// Learns the constants, the population and the threshold.
    fn learn(sample: &LearningSample<'_>) -> Result<Fitted<Self>, Error>;
}

/// What the constants of a fitted behaviour say of one customer.
pub(super) trait BehaviourTerms {
    /// The customer's ledger as evidence, a threshold and money; `None` where it says nothing. `peers` is
    /// how far their peers shift the natural parameter.
    fn case(&self, threshold: Threshold, row: &LedgerRow, peers: f64) -> Option<Case>;

    /// The strength by what the evidence is of, for a customer of whom the evidence is known to be of this strength and
    /// nothing else.
    fn unit_at(&self, _strength: f64) -> f64 {
        1.0
    }

    /// The strength, by that of which the evidence is, in the unit of a customer's [`Case`].
    fn strength(&self, unit: f64, of_evidence: f64) -> f64 {
        unit * of_evidence
    }

    /// The other way round.
    fn of_evidence(&self, unit: f64, strength: f64) -> f64 {
        strength / unit
    }

    /// P(strength > threshold), given what is known of the customer besides their evidence.
    fn over(&self, over: f64, _row: &LedgerRow) -> f64 {
        over
    }

    /// Events that show it, and the orders (of a budget: the periods) in which they lie.
    fn shown(&self, row: &LedgerRow) -> Shown;

    /// Whether the columns at hand tell what it costs.
    fn priced(&self) -> bool {
        true
    }

    /// What must hold besides.
    fn second_sign(&self, _row: &LedgerRow) -> SecondSign {
        SecondSign { needed: 1.0, support: 1.0 }
    }

    /// The probability that both hold.
    fn both(&self, over: f64, needed: f64) -> f64 {
        over * needed
    }

    /// Whether numbers read from a file lie in their domains.
    fn check(&self) -> Result<(), Error>;
}

/// One customer's case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    /// What their ledger says of the strength.
    pub(super) evidence: Evidence,
    /// How much evidence there is: orders, lines or degrees of freedom.
    pub(super) amount: f64,
    /// Their strength by what the evidence is of.
    pub(super) unit: f64,
    /// In the unit of the strength.
    pub(super) threshold: f64,
    pub(super) cost: Cost,
}

/// What a behaviour costs the shop in a year.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cost {
    /// Money for one unit of the strength, at what the customer buys.
    PerUnit(f64),
    /// Money, if the customer is over the threshold.
    Whole(f64),
    /// It is no cost, or no column tells it.
    Unknown,
}

/// What a customer did that shows a behaviour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) events: f64,
    pub(super) orders: f64,
}

/// A second sign of a behaviour.
#[derive(Debug, Clone, Copy)]
pub(super) struct SecondSign {
    /// Probability of what must hold besides the strength; 1 where nothing else is asked for.
    pub(super) needed: f64,
    /// Probability of the sign that is reported.
    pub(super) support: f64,
}

/// What was learnt of a behaviour.
pub(super) struct Fitted<T> {
    pub(super) learnt: LearntWithPeers,
    pub(super) threshold: Threshold,
    pub(super) terms: T,
}

impl<T> Fitted<T> {
    pub(super) fn map<U>(self, into: impl FnOnce(T) -> U) -> Fitted<U> {
        let Self { learnt, threshold, terms } = self;
        Fitted { learnt, threshold, terms: into(terms) }
    }
}

/// Years since the first order; a customer of less than three months is no basis for more.
pub(super) fn years(row: &LedgerRow) -> f64 {
    row.tenure.max(0.25)
}

/// The number of orders of equal weight that a sum is worth (Kish 1965, Survey Sampling); 0 for none.
pub(super) fn effective(sum: f64, squares: f64) -> f64 {
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

/// So many times a mean share, or half way to 1.
pub(super) fn beyond(times: f64, mean: f64) -> f64 {
    (times * mean).min(0.5 * (1.0 + mean))
}
