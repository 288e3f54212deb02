//! A model of purchases, of spend or of contracts, of any kind, and its file; the file of its posterior.

mod posterior;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::contracts::{AnyContractModel, Bdw, ContractKind, Sbg};
use crate::estimation::{Fit, FitFacts, Parameter, Parameters, Towards};
use crate::files::{FORMAT, not_json, of_kind, problem, read_with, write_whole};
use crate::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel};
use crate::spend::{AnySpendModel, GammaGamma, SpendKind, SpendModel};
use crate::time::Unit;

/// The layout of the files below, of every kind.
const VERSION: u32 = 1;

/// A model of purchases, of spend or of contracts, of any kind.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Model {
    /// When customers buy.
    Purchase(AnyPurchaseModel),
    /// How much they spend.
    Spend(AnySpendModel),
    /// Who renews a contract.
    Contract(AnyContractModel),
}

impl Model {
    /// The model's name in files: `bg-nbd`, `gamma-gamma`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Purchase(model) => model.kind().name(),
            Self::Spend(model) => model.kind().name(),
            Self::Contract(model) => model.kind().name(),
        }
    }

    /// The unit of time, where the model has one and it is known.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::Purchase(model) => model.unit(),
            Self::Spend(_) | Self::Contract(_) => None,
        }
    }
}

impl Parameters for Model {
    fn layout(&self) -> Vec<Parameter> {
        match self {
            Self::Purchase(model) => model.layout(),
            Self::Spend(model) => model.layout(),
            Self::Contract(model) => model.layout(),
        }
    }

    fn values(&self) -> Vec<f64> {
        match self {
            Self::Purchase(model) => model.values(),
            Self::Spend(model) => model.values(),
            Self::Contract(model) => model.values(),
        }
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        match self {
            Self::Purchase(model) => model.limit(runaways),
            Self::Spend(model) => model.limit(runaways),
            Self::Contract(model) => model.limit(runaways),
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        match self {
            Self::Purchase(model) => Ok(Self::Purchase(model.at(values)?)),
            Self::Spend(model) => Ok(Self::Spend(model.at(values)?)),
            Self::Contract(model) => Ok(Self::Contract(model.at(values)?)),
        }
    }
}

impl<M: Into<AnyPurchaseModel>> From<M> for Model {
    fn from(model: M) -> Self {
        Self::Purchase(model.into())
    }
}

impl From<AnySpendModel> for Model {
    fn from(model: AnySpendModel) -> Self {
        Self::Spend(model)
    }
}

impl From<GammaGamma> for Model {
    fn from(model: GammaGamma) -> Self {
        Self::Spend(model.into())
    }
}

impl From<AnyContractModel> for Model {
    fn from(model: AnyContractModel) -> Self {
        Self::Contract(model)
    }
}

impl From<Sbg> for Model {
    fn from(model: Sbg) -> Self {
        Self::Contract(model.into())
    }
}

impl From<Bdw> for Model {
    fn from(model: Bdw) -> Self {
        Self::Contract(model.into())
    }
}

/// A model as it is kept in a file: the parameters, their unit, and how they were found.
///
/// The file is JSON. Every number is written with the fewest digits that read back to the same bits,
/// so a model scores alike in every language that loads it.
///
/// # Examples
/// ```
/// use loyalty_core::models::{Model, ModelFile};
/// use loyalty_core::purchase::BgNbd;
/// let model = BgNbd::new(0.1 + 0.2, 4.414, 0.793, 2.426)?;
/// let file = ModelFile::from(model);
/// assert_eq!(ModelFile::from_json(&file.to_json())?, file);
/// assert!(file.to_json().contains("0.30000000000000004"));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModelFile {
    /// The model.
    pub model: Model,
    /// How it was found; `None` for a model given by its parameters.
    pub fit: Option<FitFacts>,
}

impl<M: Into<Model>> From<M> for ModelFile {
    fn from(model: M) -> Self {
        Self { model: model.into(), fit: None }
    }
}

impl<M: Into<Model> + Clone> From<&Fit<M>> for ModelFile {
    fn from(fit: &Fit<M>) -> Self {
        Self { model: fit.model.clone().into(), fit: Some(fit.into()) }
    }
}

/// The file as it stands; checked when it becomes a [`ModelFile`].
#[derive(Serialize, Deserialize)]
struct Raw {
    format: String,
    version: u32,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    parameters: serde_json::Map<String, serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fit: Option<FitFacts>,
}

impl ModelFile {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be read, is no model file, has an unknown version or
    /// kind, or lacks a parameter; [`Error::Parameter`] where a parameter is outside its domain.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_with(path.as_ref(), Self::from_json)
    }

    /// Writes a model file, whole or not at all: an existing file is replaced only once the new one is
    /// complete.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_json())
    }

    /// The model as JSON text.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(&Raw {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: self.model.kind().to_owned(),
            unit: self.model.unit().map(|unit| unit.to_string()),
            parameters: named(&self.model),
            fit: self.fit.clone(),
        })
        .unwrap_or_else(|_| unreachable!("strings and finite numbers are valid JSON"));
        json.push('\n');
        json
    }

    /// Reads a model from JSON text.
    ///
    /// # Errors
    /// As [`ModelFile::read`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        of_kind(text, VERSION, &kinds())?;
        let raw: Raw = serde_json::from_str(text).map_err(not_json)?;
        let file = Self { model: raw.model()?, fit: raw.fit };
        file.as_fit().map(|_| file)
    }

    /// The fit that the file describes, or `None` for a model given by its parameters.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the facts do not suit the model; [`ModelFile::from_json`] has made
    /// sure that they do.
    pub fn as_fit(&self) -> Result<Option<Fit<Model>>, Error> {
        self.fit.as_ref().map(|facts| facts.fit_of(self.model.clone())).transpose()
    }
}

/// The names of all kinds that such a file can be of.
fn kinds() -> Vec<&'static str> {
    let purchases = PurchaseKind::ALL.iter().map(|kind| kind.name());
    let spend = SpendKind::ALL.iter().map(|kind| kind.name());
    let contracts = ContractKind::ALL.iter().map(|kind| kind.name());
    purchases.chain(spend).chain(contracts).collect()
}

/// The parameters of a model by name.
fn named(model: &Model) -> serde_json::Map<String, serde_json::Value> {
    let entry = |(slot, value): (Parameter, f64)| (slot.name.into_owned(), value.into());
    model.layout().into_iter().zip(model.values()).map(entry).collect()
}

impl Raw {
    fn model(&self) -> Result<Model, Error> {
        let unit = self.unit.as_deref().map(str::parse::<Unit>).transpose()?;
        if let Ok(kind) = self.kind.parse::<PurchaseKind>() {
            return Ok(Model::Purchase(kind.build(&self.values(&kind.layout())?, unit)?));
        }
        if let Ok(kind) = self.kind.parse::<ContractKind>() {
            return Ok(Model::Contract(kind.build(&self.values(&kind.layout())?)?));
        }
        let kind: SpendKind = self.kind.parse()?;
        Ok(Model::Spend(kind.build(&self.values(&kind.layout())?)?))
    }

    fn values(&self, layout: &[Parameter]) -> Result<Vec<f64>, Error> {
        let value = |slot: &Parameter| {
            let found = self.parameters.get(&*slot.name).and_then(serde_json::Value::as_f64);
            let missing =
                || problem(Path::new(""), &format!("parameter {:?} is missing", slot.name));
            found.ok_or_else(missing)
        };
        layout.iter().map(value).collect()
    }
}
