//! The parameters of a model, by name.

use super::Towards;
use crate::Error;

/// What every model has: a name and positive parameters with names.
pub trait Parameters: Sized {
    /// The model's name in files and messages.
    const KIND: &'static str;
    /// The parameters' names, in order.
    const NAMES: &'static [&'static str];

    /// The parameters' values, in the order of the names.
    fn values(&self) -> Vec<f64>;

    /// What it says of the customers that these parameters run away in a fit; empty where the model
    /// has no name for it.
    fn limit(&self, _runaways: &[(&'static str, Towards)]) -> &'static str {
        ""
    }

    /// The same model, its unit included, with other parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] outside their domain, [`Error::Length`] for too many or too few.
    fn at(&self, values: &[f64]) -> Result<Self, Error>;
}

pub(crate) fn wrong_number(names: &[&str], values: &[f64]) -> Error {
    Error::Length { column: "parameters".to_owned(), expected: names.len(), got: values.len() }
}
