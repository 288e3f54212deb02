//! What the tables refuse: per constructor the bad inputs, and the exact message of each.

use crate::common;
use std::fmt::Debug;

use crate::common::{cdnow, instant, weekly};
use loyalty_core::Error;
use loyalty_core::orders::{
    Column, CustomerColumn, Invalid, OrderColumns, Orders, Reason, TimeScale,
};
use loyalty_core::rfm::RfmValues;
use loyalty_core::summary::{CustomerSummary, History, Occasions, SummaryColumns, SummaryOptions};
use loyalty_core::time::{Clock, Occasion, Unit};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[track_caller]
fn message<T: Debug>(result: Result<T, Error>) -> String {
    result.expect_err("a refusal").to_string()
}

fn log<'a>(customer: &'a [i64], day: &'a [i64], amount: Option<&'a [f64]>) -> OrderColumns<'a> {
    OrderColumns {
        customer: Column::new("who", customer).into(),
        time: Column::new("when", day),
        scale: TimeScale::Days,
        amount: amount.map(|amount| Column::new("paid", amount)),
    }
}

#[test]
fn logs_that_are_no_tables() {
    let check = |columns: &OrderColumns<'_>| message(Orders::new(columns, Invalid::Drop));
    let empty = "the order log is empty: at least one order";
    assert_eq!(check(&log(&[], &[], None)), empty);
    let text: Vec<&str> = Vec::new();
    let no_text =
        OrderColumns { customer: Column::new("who", &text).into(), ..log(&[], &[], None) };
    assert_eq!(check(&no_text), empty);
    let short = r#"column "when" has 1 rows, but 2 are expected"#;
    assert_eq!(check(&log(&[1, 2], &[0], None)), short);
    let long = r#"column "paid" has 3 rows, but 2 are expected"#;
    assert_eq!(check(&log(&[1, 2], &[0, 1], Some(&[1.0; 3]))), long);

    // Masks are columns too.
    let mask = Some(&[true; 3][..]);
    let mut columns = log(&[1, 2], &[0, 1], Some(&[1.0; 2]));
    columns.time = columns.time.with_present(mask);
    assert_eq!(check(&columns), r#"column "when" has 3 rows, but 2 are expected"#);
    let mut columns = log(&[1, 2], &[0, 1], Some(&[1.0; 2]));
    columns.amount = columns.amount.map(|amount| amount.with_present(mask));
    assert_eq!(check(&columns), r#"column "paid" has 3 rows, but 2 are expected"#);
    let mut columns = log(&[1, 2], &[0, 1], None);
    columns.customer = Column::new("who", &[1_i64, 2][..]).with_present(mask).into();
    assert_eq!(check(&columns), r#"column "who" has 3 rows, but 2 are expected"#);
}

#[test]
fn amounts_out_of_range() {
    use Reason::{AmountOutOfRange, MissingAmount, NegativeAmount};
    for (amount, reason, problem) in [
        (NAN, MissingAmount, "is missing"),
        (INF, AmountOutOfRange, "is not within 0 to 1e50"),
        (-INF, AmountOutOfRange, "is not within 0 to 1e50"),
        (1.1e100, AmountOutOfRange, "is not within 0 to 1e50"),
        (f64::MAX, AmountOutOfRange, "is not within 0 to 1e50"),
        (-0.01, NegativeAmount, "is negative"),
        (-f64::MIN_POSITIVE, NegativeAmount, "is negative"),
        (-f64::MAX, NegativeAmount, "is negative"),
    ] {
        let amounts = [1.0, amount, 2.0];
        let columns = log(&[1, 1, 2], &[0, 1, 2], Some(&amounts));
        let expected = format!(
            r#"1 of 3 rows cannot be used: column "paid" {problem} in 1 row (first: row 1)"#
        );
        assert_eq!(message(Orders::new(&columns, Invalid::Raise)), expected, "{amount}");
        let orders = Orders::new(&columns, Invalid::Drop).unwrap();
        assert_eq!((orders.len(), orders.report().refused()), (2, 1));
        assert_eq!(orders.report().refusals()[0].reason, reason);
        assert_eq!(orders.report().to_string(), expected);
    }
}

#[test]
fn amounts_at_the_ends_of_the_range() {
    let orders = Orders::new(&log(&[1; 3], &[0, 1, 2], Some(&[-0.0, 0.0, 1e50])), Invalid::Raise);
    let summary = orders.unwrap().summarize(&SummaryOptions::default()).unwrap();
    assert_eq!(summary.total_amount(), Some(&[1e50][..]));
    let orders = Orders::new(&log(&[1; 2], &[0, 1], Some(&[-0.0; 2])), Invalid::Raise).unwrap();
    let summary = orders.summarize(&SummaryOptions::default()).unwrap();
    assert!(summary.total_amount().unwrap()[0].is_sign_positive(), "no −0 in the table");
    assert!(summary.monetary_value().unwrap()[0].is_sign_positive(), "no −0 in the table");
}

#[test]
fn times_out_of_range() {
    // Years 0001 to 9999.
    let (first, last) = (common::day("0001-01-01"), common::day("9999-12-31"));
    assert!(Orders::new(&log(&[1, 1], &[first, last], None), Invalid::Raise).is_ok());
    let expected = r#"1 of 1 rows cannot be used: column "when" is not within the years 0001 to 9999 in 1 row (first: row 0)"#;
    for (scale, time) in [
        (TimeScale::Days, first - 1),
        (TimeScale::Days, last + 1),
        (TimeScale::Days, i64::MAX),
        (TimeScale::Days, i64::MIN),
        (TimeScale::Seconds, i64::MAX),
        (TimeScale::Milliseconds, i64::MIN),
        (TimeScale::Microseconds, i64::MAX),
    ] {
        let time = [time];
        let columns = OrderColumns { scale, ..log(&[1], &time, None) };
        assert_eq!(message(Orders::new(&columns, Invalid::Raise)), expected, "{scale:?} {time:?}");
    }
    let nanoseconds =
        OrderColumns { scale: TimeScale::Nanoseconds, ..log(&[1], &[i64::MIN], None) };
    assert!(Orders::new(&nanoseconds, Invalid::Raise).is_ok(), "all of them are within the range");
}

#[test]
fn rows_count_under_the_first_reason_that_applies() {
    let ids = vec!["a", "", "b", "c", "d", "e", "f"];
    let columns = OrderColumns {
        customer: Column::new("who", &ids)
            .with_present(Some(&[false, true, true, true, true, true, true]))
            .into(),
        time: Column::new("when", &[0, 0, i64::MAX, 0, 0, 0, 0][..])
            .with_present(Some(&[false, true, true, false, true, true, true])),
        scale: TimeScale::Days,
        amount: Some(
            Column::new("paid", &[NAN, 1.0, -1.0, 1.0, -1.0, 5.0, INF][..])
                .with_present(Some(&[true, true, true, true, true, false, true])),
        ),
    };
    let error = Orders::new(&columns, Invalid::Raise).unwrap_err();
    let Error::Refused(report) = &error else { panic!("{error}") };
    assert_eq!((report.rows(), report.kept(), report.refused()), (7, 0, 7));
    let counts = report.refusals().iter().map(|r| (r.reason.name(), r.rows, r.first_row));
    let expected = [
        ("missing_customer", 2, 0),
        ("missing_time", 1, 3),
        ("time_out_of_range", 1, 2),
        ("missing_amount", 1, 5),
        ("negative_amount", 1, 4),
        ("amount_out_of_range", 1, 6),
    ];
    assert_eq!(counts.collect::<Vec<_>>(), expected);
    assert_eq!(
        error.to_string(),
        "7 of 7 rows cannot be used: column \"who\" is missing in 2 rows (first: row 0); \
         column \"when\" is missing in 1 row (first: row 3); \
         column \"when\" is not within the years 0001 to 9999 in 1 row (first: row 2); \
         column \"paid\" is missing in 1 row (first: row 5); \
         column \"paid\" is negative in 1 row (first: row 4); \
         column \"paid\" is not within 0 to 1e50 in 1 row (first: row 6)"
    );
    // Nothing is left to work on, so dropping does not help.
    assert_eq!(Orders::new(&columns, Invalid::Drop).unwrap_err(), error);
}

#[test]
fn logs_that_look_wrong_and_are_right() {
    // One row; rows in no order; equal rows, which both count; an absurdly long id.
    let one = Orders::new(&log(&[7], &[100], Some(&[5.0])), Invalid::Raise).unwrap();
    let summary = one.summarize(&SummaryOptions::in_unit(Unit::Day)).unwrap();
    assert_eq!((summary.frequency(), summary.t()), (&[0][..], &[0.0][..]));
    let columns = log(&[2, 1, 2, 2], &[9, 5, 1, 9], Some(&[4.0, 1.0, 2.0, 4.0]));
    let summary = Orders::new(&columns, Invalid::Raise).unwrap();
    let summary = summary.summarize(&SummaryOptions::in_unit(Unit::Day)).unwrap();
    assert_eq!(summary.frequency(), [0, 1]);
    assert_eq!(summary.recency(), [0.0, 8.0]);
    assert_eq!(summary.monetary_value(), Some(&[0.0, 8.0][..]));
    assert_eq!(summary.total_amount(), Some(&[1.0, 10.0][..]));
    let long = vec!["ж".repeat(1_000_000), "b".to_owned()];
    let columns =
        OrderColumns { customer: Column::new("who", &long).into(), ..log(&[], &[0, 1], None) };
    assert_eq!(Orders::new(&columns, Invalid::Raise).unwrap().customers().len(), 2);
}

#[test]
fn words_that_are_no_choice() {
    let unit = "unit must be hour, day, week, month, year, calendar_week, calendar_month, \
                calendar_quarter or calendar_year";
    let occasion = "occasion must be exact, hour, day, week, month, quarter or year";
    for word in ["", "Week", "fortnights", "W", " week"] {
        assert_eq!(message(word.parse::<Unit>()), format!("{unit}, got {word:?}"));
        assert_eq!(message(word.parse::<Occasion>()), format!("{occasion}, got {word:?}"));
        let invalid = format!("invalid must be raise or drop, got {word:?}");
        assert_eq!(message(word.parse::<Invalid>()), invalid);
    }
}

#[test]
fn clocks_that_do_not_fit() {
    let calendar = "occasion must be the period of the calendar unit itself (leave it out), got";
    let fixed = "occasion must be \"exact\", \"hour\", \"day\" or \"week\" with a unit of fixed length, got";
    for unit in [Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year] {
        for occasion in [Occasion::Month, Occasion::Quarter, Occasion::Year] {
            let expected = format!("{fixed} \"{occasion}\"");
            assert_eq!(message(Clock::new(unit, Some(occasion))), expected, "{unit}");
        }
        for occasion in [Occasion::Exact, Occasion::Hour, Occasion::Day, Occasion::Week] {
            assert_eq!(Clock::new(unit, Some(occasion)).unwrap().occasion(), occasion);
        }
    }
    for (unit, own) in [
        (Unit::CalendarWeek, Occasion::Week),
        (Unit::CalendarMonth, Occasion::Month),
        (Unit::CalendarQuarter, Occasion::Quarter),
        (Unit::CalendarYear, Occasion::Year),
    ] {
        assert_eq!(Clock::new(unit, Some(own)), Clock::new(unit, None));
        for other in [Occasion::Exact, Occasion::Hour, Occasion::Day] {
            let expected = format!("{calendar} \"{other}\"");
            assert_eq!(message(Clock::new(unit, Some(other))), expected, "{unit}");
        }
    }
    let mut options = SummaryOptions::default();
    options.occasion = Some(Occasion::Month);
    assert_eq!(message(cdnow().summarize(&options)), format!("{fixed} \"month\""));
    let end = instant("1997-09-30");
    assert_eq!(message(cdnow().calibration_holdout(end, &options)), format!("{fixed} \"month\""));
}

#[test]
fn periods_without_anything_in_them() {
    let nobody = "the customer summary is empty: an order at or before the observation end";
    let no_holdout = "the holdout period is empty: a calibration end before the observation end";
    let mut options = weekly();
    options.observation_end = Some(instant("1996-12-31"));
    assert_eq!(message(cdnow().summarize(&options)), nobody);
    options.observation_end = Some(instant("1997-09-30"));
    for calibration_end in ["1997-09-30", "1997-10-01", "2024-01-01"] {
        let result = cdnow().calibration_holdout(instant(calibration_end), &options);
        assert_eq!(message(result), no_holdout, "{calibration_end}");
    }
    assert_eq!(message(cdnow().calibration_holdout(instant("1998-06-30"), &weekly())), no_holdout);
    assert_eq!(message(cdnow().calibration_holdout(instant("1996-12-31"), &weekly())), nobody);
}

#[test]
fn batches_that_do_not_match() {
    let occasions = |columns: &OrderColumns<'_>, unit| {
        let orders = Orders::new(columns, Invalid::Raise).unwrap();
        Occasions::of(&orders, Clock::new(unit, None).unwrap()).unwrap()
    };
    let plain = occasions(&log(&[1], &[0], None), Unit::Day);
    let weeks = occasions(&log(&[1], &[0], None), Unit::CalendarWeek);
    let money = occasions(&log(&[1], &[0], Some(&[1.0])), Unit::Day);
    let names = vec!["ada"];
    let named =
        OrderColumns { customer: Column::new("who", &names).into(), ..log(&[], &[0], None) };
    let named = occasions(&named, Unit::Day);
    for (other, expected) in [
        (
            &weeks,
            "the first batch is in day by day and the second in calendar_week by week: \
             use the same unit for both",
        ),
        (&money, "one of the batches needs the column \"amount\", which is missing"),
        (&named, "customer must be of one kind in all batches, numbers or text, got \"both\""),
    ] {
        assert_eq!(message(plain.merge(other)), expected);
    }
}

#[test]
fn histories_that_cannot_be() {
    for (x, t_x, t, expected) in [
        (0, 0.0, NAN, "T must be finite and >= 0, got NaN"),
        (0, 0.0, INF, "T must be finite and >= 0, got inf"),
        (0, 0.0, -1.0, "T must be finite and >= 0, got -1"),
        (1, NAN, 5.0, "recency must be finite, >= 0 and <= T, got NaN"),
        (1, INF, 5.0, "recency must be finite, >= 0 and <= T, got inf"),
        (1, -1.0, 5.0, "recency must be finite, >= 0 and <= T, got -1"),
        (1, 5.1, 5.0, "recency must be finite, >= 0 and <= T, got 5.1"),
        (1, 0.0, 5.0, "recency must be > 0 where frequency is > 0, got 0"),
        (0, 1.0, 5.0, "recency must be 0 where frequency is 0, got 1"),
    ] {
        assert_eq!(message(History::new(x, t_x, t)), expected);
    }
    assert!(History::new(u32::MAX, 5.0, 5.0).is_ok());
    assert!(History::new(0, -0.0, 0.0).is_ok());
}

#[test]
fn rfm_measures_that_cannot_be() {
    let ok = [1.0, 2.0];
    let check =
        |r: &[f64], f: &[f64], m: &[f64], w: Option<&[f64]>| message(RfmValues::new(r, f, m, w));
    let empty = "the RFM table is empty: at least one customer";
    assert_eq!(check(&[], &[], &[], None), empty);
    let short = "column \"frequency\" has 1 rows, but 2 are expected";
    assert_eq!(check(&ok, &[1.0], &ok, None), short);
    let short = "column \"monetary\" has 3 rows, but 2 are expected";
    assert_eq!(check(&ok, &ok, &[1.0; 3], None), short);
    let short = "column \"weights\" has 0 rows, but 2 are expected";
    assert_eq!(check(&ok, &ok, &ok, Some(&[])), short);
    for (bad, at_least_0, any, above_0) in [
        ("NaN", true, true, true),
        ("inf", true, true, true),
        ("-1", true, false, true),
        ("0", false, false, true),
    ] {
        let column = [1.0, bad.parse().unwrap()];
        let expect =
            |name: &str, rule: &str| format!("column {name:?}, row 1: must be {rule}, got {bad}");
        if at_least_0 {
            assert_eq!(check(&column, &ok, &ok, None), expect("recency", "finite and >= 0"));
            assert_eq!(check(&ok, &column, &ok, None), expect("frequency", "finite and >= 0"));
        }
        if any {
            assert_eq!(
                check(&ok, &ok, &column, None),
                expect("monetary", "finite, at most 1e50 in size")
            );
        }
        if above_0 {
            assert_eq!(check(&ok, &ok, &ok, Some(&column)), expect("weights", "finite and > 0"));
        }
    }
    let without_money = CustomerSummary::new(&SummaryColumns::new(&[0.0], &[0.0], &[1.0])).unwrap();
    let expected = "RFM needs the column \"total_amount\", which is missing";
    assert_eq!(message(RfmValues::of(&without_money)), expected);
}

#[test]
fn a_debug_print_of_a_column_shows_no_data() {
    let names = vec!["ada"];
    let column = CustomerColumn::from(Column::new("who", &names));
    assert_eq!(format!("{column:?}"), "CustomerColumn::Text(\"who\", 1 rows)");
}
