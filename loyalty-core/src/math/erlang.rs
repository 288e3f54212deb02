//! Expected renewals, survival and counts of a process whose renewals are every k-th event of a gamma–Poisson
//! process, until a beta–geometric dropout ends it.
//!
//! ```text
//! λ ~ Gamma(s, rate 1),  N | λ ~ Poisson(λz),  p ~ Beta(a, b);  l events lie behind the last renewal, l < k
//! renewals up to z:  M = ⌊(l + N)/k⌋, and after each the process ends with probability p
//! S_i = (b)_i/(a+b)_i, the probability to go on after i renewals
//! ```
//!
//! With k = 1 they are [`Renewals`](super::Renewals) and [`Survival`](super::Survival).

use super::beta_geometric::{CONCENTRATED, ln_weight};
use super::elementary::{exp, exp_m1, ln, ln_1p, logistic};
use super::gamma::stirling_error;
use super::negative_binomial::{deviance, negative_binomial_ln_pmf, negative_binomial_upper_tail};
use super::positive_series::{Phase, PositiveSeries, Terms};

/// A process after its last renewal: every k-th event is one, `passed` events of the next lie behind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Erlang {
    pub(crate) k: u32,
    pub(crate) passed: u32,
    /// The shape of the rates.
    pub(crate) s: f64,
    pub(crate) a: f64,
    pub(crate) b: f64,
}

/// The expected number of renewals before the end.
///
/// ```text
/// E = Σ_{i>=1} P(N >= ik − l) S_{i−1}
///   = (1+z)^−s Σ_{n>=1} (s)_n/n! · H(⌊(l+n)/k⌋) · (z/(1+z))^n,   H(m) = Σ_{i<m} S_i
/// ```
///
/// The series has positive terms only and is used where it is short. Else, at a given p and with d = (1−p)^(1/k),
/// ζ_h = d e^(2πih/k), the sum over residues modulo k is a discrete Fourier transform,
///
/// ```text
/// E | p = Σ_{h<k} ζ_h^(l+1) / (k (1−p) (1−ζ_h)) · [1 − (1 + z(1−ζ_h))^−s]
/// ```
///
/// whose first term is the largest unless p is near 1; there it is Σ (1−p)^(i−1) P(N >= ik − l), of few terms. Over
/// p it is the trapezoidal rule in logit p, as for k = 1.
#[derive(Debug, Clone)]
pub(crate) struct ErlangRenewals {
    process: Erlang,
    series: PositiveSeries,
}

/// The probability that the process has not ended.
///
/// ```text
/// Φ = Σ_n P(N = n) S_⌊(l+n)/k⌋,    Φ | p = Σ_{h<k} p ζ_h^(l+1) / (k (1−p) (1−ζ_h)) · (1 + z(1−ζ_h))^−s
/// ```
///
/// by the series or over p, as [`ErlangRenewals`].
#[derive(Debug, Clone)]
pub(crate) struct ErlangSurvival {
    process: Erlang,
    series: PositiveSeries,
}

impl ErlangRenewals {
    pub(crate) fn new(process: Erlang) -> Self {
        Self { process, series: process.series(Terms::Renewals) }
    }

    /// For many arguments: coefficients are made once.
    pub(crate) fn tabulated(self) -> Self {
        Self { series: self.series.tabulated(), ..self }
    }

    /// E at each argument; the same bits as one at a time, tabulated or not.
    pub(crate) fn each(&self, z: &[f64], out: &mut [f64]) {
        self.series.each(z, out, |z| self.process.renewals_over_p(z));
    }
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
        self.series.each(z, out, |z| self.process.survival_over_p(z));
        // Rounding may lift the largest above 1.
        out.iter_mut().for_each(|survival| *survival = survival.min(1.0));
    }
}

/// The sum over residues is not used where its terms cancel by more than this, and the probability to go on after
/// a renewal is below that: the sum over renewals is short then.
const CANCELS: f64 = 50.0;
const SHORT: f64 = 0.6;

/// Renewals of the sum over them; beyond, the probability to be there is nothing.
const MOST_RENEWALS: u32 = 10_000;

/// A sum whose terms cancel in part.
#[derive(Default)]
struct Oscillating {
    sum: f64,
    size: f64,
}

impl Oscillating {
    fn add(&mut self, term: f64) {
        self.sum += term;
        self.size += term.abs();
    }

    /// The sum, where it has its digits or nothing else has them.
    fn value(&self, stays: f64) -> Option<f64> {
        let keeps_digits = self.size <= CANCELS * self.sum;
        (stays > SHORT || keeps_digits).then_some(self.sum.max(0.0))
    }
}

