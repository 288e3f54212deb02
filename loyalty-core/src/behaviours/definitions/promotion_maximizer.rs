//! Who buys at deep discounts only.
//!
//! | | |
//! |---|---|
//! | strength θ | discount depth that the shop pays for: its part s of the share q of the deepest there is, D |
//! | evidence | q: money off, whoever pays, by `list_amount` and D, as hits among trials: an order varies by φ q (1 − q) |
//! | population | of q: beta, roughened; of s: beta |
//! | threshold | the margin at list price, and [`DEPTH_RATIO`] times the mean |
//! | second sign | what was taken of what was on offer, `selection` times the ordinary: gamma, roughened |
//! | cost | (θ − that of the median customer) · `list_amount` a year |
//!
//! Whoever looks for discounts hardly asks who pays for them, so that those of the makers tell as much of
//! the customer as those of the shop.

use serde::{Deserialize, Serialize};

use super::of_link;
use crate::Error;
use crate::behaviours::definition::{
    BehaviourDefinition, BehaviourTerms, Case, Cost, Fitted, SecondSign, Shown, beyond, effective,
    years,
};
use crate::behaviours::learning::LearningSample;
use crate::behaviours::options::Threshold;
use crate::behaviours::population::{Evidence, Link, Population, Posterior, beta, learn};
use crate::error::Degeneracy;
use crate::error::positive;
use crate::ledger::{Available, LedgerRow};

/// The threshold of depths where economics give none, as a ratio to the portfolio. A choice, and a smaller
/// one than that of rates: everybody buys at some discount, so that depths vary less by their mean.
const DEPTH_RATIO: f64 = 1.5;

/// A concentration at which customers do not differ: of a share of one half it leaves a standard deviation
/// of a twentieth of a percent.
const ALIKE: f64 = 1e6;

/// Fewest customers whose offers are known.
const FEWEST_CHOOSERS: usize = 10;

/// What is known of the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::behaviours) struct PromotionTerms {
    /// The deepest discount there is, D.
    ceiling: f64,
    /// φ: an order's depth varies by φ d (D − d) around that of its customer, d.
    dispersion: f64,
    funding: Funding,
    selection: Option<Selection>,
}

/// Who pays for discounts: beta over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Funding {
    /// The part of discounts that the shop pays for, above 0 and at most 1; the makers pay for the rest.
    share: f64,
    /// How alike customers are in it.
    concentration: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Selection {
    /// Variance of what is taken of an order's offers, by its mean.
    dispersion: f64,
    threshold: f64,
    population: Population,
}

impl BehaviourDefinition for PromotionTerms {
    const KIND: &'static str = "promotion-maximizer";
    const TITLE: &'static str = "the promotion maximizer";
    const COLUMN: &'static str = "discount";
    const LINK: Link = Link::Logit;

    /// Half of that of rates, as everybody is offered the same discounts, so that depths vary less by their
    /// mean: 0.15 of a mean depth of 20 % is three points. A choice.
    const LEAST_VARIATION: f64 = 0.15;

    fn shows_in(available: Available) -> bool {
        available.discounts
    }

    fn learn(sample: &LearningSample<'_>) -> Result<Fitted<Self>, Error> {
        let (mut listed, mut borne, mut reduced) = (0.0, 0.0, 0.0);
        for row in sample.rows() {
            listed += row.list_amount;
            borne += row.discount;
            reduced += off(row);
        }
        if !(borne > 0.0 && reduced < listed) {
            return sample.degenerate(
                Degeneracy::NoVariation,
                "nobody bought at a discount, or everything was free",
            );
        }
        let offers = sample.ledger.available().offers;
        let selection = if offers { Some(selection(sample)?) } else { None };
        let Discounting { ceiling, dispersion } = Discounting::of(sample);
        let alike = Funding { share: borne / reduced, concentration: ALIKE };
        let mut terms = Self { ceiling, dispersion, funding: alike, selection };
        if reduced > borne {
            terms.funding = terms.learn_funding(sample)?;
        }
        let cases = sample.cases(|row| terms.depth(row, 0.0));
        let sum = |of: fn(&Evidence) -> f64| cases.iter().map(|(_, case)| of(case)).sum::<f64>();
        let base = sum(|case| case.hits) / sum(|case| case.trials);
        let found = sample.population(Self::LINK, cases, base)?;
        let margin = Some(sample.ledger.portfolio().margin).filter(|margin| *margin > 0.0);
        let mean = ceiling * terms.funding.share * found.learnt.population.mean(0.0);
        let ratio = beyond(DEPTH_RATIO, mean);
        let threshold = sample.threshold(margin.map(|margin| margin.max(ratio)), ratio);
        Ok(Fitted { learnt: found, threshold, terms })
    }
}

