//! Costly habits of customers: one small model each, learnt from a ledger.

mod beta_binomial;
mod case;
mod conjugate;
mod family;
mod file;
mod fit;
mod gamma_poisson;
mod grid;
mod kernel;
mod learn;
mod levels;
mod link;
mod options;
mod posterior;
mod promotion;
mod score;
mod terms;

pub(crate) use file::RawTrait;
pub use options::{Behaviour, Exposure, ThresholdBasis, TraitOptions};
pub(crate) use score::score_all;
pub use score::{TraitColumns, TraitInterval, TraitScore};

pub(crate) use fit::sample;
use grid::Prior;
use terms::Terms;

/// A costly habit, and how it varies over the customers of a shop.
///
/// Every customer has a trait θ; over the customers it follows a prior that is learnt from all of them,
/// and the evidence in a customer's ledger leaves a posterior. A customer is over where θ exceeds a threshold
/// that economics give, or a ratio to the portfolio.
///
/// | behaviour | trait θ | evidence | posterior | threshold |
/// |---|---|---|---|---|
/// | service demander | cost of service per order (or revenue, or month) | contacts the shop did not cause, weighted by cost | gamma | margin on what he pays |
/// | revenue reverser | return rate at the average product mix | lines, thinned by clustering within orders | beta | break-even return rate |
/// | promotion maximizer | discount depth; and against what was on offer | orders | beta; gamma | margin at list price; and 1.2 |
/// | coupon user | share of orders with a coupon | orders | beta | twice the portfolio |
/// | fixed budget | steadiness: chance variance of spending by its own | periods | gamma | 2, and below average spending |
///
/// # Examples
/// ```
/// use loyalty_core::behaviours::{Behaviour, TraitModel, TraitOptions};
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
/// let model = TraitModel::fit(Behaviour::RevenueReverser, &ledger, &TraitOptions::default())?;
/// let scores = model.score(&ledger, Threads::default());
/// assert!(scores.estimate[0] > 0.35 && scores.estimate[399] < 0.15);
/// assert!(scores.impact[0] > 0.0 && scores.p_over[399] < 0.01);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
///
/// # References
/// Shah, Kumar, Qu & Chen (2012), Journal of Marketing 76(3), 78–95: habits that make cross-buying
/// unprofitable. Robbins (1956); Efron (2010), Large-Scale Inference: empirical Bayes.
#[derive(Debug, Clone, PartialEq)]
pub struct TraitModel {
    behaviour: Behaviour,
    prior: Prior,
    threshold: f64,
    basis: ThresholdBasis,
    terms: Terms,
    peers: Vec<(String, f64)>,
    customers: usize,
    likelihood_ratio: f64,
    variation: f64,
}

/// Twice the gain in ln L that customers who are all alike exceed once in a hundred shops: the 98 %
/// point of χ² with one degree of freedom, as the variance lies on its boundary (Self & Liang 1987).
const BY_CHANCE: f64 = 5.411_894_431_054_342;

impl TraitModel {
    /// Which habit.
    pub fn behaviour(&self) -> Behaviour {
        self.behaviour
    }

    /// The threshold: in the unit of the trait, or, where [`TraitModel::basis`] is economics, the
    /// number that it is worked out from: margins, or 1 for a break-even return rate.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Where the threshold comes from.
    pub fn basis(&self) -> ThresholdBasis {
        self.basis
    }

    /// The prior: traits from small to large, and the share of the customers about each.
    pub fn prior(&self) -> (Vec<f64>, &[f64]) {
        let (mut points, masses) = self.prior.points();
        points.iter_mut().for_each(|point| *point *= self.unit());
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

    /// Standard deviation of the trait over customers, by its mean.
    pub fn variation(&self) -> f64 {
        self.variation
    }

    /// Groups of peers and how their means stand to that of all.
    pub fn peers(&self) -> &[(String, f64)] {
        &self.peers
    }

    /// Whether customers differ in this trait beyond chance, and by enough to speak of a trait: a
    /// likelihood ratio beyond 5.41, which chance exceeds once in a hundred, and a variation of at
    /// least √0.1 (a gamma prior with a shape of at most 10), or 0.15 for the depth of discounts.
    /// Otherwise nobody is flagged.
    pub fn detectable(&self) -> bool {
        let least = match self.behaviour {
            Behaviour::PromotionMaximizer => 0.15,
            _ => 0.1_f64.sqrt(),
        };
        self.likelihood_ratio > BY_CHANCE && self.variation >= least
    }
}
