//! Reading the high-precision tables in tests/reference, and the largest error over one.

use std::fmt;

/// The rows of a table without its header. Numbers below the smallest float read as 0.
pub(crate) fn rows<const N: usize>(table: &str) -> Vec<[f64; N]> {
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().expect(line)).collect();
        cells.try_into().unwrap_or_else(|_| panic!("not {N} cells: {line}"))
    };
    table.lines().skip(1).map(row).collect()
}

/// |got − exact| relative to the exact value, or to `least` where that is larger.
pub(crate) fn error(got: f64, exact: f64, least: f64) -> f64 {
    if got == exact { 0.0 } else { (got - exact).abs() / exact.abs().max(least) }
}

/// The largest error seen, and where.
#[derive(Debug, Default)]
pub(crate) struct Worst {
    error: f64,
    at: String,
}

impl Worst {
    /// Takes part; NaN counts as the largest error of all.
    pub(crate) fn see(&mut self, error: f64, at: &impl fmt::Debug) {
        if !self.error.is_nan() && (error.is_nan() || error > self.error) {
            *self = Self { error, at: format!("{at:?}") };
        }
    }

    /// The largest error seen; 0 of none.
    pub(crate) fn error(&self) -> f64 {
        self.error
    }

    /// Fails unless every error was below the bound.
    #[track_caller]
    pub(crate) fn is_below(&self, bound: f64) {
        assert!(self.error < bound, "error {:e} at {}", self.error, self.at);
    }
}
