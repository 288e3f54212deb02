//! Covariance of fitted parameters.

/// Covariance matrix of a model's parameters, on the logarithmic and on the natural scale.
///
/// ```text
/// Cov(ln θ) = (−∂² ln L / ∂ ln θ²)⁻¹        Cov(θ)_ij = θ_i θ_j Cov(ln θ)_ij
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    values: Vec<f64>,
    of_logs: Vec<f64>,
}

impl Covariance {
    /// From the parameters and the rows of the covariance of their logarithms.
    pub(crate) fn new(values: Vec<f64>, of_logs: Vec<f64>) -> Self {
        Self { values, of_logs }
    }

    /// The number of parameters, and of rows and columns.
    pub fn dimension(&self) -> usize {
        self.values.len()
    }

    /// Covariance of parameters `i` and `j`.
    ///
    /// # Panics
    /// Where `i` or `j` is not below the dimension.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.values[i] * self.values[j] * self.of_log(i, j)
    }

    /// Covariance of the logarithms of parameters `i` and `j`.
    ///
    /// # Panics
    /// Where `i` or `j` is not below the dimension.
    pub fn of_log(&self, i: usize, j: usize) -> f64 {
        assert!(j < self.dimension(), "column {j} of {}", self.dimension());
        self.of_logs[i * self.dimension() + j]
    }

    /// Square roots of the diagonal.
    pub fn standard_errors(&self) -> Vec<f64> {
        (0..self.dimension()).map(|i| self.values[i] * self.of_log(i, i).sqrt()).collect()
    }
}
