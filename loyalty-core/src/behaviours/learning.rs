//! The customers of a ledger that a behaviour is learnt from.

use std::collections::BTreeMap;

use super::options::{BehaviourFitOptions, Threshold, ThresholdBasis};
use super::population::{Evidence, Learnt, Link, learn};
use crate::Error;
use crate::error::Degeneracy;
use crate::ledger::{Ledger, LedgerRow};
use crate::math::elementary::ln;

/// Most customers of whom a model learns, evenly taken: the mean of a strength that varies by as much as
/// its mean has a standard error of 1/√32768 = 0.6 % then.
const ENOUGH: usize = 1 << 15;

/// The bytes that a fit may take however few customers there are: populations and kernels on grids.
pub(super) const GRIDS: usize = 20 << 20;

/// Fewest customers with evidence: of fewer, the two numbers of a distribution are but a guess.
const FEWEST: usize = 10;

/// The customers of whom models learn, each with their position in the ledger: with an order, and all of
/// them where there are groups of peers.
pub(super) fn learning_customers(ledger: &Ledger) -> Vec<(u32, LedgerRow)> {
    let step = ledger.len().div_ceil(learning_most(ledger).max(1));
    let rows = (0_u32..).zip((0..ledger.len()).map(|row| ledger.row(row))).step_by(step.max(1));
    rows.filter(|(_, row)| row.orders >= 1.0).collect()
}

/// Most customers of this ledger of whom models learn.
pub(super) fn learning_most(ledger: &Ledger) -> usize {
    if ledger.peers().is_some() { ledger.len() } else { ledger.len().min(ENOUGH) }
}

/// A shop as one behaviour is learnt from it.
pub(super) struct LearningSample<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) customers: &'a [(u32, LedgerRow)],
    pub(super) options: &'a BehaviourFitOptions,
    /// The behaviour's name, for messages.
    pub(super) behaviour: &'static str,
}

/// The evidence of customers, each with their position in the ledger.
pub(super) type Cases = Vec<(u32, Evidence)>;

/// A population, and how the means of peer groups stand to that of all.
pub(super) struct LearntWithPeers {
    pub(super) learnt: Learnt,
    pub(super) peers: Vec<(String, f64)>,
}

impl LearningSample<'_> {
    pub(super) fn rows(&self) -> impl Iterator<Item = &LedgerRow> + Clone {
        self.customers.iter().map(|(_, row)| row)
    }

    /// The evidence of those who have some.
    pub(super) fn cases(&self, of: impl Fn(&LedgerRow) -> Option<Evidence>) -> Cases {
        let found = self.customers.iter().filter_map(|(number, row)| Some((*number, of(row)?)));
        found.filter(|(_, evidence)| evidence.trials > 0.0).collect()
    }

    pub(super) fn degenerate<T>(
        &self,
        cause: Degeneracy,
        reason: &'static str,
    ) -> Result<T, Error> {
        Err(Error::degenerate(self.behaviour, cause, reason))
    }

    /// Means of peer groups by the mean of all, then the population of what is left; `base` is the mean
    /// share that shifts are from.
    pub(super) fn population(
        &self,
        link: Link,
        mut cases: Cases,
        base: f64,
    ) -> Result<LearntWithPeers, Error> {
        if cases.len() < FEWEST {
            return self.degenerate(Degeneracy::TooFew, "fewer than ten customers have evidence");
        }
        let peers = self.shift_by_peers(link, &mut cases, base);
        let step = cases.len().div_ceil(ENOUGH);
        let rows: Vec<Evidence> =
            cases.into_iter().step_by(step).map(|(_, evidence)| evidence).collect();
        Ok(LearntWithPeers { learnt: learn(link, &rows, base, self.options.threads)?, peers })
    }

    /// Shifts the evidence by the mean of each customer's peer group, where that is large enough to have
    /// one; gives these means by that of all.
    fn shift_by_peers(&self, link: Link, cases: &mut Cases, base: f64) -> Vec<(String, f64)> {
        let Some(peers) = self.ledger.peers() else { return Vec::new() };
        let mut groups: BTreeMap<u32, Vec<Evidence>> = BTreeMap::new();
        for &(row, evidence) in cases.iter() {
            groups.entry(peers.of[row as usize]).or_default().push(evidence);
        }
        let overall = mean_by_expected(link, cases.iter().map(|(_, evidence)| evidence), base);
        let (mut means, mut shifts) = (Vec::new(), BTreeMap::new());
        for (group, rows) in groups {
            let own = mean_by_expected(link, rows.iter(), base) / overall;
            let known = group != u32::MAX && rows.len() >= self.options.least_peers;
            if known && own.is_finite() && own > 0.0 {
                shifts.insert(group, ln(own));
                means.push((peers.names.get(group as usize).to_string(), own));
            }
        }
        for (row, evidence) in cases {
            if let Some(own) = shifts.get(&peers.of[*row as usize]) {
                evidence.shift += own;
            }
        }
        means
    }

    /// The number given, or by economics, or a ratio.
    pub(super) fn threshold(&self, economics: Option<f64>, ratio: f64) -> Threshold {
        if let Some(value) = self.options.threshold {
            Threshold { value, basis: ThresholdBasis::Given }
        } else if let Some(value) = economics {
            Threshold { value, basis: ThresholdBasis::Economics }
        } else {
            Threshold { value: ratio, basis: ThresholdBasis::Ratio }
        }
    }
}

/// The rate of some customers by what is expected of them, or the ratio of the odds.
fn mean_by_expected<'a>(link: Link, rows: impl Iterator<Item = &'a Evidence>, base: f64) -> f64 {
    let (mut hits, mut trials, mut expected) = (0.0, 0.0, 0.0);
    for row in rows {
        hits += row.hits;
        trials += row.trials;
        expected += row.trials * link.value(link.natural(base) + row.shift);
    }
    match link {
        Link::Log => hits / expected,
        Link::Logit => hits / (trials - hits) * ((trials - expected) / expected),
    }
}
