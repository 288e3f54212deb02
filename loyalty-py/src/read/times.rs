//! Columns of times, as wall-clock time.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use loyalty_core::Error;
use loyalty_core::orders::{TextColumn as _, TimeScale};

use super::{Ids, present, wrong_type};
use crate::column::Column;
use crate::error::{Result, input};
use crate::zone::{Zone, wall_clock};

const EXPECTED: &str = "dates or timestamps";

/// Times of a column, what they count, and the zone on whose clock they were read.
pub(crate) struct Times<'a> {
    pub(crate) values: Cow<'a, [i64]>,
    pub(crate) present: Option<Vec<bool>>,
    pub(crate) scale: TimeScale,
    pub(crate) zone: Option<String>,
}

/// The times of a column on the wall clock: of `zone` if given, else of the column's own zone.
pub(crate) fn times<'a>(column: &'a Column, zone: Option<&str>) -> Result<Times<'a>> {
    let present = present(column);
    let (scale, own_zone) = match &column.data_type {
        DataType::Date32 => (TimeScale::Days, None),
        DataType::Date64 => (TimeScale::Milliseconds, None),
        DataType::Timestamp(unit, own) => (scale(*unit), own.as_deref()),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            no_zone(column, zone)?;
            let values = parsed(column)?;
            let scale = TimeScale::Microseconds;
            return Ok(Times { values: values.into(), present, scale, zone: None });
        }
        DataType::Null => {
            no_zone(column, zone)?;
            let (values, scale) = (vec![0; column.rows()].into(), TimeScale::Microseconds);
            return Ok(Times { values, present, scale, zone: None });
        }
        _ => return Err(wrong_type(column, EXPECTED).into()),
    };
    let values = match &column.chunks[..] {
        [chunk] if column.data_type != DataType::Date32 => Cow::Borrowed(integers(chunk)),
        chunks => Cow::Owned(chunks.iter().flat_map(widened).collect()),
    };
    let Some(own_zone) = own_zone else {
        no_zone(column, zone)?;
        return Ok(Times { values, present, scale, zone: None });
    };
    let name = zone.unwrap_or(own_zone);
    let local = Zone::named(name)?.local(&values, scale, present.as_deref());
    let (scale, zone) = (TimeScale::Microseconds, Some(name.to_owned()));
    Ok(Times { values: local.into(), present, scale, zone })
}

fn no_zone(column: &Column, zone: Option<&str>) -> Result<()> {
    match zone {
        None => Ok(()),
        Some(zone) => Err(input(format!(
            "time_zone={zone:?} needs times with a zone, but column {:?} has none",
            column.name
        ))),
    }
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
fn parsed(column: &Column) -> Result<Vec<i64>> {
    let Ids::Text(_, text) = Ids::read(column)? else { return Ok(Vec::new()) };
    let read = |row: usize| {
        if text.present.as_ref().is_some_and(|present| !present[row]) {
            return Ok(0);
        }
        let value = text.values.text(row);
        wall_clock(value).ok_or_else(|| {
            let (column, value) = (column.name.clone(), format!("{value:?}"));
            let expected = "a date or time like 1997-09-30 or 1997-09-30T18:30:00, without a zone";
            Error::Value { column, row, expected, value, more: 0 }.into()
        })
    };
    (0..text.values.rows()).map(read).collect()
}
