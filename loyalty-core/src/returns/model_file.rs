//! A return propensity as a file: the model, every part of it under its name. The state that it goes on
//! from stands in [`state_file`](super::state_file), and its columns may stand in a [compact](super::compact)
//! encoding behind the rest.
//!
//! Features, categories and numbers are known by name, never by place. So a library that knows one feature
//! more reads the files of one that did not: nothing in them gives it a weight. A feature that this library
//! does not know is refused, as scores without it would be others.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ReturnPropensity;
use super::clustering::Clustering;
use super::compact;
use super::facts::ReturnFacts;
use super::features::FeatureKind;
use super::lag::LagCurve;
use super::line::{Bounds, LineFeature, LineModel, Term};
use super::schema::{HistorySpec, IdColumn, Part, Schema};
use super::shrink::Shrinkage;
use super::state_codec::{check, wrong};
use super::state_file::RawState;
use super::stream::Pace;
use crate::Error;
use crate::files::{
    Compact, FORMAT, GIBIBYTE, not_json, of_kind, read_bytes_with, text_of, write_bytes_whole,
    write_whole,
};
use crate::memory;

/// The layout below. It rises where a file of the old layout would be read wrongly: not with a further
/// feature, which has a name of its own.
const VERSION: u32 = 4;

/// The file as it stands; checked when it becomes a model.
#[derive(Serialize, Deserialize)]
struct Raw {
    format: String,
    version: u32,
    kind: String,
    columns: RawColumns,
    histories: Vec<RawHistory>,
    lag: LagCurve,
    half_life_days: Option<f64>,
    line_model: RawLineModel,
    clustering: Clustering,
    fit: ReturnFacts,
    state: RawState,
}

#[derive(Serialize, Deserialize)]
struct RawColumns {
    customer: IdColumn,
    product: IdColumn,
    categories: Vec<IdColumn>,
    numbers: Vec<String>,
    least_price: f64,
}

/// A history with its prior.
#[derive(Serialize, Deserialize)]
struct RawHistory {
    #[serde(flatten)]
    spec: RawSpec,
    mean: f64,
    strength: f64,
}

#[derive(Serialize, Deserialize)]
struct RawSpec {
    parts: Vec<RawPart>,
    per_order: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawPart {
    Customer,
    Product,
    /// The category of that name.
    Category(String),
    ValueBand,
}

#[derive(Serialize, Deserialize)]
struct RawLineModel {
    intercept: f64,
    /// In the order in which their terms are added.
    features: Vec<RawFeature>,
}

#[derive(Serialize, Deserialize)]
struct RawFeature {
    /// As [`Schema::feature_name`] gives it.
    feature: Value,
    low: f64,
    high: f64,
    mean: f64,
    terms: Vec<RawTerm>,
}

#[derive(Serialize, Deserialize)]
struct RawTerm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    knot: Option<f64>,
    mean: f64,
    weight: f64,
}

impl ReturnPropensity {
    /// Its name in files.
    pub const KIND: &str = "return-propensity";

