//! Columns of numbers.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use loyalty_core::Error;

use super::{present, wrong_type};
use crate::column::Column;

const EXPECTED: &str = "numbers";

/// Numbers of a column.
pub(crate) struct Numbers<'a> {
    name: &'a str,
    values: Cow<'a, [f64]>,
    present: Option<Vec<bool>>,
}

impl Numbers<'_> {
    pub(crate) fn as_column(&self) -> loyalty_core::orders::Column<'_, [f64]> {
        loyalty_core::orders::Column::new(self.name, &self.values[..])
            .with_present(self.present.as_deref())
    }

    /// The same numbers, each times a factor.
    pub(crate) fn times(mut self, factor: f64) -> Self {
        self.values.to_mut().iter_mut().for_each(|value| *value *= factor);
        self
    }

    /// The values, NaN where they are missing.
    pub(crate) fn or_nan(&self) -> Cow<'_, [f64]> {
        let Some(present) = &self.present else { return Cow::Borrowed(&self.values) };
        let value = |(&value, &present): (&f64, &bool)| if present { value } else { f64::NAN };
        self.values.iter().zip(present).map(value).collect()
    }
}

/// Flags: true and false, or 1 and 0.
pub(crate) struct Flags<'a> {
    name: &'a str,
    values: Vec<bool>,
    present: Option<Vec<bool>>,
}

impl Flags<'_> {
    pub(crate) fn as_column(&self) -> loyalty_core::orders::Column<'_, [bool]> {
        loyalty_core::orders::Column::new(self.name, &self.values[..])
            .with_present(self.present.as_deref())
    }
}

/// A column of flags.
pub(crate) fn flags(column: &Column) -> Result<Flags<'_>, Error> {
    let numbers = numbers_or_flags(column)?;
    let known = |row: usize| numbers.present.as_ref().is_none_or(|present| present[row]);
    let mut wrong = (0..numbers.values.len())
        .filter(|&row| known(row) && ![0.0, 1.0].contains(&numbers.values[row]));
    if let Some(row) = wrong.next() {
        return Err(Error::Value {
            column: column.name.clone(),
            row,
            expected: "true or false, 1 or 0",
            value: numbers.values[row].to_string(),
            more: wrong.count(),
        });
    }
    let values = numbers.values.iter().map(|&value| value == 1.0).collect();
    Ok(Flags { name: numbers.name, values, present: numbers.present })
}

/// A column of numbers as floats; borrowed where it already is one piece of them.
pub(crate) fn numbers(column: &Column) -> Result<Numbers<'_>, Error> {
    match column.data_type {
        DataType::Boolean => Err(wrong_type(column, EXPECTED)),
        _ => numbers_or_flags(column),
    }
}

/// Flags, of which true is 1 and false is 0, are numbers here too.
pub(crate) fn numbers_or_flags(column: &Column) -> Result<Numbers<'_>, Error> {
    let values = match &column.chunks[..] {
        [chunk] if column.data_type == DataType::Float64 => {
            Cow::Borrowed(&chunk.as_primitive::<Float64Type>().values()[..])
        }
        chunks => {
            let mut values = Vec::with_capacity(column.rows());
            for chunk in chunks {
                extend(&mut values, chunk).ok_or_else(|| wrong_type(column, EXPECTED))?;
            }
            let flags = column.data_type == DataType::Boolean;
            if chunks.is_empty() && !flags && !column.data_type.is_numeric() {
                return Err(wrong_type(column, EXPECTED));
            }
            Cow::Owned(values)
        }
    };
    Ok(Numbers { name: &column.name, values, present: present(column) })
}

macro_rules! extend_from {
    ($values:ident, $chunk:ident, $type:ty, $turn:expr) => {
        $values.extend($chunk.as_primitive::<$type>().values().iter().map($turn))
    };
}

/// Appends a chunk; `None` where it holds no numbers.
#[expect(clippy::cast_precision_loss, reason = "amounts and counts are far below 2^53")]
fn extend(values: &mut Vec<f64>, chunk: &ArrayRef) -> Option<()> {
    match chunk.data_type() {
        DataType::Float64 => values.extend_from_slice(chunk.as_primitive::<Float64Type>().values()),
        DataType::Float32 => extend_from!(values, chunk, Float32Type, |&v| f64::from(v)),
        DataType::Int8 => extend_from!(values, chunk, Int8Type, |&v| f64::from(v)),
        DataType::Int16 => extend_from!(values, chunk, Int16Type, |&v| f64::from(v)),
        DataType::Int32 => extend_from!(values, chunk, Int32Type, |&v| f64::from(v)),
        DataType::Int64 => extend_from!(values, chunk, Int64Type, |&v| v as f64),
        DataType::UInt8 => extend_from!(values, chunk, UInt8Type, |&v| f64::from(v)),
        DataType::UInt16 => extend_from!(values, chunk, UInt16Type, |&v| f64::from(v)),
        DataType::UInt32 => extend_from!(values, chunk, UInt32Type, |&v| f64::from(v)),
        DataType::UInt64 => extend_from!(values, chunk, UInt64Type, |&v| v as f64),
        DataType::Decimal128(_, scale) => {
            extend_from!(values, chunk, Decimal128Type, |&v| decimal(v, *scale));
        }
        DataType::Boolean => values.extend(chunk.as_boolean().values().iter().map(f64::from)),
        DataType::Null => values.resize(values.len() + chunk.len(), f64::NAN),
        DataType::Dictionary(_, _) => {
            let dictionary = chunk.as_any_dictionary();
            let mut known = Vec::new();
            extend(&mut known, dictionary.values())?;
            let key = |key: usize| known.get(key).copied().unwrap_or(f64::NAN);
            values.extend(dictionary.normalized_keys().into_iter().map(key));
        }
        _ => return None,
    }
    Some(())
}

/// The float nearest to `digits · 10^−scale`, by way of its decimal text, which is rounded once.
pub(super) fn decimal(digits: i128, scale: i8) -> f64 {
    format!("{digits}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN)
}
