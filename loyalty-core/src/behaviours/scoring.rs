//! What a fitted behaviour says of customers.

use super::definition::{Case, Cost};
use super::distribution::BehaviourDistribution;
use super::population::{Evidence, Posterior};
use crate::Error;
use crate::ledger::{Ledger, LedgerRow};
use crate::math::columns::columns;
use crate::math::elementary::ln;
use crate::memory;
use crate::parallel::{Threads, collect, fill_columns};

/// Customers of one piece of work.
const CHUNK: usize = 1 << 13;

columns! {
    /// What is said of one customer and one behaviour.
    row BehaviourScore;
    /// What is said of customers and one behaviour, one value for each.
    columns BehaviourScores;
    estimate: "How strongly the customer is expected to show the behaviour in the time ahead, in its unit.",
    threshold: "What the strength is compared with, in the same unit.",
    p_over: "Probability that the strength of the time ahead lies over its threshold, given all that is asked for.",
    impact: "What the behaviour is expected to cost the shop in a year, against the median customer; 0 where no column tells it.",
    evidence: "How much evidence there is: orders, lines, money, months or degrees of freedom.",
    weight: "Share of the variance over customers that the evidence removes, 0 to 1.",
    support: "Probability of the second sign: selection of offers, reallocation of a budget; else 1.",
    events: "Events that show it: cases, lines sent back, orders at a discount or with a coupon, periods of a budget.",
    orders: "Orders in which they lie; cases, or periods of a budget.",
}

/// The strength and the impact of a customer, each within an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct BehaviourInterval {
    /// Ends of the interval of the strength of the time ahead.
    pub estimate: (f64, f64),
    /// Ends of the interval of the impact; what a year brings is taken as known.
    pub impact: (f64, f64),
}

impl BehaviourInterval {
    /// The ends of the estimate, then those of the impact.
    const NAMES: [&str; 4] = ["estimate_low", "estimate_high", "impact_low", "impact_high"];

    fn ends(&self) -> [f64; 4] {
        [self.estimate.0, self.estimate.1, self.impact.0, self.impact.1]
    }
}

/// The first row of a piece that has a number that is not finite, and how many have.
#[derive(Default)]
struct Refused {
    first: Option<Error>,
    rows: usize,
}

impl Refused {
    fn see(&mut self, checked: Result<(), Error>) {
        if let Err(error) = checked {
            self.first.get_or_insert(error);
            self.rows += 1;
        }
    }

    /// Refuses where a piece has such a row, by the first of all.
    fn none(parts: Vec<Self>) -> Result<(), Error> {
        let rows: usize = parts.iter().map(|part| part.rows).sum();
        match parts.into_iter().find_map(|part| part.first) {
            Some(mut error) => {
                if let Error::Value { more, .. } = &mut error {
                    *more = rows - 1;
                }
                Err(error)
            }
            None => Ok(()),
        }
    }
}

impl BehaviourDistribution {
    /// What is said of every customer of a ledger.
    ///
    /// Customers without evidence get what is known of all; those without an order a `p_over` of 0.
    ///
    /// # Errors
    /// [`Error::Value`] where a number of a customer is so large or so small that a score would not be finite; it
    /// names the score and the row.
    pub fn score(&self, ledger: &Ledger, threads: Threads) -> Result<BehaviourScores, Error> {
        memory::ask_for_rows("behaviours of customers", ledger.len(), 80, 0)?;
        Ok(score_each(&[self], ledger, threads)?.pop().unwrap_or_default())
    }

