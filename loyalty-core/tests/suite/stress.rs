//! Predictions where others overflow, divide nothing by nothing or lose their digits.

#![allow(clippy::unreadable_literal, reason = "numbers as they are published")]

use crate::common::random::Random;
use crate::common::{assert_close, cdnow_model, reference, whole};
use loyalty_core::evaluation::Predictions;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};
use proptest::prelude::*;

/// 60-digit arithmetic on the published formulas (mpmath), ten digits: P(alive) and purchases in the
/// next 39 weeks. PyMC-Marketing, CLVTools and BTYD give NaN for x = 2000 and 5000.
#[test]
fn frequent_buyers_have_exact_predictions() {
    let model = cdnow_model();
    for (x, t_x, p_alive, expected) in [
        (0, 0.0, 1.0, 0.195098052),
        (1, 1.71, 0.2121009854, 0.2031869871),
        (2, 30.43, 0.7265785701, 1.226028175),
        (10, 30.0, 0.5796336467, 4.21829888),
        (100, 38.0, 0.944749062, 65.34628904),
        (300, 38.0, 0.4783959196, 98.84106123),
        (500, 30.0, 1.073529412e-47, 3.693453173e-45),
        (1000, 38.8, 0.9968377342, 685.4677098),
        (5000, 38.8, 0.8595664297, 2953.809036),
    ] {
        let customer = History::new(x, t_x, 38.86).unwrap();
        assert_close(model.p_alive(&customer), p_alive, 1e-9);
        assert_close(model.expected_purchases(&customer, 39.0).unwrap(), expected, 1e-9);
    }
    // 2.5e-952 is no double.
    let gone = History::new(2000, 10.0, 38.86).unwrap();
    assert_eq!(model.p_alive(&gone), 0.0);
    assert_eq!(model.expected_purchases(&gone, 39.0).unwrap(), 0.0);
}

#[test]
fn a_new_customer_of_an_hour_has_an_expectation() {
    // lifetimes issue 302, where it is NaN there; value by mpmath.
    let model = BgNbd::new(0.11, 2.24, 0.31, 0.5).unwrap();
    let customer = History::new(0, 0.0, 1.0).unwrap();
    assert_close(model.expected_purchases(&customer, 30.0).unwrap(), 0.564588615533, 1e-12);
}

#[test]
fn the_published_formula_may_divide_nothing_by_nothing() {
    // At a = 1; lifetimes, CLVTools and clvkit give infinity or NaN; values by mpmath.
    let model = BgNbd::new(0.5, 5.0, 1.0, 2.0).unwrap();
    let customer = History::new(2, 10.0, 20.0).unwrap();
    assert_close(model.p_alive(&customer), 0.45550507323, 1e-11);
    assert_close(model.expected_purchases(&customer, 30.0).unwrap(), 0.998176346271, 1e-12);
    for step in [1e-15, 1e-12, 1e-9, 1e-6] {
        for a in [1.0 - step, 1.0 + step] {
            let nearby = BgNbd::new(0.5, 5.0, a, 2.0).unwrap();
            let expected = nearby.expected_purchases(&customer, 30.0).unwrap();
            assert_close(expected, 0.998176346271, 1e-12 + step);
        }
    }
}

#[test]
fn large_counts_have_exact_probabilities() {
    // By mpmath; lifetimes gives NaN from 171 on.
    let model = cdnow_model();
    for (n, expected) in [
        (0, 0.5737863521),
        (1, 0.1993952808),
        (10, 0.00359042954),
        (100, 5.534090539e-9),
        (160, 4.218902451e-12),
        (170, 1.312062971e-12),
        (171, 1.167797828e-12),
        (200, 4.070853553e-14),
        (1000, 1.839981011e-52),
    ] {
        assert_close(model.p_n_purchases_new_customer(n, 39.0).unwrap(), expected, 1e-9);
    }
}

/// Parameters and histories from customary to absurd, by scripts/reference_values. The probability
/// of a count loses digits where r is tiny and with it the probability to buy at all.
#[test]
fn predictions_match_high_precision_everywhere() {
    let mut worst = [0.0_f64; 3];
    for row in reference::<13>("bg_nbd.csv") {
        let [r, alpha, a, b, x, t_x, t, horizon, n, _, p_alive, expected, pmf] = row;
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let customer = History::new(whole(x), t_x, t).unwrap();
        let got = [
            (model.p_alive(&customer), p_alive),
            (model.expected_purchases(&customer, horizon).unwrap(), expected),
            (model.p_n_purchases_new_customer(whole(n), horizon).unwrap(), pmf),
        ];
        for (worst, (got, exact)) in worst.iter_mut().zip(got) {
            // Below the smallest normal number there are fewer digits.
            let error = (got - exact).abs() / exact.max(f64::MIN_POSITIVE);
            assert!(error.is_finite(), "got {got}, expected {exact} at {row:?}");
            *worst = worst.max(error);
        }
    }
    let [p_alive, expected, pmf] = worst;
    assert!(p_alive < 1.1e-14, "{p_alive:e}");
    assert!(expected < 2.6e-14, "{expected:e}");
    assert!(pmf < 4.4e-13, "{pmf:e}");
}

