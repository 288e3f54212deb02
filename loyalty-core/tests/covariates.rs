//! Models with covariates: recovery from simulation, invariance, files, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "no promise of equal bits here")]

mod common;

use common::assert_close;
use loyalty_core::Error;
use loyalty_core::estimation::{
    CovariateRoles, Fit, FitOptions, Identification, Parameters, Prior, Stop,
};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::ndarray::{Array2, ArrayView2};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    AnyPurchaseModel, BgNbd, Discounting, MbgNbd, Nbd, ParetoNbd, PurchaseKind, PurchaseModel,
    PurchaseWithCovariates,
};
use loyalty_core::spend::{GammaGamma, SpendModel, SpendWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
use loyalty_core::time::Unit;
use loyalty_core::value::{Buying, Margin, Spending, clv_with_covariates_into};

/// A table of an age and a channel, the same for every number of rows.
struct Table {
    age: Vec<f64>,
    channel: Vec<&'static str>,
}

impl Table {
    fn new(rows: usize) -> Self {
        let age = |row: usize| 20.0 + ((row * 7919) % 1000) as f64 / 20.0;
        let channel = |row: usize| ["shop", "web", "shop", "app", "web", "shop"][(row * 31) % 6];
        Self { age: (0..rows).map(age).collect(), channel: (0..rows).map(channel).collect() }
    }

    fn covariates(&self) -> Covariates {
        let (age, channel) =
            (Column::new("age", &self.age[..]), Column::new("channel", &self.channel));
        Covariates::new(&[age.into(), channel.into()]).unwrap()
    }
}

fn roles(purchase: &[&str], dropout: &[&str], shared: &[&str]) -> CovariateRoles {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let mut roles = CovariateRoles::default();
    (roles.purchase, roles.dropout) = (Some(owned(purchase)), Some(owned(dropout)));
    roles.shared = owned(shared);
    roles
}

/// The models that take covariates, with parameters of a middling shop.
fn bases() -> [AnyPurchaseModel; 3] {
    [
        ParetoNbd::new(0.9, 9.0, 0.8, 12.0).unwrap().with_unit(Some(Unit::Week)).into(),
        BgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().with_unit(Some(Unit::Week)).into(),
        MbgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().with_unit(Some(Unit::Week)).into(),
    ]
}

/// γ of age, app and web on purchases, then on dropout.
const COEFFICIENTS: [f64; 6] = [0.02, 0.5, -0.3, -0.015, 0.6, -0.4];

fn simulated(
    base: AnyPurchaseModel,
    rows: usize,
    seed: u64,
) -> (PurchaseWithCovariates, Covariates, CustomerSummary) {
    let covariates = Table::new(rows).covariates();
    let truth =
        PurchaseWithCovariates::new(base, &covariates, &CovariateRoles::default(), &COEFFICIENTS)
            .unwrap();
    let customers =
        truth.simulate(&covariates, &vec![60.0; rows], seed, Threads::default()).unwrap();
    (truth, covariates, customers)
}

fn fit_of(
    kind: PurchaseKind,
    customers: &CustomerSummary,
    covariates: &Covariates,
    roles: &CovariateRoles,
) -> Fit<PurchaseWithCovariates> {
    PurchaseWithCovariates::fit(kind, customers, covariates, roles, &FitOptions::default()).unwrap()
}

#[test]
fn coefficients_are_found_again_within_their_errors() {
    for base in bases() {
        let (kind, title) = (base.kind(), base.kind().title());
        let (truth, covariates, customers) = simulated(base, 2500, 11);
        let fit = fit_of(kind, &customers, &covariates, &CovariateRoles::default());
        assert_eq!(fit.stop, Stop::Converged, "{title}");
        assert_eq!(fit.identification, Identification::Interior, "{title}");
        assert_eq!(fit.parameters, 10);
        let names: Vec<String> =
            fit.model.layout().iter().skip(4).map(|slot| slot.name.to_string()).collect();
        assert_eq!(names[..3], ["purchase:age", "purchase:channel=app", "purchase:channel=web"]);
        let errors = fit.standard_errors().unwrap();
        let pairs = fit.model.values().into_iter().zip(truth.values()).zip(errors);
        for (slot, ((found, truth), error)) in pairs.enumerate() {
            assert!(
                (found - truth).abs() < 3.5 * error,
                "{title} {slot}: {found} for {truth} ± {error}"
            );
        }
        let at_truth = truth.log_likelihood(&customers, &covariates).unwrap();
        let at_found = fit.model.log_likelihood(&customers, &covariates).unwrap();
        assert!(
            at_found > at_truth && at_found < at_truth + 30.0,
            "{title}: {at_found} {at_truth}"
        );
        assert_close(at_found, fit.log_likelihood, 1e-12);
    }
}

/// Without effects, the model is the one without covariates.
#[test]
fn coefficients_of_0_leave_the_likelihood_as_it_is() {
    for base in bases() {
        let (_, covariates, customers) = simulated(base.clone(), 500, 3);
        let none = PurchaseWithCovariates::new(
            base.clone(),
            &covariates,
            &CovariateRoles::default(),
            &[0.0; 6],
        );
        let ln_l = none.unwrap().log_likelihood(&customers, &covariates).unwrap();
        assert_close(ln_l, base.log_likelihood(&customers).unwrap(), 1e-13);
    }
}

/// The gradient at the maximum is 0, and the Hessian is that of ln L by differences: of the model as it is shown,
/// whose covariance came from the standardised one.
#[test]
fn the_covariance_is_the_inverse_of_the_curvature() {
    // In standard errors.
    const STEP: f64 = 0.005;
    for base in bases() {
        let kind = base.kind();
        let (_, covariates, customers) = simulated(base, 600, 5);
        let roles = roles(&["age"], &["channel"], &[]);
        let fit = fit_of(kind, &customers, &covariates, &roles);
        let layout = fit.model.layout();
        let n = layout.len();
        let errors = fit.standard_errors().unwrap();
        let values = fit.model.values();
        let ln_l = |moved: &[(usize, f64)]| {
            let mut at = values.clone();
            for &(slot, steps) in moved {
                at[slot] += steps * STEP * errors[slot];
            }
            fit.model.at(&at).unwrap().log_likelihood(&customers, &covariates).unwrap()
        };
        let covariance = fit.covariance.as_ref().unwrap().matrix();
        // −H in units of the standard errors; H Σ = 1.
        let top = ln_l(&[]);
        let mut information = Array2::<f64>::zeros((n, n));
        for i in 0..n {
            let slope = (ln_l(&[(i, 1.0)]) - ln_l(&[(i, -1.0)])) / (2.0 * STEP);
            assert!(slope.abs() < 1e-3, "{kind:?} {i}: {slope}");
            for j in 0..n {
                information[[i, j]] = if i == j {
                    -(ln_l(&[(i, 1.0)]) + ln_l(&[(i, -1.0)]) - 2.0 * top) / (STEP * STEP)
                } else {
                    let corner = |a: f64, b: f64| ln_l(&[(i, a), (j, b)]);
                    -(corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0))
                        / (4.0 * STEP * STEP)
                };
            }
        }
        let scaled =
            Array2::from_shape_fn((n, n), |(i, j)| covariance[[i, j]] / (errors[i] * errors[j]));
        let product = information.dot(&scaled);
        for ((i, j), value) in product.indexed_iter() {
            let expected = f64::from(u8::from(i == j));
            assert!((value - expected).abs() < 0.02, "{kind:?} {i} {j}: {value}");
        }
    }
}

