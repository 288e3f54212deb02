//! Whether one customer is alive, and what that makes of what they would do if they were.

use super::process::{PurchaseProcess, Stage};
use crate::math::elementary::logistic;
use crate::summary::History;

pub(super) fn p_alive<M: PurchaseProcess>(model: &M, history: &History) -> f64 {
    if M::can_have_left(history.x()) { logistic(model.ln_odds_alive(history)) } else { 1.0 }
}

/// P(alive), and 1 − P(alive) without the cancellation.
fn alive_and_gone<M: PurchaseProcess>(model: &M, history: &History) -> [f64; 2] {
    if !M::can_have_left(history.x()) {
        return [1.0, 0.0];
    }
    let ln_odds = model.ln_odds_alive(history);
    [logistic(ln_odds), logistic(-ln_odds)]
}

pub(super) fn no_purchase<M: PurchaseProcess>(model: &M, history: &History, horizon: f64) -> f64 {
    let none =
        if_alive(model, history, |stage| model.exactly_if_alive(stage, 0, history.t(), horizon));
    let [alive, gone] = alive_and_gone(model, history);
    (gone + alive * none).min(1.0)
}

/// The mean over the phases that a customer who is alive may be in.
pub(super) fn if_alive<M: PurchaseProcess>(
    model: &M,
    history: &History,
    of: impl Fn(Stage) -> f64,
) -> f64 {
    let x = history.x();
    if model.phases() == 1 {
        return of(Stage { x, phase: 0 });
    }
    let mut shares = vec![0.0; model.phases() as usize];
    model.phase_shares(x, history.t_x(), history.t(), &mut shares);
    let terms = (0..).zip(&shares).map(|(phase, share)| share * of(Stage { x, phase }));
    terms.fold(0.0, |sum, term| sum + term)
}

/// Turns the distribution of what a customer does if alive into that of what they do.
pub(super) fn mix_with_gone<M: PurchaseProcess>(model: &M, history: &History, out: &mut [f64]) {
    let [alive, gone] = alive_and_gone(model, history);
    out.iter_mut().for_each(|probability| *probability *= alive);
    out[0] = (out[0] + gone).min(1.0);
}
