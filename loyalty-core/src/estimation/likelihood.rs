//! Fitting whatever model by the likelihood of its data.

use std::ops::ControlFlow;

use super::{
    DataScale, Dimension, Evaluation, Fit, FitOptions, Maximum, Parameter, Parameters, Penalty,
    Progress, best_of, first_look, maximise,
};
use crate::Error;
use crate::parallel::Threads;

/// Data with the log-likelihood of a model: all that a fit needs to know of either. Solver and sampler see it
/// as `dyn`, once per evaluation, so that there is one of each and not one per model.
pub(crate) trait Likelihood: Sync {
    /// What is fitted.
    type Model: Parameters
    where
        Self: Sized;

    /// The model's parameters.
    fn layout(&self) -> Vec<Parameter>;

    /// Rows over which the likelihood is summed.
    fn rows(&self) -> usize;

    /// Every `step`-th of the rows, for a first look.
    fn thinned(&self, step: usize) -> Box<dyn Likelihood + '_>;

    /// ln L with gradient and Hessian at these places on the parameters' scales.
    fn evaluate(&self, at: &[f64], threads: Threads) -> Evaluation;

    /// The unit in which a parameter of this dimension is measured against the data by priors, and by the
    /// ridge penalty.
    fn unit_of(&self, dimension: Dimension) -> [f64; 2];

    /// Values to start from: read off the data, then others from which the likelihood may rise to other
    /// limits of the model.
    fn starts(&self) -> Vec<Vec<f64>>;

    /// The customers that count, with their weights, and those left out.
    fn customers(&self) -> [f64; 2];

    /// The model with these parameters.
    fn model(&self, values: &[f64]) -> Result<Self::Model, Error>
    where
        Self: Sized;
}

/// What the options add to the likelihood of these data.
pub(super) fn penalty_for(data: &dyn Likelihood, options: &FitOptions) -> Result<Penalty, Error> {
    let layout = data.layout();
    let units: Vec<[f64; 2]> = layout.iter().map(|slot| data.unit_of(slot.dimension)).collect();
    let scale = DataScale {
        of_priors: units.iter().map(|unit| unit[0]).collect(),
        of_ridge: units.iter().map(|unit| unit[1]).collect(),
        customers: data.customers()[0],
    };
    Penalty::of(options, &layout, &scale)
}

/// The maximum of a likelihood with its priors.
pub(crate) fn fit<L: Likelihood>(
    data: &L,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Fit<L::Model>, Error> {
    let (layout, penalty) = (data.layout(), penalty_for(data, options)?);
    let (start, maximum) = search(data, &layout, &penalty, options, observe)?;
    maximum.fit(&layout, &start, &penalty, data.customers(), |values| data.model(values))
}

/// Where the search began and the best that it found.
fn search(
    data: &dyn Likelihood,
    layout: &[Parameter],
    penalty: &Penalty,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<(Vec<f64>, Maximum), Error> {
    let mut starts = data.starts();
    let others = starts.split_off(1);
    let start = penalty.start(options.checked_start(layout, || starts.remove(0))?);
    let near = first_look(layout, data.rows(), &start, options, penalty, |step| {
        let some = data.thinned(step);
        move |at: &[f64]| some.evaluate(at, options.threads)
    });
    let mut from = |start: Vec<f64>| {
        maximise(layout, &start, options, observe, |at| {
            penalty.added_to(data.evaluate(at, options.threads), at)
        })
    };
    // Who states a start wants the maximum near it.
    let others = if options.start.is_none() { others } else { Vec::new() };
    let on_scales = |start: Vec<f64>| {
        let places = layout.iter().zip(start).map(|(slot, value)| slot.scale.of(value));
        penalty.start(places.collect())
    };
    let maximum = best_of(from(near)?, others.into_iter().map(on_scales), from)?;
    Ok((start, maximum))
}
