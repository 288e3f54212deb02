//! Columns of one table of customers, brought to the rows of another.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, LargeStringArray};
use arrow_schema::DataType;
use loyalty_core::orders::CustomerId;
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;
use crate::read::wrong_type;

/// The columns, in the order of the customers wanted; missing where a customer is not known.
#[pyfunction]
pub(crate) fn align(
    py: Python<'_>,
    known: &Column,
    wanted: &Column,
    columns: Vec<PyRef<'_, Column>>,
) -> Result<Vec<Column>> {
    let columns: Vec<&Column> = columns.iter().map(|column| &**column).collect();
    py.detach(|| {
        let rows: HashMap<CustomerId<'_>, usize> = ids(known).into_iter().zip(0..).collect();
        let rows: Vec<Option<usize>> = ids(wanted).iter().map(|id| rows.get(id).copied()).collect();
        columns.into_iter().map(|column| at(column, &rows)).collect()
    })
}

fn ids(column: &Column) -> Vec<CustomerId<'_>> {
    column.chunks().iter().flat_map(ids_of).collect()
}

fn ids_of(chunk: &ArrayRef) -> Vec<CustomerId<'_>> {
    if let Some(numbers) = chunk.as_primitive_opt::<Int64Type>() {
        return numbers.values().iter().map(|&id| CustomerId::Int(id)).collect();
    }
    let text = chunk.as_string::<i64>();
    (0..text.len()).map(|row| CustomerId::Text(text.value(row))).collect()
}

fn at(column: &Column, rows: &[Option<usize>]) -> Result<Column> {
    let expected = "numbers, flags or text";
    let [chunk] = column.chunks() else { return Err(wrong_type(column, expected).into()) };
    let present = |row: usize| chunk.is_valid(row).then_some(row);
    let rows = rows.iter().map(|row| row.and_then(present));
    let array: ArrayRef = match column.data_type() {
        DataType::Float64 => {
            let values = chunk.as_primitive::<Float64Type>();
            let array: Float64Array = rows.map(|row| row.map(|row| values.value(row))).collect();
            Arc::new(array)
        }
        DataType::Boolean => {
            let values = chunk.as_boolean();
            let array: BooleanArray = rows.map(|row| row.map(|row| values.value(row))).collect();
            Arc::new(array)
        }
        DataType::LargeUtf8 => {
            let values = chunk.as_string::<i64>();
            let array: LargeStringArray =
                rows.map(|row| row.map(|row| values.value(row))).collect();
            Arc::new(array)
        }
        _ => return Err(wrong_type(column, expected).into()),
    };
    Ok(Column::new(column.name(), array))
}
