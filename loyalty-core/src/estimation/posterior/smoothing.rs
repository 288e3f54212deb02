//! Pareto smoothing of importance weights, and the diagnostic that comes with it.
//!
//! The largest weights are replaced by the quantiles of a generalised Pareto distribution fitted to them,
//! and its shape k̂ says whether the sample tells of the target at all: above 0.7 the estimates need
//! astronomically many draws.
//!
//! Vehtari, Simpson, Gelman, Yao & Gabry (2024), "Pareto smoothed importance sampling", Journal of Machine
//! Learning Research 25(72); Zhang & Stephens (2009), "A new and efficient estimation method for the
//! generalized Pareto distribution", Technometrics 51(3), 316–325.

use crate::math::elementary::{exp, exp_m1, ln, ln_1p};

/// Normalised weights and the shape of their tail.
#[derive(Debug, Clone)]
pub(super) struct Smoothed {
    pub(super) weights: Vec<f64>,
    pub(super) k_hat: f64,
}

impl Smoothed {
    /// 1 / Σ w²: so many independent draws would tell as much.
    pub(super) fn effective(&self) -> f64 {
        1.0 / self.weights.iter().map(|weight| weight * weight).sum::<f64>()
    }
}

/// Smooths weights given by their logarithms.
pub(super) fn smooth(ln_weights: &[f64]) -> Smoothed {
    let highest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = ln_weights.iter().map(|ln| exp(ln - highest)).collect();
    let k_hat = smooth_tail(&mut weights);
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);
    Smoothed { weights, k_hat }
}

/// Replaces the largest weights, of which the largest is 1, and gives the shape of their tail; infinite
/// where there are too few to tell.
fn smooth_tail(weights: &mut [f64]) -> f64 {
    let count = weights.len() as f64;
    // The length of the tail in Vehtari et al., §3.
    let length = crate::math::cast::whole((0.2 * count).min(3.0 * count.sqrt()).ceil());
    if length < 5 || length >= weights.len() {
        return f64::INFINITY;
    }
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| weights[a].total_cmp(&weights[b]).then(a.cmp(&b)));
    let tail = &order[weights.len() - length..];
    let cutoff = weights[order[weights.len() - length - 1]];
    let excess: Vec<f64> = tail.iter().map(|&row| weights[row] - cutoff).collect();
    if excess[0] <= 0.0 || excess[length - 1] <= f64::EPSILON {
        // All alike: nothing is heavy here.
        return if excess[length - 1] <= f64::EPSILON { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    let (k, sigma) = generalised_pareto(&excess);
    if k.is_finite() {
        for (rank, &row) in tail.iter().enumerate() {
            let p = (rank as f64 + 0.5) / length as f64;
            // The largest weight seen bounds what the quantiles of a heavy tail invent.
            weights[row] = (cutoff + quantile(p, k, sigma)).min(1.0);
        }
    }
    k
}

fn quantile(p: f64, k: f64, sigma: f64) -> f64 {
    let survival = ln_1p(-p);
    if k == 0.0 { -sigma * survival } else { sigma * exp_m1(-k * survival) / k }
}

/// Shape and scale for excesses in rising order: the posterior mean of Zhang & Stephens, drawn towards a
/// shape of ½ with the weight of ten excesses (Vehtari et al., appendix C).
fn generalised_pareto(excess: &[f64]) -> (f64, f64) {
    let n = excess.len() as f64;
    let points = 30 + crate::math::cast::whole(n.sqrt().floor());
    let quartile = excess[crate::math::cast::whole((n / 4.0 + 0.5).floor()) - 1];
    let largest = excess[excess.len() - 1];
    let theta: Vec<f64> = (1..=points)
        .map(|j| {
            let away = 1.0 - (points as f64 / (j as f64 - 0.5)).sqrt();
            1.0 / largest + away / (3.0 * quartile)
        })
        .collect();
    let shape = |theta: f64| excess.iter().map(|x| ln_1p(-theta * x)).sum::<f64>() / n;
    let profile: Vec<f64> = theta
        .iter()
        .map(|&theta| {
            let k = shape(theta);
            n * (ln(-theta / k) - k - 1.0)
        })
        .collect();
    let highest = profile.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = profile.iter().map(|ln| exp(ln - highest)).collect();
    let sum: f64 = weights.iter().sum();
    let mean = theta.iter().zip(&weights).map(|(theta, weight)| theta * weight).sum::<f64>() / sum;
    let k = shape(mean);
    let sigma = -k / mean;
    (k * n / (n + 10.0) + 0.5 * 10.0 / (n + 10.0), sigma)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random::Random;

    /// Weights whose tail has a known shape: u^−k.
    fn k_hat(shape: f64, seed: u64) -> f64 {
        let mut random = Random::of(seed, 0, 0);
        let ln: Vec<f64> = (0..4000).map(|_| -shape * ln(random.uniform())).collect();
        smooth(&ln).k_hat
    }

    #[test]
    fn the_shape_of_a_tail_is_found() {
        for shape in [0.2, 0.5, 0.7, 1.2] {
            let mean = (0..20).map(|seed| k_hat(shape, seed)).sum::<f64>() / 20.0;
            assert!((mean - shape).abs() < 0.06, "{mean} instead of {shape}");
        }
    }

    #[test]
    fn weights_add_up_to_one_and_the_order_stays() {
        let mut random = Random::of(3, 0, 0);
        let ln: Vec<f64> = (0..1000).map(|_| random.normal()).collect();
        let smoothed = smooth(&ln);
        assert!((smoothed.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        for (a, b) in ln.iter().zip(&smoothed.weights) {
            for (c, d) in ln.iter().zip(&smoothed.weights).take(50) {
                assert!((a - c) * (b - d) >= 0.0);
            }
        }
        assert!(smoothed.effective() > 300.0 && smoothed.effective() < 1000.0);
    }

    #[test]
    fn equal_weights_are_left_alone() {
        let smoothed = smooth(&[2.0; 400]);
        assert_eq!(smoothed.weights, [1.0 / 400.0; 400]);
        assert!(smoothed.k_hat < 0.7);
    }

    #[test]
    fn too_few_draws_say_nothing() {
        assert_eq!(smooth(&[0.0, 1.0, 2.0]).k_hat, f64::INFINITY);
    }
}
