//! What several tests share: the CDNOW log that the Python package bundles, and comparing numbers.

pub(crate) mod covariate_shop;
pub(crate) mod ledger_shop;
pub(crate) mod modules;
pub(crate) mod naive;
pub(crate) mod random;
pub(crate) mod shop;

use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::purchase::BgNbd;
use loyalty_core::summary::{CalibrationHoldout, SummaryOptions};
use loyalty_core::time::Unit;

/// 6,919 orders of 2,357 customers, 1997-01-01 to 1998-06-30.
pub(crate) fn cdnow() -> Orders {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../loyalty-py/python/loyalty/data/cdnow.csv");
    let text = std::fs::read_to_string(path).expect("the bundled log");
    let (mut customer, mut time, mut amount) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        customer.push(cells[0].parse::<i64>().expect("a customer id"));
        time.push(day(cells[1]));
        amount.push(cells[3].parse::<f64>().expect("an amount"));
    }
    let columns = OrderColumns {
        customer: Column::new("customer_id", &customer[..]).into(),
        time: Column::new("date", &time),
        scale: TimeScale::Days,
        amount: Some(Column::new("amount", &amount)),
    };
    Orders::new(&columns, Invalid::Raise).expect("a clean log")
}

/// Options that count time in weeks, days being one occasion.
pub(crate) fn weekly() -> SummaryOptions {
    let mut options = SummaryOptions::default();
    options.unit = Unit::Week;
    options
}

/// CDNOW split as in the literature: 39 weeks of calibration, 39 of holdout.
pub(crate) fn cdnow_split() -> CalibrationHoldout {
    cdnow().calibration_holdout(instant("1997-09-30"), &weekly()).expect("a split")
}

/// The parameters printed in Fader, Hardie & Lee (2005), time in weeks.
pub(crate) fn cdnow_model() -> BgNbd {
    BgNbd::new(0.243, 4.414, 0.793, 2.426).expect("positive parameters")
}

/// Days since 1970-01-01 of a date like `1997-09-30`.
pub(crate) fn day(date: &str) -> i64 {
    let parts: Vec<i64> = date.split('-').map(|part| part.parse().expect("a date")).collect();
    let [y, m, d] = parts[..] else { panic!("a date: {date}") };
    let (y, m) = if m <= 2 { (y - 1, m + 9) } else { (y, m - 3) };
    y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 1 - 719_468
}

/// The same in microseconds.
pub(crate) fn instant(date: &str) -> i64 {
    day(date) * 86_400_000_000
}

/// Fails unless the two agree to a relative tolerance.
#[track_caller]
pub(crate) fn assert_close(got: f64, expected: f64, tolerance: f64) {
    let error = (got - expected).abs() / expected.abs();
    assert!(error <= tolerance, "got {got}, expected {expected}: relative error {error:e}");
}

/// Fails unless each pair agrees to a relative tolerance.
#[track_caller]
pub(crate) fn assert_all_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    got.iter().zip(expected).for_each(|(&got, &expected)| assert_close(got, expected, tolerance));
}

/// The numbers of a table in tests/reference, row by row, without its header and comment lines.
pub(crate) fn reference<const N: usize>(file: &str) -> Vec<[f64; N]> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/");
    let text = std::fs::read_to_string(format!("{path}{file}")).expect("a table");
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().expect(line)).collect();
        cells.try_into().unwrap_or_else(|_| panic!("not {N} cells: {line}"))
    };
    text.lines().filter(|line| !line.starts_with('#')).skip(1).map(row).collect()
}

/// A number that is a count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
pub(crate) fn whole(value: f64) -> u32 {
    let whole = value as u32;
    assert_eq!(f64::from(whole), value);
    whole
}
