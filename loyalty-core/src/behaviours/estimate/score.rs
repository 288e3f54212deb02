//! What a trait model says of customers.

use super::TraitModel;
use super::case::{Case, level, selection};
use super::link::Evidence;
use super::options::Behaviour;
use super::posterior::Posterior;
use super::terms::{Budget, Promotion, Reallocation, Terms};
use crate::ledger::{Ledger, LedgerRow};
use crate::math::elementary::ln;
use crate::math::{beta_upper, normal_upper, two_sided};
use crate::parallel::{Threads, collect, fill_columns, map_chunks};

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

            fn values(&self) -> [f64; Self::NAMES.len()] {
                [$(self.$name),*]
            }
        }

        impl TraitColumns {
            fn zeros(rows: usize) -> Self {
                Self { $($name: vec![0.0; rows],)* }
            }

            fn each_mut(&mut self) -> Vec<&mut [f64]> {
                vec![$(&mut self.$name),*]
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
        score_all(&[self], ledger, threads).pop().unwrap_or_default()
    }

    /// [`TraitModel::score`] of some customers, by their rows.
    pub(crate) fn score_some(
        &self,
        ledger: &Ledger,
        customers: &[usize],
        threads: Threads,
    ) -> TraitColumns {
        let shift = self.peers_of(ledger);
        let mut all = TraitColumns::zeros(customers.len());
        fill_columns(all.each_mut(), &ends(customers.len()), threads, |rows, columns| {
            for (at, &row) in customers[rows].iter().enumerate() {
                let values = self.score_row(&ledger.row(row), shift(row)).values();
                columns.iter_mut().zip(values).for_each(|(column, value)| column[at] = value);
            }
        });
        all
    }

    /// What the model says of one customer; `group` is his group of peers, if he has one.
    pub fn score_one(&self, row: &LedgerRow, group: Option<&str>) -> TraitScore {
        self.score_row(row, self.shift(group))
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
        Ok(self.interval_row(row, self.shift(group), level))
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

    /// How far a group shifts the natural parameter; 0 for a group that is not known.
    fn shift(&self, group: Option<&str>) -> f64 {
        let known = group.and_then(|name| self.peers.iter().find(|(known, _)| known == name));
        known.map_or(0.0, |(_, factor)| ln(*factor))
    }

    fn peers_of<'a>(&self, ledger: &'a Ledger) -> impl Fn(usize) -> f64 + Sync + use<'a> {
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

    fn score_row(&self, row: &LedgerRow, peers: f64) -> TraitScore {
        let Some(case) = self.case(row, peers) else { return self.without_evidence() };
        let prior = &self.prior;
        let posterior = prior.posterior(&case.evidence);
        let (mean, variance) = posterior.moments(peers);
        let (joint, support) = self.second_sign(row);
        let over = self.over(&posterior, &case, row, peers);
        let shift = case.evidence.shift;
        let own = if shift == peers { mean } else { posterior.moments(shift).0 };
        TraitScore {
            estimate: case.unit * mean,
            threshold: case.threshold,
            p_over: match self.behaviour {
                // Both are driven by the same discounts: the less certain of the two decides.
                Behaviour::PromotionMaximizer => over.min(joint),
                _ => over * joint,
            },
            impact: case.fixed.map_or_else(
                || (case.unit * own - self.unit() * prior.ordinary(shift)) * case.money,
                |(impact, _)| over * impact,
            ),
            evidence: case.amount,
            weight: (1.0 - variance / prior.moments(peers).1).clamp(0.0, 1.0),
            support,
        }
    }

    /// P(trait > threshold).
    fn over(&self, posterior: &Posterior<'_>, case: &Case, row: &LedgerRow, peers: f64) -> f64 {
        let limit = self.prior.link.natural(case.threshold / case.unit) - peers;
        let over = posterior.upper(limit);
        match &self.terms {
            Terms::FixedBudget(terms) => terms.by_level.over(over, level(row).0),
            _ => over,
        }
    }

    fn interval_row(&self, row: &LedgerRow, peers: f64, level: f64) -> TraitInterval {
        let Some(case) = self.case(row, peers) else {
            let TraitScore { estimate, .. } = self.without_evidence();
            return TraitInterval { estimate: (estimate, estimate), impact: (0.0, 0.0) };
        };
        let prior = &self.prior;
        let posterior = prior.posterior(&case.evidence);
        let tail = 0.5 * (1.0 - level);
        let ends = (posterior.natural_quantile(tail), posterior.natural_quantile(1.0 - tail));
        let value = |end: f64, shift: f64| case.unit * prior.link.value(end + shift);
        let shift = case.evidence.shift;
        let money = |end| (value(end, shift) - self.unit() * prior.ordinary(shift)) * case.money;
        let impact = match case.fixed {
            None => (money(ends.0), money(ends.1)),
            Some((impact, error)) => {
                // All of it if he has the habit, else nothing.
                let over = self.over(&posterior, &case, row, peers);
                let spread = two_sided(level) * error;
                let all = (impact - spread, impact + spread);
                if over <= tail {
                    (0.0, 0.0)
                } else if 1.0 - over <= tail {
                    all
                } else {
                    (all.0.min(0.0), all.1.max(0.0))
                }
            }
        };
        TraitInterval { estimate: (value(ends.0, peers), value(ends.1, peers)), impact }
    }

    /// What is seen of a customer's excess over the mean customer in a second ledger, and what a first
    /// lets expect there, both in the unit of the evidence.
    pub(crate) fn excess(&self, first: &LedgerRow, second: &LedgerRow) -> (f64, f64) {
        let (Some(then), Some(now)) = (self.case(first, 0.0), self.case(second, 0.0)) else {
            return (0.0, 0.0);
        };
        // From what he bought then to what he buys now.
        let Evidence { hits, trials, shift } = now.evidence;
        let mean = self.prior.mean(shift);
        let expected = self.prior.posterior(&then.evidence).moments(shift).0;
        (hits - trials * mean, trials * (expected - mean))
    }

    /// The mean of the trait, and this part of what every customer's estimate is off it.
    pub(crate) fn drawn(
        &self,
        ledger: &Ledger,
        part: impl Fn(&LedgerRow) -> f64 + Sync,
        threads: Threads,
    ) -> Vec<f64> {
        let shift = self.peers_of(ledger);
        collect(ledger.len(), threads, |row| {
            let (numbers, peers) = (ledger.row(row), shift(row));
            let mean = self.unit() * self.prior.mean(peers);
            mean + part(&numbers) * (self.score_row(&numbers, peers).estimate - mean)
        })
    }

    /// What the prior says of the mean; nobody without an order is over anything.
    fn without_evidence(&self) -> TraitScore {
        let estimate = self.unit() * self.prior.mean(0.0);
        TraitScore { estimate, threshold: self.threshold, ..TraitScore::default() }
    }

    /// What else must hold, as a probability, and the probability of the second sign.
    fn second_sign(&self, row: &LedgerRow) -> (f64, f64) {
        match &self.terms {
            Terms::PromotionMaximizer(Promotion { selection: Some(terms), .. }) => {
                let Some(picked) = selection(terms.dispersion, row) else { return (0.0, 0.0) };
                let threshold = terms.prior.link.natural(terms.threshold);
                let over = terms.prior.posterior(&picked).upper(threshold);
                (over, over)
            }
            Terms::FixedBudget(terms) => (below(terms, row), reallocates(terms, row)),
            _ => (1.0, 1.0),
        }
    }
}

