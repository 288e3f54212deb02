//! Masses on equally wide cells of a line.

use super::cells::{CELLS, WIDTH};
use super::kernel::sums;

/// Masses on cells of the natural parameter, each spread evenly over its cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Masses<'a> {
    pub(super) mass: &'a [f64; CELLS],
    /// What the masses add up to.
    pub(super) total: f64,
    /// Middle of the first cell.
    pub(super) first: f64,
    pub(super) width: f64,
}

impl Masses<'_> {
    /// Mean and variance of a number that has these values at the cells.
    pub(super) fn moments(&self, values: &[f64; CELLS]) -> (f64, f64) {
        let (sum, squares) = sums(self.mass, values);
        let mean = sum / self.total;
        (mean, (squares / self.total - mean * mean).max(0.0))
    }

    /// P(natural parameter > u).
    pub(super) fn upper(&self, u: f64) -> f64 {
        let place = ((u - self.first) / self.width + 0.5).clamp(0.0, CELLS as f64);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in bounds")]
        let cell = place as usize;
        let beyond: f64 = self.mass.iter().skip(cell + 1).sum();
        let part = self.mass.get(cell).map_or(0.0, |mass| mass * (1.0 - (place - cell as f64)));
        ((beyond + part) / self.total).min(1.0)
    }

    /// The natural parameter below which lies a share `p`. The first cell of a population holds all that is
    /// smaller too, so that what is below the middle there has no lower end.
    pub(super) fn quantile(&self, p: f64) -> f64 {
        let (mut below, sought) = (0.0, p * self.total);
        for (cell, &mass) in self.mass.iter().enumerate() {
            if below + mass >= sought && mass > 0.0 {
                if cell == 0 && self.width == WIDTH && p < 0.5 {
                    return f64::NEG_INFINITY;
                }
                let part = ((sought - below) / mass).clamp(0.0, 1.0);
                return self.first + self.width * (cell as f64 - 0.5 + part);
            }
            below += mass;
        }
        self.first + self.width * (CELLS as f64 - 0.5)
    }
}
