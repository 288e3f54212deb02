//! How the level of all lines moved while a model was learnt.
//!
//! Everybody's rate drifts. What a history or a feature tells of a line is told against all lines of its time:
//! where the rate falls, lines of a key that sends less back are first known when everybody still sent much
//! back, and are met again when nobody does, and the key would seem to send back less than it does; where
//! the rate rises, more. So the level over the past is learnt together with what differs between lines.

use crate::Error;
use crate::estimation::{FitOptions, FixedEvaluation, maximise_fixed};
use crate::math::elementary::logistic;

/// In so many equal steps the level moves over the lines learnt from: a season of a year and a half or less
/// has two. A choice: they are a block of the columns of the regression, which more would make dearer.
pub(crate) const STEPS: usize = 8;

/// The variance per day by which the level may have moved: the greater of the drifts that
/// [`Settling`](super::settling::Settling) tries. It hardly holds back what many lines tell.
const PER_DAY: f64 = 1e-3;

/// The days over which a level moved, in [`STEPS`] ramps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ramps {
    first: i32,
    days: f64,
}

impl Ramps {
    /// From the first of the days to the last, which stand in order.
    pub(crate) fn over(days: &[i32]) -> Self {
        let (first, last) = days.first().zip(days.last()).unwrap_or((&0, &0));
        Self { first: *first, days: f64::from(last - first).max(1.0) / STEPS as f64 }
    }

    /// How far each ramp has risen on a day, from 0 to 1; one follows the other.
    pub(crate) fn at(&self, day: i32) -> [f64; STEPS] {
        let passed = f64::from(day - self.first) / self.days;
        std::array::from_fn(|ramp| (passed - ramp as f64).clamp(0.0, 1.0))
    }

    /// The variance of the height of a ramp, before anything is known of it: that of a random walk.
    pub(crate) fn variance(&self) -> f64 {
        PER_DAY * self.days
    }
}

/// The level of log-odds over the days learnt from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Path {
    pub(crate) ramps: Ramps,
    pub(crate) start: f64,
    pub(crate) heights: [f64; STEPS],
}

impl Path {
    /// One that does not move.
    pub(crate) fn still(ramps: Ramps) -> Self {
        Self { ramps, start: 0.0, heights: [0.0; STEPS] }
    }

    pub(crate) fn at(&self, day: i32) -> f64 {
        let risen = self.ramps.at(day).into_iter().zip(self.heights);
        self.start + risen.map(|(share, height)| share * height).sum::<f64>()
    }

    /// The log-odds of lines by their days, as far as they are beyond `log_odds`. Of each day its number, how
    /// many lines there were and how many of them came back; the first of them says when the path begins.
    ///
    /// # Errors
    /// None in practice: the likelihood is concave.
    pub(crate) fn of_rates(
        days: &[(i32, [f64; 2])],
        log_odds: f64,
        ramps: Ramps,
    ) -> Result<Self, Error> {
        const WIDTH: usize = STEPS + 1;
        let basis: Vec<[f64; WIDTH]> = days
            .iter()
            .map(|(day, _)| {
                let risen = ramps.at(*day);
                std::array::from_fn(|i| if i == 0 { 1.0 } else { risen[i - 1] })
            })
            .collect();
        let options = FitOptions { tolerance: 1e-3, max_iterations: 60, ..FitOptions::default() };
        let found = maximise_fixed(["level"; WIDTH], [0.0; WIDTH], &options, |at| {
            let mut sums = FixedEvaluation {
                value: 0.0,
                gradient: [0.0; WIDTH],
                hessian: [[0.0; WIDTH]; WIDTH],
            };
            for (basis, (_, [lines, returned])) in basis.iter().zip(days) {
                let z = log_odds + basis.iter().zip(at).map(|(b, c)| b * c).sum::<f64>();
                let p = logistic(z);
                sums.value -= returned * super::columns::loss(z, 1.0)
                    + (lines - returned) * super::columns::loss(z, 0.0);
                let curvature = lines * p * (1.0 - p);
                for i in 0..WIDTH {
                    sums.gradient[i] += (returned - lines * p) * basis[i];
                    for j in 0..WIDTH {
                        sums.hessian[i][j] -= curvature * basis[i] * basis[j];
                    }
                }
            }
            for i in 1..WIDTH {
                sums.value -= 0.5 * at[i] * at[i] / ramps.variance();
                sums.gradient[i] -= at[i] / ramps.variance();
                sums.hessian[i][i] -= 1.0 / ramps.variance();
            }
            sums
        })?;
        let [start, heights @ ..] = found.ln_parameters;
        Ok(Self { ramps, start, heights })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_follow_each_other() {
        let ramps = Ramps::over(&[10, 10, 50, 90]);
        assert_eq!(ramps.at(10), [0.0; STEPS]);
        assert_eq!(ramps.at(25)[..3], [1.0, 0.5, 0.0]);
        assert_eq!((ramps.at(90), ramps.at(500)), ([1.0; STEPS], [1.0; STEPS]));
        assert_eq!(Ramps::over(&[3]).at(3), [0.0; STEPS]);
    }

    #[test]
    fn the_path_is_that_of_the_rates() {
        let days: Vec<(i32, [f64; 2])> = (0..400)
            .map(|day| (day, [1000.0, 1000.0 * logistic(0.3 * f64::from(day) / 400.0 - 1.0)]))
            .collect();
        let ramps = Ramps::over(&days.iter().map(|day| day.0).collect::<Vec<_>>());
        let path = Path::of_rates(&days, -0.8, ramps).unwrap();
        for day in [0, 130, 399] {
            let truth = 0.3 * f64::from(day) / 400.0 - 0.2;
            assert!((path.at(day) - truth).abs() < 0.01, "{} on day {day}", path.at(day));
        }
        assert!(Path::of_rates(&days[..1], -0.8, ramps).unwrap().at(0) < -0.1);
        assert_eq!(Path::still(ramps).at(200), 0.0);
    }
}
