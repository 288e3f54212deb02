//! Stage 3: models of when customers buy and how much they spend.
//!
//! A model is a small value: its parameters and the unit of time they are in. Fitting gives a
//! [`Fit`], which carries the model and says how well it is determined; scoring needs the model only.

use crate::Error;

mod facts;
pub(crate) mod file;
mod fit;
mod purchase;
mod returns;
mod spend;
mod traits;

pub use facts::FitFacts;
pub use file::{Model, ModelFile, model_kind};
pub(crate) use fit::two_sided;
pub use fit::{
    Covariance, Fit, FitOptions, Identification, Intervals, Prior, Progress, Scale, Stop, Towards,
};
pub use purchase::{BgNbd, Discounting};
pub use returns::{
    LagCurve, LineScores, Propensity, ReturnFacts, ReturnFit, ReturnOptions, ReturnPropensity,
    ScoredLine, Shrinkage, ShrinkageCriterion,
};
pub use spend::GammaGamma;
pub use traits::{
    Behaviour, Exposure, ThresholdBasis, TraitColumns, TraitInterval, TraitModel, TraitOptions,
    TraitScore,
};
pub(crate) use traits::{RawTrait, sample, score_all};

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

fn wrong_number(names: &[&str], values: &[f64]) -> Error {
    Error::Length { column: "parameters".to_owned(), expected: names.len(), got: values.len() }
}
