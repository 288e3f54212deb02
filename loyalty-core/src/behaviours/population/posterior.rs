//! A customer's strength as their evidence leaves it.

use super::cells::{CELLS, WIDTH};
use super::grid::Population;
use super::kernel::tilt;
use super::link::Evidence;
use super::masses::Masses;
use super::transition::Transition;

/// Information on the natural parameter beyond which a grid of its own is laid: there the standard
/// deviation is the width of a cell.
const FINE: f64 = 1.0 / (WIDTH * WIDTH);

/// Standard deviations on either side of that grid's middle: a normal posterior has 3e-12 beyond.
const REACH: f64 = 7.0;

/// Masses on a grid of the natural parameter, each spread evenly over its cell.
pub(crate) struct Posterior<'a> {
    population: &'a Population,
    mass: [f64; CELLS],
    /// What the masses add up to.
    total: f64,
    /// Middle of the first cell, and the width of cells.
    first: f64,
    width: f64,
}

impl<'a> Posterior<'a> {
    /// A customer's strength as their evidence leaves it.
    pub(crate) fn of(population: &'a Population, evidence: &Evidence) -> Self {
        if evidence.trials <= 0.0 {
            return Self::without_evidence(population);
        }
        let (peak, information) = population.link.peak(evidence);
        if information > FINE {
            let reach = REACH / information.sqrt();
            if population.covers(peak - reach, peak + reach) {
                return Self::around(population, evidence, peak, reach);
            }
        }
        Self::without_evidence(population).on_grid(evidence, peak)
    }

    /// That of a customer of whom nothing is known: the population itself.
    fn without_evidence(population: &'a Population) -> Self {
        let (mass, first) = (*population.mass, population.first);
        Self { population, mass, total: 1.0, first, width: WIDTH }
    }

    /// The likelihood of evidence at each cell of the population's grid, by its largest.
    pub(super) fn likelihood(population: &'a Population, row: &Evidence) -> [f64; CELLS] {
        let even = Self { mass: [1.0; CELLS], ..Self::without_evidence(population) };
        if row.trials <= 0.0 {
            return even.mass;
        }
        even.on_grid(row, population.link.peak(row).0).mass
    }

    fn on_grid(mut self, row: &Evidence, peak: f64) -> Self {
        let cumulant = self.population.shifted(&self.population.cumulant, row.shift);
        self.learn(row, &cumulant, peak);
        self
    }

    /// On a grid around the peak of the likelihood.
    fn around(population: &'a Population, row: &Evidence, peak: f64, reach: f64) -> Self {
        let (first, width) = (peak - reach, 2.0 * reach / (CELLS - 1) as f64);
        let at = |cell: usize| first + width * cell as f64;
        let mass = std::array::from_fn(|cell| population.density(at(cell)));
        let cumulant = std::array::from_fn(|cell| population.link.cumulant(at(cell) + row.shift));
        let mut new = Self { population, mass, total: 1.0, first, width };
        new.learn(row, &cumulant, peak);
        new
    }

    /// Population times likelihood, by the largest likelihood: that of a cell beside its peak.
    fn learn(&mut self, row: &Evidence, cumulant: &[f64; CELLS], peak: f64) {
        let beside = ((peak - self.first) / self.width).clamp(0.0, (CELLS - 2) as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in bounds")]
        let beside = beside as usize;
        let ln = |cell: usize| {
            row.hits * (self.first + self.width * cell as f64) - row.trials * cumulant[cell]
        };
        let top = ln(beside).max(ln(beside + 1));
        let along = (self.first, self.width);
        self.total = tilt(&mut self.mass, cumulant, (row.hits, row.trials), along, top);
        if self.total <= 0.0 {
            // The likelihood lies where the population has nobody: the likelihood alone decides.
            self.mass[beside] = 1.0;
            self.total = 1.0;
        }
    }

    /// The strength at the cells, shifted.
    fn values(&self, shift: f64) -> [f64; CELLS] {
        if self.width == WIDTH {
            return self.population.values(shift);
        }
        let at = |cell: usize| self.first + self.width * cell as f64 + shift;
        std::array::from_fn(|cell| self.population.link.value(at(cell)))
    }

    fn masses(&self) -> Masses<'_> {
        Masses { mass: &self.mass, total: self.total, first: self.first, width: self.width }
    }