    /// [`BehaviourDistribution::score`] of some customers, by their rows.
    pub(super) fn score_some(
        &self,
        ledger: &Ledger,
        customers: &[usize],
        threads: Threads,
    ) -> Result<BehaviourScores, Error> {
        let shift = self.peers_of(ledger);
        let mut all = BehaviourScores::zeros(customers.len());
        let ends = ends(customers.len());
        let parts = fill_columns(all.each_mut(), &ends, threads, |rows, columns| {
            let mut refused = Refused::default();
            for (at, &row) in customers[rows].iter().enumerate() {
                let values = self.score_row(&ledger.row(row), shift(row)).values();
                refused.see(self.finite(BehaviourScore::NAMES, &values, row));
                columns.iter_mut().zip(values).for_each(|(column, value)| column[at] = value);
            }
            refused
        });
        Refused::none(parts)?;
        Ok(all)
    }

    /// What is said of one customer; `group` is their group of peers, if they have one.
    ///
    /// # Errors
    /// [`Error::Value`] where a number of the row is so large or so small that a score would not be finite; it
    /// names the score, and row 0 as there is but one.
    pub fn score_one(&self, row: &LedgerRow, group: Option<&str>) -> Result<BehaviourScore, Error> {
        let score = self.score_row(row, self.shift(group));
        self.finite(BehaviourScore::NAMES, &score.values(), 0)?;
        Ok(score)
    }

    /// Refuses numbers that are not finite, by the name of the first.
    fn finite(&self, names: &[&str], values: &[f64], row: usize) -> Result<(), Error> {
        let Some((name, value)) = names.iter().zip(values).find(|(_, value)| !value.is_finite())
        else {
            return Ok(());
        };
        let column = format!("{name} of {}", self.behaviour());
        let expected = "finite, but a number of the customer's ledger is out of all proportion";
        Err(Error::Value { column, row, expected, value: value.to_string(), more: 0 })
    }

    /// The interval that holds the strength with this probability, cut evenly on both sides, and what it
    /// means in money.
    ///
    /// # Errors
    /// [`Error::Parameter`](Error::Parameter) unless the level is from 0.5 to 0.9999; [`Error::Value`] as
    /// [`BehaviourDistribution::score_one`].
    pub fn interval(
        &self,
        row: &LedgerRow,
        group: Option<&str>,
        level: f64,
    ) -> Result<BehaviourInterval, Error> {
        check_level(level)?;
        let interval = self.interval_row(row, self.shift(group), level);
        self.finite(&BehaviourInterval::NAMES, &interval.ends(), 0)?;
        Ok(interval)
    }

    /// [`BehaviourDistribution::interval`] of every customer: ends of the estimate's, then of the impact's.
    ///
    /// # Errors
    /// [`Error::Parameter`](Error::Parameter) unless the level is from 0.5 to 0.9999; [`Error::Value`] as
    /// [`BehaviourDistribution::score`].
    pub fn intervals(
        &self,
        ledger: &Ledger,
        level: f64,
        threads: Threads,
    ) -> Result<[Vec<f64>; 4], Error> {
        check_level(level)?;
        memory::ask_for_rows("intervals of behaviours", ledger.len(), 36, 0)?;
        let peers = self.peers_of(ledger);
        let mut out: [Vec<f64>; 4] = std::array::from_fn(|_| vec![0.0; ledger.len()]);
        let columns = out.iter_mut().map(|column| &mut column[..]).collect();
        let parts = fill_columns(columns, &ends(ledger.len()), threads, |rows, columns| {
            let mut refused = Refused::default();
            for (at, row) in rows.enumerate() {
                let ends = self.interval_row(&ledger.row(row), peers(row), level).ends();
                refused.see(self.finite(&BehaviourInterval::NAMES, &ends, row));
                columns.iter_mut().zip(ends).for_each(|(column, end)| column[at] = end);
            }
            refused
        });
        Refused::none(parts)?;
        Ok(out)
    }

    /// How far a group shifts the natural parameter; 0 for a group that is not known.
    pub(super) fn shift(&self, group: Option<&str>) -> f64 {
        let known = group.and_then(|name| self.peers.iter().find(|(known, _)| known == name));
        known.map_or(0.0, |(_, factor)| ln(*factor))
    }

