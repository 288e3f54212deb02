//! Return propensity: columns and features are known by name, in tables and in files.

use crate::common::shop::{Shop, fitted, options, shop};
use loyalty_core::Error;
use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::ReturnPropensity;
use serde_json::{Value, json};

/// Lines with the categories and numbers named, in that order. Few products, so that an order has several
/// lines of one that differ by category alone.
fn lines(
    shop: &Shop,
    days: std::ops::Range<i64>,
    categories: &[&str],
    numbers: &[&str],
) -> OrderLines {
    let rows = shop.rows(days);
    let take =
        |of: &dyn Fn(usize) -> i64| -> Vec<i64> { rows.iter().map(|&row| of(row)).collect() };
    let floats =
        |of: &dyn Fn(usize) -> f64| -> Vec<f64> { rows.iter().map(|&row| of(row)).collect() };
    let customer = take(&|row| shop.customer[row]);
    let product = take(&|row| shop.line[row] % 3);
    let order = take(&|row| shop.order[row]);
    let line = take(&|row| shop.line[row]);
    let time = take(&|row| shop.time[row]);
    let return_time = take(&|row| shop.return_time[row]);
    let size = take(&|row| shop.size[row]);
    let color = take(&|row| (shop.line[row] * 7) % 4);
    // Prices whose sums depend on the order in which they are added.
    let price = floats(&|row| shop.price[row] / 7.0);
    let returned = floats(&|row| shop.returned[row]);
    let age = floats(&|row| shop.age[row]);
    let months = floats(&|row| shop.customer[row] as f64 / 12.0);
    let who = Column::new("customer", &customer[..]).into();
    let mut columns = LineColumns::new(who, Column::new("time", &time), TimeScale::Microseconds)
        .with_price(Column::new("price", &price));
    columns.product = Some(Column::new("product", &product[..]).into());
    columns.order = Some(Column::new("order", &order[..]).into());
    columns.line = Some(Column::new("line", &line[..]).into());
    columns.returned = Some(Column::new("returned", &returned));
    columns.return_time = Some(Column::new("return_time", &return_time));
    columns.categories = categories
        .iter()
        .map(|&name| Column::new(name, if name == "size" { &size[..] } else { &color[..] }).into())
        .collect();
    columns.numbers = numbers
        .iter()
        .map(|&name| Column::new(name, if name == "age" { &age[..] } else { &months[..] }))
        .collect();
    OrderLines::new(&columns, Invalid::Raise).unwrap()
}

fn two_of_each() -> (Shop, ReturnPropensity) {
    let shop = shop();
    let past = lines(&shop, 0..200, &["size", "color"], &["age", "months"]);
    let model = ReturnPropensity::fit(&past, &options()).unwrap().model;
    (shop, model)
}

#[test]
fn the_order_of_columns_moves_no_bit() {
    let (shop, model) = two_of_each();
    let tables = |days: std::ops::Range<i64>| {
        [
            lines(&shop, days.clone(), &["size", "color"], &["age", "months"]),
            lines(&shop, days.clone(), &["color", "size"], &["age", "months"]),
            lines(&shop, days, &["color", "size"], &["months", "age"]),
        ]
    };
    let scored = tables(200..260).map(|lines| model.score(&lines, Threads::ONE).unwrap());
    assert_eq!(scored[1], scored[0]);
    assert_eq!(scored[2], scored[0]);
    let reasons = tables(200..260).map(|lines| model.contributions(&lines, Threads::ONE).unwrap());
    assert_eq!(reasons[2], reasons[0]);
    let ends = tables(200..260).map(|lines| model.intervals(&lines, 0.9, Threads::ONE).unwrap());
    assert_eq!(ends[2], ends[0]);
    let mut models = [model.clone(), model.clone(), model];
    for days in [200..230, 230..300] {
        let updated = tables(days);
        let updated: Vec<_> = models
            .iter_mut()
            .zip(&updated)
            .map(|(model, lines)| model.update(lines).unwrap())
            .collect();
        assert_eq!(updated[1], updated[0]);
        assert_eq!(updated[2], updated[0]);
    }
    assert_eq!(models[1].to_json(), models[0].to_json());
    assert_eq!(models[2].to_json(), models[0].to_json());
}

