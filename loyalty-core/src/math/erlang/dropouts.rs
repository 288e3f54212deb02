//! The probabilities of dropout that E is averaged over, by the trapezoidal rule in logit p.

use super::process::Erlang;
use super::residues::{Residues, Staying, Summand};
use crate::math::beta_geometric::{CONCENTRATED, weight_at};
use crate::math::elementary::{exp, exp_m1, ln, ln_1p, logistic};

/// Up to this p the sum over residues keeps its digits; beyond, few renewals are left.
const SLOW: f64 = 0.4;

/// Renewals of the sum over them: those behind it add less than (1 − `SLOW`)⁸⁰ < 2e-18 of it.
pub(super) const RENEWALS: usize = 80;

/// Chebyshev nodes for p from 0 to `SLOW`. The nearest singularity is at p = 1, four half-lengths from the middle, so
/// that coefficients fall by 4 + √15 from one to the next, the last below 1e-17.
const NODES: usize = 19;

/// The largest z = t/(α+T) that there is.
const LARGEST_Z: f64 = 1e100;

/// Weights ω ∝ pᵃ(1−p)ᵇ at equidistant v = logit p, and what can be added up of them before z is known.
///
/// ```text
/// p <= 0.4:  E | p = d^(l+1) / (k (1−p) (1−d)) · [1 − (1 + z(1−d))^−s]  +  the terms of the other residues
/// p >  0.4:  E | p = Σ_{i>=1} (1−p)^(i−1) P(N >= ik − l)
/// ```
///
/// The other residues are analytic in p up to p = 1 whatever z is, so that the polynomial through few of their sums
/// serves for all p; of it and of the powers of 1 − p only the moments by ω are needed.
#[derive(Debug, Clone)]
pub(super) struct Dropouts {
    residues: Residues,
    /// Σ ω
    total: f64,
    /// Those up to `SLOW`, falling.
    slow: Vec<Slow>,
    /// Nodes of the polynomial, with the weights of its values in Σ ω times the polynomial.
    nodes: Vec<(Staying, f64)>,
    /// Σ ω (1−p)^i over p above `SLOW`.
    fast: [f64; RENEWALS],
}

/// A p that is not large.
#[derive(Debug, Clone, Copy)]
struct Slow {
    v: f64,
    /// ω d^(l+1) / (k (1−p) (1−d))
    factor: f64,
    /// 1 − d
    rest: f64,
    /// ω of all that are smaller, as a share of that of this.
    beyond: f64,
}

impl Dropouts {
    pub(super) fn of(process: &Erlang) -> Self {
        let residues = Residues::of(process);
        let points = points(process);
        let (mut slow, mut fast) = (Vec::new(), [0.0; RENEWALS]);
        let (mut total, mut moments) = (0.0, [0.0; NODES]);
        for &(v, weight) in &points {
            total += weight;
            let p = logistic(v);
            if p <= SLOW {
                let staying = Staying::at(v, process.k);
                let factor = weight * residues.scale(&staying) / staying.rest;
                slow.push(Slow { v, factor, rest: staying.rest, beyond: weight });
                chebyshev(p / (0.5 * SLOW) - 1.0, |n, value| moments[n] += weight * value);
            } else {
                let (mut power, stays) = (weight, logistic(-v));
                for moment in &mut fast {
                    *moment += power;
                    power *= stays;
                }
            }
        }
        let mut smaller = 0.0;
        for slow in slow.iter_mut().rev() {
            let weight = slow.beyond;
            slow.beyond = if weight > 0.0 { smaller / weight } else { 0.0 };
            smaller += weight;
        }
        let node = |number: usize| {
            let x = libm::cos(std::f64::consts::PI * (number as f64 + 0.5) / NODES as f64);
            let mut weight = -0.5 * moments[0];
            chebyshev(x, |n, value| weight += moments[n] * value);
            let ln_stays = ln_1p(-0.5 * SLOW * (1.0 + x));
            (Staying::of(ln_stays, process.k), 2.0 / NODES as f64 * weight)
        };
        let nodes = if slow.is_empty() { Vec::new() } else { (0..NODES).map(node).collect() };
        Self { residues, total, slow, nodes, fast }
    }

    /// E, where `reached` gives P(N >= ik − l) for i = 1, 2, … .
    pub(super) fn renewals(
        &self,
        process: &Erlang,
        z: f64,
        reached: impl FnOnce() -> [f64; RENEWALS],
    ) -> f64 {
        let s = process.s;
        let left = -left(process, z);
        let mut sum = 0.0;
        for slow in &self.slow {
            let term = slow.factor * -exp_m1(-s * ln_1p(z * slow.rest));
            sum += term;
            if slow.v < left {
                sum += term * slow.beyond;
                break;
            }
        }
        for (staying, weight) in &self.nodes {
            sum += weight * self.residues.turning(staying, z, Summand::Fall);
        }
        // E is not below the first of `reached`, and what is added not above 2.5 times.
        if self.fast[0] > 1e-20 * self.total {
            let terms = self.fast.iter().zip(reached());
            sum += terms.fold(0.0, |sum, (moment, reached)| sum + moment * reached);
        }
        sum / self.total
    }
}

/// Left of minus this, p vanishes against all it is added to, and sums are geometric in v.
pub(super) fn left(process: &Erlang, z: f64) -> f64 {
    let Erlang { s, a, b, .. } = *process;
    42.0 + ln(1.0 + b + a + z * (1.0 + s))
}

/// Logits of p, falling, with their weights as shares of the largest.
fn points(process: &Erlang) -> Vec<(f64, f64)> {
    let Erlang { a, b, .. } = *process;
    let (mode, spread) = (ln(a / b), (1.0 / a + 1.0 / b).sqrt());
    if spread < CONCENTRATED {
        return vec![(mode, 1.0)];
    }
    let step = (0.5 * spread).min(0.2);
    let mut points = Vec::new();
    let mut total = 1.0;
    let mut walk = |direction: f64, exponent: f64, limit: f64, most: fn(f64) -> f64| {
        let mut walked = Vec::new();
        for i in 1.. {
            let v = mode + direction * step * f64::from(i);
            let mut weight = weight_at(v, a, b);
            let ends = direction * v > limit;
            if ends {
                // Σ_{i>=0} e^(−exponent·step·i)
                weight += weight / exp_m1(exponent * step);
            }
            total += weight;
            walked.push((v, weight));
            if ends || weight * most(v) < 1e-26 * total {
                return walked;
            }
        }
        unreachable!("a limit is reached")
    };
    // E falls with p, and is below 1/p.
    points.extend(walk(1.0, b, 42.0 + ln(1.0 + a + b), |_| 1.0).into_iter().rev());
    points.push((mode, 1.0));
    points.extend(walk(-1.0, a, left(process, LARGEST_Z), |v| 1.0 + exp(-v)));
    points
}

/// The Chebyshev polynomials at x, by their degrees.
fn chebyshev(x: f64, mut tell: impl FnMut(usize, f64)) {
    let (mut before, mut value) = (x, 1.0);
    for degree in 0..NODES {
        tell(degree, value);
        (before, value) = (value, 2.0 * x * value - before);
    }
}
