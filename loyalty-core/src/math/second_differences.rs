//! Second differences of ln Γ and of its derivatives: what the survival of a beta mixture is made of.

use super::elementary::ln_1p;
use super::gamma::{ASYMPTOTIC, DIGAMMA, STIRLING, TRIGAMMA};

/// f(z+a+b) − f(z+a) − f(z+b) + f(z) of ln Γ, ψ and ψ′, for z, a, b > 0, without any difference.
///
/// The first is ln B(z+b, a)⁻¹ B(z, a): ratios of beta functions, which is how the share of customers who
/// survive another b renewals is written. It and the last are above 0, the second is below.
///
/// Recurrence up to z >= 12, there the second difference of the asymptotic series, taken term by term (DLMF
/// 5.5.1–2, 5.11.1–2, 5.15.5, 5.15.8). Relative error 2e-15.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SecondDifferences {
    pub(crate) ln_gamma: f64,
    pub(crate) digamma: f64,
    pub(crate) trigamma: f64,
}

impl SecondDifferences {
    /// In steps of a and b from z; each from 1e-50 to 1e100, and z at most 1e100.
    pub(crate) fn of(z: f64, a: f64, b: f64) -> Self {
        let (mut z, mut found) = (z, Self { ln_gamma: 0.0, digamma: 0.0, trigamma: 0.0 });
        while z < ASYMPTOTIC {
            let powers = Powers::of(z, a, b);
            found.ln_gamma += powers.ln_ratio;
            found.digamma -= powers.second;
            found.trigamma += powers.next().second;
            z += 1.0;
        }
        found.add_series(z, a, b);
        found
    }

    /// The first of them alone.
    pub(crate) fn of_ln_gamma(z: f64, a: f64, b: f64) -> f64 {
        let (mut z, mut sum) = (z, 0.0);
        while z < ASYMPTOTIC {
            sum += ln_1p(a / z * (b / (z + a + b)));
            z += 1.0;
        }
        let mut powers = Powers::of(z, a, b);
        let mut series = 0.0;
        for coefficient in STIRLING {
            series += coefficient * powers.second;
            powers = powers.next().next();
        }
        sum + (leading(z, a, b) + series)
    }

    fn add_series(&mut self, z: f64, a: f64, b: f64) {
        let mut powers = Powers::of(z, a, b);
        let (ratio, first) = (powers.ln_ratio, powers.second);
        let second = powers.next().second;
        let (mut of_ln_gamma, mut of_digamma, mut of_trigamma) = (0.0, 0.0, 0.0);
        for k in 0..DIGAMMA.len() {
            if let Some(coefficient) = STIRLING.get(k) {
                of_ln_gamma += coefficient * powers.second;
            }
            powers = powers.next();
            of_digamma += DIGAMMA[k] * powers.second;
            powers = powers.next();
            of_trigamma += TRIGAMMA[k] * powers.second;
        }
        self.ln_gamma += leading(z, a, b) + of_ln_gamma;
        self.digamma -= ratio + 0.5 * first + of_digamma;
        self.trigamma += first + 0.5 * second + of_trigamma;
    }
}

/// The second difference of (z − ½) ln z − z.
fn leading(z: f64, a: f64, b: f64) -> f64 {
    let both = ln_1p(a / z * (b / (z + a + b)));
    a * ln_1p(b / (z + a)) + b * ln_1p(a / (z + b)) - (z - 0.5) * both
}

/// Second differences of z^−n for one n after the other.
///
/// With u, v, s, w the reciprocals of z, z+a, z+b, z+a+b:
///
/// ```text
/// Δ_n     = u^n − v^n − s^n + w^n,   Δ_1 = a b (2z+a+b) u v s w
/// Δ_(n+1) = u Δ_n + (u−s)(s^n−w^n) + Δ_1 v^n + (s−w)(v^n−w^n)
/// ```
#[derive(Debug, Clone, Copy)]
struct Powers {
    reciprocals: [f64; 4],
    /// u − s, s − w and v − w.
    steps: [f64; 3],
    first: f64,
    /// ln of (z+a)(z+b) over z(z+a+b).
    ln_ratio: f64,
    /// Δ_n.
    second: f64,
    /// s^n − w^n and v^n − w^n.
    differences: [f64; 2],
    /// v^n and w^n.
    raised: [f64; 2],
}

impl Powers {
    fn of(z: f64, a: f64, b: f64) -> Self {
        let (u, v, s, w) = (1.0 / z, 1.0 / (z + a), 1.0 / (z + b), 1.0 / (z + a + b));
        let first = (a * v) * (b * s) * u * ((2.0 * z + a + b) * w);
        let steps = [b * s * u, a * w * s, b * w * v];
        Self {
            reciprocals: [u, v, s, w],
            steps,
            first,
            ln_ratio: ln_1p(a / z * (b / (z + a + b))),
            second: first,
            differences: [steps[1], steps[2]],
            raised: [v, w],
        }
    }

    /// Of the next n.
    fn next(self) -> Self {
        let [u, v, s, w] = self.reciprocals;
        let [u_to_s, s_to_w, v_to_w] = self.steps;
        let ([s_less_w, v_less_w], [v_power, w_power]) = (self.differences, self.raised);
        let kept = u * self.second + u_to_s * s_less_w;
        Self {
            second: kept + (self.first * v_power + s_to_w * v_less_w),
            differences: [s * s_less_w + s_to_w * w_power, v * v_less_w + v_to_w * w_power],
            raised: [v * v_power, w * w_power],
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference::{Worst, error, rows};

    #[test]
    fn second_differences_match_high_precision() {
        let table = include_str!("../../tests/reference/second_differences.csv");
        let mut worst = [Worst::default(), Worst::default(), Worst::default()];
        for row @ [z, a, b, exact @ ..] in rows::<6>(table) {
            let found = SecondDifferences::of(z, a, b);
            let three = [found.ln_gamma, found.digamma, found.trigamma];
            for ((worst, got), exact) in worst.iter_mut().zip(three).zip(exact) {
                worst.see(error(got, exact, 0.0), &row);
            }
            assert_eq!(found.ln_gamma, SecondDifferences::of_ln_gamma(z, a, b));
        }
        for (worst, bound) in worst.iter().zip([2e-15, 2e-15, 6e-15]) {
            worst.is_below(bound);
        }
    }
}
