//! Goodness of fit against the figures published for CDNOW.

#![allow(clippy::unreadable_literal, reason = "numbers as they are published")]

use crate::common::random::Random;
use crate::common::{assert_all_close, assert_close, cdnow, cdnow_model, cdnow_split, instant};
use loyalty_core::Error;
use loyalty_core::estimation::FitOptions;
use loyalty_core::evaluation::{
    AliveOrder, HoldoutErrors, RepeatCounts, Tracking, alive_calibration,
};
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, Occasions, SummaryColumns, SummaryOptions};
use loyalty_core::time::{Clock, Unit};

fn fitted() -> BgNbd {
    BgNbd::fit(&cdnow_split().calibration, &FitOptions::default()).unwrap().model
}

fn weekly(orders: &Orders) -> Occasions {
    Occasions::of(orders, Clock::new(Unit::Week, None).unwrap()).unwrap()
}

/// Orders by customer and day, without amounts.
fn orders(lines: &[(i64, i64)]) -> Orders {
    let customer: Vec<i64> = lines.iter().map(|line| line.0).collect();
    let day: Vec<i64> = lines.iter().map(|line| line.1).collect();
    let columns = OrderColumns {
        customer: Column::new("customer", &customer[..]).into(),
        time: Column::new("day", &day),
        scale: TimeScale::Days,
        amount: None,
    };
    Orders::new(&columns, Invalid::Raise).unwrap()
}

#[test]
fn cdnow_has_the_published_chi_square() {
    // Fader, Hardie & Lee (2005), table 2: chi-square of 4.82 with 3 degrees of freedom, p = 0.19.
    let counts =
        RepeatCounts::of(&fitted(), &cdnow_split().calibration, 8, Threads::default()).unwrap();
    assert_eq!(counts.actual, [1411.0, 439.0, 214.0, 100.0, 62.0, 38.0, 29.0, 64.0]);
    // BTYD walkthrough; its last cell ends at 29, the most observed.
    let published = [1407.682, 460.322, 192.464, 101.166, 59.848, 38.120, 25.549];
    assert_all_close(&counts.expected[..7], &published, 2.2e-5);
    assert_close(counts.expected.iter().sum(), 2357.0, 1e-13);
    let test = counts.chi_square(4).unwrap();
    assert_eq!((test.statistic * 100.0).round(), 482.0);
    assert_eq!((test.degrees, (test.p_value * 100.0).round()), (3, 19.0));
}

#[test]
fn weights_count_as_customers() {
    let (x, t_x, t) = ([0.0, 2.0, 0.0], [0.0, 3.0, 0.0], [30.0, 9.0, 30.0]);
    let weights = [2.0, 1.0, 1.0];
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.weights = Some(Column::new("weights", &weights));
    let weighted = CustomerSummary::new(&columns).unwrap();
    let (x, t_x, t) = ([2.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 0.0], [9.0, 30.0, 30.0, 30.0]);
    let repeated = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
    let [weighted, repeated] = [weighted, repeated]
        .map(|table| RepeatCounts::of(&cdnow_model(), &table, 4, Threads::ONE).unwrap());
    assert_eq!(weighted.actual, repeated.actual);
    assert_all_close(&weighted.expected, &repeated.expected, 1e-14);
}

#[test]
fn cdnow_has_the_published_tracking() {
    // BTYD walkthrough: weeks 20 to 25.
    let (calibration_end, threads) = (Some(instant("1997-09-30")), Threads::default());
    let line = weekly(&cdnow());
    let track = Tracking::of(&fitted(), &line, 1.0, calibration_end, None, threads).unwrap();
    assert_eq!((track.customers, track.actual.len(), track.left_out), (2357, 78, 0));
    let published = [76.865, 74.888, 73.046, 71.322, 69.704, 68.182];
    assert_all_close(&track.expected[19..25], &published, 1e-5);
    let (actual, expected) = (track.cumulative_actual(), track.cumulative_expected());
    assert_eq!(actual[19..25], [1359.0, 1414.0, 1484.0, 1517.0, 1573.0, 1672.0]);
    let published = [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6];
    assert_all_close(&expected[19..25], &published, 2e-6);
    assert_eq!((actual[38], actual[77]), (2457.0, 4339.0));
    assert_all_close(&[expected[38], expected[77]], &[2501.519, 4165.629], 1e-5);
}

#[test]
fn tracking_has_the_same_bits_for_every_number_of_threads() {
    let (model, line) = (cdnow_model(), weekly(&cdnow()));
    let track = |threads| Tracking::of(&model, &line, 0.5, None, None, threads).unwrap();
    let alone = track(Threads::ONE);
    assert_eq!(alone.actual.len(), 156);
    for threads in [2, 3, 7] {
        assert_eq!(track(Threads::new(threads)), alone);
    }
    let counts = |threads| {
        RepeatCounts::of(&model, &cdnow_split().calibration, 20, Threads::new(threads)).unwrap()
    };
    assert_eq!(counts(1), counts(3));
}

