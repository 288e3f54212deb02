//! What lasts of a strength until later.

use super::cells::{CELLS, WIDTH};
use super::grid::Population;
use super::masses::Masses;
use crate::math::vector::dot;
use crate::math::{normal_quantile, normal_upper};

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

    /// The same where all are moved by a normal number of this standard deviation, in natural parameters, which nobody
    /// knows beforehand.
    #[must_use]
    pub(crate) fn blurred(self, spread: f64) -> Self {
        /// Points and weights by which a normal distribution is summed up (Gauss–Hermite, five of them).
        const POINTS: [(f64, f64); 5] = [
            (-2.856_970_013_872_806, 0.011_257_411_327_720_69),
            (-1.355_626_179_974_266, 0.222_075_922_005_612_64),
            (0.0, 0.533_333_333_333_333_3),
            (1.355_626_179_974_266, 0.222_075_922_005_612_64),
            (2.856_970_013_872_806, 0.011_257_411_327_720_69),
        ];
        if spread <= 0.0 {
            return self;
        }
        let mut upper = vec![[0.0; CELLS]; CELLS + 1];
        for (point, weight) in POINTS {
            let moved = self.moved(point * spread);
            for (sum, row) in upper.iter_mut().zip(&moved) {
                sum.iter_mut().zip(row).for_each(|(sum, one)| *sum += weight * one);
            }
        }
        Self { upper, ..self }
    }

    /// The same where all are moved by so much.
    #[must_use]
    pub(crate) fn at_level(self, by: f64) -> Self {
        let upper = self.moved(by);
        Self { upper, ..self }
    }

    fn moved(&self, by: f64) -> Vec<[f64; CELLS]> {
        let row = |to: usize| {
            let place = (to as f64 - by / WIDTH).clamp(0.0, CELLS as f64);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "in bounds"
            )]
            let low = (place as usize).min(CELLS - 1);
            let part = place - low as f64;
            std::array::from_fn(|from| {
                (1.0 - part) * self.upper[low][from] + part * self.upper[low + 1][from]
            })
        };
        (0..=CELLS).map(row).collect()
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

impl Transition {
    /// P(cell j later | cell i now), by i, then j.
    pub(super) fn rows(&self) -> Vec<[f64; CELLS]> {
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
    fn a_level_that_nobody_knows_leaves_less_certain_who_is_over() {
        let population = population();
        let now = Transition::new(&population, 1.0);
        let beyond = |transition: &Transition, u: f64| {
            transition.upper(&population.masses(), &population, u)
        };
        let (lower, unknown) = (now.clone().at_level(-0.3), now.clone().blurred(0.3));
        for u in [0.0, 0.7, 1.5] {
            assert!((beyond(&lower, u) - beyond(&now, u + 0.3)).abs() < 0.01, "{u}");
        }
        let far = population.link.natural(6.0);
        assert!(beyond(&unknown, far) > 1.2 * beyond(&now, far));
        assert_eq!(now.clone().blurred(0.0), now);
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
}
