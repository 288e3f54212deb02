//! CDNOW: predictions against the published ones.
//!
//! The published optimisers stop a little before the maximum, which a prediction magnifies more or
//! less; where a tolerance is wider than the digits printed, that is why.

#![allow(clippy::unreadable_literal, reason = "numbers as they are published")]

use crate::common::{assert_all_close, assert_close, cdnow_model, cdnow_split};
use loyalty_core::estimation::FitOptions;
use loyalty_core::orders::{Column, CustomerId};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};

/// The maximum of our fit, which CLVTools and BTYD come close to.
fn fitted() -> (CustomerSummary, Vec<u32>, BgNbd, GammaGamma) {
    let split = cdnow_split();
    let options = FitOptions::default();
    let purchases = BgNbd::fit(&split.calibration, &options).unwrap().model;
    let spend = GammaGamma::fit(&split.calibration, &options).unwrap().model;
    (split.calibration, split.holdout_frequency, purchases, spend)
}

fn row_of(customers: &CustomerSummary, id: i64) -> usize {
    let ids = customers.customers().unwrap();
    (0..customers.len()).find(|&row| ids.get(row) == CustomerId::Int(id)).unwrap()
}

#[test]
fn single_customers_have_the_published_predictions() {
    // CLVTools 0.12.1: P(alive), expected purchases in 39 weeks, expected spend.
    let (customers, _, purchases, spend) = fitted();
    for (id, x, days, p_alive, expected, amount) in [
        (1, 2, (213.0, 272.0), 0.7266198, 1.2259933, 24.654031),
        (10, 0, (0.0, 272.0), 1.0, 0.1947936, 35.170499),
        (100, 1, (167.0, 268.0), 0.6469913, 0.6268518, 28.951103),
        (1000, 4, (171.0, 235.0), 0.6802675, 2.3525786, 18.130662),
    ] {
        let row = row_of(&customers, id);
        let customer = customers.history(row);
        assert_eq!(customer, History::new(x, days.0 / 7.0, days.1 / 7.0).unwrap(), "customer {id}");
        assert_close(purchases.p_alive(&customer), p_alive, 1.8e-6);
        assert_close(purchases.expected_purchases(&customer, 39.0).unwrap(), expected, 2.1e-6);
        let mean = customers.monetary_value().unwrap()[row];
        assert_close(spend.expected_spend(customer.x(), mean).unwrap(), amount, 5.1e-6);
    }
}

#[test]
fn a_regular_customer_has_the_published_predictions() {
    // BTYD walkthrough: customer 1516.
    let (customers, _, model, _) = fitted();
    let customer = customers.history(row_of(&customers, 1516));
    assert_eq!(customer, History::new(26, 216.0 / 7.0, 31.0).unwrap());
    assert_close(model.expected_purchases(&customer, 52.0).unwrap(), 25.7565864, 3e-5);
    assert_close(model.p_alive(&customer), 0.968852262, 2.3e-6);
}

#[test]
fn a_long_silence_weighs_more_the_more_one_bought() {
    // BTYD walkthrough: recency 20 and T 39 weeks, purchases in the next 52.
    let (_, _, model, _) = fitted();
    for (x, expected) in
        [(10, 0.347460647), (15, 0.0428339138), (20, 0.00415897273), (25, 0.000358368527)]
    {
        let customer = History::new(x, 20.0, 39.0).unwrap();
        assert_close(model.expected_purchases(&customer, 52.0).unwrap(), expected, 7.3e-5);
    }
}

#[test]
fn a_new_customer_has_the_published_expectation() {
    // BTYD walkthrough.
    let (_, _, model, _) = fitted();
    assert_close(model.expected_purchases_new_customer(52.0).unwrap(), 1.44400433, 5.6e-6);
    // lifetimes' test suite, four decimals and a fit to histories rounded to hundredths of a week.
    for (t, expected) in [
        (0.1429, 0.0078),
        (1.0, 0.0532),
        (3.0, 0.1506),
        (31.8571, 1.0405),
        (32.0, 1.0437),
        (78.0, 1.8576),
    ] {
        let got = model.expected_purchases_new_customer(t).unwrap();
        assert!((got - expected).abs() < 5e-5 + 1.7e-4 * expected, "t = {t}: {got}");
    }
}

#[test]
fn customers_by_number_of_purchases_are_the_published_ones() {
    // BTYD walkthrough: expected customers with x from 0 to 6, and from 7 to 29, the most observed
    // (printed there as 7 and more).
    let (customers, _, model, _) = fitted();
    let expected_with = |n: u32| -> f64 {
        let probability = |&t: &f64| model.p_n_purchases_new_customer(n, t).unwrap();
        customers.t().iter().map(probability).sum()
    };
    assert_eq!(customers.frequency().iter().max(), Some(&29));
    let mut expected: Vec<f64> = (0..7).map(expected_with).collect();
    expected.push((7..=29).map(expected_with).sum());
    let published = [1407.682, 460.322, 192.464, 101.166, 59.848, 38.120, 25.549, 71.226];
    assert_all_close(&expected, &published, 2.2e-5);
    let all: f64 = expected.iter().sum::<f64>() + (30..400).map(expected_with).sum::<f64>();
    assert_close(all, 2357.0, 1e-13);
}