#[test]
fn other_columns_are_refused_by_name() {
    let (shop, mut model) = two_of_each();
    let before = model.to_json();
    for (categories, numbers, message) in [
        (
            &["size"][..],
            &["age", "months"][..],
            "the category \"color\" is missing: the model has learnt from it",
        ),
        (
            &["size", "brand"],
            &["age", "months"],
            "the category \"brand\" is unknown: the model has not learnt from it",
        ),
        (
            &["size", "color", "brand"],
            &["age", "months"],
            "the category \"brand\" is unknown: the model has not learnt from it",
        ),
        (
            &["size", "color"],
            &["months"],
            "the number \"age\" is missing: the model has learnt from it",
        ),
        (
            &["size", "color"],
            &["age", "months", "weight"],
            "the number \"weight\" is unknown: the model has not learnt from it",
        ),
        (&["size", "color", "size"], &["age", "months"], "the category \"size\" is there twice"),
    ] {
        let other = lines(&shop, 200..210, categories, numbers);
        let score = model.score(&other, Threads::ONE).unwrap_err();
        assert!(matches!(score, Error::Columns { .. }));
        assert_eq!(score.to_string(), message);
        assert_eq!(model.update(&other).unwrap_err(), score);
        assert_eq!(model.intervals(&other, 0.9, Threads::ONE).unwrap_err(), score);
        assert_eq!(model.contributions(&other, Threads::ONE).unwrap_err(), score);
    }
    assert_eq!(model.to_json(), before);
    let twice = lines(&shop, 0..200, &["size"], &["age", "age"]);
    let fit = ReturnPropensity::fit(&twice, &options()).unwrap_err().to_string();
    assert_eq!(fit, "the number \"age\" is there twice");
}

/// The features in a file, to be changed.
fn features(file: &mut Value) -> &mut Vec<Value> {
    file["line_model"]["features"].as_array_mut().unwrap()
}

#[test]
fn a_feature_that_a_file_lacks_adds_nothing() {
    let shop = shop();
    let json = fitted(&shop, 200).to_json();
    let file: Value = serde_json::from_str(&json).unwrap();
    let read = |file: &Value| ReturnPropensity::from_json(&file.to_string()).unwrap();
    let later = shop.lines(&shop.rows(200..230), false);
    let score = |model: &ReturnPropensity| model.score(&later, Threads::ONE).unwrap();
    let whole = score(&read(&file));
    for name in [
        json!("log value"),
        json!("Saturday"),
        json!("log exposure of the customer"),
        json!({"number": "age"}),
    ] {
        let mut without = file.clone();
        features(&mut without).retain(|feature| feature["feature"] != name);
        assert_eq!(features(&mut without).len() + 1, features(&mut file.clone()).len(), "{name}");
        let mut constant = file.clone();
        let feature = features(&mut constant).iter_mut().find(|feature| feature["feature"] == name);
        feature.unwrap()["terms"] = json!([]);
        let model = read(&without);
        assert_eq!(score(&model), score(&read(&constant)), "{name}");
        assert_ne!(score(&model), whole, "{name}");
        // It is written as it was read.
        assert_eq!(
            ReturnPropensity::from_json(&model.to_json()).unwrap().to_json(),
            model.to_json()
        );
    }
}

#[test]
fn a_feature_that_this_library_does_not_know_is_refused() {
    let json = fitted(&shop(), 200).to_json();
    let file: Value = serde_json::from_str(&json).unwrap();
    for (name, problem) in [
        (json!("log brightness"), "the feature \"log brightness\" is unknown to this library"),
        (
            json!({"number": "weight"}),
            "the feature {\"number\":\"weight\"} is unknown to this library",
        ),
        (
            json!({"weather": "rain"}),
            "the feature {\"weather\":\"rain\"} is unknown to this library",
        ),
        (json!("log price"), "the feature \"log price\" stands twice"),
    ] {
        let mut with = file.clone();
        let mut feature = features(&mut with)[0].clone();
        feature["feature"] = name;
        features(&mut with).push(feature);
        let error = ReturnPropensity::from_json(&with.to_string()).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    let mut with = file;
    with["histories"][5]["parts"] = json!([{"category": "brand"}]);
    let error = ReturnPropensity::from_json(&with.to_string()).unwrap_err().to_string();
    assert!(error.contains("a history is of the unknown category \"brand\""), "{error}");
}
