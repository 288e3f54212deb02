//! Anchored forecasts as files.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::poisson::LARGEST;
use super::{AnchoredForecast, Correction, FEATURES};
use crate::Error;
use crate::files::{FORMAT, Numbers, not_json, of_kind, problem, read_with, write_whole};
use crate::models::{Model, ModelFile};

/// The layout of the file.
const VERSION: u32 = 1;

/// The file as it stands; checked when it becomes a forecast.
#[derive(Serialize, Deserialize)]
struct Raw<M> {
    format: String,
    version: u32,
    kind: String,
    horizon: f64,
    /// The purchase model as its own file has it.
    model: M,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correction: Option<RawCorrection>,
}

#[derive(Serialize, Deserialize)]
struct RawCorrection {
    weights: Numbers,
    intercept: f64,
    typical_amount: f64,
}

impl AnchoredForecast {
    /// The kind in the file.
    pub const KIND: &'static str = "anchored-forecast";

    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be read, is no such file or of an unknown version, or lacks
    /// a weight; as [`AnchoredForecast::uncorrected`] for what it says.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_with(path.as_ref(), Self::from_json)
    }

    /// Writes a model file, whole or not at all.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_json())
    }

    /// The forecast as JSON text.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::forecast::AnchoredForecast;
    /// use loyalty_core::purchase::MbgNbd;
    /// use loyalty_core::time::Unit;
    /// let model = MbgNbd::new(0.525, 6.183, 0.891, 1.614)?.with_unit(Some(Unit::Week));
    /// let forecast = AnchoredForecast::uncorrected(model.into(), 13.0)?;
    /// assert_eq!(AnchoredForecast::from_json(&forecast.to_json())?, forecast);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        let model = ModelFile::from(self.base.clone()).to_json();
        let model: serde_json::Value = serde_json::from_str(&model)
            .unwrap_or_else(|_| unreachable!("the file of a model is JSON"));
        let weights = |correction: &Correction| {
            let named = FEATURES.iter().zip(correction.weights);
            named.map(|(name, weight)| ((*name).to_owned(), weight)).collect()
        };
        let correction = self.correction.as_ref().map(|correction| RawCorrection {
            weights: weights(correction),
            intercept: correction.intercept,
            typical_amount: correction.typical_amount,
        });
        let mut json = serde_json::to_string_pretty(&Raw {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: Self::KIND.to_owned(),
            horizon: self.horizon,
            model,
            correction,
        })
        .unwrap_or_else(|_| unreachable!("strings and finite numbers are valid JSON"));
        json.push('\n');
        json
    }

    /// Reads a forecast from JSON text.
    ///
    /// # Errors
    /// As [`AnchoredForecast::read`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        of_kind(text, VERSION, &[Self::KIND])?;
        let raw: Raw<&RawValue> = serde_json::from_str(text).map_err(not_json)?;
        let Model::Purchase(base) = ModelFile::from_json(raw.model.get())?.model else {
            return Err(problem(Path::new(""), "the model of a forecast is one of purchases"));
        };
        let correction = raw.correction.map(RawCorrection::checked).transpose()?;
        Ok(Self { correction, ..Self::uncorrected(base, raw.horizon)? })
    }
}

impl RawCorrection {
    fn checked(self) -> Result<Correction, Error> {
        let refused = |what: &str| Err(problem(Path::new(""), what));
        let mut weights = [0.0; FEATURES.len()];
        for (weight, name) in weights.iter_mut().zip(FEATURES) {
            match self.weights.get(name) {
                Some(value) if value.abs() <= LARGEST => *weight = value,
                Some(_) => return refused(&format!("weight {name:?} is not within -100 to 100")),
                None => return refused(&format!("weight {name:?} is missing")),
            }
        }
        if self.intercept.abs() > LARGEST {
            return refused("the intercept is not within -100 to 100");
        }
        // Amounts reach 1e50, and are divided by it.
        if self.typical_amount != 0.0 && !(1e-50..=1e50).contains(&self.typical_amount) {
            return refused("typical_amount is not within 1e-50 to 1e50, and not 0");
        }
        Ok(Correction { weights, intercept: self.intercept, typical_amount: self.typical_amount })
    }
}
