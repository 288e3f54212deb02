//! A column on its way in or out: Arrow arrays under a name.

use std::ffi::{c_int, c_void};
use std::ops::Deref;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType, UInt32Type};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, LargeStringArray, NullArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, TimeUnit};
use loyalty_core::Error;
use loyalty_core::interop::arrow::ArrowColumn;
use loyalty_core::memory::ask;
use loyalty_core::orders::Customers;
use pyo3::buffer::{Element, PyBuffer};
use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

use crate::error::Result;
use crate::read::Ids;

/// Values to be filled, where there is memory for them.
pub(crate) fn to_fill(values: usize) -> std::result::Result<Vec<f64>, Error> {
    ask("a column", values.saturating_mul(8))?;
    Ok(vec![0.0; values])
}

/// A copy of a buffer, where there is memory for it.
fn copied<T: Element>(py: Python<'_>, buffer: &PyBuffer<T>) -> Result<Vec<T>> {
    ask("a copy of a column", buffer.len_bytes())?;
    Ok(buffer.to_vec(py)?)
}

/// A named column.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Column(ArrowColumn);

impl Deref for Column {
    type Target = ArrowColumn;

    fn deref(&self) -> &ArrowColumn {
        &self.0
    }
}

impl From<ArrowColumn> for Column {
    fn from(column: ArrowColumn) -> Self {
        Self(column)
    }
}

impl Column {
    pub(crate) fn new(name: &str, array: ArrayRef) -> Self {
        Self(ArrowColumn::new(name, array))
    }

    pub(crate) fn floats(name: &str, values: Vec<f64>) -> Self {
        Self::new(name, Arc::new(Float64Array::from(values)))
    }

    /// Floats of which NaN is a missing one.
    pub(crate) fn known_floats(name: &str, values: Vec<f64>) -> Self {
        if !values.iter().any(|value| value.is_nan()) {
            return Self::floats(name, values);
        }
        let known: Vec<bool> = values.iter().map(|value| !value.is_nan()).collect();
        Self::new(name, Arc::new(Float64Array::new(values.into(), Some(known.into()))))
    }

    pub(crate) fn counts(name: &str, values: &[u32]) -> Self {
        let values = values.iter().map(|&value| i64::from(value));
        Self::new(name, Arc::new(Int64Array::from_iter_values(values)))
    }

    /// Numbers of rows, none of which is as large as half of what fits.
    pub(crate) fn whole(name: &str, values: impl Iterator<Item = usize>) -> Self {
        let values = values.map(|value| i64::try_from(value).unwrap_or(i64::MAX));
        Self::new(name, Arc::new(Int64Array::from_iter_values(values)))
    }

    pub(crate) fn ids(name: &str, customers: &Customers) -> Self {
        Self::new(
            name,
            match customers {
                Customers::Int(ids) => Arc::new(Int64Array::from(ids.clone())),
                Customers::Text(ids) => Arc::new(LargeStringArray::from_iter_values(
                    (0..customers.len()).map(|row| ids.get(row)),
                )),
            },
        )
    }

    /// Times without a zone, in microseconds.
    pub(crate) fn times(name: &str, values: Vec<i64>) -> Self {
        Self::new(name, Arc::new(TimestampMicrosecondArray::from(values)))
    }

    fn only_chunk(&self) -> PyResult<&ArrayRef> {
        match self.chunks() {
            [chunk] => Ok(chunk),
            _ => Err(PyBufferError::new_err("the column is not in one piece")),
        }
    }
}

#[pymethods]
impl Column {
    /// The columns named, of anything with `__arrow_c_stream__`.
    #[staticmethod]
    fn from_stream(table: &Bound<'_, PyAny>, names: Vec<String>) -> Result<Vec<Self>> {
        let column = |(field, chunks): (Arc<arrow_schema::Field>, Vec<ArrayRef>)| {
            let data_type = field.data_type().clone();
            Ok(Self(ArrowColumn::in_chunks(field.name(), data_type, chunks)?))
        };
        crate::arrow::read(table, &names)?.into_iter().map(column).collect()
    }

