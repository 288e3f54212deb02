//! Columns of customer ids.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Int64Array, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::DataType;

use super::column::{ArrowColumn, present, wrong_type};
use super::numbers::decimal;
use crate::Error;
use crate::orders::{Column, CustomerColumn, TextColumn};

const EXPECTED: &str = "whole numbers or text";

/// Ids of a column: whole numbers or text, borrowed where the array holds them as the library takes
/// them.
///
/// Signed and unsigned integers, decimals without a fraction and floats that are whole numbers give
/// numbers (data frames make floats of whole numbers with gaps); NaN is a missing id. The three layouts
/// of text and dictionaries of them give text.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Float64Array};
/// use loyalty_core::interop::arrow::{ArrowColumn, Ids};
/// let with_gap: ArrayRef = Arc::new(Float64Array::from(vec![7.0, f64::NAN, 9.0]));
/// let column = ArrowColumn::new("customer", with_gap);
/// let ids = Ids::read(&column)?;
/// assert_eq!(ids.present(), Some(&[true, false, true][..]));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Ids<'a> {
    name: &'a str,
    values: Values<'a>,
    present: Option<Vec<bool>>,
}

#[derive(Debug)]
enum Values<'a> {
    Int(Cow<'a, [i64]>),
    Text(Text<'a>),
}

impl<'a> Ids<'a> {
    /// Reads the ids of a column.
    ///
    /// # Errors
    /// [`Error::Type`] where the column holds neither numbers nor text, [`Error::Value`] where a number
    /// is not whole or does not fit 64 bits.
    pub fn read(column: &'a ArrowColumn) -> Result<Self, Error> {
        let (name, present) = (&*column.name, without_nan(column, present(column)));
        if is_text(&column.data_type) {
            let chunks = column.chunks.iter().map(Chunk::of).collect::<Option<Vec<_>>>();
            let chunks = chunks.ok_or_else(|| wrong_type(column, EXPECTED))?;
            return Ok(Self { name, values: Values::Text(Text::new(chunks)), present });
        }
        let values = match &column.chunks[..] {
            [chunk] if column.data_type == DataType::Int64 => {
                Cow::Borrowed(&chunk.as_primitive::<Int64Type>().values()[..])
            }
            chunks => Cow::Owned(whole_numbers(column, chunks, present.as_deref())?),
        };
        Ok(Self { name, values: Values::Int(values), present })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        match &self.values {
            Values::Int(ids) => ids.len(),
            Values::Text(ids) => ids.rows(),
        }
    }

    /// `false` where an id is missing; `None` where all are there.
    pub fn present(&self) -> Option<&[bool]> {
        self.present.as_deref()
    }

    /// The ids as an array of `Int64` or `LargeUtf8`, one in each of so many rows.
    ///
    /// # Errors
    /// [`Error::Length`] where the column has another number of rows, [`Error::Value`] where an id is
    /// missing.
    pub fn complete(&self, rows: usize) -> Result<ArrayRef, Error> {
        let column = self.name.to_owned();
        if self.rows() != rows {
            return Err(Error::Length { column, expected: rows, got: self.rows() });
        }
        if let Some(row) = self.present.iter().flatten().position(|present| !present) {
            let (expected, value) = ("present in every row", "null".to_owned());
            return Err(Error::Value { column, row, expected, value, more: 0 });
        }
        Ok(match &self.values {
            Values::Int(ids) => Arc::new(Int64Array::from(ids.to_vec())),
            Values::Text(ids) => {
                let text = (0..rows).map(|row| ids.text(row));
                Arc::new(LargeStringArray::from_iter_values(text))
            }
        })
    }

    /// The ids as the library's own column.
    pub fn as_column(&self) -> CustomerColumn<'_> {
        let present = self.present.as_deref();
        match &self.values {
            Values::Int(ids) => Column::new(self.name, &ids[..]).with_present(present).into(),
            Values::Text(ids) => {
                CustomerColumn::Text(Column { name: self.name, values: ids, present })
            }
        }
    }

    /// The text, where the ids are text.
    pub(super) fn text(&self) -> Option<&Text<'a>> {
        match &self.values {
            Values::Text(text) => Some(text),
            Values::Int(_) => None,
        }
    }
}

