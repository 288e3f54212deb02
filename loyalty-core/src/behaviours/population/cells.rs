//! The grid that populations and posteriors stand on.

/// Cells of a grid: 14 natural parameters, in whole blocks of the eight lanes of `kernel.rs`.
pub(super) const CELLS: usize = 112;

/// Width of a population's cells in natural parameters. Against gamma and beta posteriors that are known
/// exactly, means are then right to 0.3 %, variances to 2 % and tails to 0.01 (tests of `posterior.rs`).
pub(super) const WIDTH: f64 = 0.125;
