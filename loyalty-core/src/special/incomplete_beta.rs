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
