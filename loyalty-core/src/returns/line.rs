//! The line model: log-odds as a sum over features, each taken as it is and, beyond knots, bent.

use multiversion::multiversion;

use crate::error::LARGEST;

/// Within what bounds a feature was seen, and what stands for a missing value.
#[derive(Debug, Clone, Copy, PartialEq)]
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

    fn is_sound(&self) -> bool {
        let ordered = self.low <= self.high && (self.low..=self.high).contains(&self.mean);
        ordered && self.low >= -LARGEST && self.high <= LARGEST
    }
}

/// One term of a feature: weight × (basis − mean), where the basis is the feature x or, beyond a knot,
/// x − knot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Term {
    pub(crate) knot: Option<f64>,
    pub(crate) mean: f64,
    pub(crate) weight: f64,
}

impl Term {
    /// The basis at a value within bounds.
    #[inline]
    fn basis(&self, x: f64) -> f64 {
        self.knot.map_or(x, |knot| (x - knot).max(0.0))
    }

    fn is_sound(&self) -> bool {
        let numbers = [self.mean, self.weight, self.knot.unwrap_or_default()];
        numbers.iter().all(|number| number.abs() <= LARGEST)
    }
}

/// What the line model knows of one feature.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineFeature {
    /// Its number in the schema.
    pub(crate) feature: usize,
    pub(crate) bounds: Bounds,
    pub(crate) terms: Vec<Term>,
}

impl LineFeature {
    /// What a term adds where the feature has that value.
    #[inline]
    pub(crate) fn part_of(&self, term: &Term, value: f64) -> f64 {
        term.weight * (term.basis(self.bounds.within(value)) - term.mean)
    }
}

/// Log-odds of a line:
///
/// ```text
/// z = β₀ + Σ_f Σ_t w_t (b_t(x_f) − mean_t)
/// ```
///
/// A feature that is not listed adds nothing. The order of the list is that of the sum, and so a part of
/// the model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineModel {
    pub(crate) intercept: f64,
    pub(crate) features: Vec<LineFeature>,
}

impl LineModel {
    /// The same log-odds for every line.
    pub(crate) fn constant(log_odds: f64) -> Self {
        Self { intercept: log_odds, features: Vec::new() }
    }

    /// Draws the log-odds to a centre, which lies so far from the intercept, by a factor.
    pub(crate) fn draw(&mut self, factor: f64, centre: f64) {
        self.intercept += (1.0 - factor) * centre;
        let terms = self.features.iter_mut().flat_map(|feature| &mut feature.terms);
        terms.for_each(|term| term.weight *= factor);
    }

    /// Whether every number is one that a fit can have, so that no sum of a few products overflows.
    pub(crate) fn is_sound(&self) -> bool {
        let feature = |feature: &LineFeature| {
            feature.bounds.is_sound() && feature.terms.iter().all(Term::is_sound)
        };
        self.intercept.abs() <= LARGEST && self.features.iter().all(feature)
    }

    /// z of lines, whose features are columns; each has the bits that it would have alone.
    pub(crate) fn log_odds<'a>(&self, column: impl Fn(usize) -> &'a [f64], log_odds: &mut [f64]) {
        log_odds.fill(self.intercept);
        for LineFeature { feature, bounds, terms } in &self.features {
            for term in terms {
                add_term(log_odds, column(*feature), *bounds, term);
            }
        }
    }

    /// The terms of a feature.
    pub(crate) fn terms_of(&self, feature: usize) -> impl Iterator<Item = (&LineFeature, &Term)> {
        let listed = self.features.iter().filter(move |listed| listed.feature == feature);
        listed.flat_map(|listed| listed.terms.iter().map(move |term| (listed, term)))
    }

    /// By how much z changes where a feature goes from one value to another, for what a doubt about it means for
    /// z; beyond what was seen too, where the feature itself is held.
    pub(crate) fn rise(&self, feature: usize, [from, to]: [f64; 2]) -> f64 {
        let basis =
            |term: &Term, value: f64| term.knot.map_or(value, |knot| (value - knot).max(0.0));
        let terms = self.terms_of(feature);
        terms.map(|(_, term)| term.weight * (basis(term, to) - basis(term, from))).sum()
    }
}

/// Adds a term to log-odds: weight × (basis − mean).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_term(log_odds: &mut [f64], values: &[f64], bounds: Bounds, term: &Term) {
    let Term { knot, mean, weight } = *term;
    if let Some(knot) = knot {
        for (z, &value) in log_odds.iter_mut().zip(values) {
            let basis = (bounds.within(value) - knot).max(0.0);
            *z += weight * (basis - mean);
        }
    } else {
        for (z, &value) in log_odds.iter_mut().zip(values) {
            *z += weight * (bounds.within(value) - mean);
        }
    }
}
