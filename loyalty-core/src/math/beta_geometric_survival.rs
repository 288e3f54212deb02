//! The probability that a gamma–Poisson process outlives a beta–geometric dropout.

use super::beta_geometric::CONCENTRATED;
use super::elementary::{exp, exp_m1, ln, ln_1p, logistic};
use super::gamma::stirling_error;
use super::negative_binomial::deviance;
use super::positive_series::{PositiveSeries, Terms};

/// P(no dropout up to z), the function behind the BG/NBD's P(alive) in the future.
///
/// ```text
/// λ ~ Gamma(s, rate 1),  N | λ ~ Poisson(λz),  p ~ Beta(a, b),  dropout after each renewal with
/// probability p:
///
/// S(s, z, a, b) = E[(1−p)^N] = ∫₀¹ (1 + pz)^−s p^(a−1) (1−p)^(b−1) / B(a, b) dp
///               = (1+z)^−s Σ_{j>=0} (s)_j/j! · (b)_j/(a+b)_j (z/(1+z))^j
///               = ₂F₁(s, a; a+b; −z)
/// ```
///
/// By the sum, all of whose terms are positive, where it is short; otherwise by the trapezoidal rule
/// over logit p around the top of the integrand, where it converges geometrically (Trefethen &
/// Weideman 2014). Its denominator B(a, b) comes from Stirling's formula, so that what is large
/// cancels before it is computed.
///
/// s, a, b from 1e-6 to 2e6 and z from 1e-12 to 1e12: relative error below 1e-12.
#[derive(Debug, Clone)]
pub(crate) struct Survival {
    series: PositiveSeries,
}

impl Survival {
    /// For few arguments: coefficients are made as they are needed.
    pub(crate) fn new(s: f64, a: f64, b: f64) -> Self {
        Self { series: PositiveSeries::new(Terms::Survival, s, a, b) }
    }

    /// For many arguments: coefficients are made once.
    pub(crate) fn tabulated(self) -> Self {
        Self { series: self.series.tabulated() }
    }

    /// S at one argument.
    #[cfg(test)]
    pub(crate) fn at(&self, z: f64) -> f64 {
        let mut out = [0.0];
        self.each(&[z], &mut out);
        out[0]
    }

    /// S at each argument; the same bits as one at a time, tabulated or not.
    pub(crate) fn each(&self, z: &[f64], out: &mut [f64]) {
        self.series.each(z, out, |z| self.integral(z));
        // Rounding may lift the largest above 1.
        out.iter_mut().for_each(|survival| *survival = survival.min(1.0));
    }

    /// Σ ω(v) (1 + pz)^−s · step / ∫ ω over equidistant v = logit p, ω ∝ pᵃ(1−p)ᵇ.
    fn integral(&self, z: f64) -> f64 {
        let PositiveSeries { s, a, b, .. } = self.series;
        let (top, curvature) = self.top(z);
        let spread = 1.0 / curvature.max(0.0).sqrt();
        // ∫ ω over its largest value is B(a, b) (a+b)^(a+b) / (aᵃ bᵇ), by Stirling's formula.
        let stirling = stirling_error(a) + stirling_error(b) - stirling_error(a + b);
        let all = exp(-stirling) * (a / (a + b) * b / std::f64::consts::TAU).sqrt();
        if spread < CONCENTRATED {
            // Laplace's method: the integrand is a normal density.
            let area = std::f64::consts::TAU.sqrt() * spread;
            return exp(-self.ln_fall(top, z)) * area * all;
        }
        let step = (0.5 * spread).min(0.2);
        // Left of `left`, p·max(1, b, sz) vanishes against 1 and the sum is geometric in v; so right of
        // `right`.
        let left = -(42.0 + ln(1.0 + b + a + z * (1.0 + s)));
        let right = 42.0 + ln(1.0 + a + b + s);
        let at = |v: f64| exp(-self.ln_fall(v, z));
        let mut sum = at(top);
        for (direction, exponent, limit) in [(-1.0, a, -left), (1.0, b, right)] {
            for j in 1.. {
                let v = top + direction * step * f64::from(j);
                let term = at(v);
                sum += term;
                if direction * v > limit {
                    // Σ_{i>=1} e^(−exponent·step·i)
                    sum += term / exp_m1(exponent * step);
                    break;
                }
                if term <= 1e-25 * sum {
                    break;
                }
            }
        }
        sum * step * all
    }

    /// −ln of ω(v) (1 + pz)^−s over the largest ω.
    fn ln_fall(&self, v: f64, z: f64) -> f64 {
        let PositiveSeries { s, a, b, .. } = self.series;
        let (p, q) = (logistic(v), logistic(-v));
        deviance(a, (a + b) * p) + deviance(b, (a + b) * q) + s * ln_1p(p * z)
    }

    /// Where the integrand over v is largest, and minus the second derivative of its logarithm there.
    fn top(&self, z: f64) -> (f64, f64) {
        let PositiveSeries { s, a, b, .. } = self.series;
        // The slope (a − (a+b)p) − s z p(1−p)/(1+pz) is 0 at one p, the root of a quadratic.
        let all = a + b;
        let (square, linear) = ((all - s) * z, all + (s - a) * z);
        let root = (linear * linear + 4.0 * a * square).max(0.0).sqrt();
        let p =
            if linear > 0.0 { 2.0 * a / (linear + root) } else { (root - linear) / (2.0 * square) };
        let from_1 = all + (all + b - s) * z;
        let q = if from_1 > 0.0 { 2.0 * b * (1.0 + z) / (from_1 + root) } else { 1.0 - p };
        let (p, q) = if p < 0.5 { (p, 1.0 - p) } else { (1.0 - q, q) };
        let within = 1.0 + p * z;
        let bent = (q / within) * (q / within) - (p / within) * (p / within) * (1.0 + z);
        let curvature = p * q * (all + s * z * bent);
        (ln(p / q), curvature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference::{Worst, error, rows};

    #[test]
    fn matches_high_precision_over_the_extreme_range() {
        let table = include_str!("../../tests/reference/survival.csv");
        let mut worst = Worst::default();
        for row @ [s, z, a, b, exact] in rows(table) {
            worst.see(error(Survival::new(s, a, b).at(z), exact, f64::MIN_POSITIVE), &row);
        }
        worst.is_below(1e-12);
    }

    #[test]
    fn series_and_integral_agree_where_both_work() {
        for s in [0.01, 0.243, 2.243, 30.0] {
            for a in [1e-6, 0.5, 1.0, 7.0] {
                for b in [1e-3, 2.426, 50.0] {
                    for z in [1e-9, 0.01, 0.9, 6.0] {
                        let survival = Survival::new(s, a, b);
                        let (sum, area) = (survival.at(z), survival.integral(z));
                        assert!((sum / area - 1.0).abs() < 2e-14, "{s} {z} {a} {b}: {sum} {area}");
                    }
                }
            }
        }
    }

    #[test]
    fn one_at_a_time_many_at_once_and_tabulated_have_the_same_bits() {
        let z: Vec<f64> = (0..280).map(|i| 1e-12 * exp(0.2 * f64::from(i))).collect();
        for (s, a, b) in
            [(0.243, 0.793, 2.426), (1e-6, 1.0, 1e-6), (900.0, 2.0, 1e3), (2e6, 1.0, 2e6)]
        {
            let made = Survival::new(s, a, b);
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
