//! What the priors of traits have in common.

use crate::models::fit::Evaluation;

/// A conjugate pair: a prior over customers with a mean and a concentration, and the likelihood of one
/// customer's evidence.
///
/// The concentration is that of the prior around its mean; the larger, the more alike customers are.
pub(crate) trait Family: Copy + Send + Sync + std::fmt::Debug + PartialEq + 'static {
    /// One customer's evidence.
    type Row: Copy + Send + Sync;

    /// ln of the marginal likelihood at `[mean, concentration]`, up to a term of the evidence alone,
    /// with its derivatives by the logarithms of the two.
    fn marginal(at: [f64; 2], row: &Self::Row) -> Evaluation<2>;

    /// The same without derivatives.
    fn ln_marginal(at: [f64; 2], row: &Self::Row) -> f64;

    /// The posterior of one customer's trait.
    fn posterior(at: [f64; 2], row: &Self::Row) -> Curve;

    /// The mean trait and the concentration of the moments of evidence, to start from.
    fn start(rows: &[Self::Row]) -> [f64; 2];

    /// Mean and variance of the trait over customers whose evidence would be like this row's.
    fn spread(at: [f64; 2], row: &Self::Row) -> (f64, f64);
}

/// A probability distribution of a trait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Curve {
    /// Gamma with shape and rate.
    Gamma(f64, f64),
    /// Beta.
    Beta(f64, f64),
}

impl Curve {
    pub(crate) fn mean(self) -> f64 {
        match self {
            Self::Gamma(shape, rate) => shape / rate,
            Self::Beta(a, b) => a / (a + b),
        }
    }

    pub(crate) fn variance(self) -> f64 {
        match self {
            Self::Gamma(shape, rate) => shape / rate / rate,
            Self::Beta(a, b) => a / (a + b) * (b / (a + b)) / (a + b + 1.0),
        }
    }

    /// P(trait > x).
    pub(crate) fn upper(self, x: f64) -> f64 {
        match self {
            Self::Gamma(shape, rate) => crate::special::gamma_upper(shape, rate * x),
            Self::Beta(a, b) => crate::special::beta_upper(a, b, x),
        }
    }
}