#[test]
fn future_purchases_by_past_ones_are_the_published_ones() {
    // BTYD walkthrough: mean over customers with x from 0 to 6, and 7 or more; actual, then expected.
    let (customers, holdout, model, _) = fitted();
    let mut expected = vec![0.0; customers.len()];
    model.expected_purchases_into(&customers, 39.0, &mut expected, Threads::default()).unwrap();
    let mut sums = [[0.0; 3]; 8];
    for (row, &x) in customers.frequency().iter().enumerate() {
        let terms = [1.0, f64::from(holdout[row]), expected[row]];
        sums[x.min(7) as usize].iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }
    let mean = |part: usize| sums.map(|sum| sum[part] / sum[0]);
    let actual = [0.23671, 0.69704, 1.39252, 1.56, 2.53226, 2.94737, 3.86207, 6.35938];
    assert_all_close(&mean(1), &actual, 6.6e-6);
    let published =
        [0.225089, 0.523136, 1.044126, 1.520256, 2.163824, 2.653789, 3.503957, 6.157036];
    assert_all_close(&mean(2), &published, 2.6e-5);
}

#[test]
fn tracking_by_the_week_gives_the_published_totals() {
    // BTYD walkthrough. A customer born at week s is expected to have made E[X(w − s)] repeat
    // purchases by the end of week w, where week 0 is the first birth of all.
    let (customers, _, model, _) = fitted();
    let longest = customers.t().iter().copied().fold(0.0, f64::max);
    let births: Vec<f64> = customers.t().iter().map(|t| longest - t).collect();
    let cumulative = |week: u32| -> f64 {
        let ages = births.iter().map(|birth| f64::from(week) - birth).filter(|&age| age > 0.0);
        ages.map(|age| model.expected_purchases_new_customer(age).unwrap()).sum()
    };
    let weeks = [20, 21, 22, 23, 24, 25, 39, 78].map(cumulative);
    let published = [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6, 2501.519, 4165.629];
    assert_all_close(&weeks, &published, 8.4e-6);
    let increments = [20, 21, 22, 23, 24, 25].map(|week| cumulative(week) - cumulative(week - 1));
    assert_all_close(&increments, &[76.865, 74.888, 73.046, 71.322, 69.704, 68.182], 7.6e-6);
}

#[test]
fn probabilities_of_counts_are_the_published_ones() {
    // BTYD and lifetimes test suites, at the parameters of the 2005 paper.
    let model = cdnow_model();
    let probability = |n, t| model.p_n_purchases_new_customer(n, t).unwrap();
    assert_close(probability(0, 39.0), 0.573786352, 1.7e-10);
    assert_close(probability(10, 2.0), 1.07868964e-7, 3.5e-10);
    let published = [
        0.00199952145,
        0.00151702363,
        0.00116331501,
        0.00090031479,
        0.000702363766,
        0.000551790243,
        0.000436191281,
        0.00034671714,
        0.000276961265,
        0.000222226048,
    ];
    for (n, expected) in (11..).zip(published) {
        assert_close(probability(n, 30.0), expected, 2.9e-9);
    }
}

#[test]
fn single_log_likelihoods_are_the_published_ones() {
    let log_likelihood = |model: &BgNbd, x: f64, t_x: f64, t: f64| {
        let (x, t_x, t) = ([x], [t_x], [t]);
        model.log_likelihood(&CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap())
    };
    // Fader & Hardie (2005), note 004: the spreadsheet's four decimals, at its fit and for histories
    // of whole days, both of which it shows rounded.
    let (_, _, fitted, _) = fitted();
    for (x, days, expected) in [
        (2.0, 213.0, -9.4596),
        (1.0, 12.0, -4.4711),
        (0.0, 0.0, -0.5538),
        (7.0, 206.0, -21.8644),
        (10.0, 239.0, -27.3144),
    ] {
        let got = log_likelihood(&fitted, x, days / 7.0, 272.0 / 7.0).unwrap();
        assert!((got - expected).abs() < 5e-5, "x = {x}: {got}");
    }
    // Fader & Hardie (2013), note 027.
    let model = BgNbd::new(0.25, 4.0, 0.8, 2.5).unwrap();
    assert_close(log_likelihood(&model, 0.0, 0.0, 40.0).unwrap(), -0.59947382, 3.1e-9);
    assert_close(log_likelihood(&model, 200.0, 38.0, 40.0).unwrap(), 100.7957, 6.9e-8);
}

#[test]
fn spend_is_the_published_one() {
    // lifetimes' summary, rows 0 to 9, as Fader & Hardie (2013), note 025, print them; then with more
    // digits the distinct ones.
    let (customers, _, _, model) = fitted();
    let spend = |row: usize| {
        let mean = customers.monetary_value().unwrap()[row];
        model.expected_spend(customers.frequency()[row], mean).unwrap()
    };
    let printed = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17];
    for (row, printed) in printed.into_iter().enumerate() {
        assert!((spend(row) - printed).abs() <= 0.005, "row {row}: {}", spend(row));
    }
    let distinct = [0, 1, 2, 5, 8].map(spend);
    assert_all_close(&distinct, &[24.6540, 18.9103, 35.1704, 71.4646, 27.2820], 2e-5);
    // BTYD: f(z̄ = 35 | x = 3) at p 6, q 4, γ 16.
    let mut columns = SummaryColumns::new(&[3.0], &[1.0], &[1.0]);
    columns.monetary_value = Some(Column::new("mean", &[35.0]));
    let customer = CustomerSummary::new(&columns).unwrap();
    let density = GammaGamma::new(6.0, 4.0, 16.0).unwrap().log_likelihood(&customer).unwrap().exp();
    assert_close(density, 0.0162804074, 3.1e-9);
}