    /// The zone of its timestamps, where they have one.
    #[getter]
    fn zone(&self) -> Option<&str> {
        self.0.time_zone()
    }

    /// A column of floats from a buffer of float64.
    #[staticmethod]
    fn from_float64(py: Python<'_>, name: &str, buffer: PyBuffer<f64>) -> Result<Self> {
        Ok(Self::floats(name, copied(py, &buffer)?))
    }

    /// A column of whole numbers from a buffer of int64.
    #[staticmethod]
    fn from_int64(py: Python<'_>, name: &str, buffer: PyBuffer<i64>) -> Result<Self> {
        Ok(Self::new(name, Arc::new(Int64Array::from(copied(py, &buffer)?))))
    }

    /// A column of whole numbers from a list of `int` and `None`.
    #[staticmethod]
    fn from_integers(name: &str, values: Vec<Option<i64>>) -> Self {
        Self::new(name, Arc::new(Int64Array::from(values)))
    }

    /// A column of flags from a list of `bool` and `None`.
    #[staticmethod]
    fn from_flags(name: &str, values: Vec<Option<bool>>) -> Self {
        Self::new(name, Arc::new(BooleanArray::from(values)))
    }

    /// A column of times from a buffer of int64 microseconds, where the least value is a missing time.
    #[staticmethod]
    #[pyo3(signature = (name, buffer, time_zone = None))]
    fn from_microseconds(
        py: Python<'_>,
        name: &str,
        buffer: PyBuffer<i64>,
        time_zone: Option<String>,
    ) -> Result<Self> {
        ask("times of a column", 2 * buffer.len_bytes())?;
        let values = copied(py, &buffer)?.into_iter();
        let times = values.map(|time| (time != i64::MIN).then_some(time));
        let array: TimestampMicrosecondArray = times.collect();
        Ok(Self::new(name, Arc::new(array.with_timezone_opt(time_zone))))
    }

    /// A column of missing values, of any type.
    #[staticmethod]
    fn from_nulls(name: &str, rows: usize) -> Self {
        Self::new(name, Arc::new(NullArray::new(rows)))
    }

    /// A column of text from a list of `str` and `None`.
    #[staticmethod]
    pub(crate) fn from_text(name: &str, values: Vec<Option<String>>) -> Self {
        Self::new(name, Arc::new(LargeStringArray::from(values)))
    }

    #[getter]
    pub(crate) fn name(&self) -> &str {
        self.0.name()
    }

    /// `"float64"`, `"int64"`, `"text"`, `"bool"`, `"datetime64[us]"` or the name of another Arrow type.
    #[getter]
    fn kind(&self) -> String {
        match self.data_type() {
            DataType::Float64 => "float64".to_owned(),
            DataType::Int64 => "int64".to_owned(),
            DataType::LargeUtf8 => "text".to_owned(),
            DataType::Boolean => "bool".to_owned(),
            DataType::Timestamp(TimeUnit::Microsecond, None) => "datetime64[us]".to_owned(),
            other => other.to_string(),
        }
    }

    fn __len__(&self) -> usize {
        self.rows()
    }

    fn __eq__(&self, other: &Self) -> bool {
        let same = |(mine, theirs): (&ArrayRef, &ArrayRef)| mine == theirs;
        self.name() == other.name()
            && self.chunks().len() == other.chunks().len()
            && self.chunks().iter().zip(other.chunks()).all(same)
    }

    /// Which values are there, a byte each; `None` where all are.
    fn known(&self, py: Python<'_>) -> PyResult<Option<Py<PyBytes>>> {
        let nulls = self.only_chunk()?.logical_nulls();
        Ok(nulls.filter(|nulls| nulls.null_count() > 0).map(|nulls| {
            let known: Vec<u8> = nulls.iter().map(u8::from).collect();
            PyBytes::new(py, &known).unbind()
        }))
    }