    pub(super) fn peers_of<'a>(
        &self,
        ledger: &'a Ledger,
    ) -> impl Fn(usize) -> f64 + Sync + use<'a> {
        let groups = ledger.peers();
        let shifts: Vec<f64> = groups.map_or(Vec::new(), |peers| {
            let name = |number| peers.names.get(number).to_string();
            (0..peers.names.len()).map(|number| self.shift(Some(&name(number)))).collect()
        });
        move |row| {
            let group = groups.map_or(u32::MAX, |peers| peers.of[row]);
            shifts.get(group as usize).copied().unwrap_or(0.0)
        }
    }

    fn score_row(&self, row: &LedgerRow, peers: f64) -> BehaviourScore {
        let Some(case) = self.case(row, peers) else { return self.without_evidence() };
        let population = &self.population;
        let posterior = Posterior::of(population, &case.evidence);
        let (mean, variance) = posterior.moments(peers);
        let second_sign = self.terms.of().second_sign(row);
        let over = self.over(&posterior, &case, row, peers);
        let impact = match case.cost {
            Cost::PerUnit(money) => {
                let shift = case.evidence.shift;
                let own = if shift == peers { mean } else { posterior.moments(shift).0 };
                let own = self.ahead(own, shift);
                (case.unit * own - self.plain(population.ordinary(shift))) * money
            }
            Cost::Whole(money) => over * money,
            Cost::Unknown => 0.0,
        };
        let shown = self.terms.of().shown(row);
        BehaviourScore {
            estimate: self.terms.of().strength(case.unit, self.ahead(mean, peers)),
            threshold: case.threshold,
            p_over: self.terms.of().both(over, second_sign.needed),
            impact,
            evidence: case.amount,
            weight: (1.0 - variance / population.moments(peers).1).clamp(0.0, 1.0),
            support: second_sign.support,
            events: shown.events,
            orders: shown.orders,
        }
    }

    /// The case of a customer, or `None` where their ledger says nothing.
    pub(super) fn case(&self, row: &LedgerRow, peers: f64) -> Option<Case> {
        if row.orders < 1.0 {
            return None;
        }
        self.terms.of().case(self.threshold, row, peers)
    }

    /// What the time ahead is expected to hold of a strength seen: the mean, and what lasts of the excess.
    fn ahead(&self, seen: f64, shift: f64) -> f64 {
        let mean = self.population.mean(shift);
        mean + self.transition.part * (seen - mean)
    }

    /// P(strength of the time ahead > threshold).
    fn over(&self, posterior: &Posterior<'_>, case: &Case, row: &LedgerRow, peers: f64) -> f64 {
        let limit = self.terms.of().of_evidence(case.unit, case.threshold);
        let limit = self.population.link.natural(limit) - peers;
        self.terms.of().over(posterior.later_upper(&self.transition, limit), row)
    }

    pub(super) fn interval_row(
        &self,
        row: &LedgerRow,
        peers: f64,
        level: f64,
    ) -> BehaviourInterval {
        let Some(case) = self.case(row, peers) else {
            let BehaviourScore { estimate, .. } = self.without_evidence();
            return BehaviourInterval { estimate: (estimate, estimate), impact: (0.0, 0.0) };
        };
        let population = &self.population;
        let posterior = Posterior::of(population, &case.evidence);
        let later = posterior.later(&self.transition);
        let tail = 0.5 * (1.0 - level);
        let ends = (later.quantile(tail), later.quantile(1.0 - tail));
        let value = |end: f64, shift: f64| case.unit * population.link.value(end + shift);
        let impact = match case.cost {
            Cost::PerUnit(money) => {
                let shift = case.evidence.shift;
                let ordinary = self.plain(population.ordinary(shift));
                let at = |end| (value(end, shift) - ordinary) * money;
                (at(ends.0), at(ends.1))
            }
            Cost::Whole(money) => {
                // All of it if they are over the threshold, else nothing.
                let over = self.over(&posterior, &case, row, peers);
                if over <= tail {
                    (0.0, 0.0)
                } else if 1.0 - over <= tail {
                    (money, money)
                } else {
                    (0.0, money)
                }
            }
            Cost::Unknown => (0.0, 0.0),
        };
        let strength =
            |end: f64| self.terms.of().strength(case.unit, population.link.value(end + peers));
        BehaviourInterval { estimate: (strength(ends.0), strength(ends.1)), impact }
    }

    /// What is seen of a customer's excess over the mean customer in a second ledger, and what a first
    /// lets expect there, both in the unit of the evidence.
    pub(super) fn excess(&self, first: &LedgerRow, second: &LedgerRow) -> (f64, f64) {
        let (Some(then), Some(now)) = (self.case(first, 0.0), self.case(second, 0.0)) else {
            return (0.0, 0.0);
        };
        // From what they bought then to what they buy now.
        let Evidence { hits, trials, shift } = now.evidence;
        let mean = self.population.mean(shift);
        let expected = Posterior::of(&self.population, &then.evidence).moments(shift).0;
        (hits - trials * mean, trials * (expected - mean))
    }

    /// The mean strength, and this part of what every customer's own is off it.
    pub(super) fn drawn(
        &self,
        ledger: &Ledger,
        part: impl Fn(&LedgerRow) -> f64 + Sync,
        threads: Threads,
    ) -> Vec<f64> {
        let shift = self.peers_of(ledger);
        collect(ledger.len(), threads, |row| {
            let (numbers, peers) = (ledger.row(row), shift(row));
            let Some(case) = self.case(&numbers, peers) else {
                return self.strength(self.population.mean(peers));
            };
            let mean = self.population.mean(peers);
            let seen = Posterior::of(&self.population, &case.evidence).moments(peers).0;
            self.terms.of().strength(case.unit, mean + part(&numbers) * (seen - mean))
        })
    }

    /// The mean of all; nobody without an order is over anything.
    fn without_evidence(&self) -> BehaviourScore {
        let estimate = self.strength(self.population.mean(0.0));
        BehaviourScore { estimate, threshold: self.threshold.value, ..BehaviourScore::default() }
    }
}

