//! Prices of the capacities: the minimum of the Lagrangian dual.
//!
//! ```text
//! D(λ) = Σ_i max(0, max_j (g_ij − Σ_r λ_r u_ijr)) + Σ_r λ_r C_r,   λ ≥ 0
//! ```
//!
//! is convex, bounds every feasible choice from above at every λ ≥ 0, and at its minimum equals the
//! linear relaxation (Geoffrion 1974). With one capacity the minimum is found exactly, from the points
//! where customers change their option (Sinha & Zoltners 1979; Dyer 1984). With several, the inner
//! maximum is smoothed to τ ln(1 + Σ_j e^(net/τ)), which is within τ ln(1 + options) of it (Nesterov
//! 2005), and minimised by projected Newton steps (Bertsekas 1982) while τ falls.

use nalgebra::{DMatrix, DVector};

use super::choices::{CHUNK, Choices};
use crate::error::LARGEST;
use crate::math::elementary::{exp, ln};
use crate::parallel::{Threads, map_chunks};

/// Customers of a first look: its prices are within a per cent or so of all customers'.
const FIRST_LOOK: usize = 1 << 14;
/// How far τ falls between two rounds.
const COOLING: f64 = 0.2;
/// Newton steps of one round.
const MOST_STEPS: usize = 25;

/// The prices that minimise the dual, and the bound there.
pub(super) fn prices(choices: &Choices, threads: Threads) -> (Vec<f64>, f64) {
    let count = choices.capacities().len();
    let free = vec![0.0; count];
    let unlimited = bound(choices, &free, threads);
    let prices = match count {
        0 => free,
        1 => vec![threshold(choices, threads)],
        _ => {
            let smooth = Smooth { choices, threads, stride: 1, scale: unlimited };
            smooth.minimise()
        }
    };
    let bound = bound(choices, &prices, threads);
    (prices, bound)
}

/// The dual at these prices.
pub(super) fn bound(choices: &Choices, prices: &[f64], threads: Threads) -> f64 {
    let charged = choices.charged(prices);
    let part = |rows: std::ops::Range<usize>| rows.map(|row| charged.best(row).1).sum::<f64>();
    let gains: f64 = map_chunks(choices.rows(), CHUNK, threads, part).into_iter().sum();
    let paid = choices.capacities().iter().zip(prices).map(|(c, price)| c.amount * price);
    gains + paid.sum::<f64>()
}

/// The lowest price of the only capacity at which its use fits: exact.
fn threshold(choices: &Choices, threads: Threads) -> f64 {
    let capacity = choices.capacities()[0].amount;
    if !is_something(capacity) {
        return 0.0;
    }
    let parts = map_chunks(choices.rows(), CHUNK, threads, |rows| {
        let (mut total, mut drops) = (0.0, Vec::new());
        rows.for_each(|row| total += changes(choices, row, &mut drops));
        (total, drops)
    });
    let mut excess = parts.iter().map(|(total, _)| total).sum::<f64>() - capacity;
    let mut drops: Vec<(f64, f64)> = parts.into_iter().flat_map(|(_, drops)| drops).collect();
    if excess <= 0.0 {
        return 0.0;
    }
    // Halving the candidates, the half that holds the threshold is kept: linear time.
    let mut rest = &mut drops[..];
    while rest.len() > 1 {
        let middle = rest.len() / 2;
        rest.select_nth_unstable_by(middle, |a, b| {
            a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal)
        });
        let (left, right) = rest.split_at_mut(middle);
        let dropped: f64 = left.iter().map(|(_, drop)| drop).sum();
        rest = if dropped >= excess {
            left
        } else {
            excess -= dropped;
            right
        };
    }
    rest.first().map_or(0.0, |(price, _)| *price)
}

