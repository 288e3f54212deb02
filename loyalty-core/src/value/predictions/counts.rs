//! Purchases of single customers, exactly: quantiles of their distribution.

use super::options::{PredictionIntervals, PredictionOptions};
use crate::Error;
use crate::memory;
use crate::parallel::{Threads, map_chunks};
use crate::purchase::PurchaseModel;
use crate::summary::CustomerSummary;

/// Parameters that a distribution is averaged over. Those of a single customer vary much less than what they do, so that
/// few points tell the ends of the interval.
const POINTS: usize = 32;

/// Histories worked on at once.
const CHUNK: usize = 256;

/// Counts told apart at first, and how many times more for those whom they do not reach.
const FIRST: usize = 8;
const GROWTH: usize = 4;
/// Most counts told apart.
const MOST: usize = 10_000;

pub(super) fn intervals<P: PurchaseModel>(
    models: &[P],
    customers: &CustomerSummary,
    horizon: f64,
    options: &PredictionOptions,
) -> Result<PredictionIntervals, Error> {
    let models = &models[..POINTS.min(models.len())];
    memory::ask_for_rows("intervals of customers", customers.len(), 128, 0)?;
    let (distinct, of_row) = customers.by_history();
    let chunks = map_chunks(distinct.len(), CHUNK, options.threads, |rows| {
        ends(models, &distinct.slice(rows), horizon, options.level)
    });
    let mut of_history: Vec<[f64; 2]> = Vec::with_capacity(distinct.len());
    for chunk in chunks {
        of_history.extend(chunk?);
    }
    let end = |side: usize| of_row.iter().map(|&row| of_history[row as usize][side]).collect();
    Ok(PredictionIntervals { estimate: Vec::new(), lower: end(0), upper: end(1) })
}

/// Both ends for every customer: the least counts up to which there is more than half, and at least all but half, of
/// what the interval leaves out.
fn ends<P: PurchaseModel>(
    models: &[P],
    customers: &CustomerSummary,
    horizon: f64,
    level: f64,
) -> Result<Vec<[f64; 2]>, Error> {
    let outside = 0.5 * (1.0 - level);
    let mut found = vec![[0.0; 2]; customers.len()];
    let mut left: Vec<u32> = (0..).take(customers.len()).collect();
    let mut counts = FIRST;
    while !left.is_empty() {
        if counts > MOST {
            let expected = "short enough for at most 10,000 purchases of a customer";
            return Err(Error::parameter("horizon", expected, horizon));
        }
        let mean = averaged(models, &customers.of_rows(&left), horizon, counts)?;
        let mut beyond = Vec::new();
        for (&row, distribution) in left.iter().zip(mean.chunks(counts)) {
            // The last place has all greater counts.
            match quantiles(&distribution[..counts - 1], outside) {
                Some(ends) => found[row as usize] = ends,
                None => beyond.push(row),
            }
        }
        left = beyond;
        counts *= GROWTH;
    }
    Ok(found)
}

/// The distributions of all customers in mean over the models.
fn averaged<P: PurchaseModel>(
    models: &[P],
    customers: &CustomerSummary,
    horizon: f64,
    counts: usize,
) -> Result<Vec<f64>, Error> {
    let mut mean = vec![0.0; customers.len() * counts];
    let mut one = mean.clone();
    for model in models {
        model.purchase_distribution_into(customers, horizon, counts, &mut one, Threads::ONE)?;
        let share = 1.0 / models.len() as f64;
        mean.iter_mut().zip(&one).for_each(|(mean, p)| *mean += share * p);
    }
    Ok(mean)
}

/// The ends, if these counts reach the upper one.
fn quantiles(distribution: &[f64], outside: f64) -> Option<[f64; 2]> {
    let (mut up_to, mut lower) = (0.0, None);
    for (n, p) in distribution.iter().enumerate() {
        up_to += p;
        if up_to > outside && lower.is_none() {
            lower = Some(n as f64);
        }
        if up_to >= 1.0 - outside {
            return lower.map(|lower| [lower, n as f64]);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_hold_at_least_their_share() {
        assert_eq!(quantiles(&[0.04, 0.06, 0.5, 0.3, 0.08], 0.05), Some([1.0, 4.0]));
        assert_eq!(quantiles(&[0.06, 0.5, 0.3, 0.08], 0.05), None);
        assert_eq!(quantiles(&[0.97, 0.02], 0.05), Some([0.0, 0.0]));
    }
}
