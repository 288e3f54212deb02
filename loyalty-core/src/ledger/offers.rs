//! What was on offer, by category and week.

use super::build::Window;
use crate::orders::LinesByCustomer;
use crate::parallel::{Threads, map_chunks};
use crate::time::DAY;

/// Most cells of category and week; with more the offers of a week are those of the whole shop.
const MOST: usize = 1 << 20;

/// Depths are added up as whole numbers of this part, so that no sum depends on the order of the rows: 4e9 lines
/// fit, and a depth keeps nine digits.
const PART: f64 = (1_u64 << 32) as f64;

/// Rows of one piece of work.
const CHUNK: usize = 1 << 19;

/// Mean depth on offer in each week of a category, summed up from the first week on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Offers {
    pub(super) first: i64,
    pub(super) weeks: usize,
    pub(super) by_category: bool,
    /// Sum of depths, and how many weeks had any line, up to each week.
    pub(super) sums: Vec<[f64; 2]>,
}

impl Offers {
    pub(super) fn of(lines: &LinesByCustomer, window: &Window, threads: Threads) -> Self {
        if !lines.given.offered_depth {
            return Self::default();
        }
        let (from, to) = window.within(lines.time_range);
        let first = week(from);
        let weeks = usize::try_from(week(to) - first + 1).unwrap_or(1);
        let categories = lines.categories();
        let by_category = categories.saturating_mul(weeks) <= MOST;
        let cells = if by_category { categories } else { 1 } * weeks;
        let parts = map_chunks(lines.len(), CHUNK, threads, |rows| {
            let mut sums = vec![[0_u64; 2]; cells];
            for line in rows.map(|row| lines.line(row)).filter(|line| window.holds(line.time)) {
                let category = if by_category { line.category as usize } else { 0 };
                let at = usize::try_from(week(line.time) - first).unwrap_or(0).min(weeks - 1);
                let sum = &mut sums[category * weeks + at];
                let depth = (line.offered_depth.clamp(0.0, 1.0) * PART).round_ties_even();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "clamped"
                )]
                let depth = depth as u64;
                (sum[0], sum[1]) = (sum[0] + depth, sum[1] + 1);
            }
            sums
        });
        let mut totals = vec![[0_u64; 2]; cells];
        for part in &parts {
            totals.iter_mut().zip(part).for_each(|(sum, part)| {
                (sum[0], sum[1]) = (sum[0] + part[0], sum[1] + part[1]);
            });
        }
        let mut sums: Vec<[f64; 2]> =
            totals.iter().map(|&[depth, lines]| [depth as f64 / PART, lines as f64]).collect();
        for of_category in sums.chunks_mut(weeks) {
            let mut total = [0.0; 2];
            for week in of_category {
                if week[1] > 0.0 {
                    total = [total[0] + week[0] / week[1], total[1] + 1.0];
                }
                *week = total;
            }
        }
        Self { first, weeks, by_category, sums }
    }

    /// The mean depth on offer in a category over all weeks since a time, in which somebody could have bought
    /// it; `own` where nothing is known.
    pub(super) fn since(&self, time: i64, category: u32, own: f64) -> f64 {
        if self.sums.is_empty() {
            return own;
        }
        let category = if self.by_category { category as usize } else { 0 };
        let Some(weeks) = self.sums.chunks_exact(self.weeks).nth(category) else { return own };
        let at = usize::try_from(week(time) - self.first).unwrap_or(0).min(self.weeks - 1);
        let before = if at == 0 { [0.0; 2] } else { weeks[at - 1] };
        let last = weeks[self.weeks - 1];
        let count = last[1] - before[1];
        if count > 0.0 { (last[0] - before[0]) / count } else { own }
    }
}

fn week(time: i64) -> i64 {
    time.div_euclid(7 * DAY)
}
