//! The power series of the beta–geometric functions, all of whose terms are positive.

use multiversion::multiversion;

use super::elementary::{exp, ln_1p};

/// Coefficients of the series taken at a time; convergence is looked at after each lot.
const LOT: usize = 32;

/// Lots after which the series gives way to quadrature: renewals at each event, and at every k-th, for which
/// quadrature costs a hundred times as much.
const MOST_LOTS: [usize; 2] = [19, 128];

/// Arguments side by side: enough to hide the latency of the additions.
const GROUP: usize = 16;

/// What is summed: the number of renewals before dropout, or the probability that there is none.
#[derive(Debug, Clone, Copy)]
pub(super) enum Terms {
    /// c_j = (s)_j/j! · Σ_{k<j} (b)_k/(a+b)_k, from j = 1.
    Renewals,
    /// c_j = (s)_j/j! · (b)_j/(a+b)_j, from j = 0.
    Survival,
}

/// Which events of the process are renewals: every k-th, `passed` of the next lie behind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    pub(super) k: u32,
    pub(super) passed: u32,
}

/// (1+z)^−s Σ_j c_j (z/(1+z))^j.
///
/// The coefficients do not depend on z, so that arguments share them.
#[derive(Debug, Clone)]
pub(super) struct PositiveSeries {
    terms: Terms,
    pub(super) s: f64,
    pub(super) a: f64,
    pub(super) b: f64,
    phase: Phase,
    /// The coefficients, where they are worth keeping.
    table: Vec<[f64; LOT]>,
}

impl PositiveSeries {
    pub(super) fn new(terms: Terms, s: f64, a: f64, b: f64) -> Self {
        Self { terms, s, a, b, phase: Phase { k: 1, passed: 0 }, table: Vec::new() }
    }

    /// The same where every k-th event is a renewal. With m the renewals among l + j events, the factors of
    /// (s)_j/j! are Σ_{i<m} (b)_i/(a+b)_i and (b)_m/(a+b)_m.
    pub(super) fn in_phase(self, phase: Phase) -> Self {
        Self { phase, ..self }
    }

    fn most_lots(&self) -> usize {
        MOST_LOTS[usize::from(self.phase.k > 1)]
    }

    fn coefficients(&self) -> Coefficients {
        Coefficients::new(self)
    }

    pub(super) fn tabulated(mut self) -> Self {
        let mut source = self.coefficients();
        self.table = (0..self.most_lots()).map(|_| source.next_lot(self.terms)).collect();
        self
    }

    /// The sum at each argument, and what `otherwise` gives where it is long: the same bits as one at a
    /// time, tabulated or not.
    pub(super) fn each(&self, z: &[f64], out: &mut [f64], otherwise: impl Fn(f64) -> f64) {
        let first = match self.terms {
            Terms::Renewals => 0.0,
            Terms::Survival => 1.0,
        };
        for (z, out) in z.chunks(GROUP).zip(out.chunks_mut(GROUP)) {
            let mut series = Series::new(self.s, z, first);
            let mut source = self.coefficients();
            for lot in 0..self.most_lots() {
                let all_done = match self.table.get(lot) {
                    Some(kept) => series.add(kept),
                    None => series.add(&source.next_lot(self.terms)),
                };
                if all_done {
                    break;
                }
            }
            for (lane, (&z, out)) in z.iter().zip(out).enumerate() {
                *out = if series.done[lane] { series.result[lane] } else { otherwise(z) };
            }
        }
    }
}

/// The coefficients in order.
struct Coefficients {
    s: f64,
    a: f64,
    b: f64,
    /// The index of the last one made.
    j: f64,
    /// Events between renewals, those to the next, and the renewals so far.
    k: u32,
    ahead: u32,
    renewals: f64,
    /// (s)_j / j!
    binomial: f64,
    /// (b)_m / (a+b)_m after m renewals
    survives: f64,
    /// Σ_{i<m} (b)_i / (a+b)_i
    survived: f64,
}

impl Coefficients {
    fn new(&PositiveSeries { s, a, b, phase: Phase { k, passed }, .. }: &PositiveSeries) -> Self {
        let (j, renewals, ahead) = (0.0, 0.0, k - passed);
        Self { s, a, b, j, k, ahead, renewals, binomial: 1.0, survives: 1.0, survived: 0.0 }
    }

    fn next_lot(&mut self, terms: Terms) -> [f64; LOT] {
        [0.0; LOT].map(|_| {
            self.step();
            self.binomial
                * match terms {
                    Terms::Renewals => self.survived,
                    Terms::Survival => self.survives,
                }
        })
    }

    fn step(&mut self) {
        let before = self.j;
        self.j += 1.0;
        self.binomial *= (self.s + before) / self.j;
        self.ahead -= 1;
        if self.ahead == 0 {
            self.survived += self.survives;
            self.survives *= (self.b + self.renewals) / (self.a + self.b + self.renewals);
            self.renewals += 1.0;
            self.ahead = self.k;
        }
    }
}

/// Partial sums of the series at several arguments.
struct Series {
    /// z/(1+z), its power so far and the sum.
    w: [f64; GROUP],
    power: [f64; GROUP],
    sum: [f64; GROUP],
    /// (1+z)^−s.
    scale: [f64; GROUP],
    /// The results that are done: later terms cannot touch them.
    result: [f64; GROUP],
    done: [bool; GROUP],
}

impl Series {
    /// With the term of power 0.
    fn new(s: f64, z: &[f64], first: f64) -> Self {
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
    fn add(&mut self, coefficients: &[f64; LOT]) -> bool {
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
