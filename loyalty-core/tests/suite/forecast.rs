//! Forecasts that earlier cutoffs correct.

use crate::common::random::Random;
use loyalty_core::Error;
use loyalty_core::evaluation::{Comparison, ComparisonOptions, Contender};
use loyalty_core::forecast::{
    AnchorOptions, AnchoredForecast, FEATURES, ForecastErrors, Learned, Level,
};
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{ParetoNbd, PurchaseKind, PurchaseModel};
use loyalty_core::summary::{Activity, History, Occasions, Recent};
use loyalty_core::time::{Clock, Unit};

const DAY: i64 = 86_400_000_000;
const DAYS: u32 = 546;

/// A log by rows.
#[derive(Clone, Default)]
struct Log {
    customer: Vec<i64>,
    day: Vec<i64>,
    amount: Vec<f64>,
}

impl Log {
    fn orders(&self) -> Orders {
        let columns = OrderColumns {
            customer: Column::new("customer", &self.customer[..]).into(),
            time: Column::new("day", &self.day),
            scale: TimeScale::Days,
            amount: Some(Column::new("amount", &self.amount)),
        };
        Orders::new(&columns, Invalid::Raise).unwrap()
    }

    /// The rows of days up to and with one.
    fn until(&self, day: i64) -> Self {
        let mut known = Self::default();
        for row in (0..self.day.len()).filter(|&row| self.day[row] <= day) {
            known.customer.push(self.customer[row]);
            known.day.push(self.day[row]);
            known.amount.push(self.amount[row]);
        }
        known
    }
}

/// Customers of a Pareto/NBD, born over three fifths of the time; or, with `moods`, whose rate is threefold or
/// nil by turns, for five weeks on average, which no model of two constant rates knows.
fn shop(customers: i64, moods: bool, seed: u64) -> Log {
    let mut random = Random::new(seed);
    let mut log = Log::default();
    for customer in 0..customers {
        let rate = random.gamma(0.9, 60.0);
        let leaves = random.gamma(1.2, 500.0);
        let stay = random.exponential(leaves);
        let mut day = random.uniform() * 0.6 * f64::from(DAYS);
        let end = (day + stay).min(f64::from(DAYS));
        let amount = 20.0 + random.gamma(2.0, 1.0 / 30.0);
        let (mut keen, mut turn) = (true, day + random.exponential(1.0 / 35.0));
        while day < end {
            log.customer.push(customer);
            #[expect(clippy::cast_possible_truncation, reason = "a day")]
            log.day.push(day.floor() as i64);
            log.amount.push(amount);
            let work = random.exponential(rate);
            if moods {
                day = after(day, work, end, &mut keen, &mut turn, &mut random);
            } else {
                day += work.max(1e-9);
            }
        }
    }
    log
}

/// When a purchase comes that takes so long at the usual rate: threefold while keen, not at all else.
fn after(
    mut day: f64,
    mut work: f64,
    end: f64,
    keen: &mut bool,
    turn: &mut f64,
    random: &mut Random,
) -> f64 {
    while day <= end {
        let speed = if *keen { 3.0 } else { 0.0 };
        if day + work / speed <= *turn {
            return day + (work / speed).max(1e-9);
        }
        work -= (*turn - day) * speed;
        (day, *keen) = (*turn, !*keen);
        *turn = day + random.exponential(1.0 / 35.0);
    }
    day
}

fn options(unit: Unit, days: f64) -> AnchorOptions {
    let mut options = AnchorOptions::new(days / unit.days());
    options.summary.unit = unit;
    options
}

/// What follows the first `cut` days is forecast from them: the errors of the model and of the correction.
fn tried(log: &Log, cut: i64, days: u32) -> (Learned, ForecastErrors, ForecastErrors) {
    let mut options = options(Unit::Week, f64::from(days));
    options.summary.observation_end = Some(cut * DAY);
    let orders = log.orders();
    let learned = AnchoredForecast::fit(&orders, &options).unwrap();
    let mut until = options.summary;
    until.observation_end = Some((cut + i64::from(days)) * DAY);
    let split = orders.calibration_holdout(cut * DAY, &until).unwrap();
    let actual: Vec<f64> = split.holdout_frequency.iter().map(|&n| f64::from(n)).collect();
    let mut plain = vec![0.0; actual.len()];
    let base = learned.forecast.base();
    base.expected_purchases_into(
        &split.calibration,
        f64::from(days) / 7.0,
        &mut plain,
        Threads::ONE,
    )
    .unwrap();
    let errors = |forecast: &[f64]| ForecastErrors::of(forecast, &actual).unwrap();
    let (before, after) = (errors(&plain), errors(&learned.expected));
    (learned, before, after)
}

