//! The gamma function's logarithm, its ratios and its derivatives.

use super::elementary::{ln, ln_1p};

/// Below this argument the asymptotic series are reached by recurrence.
pub(super) const ASYMPTOTIC: f64 = 12.0;

/// B_2k / 2k, the coefficients of x^−2k in the asymptotic series of ψ.
pub(super) const DIGAMMA: [f64; 7] = [
    1.0 / 12.0,
    -1.0 / 120.0,
    1.0 / 252.0,
    -1.0 / 240.0,
    1.0 / 132.0,
    -691.0 / 32_760.0,
    1.0 / 12.0,
];

/// B_2k / (2k (2k − 1)), the coefficients of x^−(2k−1) in Stirling's series of ln Γ.
pub(super) const STIRLING: [f64; 6] =
    [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];

/// B_2k, the coefficients of x^−(2k+1) in the asymptotic series of ψ′.
pub(super) const TRIGAMMA: [f64; 7] =
    [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2730.0, 7.0 / 6.0];

/// ln Γ(x) for x > 0.
///
/// Relative error 3e-16 on 1e-6..1e8, near its zeros 1 and 2 too (the `libm` crate; others lose six
/// or more digits there).
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The error of Stirling's formula, ln Γ(x+1) − (x+½) ln x + x − ½ ln 2π, for x > 0. Absolute error
/// 1e-15.
pub(crate) fn stirling_error(x: f64) -> f64 {
    const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;
    if x < ASYMPTOTIC {
        return ln_gamma(x + 1.0) - (x + 0.5) * ln(x) + x - HALF_LN_TAU;
    }
    let u = 1.0 / x;
    STIRLING.iter().rev().fold(0.0, |sum, c| c + u * u * sum) * u
}

/// ln Γ(z + d) − ln Γ(z) for z > 0, d >= 0, without the cancellation of the difference.
///
/// Recurrence up to z >= 12, there the difference of two Stirling series taken term by term
/// (DLMF 5.5.1, 5.11.1; the idea of `algdiv` in DiDonato & Morris 1992, ACM TOMS 18(3)).
pub(crate) fn ln_gamma_ratio(z: f64, d: f64) -> f64 {
    let (mut z, mut kept, mut lost) = (z, 1.0, 0.0);
    while z < ASYMPTOTIC {
        let share = d / (z + d);
        lost += (1.0 - lost) * share;
        kept *= z / (z + d);
        z += 1.0;
    }
    // `kept` is the product of z/(z + d) and `lost` is 1 − kept: each is exact where the other is not.
    let shifted = if lost < 0.5 { ln_1p(-lost) } else { ln(kept) };
    shifted + ((z + d - 0.5) * ln_1p(d / z) - d) + d * ln(z) - stirling_drop(z, d)
}

/// S(z) − S(z + d), where S is the tail of Stirling's series, for z >= 12.
fn stirling_drop(z: f64, d: f64) -> f64 {
    let powers = Powers::of(z, d);
    powers.difference * powers.sum(1, STIRLING)
}

/// ψ(z + d) − ψ(z) for z > 0, d >= 0, without the cancellation of the difference; ψ is the derivative
/// of ln Γ.
///
/// Recurrence and asymptotic series (DLMF 5.5.2, 5.11.2), each as a difference taken term by term.
/// Relative error 1e-15.
pub(crate) fn digamma_rise(z: f64, d: f64) -> f64 {
    let (mut z, mut shifted) = (z, 0.0);
    while z < ASYMPTOTIC {
        shifted += d / z / (z + d);
        z += 1.0;
    }
    let powers = Powers::of(z, d);
    let series = powers.sum(2, DIGAMMA);
    shifted + ln_1p(d / z) + powers.difference * (0.5 + series)
}

/// ψ′(z) − ψ′(z + d) for z > 0, d >= 0, without the cancellation of the difference (DLMF 5.15.5,
/// 5.15.8). Relative error 1e-15.
pub(crate) fn trigamma_drop(z: f64, d: f64) -> f64 {
    let (mut z, mut shifted) = (z, 0.0);
    while z < ASYMPTOTIC {
        shifted += d / z / (z + d) * (1.0 / z + 1.0 / (z + d));
        z += 1.0;
    }
    let powers = Powers::of(z, d);
    let series = powers.sum(3, TRIGAMMA);
    shifted + powers.difference * (1.0 + 0.5 * (powers.u + powers.v) + series)
}

