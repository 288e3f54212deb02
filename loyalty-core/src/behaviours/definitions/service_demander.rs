//! Who asks for more service than their orders pay for.
//!
//! | | |
//! |---|---|
//! | strength θ | cost of service per order (or unit of revenue, or month): cases times the cost of a case |
//! | evidence | `contact_cases` among `orders` (`revenue`, months of `tenure`), Poisson with the dispersion of cases between a customer's orders |
//! | population | of cases: gamma, roughened |
//! | unit | the cost of a case: the shop's, drawn to the customer's own by their `contact_log_cost` |
//! | threshold | the margin on what they pay, m · `revenue` / exposure, and [`RATE_RATIO`] times the mean |
//! | cost | (θ − that of the median customer) · exposure a year |
//!
//! How many cases and what one costs are told apart, so that one dear contact is not many. Costs are looked at
//! by their logarithm, whose mean does not hang on the dearest.

use serde::{Deserialize, Serialize};

use super::RATE_RATIO;
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
use crate::math::elementary::exp;
use crate::orders::ContactExposure;

/// What is known of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(in crate::behaviours) struct ServiceTerms {
    contact_exposure: ContactExposure,
    /// Variance of the cases after an order of a customer by their mean.
    dispersion: f64,
    /// The least that is called more than others: a multiple of the mean cost of service.
    floor: f64,
    case: CaseCost,
}

/// What a case costs: ln cost is normal over a customer's cases, and its mean over customers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct CaseCost {
    /// Mean of the logarithm.
    ln_mean: f64,
    /// Its variance over a customer's cases, and over customers.
    within: f64,
    between: f64,
    /// Cost of a case of a customer whose own are not known.
    usual: f64,
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
        let Some(case) = CaseCost::of(sample) else {
            return sample.degenerate(
                Degeneracy::NoEvent,
                "no customer caused a contact that cost anything",
            );
        };
        let mut terms = Self {
            contact_exposure: sample.options.contact_exposure,
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
            unit: self.case.of_customer(row),
            threshold: match threshold.basis {
                ThresholdBasis::Economics => {
                    (threshold.value * row.revenue / exposed).max(self.floor)
                }
                ThresholdBasis::Ratio | ThresholdBasis::Given => threshold.value,
            },
            cost: Cost::PerUnit(exposed / years(row)),
        })
    }

    fn unit(&self) -> f64 {
        self.case.usual
    }

    fn shown(&self, row: &LedgerRow) -> Shown {
        Shown { events: row.contact_cases, orders: row.contact_cases }
    }

    fn check(&self) -> Result<(), Error> {
        positive("dispersion", self.dispersion)?;
        non_negative("floor", self.floor)?;
        non_negative("ln_mean", self.case.ln_mean.abs())?;
        non_negative("within", self.case.within)?;
        non_negative("between", self.case.between)?;
        positive("usual", self.case.usual).map(|_| ())
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
            hits: row.contact_cases / self.dispersion,
            trials: self.exposed(row) / self.dispersion,
            shift,
        }
    }
}

impl CaseCost {
    /// By the moments of a one-way analysis of variance of ln cost; `None` where there is no case.
    fn of(sample: &LearningSample<'_>) -> Option<Self> {
        let (mut customers, mut cases, mut cases_square) = (0.0, 0.0, 0.0);
        let (mut sum, mut inside, mut means_square, mut cost) = (0.0, 0.0, 0.0, 0.0);
        for row in sample.rows().filter(|row| row.contact_cases > 0.0) {
            let count = row.contact_cases;
            customers += 1.0;
            cases += count;
            cases_square += count * count;
            sum += row.contact_log_cost;
            let own = row.contact_log_cost * row.contact_log_cost / count;
            inside += (row.contact_log_square - own).max(0.0);
            means_square += own;
            cost += row.contact_cost;
        }
        if cost <= 0.0 {
            return None;
        }
        let ln_mean = sum / cases;
        let within = if cases > customers { inside / (cases - customers) } else { 0.0 };
        let room = cases - cases_square / cases;
        let excess = means_square - cases * ln_mean * ln_mean - (customers - 1.0) * within;
        let between = if room > 0.0 { (excess / room).max(0.0) } else { 0.0 };
        let mut found = Self { ln_mean, within, between, usual: 1.0 };
        let paid: f64 = sample.rows().map(|row| row.contact_cases * found.of_customer(row)).sum();
        found.usual = cost / paid;
        Some(found)
    }

    /// The cost of a customer's case: the mean logarithm of theirs, drawn to that of the shop.
    fn of_customer(&self, row: &LedgerRow) -> f64 {
        let total = self.within + row.contact_cases * self.between;
        if total <= 0.0 {
            return self.usual;
        }
        let off = row.contact_log_cost - row.contact_cases * self.ln_mean;
        self.usual * exp(self.between * off / total)
    }
}
