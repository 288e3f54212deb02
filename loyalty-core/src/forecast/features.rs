//! What a correction sees of a customer.

use super::errors::LEAST;
use crate::math::elementary::{ln, ln_1p};
use crate::summary::{History, Recent, WINDOWS};
use crate::time::Unit;

/// The names of the features, in their order.
pub const FEATURES: [&str; 13] = [
    "ln_expected",
    "ln_frequency",
    "ln_weeks_since_last",
    "ln_weeks_observed",
    "ln_orders_14_days",
    "ln_orders_30_days",
    "ln_orders_60_days",
    "ln_orders_91_days",
    "ln_orders_182_days",
    "ln_orders_365_days",
    "ln_lateness",
    "ln_amount",
    "one_time",
];

/// One customer's features.
pub(super) type Features = [f64; FEATURES.len()];

/// How a customer is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct View {
    /// Weeks of a unit of the summary.
    pub(super) weeks: f64,
    /// What counts as an ordinary amount; 0 where amounts are not known.
    pub(super) typical_amount: f64,
}

impl View {
    pub(super) fn weeks_of(unit: Unit) -> f64 {
        unit.days() / 7.0
    }

    /// The features of a customer of whom a model expects so many purchases. All logarithms are of 1 + a
    /// count or a time in weeks, so that none depends on the unit of the summary or the currency.
    ///
    /// Lateness is the time since the last purchase against the mean gap, of one-time buyers against T.
    pub(super) fn of(self, expected: f64, history: &History, recent: &Recent) -> Features {
        let (x, t_x, t) = (history.x(), self.weeks * history.t_x(), self.weeks * history.t());
        let since = t - t_x;
        let gap = if x > 0 { t_x / f64::from(x) } else { t };
        let amount = match recent.mean_amount() {
            Some(amount) if self.typical_amount > 0.0 => ln_1p(amount / self.typical_amount),
            _ => 0.0,
        };
        let mut all = [0.0; FEATURES.len()];
        all[..4].copy_from_slice(&[
            ln(expected.max(LEAST)),
            ln_1p(f64::from(x)),
            ln_1p(since),
            ln_1p(t),
        ]);
        let (windows, rest) = all[4..].split_at_mut(WINDOWS.len());
        let of_late = windows.iter_mut().zip(recent.occasions());
        of_late.for_each(|(feature, count)| *feature = ln_1p(f64::from(count)));
        rest.copy_from_slice(&[ln_1p(since) - ln_1p(gap), amount, f64::from(u8::from(x == 0))]);
        all
    }
}