    /// Writes the model with its state, whole or not at all: an existing file is replaced only once the
    /// new one is complete. A model that was read goes on to the last bit as this one does.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_whole(path.as_ref(), &self.to_json())
    }

    /// Writes the model with its state in the compact encoding, whole or not at all. [`Self::read`] reads it to the
    /// same bits as the JSON, which is four to seven times as long and takes some ten times as long to read.
    /// A model that was read from it makes the tables that learning needs when it first learns.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be written.
    ///
    /// # Examples
    /// See [`Self::to_compact`].
    pub fn write_compact(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        write_bytes_whole(path.as_ref(), &self.to_compact())
    }

    /// Reads a model with its state, in either encoding.
    ///
    /// # Errors
    /// [`Error::ModelFile`] where the file cannot be read, is damaged, holds another kind of model, has an unknown
    /// version or a feature that this library does not know, or contradicts itself.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        read_bytes_with(GIBIBYTE, path.as_ref(), |bytes| Self::of_file(Cow::Owned(bytes)))
    }

    /// The model with its state as JSON.
    pub fn to_json(&self) -> String {
        self.raw().json()
    }

    /// The model with its state in the compact encoding: the same numbers as [`Self::to_json`], in a fourth to a seventh
    /// of the bytes. It has the layout that docs/model-file.md describes.
    ///
    /// # Examples
    /// ```
    /// # use loyalty_core::Error;
    /// use loyalty_core::returns::ReturnPropensity;
    /// let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.json");
    /// let model = ReturnPropensity::read(golden)?;
    /// let compact = model.to_compact();
    /// assert!(compact.len() < model.to_json().len());
    /// assert_eq!(ReturnPropensity::from_bytes(&compact)?.to_json(), model.to_json());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn to_compact(&self) -> Vec<u8> {
        let mut raw = self.raw();
        let columns = compact::take_out(&mut raw.state, &self.schema.histories);
        Compact { text: &raw.json(), columns: &columns }.to_bytes()
    }

    /// Reads a model from JSON.
    ///
    /// # Errors
    /// As [`ReturnPropensity::read`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Raw::of(text)?.model(None)
    }

    /// Reads a model from what its file holds, in either encoding.
    ///
    /// # Errors
    /// As [`ReturnPropensity::read`].
    ///
    /// # Examples
    /// See [`Self::to_compact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Self::of_file(Cow::Borrowed(bytes))
    }

    /// The model of a file, of which one in the compact encoding is kept with it.
    fn of_file(bytes: Cow<'_, [u8]>) -> Result<Self, Error> {
        let Some(Compact { text, columns }) = Compact::of(&bytes)? else {
            return Self::from_json(text_of(&bytes)?);
        };
        let copy = if matches!(bytes, Cow::Borrowed(_)) { bytes.len() } else { 0 };
        memory::ask_for_rows("a model in the compact encoding", columns.len(), 10, copy)?;
        let (raw, columns) = (Raw::of(text)?, columns.len());
        raw.model(Some(compact::Reader::new(&Arc::new(bytes.into_owned()), columns)))
    }

    fn raw(&self) -> Raw {
        let schema = &self.schema;
        let histories = schema.histories.iter().zip(&self.shrinkage);
        Raw {
            format: FORMAT.to_owned(),
            version: VERSION,
            kind: Self::KIND.to_owned(),
            columns: RawColumns {
                customer: schema.customer.clone(),
                product: schema.product.clone(),
                categories: schema.categories.clone(),
                numbers: schema.numbers.clone(),
                least_price: schema.least_price,
            },
            histories: histories
                .map(|(spec, prior)| RawHistory {
                    spec: RawSpec::of(spec, schema),
                    mean: prior.mean(),
                    strength: prior.strength(),
                })
                .collect(),
            lag: self.lag.clone(),
            half_life_days: self.stream.pace.half_life,
            line_model: RawLineModel::of(&self.line, schema),
            clustering: self.clustering,
            fit: self.facts,
            state: RawState::of(&self.stream, &schema.histories),
        }
    }
}

impl Raw {
    fn of(text: &str) -> Result<Self, Error> {
        of_kind(text, VERSION, &[ReturnPropensity::KIND])?;
        serde_json::from_str(text).map_err(not_json)
    }

    fn json(&self) -> String {
        let mut json = serde_json::to_string(self)
            .unwrap_or_else(|_| unreachable!("strings and finite numbers are valid JSON"));
        json.push('\n');
        json
    }

    /// The model, with the columns of its state where these stand apart.
    fn model(mut self, columns: Option<compact::Reader<'_>>) -> Result<ReturnPropensity, Error> {
        let lag = LagCurve::new(self.lag.shares().to_vec())?;
        let priors = self.histories.iter().map(|raw| Shrinkage::new(raw.mean, raw.strength));
        let shrinkage = priors.collect::<Result<Vec<_>, _>>()?;
        let specs: Vec<RawSpec> = self.histories.into_iter().map(|raw| raw.spec).collect();
        let schema = self.columns.schema(&specs)?;
        let columns = match columns {
            Some(columns) => compact::read(columns, &mut self.state, &schema.histories)?,
            None => self.state.columns()?,
        };
        let line = self.line_model.model(&schema)?;
        let (clustering, facts) = (self.clustering, self.fit);
        check(clustering.is_sound(), "clustering and orders")?;
        check(facts.is_sound(), "the fit and its figures")?;
        let half_life = self.half_life_days;
        check(half_life.is_none_or(|days| (1.0..=36_600.0).contains(&days)), "half-life and days")?;
        let pace = Pace::new(&lag, half_life);
        let stream = self.state.stream(columns, &schema, pace)?;
        Ok(ReturnPropensity { schema, lag, shrinkage, line, clustering, facts, stream })
    }
}

