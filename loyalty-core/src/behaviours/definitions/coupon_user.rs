//! Who pays with coupons.
//!
//! | | |
//! |---|---|
//! | strength θ | share of orders with a coupon |
//! | evidence | `coupon_orders` of `orders`, binomial |
//! | population | beta, roughened |
//! | threshold | [`RATE_RATIO`] times the mean: no economics make one, as a coupon is a price |
//! | cost | none: a coupon is a price, and those who use them are often the better customers |

use serde::{Deserialize, Serialize};

use super::RATE_RATIO;
use crate::Error;
use crate::behaviours::definition::{
    BehaviourDefinition, BehaviourTerms, Case, Cost, Fitted, Shown, beyond,
};
use crate::behaviours::learning::LearningSample;
use crate::behaviours::options::Threshold;
use crate::behaviours::population::{Evidence, Link};
use crate::error::Degeneracy;
use crate::ledger::{Available, LedgerRow};

/// A neutral trait: it needs nothing of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(in crate::behaviours) struct CouponTerms {}

impl BehaviourDefinition for CouponTerms {
    const KIND: &'static str = "coupon-user";
    const TITLE: &'static str = "the coupon user";
    const COLUMN: &'static str = "coupon";
    const LINK: Link = Link::Logit;

    fn shows_in(available: Available) -> bool {
        available.coupons
    }

    fn learn(sample: &LearningSample<'_>) -> Result<Fitted<Self>, Error> {
        let (mut with, mut orders) = (0.0, 0.0);
        for row in sample.rows() {
            with += row.coupon_orders;
            orders += row.orders;
        }
        if !(with > 0.0 && with < orders) {
            return sample.degenerate(Degeneracy::NoVariation, "no order had a coupon, or all had");
        }
        let cases = sample.cases(|row| Some(evidence(row, 0.0)));
        let found = sample.population(Self::LINK, cases, with / orders)?;
        let ratio = beyond(RATE_RATIO, found.learnt.population.mean(0.0));
        Ok(Fitted { threshold: sample.threshold(None, ratio), learnt: found, terms: Self {} })
    }
}

impl BehaviourTerms for CouponTerms {
    fn case(&self, threshold: Threshold, row: &LedgerRow, peers: f64) -> Option<Case> {
        Some(Case {
            evidence: evidence(row, peers),
            amount: row.orders,
            unit: 1.0,
            threshold: threshold.value,
            cost: Cost::Unknown,
        })
    }

    fn shown(&self, row: &LedgerRow) -> Shown {
        Shown { events: row.coupon_orders, orders: row.coupon_orders }
    }

    fn priced(&self) -> bool {
        false
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn evidence(row: &LedgerRow, shift: f64) -> Evidence {
    Evidence { hits: row.coupon_orders, trials: row.orders, shift }
}
