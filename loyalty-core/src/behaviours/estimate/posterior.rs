//! A customer's trait as his evidence leaves it.

use super::grid::{CELLS, Prior, WIDTH};
use super::kernel::{sums, tilt};
use super::link::Evidence;

/// Information on the natural parameter beyond which a grid of its own is laid: there the standard
/// deviation is the width of a cell.
const FINE: f64 = 1.0 / (WIDTH * WIDTH);

/// Standard deviations on either side of that grid's middle.
const REACH: f64 = 7.0;

/// Masses on a grid of the natural parameter, each spread evenly over its cell.
pub(crate) struct Posterior<'a> {
    prior: &'a Prior,
    mass: [f64; CELLS],
    /// What the masses add up to.
    total: f64,
    /// Middle of the first cell, and the width of cells.
    first: f64,
    width: f64,
}

impl<'a> Posterior<'a> {
    /// The prior itself.
    pub(super) fn of_prior(prior: &'a Prior) -> Self {
        Self { prior, mass: *prior.mass, total: 1.0, first: prior.first, width: WIDTH }
    }

    pub(super) fn new(prior: &'a Prior, row: &Evidence) -> Self {
        if row.trials <= 0.0 {
            return Self::of_prior(prior);
        }
        let (peak, information) = prior.link.peak(row);
        if information > FINE {
            let reach = REACH / information.sqrt();
            if prior.covers(peak - reach, peak + reach) {
                return Self::around(prior, row, peak, reach);
            }
        }
        Self::of_prior(prior).on_grid(row, peak)
    }

    /// The likelihood of evidence at each cell of the prior's grid, by its largest.
    pub(super) fn likelihood(prior: &'a Prior, row: &Evidence) -> [f64; CELLS] {
        let even = Self { mass: [1.0; CELLS], ..Self::of_prior(prior) };
        if row.trials <= 0.0 {
            return even.mass;
        }
        even.on_grid(row, prior.link.peak(row).0).mass
    }

    fn on_grid(mut self, row: &Evidence, peak: f64) -> Self {
        let cumulant = self.prior.shifted(&self.prior.cumulant, row.shift);
        self.learn(row, &cumulant, peak);
        self
    }

    /// On a grid around the peak of the likelihood.
    fn around(prior: &'a Prior, row: &Evidence, peak: f64, reach: f64) -> Self {
        let (first, width) = (peak - reach, 2.0 * reach / (CELLS - 1) as f64);
        let at = |cell: usize| first + width * cell as f64;
        let mass = std::array::from_fn(|cell| prior.density(at(cell)));
        let cumulant = std::array::from_fn(|cell| prior.link.cumulant(at(cell) + row.shift));
        let mut new = Self { prior, mass, total: 1.0, first, width };
        new.learn(row, &cumulant, peak);
        new
    }