impl RawColumns {
    fn schema(self, histories: &[RawSpec]) -> Result<Schema, Error> {
        let mut schema = Schema {
            customer: self.customer,
            product: self.product,
            categories: self.categories,
            numbers: self.numbers,
            histories: Vec::new(),
            least_price: self.least_price,
        };
        for spec in histories {
            schema.histories.push(spec.spec(&schema)?);
        }
        check(schema.is_sound(), "columns and histories")?;
        Ok(schema)
    }
}

impl RawSpec {
    fn of(spec: &HistorySpec, schema: &Schema) -> Self {
        let part = |part: &Part| match *part {
            Part::Customer => RawPart::Customer,
            Part::Product => RawPart::Product,
            Part::Category(number) => RawPart::Category(schema.categories[number].name.clone()),
            Part::ValueBand => RawPart::ValueBand,
        };
        Self { parts: spec.parts.iter().map(part).collect(), per_order: spec.per_order }
    }

    fn spec(&self, schema: &Schema) -> Result<HistorySpec, Error> {
        let part = |part: &RawPart| match part {
            RawPart::Customer => Ok(Part::Customer),
            RawPart::Product => Ok(Part::Product),
            RawPart::Category(name) => {
                let number = schema.categories.iter().position(|column| column.name == *name);
                let unknown = || wrong(&format!("a history is of the unknown category {name:?}"));
                number.map(Part::Category).ok_or_else(unknown)
            }
            RawPart::ValueBand => Ok(Part::ValueBand),
        };
        let parts = self.parts.iter().map(part).collect::<Result<_, _>>()?;
        Ok(HistorySpec { parts, per_order: self.per_order })
    }
}

impl Schema {
    /// The name of a feature in files: text for those that every model has, an object for those of the
    /// caller's columns, so that no column can be called as another feature is.
    fn feature_name(&self, kind: FeatureKind) -> Value {
        let own = |own: usize| if own == 0 { "customer" } else { "product" };
        match kind {
            FeatureKind::Context(context) => context.name().into(),
            FeatureKind::SameInBasket(category) => {
                json!({ "same_in_basket": self.categories[category].name })
            }
            FeatureKind::Number(number) => json!({ "number": self.numbers[number] }),
            FeatureKind::NumberMissing(number) => json!({ "missing": self.numbers[number] }),
            FeatureKind::Exposure(of) => format!("log exposure of the {}", own(of)).into(),
            FeatureKind::Believed(of) => format!("log-odds of the {}, believed", own(of)).into(),
            FeatureKind::History(number) => {
                json!({ "history": RawSpec::of(&self.histories[number], self) })
            }
        }
    }

    /// The names of all features, by number.
    fn feature_names(&self) -> Vec<Value> {
        self.features().iter().map(|feature| self.feature_name(feature.kind)).collect()
    }
}

impl RawLineModel {
    fn of(line: &LineModel, schema: &Schema) -> Self {
        let names = schema.feature_names();
        let term = |term: &Term| RawTerm { knot: term.knot, mean: term.mean, weight: term.weight };
        let feature = |listed: &LineFeature| RawFeature {
            feature: names[listed.feature].clone(),
            low: listed.bounds.low,
            high: listed.bounds.high,
            mean: listed.bounds.mean,
            terms: listed.terms.iter().map(term).collect(),
        };
        Self { intercept: line.intercept, features: line.features.iter().map(feature).collect() }
    }

    fn model(self, schema: &Schema) -> Result<LineModel, Error> {
        let names = schema.feature_names();
        let mut features: Vec<LineFeature> = Vec::with_capacity(self.features.len());
        for raw in self.features {
            let Some(feature) = names.iter().position(|name| *name == raw.feature) else {
                let what = format!("the feature {} is unknown to this library", raw.feature);
                return Err(wrong(&what));
            };
            if features.iter().any(|listed| listed.feature == feature) {
                return Err(wrong(&format!("the feature {} stands twice", raw.feature)));
            }
            let bounds = Bounds { low: raw.low, high: raw.high, mean: raw.mean };
            let term = |raw: RawTerm| Term { knot: raw.knot, mean: raw.mean, weight: raw.weight };
            let terms = raw.terms.into_iter().map(term).collect();
            features.push(LineFeature { feature, bounds, terms });
        }
        let line = LineModel { intercept: self.intercept, features };
        check(line.is_sound(), "bounds, knots and weights of the line model")?;
        Ok(line)
    }
}
