//! What the solver found, and the fit that it makes.

use nalgebra::DMatrix;

use super::identification::runaways;
use super::{Covariance, Fit, Identification, Parameter, Parameters, Penalty, Stop};
use crate::Error;

/// What the solver found, on the parameters' scales.
#[derive(Debug, Clone)]
pub(crate) struct Maximum {
    pub(crate) point: Vec<f64>,
    pub(crate) value: f64,
    pub(crate) iterations: usize,
    pub(crate) stop: Stop,
    pub(crate) gradient_norm: f64,
    pub(crate) covariance: Option<DMatrix<f64>>,
    /// The direction along which the data say least, and the information there.
    pub(crate) weakest: (Vec<f64>, f64),
}

impl Maximum {
    /// The model found, with what is known of its parameters as it was given.
    pub(crate) fn fit<M: Parameters>(
        self,
        layout: &[Parameter],
        start: &[f64],
        penalty: &Penalty,
        [customers, left_out]: [f64; 2],
        model: impl FnOnce(&[f64]) -> Result<M, Error>,
    ) -> Result<Fit<M>, Error> {
        let places = layout.iter().zip(&self.point);
        let mut values: Vec<f64> = places.map(|(slot, &at)| slot.scale.value_at(at)).collect();
        let mut covariance = self.covariance;
        for (slot, value) in penalty.known() {
            values[slot] = value;
            if let Some(covariance) = &mut covariance {
                covariance[(slot, slot)] = 0.0;
            }
        }
        let model = model(&values)?;
        let log_prior = penalty.value(&self.point);
        let identification = match self.stop {
            Stop::Converged => Identification::at_maximum(layout, &self.weakest.0, self.weakest.1),
            Stop::Boundary { .. } => {
                let way: Vec<f64> =
                    self.point.iter().zip(start).map(|(to, from)| to - from).collect();
                let parameters = runaways(layout, &way);
                let named: Vec<_> = parameters.iter().map(|(name, to)| (&**name, *to)).collect();
                let meaning = model.limit(&named);
                Identification::Boundary { parameters, meaning }
            }
            Stop::IterationLimit | Stop::Stalled => Identification::Unknown,
        };
        // Symmetric: by columns is by rows.
        let on_scales = covariance.map(|covariance| covariance.iter().copied().collect());
        Ok(Fit {
            log_likelihood: self.value - log_prior,
            log_prior,
            customers,
            left_out,
            parameters: layout.len() - penalty.known().count(),
            iterations: self.iterations,
            stop: self.stop,
            identification,
            gradient_norm: self.gradient_norm,
            covariance: on_scales.map(|on_scales| Covariance::new(&model, on_scales)),
            model,
        })
    }
}