#[test]
fn customers_of_moods_are_forecast_better() {
    let mut ratios = Vec::new();
    for seed in 0..4 {
        let (learned, before, after) = tried(&shop(2_500, true, seed), 455, 91);
        assert!(learned.forecast.is_corrected());
        assert!((after.expected / before.expected - 1.0).abs() < 1e-9);
        ratios.push(after.deviance / before.deviance);
    }
    let mean = ratios.iter().sum::<f64>() / 4.0;
    assert!(mean < 0.97 && ratios.iter().all(|ratio| *ratio < 1.0), "{ratios:?}");
}

#[test]
fn where_the_model_is_true_little_is_lost() {
    let ratios: Vec<f64> = (0..4)
        .map(|seed| {
            let (_, before, after) = tried(&shop(1_000, false, 100 + seed), 455, 91);
            after.deviance / before.deviance
        })
        .collect();
    assert!(ratios.iter().sum::<f64>() / 4.0 < 1.01, "{ratios:?}");
}

#[test]
fn nothing_after_the_end_is_known() {
    let log = shop(800, true, 3);
    let mut options = options(Unit::Week, 91.0);
    options.summary.observation_end = Some(455 * DAY);
    let with_later = AnchoredForecast::fit(&log.orders(), &options).unwrap();
    let without = AnchoredForecast::fit(&log.until(455).orders(), &options).unwrap();
    assert_eq!(with_later.forecast, without.forecast);
    assert_eq!(with_later.learning, without.learning);
}

#[test]
fn neither_threads_nor_the_order_of_rows_matter() {
    let log = shop(800, true, 5);
    let mut mixed = log.clone();
    mixed.customer.reverse();
    mixed.day.reverse();
    mixed.amount.reverse();
    let expected = AnchoredForecast::fit(&log.orders(), &options(Unit::Week, 91.0)).unwrap();
    let mut with_threads = options(Unit::Week, 91.0);
    with_threads.fit.threads = Threads::new(3);
    assert_eq!(AnchoredForecast::fit(&mixed.orders(), &with_threads).unwrap(), expected);
}

#[test]
fn weeks_and_days_forecast_alike() {
    let log = shop(1_500, true, 7).orders();
    let of = |unit| AnchoredForecast::fit(&log, &options(unit, 91.0)).unwrap();
    let (weeks, days) = (of(Unit::Week), of(Unit::Day));
    assert!(weeks.forecast.is_corrected());
    for (a, b) in weeks.expected.iter().zip(&days.expected) {
        assert!((a / b - 1.0).abs() < 1e-6, "{a} {b}");
    }
}

#[test]
fn one_customer_is_forecast_as_in_a_batch() {
    let orders = shop(900, true, 9).orders();
    let learned = AnchoredForecast::fit(&orders, &options(Unit::Week, 91.0)).unwrap();
    let occasions = Occasions::of(&orders, Clock::new(Unit::Week, None).unwrap()).unwrap();
    let (customers, batch) =
        learned.forecast.of_occasions(&occasions, None, Threads::new(2)).unwrap();
    assert_eq!(batch, learned.expected);
    let activity = occasions.activity(None).unwrap();
    for row in (0..customers.len()).step_by(37) {
        let (history, recent) = (customers.history(row), activity.row(row));
        let alone = learned.forecast.expected_purchases(&history, &recent).unwrap();
        assert_eq!(alone, batch[row]);
    }
    let short = Activity::new(vec![activity.row(0)]);
    let mut out = vec![0.0; customers.len()];
    let wrong =
        learned.forecast.expected_purchases_into(&customers, &short, &mut out, Threads::ONE);
    assert!(matches!(wrong, Err(Error::Length { .. })));
}

