//! Models of purchases with covariates: recovery from simulation, invariance and files.

use crate::common::assert_close;
use crate::common::covariate_shop::{Table, bases, fit_of, roles, simulated};
use loyalty_core::estimation::{
    CovariateRoles, Fit, FitOptions, Identification, Parameters, Prior, Stop,
};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::ndarray::Array2;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{Discounting, PurchaseKind, PurchaseModel, PurchaseWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
use loyalty_core::time::Unit;

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
