//! What is known of a model's parameters, as models drawn from it.

use super::{Fit, Parameters, Posterior, PosteriorMethod};
use crate::Error;
use crate::math::random::Random;

/// What is known of a model: its parameters for sure, a fit with its covariance, or a posterior.
///
/// # Examples
/// ```
/// use loyalty_core::estimation::{Estimate, FitOptions};
/// use loyalty_core::parallel::Threads;
/// use loyalty_core::purchase::{BgNbd, PurchaseModel};
/// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
/// let customers = truth.simulate(&[39.0; 500], 7, Threads::default())?;
/// let fit = BgNbd::fit(&customers, &FitOptions::default())?;
/// let models = Estimate::Fit(&fit).models(200, 0)?;
/// let above = models.iter().filter(|model| model.r() > fit.model.r()).count();
/// assert!((60..140).contains(&above));
/// assert_eq!(Estimate::Model(&truth).models(2, 0)?, [truth; 2]);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug)]
pub enum Estimate<'a, M> {
    /// Its parameters are taken for sure.
    Model(&'a M),
    /// They are normal on their scales, with the covariance of the fit.
    Fit(&'a Fit<M>),
    /// They are as the points of the posterior; a quadrature has no such points, and stands for the normal
    /// distribution of its mode.
    Posterior(&'a Posterior<M>),
}

// Derived, they would ask the same of the model.
impl<M> Clone for Estimate<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Estimate<'_, M> {}

const STREAM: u64 = 0x6d6f_6465;

impl<'a, M: Parameters + Clone> Estimate<'a, M> {
    /// The model of the likeliest parameters.
    pub fn model(&self) -> &'a M {
        match self {
            Self::Model(model) => model,
            Self::Fit(fit) => &fit.model,
            Self::Posterior(posterior) => &posterior.mode().model,
        }
    }

    /// So many models, as likely as their parameters are: draw i depends on the seed and i alone.
    ///
    /// # Errors
    /// [`Error::NotConverged`] of a fit that did not come to a maximum, which says nothing of how far off its
    /// parameters are.
    pub fn models(&self, draws: usize, seed: u64) -> Result<Vec<M>, Error> {
        let random = |draw: usize| Random::of(seed, STREAM, draw);
        match self {
            Self::Model(model) => Ok(vec![(*model).clone(); draws]),
            Self::Fit(fit) => normal(fit, draws, random),
            Self::Posterior(posterior) if posterior.method() == PosteriorMethod::Quadrature => {
                normal(posterior.mode(), draws, random)
            }
            Self::Posterior(posterior) => by_weight(posterior, draws, random),
        }
    }
}

/// Models whose parameters are normal on their scales.
fn normal<M: Parameters>(
    fit: &Fit<M>,
    draws: usize,
    random: impl Fn(usize) -> Random,
) -> Result<Vec<M>, Error> {
    let factor = fit.covariance_at_maximum()?.factor();
    let (values, layout) = (fit.model.values(), fit.model.layout());
    let drawn = |draw: usize| {
        let mut random = random(draw);
        let z: Vec<f64> = factor.iter().map(|_| random.normal()).collect();
        let moved = layout.iter().zip(&values).enumerate().map(|(slot, (parameter, value))| {
            let by = factor.iter().zip(&z).map(|(column, z)| column[slot] * z).sum();
            parameter.scale.moved(*value, by)
        });
        fit.model.at(&moved.collect::<Vec<f64>>())
    };
    (0..draws).map(drawn).collect()
}

/// Points of a posterior, each as likely as its weight says.
fn by_weight<M: Parameters>(
    posterior: &Posterior<M>,
    draws: usize,
    random: impl Fn(usize) -> Random,
) -> Result<Vec<M>, Error> {
    let up_to: Vec<f64> = posterior
        .weights()
        .iter()
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect();
    let last = up_to.len() - 1;
    let drawn = |draw: usize| {
        let at = random(draw).uniform() * up_to[last];
        let point = up_to.partition_point(|&sum| sum < at).min(last);
        posterior.mode().model.at(&posterior.points().row(point).to_vec())
    };
    (0..draws).map(drawn).collect()
}
