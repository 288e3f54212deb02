//! From prices to a choice that fits: what the prices choose, then as little change as needed.

use super::choices::{CHUNK, Charged, Choices};
use crate::parallel::{Threads, map_chunks};

/// Moves looked at when capacity is left over; moves as good as the last of them come in too.
const MOST_MOVES: usize = 1 << 14;
/// Rounds of filling what is left.
const ROUNDS: usize = 8;

/// The option of each customer, and what is left of each capacity.
pub(super) struct Plan<'a> {
    choices: &'a Choices,
    charged: Charged<'a>,
    option: Vec<Option<usize>>,
    used: Vec<f64>,
    threads: Threads,
}

/// A customer changes to another option: what that loses at the prices, per unit where it is to save.
struct Move {
    loss: f64,
    row: usize,
    to: Option<usize>,
}

impl<'a> Plan<'a> {
    /// What customers would choose at these prices, brought within the capacities and filled up.
    pub(super) fn at(choices: &'a Choices, prices: &'a [f64], threads: Threads) -> Self {
        let charged = choices.charged(prices);
        let part =
            |rows: std::ops::Range<usize>| rows.map(|row| charged.best(row).0).collect::<Vec<_>>();
        let option = map_chunks(choices.rows(), CHUNK, threads, part).concat();
        let used = vec![0.0; prices.len()];
        let mut plan = Self { choices, charged, option, used, threads };
        plan.count();
        plan.save_all();
        for _ in 0..ROUNDS {
            if !plan.fill() {
                break;
            }
        }
        // Sums kept up move by move may differ from those over all rows in the last bit.
        plan.count();
        plan.save_all();
        plan
    }

    pub(super) fn into_parts(self) -> (Vec<Option<usize>>, Vec<f64>) {
        (self.option, self.used)
    }

    /// Adds up what is used.
    fn count(&mut self) {
        self.used.fill(0.0);
        for option in self.option.iter().flatten() {
            let uses = self.choices.uses(*option);
            self.used.iter_mut().zip(uses).for_each(|(used, use_)| *used += use_);
        }
    }

    fn capacity(&self, r: usize) -> f64 {
        self.choices.capacities()[r].amount
    }

    fn use_of(&self, option: Option<usize>, r: usize) -> f64 {
        option.map_or(0.0, |option| self.choices.uses(option)[r])
    }

    fn net(&self, option: Option<usize>) -> f64 {
        option.map_or(0.0, |option| self.charged.net(option))
    }

    fn gain(&self, option: Option<usize>) -> f64 {
        option.map_or(0.0, |option| self.choices.gain(option))
    }

    /// Whether no capacity is exceeded, or further exceeded, after a change.
    fn fits(&self, from: Option<usize>, to: Option<usize>) -> bool {
        (0..self.used.len()).all(|r| {
            let change = self.use_of(to, r) - self.use_of(from, r);
            change <= 0.0 || self.used[r] + change <= self.capacity(r)
        })
    }

    fn apply(&mut self, row: usize, to: Option<usize>) {
        let from = std::mem::replace(&mut self.option[row], to);
        for r in 0..self.used.len() {
            self.used[r] += self.use_of(to, r) - self.use_of(from, r);
        }
    }

    /// Brings every capacity's use within it.
    fn save_all(&mut self) {
        while let Some(r) = (0..self.used.len()).find(|&r| self.used[r] > self.capacity(r)) {
            self.save(r, true);
            // Without other options there is always none at all.
            self.save(r, false);
            self.count();
        }
    }

    /// Makes the changes that lose least for each unit of a capacity saved, until it is enough.
    fn save(&mut self, r: usize, with_options: bool) {
        let users = (0..self.option.len()).filter(|&row| self.use_of(self.option[row], r) > 0.0);
        let mut moves: Vec<Move> = users
            .map(|row| {
                let from = self.option[row];
                let cost = |to: Option<usize>| {
                    let saved = self.use_of(from, r) - self.use_of(to, r);
                    (self.net(from) - self.net(to)) / saved
                };
                let mut best = Move { loss: cost(None), row, to: None };
                for to in self.choices.options(row).map(Some).filter(|_| with_options) {
                    let saves = self.use_of(to, r) < self.use_of(from, r);
                    if saves && cost(to) < best.loss && self.fits(from, to) {
                        best = Move { loss: cost(to), row, to };
                    }
                }
                best
            })
            .collect();
        moves.sort_unstable_by(|a, b| a.loss.total_cmp(&b.loss).then(a.row.cmp(&b.row)));
        for Move { row, to, .. } in moves {
            if self.used[r] <= self.capacity(r) {
                return;
            }
            if self.fits(self.option[row], to) {
                self.apply(row, to);
            }
        }
    }

    /// Makes changes that gain and still fit, the best at the prices first. Whether there were any.
    fn fill(&mut self) -> bool {
        let parts = map_chunks(self.choices.rows(), CHUNK, self.threads, |rows| {
            let mut moves = Vec::new();
            for row in rows {
                let from = self.option[row];
                for to in self.choices.options(row).map(Some) {
                    if self.gain(to) > self.gain(from) && self.fits(from, to) {
                        moves.push(Move { loss: self.net(from) - self.net(to), row, to });
                    }
                }
            }
            moves
        });
        let mut moves: Vec<Move> = parts.into_iter().flatten().collect();
        if moves.len() > MOST_MOVES {
            let by_loss = |a: &Move, b: &Move| a.loss.total_cmp(&b.loss);
            let last = moves.select_nth_unstable_by(MOST_MOVES, by_loss).1.loss;
            moves.retain(|one| one.loss <= last);
        }
        let gained = |one: &Move| self.gain(one.to) - self.gain(self.option[one.row]);
        let mut ranked: Vec<(f64, Move)> =
            moves.into_iter().map(|one| (gained(&one), one)).collect();
        ranked.sort_unstable_by(|(gain, a), (other, b)| {
            let by_loss = a.loss.total_cmp(&b.loss).then(other.total_cmp(gain));
            by_loss.then((a.row, a.to).cmp(&(b.row, b.to)))
        });
        let mut changed = false;
        for (_, Move { row, to, .. }) in ranked {
            let from = self.option[row];
            if self.gain(to) > self.gain(from) && self.fits(from, to) {
                self.apply(row, to);
                changed = true;
            }
        }
        changed
    }
}
