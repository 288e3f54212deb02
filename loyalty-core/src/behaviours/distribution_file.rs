//! Distributions of behaviours in files.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::definitions::{Behaviour, Terms, of_link};
use super::distribution::{BehaviourDistribution, transition};
use super::lasting::{Lasting, StoredLasting};
use super::options::{Threshold, ThresholdBasis};
use super::population::Population;
use crate::Error;
use crate::error::{non_negative, positive};
use crate::files::{FORMAT, MEBIBYTE, not_json, of_kind, problem, read_up_to, write_whole};

/// The version of a file that holds one behaviour; it rises with each change that an older library could
/// not read.
const VERSION: u32 = 3;

/// The most bytes of a file of behaviours: a hundred times what one with thousands of groups of peers has.
pub(super) const LARGEST_FILE: u64 = 16 * MEBIBYTE;

/// A distribution as it stands in a file; checked when it becomes a [`BehaviourDistribution`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredDistribution {
    population: Population,
    threshold: f64,
    basis: ThresholdBasis,
    terms: Terms,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    peers: Vec<(String, f64)>,
    customers: usize,
    likelihood_ratio: f64,
    variation: f64,
    lasting: StoredLasting,
}

impl From<&BehaviourDistribution> for StoredDistribution {
    fn from(model: &BehaviourDistribution) -> Self {
        Self {
            population: model.population.clone(),
            threshold: model.threshold.value,
            basis: model.threshold.basis,
            terms: model.terms.clone(),
            peers: model.peers.clone(),
            customers: model.customers,
            likelihood_ratio: model.likelihood_ratio,
            variation: model.variation,
            lasting: model.lasting.into(),
        }
    }
}

impl TryFrom<StoredDistribution> for BehaviourDistribution {
    type Error = Error;

    fn try_from(stored: StoredDistribution) -> Result<Self, Error> {
        positive("threshold", stored.threshold)?;
        stored.peers.iter().try_for_each(|(_, own)| positive("peers", *own).map(|_| ()))?;
        stored.terms.of().check()?;
        let behaviour = stored.terms.behaviour();
        of_link(&stored.population, behaviour.link())?;
        let lasting = Lasting::try_from(stored.lasting)?;
        Ok(Self {
            behaviour,
            transition: transition(&stored.population, &lasting),
            lasting,
            population: stored.population,
            threshold: Threshold { value: stored.threshold, basis: stored.basis },
            terms: stored.terms,
            peers: stored.peers,
            customers: stored.customers,
            likelihood_ratio: non_negative("likelihood_ratio", stored.likelihood_ratio)?,
            variation: non_negative("variation", stored.variation)?,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct DistributionFile {
    format: String,
    version: u32,
    kind: String,
    #[serde(flatten)]
    distribution: StoredDistribution,
}

pub(super) fn parsed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(not_json)
}

pub(super) fn printed(file: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(file)
        .unwrap_or_else(|_| unreachable!("strings and finite numbers are valid JSON"));
    json.push('\n');
    json
}

impl BehaviourDistribution {
    /// The distribution as JSON text; its kind is [`Behaviour::kind`].
    pub fn to_json(&self) -> String {
        printed(&DistributionFile {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: self.behaviour().kind().to_owned(),
            distribution: self.into(),
        })
    }

    /// Reads a distribution from JSON text.
    ///
    /// # Errors
    /// As [`BehaviourDistribution::read`], but for [`Error::InFile`], of which there is the source alone.
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let kinds: Vec<&str> = Behaviour::ALL.iter().map(|behaviour| behaviour.kind()).collect();
        let kind = of_kind(text, VERSION, &kinds)?;
        let file: DistributionFile = parsed(text)?;
        let found = Self::try_from(file.distribution)?;
        if found.behaviour().kind() != kind {
            return Err(problem(Path::new(""), &format!("its terms are not those of {kind:?}")));
        }
        Ok(found)
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
    /// [`Error::ModelFile`] where the file cannot be read or is no file of one behaviour and this version,
    /// [`Error::InFile`] where a number in it is outside its domain.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_up_to(LARGEST_FILE, path.as_ref(), Self::from_json)
    }
}
