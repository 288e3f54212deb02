//! Columns of Arrow by role: every type that data frames hold ids, times and amounts in.

#![cfg(feature = "arrow")]
#![allow(clippy::unwrap_used, reason = "a test")]

use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray,
    StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray, UInt8Array,
};
use loyalty_core::Error;
use loyalty_core::interop::Times;
use loyalty_core::interop::arrow::{ArrowColumn, Flags, Numbers, OrderArrays};
use loyalty_core::orders::{Invalid, Orders, TimeScale};
use std::sync::Arc;

fn column(array: impl Array + 'static) -> ArrowColumn {
    ArrowColumn::new("c", Arc::new(array))
}

fn log(
    customer: &ArrowColumn,
    time: &ArrowColumn,
    amount: Option<&ArrowColumn>,
) -> Result<Orders, Error> {
    OrderArrays { customer, time, amount, zone: None }.orders(Invalid::Raise)
}

#[test]
fn ids_come_in_every_type_of_number_and_text() {
    let day = column(Date32Array::from(vec![1, 2, 3]));
    let dictionary: DictionaryArray<Int32Type> = vec!["b", "a", "b"].into_iter().collect();
    for ids in [
        column(Int64Array::from(vec![7, 7, 9])),
        column(UInt8Array::from(vec![7, 7, 9])),
        column(Float64Array::from(vec![7.0, 7.0, 9.0])),
        column(StringArray::from(vec!["b", "a", "b"])),
        column(LargeStringArray::from(vec!["b", "a", "b"])),
        column(StringViewArray::from(vec!["b", "a", "b"])),
        column(dictionary),
        column(Decimal128Array::from(vec![700, 700, 900]).with_precision_and_scale(9, 2).unwrap()),
    ] {
        assert_eq!(log(&ids, &day, None).unwrap().customers().len(), 2, "{:?}", ids.data_type());
    }
    let error =
        log(&column(Float64Array::from(vec![7.5, 7.0, 9.0])), &day, None).unwrap_err().to_string();
    assert_eq!(
        error,
        "column \"c\", row 0: must be a whole number from -2^63 to 2^63 - 1, got 7.5"
    );
    let error = log(&column(BooleanArray::from(vec![true, true, true])), &day, None)
        .unwrap_err()
        .to_string();
    assert_eq!(error, "column \"c\" must hold whole numbers or text, got Boolean");
}

#[test]
fn nulls_are_missing_values_of_the_log() {
    let ids = column(Int64Array::from(vec![Some(7), None, Some(9), Some(9)]));
    let day = column(Date32Array::from(vec![Some(1), Some(1), None, Some(3)]));
    let amount = column(Float32Array::from(vec![Some(1.0), Some(1.0), Some(2.0), None]));
    let error = log(&ids, &day, Some(&amount)).unwrap_err().to_string();
    assert!(error.starts_with("3 of 4 rows cannot be used"), "{error}");
}

#[test]
fn times_are_read_off_the_clock_of_a_zone() {
    let berlin =
        column(TimestampMillisecondArray::from(vec![Some(0), None]).with_timezone("Europe/Berlin"));
    let times = Times::read(&berlin, None).unwrap();
    assert_eq!(
        (times.values(), times.present(), times.scale()),
        (&[3_600_000_000, 0][..], Some(&[true, false][..]), TimeScale::Microseconds)
    );
    let there = Times::read(&berlin, Some("America/New_York")).unwrap();
    assert_eq!(there.values()[0], -5 * 3_600_000_000);
    let naive = column(TimestampNanosecondArray::from(vec![-1]));
    assert_eq!(Times::read(&naive, None).unwrap().scale(), TimeScale::Nanoseconds);
    assert_eq!(
        Times::read(&naive, Some("Europe/Berlin")).unwrap_err().to_string(),
        "time_zone=\"Europe/Berlin\" needs times with a zone, but column \"c\" has none"
    );
    assert_eq!(
        Times::read(&berlin, Some("Mars")).unwrap_err().to_string(),
        "the time zone \"Mars\" is unknown"
    );
    let text = column(StringArray::from(vec!["1970-01-02", "1970-01-01T00:00:01"]));
    assert_eq!(Times::read(&text, None).unwrap().values(), [86_400_000_000, 1_000_000]);
    let text = column(StringArray::from(vec!["1970-01-02T00:00Z"]));
    assert!(Times::read(&text, None).unwrap_err().to_string().contains("without a zone"));
    assert_eq!(
        Times::read(&column(Date64Array::from(vec![5])), None).unwrap().scale(),
        TimeScale::Milliseconds
    );
    assert_eq!(
        Times::read(&column(NullArray::new(2)), None).unwrap().present(),
        Some(&[false, false][..])
    );
    assert!(Times::read(&column(Int64Array::from(vec![5])), None).is_err());
}

#[test]
fn record_batches_join_to_one_column_of_one_type() {
    let one: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
    let other: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let batch = |array: ArrayRef| RecordBatch::try_from_iter([("c", array)]).unwrap();
    let joined = ArrowColumn::of(&[batch(one.clone()), batch(one.clone())], "c").unwrap();
    assert_eq!(joined.rows(), 4);
    let error = ArrowColumn::of(&[batch(one.clone()), batch(other)], "c").unwrap_err().to_string();
    assert_eq!(error, "column \"c\" must hold one type throughout, got Utf8 and Int64");
    let error = ArrowColumn::of(&[batch(one)], "d").unwrap_err().to_string();
    assert_eq!(error, "column must be a column of every record batch, got \"d\"");
}

#[test]
fn flags_are_numbers_only_where_they_may_be() {
    assert!(Numbers::read(&column(BooleanArray::from(vec![true]))).is_err());
    assert_eq!(
        Numbers::read_with_flags(&column(BooleanArray::from(vec![true]))).unwrap().or_nan()[0],
        1.0
    );
    assert_eq!(
        Flags::read(&column(Int64Array::from(vec![1, 0]))).unwrap().as_column().values,
        [true, false]
    );
    let error = Flags::read(&column(Int64Array::from(vec![1, 2]))).unwrap_err().to_string();
    assert_eq!(error, "column \"c\", row 1: must be true or false, 1 or 0, got 2");
}