#[test]
fn the_unit_of_a_column_the_order_and_equal_rows_change_nothing() {
    let table = Table::new(1200);
    let base = bases()[1].clone();
    let (_, covariates, customers) = simulated(base, 1200, 17);
    let kind = PurchaseKind::BgNbd;
    let roles = roles(&["age", "channel"], &["age"], &[]);
    let fit = fit_of(kind, &customers, &covariates, &roles);
    // Months since 1900 instead of years of age.
    let months: Vec<f64> = table.age.iter().map(|age| 1500.0 - 12.0 * age).collect();
    let other = Covariates::new(&[
        Column::new("channel", &table.channel).into(),
        Column::new("age", &months[..]).into(),
    ])
    .unwrap();
    let in_months = fit_of(kind, &customers, &other, &roles);
    assert_close(in_months.log_likelihood, fit.log_likelihood, 1e-12);
    let coefficient = |fit: &Fit<PurchaseWithCovariates>, name: &str| {
        let all = fit.model.coefficients();
        all.into_iter().find(|coefficient| coefficient.name == name).unwrap().value
    };
    for name in ["purchase:age", "dropout:age"] {
        assert_close(coefficient(&in_months, name) * -12.0, coefficient(&fit, name), 1e-7);
    }
    let mut scores = [vec![0.0; 1200], vec![0.0; 1200]];
    let each = scores.iter_mut().zip([(&fit, &covariates), (&in_months, &other)]);
    for (out, (fit, covariates)) in each {
        fit.model
            .expected_purchases_into(&customers, covariates, 26.0, out, Threads::default())
            .unwrap();
    }
    for (again, score) in scores[1].iter().zip(&scores[0]) {
        assert_close(*again, *score, 1e-8);
    }
    // In the reverse order, every customer as two of half the weight.
    let rows: Vec<usize> = (0..1200).rev().chain(0..1200).collect();
    let column = |of: &dyn Fn(usize) -> f64| rows.iter().map(|&row| of(row)).collect::<Vec<f64>>();
    let (x, t_x, t) = (
        column(&|row| f64::from(customers.frequency()[row])),
        column(&|row| customers.recency()[row]),
        column(&|row| customers.t()[row]),
    );
    let halves = vec![0.5; rows.len()];
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.weights = Some(Column::new("weight", &halves));
    let twice = CustomerSummary::new(&columns).unwrap();
    let age = column(&|row| table.age[row]);
    let channel: Vec<&str> = rows.iter().map(|&row| table.channel[row]).collect();
    let doubled = Covariates::new(&[
        Column::new("age", &age[..]).into(),
        Column::new("channel", &channel).into(),
    ])
    .unwrap();
    let reversed = fit_of(kind, &twice, &doubled, &roles);
    assert_eq!(reversed.model.values(), fit.model.values());
    assert_eq!(reversed.log_likelihood, fit.log_likelihood);
    // Whatever the threads.
    let mut options = FitOptions::default();
    options.threads = Threads::new(3);
    let three =
        PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options).unwrap();
    assert_eq!(three, fit);
}

