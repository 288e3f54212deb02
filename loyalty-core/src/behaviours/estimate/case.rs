//! One customer's ledger as evidence, a threshold and money.

use super::TraitModel;
use super::link::{Evidence, Link};
use super::options::{Exposure, ThresholdBasis};
use super::terms::{Budget, Coupon, Funding, Promotion, Reversal, Service, Terms};
use crate::ledger::{Economics, LedgerRow};
use crate::math::elementary::ln;

/// Probabilities are kept this far from 0 and 1.
const EDGE: f64 = 1e-9;

/// One customer's case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    /// What his ledger says of the trait.
    pub(super) evidence: Evidence,
    /// How much evidence there is: orders, lines or degrees of freedom.
    pub(super) amount: f64,
    /// His trait by what the evidence is of.
    pub(super) unit: f64,
    /// In the unit of the trait.
    pub(super) threshold: f64,
    /// Money per year for one unit of the trait at what he buys.
    pub(super) money: f64,
    /// Money per year, and its standard error, where it does not depend on the trait.
    pub(super) fixed: Option<(f64, f64)>,
}

impl TraitModel {
    /// The case of a customer, or `None` where his ledger says nothing; `peers` is how far his peers shift
    /// the natural parameter.
    pub(super) fn case(&self, row: &LedgerRow, peers: f64) -> Option<Case> {
        if row.orders < 1.0 {
            return None;
        }
        match &self.terms {
            Terms::ServiceDemander(terms) => self.service(terms, row, peers),
            Terms::RevenueReverser(terms) => self.reversal(terms, row, peers),
            Terms::PromotionMaximizer(terms) => self.promotion(terms, row, peers),
            Terms::CouponUser(terms) => Some(self.coupon(*terms, row, peers)),
            Terms::FixedBudget(terms) => self.budget(terms, row, peers),
        }
    }

    fn service(&self, terms: &Service, row: &LedgerRow, peers: f64) -> Option<Case> {
        let exposure = exposure(terms.exposure, row);
        let threshold = match self.basis {
            ThresholdBasis::Economics => self.threshold * row.revenue / exposure,
            _ => self.threshold,
        };
        (exposure > 0.0).then_some(Case {
            evidence: service(terms, row, peers),
            amount: exposure,
            unit: 1.0,
            threshold,
            money: exposure / years(row),
            fixed: None,
        })
    }

    fn reversal(&self, terms: &Reversal, row: &LedgerRow, peers: f64) -> Option<Case> {
        let evidence = reversal(terms, row, peers)?;
        let line = row.revenue / row.lines;
        let economics = Economics {
            handling: terms.handling,
            markdown: terms.markdown,
            ..Economics::default()
        };
        let threshold = match self.basis {
            ThresholdBasis::Economics => economics
                .break_even_return_rate(terms.margin, line, terms.returned_share)
                .unwrap_or(1.0),
            _ => self.threshold,
        };
        let earned = (row.revenue + row.maker_discount - row.cost).max(0.0) / row.lines;
        let margin = if terms.known_margin { earned } else { line };
        let lost =
            margin * terms.returned_share + economics.return_cost(line, terms.returned_share);
        Some(Case {
            evidence,
            amount: row.return_lines,
            unit: 1.0,
            threshold,
            money: row.lines * lost / years(row),
            fixed: None,
        })
    }

    fn promotion(&self, terms: &Promotion, row: &LedgerRow, peers: f64) -> Option<Case> {
        let evidence = depth(terms, row, peers)?;
        Some(Case {
            evidence,
            amount: row.orders,
            unit: terms.ceiling * funded(terms, &evidence, row),
            threshold: self.threshold,
            money: row.list_amount / years(row),
            fixed: None,
        })
    }

    fn coupon(&self, terms: Coupon, row: &LedgerRow, peers: f64) -> Case {
        Case {
            evidence: coupon(row, peers),
            amount: row.orders,
            unit: 1.0,
            threshold: self.threshold,
            money: row.orders * terms.worth / years(row),
            fixed: None,
        }
    }

    fn budget(&self, terms: &Budget, row: &LedgerRow, peers: f64) -> Option<Case> {
        let fixed = if let Some(cost) = terms.category_cost {
            (cost * (row.categories - 1.0).max(0.0), 0.0)
        } else {
            let ((level, error), yearly) = (level(row), terms.margin * terms.periods_per_year);
            (yearly * (terms.mean - level), yearly * error)
        };
        Some(Case {
            evidence: budget(row, peers)?,
            amount: row.budget_freedom,
            unit: 1.0,
            threshold: self.threshold,
            money: 0.0,
            fixed: Some(fixed),
        })
    }
}

/// Years since the first order; a customer of less than three months is no basis for more.
fn years(row: &LedgerRow) -> f64 {
    row.tenure.max(0.25)
}

