//! CDNOW from the log: summaries and fits against the published ones.
//!
//! Reference values are from CLVTools 0.12.1, run on the same log, unless another source is named.
//! Its optimiser stops a little before the maximum, so parameters agree to fewer digits than it
//! prints, and our likelihood must be at least as high as at its parameters.

#![allow(clippy::unreadable_literal, reason = "numbers as they are published")]

use crate::common::{assert_all_close, assert_close, cdnow, cdnow_split, instant, weekly};
use loyalty_core::estimation::{Fit, FitOptions, Parameters, Stop};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CalibrationHoldout, CustomerSummary, SummaryOptions};
use loyalty_core::time::Unit;

fn bg_nbd(customers: &CustomerSummary) -> Fit<BgNbd> {
    BgNbd::fit(customers, &FitOptions::default()).unwrap()
}

fn gamma_gamma(customers: &CustomerSummary) -> Fit<GammaGamma> {
    GammaGamma::fit(customers, &FitOptions::default()).unwrap()
}

/// The likelihood is the published one, which has six decimals, or the maximum that the published
/// optimiser stopped short of by at most `short`.
#[track_caller]
fn assert_reaches(fit_log_likelihood: f64, published: f64, short: f64) {
    let gain = fit_log_likelihood - published;
    assert!((-5.1e-7..=5.1e-7 + short).contains(&gain), "{fit_log_likelihood}: {gain:e} higher");
}

/// Σ, mean absolute and root mean square error of the expected purchases in the holdout.
fn holdout_errors(split: &CalibrationHoldout, horizon: f64) -> [f64; 3] {
    let model = bg_nbd(&split.calibration).model;
    let mut expected = vec![0.0; split.calibration.len()];
    let threads = Threads::default();
    model.expected_purchases_into(&split.calibration, horizon, &mut expected, threads).unwrap();
    let n = expected.len() as f64;
    let errors = expected.iter().zip(&split.holdout_frequency).map(|(e, &x)| e - f64::from(x));
    let (absolute, squared) =
        errors.fold((0.0, 0.0), |(sum, square), e| (sum + e.abs(), square + e * e));
    [expected.iter().sum(), absolute / n, (squared / n).sqrt()]
}

#[test]
fn the_summary_has_the_published_counts() {
    let split = cdnow_split();
    let customers = &split.calibration;
    assert_eq!(customers.len(), 2357);
    assert_eq!(customers.frequency().iter().sum::<u32>(), 2457);
    assert_eq!(split.holdout_frequency.iter().sum::<u32>(), 1882);
    assert_eq!(split.holdout_duration, 39.0);
    assert_eq!(split.born_in_holdout, 0);
    // BTYD walkthrough: customers by x from 0 to 6, and 7 or more.
    let mut by_x = [0; 8];
    customers.frequency().iter().for_each(|&x| by_x[x.min(7) as usize] += 1);
    assert_eq!(by_x, [1411, 439, 214, 100, 62, 38, 29, 64]);
}

#[test]
fn the_repeaters_spend_the_published_mean() {
    // Fader & Hardie (2013), note 025, print 35.08, 30.28 and 27.50.
    let split = cdnow_split();
    let money = split.calibration.monetary_value().unwrap();
    let mut means: Vec<f64> = money.iter().copied().filter(|&mean| mean > 0.0).collect();
    means.sort_by(f64::total_cmp);
    let n = means.len() as f64;
    assert_eq!(means.len(), 946);
    let mean = means.iter().sum::<f64>() / n;
    let squares = means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>();
    assert_close(mean, 35.0778, 1.5e-6);
    assert_close((squares / (n - 1.0)).sqrt(), 30.2835, 1.7e-6);
    assert_close(0.5 * (means[472] + means[473]), 27.4975, 1e-15);
}

#[test]
fn bg_nbd_finds_the_published_maximum() {
    let fit = bg_nbd(&cdnow_split().calibration);
    assert_eq!(fit.stop, Stop::Converged);
    assert_reaches(fit.log_likelihood, -9582.429207, 0.0);
    assert_all_close(&fit.model.values(), &[0.2425945, 4.4136019, 0.7929199, 2.4258881], 8e-6);
    assert_close(fit.aic(), 19172.858, 2.6e-8);
    assert_close(fit.bic(), 19195.919, 2.6e-8);
    assert_eq!((fit.customers, fit.left_out), (2357.0, 0.0));
}

