//! How the level of all lines moved while a model was learnt.
//!
//! Everybody's rate drifts. What a history or a feature tells of a line is told against all lines of its time:
//! where the rate falls, lines of a key that sends less back are first known when everybody still sent much
//! back, and are met again when nobody does, and the key would seem to send back less than it does; where
//! the rate rises, more. So the level over the past is learnt together with what differs between lines.

use super::columns::loss;
use crate::Error;
use crate::estimation::{FitOptions, FixedEvaluation, maximise_fixed};
use crate::math::elementary::logistic;

/// In so many equal steps the level moves over the lines learnt from: a year and a half has one every
/// ten weeks. A choice: they are a block of the columns of the regression, which more would make dearer.
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

    /// How far the log-odds of lines lay beyond `log_odds` on their days. Of each day its number, how many
    /// lines there were, and how many of them came back.
    ///
    /// # Errors
    /// As the solver has them, for numbers that are not finite.
    pub(crate) fn of_rates(
        days: &[(i32, [f64; 2])],
        log_odds: f64,
        ramps: Ramps,
    ) -> Result<Self, Error> {
        let day = |&(day, lines): &(i32, [f64; 2])| OfDay { risen: ramps.at(day), lines };
        let days: Vec<OfDay> = days.iter().map(day).collect();
        let options = FitOptions { tolerance: 1e-3, max_iterations: 60, ..FitOptions::default() };
        let found = maximise_fixed(["level"; WIDTH], [0.0; WIDTH], &options, |at| {
            let mut sums = FixedEvaluation {
                value: 0.0,
                gradient: [0.0; WIDTH],
                hessian: [[0.0; WIDTH]; WIDTH],
            };
            days.iter().for_each(|day| day.add(at, log_odds, &mut sums));
            for (ramp, height) in at.iter().enumerate().skip(1) {
                sums.value -= 0.5 * height * height / ramps.variance();
                sums.gradient[ramp] -= height / ramps.variance();
                sums.hessian[ramp][ramp] -= 1.0 / ramps.variance();
            }
            sums
        })?;
        let [start, heights @ ..] = found.ln_parameters;
        Ok(Self { ramps, start, heights })
    }
}

/// The start of a path, and the heights of its ramps.
const WIDTH: usize = STEPS + 1;

/// A day: how far the ramps have risen, how many lines there were, and how many came back.
struct OfDay {
    risen: [f64; STEPS],
    lines: [f64; 2],
}

impl OfDay {
    /// Adds the log-likelihood of the day and its derivatives.
    fn add(&self, at: &[f64; WIDTH], log_odds: f64, sums: &mut FixedEvaluation<WIDTH>) {
        let [lines, returned] = self.lines;
        let basis: [f64; WIDTH] =
            std::array::from_fn(|i| if i == 0 { 1.0 } else { self.risen[i - 1] });
        let z = log_odds + basis.iter().zip(at).map(|(b, c)| b * c).sum::<f64>();
        let p = logistic(z);
        sums.value -= returned * loss(z, 1.0) + (lines - returned) * loss(z, 0.0);
        let curvature = lines * p * (1.0 - p);
        for (i, b) in basis.iter().enumerate() {
            sums.gradient[i] += (returned - lines * p) * b;
            for (sum, c) in sums.hessian[i].iter_mut().zip(basis) {
                *sum -= curvature * b * c;
            }
        }
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
