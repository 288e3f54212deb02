//! One customer's ledger as evidence, a threshold and money.

use super::TraitModel;
use super::beta_binomial::{Share, with_odds};
use super::gamma_poisson::Count;
use super::options::{Exposure, ThresholdBasis};
use super::terms::{Budget, Coupon, Promotion, Reversal, Service, Terms};
use crate::summary::{Economics, LedgerRow};

/// Probabilities are kept this far from 0 and 1.
const EDGE: f64 = 1e-9;

/// By how many orders a customer's depth is drawn to that of the shop to tell how much his orders say.
pub(super) const DRAWN: f64 = 2.0;

/// What a customer's ledger says of one trait.
#[derive(Debug, Clone, Copy)]
pub(super) enum Evidence {
    Count(Count),
    Share(Share),
}

/// One customer's case. The threshold and the money are in the unit of the evidence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case {
    pub(super) evidence: Evidence,
    /// How much evidence there is: orders, lines or degrees of freedom.
    pub(super) amount: f64,
    pub(super) threshold: f64,
    /// Money per year for one unit of the trait.
    pub(super) money: f64,
    /// Money per year, and its standard error, where it does not depend on the trait.
    pub(super) fixed: Option<(f64, f64)>,
    /// The odds of what is reported to those of the evidence: 1, but for returns cleaned of what was
    /// bought.
    pub(super) odds: f64,
}

impl TraitModel {
    /// The case of a customer, or `None` where his ledger says nothing.
    pub(super) fn case(&self, row: &LedgerRow, peers: f64) -> Option<Case> {
        if row.orders < 1.0 {
            return None;
        }
        match &self.terms {
            Terms::ServiceDemander(terms) => self.service(terms, row, peers),
            Terms::RevenueReverser(terms) => self.reversal(terms, row, peers),
            Terms::PromotionMaximizer(terms) => self.promotion(terms, row, peers),
            Terms::CouponUser(terms) => Some(self.coupon(terms, row, peers)),
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
            threshold: threshold / peers,
            money: exposure * peers / years(row),
            fixed: None,
            odds: 1.0,
        })
    }

    fn reversal(&self, terms: &Reversal, row: &LedgerRow, peers: f64) -> Option<Case> {
        let share = reversal(terms, row, peers)?;
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
        // From the average mix to what he buys.
        let own = odds(share.expected) / odds(terms.base);
        let earned = (row.revenue + row.maker_discount - row.cost).max(0.0) / row.lines;
        let margin = if terms.known_margin { earned } else { line };
        let lost =
            margin * terms.returned_share + economics.return_cost(line, terms.returned_share);
        Some(Case {
            evidence: Evidence::Share(share),
            amount: row.return_lines,
            threshold: with_odds(threshold, own),
            money: row.lines * lost / years(row),
            fixed: None,
            odds: 1.0 / own,
        })
    }

    fn promotion(&self, terms: &Promotion, row: &LedgerRow, peers: f64) -> Option<Case> {
        Some(Case {
            evidence: Evidence::Share(depth(terms, row, peers, DRAWN)?),
            amount: row.orders,
            threshold: self.threshold,
            money: row.list_amount / years(row),
            fixed: None,
            odds: 1.0,
        })
    }

    fn coupon(&self, terms: &Coupon, row: &LedgerRow, peers: f64) -> Case {
        Case {
            evidence: Evidence::Share(coupon(terms, row, peers)),
            amount: row.orders,
            threshold: self.threshold,
            money: row.orders * terms.worth / years(row),
            fixed: None,
            odds: 1.0,
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
            threshold: self.threshold / peers,
            money: 0.0,
            fixed: Some(fixed),
            odds: 1.0,
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

pub(super) fn service(terms: &Service, row: &LedgerRow, peers: f64) -> Evidence {
    Evidence::Count(Count {
        count: row.contact_cost / terms.contact_scale,
        exposure: exposure(terms.exposure, row) * peers / terms.contact_scale,
    })
}

pub(super) fn reversal(terms: &Reversal, row: &LedgerRow, peers: f64) -> Option<Share> {
    let expected =
        if row.return_lines > 0.0 { row.return_expected / row.return_lines } else { terms.base };
    let expected = with_odds(expected.clamp(EDGE, 1.0 - EDGE), peers);
    let trials = row.return_lines.max(row.return_hits);
    (row.lines > 0.0 && row.revenue > 0.0).then_some(Share {
        hits: row.return_hits,
        trials,
        expected,
    })
}

pub(super) fn coupon(terms: &Coupon, row: &LedgerRow, peers: f64) -> Share {
    let expected = with_odds(terms.base, peers);
    Share { hits: row.coupon_orders, trials: row.orders, expected }
}

/// The discount depth as hits among trials. An order's depth varies by σ² around that of its customer,
/// whatever that is, so that each of so many orders of equal weight is worth d (1 − d) / σ² trials. d is
/// the customer's own depth, drawn to that of the shop by `drawn` orders.
pub(super) fn depth(terms: &Promotion, row: &LedgerRow, peers: f64, drawn: f64) -> Option<Share> {
    let orders = effective(row.list_amount, row.list_square);
    let depth = (row.discount / row.list_amount).min(1.0);
    let own = orders / (orders + drawn);
    let level = own * depth + (1.0 - own) * terms.base;
    let trials = orders * level * (1.0 - level) / terms.depth_variance;
    let expected = with_odds(terms.base, peers);
    (trials > 0.0).then_some(Share { hits: depth * trials, trials, expected })
}

/// What was taken of what was on offer, as a count by its exposure, κ being the variance of an order's
/// ratio by its mean.
pub(super) fn selection(dispersion: f64, row: &LedgerRow) -> Option<Count> {
    let exposure = effective(row.offered, row.offered_square) / dispersion;
    let taken = (row.discount + row.maker_discount) / row.offered;
    (exposure > 0.0).then_some(Count { count: taken * exposure, exposure })
}

/// The number of orders of equal weight that a sum is worth; 0 for none.
fn effective(sum: f64, squares: f64) -> f64 {
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

pub(super) fn budget(row: &LedgerRow, peers: f64) -> Option<Evidence> {
    let half = 0.5 * row.budget_freedom;
    (half > 0.0)
        .then_some(Evidence::Count(Count { count: half, exposure: half * row.dispersion * peers }))
}

fn odds(probability: f64) -> f64 {
    probability / (1.0 - probability)
}
