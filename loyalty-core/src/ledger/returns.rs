//! What is known of returns before any customer is looked at: how long they take, and how often each
//! article comes back.

use crate::math::ExactSum;
use crate::orders::{LedgerLine, LinesByCustomer};
use crate::parallel::{Threads, map_chunks};

use super::build::Window;
use crate::time::DAY;

/// Longest time to a return that is told apart, in days.
const LONGEST: usize = 730;

/// Fewest returns behind a point of the curve.
const FEWEST: u64 = 25;

/// Rows of one piece of work.
const CHUNK: usize = 1 << 18;

/// Share of returns that are in by an age in days.
///
/// The reverse product limit over returns seen, each seen only because it took no longer than its line
/// is old: F(d) = Π over j > d of (1 − n_j / N_j), where n_j returns took j days and N_j took at most j
/// on lines at least j days old (Lagakos, Barraj & De Gruttola 1988, Biometrika 75(3)).
pub(super) struct Maturity(Vec<f64>);

impl Maturity {
    pub(super) fn of(lines: &LinesByCustomer, window: &Window, threads: Threads) -> Self {
        if !lines.given.return_time {
            return Self(Vec::new());
        }
        let chunks = map_chunks(lines.len(), CHUNK, threads, |rows| {
            let (mut lags, mut ages) = (vec![0_u64; LONGEST + 1], vec![0_u64; LONGEST + 1]);
            let lines = rows.map(|row| lines.line(row)).filter(|line| window.holds(line.time));
            for LedgerLine { time, return_time, .. } in lines {
                if return_time <= window.end {
                    lags[days(return_time - time)] += 1;
                    ages[days(window.end - time)] += 1;
                }
            }
            (lags, ages)
        });
        let (mut lags, mut ages) = (vec![0; LONGEST + 1], vec![0; LONGEST + 1]);
        for (lag, age) in &chunks {
            (0..=LONGEST).for_each(|day| {
                lags[day] += lag[day];
                ages[day] += age[day];
            });
        }
        let mut share = vec![1.0; LONGEST + 1];
        // At most `day` long, less those on lines younger than that.
        let (mut short, mut young): (u64, u64) = (lags.iter().sum(), ages.iter().sum());
        for day in (1..=LONGEST).rev() {
            young -= ages[day];
            let at_risk = short - young;
            let kept =
                if at_risk >= FEWEST { 1.0 - lags[day] as f64 / at_risk as f64 } else { 1.0 };
            share[day - 1] = share[day] * kept;
            short -= lags[day];
        }
        Self(share)
    }

    /// The share due at an age in microseconds.
    pub(super) fn due(&self, age: i64) -> f64 {
        if self.0.is_empty() { 1.0 } else { self.0[days(age)] }
    }
}

fn days(microseconds: i64) -> usize {
    usize::try_from(microseconds / DAY).unwrap_or(0).min(LONGEST)
}

/// How often articles come back: each one's rate drawn to that of the shop.
///
/// ```text
/// p = (k m + R) / (k + E)        E: lines, each counted by the share of returns due
/// ```
///
/// k by the moments of the beta-binomial (Kleinman 1973, JASA 68(341)).
#[derive(Default)]
pub(super) struct ReturnRates {
    /// m, the rate of the shop.
    pub(super) base: f64,
    /// k, infinite where articles do not differ.
    pub(super) weight: f64,
    of_product: Vec<f64>,
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
        let sums: Vec<(f64, f64)> =
            sums.into_iter().map(|(hits, due)| (hits, due.value().max(hits))).collect();
        let (hits, due) = sums.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        let base = if due > 0.0 { hits / due } else { 0.0 };
        let weight = weight(&sums, base, due);
        let drawn = |&(hits, due): &(f64, f64)| match weight {
            weight if weight.is_finite() => (weight * base + hits) / (weight + due),
            _ => base,
        };
        Self { base, weight, of_product: sums.iter().map(drawn).collect() }
    }

    /// The rate of an article.
    pub(super) fn of_product(&self, product: u32) -> f64 {
        self.of_product.get(product as usize).copied().unwrap_or(self.base)
    }
}

fn weight(sums: &[(f64, f64)], base: f64, due: f64) -> f64 {
    let bought = sums.iter().filter(|(_, due)| *due > 0.0);
    let (mut squares, mut due_squares, mut products) = (0.0, 0.0, 0.0);
    for &(hits, due) in bought {
        let off = hits / due - base;
        squares += due * off * off;
        due_squares += due * due;
        products += 1.0;
    }
    let spread = base * (1.0 - base);
    let excess = squares / spread - (products - 1.0);
    let room = due - due_squares / due - (products - 1.0);
    // NaN where nothing came back or everything did.
    let share = excess / room;
    if share > 1e-6 && room > 0.0 { 1.0 / share.min(0.99) - 1.0 } else { f64::INFINITY }
}
