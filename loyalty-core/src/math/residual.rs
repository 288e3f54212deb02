//! Discounted renewals without end of a gamma–Poisson process that a beta–geometric dropout ends.

use std::sync::{Mutex, PoisonError};

use multiversion::multiversion;

use super::elementary::{exp, ln, ln_by};
use super::erlang::Dropout;
use super::gamma::stirling_error;

/// Rates side by side.
const LANES: usize = 16;

/// Shapes up to which the steps, which become narrower with the root of the shape, are told from each other
/// well enough: relative error below 3e-13 against 60-digit arithmetic, 1e-12 at twenty times this.
const LARGEST_SHAPE: f64 = 256.0;

/// Σ over the renewals to come of e^(−βτ), τ their times: [`ErlangResidual`](super::ErlangResidual) where every
/// event is a renewal, for many β.
///
/// ```text
/// D(β) = E_λ [ h(λ/β) ],   h(w) = E_p [ w/(1 + pw) ]
/// λ ~ Gamma(s, rate 1),  p ~ Beta(a, b)
/// ```
///
/// By the trapezoidal rule over ln λ, whose points may lie anywhere as long as they are equally far apart
/// (Trefethen & Weideman 2014). They are taken where ln(λ/β) is a multiple of the step, so that h is asked at the
/// same points whatever β is, and each is worked out once: of β there remains one exponential a point.
#[derive(Debug)]
pub(crate) struct Residual {
    s: f64,
    a: f64,
    b: f64,
    step: f64,
    /// The lots of points seen so far, by their number. What one holds depends on its number alone.
    lots: Mutex<Vec<(i64, Lot)>>,
}

/// Neighbouring points w and h(w).
#[derive(Debug, Clone, Copy)]
struct Lot {
    w: [f64; LANES],
    h: [f64; LANES],
}

impl Residual {
    /// `None` where the shape is too large for this way.
    pub(crate) fn new(s: f64, a: f64, b: f64) -> Option<Self> {
        let step = (0.5 / s.sqrt()).min(0.2);
        (s <= LARGEST_SHAPE).then(|| Self { s, a, b, step, lots: Mutex::default() })
    }

    /// D at a force of interest.
    #[expect(clippy::cast_possible_truncation, reason = "logarithms by steps of at least 1/32")]
    pub(crate) fn at(&self, force: f64) -> f64 {
        let s = self.s;
        // For a small shape the top is where λ/β is no longer small.
        let top = if s < 1.0 { ln(s).max(ln(force).min(0.0)) } else { ln(s) };
        let middle = ((top - ln(force)) / (self.step * LANES as f64)).floor() as i64;
        let mut lots = self.lots.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lot_at = |number| {
            let known = lots.iter().find(|(seen, _)| *seen == number).map(|(_, lot)| *lot);
            let lot = known.unwrap_or_else(|| {
                let lot = self.lot(number);
                lots.push((number, lot));
                lot
            });
            sum_of(&lot, s, force)
        };
        let mut sum = lot_at(middle);
        for direction in [1, -1] {
            let mut number = middle;
            loop {
                number += direction;
                let rest = lot_at(number);
                sum += rest;
                // Those behind it fall by e^(−3) and more from lot to lot.
                let matters = rest > 1e-19 * sum;
                if !matters {
                    break;
                }
            }
        }
        // λ^s e^(−λ) over its largest value, and the integral of that by Stirling's formula.
        let all = exp(-stirling_error(s)) * (s / std::f64::consts::TAU).sqrt();
        sum * self.step * all
    }

    fn lot(&self, number: i64) -> Lot {
        let first = number as f64 * LANES as f64;
        let mut w = [0.0; LANES];
        for (lane, w) in w.iter_mut().enumerate() {
            *w = exp((first + lane as f64) * self.step);
        }
        let dropout = Dropout::of(self.a, self.b, 1.0 + w[LANES - 1]);
        let mut h = [0.0; LANES];
        dropout.add_renewals(&w, &mut h);
        Lot { w, h }
    }
}

/// Σ density(λ) h over the lot, the density by its largest value.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn sum_of(lot: &Lot, s: f64, force: f64) -> f64 {
    let mut terms = [0.0; LANES];
    for ((term, w), h) in terms.iter_mut().zip(&lot.w).zip(&lot.h) {
        let rate = force * w;
        let off = (rate - s) / s;
        // s ln(s/λ) + λ − s, without the cancellation near λ = s.
        *term = exp(-s * (off - ln_by(rate / s, off))) * h;
    }
    let mut sum = 0.0;
    for term in terms {
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{Erlang, ErlangResidual};

    #[test]
    fn agrees_with_the_rule_that_asks_at_points_of_its_own() {
        for s in [1e-6, 0.243, 1.0, 3.7, 40.2, 250.0] {
            for a in [1e-6, 0.02, 0.793, 1.0, 2.0, 60.0, 1e6] {
                for b in [1e-3, 2.426, 1e4] {
                    let residual = Residual::new(s, a, b).expect("a small shape");
                    let erlang = ErlangResidual(Erlang { k: 1, passed: 0, s, a, b });
                    for force in [1e-12, 1e-4, 0.08, 1.0, 30.0, 1e6] {
                        let (found, exact) = (residual.at(force), erlang.at(force));
                        let error = (found / exact - 1.0).abs();
                        assert!(error < 5e-13, "{s} {a} {b} {force}: {error:e}");
                    }
                }
            }
        }
        assert!(Residual::new(257.0, 1.0, 1.0).is_none());
    }

    #[test]
    fn a_force_has_the_same_bits_whatever_was_asked_before() {
        let new = || Residual::new(2.243, 0.793, 4.426).expect("a small shape");
        let all = new();
        let forces: Vec<f64> = (1..300).map(|place| 0.003 * f64::from(place)).collect();
        let found: Vec<f64> = forces.iter().rev().map(|&force| all.at(force)).collect();
        for (force, found) in forces.iter().rev().zip(found) {
            assert_eq!(new().at(*force).to_bits(), found.to_bits());
        }
    }
}
