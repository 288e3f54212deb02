//! How the columns of a table become numbers: learnt in a fit and kept with the model.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::shown;
use crate::files::problem;
use crate::math::ExactSum;
use crate::summary::{CovariateValues, Covariates};

/// The features of some columns: a number is one, a category one for every level but the reference.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coding {
    columns: Vec<CodedColumn>,
}

#[derive(Debug, Clone, PartialEq)]
struct CodedColumn {
    name: String,
    kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    Number(Spread),
    /// The most frequent level, and the others with the spread of being of them.
    Category {
        reference: String,
        levels: Vec<(String, Spread)>,
    },
}

/// Where the values of a feature lie among the customers of the fit: their mean and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) centre: f64,
    pub(crate) scale: f64,
}

/// A feature of a coding.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    /// Its column.
    pub(crate) column: String,
    /// The level that it stands for, of a category.
    pub(crate) level: Option<String>,
    pub(crate) spread: Spread,
}

impl Feature {
    /// `age`, `channel=web`.
    pub(crate) fn name(&self) -> String {
        match &self.level {
            None => self.column.clone(),
            Some(level) => format!("{}={level}", self.column),
        }
    }
}

/// The features of customers, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Features {
    width: usize,
    values: Vec<f64>,
}

impl Features {
    pub(crate) fn rows(&self) -> usize {
        self.values.len() / self.width
    }

    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }
}

/// A refusal of a covariate by its name.
fn refused(column: &str, problem: &'static str) -> Error {
    Error::Columns { role: "the covariate", column: column.to_owned(), problem }
}

impl Coding {
    /// Learns the features of the columns of these names, which the table has.
    ///
    /// # Errors
    /// [`Error::Columns`] for one that has one value only.
    pub(crate) fn learn(
        covariates: &Covariates,
        names: &[&str],
        weights: Option<&[f64]>,
    ) -> Result<Self, Error> {
        let columns = names.iter().filter_map(|name| covariates.column(name));
        let learnt = columns.map(|column| {
            let kind = match &column.values {
                CovariateValues::Numbers(values) => {
                    Spread::of(&values.iter().copied(), weights).map(Kind::Number)
                }
                CovariateValues::Categories { levels, rows } => of_levels(levels, rows, weights),
            };
            let kind = kind.ok_or_else(|| {
                refused(&column.name, "has one value only, of which nothing can be learnt")
            })?;
            Ok(CodedColumn { name: column.name.clone(), kind })
        });
        Ok(Self { columns: learnt.collect::<Result<_, Error>>()? })
    }

    /// The features, in the order of the columns.
    pub(crate) fn features(&self) -> Vec<Feature> {
        let of = |column: &CodedColumn| -> Vec<Feature> {
            let feature = |level, spread| Feature { column: column.name.clone(), level, spread };
            match &column.kind {
                Kind::Number(spread) => vec![feature(None, *spread)],
                Kind::Category { levels, .. } => {
                    let each = levels.iter();
                    each.map(|(level, spread)| feature(Some(level.clone()), *spread)).collect()
                }
            }
        };
        self.columns.iter().flat_map(of).collect()
    }

    /// The names of the columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// The features of the rows of a table that has the columns, in any order and among others.
    ///
    /// # Errors
    /// [`Error::Columns`] where one is missing, [`Error::Type`] where it holds text for numbers or the reverse,
    /// [`Error::Value`] for a level that was not learnt.
    pub(crate) fn read(&self, covariates: &Covariates) -> Result<Features, Error> {
        let width = self.features().len();
        let mut values = vec![0.0; covariates.len() * width];
        let mut first = 0;
        for column in &self.columns {
            let missing = || refused(&column.name, "is missing: the model has learnt from it");
            let found = covariates.column(&column.name).ok_or_else(missing)?;
            first += column.fill(&found.values, &mut values, first, width)?;
        }
        Ok(Features { width, values })
    }
}

impl CodedColumn {
    /// Fills the features of this column from the `first` on, and says how many there are.
    fn fill(
        &self,
        found: &CovariateValues,
        out: &mut [f64],
        first: usize,
        width: usize,
    ) -> Result<usize, Error> {
        let other = |expected, got: &str| Error::Type {
            column: self.name.clone(),
            expected,
            got: got.to_owned(),
        };
        match (&self.kind, found) {
            (Kind::Number(_), CovariateValues::Numbers(values)) => {
                let slots = out.iter_mut().skip(first).step_by(width);
                slots.zip(values).for_each(|(slot, &value)| *slot = value);
                Ok(1)
            }
            (
                Kind::Category { reference, levels },
                CovariateValues::Categories { levels: names, rows },
            ) => {
                let feature_of = self.features_of(reference, levels, names, rows)?;
                for (row, &level) in rows.iter().enumerate() {
                    if let Some(feature) = feature_of[level as usize] {
                        out[row * width + first + feature] = 1.0;
                    }
                }
                Ok(levels.len())
            }
            (Kind::Number(_), _) => Err(other("numbers, as in the fit", "text")),
            (Kind::Category { .. }, _) => Err(other("text, as in the fit", "numbers")),
        }
    }

