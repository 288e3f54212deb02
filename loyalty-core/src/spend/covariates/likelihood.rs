//! The log-likelihood of the Gamma-Gamma with covariates: that of customers who share theirs, added up.

use std::cmp::Ordering;

use crate::estimation::{
    Design, Dimension, Evaluation, Features, Likelihood, Link, Links, Parameter, Parameters as _,
    Standardised, Towards,
};
use crate::parallel::{Threads, map_chunks};
use crate::spend::GammaGamma;
use crate::spend::gamma_gamma::{SpendLikelihood, Spenders};
use crate::summary::CustomerSummary;

/// v, the third parameter, goes up with the coefficients.
pub(super) const LINKS: Links = Links { first: Link { slot: 2, sign: 1.0 }, dropout: None };

/// Patterns worked on at once: fixed, so that sums have one order for every number of threads.
const CHUNK: usize = 256;

/// Spenders by what is known of them.
pub(super) struct SpendPatterns {
    design: Design,
    /// Standardised features, with the spenders who share them.
    patterns: Vec<(Vec<f64>, Spenders)>,
    /// All of them, as without covariates.
    all: SpendLikelihood,
}

impl SpendPatterns {
    pub(super) fn new(
        all: SpendLikelihood,
        design: &Design,
        customers: &CustomerSummary,
        mean: &[f64],
        features: &Features,
    ) -> Self {
        let by_features = |a: u32, b: u32| {
            let pairs = features.row(a as usize).iter().zip(features.row(b as usize));
            pairs.fold(Ordering::Equal, |order, (a, b)| order.then_with(|| a.total_cmp(b)))
        };
        // No summary has more customers.
        let mut rows: Vec<u32> = (0..u32::try_from(customers.len()).unwrap_or(u32::MAX)).collect();
        rows.sort_by(|&a, &b| by_features(a, b));
        let pattern = |rows: &[u32]| {
            let mut own = features.row(rows[0] as usize).to_vec();
            design.standardise(&mut own);
            let some: Vec<f64> = rows.iter().map(|&row| mean[row as usize]).collect();
            (own, Spenders::of(&customers.of_rows(rows), &some, Threads::ONE))
        };
        let same = rows.chunk_by(|&a, &b| by_features(a, b) == Ordering::Equal);
        let patterns = same.map(pattern).filter(|(_, spenders)| spenders.len() > 0).collect();
        Self { design: design.clone(), patterns, all }
    }

    /// ln L of some patterns.
    fn evaluate_patterns(&self, at: &[f64], patterns: &[(Vec<f64>, Spenders)]) -> Evaluation {
        let (places, coefficients) = at.split_at(at.len() - self.design.len());
        let mut total = Evaluation::zero(at.len());
        for (features, spenders) in patterns {
            let own = self.design.places_of(places, coefficients, features);
            let customer = spenders.evaluate(&own[..places.len()], Threads::ONE);
            self.design.add_customer(&customer, features, &mut total);
        }
        total
    }
}

impl Likelihood for SpendPatterns {
    type Model = Standardised;

    fn layout(&self) -> Vec<Parameter> {
        GammaGamma::parameters().into_iter().chain(self.design.layout()).collect()
    }

    fn rows(&self) -> usize {
        self.all.rows()
    }

    fn thinned(&self, step: usize) -> Box<dyn Likelihood + '_> {
        let thin = |(features, spenders): &(Vec<f64>, Spenders)| {
            (features.clone(), spenders.thinned(step))
        };
        let patterns = if self.patterns.len() * step > self.rows() {
            self.patterns.iter().step_by(step).cloned().collect()
        } else {
            self.patterns.iter().map(thin).collect()
        };
        Box::new(Self { design: self.design.clone(), patterns, all: self.all.every(step) })
    }

    fn evaluate(&self, at: &[f64], threads: Threads) -> Evaluation {
        let threads = threads.for_rows(self.rows());
        let parts = map_chunks(self.patterns.len(), CHUNK, threads, |part| {
            self.evaluate_patterns(at, &self.patterns[part])
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
        self.all.unit_of(dimension)
    }

    fn starts(&self) -> Vec<Vec<f64>> {
        let with_effects = |mut start: Vec<f64>| {
            start.resize(start.len() + self.design.len(), 0.0);
            start
        };
        self.all.starts().into_iter().map(with_effects).collect()
    }

    fn customers(&self) -> [f64; 2] {
        self.all.customers()
    }

    fn model(&self, values: &[f64]) -> Result<Standardised, crate::Error> {
        fn limit(base: &[f64], runaways: &[(&str, Towards)]) -> &'static str {
            GammaGamma::of(&base[..3]).map_or("", |model| model.limit(runaways))
        }
        Ok(Standardised { layout: self.layout(), values: values.to_vec(), limit })
    }
}