/// 1 − p at logit p = v, as powers need it.
struct Staying {
    ln: f64,
    /// Its k-th root d, and 1 − d.
    root: f64,
    rest: f64,
}

impl Staying {
    fn at(v: f64, k: u32) -> Self {
        let ln = if v < 0.0 { -ln_1p(exp(v)) } else { -v - ln_1p(exp(-v)) };
        let ln_root = ln / f64::from(k);
        Self { ln, root: exp(ln_root), rest: -exp_m1(ln_root) }
    }
}

impl Erlang {
    fn series(&self, terms: Terms) -> PositiveSeries {
        let phase = Phase { k: self.k, passed: self.passed };
        PositiveSeries::new(terms, self.s, self.a, self.b).in_phase(phase)
    }

    /// Events that lie between now and the i-th renewal.
    fn events_to(&self, renewal: u32) -> u32 {
        renewal.saturating_mul(self.k).saturating_sub(self.passed)
    }

    /// P(exactly n renewals) = S_n P(n renewals lie within N) + (S_{n−1} − S_n) P(N reaches the n-th), with
    /// S_n at hand.
    pub(crate) fn exactly(&self, n: u32, z: f64, survived: f64) -> f64 {
        let (from, to) = (self.events_to(n), self.events_to(n.saturating_add(1)));
        let between: f64 = (from..to).map(|events| self.pmf(events, z)).sum();
        let ended = match n {
            0 => 0.0,
            _ => self.a / (self.b + (f64::from(n) - 1.0)) * self.reached(n, z),
        };
        // The largest may be 1 but for rounding.
        (survived * (between + ended)).min(1.0)
    }

    /// P(N reaches the n-th renewal), n > 0.
    pub(crate) fn reached(&self, n: u32, z: f64) -> f64 {
        if z == 0.0 { 0.0 } else { negative_binomial_upper_tail(self.events_to(n), self.s, z) }
    }

    /// P(N = events).
    fn pmf(&self, events: u32, z: f64) -> f64 {
        match events {
            0 => exp(-self.s * ln_1p(z)),
            _ if z == 0.0 => 0.0,
            _ => exp(negative_binomial_ln_pmf(events, self.s, z)),
        }
    }

    /// Σ over residues h of Re [ζ_h^(l+1) / (k (1−p) (1−ζ_h)) · f(|1 + z(1−ζ_h)|^−s, its phase)], f being either
    /// 1 − power or the power.
    fn over_residues(&self, staying: &Staying, z: f64, survival: bool) -> Oscillating {
        let count = f64::from(self.k);
        let ahead = f64::from(self.passed) + 1.0;
        let scale = exp(staying.ln * (ahead / count - 1.0)) / count;
        let mut total = Oscillating::default();
        for h in 0..=self.k / 2 {
            // The residues h and k − h are conjugate.
            let twice = if h == 0 || 2 * h == self.k { 1.0 } else { 2.0 };
            let angle = std::f64::consts::TAU * f64::from(h) / count;
            let half = libm::sin(0.5 * angle);
            // 1 − ζ
            let real = staying.rest + 2.0 * staying.root * half * half;
            let imaginary = -staying.root * libm::sin(angle);
            let square = real * real + imaginary * imaginary;
            let ln_size = self.s * 0.5 * ln_1p(z * (2.0 * real + z * square));
            let turn = -self.s * libm::atan2(z * imaginary, 1.0 + z * real);
            let size = exp(-ln_size);
            let (cosine, sine) = (libm::cos(turn), libm::sin(turn));
            let (top_real, top_imaginary) = if survival {
                (size * cosine, size * sine)
            } else {
                let quarter = libm::sin(0.5 * turn);
                (-exp_m1(-ln_size) + 2.0 * size * quarter * quarter, -size * sine)
            };
            let (power_cosine, power_sine) = (libm::cos(angle * ahead), libm::sin(angle * ahead));
            let (re, im) = (
                top_real * power_cosine - top_imaginary * power_sine,
                top_real * power_sine + top_imaginary * power_cosine,
            );
            total.add(twice * scale * (re * real + im * imaginary) / square);
        }
        total
    }

    /// E at one p, by residues or, near p = 1, renewal by renewal; `reached` keeps what is worked out of these.
    fn renewals_at(&self, v: f64, z: f64, reached: &mut Vec<f64>) -> f64 {
        let staying = Staying::at(v, self.k);
        let stays = exp(staying.ln);
        if let Some(sum) = self.over_residues(&staying, z, false).value(stays) {
            return sum;
        }
        let (mut sum, mut power) = (0.0, 1.0);
        for i in 1..MOST_RENEWALS {
            if reached.len() < i as usize {
                reached.push(self.reached(i, z));
            }
            let term = power * reached[i as usize - 1];
            sum += term;
            power *= stays;
            if power < 1e-17 || term <= 1e-17 * sum {
                break;
            }
        }
        sum
    }

