//! Who spends a fixed amount, however much they are offered.
//!
//! | | |
//! |---|---|
//! | strength θ | steadiness: the variance of spending per period that dealing out the customer's own orders makes, by its own |
//! | evidence | ν/2 = `budget_freedom`/2 hits in an exposure of ν/2 · `dispersion`: the likelihood of a variance ratio with ν degrees of freedom |
//! | population | gamma, roughened; the log-odds of being over also by spending, `odds_by_spending.rs` |
//! | threshold | [`STEADINESS`] |
//! | second signs | `period_spend` per period below the mean of the customers, by Student's t; and spending in new categories that is at the cost of others, which is reported as support |
//! | cost | P(over) · `category_cost` for each category beyond the first; not known without it |
//!
//! Steadiness is a description. A label says that they spend the same whatever they are offered, and needs the
//! support of what happens when they buy in categories that are new to them.

use serde::{Deserialize, Serialize};

use super::odds_by_spending::OddsBySpending;
use crate::Error;
use crate::behaviours::definition::{
    BehaviourDefinition, BehaviourTerms, Case, Cost, Fitted, SecondSign, Shown,
};
use crate::behaviours::learning::LearningSample;
use crate::behaviours::options::Threshold;
use crate::behaviours::population::{Evidence, Link, Posterior};
use crate::error::{non_negative, positive};
use crate::ledger::{Available, LedgerRow};
use crate::math::{beta_upper, normal_upper};

/// A budget is steady where its variance is less than half of what chance would make it. A choice of what
/// "steady" means, as [`super::RATE_RATIO`] is one of "more". It is of the strength, not of what is seen: by
/// chance alone 12 % of customers with ten periods show less than half the variance (χ² with nine degrees of
/// freedom below 4.5).
const STEADINESS: f64 = 2.0;

/// Fewest customers whose spending in new categories tells how slopes vary; and fewest periods of one of
/// them, so that the residual variance has two degrees of freedom.
const FEWEST_SLOPES: usize = 10;
const FEWEST_PERIODS: f64 = 4.0;

/// The largest logarithm of a level or of odds in a file: those of 1e86.
const FARTHEST: f64 = 200.0;

/// What is known of the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::behaviours) struct BudgetTerms {
    /// Spending per period that a limited budget lies below.
    level: f64,
    /// What it costs a year to serve a customer in one category more.
    category_cost: Option<f64>,
    reallocation: Option<Reallocation>,
    /// How the share of steady customers changes with what they spend.
    by_level: OddsBySpending,
}

/// How all spending moves with that in new categories, over customers: normal.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Reallocation {
    threshold: f64,
    mean: f64,
    variance: f64,
}

/// An estimate and its standard error.
struct Spending {
    mean: f64,
    error: f64,
}

/// How a customer's spending moves with that in new categories, and the variance of its error.
struct Slope {
    slope: f64,
    variance: f64,
}

impl BehaviourDefinition for BudgetTerms {
    const KIND: &'static str = "fixed-budget";
    const TITLE: &'static str = "the fixed budget";
    const COLUMN: &'static str = "amount";
    const LINK: Link = Link::Log;

    fn shows_in(_: Available) -> bool {
        true
    }

    fn learn(sample: &LearningSample<'_>) -> Result<Fitted<Self>, Error> {
        let cases = sample.cases(|row| evidence(row, 0.0));
        let found = sample.population(Self::LINK, cases, 1.0)?;
        let (mut sum, mut count) = (0.0, 0.0);
        for row in sample.rows().filter(|row| row.budget_freedom > 0.0) {
            sum += spending(row).mean;
            count += 1.0;
        }
        let mean = sum / count;
        let threshold = sample.threshold(None, STEADINESS);
        let population = &found.learnt.population;
        let limit = population.link.natural(threshold.value);
        let over = |row: &LedgerRow| {
            let evidence = evidence(row, 0.0)?;
            Some((spending(row).mean, Posterior::of(population, &evidence).upper(limit)))
        };
        let customers = sample.rows().filter_map(over).collect();
        let terms = Self {
            level: sample.options.level.unwrap_or(mean),
            category_cost: sample.ledger.category_cost(),
            reallocation: reallocation(sample),
            by_level: OddsBySpending::learn(customers, population.upper(limit)),
        };
        Ok(Fitted { learnt: found, threshold, terms })
    }
}

impl BehaviourTerms for BudgetTerms {
    fn case(&self, threshold: Threshold, row: &LedgerRow, peers: f64) -> Option<Case> {
        let further = (row.categories - 1.0).max(0.0);
        let cost = self.category_cost.map_or(Cost::Unknown, |cost| Cost::Whole(cost * further));
        Some(Case {
            evidence: evidence(row, peers)?,
            amount: row.budget_freedom,
            unit: 1.0,
            threshold: threshold.value,
            cost,
        })
    }