#[test]
fn bg_nbd_is_at_least_as_likely_as_at_the_published_parameters() {
    let customers = cdnow_split().calibration;
    let published = BgNbd::new(0.2425945, 4.4136019, 0.7929199, 2.4258881).unwrap();
    let fit = bg_nbd(&customers);
    assert!(fit.log_likelihood >= published.log_likelihood(&customers).unwrap());
    let again = fit.model.log_likelihood(&customers).unwrap();
    assert_close(again, fit.log_likelihood, 1e-15);
}

#[test]
fn bg_nbd_has_the_published_covariance() {
    let fit = bg_nbd(&cdnow_split().calibration);
    let errors = fit.standard_errors().unwrap();
    assert_all_close(&errors, &[0.0125574, 0.3782239, 0.1857328, 0.7054068], 1.1e-5);
    let covariance = fit.covariance.unwrap();
    for (i, j, expected) in [
        (0, 0, 1.576877e-4),
        (1, 1, 0.143053287),
        (2, 2, 0.03449666),
        (3, 3, 0.4975988),
        (0, 1, 0.003706417),
        (0, 2, -8.784718e-5),
        (1, 2, -0.002865697),
        (1, 3, 0.01052296),
        (2, 3, 0.1232158),
    ] {
        assert_close(covariance.get(i, j), expected, 3.1e-5);
        assert_eq!(covariance.get(i, j), covariance.get(j, i));
    }
    // Nearly uncorrelated: the most sensitive entry.
    assert_close(covariance.get(0, 3), 6.563233e-5, 7.2e-5);
}

#[test]
fn gamma_gamma_finds_the_published_maximum() {
    let customers = cdnow_split().calibration;
    let fit = gamma_gamma(&customers);
    assert_eq!(fit.stop, Stop::Converged);
    assert_reaches(fit.log_likelihood, -4055.917695, 0.0);
    assert_all_close(&fit.model.values(), &[6.249349, 3.744256, 15.444307], 5.1e-5);
    assert_eq!((fit.customers, fit.left_out), (946.0, 0.0));
    assert_close(fit.model.expected_spend(0, 0.0).unwrap(), 35.1705, 3.7e-6);
    let published = GammaGamma::new(6.249349, 3.744256, 15.444307).unwrap();
    assert!(fit.log_likelihood >= published.log_likelihood(&customers).unwrap());
}

#[test]
fn gamma_gamma_has_the_published_covariance() {
    let fit = gamma_gamma(&cdnow_split().calibration);
    let errors = fit.standard_errors().unwrap();
    assert_all_close(&errors, &[1.189974, 0.290136, 4.159534], 6.9e-5);
    let covariance = fit.covariance.unwrap();
    for (i, j, expected) in [
        (0, 0, 1.4160383),
        (1, 1, 0.08417889),
        (2, 2, 17.3017269),
        (0, 1, -0.23194635),
        (0, 2, -4.8027391),
        (1, 2, 0.9920071),
    ] {
        assert_close(covariance.get(i, j), expected, 1.4e-4);
        assert_eq!(covariance.get(i, j), covariance.get(j, i));
    }
}

#[test]
fn holdout_errors_are_the_published_ones() {
    let [sum, mae, rmse] = holdout_errors(&cdnow_split(), 39.0);
    assert_close(sum, 1653.41, 3e-6);
    assert_close(mae, 0.785454, 6.4e-7);
    assert_close(rmse, 1.607982, 3.2e-7);
}

