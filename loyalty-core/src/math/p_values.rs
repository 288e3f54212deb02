//! Probabilities that a test statistic is as large as it is by chance.

use super::elementary::{exp, ln};
use super::incomplete::beta_upper;

/// P(X >= x) of a chi-square distribution with a whole number of degrees of freedom, from 1.
///
/// ```text
/// even: e^(−x/2) Σ_{k<d/2} (x/2)^k / k!
/// odd:  erfc(√(x/2)) + e^(−x/2) Σ_{k<(d−1)/2} (x/2)^(k+½) / Γ(k+3/2)
/// ```
///
/// (DLMF 8.4.10, 8.4.4, 8.8.9), all terms positive. Relative error below 1e-13 for x to 1,400 and 1,000
/// degrees.
pub(crate) fn chi_square_upper_tail(x: f64, degrees: u32) -> f64 {
    let half = 0.5 * x.max(0.0);
    if half == 0.0 {
        return 1.0;
    }
    let odd = degrees % 2 == 1;
    // The first term and the denominator of the ratio from term to term.
    let (alone, mut term, start) = if odd {
        let gamma_of_3_halves = std::f64::consts::PI.sqrt() / 2.0;
        (libm::erfc(half.sqrt()), half.sqrt() / gamma_of_3_halves, 1.5)
    } else {
        (0.0, 1.0, 1.0)
    };
    // Powers of e keep the terms in range.
    let (mut sum, mut ln_scale) = (0.0, 0.0);
    for k in 0..degrees / 2 {
        sum += term;
        term *= half / (start + f64::from(k));
        if sum > 1e200 {
            (sum, term, ln_scale) = (sum * 1e-200, term * 1e-200, ln_scale + 200.0 * ln(10.0));
        }
    }
    let rest = if sum > 0.0 { exp(ln_scale + ln(sum) - half) } else { 0.0 };
    (alone + rest).min(1.0)
}

/// P(|R| >= |r|) of the correlation of n independent pairs of normal numbers, n > 2.
///
/// ```text
/// t² = (n−2) r²/(1−r²),  P = I_{1−r²}((n−2)/2, ½)
/// ```
///
/// the regularised incomplete beta function, which is P(Y > r²) for Y ~ Beta(½, (n−2)/2). Relative error
/// below 4e-11 for n to 1e6.
pub(crate) fn correlation_p_value(r: f64, n: f64) -> f64 {
    beta_upper(0.5, 0.5 * (n - 2.0), r * r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::reference::{Worst, error, rows};

    #[test]
    fn chi_square_matches_high_precision() {
        let mut worst = Worst::default();
        for row @ [x, degrees, exact] in rows(include_str!("../../tests/reference/chi_square.csv"))
        {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
            let got = chi_square_upper_tail(x, degrees as u32);
            worst.see(error(got, exact, f64::MIN_POSITIVE), &row);
        }
        worst.is_below(4.7e-14);
    }

    #[test]
    fn correlation_matches_high_precision() {
        let mut worst = Worst::default();
        for row @ [r, n, exact] in rows(include_str!("../../tests/reference/correlation.csv")) {
            worst.see(error(correlation_p_value(r, n), exact, f64::MIN_POSITIVE), &row);
        }
        worst.is_below(3.2e-11);
    }
}
