//! From features of lines to standardised terms, row by row, and sums over them.

use multiversion::multiversion;

use super::line::{Bounds, LineModel, Term};
use super::schema::Feature;
use crate::parallel::{Threads, fill_rows, map_chunks};
use crate::special::elementary::{ln_1p, logistic};
use crate::special::vector::dot;

/// Lines to learn from: their features row by row, what became of them, and how many lines each stands
/// for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    pub(crate) features: Vec<f64>,
    pub(crate) returned: Vec<bool>,
    pub(crate) weight: Vec<f64>,
}

/// Shares of the lines below the knots of a spline.
const KNOTS: [f64; 3] = [0.2, 0.5, 0.8];

/// Farthest from the mean, in standard deviations, that a feature counts.
const FARTHEST: f64 = 8.0;

/// Rows of one piece of work.
const CHUNK: usize = 2048;

/// Standardised terms, row by row, the first of which is 1 for the intercept.
pub(crate) struct Design {
    bounds: Vec<Bounds>,
    terms: Vec<Term>,
    deviation: Vec<f64>,
    width: usize,
    cells: Vec<f64>,
    target: Vec<f64>,
    weight: Vec<f64>,
}

/// Sums over rows: the loss, its gradient and the upper triangle of its Hessian.
#[derive(Debug, Clone)]
pub(crate) struct Sums {
    pub(crate) loss: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: Vec<f64>,
}

impl Design {
    pub(crate) fn new(sample: &Sample, features: &[Feature], threads: Threads) -> Self {
        let (rows, width) = (sample.returned.len(), features.len());
        let bounds: Vec<Bounds> = Self::bounds(sample, width, threads);
        let mut terms: Vec<Term> = Vec::new();
        for (feature, of) in features.iter().enumerate() {
            if bounds[feature].low == bounds[feature].high {
                continue;
            }
            let term = |knot| Term { feature, knot, mean: 0.0, weight: 0.0 };
            terms.push(term(None));
            if of.splined {
                let knots = knots(sample, feature, width, &bounds[feature]);
                terms.extend(knots.into_iter().map(|knot| term(Some(knot))));
            }
        }
        let columns = (1 + terms.len()).next_multiple_of(8);
        let mut design = Self {
            bounds,
            deviation: Vec::new(),
            width: columns,
            cells: vec![0.0; rows * columns],
            target: sample.returned.iter().map(|&returned| f64::from(returned)).collect(),
            weight: sample.weight.clone(),
            terms,
        };
        fill_rows(&mut design.cells, columns, threads, |first, cells| {
            let features = sample.features[first * width..].chunks_exact(width);
            for (cells, features) in cells.chunks_exact_mut(columns).zip(features) {
                cells[0] = 1.0;
                for (cell, term) in cells[1..].iter_mut().zip(&design.terms) {
                    let x = design.bounds[term.feature].within(features[term.feature]);
                    *cell = term.basis(x);
                }
            }
        });
        design.standardise(threads);
        design
    }

    fn bounds(sample: &Sample, width: usize, threads: Threads) -> Vec<Bounds> {
        // n, Σ w x, Σ w x², least and most of each feature.
        let chunks = map_chunks(sample.returned.len(), CHUNK, threads, |rows| {
            let mut all = vec![[0.0, 0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY]; width];
            for row in rows {
                let w = sample.weight[row];
                let features = &sample.features[row * width..(row + 1) * width];
                for (of, &x) in all.iter_mut().zip(features).filter(|(_, x)| !x.is_nan()) {
                    *of = [of[0] + w, of[1] + w * x, of[2] + w * x * x, of[3].min(x), of[4].max(x)];
                }
            }
            all
        });
        let mut all = vec![[0.0, 0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY]; width];
        for chunk in chunks {
            for (a, b) in all.iter_mut().zip(chunk) {
                *a = [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3].min(b[3]), a[4].max(b[4])];
            }
        }
        let bounds = |[n, sum, squares, least, most]: [f64; 5]| {
            if n == 0.0 {
                return Bounds { low: 0.0, high: 0.0, mean: 0.0 };
            }
            let mean: f64 = (sum / n).clamp(least, most);
            let spread = FARTHEST * (squares / n - mean * mean).max(0.0).sqrt();
            let spread = if spread.is_finite() { spread } else { most - least };
            Bounds { low: least.max(mean - spread), high: most.min(mean + spread), mean }
        };
        all.into_iter().map(bounds).collect()
    }

    fn standardise(&mut self, threads: Threads) {
        let width = self.width;
        let chunks = map_chunks(self.target.len(), CHUNK, threads, |rows| {
            let mut sums = vec![[0.0; 2]; width];
            for row in rows {
                let w = self.weight[row];
                let cells = &self.cells[row * width..(row + 1) * width];
                for (sum, &x) in sums.iter_mut().zip(cells) {
                    *sum = [sum[0] + w * x, sum[1] + w * x * x];
                }
            }
            sums
        });
        let n: f64 = self.weight.iter().sum();
        let mut sums = vec![[0.0; 2]; width];
        for chunk in chunks {
            for (a, b) in sums.iter_mut().zip(chunk) {
                *a = [a[0] + b[0], a[1] + b[1]];
            }
        }
        let mut scale = vec![(0.0, 1.0); width];
        for (term, ([sum, squares], scale)) in
            self.terms.iter_mut().zip(sums[1..].iter().zip(&mut scale[1..]))
        {
            let mean: f64 = sum / n;
            let variance = squares / n - mean * mean;
            // What hardly varies beside rounding does not vary.
            let deviation = if variance > 1e-12 * (1.0 + mean * mean) {
                variance.sqrt()
            } else {
                f64::INFINITY
            };
            term.mean = mean;
            *scale = (mean, 1.0 / deviation);
            self.deviation.push(deviation);
        }
        fill_rows(&mut self.cells, width, threads, |_, cells| {
            for cells in cells.chunks_exact_mut(width) {
                for (cell, (mean, inverse)) in cells.iter_mut().zip(&scale) {
                    *cell = (*cell - mean) * inverse;
                }
            }
        });
    }

    pub(crate) fn rows(&self) -> usize {
        self.target.len()
    }

    /// Columns, the intercept and padding included.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Sums over every `step`-th of the rows given; the Hessian only if asked for.
    pub(crate) fn sums(
        &self,
        beta: &[f64],
        rows: std::ops::Range<usize>,
        step: usize,
        hessian: bool,
        threads: Threads,
    ) -> Sums {
        let width = self.width;
        let chunks = map_chunks(rows.len(), CHUNK, threads, |chunk| {
            let mut sums = Sums {
                loss: 0.0,
                gradient: vec![0.0; width],
                hessian: vec![0.0; if hessian { width * width } else { 0 }],
            };
            let chosen: Vec<usize> =
                chunk.map(|row| rows.start + row).filter(|row| row % step == 0).collect();
            for four in chosen.chunks(4) {
                let cells = four.iter().map(|&row| &self.cells[row * width..(row + 1) * width]);
                let cells: Vec<&[f64]> = cells.collect();
                let ends = four.iter().map(|&row| (self.target[row], self.weight[row]));
                add_rows(&mut sums, &cells, ends, beta, step as f64);
            }
            sums
        });
        let empty = Sums {
            loss: 0.0,
            gradient: vec![0.0; width],
            hessian: vec![0.0; if hessian { width * width } else { 0 }],
        };
        chunks.into_iter().fold(empty, |mut all, chunk| {
            all.add(&chunk);
            all
        })
    }

    /// The model of these coefficients, on the scale of the features.
    pub(crate) fn model(&self, beta: &[f64]) -> LineModel {
        let scaled = self.terms.iter().zip(beta[1..].iter().zip(&self.deviation));
        let terms = scaled.map(|(term, (b, deviation))| Term { weight: b / deviation, ..*term });
        LineModel {
            intercept: beta[0],
            bounds: self.bounds.clone(),
            terms: terms.filter(|term| term.weight != 0.0).collect(),
        }
    }
}