/// What each of some distributions says of every customer of a ledger, who is looked at once.
pub(super) fn score_each(
    distributions: &[&BehaviourDistribution],
    ledger: &Ledger,
    threads: Threads,
) -> Result<Vec<BehaviourScores>, Error> {
    let shifts: Vec<_> = distributions.iter().map(|one| one.peers_of(ledger)).collect();
    let mut all: Vec<_> =
        distributions.iter().map(|_| BehaviourScores::zeros(ledger.len())).collect();
    let columns = all.iter_mut().flat_map(BehaviourScores::each_mut).collect();
    let parts = fill_columns(columns, &ends(ledger.len()), threads, |rows, columns| {
        let mut refused = Refused::default();
        for (at, row) in rows.enumerate() {
            let (numbers, mut checked) = (ledger.row(row), Ok(()));
            let of_each = columns.chunks_mut(BehaviourScore::NAMES.len());
            for ((one, shift), columns) in distributions.iter().zip(&shifts).zip(of_each) {
                let values = one.score_row(&numbers, shift(row)).values();
                checked = checked.and_then(|()| one.finite(BehaviourScore::NAMES, &values, row));
                columns.iter_mut().zip(values).for_each(|(column, value)| column[at] = value);
            }
            refused.see(checked);
        }
        refused
    });
    Refused::none(parts)?;
    Ok(all)
}

/// Where the pieces of work end.
fn ends(customers: usize) -> Vec<usize> {
    (1..=customers.div_ceil(CHUNK)).map(|piece| customers.min(piece * CHUNK)).collect()
}

fn check_level(level: f64) -> Result<(), Error> {
    if (0.5..=0.9999).contains(&level) {
        return Ok(());
    }
    let expected = "from 0.5 to 0.9999";
    Err(Error::parameter("level", expected, level))
}
