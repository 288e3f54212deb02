//! Return propensity: the model that the tests of C load, and the truth recovered.

use crate::common::shop::Shop;
use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{Propensity, ReturnOptions, ReturnPropensity};

fn options() -> ReturnOptions {
    let mut options = ReturnOptions::default();
    options.horizon_days = Some(25);
    options
}

/// A small model that the tests of C load: written anew with `LOYALTY_UPDATE_GOLDEN=1`.
#[test]
fn the_golden_model_reads_and_scores_alike() {
    let shop = Shop::new(1, 120, 90, -0.5, 0.5);
    let rows: Vec<usize> = shop.rows(0..90);
    let take = |values: &[i64]| -> Vec<i64> { rows.iter().map(|&row| values[row]).collect() };
    let product: Vec<i64> = rows.iter().map(|&row| shop.size[row] + 3).collect();
    let customer: Vec<i64> = shop.customer.iter().map(|id| id % 12).collect();
    let customer = Column::new("customer", &customer[..]).into();
    let time = Column::new("time", &shop.time[..]);
    let mut columns = LineColumns::new(customer, time, TimeScale::Microseconds)
        .with_price(Column::new("price", &shop.price));
    columns.product = Some(Column::new("product", &product[..]).into());
    let (order, line) = (take(&shop.order), take(&shop.line));
    columns.order = Some(Column::new("order", &order[..]).into());
    columns.line = Some(Column::new("line", &line[..]).into());
    columns.returned = Some(Column::new("returned", &shop.returned));
    columns.return_time = Some(Column::new("return_time", &shop.return_time));
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let model = ReturnPropensity::fit(&lines, &options()).unwrap().model;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.json");
    let compact = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.compact");
    if std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some() {
        model.write(path).unwrap();
        model.write_compact(compact).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), model.to_json());
    assert_eq!(std::fs::read(compact).unwrap(), model.to_compact());
    for path in [path, compact] {
        let read = ReturnPropensity::read(path).unwrap();
        let scores = read.score(&lines, Threads::ONE).unwrap();
        assert_eq!(scores, model.score(&lines, Threads::ONE).unwrap());
        assert_eq!(read.to_json(), model.to_json());
    }
}

/// Here the past lines say that it is better to hear lines while they are open.
#[test]
fn open_lines_move_the_level_before_the_horizon() {
    let shop = Shop::new(2, 3000, 300, -1.0, 0.3);
    let model = ReturnPropensity::fit(&shop.lines(&shop.rows(0..200), true), &options()).unwrap();
    let kept = Shop { returned: vec![0.0; shop.len()], ..shop.clone() };
    let level = |early: &str, shop: &Shop| {
        let json = model.model.to_json().replace("\"early\":true", early);
        assert!(json.contains(early));
        let mut model = ReturnPropensity::from_json(&json).unwrap();
        model.update(&shop.lines(&shop.rows(200..220), true)).unwrap();
        model.level()
    };
    let early = [&shop, &kept].map(|shop| level("\"early\":true", shop));
    assert!(early[1] < early[0] - 0.05, "{early:?}");
    let late = [&shop, &kept].map(|shop| level("\"early\":false", shop));
    assert_eq!(late[1].to_bits(), late[0].to_bits());
}

fn logit(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}

/// Log-odds of the mean of lines with that effect over what is not known of them, of that spread.
fn over_what_is_unknown(effect: f64, spread: f64) -> f64 {
    let points = (-30..=30).map(|i| f64::from(i) / 10.0);
    let (mut sum, mut total) = (0.0, 0.0);
    for e in points {
        let weight = libm::exp(-0.5 * e * e);
        sum += weight / (1.0 + libm::exp(1.2 - effect - spread * e));
        total += weight;
    }
    logit(sum / total)
}

