//! The BG/BB: the published fit, 100-digit arithmetic, simulated customers, opportunities of a log.

use crate::common::{assert_close, reference};
use loyalty_core::Error;
use loyalty_core::estimation::{FitOptions, Parameters, Stop};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgBb, Discounting, PurchaseKind, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};
use loyalty_core::time::Unit;

#[test]
fn every_prediction_matches_high_precision() {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers")]
    let whole = |number: f64| number as u32;
    for row in reference::<18>("bg_bb.csv") {
        let (model, rest) = row.split_at(4);
        let [x, t_x, t, ahead, n, rate] = rest[..6].try_into().unwrap();
        let exact: [f64; 8] = rest[6..].try_into().unwrap();
        let model = BgBb::new(model[0], model[1], model[2], model[3]).unwrap();
        let customer = History::new(whole(x), t_x, t).unwrap();
        let summary = CustomerSummary::new(&SummaryColumns::new(&[x], &[t_x], &[t])).unwrap();
        let forever = Discounting::continuous(f64::INFINITY, rate).unwrap();
        let mut counts = [0.0; 4];
        model.purchase_distribution(&customer, ahead, &mut counts).unwrap();
        let found = [
            model.log_likelihood(&summary).unwrap(),
            model.p_alive(&customer),
            1.0 - model.p_alive(&customer),
            model.p_alive_at(&customer, ahead).unwrap(),
            model.expected_purchases(&customer, ahead).unwrap(),
            model.discounted_purchases(&customer, &forever),
            model.p_n_purchases(&customer, whole(n), ahead).unwrap(),
            counts[3],
        ];
        for (place, (found, exact)) in found.into_iter().zip(exact).enumerate() {
            // ln L of what is nearly certain is a small sum of larger terms, and 1 − P(alive) is taken as a
            // difference here.
            let least = if place == 0 || place == 2 { 1.0 } else { 1e-300 };
            let error = (found - exact).abs() / exact.abs().max(least);
            assert!(error <= 1e-12, "{row:?}: {place} {found}, not {exact}");
        }
        assert_close(counts.iter().sum(), 1.0, 1e-12);
    }
}

#[test]
fn parameters_come_back_and_many_customers_have_the_bits_of_one() {
    let truth = BgBb::new(1.2, 0.75, 0.66, 2.8).unwrap().with_unit(Some(Unit::CalendarYear));
    let opportunities: Vec<f64> = (0..30_000).map(|row| f64::from(4 + row % 12)).collect();
    let customers = truth.simulate(&opportunities, 3, Threads::default()).unwrap();
    assert_eq!(customers, truth.simulate(&opportunities, 3, Threads::ONE).unwrap());
    let fit = BgBb::fit(&customers, &FitOptions::default()).unwrap();
    assert_eq!((fit.stop, fit.model.unit()), (Stop::Converged, Some(Unit::CalendarYear)));
    let errors = fit.model.values().into_iter().zip(fit.covariance.unwrap().standard_errors());
    for ((found, error), truth) in errors.zip(truth.values()) {
        assert!((found - truth).abs() < 4.0 * error, "{found} ± {error}, truth {truth}");
        assert!(error < 0.3 * truth, "{found} ± {error}");
    }
    let year = Discounting::per_period(5, 1.0, 0.1).unwrap();
    let [mut alive, mut expected, mut discounted] = [(); 3].map(|()| vec![0.0; customers.len()]);
    truth.p_alive_into(&customers, &mut alive, Threads::default()).unwrap();
    truth.expected_purchases_into(&customers, 5.0, &mut expected, Threads::default()).unwrap();
    truth.discounted_purchases_into(&customers, &year, &mut discounted, Threads::ONE).unwrap();
    for row in (0..customers.len()).step_by(97) {
        let one = customers.history(row);
        assert_eq!(alive[row], truth.p_alive(&one));
        assert_eq!(expected[row], truth.expected_purchases(&one, 5.0).unwrap());
        assert_eq!(discounted[row], truth.discounted_purchases(&one, &year));
    }
}

