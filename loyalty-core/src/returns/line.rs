//! The line model: log-odds as a sum of terms, each a feature or a bend of it.

use serde::{Deserialize, Serialize};

use super::columns::add_term;

/// Within what bounds a feature was seen, and what stands for a missing value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bounds {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) mean: f64,
}

impl Bounds {
    /// The value within the bounds: nothing is extrapolated.
    #[inline(always)]
    pub(crate) fn within(&self, value: f64) -> f64 {
        let low = if value < self.low { self.low } else { value };
        let within = if low > self.high { self.high } else { low };
        if value.is_nan() { self.mean } else { within }
    }
}

/// One term: weight × (basis − mean), where the basis is a feature x or, beyond a knot, x − knot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Term {
    pub(crate) feature: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) knot: Option<f64>,
    pub(crate) mean: f64,
    pub(crate) weight: f64,
}

impl Term {
    /// The basis at a value within bounds.
    #[inline]
    pub(crate) fn basis(&self, x: f64) -> f64 {
        self.knot.map_or(x, |knot| (x - knot).max(0.0))
    }
}

/// Log-odds of a line:
///
/// ```text
/// z = β₀ + Σ_t w_t (b_t(x) − mean_t)
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LineModel {
    pub(crate) intercept: f64,
    pub(crate) bounds: Vec<Bounds>,
    pub(crate) terms: Vec<Term>,
}

impl LineModel {
    /// The same log-odds for every line.
    pub(crate) fn constant(log_odds: f64) -> Self {
        Self { intercept: log_odds, bounds: Vec::new(), terms: Vec::new() }
    }

    /// Draws the log-odds to a centre, which lies so far from the intercept, by a factor.
    pub(crate) fn draw(&mut self, factor: f64, centre: f64) {
        self.intercept += (1.0 - factor) * centre;
        self.terms.iter_mut().for_each(|term| term.weight *= factor);
    }

    /// Whether the terms are of that many features, and finite.
    pub(crate) fn is_sound(&self, features: usize) -> bool {
        let bounds = |b: &Bounds| b.low <= b.high && (b.low..=b.high).contains(&b.mean);
        let term = |term: &Term| {
            let numbers = [term.mean, term.weight, term.knot.unwrap_or_default()];
            term.feature < self.bounds.len() && numbers.iter().all(|number| number.is_finite())
        };
        let all = self.bounds.is_empty() || self.bounds.len() == features;
        let finite = self.bounds.iter().all(|b| (b.high - b.low).is_finite() && bounds(b));
        all && finite && self.intercept.is_finite() && self.terms.iter().all(term)
    }

    /// z of lines, whose features are columns; each has the bits that it would have alone.
    pub(crate) fn log_odds<'a>(&self, feature: impl Fn(usize) -> &'a [f64], log_odds: &mut [f64]) {
        log_odds.fill(self.intercept);
        for term in &self.terms {
            let (bounds, values) = (self.bounds[term.feature], feature(term.feature));
            add_term(log_odds, values, bounds, term.knot, (term.weight, term.mean));
        }
    }

    /// What a term adds where its feature has that value.
    #[inline]
    pub(crate) fn part_of(&self, term: &Term, value: f64) -> f64 {
        let x = self.bounds[term.feature].within(value);
        term.weight * (term.basis(x) - term.mean)
    }

    /// ∂z/∂x of a feature, for what a doubt about it means for z.
    pub(crate) fn slope(&self, feature: usize, value: f64) -> f64 {
        let of_feature = self.terms.iter().filter(|term| term.feature == feature);
        let steep = of_feature.filter(|term| term.knot.is_none_or(|knot| value > knot));
        steep.map(|term| term.weight).sum()
    }
}
