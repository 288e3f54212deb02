//! The posterior density, in coordinates in which it is nearly standard normal.

use crate::Error;
use crate::estimation::likelihood::{Likelihood, penalty_for};
use crate::estimation::prior::Penalty;
use crate::estimation::{Fit, FitOptions, Parameter, Parameters, Scale, Stop};
use crate::parallel::{Threads, map_chunks};

/// Rows from which a pass over the data is worth several threads; below it, the draws are shared out.
const LARGE: usize = 32_768;

/// Farthest place of a positive parameter on its scale that counts: the domain ends at e^±115, and a
/// shop whose posterior has mass out here has no posterior worth the name.
const FARTHEST: f64 = 103.0;

/// ln of the posterior density around its mode, with z = 0 the mode and the identity its curvature there.
pub(super) struct Whitened<'a> {
    data: &'a dyn Likelihood,
    penalty: Penalty,
    layout: Vec<Parameter>,
    mode: Vec<f64>,
    /// One for each parameter that is not known: where a step of 1 along it leads, on the scales.
    axes: Vec<Vec<f64>>,
    /// The density at the mode.
    height: f64,
    threads: Threads,
}

impl<'a> Whitened<'a> {
    /// # Errors
    /// [`Error::NotConverged`] where the fit ended short of a proper maximum.
    pub(super) fn around<M: Parameters>(
        data: &'a dyn Likelihood,
        fit: &Fit<M>,
        options: &FitOptions,
    ) -> Result<Self, Error> {
        let Some(covariance) = fit.covariance.as_ref().filter(|_| fit.stop == Stop::Converged)
        else {
            let (iterations, stop) = (fit.iterations, fit.stop.clone());
            return Err(Error::NotConverged { iterations, stop });
        };
        let layout = data.layout();
        let places = layout.iter().zip(fit.model.values());
        let mode = places.map(|(slot, value)| slot.scale.of(value)).collect();
        let axes =
            covariance.factor().into_iter().filter(|axis| axis.iter().any(|part| *part != 0.0));
        let penalty = penalty_for(data, options)?;
        let axes = axes.collect();
        let mut density =
            Self { data, penalty, layout, mode, axes, height: 0.0, threads: options.threads };
        density.height = density.of_place(&density.mode, options.threads);
        Ok(density)
    }

    /// The number of parameters that are not known.
    pub(super) fn dimension(&self) -> usize {
        self.axes.len()
    }

    /// The values of all parameters at a point; those known as they are.
    pub(super) fn values(&self, z: &[f64]) -> Vec<f64> {
        let place = self.place(z);
        let mut values: Vec<f64> =
            self.layout.iter().zip(&place).map(|(slot, &at)| slot.scale.value_at(at)).collect();
        for (slot, value) in self.penalty.known() {
            values[slot] = value;
        }
        values
    }

    /// ln of the density over that at the mode; −∞ outside the domain.
    pub(super) fn ln(&self, z: &[f64]) -> f64 {
        self.over_height(z, Threads::ONE)
    }

    /// The same of many points, on all threads.
    pub(super) fn ln_all(&self, points: &[Vec<f64>]) -> Vec<f64> {
        if self.data.rows() >= LARGE {
            return points.iter().map(|z| self.over_height(z, self.threads)).collect();
        }
        let some = |rows: std::ops::Range<usize>| -> Vec<f64> {
            points[rows].iter().map(|z| self.ln(z)).collect()
        };
        map_chunks(points.len(), 32, self.threads, some).concat()
    }

    fn over_height(&self, z: &[f64], threads: Threads) -> f64 {
        let place = self.place(z);
        let slots = self.layout.iter().zip(&place);
        let mut outside =
            slots.filter(|(slot, at)| slot.scale == Scale::Log && at.abs() > FARTHEST);
        if outside.next().is_some() {
            return f64::NEG_INFINITY;
        }
        let ln = self.of_place(&place, threads) - self.height;
        if ln.is_finite() { ln } else { f64::NEG_INFINITY }
    }

    fn of_place(&self, place: &[f64], threads: Threads) -> f64 {
        self.data.evaluate(place, threads).value + self.penalty.value(place)
    }

    fn place(&self, z: &[f64]) -> Vec<f64> {
        let mut place = self.mode.clone();
        for (axis, step) in self.axes.iter().zip(z) {
            for (at, part) in place.iter_mut().zip(axis) {
                *at += part * step;
            }
        }
        place
    }
}
