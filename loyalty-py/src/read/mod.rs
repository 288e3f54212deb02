//! Columns of any Arrow type as the core takes them, by role.

mod ids;
mod numbers;
mod times;

use arrow_array::Array;
pub(crate) use ids::Ids;
pub(crate) use numbers::{Flags, Numbers, flags, numbers, numbers_or_flags};
pub(crate) use times::{Times, times};

use crate::column::Column;

/// Which rows of a column are there; `None` where all are.
pub(crate) fn present(column: &Column) -> Option<Vec<bool>> {
    let nulls: Vec<_> = column.chunks.iter().map(Array::logical_nulls).collect();
    if nulls.iter().flatten().all(|nulls| nulls.null_count() == 0) {
        return None;
    }
    let mut present = Vec::with_capacity(column.rows());
    for (chunk, nulls) in column.chunks.iter().zip(&nulls) {
        match nulls {
            None => present.resize(present.len() + chunk.len(), true),
            Some(nulls) => present.extend(nulls.iter()),
        }
    }
    Some(present)
}

/// The error for a column of the wrong type.
pub(crate) fn wrong_type(column: &Column, expected: &'static str) -> loyalty_core::Error {
    let got = column.data_type.to_string();
    loyalty_core::Error::Type { column: column.name.clone(), expected, got }
}
