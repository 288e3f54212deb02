//! Who asks for more service than their orders pay for.
//!
//! | | |
//! |---|---|
//! | strength θ | cost of service per order (or unit of revenue, or month): cases times the cost of a case |
//! | evidence | `contact_cases` among `orders` (`revenue`, months of `tenure`), Poisson with the dispersion of cases between a customer's orders |
//! | population | of cases: gamma, roughened |
//! | unit | the cost of a case: that of those who have cases as often, drawn to the customer's own by their `contact_log_cost` |
//! | threshold | the margin on what they pay, m · `revenue` / exposure, and [`RATE_RATIO`] times the mean |
//! | cost | (θ − that of the median customer) · exposure a year |
//!
//! How many cases and what one costs are told apart, so that one dear contact is not many. Costs are looked at
//! by their logarithm, whose mean does not hang on the dearest.

use serde::{Deserialize, Serialize};

use super::RATE_RATIO;
use super::case_cost::{CaseCost, Cases};
use crate::Error;
use crate::behaviours::definition::{
    BehaviourDefinition, BehaviourTerms, Case, Cost, Fitted, Shown, years,
};
use crate::behaviours::learning::LearningSample;
use crate::behaviours::options::{Threshold, ThresholdBasis};
use crate::behaviours::population::{Evidence, Link};
use crate::error::Degeneracy;
use crate::error::{non_negative, positive};
use crate::ledger::{Available, LedgerRow};
use crate::orders::ContactExposure;

/// What is known of the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::behaviours) struct ServiceTerms {
    contact_exposure: ContactExposure,
    /// Variance of the cases after an order of a customer by their mean.
    dispersion: f64,
    /// The least that is called more than others: a multiple of the mean cost of service.
    floor: f64,
    case: CaseCost,
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
        let exposure = sample.options.contact_exposure;
        let Some(case) = CaseCost::of(sample.rows().map(|row| cases(exposure, row))) else {
            return sample.degenerate(
                Degeneracy::NoEvent,
                "no customer caused a contact that cost anything",
            );
        };
        let mut terms = Self {
            contact_exposure: exposure,
            dispersion: portfolio.case_dispersion.max(1.0),
            floor: 0.0,
            case,
        };
        let (mut cost, mut exposure) = (0.0, 0.0);
        for row in sample.rows() {
            cost += row.contact_cost;
            exposure += terms.exposed(row);
        }
        terms.floor = RATE_RATIO * cost / exposure;
        let cases =
            sample.cases(|row| (terms.exposed(row) > 0.0).then(|| terms.evidence(row, 0.0)));
        let found = sample.population(Self::LINK, cases, 1.0)?;
        let margin = Some(portfolio.net_margin).filter(|margin| *margin > 0.0);
        Ok(Fitted { threshold: sample.threshold(margin, terms.floor), learnt: found, terms })
    }
}

impl BehaviourTerms for ServiceTerms {
    fn case(&self, threshold: Threshold, row: &LedgerRow, peers: f64) -> Option<Case> {
        let exposed = self.exposed(row);
        (exposed > 0.0).then(|| Case {
            evidence: self.evidence(row, peers),
            amount: exposed,
            unit: self.case.of_customer(&cases(self.contact_exposure, row)),
            threshold: match threshold.basis {
                ThresholdBasis::Economics => {
                    (threshold.value * row.revenue / exposed).max(self.floor)
                }
                ThresholdBasis::Ratio | ThresholdBasis::Given => threshold.value,
            },
            cost: Cost::PerUnit(exposed / years(row)),
        })
    }

    fn unit_at(&self, strength: f64) -> f64 {
        self.case.of_rate(strength)
    }

    fn shown(&self, row: &LedgerRow) -> Shown {
        Shown { events: row.contact_cases, orders: row.contact_cases }
    }

    fn check(&self) -> Result<(), Error> {
        positive("dispersion", self.dispersion)?;
        non_negative("floor", self.floor)?;
        self.case.check()
    }
}

impl ServiceTerms {
    fn exposed(&self, row: &LedgerRow) -> f64 {
        exposed(self.contact_exposure, row)
    }

    fn evidence(&self, row: &LedgerRow, shift: f64) -> Evidence {
        Evidence {
            hits: row.contact_cases / self.dispersion,
            trials: self.exposed(row) / self.dispersion,
            shift,
        }
    }
}

fn exposed(by: ContactExposure, row: &LedgerRow) -> f64 {
    match by {
        ContactExposure::Orders => row.orders,
        ContactExposure::Revenue => row.revenue,
        ContactExposure::Months => (12.0 * row.tenure).max(1.0),
    }
}

fn cases(exposure: ContactExposure, row: &LedgerRow) -> Cases {
    Cases {
        count: row.contact_cases,
        exposure: exposed(exposure, row),
        cost: row.contact_cost,
        ln: row.contact_log_cost,
        ln_square: row.contact_log_square,
    }
}
