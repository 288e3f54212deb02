//! Whether one customer is alive, and what that makes of what they would do if they were.

use super::process::PurchaseProcess;
use crate::math::elementary::logistic;
use crate::summary::History;

pub(super) fn p_alive<M: PurchaseProcess>(model: &M, history: &History) -> f64 {
    if M::can_have_left(history.x()) { logistic(model.ln_odds_alive(history)) } else { 1.0 }
}

/// 1 − P(alive), without the cancellation.
fn p_gone<M: PurchaseProcess>(model: &M, history: &History) -> f64 {
    if M::can_have_left(history.x()) { logistic(-model.ln_odds_alive(history)) } else { 0.0 }
}

pub(super) fn no_purchase<M: PurchaseProcess>(model: &M, history: &History, horizon: f64) -> f64 {
    let none = model.exactly_if_alive(history.x(), 0, history.t(), horizon);
    (p_gone(model, history) + p_alive(model, history) * none).min(1.0)
}

/// Turns the distribution of what a customer does if alive into that of what they do.
pub(super) fn mix_with_gone<M: PurchaseProcess>(model: &M, history: &History, out: &mut [f64]) {
    let alive = p_alive(model, history);
    out.iter_mut().for_each(|probability| *probability *= alive);
    out[0] = (out[0] + p_gone(model, history)).min(1.0);
}