#[test]
fn expected_purchases_are_those_of_simulated_customers() {
    let truth = BgBb::new(0.9, 1.4, 0.8, 3.0).unwrap();
    let (until, ahead, n) = (6.0, 4.0, 400_000);
    let whole = truth.simulate(&vec![until + ahead; n], 9, Threads::default()).unwrap();
    let expected = truth.expected_purchases_new_customer(until + ahead).unwrap();
    let counts = whole.frequency().iter().map(|&x| f64::from(x));
    let mean = counts.clone().sum::<f64>() / n as f64;
    let variance = counts.map(|x| (x - mean) * (x - mean)).sum::<f64>() / n as f64;
    let z = (mean - expected) / (variance / n as f64).sqrt();
    assert!(z.abs() < 4.0, "{mean}, expected {expected}");
    let none = whole.frequency().iter().filter(|&&x| x == 0).count() as f64 / n as f64;
    let p = truth.p_n_purchases_new_customer(0, until + ahead).unwrap();
    assert!((none - p).abs() < 4.0 * (p * (1.0 - p) / n as f64).sqrt(), "{none}, {p}");
}

#[test]
fn time_that_counts_no_opportunities_is_refused() {
    let model = BgBb::new(1.2, 0.75, 0.66, 2.8).unwrap();
    for (x, t_x, t, column) in [
        (2.0, 30.43, 38.0, "recency"),
        (2.0, 30.0, 38.86, "T"),
        (5.0, 4.0, 6.0, "recency"),
        (1.0, 2.0, 2e6, "T"),
    ] {
        let summary = CustomerSummary::new(&SummaryColumns::new(&[0.0, x], &[0.0, t_x], &[3.0, t]));
        let summary = summary.unwrap();
        let refused = |result: Result<(), Error>| match result {
            Err(Error::Value { column: found, row, .. }) => assert_eq!((&*found, row), (column, 1)),
            other => panic!("{other:?}"),
        };
        refused(model.p_alive_into(&summary, &mut [0.0; 2], Threads::ONE));
        refused(model.log_likelihood(&summary).map(|_| ()));
        refused(BgBb::fit(&summary, &FitOptions::default()).map(|_| ()));
    }
}

#[test]
fn far_horizons_and_long_silences_stay_finite() {
    let ends = [1e-50, 1e-3, 1.0, 1e3, 1e50];
    for (one, other) in ends.into_iter().flat_map(|one| ends.map(|other| (one, other))) {
        for model in [[one, other, 0.7, 2.0], [0.7, 2.0, one, other], [one, 1.0, other, 1.0]] {
            let model = BgBb::new(model[0], model[1], model[2], model[3]).unwrap();
            for (x, t_x, t) in [(0, 0.0, 0.0), (0, 0.0, 3000.0), (40, 40.0, 3000.0), (2, 3.0, 3.0)]
            {
                let one = History::new(x, t_x, t).unwrap();
                let alive = model.p_alive(&one);
                assert!((0.0..=1.0).contains(&alive), "{model:?} {one:?}: {alive}");
                for horizon in [0.0, 0.5, 3.0, 5e4, 1e50] {
                    let expected = model.expected_purchases(&one, horizon).unwrap();
                    let most = (1.0 + 1e-12) * horizon.floor();
                    assert!((0.0..=most).contains(&expected), "{model:?} {one:?}: {expected}");
                }
                let mut counts = [0.0; 5];
                model.purchase_distribution(&one, 12.0, &mut counts).unwrap();
                assert_close(counts.iter().sum(), 1.0, 1e-11);
            }
        }
    }
}

#[test]
fn it_is_of_the_family() {
    let kind: PurchaseKind = "bg-bb".parse().unwrap();
    assert_eq!((kind, kind.title(), kind.code()), (PurchaseKind::BgBb, "BG/BB", 7));
}