/// One coefficient for both where they have the same: the likelihood is that of the two with the bound.
#[test]
fn a_shared_covariate_has_one_coefficient() {
    let base = bases()[0].clone();
    let kind = base.kind();
    let (_, covariates, customers) = simulated(base, 1000, 23);
    let shared = fit_of(kind, &customers, &covariates, &roles(&["channel"], &[], &["age"]));
    let names: Vec<String> = shared.model.coefficients().into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["purchase:channel=app", "purchase:channel=web", "shared:age"]);
    let apart = fit_of(kind, &customers, &covariates, &roles(&["channel", "age"], &["age"], &[]));
    assert!(shared.log_likelihood < apart.log_likelihood);
    let bound = shared.model.coefficients();
    let (age, levels) = (bound[2].value, [bound[0].value, bound[1].value]);
    let mut values = shared.model.values()[..4].to_vec();
    // By columns of the table: age, then channel.
    values.extend([age, levels[0], levels[1], age]);
    let same = apart.model.at(&values).unwrap();
    let ln_l = same.log_likelihood(&customers, &covariates).unwrap();
    assert_close(ln_l, shared.log_likelihood, 1e-12);
}

#[test]
fn one_customer_and_many_have_the_same_bits() {
    for base in bases() {
        let (model, covariates, customers) = simulated(base, 300, 29);
        let n = customers.len();
        let threads = Threads::default();
        let discounting = Discounting::annual(f64::INFINITY, 0.1, Unit::Week).unwrap();
        let mut out = vec![vec![0.0; n]; 5];
        let mut counts = vec![0.0; 4 * n];
        model.p_alive_into(&customers, &covariates, &mut out[0], threads).unwrap();
        model.p_alive_at_into(&customers, &covariates, 13.0, &mut out[1], threads).unwrap();
        model.expected_purchases_into(&customers, &covariates, 13.0, &mut out[2], threads).unwrap();
        model
            .discounted_purchases_into(&customers, &covariates, &discounting, &mut out[3], threads)
            .unwrap();
        model.p_no_purchase_into(&customers, &covariates, 13.0, &mut out[4], threads).unwrap();
        model
            .purchase_distribution_into(&customers, &covariates, 13.0, 4, &mut counts, threads)
            .unwrap();
        for row in (0..n).step_by(37) {
            let (one, customer) =
                (model.customer(&covariates, row).unwrap(), customers.history(row));
            assert_eq!(out[0][row], one.p_alive(&customer));
            assert_eq!(out[1][row], one.p_alive_at(&customer, 13.0).unwrap());
            assert_eq!(out[2][row], one.expected_purchases(&customer, 13.0).unwrap());
            assert_eq!(out[3][row], one.discounted_purchases(&customer, &discounting));
            assert_eq!(out[4][row], one.p_no_purchase(&customer, 13.0).unwrap());
            let mut distribution = [0.0; 4];
            one.purchase_distribution(&customer, 13.0, &mut distribution).unwrap();
            assert_eq!(counts[4 * row..4 * row + 4], distribution);
        }
        // Of customers who share their covariates with many, the same.
        let channel = vec!["web"; n];
        let age = vec![40.0; n];
        let same = Covariates::new(&[
            Column::new("age", &age[..]).into(),
            Column::new("channel", &channel).into(),
        ])
        .unwrap();
        model.expected_purchases_into(&customers, &same, 13.0, &mut out[2], threads).unwrap();
        let one = model.customer(&same, 0).unwrap();
        for (row, out) in out[2].iter().enumerate() {
            assert_eq!(*out, one.expected_purchases(&customers.history(row), 13.0).unwrap());
        }
        let mut new = vec![0.0; n];
        model.expected_purchases_new_customer_into(&same, 13.0, &mut new).unwrap();
        assert_eq!(new[5], one.expected_purchases_new_customer(13.0).unwrap());
    }
}

