//! How sure a score is.

use super::ReturnPropensity;
use super::keys::Counts;
use super::schema::{OWN, Part};
use super::score::Scorer;

impl ReturnPropensity {
    /// For each history, a number of its group.
    pub(crate) fn history_groups(&self) -> Vec<usize> {
        let features = self.schema.features();
        let first = features.len() - self.shrinkage.len();
        let names: Vec<&str> = features[first..].iter().map(|f| f.group.as_str()).collect();
        let group = |name: &&str| names.iter().position(|other| other == name).unwrap_or(0);
        names.iter().map(group).collect()
    }

    /// How many lines, or orders, of a history tell as much as an independent one.
    pub(crate) fn design_effect(&self, history: usize) -> f64 {
        let spec = &self.schema.histories[history];
        match (spec.per_order, spec.parts.as_slice()) {
            (true, _) => 1.0,
            (false, [Part::Customer]) => self.clustering.customers,
            (false, [Part::Product]) => self.clustering.products,
            (false, _) => self.clustering.orders,
        }
    }

    /// ∂z/∂z_h: what a doubt about the log-odds of a history means for those of a line.
    pub(crate) fn steepness(&self, history: usize, known: Counts) -> f64 {
        let (first, prior) = (self.schema.first_history(), &self.shrinkage[history]);
        let log_odds = prior.log_odds(known);
        let mut slope = self.line.slope(first + history, log_odds);
        if history < OWN.len() {
            // This term has no bend: its slope is the same everywhere.
            slope +=
                prior.belief(known.exposure) * self.line.slope(self.schema.believed(history), 0.0);
        }
        slope
    }

    /// The standard deviation of a line's log-odds.
    pub(crate) fn deviation(&self, scorer: &Scorer, line: usize, groups: &[usize]) -> f64 {
        let mut of_group = vec![0.0; groups.len()];
        for (history, prior) in self.shrinkage.iter().enumerate() {
            let known = scorer.observed.counts(history, line);
            let slope = self.steepness(history, known);
            of_group[groups[history]] +=
                slope * prior.variance(known, self.design_effect(history)).sqrt();
        }
        let variance: f64 = of_group.iter().map(|deviation| deviation * deviation).sum();
        (variance + self.stream.level.variance).sqrt()
    }
}