/// E[X(t)] depends on the age alone, so that it is worked out once for all births that reach an age;
/// the sums have the bits of the sum over births of each period.
#[test]
fn tracking_is_the_sum_over_births_of_what_is_expected_at_their_ages() {
    let (model, log, end) = (cdnow_model(), cdnow(), Some(instant("1997-06-30")));
    for (unit, period) in
        [(Unit::Day, 1.0), (Unit::Day, 10.0), (Unit::Week, 1.0), (Unit::Month, 0.5)]
    {
        let line = Occasions::of(&log, Clock::new(unit, None).unwrap()).unwrap();
        let track = Tracking::of(&model, &line, period, None, end, Threads::default()).unwrap();
        let customers = line.summarize(end, false).unwrap();
        let oldest = customers.t().iter().copied().fold(0.0, f64::max);
        let mut births: Vec<f64> = customers.t().iter().map(|t| oldest - t).collect();
        births.sort_by(f64::total_cmp);
        let mut before = 0.0;
        for (number, &expected) in track.expected.iter().enumerate() {
            let end = (number + 1) as f64 * period;
            let born = births.chunk_by(|a, b| a == b).take_while(|born| born[0] < end);
            let at = |born: &[f64]| {
                let each = model.expected_purchases_new_customer(end - born[0]).unwrap();
                born.len() as f64 * each
            };
            let up_to: f64 = born.map(at).sum();
            assert_close(before + expected, up_to, 1e-11);
            before += expected;
        }
    }
}

#[test]
fn a_period_that_the_log_does_not_fill_is_left_out_and_counted() {
    let model = cdnow_model();
    // Days 0 to 10: one whole week.
    let line = weekly(&orders(&[(1, 0), (1, 6), (1, 7), (1, 10), (2, 3), (2, 4), (3, 9)]));
    let all = Tracking::of(&model, &line, 1.0, None, None, Threads::ONE).unwrap();
    assert_eq!((all.actual.clone(), all.left_out, all.customers), (vec![2.0], 2, 3));
    let day = 86_400_000_000;
    let early = Tracking::of(&model, &line, 1.0, Some(2 * day), Some(6 * day), Threads::ONE);
    let early = early.unwrap();
    assert_eq!((early.actual, early.left_out, early.customers), (vec![1.0], 0, 1));
    let expected = model.expected_purchases_new_customer(1.0).unwrap();
    assert_eq!(early.expected, [expected]);
}

#[test]
fn what_cannot_be_tracked_is_refused() {
    let (model, line) = (cdnow_model(), weekly(&orders(&[(1, 0), (1, 6), (2, 3)])));
    let track = |period, calibration_end| {
        let error = Tracking::of(&model, &line, period, calibration_end, None, Threads::ONE);
        error.unwrap_err().to_string()
    };
    assert_eq!(track(2.0, None), "the time line is empty: a log that fills at least one period");
    let nobody = "the time line is empty: a customer born before the calibration end";
    assert_eq!(track(1.0, Some(-86_400_000_000)), nobody);
    assert_eq!(track(1e-7, None), "period must be at least a 100000th of the log, got 0.0000001");
    for period in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let expected = format!("period must be finite and > 0, got {period}");
        assert_eq!(track(period, None), expected);
    }
    let daily = model.with_unit(Some(Unit::Day));
    let error = Tracking::of(&daily, &line, 1.0, None, None, Threads::ONE).unwrap_err();
    let expected = "the model is in day and the log in week: use the same unit for both";
    assert_eq!(error.to_string(), expected);
    let table = cdnow_split();
    for error in [
        RepeatCounts::of(&daily, &table.calibration, 3, Threads::ONE).unwrap_err(),
        HoldoutErrors::of(&daily, &table, Threads::ONE).unwrap_err(),
        alive_calibration(&daily, &table, 3, AliveOrder::Alive, Threads::ONE).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unit { .. }), "{error}");
    }
    for cells in [0, 100_001] {
        let error = RepeatCounts::of(&model, &table.calibration, cells, Threads::ONE).unwrap_err();
        assert_eq!(error.to_string(), format!("cells must be from 1 to 100000, got {cells}"));
    }
    for groups in [0, 10_001] {
        let error = alive_calibration(&model, &table, groups, AliveOrder::Alive, Threads::ONE);
        let expected = format!("groups must be from 1 to 10000, got {groups}");
        assert_eq!(error.unwrap_err().to_string(), expected);
    }
    let error = "alive".parse::<AliveOrder>().unwrap_err().to_string();
    assert_eq!(error, "by must be \"p_alive\" or \"p_purchase\", got \"alive\"");
}