/// A positive number, uniform in its logarithm.
fn wide() -> impl Strategy<Value = f64> + Clone {
    (-6.0..6.0).prop_map(|exponent| f64::powf(10.0, exponent))
}

fn model() -> impl Strategy<Value = BgNbd> {
    (wide(), wide(), wide(), wide())
        .prop_map(|(r, alpha, a, b)| BgNbd::new(r, alpha, a, b).unwrap())
}

fn history() -> impl Strategy<Value = History> {
    let count = prop_oneof![Just(0_u32), 1..10_u32, wide().prop_map(|x| whole(x.ceil()))];
    let share = prop_oneof![Just(1.0), 1e-9..1.0, 0.99..1.0];
    (count, share, wide())
        .prop_map(|(x, share, t)| History::new(x, if x == 0 { 0.0 } else { share * t }, t).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn predictions_are_probabilities_and_finite_expectations(
        model in model(), customer in history(), horizon in wide(), rate in wide(),
    ) {
        let alive = model.p_alive(&customer);
        prop_assert!((0.0..=1.0).contains(&alive), "{alive}");
        let expected = model.expected_purchases(&customer, horizon).unwrap();
        prop_assert!(expected.is_finite() && expected >= 0.0, "{expected}");
        let later = model.expected_purchases(&customer, 2.0 * horizon).unwrap();
        prop_assert!(later.is_finite() && later >= expected * (1.0 - 1e-12), "{expected} {later}");
        let new = model.expected_purchases_new_customer(horizon).unwrap();
        prop_assert!(new.is_finite() && new > 0.0, "{new}");
        // No more than without dropout.
        prop_assert!(new <= model.r() * horizon / model.alpha() * (1.0 + 1e-12), "{new}");
        let stream = Discounting::continuous(horizon, rate).unwrap();
        let discounted = model.discounted_purchases(&customer, &stream);
        prop_assert!((0.0..=expected * (1.0 + 1e-12)).contains(&discounted), "{discounted}");
    }

    #[test]
    fn probabilities_of_counts_add_up_to_no_more_than_one(model in model(), t in wide()) {
        let mut sum = 0.0;
        for n in (0..50).chain([100, 1000, 1_000_000, u32::MAX]) {
            let probability = model.p_n_purchases_new_customer(n, t).unwrap();
            prop_assert!((0.0..=1.0).contains(&probability), "n = {n}: {probability}");
            sum += probability;
        }
        prop_assert!(sum <= 1.0 + 1e-12, "{sum}");
    }

    #[test]
    fn likelihoods_are_finite(
        model in model(), customer in history(), shapes in (wide(), wide(), wide()), mean in wide(),
    ) {
        let (x, t_x, t) = ([f64::from(customer.x())], [customer.t_x()], [customer.t()]);
        let mut columns = SummaryColumns::new(&x, &t_x, &t);
        let mean = [if customer.x() == 0 { 0.0 } else { mean }];
        columns.monetary_value = Some(loyalty_core::orders::Column::new("mean", &mean));
        let summary = CustomerSummary::new(&columns).unwrap();
        let purchases = model.log_likelihood(&summary).unwrap();
        prop_assert!(purchases.is_finite(), "{purchases}");
        let spend = GammaGamma::new(shapes.0, shapes.1, shapes.2).unwrap();
        let money = spend.log_likelihood(&summary).unwrap();
        prop_assert!(money.is_finite(), "{money}");
    }

    #[test]
    fn probabilities_and_expectation_agree(
        r in 0.05..5.0, alpha in 0.5..20.0, a in 1.5..5.0, b in 0.5..5.0, t in 0.1..20.0,
    ) {
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let (mut total, mut mean) = (0.0, 0.0);
        for n in 0..3000_u32 {
            let probability = model.p_n_purchases_new_customer(n, t).unwrap();
            total += probability;
            mean += f64::from(n) * probability;
        }
        prop_assert!((total - 1.0).abs() < 1e-12, "{total}");
        let expected = model.expected_purchases_new_customer(t).unwrap();
        prop_assert!((mean / expected - 1.0).abs() < 1e-10, "{mean} {expected}");
    }
}

/// Sums over so many rows are rounded by more than Newton's method has left to go: the search for the
/// slope has to end all the same.
#[test]
fn large_tables_have_a_calibration() {
    for slope in [0.55, 1.25] {
        let mut random = Random::new(7);
        let logistic = |z: f64| 1.0 / (1.0 + libm::exp(-z));
        let rows = (0..200_000).map(|_| {
            let z = 3.0 * (random.uniform() - 0.5);
            (logistic(z), random.uniform() < logistic(0.2 + slope * z))
        });
        let (probability, happened): (Vec<f64>, Vec<bool>) = rows.unzip();
        let found = Predictions::new(&probability, &happened).unwrap().calibration().unwrap();
        assert!((found.slope - slope).abs() < 0.02, "{found:?} of {slope}");
        assert!((found.intercept - 0.2).abs() < 0.02, "{found:?} of {slope}");
    }
}
