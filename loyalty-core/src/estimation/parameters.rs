//! What every model has: the values of its parameters.

use super::identification::Towards;
use super::layout::Parameter;
use crate::Error;

/// What every model has: parameters with names.
pub trait Parameters: Sized {
    /// Its parameters, in order.
    fn layout(&self) -> Vec<Parameter>;

    /// Their values, in the order of the layout.
    fn values(&self) -> Vec<f64>;

    /// What it says of the customers that these parameters run away in a fit; empty where the model
    /// has no name for it.
    fn limit(&self, _runaways: &[(&str, Towards)]) -> &'static str {
        ""
    }

    /// The same model, its unit included, with other parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] outside their domain, [`Error::Length`] for too many or too few.
    fn at(&self, values: &[f64]) -> Result<Self, Error>;
}

/// The values of a model's parameters as an array of their number.
pub(crate) fn exactly<const N: usize>(values: &[f64]) -> Result<[f64; N], Error> {
    <[f64; N]>::try_from(values).map_err(|_| Error::Length {
        column: "parameters".to_owned(),
        expected: N,
        got: values.len(),
    })
}
