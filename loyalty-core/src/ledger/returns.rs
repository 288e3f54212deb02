//! What is known of returns before any customer is looked at: how long they take, and how often each
//! article comes back.

use crate::math::ExactSum;
use crate::orders::{LedgerLine, LinesByCustomer};
use crate::parallel::{Threads, map_chunks};
use crate::returns::{Counts, LagCounts, Shrinkage};

use super::build::Window;
use super::odds::{COLUMNS, Cell, Odds};
use crate::time::DAY;

/// Longest time to a return that is told apart, in days.
pub(super) const LONGEST: usize = 730;

/// Fewest returns behind a point of the curve.
const FEWEST: u64 = 25;

/// Rows of one piece of work.
const CHUNK: usize = 1 << 18;

/// Share of returns that are in by an age, by the estimate of the return model's
/// [`LagCurve`](crate::returns::LagCurve) over the whole shop.
///
/// It has no horizon, as nothing is predicted: what took longer than [`LONGEST`] days took that long. Its
/// days are stretches of 24 hours, as it is asked at the instant at which the observation ends; the return
/// model counts by the calendar, as its state moves at midnight.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Maturity(pub(super) Vec<f64>);

impl Maturity {
    pub(super) fn of(lines: &LinesByCustomer, window: &Window, threads: Threads) -> Self {
        if !lines.given.return_time {
            return Self(Vec::new());
        }
        let chunks = map_chunks(lines.len(), CHUNK, threads, |rows| {
            let mut counts = LagCounts::new(LONGEST);
            let lines = rows.map(|row| lines.line(row)).filter(|line| window.holds(line.time));
            for LedgerLine { time, return_time, .. } in lines {
                if return_time <= window.end {
                    counts.add(days(return_time - time), days(window.end - time));
                }
            }
            counts
        });
        let mut counts = LagCounts::new(LONGEST);
        chunks.iter().for_each(|chunk| counts.merge(chunk));
        Self(counts.shares(FEWEST))
    }

    /// The share due at an age in microseconds.
    pub(super) fn due(&self, age: i64) -> f64 {
        if self.0.is_empty() { 1.0 } else { self.0[days(age)] }
    }
}

fn days(microseconds: i64) -> usize {
    usize::try_from(microseconds / DAY).unwrap_or(0).min(LONGEST)
}

