//! What distributions over customers have in common.

use crate::estimation::FixedEvaluation;

/// A conjugate pair: a distribution over customers with a mean and a concentration, and the likelihood of one
/// customer's evidence.
///
/// The concentration is that of the distribution around its mean; the larger, the more alike customers are.
pub(crate) trait Family: Copy + Send + Sync + std::fmt::Debug + PartialEq + 'static {
    /// One customer's evidence.
    type Row: Copy + Send + Sync;

    /// ln of the marginal likelihood at `[mean, concentration]`, up to a term of the evidence alone,
    /// with its derivatives by the logarithms of the two.
    fn marginal(at: [f64; 2], row: &Self::Row) -> FixedEvaluation<2>;

    /// The same without derivatives.
    fn ln_marginal(at: [f64; 2], row: &Self::Row) -> f64;

    /// The mean strength and the concentration of the moments of evidence, to start from.
    fn start(rows: &[Self::Row]) -> [f64; 2];
}