#[test]
fn priors_hold_coefficients_back_and_do_not_count_in_ln_l() {
    let base = bases()[2].clone();
    let kind = base.kind();
    let (_, covariates, customers) = simulated(base, 1500, 31);
    let roles = roles(&["age"], &["channel"], &[]);
    let free = fit_of(kind, &customers, &covariates, &roles);
    let mut options = FitOptions::default();
    let tight = Prior::normal(0.0, 0.05).unwrap();
    options.priors.insert("purchase:age".to_owned(), tight);
    let held =
        PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options).unwrap();
    let age = |fit: &Fit<PurchaseWithCovariates>| fit.model.coefficients()[0].clone();
    assert!(age(&held).value.abs() < age(&free).value.abs());
    assert!(held.log_prior < 0.0 && held.log_likelihood < free.log_likelihood);
    let ln_l = held.model.log_likelihood(&customers, &covariates).unwrap();
    assert_close(held.log_likelihood, ln_l, 1e-12);
    let z = age(&held).standardised / 0.05;
    assert_close(held.log_prior, -0.5 * z * z, 1e-9);
    let refused = |name: &str, prior: Prior| {
        let mut options = FitOptions::default();
        options.priors.insert(name.to_owned(), prior);
        PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options).unwrap_err()
    };
    let error = refused("dropout:channel=web", Prior::log_normal(1.0, 1.0).unwrap()).to_string();
    assert!(error.starts_with("priors must be normal for a coefficient"), "{error}");
    assert!(refused("alpha", tight).to_string().contains("got \"alpha: normal"));
    assert!(
        refused("purchase:channel=web", tight).to_string().contains("of the model's parameters")
    );
    let mut options = FitOptions::default();
    options.penalizer = 0.1;
    let error = PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options);
    assert!(error.unwrap_err().to_string().starts_with("penalizer must be 0 with covariates"));
    // A start is given as the model shows its parameters.
    let mut options = FitOptions::default();
    options.start = Some(free.model.values());
    let again =
        PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options).unwrap();
    assert!(again.iterations <= 2, "{}", again.iterations);
    assert_close(again.log_likelihood, free.log_likelihood, 1e-13);
}

#[test]
fn a_file_gives_the_same_scores() {
    for base in bases() {
        let kind = base.kind();
        let (_, covariates, customers) = simulated(base, 900, 37);
        let fit = fit_of(kind, &customers, &covariates, &roles(&["channel"], &["age"], &[]));
        let file = ModelFile::from(&fit);
        let text = file.to_json();
        assert!(text.contains(&format!("\"{}-with-covariates\"", kind.name())), "{text}");
        let read = ModelFile::from_json(&text).unwrap();
        assert_eq!(read, file);
        let again = read.as_fit().unwrap().unwrap();
        assert_eq!(again, fit.map(Model::from));
        let broken = [
            ("\"covariates\"", "\"covariate\""),
            ("\"purchase:channel=web\"", "\"purchase:channel=fax\""),
            ("\"reference\": \"shop\"", "\"reference\": \"web\""),
            ("\"name\": \"age\"", "\"name\": \"channel\""),
        ];
        for (good, bad) in broken {
            assert!(text.contains(good), "{good} in {text}");
            let error = ModelFile::from_json(&text.replacen(good, bad, 1));
            assert!(error.is_err(), "{bad}");
        }
    }
}

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

