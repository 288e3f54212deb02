//! Intervals of parameters and predictions by the delta method.

use super::{Covariance, Fit, Parameters, Scale, Stop};
use crate::Error;
use crate::memory;

/// Estimates with standard errors and intervals, one per row.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Intervals {
    /// The estimate.
    pub estimate: Vec<f64>,
    /// Its standard error, on its own scale.
    pub standard_error: Vec<f64>,
    /// The lower end.
    pub lower: Vec<f64>,
    /// The upper end.
    pub upper: Vec<f64>,
}

/// The step of the derivatives, in standard errors of the parameters.
const STEP: f64 = 1e-3;

impl<M: Parameters> Fit<M> {
    /// Intervals of the parameters.
    ///
    /// ```text
    /// g⁻¹(g(θ) ± z · SE(g(θ))),   θ · exp(±z · SE(ln θ)) of a parameter above 0
    /// ```
    ///
    /// They are normal on the parameter's [`Scale`] g, so no end leaves its domain. A parameter that was
    /// known has an interval of no width.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the level is above 0 and below 1, [`Error::NotConverged`] unless
    /// the fit converged.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::FitOptions;
    /// use loyalty_core::purchase::BgNbd;
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// let frequency = [0.0, 2.0, 0.0, 1.0, 7.0, 0.0, 3.0, 0.0, 4.0, 1.0, 0.0, 1.0];
    /// let recency = [0.0, 30.0, 0.0, 2.0, 37.0, 0.0, 5.0, 0.0, 33.0, 3.0, 0.0, 1.5];
    /// let t = [38.0, 38.0, 36.0, 38.0, 38.0, 30.0, 31.0, 29.0, 35.0, 36.0, 39.0, 33.0];
    /// let summary = CustomerSummary::new(&SummaryColumns::new(&frequency, &recency, &t))?;
    /// let fit = BgNbd::fit(&summary, &FitOptions::default())?;
    /// let parameters = fit.parameter_intervals(0.95)?;
    /// assert!(parameters.lower.iter().all(|&lower| lower > 0.0));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn parameter_intervals(&self, level: f64) -> Result<Intervals, Error> {
        let z = two_sided(level)?;
        let covariance = self.covariance_at_maximum()?;
        let variance: Vec<f64> =
            (0..covariance.dimension()).map(|i| covariance.on_scale(i, i)).collect();
        let mut intervals = Intervals::default();
        for (slot, parameter) in self.model.layout().into_iter().enumerate() {
            let estimate = vec![self.model.values()[slot]];
            intervals.extend(Intervals::new(estimate, &variance[slot..=slot], parameter.scale, z));
        }
        Ok(intervals)
    }

    /// Intervals of whatever the model predicts, for as many rows as `rows`.
    ///
    /// With Σ the covariance of the parameters on their scales and g(f) a prediction f on the [`Scale`],
    ///
    /// ```text
    /// SE(g)² = ∇gᵀ Σ ∇g        interval = g⁻¹(g(f) ± z · SE(g))
    /// ```
    ///
    /// It is the interval of the expectation: what the customers then do varies around it. The
    /// derivatives are central differences along the columns of Σ's Cholesky factor, by a thousandth of
    /// a standard error; their error is of the order of 1e-6 of the standard error.
    ///
    /// # Errors
    /// As [`Fit::parameter_intervals`], and what `predict` returns.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::{FitOptions, Scale};
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// use loyalty_core::summary::{CustomerSummary, SummaryColumns};
    /// # let frequency = [0.0, 2.0, 0.0, 1.0, 7.0, 0.0, 3.0, 0.0, 4.0, 1.0, 0.0, 1.0];
    /// # let recency = [0.0, 30.0, 0.0, 2.0, 37.0, 0.0, 5.0, 0.0, 33.0, 3.0, 0.0, 1.5];
    /// # let t = [38.0, 38.0, 36.0, 38.0, 38.0, 30.0, 31.0, 29.0, 35.0, 36.0, 39.0, 33.0];
    /// let customers = CustomerSummary::new(&SummaryColumns::new(&frequency, &recency, &t))?;
    /// let fit = BgNbd::fit(&customers, &FitOptions::default())?;
    /// let alive = fit.intervals(0.95, Scale::Logit, customers.len(), |model, out| {
    ///     model.p_alive_into(&customers, out, Threads::default())
    /// })?;
    /// assert!(alive.upper.iter().all(|&upper| upper <= 1.0));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn intervals(
        &self,
        level: f64,
        scale: Scale,
        rows: usize,
        predict: impl Fn(&M, &mut [f64]) -> Result<(), Error>,
    ) -> Result<Intervals, Error> {
        let z = two_sided(level)?;
        memory::ask_for_rows("intervals", rows, 64, 0)?;
        let (mut estimate, mut variance) = (vec![0.0; rows], vec![0.0; rows]);
        predict(&self.model, &mut estimate)?;
        self.add_variance(scale, &mut variance, predict)?;
        Ok(Intervals::new(estimate, &variance, scale, z))
    }

    /// Adds ∇gᵀ Σ ∇g of every row.
    pub(crate) fn add_variance(
        &self,
        scale: Scale,
        variance: &mut [f64],
        predict: impl Fn(&M, &mut [f64]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let covariance = self.covariance_at_maximum()?;
        let (values, layout) = (self.model.values(), self.model.layout());
        let (mut up, mut down) = (vec![0.0; variance.len()], vec![0.0; variance.len()]);
        for column in covariance.factor() {
            let moved = |by: f64| {
                let slots = layout.iter().zip(&values).zip(&column);
                let shift = slots.map(|((slot, value), part)| slot.scale.moved(*value, by * part));
                self.model.at(&shift.collect::<Vec<f64>>())
            };
            predict(&moved(STEP)?, &mut up)?;
            predict(&moved(-STEP)?, &mut down)?;
            for ((variance, up), down) in variance.iter_mut().zip(&up).zip(&down) {
                let slope = (scale.of(*up) - scale.of(*down)) / (2.0 * STEP);
                // A prediction at the end of its domain, such as P(alive) = 1 of a customer who never
                // came back, does not move.
                *variance += if slope.is_finite() { slope * slope } else { 0.0 };
            }
        }
        Ok(())
    }

    /// At a boundary the curvature says nothing of how far off the parameters are.
    pub(super) fn covariance_at_maximum(&self) -> Result<&Covariance, Error> {
        let stop = self.stop.clone();
        let not_converged = Error::NotConverged { iterations: self.iterations, stop };
        let converged = self.covariance.as_ref().filter(|_| self.stop == Stop::Converged);
        converged.ok_or(not_converged)
    }
}

