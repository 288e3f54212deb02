//! Predictions over all points of a posterior, block of customers by block.

use std::ops::Range;

use crate::Error;
use crate::error::same_length;
use crate::estimation::{Intervals, Scale, two_sided};
use crate::memory;
use crate::parallel::{Threads, fill_columns, map_chunks};

/// Rows predicted at once: their predictions under all points are held together, so that memory grows with
/// neither customers nor points times customers.
const BLOCK: usize = 4096;

/// The same where only their sums are held: large enough for what a prediction shares among its rows to pay.
const SUMMED: usize = 1 << 18;

/// Mean and variance of every row, as it is and on a scale.
#[derive(Default)]
pub(crate) struct Moments {
    pub(crate) mean: Vec<f64>,
    pub(crate) variance: Vec<f64>,
    pub(crate) mean_on_scale: Vec<f64>,
    pub(crate) variance_on_scale: Vec<f64>,
}

impl Moments {
    /// Those of the rows with these numbers.
    pub(crate) fn of_rows(&self, numbers: &[u32]) -> Self {
        let some = |column: &[f64]| numbers.iter().map(|&row| column[row as usize]).collect();
        Self {
            mean: some(&self.mean),
            variance: some(&self.variance),
            mean_on_scale: some(&self.mean_on_scale),
            variance_on_scale: some(&self.variance_on_scale),
        }
    }
}

/// How the ends of an interval follow from the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// As quantiles.
    Quantiles,
    /// As those of a normal distribution with the points' moments.
    Normal,
}

/// Models with weights that add up to 1.
pub(crate) struct Points<'a, M> {
    pub(crate) models: Vec<M>,
    pub(crate) weights: &'a [f64],
    pub(crate) ends: Ends,
}

