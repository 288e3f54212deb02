//! Who asks for more service than their orders pay for.
//!
//! | | |
//! |---|---|
//! | strength θ | cost of service per order (or unit of revenue, or month) |
//! | evidence | `contact_cost` / c among `orders` (`revenue`, months of `tenure`) / c, Poisson |
//! | population | gamma, roughened |
//! | threshold | the margin on what they pay, m · `revenue` / exposure; else [`RATE_RATIO`] times the mean |
//! | cost | (θ − that of the median customer) · exposure a year |
//!
//! c = Σ cost² / Σ cost over contacts, the cost of a contact weighted by cost: a sum of costs of a Poisson
//! number of contacts has the variance of so many contacts of that cost each (compound Poisson).

use serde::{Deserialize, Serialize};

use super::RATE_RATIO;
use crate::Error;
use crate::behaviours::definition::{
    BehaviourDefinition, BehaviourTerms, Case, Cost, Fitted, years,
};
use crate::behaviours::learning::LearningSample;
use crate::behaviours::options::{Threshold, ThresholdBasis};
use crate::behaviours::population::{Evidence, Link};
use crate::error::Degeneracy;
use crate::error::positive;
use crate::ledger::{Available, LedgerRow};
use crate::orders::ContactExposure;

/// What is known of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(in crate::behaviours) struct ServiceTerms {
    contact_exposure: ContactExposure,
    /// Cost of a contact, weighted by cost.
    contact_scale: f64,
}

impl BehaviourDefinition for ServiceTerms {
    const KIND: &'static str = "service-demander";
    const TITLE: &'static str = "the service demander";
    const COLUMN: &'static str = "contacts";
    const LINK: Link = Link::Log;

    fn shows_in(available: Available) -> bool {
        available.contacts
    }

    fn learn(sample: &LearningSample<'_>) -> Result<Fitted<Self>, Error> {
        let portfolio = sample.ledger.portfolio();
        if portfolio.contact_scale <= 0.0 {
            return sample.degenerate(
                Degeneracy::NoEvent,
                "no customer caused a contact that cost anything",
            );
        }
        let terms = Self {
            contact_exposure: sample.options.contact_exposure,
            contact_scale: portfolio.contact_scale,
        };
        let cases =
            sample.cases(|row| (terms.exposed(row) > 0.0).then(|| terms.evidence(row, 0.0)));
        let found = sample.population(Self::LINK, cases, 1.0)?;
        let margin = Some(portfolio.net_margin).filter(|margin| *margin > 0.0);
        let threshold = sample.threshold(margin, RATE_RATIO * found.learnt.population.mean(0.0));
        Ok(Fitted { learnt: found, threshold, terms })
    }
}

impl BehaviourTerms for ServiceTerms {
    fn case(&self, threshold: Threshold, row: &LedgerRow, peers: f64) -> Option<Case> {
        let exposed = self.exposed(row);
        (exposed > 0.0).then(|| Case {
            evidence: self.evidence(row, peers),
            amount: exposed,
            unit: 1.0,
            threshold: match threshold.basis {
                ThresholdBasis::Economics => threshold.value * row.revenue / exposed,
                ThresholdBasis::Ratio | ThresholdBasis::Given => threshold.value,
            },
            cost: Cost::PerUnit(exposed / years(row)),
        })
    }

    fn check(&self) -> Result<(), Error> {
        positive("contact_scale", self.contact_scale).map(|_| ())
    }
}

impl ServiceTerms {
    fn exposed(&self, row: &LedgerRow) -> f64 {
        match self.contact_exposure {
            ContactExposure::Orders => row.orders,
            ContactExposure::Revenue => row.revenue,
            ContactExposure::Months => (12.0 * row.tenure).max(1.0),
        }
    }

    fn evidence(&self, row: &LedgerRow, shift: f64) -> Evidence {
        Evidence {
            hits: row.contact_cost / self.contact_scale,
            trials: self.exposed(row) / self.contact_scale,
            shift,
        }
    }
}
