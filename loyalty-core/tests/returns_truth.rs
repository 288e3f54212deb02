//! Return propensity: the model that the tests of C load, and the truth recovered.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::shop::Shop;
use loyalty_core::{
    Column, Invalid, LineColumns, OrderLines, ReturnOptions, ReturnPropensity, Threads, TimeScale,
};

fn options() -> ReturnOptions {
    let mut options = ReturnOptions::default();
    options.horizon_days = 25;
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
    let mut columns = LineColumns::new(
        Column::new("customer", &customer[..]).into(),
        Column::new("product", &product[..]).into(),
        Column::new("time", &shop.time),
        TimeScale::Microseconds,
        Column::new("price", &shop.price),
    );
    let (order, line) = (take(&shop.order), take(&shop.line));
    columns.order = Some(Column::new("order", &order[..]).into());
    columns.line = Some(Column::new("line", &line[..]).into());
    columns.returned = Some(Column::new("returned", &shop.returned));
    columns.return_time = Some(Column::new("return_time", &shop.return_time));
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let model = ReturnPropensity::fit(&lines, &options()).unwrap().model;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.json");
    if std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some() {
        model.write(path).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), model.to_json());
    let read = ReturnPropensity::read(path).unwrap();
    let scores = read.score(&lines, Threads::ONE).unwrap();
    assert_eq!(scores, model.score(&lines, Threads::ONE).unwrap());
}

#[test]
fn customers_and_products_are_recovered() {
    let shop = Shop::new(21, 20_000, 500, -1.2, 0.7);
    let lines = shop.lines(&shop.rows(0..500), true);
    let model = ReturnPropensity::fit(&lines, &options()).unwrap().model;
    let customers: Vec<i64> = (0..300).collect();
    let products: Vec<String> = (0..80).map(|product| format!("P{product}")).collect();
    let customers = Column::new("customer", &customers[..]).into();
    let products = Column::new("product", &products).into();
    for (found, truth) in [
        (model.customers(&customers, 0.95).unwrap(), &shop.customers),
        (model.products(&products, 0.95).unwrap(), &shop.products),
    ] {
        #[expect(clippy::disallowed_methods, reason = "no promise of equal bits here")]
        let logit = |p: f64| (p / (1.0 - p)).ln();
        let n = truth.len() as f64;
        // What can be seen is the mean over orders, whose effects are not known before.
        let points: Vec<f64> = (-30..=30).map(|i| f64::from(i) / 10.0).collect();
        #[expect(clippy::disallowed_methods, reason = "no promise of equal bits here")]
        let over_orders = |effect: &f64| {
            let p = |e: &f64| 1.0 / (1.0 + (1.2 - effect - 0.7 * e).exp());
            let weight = |e: &f64| (-0.5 * e * e).exp();
            let total: f64 = points.iter().map(weight).sum();
            logit(points.iter().map(|e| p(e) * weight(e)).sum::<f64>() / total)
        };
        let truth: &Vec<f64> = &truth.iter().map(over_orders).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let estimate: Vec<f64> = found.iter().map(|found| logit(found.estimate)).collect();
        let (center, center_of_truth) = (mean(&estimate), mean(truth));
        let pairs: Vec<(f64, f64)> =
            estimate.iter().zip(truth).map(|(a, b)| (a - center, b - center_of_truth)).collect();
        let sum = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
        let correlation = sum(|(a, b)| a * b) / (sum(|(a, _)| a * a) * sum(|(_, b)| b * b)).sqrt();
        assert!(correlation > 0.85, "{correlation}");
        let covered = found.iter().zip(truth).filter(|(found, effect)| {
            let truth = *effect - center_of_truth + center;
            (logit(found.lower)..=logit(found.upper)).contains(&truth)
        });
        let share = covered.count() as f64 / n;
        println!("correlation {correlation:.3}, 95 % intervals cover {share:.3}");
        assert!((0.88..=1.0).contains(&share), "{share}");
    }
    let strangers: Vec<i64> = vec![-1];
    let unknown = model.customers(&Column::new("customer", &strangers[..]).into(), 0.95).unwrap();
    assert_eq!((unknown[0].exposure, unknown[0].returns), (0.0, 0.0));
    assert!(model.products(&customers, 0.95).is_err() && model.customers(&customers, 1.5).is_err());
}