/// How much of the capacity a customer takes when it is free, and by how much that drops at which
/// prices.
fn changes(choices: &Choices, row: usize, drops: &mut Vec<(f64, f64)>) -> f64 {
    let use_of = |option: usize| choices.uses(option)[0];
    let (mut gain, mut taken) = (0.0, 0.0);
    for option in choices.options(row) {
        let better = choices.gain(option) > gain;
        if better || (choices.gain(option) == gain && use_of(option) < taken) {
            (gain, taken) = (choices.gain(option), use_of(option));
        }
    }
    let free = taken;
    while taken > 0.0 {
        // The next option that takes less: the one that wins first as the price rises.
        let (mut price, mut next) = (gain / taken, (0.0, 0.0));
        for option in choices.options(row).filter(|&option| use_of(option) < taken) {
            let equal = (gain - choices.gain(option)) / (taken - use_of(option));
            if equal < price || (equal == price && use_of(option) < next.1) {
                (price, next) = (equal, (choices.gain(option), use_of(option)));
            }
        }
        drops.push((price, taken - next.1));
        (gain, taken) = next;
    }
    free
}

/// The smoothed dual of every `stride`-th customer, in prices per whole capacity: λ·C.
struct Smooth<'a> {
    choices: &'a Choices,
    threads: Threads,
    stride: usize,
    /// The dual at no prices; no price of a whole capacity is above it.
    scale: f64,
}

/// Value, gradient and Hessian.
#[derive(Clone)]
struct Point {
    value: f64,
    gradient: DVector<f64>,
    hessian: DMatrix<f64>,
}

impl Point {
    fn zero(count: usize) -> Self {
        let (gradient, hessian) = (DVector::zeros(count), DMatrix::zeros(count, count));
        Self { value: 0.0, gradient, hessian }
    }
}

impl Smooth<'_> {
    fn minimise(mut self) -> Vec<f64> {
        let (rows, count) = (self.choices.rows(), self.choices.capacities().len());
        let mean = self.scale / rows as f64;
        let mut prices = DVector::zeros(count);
        if mean > 0.0 {
            let (stride, mut tau) = (rows / FIRST_LOOK, mean);
            let (warmest, coldest) = if stride > 1 { (0.02, 1e-3) } else { (1.0, 1e-8) };
            self.stride = stride.max(1);
            while self.stride > 1 && tau > warmest * mean {
                self.descend(&mut prices, tau);
                tau *= COOLING;
            }
            self.stride = 1;
            while tau > coldest * mean {
                self.descend(&mut prices, tau);
                tau *= COOLING;
            }
        }
        let amounts = self.choices.capacities().iter().map(|capacity| capacity.amount);
        prices.iter().zip(amounts).map(|(p, c)| if is_something(c) { p / c } else { 0.0 }).collect()
    }

    /// Newton steps at one temperature, within prices at or above 0.
    fn descend(&self, prices: &mut DVector<f64>, tau: f64) {
        let mut here = self.at(prices, tau);
        for _ in 0..MOST_STEPS {
            let step = newton(&here, prices, self.scale);
            // What a quadratic would still gain.
            if -here.gradient.dot(&step) < 1e-9 * here.value {
                return;
            }
            let mut length = 1.0;
            let next = loop {
                let trial = (&*prices + &step * length).map(|price| price.max(0.0));
                let there = self.at(&trial, tau);
                let promised = here.gradient.dot(&(&trial - &*prices));
                if there.value <= here.value + 1e-4 * promised {
                    break Some((trial, there));
                }
                length *= 0.3;
                if length < 1e-6 {
                    break None;
                }
            };
            let Some((trial, there)) = next else { return };
            (*prices, here) = (trial, there);
        }
    }

    fn at(&self, prices: &DVector<f64>, tau: f64) -> Point {
        let count = prices.len();
        let share: Vec<f64> = self.choices.capacities().iter().map(|c| inverse(c.amount)).collect();
        let per_unit: Vec<f64> = prices.iter().zip(&share).map(|(price, s)| price * s).collect();
        let charged = self.choices.charged(&per_unit);
        let rows = self.choices.rows().div_ceil(self.stride);
        let parts = map_chunks(rows, CHUNK, self.threads, |range| {
            let (mut sum, mut nets) = (Point::zero(count), Vec::new());
            let mut used = vec![0.0; count];
            for number in range {
                let row = number * self.stride;
                let options = self.choices.options(row);
                nets.clear();
                nets.extend(options.clone().map(|option| charged.net(option)));
                let best = nets.iter().copied().fold(0.0, f64::max);
                // Every weight is at most 1, and that of the best is 1.
                let weigh = |net: f64| {
                    let x = (net - best) / tau;
                    if x > -40.0 { exp(x) } else { 0.0 }
                };
                let none = weigh(0.0);
                nets.iter_mut().for_each(|net| *net = weigh(*net));
                let total = none + nets.iter().sum::<f64>();
                sum.value += best + tau * ln(total);
                used.fill(0.0);
                let certain = total == 1.0;
                for (option, weight) in options.zip(&nets).filter(|(_, weight)| **weight > 0.0) {
                    let p = weight / total;
                    let uses = self.choices.uses(option);
                    for r in 0..count {
                        let part = p * uses[r] * share[r];
                        used[r] += part;
                        if certain || part == 0.0 {
                            continue;
                        }
                        for s in 0..count {
                            sum.hessian[(r, s)] += part * uses[s] * share[s];
                        }
                    }
                }
                for r in (0..count).filter(|&r| used[r] > 0.0) {
                    sum.gradient[r] -= used[r];
                    for s in (0..count).filter(|_| !certain) {
                        sum.hessian[(r, s)] -= used[r] * used[s];
                    }
                }
            }
            sum
        });
        let mut sum = Point::zero(count);
        for part in parts {
            sum.value += part.value;
            sum.gradient += part.gradient;
            sum.hessian += part.hessian;
        }
        let weight = self.choices.rows() as f64 / rows as f64;
        Point {
            value: weight * sum.value + prices.sum(),
            gradient: (sum.gradient * weight).add_scalar(1.0),
            hessian: sum.hessian * (weight / tau),
        }
    }
}

