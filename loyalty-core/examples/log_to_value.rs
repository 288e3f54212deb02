//! From an order log in a CSV file to what every customer is worth.
//!
//! ```sh
//! cargo run -p loyalty-core --example log_to_value --features jiff [orders.csv]
//! ```
//!
//! The file has the columns `customer_id`, `date` and `amount`; by default it is the CDNOW log.

use jiff::civil::{Date, date};
use loyalty_core::prelude::*;

const CDNOW: &str = "../loyalty-py/python/loyalty/data/cdnow.csv";

#[derive(serde::Deserialize)]
struct Line {
    customer_id: i64,
    date: Date,
    amount: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cdnow = || format!("{}/{CDNOW}", env!("CARGO_MANIFEST_DIR"));
    let path = std::env::args().nth(1).unwrap_or_else(cdnow);
    let lines: Vec<Line> = csv::Reader::from_path(path)?.deserialize().collect::<Result<_, _>>()?;

    // The log, checked: rows that cannot be used are counted by reason.
    let customer: Vec<i64> = lines.iter().map(|line| line.customer_id).collect();
    let amount: Vec<f64> = lines.iter().map(|line| line.amount).collect();
    let times = Times::of(lines.iter().map(|line| line.date));
    let columns = OrderColumns {
        customer: Column::new("customer_id", &customer[..]).into(),
        time: times.column("date"),
        scale: times.scale(),
        amount: Some(Column::new("amount", &amount)),
    };
    let orders = Orders::new(&columns, Invalid::Drop)?;
    println!("{} order lines in use, {} refused", orders.len(), orders.report().refused());

    // One row per customer, counted in weeks. The year 1998 is held back for a look at the forecast.
    let mut options = SummaryOptions::default();
    options.unit = Unit::Week;
    let end_of_1997 = date(1997, 12, 31).microseconds();
    let split = orders.calibration_holdout(end_of_1997, &options)?;
    let customers = &split.calibration;

    // When they buy, and how much they spend.
    let purchases = BgNbd::fit(customers, &FitOptions::default())?.model;
    let spend = GammaGamma::fit(customers, &FitOptions::default())?.model;
    println!("{purchases:?}\n{spend:?}");

    let rows = customers.len();
    let threads = Threads::default();
    let mut p_alive = vec![0.0; rows];
    purchases.p_alive_into(customers, &mut p_alive, threads)?;
    let mut expected = vec![0.0; rows];
    purchases.expected_purchases_into(customers, split.holdout_duration, &mut expected, threads)?;
    let forecast: f64 = expected.iter().sum();
    let happened: u32 = split.holdout_frequency.iter().sum();
    println!("purchases in 1998: {forecast:.0} expected, {happened} made");

    // What the coming year is worth at a margin of 30 % and a discount rate of 10 %.
    let year = Discounting::annual(Unit::Week.per_year(), 0.10, Unit::Week)?;
    let mut value = vec![0.0; rows];
    clv_into(&purchases, &spend, customers, &year, Margin::Same(0.3), &mut value, threads)?;

    // The same customers by recency, frequency and money.
    let measures = RfmValues::of(customers)?;
    let rfm = Rfm::score(&measures, &RfmOptions::default())?;
    let table = SegmentTable::customary();
    let segment = table.assign(&rfm, &measures)?;

    println!("\n{:>8} {:<18} {:>7} {:>9}", "customer", "segment", "p_alive", "value");
    let mut by_value: Vec<usize> = (0..rows).collect();
    by_value.sort_by(|&a, &b| value[b].total_cmp(&value[a]));
    for row in by_value.into_iter().take(5) {
        let id = orders.customers().get(row).to_string();
        let name = table.names()[segment[row]];
        println!("{id:>8} {name:<18} {:>7.3} {:>9.2}", p_alive[row], value[row]);
    }
    Ok(())
}
