//! Stage 3: models of when customers buy and how much they spend.
//!
//! A model is a small value: its parameters and the unit of time they are in. Fitting gives a
//! [`Fit`], which carries the model and says how well it is determined; scoring needs the model only.

mod file;
mod fit;
mod purchase;
mod spend;

pub use file::{FitFacts, Model, ModelFile};
pub use fit::{Covariance, Fit, FitOptions, Progress, Stop};
pub use purchase::{BgNbd, Discounting};
pub use spend::GammaGamma;

/// What every model has: a name and positive parameters with names.
pub trait Parameters {
    /// The model's name in files and messages.
    const KIND: &'static str;
    /// The parameters' names, in order.
    const NAMES: &'static [&'static str];

    /// The parameters' values, in the order of the names.
    fn values(&self) -> Vec<f64>;
}
