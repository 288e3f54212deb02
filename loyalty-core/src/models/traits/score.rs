//! What a trait model says of customers.

use super::Prior;
use super::TraitModel;
use super::beta_binomial::with_odds;
use super::case::{Case, Evidence, level, selection};
use super::family::Family;
use super::gamma_poisson::GammaPoisson;
use super::mixture::{Mixture, Posterior};
use super::options::Behaviour;
use super::terms::{Budget, Promotion, Reallocation, Terms};
use crate::parallel::{Threads, map_chunks};
use crate::special::{normal_upper, two_sided};
use crate::summary::{Ledger, LedgerRow};

/// Customers of one piece of work.
const CHUNK: usize = 1 << 13;

macro_rules! columns {
    ($($name:ident: $doc:literal,)*) => {
        /// What a trait model says of one customer.
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        #[non_exhaustive]
        pub struct TraitScore {
            $(#[doc = $doc] pub $name: f64,)*
        }

        /// What a trait model says of customers, one value for each.
        #[derive(Debug, Clone, PartialEq, Default)]
        #[non_exhaustive]
        pub struct TraitColumns {
            $(#[doc = $doc] pub $name: Vec<f64>,)*
        }

        impl TraitScore {
            /// The names of the columns, in order.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];
        }

        impl TraitColumns {
            fn push(&mut self, score: &TraitScore) {
                $(self.$name.push(score.$name);)*
            }

            fn append(&mut self, mut other: Self) {
                $(self.$name.append(&mut other.$name);)*
            }

            /// The columns, in the order of [`TraitScore::NAMES`].
            pub fn each(&self) -> Vec<&[f64]> {
                vec![$(&self.$name),*]
            }
        }
    };
}

columns! {
    estimate: "The trait: its posterior mean, in its unit.",
    threshold: "What the trait is compared with, in the same unit.",
    p_over: "Probability that the trait lies over its threshold, given all that is asked for.",
    impact: "What the trait costs the shop in a year, against a reference customer.",
    evidence: "How much evidence there is: orders, lines, money, months or degrees of freedom.",
    weight: "Share of the prior's variance that the evidence removes, 0 to 1.",
    support: "Probability of the second sign: selection of offers, reallocation of a budget; else 1.",
}

/// The trait and the impact of a customer, each within an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct TraitInterval {
    /// Ends of the interval of the trait.
    pub estimate: (f64, f64),
    /// Ends of the interval of the impact; what a year brings is taken as known.
    pub impact: (f64, f64),
}

impl TraitModel {
    /// What the model says of every customer of a ledger.
    ///
    /// Customers without evidence get what the prior says; those without an order a `p_over` of 0.
    pub fn score(&self, ledger: &Ledger, threads: Threads) -> TraitColumns {
        let peers = self.peers_of(ledger);
        let parts = map_chunks(ledger.len(), CHUNK, threads, |rows| {
            let mut part = TraitColumns::default();
            for row in rows {
                part.push(&self.score_row(&ledger.row(row), peers(row)));
            }
            part
        });
        let mut all = TraitColumns::default();
        parts.into_iter().for_each(|part| all.append(part));
        all
    }

    /// What the model says of one customer; `group` is his group of peers, if he has one.
    pub fn score_one(&self, row: &LedgerRow, group: Option<&str>) -> TraitScore {
        self.score_row(row, self.factor(group))
    }

    /// The interval that holds the trait with this probability, cut evenly on both sides, and what it
    /// means in money.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) unless the level is from 0.5 to 0.9999.
    pub fn interval(
        &self,
        row: &LedgerRow,
        group: Option<&str>,
        level: f64,
    ) -> Result<TraitInterval, crate::Error> {
        check_level(level)?;
        Ok(self.interval_row(row, self.factor(group), level))
    }

    /// [`TraitModel::interval`] of every customer: ends of the estimate's, then of the impact's.
    ///
    /// # Errors
    /// As [`TraitModel::interval`].
    pub fn intervals(
        &self,
        ledger: &Ledger,
        level: f64,
        threads: Threads,
    ) -> Result<[Vec<f64>; 4], crate::Error> {
        check_level(level)?;
        let peers = self.peers_of(ledger);
        let parts = map_chunks(ledger.len(), CHUNK, threads, |rows| {
            rows.map(|row| self.interval_row(&ledger.row(row), peers(row), level))
                .collect::<Vec<_>>()
        });
        let mut out: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::with_capacity(ledger.len()));
        for interval in parts.into_iter().flatten() {
            let TraitInterval { estimate, impact } = interval;
            let ends = [estimate.0, estimate.1, impact.0, impact.1];
            out.iter_mut().zip(ends).for_each(|(column, end)| column.push(end));
        }
        Ok(out)
    }

    /// How a group's mean stands to that of all; 1 for a group that is not known.
    fn factor(&self, group: Option<&str>) -> f64 {
        let known = group.and_then(|name| self.peers.iter().find(|(known, _)| known == name));
        known.map_or(1.0, |(_, factor)| *factor)
    }

    fn peers_of<'a>(&self, ledger: &'a Ledger) -> impl Fn(usize) -> f64 + Sync + use<'a> {
        let groups = ledger.peers();
        let factors: Vec<f64> = groups.map_or(Vec::new(), |peers| {
            let name = |number| peers.names.get(number).to_string();
            (0..peers.names.len()).map(|number| self.factor(Some(&name(number)))).collect()
        });
        move |row| {
            let group = groups.map_or(u32::MAX, |peers| peers.of[row]);
            factors.get(group as usize).copied().unwrap_or(1.0)
        }
    }

    /// Posterior, trait of an ordinary customer, and variance of the prior, for a piece of evidence.
    fn posterior(&self, evidence: &Evidence) -> (Posterior, (f64, f64)) {
        match (&self.prior, evidence) {
            (Prior::Gamma(prior), Evidence::Count(row)) => both(prior, row),
            (Prior::Beta(prior), Evidence::Share(row)) => both(prior, row),
            _ => unreachable!("a behaviour has one kind of evidence"),
        }
    }

    fn score_row(&self, row: &LedgerRow, peers: f64) -> TraitScore {
        let Some(case) = self.case(row, peers) else { return self.without_evidence() };
        let (posterior, (reference, spread)) = self.posterior(&case.evidence);
        let mean = posterior.mean();
        let (joint, support) = self.second_sign(row);
        let over = posterior.upper(case.threshold);
        TraitScore {
            estimate: case.reported(mean, peers),
            threshold: case.reported(case.threshold, peers),
            p_over: match self.behaviour {
                // Both are driven by the same discounts: the less certain of the two decides.
                Behaviour::PromotionMaximizer => over.min(joint),
                _ => over * joint,
            },
            impact: case.fixed.map_or((mean - reference) * case.money, |(impact, _)| impact),
            evidence: case.amount,
            weight: (1.0 - posterior.variance() / spread).clamp(0.0, 1.0),
            support,
        }
    }

    fn interval_row(&self, row: &LedgerRow, peers: f64, level: f64) -> TraitInterval {
        let Some(case) = self.case(row, peers) else {
            let TraitScore { estimate, .. } = self.without_evidence();
            return TraitInterval { estimate: (estimate, estimate), impact: (0.0, 0.0) };
        };
        let (posterior, (reference, _)) = self.posterior(&case.evidence);
        let tail = 0.5 * (1.0 - level);
        let ends = (posterior.quantile(tail), posterior.quantile(1.0 - tail));
        let money = |end: f64| (end - reference) * case.money;
        let impact = match case.fixed {
            None => (money(ends.0), money(ends.1)),
            Some((impact, error)) => {
                let z = two_sided(level);
                (impact - z * error, impact + z * error)
            }
        };
        let reported = |end: f64| case.reported(end, peers);
        TraitInterval { estimate: (reported(ends.0), reported(ends.1)), impact }
    }

    /// What is seen of a customer's excess over ordinary customers in a second ledger, and what a first
    /// lets expect there, both in the unit of the evidence.
    pub(crate) fn excess(&self, first: &LedgerRow, second: &LedgerRow) -> (f64, f64) {
        let (Some(then), Some(now)) = (self.case(first, 1.0), self.case(second, 1.0)) else {
            return (0.0, 0.0);
        };
        let (posterior, _) = self.posterior(&then.evidence);
        let (_, (ordinary, _)) = self.posterior(&now.evidence);
        let expected = posterior.mean();
        match now.evidence {
            Evidence::Count(row) => {
                (row.count - row.exposure * ordinary, row.exposure * (expected - ordinary))
            }
            Evidence::Share(row) => {
                // From what he bought then to what he buys now.
                let expected = with_odds(expected, then.odds / now.odds);
                (row.hits - row.trials * ordinary, row.trials * (expected - ordinary))
            }
        }
    }

    /// What the prior says of the mean; nobody without an order is over anything.
    fn without_evidence(&self) -> TraitScore {
        let ([first, second], share) = self.prior.numbers();
        let mean = (1.0 - share) * first[0] + share * second[0];
        let estimate = match &self.terms {
            Terms::RevenueReverser(terms) => with_odds(terms.base, mean),
            Terms::PromotionMaximizer(terms) => with_odds(terms.base, mean),
            Terms::CouponUser(terms) => with_odds(terms.base, mean),
            Terms::ServiceDemander(_) | Terms::FixedBudget(_) => mean,
        };
        TraitScore { estimate, threshold: self.threshold, ..TraitScore::default() }
    }

    /// What else must hold, as a probability, and the probability of the second sign.
    fn second_sign(&self, row: &LedgerRow) -> (f64, f64) {
        match &self.terms {
            Terms::PromotionMaximizer(Promotion { selection: Some(terms), .. }) => {
                let Some(picked) = selection(terms.dispersion, row) else { return (0.0, 0.0) };
                let prior = Mixture::<GammaPoisson>::new(terms.kinds, terms.share);
                let over = prior.posterior(&picked).upper(terms.threshold);
                (over, over)
            }
            Terms::FixedBudget(terms) => (below(terms, row), reallocates(terms, row)),
            _ => (1.0, 1.0),
        }
    }
}

