//! The probability that the process has not ended.

use super::dropouts::left;
use super::process::Erlang;
use super::residues::{Residues, Staying, Summand};
use crate::math::beta_geometric::{CONCENTRATED, weight_at};
use crate::math::elementary::{exp, exp_m1, ln, ln_1p, logistic};
use crate::math::gamma::stirling_error;
use crate::math::positive_series::{PositiveSeries, Terms};

/// The probability that the process has not ended.
///
/// ```text
/// Φ = Σ_n P(N = n) S_⌊(l+n)/k⌋,    Φ | p = Σ_{h<k} p ζ_h^(l+1) / (k (1−p) (1−ζ_h)) · (1 + z(1−ζ_h))^−s
/// ```
///
/// by the series or over p, as [`ErlangRenewals`](super::ErlangRenewals).
#[derive(Debug, Clone)]
pub(crate) struct ErlangSurvival {
    process: Erlang,
    series: PositiveSeries,
}

impl ErlangSurvival {
    pub(crate) fn new(process: Erlang) -> Self {
        Self { process, series: process.series(Terms::Survival) }
    }

    /// For many arguments: coefficients are made once.
    pub(crate) fn tabulated(self) -> Self {
        Self { series: self.series.tabulated(), ..self }
    }

    /// Φ at each argument; the same bits as one at a time, tabulated or not.
    pub(crate) fn each(&self, z: &[f64], out: &mut [f64]) {
        self.series.each(z, out, |z| SurvivalAt::new(self.process, z).over_p());
        // Rounding may lift the largest above 1.
        out.iter_mut().for_each(|survival| *survival = survival.min(1.0));
    }
}

/// The sum over residues is not used where its terms cancel by more than this, and the probability to go on after
/// a renewal is below that. N has few renewals then where the process goes on: the sum over them is short.
const CANCELS: f64 = 50.0;
const SHORT: f64 = 0.6;

/// Φ at one z.
struct SurvivalAt {
    process: Erlang,
    z: f64,
    residues: Residues,
    /// P(n renewals lie within N), those that were needed.
    within: Vec<f64>,
}

impl SurvivalAt {
    fn new(process: Erlang, z: f64) -> Self {
        Self { process, z, residues: Residues::of(&process), within: Vec::new() }
    }

    /// Φ at one p.
    fn at(&mut self, v: f64) -> f64 {
        let Self { process: Erlang { k, s, .. }, z, .. } = *self;
        let staying = Staying::at(v, k);
        let (p, stays) = (logistic(v), exp(staying.ln));
        let found = self.residues.all(&staying, z, Summand::Power);
        if stays > SHORT || found.size <= CANCELS * found.sum {
            return p * found.sum.max(0.0);
        }
        let (mut sum, mut power) = (0.0, 1.0);
        // By then the power is nothing.
        for renewals in 0.. {
            if self.within.len() == renewals as usize {
                self.within.push(self.process.within(renewals, z));
            }
            let term = power * self.within[renewals as usize];
            sum += term;
            power *= stays;
            // Past the top of the terms, of which the first may be nothing.
            let w = stays * exp(f64::from(k) * -ln_1p(1.0 / z));
            let events = f64::from(self.process.events_to(renewals));
            let rises = w * exp(f64::from(k) * ln_1p(s / (1.0 + events)));
            if power == 0.0 || (term <= 1e-17 * sum && rises < 0.5) {
                break;
            }
        }
        sum
    }

    /// Φ as Σ ω(v) Φ(p) · step / ∫ ω.
    fn over_p(&mut self) -> f64 {
        let Self { process, z, .. } = *self;
        let Erlang { k, s, a, b, .. } = process;
        let (top, spread) = self.top();
        // ∫ ω over its largest value is B(a, b) (a+b)^(a+b) / (aᵃ bᵇ), by Stirling's formula.
        let stirling = stirling_error(a) + stirling_error(b) - stirling_error(a + b);
        let all = exp(-stirling) * (a / (a + b) * b / std::f64::consts::TAU).sqrt();
        let mut at = |v: f64| {
            let weight = weight_at(v, a, b);
            if weight > 0.0 { weight * self.at(v) } else { 0.0 }
        };
        if spread < CONCENTRATED {
            // Laplace's method: the integrand is a normal density.
            return at(top) * std::f64::consts::TAU.sqrt() * spread * all;
        }
        let step = (0.5 * spread).min(0.2);
        // Right of this, the first renewal is the end, though each event on the way to the next may be more likely
        // than the one before by a factor of w(1+s).
        let rises = ln_1p(z / (1.0 + z) * (1.0 + s));
        let right = 42.0 + f64::from(k) * rises + ln(1.0 + a + b);
        let left = -left(&process, z);
        let mut sum = at(top);
        for (direction, exponent, limit) in [(-1.0, a, -left), (1.0, b, right)] {
            let mut before = f64::INFINITY;
            for i in 1.. {
                let v = top + direction * step * f64::from(i);
                let term = at(v);
                sum += term;
                if direction * v > limit {
                    // Σ_{i>=1} e^(−exponent·step·i)
                    sum += term / exp_m1(exponent * step);
                    break;
                }
                if term <= before && term <= 1e-25 * sum {
                    break;
                }
                before = term;
            }
        }
        sum * step * all
    }

    /// Where the integrand over v is largest, by its first residue, and its width there.
    fn top(&self) -> (f64, f64) {
        let Self { process: Erlang { k, s, a, b, .. }, z, .. } = *self;
        // The slope of a ln p + b ln(1−p) − s ln(1 + z(1−d)).
        let slope = |v: f64| {
            let (p, q) = (logistic(v), logistic(-v));
            let Staying { root, rest, .. } = Staying::at(v, k);
            a * q - b * p - s * (z * root * p / f64::from(k)) / (1.0 + z * rest)
        };
        let (mut low, mut high) = (ln(a / b) - 1.0, ln(a / b));
        // Without the last term the top is at ln(a/b); with it, on its left.
        while slope(low) < 0.0 && low > -700.0 {
            low = 2.0 * low - high;
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if slope(middle) > 0.0 { low = middle } else { high = middle }
        }
        let top = 0.5 * (low + high);
        let near = 1e-4;
        let curvature = (slope(top - near) - slope(top + near)) / (2.0 * near);
        let without = (1.0 / a + 1.0 / b).sqrt();
        (top, if curvature > 0.0 { (1.0 / curvature).sqrt().min(without) } else { without })
    }
}
