//! Columns of numbers.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::column::{ArrowColumn, present, wrong_type};
use crate::Error;
use crate::orders::Column;

const EXPECTED: &str = "numbers";

/// Numbers of a column, as floats; borrowed where the column is one piece of them.
///
/// Floats, integers, decimals and dictionaries of them; nulls are missing values. A decimal becomes the
/// float nearest to it.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Decimal128Array};
/// use loyalty_core::interop::arrow::{ArrowColumn, Numbers};
/// let cents = Decimal128Array::from(vec![Some(1999), None]).with_precision_and_scale(9, 2).unwrap();
/// let column = ArrowColumn::new("price", Arc::new(cents));
/// let numbers = Numbers::read(&column)?;
/// assert_eq!(numbers.or_nan()[0], 19.99);
/// assert!(numbers.or_nan()[1].is_nan());
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Numbers<'a> {
    name: &'a str,
    values: Cow<'a, [f64]>,
    present: Option<Vec<bool>>,
}

impl<'a> Numbers<'a> {
    /// Reads the numbers of a column.
    ///
    /// # Errors
    /// [`Error::Type`] where the column holds something else.
    pub fn read(column: &'a ArrowColumn) -> Result<Self, Error> {
        if column.data_type == DataType::Boolean {
            return Err(wrong_type(column, EXPECTED));
        }
        Self::read_with_flags(column)
    }

    /// The same numbers, each times a factor.
    #[must_use]
    pub fn times(mut self, factor: f64) -> Self {
        self.values.to_mut().iter_mut().for_each(|value| *value *= factor);
        self
    }

    /// Reads the numbers of a column; flags, of which true is 1 and false is 0, are numbers too.
    ///
    /// # Errors
    /// As [`Numbers::read`].
    pub fn read_with_flags(column: &'a ArrowColumn) -> Result<Self, Error> {
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
        Ok(Self { name: &column.name, values, present: present(column) })
    }

    /// The numbers as the library's own column.
    pub fn as_column(&self) -> Column<'_, [f64]> {
        Column::new(self.name, &self.values[..]).with_present(self.present.as_deref())
    }

    /// The values, NaN where they are missing.
    pub fn or_nan(&self) -> Cow<'_, [f64]> {
        let Some(present) = &self.present else { return Cow::Borrowed(&self.values) };
        let value = |(&value, &present): (&f64, &bool)| if present { value } else { f64::NAN };
        self.values.iter().zip(present).map(value).collect()
    }
}

/// Flags of a column: true and false, or 1 and 0.
#[derive(Debug)]
pub struct Flags<'a> {
    name: &'a str,
    values: Vec<bool>,
    present: Option<Vec<bool>>,
}

impl<'a> Flags<'a> {
    /// Reads the flags of a column.
    ///
    /// # Errors
    /// [`Error::Type`] where the column holds neither flags nor numbers, [`Error::Value`] where a number
    /// is neither 0 nor 1.
    pub fn read(column: &'a ArrowColumn) -> Result<Self, Error> {
        let Numbers { name, values, present } = Numbers::read_with_flags(column)?;
        let known = |row: usize| present.as_ref().is_none_or(|present| present[row]);
        let mut wrong =
            (0..values.len()).filter(|&row| known(row) && ![0.0, 1.0].contains(&values[row]));
        if let Some(row) = wrong.next() {
            return Err(Error::Value {
                column: name.to_owned(),
                row,
                expected: "true or false, 1 or 0",
                value: values[row].to_string(),
                more: wrong.count(),
            });
        }
        let values = values.iter().map(|&value| value == 1.0).collect();
        Ok(Self { name, values, present })
    }

    /// The flags as the library's own column.
    pub fn as_column(&self) -> Column<'_, [bool]> {
        Column::new(self.name, &self.values[..]).with_present(self.present.as_deref())
    }
}

macro_rules! extend_from {
    ($values:ident, $chunk:ident, $type:ty, $turn:expr) => {
        $values.extend($chunk.as_primitive::<$type>().values().iter().map($turn))
    };
}

/// Appends a chunk; `None` where it holds no numbers.
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