impl Intervals {
    /// From the variances on the scale; `z` standard errors to each side.
    pub(crate) fn new(estimate: Vec<f64>, variance: &[f64], scale: Scale, z: f64) -> Self {
        let end = |(&estimate, &variance): (&f64, &f64), sign: f64| {
            scale.moved(estimate, sign * z * variance.sqrt())
        };
        let ends = |sign: f64| estimate.iter().zip(variance).map(|both| end(both, sign)).collect();
        let (lower, upper) = (ends(-1.0), ends(1.0));
        let error =
            |(&estimate, &variance): (&f64, &f64)| scale.slope_at(estimate) * variance.sqrt();
        let standard_error = estimate.iter().zip(variance).map(error).collect();
        Self { estimate, standard_error, lower, upper }
    }

    /// Appends the rows of another.
    pub(super) fn extend(&mut self, other: Self) {
        self.estimate.extend(other.estimate);
        self.standard_error.extend(other.standard_error);
        self.lower.extend(other.lower);
        self.upper.extend(other.upper);
    }

    /// Multiplies a row by a number without error; a negative one swaps the ends.
    pub(crate) fn scale(&mut self, row: usize, factor: f64) {
        self.estimate[row] *= factor;
        self.standard_error[row] *= factor.abs();
        let ends = [self.lower[row] * factor, self.upper[row] * factor];
        self.lower[row] = ends[0].min(ends[1]);
        self.upper[row] = ends[0].max(ends[1]);
    }
}

/// The standard errors to each side of an interval of this level.
pub(crate) fn two_sided(level: f64) -> Result<f64, Error> {
    if !(level > 0.0 && level < 1.0) {
        let expected = "above 0 and below 1";
        return Err(Error::parameter("level", expected, level));
    }
    Ok(crate::math::two_sided(level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::elementary::{exp, logistic};

    #[test]
    fn ends_stay_within_the_domain() {
        let probability = Intervals::new(vec![0.0, 0.5, 1.0], &[4.0; 3], Scale::Logit, 2.0);
        assert_eq!((probability.lower[0], probability.upper[2]), (0.0, 1.0));
        assert!((probability.upper[1] - logistic(4.0)).abs() < 1e-15);
        assert_eq!(probability.standard_error, [0.0, 0.5, 0.0]);
        let count = Intervals::new(vec![0.0, 3.0], &[0.25; 2], Scale::Log, 2.0);
        assert_eq!((count.lower[0], count.upper[0]), (0.0, 0.0));
        assert!((count.lower[1] - 3.0 / exp(1.0)).abs() < 1e-15);
    }

    #[test]
    fn refuses_a_level_that_is_none() {
        for level in [0.0, 1.0, -0.1, 95.0, f64::NAN] {
            assert!(two_sided(level).is_err(), "{level}");
        }
        assert!((two_sided(0.95).expect("a level") - 1.959_963_984_540_054).abs() < 1e-14);
    }
}
