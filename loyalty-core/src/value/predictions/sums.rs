//! Sums over groups of customers, draw by draw.

use std::ops::Range;

use super::options::Over;

/// How many groups there are.
pub(super) fn groups(over: Over<'_>) -> usize {
    match over {
        Over::Groups(groups) => groups.iter().max().map_or(0, |&last| last as usize + 1),
        _ => 1,
    }
}

/// The group of a row.
fn group(over: Over<'_>, row: usize) -> usize {
    match over {
        Over::Groups(groups) => groups[row] as usize,
        _ => 0,
    }
}

/// A value of every customer, added up as asked.
pub(super) fn by_group(values: &[f64], over: Over<'_>) -> Vec<f64> {
    if over == Over::Customers {
        return values.to_vec();
    }
    let mut sums = vec![0.0; groups(over)];
    for (row, value) in values.iter().enumerate() {
        sums[group(over, row)] += value;
    }
    sums
}

/// The sum of every group in every draw.
pub(super) struct Sums {
    draws: usize,
    values: Vec<f64>,
}

impl Sums {
    pub(super) fn none(groups: usize, draws: usize) -> Self {
        Self { draws, values: vec![0.0; groups * draws] }
    }

    /// Adds the draws of these rows, those of one after those of the other.
    pub(super) fn add_rows(&mut self, values: &[f64], rows: Range<usize>, over: Over<'_>) {
        for (row, values) in rows.zip(values.chunks(self.draws)) {
            let start = group(over, row) * self.draws;
            let own = &mut self.values[start..start + self.draws];
            own.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.values.iter_mut().zip(&other.values).for_each(|(sum, value)| *sum += value);
    }

    /// Multiplies every draw with its factor.
    pub(super) fn scale(&mut self, factors: &[f64]) {
        for sums in self.each() {
            sums.iter_mut().zip(factors).for_each(|(sum, factor)| *sum *= factor);
        }
    }

    /// The draws of every group.
    pub(super) fn each(&mut self) -> impl Iterator<Item = &mut [f64]> {
        self.values.chunks_mut(self.draws)
    }
}