/// How often articles come back: each one's rate drawn to that of the shop, by the
/// [`Shrinkage`](crate::returns::Shrinkage) of the return model.
///
/// ```text
/// p = (k m + R) / (k + E)        E: lines, each counted by the share of returns due
/// ```
///
/// k is by moments, not by what predicts the next line best: the ledger says what happened, and asks for
/// one number of each article that does not depend on the order of the lines. Where lines have sizes or brands, the
/// rate is that of all three together, by [`Odds`].
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ReturnRates {
    /// m, the rate of the shop.
    pub(super) base: f64,
    /// k, infinite where articles do not differ.
    pub(super) weight: f64,
    pub(super) of: Rates,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rates {
    Articles(Vec<f64>),
    Odds(Odds),
}

impl Default for Rates {
    fn default() -> Self {
        Self::Articles(Vec::new())
    }
}

impl ReturnRates {
    pub(super) fn of(
        lines: &LinesByCustomer,
        window: &Window,
        maturity: &Maturity,
        threads: Threads,
    ) -> Self {
        if !lines.given.returned_amount {
            return Self::default();
        }
        if lines.given.size || lines.given.brand {
            return Self::by_odds(lines, &cells(lines, window, maturity, threads));
        }
        let counts = counts(lines, window, maturity, threads);
        let base = base(counts.iter().copied());
        let prior = Shrinkage::by_moments(&counts, base);
        let rates = counts.iter().map(|&of| prior.map_or(base, |prior| prior.rate(of)));
        Self {
            base,
            weight: prior.map_or(f64::INFINITY, |prior| prior.strength()),
            of: Rates::Articles(rates.collect()),
        }
    }

    fn by_odds(lines: &LinesByCustomer, cells: &[Cell]) -> Self {
        let base = base(
            cells.iter().map(|cell| Counts { exposure: cell.exposure, returns: cell.returns }),
        );
        let given = [lines.products > 1, lines.given.size, lines.given.brand];
        let mut levels = [0; COLUMNS];
        for cell in cells {
            for (column, count) in
                levels.iter_mut().enumerate().filter(|&(column, _)| given[column])
            {
                *count = (*count).max(cell.levels[column] as usize + 1);
            }
        }
        let odds = Odds::of(cells, levels, base);
        Self { base, weight: odds.weights[0], of: Rates::Odds(odds) }
    }

    /// The rate of what a line holds.
    pub(super) fn of_line(&self, line: &LedgerLine) -> f64 {
        match &self.of {
            Rates::Articles(rates) => {
                rates.get(line.product as usize).copied().unwrap_or(self.base)
            }
            Rates::Odds(odds) => odds.rate(levels(line)),
        }
    }
}

fn levels(line: &LedgerLine) -> [u32; COLUMNS] {
    [line.product, line.size, line.brand]
}

/// The rate of all.
fn base(counts: impl Iterator<Item = Counts>) -> f64 {
    let all = counts.fold(Counts::default(), |all, one| Counts {
        exposure: all.exposure + one.exposure,
        returns: all.returns + one.returns,
    });
    if all.exposure > 0.0 { all.returns / all.exposure } else { 0.0 }
}

/// Lines due and returns of each article.
fn counts(
    lines: &LinesByCustomer,
    window: &Window,
    maturity: &Maturity,
    threads: Threads,
) -> Vec<Counts> {
    let chunks = map_chunks(lines.len(), CHUNK, threads, |rows| {
        let mut sums = vec![(0_u32, ExactSum::default()); lines.products];
        let lines = rows.map(|row| lines.line(row)).filter(|line| window.holds(line.time));
        for line in lines {
            let (hits, due) = &mut sums[line.product as usize];
            *hits += u32::from(window.returned(&line) > 0.0);
            due.add(maturity.due(window.end - line.time));
        }
        sums
    });
    let mut sums = vec![(0.0, ExactSum::default()); lines.products];
    for (sum, part) in chunks.iter().flat_map(|chunk| (0..).zip(chunk)) {
        let total: &mut (f64, ExactSum) = &mut sums[sum];
        total.0 += f64::from(part.0);
        total.1.merge(part.1);
    }
    let count =
        |(returns, due): (f64, ExactSum)| Counts { exposure: due.value().max(returns), returns };
    sums.into_iter().map(count).collect()
}

/// Levels, returns and lines due of the lines of a cell.
type Part = ([u32; COLUMNS], u32, ExactSum);

/// The same of each article, size and brand that occur together, in order of their numbers.
fn cells(
    lines: &LinesByCustomer,
    window: &Window,
    maturity: &Maturity,
    threads: Threads,
) -> Vec<Cell> {
    let chunks = map_chunks(lines.len(), CHUNK, threads, |rows| {
        let lines = rows.map(|row| lines.line(row)).filter(|line| window.holds(line.time));
        let parts = lines.map(|line| {
            let mut due = ExactSum::default();
            due.add(maturity.due(window.end - line.time));
            (levels(&line), u32::from(window.returned(&line) > 0.0), due)
        });
        together(parts.collect())
    });
    let cells = together(chunks.concat()).into_iter().map(|(levels, returns, due)| {
        let returns = f64::from(returns);
        Cell { levels, exposure: due.value().max(returns), returns }
    });
    cells.collect()
}

/// Parts of the same levels added up, in order of these.
fn together(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_unstable_by_key(|part| part.0);
    parts.dedup_by(|next, first| {
        let same = next.0 == first.0;
        if same {
            first.1 += next.1;
            first.2.merge(next.2);
        }
        same
    });
    parts
}