impl BehaviourTerms for PromotionTerms {
    fn case(&self, threshold: Threshold, row: &LedgerRow, peers: f64) -> Option<Case> {
        let evidence = self.depth(row, peers)?;
        Some(Case {
            evidence,
            amount: row.orders,
            unit: self.ceiling * self.funded(&evidence, row),
            threshold: threshold.value,
            cost: Cost::PerUnit(row.list_amount / years(row)),
        })
    }

    fn shown(&self, row: &LedgerRow) -> Shown {
        Shown { events: row.reduced_orders, orders: row.reduced_orders }
    }

    /// Of the deepest discount there is, what the shop pays.
    fn unit_at(&self, _strength: f64) -> f64 {
        self.ceiling * self.funding.share
    }

    fn second_sign(&self, row: &LedgerRow) -> SecondSign {
        let Some(terms) = &self.selection else { return SecondSign { needed: 1.0, support: 1.0 } };
        let over = taken(terms.dispersion, row).map_or(0.0, |taken| {
            let threshold = terms.population.link.natural(terms.threshold);
            Posterior::of(&terms.population, &taken).upper(threshold)
        });
        SecondSign { needed: over, support: over }
    }

    /// Both are driven by the same discounts: the less certain of the two decides.
    fn both(&self, over: f64, needed: f64) -> f64 {
        over.min(needed)
    }

    fn check(&self) -> Result<(), Error> {
        positive("ceiling", self.ceiling)?;
        positive("dispersion", self.dispersion)?;
        positive("concentration", self.funding.concentration)?;
        let value = self.funding.share;
        if !(value > 0.0 && value <= 1.0) {
            return Err(Error::parameter("share", "above 0 and at most 1", value));
        }
        if let Some(selection) = &self.selection {
            positive("dispersion", selection.dispersion)?;
            positive("threshold", selection.threshold)?;
            of_link(&selection.population, Link::Log)?;
        }
        Ok(())
    }
}

impl PromotionTerms {
    /// The discount depth by the deepest there is, q, as hits among trials: that of an order has the
    /// variance φ q (1 − q) around that of its customer, so that it is worth 1/φ trials.
    fn depth(&self, row: &LedgerRow, shift: f64) -> Option<Evidence> {
        let trials = effective(row.list_amount, row.list_square) / self.dispersion;
        let share = (off(row) / row.list_amount / self.ceiling).min(1.0);
        (trials > 0.0).then_some(Evidence { hits: share * trials, trials, shift })
    }

    /// The part of a customer's discounts that the shop pays for, given what it paid for of those seen.
    fn funded(&self, depth: &Evidence, row: &LedgerRow) -> f64 {
        let Funding { share, concentration } = self.funding;
        let seen =
            paid_by_shop(depth, row).unwrap_or(Evidence { hits: 0.0, trials: 0.0, shift: 0.0 });
        (concentration * share + seen.hits) / (concentration + seen.trials)
    }

    /// Who pays for discounts, where the makers pay for some.
    fn learn_funding(&self, sample: &LearningSample<'_>) -> Result<Funding, Error> {
        let cases = sample.cases(|row| paid_by_shop(&self.depth(row, 0.0)?, row));
        let rows: Vec<Evidence> = cases.into_iter().map(|(_, evidence)| evidence).collect();
        let found = beta(&rows, self.funding.share, sample.options.threads)?;
        Ok(Funding { share: found.mean, concentration: found.concentration.min(ALIKE) })
    }
}

/// Discounts that the shop paid for among all, in lines reduced as far as it goes.
fn paid_by_shop(depth: &Evidence, row: &LedgerRow) -> Option<Evidence> {
    let (hits, trials) = (depth.hits * row.discount / off(row), depth.hits);
    (trials > 0.0).then_some(Evidence { hits, trials, shift: 0.0 })
}

/// Money off, whoever pays for it.
fn off(row: &LedgerRow) -> f64 {
    row.discount + row.maker_discount
}

