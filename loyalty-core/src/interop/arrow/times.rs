//! Columns of times, as wall-clock time.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

use super::column::{ArrowColumn, present, wrong_type};
use super::ids::Ids;
use crate::Error;
use crate::interop::Times;
use crate::interop::jiff::parse_wall_clock;
use crate::interop::zone::Zone;
use crate::orders::{TextColumn as _, TimeScale};

const EXPECTED: &str = "dates or timestamps";

impl<'a> Times<'a> {
    /// Reads the times of a column off the clock on the wall: of `zone` if given, else of the column's
    /// own zone. Dates, timestamps of every unit, with a zone or without, and ISO 8601 text without
    /// one; nulls are missing times. Times that need no conversion are borrowed.
    ///
    /// # Errors
    /// [`Error::Type`] where the column holds something else, [`Error::TimeZone`] where the zone is
    /// unknown, [`Error::NoTimeZone`] where one is given for times without a zone, [`Error::Value`] where
    /// text is no date or time.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow_array::TimestampSecondArray;
    /// use loyalty_core::interop::{Times, arrow::ArrowColumn};
    /// let instants = TimestampSecondArray::from(vec![0]).with_timezone("UTC");
    /// let column = ArrowColumn::new("time", Arc::new(instants));
    /// let there = Times::read(&column, Some("Europe/Berlin"))?;
    /// assert_eq!(there.values(), [3_600_000_000]);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn read(column: &'a ArrowColumn, zone: Option<&str>) -> Result<Self, Error> {
        if !holds_times(&column.data_type) {
            return Err(wrong_type(column, EXPECTED));
        }
        let own_zone = column.time_zone();
        if let (None, Some(zone)) = (own_zone, zone) {
            let (column, zone) = (column.name.clone(), zone.to_owned());
            return Err(Error::NoTimeZone { column, zone });
        }
        let present = present(column);
        let scale = match &column.data_type {
            DataType::Date32 => TimeScale::Days,
            DataType::Date64 => TimeScale::Milliseconds,
            DataType::Timestamp(unit, _) => scale(*unit),
            _ => TimeScale::Microseconds,
        };
        let values = match (&column.data_type, &column.chunks[..]) {
            (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, _) => {
                Cow::Owned(parsed(column)?)
            }
            (DataType::Null, _) => Cow::Owned(vec![0; column.rows()]),
            (DataType::Date64 | DataType::Timestamp(..), [chunk]) => Cow::Borrowed(integers(chunk)),
            (_, chunks) => Cow::Owned(chunks.iter().flat_map(widened).collect()),
        };
        let Some(zone) = own_zone.map(|own| zone.unwrap_or(own)) else {
            return Ok(Self { values, present, scale });
        };
        let local = Zone::named(zone)?.local(&values, scale, present.as_deref());
        Ok(Self { values: local.into(), present, scale: TimeScale::Microseconds })
    }
}

fn holds_times(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Date32
            | DataType::Date64
            | DataType::Timestamp(..)
            | DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Null
    )
}

fn scale(unit: TimeUnit) -> TimeScale {
    match unit {
        TimeUnit::Second => TimeScale::Seconds,
        TimeUnit::Millisecond => TimeScale::Milliseconds,
        TimeUnit::Microsecond => TimeScale::Microseconds,
        TimeUnit::Nanosecond => TimeScale::Nanoseconds,
    }
}

fn widened(chunk: &ArrayRef) -> Vec<i64> {
    match chunk.as_primitive_opt::<Date32Type>() {
        Some(days) => days.values().iter().map(|&day| i64::from(day)).collect(),
        None => integers(chunk).to_vec(),
    }
}

/// The integers of a chunk of timestamps, or of dates in milliseconds.
fn integers(chunk: &ArrayRef) -> &[i64] {
    match chunk.data_type() {
        DataType::Date64 => chunk.as_primitive::<Date64Type>().values(),
        DataType::Timestamp(TimeUnit::Second, _) => {
            chunk.as_primitive::<TimestampSecondType>().values()
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            chunk.as_primitive::<TimestampMillisecondType>().values()
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            chunk.as_primitive::<TimestampNanosecondType>().values()
        }
        _ => chunk.as_primitive::<TimestampMicrosecondType>().values(),
    }
}

/// Dates and times written as ISO 8601 text.
fn parsed(column: &ArrowColumn) -> Result<Vec<i64>, Error> {
    let ids = Ids::read(column)?;
    let Some(text) = ids.text() else { return Ok(Vec::new()) };
    let read = |row: usize| {
        if ids.present().is_some_and(|present| !present[row]) {
            return Ok(0);
        }
        let value = text.text(row);
        parse_wall_clock(value).ok_or_else(|| {
            let (column, value) = (column.name.clone(), format!("{value:?}"));
            let expected = "a date or time like 1997-09-30 or 1997-09-30T18:30:00, without a zone";
            Error::Value { column, row, expected, value, more: 0 }
        })
    };
    (0..text.rows()).map(read).collect()
}