    fn shown(&self, row: &LedgerRow) -> Shown {
        Shown { events: row.periods, orders: row.periods }
    }

    fn priced(&self) -> bool {
        self.category_cost.is_some()
    }

    fn over(&self, over: f64, row: &LedgerRow) -> f64 {
        self.by_level.over(over, spending(row).mean)
    }

    fn second_sign(&self, row: &LedgerRow) -> SecondSign {
        SecondSign { needed: self.below(row), support: self.reallocates(row) }
    }

    fn check(&self) -> Result<(), Error> {
        non_negative("level", self.level)?;
        non_negative("category_cost", self.category_cost.unwrap_or(0.0))?;
        let out_of_range = |number: &f64| !(-FARTHEST..=FARTHEST).contains(number);
        if let Some(value) = self.by_level.numbers().find(out_of_range) {
            return Err(Error::parameter("by_level", "from -200 to 200", value));
        }
        if !self.by_level.rise() {
            let value = "others".to_owned();
            return Err(Error::Choice { name: "by_level", expected: "with rising levels", value });
        }
        if let Some(slopes) = &self.reallocation {
            positive("threshold", slopes.threshold)?;
            non_negative("mean", slopes.mean.abs())?;
            non_negative("variance", slopes.variance)?;
        }
        Ok(())
    }
}

impl BudgetTerms {
    /// P(spending per period below the level of a limited budget), by Student's t.
    fn below(&self, row: &LedgerRow) -> f64 {
        let Spending { mean, error } = spending(row);
        let freedom = row.periods - 1.0;
        if error <= 0.0 || freedom <= 0.0 {
            return f64::from(u8::from(mean < self.level));
        }
        let t = (self.level - mean) / error;
        let tail = 0.5 * (1.0 - beta_upper(0.5 * freedom, 0.5, freedom / (freedom + t * t)));
        if t < 0.0 { tail } else { 1.0 - tail }
    }

    /// P(spending moves by less than the threshold for each unit spent in a new category).
    fn reallocates(&self, row: &LedgerRow) -> f64 {
        let (Some(slopes), Some(own)) = (&self.reallocation, slope(row)) else { return 0.0 };
        let Reallocation { threshold, mean, variance } = *slopes;
        let total = variance + own.variance;
        let level = (mean * own.variance + own.slope * variance) / total;
        normal_below(level, (variance / total * own.variance).sqrt(), threshold)
    }
}

fn evidence(row: &LedgerRow, shift: f64) -> Option<Evidence> {
    let half = 0.5 * row.budget_freedom;
    (half > 0.0).then_some(Evidence { hits: half, trials: half * row.dispersion, shift })
}

/// Mean spending per period with an order.
fn spending(row: &LedgerRow) -> Spending {
    let mean = row.period_spend / row.periods.max(1.0);
    let variance = (row.spend_square / row.periods.max(1.0) - mean * mean).max(0.0);
    Spending { mean, error: (variance / (row.periods - 1.0).max(1.0)).sqrt() }
}

fn slope(row: &LedgerRow) -> Option<Slope> {
    if row.periods < FEWEST_PERIODS || row.new_square <= 0.0 {
        return None;
    }
    let slope = row.new_spend / row.new_square;
    let all = row.spend_square - row.period_spend * row.period_spend / row.periods;
    let left = (all - slope * row.new_spend).max(0.0) / (row.periods - 2.0);
    Some(Slope { slope, variance: left / row.new_square })
}

/// Mean and variance of the slopes over customers, by the moments of DerSimonian & Laird (1986), Controlled
/// Clinical Trials 7(3), 177–188.
fn reallocation(sample: &LearningSample<'_>) -> Option<Reallocation> {
    if !sample.ledger.available().categories {
        return None;
    }
    let slopes: Vec<Slope> =
        sample.rows().filter_map(slope).filter(|slope| slope.variance > 0.0).collect();
    let (mut weights, mut squares, mut sum) = (0.0, 0.0, 0.0);
    for Slope { slope, variance } in &slopes {
        weights += 1.0 / variance;
        squares += 1.0 / variance / variance;
        sum += slope / variance;
    }
    if slopes.len() < FEWEST_SLOPES || !(weights.is_finite() && squares.is_finite()) {
        return None;
    }
    let mean = sum / weights;
    let off = |own: &Slope| (own.slope - mean) * (own.slope - mean) / own.variance;
    let q: f64 = slopes.iter().map(off).sum();
    let variance = (q - (slopes.len() - 1) as f64) / (weights - squares / weights);
    let threshold = sample.options.reallocation;
    Some(Reallocation { threshold, mean, variance: variance.max(0.0) })
}

/// P(X < x) for a normal X, which may be certain.
fn normal_below(mean: f64, deviation: f64, x: f64) -> f64 {
    if deviation > 0.0 {
        return normal_upper((mean - x) / deviation);
    }
    f64::from(u8::from(mean < x))
}
