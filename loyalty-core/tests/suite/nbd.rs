//! The NBD against 60-digit arithmetic, and against the BG/NBD whose customers do not leave.

use crate::common::{assert_close, cdnow_split, reference};
use loyalty_core::estimation::{FitOptions, Parameters, Stop};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, Nbd, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};

#[test]
fn every_prediction_matches_high_precision() {
    for row in reference::<10>("nbd.csv") {
        let [r, alpha, x, t_x, t, horizon, n, ln_l, expected, p_n] = row;
        let model = Nbd::new(r, alpha).unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers")]
        let (count, n) = (x as u32, n as u32);
        let customer = History::new(count, t_x, t).unwrap();
        let summary = CustomerSummary::new(&SummaryColumns::new(&[x], &[t_x], &[t])).unwrap();
        let found = model.log_likelihood(&summary).unwrap();
        assert!((found - ln_l).abs() <= 3e-15 * (ln_l.abs() + r + x), "{row:?}: {found}");
        assert_close(model.expected_purchases(&customer, horizon).unwrap(), expected, 1e-14);
        let found = model.p_n_purchases(&customer, n, horizon).unwrap();
        assert!((found - p_n).abs() <= 1e-11 * p_n + 1e-300, "{row:?}: {found}, {p_n}");
    }
}

#[test]
fn it_is_the_limit_of_models_with_dropout() {
    let (nbd, bg) = (Nbd::new(0.8, 5.0).unwrap(), BgNbd::new(0.8, 5.0, 1e-9, 1.0).unwrap());
    let customer = History::new(3, 20.0, 39.0).unwrap();
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    let both = |f: &dyn Fn(&dyn PurchaseModel) -> f64| (f(&nbd), f(&bg));
    for (ours, limit) in [
        both(&|model| model.expected_purchases(&customer, 52.0).unwrap()),
        both(&|model| model.p_no_purchase(&customer, 52.0).unwrap()),
        both(&|model| model.discounted_purchases(&customer, &year)),
        both(&|model| model.expected_purchases_new_customer(52.0).unwrap()),
    ] {
        assert_close(ours, limit, 1e-5);
    }
    let mut distribution = [0.0; 40];
    nbd.purchase_distribution(&customer, 52.0, &mut distribution).unwrap();
    assert_close(distribution.iter().sum(), 1.0, 1e-13);
}

#[test]
fn parameters_come_back_and_many_customers_have_the_bits_of_one() {
    let truth = Nbd::new(0.8, 5.0).unwrap();
    let customers = truth.simulate(&vec![60.0; 20_000], 11, Threads::default()).unwrap();
    let fit = Nbd::fit(&customers, &FitOptions::default()).unwrap();
    assert_eq!(fit.stop, Stop::Converged);
    let errors = fit.standard_errors().unwrap();
    for ((found, truth), error) in fit.model.values().iter().zip(truth.values()).zip(errors) {
        assert!((found - truth).abs() < 4.0 * error, "{found} ± {error}, truth {truth}");
    }
    let mut expected = vec![0.0; customers.len()];
    truth.expected_purchases_into(&customers, 26.0, &mut expected, Threads::default()).unwrap();
    for row in (0..customers.len()).step_by(97) {
        let one = truth.expected_purchases(&customers.history(row), 26.0).unwrap();
        assert_eq!(expected[row], one);
    }
}

#[test]
fn cdnow_is_seen_to_leave() {
    let split = cdnow_split();
    let fit = Nbd::fit(&split.calibration, &FitOptions::default()).unwrap();
    let dropout = BgNbd::fit(&split.calibration, &FitOptions::default()).unwrap();
    assert_eq!(fit.stop, Stop::Converged);
    assert!(dropout.log_likelihood - fit.log_likelihood > 50.0, "{}", fit.log_likelihood);
}
