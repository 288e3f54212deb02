//! What lasts of a strength until later.

use super::cells::{CELLS, WIDTH};
use super::grid::Population;
use super::link::Evidence;
use super::masses::Masses;
use super::posterior::Posterior;
use crate::math::vector::dot;
use crate::math::{normal_quantile, normal_upper};
use crate::parallel::{Threads, map_chunks};

/// Correlations that are tried. Closer together towards 1, where what is expected of the extreme changes most.
const CORRELATIONS: [f64; 11] = [0.0, 0.2, 0.4, 0.55, 0.7, 0.8, 0.87, 0.92, 0.96, 0.985, 1.0];

/// Fewest customers seen twice by whom a correlation is told.
const FEWEST: usize = 30;

/// Customers of one piece of work.
const CHUNK: usize = 128;

/// How strengths stand to those of the same customers later: ranks among the customers, as normal numbers z,
/// follow z′ = r z + √(1 − r²) ε, so that the population stays as it is (a Gaussian copula).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Transition {
    /// P(cell j or one beyond it later | cell i now), by j, then i.
    upper: Vec<[f64; CELLS]>,
    /// Slope of the expected strength later by that of now.
    pub(crate) part: f64,
}

impl Transition {
    pub(crate) fn new(population: &Population, correlation: f64) -> Self {
        // Ranks are kept this far from the ends: the edge of the grid is no customer.
        let rank = |share: f64| normal_quantile(share.clamp(1e-12, 1.0 - 1e-12));
        let (mut below, mut edges, mut middles) = (0.0, [0.0; CELLS + 1], [0.0; CELLS]);
        for (cell, mass) in population.mass.iter().enumerate() {
            edges[cell] = rank(below);
            middles[cell] = rank(below + 0.5 * mass);
            below += mass;
        }
        let spread = (1.0 - correlation * correlation).max(0.0).sqrt();
        let beyond = |to: usize, from: usize| match to {
            0 => 1.0,
            CELLS => 0.0,
            _ if spread <= 0.0 => f64::from(u8::from(from >= to)),
            _ => normal_upper((edges[to] - correlation * middles[from]) / spread),
        };
        let upper: Vec<[f64; CELLS]> =
            (0..=CELLS).map(|to| std::array::from_fn(|from| beyond(to, from))).collect();
        let values = population.values(0.0);
        let (mean, variance) = population.moments(0.0);
        let mut together = 0.0;
        for (from, (mass, value)) in population.mass.iter().zip(&values).enumerate() {
            let later: f64 =
                (0..CELLS).map(|to| (upper[to][from] - upper[to + 1][from]) * values[to]).sum();
            together += mass * (value - mean) * (later - mean);
        }
        let part = if variance > 0.0 { (together / variance).clamp(0.0, 1.0) } else { 0.0 };
        Self { upper, part }
    }

    /// P(later natural parameter > u) of a customer with these masses now.
    pub(super) fn upper(&self, masses: &Masses<'_>, population: &Population, u: f64) -> f64 {
        let place = ((u - population.first) / WIDTH + 0.5).clamp(0.0, CELLS as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in bounds")]
        let cell = (place as usize).min(CELLS - 1);
        let along = place - cell as f64;
        let (here, next) = (&self.upper[cell], &self.upper[cell + 1]);
        let sum = if masses.width == WIDTH {
            (1.0 - along) * dot(masses.mass, here) + along * dot(masses.mass, next)
        } else {
            let at = |number: usize| {
                let own = masses.first + masses.width * number as f64;
                let place = ((own - population.first) / WIDTH).clamp(0.0, (CELLS - 1) as f64);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "in bounds"
                )]
                let left = (place as usize).min(CELLS - 2);
                let part = place - left as f64;
                let of = |row: &[f64; CELLS]| (1.0 - part) * row[left] + part * row[left + 1];
                (1.0 - along) * of(here) + along * of(next)
            };
            masses.mass.iter().enumerate().map(|(number, mass)| mass * at(number)).sum()
        };
        (sum / masses.total).clamp(0.0, 1.0)
    }

    /// The masses later of a customer with these now, on the grid of the population.
    pub(super) fn later(&self, masses: &Masses<'_>, population: &Population) -> [f64; CELLS] {
        let edge = |cell: usize| population.first + WIDTH * (cell as f64 - 0.5);
        let beyond: Vec<f64> =
            (0..=CELLS).map(|cell| self.upper(masses, population, edge(cell))).collect();
        std::array::from_fn(|cell| (beyond[cell] - beyond[cell + 1]).max(0.0))
    }
}

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
                    *sum += crate::math::elementary::ln((seen / all).max(1e-300));
                }
            }
            sums
        });
        let mut ln = [0.0; CORRELATIONS.len()];
        parts.iter().for_each(|part| ln.iter_mut().zip(part).for_each(|(sum, one)| *sum += one));
        let best = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut weight, mut mean) = (0.0, 0.0);
        for (number, ln) in ln.iter().enumerate() {
            let below = CORRELATIONS[number.saturating_sub(1)];
            let above = CORRELATIONS[(number + 1).min(CORRELATIONS.len() - 1)];
            let own = 0.5 * (above - below) * crate::math::elementary::exp(ln - best);
            weight += own;
            mean += own * CORRELATIONS[number];
        }
        Self { correlation: mean / weight, likelihood_ratio: 2.0 * (best - ln[0]), customers }
    }
}

impl Transition {
    /// P(cell j later | cell i now), by i, then j.
    fn rows(&self) -> Vec<[f64; CELLS]> {
        let cell = |from: usize, to: usize| self.upper[to][from] - self.upper[to + 1][from];
        (0..CELLS).map(|from| std::array::from_fn(|to| cell(from, to))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviours::population::link::Link;
    use crate::math::gamma_upper;

    fn population() -> Population {
        Population::with_tail(Link::Log, 2.0, |x| gamma_upper(3.0, 1.5 * x))
    }

    #[test]
    fn a_population_stays_as_it_is() {
        let population = population();
        for correlation in [0.0, 0.5, 0.9, 1.0] {
            let later =
                Transition::new(&population, correlation).later(&population.masses(), &population);
            for u in [0.0, 0.7, 1.5] {
                let place = |mass: &[f64; CELLS]| {
                    let masses = Masses { mass, total: 1.0, first: population.first, width: WIDTH };
                    masses.upper(u)
                };
                assert!((place(&later) - population.upper(u)).abs() < 0.01, "{correlation} {u}");
            }
        }
        assert!((Transition::new(&population, 1.0).part - 1.0).abs() < 1e-9);
        assert!(Transition::new(&population, 0.0).part < 1e-6);
    }

    #[test]
    fn a_correlation_is_recovered() {
        // Two kinds, at one and eight; of 1,000 customers one in five is of another kind later.
        let evidence = |hits| Evidence { hits, trials: 10.0, shift: 0.0 };
        let level = |number: usize| if number % 5 == 0 { 80.0 } else { 10.0 };
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
