//! Equally weighted draws from weighted points.

use ndarray::{Array2, Axis};

use super::{Posterior, PosteriorMethod};
use crate::Error;
use crate::estimation::{Parameter, Parameters};
use crate::math::random::Random;

const STREAM: u64 = 0x6472_6177;

/// Rows, each as often as its weight says, by systematic resampling: row k + ½ of the sorted lot, or from a
/// start of its own.
pub(super) fn resampled(weights: &[f64], count: usize, start: f64) -> Vec<usize> {
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
        crate::error::positive("draws", count as f64)?;
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
        let places = |slot: usize, parameter: &Parameter| {
            let column = self.points.column(slot);
            column.iter().map(|&value| parameter.scale.of(value)).collect::<Vec<f64>>()
        };
        let places: Vec<Vec<f64>> =
            layout.iter().enumerate().map(|(slot, parameter)| places(slot, parameter)).collect();
        let mean = |column: &Vec<f64>| -> f64 {
            column.iter().zip(&self.weights).map(|(place, weight)| place * weight).sum()
        };
        let means: Vec<f64> = places.iter().map(mean).collect();
        let mut draws = Array2::zeros((count, layout.len()));
        for (number, mut draw) in draws.rows_mut().into_iter().enumerate() {
            let mut random = Random::of(seed, STREAM, number);
            let steps: Vec<f64> =
                self.weights.iter().map(|weight| weight.sqrt() * random.normal()).collect();
            for (slot, value) in draw.iter_mut().enumerate() {
                let away = places[slot].iter().zip(&steps);
                let step: f64 = away.map(|(place, step)| step * (place - means[slot])).sum();
                *value = layout[slot].scale.value_at(means[slot] + step);
            }
        }
        draws
    }
}
