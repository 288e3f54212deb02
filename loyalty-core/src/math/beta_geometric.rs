//! Expected renewals of a gamma–Poisson process that a beta–geometric dropout ends.

use super::elementary::{exp, exp_m1, ln_1p};
use super::negative_binomial::deviance_by;
use super::positive_series::{PositiveSeries, Terms};

/// A spread of logit p whose square is nothing against 1: p is then as good as known.
pub(super) const CONCENTRATED: f64 = 1e-8;

/// E[number of renewals before dropout], the function behind every expectation of the BG/NBD.
///
/// ```text
/// λ ~ Gamma(s, rate 1),  N | λ ~ Poisson(λz),  p ~ Beta(a, b),  dropout after each renewal with
/// probability p:
///
/// G(s, z, a, b) = ∫₀¹ [1 − (1 + pz)^−s] / p · p^(a−1) (1−p)^(b−1) / B(a, b) dp
///               = (1+z)^−s Σ_{j>=1} c_j (z/(1+z))^j,  c_j = (s)_j/j! · Σ_{k<j} (b)_k/(a+b)_k
///               = (a+b−1)/(a−1) · [1 − (1+z)^−s ₂F₁(s, b; a+b−1; z/(1+z))]
/// ```
///
/// The third form is the published one (Fader, Hardie & Lee 2005, eq. 9 and 10). It divides 0 by 0 at
/// a = 1 and cancels near it and for small z; the first two have only positive terms. The series is
/// used where it is short; its coefficients do not depend on z, so customers with the same number of
/// purchases share them. Otherwise it is the integral, as a ratio of two trapezoidal sums over
/// logit p, where the integrand is analytic and the rule converges geometrically (Trefethen &
/// Weideman 2014).
///
/// Relative error below 1e-13 for s, a, b in 1e-6..1e6 and z in 1e-12..1e12.
#[derive(Debug, Clone)]
pub(crate) struct Renewals {
    series: PositiveSeries,
}

impl Renewals {
    /// For few arguments: coefficients are made as they are needed.
    pub(crate) fn new(s: f64, a: f64, b: f64) -> Self {
        Self { series: PositiveSeries::new(Terms::Renewals, s, a, b) }
    }

    /// For many arguments: coefficients are made once.
    pub(crate) fn tabulated(self) -> Self {
        Self { series: self.series.tabulated() }
    }

    /// The shape s of the rates.
    pub(crate) fn shape(&self) -> f64 {
        self.series.s
    }

    /// G at one argument.
    #[cfg(test)]
    pub(crate) fn at(&self, z: f64) -> f64 {
        let mut out = [0.0];
        self.each(&[z], &mut out);
        out[0]
    }

    /// G at each argument; the same bits as one at a time, tabulated or not.
    pub(crate) fn each(&self, z: &[f64], out: &mut [f64]) {
        let PositiveSeries { s, a, b, .. } = self.series;
        self.series.each(z, out, |z| integral(s, z, a, b));
    }
}

/// The integral over p, as Σ ω(v) h(p) / Σ ω(v) over equidistant v = logit p, ω ∝ pᵃ(1−p)ᵇ.
fn integral(s: f64, z: f64, a: f64, b: f64) -> f64 {
    let mode = super::elementary::ln(a / b);
    let peak = ln_weight(mode, a, b);
    let spread = (1.0 / a + 1.0 / b).sqrt();
    if spread < CONCENTRATED {
        let p = a / (a + b);
        return -exp_m1(-s * ln_1p(p * z)) / p;
    }
    let step = (0.5 * spread).min(0.2);
    // Left of `left`, p·max(1, b, sz) vanishes against 1 and both sums are geometric in v; so right
    // of `right`.
    let left = -(42.0 + super::elementary::ln(1.0 + b + a + z * (1.0 + s)));
    let right = 42.0 + super::elementary::ln(1.0 + a + b + s);
    let mut sums = Sums::default();
    let at = |v: f64| {
        let weight = exp(ln_weight(v, a, b) - peak);
        let p = super::elementary::logistic(v);
        (weight, weight * (-exp_m1(-s * ln_1p(p * z)) / p))
    };
    let (weight, value) = at(mode);
    sums.add(weight, value);
    for (direction, exponent, limit) in [(-1.0, a, -left), (1.0, b, right)] {
        let mut before = f64::INFINITY;
        for j in 1.. {
            let v = mode + direction * step * f64::from(j);
            let (weight, value) = at(v);
            sums.add(weight, value);
            if direction * v > limit {
                // Σ_{i>=1} e^(−exponent·step·i)
                let rest = 1.0 / exp_m1(exponent * step);
                sums.add(weight * rest, value * rest);
                break;
            }
            if value < before && weight < 1e-20 * sums.weight && value < 1e-20 * sums.value {
                break;
            }
            before = value;
        }
    }
    sums.value / sums.weight
}

