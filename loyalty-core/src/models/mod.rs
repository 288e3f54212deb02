//! A model of purchases, of spend or of contracts, of any kind, and its file; the file of its posterior.

mod posterior;

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::contracts::{AnyContractModel, Bdw, ContractKind, Sbg};
use crate::estimation::{Coding, Fit, FitFacts, Parameter, Parameters, RawColumn, Towards};
use crate::files::{FORMAT, MEBIBYTE, Numbers, not_json, of_kind, problem, read_with, write_whole};
use crate::purchase::{AnyPurchaseModel, PurchaseKind, PurchaseModel, PurchaseWithCovariates};
use crate::spend::{AnySpendModel, GammaGamma, SpendKind, SpendModel, SpendWithCovariates};
use crate::time::Unit;

/// The layout of the files below, of every kind.
const VERSION: u32 = 1;

/// How the kinds of models end that have a coefficient for each feature, and a covariance of them all.
const WITH_COVARIATES: &str = "-with-covariates";

/// The most bytes of all others, which have a few parameters each.
const WITHOUT_COVARIATES: u64 = MEBIBYTE;

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
    /// When customers buy, by what else is known of them.
    PurchaseWithCovariates(PurchaseWithCovariates),
    /// How much they spend, by what else is known of them.
    SpendWithCovariates(SpendWithCovariates),
}

impl Model {
    /// The model's name in files: `bg-nbd`, `gamma-gamma`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Purchase(model) => model.kind().name(),
            Self::Spend(model) => model.kind().name(),
            Self::Contract(model) => model.kind().name(),
            Self::PurchaseWithCovariates(model) => model.name(),
            Self::SpendWithCovariates(model) => model.name(),
        }
    }

    /// The unit of time, where the model has one and it is known.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::Purchase(model) => model.unit(),
            Self::Spend(_) | Self::Contract(_) | Self::SpendWithCovariates(_) => None,
            Self::PurchaseWithCovariates(model) => model.unit(),
        }
    }
}

impl Parameters for Model {
    fn layout(&self) -> Vec<Parameter> {
        match self {
            Self::Purchase(model) => model.layout(),
            Self::Spend(model) => model.layout(),
            Self::Contract(model) => model.layout(),
            Self::PurchaseWithCovariates(model) => model.layout(),
            Self::SpendWithCovariates(model) => model.layout(),
        }
    }

    fn values(&self) -> Vec<f64> {
        match self {
            Self::Purchase(model) => model.values(),
            Self::Spend(model) => model.values(),
            Self::Contract(model) => model.values(),
            Self::PurchaseWithCovariates(model) => model.values(),
            Self::SpendWithCovariates(model) => model.values(),
        }
    }

    fn limit(&self, runaways: &[(&str, Towards)]) -> &'static str {
        match self {
            Self::Purchase(model) => model.limit(runaways),
            Self::Spend(model) => model.limit(runaways),
            Self::Contract(model) => model.limit(runaways),
            Self::PurchaseWithCovariates(model) => model.limit(runaways),
            Self::SpendWithCovariates(model) => model.limit(runaways),
        }
    }

    fn at(&self, values: &[f64]) -> Result<Self, Error> {
        match self {
            Self::Purchase(model) => Ok(Self::Purchase(model.at(values)?)),
            Self::Spend(model) => Ok(Self::Spend(model.at(values)?)),
            Self::Contract(model) => Ok(Self::Contract(model.at(values)?)),
            Self::PurchaseWithCovariates(model) => {
                Ok(Self::PurchaseWithCovariates(model.at(values)?))
            }
            Self::SpendWithCovariates(model) => Ok(Self::SpendWithCovariates(model.at(values)?)),
        }
    }
}

impl<M: Into<AnyPurchaseModel>> From<M> for Model {
    fn from(model: M) -> Self {
        Self::Purchase(model.into())
    }
}

impl From<PurchaseWithCovariates> for Model {
    fn from(model: PurchaseWithCovariates) -> Self {
        Self::PurchaseWithCovariates(model)
    }
}

