//! Equally weighted draws from weighted points.

use ndarray::{Array2, Axis};

use super::{Posterior, PosteriorMethod};
use crate::Error;
use crate::error::positive;
use crate::estimation::{Parameter, Parameters, Scale};
use crate::math::random::Random;

const STREAM: u64 = 0x6472_6177;

/// Rows, each as often as its weight says, by systematic resampling: row k + ½ of the sorted lot, or from a
/// start of its own.
fn resampled(weights: &[f64], count: usize, start: f64) -> Vec<usize> {
    let (mut row, mut below) = (0, weights[0]);
    let mut rows = Vec::with_capacity(count);
    for position in 0..count {
        let at = (position as f64 + start) / count as f64;
        while below < at && row + 1 < weights.len() {
            row += 1;
            below += weights[row];
        }
        rows.push(row);
    }
    rows
}

impl<M: Parameters> Posterior<M> {
    /// The same posterior with equally weighted points, at most so many: every point stands there as often
    /// as its weight says, by systematic resampling. A quadrature stays as it is.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no points.
    pub fn thinned(&self, points: usize) -> Result<Self, Error>
    where
        M: Clone,
    {
        positive("points", points as f64)?;
        if self.method == PosteriorMethod::Quadrature || points >= self.weights.len() {
            return Ok(self.clone());
        }
        let rows = resampled(&self.weights, points, 0.5);
        let taken = self.points.select(Axis(0), &rows);
        let weights = vec![1.0 / points as f64; points];
        Ok(Self { points: taken, weights, ..self.clone() })
    }

    /// Draws of equal weight in an order without meaning, for whoever works with draws: a row each, columns as of
    /// [`Posterior::points`].
    ///
    /// Points are resampled by their weights. The few points of a quadrature stand for a distribution that is
    /// normal on the parameters' scales, and the draws are from that. The same seed gives the same draws.
    ///
    /// # Errors
    /// [`Error::Parameter`] for no draws.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::{FitOptions, PosteriorOptions};
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
    /// let customers = truth.simulate(&[39.0; 300], 7, Threads::default())?;
    /// let posterior =
    ///     BgNbd::posterior(&customers, &FitOptions::default(), &PosteriorOptions::default())?;
    /// assert_eq!(posterior.draws(1000, 3)?.dim(), (1000, 4));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn draws(&self, count: usize, seed: u64) -> Result<Array2<f64>, Error> {
        positive("draws", count as f64)?;
        if self.method == PosteriorMethod::Quadrature {
            return Ok(self.normal_draws(count, seed));
        }
        let mut random = Random::of(seed, STREAM, 0);
        let mut rows = resampled(&self.weights, count, random.uniform());
        for last in (1..rows.len()).rev() {
            rows.swap(last, random.below(last + 1));
        }
        Ok(self.points.select(Axis(0), &rows))
    }

    /// Σ √w ξ (z − z̄) over the points z, with a standard normal ξ for each, has the points' covariance.
    fn normal_draws(&self, count: usize, seed: u64) -> Array2<f64> {
        let layout = self.mode.model.layout();
        let slots = layout.iter().zip(self.points.columns());
        let spread: Vec<Spread> =
            slots.map(|(slot, column)| Spread::of(slot, &column.to_vec(), &self.weights)).collect();
        let mut draws = Array2::zeros((count, layout.len()));
        for (number, mut draw) in draws.rows_mut().into_iter().enumerate() {
            let mut random = Random::of(seed, STREAM, number);
            let steps: Vec<f64> =
                self.weights.iter().map(|weight| weight.sqrt() * random.normal()).collect();
            draw.iter_mut().zip(&spread).for_each(|(value, spread)| *value = spread.after(&steps));
        }
        draws
    }
}

/// A parameter over the points.
enum Spread {
    /// The same at all of them, as one that is known.
    Known(f64),
    /// Its mean on its scale, and how far off each point is.
    Around { mean: f64, away: Vec<f64>, scale: Scale },
}

impl Spread {
    fn of(parameter: &Parameter, values: &[f64], weights: &[f64]) -> Self {
        if values.iter().all(|value| *value == values[0]) {
            return Self::Known(values[0]);
        }
        let scale = parameter.scale;
        let places: Vec<f64> = values.iter().map(|&value| scale.of(value)).collect();
        let mean = places.iter().zip(weights).map(|(place, weight)| place * weight).sum();
        Self::Around { mean, away: places.into_iter().map(|place| place - mean).collect(), scale }
    }

    fn after(&self, steps: &[f64]) -> f64 {
        match self {
            Self::Known(value) => *value,
            Self::Around { mean, away, scale } => {
                let step: f64 = away.iter().zip(steps).map(|(away, step)| away * step).sum();
                scale.value_at(mean + step)
            }
        }
    }
}
