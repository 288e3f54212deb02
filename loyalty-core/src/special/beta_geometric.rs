//! Expected renewals of a gamma–Poisson process that a beta–geometric dropout ends.

use multiversion::multiversion;

use super::elementary::{exp, exp_m1, ln_1p};

/// Coefficients of the series taken at a time; convergence is looked at after each lot.
pub(super) const LOT: usize = 32;

/// Lots after which the series gives way to quadrature.
pub(super) const MOST_LOTS: usize = 19;

/// A spread of logit p whose square is nothing against 1: p is then as good as known.
pub(super) const CONCENTRATED: f64 = 1e-8;

/// Arguments side by side: enough to hide the latency of the additions.
pub(super) const GROUP: usize = 16;

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
    s: f64,
    a: f64,
    b: f64,
    /// The coefficients, where they are worth keeping.
    table: Vec<[f64; LOT]>,
}

impl Renewals {
    /// For few arguments: coefficients are made as they are needed.
    pub(crate) fn new(s: f64, a: f64, b: f64) -> Self {
        Self { s, a, b, table: Vec::new() }
    }

    /// For many arguments: coefficients are made once.
    pub(crate) fn tabulated(mut self) -> Self {
        let mut source = Coefficients::new(self.s, self.a, self.b);
        self.table = (0..MOST_LOTS).map(|_| source.next_lot()).collect();
        self
    }

    /// The shape s of the rates.
    pub(crate) fn shape(&self) -> f64 {
        self.s
    }

    /// G at one argument.
    pub(crate) fn at(&self, z: f64) -> f64 {
        let mut out = [0.0];
        self.each(&[z], &mut out);
        out[0]
    }

    /// G at each argument; the same bits as one at a time, tabulated or not.
    pub(crate) fn each(&self, z: &[f64], out: &mut [f64]) {
        for (z, out) in z.chunks(GROUP).zip(out.chunks_mut(GROUP)) {
            let mut series = Series::new(self.s, z, 0.0);
            let mut source = Coefficients::new(self.s, self.a, self.b);
            for lot in 0..MOST_LOTS {
                let all_done = match self.table.get(lot) {
                    Some(kept) => series.add(kept),
                    None => series.add(&source.next_lot()),
                };
                if all_done {
                    break;
                }
            }
            for (lane, (&z, out)) in z.iter().zip(out).enumerate() {
                let done = series.done[lane];
                *out = if done { series.result[lane] } else { integral(self.s, z, self.a, self.b) };
            }
        }
    }
}

/// The coefficients c_1, c_2, … in order.
pub(super) struct Coefficients {
    s: f64,
    a: f64,
    b: f64,
    /// The index of the last one made.
    j: f64,
    /// (s)_j / j!
    binomial: f64,
    /// (b)_j / (a+b)_j
    survives: f64,
    /// Σ_{k<j} (b)_k / (a+b)_k
    survived: f64,
}

impl Coefficients {
    pub(super) fn new(s: f64, a: f64, b: f64) -> Self {
        Self { s, a, b, j: 0.0, binomial: 1.0, survives: 1.0, survived: 0.0 }
    }

    fn next_lot(&mut self) -> [f64; LOT] {
        [0.0; LOT].map(|_| {
            self.step();
            self.binomial * self.survived
        })
    }

    /// The same of the probability to survive them all, (s)_j/j! · (b)_j/(a+b)_j.
    pub(super) fn next_lot_of_survival(&mut self) -> [f64; LOT] {
        [0.0; LOT].map(|_| {
            self.step();
            self.binomial * self.survives
        })
    }

    fn step(&mut self) {
        let before = self.j;
        self.j += 1.0;
        self.binomial *= (self.s + before) / self.j;
        self.survived += self.survives;
        self.survives *= (self.b + before) / (self.a + self.b + before);
    }
}

/// Partial sums of the series at several arguments.
pub(super) struct Series {
    /// z/(1+z), its power so far and the sum.
    w: [f64; GROUP],
    power: [f64; GROUP],
    sum: [f64; GROUP],
    /// (1+z)^−s.
    scale: [f64; GROUP],
    /// The results that are done: later terms cannot touch them.
    pub(super) result: [f64; GROUP],
    pub(super) done: [bool; GROUP],
}

impl Series {
    /// With the term of power 0.
    pub(super) fn new(s: f64, z: &[f64], first: f64) -> Self {
        let mut series = Self {
            w: [0.0; GROUP],
            power: [1.0; GROUP],
            sum: [first; GROUP],
            scale: [1.0; GROUP],
            result: [0.0; GROUP],
            done: [false; GROUP],
        };
        // Lanes without an argument are at z = 0 and done at once.
        series.w[..z.len()].copy_from_slice(z);
        begin(s, &mut series.w, &mut series.scale);
        series
    }

    /// Adds the next terms; whether all results are done.
    pub(super) fn add(&mut self, coefficients: &[f64; LOT]) -> bool {
        add_terms(self, coefficients)
    }
}

/// From z to z/(1+z) and (1+z)^−s.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn begin(s: f64, z: &mut [f64; GROUP], scale: &mut [f64; GROUP]) {
    for lane in 0..GROUP {
        scale[lane] = exp(-s * ln_1p(z[lane]));
        z[lane] /= 1.0 + z[lane];
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_terms(series: &mut Series, coefficients: &[f64; LOT]) -> bool {
    /// Less than half a unit in the last place of the sum.
    const NOTHING: f64 = f64::EPSILON / 4.0;
    let Series { w, scale, .. } = *series;
    let (mut power, mut sum) = (series.power, series.sum);
    for coefficient in coefficients {
        for lane in 0..GROUP {
            power[lane] *= w[lane];
            sum[lane] += coefficient * power[lane];
        }
    }
    (series.power, series.sum) = (power, sum);
    let mut all_done = true;
    for lane in 0..GROUP {
        let term = coefficients[LOT - 1] * power[lane];
        // Where (1+z)^−s underflows the sum overflows: a case for quadrature.
        let in_range = sum[lane] < 1e290 && scale[lane] > 1e-290;
        let converged = in_range && term <= NOTHING * sum[lane];
        let before = series.done[lane];
        series.result[lane] = if before { series.result[lane] } else { scale[lane] * sum[lane] };
        series.done[lane] = before | converged;
        all_done &= series.done[lane];
    }
    all_done
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
fn ln_weight(v: f64, a: f64, b: f64) -> f64 {
    let (ln_p, ln_q) = if v < 0.0 {
        let tail = ln_1p(exp(v));
        (v - tail, -tail)
    } else {
        let tail = ln_1p(exp(-v));
        (-tail, -v - tail)
    };
    a * ln_p + b * ln_q
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
    use crate::special::reference::{Worst, error, rows};

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
