//! What a history says: the likelihood, and the odds that silence means that a customer has left.

use crate::math::elementary::{exp, ln};
use crate::math::{SecondDifferences, digamma_rise, ln_gamma_ratio, trigamma_drop};

/// Beyond this a sum is scaled down, so that no product overflows.
const LARGE: f64 = 1e150;

/// ln of P(gone) over P(alive), of α, β, γ, δ; −∞ where there was no opportunity after the last purchase.
///
/// With o_i for leaving after the i-th opportunity, against staying until the T-th:
///
/// ```text
/// o_{T−1} = γ (α+β+T−1) / ((β+T−1−x) (δ+T−1))
/// o_{i−1} = o_i · (α+β+i−1)/(β+i−1−x) · (γ+δ+i)/(δ+i−1)
/// ```
pub(super) fn ln_odds_gone([alpha, beta, gamma, delta]: [f64; 4], x: f64, t_x: f64, t: f64) -> f64 {
    let (mut sum, mut scale, mut i) = (0.0, 0.0, t - 1.0);
    let mut term = gamma / (delta + i) * ((alpha + beta + i) / (beta + i - x));
    while i >= t_x {
        sum += term;
        i -= 1.0;
        term *= (alpha + beta + i) / (beta + i - x) * ((gamma + delta + i + 1.0) / (delta + i));
        if sum > LARGE {
            (sum, term, scale) = (sum / LARGE, term / LARGE, scale + ln(LARGE));
        }
    }
    ln(sum) + scale
}

/// A part of ln L with its derivatives by α, β, γ and δ; of the second, the upper triangle.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Part {
    pub(super) value: f64,
    pub(super) gradient: [f64; 4],
    pub(super) hessian: [[f64; 4]; 4],
}

impl Part {
    /// Adds another, so many times.
    pub(super) fn add(&mut self, other: &Self, times: f64) {
        self.value += times * other.value;
        for i in 0..4 {
            self.gradient[i] += times * other.gradient[i];
            for j in i..4 {
                self.hessian[i][j] += times * other.hessian[i][j];
            }
        }
    }
}

/// ln L of a history.
pub(super) fn of_history(model: [f64; 4], x: f64, t_x: f64, t: f64) -> Part {
    let mut part = alive(model, x, t);
    if t > t_x {
        part.add(&or_gone(model, x, t_x, t), 1.0);
    }
    part
}

/// ln of the likelihood of somebody who is alive:
///
/// ```text
/// ln B(α+x, β+T−x)/B(α, β) + ln B(γ, δ+T)/B(γ, δ)
/// ```
fn alive([alpha, beta, gamma, delta]: [f64; 4], x: f64, t: f64) -> Part {
    let (rest, both) = (t - x, alpha + beta);
    let stays = SecondDifferences::of(delta, gamma, t.max(f64::MIN_POSITIVE));
    let value = ln_gamma_ratio(alpha, x) + ln_gamma_ratio(beta, rest) - ln_gamma_ratio(both, t);
    let mut part = Part { value, ..Part::default() };
    let common = digamma_rise(both, t);
    part.gradient[0] = digamma_rise(alpha, x) - common;
    part.gradient[1] = digamma_rise(beta, rest) - common;
    let common = trigamma_drop(both, t);
    part.hessian[0][0] = common - trigamma_drop(alpha, x);
    part.hessian[1][1] = common - trigamma_drop(beta, rest);
    part.hessian[0][1] = common;
    if t > 0.0 {
        part.value -= stays.ln_gamma;
        part.gradient[2] = -digamma_rise(gamma + delta, t);
        part.gradient[3] = -stays.digamma;
        let common = trigamma_drop(gamma + delta, t);
        part.hessian[2][2] = common;
        part.hessian[2][3] = common;
        part.hessian[3][3] = -stays.trigamma;
    }
    part
}

/// ln(1 + Σ o_i): the derivatives are moments over the opportunities after which they may have left.
fn or_gone([alpha, beta, gamma, delta]: [f64; 4], x: f64, t_x: f64, t: f64) -> Part {
    let ln_odds = ln_odds_gone([alpha, beta, gamma, delta], x, t_x, t);
    // ln of 1 + odds without overflow.
    let ln_all = ln_odds.max(0.0) + crate::math::elementary::ln_1p(exp(-ln_odds.abs()));
    let (mut part, mut mean) = (Part::default(), [0.0; 4]);
    part.value = ln_all;
    let (mut ln_term, mut i) = (ln(gamma) - ln(delta + t - 1.0), t - 1.0);
    ln_term += ln(alpha + beta + i) - ln(beta + i - x);
    // First and second derivatives of ln o_i: of each logarithm in it, 1/z and −1/z².
    let mut slope = [1.0, 1.0, 0.0, 0.0].map(|on| on / (alpha + beta + i));
    slope[1] -= 1.0 / (beta + i - x);
    (slope[2], slope[3]) = (1.0 / gamma, -1.0 / (delta + i));
    let square = |z: f64| 1.0 / (z * z);
    let mut bend = Bend {
        buying: -square(alpha + beta + i),
        beta: square(beta + i - x),
        gamma: -square(gamma),
        leaving: 0.0,
        delta: square(delta + i),
    };
    while i >= t_x {
        let weight = exp(ln_term - ln_all);
        for a in 0..4 {
            mean[a] += weight * slope[a];
            for b in a..4 {
                part.hessian[a][b] += weight * (bend.of(a, b) + slope[a] * slope[b]);
            }
        }
        i -= 1.0;
        if i < t_x {
            break;
        }
        let (buying, quiet) = (alpha + beta + i, beta + i - x);
        let (leaving, staying) = (gamma + delta + i + 1.0, delta + i);
        ln_term += ln(buying / quiet) + ln(leaving / staying);
        let (by_buying, by_leaving) = (1.0 / buying, 1.0 / leaving);
        slope[0] += by_buying;
        slope[1] += by_buying - 1.0 / quiet;
        slope[2] += by_leaving;
        slope[3] += by_leaving - 1.0 / staying;
        bend.buying -= square(buying);
        bend.beta += square(quiet);
        bend.leaving -= square(leaving);
        bend.delta += square(staying);
    }
    part.gradient = mean;
    for a in 0..4 {
        for b in a..4 {
            part.hessian[a][b] -= mean[a] * mean[b];
        }
    }
    part
}

/// Second derivatives of ln o_i.
struct Bend {
    /// By α and β in any order.
    buying: f64,
    /// By β twice, besides.
    beta: f64,
    /// By γ twice, besides.
    gamma: f64,
    /// By γ and δ in any order.
    leaving: f64,
    /// By δ twice, besides.
    delta: f64,
}

impl Bend {
    fn of(&self, a: usize, b: usize) -> f64 {
        match (a, b) {
            (0, 0 | 1) => self.buying,
            (1, 1) => self.buying + self.beta,
            (2, 2) => self.leaving + self.gamma,
            (2, 3) => self.leaving,
            (3, 3) => self.leaving + self.delta,
            _ => 0.0,
        }
    }
}