/// ψ′(x) for x > 0 (DLMF 5.15.5, 5.15.8). Relative error 1e-15.
pub(crate) fn trigamma(x: f64) -> f64 {
    let (mut x, mut shifted) = (x, 0.0);
    while x < ASYMPTOTIC {
        shifted += 1.0 / (x * x);
        x += 1.0;
    }
    let u = 1.0 / (x * x);
    let series = TRIGAMMA.iter().rev().fold(0.0, |sum, c| u * (c + sum));
    shifted + (1.0 + 0.5 / x + series) / x
}

/// Differences of powers of u = 1/z and v = 1/(z + d).
struct Powers {
    u: f64,
    v: f64,
    /// u − v = d·u·v.
    difference: f64,
}

impl Powers {
    fn of(z: f64, d: f64) -> Self {
        let (u, v) = (1.0 / z, 1.0 / (z + d));
        Self { u, v, difference: d * u * v }
    }

    /// Σ c_k (u^n − v^n) / (u − v) over n = first, first + 2, …
    ///
    /// The quotient is Σ u^i v^(n−1−i): sums of positive terms, no cancellation.
    fn sum<const N: usize>(&self, first: u32, coefficients: [f64; N]) -> f64 {
        let (mut quotient, mut v_power) = (1.0, self.v);
        let mut step = || {
            quotient = self.u * quotient + v_power;
            v_power *= self.v;
            quotient
        };
        let mut at = 1.0;
        for _ in 1..first {
            at = step();
        }
        let mut sum = 0.0;
        for coefficient in coefficients {
            sum += coefficient * at;
            step();
            at = step();
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference::{Worst, error, rows};

    /// The largest relative error of a function of one variable.
    fn worst_of_values(table: &str, function: impl Fn(f64) -> f64) -> Worst {
        let mut worst = Worst::default();
        for row @ [x, exact] in rows(table) {
            worst.see(error(function(x), exact, 0.0), &row);
        }
        worst
    }

    /// The largest error of a function of z and d, relative to the result or, where that is smaller,
    /// to `least` times d.
    fn worst_of_differences(table: &str, least: f64, function: impl Fn(f64, f64) -> f64) -> Worst {
        let mut worst = Worst::default();
        for row @ [z, d, exact] in rows(table) {
            worst.see(error(function(z, d), exact, least * d), &row);
        }
        worst
    }

    #[test]
    fn ln_gamma_is_accurate_near_its_zeros_too() {
        let table = include_str!("../../tests/reference/ln_gamma.csv");
        worst_of_values(table, ln_gamma).is_below(2.2e-16);
    }

    #[test]
    fn trigamma_matches_high_precision() {
        let table = include_str!("../../tests/reference/trigamma.csv");
        worst_of_values(table, trigamma).is_below(4.3e-16);
    }

    /// The ratio passes 0 where Γ(z + d) = Γ(z); near there it is accurate to an ulp of d.
    #[test]
    fn ln_gamma_ratio_matches_high_precision() {
        let table = include_str!("../../tests/reference/ln_gamma_ratio.csv");
        worst_of_differences(table, 1.0, ln_gamma_ratio).is_below(8.3e-16);
    }

    #[test]
    fn digamma_rise_keeps_its_digits_however_small_the_step() {
        let table = include_str!("../../tests/reference/digamma_rise.csv");
        worst_of_differences(table, 0.0, digamma_rise).is_below(5.9e-16);
    }

    #[test]
    fn trigamma_drop_keeps_its_digits_however_small_the_step() {
        let table = include_str!("../../tests/reference/trigamma_drop.csv");
        worst_of_differences(table, 0.0, trigamma_drop).is_below(5.2e-16);
    }

    #[test]
    fn a_step_of_nothing_changes_nothing() {
        for z in [1e-6, 0.5, 12.0, 1e6] {
            assert_eq!(ln_gamma_ratio(z, 0.0), 0.0);
            assert_eq!(digamma_rise(z, 0.0), 0.0);
            assert_eq!(trigamma_drop(z, 0.0), 0.0);
        }
    }
}