/// What each of some models says of every customer of a ledger, who is looked at once.
pub(crate) fn score_all(
    models: &[&TraitModel],
    ledger: &Ledger,
    threads: Threads,
) -> Vec<TraitColumns> {
    let shifts: Vec<_> = models.iter().map(|model| model.peers_of(ledger)).collect();
    let mut all: Vec<_> = models.iter().map(|_| TraitColumns::zeros(ledger.len())).collect();
    let columns = all.iter_mut().flat_map(TraitColumns::each_mut).collect();
    fill_columns(columns, &ends(ledger.len()), threads, |rows, columns| {
        for (at, row) in rows.enumerate() {
            let numbers = ledger.row(row);
            let of_model = columns.chunks_mut(TraitScore::NAMES.len());
            for ((model, shift), columns) in models.iter().zip(&shifts).zip(of_model) {
                let values = model.score_row(&numbers, shift(row)).values();
                columns.iter_mut().zip(values).for_each(|(column, value)| column[at] = value);
            }
        }
    });
    all
}

/// Where the pieces of work end.
fn ends(customers: usize) -> Vec<usize> {
    (1..=customers.div_ceil(CHUNK)).map(|piece| customers.min(piece * CHUNK)).collect()
}

fn check_level(level: f64) -> Result<(), crate::Error> {
    if (0.5..=0.9999).contains(&level) {
        return Ok(());
    }
    let expected = "from 0.5 to 0.9999";
    Err(crate::Error::parameter("level", expected, level))
}

/// P(spending per period below the level of a limited budget), by Student's t.
fn below(terms: &Budget, row: &LedgerRow) -> f64 {
    let (mean, error) = level(row);
    let freedom = row.periods - 1.0;
    if error <= 0.0 || freedom <= 0.0 {
        return f64::from(u8::from(mean < terms.level));
    }
    let t = (terms.level - mean) / error;
    let tail = 0.5 * (1.0 - beta_upper(0.5 * freedom, 0.5, freedom / (freedom + t * t)));
    if t < 0.0 { tail } else { 1.0 - tail }
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