impl Case {
    fn reported(&self, value: f64, peers: f64) -> f64 {
        match self.evidence {
            Evidence::Share(_) => with_odds(value, self.odds),
            Evidence::Count(_) => value * peers,
        }
    }
}

fn both<F: Family>(prior: &Mixture<F>, row: &F::Row) -> (Posterior, (f64, f64)) {
    (prior.posterior(row), (prior.ordinary(row), prior.spread(row).1))
}

fn check_level(level: f64) -> Result<(), crate::Error> {
    if (0.5..=0.9999).contains(&level) {
        return Ok(());
    }
    let expected = "from 0.5 to 0.9999";
    Err(crate::Error::Parameter { name: "level", expected, value: level })
}

/// P(spending per period below the level of a limited budget).
fn below(terms: &Budget, row: &LedgerRow) -> f64 {
    let (mean, error) = level(row);
    normal_below(mean, error, terms.level)
}

/// P(spending moves by less than the threshold for each unit spent in a new category).
fn reallocates(terms: &Budget, row: &LedgerRow) -> f64 {
    let (Some(slopes), Some((slope, error))) = (&terms.reallocation, slope(row)) else {
        return 0.0;
    };
    let Reallocation { threshold, mean, variance } = *slopes;
    let total = variance + error;
    let (level, deviation) =
        ((mean * error + slope * variance) / total, (variance / total * error).sqrt());
    normal_below(level, deviation, threshold)
}

/// P(X < x) for a normal X, who may be certain.
fn normal_below(mean: f64, deviation: f64, x: f64) -> f64 {
    if deviation > 0.0 {
        return normal_upper((mean - x) / deviation);
    }
    f64::from(u8::from(mean < x))
}

/// How a customer's spending moves with that in new categories, and the variance of its error.
pub(super) fn slope(row: &LedgerRow) -> Option<(f64, f64)> {
    if row.periods < 4.0 || row.new_square <= 0.0 {
        return None;
    }
    let slope = row.new_spend / row.new_square;
    let all = row.spend_square - row.period_spend * row.period_spend / row.periods;
    let left = (all - slope * row.new_spend).max(0.0) / (row.periods - 2.0);
    Some((slope, left / row.new_square))
}