/// Estimates on the scale of log-odds and the ends of their intervals, from their mean.
fn centered(found: &[Propensity]) -> Vec<[f64; 3]> {
    let mean = found.iter().map(|found| logit(found.estimate)).sum::<f64>() / found.len() as f64;
    let of =
        |found: &Propensity| [found.estimate, found.lower, found.upper].map(|p| logit(p) - mean);
    found.iter().map(of).collect()
}

fn centered_truth(truth: &[f64], spread: f64) -> Vec<f64> {
    let seen: Vec<f64> = truth.iter().map(|&effect| over_what_is_unknown(effect, spread)).collect();
    let mean = seen.iter().sum::<f64>() / seen.len() as f64;
    seen.iter().map(|effect| effect - mean).collect()
}

/// Correlation of estimates and truth, the root mean square of their difference, and the share of
/// intervals that hold the truth.
fn compare(found: &[[f64; 3]], truth: &[f64]) -> [f64; 3] {
    let n = truth.len() as f64;
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        found.iter().zip(truth).map(|(found, &truth)| of(found[0], truth)).sum()
    };
    let correlation = sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    let within = found.iter().zip(truth).filter(|([_, low, high], t)| (*low..=*high).contains(*t));
    [correlation, (sum(&|a, b| (a - b) * (a - b)) / n).sqrt(), within.count() as f64 / n]
}

/// What can be seen of a customer is the mean over orders, whose effects are not known before, and of a
/// product also that over what is not yet known of the customers, on the way of learning.
#[test]
fn customers_and_products_are_recovered() {
    const SHOPS: u32 = 2;
    let ids: Vec<i64> = (0..300).collect();
    let names: Vec<String> = (0..80).map(|product| format!("P{product}")).collect();
    let (customers, products) =
        (Column::new("customer", &ids[..]).into(), Column::new("product", &names).into());
    let mut mean = [[0.0; 3]; 2];
    for shop in 0..SHOPS {
        let shop = Shop::new(u64::from(21 + shop), 5000, 500, -1.2, 0.7);
        let fit = |days| {
            let lines = shop.lines(&shop.rows(0..days), true);
            ReturnPropensity::fit(&lines, &options()).unwrap().model
        };
        let half_way = centered(&fit(250).customers(&customers, 0.95).unwrap());
        let [_, doubt, _] = compare(&half_way, &centered_truth(&shop.customers, 0.7));
        let model = fit(500);
        let found = centered(&model.customers(&customers, 0.95).unwrap());
        let of_customers = compare(&found, &centered_truth(&shop.customers, 0.7));
        let found = centered(&model.products(&products, 0.95).unwrap());
        let spread = (0.49 + doubt * doubt).sqrt();
        let of_products = compare(&found, &centered_truth(&shop.products, spread));
        for (mean, of) in mean.iter_mut().zip([of_customers, of_products]) {
            mean.iter_mut().zip(of).for_each(|(mean, x)| *mean += x / f64::from(SHOPS));
        }
    }
    for [correlation, difference, share] in mean {
        println!("correlation {correlation:.3}, apart {difference:.3}, intervals cover {share:.3}");
        assert!(correlation > 0.85, "{correlation}");
        assert!((0.93..=0.985).contains(&share), "{share}");
    }
    let shop = Shop::new(21, 1000, 500, -1.2, 0.7);
    let lines = shop.lines(&shop.rows(0..500), true);
    let model = ReturnPropensity::fit(&lines, &options()).unwrap().model;
    let strangers: Vec<i64> = vec![-1];
    let unknown = model.customers(&Column::new("customer", &strangers[..]).into(), 0.95).unwrap();
    assert_eq!((unknown[0].exposure, unknown[0].returns), (0.0, 0.0));
    // Whoever was never met is the least sure.
    let width = |found: &Propensity| logit(found.upper) - logit(found.lower);
    for known in model.customers(&customers, 0.95).unwrap().iter().filter(|of| of.exposure > 1.0) {
        assert!(width(known) < width(&unknown[0]), "{known:?} {:?}", unknown[0]);
    }
    assert!(model.products(&customers, 0.95).is_err() && model.customers(&customers, 1.5).is_err());
}
