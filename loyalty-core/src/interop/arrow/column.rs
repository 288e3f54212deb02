//! A named column of Arrow arrays.

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;

use crate::Error;

/// A named column: Arrow arrays of one type, row after row.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use loyalty_core::interop::arrow::ArrowColumn;
/// let names: ArrayRef = Arc::new(StringArray::from(vec!["ada", "grace"]));
/// let batch = RecordBatch::try_from_iter([("customer", names)]).unwrap();
/// let column = ArrowColumn::of(&[batch.clone(), batch], "customer")?;
/// assert_eq!(column.rows(), 4);
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ArrowColumn {
    pub(super) name: String,
    pub(super) data_type: DataType,
    pub(super) chunks: Vec<ArrayRef>,
}

impl ArrowColumn {
    /// A column in one piece.
    pub fn new(name: impl Into<String>, array: ArrayRef) -> Self {
        let data_type = array.data_type().clone();
        Self { name: name.into(), data_type, chunks: vec![array] }
    }

    /// A column in several pieces, or in none.
    ///
    /// # Errors
    /// [`Error::Type`] where a piece is of another type.
    pub fn in_chunks(
        name: impl Into<String>,
        data_type: DataType,
        chunks: Vec<ArrayRef>,
    ) -> Result<Self, Error> {
        let column = Self { name: name.into(), data_type, chunks };
        match column.chunks.iter().find(|chunk| *chunk.data_type() != column.data_type) {
            None => Ok(column),
            Some(other) => Err(Error::Type {
                column: column.name,
                expected: "one type throughout",
                got: format!("{} and {}", column.data_type, other.data_type()),
            }),
        }
    }

    /// The column of this name of record batches, one after the other.
    ///
    /// # Errors
    /// [`Error::Choice`] where a batch has no such column or there is no batch, [`Error::Type`] where
    /// the batches disagree on its type.
    pub fn of(batches: &[RecordBatch], name: &str) -> Result<Self, Error> {
        let column = |batch: &RecordBatch| batch.column_by_name(name).cloned();
        let chunks = batches.iter().map(column).collect::<Option<Vec<_>>>();
        let chunks = chunks.filter(|chunks| !chunks.is_empty()).ok_or_else(|| Error::Choice {
            name: "column",
            expected: "a column of every record batch",
            value: name.to_owned(),
        })?;
        Self::in_chunks(name, chunks[0].data_type().clone(), chunks)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type of every piece.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// The pieces.
    pub fn chunks(&self) -> &[ArrayRef] {
        &self.chunks
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.chunks.iter().map(Array::len).sum()
    }

    /// The zone of its timestamps, where they have one.
    pub fn time_zone(&self) -> Option<&str> {
        match &self.data_type {
            DataType::Timestamp(_, zone) => zone.as_deref(),
            _ => None,
        }
    }

    /// The same values under another name.
    #[must_use]
    pub fn renamed(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self.clone() }
    }
}

/// Which rows of a column are there; `None` where all are.
pub(super) fn present(column: &ArrowColumn) -> Option<Vec<bool>> {
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
pub(super) fn wrong_type(column: &ArrowColumn, expected: &'static str) -> Error {
    Error::Type { column: column.name.clone(), expected, got: column.data_type.to_string() }
}