fn is_text(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Text in several Arrow arrays.
#[derive(Debug)]
pub(super) struct Text<'a> {
    chunks: Vec<Chunk<'a>>,
    /// The first row of each chunk, and behind the last the number of rows.
    starts: Vec<usize>,
}

#[derive(Debug)]
enum Chunk<'a> {
    Utf8(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
    Dictionary(Vec<usize>, Box<Chunk<'a>>),
}

impl<'a> Chunk<'a> {
    fn of(array: &'a ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string()),
            DataType::LargeUtf8 => Self::Large(array.as_string()),
            DataType::Utf8View => Self::View(array.as_string_view()),
            DataType::Dictionary(_, _) => {
                let dictionary = array.as_any_dictionary();
                let values = Self::of(dictionary.values())?;
                Self::Dictionary(dictionary.normalized_keys(), Box::new(values))
            }
            _ => return None,
        })
    }

    fn len(&self) -> usize {
        match self {
            Self::Utf8(array) => array.len(),
            Self::Large(array) => array.len(),
            Self::View(array) => array.len(),
            Self::Dictionary(keys, _) => keys.len(),
        }
    }

    fn get(&self, row: usize) -> &str {
        match self {
            Self::Utf8(array) => array.value(row),
            Self::Large(array) => array.value(row),
            Self::View(array) => array.value(row),
            Self::Dictionary(keys, values) => values.get(keys[row]),
        }
    }
}

impl<'a> Text<'a> {
    fn new(chunks: Vec<Chunk<'a>>) -> Self {
        let mut starts = vec![0];
        for chunk in &chunks {
            starts.push(starts[starts.len() - 1] + chunk.len());
        }
        Self { chunks, starts }
    }
}

impl TextColumn for Text<'_> {
    fn rows(&self) -> usize {
        self.starts[self.chunks.len()]
    }

    fn text(&self, row: usize) -> &str {
        let chunk = match self.chunks.len() {
            1 => 0,
            _ => self.starts.partition_point(|&start| start <= row) - 1,
        };
        self.chunks[chunk].get(row - self.starts[chunk])
    }
}

/// Which rows of a column are there, where NaN stands for a missing id as it does in data frames.
fn without_nan(column: &ArrowColumn, present: Option<Vec<bool>>) -> Option<Vec<bool>> {
    let chunks = column.chunks.iter();
    let known: Vec<bool> = match column.data_type {
        DataType::Float32 => chunks
            .flat_map(|chunk| chunk.as_primitive::<Float32Type>().values())
            .map(|id| !id.is_nan())
            .collect(),
        DataType::Float64 => chunks
            .flat_map(|chunk| chunk.as_primitive::<Float64Type>().values())
            .map(|id| !id.is_nan())
            .collect(),
        _ => return present,
    };
    match present {
        None if known.iter().all(|&known| known) => None,
        None => Some(known),
        Some(present) => {
            Some(present.iter().zip(known).map(|(&there, known)| there && known).collect())
        }
    }
}

/// Ids of any numeric type; floats are taken where each is a whole number, as data frames make floats
/// of whole numbers with gaps.
fn whole_numbers(
    column: &ArrowColumn,
    chunks: &[ArrayRef],
    present: Option<&[bool]>,
) -> Result<Vec<i64>, Error> {
    let mut ids = Vec::with_capacity(column.rows());
    for chunk in chunks {
        let problem = extend(&mut ids, chunk).ok_or_else(|| wrong_type(column, EXPECTED))?;
        let Some((row, value)) = problem
            .into_iter()
            .find(|(row, _)| present.is_none_or(|present| present[ids.len() - chunk.len() + row]))
        else {
            continue;
        };
        let (column, row) = (column.name.clone(), ids.len() - chunk.len() + row);
        let expected = "a whole number from -2^63 to 2^63 - 1";
        return Err(Error::Value { column, row, expected, value, more: 0 });
    }
    if chunks.is_empty() && !column.data_type.is_numeric() {
        return Err(wrong_type(column, EXPECTED));
    }
    Ok(ids)
}