    /// Mean and variance of the strength, shifted.
    pub(crate) fn moments(&self, shift: f64) -> (f64, f64) {
        self.masses().moments(&self.values(shift))
    }

    /// P(natural parameter > u).
    pub(crate) fn upper(&self, u: f64) -> f64 {
        self.masses().upper(u)
    }

    /// P(natural parameter > u) later.
    pub(crate) fn later_upper(&self, transition: &Transition, u: f64) -> f64 {
        transition.upper(&self.masses(), self.population, u)
    }

    /// The strength later, on the grid of the population.
    pub(crate) fn later(&self, transition: &Transition) -> Self {
        let mass = transition.later(&self.masses(), self.population);
        let later = Self::without_evidence(self.population);
        Self { mass, total: mass.iter().sum(), ..later }
    }

    /// The natural parameter below which the customer lies with probability `p`.
    pub(crate) fn quantile(&self, p: f64) -> f64 {
        self.masses().quantile(p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviours::population::link::Link;
    use crate::math::elementary::exp;
    use crate::math::{beta_upper, gamma_upper};

    /// Gamma with shape 3 and mean 2; beta with shapes 2 and 6.
    fn populations() -> [Population; 2] {
        [
            Population::with_tail(Link::Log, 2.0, |x| gamma_upper(3.0, 1.5 * x)),
            Population::with_tail(Link::Logit, 0.25, |x| beta_upper(2.0, 6.0, x)),
        ]
    }

    #[test]
    fn a_conjugate_prior_leaves_the_conjugate_posterior() {
        let [log, logit] = populations();
        for (hits, trials) in [(0.0, 0.0), (1.0, 4.0), (30.0, 90.0), (900.0, 2500.0)] {
            for shift in [0.0, 0.3, -1.1] {
                let row = Evidence { hits, trials, shift };
                let (a, b) = (3.0 + hits, 1.5 + trials * exp(shift));
                let posterior = Posterior::of(&log, &row);
                let (mean, variance) = posterior.moments(0.0);
                assert!((mean / (a / b) - 1.0).abs() < 3e-3, "{mean} {row:?}");
                assert!((variance / (a / b / b) - 1.0).abs() < 0.02, "{variance} {row:?}");
                let x = Link::Log.natural(1.2 * a / b);
                let upper = gamma_upper(a, 1.2 * a);
                assert!((posterior.upper(x) - upper).abs() < 0.01, "{upper} {row:?}");
            }
            let row = Evidence { hits, trials, shift: 0.0 };
            let (a, b) = (2.0 + hits, 6.0 + trials - hits);
            let posterior = Posterior::of(&logit, &row);
            let mean = posterior.moments(0.0).0;
            assert!((mean / (a / (a + b)) - 1.0).abs() < 3e-3, "{mean} {row:?}");
            let x = 1.2 * a / (a + b);
            let upper = beta_upper(a, b, x);
            assert!((posterior.upper(Link::Logit.natural(x)) - upper).abs() < 0.01, "{row:?}");
        }
    }

    #[test]
    fn shifted_tables_are_what_they_stand_for() {
        for population in populations() {
            for shift in [-3.3, -0.01, 0.06, 2.0, 5.77] {
                for (cell, value) in population.values(shift).into_iter().enumerate() {
                    let exact =
                        population.link.value(population.first + WIDTH * cell as f64 + shift);
                    assert!((value / exact - 1.0).abs() < 2e-4, "{value} {exact}");
                }
            }
        }
    }

    #[test]
    fn quantiles_are_where_the_tail_says() {
        for population in populations() {
            for (hits, trials) in [(0.0, 0.0), (3.0, 7.0), (80.0, 95.0), (3e4, 9e4)] {
                let posterior = Posterior::of(&population, &Evidence { hits, trials, shift: 0.2 });
                for p in [0.005, 0.05, 0.5, 0.95, 0.995] {
                    let upper = posterior.upper(posterior.quantile(p));
                    assert!((upper - (1.0 - p)).abs() < 1e-9, "{p} {upper}");
                }
            }
        }
    }

    #[test]
    fn evidence_beyond_the_prior_is_believed() {
        let [log, _] = populations();
        let posterior = Posterior::of(&log, &Evidence { hits: 4e6, trials: 10.0, shift: 0.0 });
        let (mean, variance) = posterior.moments(0.0);
        assert!(mean > 100.0 && variance.is_finite());
    }
}
