//! How sure a score is.

use super::ReturnPropensity;
use super::keys::Counts;

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
        if self.schema.histories[history].per_order { 1.0 } else { self.clustering }
    }

    /// The standard deviation of a line's log-odds.
    pub(crate) fn deviation(&self, features: &[f64], counts: &[Counts], groups: &[usize]) -> f64 {
        let first = features.len() - counts.len();
        let mut of_group = vec![0.0; groups.len()];
        for (history, (&known, prior)) in counts.iter().zip(&self.shrinkage).enumerate() {
            let feature = first + history;
            let slope = self.line.slope(feature, features[feature]);
            of_group[groups[history]] +=
                slope.abs() * prior.variance(known, self.design_effect(history)).sqrt();
        }
        let variance: f64 = of_group.iter().map(|deviation| deviation * deviation).sum();
        (variance + self.stream.level.variance).sqrt()
    }
}
