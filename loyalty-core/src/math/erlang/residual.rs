//! Discounted renewals without end, where renewals are every k-th event of a gamma–Poisson process that a
//! beta–geometric dropout ends.

use super::process::Erlang;
use crate::math::beta_geometric::{CONCENTRATED, ln_weight};
use crate::math::elementary::{exp, exp_m1, ln, ln_1p, logistic};
use crate::math::gamma::stirling_error;
use crate::math::negative_binomial::deviance;

/// Σ over the renewals to come of e^(−βτ), τ their times.
///
/// ```text
/// D = E_λ [ L^(k−l) F(L^k) ],   L = λ/(λ+β),   F(y) = Σ_{i>=0} S_i y^i = E_p [ 1/(1 − y + py) ]
/// λ ~ Gamma(s, rate 1),  p ~ Beta(a, b)
/// ```
///
/// An event is e^(−βτ) away with mean L, and k − l events are ahead of the first renewal. Both expectations by the
/// trapezoidal rule, over ln λ and over logit p, where the integrands are analytic in strips (Trefethen & Weideman
/// 2014): all terms are positive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ErlangResidual(pub(crate) Erlang);

impl ErlangResidual {
    /// D at a force of interest.
    pub(crate) fn at(&self, force: f64) -> f64 {
        let Erlang { k, passed, s, .. } = self.0;
        let (ahead, spread) = (f64::from(k - passed), 1.0 / s.sqrt());
        // The integrand is within e^(−λ cos θ) on the lines Im ln λ = θ, |θ| < π/2.
        let step = (0.5 * spread).min(0.2);
        let far = s + 45.0 + 10.0 * s.sqrt();
        let Erlang { a, b, .. } = self.0;
        let dropout = Dropout::of(a, b, 1.0 + far / (f64::from(k) * force));
        // λ^s e^(−λ) over its largest value, and the integral of that by Stirling's formula.
        let all = exp(-stirling_error(s)) * (s / std::f64::consts::TAU).sqrt();
        let at_rate = |rate: f64| {
            let ln_event = -ln_1p(force / rate);
            let ln_renewal = f64::from(k) * ln_event;
            exp(ahead * ln_event) * dropout.continued(-exp_m1(ln_renewal), exp(ln_renewal))
        };
        if spread < CONCENTRATED {
            return at_rate(s);
        }
        let mode = ln(s);
        let mut densities = 0.0;
        let mut at = |u: f64| {
            let rate = exp(u);
            let density = exp(-deviance(s, rate));
            densities += density;
            if density == 0.0 { 0.0 } else { density * at_rate(rate) }
        };
        // For a small shape the top is where L is no longer small.
        let top = if s < 1.0 { mode.max(ln(force).min(0.0)) } else { mode };
        let mut sum = at(top);
        for direction in [-1.0, 1.0] {
            let mut before = f64::INFINITY;
            for i in 1.. {
                let u = top + direction * step * f64::from(i);
                let term = at(u);
                sum += term;
                // Rates beyond these are none or all.
                if (term <= before && term <= 1e-20 * sum) || u.abs() > 800.0 {
                    break;
                }
                before = term;
            }
        }
        // Where rates are alike, the rounding of ln λ is in the densities, and all that it changes.
        if s > ALIKE { sum / densities } else { sum * step * all }
    }
}

/// A shape from which on the rounding of ln λ is seen in the densities.
const ALIKE: f64 = 1e4;

/// Probabilities of dropout p with their weights.
pub(in crate::math) struct Dropout {
    nodes: Vec<(f64, f64)>,
}

impl Dropout {
    /// For F up to a largest value.
    pub(in crate::math) fn of(a: f64, b: f64, largest: f64) -> Self {
        let spread = (1.0 / a + 1.0 / b).sqrt();
        if spread < CONCENTRATED {
            return Self { nodes: vec![(a / (a + b), 1.0)] };
        }
        let mode = ln(a / b);
        let peak = ln_weight(mode, a, b);
        let step = (0.5 * spread).min(0.2);
        let (left, right) = (-(42.0 + ln(1.0 + a + b) + ln(largest)), 42.0 + ln(1.0 + a + b));
        let mut nodes = vec![(logistic(mode), 1.0)];
        let mut total = 1.0;
        for (direction, exponent, limit) in [(-1.0, a, -left), (1.0, b, right)] {
            for i in 1.. {
                let v = mode + direction * step * f64::from(i);
                let mut weight = exp(ln_weight(v, a, b) - peak);
                let ends = direction * v > limit;
                if ends {
                    // Σ_{i>=0} e^(−exponent·step·i)
                    weight += weight / exp_m1(exponent * step);
                }
                total += weight;
                nodes.push((logistic(v), weight));
                if ends || weight * largest < 1e-20 * total {
                    break;
                }
            }
        }
        nodes.iter_mut().for_each(|(_, weight)| *weight /= total);
        Self { nodes }
    }

    /// F(y), with 1 − y at hand.
    fn continued(&self, rest: f64, y: f64) -> f64 {
        self.nodes.iter().map(|(p, weight)| weight / (rest + p * y)).sum()
    }

    /// Adds E_p [ w/(1 + pw) ] for several w, the renewals of which each is as likely as the first while nobody
    /// drops out.
    pub(in crate::math) fn add_renewals<const N: usize>(&self, w: &[f64; N], out: &mut [f64; N]) {
        for (p, weight) in &self.nodes {
            for (out, w) in out.iter_mut().zip(w) {
                *out += weight * (w / (1.0 + p * w));
            }
        }
    }
}
