//! A log told again, as after a crash: what was told before is known, and what contradicts it is refused.

use std::sync::LazyLock;

use loyalty_core::orders::{Column, Invalid, Returns, ReturnsReport, TimeScale};
use loyalty_core::returns::ReturnPropensity;
use proptest::prelude::*;

use crate::common::random::Random;
use crate::common::shop::{DAY, Shop, fitted, options, shop};

/// In days, as the shop's options have it.
const HORIZON: i64 = 25;

/// The shop, and models of its first 200 days: without a half-life and with one.
static FITTED: LazyLock<(Shop, [ReturnPropensity; 2])> = LazyLock::new(|| {
    let shop = shop();
    let mut options = options();
    options.observation_end = Some(199 * DAY);
    options.half_life_days = Some(40.0);
    let lines = shop.lines(&shop.rows(0..200), true);
    let forgetful = ReturnPropensity::fit(&lines, &options).unwrap().model;
    let model = fitted(&shop, 200);
    (shop, [model, forgetful])
});

/// What a shop tells its model, in this order.
#[derive(Debug, Clone)]
enum Event {
    Orders(Vec<usize>),
    Returns(Vec<usize>),
    Morning(i64),
}

fn day_of(shop: &Shop, event: &Event) -> i64 {
    match event {
        Event::Orders(rows) => shop.time[rows[0]] / DAY,
        Event::Returns(rows) => shop.return_time[rows[0]] / DAY,
        Event::Morning(day) => *day,
    }
}

fn returned(model: &mut ReturnPropensity, shop: &Shop, rows: &[usize]) -> ReturnsReport {
    let [line, time] = [&shop.line, &shop.return_time]
        .map(|of| rows.iter().map(|&row| of[row]).collect::<Vec<_>>());
    let (ids, time) = (Column::new("line", &line[..]).into(), Column::new("time", &time[..]));
    let returns = Returns::new(&ids, &time, TimeScale::Microseconds, Invalid::Raise).unwrap();
    model.update_returns(&returns).unwrap()
}

fn tell(model: &mut ReturnPropensity, shop: &Shop, event: &Event) {
    match event {
        Event::Orders(rows) => drop(model.update(&shop.lines(rows, false)).unwrap()),
        Event::Returns(rows) => drop(returned(model, shop, rows)),
        Event::Morning(day) => model.advance(i32::try_from(*day).unwrap()).unwrap(),
    }
}