impl Sums {
    pub(crate) fn add(&mut self, other: &Self) {
        self.loss += other.loss;
        self.gradient.iter_mut().zip(&other.gradient).for_each(|(a, b)| *a += b);
        self.hessian.iter_mut().zip(&other.hessian).for_each(|(a, b)| *a += b);
    }
}

/// ln(1 + e^z) − y z.
pub(crate) fn loss(z: f64, y: f64) -> f64 {
    let e = crate::special::elementary::exp(-z.abs());
    z.max(0.0) - y * z + ln_1p(e)
}

/// Adds up to four rows, for which the Hessian is read and written once.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_rows(
    sums: &mut Sums,
    rows: &[&[f64]],
    ends: impl Iterator<Item = (f64, f64)>,
    beta: &[f64],
    times: f64,
) {
    let width = beta.len();
    let mut curvature = [0.0; 4];
    for ((cells, (target, weight)), curvature) in rows.iter().zip(ends).zip(&mut curvature) {
        let w = weight * times;
        let z = dot(cells, beta);
        let p = logistic(z);
        sums.loss += w * loss(z, target);
        let slope = w * (p - target);
        for (g, x) in sums.gradient.iter_mut().zip(*cells) {
            *g += slope * x;
        }
        *curvature = w * p * (1.0 - p);
    }
    if sums.hessian.is_empty() {
        return;
    }
    // Missing rows repeat the first with no curvature.
    let row = |i: usize| rows.get(i).unwrap_or(&rows[0]);
    let (a, b, c, d) = (row(0), row(1), row(2), row(3));
    for i in 0..width {
        // Whole vectors: from the multiple of eight below the diagonal.
        let from = i & !7;
        let [p, q, r, s] =
            [curvature[0] * a[i], curvature[1] * b[i], curvature[2] * c[i], curvature[3] * d[i]];
        let target = &mut sums.hessian[i * width + from..(i + 1) * width];
        let (a, b, c, d) = (&a[from..width], &b[from..width], &c[from..width], &d[from..width]);
        for (j, h) in target.iter_mut().enumerate() {
            *h += (p * a[j] + q * b[j]) + (r * c[j] + s * d[j]);
        }
    }
}

/// Where a spline bends: quantiles of at most some thousand rows, within the bounds.
fn knots(sample: &Sample, feature: usize, width: usize, bounds: &Bounds) -> Vec<f64> {
    let rows = sample.returned.len();
    let step = rows.div_ceil(4096).max(1);
    let value = |row: usize| (sample.features[row * width + feature], sample.weight[row]);
    let mut values: Vec<(f64, f64)> =
        (0..rows).step_by(step).map(value).filter(|(x, _)| !x.is_nan()).collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    let mut knots: Vec<f64> = Vec::new();
    for share in KNOTS {
        let mut below = 0.0;
        let at = values.iter().find(|(_, weight)| {
            below += weight;
            below >= share * total
        });
        let Some(&(knot, _)) = at else { continue };
        let new = knots.last().is_none_or(|&last| knot > last);
        if new && knot > bounds.low && knot < bounds.high {
            knots.push(knot);
        }
    }
    knots
}
