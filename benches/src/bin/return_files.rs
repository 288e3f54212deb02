//! How long files of return models are, and how long they take to load, as JSON and in the compact encoding: of
//! simulated shops of 5,000 and 40,000 customers over two years, and of the model files that are named.
//!
//! ```sh
//! cargo run --release -p loyalty-benches --bin return_files [FILE…]
//! ```

use std::hint::black_box;
use std::time::Instant;

use loyalty_core::Error;
use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{ReturnOptions, ReturnPropensity};
use loyalty_core::simulate::{Shop, ShopOptions};

/// Every figure is the median of as many runs.
const RUNS: usize = 15;

fn main() -> Result<(), Error> {
    println!("{:<24} {:>10} {:>10} {:>6}  load, ms", "", "JSON, B", "compact", "ratio");
    for customers in [5_000, 40_000] {
        compare(&format!("{customers} customers"), &model_of_shop(customers)?)?;
    }
    for path in std::env::args().skip(1) {
        compare(&path, &ReturnPropensity::read(&path)?)?;
    }
    Ok(())
}

fn compare(name: &str, model: &ReturnPropensity) -> Result<(), Error> {
    let (json, compact) = (model.to_json().into_bytes(), model.to_compact());
    assert_eq!(ReturnPropensity::from_bytes(&compact)?.to_json().as_bytes(), &json[..], "{name}");
    let [of_json, of_compact] = [&json, &compact].map(|bytes| {
        milliseconds(|| drop(black_box(ReturnPropensity::from_bytes(black_box(bytes)))))
    });
    let [to_json, to_compact] = [
        milliseconds(|| drop(black_box(model.to_json()))),
        milliseconds(|| drop(black_box(model.to_compact()))),
    ];
    let (j, c) = (json.len(), compact.len());
    println!(
        "{name:<24} {j:>10} {c:>10} {:>6.2}  {of_json:.1} and {of_compact:.1}, {:.1} times; \
         written in {to_json:.1} and {to_compact:.1}",
        j as f64 / c as f64,
        of_json / of_compact,
    );
    Ok(())
}

fn milliseconds(run: impl Fn()) -> f64 {
    let mut times = [(); RUNS].map(|()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64() * 1e3
    });
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

/// A model of a shop whose lines have ids, orders, quantities and a category, after a horizon of 30 days.
fn model_of_shop(customers: u32) -> Result<ReturnPropensity, Error> {
    let mut options = ShopOptions::default();
    options.customers = customers;
    let shop = Shop::simulate(&options, Threads::default())?.lines;
    let line: Vec<i64> = (0..).take(shop.order.len()).collect();
    let prices = shop.list_amount.iter().zip(&shop.quantity);
    let price: Vec<f64> = prices.map(|(amount, quantity)| amount / quantity).collect();
    let back = shop.return_time.iter().map(|&time| f64::from(u8::from(time != i64::MIN)));
    let back: Vec<f64> = back.collect();
    let customer = Column::new("customer", &shop.customer[..]).into();
    let day = Column::new("day", &shop.time[..]);
    let mut columns =
        LineColumns::new(customer, day, TimeScale::Days).with_price(Column::new("price", &price));
    columns.product = Some(Column::new("product", &shop.product[..]).into());
    columns.order = Some(Column::new("order", &shop.order[..]).into());
    columns.line = Some(Column::new("line", &line[..]).into());
    columns.quantity = Some(Column::new("quantity", &shop.quantity));
    columns.categories = vec![Column::new("category", &shop.category[..]).into()];
    columns.returned = Some(Column::new("returned", &back));
    columns.return_time = Some(Column::new("returned_on", &shop.return_time[..]));
    let lines = OrderLines::new(&columns, Invalid::Raise)?;
    let mut options = ReturnOptions::default();
    options.horizon_days = Some(30);
    Ok(ReturnPropensity::fit(&lines, &options)?.model)
}
