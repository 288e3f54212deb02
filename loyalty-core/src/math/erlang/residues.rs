//! Sums over the renewals at a given probability of dropout, as finite Fourier sums over residues modulo k.

use std::f64::consts::TAU;

use super::process::Erlang;
use crate::math::elementary::{exp, exp_m1, ln_1p};

/// 1 − p at logit p = v, as powers need it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Staying {
    pub(super) ln: f64,
    /// Its k-th root d, and 1 − d.
    pub(super) root: f64,
    pub(super) rest: f64,
}

impl Staying {
    pub(super) fn at(v: f64, k: u32) -> Self {
        let ln = if v < 0.0 { -ln_1p(exp(v)) } else { -v - ln_1p(exp(-v)) };
        Self::of(ln, k)
    }

    /// Of ln(1 − p).
    pub(super) fn of(ln: f64, k: u32) -> Self {
        let ln_root = ln / f64::from(k);
        Self { ln, root: exp(ln_root), rest: -exp_m1(ln_root) }
    }
}

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Summand {
    /// 1 − (1 + z(1−ζ))^−s, for E.
    Fall,
    /// (1 + z(1−ζ))^−s, for Φ.
    Power,
}

/// A sum whose terms cancel in part.
#[derive(Default)]
pub(super) struct Oscillating {
    pub(super) sum: f64,
    pub(super) size: f64,
}

impl Oscillating {
    fn add(&mut self, term: f64) {
        self.sum += term;
        self.size += term.abs();
    }
}

/// With d = (1−p)^(1/k) and ζ_h = d e^(2πih/k),
///
/// ```text
/// Σ_{h<k} Re [ ζ_h^(l+1) / (k (1−p) (1−ζ_h)) · f(1 + z(1−ζ_h)) ]
/// ```
///
/// The residues h and k − h are conjugate, so that half of them do.
#[derive(Debug, Clone)]
pub(super) struct Residues {
    k: f64,
    s: f64,
    /// l + 1
    ahead: f64,
    each: Vec<Residue>,
}

/// What of a residue depends on k and l alone.
#[derive(Debug, Clone, Copy)]
struct Residue {
    twice: f64,
    /// sin of half its angle 2πh/k, and of the angle.
    half: f64,
    sine: f64,
    /// The angle times l + 1.
    power: [f64; 2],
}

impl Residues {
    pub(super) fn of(process: &Erlang) -> Self {
        let (k, ahead) = (f64::from(process.k), f64::from(process.passed) + 1.0);
        let residue = |h: u32| {
            let angle = TAU * f64::from(h) / k;
            Residue {
                twice: if h == 0 || 2 * h == process.k { 1.0 } else { 2.0 },
                half: libm::sin(0.5 * angle),
                sine: libm::sin(angle),
                power: [libm::cos(angle * ahead), libm::sin(angle * ahead)],
            }
        };
        Self { k, s: process.s, ahead, each: (0..=process.k / 2).map(residue).collect() }
    }

    /// d^(l+1) / (k (1−p)).
    pub(super) fn scale(&self, staying: &Staying) -> f64 {
        exp(staying.ln * (self.ahead / self.k - 1.0)) / self.k
    }

    /// The sum over all residues.
    pub(super) fn all(&self, staying: &Staying, z: f64, summand: Summand) -> Oscillating {
        self.sum(&self.each, staying, z, summand)
    }

    /// The sum over all but the first, h = 0.
    pub(super) fn turning(&self, staying: &Staying, z: f64, summand: Summand) -> f64 {
        self.sum(&self.each[1..], staying, z, summand).sum
    }

    fn sum(&self, each: &[Residue], staying: &Staying, z: f64, summand: Summand) -> Oscillating {
        let scale = self.scale(staying);
        let mut total = Oscillating::default();
        for &Residue { twice, half, sine, power } in each {
            // 1 − ζ
            let real = staying.rest + 2.0 * staying.root * half * half;
            let imaginary = -staying.root * sine;
            let square = real * real + imaginary * imaginary;
            let ln_size = self.s * 0.5 * ln_1p(z * (2.0 * real + z * square));
            let size = exp(-ln_size);
            // Angles that are too large to reduce fast have no power left.
            let turn = if size == 0.0 {
                0.0
            } else {
                -self.s * libm::atan2(z * imaginary, 1.0 + z * real)
            };
            let (cosine, sine) = (libm::cos(turn), libm::sin(turn));
            let (top_real, top_imaginary) = match summand {
                Summand::Power => (size * cosine, size * sine),
                Summand::Fall => {
                    let quarter = libm::sin(0.5 * turn);
                    (-exp_m1(-ln_size) + 2.0 * size * quarter * quarter, -size * sine)
                }
            };
            let [power_cosine, power_sine] = power;
            let (re, im) = (
                top_real * power_cosine - top_imaginary * power_sine,
                top_real * power_sine + top_imaginary * power_cosine,
            );
            total.add(twice * scale * (re * real + im * imaginary) / square);
        }
        total
    }
}
