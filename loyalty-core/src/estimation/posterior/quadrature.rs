//! Gauss–Hermite points around the mode: for large data, where the posterior is close to normal.

use super::density::Whitened;
use crate::estimation::likelihood::Likelihood;
use crate::math::elementary::exp;

/// The three-point rule for the standard normal.
const RULE: [(f64, f64); 3] =
    [(-1.732_050_807_568_877_2, 1.0 / 6.0), (0.0, 2.0 / 3.0), (1.732_050_807_568_877_2, 1.0 / 6.0)];

/// Points in all directions with their weights: means and variances are exact for a density that is normal
/// times a polynomial of the fifth degree.
pub(super) fn points<L: Likelihood + Sync>(density: &Whitened<'_, L>) -> (Vec<Vec<f64>>, Vec<f64>) {
    let mut grid = vec![(Vec::new(), 1.0)];
    for _ in 0..density.dimension() {
        let wider = grid.iter().flat_map(|(z, weight): &(Vec<f64>, f64)| {
            RULE.into_iter().map(move |(node, share)| ([&z[..], &[node]].concat(), weight * share))
        });
        grid = wider.collect();
    }
    let (points, shares): (Vec<Vec<f64>>, Vec<f64>) = grid.into_iter().unzip();
    let ln = density.ln_all(&points);
    let square = |z: &Vec<f64>| z.iter().map(|z| z * z).sum::<f64>();
    let ratio = points.iter().zip(&ln).map(|(z, ln)| exp(ln + 0.5 * square(z)));
    let weights: Vec<f64> = ratio.zip(shares).map(|(ratio, share)| ratio * share).collect();
    let sum: f64 = weights.iter().sum();
    (points, weights.into_iter().map(|weight| weight / sum).collect())
}