    /// Prior times likelihood, by the largest likelihood: that of a cell beside its peak.
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
            // The likelihood lies where the prior has nothing: he is what the likelihood says.
            self.mass[beside] = 1.0;
            self.total = 1.0;
        }
    }

    /// The trait at the cells, shifted.
    fn values(&self, shift: f64) -> [f64; CELLS] {
        if self.width == WIDTH {
            return self.prior.values(shift);
        }
        let at = |cell: usize| self.first + self.width * cell as f64 + shift;
        std::array::from_fn(|cell| self.prior.link.value(at(cell)))
    }

    /// Mean and variance of the trait, shifted.
    pub(crate) fn moments(&self, shift: f64) -> (f64, f64) {
        let (sum, squares) = sums(&self.mass, &self.values(shift));
        let mean = sum / self.total;
        (mean, (squares / self.total - mean * mean).max(0.0))
    }

    /// P(natural parameter > u).
    pub(crate) fn upper(&self, u: f64) -> f64 {
        let place = ((u - self.first) / self.width + 0.5).clamp(0.0, CELLS as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in bounds")]
        let cell = place as usize;
        let beyond: f64 = self.mass.iter().skip(cell + 1).sum();
        let part = self.mass.get(cell).map_or(0.0, |mass| mass * (1.0 - (place - cell as f64)));
        ((beyond + part) / self.total).min(1.0)
    }

    /// The natural parameter below which a customer lies with probability `p`. The prior's first cell
    /// holds all that is smaller too, so that what is below the middle there has no lower end.
    pub(crate) fn natural_quantile(&self, p: f64) -> f64 {
        let (mut below, sought) = (0.0, p * self.total);
        for (cell, &mass) in self.mass.iter().enumerate() {
            if below + mass >= sought && mass > 0.0 {
                if cell == 0 && self.width == WIDTH && p < 0.5 {
                    return f64::NEG_INFINITY;
                }
                let part = ((sought - below) / mass).clamp(0.0, 1.0);
                return self.first + self.width * (cell as f64 - 0.5 + part);
            }
            below += mass;
        }
        self.first + self.width * (CELLS as f64 - 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviours::estimate::link::Link;
    use crate::math::elementary::exp;
    use crate::math::{beta_upper, gamma_upper};
    use crate::parallel::Threads;

    /// Gamma with shape 3 and mean 2; beta with shapes 2 and 6.
    fn priors() -> [Prior; 2] {
        [
            Prior::start(Link::Log, 2.0, |x| gamma_upper(3.0, 1.5 * x)),
            Prior::start(Link::Logit, 0.25, |x| beta_upper(2.0, 6.0, x)),
        ]
    }

    #[test]
    fn a_conjugate_prior_leaves_the_conjugate_posterior() {
        let [log, logit] = priors();
        for (hits, trials) in [(0.0, 0.0), (1.0, 4.0), (30.0, 90.0), (900.0, 2500.0)] {
            for shift in [0.0, 0.3, -1.1] {
                let row = Evidence { hits, trials, shift };
                let (a, b) = (3.0 + hits, 1.5 + trials * exp(shift));
                let posterior = log.posterior(&row);
                let (mean, variance) = posterior.moments(0.0);
                assert!((mean / (a / b) - 1.0).abs() < 3e-3, "{mean} {row:?}");
                assert!((variance / (a / b / b) - 1.0).abs() < 0.02, "{variance} {row:?}");
                let x = Link::Log.natural(1.2 * a / b);
                let upper = gamma_upper(a, 1.2 * a);
                assert!((posterior.upper(x) - upper).abs() < 0.01, "{upper} {row:?}");
            }
            let row = Evidence { hits, trials, shift: 0.0 };
            let (a, b) = (2.0 + hits, 6.0 + trials - hits);
            let posterior = logit.posterior(&row);
            let mean = posterior.moments(0.0).0;
            assert!((mean / (a / (a + b)) - 1.0).abs() < 3e-3, "{mean} {row:?}");
            let x = 1.2 * a / (a + b);
            let upper = beta_upper(a, b, x);
            assert!((posterior.upper(Link::Logit.natural(x)) - upper).abs() < 0.01, "{row:?}");
        }
    }

    #[test]
    fn shifted_tables_are_what_they_stand_for() {
        for prior in priors() {
            for shift in [-3.3, -0.01, 0.06, 2.0, 5.77] {
                for (cell, value) in prior.values(shift).into_iter().enumerate() {
                    let exact = prior.link.value(prior.first + WIDTH * cell as f64 + shift);
                    assert!((value / exact - 1.0).abs() < 2e-4, "{value} {exact}");
                }
            }
        }
    }

    #[test]
    fn quantiles_are_where_the_tail_says() {
        for prior in priors() {
            for (hits, trials) in [(0.0, 0.0), (3.0, 7.0), (80.0, 95.0), (3e4, 9e4)] {
                let posterior = prior.posterior(&Evidence { hits, trials, shift: 0.2 });
                for p in [0.005, 0.05, 0.5, 0.95, 0.995] {
                    let upper = posterior.upper(posterior.natural_quantile(p));
                    assert!((upper - (1.0 - p)).abs() < 1e-9, "{p} {upper}");
                }
            }
        }
    }

    #[test]
    fn evidence_beyond_the_prior_is_believed() {
        let [log, _] = priors();
        let posterior = log.posterior(&Evidence { hits: 4e6, trials: 10.0, shift: 0.0 });
        let (mean, variance) = posterior.moments(0.0);
        assert!(mean > 100.0 && variance.is_finite());
    }

    #[test]
    fn roughening_finds_two_kinds() {
        // One customer in ten at nine times the rate of the others, with 20 units of exposure.
        let rows: Vec<Evidence> = (0..2000)
            .map(|i| {
                let rate = if i % 10 == 0 { 9.0 } else { 1.0 };
                let hits = f64::round(20.0 * rate + (f64::from(i * 7 % 11) - 5.0) * 0.8);
                Evidence { hits, trials: 20.0, shift: 0.0 }
            })
            .collect();
        let start = Prior::start(Link::Log, 1.8, |x| gamma_upper(0.6, 0.6 / 1.8 * x));
        let prior = start.roughened(&rows, Threads::ONE);
        assert_eq!(prior, start.roughened(&rows, Threads::new(2)));
        let whole = Posterior::of_prior(&prior);
        assert!((whole.upper(Link::Log.natural(4.0)) - 0.1).abs() < 0.002);
        let between = whole.upper(Link::Log.natural(2.0)) - whole.upper(Link::Log.natural(6.0));
        assert!(between < 1e-3, "{between}");
        assert!((prior.ordinary(0.0) - 1.0).abs() < 0.2);
    }
}
