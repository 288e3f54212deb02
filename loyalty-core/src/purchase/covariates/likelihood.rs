//! The fit of a model with covariates, and its log-likelihood.

use std::marker::PhantomData;
use std::ops::{ControlFlow, Range};

use super::base;
use super::patterns::Patterns;
use crate::Error;
use crate::error::{Degeneracy, same_length};
use crate::estimation::{
    CovariateRoles, Design, Dimension, Effects, Evaluation, Features, FitOptions, Found,
    Likelihood, Parameter, Progress, Standardised, fit_standardised,
};
use crate::parallel::{Threads, map_chunks};
use crate::purchase::process::{Leaving, PurchaseProcess, ShopSize};
use crate::summary::{Covariates, CustomerSummary};

/// Fits a model with covariates by maximum likelihood.
pub(super) fn fit_to<M: PurchaseProcess>(
    leaving: Leaving,
    customers: &CustomerSummary,
    covariates: &Covariates,
    roles: &CovariateRoles,
    options: &FitOptions,
    observe: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Found, Error> {
    let (data, design) = learnt::<M>(leaving, customers, covariates, roles)?;
    fit_standardised(&data, &design, options, observe)
}

/// What a fit keeps of customers.
pub(super) const PATTERNS: &str = "the histories of customers";

/// The likelihood of customers with the design that what is known of them makes.
pub(super) fn learnt<M: PurchaseProcess>(
    leaving: Leaving,
    customers: &CustomerSummary,
    covariates: &Covariates,
    roles: &CovariateRoles,
) -> Result<(PatternLikelihood<M>, Design), Error> {
    same_length(customers.len(), "covariates", covariates.len())?;
    if let Some(reason) = M::unfit(customers.frequency().iter().copied()) {
        return Err(Error::degenerate(M::TITLE, Degeneracy::NoRepeatPurchase, reason));
    }
    let links = base::links(leaving);
    covariates.ask_for_patterns(PATTERNS)?;
    let (design, features) = Design::learn(covariates, roles, &links, customers.weights())?;
    Ok((PatternLikelihood::new(leaving, &design, customers, &features), design))
}

/// ln L of customers at these parameters.
pub(super) fn ln_likelihood<M: PurchaseProcess>(
    leaving: Leaving,
    places: &[f64],
    effects: &Effects,
    customers: &CustomerSummary,
    features: &Features,
) -> f64 {
    let design = &effects.design;
    let data = PatternLikelihood::<M>::new(leaving, design, customers, features);
    let at: Vec<f64> = places.iter().chain(&effects.coefficients).copied().collect();
    data.evaluate(&design.to_standardised(&at), Threads::default()).value
}

/// The histories of customers, by what is known of them, under a model.
pub(super) struct PatternLikelihood<M> {
    leaving: Leaving,
    design: Design,
    patterns: Patterns,
    size: ShopSize,
    /// Runs that are worked on together.
    tasks: Vec<Range<usize>>,
    model: PhantomData<M>,
}

/// Runs of a task at most, and histories from which on it is closed: fixed, so that sums have one order for every
/// number of threads.
const RUNS: usize = 1024;
const HISTORIES: usize = 8192;

impl<M: PurchaseProcess> PatternLikelihood<M> {
    fn new(
        leaving: Leaving,
        design: &Design,
        customers: &CustomerSummary,
        features: &Features,
    ) -> Self {
        let patterns = Patterns::of(customers, features, design);
        Self::over(leaving, design.clone(), patterns)
    }

    fn over(leaving: Leaving, design: Design, patterns: Patterns) -> Self {
        let (mut tasks, mut start, mut histories) = (Vec::new(), 0, 0);
        for (number, run) in patterns.runs().iter().enumerate() {
            histories += patterns.rows(run).t.len();
            if histories >= HISTORIES || number + 1 - start == RUNS {
                tasks.push(start..number + 1);
                (start, histories) = (number + 1, 0);
            }
        }
        if start < patterns.runs().len() {
            tasks.push(start..patterns.runs().len());
        }
        let size = patterns.size();
        Self { leaving, design, patterns, size, tasks, model: PhantomData }
    }

    /// ln L of some runs.
    fn evaluate_runs(&self, at: &[f64], runs: Range<usize>) -> Evaluation {
        let (places, coefficients) = at.split_at(at.len() - self.design.len());
        let mut total = Evaluation::zero(at.len());
        let runs = &self.patterns.runs()[runs];
        for same in runs.chunk_by(|a, b| a.pattern == b.pattern) {
            let features = self.patterns.features(same[0].pattern);
            let own = self.design.places_of(places, coefficients, features);
            let values = base::model_at(self.leaving, own);
            let mut customer = Evaluation::zero(places.len());
            for run in same {
                let sums = M::sums(&values, run.x, self.patterns.rows(run));
                M::add(&values, run.x, &sums, &mut customer);
            }
            let customer = base::by_places(self.leaving, values, customer.mirrored());
            self.design.add_customer(&customer, features, &mut total);
        }
        total
    }
}

impl<M: PurchaseProcess> Likelihood for PatternLikelihood<M> {
    type Model = Standardised;

    fn layout(&self) -> Vec<Parameter> {
        base::parameters::<M>(self.leaving).into_iter().chain(self.design.layout()).collect()
    }

    fn rows(&self) -> usize {
        self.patterns.len()
    }

    fn thinned(&self, step: usize) -> Box<dyn Likelihood + '_> {
        let size = self.size;
        let thinned = Self::over(self.leaving, self.design.clone(), self.patterns.thinned(step));
        Box::new(Self { size, ..thinned })
    }

    fn evaluate(&self, at: &[f64], threads: Threads) -> Evaluation {
        let threads = threads.for_rows(self.rows());
        let parts = map_chunks(self.tasks.len(), 1, threads, |task| {
            self.evaluate_runs(at, self.tasks[task.start].clone())
        });
        let mut total = Evaluation::zero(at.len());
        for part in parts {
            total.value += part.value;
            total.gradient.iter_mut().zip(part.gradient).for_each(|(sum, term)| *sum += term);
            total.hessian += part.hessian;
        }
        total.mirrored()
    }

    fn unit_of(&self, dimension: Dimension) -> [f64; 2] {
        match dimension {
            Dimension::Time => [self.size.mean_time(), self.size.longest],
            Dimension::None | Dimension::Money => [1.0; 2],
        }
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        let with_effects = |values: Vec<f64>| {
            let mut start = base::of_model(self.leaving, &values);
            start.resize(start.len() + self.design.len(), 0.0);
            start
        };
        M::starts(&self.size).into_iter().map(with_effects).collect()
    }

    fn customers(&self) -> [f64; 2] {
        [self.size.customers, 0.0]
    }

    fn model(&self, values: &[f64]) -> Result<Standardised, Error> {
        let (layout, limit) = (self.layout(), base::limit::<M>);
        Ok(Standardised { layout, values: values.to_vec(), limit })
    }
}
