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

    /// The columns of a lower triangular factor L with Cov(ln θ) = L Lᵀ; 0 for known parameters.
    pub(crate) fn factor(&self) -> Vec<Vec<f64>> {
        let n = self.dimension();
        let mut columns = vec![vec![0.0; n]; n];
        for j in 0..n {
            let done = |i: usize| -> f64 { (0..j).map(|k| columns[k][i] * columns[k][j]).sum() };
            let pivot = (self.of_log(j, j) - done(j)).max(0.0).sqrt();
            let column: Vec<f64> = (0..n).map(|i| self.of_log(i, j) - done(i)).collect();
            for i in j..n {
                // A known parameter, or one that others determine, has no direction of its own.
                columns[j][i] = if pivot > 0.0 { column[i] / pivot } else { 0.0 };
            }
        }
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_gives_the_matrix_back() {
        let of_logs = [[4.0, 0.0, 2.0], [0.0, 0.0, 0.0], [2.0, 0.0, 10.0]];
        let covariance = Covariance::new(vec![1.0; 3], of_logs.concat());
        let columns = covariance.factor();
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| columns[k][i] * columns[k][j]).sum();
                assert!((product - of_logs[i][j]).abs() < 1e-15, "{i} {j}: {product}");
            }
        }
    }
}