/// Histories of customers who spent by a table of covariates.
fn spenders(rows: usize) -> (SpendWithCovariates, Covariates, CustomerSummary) {
    let covariates = Table::new(rows).covariates();
    let base = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let roles = CovariateRoles::default();
    let truth = SpendWithCovariates::new(base, &covariates, &roles, &[0.01, 0.4, -0.2]).unwrap();
    let bought = BgNbd::new(1.0, 5.0, 0.8, 3.0).unwrap();
    let bought = bought.simulate(&vec![50.0; rows], 3, Threads::default()).unwrap();
    let spent = truth.simulate(&bought, &covariates, 5, Threads::default()).unwrap();
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", &spent));
    (truth, covariates, CustomerSummary::new(&columns).unwrap())
}

#[test]
fn spend_by_covariates_is_found_again_and_keeps_its_file() {
    let (truth, covariates, customers) = spenders(2500);
    let (roles, options) = (CovariateRoles::default(), FitOptions::default());
    let fit = SpendWithCovariates::fit(&customers, &covariates, &roles, &options).unwrap();
    assert_eq!(fit.stop, Stop::Converged);
    let errors = fit.standard_errors().unwrap();
    for (slot, (found, truth)) in fit.model.values().into_iter().zip(truth.values()).enumerate() {
        let error = errors[slot];
        assert!((found - truth).abs() < 3.5 * error, "{slot}: {found} for {truth} ± {error}");
    }
    let ln_l = fit.model.log_likelihood(&customers, &covariates).unwrap();
    assert_close(ln_l, fit.log_likelihood, 1e-12);
    let plain = GammaGamma::fit(&customers, &options).unwrap();
    assert!(fit.log_likelihood > plain.log_likelihood + 20.0);
    let none = SpendWithCovariates::new(plain.model, &covariates, &roles, &[0.0; 3]).unwrap();
    let without = none.log_likelihood(&customers, &covariates).unwrap();
    assert_close(without, plain.log_likelihood, 1e-12);
    let n = customers.len();
    let mut out = vec![0.0; n];
    fit.model.expected_spend_into(&customers, &covariates, &mut out, Threads::new(2)).unwrap();
    let mean = customers.monetary_value().unwrap();
    for row in (0..n).step_by(113) {
        let one = fit.model.customer(&covariates, row).unwrap();
        assert_eq!(out[row], one.expected_spend(customers.transactions(row), mean[row]).unwrap());
    }
    let dropout = roles_of(&["age"], &["age"]);
    let error = SpendWithCovariates::fit(&customers, &covariates, &dropout, &options);
    assert!(error.unwrap_err().to_string().contains("cannot act on dropout"));
    let file = ModelFile::from(&fit);
    let read = ModelFile::from_json(&file.to_json()).unwrap();
    assert_eq!(read, file);
    assert_eq!(read.model.kind(), "gamma-gamma-with-covariates");
}

fn roles_of(purchase: &[&str], dropout: &[&str]) -> CovariateRoles {
    roles(purchase, dropout, &[])
}

/// Lifetime value is the product of the two, whichever of them has covariates.
#[test]
fn lifetime_value_takes_either_model_with_covariates() {
    let (spend, covariates, customers) = spenders(400);
    let n = customers.len();
    let base = ParetoNbd::new(0.9, 9.0, 0.8, 12.0).unwrap();
    let all = CovariateRoles::default();
    let model = PurchaseWithCovariates::new(base, &covariates, &all, &COEFFICIENTS).unwrap();
    let plain = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let (year, threads) = (Discounting::continuous(52.0, 0.002).unwrap(), Threads::default());
    let value = |buying: Buying<'_>, spending: Spending<'_>| {
        let mut out = vec![0.0; n];
        let margin = Margin::Same(0.4);
        clv_with_covariates_into(buying, spending, &customers, &year, margin, &mut out, threads)
            .unwrap();
        out
    };
    let (by, alike) = (Buying::By(&model, &covariates), Buying::Alike(&base));
    let values = [
        value(by, Spending::By(&spend, &covariates)),
        value(by, Spending::Alike(&plain)),
        value(alike, Spending::By(&spend, &covariates)),
    ];
    let mean = customers.monetary_value().unwrap();
    for row in (0..n).step_by(41) {
        let (history, x) = (customers.history(row), customers.transactions(row));
        let own = model.customer(&covariates, row).unwrap();
        let buys =
            [own.discounted_purchases(&history, &year), base.discounted_purchases(&history, &year)];
        let spends = [
            spend.customer(&covariates, row).unwrap().expected_spend(x, mean[row]).unwrap(),
            plain.expected_spend(x, mean[row]).unwrap(),
        ];
        for (values, (buy, spend)) in values.iter().zip([(0, 0), (0, 1), (1, 0)]) {
            assert_eq!(values[row], spends[spend] * (0.4 * buys[buy]));
        }
    }
}
