//! Any log: the summary is what a naive program makes of it, and depends on nothing else.

use crate::common::naive::{self, DAY, Line};
use loyalty_core::Error;
use loyalty_core::orders::{Column, CustomerId, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::summary::{CustomerSummary, Occasions, SummaryOptions};
use loyalty_core::time::{Clock, Occasion, Unit};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const UNITS: [Unit; 9] = [
    Unit::Hour,
    Unit::Day,
    Unit::Week,
    Unit::Month,
    Unit::Year,
    Unit::CalendarWeek,
    Unit::CalendarMonth,
    Unit::CalendarQuarter,
    Unit::CalendarYear,
];

const OCCASIONS: [Option<Occasion>; 8] = [
    None,
    Some(Occasion::Exact),
    Some(Occasion::Hour),
    Some(Occasion::Day),
    Some(Occasion::Week),
    Some(Occasion::Month),
    Some(Occasion::Quarter),
    Some(Occasion::Year),
];

pub(crate) fn orders(lines: &[Line]) -> Orders {
    let customer: Vec<i64> = lines.iter().map(|line| line.0).collect();
    let time: Vec<i64> = lines.iter().map(|line| line.1).collect();
    let amount: Vec<f64> = lines.iter().map(|line| line.2).collect();
    let columns = OrderColumns {
        customer: Column::new("customer", &customer[..]).into(),
        time: Column::new("time", &time),
        scale: TimeScale::Microseconds,
        amount: Some(Column::new("amount", &amount)),
    };
    Orders::new(&columns, Invalid::Raise).unwrap()
}

/// Instants from 1957 to 2026, many on the same few days, some at the same microsecond.
fn instant() -> impl Strategy<Value = i64> {
    let days = prop_oneof![-4700..20_500_i64, 11_000..11_020_i64, Just(-1_i64), Just(0_i64)];
    let time = prop_oneof![0..DAY, Just(0), Just(DAY - 1)];
    (days, time).prop_map(|(day, time)| day * DAY + time)
}

/// Amounts that a shop may have, of few cents up to millions.
fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), (0..2_000_000_000_i64).prop_map(|cents| cents as f64 / 100.0)]
}

pub(crate) fn log() -> impl Strategy<Value = Vec<Line>> {
    proptest::collection::vec((-3..6_i64, instant(), amount()), 1..70)
}

pub(crate) fn clock() -> impl Strategy<Value = Clock> {
    let pair = (select(&UNITS[..]), select(&OCCASIONS[..]));
    pair.prop_filter_map("unit and occasion do not fit", |(unit, occasion)| {
        Clock::new(unit, occasion).ok()
    })
}

/// All that a summary says, to the last bit: `{:?}` writes floats so that they read back, and −0.
fn bits(summary: &CustomerSummary) -> String {
    format!("{summary:?}")
}

#[track_caller]
fn assert_near(got: f64, expected: f64) {
    let error = (got - expected).abs();
    assert!(error <= 1e-12 * expected.abs(), "got {got}, expected {expected}");
}