    /// Φ at one p.
    fn survival_at(&self, v: f64, z: f64) -> f64 {
        let staying = Staying::at(v, self.k);
        let (p, stays) = (logistic(v), exp(staying.ln));
        if let Some(sum) = self.over_residues(&staying, z, true).value(stays) {
            return p * sum;
        }
        let (mut sum, mut power) = (0.0, 1.0);
        for i in 0..MOST_RENEWALS {
            let events = self.events_to(i)..self.events_to(i + 1);
            let term = power * events.map(|events| self.pmf(events, z)).sum::<f64>();
            sum += term;
            power *= stays;
            // Past the top of the terms, of which the first may be nothing.
            let w = stays * exp(f64::from(self.k) * -ln_1p(1.0 / z));
            let rises =
                w * exp(f64::from(self.k) * ln_1p(self.s / (1.0 + f64::from(self.events_to(i)))));
            if power == 0.0 || (term <= 1e-17 * sum && rises < 0.5) {
                break;
            }
        }
        sum
    }

    /// E as Σ ω(v) E(p) / Σ ω(v) over equidistant v = logit p, ω ∝ pᵃ(1−p)ᵇ.
    fn renewals_over_p(&self, z: f64) -> f64 {
        let Self { s, a, b, .. } = *self;
        let mut reached = Vec::new();
        let mode = ln(a / b);
        let peak = ln_weight(mode, a, b);
        let spread = (1.0 / a + 1.0 / b).sqrt();
        if spread < CONCENTRATED {
            return self.renewals_at(mode, z, &mut reached);
        }
        let step = (0.5 * spread).min(0.2);
        let (left, right) = (self.left(z), 42.0 + ln(1.0 + a + b));
        let mut at = |v: f64| {
            let weight = exp(ln_weight(v, a, b) - peak);
            (weight, if weight > 0.0 { weight * self.renewals_at(v, z, &mut reached) } else { 0.0 })
        };
        let (mut weights, mut values) = at(mode);
        for (direction, exponent, limit) in [(-1.0, a, -left), (1.0, b, right)] {
            let mut before = f64::INFINITY;
            for i in 1.. {
                let v = mode + direction * step * f64::from(i);
                let (weight, value) = at(v);
                weights += weight;
                values += value;
                if direction * v > limit {
                    // Σ_{i>=1} e^(−exponent·step·i)
                    let rest = 1.0 / exp_m1(exponent * step);
                    weights += weight * rest;
                    values += value * rest;
                    break;
                }
                if value <= before && weight < 1e-20 * weights && value < 1e-20 * values {
                    break;
                }
                before = value;
            }
        }
        // A rate that never comes to an event within z has no renewals.
        if s * z > 0.0 { values / weights } else { 0.0 }
    }

    /// Left of this, p vanishes against all it is added to, and sums are geometric in v.
    fn left(&self, z: f64) -> f64 {
        -(42.0 + ln(1.0 + self.b + self.a + z * (1.0 + self.s)))
    }

    /// Φ as Σ ω(v) Φ(p) · step / ∫ ω.
    fn survival_over_p(&self, z: f64) -> f64 {
        let Self { k, s, a, b, .. } = *self;
        let (top, spread) = self.survival_top(z);
        // ∫ ω over its largest value is B(a, b) (a+b)^(a+b) / (aᵃ bᵇ), by Stirling's formula.
        let stirling = stirling_error(a) + stirling_error(b) - stirling_error(a + b);
        let all = exp(-stirling) * (a / (a + b) * b / std::f64::consts::TAU).sqrt();
        let at = |v: f64| {
            let (p, q) = (logistic(v), logistic(-v));
            let weight = exp(-deviance(a, (a + b) * p) - deviance(b, (a + b) * q));
            if weight > 0.0 { weight * self.survival_at(v, z) } else { 0.0 }
        };
        if spread < CONCENTRATED {
            // Laplace's method: the integrand is a normal density.
            return at(top) * std::f64::consts::TAU.sqrt() * spread * all;
        }
        let step = (0.5 * spread).min(0.2);
        // Right of this, the first renewal is the end, though N may reach the next by a factor of s^k.
        let (left, right) = (self.left(z), 42.0 + f64::from(k) * ln(1.0 + s) + ln(1.0 + a + b));
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
    fn survival_top(&self, z: f64) -> (f64, f64) {
        let Self { k, s, a, b, .. } = *self;
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