fn inverse(amount: f64) -> f64 {
    if is_something(amount) { 1.0 / amount } else { 0.0 }
}

/// Where there is nothing to give, or next to nothing, one more unit has no value that a number could tell. Any price
/// bounds what can be chosen, so it has none.
fn is_something(amount: f64) -> bool {
    amount >= 1.0 / LARGEST
}

/// The Newton step of the prices. Those near 0 that want to fall go there on their own, as Bertsekas
/// has it: a bound that stops one must not turn the others. The more curvature each of the others is
/// given, the steeper the dual is there: where hardly a customer is undecided the curvature says little,
/// and so no price much more than doubles at once.
fn newton(here: &Point, prices: &DVector<f64>, scale: f64) -> DVector<f64> {
    let least = 1e-3 * scale;
    let falls = |r: usize| prices[r] <= least && here.gradient[r] >= 0.0;
    let (held, free): (Vec<usize>, Vec<usize>) = (0..prices.len()).partition(|&r| falls(r));
    let hessian = DMatrix::from_fn(free.len(), free.len(), |a, b| {
        let (r, s) = (free[a], free[b]);
        let more = here.gradient[r].abs() / prices[r].max(least) + 1e-3 / scale;
        here.hessian[(r, s)] + if a == b { more } else { 0.0 }
    });
    let gradient = DVector::from_fn(free.len(), |a, _| -here.gradient[free[a]]);
    let solved = match hessian.cholesky() {
        Some(factors) => factors.solve(&gradient),
        // Rounding may leave a curvature below 0; downhill is a direction too.
        None => gradient * scale,
    };
    let mut step = DVector::zeros(prices.len());
    free.iter().zip(solved.iter()).for_each(|(&r, &value)| step[r] = value);
    held.into_iter().for_each(|r| step[r] = -prices[r]);
    step
}
