//! Upper tails of the gamma and beta distributions, for real parameters.

use super::elementary::exp;
use super::gamma::stirling_error;
use super::negative_binomial::{continued_fraction, deviance};

/// P(X > x) for X ~ Gamma(a, rate 1), a, x >= 0: the regularised incomplete gamma function Q(a, x).
///
/// Series DLMF 8.7.1 below a + 1 and continued fraction 8.9.2 above, by Lentz's method; their common
/// factor `xᵃ e⁻ˣ / Γ(a+1)` by the saddle point (Loader 2000), which keeps its digits where a is large.
pub(crate) fn gamma_upper(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if a <= 0.0 {
        return 0.0;
    }
    let scale = exp(-stirling_error(a) - deviance(a, x)) / (std::f64::consts::TAU * a).sqrt();
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0, 1.0, a);
        while term > 1e-17 * sum {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return (1.0 - scale * sum).clamp(0.0, 1.0);
    }
    (scale * a * fraction(a, x)).clamp(0.0, 1.0)
}

/// Γ(a, x) / (xᵃ e⁻ˣ) for x >= a + 1.
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / b;
    let mut value = d;
    // Converges in O(√a) steps, so that the bound is never the reason to end for what a shop has.
    for n in 1..1_000_000 {
        let n = f64::from(n);
        let an = n * (a - n);
        b += 2.0;
        d = 1.0 / (b + an * d);
        c = b + an / c;
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// P(X > x) for X ~ Beta(a, b), a, b > 0: 1 − I_x(a, b), DLMF 8.17.22 on the side where it converges
/// fast.
pub(crate) fn beta_upper(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x >= 1.0 {
        return 0.0;
    }
    let (n, y) = (a + b, 1.0 - x);
    let stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);
    let power = exp(stirling - deviance(a, n * x) - deviance(b, n * y));
    let scale = (a * b / (std::f64::consts::TAU * n)).sqrt() * power;
    let upper = if x < (a + 1.0) / (n + 2.0) {
        1.0 - scale / a * continued_fraction(a, b, x)
    } else {
        scale / b * continued_fraction(b, a, y)
    };
    upper.clamp(0.0, 1.0)
}

/// P(Z > z) for a standard normal Z.
pub(crate) fn normal_upper(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference::{Worst, error, rows};

    #[test]
    fn tails_match_high_precision() {
        let mut worst = [Worst::default(), Worst::default()];
        for row @ [a, b, x, gamma, beta] in
            rows(include_str!("../../tests/reference/upper_tails.csv"))
        {
            worst[0].see(error(gamma_upper(a, x * a), gamma, 1e-12), &row);
            let share = x * a / (x * a + b);
            worst[1].see(error(beta_upper(a, b, share), beta, 1e-12), &row);
        }
        worst[0].is_below(2e-12);
        worst[1].is_below(2e-12);
    }

    #[test]
    fn ends_and_symmetry() {
        assert_eq!(
            (gamma_upper(0.5, 0.0), gamma_upper(0.0, 1.0), gamma_upper(3.0, 1e6)),
            (1.0, 0.0, 0.0)
        );
        assert_eq!((beta_upper(2.0, 3.0, 0.0), beta_upper(2.0, 3.0, 1.0)), (1.0, 0.0));
        assert_eq!(normal_upper(0.0), 0.5);
        for (a, b, x) in [(0.3, 7.0, 0.2), (40.0, 2.5, 0.97), (900.0, 4e4, 0.02)] {
            let sum = beta_upper(a, b, x) + beta_upper(b, a, 1.0 - x);
            assert!((sum - 1.0).abs() < 1e-12, "{a} {b} {x}: {sum}");
        }
    }
}
