//! Probabilities of the negative binomial distribution, its tail by the incomplete beta function.

use super::elementary::{exp, ln, ln_1p};
use super::gamma::{ln_gamma, ln_gamma_ratio};

/// ln P(N = n) for N | λ ~ Poisson(λz), λ ~ Gamma(r, rate 1).
///
/// ```text
/// P(N = n) = Γ(r+n) / (Γ(r) n!) · (1+z)^−r · (z/(1+z))^n
/// ```
///
/// r, z > 0. The gamma functions enter as ratios, so nothing overflows for n beyond 170.
pub(crate) fn negative_binomial_ln_pmf(n: u32, r: f64, z: f64) -> f64 {
    if n == 0 {
        return -r * ln_1p(z);
    }
    let n = f64::from(n);
    let ln_coefficient = if r < n {
        ln_gamma_ratio(n, r) - ln_gamma(r) - ln(n)
    } else {
        ln_gamma_ratio(r, n) - ln_gamma(n + 1.0)
    };
    ln_coefficient - r * ln_1p(z) - n * ln_1p(1.0 / z)
}

/// P(N >= n) of the same distribution, which is the regularised incomplete beta I_w(n, r) at
/// w = z/(1+z).
///
/// Continued fraction DLMF 8.17.22 by Lentz's method on the side where it converges fast; the
/// complement is taken only where the result is no longer small.
pub(crate) fn negative_binomial_upper_tail(n: u32, r: f64, z: f64) -> f64 {
    if n == 0 {
        return 1.0;
    }
    let pmf = exp(negative_binomial_ln_pmf(n, r, z));
    let (w, n) = (z / (1.0 + z), f64::from(n));
    if w * (n + r + 2.0) < n + 1.0 {
        pmf * continued_fraction(n, r, w)
    } else {
        (1.0 - pmf * n / r * continued_fraction(r, n, 1.0 / (1.0 + z))).max(0.0)
    }
}

/// a·B(a, b)·I_x(a, b) / (xᵃ(1−x)ᵇ) for x < (a+1)/(a+b+2).
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    /// Stands in for a zero denominator.
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    // Converges in O(√max(a, b)) steps; the bound is never the reason to end for n below 2³².
    for m in 1..1_000_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for coefficient in [even, odd] {
            d = 1.0 / guard(1.0 + coefficient * d);
            c = guard(1.0 + coefficient / c);
            fraction *= d * c;
        }
        if (fraction - before).abs() <= 1e-16 * fraction.abs() {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::special::reference::{Worst, error, rows};

    const TABLE: &str = include_str!("../../tests/reference/negative_binomial.csv");

    fn whole(n: f64) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let whole = n as u32;
        assert_eq!(f64::from(whole), n);
        whole
    }

    /// The two powers in the pmf are large and nearly cancel the coefficient, so the error is measured
    /// against their logarithms. For n = 100,000 that leaves 1e-11 of the probability.
    #[test]
    fn ln_pmf_matches_high_precision() {
        let mut worst = Worst::default();
        for row @ [n, r, z, ln_pmf, _] in rows(TABLE) {
            let powers = r * ln_1p(z) + n * ln_1p(1.0 / z);
            let got = negative_binomial_ln_pmf(whole(n), r, z);
            worst.see(error(got, ln_pmf, powers), &row);
        }
        worst.is_below(8.6e-16);
    }

    /// Where r is tiny the tail is about r, and the complement of a number near 1 loses that many
    /// digits: hence two bounds.
    #[test]
    fn upper_tail_matches_high_precision() {
        let (mut customary, mut tiny) = (Worst::default(), Worst::default());
        for row @ [n, r, z, _, upper_tail] in rows(TABLE) {
            let got = negative_binomial_upper_tail(whole(n), r, z);
            let worst = if r < 1e-3 { &mut tiny } else { &mut customary };
            worst.see(error(got, upper_tail, f64::MIN_POSITIVE), &row);
        }
        customary.is_below(1.4e-11);
        tiny.is_below(8.2e-10);
    }

    #[test]
    fn upper_tail_falls_from_one_to_nothing() {
        for (r, z) in [(0.243, 8.8), (30.0, 0.1), (1e-6, 1e6), (1e4, 1e-6)] {
            let tail = |n| negative_binomial_upper_tail(n, r, z);
            assert_eq!(tail(0), 1.0);
            assert!((1..2000).all(|n| tail(n + 1) <= tail(n)), "r = {r}, z = {z}");
        }
        assert_eq!(negative_binomial_upper_tail(4_000_000, 30.0, 0.1), 0.0);
    }
}
