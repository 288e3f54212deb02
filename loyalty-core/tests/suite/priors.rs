//! Priors, known parameters and the penalty of lifetimes; the forecast knows no unit.

use crate::common::cdnow_split;
use loyalty_core::Error;
use loyalty_core::estimation::{Fit, FitOptions, Parameters, Prior, Stop};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};

/// The calibration half of CDNOW with time and money counted in other units.
fn cdnow(time: f64, money: f64) -> CustomerSummary {
    let split = cdnow_split();
    let half = &split.calibration;
    let scaled = |column: &[f64], by: f64| column.iter().map(|v| v * by).collect::<Vec<f64>>();
    let x: Vec<f64> = half.frequency().iter().map(|&x| f64::from(x)).collect();
    let (t_x, t) = (scaled(half.recency(), time), scaled(half.t(), time));
    let mean = scaled(half.monetary_value().unwrap(), money);
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.monetary_value = Some(Column::new("mean", &mean));
    CustomerSummary::new(&columns).unwrap()
}

fn options(priors: Vec<(&'static str, Prior)>, penalizer: f64) -> FitOptions {
    let mut options = FitOptions::default();
    options.priors = priors.into_iter().map(|(name, prior)| (name.to_owned(), prior)).collect();
    options.penalizer = penalizer;
    options
}

fn forecast(fit: &Fit<BgNbd>, customers: &CustomerSummary, horizon: f64) -> Vec<f64> {
    let mut out = vec![0.0; customers.len()];
    fit.model.expected_purchases_into(customers, horizon, &mut out, Threads::ONE).unwrap();
    out
}

#[track_caller]
fn assert_close(got: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(got.len(), expected.len());
    for (got, expected) in got.iter().zip(expected) {
        assert!((got / expected - 1.0).abs() < relative, "{got} instead of {expected}");
    }
}

/// lifetimes 0.11.3 on these data, its optimiser at tolerance 1e-9 and 1e-8.
const NAMES: [&str; 4] = ["r", "alpha", "a", "b"];

#[test]
fn the_penalty_is_that_of_lifetimes() {
    let customers = cdnow(1.0, 1.0);
    for (penalizer, expected) in [
        (0.001, [0.242_778, 4.405_349, 0.498_452, 1.323_268]),
        (0.01, [0.242_942, 4.432_506, 0.285_643, 0.658_459]),
    ] {
        let fit = BgNbd::fit(&customers, &options(vec![], penalizer)).unwrap();
        assert_close(&fit.model.values(), &expected, 2e-5);
        assert!(fit.log_prior < 0.0);
        let again = fit.model.log_likelihood(&customers).unwrap();
        assert!((fit.log_likelihood / again - 1.0).abs() < 1e-13);
    }
    for (penalizer, expected) in
        [(0.001, [7.911_855, 2.446_770, 7.209_332]), (0.01, [4.109_223, 0.968_393, 3.780_768])]
    {
        let fit = GammaGamma::fit(&customers, &options(vec![], penalizer)).unwrap();
        assert_close(&fit.model.values(), &expected, 2e-5);
    }
}

#[test]
fn weeks_days_and_months_give_the_same_forecast() {
    let priors = || {
        vec![
            ("r", Prior::gamma(3.0, 1.0).unwrap()),
            ("alpha", Prior::log_normal(0.5, 0.4).unwrap()),
            ("a", Prior::log_normal(0.5, 0.2).unwrap()),
            ("b", Prior::known(3.0).unwrap()),
        ]
    };
    for options in [options(priors(), 0.0), options(vec![], 0.01), options(vec![], 0.0)] {
        let weekly = cdnow(1.0, 1.0);
        let fit = BgNbd::fit(&weekly, &options).unwrap();
        let expected = forecast(&fit, &weekly, 39.0);
        for unit in [7.0, 7.0 / 30.4375, 7.0 / 365.25, 7.0 * 24.0] {
            let customers = cdnow(unit, 1.0);
            let other = BgNbd::fit(&customers, &options).unwrap();
            assert_close(&forecast(&other, &customers, 39.0 * unit), &expected, 1e-8);
            assert_close(&[other.log_prior + 1.0], &[fit.log_prior + 1.0], 1e-8);
        }
    }
}

#[test]
fn cents_and_euros_give_the_same_spend() {
    let priors =
        vec![("p", Prior::gamma(4.0, 2.0).unwrap()), ("v", Prior::log_normal(0.3, 0.3).unwrap())];
    let spend = |money: f64| {
        let customers = cdnow(1.0, money);
        let fit = GammaGamma::fit(&customers, &options(priors.clone(), 0.0)).unwrap();
        let mut out = vec![0.0; customers.len()];
        fit.model.expected_spend_into(&customers, &mut out, Threads::ONE).unwrap();
        out.iter().map(|spend| spend / money).collect::<Vec<f64>>()
    };
    let euros = spend(1.0);
    for money in [100.0, 0.001] {
        assert_close(&spend(money), &euros, 1e-8);
    }
}

#[test]
fn an_absolute_prior_is_in_the_unit_of_the_parameter() {
    let customers = cdnow(1.0, 1.0);
    let tight = |prior: Prior| {
        let fit = BgNbd::fit(&customers, &options(vec![("alpha", prior)], 0.0)).unwrap();
        fit.model.alpha()
    };
    let prior = Prior::log_normal(3.0, 1e-5).unwrap();
    assert!((tight(prior.absolute()) - 3.0).abs() < 1e-4);
    let mean = customers.t().iter().sum::<f64>() / customers.len() as f64;
    assert!((tight(prior) / (3.0 * mean) - 1.0).abs() < 1e-4);
}

#[test]
fn known_parameters_stay_and_the_others_are_fitted_around_them() {
    let customers = cdnow(1.0, 1.0);
    let free = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
    let known = |name| {
        let slot = NAMES.iter().position(|&known| known == name).unwrap();
        Prior::known(free.model.values()[slot]).unwrap()
    };
    let fit = BgNbd::fit(&customers, &options(vec![("a", known("a")), ("b", known("b"))], 0.0));
    let fit = fit.unwrap();
    assert_eq!((fit.model.a(), fit.model.b(), fit.parameters), (free.model.a(), free.model.b(), 2));
    assert_close(&fit.model.values(), &free.model.values(), 1e-7);
    assert_eq!(fit.aic(), 4.0 - 2.0 * fit.log_likelihood);
    let errors = fit.standard_errors().unwrap();
    assert_eq!(&errors[2..], [0.0, 0.0]);
    // Knowing a and b makes r and alpha no less certain.
    assert!(errors.iter().zip(free.standard_errors().unwrap()).all(|(known, free)| *known <= free));
    let intervals = fit.parameter_intervals(0.95).unwrap();
    assert_eq!((intervals.lower[2], intervals.upper[2]), (free.model.a(), free.model.a()));

    let elsewhere = Prior::known(0.2).unwrap();
    let fit = BgNbd::fit(&customers, &options(vec![("a", elsewhere)], 0.0)).unwrap();
    assert_eq!((fit.stop, fit.model.a()), (Stop::Converged, 0.2));
    assert!(fit.log_likelihood < free.log_likelihood);
    let all = NAMES.iter().map(|&name| (name, known(name))).collect();
    let fit = BgNbd::fit(&customers, &options(all, 0.0)).unwrap();
    assert_eq!((fit.parameters, fit.model.values()), (0, free.model.values()));
}

#[test]
fn a_prior_settles_what_the_data_leave_open() {
    // Everybody buys to the end of observation: nobody is seen to leave.
    let t: Vec<f64> = (0..30).map(|i| 20.0 + f64::from(i)).collect();
    let x: Vec<f64> = (0..30).map(|i| f64::from(3 + i % 4)).collect();
    let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t, &t)).unwrap();
    let open = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
    assert!(matches!(open.stop, Stop::Boundary { .. }));
    let priors = NAMES.iter().map(|&name| (name, Prior::log_normal(1.0, 1.0).unwrap()));
    let fit = BgNbd::fit(&customers, &options(priors.collect(), 0.0)).unwrap();
    assert_eq!((fit.stop, fit.identification.name()), (Stop::Converged, "interior"));
}

