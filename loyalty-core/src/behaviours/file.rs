//! Behaviour models and their traits in files.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::behaviours::classify::{BehaviourModel, Rule};
use crate::behaviours::estimate::Behaviour;
use crate::behaviours::estimate::RawTrait;
use crate::behaviours::estimate::TraitModel;
use crate::files::{FORMAT, not_json, of_kind, problem, read_with, write_whole};

/// The layout of both files below.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Raw {
    format: String,
    version: u32,
    kind: String,
    materiality: f64,
    least_categories: f64,
    traits: Vec<RawRule>,
    #[serde(default)]
    absent: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct RawRule {
    cut: Option<f64>,
    #[serde(flatten)]
    model: RawTrait,
}

#[derive(Serialize, Deserialize)]
struct RawSingle {
    format: String,
    version: u32,
    kind: String,
    #[serde(flatten)]
    model: RawTrait,
}

fn parsed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(not_json)
}

fn printed(raw: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(raw)
        .unwrap_or_else(|_| unreachable!("strings and finite numbers are valid JSON"));
    json.push('\n');
    json
}

impl BehaviourModel {
    /// Its name in files.
    pub const KIND: &str = "behaviours";

    /// The model as JSON text.
    pub fn to_json(&self) -> String {
        let rule = |rule: &Rule| RawRule { cut: rule.cut, model: (&rule.model).into() };
        let absent =
            |(behaviour, why): &(Behaviour, String)| (behaviour.name().to_owned(), why.clone());
        printed(&Raw {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: Self::KIND.to_owned(),
            materiality: self.materiality,
            least_categories: self.least_categories,
            traits: self.rules.iter().map(rule).collect(),
            absent: self.absent.iter().map(absent).collect(),
        })
    }

    /// Reads a model from JSON text.
    ///
    /// # Errors
    /// As [`BehaviourModel::read`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        of_kind(text, VERSION, &[Self::KIND])?;
        let raw: Raw = parsed(text)?;
        let rule = |raw: RawRule| {
            if let Some(value) = raw.cut.filter(|cut| !(0.0..=1.0).contains(cut)) {
                return Err(Error::parameter("cut", "from 0 to 1", value));
            }
            Ok(Rule { cut: raw.cut, model: raw.model.try_into()? })
        };
        let absent = |(name, why): (String, String)| Ok((name.parse()?, why));
        let rules: Vec<Rule> = raw.traits.into_iter().map(rule).collect::<Result<_, Error>>()?;
        let behaviours = rules.iter().map(|rule| rule.model.behaviour());
        if !behaviours.is_sorted_by(|a, b| a < b) {
            return Err(problem(Path::new(""), "the traits are not each there once, in order"));
        }
        Ok(Self {
            rules,
            absent: raw.absent.into_iter().map(absent).collect::<Result<_, Error>>()?,
            materiality: crate::error::non_negative("materiality", raw.materiality)?,
            least_categories: crate::error::non_negative("least_categories", raw.least_categories)?,
        })
    }

    /// Writes a model file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_json())
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be read or is no file of this kind and version,
    /// [`Error::Parameter`] where a number in it is outside its domain.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_with(path.as_ref(), Self::from_json)
    }
}

impl TraitModel {
    /// The model as JSON text; its kind is [`Behaviour::kind`].
    pub fn to_json(&self) -> String {
        printed(&RawSingle {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: self.behaviour().kind().to_owned(),
            model: self.into(),
        })
    }

    /// Reads a model from JSON text.
    ///
    /// # Errors
    /// As [`TraitModel::read`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let kind = of_kind(text, VERSION, &Behaviour::ALL.map(Behaviour::kind))?;
        let raw: RawSingle = parsed(text)?;
        let model = Self::try_from(raw.model)?;
        if model.behaviour().kind() != kind {
            return Err(problem(Path::new(""), &format!("its terms are not those of {kind:?}")));
        }
        Ok(model)
    }

    /// Writes a model file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_json())
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// As [`BehaviourModel::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_with(path.as_ref(), Self::from_json)
    }
}