#[test]
fn cdnow_has_the_published_holdout_errors() {
    // CLVTools 0.12.1: 1653.41 purchases, mean absolute error .785454, root mean square 1.607982.
    let errors = HoldoutErrors::of(&fitted(), &cdnow_split(), Threads::default()).unwrap();
    assert_eq!((errors.customers, errors.actual), (2357, 1882.0));
    assert_close(errors.expected, 1653.41, 1e-6);
    assert_close(errors.mae, 0.785454, 1e-6);
    assert_close(errors.rmse, 1.607982, 1e-7);
    assert_close(errors.bias, (1653.41 - 1882.0) / 2357.0, 1e-5);
    // BTYD walkthrough, frequencies 0 to 6.
    let actual = [0.23671, 0.69704, 1.39252, 1.56, 2.53226, 2.94737, 3.86207];
    let expected = [0.225089, 0.523136, 1.044126, 1.520256, 2.163824, 2.653789, 3.503957];
    for (x, group) in (0..7).zip(&errors.by_frequency) {
        assert_eq!(group.frequency, x);
        assert_close(group.actual, actual[x as usize], 1e-5);
        assert_close(group.expected, expected[x as usize], 3e-5);
    }
    let customers: usize = errors.by_frequency.iter().map(|group| group.customers).sum();
    assert_eq!(customers, 2357);
}

#[test]
fn groups_of_like_probability_never_part_equal_ones() {
    let (model, split) = (fitted(), cdnow_split());
    let groups = |by| alive_calibration(&model, &split, 10, by, Threads::default()).unwrap();
    // Three in five customers bought once and have P(alive) = 1: four deciles and they.
    let alive = groups(AliveOrder::Alive);
    assert_eq!(
        alive.iter().map(|group| group.customers).collect::<Vec<_>>(),
        [236, 236, 236, 235, 1414]
    );
    let purchase = groups(AliveOrder::Purchase);
    assert_eq!(purchase.len(), 10);
    for groups in [&alive, &purchase] {
        assert_eq!(groups.iter().map(|group| group.customers).sum::<usize>(), 2357);
        let bought: f64 = groups.iter().map(|group| group.purchased * group.customers as f64).sum();
        let buyers = split.holdout_frequency.iter().filter(|&&n| n > 0).count();
        assert_close(bought, buyers as f64, 1e-12);
        assert!(groups.iter().all(|group| group.p_purchase <= group.p_alive));
    }
    assert!(alive.is_sorted_by(|a, b| a.p_alive < b.p_alive));
    assert!(purchase.is_sorted_by(|a, b| a.p_purchase < b.p_purchase));
    let whole = alive_calibration(&model, &split, 1, AliveOrder::Alive, Threads::ONE).unwrap();
    assert_eq!(whole.len(), 1);
}

/// Customers who behave as the model says are calibrated in every decile.
#[test]
fn a_true_model_is_calibrated() {
    let (r, alpha, a, b) = (0.8, 40.0, 0.9, 2.5);
    let mut random = Random::new(21);
    let mut lines = Vec::new();
    for customer in 0..20_000 {
        let (rate, dropout) = (random.gamma(r, alpha), random.beta(a, b));
        let mut time = 100.0 * random.uniform();
        // To the thousandth of a day, so that hardly any two purchases fall together.
        #[expect(clippy::cast_possible_truncation, reason = "small")]
        let mut buy = |time: f64| lines.push((customer, (time * 1000.0) as i64));
        buy(time);
        loop {
            time += random.exponential(rate);
            if time > 400.0 {
                break;
            }
            buy(time);
            if random.uniform() < dropout {
                break;
            }
        }
    }
    let split = orders(&lines);
    let mut options = SummaryOptions::default();
    options.unit = Unit::Day;
    let day = 86_400_000_000;
    options.observation_end = Some(400_000 * day);
    let split = split.calibration_holdout(200_000 * day, &options).unwrap();
    let model = BgNbd::new(r, 1000.0 * alpha, a, b).unwrap();
    let groups = alive_calibration(&model, &split, 10, AliveOrder::Purchase, Threads::default());
    for group in groups.unwrap() {
        let spread = (group.p_purchase * (1.0 - group.p_purchase) / group.customers as f64).sqrt();
        let error = group.purchased - group.p_purchase;
        assert!(error.abs() < 4.0 * spread, "{group:?}");
    }
    let errors = HoldoutErrors::of(&model, &split, Threads::default()).unwrap();
    assert!(errors.bias.abs() < 4.0 * errors.rmse / 20_000_f64.sqrt(), "{}", errors.bias);
    let counts = RepeatCounts::of(&model, &split.calibration, 12, Threads::default()).unwrap();
    assert!(counts.chi_square(0).unwrap().p_value > 1e-4);
}
