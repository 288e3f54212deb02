//! Arrow tables in and out by the PyCapsule interface.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{
    ArrayRef, LargeStringArray, RecordBatch, RecordBatchIterator, RecordBatchReader,
};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::error::{Result, input};

const STREAM: &std::ffi::CStr = c"arrow_array_stream";

/// The chunks of the columns named, of anything that has `__arrow_c_stream__`.
pub(crate) fn read(
    table: &Bound<'_, PyAny>,
    names: &[String],
) -> Result<Vec<(Arc<Field>, Vec<ArrayRef>)>> {
    let capsule = table.call_method0("__arrow_c_stream__")?.cast_into::<PyCapsule>();
    let capsule = capsule.map_err(PyErr::from)?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: the capsule's name says what it points to, and the interface lets its consumer take
    // the stream out; `from_raw` leaves an empty one behind.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    let reader = RecordBatchStreamReader::try_new(stream).map_err(|error| broken(&error))?;
    let schema = reader.schema();
    let positions = names.iter().map(|name| position(&schema, name));
    let positions = positions.collect::<Result<Vec<_>>>()?;
    let mut columns: Vec<(Arc<Field>, Vec<ArrayRef>)> =
        positions.iter().map(|&at| (schema.fields()[at].clone(), Vec::new())).collect();
    for batch in reader {
        let batch = batch.map_err(|error| broken(&error))?;
        for ((_, chunks), &at) in columns.iter_mut().zip(&positions) {
            chunks.push(batch.column(at).clone());
        }
    }
    for (field, chunks) in &mut columns {
        if field.metadata().get("ARROW:extension:name").is_some_and(|name| name == "arrow.uuid") {
            *field = Arc::new(Field::new(field.name(), DataType::LargeUtf8, true));
            chunks.iter_mut().for_each(|chunk| *chunk = uuids(chunk));
        }
    }
    Ok(columns)
}

/// A stream of one batch with these columns.
pub(crate) fn write<'py>(
    py: Python<'py>,
    columns: &[(String, ArrayRef)],
) -> Result<Bound<'py, PyCapsule>> {
    let field = |(name, array): &(String, ArrayRef)| {
        Field::new(name, array.data_type().clone(), array.null_count() > 0)
    };
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, array)| array.clone()).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(|error| broken(&error))?;
    let reader = RecordBatchIterator::new([Ok::<_, ArrowError>(batch)], schema);
    let stream = FFI_ArrowArrayStream::new(Box::new(reader));
    Ok(PyCapsule::new_with_value(py, stream, STREAM)?)
}

/// The text of UUIDs, as Arrow's extension holds them: 16 bytes each.
fn uuids(chunk: &ArrayRef) -> ArrayRef {
    let Some(bytes) = chunk.as_fixed_size_binary_opt() else { return chunk.clone() };
    let text = |bytes: &[u8]| {
        let hex = format!("{:032x}", u128::from_be_bytes(bytes.try_into().ok()?));
        Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
    };
    let texts = bytes.iter().map(|id| id.and_then(text));
    Arc::new(texts.collect::<LargeStringArray>())
}

fn position(schema: &Schema, name: &str) -> Result<usize> {
    let mut places = schema.fields().iter().enumerate().filter(|(_, field)| field.name() == name);
    match (places.next(), places.next()) {
        (Some((at, _)), None) => Ok(at),
        (Some(_), Some(_)) => Err(input(format!("column {name:?} stands in the table twice"))),
        (None, _) => {
            let known: Vec<&str> =
                schema.fields().iter().map(|field| field.name().as_str()).collect();
            let known = known.join(", ");
            Err(input(format!("column {name:?} is missing; the table has {known}")))
        }
    }
}

fn broken(error: &ArrowError) -> crate::error::PyError {
    input(format!("the table cannot be read: {error}"))
}
