//! The correlation of frequency and value, against scipy and against what is known.

#![allow(clippy::unreadable_literal, reason = "numbers as they were computed")]

use crate::common::random::Random;
use crate::common::{assert_close, cdnow_split};
use loyalty_core::evaluation::{Correlation, FrequencyValueCorrelation};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::summary::{CustomerSummary, SummaryColumns};

fn summary(x: &[f64], mean: &[f64], weights: Option<&[f64]>) -> CustomerSummary {
    let t_x: Vec<f64> = x.iter().map(|&x| if x > 0.0 { 5.0 } else { 0.0 }).collect();
    let t = vec![9.0; x.len()];
    let mut columns = SummaryColumns::new(x, &t_x, &t);
    columns.monetary_value = Some(Column::new("mean", mean));
    columns.weights = weights.map(|weights| Column::new("weights", weights));
    CustomerSummary::new(&columns).unwrap()
}

fn of(x: &[f64], mean: &[f64]) -> Option<FrequencyValueCorrelation> {
    FrequencyValueCorrelation::of(&summary(x, mean, None), 0.95, Threads::ONE).unwrap()
}

#[test]
fn cdnow_has_the_correlations_of_scipy() {
    // scipy 1.17 pearsonr, confidence_interval and spearmanr. Some means are equal in exact sums of
    // money and not in rounded ones, which moves the ranks a little.
    let found = FrequencyValueCorrelation::of(&cdnow_split().calibration, 0.95, Threads::ONE)
        .unwrap()
        .unwrap();
    assert_eq!(found.customers, 946.0);
    let Correlation { coefficient, p_value, lower, upper, .. } = found.pearson;
    assert_close(coefficient, 0.11388791939125481, 1e-14);
    assert_close(p_value, 0.0004486849172808684, 1e-11);
    assert_close(lower, 0.050515935390870806, 1e-13);
    assert_close(upper, 0.17634649109112668, 1e-13);
    assert_close(found.spearman.coefficient, 0.20631375954848638, 1e-5);
    assert_close(found.spearman.p_value, 1.491234743014607e-10, 1e-3);
    let alone =
        FrequencyValueCorrelation::pearson_of(&cdnow_split().calibration, 0.95, Threads::ONE)
            .unwrap();
    assert_eq!(alone, Some(found.pearson));
    assert!(found.exceeds(0.05) && !found.exceeds(0.1));
}

#[test]
fn only_those_with_an_amount_take_part() {
    let (x, mean) = ([1.0, 2.0, 3.0, 4.0], [10.0, 30.0, 20.0, 40.0]);
    let plain = of(&x, &mean);
    let more = of(&[0.0, 1.0, 2.0, 3.0, 4.0, 9.0], &[0.0, 10.0, 30.0, 20.0, 40.0, 0.0]);
    assert_eq!(plain, more);
    assert_close(plain.unwrap().spearman.coefficient, 0.8, 1e-15);
}

#[test]
fn weights_count_as_customers() {
    let (x, mean) = ([1.0, 2.0, 3.0, 2.0, 5.0], [10.0, 30.0, 20.0, 11.0, 18.0]);
    let weights = [2.0, 1.0, 3.0, 1.0, 1.0];
    let weighted = summary(&x, &mean, Some(&weights));
    let weighted = FrequencyValueCorrelation::of(&weighted, 0.95, Threads::ONE).unwrap().unwrap();
    let twice = |column: [f64; 5]| {
        let [a, b, c, d, e] = column;
        [a, a, b, c, c, c, d, e]
    };
    let repeated = of(&twice(x), &twice(mean)).unwrap();
    assert_eq!(weighted.customers, repeated.customers);
    for (one, other) in
        [(weighted.pearson, repeated.pearson), (weighted.spearman, repeated.spearman)]
    {
        assert_close(one.coefficient, other.coefficient, 1e-13);
        assert_close(one.p_value, other.p_value, 1e-12);
    }
}

#[test]
fn without_variation_there_is_none() {
    assert_eq!(of(&[1.0, 2.0, 3.0], &[1.0, 5.0, 2.0]), None);
    assert_eq!(of(&[0.0; 5], &[0.0; 5]), None);
    assert_eq!(of(&[2.0; 5], &[1.0, 2.0, 3.0, 4.0, 5.0]), None);
    assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[7.1; 5]), None);
}

#[test]
fn a_perfect_relation_is_certain() {
    let x = [1.0, 2.0, 3.0, 4.0, 5.0];
    let up = of(&x, &[2.0, 4.0, 6.0, 8.0, 10.0]).unwrap();
    assert_close(up.pearson.coefficient, 1.0, 1e-15);
    assert!(up.pearson.p_value < 1e-20 && up.pearson.upper <= 1.0);
    let down = of(&x, &[1e50, 1e40, 1e30, 1e20, 1e-50]).unwrap();
    assert_eq!(down.spearman.coefficient, -1.0);
    assert_eq!(
        (down.spearman.lower, down.spearman.upper, down.spearman.p_value),
        (-1.0, -1.0, 0.0)
    );
    assert!(down.pearson.coefficient < 0.0 && down.pearson.lower >= -1.0);
}

#[test]
fn bad_questions_are_refused() {
    let (x, t) = ([1.0; 5], [9.0; 5]);
    let without = CustomerSummary::new(&SummaryColumns::new(&x, &x, &t)).unwrap();
    let expected =
        "the frequency-value correlation needs the column \"monetary_value\", which is missing";
    let error = FrequencyValueCorrelation::of(&without, 0.95, Threads::ONE).unwrap_err();
    assert_eq!(error.to_string(), expected);
    for level in [0.0, 1.0, f64::NAN, -1.0, 95.0] {
        let customers = summary(&[1.0, 2.0], &[1.0, 2.0], None);
        let error =
            FrequencyValueCorrelation::of(&customers, level, Threads::ONE).unwrap_err().to_string();
        assert_eq!(error, format!("level must be above 0 and below 1, got {level}"));
    }
}

/// Intervals at 95 % hold the truth, 0, about as often, and the p-value is below 5 % in about as many.
#[test]
fn the_tests_hold_their_level() {
    let mut random = Random::new(5);
    let (mut covered, mut rejected) = ([0; 2], [0; 2]);
    for _ in 0..600 {
        let x: Vec<f64> = (0..80).map(|_| 1.0 + f64::from(random.below(6))).collect();
        let mean: Vec<f64> = (0..80).map(|_| random.gamma(4.0, 0.1)).collect();
        let found = of(&x, &mean).unwrap();
        for (i, r) in [found.pearson, found.spearman].into_iter().enumerate() {
            covered[i] += u32::from(r.lower <= 0.0 && 0.0 <= r.upper);
            rejected[i] += u32::from(r.p_value < 0.05);
        }
    }
    // 570 and 30, and three standard errors of 5.3.
    for i in 0..2 {
        assert!((554..=586).contains(&covered[i]), "{covered:?}");
        assert!((14..=46).contains(&rejected[i]), "{rejected:?}");
    }
}