/// What was taken of what was on offer, as a count by its exposure, κ (`dispersion`) being the variance of
/// an order's ratio by its mean.
fn taken(dispersion: f64, row: &LedgerRow) -> Option<Evidence> {
    let trials = effective(row.offered, row.offered_square) / dispersion;
    let taken = off(row) / row.offered;
    (trials > 0.0).then_some(Evidence { hits: taken * trials, trials, shift: 0.0 })
}

fn selection(sample: &LearningSample<'_>) -> Result<Selection, Error> {
    let (mut residual, mut expected) = (0.0, 0.0);
    for row in sample.rows().filter(|row| row.lines >= 2.0 && row.offered > 0.0) {
        let taken = off(row) / row.offered;
        residual += row.selection_residual;
        expected += row.offered_square * (1.0 - 1.0 / row.lines) * taken;
    }
    let dispersion = if expected > 0.0 { (residual / expected).max(1e-3) } else { 1.0 };
    let cases = sample.cases(|row| taken(dispersion, row));
    let rows: Vec<Evidence> = cases.into_iter().map(|(_, evidence)| evidence).collect();
    if rows.len() < FEWEST_CHOOSERS || rows.iter().all(|row| row.hits == 0.0) {
        return sample.degenerate(Degeneracy::NoEvent, "nobody took what was on offer");
    }
    let population = learn(Link::Log, &rows, 1.0, sample.options.threads)?.population;
    Ok(Selection { dispersion, threshold: sample.options.selection, population })
}

/// How the depths of a customer's orders vary.
struct Discounting {
    ceiling: f64,
    dispersion: f64,
}

impl Discounting {
    /// The deepest discount there is, D, and the dispersion φ: an order's depth has the variance
    /// φ d (D − d) around that of its customer, d, which is none where nothing is reduced and where
    /// everything is reduced as far as it goes (Morris 1982, Annals of Statistics 10(1)). D by least
    /// squares of what is seen of that variance on d and d², φ as its ratio to d (D − d) by depth: it is
    /// where discounts are deep that it decides who is over a threshold.
    fn of(sample: &LearningSample<'_>) -> Self {
        /// Fewest orders with a variance: one and a half of equal weight, so that the divisor 1 − 1/n of the
        /// variance is at least a third.
        const FEWEST: f64 = 1.5;
        /// Most orders of a customer that count, lest a few customers decide. A choice.
        const MOST: f64 = 50.0;
        /// Of customers with at least so many orders, whose mean depth has at most half the standard deviation
        /// of an order's …
        const STEADY: f64 = 4.0;
        /// … one in so many is beyond D: D lies at the edge of what is seen, not at its largest error.
        const BEYOND: usize = 1000;
        let (mut depths, mut xx, mut xy, mut yy) = (Vec::new(), 0.0, 0.0, 0.0);
        let (mut xv, mut yv, mut sum, mut x_sum, mut y_sum) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for row in sample.rows() {
            let orders = effective(row.list_amount, row.list_square);
            if orders < FEWEST {
                continue;
            }
            let variance = row.depth_residual / row.list_square / (1.0 - 1.0 / orders);
            let depth = off(row) / row.list_amount;
            let (x, y) = (depth, depth * depth - variance / orders);
            let weight = (orders - 1.0).min(MOST);
            xx += weight * x * x;
            xy += weight * x * y;
            yy += weight * y * y;
            xv += weight * x * variance;
            yv += weight * y * variance;
            let deep = weight * depth;
            sum += deep * variance;
            x_sum += deep * x;
            y_sum += deep * y;
            if orders >= STEADY {
                depths.push(depth);
            }
        }
        depths.sort_unstable_by(f64::total_cmp);
        let Some(&least) = depths.get((depths.len() - depths.len() / BEYOND).saturating_sub(1))
        else {
            return Self { ceiling: 1.0, dispersion: 1.0 };
        };
        let determinant = xx * yy - xy * xy;
        let (first, second) =
            ((xv * yy - yv * xy) / determinant, (yv * xx - xv * xy) / determinant);
        let bent = first / -second;
        let ceiling = if bent > 0.0 && bent < 1.0 { bent.max(least) } else { 1.0 };
        let dispersion = (sum / (ceiling * x_sum - y_sum)).max(1e-6);
        Self { ceiling: ceiling.clamp(0.01, 1.0), dispersion }
    }
}
