//! Fitting by maximum likelihood, with priors or without: options, result, and the solver behind it.
//!
//! Every model is fitted with [`FitOptions`] and comes back in a [`Fit`]: log-likelihood, why the solver
//! stopped, [`Covariance`] and [`Intervals`] of the parameters, and the [`Identification`] that says
//! which of them the data cannot tell. A [`Prior`] says what was known before the data.

mod covariance;
mod covariates;
mod draws;
mod facts;
mod first_look;
mod fixed;
mod identification;
mod intervals;
mod layout;
mod likelihood;
mod maximum;
mod parameters;
mod posterior;
mod prior;
mod restarts;
mod scale;
mod trust_region;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

pub use crate::error::stop::Stop;
pub use covariance::Covariance;
pub use covariates::{Acts, Coefficient, CovariateRoles};
pub(crate) use covariates::{
    BASE, Coding, Design, Effects, Features, Found, Link, Links, RawColumn, Standardised,
    as_fitted, fit_standardised, limit_with_effects, posterior_standardised,
};
pub use draws::Estimate;
pub use facts::FitFacts;
pub(crate) use fixed::{FixedEvaluation, FixedMaximum, maximise_fixed};
pub use identification::{Identification, Towards};
pub use intervals::Intervals;
pub(crate) use intervals::two_sided;
pub use layout::{Dimension, Parameter};
pub(crate) use likelihood::{Likelihood, fit};
pub use parameters::Parameters;
pub(crate) use parameters::exactly;
pub(crate) use posterior::PosteriorParts;
pub(crate) use posterior::{Ends, Moments, Points, normal_ends, posterior};
pub use posterior::{Posterior, PosteriorMethod, PosteriorOptions};
pub use prior::Prior;
pub use scale::Scale;
pub(crate) use trust_region::Evaluation;

use first_look::first_look;
use maximum::Maximum;
use prior::{DataScale, Penalty};
use restarts::best_of;
use trust_region::maximise;

use crate::Error;
use crate::parallel::Threads;

/// How a model is fitted.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::FitOptions;
/// let mut options = FitOptions::default();
/// options.start = Some(vec![0.3, 4.0, 0.8, 2.0]);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FitOptions {
    /// Where to start, in the order of the model's parameters; by default read off the data.
    pub start: Option<Vec<f64>>,
    /// What is known of the parameters before the data, by name; by default nothing.
    pub priors: BTreeMap<String, Prior>,
    /// The ridge penalty of lifetimes' `penalizer_coef`, 0 by default: `n · penalizer · Σ θ²` is taken
    /// off the log-likelihood of n customers, with α in multiples of the largest T and v in units of
    /// money. Priors say the same with a meaning; this is for equal results.
    pub penalizer: f64,
    /// Stop when the log-likelihood is this close to its maximum, by the quadratic model; 1e-16 by
    /// default.
    pub tolerance: f64,
    /// Most iterations; 200 by default.
    pub max_iterations: usize,
    /// Threads to use. The result is the same for every number.
    pub threads: Threads,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            start: None,
            priors: BTreeMap::new(),
            penalizer: 0.0,
            tolerance: 1e-16,
            max_iterations: 200,
            threads: Threads::default(),
        }
    }
}

impl FitOptions {
    /// Checks the options and gives the start, on the parameters' scales.
    pub(crate) fn checked_start(
        &self,
        layout: &[Parameter],
        default: impl FnOnce() -> Vec<f64>,
    ) -> Result<Vec<f64>, Error> {
        crate::error::positive("tolerance", self.tolerance)?;
        crate::error::positive("max_iterations", self.max_iterations as f64)?;
        let start = self.start.clone().unwrap_or_else(default);
        crate::error::same_length(layout.len(), "start", start.len())?;
        let place = |(slot, value): (&Parameter, f64)| Ok(slot.scale.of(slot.check(value)?));
        layout.iter().zip(start).map(place).collect()
    }
}

/// A fit in progress, as its observer sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Iterations made.
    pub iteration: usize,
    /// The log-likelihood reached.
    pub log_likelihood: f64,
    /// How far below its maximum that is, by the quadratic model; infinite where the curvature is not
    /// yet that of a maximum.
    pub gap: f64,
}

/// Sees every iteration of a fit and may end it.
pub(crate) type Observer<'a> = &'a mut dyn FnMut(&Progress) -> ControlFlow<()>;

/// A fitted model and how it was found.
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
/// assert_eq!(fit.parameters, 4);
/// assert!(fit.aic() > -2.0 * fit.log_likelihood);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[must_use = "a fit may not have converged"]
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fit<M> {
    /// The model found.
    pub model: M,
    /// ln L at the model, in the units of the data.
    pub log_likelihood: f64,
    /// What priors and penalty added to it where the solver ended; 0 without them. A prior's density
    /// is counted up to its constant.
    pub log_prior: f64,
    /// The customers whose data entered, counted with their weights.
    pub customers: f64,
    /// Customers without information on the model's parameters, who were left out.
    pub left_out: f64,
    /// The number of parameters fitted, without those known.
    pub parameters: usize,
    /// Iterations of the solver.
    pub iterations: usize,
    /// Why the solver ended.
    pub stop: Stop,
    /// How well the data determine the parameters, and what that means.
    pub identification: Identification,
    /// The largest derivative of ln L, priors and penalty included, by the logarithm of a parameter.
    pub gradient_norm: f64,
    /// Covariance of the parameters, where the curvature is that of a maximum; 0 for those known.
    pub covariance: Option<Covariance>,
}

impl<M> Fit<M> {
    /// Akaike's criterion, 2k − 2 ln L.
    pub fn aic(&self) -> f64 {
        2.0 * self.parameters as f64 - 2.0 * self.log_likelihood
    }

    /// The Bayesian criterion, k ln n − 2 ln L, n the customers who entered.
    pub fn bic(&self) -> f64 {
        let ln_n = crate::math::elementary::ln(self.customers);
        self.parameters as f64 * ln_n - 2.0 * self.log_likelihood
    }

    /// Standard errors of the parameters on their natural scale; `None` where the curvature is not
    /// that of a maximum.
    pub fn standard_errors(&self) -> Option<Vec<f64>> {
        self.covariance.as_ref().map(Covariance::standard_errors)
    }

    /// The same fit with its model turned into another type, such as [`Model`](crate::models::Model).
    pub fn map<N>(self, turn: impl FnOnce(M) -> N) -> Fit<N> {
        Fit {
            model: turn(self.model),
            log_likelihood: self.log_likelihood,
            log_prior: self.log_prior,
            customers: self.customers,
            left_out: self.left_out,
            parameters: self.parameters,
            iterations: self.iterations,
            stop: self.stop,
            identification: self.identification,
            gradient_norm: self.gradient_norm,
            covariance: self.covariance,
        }
    }

    /// The model, if the solver ended at a maximum.
    ///
    /// # Errors
    /// [`Error::NotConverged`] with the reason.
    pub fn converged(self) -> Result<M, Error> {
        match self.stop {
            Stop::Converged => Ok(self.model),
            stop => Err(Error::NotConverged { iterations: self.iterations, stop }),
        }
    }
}