    /// For each level of a table the feature that is 1 there; none for the reference.
    fn features_of(
        &self,
        reference: &str,
        known: &[(String, Spread)],
        levels: &[String],
        rows: &[u32],
    ) -> Result<Vec<Option<usize>>, Error> {
        let mut of = Vec::with_capacity(levels.len());
        let mut unknown = vec![false; levels.len()];
        for (number, level) in levels.iter().enumerate() {
            let feature = known.iter().position(|(name, _)| name == level);
            unknown[number] = feature.is_none() && level != reference;
            of.push(feature);
        }
        let mut broken = (0..rows.len()).filter(|&row| unknown[rows[row] as usize]);
        let Some(row) = broken.next() else { return Ok(of) };
        let value = shown(&levels[rows[row] as usize]);
        let (column, expected) = (self.name.clone(), "a level that the model has learnt from");
        Err(Error::Value { column, row, expected, value, more: broken.count() })
    }
}

/// The levels but the most frequent; of equally frequent ones, the first by name is the reference.
fn of_levels(levels: &[String], rows: &[u32], weights: Option<&[f64]>) -> Option<Kind> {
    let mut count = vec![ExactSum::default(); levels.len()];
    for (row, &level) in rows.iter().enumerate() {
        count[level as usize].add(weights.map_or(1.0, |weights| weights[row]));
    }
    let more = |a: usize, b: usize| if count[b].value() > count[a].value() { b } else { a };
    let reference = (0..levels.len()).fold(0, more);
    let others = (0..levels.len()).filter(|&level| level != reference);
    let levels_but_one: Option<Vec<_>> = others
        .map(|level| {
            let is = rows.iter().map(move |&row| f64::from(u8::from(row as usize == level)));
            Some((levels[level].clone(), Spread::of(&is, weights)?))
        })
        .collect();
    let levels_but_one = levels_but_one.filter(|levels| !levels.is_empty())?;
    Some(Kind::Category { reference: levels[reference].clone(), levels: levels_but_one })
}

impl Spread {
    /// Mean and standard deviation, the same whatever the order; `None` where all values are the same.
    fn of(values: &(impl Iterator<Item = f64> + Clone), weights: Option<&[f64]>) -> Option<Self> {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        values.clone().for_each(|value| (least, most) = (least.min(value), most.max(value)));
        // Numbers that differ in their last digits alone do not differ.
        if most - least <= 1e-12 * most.abs().max(least.abs()) {
            return None;
        }
        let mean = |of: &dyn Fn(f64) -> f64| {
            let (mut sum, mut total) = (ExactSum::default(), ExactSum::default());
            for (row, value) in values.clone().enumerate() {
                let weight = weights.map_or(1.0, |weights| weights[row]);
                sum.add(weight * of(value));
                total.add(weight);
            }
            sum.value() / total.value()
        };
        let centre = mean(&|value| value);
        let scale = mean(&|value| (value - centre) * (value - centre)).sqrt();
        Some(Self { centre, scale })
    }
}

/// A column of a coding as files write it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RawColumn {
    name: String,
    /// Of a number: its mean and standard deviation in the fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    spread: Option<[f64; 2]>,
    /// Of a category: the level that the others are measured against, and those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<RawLevel>,
}

/// A level of a category: its name, with mean and standard deviation of being of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RawLevel {
    name: String,
    spread: [f64; 2],
}

impl From<&CodedColumn> for RawColumn {
    fn from(column: &CodedColumn) -> Self {
        let pair = |spread: &Spread| [spread.centre, spread.scale];
        let (spread, reference, levels) = match &column.kind {
            Kind::Number(spread) => (Some(pair(spread)), None, Vec::new()),
            Kind::Category { reference, levels } => {
                let raw = |(name, spread): &(String, Spread)| RawLevel {
                    name: name.clone(),
                    spread: pair(spread),
                };
                (None, Some(reference.clone()), levels.iter().map(raw).collect())
            }
        };
        Self { name: column.name.clone(), spread, reference, levels }
    }
}

impl Coding {
    pub(crate) fn to_raw(&self) -> Vec<RawColumn> {
        self.columns.iter().map(RawColumn::from).collect()
    }

    /// # Errors
    /// [`Error::ModelFile`] where the columns make no sense.
    pub(crate) fn of_raw(columns: &[RawColumn]) -> Result<Self, Error> {
        let wrong = |what: &str| problem(Path::new(""), &format!("covariates: {what}"));
        let spread = |name: &str, [centre, scale]: [f64; 2]| {
            let sound = centre.is_finite() && scale.is_finite() && scale > 0.0;
            sound
                .then_some(Spread { centre, scale })
                .ok_or_else(|| wrong(&format!("the spread of {name:?}")))
        };
        let mut coded: Vec<CodedColumn> = Vec::with_capacity(columns.len());
        for column in columns {
            let name = &column.name;
            if coded.iter().any(|other| other.name == *name) {
                return Err(wrong(&format!("{name:?} is there twice")));
            }
            let kind = match (column.spread, &column.reference) {
                (Some(pair), None) if column.levels.is_empty() => Kind::Number(spread(name, pair)?),
                (None, Some(reference)) if !column.levels.is_empty() => {
                    let levels = column.levels.iter();
                    let levels: Vec<_> = levels
                        .map(|level| Ok((level.name.clone(), spread(&level.name, level.spread)?)))
                        .collect::<Result<_, Error>>()?;
                    let named = |a: &str| levels.iter().filter(|(b, _)| a == b).count();
                    if named(reference) > 0 || levels.iter().any(|(level, _)| named(level) > 1) {
                        return Err(wrong(&format!("a level of {name:?} is there twice")));
                    }
                    Kind::Category { reference: reference.clone(), levels }
                }
                _ => return Err(wrong(&format!("{name:?} is neither a number nor a category"))),
            };
            coded.push(CodedColumn { name: name.clone(), kind });
        }
        if coded.is_empty() {
            return Err(wrong("there is none"));
        }
        Ok(Self { columns: coded })
    }
}
