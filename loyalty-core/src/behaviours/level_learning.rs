//! The level of a shop in the parts of its history.

use super::distribution::BehaviourDistribution;
use super::level::{Level, steps};
use super::population::{Evidence, Link, Posterior};
use crate::ledger::{Ledger, PARTS};
use crate::math::elementary::ln;
use crate::parallel::{Threads, map_chunks};

/// Customers of one piece of work.
const CHUNK: usize = 256;

/// What all customers show in an eighth of the history: hits, those expected by what each of them is like, and the
/// variance of that.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    hits: f64,
    expected: f64,
    variance: f64,
}

impl Part {
    /// The level by that of the history, as ln or log-odds, and its variance by chance; `None` where there is next to
    /// nothing to see.
    fn level(&self, link: Link) -> Option<(f64, f64)> {
        /// Least information: a level of a rate that is known to a fifth.
        const LEAST: f64 = 25.0;
        if self.variance < LEAST {
            return None;
        }
        let level = match link {
            Link::Log => ln((self.hits + 0.5) / (self.expected + 0.5)),
            Link::Logit => (self.hits - self.expected) / self.variance,
        };
        Some((level, 1.0 / self.variance))
    }
}

impl BehaviourDistribution {
    /// How the level of the whole shop moves: by what eighths of the history differ beyond chance, each customer being
    /// expected to do what they do in all.
    pub(super) fn learn_level(&self, ledger: &Ledger, threads: Threads) -> Level {
        let (halves, peers) = (ledger.halves(), self.peers_of(ledger));
        let population = &self.population;
        let parts = map_chunks(halves.eighths.len(), CHUNK, threads, |range| {
            let mut sums = [Part::default(); PARTS];
            for (customer, rows) in &halves.eighths[range] {
                let number = *customer as usize;
                let Some(all) = self.case(&ledger.row(number), peers(number)) else { continue };
                let posterior = Posterior::of(population, &all.evidence);
                for (sum, row) in sums.iter_mut().zip(rows) {
                    let Some(case) = self.case(row, peers(number)) else { continue };
                    let Evidence { hits, trials, shift } = case.evidence;
                    let mean = posterior.moments(shift).0;
                    sum.hits += hits;
                    sum.expected += trials * mean;
                    sum.variance += match population.link {
                        Link::Log => trials * mean,
                        Link::Logit => trials * mean * (1.0 - mean),
                    };
                }
            }
            sums
        });
        let mut sums = [Part::default(); PARTS];
        for (sum, part) in parts.iter().flat_map(|part| (0..).zip(part)) {
            let all = &mut sums[sum];
            all.hits += part.hits;
            all.expected += part.expected;
            all.variance += part.variance;
        }
        steps(&sums.map(|sum| sum.level(population.link)), 2.0 * halves.years)
    }
}