macro_rules! extend_from {
    ($ids:ident, $chunk:ident, $type:ty) => {{
        $ids.extend($chunk.as_primitive::<$type>().values().iter().map(|&id| i64::from(id)));
        Vec::new()
    }};
}

/// Appends a chunk and gives the rows that hold no whole number (missing ones included); `None`
/// where the type is wrong.
fn extend(ids: &mut Vec<i64>, chunk: &ArrayRef) -> Option<Vec<(usize, String)>> {
    Some(match chunk.data_type() {
        DataType::Int8 => extend_from!(ids, chunk, Int8Type),
        DataType::Int16 => extend_from!(ids, chunk, Int16Type),
        DataType::Int32 => extend_from!(ids, chunk, Int32Type),
        DataType::Int64 => extend_from!(ids, chunk, Int64Type),
        DataType::UInt8 => extend_from!(ids, chunk, UInt8Type),
        DataType::UInt16 => extend_from!(ids, chunk, UInt16Type),
        DataType::UInt32 => extend_from!(ids, chunk, UInt32Type),
        DataType::UInt64 => {
            let values = chunk.as_primitive::<UInt64Type>().values();
            convert(ids, values.iter().map(|&id| (i64::try_from(id).ok(), id)))
        }
        DataType::Float32 => {
            let values = chunk.as_primitive::<Float32Type>().values();
            convert(ids, values.iter().map(|&id| (whole(f64::from(id)), id)))
        }
        DataType::Float64 => {
            let values = chunk.as_primitive::<Float64Type>().values();
            convert(ids, values.iter().map(|&id| (whole(id), id)))
        }
        DataType::Decimal128(_, scale) => {
            let values = chunk.as_primitive::<Decimal128Type>().values();
            let value = |&id: &i128| (whole_decimal(id, *scale), decimal(id, *scale));
            convert(ids, values.iter().map(value))
        }
        DataType::Null => {
            ids.resize(ids.len() + chunk.len(), 0);
            Vec::new()
        }
        DataType::Dictionary(_, _) => {
            let dictionary = chunk.as_any_dictionary();
            let mut known = Vec::new();
            let problems = extend(&mut known, dictionary.values())?;
            let keys = dictionary.normalized_keys();
            ids.extend(keys.iter().map(|&key| known.get(key).copied().unwrap_or_default()));
            let broken = |(row, key): (usize, &usize)| {
                let problem = problems.iter().find(|(at, _)| at == key)?;
                Some((row, problem.1.clone()))
            };
            keys.iter().enumerate().filter_map(broken).collect()
        }
        _ => return None,
    })
}

fn convert<T: ToString>(
    ids: &mut Vec<i64>,
    values: impl Iterator<Item = (Option<i64>, T)>,
) -> Vec<(usize, String)> {
    let mut problems = Vec::new();
    for (row, (id, value)) in values.enumerate() {
        if id.is_none() {
            problems.push((row, value.to_string()));
        }
        ids.push(id.unwrap_or_default());
    }
    problems
}

#[expect(clippy::cast_possible_truncation, reason = "checked")]
fn whole(id: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    (id.fract() == 0.0 && (-LIMIT..LIMIT).contains(&id)).then_some(id as i64)
}

/// The whole number that `digits · 10^−scale` is, if it is one.
fn whole_decimal(digits: i128, scale: i8) -> Option<i64> {
    let unit = 10_i128.checked_pow(scale.unsigned_abs().into())?;
    let id = match scale {
        ..0 => digits.checked_mul(unit)?,
        _ if digits % unit == 0 => digits / unit,
        _ => return None,
    };
    i64::try_from(id).ok()
}
