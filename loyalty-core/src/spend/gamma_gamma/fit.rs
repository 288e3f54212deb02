//! Maximum likelihood for the Gamma-Gamma.

use std::ops::ControlFlow;

use super::GammaGamma;
use super::likelihood::Spenders;
use crate::Error;
use crate::error::Degeneracy;
use crate::estimation::{
    Dimension, Evaluation, Fit, FitOptions, Likelihood, Parameter, Parameters, Posterior,
    PosteriorOptions, Progress, Scale, fit, posterior,
};
use crate::memory;
use crate::parallel::Threads;
use crate::summary::CustomerSummary;

/// Fits the model to the customers with purchases behind their monetary value.
pub(in crate::spend) fn fit_to(
    summary: &CustomerSummary,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Fit<GammaGamma>, Error> {
    fit(&fittable(summary, options)?, options, observe)
}

/// The posterior of the model given the same customers.
pub(in crate::spend) fn posterior_of(
    summary: &CustomerSummary,
    options: &FitOptions,
    how: &PosteriorOptions,
) -> Result<Posterior<GammaGamma>, Error> {
    posterior(&fittable(summary, options)?, options, how)
}

/// The spenders, if the model can be fitted to them.
pub(in crate::spend) fn fittable(
    summary: &CustomerSummary,
    options: &FitOptions,
) -> Result<SpendLikelihood, Error> {
    let spenders = spenders(summary, "the Gamma-Gamma fit", options.threads)?;
    let degenerate = |cause, reason| Err(Error::degenerate("Gamma-Gamma", cause, reason));
    if spenders.len() < 2 {
        return degenerate(
            Degeneracy::TooFew,
            "fewer than two customers have repeat purchases with an amount",
        );
    }
    let (mean, square) = spenders.moments();
    if square - mean * mean <= 1e-12 * square {
        return degenerate(Degeneracy::NoVariation, "all customers spend the same");
    }
    Ok(SpendLikelihood { spenders, mean, square })
}

fn spenders(
    summary: &CustomerSummary,
    needed_by: &'static str,
    threads: Threads,
) -> Result<Spenders, Error> {
    let mean = money(summary, needed_by)?;
    memory::ask_for_rows("what customers spent", summary.len(), 24, 0)?;
    Ok(Spenders::of(summary, mean, threads))
}

/// ln L of a summary.
pub(in crate::spend) fn ln_likelihood(
    model: &GammaGamma,
    summary: &CustomerSummary,
) -> Result<f64, Error> {
    let spenders = spenders(summary, "the log-likelihood", Threads::default())?;
    let at: Vec<f64> = model.values().into_iter().map(|value| Scale::Log.of(value)).collect();
    Ok(spenders.evaluate(&at, Threads::default()).value)
}

/// Spenders with the mean of their means and of their squares.
pub(in crate::spend) struct SpendLikelihood {
    spenders: Spenders,
    mean: f64,
    square: f64,
}

impl SpendLikelihood {
    /// Every `step`-th of the spenders.
    pub(in crate::spend) fn every(&self, step: usize) -> Self {
        Self { spenders: self.spenders.thinned(step), ..*self }
    }
}

impl Likelihood for SpendLikelihood {
    type Model = GammaGamma;

    fn layout(&self) -> Vec<Parameter> {
        GammaGamma::parameters()
    }

    fn rows(&self) -> usize {
        self.spenders.len()
    }

    fn thinned(&self, step: usize) -> Box<dyn Likelihood + '_> {
        Box::new(self.every(step))
    }

    fn evaluate(&self, at: &[f64], threads: Threads) -> Evaluation {
        self.spenders.evaluate(at, threads)
    }

    fn unit_of(&self, dimension: Dimension) -> [f64; 2] {
        [if dimension == Dimension::Money { self.mean } else { 1.0 }, 1.0]
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        let first = start(self.mean, self.square);
        std::iter::once(first).chain(other_starts(self.mean)).map(Vec::from).collect()
    }

    fn customers(&self) -> [f64; 2] {
        [self.spenders.customers(), self.spenders.without_money]
    }

    fn model(&self, values: &[f64]) -> Result<GammaGamma, Error> {
        GammaGamma::of(values)
    }
}

pub(in crate::spend) fn money<'a>(
    summary: &'a CustomerSummary,
    needed_by: &'static str,
) -> Result<&'a [f64], Error> {
    summary.monetary_value().ok_or(Error::MissingColumn { column: "monetary_value", needed_by })
}

/// Shapes of a middling shop, and the scale that gives the mean of the data.
fn start(mean: f64, square: f64) -> [f64; 3] {
    let variation = (square - mean * mean) / (mean * mean);
    let q = 2.0 + 1.0 / variation.clamp(0.05, 5.0);
    let p = 3.0;
    [p, q, mean * (q - 1.0) / p]
}

/// Starts from which the likelihood may rise to other limits: heavy tails, or customers hardly unlike.
fn other_starts(mean: f64) -> Vec<[f64; 3]> {
    [(0.5, 1.5), (1.0, 20.0), (20.0, 3.0)].map(|(p, q)| [p, q, mean * (q - 1.0) / p]).into()
}
