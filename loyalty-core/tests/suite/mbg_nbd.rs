//! The MBG/NBD against published values and 60-digit arithmetic.

use crate::common::{assert_close, cdnow_split, reference};
use loyalty_core::estimation::{FitOptions, Parameters, Stop};
use loyalty_core::evaluation::HoldoutErrors;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{MbgNbd, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};

#[test]
fn cdnow_has_the_published_fit_and_holdout() {
    // BTYDplus on CDNOW, time in weeks. Its optimiser ends 2e-9 of ln L short of the maximum, where a and b
    // can still move by 3e-5 of themselves.
    let split = cdnow_split();
    let fit = MbgNbd::fit(&split.calibration, &FitOptions::default()).unwrap();
    assert_eq!(fit.stop, Stop::Converged);
    let published = [0.524_843_6, 6.183_092_8, 0.891_387_8, 1.614_048_3];
    for (found, published) in fit.model.values().into_iter().zip(published) {
        assert_close(found, published, 4e-5);
    }
    assert_close(fit.log_likelihood, -9582.13572, 1e-9);
    let [r, alpha, a, b] = published;
    let published = MbgNbd::new(r, alpha, a, b).unwrap();
    let short = fit.log_likelihood - published.log_likelihood(&split.calibration).unwrap();
    assert!((0.0..1e-6).contains(&short), "{short}");
    let errors = HoldoutErrors::of(&published, &split, Threads::default()).unwrap();
    assert_close(errors.expected, 1576.71, 4e-6);
    assert_close(errors.mae, 0.764_778, 1e-6);
    assert_close(errors.rmse, 1.607_184, 1e-6);
}

#[test]
fn one_time_buyers_may_be_gone() {
    let model = MbgNbd::new(0.5248, 6.183, 0.8914, 1.614).unwrap();
    let alive = |t| model.p_alive(&History::new(0, 0.0, t).unwrap());
    assert_close(alive(0.0), 1.614 / (0.8914 + 1.614), 1e-14);
    assert!(alive(5.0) > alive(10.0) && alive(100.0) < 0.4);
}

/// Differences of terms of the order of r + x lose as many digits as they have places before the comma.
#[test]
fn every_prediction_matches_high_precision() {
    for row in reference::<15>("mbg_nbd.csv") {
        let [r, alpha, a, b, x, t_x, t, horizon, n, ln_l, p_alive, later, expected, p_n, new] = row;
        let model = MbgNbd::new(r, alpha, a, b).unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers")]
        let (x, n) = (x as u32, n as u32);
        let customer = History::new(x, t_x, t).unwrap();
        let summary =
            CustomerSummary::new(&SummaryColumns::new(&[f64::from(x)], &[t_x], &[t])).unwrap();
        let found = model.log_likelihood(&summary).unwrap();
        // ln L is the sum of what staying costs, ln (a+b)/b for one purchase, and of ln(1 + e^u).
        let size = ln_l.abs() + r + f64::from(x) + 1.0 + ((a + b) / b).ln();
        assert!((found - ln_l).abs() <= 3e-15 * size, "{row:?}: {found}");
        // P(alive) and the counts feel the rounding of a power of r + x.
        let powers = 1e-14 * (1.0 + (r + f64::from(x)) * ((alpha + t) / (alpha + t_x)).ln());
        assert_relative(model.p_alive(&customer), p_alive, powers.max(1e-13), &row);
        assert_relative(model.p_alive_at(&customer, horizon).unwrap(), later, 1e-11, &row);
        assert_relative(
            model.expected_purchases(&customer, horizon).unwrap(),
            expected,
            1e-11,
            &row,
        );
        assert_relative(model.p_n_purchases(&customer, n, horizon).unwrap(), p_n, 1e-11, &row);
        let found = model.p_n_purchases_new_customer(n, horizon).unwrap();
        assert_relative(found, new, 1e-11, &row);
    }
}

#[track_caller]
fn assert_relative(found: f64, exact: f64, tolerance: f64, row: &[f64]) {
    let error = (found - exact).abs();
    assert!(error <= tolerance * exact.abs() + 1e-300, "{row:?}: {found}, {exact}");
}

#[test]
fn parameters_come_back_from_simulated_customers() {
    let truth = MbgNbd::new(0.8, 5.0, 1.0, 3.0).unwrap();
    let customers = truth.simulate(&vec![60.0; 20_000], 11, Threads::default()).unwrap();
    let fit = MbgNbd::fit(&customers, &FitOptions::default()).unwrap();
    let errors = fit.standard_errors().unwrap();
    for ((found, truth), error) in fit.model.values().iter().zip(truth.values()).zip(errors) {
        assert!((found - truth).abs() < 4.0 * error, "{found} ± {error}, truth {truth}");
    }
    // What is expected of new customers is what they did.
    let bought: f64 = customers.frequency().iter().map(|&x| f64::from(x)).sum::<f64>() / 20_000.0;
    assert_close(truth.expected_purchases_new_customer(60.0).unwrap(), bought, 0.03);
}

#[test]
fn many_customers_have_the_bits_of_one() {
    let model = MbgNbd::new(0.5248, 6.183, 0.8914, 1.614).unwrap();
    let customers = model.simulate(&vec![52.0; 3000], 3, Threads::default()).unwrap();
    let (mut alive, mut expected) = (vec![0.0; 3000], vec![0.0; 3000]);
    model.p_alive_into(&customers, &mut alive, Threads::default()).unwrap();
    model.expected_purchases_into(&customers, 26.0, &mut expected, Threads::default()).unwrap();
    for row in 0..3000 {
        let one = customers.history(row);
        assert_eq!(alive[row], model.p_alive(&one));
        assert_eq!(expected[row], model.expected_purchases(&one, 26.0).unwrap());
    }
}