#[test]
fn refuses_what_is_no_prior() {
    let customers = cdnow(1.0, 1.0);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(
            Prior::log_normal(bad, 1.0),
            Err(Error::Parameter { name, .. }) if name == "median"
        ));
        assert!(
            matches!(Prior::log_normal(1.0, bad), Err(Error::Parameter { name, .. }) if name == "sigma")
        );
        assert!(
            matches!(Prior::gamma(bad, 1.0), Err(Error::Parameter { name, .. }) if name == "shape")
        );
        assert!(
            matches!(Prior::gamma(1.0, bad), Err(Error::Parameter { name, .. }) if name == "mean")
        );
        assert!(matches!(Prior::known(bad), Err(Error::Parameter { name, .. }) if name == "value"));
    }
    for penalizer in [-0.1, f64::NAN, f64::INFINITY] {
        let error = BgNbd::fit(&customers, &options(vec![], penalizer)).unwrap_err();
        assert!(matches!(&error, Error::Parameter { name, .. } if name == "penalizer"), "{error}");
    }
    let elsewhere = vec![("v", Prior::known(1.0).unwrap())];
    let error = BgNbd::fit(&customers, &options(elsewhere, 0.0)).unwrap_err();
    assert_eq!(error.to_string(), "priors must be of the model's parameters, got \"v\"");
}