impl From<SpendWithCovariates> for Model {
    fn from(model: SpendWithCovariates) -> Self {
        Self::SpendWithCovariates(model)
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
    parameters: Numbers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    covariates: Option<RawCovariates>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fit: Option<FitFacts>,
}

/// What a model with covariates has besides its parameters: the columns, and what each acts on.
#[derive(Clone, Serialize, Deserialize)]
struct RawCovariates {
    columns: Vec<RawColumn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    purchase: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dropout: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shared: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    spend: Vec<String>,
}

impl RawCovariates {
    fn of(model: &Model) -> Option<Self> {
        let nothing = Vec::new;
        match model {
            Model::PurchaseWithCovariates(model) => {
                let (columns, [purchase, dropout, shared]) = model.parts();
                Some(Self { columns, purchase, dropout, shared, spend: nothing() })
            }
            Model::SpendWithCovariates(model) => {
                let (columns, spend) = model.parts();
                let (purchase, dropout, shared) = (nothing(), nothing(), nothing());
                Some(Self { columns, purchase, dropout, shared, spend })
            }
            Model::Purchase(_) | Model::Spend(_) | Model::Contract(_) => None,
        }
    }
}

impl ModelFile {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be read, is no model file, has an unknown version or
    /// kind, or lacks a parameter; [`Error::InFile`] where a parameter is outside its domain.
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
            covariates: RawCovariates::of(&self.model),
            fit: self.fit.clone(),
        })
        .unwrap_or_else(|_| unreachable!("strings and finite numbers are valid JSON"));
        json.push('\n');
        json
    }

    /// Reads a model from JSON text.
    ///
    /// # Errors
    /// As [`ModelFile::read`], but for [`Error::InFile`], of which there is the source alone.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let kind = of_kind(text, VERSION, &kinds())?;
        if !kind.ends_with(WITH_COVARIATES) && text.len() as u64 > WITHOUT_COVARIATES {
            return Err(problem(
                Path::new(""),
                "has more than the 1 MiB that such a file may have",
            ));
        }
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
    let with_covariates = PurchaseWithCovariates::names().map(|(_, name)| name);
    let all = purchases.chain(spend).chain(contracts).chain(with_covariates);
    all.chain([SpendWithCovariates::NAME]).collect()
}

/// The parameters of a model by name.
fn named(model: &Model) -> Numbers {
    let entry = |(slot, value): (Parameter, f64)| (slot.name.into_owned(), value);
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
        let mut with_covariates = PurchaseWithCovariates::names();
        if let Some((kind, _)) = with_covariates.find(|(_, name)| *name == self.kind) {
            let RawCovariates { columns, purchase, dropout, shared, .. } = self.covariates()?;
            let (coding, roles) = (Coding::of_raw(&columns)?, [purchase, dropout, shared]);
            let value = |slot: &Parameter| self.value(slot);
            return Ok(PurchaseWithCovariates::of_parts(kind, coding, roles, value, unit)?.into());
        }
        if self.kind == SpendWithCovariates::NAME {
            let RawCovariates { columns, spend, .. } = self.covariates()?;
            let (coding, value) = (Coding::of_raw(&columns)?, |slot: &Parameter| self.value(slot));
            return Ok(SpendWithCovariates::of_parts(coding, spend, value)?.into());
        }
        let kind: SpendKind = self.kind.parse()?;
        Ok(Model::Spend(kind.build(&self.values(&kind.layout())?)?))
    }

    fn covariates(&self) -> Result<RawCovariates, Error> {
        let missing = || problem(Path::new(""), "covariates are missing");
        self.covariates.clone().ok_or_else(missing)
    }

    fn values(&self, layout: &[Parameter]) -> Result<Vec<f64>, Error> {
        layout.iter().map(|slot| self.value(slot)).collect()
    }

    fn value(&self, slot: &Parameter) -> Result<f64, Error> {
        let missing = || problem(Path::new(""), &format!("parameter {:?} is missing", slot.name));
        self.parameters.get(&slot.name).ok_or_else(missing)
    }
}
