//! Intervals by the delta method, and what a fit says of its own certainty.

use crate::common::cdnow_split;
use loyalty_core::Error;
use loyalty_core::estimation::{Fit, FitOptions, Identification, Scale, Towards};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::value::{Margin, clv_intervals, clv_total_interval};

fn fits(customers: &CustomerSummary) -> (Fit<BgNbd>, Fit<GammaGamma>) {
    let options = FitOptions::default();
    (BgNbd::fit(customers, &options).unwrap(), GammaGamma::fit(customers, &options).unwrap())
}

/// logit P(alive) = ln((b+x−1)/a) − (r+x) ln((α+T)/(α+t_x)), differentiated by hand.
#[test]
fn the_interval_of_p_alive_is_that_of_its_analytic_gradient() {
    let split = cdnow_split();
    let customers = &split.calibration;
    let (fit, _) = fits(customers);
    let found = fit
        .intervals(0.95, Scale::Logit, customers.len(), |model, out| {
            model.p_alive_into(customers, out, Threads::ONE)
        })
        .unwrap();
    let (r, alpha, a, b) = (fit.model.r(), fit.model.alpha(), fit.model.a(), fit.model.b());
    let covariance = fit.covariance.as_ref().unwrap();
    for row in 0..customers.len() {
        let x = f64::from(customers.frequency()[row]);
        if x == 0.0 {
            let all = [&found.estimate, &found.lower, &found.upper].map(|column| column[row]);
            assert_eq!(all, [1.0; 3]);
            continue;
        }
        let (t_x, t) = (customers.recency()[row], customers.t()[row]);
        let since = ((alpha + t) / (alpha + t_x)).ln();
        let by_alpha = -(r + x) * (1.0 / (alpha + t) - 1.0 / (alpha + t_x));
        let gradient = [-since, by_alpha, -1.0 / a, 1.0 / (b + x - 1.0)];
        let mut variance: f64 = 0.0;
        for i in 0..4 {
            for j in 0..4 {
                variance += gradient[i] * gradient[j] * covariance.get(i, j);
            }
        }
        let p = found.estimate[row];
        let error = p * (1.0 - p) * variance.sqrt();
        assert!((found.standard_error[row] / error - 1.0).abs() < 1e-5, "row {row}");
        let logit = |p: f64| (p / (1.0 - p)).ln();
        let half = (logit(found.upper[row]) - logit(found.lower[row])) / 2.0;
        assert!((half / (1.959_963_984_540_054 * variance.sqrt()) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_higher_level_is_wider_and_no_end_leaves_the_domain() {
    let split = cdnow_split();
    let customers = &split.calibration;
    let (purchases, spend) = fits(customers);
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    let value = |level: f64, margin: Margin<'_>| {
        let threads = Threads::ONE;
        clv_intervals(&purchases, &spend, customers, &year, margin, level, threads).unwrap()
    };
    let (narrow, wide) = (value(0.5, Margin::Same(0.3)), value(0.99, Margin::Same(0.3)));
    for row in 0..customers.len() {
        let ends = [wide.lower[row], narrow.lower[row], narrow.upper[row], wide.upper[row]];
        assert!(ends.windows(2).all(|pair| pair[0] < pair[1]), "{ends:?}");
        assert!(wide.lower[row] > 0.0);
    }
    // A loss on every order turns the interval, and mirrors it.
    let loss = value(0.5, Margin::Same(-0.3));
    assert_eq!((loss.lower[7], loss.upper[7]), (-narrow.upper[7], -narrow.lower[7]));
    assert_eq!(loss.standard_error, narrow.standard_error);
}

/// Many customers share the error of the parameters, so the total's is far from that of independent
/// values, and at most their sum.
#[test]
fn the_total_is_between_independent_and_fully_dependent() {
    let split = cdnow_split();
    let customers = &split.calibration;
    let (purchases, spend) = fits(customers);
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    for margin in [Margin::Same(0.3), Margin::Same(-0.2)] {
        let threads = Threads::ONE;
        let each =
            clv_intervals(&purchases, &spend, customers, &year, margin, 0.95, threads).unwrap();
        let total = clv_total_interval(&purchases, &spend, customers, &year, margin, 0.95, threads);
        let total = total.unwrap();
        let sum: f64 = each.estimate.iter().sum();
        assert!((total.estimate[0] / sum - 1.0).abs() < 1e-12);
        let squares = each.standard_error.iter().map(|error| error * error).sum::<f64>().sqrt();
        let most: f64 = each.standard_error.iter().sum();
        let error = total.standard_error[0];
        assert!(squares < error && error <= most, "{squares} {error} {most}");
        assert!(total.lower[0] < sum && sum < total.upper[0]);
    }
}

#[test]
fn no_interval_without_a_covariance_or_at_no_level() {
    // Constant recency at the end: nobody is seen to leave.
    let customers =
        CustomerSummary::new(&SummaryColumns::new(&[3.0; 20], &[30.0; 20], &[30.0; 20])).unwrap();
    let fit = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
    let Identification::Boundary { parameters, .. } = &fit.identification else {
        panic!("{}", fit.identification)
    };
    assert!(!parameters.is_empty());
    let error = fit.parameter_intervals(0.95).unwrap_err();
    assert!(matches!(error, Error::NotConverged { .. }), "{error}");
    let split = cdnow_split();
    let (fit, _) = fits(&split.calibration);
    for level in [0.0, 1.0, f64::NAN, 95.0] {
        let error = fit.parameter_intervals(level).unwrap_err();
        assert!(matches!(&error, Error::Parameter { name, .. } if name == "level"), "{error}");
    }
}

#[test]
fn limits_are_named_with_what_they_mean() {
    let t: Vec<f64> = (0..40).map(|i| 20.0 + f64::from(i)).collect();
    // Nobody leaves.
    let x: Vec<f64> = (0..40).map(|i| f64::from(1 + i * 7 % 9)).collect();
    let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t, &t)).unwrap();
    let fit = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
    assert!(fit.identification.to_string().contains("nobody is seen to leave"), "{fit:?}");
    // Everybody buys at one rate, and some leave.
    let stays = |i: i32| ((20.0 + f64::from(i)) / 4.0).round();
    let x: Vec<f64> = (0..40).map(|i| if i % 3 == 0 { 2.0 } else { stays(i) }).collect();
    let t_x: Vec<f64> =
        (0..40).map(|i| if i % 3 == 0 { 8.0 } else { 20.0 + f64::from(i) }).collect();
    let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
    let fit = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
    let Identification::Boundary { parameters, meaning } = &fit.identification else {
        panic!("{}", fit.identification)
    };
    assert!(parameters.contains(&("r".into(), Towards::Infinity)), "{parameters:?}");
    assert!(meaning.contains("same rate"), "{meaning}");
    // CDNOW determines its parameters.
    let (purchases, spend) = fits(&cdnow_split().calibration);
    assert_eq!(purchases.identification, Identification::Interior);
    assert_eq!(spend.identification, Identification::Interior);
}