/// Mean spending per period with an order, and its standard error.
pub(super) fn level(row: &LedgerRow) -> (f64, f64) {
    let mean = row.period_spend / row.periods.max(1.0);
    let variance = (row.spend_square / row.periods.max(1.0) - mean * mean).max(0.0);
    (mean, (variance / (row.periods - 1.0).max(1.0)).sqrt())
}

pub(super) fn exposure(kind: Exposure, row: &LedgerRow) -> f64 {
    match kind {
        Exposure::Orders => row.orders,
        Exposure::Revenue => row.revenue,
        Exposure::Months => (12.0 * row.tenure).max(1.0),
    }
}

pub(super) fn service(terms: &Service, row: &LedgerRow, shift: f64) -> Evidence {
    Evidence {
        hits: row.contact_cost / terms.contact_scale,
        trials: exposure(terms.exposure, row) / terms.contact_scale,
        shift,
    }
}

/// Shifted from the average mix of products to what he buys.
pub(super) fn reversal(terms: &Reversal, row: &LedgerRow, peers: f64) -> Option<Evidence> {
    let mix = if row.return_lines > 0.0 {
        let expected = (row.return_expected / row.return_lines).clamp(EDGE, 1.0 - EDGE);
        ln(expected * (1.0 - terms.base) / ((1.0 - expected) * terms.base))
    } else {
        0.0
    };
    let trials = row.return_lines.max(row.return_hits);
    (row.lines > 0.0 && row.revenue > 0.0).then_some(Evidence {
        hits: row.return_hits,
        trials,
        shift: peers + mix,
    })
}

pub(super) fn coupon(row: &LedgerRow, shift: f64) -> Evidence {
    Evidence { hits: row.coupon_orders, trials: row.orders, shift }
}

/// The discount depth by the deepest there is, q, as hits among trials: that of an order has the variance
/// φ q (1 − q) around that of its customer, so that it is worth 1/φ trials. Whoever looks for discounts
/// hardly asks who pays for them: those of the makers tell as much of him.
pub(super) fn depth(terms: &Promotion, row: &LedgerRow, shift: f64) -> Option<Evidence> {
    let trials = effective(row.list_amount, row.list_square) / terms.dispersion;
    let share = (off(row) / row.list_amount / terms.ceiling).min(1.0);
    (trials > 0.0).then_some(Evidence { hits: share * trials, trials, shift })
}

/// The part of his discounts that the shop pays for, given what it paid for of those seen.
fn funded(terms: &Promotion, depth: &Evidence, row: &LedgerRow) -> f64 {
    let Funding { share, concentration } = terms.funding;
    let seen = funding(depth, row).unwrap_or(Evidence { hits: 0.0, trials: 0.0, shift: 0.0 });
    (concentration * share + seen.hits) / (concentration + seen.trials)
}

/// Discounts that the shop paid for among all, in lines reduced as far as it goes.
pub(super) fn funding(depth: &Evidence, row: &LedgerRow) -> Option<Evidence> {
    let (hits, trials) = (depth.hits * row.discount / off(row), depth.hits);
    (trials > 0.0).then_some(Evidence { hits, trials, shift: 0.0 })
}

/// Money off, whoever pays for it.
pub(super) fn off(row: &LedgerRow) -> f64 {
    row.discount + row.maker_discount
}

/// What was taken of what was on offer, as a count by its exposure, κ being the variance of an order's
/// ratio by its mean.
pub(super) fn selection(dispersion: f64, row: &LedgerRow) -> Option<Evidence> {
    let trials = effective(row.offered, row.offered_square) / dispersion;
    let taken = off(row) / row.offered;
    (trials > 0.0).then_some(Evidence { hits: taken * trials, trials, shift: 0.0 })
}

/// The number of orders of equal weight that a sum is worth; 0 for none.
pub(super) fn effective(sum: f64, squares: f64) -> f64 {
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

pub(super) fn budget(row: &LedgerRow, shift: f64) -> Option<Evidence> {
    let half = 0.5 * row.budget_freedom;
    (half > 0.0).then_some(Evidence { hits: half, trials: half * row.dispersion, shift })
}

impl TraitModel {
    /// The trait by what the evidence is of, for a customer like the others: of the deepest discount there is
    /// what the shop pays, else 1.
    pub(super) fn unit(&self) -> f64 {
        match &self.terms {
            Terms::PromotionMaximizer(terms) => terms.ceiling * terms.funding.share,
            _ => 1.0,
        }
    }
}

impl super::Behaviour {
    pub(super) fn link(self) -> Link {
        match self {
            Self::ServiceDemander | Self::FixedBudget => Link::Log,
            Self::RevenueReverser | Self::PromotionMaximizer | Self::CouponUser => Link::Logit,
        }
    }
}