    /// A column of floats, whole numbers, times without a zone or flags again, from the bytes of its values
    /// and of `known`.
    #[staticmethod]
    fn from_bytes(name: &str, kind: &str, values: &[u8], known: Option<&[u8]>) -> PyResult<Self> {
        let known = known.map(|known| flags(known).into());
        let array: ArrayRef = match kind {
            "float64" => {
                Arc::new(Float64Array::new(words(values, f64::from_le_bytes).into(), known))
            }
            "int64" => Arc::new(Int64Array::new(words(values, i64::from_le_bytes).into(), known)),
            "datetime64[us]" => {
                let times = words(values, i64::from_le_bytes).into();
                Arc::new(TimestampMicrosecondArray::new(times, known))
            }
            "bool" => Arc::new(BooleanArray::new(flags(values).into(), known)),
            other => return Err(PyTypeError::new_err(format!("no column of {other} has bytes"))),
        };
        Ok(Self::new(name, array))
    }

    /// The customer ids of this column as whole numbers or text in one piece, one in each of so many
    /// rows.
    fn as_ids(&self, rows: usize) -> Result<Self> {
        Ok(Self::new(self.0.name(), Ids::read(self)?.complete(rows)?))
    }

    /// The same values under another name.
    fn renamed(&self, name: String) -> Self {
        Self(self.0.renamed(name))
    }

    /// The values of a text column.
    fn to_list(&self) -> PyResult<Vec<Option<String>>> {
        let chunk = self.only_chunk()?;
        let text = chunk.as_string_opt::<i64>();
        let text = text.ok_or_else(|| PyTypeError::new_err("not a text column"))?;
        Ok(text.iter().map(|value| value.map(str::to_owned)).collect())
    }

    /// The values of a column of flags, a byte each.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let flags = self.only_chunk()?.as_boolean_opt();
        let flags = flags.ok_or_else(|| PyTypeError::new_err("not a column of flags"))?;
        let bytes: Vec<u8> = flags.values().iter().map(u8::from).collect();
        Ok(PyBytes::new(py, &bytes))
    }

    /// The bytes of a numeric column or of one of times; read-only.
    ///
    /// # Safety
    /// Python calls it with a view to fill.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let column = slf.get();
        let chunk = column.only_chunk()?;
        let (pointer, bytes): (*const c_void, usize) = match column.data_type() {
            DataType::Float64 => bytes_of(chunk.as_primitive::<Float64Type>().values()),
            DataType::Int64 => bytes_of(chunk.as_primitive::<Int64Type>().values()),
            DataType::Timestamp(TimeUnit::Microsecond, None) => {
                bytes_of(chunk.as_primitive::<TimestampMicrosecondType>().values())
            }
            DataType::UInt32 => bytes_of(chunk.as_primitive::<UInt32Type>().values()),
            _ => return Err(PyBufferError::new_err("not a numeric column")),
        };
        // SAFETY: the array lives as long as this object, which the view keeps alive, and never
        // changes; the view is read-only, so nobody writes through the pointer.
        let filled = unsafe {
            ffi::PyBuffer_FillInfo(
                view,
                slf.as_ptr(),
                pointer.cast_mut(),
                bytes.cast_signed(),
                1,
                flags,
            )
        };
        if filled == 0 { Ok(()) } else { Err(PyErr::fetch(slf.py())) }
    }
}

/// Numbers of eight bytes.
fn words<T>(bytes: &[u8], read: fn([u8; 8]) -> T) -> Vec<T> {
    bytes.as_chunks::<8>().0.iter().map(|&word| read(word)).collect()
}

/// Flags of a byte each.
fn flags(bytes: &[u8]) -> Vec<bool> {
    bytes.iter().map(|&byte| byte != 0).collect()
}

fn bytes_of<T>(values: &[T]) -> (*const c_void, usize) {
    (values.as_ptr().cast(), size_of_val(values))
}

/// Columns side by side; anything that reads Arrow takes it.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Table(Vec<(String, ArrayRef)>);

#[pymethods]
impl Table {
    #[new]
    fn new(columns: Vec<PyRef<'_, Column>>) -> PyResult<Self> {
        let named = columns
            .iter()
            .map(|column| Ok((column.name().to_owned(), column.only_chunk()?.clone())));
        named.collect::<PyResult<_>>().map(Self)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> Result<Bound<'py, PyCapsule>> {
        // The interface lets a producer ignore the wish for another schema.
        drop(requested_schema);
        crate::arrow::write(py, &self.0)
    }
}
