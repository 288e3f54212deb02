//! Models with covariates beside those without, over cutoffs of a log.

use loyalty_core::evaluation::{Comparison, ComparisonOptions, Contender, KnownCustomers};
use loyalty_core::models::Model;
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::purchase::PurchaseKind;
use loyalty_core::summary::Covariates;

const CUSTOMERS: i64 = 600;

/// Every third customer buys three times as often as the others, until they leave.
fn log() -> Orders {
    let (mut customer, mut day) = (Vec::new(), Vec::new());
    for id in 0..CUSTOMERS {
        let (first, gap) = ((id * 7) % 200, if id % 3 == 0 { 12 } else { 36 });
        let orders = 1 + (id * 13) % 17;
        for order in 0..orders {
            let at = first + order * gap + (id * order) % 9;
            if at < 400 {
                customer.push(id);
                day.push(at);
            }
        }
    }
    let columns = OrderColumns {
        customer: Column::new("customer", &customer[..]).into(),
        time: Column::new("day", &day),
        scale: TimeScale::Days,
        amount: None,
    };
    Orders::new(&columns, Invalid::Raise).unwrap()
}

/// Ids in falling order, and whether they are one of the third.
fn known() -> (Vec<i64>, Covariates) {
    let ids: Vec<i64> = (0..CUSTOMERS).rev().collect();
    let third: Vec<f64> = ids.iter().map(|id| (id % 3 == 0).into()).collect();
    let covariates = Covariates::new(&[Column::new("third", &third[..]).into()]).unwrap();
    (ids, covariates)
}

#[test]
fn a_covariate_that_tells_is_seen_in_fit_and_forecast() {
    let (log, (ids, covariates)) = (log(), known());
    let known = KnownCustomers::new(Column::new("customer", &ids[..]).into(), &covariates);
    let (kind, mut options) = (PurchaseKind::MbgNbd, ComparisonOptions::default());
    options.models = vec![Contender::Plain(kind), Contender::WithCovariates(kind)];
    let found = Comparison::with_covariates(&log, &known, &options).unwrap();
    let [best, other] = &found.models[..] else { unreachable!() };
    assert_eq!(best.contender, Contender::WithCovariates(kind));
    assert_eq!(best.contender.to_string(), "MBG/NBD with covariates");
    let (by, plain) = (best.fit.as_ref().unwrap(), other.fit.as_ref().unwrap());
    assert!(matches!(by.model, Model::PurchaseWithCovariates(_)));
    assert!(by.aic() + 100.0 < plain.aic(), "{} {}", by.aic(), plain.aic());
    assert_eq!((by.parameters, plain.parameters), (6, 4));
    let deviance = |model| {
        let model: &loyalty_core::evaluation::ComparedModel = model;
        model.mean(|errors| Some(errors.deviance)).unwrap()
    };
    assert!(deviance(best) < 0.99 * deviance(other));
}

#[test]
fn what_is_missing_is_an_error_or_an_entry_that_says_so() {
    let (log, (ids, covariates)) = (log(), known());
    let mut options = ComparisonOptions::default();
    options.models = Contender::with_covariates().collect();
    options.origins = 1;
    // Without covariates the models with them say what they lack.
    let found = Comparison::of(&log, &options).unwrap();
    assert_eq!(found.models.len(), 3);
    for model in &found.models {
        let error = model.fit.as_ref().unwrap_err().to_string();
        assert!(error.contains("covariates"), "{error}");
        assert!(model.forecasts[0].is_err());
    }
    let other: Vec<i64> = ids.iter().map(|id| if *id == 7 { 7_000 } else { *id }).collect();
    let known = KnownCustomers::new(Column::new("customer", &other[..]).into(), &covariates);
    let error = Comparison::with_covariates(&log, &known, &options).unwrap_err().to_string();
    assert!(error.contains("no row for the customer \"7\""), "{error}");
    assert!("gamma-gamma-with-covariates".parse::<Contender>().is_err());
    for contender in Contender::with_covariates() {
        assert_eq!(contender.name().parse::<Contender>(), Ok(contender));
    }
}