#[test]
fn files_keep_every_bit_and_refuse_what_is_none() {
    let orders = shop(900, true, 11).orders();
    let forecast = AnchoredForecast::fit(&orders, &options(Unit::Week, 91.0)).unwrap().forecast;
    assert!(forecast.is_corrected());
    let json = forecast.to_json();
    assert_eq!(AnchoredForecast::from_json(&json).unwrap(), forecast);
    let weight = format!("\"{}\"", FEATURES[4]);
    for (from, to, problem) in [
        (&weight[..], "\"other\"", "weight \"ln_orders_14_days\" is missing"),
        (
            "\"version\": 1,\n  \"kind\": \"anchored",
            "\"version\": 2,\n  \"kind\": \"anchored",
            "version 2",
        ),
        ("\"typical_amount\": ", "\"typical_amount\": -", "not within"),
        ("\"unit\": \"week\"", "\"unit\": null", "unit"),
        ("\"horizon\": 13", "\"horizon\": -13", "horizon"),
    ] {
        assert!(json.contains(from), "{from}");
        let error = AnchoredForecast::from_json(&json.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains(problem), "{problem}: {error}");
    }
    let model = ParetoNbd::new(0.55, 10.58, 0.61, 11.67).unwrap();
    assert!(AnchoredForecast::uncorrected(model.into(), 13.0).is_err());
    let weekly = model.with_unit(Some(Unit::Week));
    for horizon in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(AnchoredForecast::uncorrected(weekly.into(), horizon).is_err());
    }
}

#[test]
fn a_correction_that_knows_amounts_needs_them() {
    let orders = shop(900, true, 13).orders();
    let forecast = AnchoredForecast::fit(&orders, &options(Unit::Week, 91.0)).unwrap().forecast;
    let history = History::new(2, 30.0, 38.0).unwrap();
    let recent = |amount| Recent::new([0, 0, 1, 1, 2, 3], amount).unwrap();
    assert!(forecast.expected_purchases(&history, &recent(Some(40.0))).is_ok());
    let error = forecast.expected_purchases(&history, &recent(None)).unwrap_err();
    assert!(matches!(error, Error::MissingColumn { column: "mean_amount", .. }));
}

#[test]
fn whatever_is_asked_the_answer_is_a_number() {
    let orders = shop(900, true, 15).orders();
    let forecast = AnchoredForecast::fit(&orders, &options(Unit::Week, 91.0)).unwrap().forecast;
    for (x, t_x, t) in [(0, 0.0, 0.0), (0, 0.0, 1e9), (1_000_000, 1e5, 1e9), (3, 1e-9, 1e-9)] {
        for count in [0, 1, x + 1, u32::MAX] {
            for amount in [0.0, 1e50] {
                let history = History::new(x, t_x, t).unwrap();
                let recent = Recent::new([count; 6], Some(amount)).unwrap();
                let expected = forecast.expected_purchases(&history, &recent);
                if count > x + 1 {
                    assert!(matches!(expected, Err(Error::Value { .. })), "{count} of {x}");
                    continue;
                }
                let expected = expected.unwrap();
                assert!(expected.is_finite() && expected >= 0.0, "{x} {t_x} {t}: {expected}");
            }
        }
    }
}

#[test]
fn a_log_too_short_to_go_back_keeps_the_model() {
    let log = shop(600, true, 17).until(200);
    let learned = AnchoredForecast::fit(&log.orders(), &options(Unit::Week, 182.0)).unwrap();
    assert!(!learned.forecast.is_corrected() && learned.learning.gate.is_none());
    let mut level = options(Unit::Week, 91.0);
    level.level = Level::LastYear;
    let error = AnchoredForecast::fit(&log.orders(), &level).unwrap_err();
    assert!(error.to_string().contains("last year"), "{error}");
}

#[test]
fn the_level_of_last_year_moves_the_sum_by_half() {
    let orders = shop(1_500, true, 19).orders();
    let plain = AnchoredForecast::fit(&orders, &options(Unit::Week, 91.0)).unwrap();
    let mut level = options(Unit::Week, 91.0);
    level.level = Level::LastYear;
    let raised = AnchoredForecast::fit(&orders, &level).unwrap();
    let ratio = plain.learning.last_year.unwrap().ratio().unwrap();
    for (a, b) in raised.expected.iter().zip(&plain.expected) {
        assert!((a / b / ratio.sqrt() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn anchored_models_stand_beside_the_others() {
    let orders = shop(900, true, 21).orders();
    let mut options = ComparisonOptions::default();
    options.summary.unit = loyalty_core::time::Unit::Day;
    options.horizon = Some(60.0);
    options.origins = 2;
    options.models = vec![
        Contender::Plain(PurchaseKind::ParetoNbd),
        Contender::Anchored(PurchaseKind::ParetoNbd),
    ];
    let found = Comparison::of(&orders, &options).unwrap();
    assert_eq!(found.models[0].contender, Contender::Anchored(PurchaseKind::ParetoNbd));
    let total = |at: usize| found.models[at].forecasts[0].as_ref().unwrap().purchases.expected;
    assert!((total(0) / total(1) - 1.0).abs() < 1e-9);
    assert!("anchored-nonsense".parse::<Contender>().is_err());
}
