//! Behaviour models in files.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::definitions::Behaviour;
use super::distribution_file::{LARGEST_FILE, StoredDistribution, parsed, printed};
use super::model::{BehaviourModel, Rule};
use crate::Error;
use crate::error::non_negative;
use crate::files::{FORMAT, of_kind, problem, read_up_to, write_whole};

/// The version of a behaviour model's file; it rises with each change that an older library could not read.
const VERSION: u32 = 3;

#[derive(Serialize, Deserialize)]
struct ModelFile {
    format: String,
    version: u32,
    kind: String,
    materiality: f64,
    least_categories: f64,
    behaviours: Vec<StoredRule>,
    #[serde(default)]
    absent: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct StoredRule {
    cut: Option<f64>,
    #[serde(flatten)]
    distribution: StoredDistribution,
}

impl BehaviourModel {
    /// Its name in files.
    pub const KIND: &str = "behaviours";

    /// The model as JSON text.
    pub fn to_json(&self) -> String {
        let rule =
            |rule: &Rule| StoredRule { cut: rule.cut, distribution: (&rule.distribution).into() };
        let absent =
            |(behaviour, why): &(Behaviour, String)| (behaviour.name().to_owned(), why.clone());
        printed(&ModelFile {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: Self::KIND.to_owned(),
            materiality: self.materiality,
            least_categories: self.least_categories,
            behaviours: self.rules.iter().map(rule).collect(),
            absent: self.absent.iter().map(absent).collect(),
        })
    }

    /// Reads a model from JSON text.
    ///
    /// # Errors
    /// As [`BehaviourModel::read`], but for [`Error::InFile`], of which there is the source alone.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        of_kind(text, VERSION, &[Self::KIND])?;
        let file: ModelFile = parsed(text)?;
        let rule = |stored: StoredRule| {
            if let Some(value) = stored.cut.filter(|cut| !(0.0..=1.0).contains(cut)) {
                return Err(Error::parameter("cut", "from 0 to 1", value));
            }
            Ok(Rule { cut: stored.cut, distribution: stored.distribution.try_into()? })
        };
        let absent = |(name, why): (String, String)| Ok((name.parse()?, why));
        let rules: Vec<Rule> =
            file.behaviours.into_iter().map(rule).collect::<Result<_, Error>>()?;
        let behaviours = rules.iter().map(|rule| rule.distribution.behaviour());
        if !behaviours.is_sorted_by(|a, b| a < b) {
            return Err(problem(Path::new(""), "the behaviours are not each there once, in order"));
        }
        Ok(Self {
            rules,
            absent: file.absent.into_iter().map(absent).collect::<Result<_, Error>>()?,
            materiality: non_negative("materiality", file.materiality)?,
            least_categories: non_negative("least_categories", file.least_categories)?,
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
    /// [`Error::InFile`] where a number in it is outside its domain.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_up_to(LARGEST_FILE, path.as_ref(), Self::from_json)
    }
}
