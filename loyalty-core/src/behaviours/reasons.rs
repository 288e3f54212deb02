//! Why a customer is labelled, for people.

use super::definitions::Behaviour;
use super::distribution::BehaviourDistribution;
use super::model::{BehaviourModel, Behaviours};
use super::scoring::{BehaviourInterval, BehaviourScore};
use crate::Error;
use crate::ledger::{Ledger, LedgerRow};
use crate::time::{DAY, YEAR, date};

/// The probability of the interval that goes with a reason.
const LEVEL: f64 = 0.9;

/// What a label rests on, and until when it holds. It shows as a sentence.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LabelReason {
    /// The behaviour.
    pub behaviour: Behaviour,
    /// What is said of the customer.
    pub score: BehaviourScore,
    /// The strength of the time ahead lies in here with a probability of 0.9.
    pub interval: (f64, f64),
    /// What it is expected to cost in a year; `None` where no column tells it, or it is no cost.
    pub impact: Option<f64>,
    /// The day of the customer's first order that was looked at, since 1970.
    pub since: i64,
    /// The last day that was looked at.
    pub until: i64,
    /// The day from which on the label is not to be used: the end of the time that it speaks of.
    pub expires: i64,
}

impl std::fmt::Display for LabelReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let score = &self.score;
        let [since, until, expires] =
            [self.since, self.until, self.expires].map(|day| date(day * DAY));
        let shown = match self.behaviour {
            Behaviour::ServiceDemander => format!("{:.0} cases of service", score.events),
            Behaviour::RevenueReverser => {
                format!("{:.0} lines of {:.0} orders sent back", score.events, score.orders)
            }
            Behaviour::PromotionMaximizer => format!("{:.0} orders at a discount", score.events),
            Behaviour::CouponUser => format!("{:.0} orders with a coupon", score.events),
            Behaviour::FixedBudget => format!("Spending in {:.0} periods", score.events),
        };
        let per_cent = |share: f64| format!("{:.0} %", 100.0 * share);
        let plain = |number: f64| format!("{number:.2}");
        let (number, of): (&dyn Fn(f64) -> String, _) = match self.behaviour {
            Behaviour::ServiceDemander => (&plain, "of service cost by what was ordered"),
            Behaviour::RevenueReverser => (&per_cent, "of lines sent back"),
            Behaviour::PromotionMaximizer => (&per_cent, "off the list price"),
            Behaviour::CouponUser => (&per_cent, "of orders with a coupon"),
            Behaviour::FixedBudget => (&plain, "times as steady as chance"),
        };
        let (low, high) = (number(self.interval.0), number(self.interval.1));
        let (estimate, threshold) = (number(score.estimate), number(score.threshold));
        write!(
            f,
            "{shown} from {since} to {until}: {estimate} {of} expected in the time ahead ({low} to {high}), \
             over {threshold} with a probability of {}",
            per_cent(score.p_over)
        )?;
        if let Some(impact) = self.impact {
            write!(f, ", at a cost of {impact:.2} a year")?;
        }
        write!(f, "; to be looked at again by {expires}.")
    }
}

impl BehaviourModel {
    /// Why a customer of a ledger has their labels, one reason for each; `found` is what
    /// [`BehaviourModel::classify`] says of the same ledger.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn reasons(&self, ledger: &Ledger, found: &Behaviours, row: usize) -> Vec<LabelReason> {
        let numbers = ledger.row(row);
        let labelled =
            self.rules.iter().filter(|rule| found.has(row, rule.distribution.behaviour()));
        labelled
            .filter_map(|rule| {
                let one = &rule.distribution;
                let score = found.scores(one.behaviour())?.row(row);
                let interval = one.interval_row(&numbers, one.peers_of(ledger)(row), LEVEL);
                Some(one.reason(&numbers, interval, score, ledger.end()))
            })
            .collect()
    }

    /// Why one customer has a label, by their row of a ledger that was looked at up to `end`, in microseconds since
    /// 1970-01-01T00:00; `None` where the model does not know the behaviour.
    ///
    /// What [`BehaviourModel::classify_one`] says of the row is in it, whether or not they are labelled.
    ///
    /// # Errors
    /// As [`BehaviourDistribution::score_one`].
    pub fn reason_of(
        &self,
        behaviour: Behaviour,
        row: &LedgerRow,
        group: Option<&str>,
        end: i64,
    ) -> Result<Option<LabelReason>, Error> {
        let mut of = self.rules.iter().map(|rule| &rule.distribution);
        let Some(one) = of.find(|one| one.behaviour() == behaviour) else { return Ok(None) };
        let interval = one.interval(row, group, LEVEL)?;
        Ok(Some(one.reason(row, interval, one.score_one(row, group)?, end)))
    }
}

impl BehaviourDistribution {
    /// What is said of a customer, as a reason.
    fn reason(
        &self,
        row: &LedgerRow,
        interval: BehaviourInterval,
        score: BehaviourScore,
        end: i64,
    ) -> LabelReason {
        LabelReason {
            behaviour: self.behaviour(),
            interval: interval.estimate,
            impact: self.is_priced().then_some(score.impact),
            score,
            since: after(end, -row.tenure).div_euclid(DAY),
            until: end.div_euclid(DAY),
            expires: after(end, self.lasting().ahead()).div_euclid(DAY),
        }
    }
}

/// A time so many years later.
fn after(time: i64, years: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "years of a log")]
    let step = (years * YEAR as f64).round_ties_even() as i64;
    time.saturating_add(step)
}
