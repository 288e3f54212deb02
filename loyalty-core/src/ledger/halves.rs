//! The ledgers of both halves and of the eighths of the history, of some customers: by them it is known what lasts,
//! and how the shop moves.

use super::build::Window;
use super::row::LedgerRow;
use crate::parallel::{Threads, map_chunks};
use crate::time::YEAR;

/// Most customers who are looked at twice, evenly taken: the correlation of two normal strengths that are known
/// exactly has a standard error of 1/√4096 = 1.6 % then.
const ENOUGH: usize = 1 << 12;

/// Parts of the history in which the shop's level is looked at: so many that steps that last are told from those that
/// do not, and so few that a month is left of most histories. A choice.
pub(crate) const PARTS: usize = 8;

/// Customers of one piece of work.
const CHUNK: usize = 256;

/// Some customers in both halves of what is looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Halves {
    /// Number of the customer, and their rows of the first and the second half.
    pub(crate) rows: Vec<(u32, LedgerRow, LedgerRow)>,
    /// Number of the customer, and their rows of the eighths of the history.
    pub(crate) eighths: Vec<(u32, [LedgerRow; PARTS])>,
    /// Length of a half in years.
    pub(crate) years: f64,
}

impl Halves {
    pub(super) fn of(
        customers: usize,
        window: &Window,
        time_range: (i64, i64),
        threads: Threads,
        rows: impl Fn(&Window, &mut dyn Iterator<Item = usize>) -> Vec<LedgerRow> + Sync,
    ) -> Self {
        let (start, end) = window.within(time_range);
        let middle = start + (end - start) / 2;
        let step = customers.div_ceil(ENOUGH).max(1);
        let (before, after) =
            (Window::part(window.start, middle), Window::part(middle + 1, window.end));
        let parts = map_chunks(customers.div_ceil(step), CHUNK, threads, |numbers| {
            let of = |window| rows(window, &mut numbers.clone().map(|number| number * step));
            let each = of(&before).into_iter().zip(of(&after));
            let number = |number: usize| u32::try_from(number * step).unwrap_or(u32::MAX);
            let both = numbers.clone().map(number).zip(each);
            both.map(|(number, (before, after))| (number, before, after))
                .filter(|(_, before, after)| before.orders > 0.0 && after.orders > 0.0)
                .collect::<Vec<_>>()
        });
        let windows: [Window; PARTS] = std::array::from_fn(|part| {
            #[expect(clippy::cast_possible_wrap, reason = "8 at most")]
            let edge = |part: usize| start + (end - start) / PARTS as i64 * part as i64;
            // What is looked at may reach beyond the lines.
            let from = if part == 0 { window.start } else { edge(part) + 1 };
            let to = if part + 1 == PARTS { window.end } else { edge(part + 1) };
            Window::part(from, to)
        });
        let eighths = map_chunks(customers.div_ceil(step), CHUNK, threads, |numbers| {
            let of = |window| rows(window, &mut numbers.clone().map(|number| number * step));
            let each = windows.each_ref().map(of);
            (0..numbers.len())
                .map(|at| {
                    let number = u32::try_from((numbers.start + at) * step).unwrap_or(u32::MAX);
                    (number, each.each_ref().map(|rows| rows[at]))
                })
                .collect::<Vec<_>>()
        });
        let eighths = eighths.concat();
        Self {
            rows: parts.concat(),
            eighths,
            years: 0.5 * (end - start).max(0) as f64 / YEAR as f64,
        }
    }
}
