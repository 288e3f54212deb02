//! What several tests share: the CDNOW log that the Python package bundles.

use loyalty_core::{Column, Invalid, OrderColumns, Orders, TimeScale};

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
