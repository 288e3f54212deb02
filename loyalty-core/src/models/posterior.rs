//! Posteriors as files.

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array2;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Model, ModelFile};
use crate::Error;
use crate::contracts::AnyContractModel;
use crate::estimation::{Parameters, Posterior, PosteriorParts, Prior};
use crate::files::{FORMAT, GIBIBYTE, not_json, of_kind, problem, read_up_to, write_whole};
use crate::purchase::{AnyPurchaseModel, PurchaseWithCovariates};
use crate::spend::{AnySpendModel, SpendWithCovariates};

fn another(expected: &'static str, kind: &str) -> Error {
    Error::Choice { name: "posterior", expected, value: kind.to_owned() }
}

/// The layout of the file.
const VERSION: u32 = 1;

/// The file as it stands; checked when it becomes a posterior.
#[derive(Serialize, Deserialize)]
struct Raw<M> {
    format: String,
    version: u32,
    kind: String,
    /// The mode, as the file of a fitted model has it.
    model: M,
    priors: BTreeMap<String, Prior>,
    method: String,
    rounds: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    k_hat: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effective_draws: Option<f64>,
    weights: Vec<f64>,
    /// The parameters of each point, in the order of the model's.
    points: Vec<Vec<f64>>,
}

impl Posterior<Model> {
    /// The kind in the file.
    pub const KIND: &'static str = "posterior";

    /// Reads a posterior from its file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be read, is no such file or of an unknown version, or where
    /// its points are none of its model; [`Error::InFile`] where a parameter is outside its domain.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_up_to(GIBIBYTE, path.as_ref(), Self::from_json)
    }

    /// Writes a file, whole or not at all. Points and weights read back to the same bits; [thin](Posterior::thinned)
    /// the posterior for a smaller one.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_json())
    }

    /// The posterior of a model of purchases.
    ///
    /// # Errors
    /// [`Error::Choice`] where it is of another.
    pub fn of_purchases(self) -> Result<Posterior<AnyPurchaseModel>, Error> {
        match self.mode().model.clone() {
            Model::Purchase(model) => Ok(self.map(|_| model)),
            other => Err(another("a model of purchases", other.kind())),
        }
    }

    /// The posterior of a model of spend.
    ///
    /// # Errors
    /// [`Error::Choice`] where it is of another.
    pub fn of_spend(self) -> Result<Posterior<AnySpendModel>, Error> {
        match self.mode().model.clone() {
            Model::Spend(model) => Ok(self.map(|_| model)),
            other => Err(another("a model of spend", other.kind())),
        }
    }

    /// The posterior of a model of contracts.
    ///
    /// # Errors
    /// [`Error::Choice`] where it is of another.
    pub fn of_contracts(self) -> Result<Posterior<AnyContractModel>, Error> {
        match self.mode().model.clone() {
            Model::Contract(model) => Ok(self.map(|_| model)),
            other => Err(another("a model of contracts", other.kind())),
        }
    }

    /// The posterior of a model of purchases with covariates.
    ///
    /// # Errors
    /// [`Error::Choice`] where it is of another.
    pub fn of_purchases_with_covariates(self) -> Result<Posterior<PurchaseWithCovariates>, Error> {
        match self.mode().model.clone() {
            Model::PurchaseWithCovariates(model) => Ok(self.map(|_| model)),
            other => Err(another("a model of purchases with covariates", other.kind())),
        }
    }

    /// The posterior of a model of spend with covariates.
    ///
    /// # Errors
    /// [`Error::Choice`] where it is of another.
    pub fn of_spend_with_covariates(self) -> Result<Posterior<SpendWithCovariates>, Error> {
        match self.mode().model.clone() {
            Model::SpendWithCovariates(model) => Ok(self.map(|_| model)),
            other => Err(another("a model of spend with covariates", other.kind())),
        }
    }

    /// The posterior as JSON text.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::estimation::{FitOptions, Posterior, PosteriorOptions};
    /// use loyalty_core::models::Model;
    /// use loyalty_core::parallel::Threads;
    /// use loyalty_core::purchase::{BgNbd, PurchaseModel};
    /// let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0)?;
    /// let customers = truth.simulate(&[39.0; 300], 7, Threads::default())?;
    /// let how = PosteriorOptions::default();
    /// let found = BgNbd::posterior(&customers, &FitOptions::default(), &how)?.thinned(100)?;
    /// let found = found.map(Model::from);
    /// assert_eq!(Posterior::from_json(&found.to_json())?, found);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        let model = ModelFile::from(self.mode()).to_json();
        let mut json = serde_json::to_string(&Raw {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: Self::KIND.to_owned(),
            model: serde_json::from_str::<serde_json::Value>(&model)
                .unwrap_or_else(|_| unreachable!("the file of a model is JSON")),
            priors: self.priors().clone(),
            method: self.method().name().to_owned(),
            rounds: self.rounds(),
            k_hat: self.k_hat(),
            effective_draws: self.effective_draws(),
            weights: self.weights().to_vec(),
            points: self.points().rows().into_iter().map(|point| point.to_vec()).collect(),
        })
        .unwrap_or_else(|_| unreachable!("strings and finite numbers are valid JSON"));
        json.push('\n');
        json
    }

    /// Reads a posterior from JSON text.
    ///
    /// # Errors
    /// As [`Posterior::read`], but for [`Error::InFile`], of which there is the source alone.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        of_kind(text, VERSION, &[Self::KIND])?;
        let raw: Raw<&RawValue> = serde_json::from_str(text).map_err(not_json)?;
        let refused = |what: &str| Err(problem(Path::new(""), what));
        let Some(mode) = ModelFile::from_json(raw.model.get())?.as_fit()? else {
            return refused("the model of a posterior has no fit");
        };
        if raw.points.is_empty() || raw.points.len() != raw.weights.len() {
            return refused("a posterior has as many points as weights, and at least one");
        }
        let width = mode.model.layout().len();
        if raw.points.iter().any(|point| point.len() != width) {
            return refused("a point has not as many values as the model has parameters");
        }
        let values: Vec<f64> = raw.points.iter().flatten().copied().collect();
        let points = Array2::from_shape_vec((raw.points.len(), width), values)
            .unwrap_or_else(|_| unreachable!("rows of one width"));
        Posterior::of_parts(PosteriorParts {
            mode,
            points,
            weights: raw.weights,
            method: raw.method.parse()?,
            rounds: raw.rounds,
            k_hat: raw.k_hat,
            effective: raw.effective_draws,
            priors: raw.priors,
        })
    }
}
