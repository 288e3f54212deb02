//! A posterior that is close to normal, as of large data: its mean and covariance by a rule of degree five,
//! and the few points that have both.

use nalgebra::{Cholesky, DMatrix, DVector};

use super::density::Whitened;
use super::importance::moments;
use crate::math::elementary::exp;

/// Mean and covariance of the posterior in the whitened coordinates, where those of the normal approximation
/// at the mode are 0 and the identity.
pub(super) struct Normal {
    mean: Vec<f64>,
    covariance: DMatrix<f64>,
}

/// Farthest that a mean may lie from the mode, in standard deviations, and a variance from the curvature's,
/// as a share, for the posterior to count as normal. Both are the first terms of expansions in n^−½ and n^−1;
/// what is left out is of the order of their squares, a hundredth. CDNOW's 2,357 customers are at 0.24 and
/// 0.18, 50,000 at its rates at 0.06 and 0.01.
const NEAR: f64 = 0.1;

impl Normal {
    /// By 1 + 2d² points: exact for a density that is normal times a polynomial, where a moment's degree and the
    /// polynomial's add up to at most five. `None` where the weights are those of no distribution.
    ///
    /// McNamee & Stenger (1967), Numerische Mathematik 10, 327–344; E_n^{r²} 5-2 of Stroud (1971), Approximate
    /// Calculation of Multiple Integrals, p. 317.
    pub(super) fn of(density: &Whitened<'_>) -> Option<Self> {
        let (points, shares) = rule(density.dimension());
        let ln = density.ln_all(&points);
        let square = |z: &[f64]| z.iter().map(|z| z * z).sum::<f64>();
        let ratios = points.iter().zip(&ln).map(|(z, ln)| exp(ln + 0.5 * square(z)));
        let mut weights: Vec<f64> =
            ratios.zip(&shares).map(|(ratio, share)| ratio * share).collect();
        let sum: f64 = weights.iter().sum();
        if !(sum.is_finite() && sum > 0.0) {
            return None;
        }
        weights.iter_mut().for_each(|weight| *weight /= sum);
        let (mean, covariance) = moments(&points, &weights);
        Some(Self { mean, covariance })
    }

    /// Whether the posterior is close to the normal distribution of the mode and the curvature there, so that
    /// its own mean and covariance are all that a prediction needs.
    pub(super) fn is_near(&self) -> bool {
        let d = self.mean.len();
        let away = &self.covariance - DMatrix::identity(d, d);
        let near = |value: &f64| value.abs() <= NEAR;
        self.mean.iter().all(near) && away.iter().all(near)
    }

    /// The 2d equally weighted points of degree three: they have this mean and covariance and, as they lie
    /// opposite each other, no skewness. `None` where the covariance is none.
    ///
    /// Arasaratnam & Haykin (2009), "Cubature Kalman filters", IEEE Transactions on Automatic Control 54(6),
    /// 1254–1269, eq. 32.
    pub(super) fn points(self) -> Option<Vec<Vec<f64>>> {
        let d = self.mean.len();
        if d == 0 {
            return Some(vec![Vec::new()]);
        }
        let radius = (d as f64).sqrt();
        let factor = Cholesky::new(self.covariance)?.l() * radius;
        let mean = DVector::from_vec(self.mean);
        let steps = factor.column_iter().flat_map(|step| [&mean + step, &mean - step]);
        Some(steps.map(|point| point.iter().copied().collect()).collect())
    }
}

/// The points of the rule of degree five for the standard normal, and their shares.
fn rule(dimension: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let d = dimension as f64;
    let total = (d + 2.0) * (d + 2.0);
    let far = (d + 2.0).sqrt();
    let at = |places: &[(usize, f64)]| {
        let mut point = vec![0.0; dimension];
        places.iter().for_each(|&(slot, value)| point[slot] = value);
        point
    };
    let mut all = vec![(at(&[]), 2.0 / (d + 2.0))];
    for slot in 0..dimension {
        all.extend([-far, far].map(|z| (at(&[(slot, z)]), (4.0 - d) / (2.0 * total))));
        let near = far * std::f64::consts::FRAC_1_SQRT_2;
        for other in 0..slot {
            for (a, b) in [(-near, -near), (-near, near), (near, -near), (near, near)] {
                all.push((at(&[(slot, a), (other, b)]), 1.0 / total));
            }
        }
    }
    // In four dimensions those on the axes count for nothing.
    all.retain(|(_, share)| *share != 0.0);
    all.into_iter().unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E[z₀^i z₁^j] of the standard normal.
    fn normal_moment(powers: [i32; 2]) -> f64 {
        powers
            .map(|power| [1.0, 0.0, 1.0, 0.0, 3.0, 0.0][power.unsigned_abs() as usize])
            .iter()
            .product()
    }

    fn holds_to(degree: i32, points: &[Vec<f64>], shares: &[f64]) {
        for i in 0..=degree {
            for j in 0..=degree - i {
                if points[0].len() < 2 && j > 0 {
                    continue;
                }
                let power = |base: f64, degree| (0..degree).fold(1.0, |power, _| power * base);
                let term =
                    |z: &Vec<f64>| power(z[0], i) * power(z.get(1).copied().unwrap_or(1.0), j);
                let sum: f64 = points.iter().zip(shares).map(|(z, share)| share * term(z)).sum();
                assert!((sum - normal_moment([i, j])).abs() < 1e-13, "{i} {j}: {sum}");
            }
        }
    }

    #[test]
    fn rules_are_exact_to_their_degree() {
        for d in 1..=7 {
            let (points, shares) = rule(d);
            assert_eq!(points.len(), if d == 4 { 25 } else { 1 + 2 * d * d });
            holds_to(5, &points, &shares);
            let normal = Normal { mean: vec![0.0; d], covariance: DMatrix::identity(d, d) };
            let few = normal.points().expect("a covariance");
            assert_eq!(few.len(), 2 * d);
            holds_to(3, &few, &vec![0.5 / d as f64; 2 * d]);
        }
    }

    #[test]
    fn the_few_points_have_the_mean_and_the_covariance() {
        let covariance = DMatrix::from_row_slice(2, 2, &[1.1, 0.2, 0.2, 0.9]);
        let normal = Normal { mean: vec![0.05, -0.02], covariance: covariance.clone() };
        assert!(!normal.is_near(), "a covariance of 0.2");
        let points = normal.points().expect("a covariance");
        let (mean, found) = moments(&points, &[0.25; 4]);
        assert!((mean[0] - 0.05).abs() < 1e-15 && (mean[1] + 0.02).abs() < 1e-15, "{mean:?}");
        assert!((found - covariance).amax() < 1e-15);
        let none = Normal { mean: vec![0.0], covariance: DMatrix::from_element(1, 1, -0.1) };
        assert!(none.points().is_none());
    }
}
