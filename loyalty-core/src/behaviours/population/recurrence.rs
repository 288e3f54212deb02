//! How strengths of one stretch of time stand to those of the next, learnt from customers seen in both.

use super::cells::CELLS;
use super::grid::Population;
use super::link::Evidence;
use super::posterior::Posterior;
use super::transition::Transition;
use crate::math::elementary::{exp, ln};
use crate::math::vector::dot;
use crate::parallel::{Threads, map_chunks};

/// Correlations that are tried. Closer together towards 1, where what is expected of the extreme changes most.
const CORRELATIONS: [f64; 11] = [0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.87, 0.92, 0.96, 0.985, 1.0];

/// Fewest customers seen twice by whom a correlation is told.
const FEWEST: usize = 30;

/// Customers of one piece of work.
const CHUNK: usize = 128;

/// How strengths of one stretch of time stand to those of the next.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Recurrence {
    /// The correlation of ranks, as normal numbers: its mean given the evidence, every value from 0 to 1 being
    /// as likely beforehand.
    pub(crate) correlation: f64,
    /// Twice the gain in ln L over a correlation of 0.
    pub(crate) likelihood_ratio: f64,
    /// Customers seen twice.
    pub(crate) customers: usize,
}

impl Recurrence {
    /// From the evidence of customers in two stretches.
    pub(crate) fn of(
        population: &Population,
        pairs: &[(Evidence, Evidence)],
        threads: Threads,
    ) -> Self {
        let customers = pairs.len();
        if customers < FEWEST {
            return Self { customers, ..Self::default() };
        }
        let transitions: Vec<Vec<[f64; CELLS]>> =
            CORRELATIONS.iter().map(|&r| Transition::new(population, r).rows()).collect();
        let parts = map_chunks(customers, CHUNK, threads, |range| {
            let mut sums = [0.0; CORRELATIONS.len()];
            for (before, after) in &pairs[range] {
                let (then, now) = (
                    Posterior::likelihood(population, before),
                    Posterior::likelihood(population, after),
                );
                let joint: [f64; CELLS] =
                    std::array::from_fn(|cell| then[cell] * population.mass[cell]);
                let least = 1e-9 * joint.iter().sum::<f64>();
                let (mut seen, mut all) = ([0.0; CORRELATIONS.len()], 0.0);
                for (cell, mass) in joint.iter().enumerate().filter(|(_, mass)| **mass > least) {
                    all += mass;
                    for (seen, rows) in seen.iter_mut().zip(&transitions) {
                        *seen += mass * dot(&rows[cell], &now);
                    }
                }
                for (sum, seen) in sums.iter_mut().zip(seen) {
                    // What has no likelihood at all is all but impossible.
                    *sum += ln((seen / all).max(1e-300));
                }
            }
            sums
        });
        let mut sums = [0.0; CORRELATIONS.len()];
        parts.iter().for_each(|part| sums.iter_mut().zip(part).for_each(|(sum, one)| *sum += one));
        let best = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut weight, mut mean) = (0.0, 0.0);
        for (number, sum) in sums.iter().enumerate() {
            let below = CORRELATIONS[number.saturating_sub(1)];
            let above = CORRELATIONS[(number + 1).min(CORRELATIONS.len() - 1)];
            let own = 0.5 * (above - below) * exp(sum - best);
            weight += own;
            mean += own * CORRELATIONS[number];
        }
        Self { correlation: mean / weight, likelihood_ratio: 2.0 * (best - sums[0]), customers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviours::population::link::Link;

    #[test]
    fn a_correlation_is_recovered() {
        // Two kinds, at one and eight; of 1,000 customers one in five is of another kind later.
        let evidence = |hits| Evidence { hits, trials: 10.0, shift: 0.0 };
        let level = |number: usize| if number.is_multiple_of(5) { 80.0 } else { 10.0 };
        let same: Vec<_> = (0..1000).map(|n| (evidence(level(n)), evidence(level(n)))).collect();
        let other: Vec<_> =
            (0..1000).map(|n| (evidence(level(n)), evidence(level(n / 5)))).collect();
        let rows: Vec<Evidence> = same.iter().map(|pair| pair.0).collect();
        let population = crate::behaviours::population::learn(Link::Log, &rows, 1.0, Threads::ONE)
            .unwrap()
            .population;
        let found = |pairs: &[_]| Recurrence::of(&population, pairs, Threads::ONE);
        assert!(found(&same).correlation > 0.9, "{:?}", found(&same));
        assert!(found(&same).likelihood_ratio > 100.0);
        assert!(found(&other).correlation < 0.3, "{:?}", found(&other));
        assert_eq!(found(&same[..20]).correlation, 0.0);
    }
}
