//! Importance sampling around the mode, adapted where its weights are uneven.

use nalgebra::DMatrix;

use super::density::Whitened;
use super::proposal::Proposal;
use super::smoothing::{Smoothed, smooth};

/// Rounds after the first, each of which draws anew from a proposal that the last has mended.
const ROUNDS: usize = 2;

/// Largest shape of the weights' tail with which a sample is believed (Vehtari et al. 2024).
pub(super) const BELIEVED: f64 = 0.7;

/// A sample with a tail as light and weights as even as this is not drawn anew: a choice, well below what
/// is believed, as a further round costs as much as the first.
const GOOD: (f64, f64) = (0.5, 0.5);

/// Points with weights.
pub(super) struct Sample {
    pub(super) points: Vec<Vec<f64>>,
    pub(super) smoothed: Smoothed,
    /// Rounds of adaptation behind it.
    pub(super) rounds: usize,
}

/// Draws from the posterior; the best of the rounds.
pub(super) fn sample(density: &Whitened<'_>, draws: usize, seed: u64) -> Sample {
    let mut proposal = Proposal::standard(density.dimension());
    let mut best: Option<Sample> = None;
    for round in 0..=ROUNDS {
        let points = proposal.draw(draws, seed, round);
        let density_at = density.ln_all(&points);
        let ln_weights: Vec<f64> =
            points.iter().zip(&density_at).map(|(z, ln)| ln - proposal.ln(z)).collect();
        let smoothed = smooth(&ln_weights);
        let (mean, covariance) = moments(&points, &smoothed.weights);
        let good = smoothed.k_hat <= GOOD.0 && smoothed.effective() >= GOOD.1 * draws as f64;
        let better = best.as_ref().is_none_or(|best| smoothed.k_hat < best.smoothed.k_hat);
        if better {
            best = Some(Sample { points, smoothed, rounds: round });
        }
        if good {
            break;
        }
        proposal.add(&mean, covariance);
    }
    best.unwrap_or_else(|| unreachable!("the first round is the best until then"))
}

/// Mean and covariance of weighted points.
pub(super) fn moments(points: &[Vec<f64>], weights: &[f64]) -> (Vec<f64>, DMatrix<f64>) {
    let d = points.first().map_or(0, Vec::len);
    let mut mean = vec![0.0; d];
    for (point, weight) in points.iter().zip(weights) {
        for (mean, z) in mean.iter_mut().zip(point) {
            *mean += weight * z;
        }
    }
    let mut covariance = DMatrix::zeros(d, d);
    for (point, weight) in points.iter().zip(weights) {
        for i in 0..d {
            for j in 0..d {
                covariance[(i, j)] += weight * (point[i] - mean[i]) * (point[j] - mean[j]);
            }
        }
    }
    (mean, covariance)
}