/// The orders of each day in calls of one or several, in any order, with the returns of the day among them.
fn log_of(shop: &Shop, days: std::ops::Range<i64>, random: &mut Random) -> Vec<Event> {
    let mut log = Vec::new();
    for day in days {
        let mut orders: Vec<Vec<usize>> = Vec::new();
        for row in shop.rows(day..day + 1) {
            match orders.last_mut() {
                Some(rows) if shop.order[rows[0]] == shop.order[row] => rows.push(row),
                _ => orders.push(vec![row]),
            }
        }
        let back = (0..shop.len())
            .filter(|&row| shop.returned[row] > 0.0 && shop.return_time[row] / DAY == day);
        let mut of_day: Vec<Event> = Vec::new();
        for rows in orders {
            match of_day.last_mut() {
                Some(Event::Orders(together)) if random.below(2) == 0 => together.extend(rows),
                _ => of_day.push(Event::Orders(rows)),
            }
        }
        // Of a line ordered on that day the return comes after it.
        let back: Vec<usize> = back.collect();
        let (early, late): (Vec<usize>, Vec<usize>) =
            back.into_iter().partition(|&row| shop.time[row] / DAY < day);
        if !early.is_empty() {
            let at = random.below(1 + u32::try_from(of_day.len()).unwrap()) as usize;
            of_day.insert(at, Event::Returns(early));
        }
        log.extend(of_day);
        log.extend((!late.is_empty()).then_some(Event::Returns(late)));
        if random.below(4) == 0 {
            log.push(Event::Morning(day + 1));
        }
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A model that was saved somewhere in the log, and hears it again from an earlier point, ends where one
    /// does that heard it once.
    #[test]
    fn a_log_told_again_gives_the_same_bits(seed in any::<u64>(), which in 0_usize..2) {
        let (shop, model) = (&FITTED.0, &FITTED.1[which]);
        let mut random = Random::new(seed);
        let log = log_of(shop, 200..245, &mut random);
        let (mut once, mut saved) = (model.clone(), Vec::new());
        let crash = random.below(u32::try_from(log.len()).unwrap()) as usize;
        for (number, event) in log.iter().enumerate() {
            tell(&mut once, shop, event);
            if number == crash {
                saved.push(once.to_json());
            }
        }
        let mut again = ReturnPropensity::from_json(&saved[0]).unwrap();
        let oldest = i64::from(again.today()) - HORIZON;
        let known = log.iter().position(|event| day_of(shop, event) >= oldest).unwrap();
        let from = known + random.below(u32::try_from(crash - known + 1).unwrap()) as usize;
        for event in &log[from..=crash] {
            tell(&mut again, shop, event);
            prop_assert_eq!(&again.to_json(), &saved[0]);
        }
        for event in &log[crash + 1..] {
            tell(&mut again, shop, event);
        }
        prop_assert_eq!(again.to_json(), once.to_json());
    }
}

#[test]
fn an_order_told_twice_is_known_and_scored_as_it_was() {
    let (shop, models) = &*FITTED;
    for ids in [[true, true], [true, false], [false, true]] {
        let mut model = models[0].clone();
        let lines = |days| shop.lines_with(&shop.rows(days), false, ids);
        let today = lines(203..204);
        let first = model.update(&today).unwrap();
        let level = model.level();
        assert!(first.lines().iter().all(|line| !line.told_before));
        model.update(&lines(204..206)).unwrap();
        let json = model.to_json();
        assert_eq!(model.told_before(&today).unwrap(), vec![true; today.len()]);
        let again = model.update(&today).unwrap();
        let shift = model.level() - level;
        for (once, again) in first.lines().iter().zip(again.lines()) {
            assert!(again.told_before && again.new_customer == once.new_customer);
            assert_eq!(again.new_product, once.new_product);
            assert!((again.log_odds - once.log_odds - shift).abs() < 1e-12);
        }
        assert_eq!(model.to_json(), json);
        // Others of the same call are taken in.
        let last = lines(205..206);
        let both = model.update(&lines(205..207)).unwrap();
        let told = both.lines().iter().filter(|line| line.told_before).count();
        assert_eq!(told, last.len());
        let mut expected = models[0].clone();
        for days in [203..204, 204..206, 206..207] {
            expected.update(&lines(days)).unwrap();
        }
        assert_eq!(model.to_json(), expected.to_json());
    }
    // Without any ids nothing can be known again.
    let nameless = shop.lines_with(&shop.rows(203..204), false, [false; 2]);
    let mut model = models[0].clone();
    model.update(&nameless).unwrap();
    assert_eq!(model.told_before(&nameless).unwrap(), vec![false; nameless.len()]);
}

#[test]
fn lines_of_the_fit_are_known_while_they_are_open() {
    let (shop, models) = &*FITTED;
    let mut model = models[0].clone();
    let json = model.to_json();
    let open = shop.lines(&shop.rows(200 - HORIZON..200), false);
    assert!(model.update(&open).unwrap().lines().iter().all(|line| line.told_before));
    assert_eq!(model.to_json(), json);
    let settled = shop.lines(&shop.rows(199 - HORIZON..200 - HORIZON), false);
    let error = model.update(&settled).unwrap_err().to_string();
    assert!(error.contains("not before the day that the model has reached"), "{error}");
    assert_eq!(model.to_json(), json);
}

#[test]
fn what_is_told_otherwise_is_refused_and_changes_nothing() {
    let (shop, models) = &*FITTED;
    let mut model = models[0].clone();
    let rows = shop.rows(203..205);
    let all = shop.lines(&rows, false);
    model.update(&all).unwrap();
    let json = model.to_json();
    let several = |&&row: &&usize| shop.order[row] == shop.order[row + 1];
    let row = *rows.iter().find(several).unwrap();
    let of_order: Vec<usize> =
        rows.iter().copied().filter(|&other| shop.order[other] == shop.order[row]).collect();
    let order = "column \"order\", row 0: must be one not told before, or the lines told before, \
                 got others";
    let line = "column \"line\", row 0: must be the id of a line not told before, or a line as it \
                was told before, got one that was told otherwise";
    let mut refused = |shop: &Shop, rows: &[usize], ids, expected: &str| {
        for model in [&mut model, &mut ReturnPropensity::from_json(&json).unwrap()] {
            let lines = shop.lines_with(rows, false, ids);
            let found = model.update(&lines).unwrap_err().to_string();
            assert!(found.starts_with(expected), "{found}");
            assert_eq!(model.told_before(&lines).unwrap_err().to_string(), found);
            assert_eq!(model.to_json(), json);
        }
    };
    refused(shop, &of_order[1..], [true; 2], order);
    let mut other = shop.clone();
    other.price[row] += 0.01;
    refused(&other, &of_order, [true; 2], order);
    let mut other = shop.clone();
    other.time[row] += 1;
    refused(&other, &of_order, [true; 2], order);
    let mut other = shop.clone();
    of_order.iter().for_each(|&row| other.order[row] = 9_999_999);
    refused(&other, &of_order, [true; 2], line);
    refused(shop, &of_order, [false, true], line);
}

#[test]
fn returns_told_twice_count_once() {
    let (shop, models) = &*FITTED;
    let mut model = models[0].clone();
    model.update(&shop.lines(&shop.rows(200..206), false)).unwrap();
    let back: Vec<usize> =
        shop.rows(200..206).into_iter().filter(|&row| shop.returned[row] > 0.0).collect();
    let first = returned(&mut model, shop, &back);
    assert_eq!((first.counted, first.repeated, first.unknown), (back.len(), 0, 0));
    let json = model.to_json();
    for model in [&mut model, &mut ReturnPropensity::from_json(&json).unwrap()] {
        let again = returned(model, shop, &back);
        assert_eq!((again.counted, again.repeated, again.unknown), (0, back.len(), 0));
        assert_eq!(model.to_json(), json);
    }
    // Told again with their fate, lines are as told with it at first.
    let (mut late, mut early) = (models[0].clone(), models[0].clone());
    let rows = shop.rows(200..204);
    late.update(&shop.lines(&rows, false)).unwrap();
    late.update(&shop.lines(&rows, true)).unwrap();
    early.update(&shop.lines(&rows, true)).unwrap();
    let rest = shop.lines(&shop.rows(235..236), false);
    late.update(&rest).unwrap();
    early.update(&rest).unwrap();
    assert_eq!(late.open_lines(), early.open_lines());
}
