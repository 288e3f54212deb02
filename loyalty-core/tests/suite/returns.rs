//! Return propensity: no leakage, batch equals stream, recovery, degenerate tables.

use crate::common;
use std::sync::LazyLock;

use crate::common::shop::{DAY, Shop, early_and_late, fitted, options, shop};
use loyalty_core::Error;
use loyalty_core::evaluation::Predictions;
use loyalty_core::orders::{Column, Invalid, Returns, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{ReturnOptions, ReturnPropensity, ShrinkageCriterion};
use proptest::prelude::*;

/// The shop, and a model of its first 200 days.
static FITTED: LazyLock<(Shop, ReturnPropensity)> = LazyLock::new(|| {
    let shop = shop();
    let model = fitted(&shop, 200);
    (shop, model)
});

/// The log-odds of rows that a model takes in, call by call.
fn streamed(model: &mut ReturnPropensity, shop: &Shop, calls: &[Vec<usize>]) -> Vec<u64> {
    let mut bits = Vec::new();
    for rows in calls {
        let scores = model.update(&shop.lines(rows, true)).unwrap();
        bits.extend(scores.lines().iter().map(|line| line.log_odds.to_bits()));
    }
    bits
}

/// Rows in order of time, cut where the time changes and `cut` says so.
fn cut(shop: &Shop, mut rows: Vec<usize>, mut cut: impl FnMut(usize) -> bool) -> Vec<Vec<usize>> {
    rows.sort_by_key(|&row| (shop.time[row], row));
    let mut calls: Vec<Vec<usize>> = vec![Vec::new()];
    for (number, &row) in rows.iter().enumerate() {
        let new_time = number > 0 && shop.time[rows[number - 1]] != shop.time[row];
        if new_time && cut(number) {
            calls.push(Vec::new());
        }
        calls.last_mut().unwrap().push(row);
    }
    calls
}

#[test]
fn batch_equals_stream() {
    let shop = shop();
    let model = fitted(&shop, 200);
    let rest = shop.rows(200..300);
    let at_once = cut(&shop, rest.clone(), |_| false);
    let piecewise = cut(&shop, rest.clone(), |number| number % 7 < 3);
    let one_by_one = cut(&shop, rest, |_| true);
    assert!(one_by_one.len() > 400 && piecewise.len() > 150);
    let [early, late] = early_and_late(&model).map(|model| {
        let expected = streamed(&mut model.clone(), &shop, &at_once);
        assert_eq!(streamed(&mut model.clone(), &shop, &piecewise), expected);
        assert_eq!(streamed(&mut model.clone(), &shop, &one_by_one), expected);
        expected
    });
    assert_ne!(early, late);
}

/// The table in which all orders of a day have one time, as where only days are known.
fn by_day(shop: &Shop) -> Shop {
    let mut shop = shop.clone();
    shop.time.iter_mut().for_each(|time| *time -= time.rem_euclid(DAY));
    shop
}

/// Rows in calls of whole orders; orders of a day may come in any order.
fn cut_within_days(shop: &Shop, rows: &[usize], seed: u64) -> Vec<Vec<usize>> {
    let mut random = common::random::Random::new(seed);
    let mut orders: Vec<(i64, u32, i64)> = Vec::new();
    for &row in rows {
        let (day, order) = (shop.time[row] / DAY, shop.order[row]);
        if orders.last().is_none_or(|last| last.2 != order) {
            orders.push((day, random.below(1000), order));
        }
    }
    orders.sort_unstable();
    let mut calls: Vec<Vec<usize>> = vec![Vec::new()];
    for (_, _, order) in orders {
        if random.below(3) > 0 {
            calls.push(Vec::new());
        }
        let lines = rows.iter().copied().filter(|&row| shop.order[row] == order);
        calls.last_mut().unwrap().extend(lines);
    }
    calls.retain(|rows| !rows.is_empty());
    calls
}

/// However the orders of a day are cut into calls, and whether their times are known or but their day:
/// each line has the score that it has in one call, and so have those of later days.
#[test]
fn cuts_within_a_day_move_no_bit() {
    for shop in [shop(), by_day(&shop())] {
        let rest = shop.rows(200..235);
        let [early, late] = early_and_late(&fitted(&shop, 200)).map(|mut model| {
            let by_row = |model: &mut ReturnPropensity, calls: &[Vec<usize>]| {
                let mut found: Vec<(usize, u64)> = Vec::new();
                for rows in calls {
                    let scores = model.update(&shop.lines(rows, true)).unwrap();
                    let bits = scores.lines().iter().map(|line| line.log_odds.to_bits());
                    found.extend(rows.iter().copied().zip(bits));
                    // A model that goes through a file in the midst of a day goes on alike.
                    if rows[0] % 41 == 0 {
                        *model = ReturnPropensity::from_json(&model.to_json()).unwrap();
                    }
                }
                found.sort_unstable();
                (found, model.level().to_bits())
            };
            let cuts: Vec<_> = (0..10).map(|seed| cut_within_days(&shop, &rest, seed)).collect();
            assert!(cuts.iter().all(|calls| calls.len() > 90));
            let all: Vec<_> = cuts.iter().map(|calls| by_row(&mut model.clone(), calls)).collect();
            let expected = by_row(&mut model, std::slice::from_ref(&rest));
            assert!(all.iter().all(|found| *found == expected));
            expected
        });
        assert_ne!(early, late);
    }
}

#[test]
fn returns_as_events_equal_returns_in_the_table() {
    let shop = shop();
    let mut known = shop.clone();
    let outcomes = known.returned.iter_mut().zip(&shop.return_time);
    outcomes.for_each(|(returned, &time)| *returned *= f64::from(time < 200 * DAY));
    // The fit sees nothing of what its lines say of later days; the model has it when it is due.
    let (mut with_outcomes, mut with_events) = (fitted(&shop, 200), fitted(&known, 200));
    for day in 200..300 {
        let rows = shop.rows(day..day + 1);
        let told = with_outcomes.update(&shop.lines(&rows, true)).unwrap();
        let silent = with_events.update(&shop.lines(&rows, false)).unwrap();
        assert_eq!(told, silent);
        // In the evening come the returns of the day.
        let of_day = |&row: &usize| shop.returned[row] > 0.0 && shop.return_time[row] / DAY == day;
        let back: Vec<usize> = (0..shop.len()).filter(of_day).collect();
        let [line, time] = [&shop.line, &shop.return_time]
            .map(|of| back.iter().map(|&row| of[row]).collect::<Vec<i64>>());
        let ids = Column::new("line", &line[..]).into();
        let time = Column::new("time", &time[..]);
        let returns = Returns::new(&ids, &time, TimeScale::Microseconds, Invalid::Raise).unwrap();
        let report = with_events.update_returns(&returns).unwrap();
        let old = back.iter().filter(|&&row| day - shop.time[row] / DAY > 25).count();
        assert_eq!((report.counted, report.unknown), (back.len() - old, old));
    }
    assert_eq!(with_outcomes.level().to_bits(), with_events.level().to_bits());
}

/// What lines say of days after the end of the observation moves neither the fit nor a score of its morning.
#[test]
fn a_fit_sees_nothing_of_later_days() {
    let (shop, model) = &*FITTED;
    let mut other = shop.clone();
    let mut changed = 0;
    for row in shop.rows(0..200) {
        if other.returned[row] == 0.0 || other.return_time[row] >= 200 * DAY {
            other.returned[row] = f64::from(row % 3 == 0);
            other.return_time[row] = 200 * DAY + i64::from(row % 5 == 0) * DAY;
            changed += usize::from(other.time[row] > 175 * DAY);
        }
    }
    assert!(changed > 100, "{changed}");
    for row in shop.rows(200..300) {
        other.price[row] *= 1e-3;
        other.size[row] = 7;
    }
    let told = fitted(&other, 200);
    assert_eq!(told.facts(), model.facts());
    let mut until = options();
    until.observation_end = Some(199 * DAY);
    let later = other.lines(&other.rows(0..300), true);
    let with_later = ReturnPropensity::fit(&later, &until).unwrap();
    assert!(with_later.facts.left_out > 100);
    let morning = shop.lines(&shop.rows(200..201), false);
    let score = |model: &ReturnPropensity| model.score(&morning, Threads::ONE).unwrap();
    assert_eq!(score(&told), score(model));
    assert_eq!(score(&with_later.model), score(model));
}

#[test]
fn scoring_equals_updating_on_the_morning_of_the_day() {
    let shop = shop();
    let mut model = fitted(&shop, 200);
    assert_eq!(model.today(), 200);
    for day in 200..230 {
        let lines = shop.lines(&shop.rows(day..day + 1), false);
        model.advance(i32::try_from(day).unwrap()).unwrap();
        let scores = model.score(&lines, Threads::ONE).unwrap();
        assert_eq!(scores, model.clone().update(&lines).unwrap());
        model.update(&shop.lines(&shop.rows(day..day + 1), true)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A score depends on nothing known after its order: not on what becomes of the lines of its day
    /// or later ones, not on later lines, not on what becomes of earlier lines from its day on.
    #[test]
    fn nothing_later_moves_a_score(day in 201_i64..290, seed in any::<u64>()) {
        let (shop, model) = (&FITTED.0, &FITTED.1);
        let now = day * DAY;
        let mut other = shop.clone();
        let mut random = common::random::Random::new(seed);
        for row in 0..other.len() {
            let known = other.returned[row] > 0.0 && other.return_time[row] < now;
            if !known {
                other.returned[row] = f64::from(random.below(2));
                other.return_time[row] = other.time[row].max(now) + i64::from(random.below(9)) * DAY;
            }
        }
        let before_and_now = shop.rows(200..day + 1);
        let count = before_and_now.len();
        let scores = model.clone().update(&shop.lines(&before_and_now, true)).unwrap();
        let mut later = before_and_now.clone();
        later.extend(shop.rows(day + 1..300).into_iter().filter(|row| row % 3 > 0));
        let changed = model.clone().update(&other.lines(&later, true)).unwrap();
        prop_assert_eq!(scores.lines(), &changed.lines()[..count]);
    }

    /// Neither the order of the rows nor the number of threads moves a bit.
    #[test]
    fn order_of_rows_and_threads_do_not_matter(seed in any::<u64>()) {
        let shop = Shop::new(3, 250, 120, -1.0, 0.5);
        let rows: Vec<usize> = (0..shop.len()).collect();
        let mut shuffled = rows.clone();
        let mut random = common::random::Random::new(seed);
        for last in (1..shuffled.len()).rev() {
            let other = random.below(u32::try_from(last + 1).unwrap()) as usize;
            shuffled.swap(last, other);
        }
        let mut one = options();
        one.threads = Threads::ONE;
        let a = ReturnPropensity::fit(&shop.lines(&rows, true), &one).unwrap();
        let b = ReturnPropensity::fit(&shop.lines(&shuffled, true), &options()).unwrap();
        prop_assert_eq!(a.facts.log_loss.to_bits(), b.facts.log_loss.to_bits());
        let of_a = a.model.score(&shop.lines(&rows, false), Threads::ONE).unwrap();
        let of_b = b.model.score(&shop.lines(&shuffled, false), Threads::new(3)).unwrap();
        for (place, &row) in shuffled.iter().enumerate() {
            prop_assert_eq!(of_a.lines()[row], of_b.lines()[place]);
        }
    }
}

#[test]
fn scores_are_calibrated_and_rank_well() {
    let shop = Shop::new(11, 16_000, 400, -1.6, 1.0);
    let mut model = fitted(&shop, 280);
    let rest = shop.rows(280..375);
    let scores = model.update(&shop.lines(&rest, true)).unwrap();
    let happened: Vec<bool> = rest.iter().map(|&row| shop.returned[row] > 0.0).collect();
    let found = Predictions::new(&scores.probability(), &happened).unwrap();
    let truth: Vec<f64> = rest.iter().map(|&row| shop.truth[row]).collect();
    let best = Predictions::new(&truth, &happened).unwrap();
    let calibration = found.calibration().unwrap();
    assert!((0.9..1.1).contains(&calibration.slope), "{calibration:?}");
    assert!(found.calibration_error(20).unwrap() < 0.03);
    // The order's own effect cannot be known.
    assert!(found.auc().unwrap() > best.auc().unwrap() - 0.12);
    let rate = happened.iter().filter(|&&y| y).count() as f64 / happened.len() as f64;
    let constant = Predictions::new(&vec![rate; rest.len()], &happened).unwrap();
    assert!(found.log_loss() < 0.95 * constant.log_loss());
}

#[test]
fn contributions_add_up_to_the_score() {
    let shop = shop();
    let model = fitted(&shop, 250);
    let lines = shop.lines(&shop.rows(250..260), false);
    let scores = model.score(&lines, Threads::ONE).unwrap();
    let parts = model.contributions(&lines, Threads::ONE).unwrap();
    let intervals = model.intervals(&lines, 0.9, Threads::ONE).unwrap();
    assert_eq!(parts[0].len(), model.groups().len());
    for ((line, parts), [low, high]) in scores.lines().iter().zip(parts).zip(intervals) {
        let sum = model.base() + parts.iter().sum::<f64>();
        assert!((sum - line.log_odds).abs() < 1e-12 * (1.0 + sum.abs()));
        assert!(0.0 < low && low < line.probability() && line.probability() < high && high < 1.0);
    }
}

#[test]
fn one_step_ahead_shrinks_more_where_orders_come_back_together() {
    let shop = Shop::new(5, 6000, 400, -2.0, 2.0);
    let lines = shop.lines(&shop.rows(0..400), true);
    let strength = |criterion| {
        let mut options = options();
        options.shrinkage = criterion;
        ReturnPropensity::fit(&lines, &options).unwrap().model.histories()[0].1.strength()
    };
    let ahead = strength(ShrinkageCriterion::OneStepAhead);
    let marginal = strength(ShrinkageCriterion::BetaBinomial);
    assert!(ahead > 1.2 * marginal, "{ahead} {marginal}");
}

#[test]
fn tables_with_one_fate_have_a_defined_answer() {
    let mut shop = Shop::new(2, 300, 100, 0.0, 0.0);
    for (fate, expected) in [(0.0, 0.0), (1.0, 1.0)] {
        shop.returned.fill(fate);
        let lines = shop.lines(&shop.rows(0..100), true);
        let fit = ReturnPropensity::fit(&lines, &options()).unwrap();
        let n = fit.facts.settled as f64;
        let p = (expected * n + 0.5) / (n + 1.0);
        let scores = fit.model.score(&lines, Threads::ONE).unwrap();
        assert!(scores.probability().iter().all(|got| (got - p).abs() < 1e-12));
    }
}

#[test]
fn unknown_customers_and_products_are_average_and_said_to_be_new() {
    let shop = shop();
    let model = fitted(&shop, 250);
    let mut stranger = shop.clone();
    stranger.customer.fill(-5);
    stranger.product.fill("never seen".to_owned());
    let rows = shop.rows(250..251);
    let scores = model.score(&stranger.lines(&rows, false), Threads::ONE).unwrap();
    assert!(scores.lines().iter().all(|line| line.new_customer && line.new_product));
    assert!(scores.probability().iter().all(|p| (0.05..0.6).contains(p)));
    let known = model.score(&shop.lines(&rows, false), Threads::ONE).unwrap();
    assert!(known.lines().iter().any(|line| !line.new_customer && !line.new_product));
}

#[test]
fn what_cannot_be_used_is_refused_by_name() {
    let shop = shop();
    let lines = shop.lines(&shop.rows(0..100), true);
    let fit = |change: &dyn Fn(&mut ReturnOptions)| {
        let mut options = options();
        change(&mut options);
        ReturnPropensity::fit(&lines, &options).map(|_| ()).unwrap_err().to_string()
    };
    let zero = fit(&|options| options.horizon_days = Some(0));
    assert_eq!(zero, "horizon_days must be from 1 to 3660, got 0");
    let nan = fit(&|options| options.penalty = Some(f64::NAN));
    assert_eq!(nan, "penalty must be finite and >= 0, got NaN");
    let short = fit(&|options| options.half_life_days = Some(0.5));
    assert_eq!(short, "half_life_days must be from 1 to 36600, got 0.5");
    let crossed = fit(&|options| options.crossed = vec![vec!["brand".into()]]);
    assert_eq!(
        crossed,
        "a crossed key must be customer, product or a category of the lines, got \"brand\""
    );
    let young = fit(&|options| options.horizon_days = Some(101));
    assert!(young.contains("no line is as old as the horizon"), "{young}");
    let silent = shop.lines(&shop.rows(0..100), false);
    let none = ReturnPropensity::fit(&silent, &options()).map(|_| ()).unwrap_err();
    assert!(matches!(none, Error::MissingColumn { column: "returned", .. }));

    let mut model = fitted(&shop, 200);
    let late = model.update(&shop.lines(&shop.rows(150..151), false)).unwrap_err().to_string();
    assert!(late.contains("not before the day that the model has reached"), "{late}");
}

#[test]
fn without_context_two_log_odds_are_added() {
    let shop = Shop::new(3, 4000, 300, -0.8, 0.4);
    let lines = shop.lines(&shop.rows(0..300), true);
    let mut two = options();
    two.context = false;
    let fit = ReturnPropensity::fit(&lines, &two).unwrap();
    let names: Vec<String> = fit.model.histories().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["customer", "product"]);
    assert!(fit.facts.log_loss < fit.facts.constant_log_loss);
    let groups = fit.model.groups();
    for parts in fit.model.contributions(&lines, Threads::ONE).unwrap() {
        let other = groups.iter().zip(parts).find(|(group, part)| {
            !["customer", "product", "level"].contains(&group.as_str()) && *part != 0.0
        });
        assert_eq!(other, None);
    }
    // What is asked for is added all the same.
    two.crossed = vec![vec!["product".to_owned(), "size".to_owned()]];
    let crossed = ReturnPropensity::fit(&lines, &two).unwrap().model;
    assert_eq!(crossed.histories()[2].0, "product × size");
    let read = ReturnPropensity::from_json(&crossed.to_json()).unwrap();
    let scores = [&read, &crossed].map(|model| model.score(&lines, Threads::ONE).unwrap());
    assert_eq!(scores[0], scores[1]);
}

/// Hardly any pair of a customer and a product comes again here.
#[test]
fn few_lines_do_not_make_a_history_strange() {
    let logit = |p: f64| libm::log(p / (1.0 - p));
    for seed in 0..20 {
        let shop = Shop::new(seed, 60, 80, -0.5, 0.3);
        let lines = shop.lines(&shop.rows(0..80), true);
        let fit = ReturnPropensity::fit(&lines, &options()).unwrap();
        let rate = fit.facts.returned as f64 / fit.facts.settled as f64;
        for (name, prior) in fit.model.histories() {
            let off = (logit(prior.mean()) - logit(rate)).abs();
            assert!(off < 2.5, "{name} of shop {seed}: {} and {rate}", prior.mean());
        }
    }
}

#[test]
fn a_half_life_forgets() {
    let shop = shop();
    let lines = shop.lines(&shop.rows(0..300), true);
    let mut with = options();
    with.half_life_days = Some(20.0);
    let model = ReturnPropensity::fit(&lines, &with).unwrap().model;
    let mut forgotten = model.clone();
    // Forty half-lives later nothing of the past is left, and no number has run out of range.
    forgotten.advance(300 + 800).unwrap();
    let first = shop.lines(&shop.rows(299..300), false);
    let spread = |model: &ReturnPropensity| {
        let parts = model.contributions(&first, Threads::ONE).unwrap();
        let place = model.groups().iter().position(|group| group == "product").unwrap();
        let parts: Vec<f64> = parts.iter().map(|parts| parts[place]).collect();
        let mean = parts.iter().sum::<f64>() / parts.len() as f64;
        parts.iter().map(|part| (part - mean).abs()).fold(0.0, f64::max)
    };
    assert!(spread(&forgotten) < 1e-3 * spread(&model));
    (1..=10).for_each(|years| forgotten.advance(300 + 800 + years * 3_660).unwrap());
    assert!(forgotten.score(&first, Threads::ONE).unwrap().probability().iter().all(|p| *p > 0.0));
}

/// Returns that cannot be are refused or dropped, and one that is told twice counts once.
#[test]
fn impossible_returns_are_refused_and_counted() {
    let (shop, model) = &*FITTED;
    let is_open = |&row: &usize| {
        let ordered = shop.time[row] / DAY;
        (190..200).contains(&ordered)
            && !(shop.returned[row] > 0.0 && shop.return_time[row] < 200 * DAY)
    };
    let row = (0..shop.len()).find(is_open).unwrap();
    let (id, ordered) = (shop.line[row], shop.time[row] / DAY);
    let told = |days: &[i64], invalid: Invalid| {
        let ids = vec![id; days.len()];
        let ids = Column::new("line", &ids[..]).into();
        let mut model = model.clone();
        let returns = Returns::new(&ids, &Column::new("on", days), TimeScale::Days, invalid)?;
        model.update_returns(&returns).map(|report| (report, model))
    };
    for (day, words) in [
        (ordered - 1, "column \"on\" is before the day of the order in 1 row (first: row 0)"),
        (
            ordered + 367,
            "column \"on\" is in days to come, more than a year after the order in 1 row",
        ),
        (i64::MAX, "column \"on\" is not within the years 0001 to 9999 in 1 row (first: row 0)"),
    ] {
        let refused = told(&[day], Invalid::Raise).unwrap_err();
        assert!(refused.to_string().contains(words), "{refused}");
        let (report, dropped) = told(&[day, 200], Invalid::Drop).unwrap();
        assert_eq!((report.counted, report.rows.refused(), report.rows.rows()), (1, 1, 2));
        assert_eq!(dropped.to_json(), told(&[200], Invalid::Raise).unwrap().1.to_json());
    }
    // So late it is one that will not count.
    assert_eq!(told(&[ordered + 26], Invalid::Raise).unwrap().0.unknown, 1);
    let (report, twice) = told(&[203, 202], Invalid::Raise).unwrap();
    assert_eq!((report.counted, report.repeated, report.ahead), (1, 1, 1));
    // The first day counts, whatever the order in which they are told.
    let after = |mut model: ReturnPropensity| {
        model.advance(210).unwrap();
        model.to_json()
    };
    assert_eq!(after(twice), after(told(&[202], Invalid::Raise).unwrap().1));
    let saved = told(&[203], Invalid::Raise).unwrap().1.to_json();
    let mut read = ReturnPropensity::from_json(&saved).unwrap();
    let ids = [id];
    let ids = Column::new("line", &ids[..]).into();
    let again = Returns::new(&ids, &Column::new("on", &[203]), TimeScale::Days, Invalid::Raise);
    assert_eq!(read.update_returns(&again.unwrap()).unwrap().repeated, 1);
}

#[test]
fn a_model_goes_on_to_no_absurd_day() {
    let (shop, model) = &*FITTED;
    let mut model = model.clone();
    for day in [200 + 3_661, 2_932_897, i32::MIN, i32::MAX] {
        let refused = model.advance(day).unwrap_err().to_string();
        assert!(refused.contains("3660"), "{refused}");
    }
    let mut far = shop.clone();
    let rows = shop.rows(200..201);
    far.time.iter_mut().for_each(|time| *time += 40_000 * DAY);
    let refused = model.update(&far.lines(&rows, false)).unwrap_err().to_string();
    assert!(refused.contains("2080-01-24 where that is 1970-07-20"), "{refused}");
    assert_eq!(model.today(), 200);
}
