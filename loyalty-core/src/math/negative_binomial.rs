//! Probabilities of the negative binomial distribution, its tail by the incomplete beta function.

use super::elementary::{exp, exp_m1, ln, ln_1p};
use super::exact_sum::ExactSum;
use super::gamma::stirling_error;

/// ln P(N = n) for N | λ ~ Poisson(λz), λ ~ Gamma(r, rate 1).
///
/// ```text
/// P(N = n) = Γ(r+n) / (Γ(r) n!) · (1+z)^−r · (z/(1+z))^n
/// ```
///
/// r, z > 0. By the saddle point (Loader 2000, "Fast and accurate computation of binomial
/// probabilities"): with p = 1/(1+z) and N = r + n,
///
/// ```text
/// ln P = ½ ln(r / (2π n N)) + S(N) − S(r) − S(n) − D(r, Np) − D(n, N(1−p))
/// ```
///
/// S is the error of Stirling's formula and D the deviance. No term is larger than the result is
/// small, so the absolute error is a few units in the last place of 1 or of the result.
pub(crate) fn negative_binomial_ln_pmf(n: u32, r: f64, z: f64) -> f64 {
    if n == 0 {
        return -r * ln_1p(z);
    }
    let n = f64::from(n);
    let all = r + n;
    let spread = 0.5 * ln(r / (std::f64::consts::TAU * n * all));
    let stirling = stirling_error(all) - stirling_error(r) - stirling_error(n);
    let (of_r, of_n) = (all / (1.0 + z), all * (z / (1.0 + z)));
    if r > LARGE {
        // Of r + n not enough of n is left.
        let off = (r * z - n) / (1.0 + z);
        return spread + stirling - deviance_by(r, of_r, off) - deviance_by(n, of_n, -off);
    }
    spread + stirling - deviance(r, of_r) - deviance(n, of_n)
}

/// A shape next to which n loses digits that the probability needs.
const LARGE: f64 = 1e9;

/// x ln(x/m) + m − x for x, m > 0, without the cancellation near x = m (Loader 2000).
pub(super) fn deviance(x: f64, m: f64) -> f64 {
    deviance_by(x, m, x - m)
}

/// The same with x − m at hand.
pub(super) fn deviance_by(x: f64, m: f64, difference: f64) -> f64 {
    if difference.abs() >= 0.1 * (x + m) {
        return x * ln(x / m) - difference;
    }
    // x ln(x/m) = 2x (v + v³/3 + v⁵/5 + …) with v = (x−m)/(x+m).
    let v = difference / (x + m);
    let mut sum = difference * v;
    let mut power = 2.0 * x * v;
    for odd in (3..).step_by(2) {
        power *= v * v;
        let longer = sum + power / f64::from(odd);
        if longer == sum {
            break;
        }
        sum = longer;
    }
    sum
}

/// P(N >= n) of the same distribution, which is the regularised incomplete beta I_w(n, r) at
/// w = z/(1+z).
///
/// Continued fraction DLMF 8.17.22 by Lentz's method where n is beyond the mean. Up to there it is
/// P(N >= 1), which is accurate where r is small, less the probabilities up to n − 1, as long as these
/// are few; else it is the complement of those below n: added up from n − 1 downwards where r is the larger of the
/// two, and by a continued fraction where n is.
pub(crate) fn negative_binomial_upper_tail(n: u32, r: f64, z: f64) -> f64 {
    /// Most probabilities added up, where only the sum keeps its digits and else.
    const MANY: [u32; 2] = [100_000, 500];
    if n == 0 {
        return 1.0;
    }
    let (w, count) = (z / (1.0 + z), f64::from(n));
    if w * (count + r + 2.0) < count + 1.0 {
        let pmf = exp(negative_binomial_ln_pmf(n, r, z));
        return pmf * continued_fraction(count, r, w);
    }
    if n <= MANY[usize::from(r >= 1.0)] {
        let mut tail = ExactSum::default();
        tail.add(-exp_m1(-r * ln_1p(z)));
        let mut pmf = 0.0;
        for j in 1..n {
            // The recurrence loses a digit in a thousand steps.
            let fresh = j % 256 == 1;
            pmf = if fresh {
                exp(negative_binomial_ln_pmf(j, r, z))
            } else {
                pmf * w * (r + f64::from(j - 1)) / f64::from(j)
            };
            tail.add(-pmf);
        }
        return tail.value();
    }
    if r > count {
        let last = exp(negative_binomial_ln_pmf(n - 1, r, z));
        return (1.0 - last * falling(count - 1.0, r, w)).max(0.0);
    }
    let pmf = exp(negative_binomial_ln_pmf(n, r, z));
    (1.0 - pmf * count / r * continued_fraction(r, count, 1.0 / (1.0 + z))).max(0.0)
}

/// P(N <= n) / P(N = n) for n not beyond the mean and below r: the terms fall within a few times √n steps.
fn falling(n: f64, r: f64, w: f64) -> f64 {
    let (mut term, mut sum, mut j) = (1.0, 1.0, n);
    while term > 1e-17 * sum && j > 0.0 {
        term *= j / (w * (r + j - 1.0));
        sum += term;
        j -= 1.0;
    }
    sum
}

/// a·B(a, b)·I_x(a, b) / (xᵃ(1−x)ᵇ) for x < (a+1)/(a+b+2).
pub(super) fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
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
    use crate::math::reference::{Worst, error, rows};

    const TABLE: &str = include_str!("../../tests/reference/negative_binomial.csv");

    fn whole(n: f64) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let whole = n as u32;
        assert_eq!(f64::from(whole), n);
        whole
    }

    /// An absolute error of the logarithm is a relative one of the probability.
    #[test]
    fn ln_pmf_matches_high_precision() {
        let mut worst = Worst::default();
        for row @ [n, r, z, ln_pmf, _] in rows(TABLE) {
            let got = negative_binomial_ln_pmf(whole(n), r, z);
            worst.see(error(got, ln_pmf, 1.0), &row);
        }
        worst.is_below(2.4e-15);
    }

    #[test]
    fn upper_tail_matches_high_precision() {
        let mut worst = Worst::default();
        for row @ [n, r, z, _, upper_tail] in rows(TABLE) {
            let got = negative_binomial_upper_tail(whole(n), r, z);
            worst.see(error(got, upper_tail, f64::MIN_POSITIVE), &row);
        }
        worst.is_below(2.4e-13);
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
