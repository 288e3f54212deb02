//! Covariance of fitted parameters.

use ndarray::Array2;

use super::Parameters;

/// Covariance matrix of a model's parameters, on the scales g of the parameters and as they are.
///
/// ```text
/// Cov(g) = (−∂² ln L / ∂g²)⁻¹        Cov(θ)_ij = (dθ_i/dg_i) (dθ_j/dg_j) Cov(g)_ij
/// ```
///
/// With g = ln θ, of a parameter above 0, dθ/dg is θ.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    /// dθ/dg of each parameter.
    slopes: Vec<f64>,
    /// Cov(g), row by row.
    on_scales: Vec<f64>,
}

impl Covariance {
    /// From the model and the rows of the covariance on the scales of its parameters.
    pub(crate) fn new(model: &impl Parameters, on_scales: Vec<f64>) -> Self {
        let slope = |(parameter, value): (super::Parameter, f64)| parameter.scale.slope_at(value);
        let slopes = model.layout().into_iter().zip(model.values()).map(slope).collect();
        Self { slopes, on_scales }
    }

    /// The number of parameters, and of rows and columns.
    pub fn dimension(&self) -> usize {
        self.slopes.len()
    }

    /// Covariance of parameters `i` and `j`.
    ///
    /// # Panics
    /// Where `i` or `j` is not below the dimension.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.slopes[i] * self.slopes[j] * self.on_scale(i, j)
    }

    /// Covariance of parameters `i` and `j` on their scales: of their logarithms, where they are above 0.
    ///
    /// # Panics
    /// Where `i` or `j` is not below the dimension.
    pub fn on_scale(&self, i: usize, j: usize) -> f64 {
        assert!(j < self.dimension(), "column {j} of {}", self.dimension());
        self.on_scales[i * self.dimension() + j]
    }

    /// Cov(θ) as a matrix, parameters in the order of the model.
    pub fn matrix(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.dimension(), self.dimension()), |(i, j)| self.get(i, j))
    }

    /// Cov(g) as a matrix.
    pub fn matrix_on_scales(&self) -> Array2<f64> {
        Array2::from_shape_fn((self.dimension(), self.dimension()), |(i, j)| self.on_scale(i, j))
    }

    /// Square roots of the diagonal.
    pub fn standard_errors(&self) -> Vec<f64> {
        (0..self.dimension()).map(|i| self.slopes[i] * self.on_scale(i, i).sqrt()).collect()
    }

    /// The columns of a lower triangular factor L with Cov(g) = L Lᵀ; 0 for known parameters.
    pub(crate) fn factor(&self) -> Vec<Vec<f64>> {
        let n = self.dimension();
        let mut columns = vec![vec![0.0; n]; n];
        for j in 0..n {
            let done = |i: usize| -> f64 { (0..j).map(|k| columns[k][i] * columns[k][j]).sum() };
            let pivot = (self.on_scale(j, j) - done(j)).max(0.0).sqrt();
            let column: Vec<f64> = (0..n).map(|i| self.on_scale(i, j) - done(i)).collect();
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
        let on_scales = [[4.0, 0.0, 2.0], [0.0, 0.0, 0.0], [2.0, 0.0, 10.0]];
        let covariance = Covariance { slopes: vec![1.0; 3], on_scales: on_scales.concat() };
        let columns = covariance.factor();
        for i in 0..3 {
            for j in 0..3 {
                let product: f64 = (0..3).map(|k| columns[k][i] * columns[k][j]).sum();
                assert!((product - on_scales[i][j]).abs() < 1e-15, "{i} {j}: {product}");
            }
        }
    }

    #[test]
    fn matrices_hold_what_pairs_of_parameters_have() {
        let on_scales = vec![0.25, 0.125, 0.125, 1.0];
        let covariance = Covariance { slopes: vec![2.0, 3.0], on_scales };
        assert_eq!(covariance.matrix_on_scales(), ndarray::array![[0.25, 0.125], [0.125, 1.0]]);
        assert_eq!(covariance.matrix(), ndarray::array![[1.0, 0.75], [0.75, 9.0]]);
    }
}
