//! A purchase or a spend model of any kind, and its file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::estimation::{Fit, FitFacts, Parameters, Towards};
use crate::files::{FORMAT, VERSION, of_kind, problem, read_with, write_whole};
use crate::purchase::BgNbd;
use crate::spend::GammaGamma;
use crate::time::Unit;

/// A model of any kind.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Model {
    /// When customers buy.
    BgNbd(BgNbd),
    /// How much they spend.
    GammaGamma(GammaGamma),
}

impl Model {
    /// The model's name in files and messages: `bg-nbd`, `gamma-gamma`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::BgNbd(_) => BgNbd::KIND,
            Self::GammaGamma(_) => GammaGamma::KIND,
        }
    }

    /// The parameters' names, in order.
    pub fn names(&self) -> &'static [&'static str] {
        match self {
            Self::BgNbd(_) => BgNbd::NAMES,
            Self::GammaGamma(_) => GammaGamma::NAMES,
        }
    }

    /// The parameters' values, in the order of the names.
    pub fn values(&self) -> Vec<f64> {
        match self {
            Self::BgNbd(model) => model.values(),
            Self::GammaGamma(model) => model.values(),
        }
    }

    /// What it says of the customers that these parameters run away in a fit.
    pub(super) fn limit(&self, runaways: &[(&'static str, Towards)]) -> &'static str {
        match self {
            Self::BgNbd(model) => model.limit(runaways),
            Self::GammaGamma(model) => model.limit(runaways),
        }
    }

    /// The unit of time, where the model has one and it is known.
    pub fn unit(&self) -> Option<Unit> {
        match self {
            Self::BgNbd(model) => model.unit(),
            Self::GammaGamma(_) => None,
        }
    }
}

impl From<BgNbd> for Model {
    fn from(model: BgNbd) -> Self {
        Self::BgNbd(model)
    }
}

impl From<GammaGamma> for Model {
    fn from(model: GammaGamma) -> Self {
        Self::GammaGamma(model)
    }
}

/// A model as it is kept in a file: the parameters, their unit, and how they were found.
///
/// The file is JSON. Every number is written with the fewest digits that read back to the same bits,
/// so a model scores alike in every language that loads it.
///
/// # Examples
/// ```
/// use loyalty_core::files::{Model, ModelFile};
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

impl<M: Into<Model> + Copy> From<&Fit<M>> for ModelFile {
    fn from(fit: &Fit<M>) -> Self {
        Self { model: fit.model.into(), fit: Some(fit.into()) }
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
            parameters: self
                .model
                .names()
                .iter()
                .zip(self.model.values())
                .map(|(&name, value)| (name.to_owned(), value.into()))
                .collect(),
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
        of_kind(text, &[BgNbd::KIND, GammaGamma::KIND])?;
        let syntax = |error: serde_json::Error| problem(Path::new(""), &error.to_string());
        let raw: Raw = serde_json::from_str(text).map_err(syntax)?;
        let file = Self { model: raw.model()?, fit: raw.fit };
        file.as_fit().map(|_| file)
    }

    /// The fit that the file describes, or `None` for a model given by its parameters.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the facts do not suit the model; [`ModelFile::from_json`] has made
    /// sure that they do.
    pub fn as_fit(&self) -> Result<Option<Fit<Model>>, Error> {
        self.fit.as_ref().map(|facts| facts.fit_of(self.model)).transpose()
    }
}

impl Raw {
    fn model(&self) -> Result<Model, Error> {
        let unit = self.unit.as_deref().map(str::parse::<Unit>).transpose()?;
        match self.kind.as_str() {
            BgNbd::KIND => {
                let [r, alpha, a, b] = self.values(BgNbd::NAMES)?;
                Ok(BgNbd::new(r, alpha, a, b)?.with_unit(unit).into())
            }
            GammaGamma::KIND => {
                let [p, q, v] = self.values(GammaGamma::NAMES)?;
                Ok(GammaGamma::new(p, q, v)?.into())
            }
            _ => unreachable!("the kind has been looked at"),
        }
    }

    fn values<const N: usize>(&self, names: &[&str]) -> Result<[f64; N], Error> {
        let mut values = [0.0; N];
        for (value, &name) in values.iter_mut().zip(names) {
            let found = self.parameters.get(name).and_then(serde_json::Value::as_f64);
            *value = found
                .ok_or_else(|| problem(Path::new(""), &format!("parameter {name:?} is missing")))?;
        }
        Ok(values)
    }
}
