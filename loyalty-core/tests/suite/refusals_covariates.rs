//! Covariates that are refused, and a level that a fit names.

use crate::common::covariate_shop::{Table, bases, fit_of, roles, simulated};
use loyalty_core::Error;
use loyalty_core::estimation::{CovariateRoles, FitOptions, Stop};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::ndarray::{Array2, ArrayView2};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{Nbd, PurchaseKind, PurchaseWithCovariates};
use loyalty_core::summary::Covariates;

#[test]
fn columns_that_tell_nothing_are_refused_by_name() {
    let (_, covariates, customers) = simulated(bases()[0].clone(), 300, 41);
    let n = customers.len();
    let refused = |covariates: &Covariates, roles: &CovariateRoles| {
        let options = FitOptions::default();
        let kind = PurchaseKind::ParetoNbd;
        PurchaseWithCovariates::fit(kind, &customers, covariates, roles, &options)
            .unwrap_err()
            .to_string()
    };
    let all = CovariateRoles::default();
    let age = Table::new(n).age;
    let matrix = |names: &[&str], columns: &[&[f64]]| {
        let values =
            Array2::from_shape_fn((n, columns.len()), |(row, column)| columns[column][row]);
        Covariates::of_matrix(names, values.view()).unwrap()
    };
    let constant = vec![3.0; n];
    assert_eq!(
        refused(&matrix(&["age", "constant"], &[&age, &constant]), &all),
        "the covariate \"constant\" has one value only, of which nothing can be learnt"
    );
    let twice: Vec<f64> = age.iter().map(|age| 7.0 - 2.0 * age).collect();
    let told = "the covariate \"twice\" follows from the other covariates: leave one of them out";
    assert_eq!(refused(&matrix(&["age", "twice"], &[&age, &twice]), &all), told);
    // Each may act on another process.
    let apart = roles(&["age"], &["twice"], &[]);
    let fit = PurchaseWithCovariates::fit(
        PurchaseKind::ParetoNbd,
        &customers,
        &matrix(&["age", "twice"], &[&age, &twice]),
        &apart,
        &FitOptions::default(),
    );
    assert!(fit.is_ok());
    let one_level = vec!["web"; n];
    let one_level = Covariates::new(&[Column::new("channel", &one_level).into()]).unwrap();
    assert!(refused(&one_level, &all).contains("\"channel\" has one value only"));
    assert_eq!(
        refused(&covariates, &roles(&["agee"], &[], &[])),
        "the covariate \"agee\" is missing"
    );
    assert_eq!(
        refused(&covariates, &roles(&["age", "age"], &[], &[])),
        "the covariate \"age\" is there twice"
    );
    assert!(refused(&covariates, &roles(&["age"], &[], &["age"])).contains("is shared"));
    assert!(
        refused(&covariates, &roles(&[], &[], &[])).starts_with("the list of covariates is empty")
    );
    assert_eq!(
        refused(&Table::new(n - 1).covariates(), &all),
        format!("column \"covariates\" has {} rows, but {n} are expected", n - 1)
    );
    let options = FitOptions::default();
    let nbd =
        PurchaseWithCovariates::fit(PurchaseKind::Nbd, &customers, &covariates, &all, &options);
    assert!(nbd.unwrap_err().to_string().contains("takes covariates"));
    let nbd = PurchaseWithCovariates::new(Nbd::new(1.0, 2.0).unwrap(), &covariates, &all, &[]);
    assert!(nbd.is_err());
    let view: ArrayView2<'_, f64> = ArrayView2::from_shape((1, 2), &[1.0, 2.0]).unwrap();
    assert!(matches!(Covariates::of_matrix(&["a"], view), Err(Error::Length { .. })));
}

#[test]
fn scoring_takes_the_columns_by_name_and_refuses_what_was_not_learnt() {
    let (model, covariates, customers) = simulated(bases()[0].clone(), 300, 43);
    let n = customers.len();
    let table = Table::new(n);
    let score = |columns: &Covariates| {
        let mut out = vec![0.0; n];
        model.p_alive_into(&customers, columns, &mut out, Threads::default()).map(|()| out)
    };
    let further = vec![1.0; n];
    let other_order = Covariates::new(&[
        Column::new("channel", &table.channel).into(),
        Column::new("further", &further[..]).into(),
        Column::new("age", &table.age[..]).into(),
    ])
    .unwrap();
    assert_eq!(score(&other_order).unwrap(), score(&covariates).unwrap());
    let message = |columns: &Covariates| score(columns).unwrap_err().to_string();
    let without = Covariates::new(&[Column::new("age", &table.age[..]).into()]).unwrap();
    assert_eq!(
        message(&without),
        "the covariate \"channel\" is missing: the model has learnt from it"
    );
    let mut channel = table.channel.clone();
    (channel[7], channel[9]) = ("fax", "fax");
    let unknown = Covariates::new(&[
        Column::new("age", &table.age[..]).into(),
        Column::new("channel", &channel).into(),
    ])
    .unwrap();
    assert_eq!(
        message(&unknown),
        "column \"channel\", row 7: must be a level that the model has learnt from, got \"fax\" (and 1 more row)"
    );
    let numbers = Covariates::new(&[
        Column::new("age", &table.age[..]).into(),
        Column::new("channel", &table.age[..]).into(),
    ])
    .unwrap();
    assert!(message(&numbers).contains("must hold text"), "{}", message(&numbers));
    let mut age = table.age.clone();
    age[4] = 1e9;
    let far = Covariates::new(&[
        Column::new("age", &age[..]).into(),
        Column::new("channel", &table.channel).into(),
    ])
    .unwrap();
    assert!(
        message(&far).contains("row 4: must be within reach of the model"),
        "{}",
        message(&far)
    );
    assert!(matches!(
        model.p_alive_into(
            &customers,
            &Table::new(n + 1).covariates(),
            &mut vec![0.0; n],
            Threads::ONE
        ),
        Err(Error::Length { .. })
    ));
    assert!(model.customer(&covariates, n).is_err());
    let mut out = vec![0.0; n];
    for horizon in [f64::NAN, -1.0, f64::INFINITY] {
        let asked =
            model.expected_purchases_into(&customers, &covariates, horizon, &mut out, Threads::ONE);
        assert!(matches!(asked, Err(Error::Parameter { .. })));
    }
}

/// Nobody of a level is seen to buy again: its coefficient runs away, and the fit names it.
#[test]
fn a_level_without_repeat_purchases_is_named_as_a_boundary() {
    let (_, _, customers) = simulated(bases()[0].clone(), 500, 47);
    let none: Vec<f64> =
        customers.frequency().iter().map(|&x| f64::from(u8::from(x == 0))).collect();
    let once = Covariates::new(&[Column::new("once", &none[..]).into()]).unwrap();
    let fit = fit_of(PurchaseKind::ParetoNbd, &customers, &once, &roles(&["once"], &[], &[]));
    assert_eq!(fit.stop, Stop::Boundary { parameter: "purchase:once".into() });
    let said = fit.identification.to_string();
    assert!(said.contains("purchase:once to -infinity"), "{said}");
    assert!(said.contains("at one end of a column"), "{said}");
    let read = ModelFile::from_json(&ModelFile::from(&fit).to_json()).unwrap();
    assert_eq!(read.as_fit().unwrap().unwrap(), fit.map(Model::from));
}