#[test]
fn the_full_period_has_the_published_fits() {
    let customers = cdnow().summarize(&weekly()).unwrap();
    let purchases = bg_nbd(&customers);
    assert_reaches(purchases.log_likelihood, -17138.233966, 2e-6);
    let published = [0.2535622, 5.4473369, 0.6071715, 2.6460356];
    assert_all_close(&purchases.model.values(), &published, 4.6e-4);
    let [r, alpha, a, b] = published;
    let there = BgNbd::new(r, alpha, a, b).unwrap().log_likelihood(&customers).unwrap();
    assert!(purchases.log_likelihood > there);

    let spend = gamma_gamma(&customers);
    assert_reaches(spend.log_likelihood, -4884.566338, 2e-5);
    assert_all_close(&spend.model.values(), &[4.685357, 4.188153, 24.368874], 9e-4);
    let there = GammaGamma::new(4.685357, 4.188153, 24.368874).unwrap();
    assert!(spend.log_likelihood > there.log_likelihood(&customers).unwrap());
}

#[test]
fn another_split_has_the_published_fit() {
    let split = cdnow().calibration_holdout(instant("1997-09-17"), &weekly()).unwrap();
    assert_eq!(split.holdout_frequency.iter().sum::<u32>(), 1994);
    assert_eq!(split.holdout_duration, 286.0 / 7.0);
    let fit = bg_nbd(&split.calibration);
    assert_reaches(fit.log_likelihood, -9134.880839, 0.0);
    let published = [0.2366379, 4.2081379, 0.9502849, 2.8657543];
    assert_all_close(&fit.model.values(), &published, 7.1e-5);
    // The errors move with the parameters, the sum most.
    let [sum, mae, rmse] = holdout_errors(&split, split.holdout_duration);
    assert_close(sum, 1632.90, 1.1e-5);
    assert_close(mae, 0.829728, 6.5e-7);
    assert_close(rmse, 1.711551, 1.1e-6);
}

#[test]
fn days_change_the_likelihood_by_their_number_in_a_week_and_no_parameter_but_alpha() {
    let days =
        cdnow().calibration_holdout(instant("1997-09-30"), &SummaryOptions::in_unit(Unit::Day));
    let (daily, weekly) = (bg_nbd(&days.unwrap().calibration), bg_nbd(&cdnow_split().calibration));
    // One density of a purchase time for every repeat purchase.
    let shift = weekly.log_likelihood - daily.log_likelihood;
    assert_close(shift, 2457.0 * 7.0_f64.ln(), 1e-15);
    let [r, alpha, a, b] = weekly.model.values()[..] else { panic!("four parameters") };
    assert_all_close(&daily.model.values(), &[r, 7.0 * alpha, a, b], 1e-11);
    assert_reaches(daily.log_likelihood, -14363.530471, 3e-5);
}

#[test]
fn gamma_gamma_with_the_first_purchase_finds_the_published_maximum() {
    let mut options = weekly();
    options.include_first = true;
    let split = cdnow().calibration_holdout(instant("1997-09-30"), &options).unwrap();
    let fit = gamma_gamma(&split.calibration);
    assert_reaches(fit.log_likelihood, -9898.450937, 0.0);
    assert_all_close(&fit.model.values(), &[9.881241, 3.398750, 7.928588], 4.6e-6);
    assert_eq!(fit.customers + fit.left_out, 2357.0);
}

#[test]
fn no_start_changes_the_fit() {
    // As far as a likelihood within 1e-12 of its maximum fixes the parameters.
    let customers = cdnow_split().calibration;
    let (purchases, spend) = (bg_nbd(&customers), gamma_gamma(&customers));
    let mut options = FitOptions::default();
    for start in [[1.0, 1.0, 1.0, 1.0], [0.01, 100.0, 0.01, 0.1], [5.0, 0.5, 30.0, 10.0]] {
        options.start = Some(start.to_vec());
        let fit = BgNbd::fit(&customers, &options).unwrap();
        assert_eq!(fit.stop, Stop::Converged);
        assert_all_close(&fit.model.values(), &purchases.model.values(), 2.1e-7);
        assert_close(fit.log_likelihood, purchases.log_likelihood, 1e-14);
    }
    for start in [[1.0, 1.0, 1.0], [0.1, 0.2, 300.0], [80.0, 30.0, 0.5]] {
        options.start = Some(start.to_vec());
        let fit = GammaGamma::fit(&customers, &options).unwrap();
        assert_eq!(fit.stop, Stop::Converged);
        assert_all_close(&fit.model.values(), &spend.model.values(), 3.4e-9);
        assert_close(fit.log_likelihood, spend.log_likelihood, 1e-14);
    }
}