/// a·ln p + b·ln(1 − p) at logit p = v.
pub(super) fn ln_weight(v: f64, a: f64, b: f64) -> f64 {
    let (ln_p, ln_q) = if v < 0.0 {
        let tail = ln_1p(exp(v));
        (v - tail, -tail)
    } else {
        let tail = ln_1p(exp(-v));
        (-tail, -v - tail)
    };
    a * ln_p + b * ln_q
}

/// pᵃ(1−p)ᵇ at logit p = v over its largest value: what is large cancels before it is computed.
pub(super) fn weight_at(v: f64, a: f64, b: f64) -> f64 {
    let (p, q) = (super::elementary::logistic(v), super::elementary::logistic(-v));
    let (of_a, of_b) = ((a + b) * p, (a + b) * q);
    // Of the larger of the two, the difference has fewer digits.
    let off = if p < q { a - of_a } else { of_b - b };
    exp(-deviance_by(a, of_a, off) - deviance_by(b, of_b, -off))
}

#[derive(Default)]
struct Sums {
    weight: f64,
    value: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, value: f64) {
        self.weight += weight;
        self.value += value;
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "not what is tested")]
mod tests {
    use super::*;
    use crate::math::reference::{Worst, error, rows};

    #[test]
    fn matches_high_precision_over_the_extreme_range() {
        let table = include_str!("../../tests/reference/renewals.csv");
        let mut worst = Worst::default();
        for row @ [s, z, a, b, exact] in rows(table) {
            worst.see(error(Renewals::new(s, a, b).at(z), exact, 0.0), &row);
        }
        worst.is_below(6.7e-14);
    }

    #[test]
    fn series_and_integral_agree_where_both_work() {
        for s in [0.01, 0.243, 2.243, 30.0] {
            for a in [1e-6, 0.5, 1.0, 7.0] {
                for b in [1e-3, 2.426, 50.0] {
                    for z in [1e-9, 0.01, 0.9, 6.0] {
                        let (sum, area) = (Renewals::new(s, a, b).at(z), integral(s, z, a, b));
                        assert!((sum / area - 1.0).abs() < 2e-13, "{s} {z} {a} {b}: {sum} {area}");
                    }
                }
            }
        }
    }

    #[test]
    fn one_at_a_time_many_at_once_and_tabulated_have_the_same_bits() {
        let z: Vec<f64> = (0..300).map(|i| 1e-12 * 1.2_f64.powf(f64::from(i))).collect();
        for (s, a, b) in
            [(0.243, 0.793, 2.426), (1e-6, 1.0, 1e-6), (900.0, 2.0, 1e3), (2e6, 1.0, 2e6)]
        {
            let made = Renewals::new(s, a, b);
            let kept = made.clone().tabulated();
            let (mut at_once, mut tabulated) = (vec![0.0; z.len()], vec![0.0; z.len()]);
            made.each(&z, &mut at_once);
            kept.each(&z, &mut tabulated);
            for (row, &z) in z.iter().enumerate() {
                assert_eq!((made.at(z), tabulated[row]), (at_once[row], at_once[row]), "{s} {z}");
            }
        }
    }
}