fn assert_rows(summary: &CustomerSummary, rows: &[naive::Row]) {
    assert_eq!(summary.len(), rows.len());
    for (row, expected) in rows.iter().enumerate() {
        let id = summary.customers().unwrap().get(row);
        assert_eq!(id, CustomerId::Int(expected.customer));
        assert_eq!(summary.frequency()[row], expected.x);
        assert_near(summary.recency()[row], expected.t_x);
        assert_near(summary.t()[row], expected.t);
        assert_near(summary.monetary_value().unwrap()[row], expected.mean);
        assert_near(summary.total_amount().unwrap()[row], expected.total);
        let ln_gaps = summary.sum_ln_gaps().unwrap()[row];
        assert!((ln_gaps - expected.ln_gaps).abs() <= 1e-12 * f64::from(1 + 40 * expected.x));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_summary_is_the_naive_one(
        lines in log(), clock in clock(), end in proptest::option::of(instant()), first: bool,
    ) {
        let (unit, occasion) = (clock.unit(), clock.occasion());
        let mut options = SummaryOptions::default();
        (options.unit, options.occasion) = (unit, Some(occasion));
        (options.observation_end, options.include_first) = (end, first);
        let last = lines.iter().map(|line| line.1).max().unwrap();
        let end = end.unwrap_or(last);
        let rows = naive::summarize(&lines, unit, occasion, end, end, first);
        let orders = orders(&lines);
        let summary = match orders.summarize(&options) {
            Ok(summary) => summary,
            Err(error) => {
                prop_assert!(rows.is_empty() && matches!(error, Error::Empty { .. }), "{error}");
                return Ok(());
            }
        };
        assert_rows(&summary, &rows);
        prop_assert_eq!(summary.unit(), Some(unit));
        prop_assert_eq!(summary.includes_first(), first);
        // Everything is either in the summary or counted as left out.
        let after_all = 40_000 * DAY;
        let everything = naive::summarize(&lines, unit, occasion, after_all, after_all, false);
        let occasions = |rows: &[naive::Row]| rows.iter().map(|row| row.x as usize + 1).sum::<usize>();
        let left_out = summary.left_out();
        prop_assert_eq!(left_out.customers, everything.len() - rows.len());
        prop_assert_eq!(left_out.occasions, occasions(&everything) - occasions(&rows));
    }

    #[test]
    fn the_holdout_is_the_naive_one(
        lines in log(), clock in clock(), split in instant(), end in instant(), first: bool,
    ) {
        let (unit, occasion) = (clock.unit(), clock.occasion());
        let occasions = Occasions::of(&orders(&lines), clock).unwrap();
        let rows = naive::summarize(&lines, unit, occasion, split, end, first);
        match occasions.calibration_holdout(split, Some(end), first) {
            Ok(both) => {
                assert_rows(&both.calibration, &rows);
                let later: Vec<u32> = rows.iter().map(|row| row.later).collect();
                prop_assert_eq!(&both.holdout_frequency, &later);
                let known = naive::summarize(&lines, unit, occasion, end, end, first).len();
                prop_assert_eq!(both.born_in_holdout, known - rows.len());
                prop_assert!(both.holdout_duration > 0.0);
                // All the money up to the end is that of both parts.
                let money = both.holdout_monetary_value.unwrap();
                let whole = occasions.summarize(Some(end), first).unwrap();
                let ids = whole.customers().unwrap();
                for (row, &later) in later.iter().enumerate() {
                    let id = both.calibration.customers().unwrap().get(row);
                    let there = (0..whole.len()).find(|&row| ids.get(row) == id).unwrap();
                    let before = both.calibration.total_amount().unwrap()[row];
                    let sum = before + money[row] * f64::from(later);
                    let total = whole.total_amount().unwrap()[there];
                    prop_assert!((sum - total).abs() <= 1e-12 * total, "{sum} {total}");
                }
            }
            Err(error) => {
                prop_assert!(matches!(error, Error::Empty { .. }), "{error}");
                prop_assert!(rows.is_empty() || split >= end || clock_cannot_tell(clock, split, end));
            }
        }
    }

    #[test]
    fn the_order_of_the_rows_changes_no_bit(
        (lines, shuffled) in log().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        clock in clock(), first: bool,
    ) {
        let summary = |lines: &[Line]| Occasions::of(&orders(lines), clock).unwrap().summarize(None, first);
        prop_assert_eq!(bits(&summary(&lines).unwrap()), bits(&summary(&shuffled).unwrap()));
    }

    #[test]
    fn cutting_a_log_into_batches_changes_no_bit(
        lines in log(), batch_of in proptest::collection::vec(0..5_usize, 70), clock in clock(),
        joins in proptest::collection::vec((any::<Index>(), any::<Index>()), 5), first: bool,
    ) {
        let whole = Occasions::of(&orders(&lines), clock).unwrap().summarize(None, first).unwrap();
        let mut batches: Vec<Occasions> = (0..5)
            .map(|batch| lines.iter().zip(&batch_of).filter(move |(_, of)| **of == batch))
            .map(|lines| lines.map(|(line, _)| *line).collect::<Vec<_>>())
            .filter(|lines| !lines.is_empty())
            .map(|lines| Occasions::of(&orders(&lines), clock).unwrap())
            .collect();
        for (a, b) in joins {
            if batches.len() == 1 {
                break;
            }
            let a = batches.swap_remove(a.index(batches.len()));
            let b = batches.swap_remove(b.index(batches.len()));
            batches.push(a.merge(&b).unwrap());
        }
        prop_assert_eq!(batches.len(), 1);
        prop_assert_eq!(bits(&batches[0].summarize(None, first).unwrap()), bits(&whole));
    }

    #[test]
    fn a_batch_of_other_customers_only_adds_theirs(lines in log(), clock in clock()) {
        let other: Vec<Line> = lines.iter().map(|line| (line.0 + 100, line.1, line.2)).collect();
        let mine = Occasions::of(&orders(&lines), clock).unwrap();
        let merged = mine.merge(&Occasions::of(&orders(&other), clock).unwrap()).unwrap();
        prop_assert_eq!(merged.len(), 2 * mine.len());
        let (alone, both) =
            (mine.summarize(None, false).unwrap(), merged.summarize(None, false).unwrap());
        prop_assert_eq!(&both.frequency()[..alone.len()], alone.frequency());
        prop_assert_eq!(&both.total_amount().unwrap()[..alone.len()], alone.total_amount().unwrap());
    }

    #[test]
    fn text_ids_give_the_same_numbers_in_their_own_order(lines in log(), clock in clock()) {
        let names: Vec<String> = lines.iter().map(|line| format!("{:+05}", line.0)).collect();
        let time: Vec<i64> = lines.iter().map(|line| line.1).collect();
        let text = OrderColumns {
            customer: Column::new("customer", &names).into(),
            time: Column::new("time", &time),
            scale: TimeScale::Microseconds,
            amount: None,
        };
        let text = Orders::new(&text, Invalid::Raise).unwrap();
        let text = Occasions::of(&text, clock).unwrap().summarize(None, false).unwrap();
        let numbers = Occasions::of(&orders(&lines), clock).unwrap().summarize(None, false).unwrap();
        prop_assert_eq!(text.len(), numbers.len());
        let mut ids: Vec<String> = Vec::new();
        for row in 0..text.len() {
            let CustomerId::Text(id) = text.customers().unwrap().get(row) else { unreachable!() };
            ids.push(id.to_owned());
            let number: i64 = id.parse().unwrap();
            let there = (0..numbers.len())
                .find(|&row| numbers.customers().unwrap().get(row) == CustomerId::Int(number));
            prop_assert_eq!(text.history(row), numbers.history(there.unwrap()));
        }
        prop_assert!(ids.is_sorted());
    }
}

/// Whether both instants lie in one occasion period, so that nothing is held out.
fn clock_cannot_tell(clock: Clock, split: i64, end: i64) -> bool {
    let lines = [(1, split, 1.0), (1, end, 1.0)];
    Occasions::of(&orders(&lines), clock).unwrap().summarize(None, false).unwrap().frequency()
        == [0]
}

#[test]
fn amounts_too_far_apart_for_an_exact_sum_do_not_make_the_order_matter() {
    // 1 and half its last place, which rounds down; amounts that together turn that, but one by
    // one are below what two floats can hold of the sum.
    let half_a_place = f64::EPSILON / 2.0;
    let tiny = half_a_place * f64::EPSILON / 16.0;
    let mut lines: Vec<Line> = vec![(7, 0, 1.0), (7, 0, half_a_place)];
    lines.extend([(7, 0, tiny); 32]);
    let clock = Clock::new(Unit::Day, None).unwrap();
    let summary =
        |lines: &[Line]| Occasions::of(&orders(lines), clock).unwrap().summarize(None, true);
    let forward = summary(&lines).unwrap();
    lines.reverse();
    assert_eq!(bits(&summary(&lines).unwrap()), bits(&forward));
}

#[test]
fn every_scale_of_time_gives_the_same_summary() {
    let days = [10_000_i64, -3, 20_500, 10_000];
    let summary = |scale: TimeScale, per_day: i64| {
        let time: Vec<i64> = days.iter().map(|day| day * per_day).collect();
        let columns = OrderColumns {
            customer: Column::new("customer", &[1_i64, 1, 2, 2][..]).into(),
            time: Column::new("time", &time),
            scale,
            amount: None,
        };
        Orders::new(&columns, Invalid::Raise)
            .unwrap()
            .summarize(&SummaryOptions::in_unit(Unit::Day))
            .unwrap()
    };
    let expected = summary(TimeScale::Days, 1);
    assert_eq!(expected.recency(), [10_003.0, 10_500.0]);
    assert_eq!(expected, summary(TimeScale::Seconds, 86_400));
    assert_eq!(expected, summary(TimeScale::Milliseconds, 86_400_000));
    assert_eq!(expected, summary(TimeScale::Microseconds, DAY));
    assert_eq!(expected, summary(TimeScale::Nanoseconds, 1_000 * DAY));
}