impl<M: Sync> Points<'_, M> {
    /// The bytes of the predictions of a block under all points, in every thread.
    fn room(&self, rows: usize, threads: Threads) -> usize {
        let each = 8 * (BLOCK.min(rows) + 8) * self.models.len();
        each.saturating_mul(threads.count().min(rows.div_ceil(BLOCK)))
    }

    /// See [`Posterior::predict`](super::Posterior::predict).
    pub(crate) fn predict<T>(
        &self,
        rows: usize,
        scale: Scale,
        level: f64,
        threads: Threads,
        part: impl Fn(Range<usize>) -> T + Sync,
        predict: impl Fn(&M, &T, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<Intervals, Error> {
        two_sided(level)?;
        memory::ask_for_rows("intervals of customers", rows, 60, self.room(rows, threads))?;
        let blocks = map_chunks(rows, BLOCK, threads, |range| {
            let count = range.len();
            let values = predicted(&self.models, range, &part, &predict)?;
            let mut all = Intervals::default();
            for row in 0..count {
                let values: Vec<f64> = values.iter().map(|point| point[row]).collect();
                all.extend(summarised(&values, self.weights, self.ends, scale, level)?);
            }
            Ok(all)
        });
        let mut all = Intervals::default();
        for block in blocks {
            all.extend(block?);
        }
        Ok(all)
    }

    /// See [`Posterior::average_into`](super::Posterior::average_into).
    pub(crate) fn average_into<T>(
        &self,
        width: usize,
        out: &mut [f64],
        threads: Threads,
        part: impl Fn(Range<usize>) -> T + Sync,
        predict: impl Fn(&M, &T, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        if width == 0 {
            return Err(Error::Empty { what: "width", expected: "values of a row" });
        }
        let rows = out.len() / width;
        same_length(rows * width, "out", out.len())?;
        let ends: Vec<usize> =
            (0..rows).step_by(BLOCK).map(|start| width * rows.min(start + BLOCK)).collect();
        let blocks = fill_columns(vec![out], &ends, threads, |cells, columns| {
            let rows = cells.start / width..cells.end / width;
            let some = part(rows.clone());
            let total = &mut *columns[0];
            total.fill(0.0);
            let mut values = vec![0.0; total.len()];
            for (model, &weight) in self.models.iter().zip(self.weights) {
                predict(model, &some, &mut values).map_err(|error| of_all(error, &rows))?;
                total.iter_mut().zip(&values).for_each(|(total, value)| *total += weight * value);
            }
            Ok(())
        });
        blocks.into_iter().collect()
    }

    /// Mean and variance of every row's prediction, as it is and on the scale.
    pub(crate) fn moments<T>(
        &self,
        rows: usize,
        scale: Scale,
        threads: Threads,
        part: impl Fn(Range<usize>) -> T + Sync,
        predict: impl Fn(&M, &T, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<Moments, Error> {
        memory::ask_for_rows("intervals of customers", rows, 72, 0)?;
        let blocks = map_chunks(rows, SUMMED, threads, |range| {
            let (count, some) = (range.len(), part(range.clone()));
            let (mut natural, mut on_scale) = (Spread::over(count), Spread::over(count));
            let (mut out, mut places) = (vec![0.0; count], vec![0.0; count]);
            for (model, &weight) in self.models.iter().zip(self.weights) {
                predict(model, &some, &mut out).map_err(|error| of_all(error, &range))?;
                places.iter_mut().zip(&out).for_each(|(place, &value)| *place = scale.of(value));
                natural.add(&out, weight);
                on_scale.add(&places, weight);
            }
            Ok((natural.moments(), on_scale.moments()))
        });
        let mut all = Moments::default();
        for block in blocks {
            let (natural, on_scale) = block?;
            all.mean.extend(natural.0);
            all.variance.extend(natural.1);
            all.mean_on_scale.extend(on_scale.0);
            all.variance_on_scale.extend(on_scale.1);
        }
        Ok(all)
    }
}

/// Weighted moments of many rows at once, from one pass over the points: away from the values of the first, so
/// that no digits cancel where all are close together.
struct Spread {
    first: Vec<f64>,
    sum: Vec<f64>,
    squares: Vec<f64>,
}

impl Spread {
    fn over(rows: usize) -> Self {
        Self { first: Vec::new(), sum: vec![0.0; rows], squares: vec![0.0; rows] }
    }

    fn add(&mut self, values: &[f64], weight: f64) {
        if self.first.is_empty() {
            self.first = values.to_vec();
        }
        let rows = values.iter().zip(&self.first).zip(self.sum.iter_mut().zip(&mut self.squares));
        for ((value, first), (sum, square)) in rows {
            let away = value - first;
            *sum += weight * away;
            *square += weight * away * away;
        }
    }

    /// Means and variances, of weights that add up to 1.
    fn moments(self) -> (Vec<f64>, Vec<f64>) {
        let mean = self.first.iter().zip(&self.sum).map(|(first, sum)| first + sum).collect();
        let rows = self.squares.iter().zip(&self.sum);
        (mean, rows.map(|(square, sum)| f64::max(0.0, square - sum * sum)).collect())
    }
}

/// Mean, standard deviation and ends of weighted values.
pub(super) fn summarised(
    values: &[f64],
    weights: &[f64],
    ends: Ends,
    scale: Scale,
    level: f64,
) -> Result<Intervals, Error> {
    let z = two_sided(level)?;
    let over = |of: &dyn Fn(f64) -> f64| -> f64 {
        values.iter().zip(weights).map(|(value, weight)| weight * of(*value)).sum()
    };
    let mean = over(&|value| value);
    let deviation = over(&|value| (value - mean) * (value - mean)).max(0.0).sqrt();
    let [lower, upper] = match ends {
        Ends::Quantiles => quantiles(values, weights, [0.5 - 0.5 * level, 0.5 + 0.5 * level]),
        Ends::Normal => {
            let centre = over(&|value| scale.of(value));
            let away = |value| scale.of(value) - centre;
            let spread = over(&|value| away(value) * away(value)).max(0.0).sqrt();
            normal_ends(mean, centre, spread, scale, z)
        }
    };
    Ok(Intervals {
        estimate: vec![mean],
        standard_error: vec![deviation],
        lower: vec![lower],
        upper: vec![upper],
    })
}

/// The ends of an interval that is normal on a scale; where a value lies at the end of its domain, such as
/// P(alive) = 1 under every point, it does not vary.
pub(crate) fn normal_ends(mean: f64, centre: f64, spread: f64, scale: Scale, z: f64) -> [f64; 2] {
    if centre.is_finite() && spread.is_finite() {
        [-z, z].map(|z| scale.value_at(centre + z * spread))
    } else {
        [mean; 2]
    }
}

/// The predictions of a block under every model.
fn predicted<M, T>(
    models: &[M],
    range: Range<usize>,
    part: &(impl Fn(Range<usize>) -> T + Sync),
    predict: &(impl Fn(&M, &T, &mut [f64]) -> Result<(), Error> + Sync),
) -> Result<Vec<Vec<f64>>, Error> {
    let some = part(range.clone());
    let under = |model: &M| {
        let mut out = vec![0.0; range.len()];
        predict(model, &some, &mut out).map(|()| out).map_err(|error| of_all(error, &range))
    };
    models.iter().map(under).collect()
}

/// What was wrong with a row of a block, of that row among all.
fn of_all(error: Error, block: &Range<usize>) -> Error {
    match error {
        Error::Value { row, .. } => error.in_row(block.start + row),
        other => other,
    }
}

/// Quantiles of weighted values, between the two values around each.
fn quantiles(values: &[f64], weights: &[f64], at: [f64; 2]) -> [f64; 2] {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    at.map(|p| {
        // A value stands in the middle of its weight.
        let (mut below, mut last) = (0.0, (0.0, values[order[0]]));
        for &row in &order {
            let here = (below + 0.5 * weights[row], values[row]);
            if here.0 >= p {
                let share = if here.0 > last.0 { (p - last.0) / (here.0 - last.0) } else { 1.0 };
                return last.1 + share * (here.1 - last.1);
            }
            below += weights[row];
            last = here;
        }
        last.1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_count_weights() {
        let values = [3.0, 1.0, 2.0];
        assert_eq!(quantiles(&values, &[0.25, 0.5, 0.25], [0.25, 0.625]), [1.0, 2.0]);
        assert_eq!(quantiles(&values, &[0.25, 0.5, 0.25], [0.01, 0.99]), [1.0, 3.0]);
        let even: Vec<f64> = (0..1000).map(f64::from).collect();
        let [low, high] = quantiles(&even, &[1e-3; 1000], [0.05, 0.95]);
        assert!((low - 49.5).abs() < 1e-9 && (high - 949.5).abs() < 1e-9, "{low} {high}");
    }
}
