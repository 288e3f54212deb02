//! What customers will do, drawn: whether they are alive, and each purchase to come.

use std::ops::Range;

use super::process::{PurchaseProcess, Stage};
use crate::Error;
use crate::error::non_negative;
use crate::math::random::Random;
use crate::summary::{CustomerSummary, History};

/// Which draws are made of the futures of customers.
///
/// A draw of a customer has a generator of its own, by the seed, the number of the draw and the customer's id; of a
/// table without ids, by the row. So a customer alone has the same future as among a million, and threads change
/// nothing.
///
/// # Examples
/// ```
/// use loyalty_core::purchase::FutureDraws;
/// let mut draws = FutureDraws::new(52.0, 1000);
/// draws.seed = 7;
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FutureDraws {
    /// How far the future reaches, in the model's unit of time.
    pub horizon: f64,
    /// The numbers of the draws.
    pub draws: Range<u32>,
    /// The seed, 0 by default.
    pub seed: u64,
    /// The number of the table's first row, for tables without ids that are a part of another.
    pub first_row: usize,
}

impl FutureDraws {
    /// So many draws of the time up to the horizon.
    pub fn new(horizon: f64, draws: u32) -> Self {
        Self { horizon, draws: 0..draws, seed: 0, first_row: 0 }
    }
}

/// One draw of what one customer does within the horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Future<'a> {
    /// The row of the customer.
    pub row: usize,
    /// The number of the draw.
    pub draw: u32,
    /// Whether the customer is alive at the end of observation.
    pub alive: bool,
    /// Whether they are still alive at the horizon.
    pub alive_at_horizon: bool,
    /// The purchases by their time since the end of observation, the first one first.
    pub purchases: &'a [f64],
}

/// Draws of many customers' futures, those of one customer after those of the other. Made by
/// [`PurchaseModel::simulate_future`](super::PurchaseModel::simulate_future).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Futures {
    /// Draws of each customer.
    pub draws: usize,
    /// Purchases within the horizon.
    pub purchases: Vec<u32>,
    /// Whether the customer is alive at the end of observation.
    pub alive: Vec<bool>,
    /// Whether they are still alive at the horizon.
    pub alive_at_horizon: Vec<bool>,
}

/// Purchases within the horizon, expected of one customer who stays, beyond which a draw would take forever.
const MOST: f64 = 1e6;

const STREAM: u64 = 0x6675_7475;

/// Draws the futures of customers one by one; `alive` has their P(alive).
///
/// ```text
/// alive with P(alive);  of who is alive: phase, rate and dropout from their posterior given x, t_x, T
/// ```
///
/// Who has left does nothing more, so that when they left need not be drawn.
pub(super) fn each_future<M: PurchaseProcess>(
    model: &M,
    alive: &[f64],
    customers: &CustomerSummary,
    how: &FutureDraws,
    see: &mut dyn FnMut(&Future<'_>),
) -> Result<(), Error> {
    let horizon = non_negative("horizon", how.horizon)?;
    let (mut purchases, mut shares) = (Vec::new(), Vec::new());
    for (row, &p_alive) in alive.iter().enumerate() {
        let history = customers.history(row);
        finite(model, &history, horizon)?;
        if model.phases() > 1 {
            shares.resize(model.phases() as usize, 0.0);
            model.phase_shares(history.x(), history.t_x(), history.t(), &mut shares);
        }
        let key = customers.key(row, how.first_row);
        for draw in how.draws.clone() {
            let mut random = Random::of_draw(how.seed, STREAM, key, draw);
            purchases.clear();
            let alive = random.happens(p_alive);
            let alive_at_horizon = alive && {
                let stage = Stage { x: history.x(), phase: phase(&mut random, &shares) };
                let purchase = |at| purchases.push(at);
                model.draw_ahead(&mut random, stage, history.t(), horizon, purchase)
            };
            see(&Future { row, draw, alive, alive_at_horizon, purchases: &purchases });
        }
    }
    Ok(())
}

/// The phase of a customer who is alive.
fn phase(random: &mut Random, shares: &[f64]) -> u32 {
    let Some(all_but_last) = shares.len().checked_sub(1) else { return 0 };
    let mut left = random.uniform();
    for (phase, share) in (0..).zip(&shares[..all_but_last]) {
        left -= share;
        if left < 0.0 {
            return phase;
        }
    }
    u32::try_from(all_but_last).unwrap_or(u32::MAX)
}

/// Refuses a future of more purchases than can be drawn. The mean rate of a customer who is alive lies between that of
/// new ones and their own so far.
fn finite<M: PurchaseProcess>(model: &M, history: &History, horizon: f64) -> Result<(), Error> {
    let own = if history.x() == 0 { 0.0 } else { f64::from(history.x()) / history.t() * horizon };
    if own.max(model.mean_purchases(horizon)) <= MOST {
        return Ok(());
    }
    let expected = "short enough for at most 1e6 purchases of a customer";
    Err(Error::parameter("horizon", expected, horizon))
}

impl Futures {
    pub(super) fn none() -> Self {
        let (purchases, alive, alive_at_horizon) = (Vec::new(), Vec::new(), Vec::new());
        Self { draws: 0, purchases, alive, alive_at_horizon }
    }

    pub(super) fn add(&mut self, future: &Future<'_>) {
        self.purchases.push(u32::try_from(future.purchases.len()).unwrap_or(u32::MAX));
        self.alive.push(future.alive);
        self.alive_at_horizon.push(future.alive_at_horizon);
    }

    /// Those of further customers.
    pub(super) fn extend(&mut self, more: Self) {
        self.purchases.extend(more.purchases);
        self.alive.extend(more.alive);
        self.alive_at_horizon.extend(more.alive_at_horizon);
    }
}
