//! What a customer summary given as columns refuses, with the exact message of each.

use loyalty_core::Error;
use loyalty_core::orders::{Column, CustomerId};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Three sound customers, with one column after the other changed.
fn sound() -> SummaryColumns<'static> {
    let mut columns = SummaryColumns::new(&[0.0, 2.0, 1.0], &[0.0, 5.0, 9.0], &[9.0, 9.0, 9.0]);
    columns.monetary_value = Some(Column::new("mean", &[0.0, 7.5, 3.0]));
    columns.total_amount = Some(Column::new("total", &[4.0, 20.0, 6.0]));
    columns.weights = Some(Column::new("weight", &[1.0, 2.0, 0.5]));
    columns.customer = Some(Column::new("id", &[11, 12, 13][..]).into());
    columns
}

fn with<'a>(change: impl FnOnce(&mut SummaryColumns<'a>)) -> SummaryColumns<'a> {
    let mut columns = sound();
    change(&mut columns);
    columns
}

#[track_caller]
fn message(columns: &SummaryColumns<'_>) -> String {
    CustomerSummary::new(columns).expect_err("a refusal").to_string()
}

#[test]
fn tables_without_customers_or_with_columns_of_different_length() {
    let empty = "the customer summary is empty: at least one customer";
    assert_eq!(message(&SummaryColumns::new(&[], &[], &[])), empty);
    let short = [1.0; 2];
    let ids = [1_i64, 2];
    let (mask, all) = ([true; 2], [1.0; 3]);
    let masked = |name| Column::new(name, &all[..]).with_present(Some(&mask));
    for (columns, name) in [
        (with(|columns| columns.recency = Column::new("recency", &short)), "recency"),
        (with(|columns| columns.t = Column::new("T", &short)), "T"),
        (with(|columns| columns.monetary_value = Some(Column::new("mean", &short))), "mean"),
        (with(|columns| columns.total_amount = Some(Column::new("total", &short))), "total"),
        (with(|columns| columns.since_last = Some(Column::new("since", &short))), "since"),
        (with(|columns| columns.sum_ln_gaps = Some(Column::new("gaps", &short))), "gaps"),
        (with(|columns| columns.weights = Some(Column::new("weight", &short))), "weight"),
        (with(|columns| columns.weights = Some(masked("weight"))), "weight"),
        (with(|columns| columns.frequency = masked("x")), "x"),
        (with(|columns| columns.customer = Some(Column::new("id", &ids[..]).into())), "id"),
    ] {
        let expected = format!("column {name:?} has 2 rows, but 3 are expected");
        assert_eq!(message(&columns), expected);
    }
}

#[test]
fn frequencies_that_are_no_counts() {
    for (x, shown) in [
        (NAN, "NaN"),
        (INF, "inf"),
        (-INF, "-inf"),
        (-1.0, "-1"),
        (2.5, "2.5"),
        (1e-300, "0.000"),
        (4_294_967_295.0, "4294967295"),
        (1e300, "1000"),
    ] {
        let x = [0.0, x, x];
        let columns = with(|columns| columns.frequency = Column::new("x", &x));
        let got = message(&columns);
        let start = "column \"x\", row 1: must be a whole number from 0 to 4294967294, got ";
        assert!(got.starts_with(&format!("{start}{shown}")), "{got}");
        assert!(got.ends_with(" (and 1 more row)"), "{got}");
    }
    let largest = [4_294_967_294.0];
    let summary = CustomerSummary::new(&SummaryColumns::new(&largest, &[1.0], &[2.0])).unwrap();
    assert_eq!(summary.frequency(), [u32::MAX - 1]);
}

#[test]
fn times_that_cannot_be() {
    for (recency, t, expected) in [
        (5.0, NAN, "column \"T\", row 1: must be finite and >= 0, got NaN"),
        (5.0, INF, "column \"T\", row 1: must be finite and >= 0, got inf"),
        (5.0, -9.0, "column \"T\", row 1: must be finite and >= 0, got -9"),
        (NAN, 9.0, "column \"recency\", row 1: must be finite, >= 0 and <= T, got NaN"),
        (INF, 9.0, "column \"recency\", row 1: must be finite, >= 0 and <= T, got inf"),
        (-5.0, 9.0, "column \"recency\", row 1: must be finite, >= 0 and <= T, got -5"),
        (9.5, 9.0, "column \"recency\", row 1: must be finite, >= 0 and <= T, got 9.5"),
        (0.0, 9.0, "column \"recency\", row 1: must be > 0 where frequency is > 0, got 0"),
        (-0.0, 9.0, "column \"recency\", row 1: must be > 0 where frequency is > 0, got -0"),
    ] {
        let (recency, t) = ([0.0, recency, 9.0], [9.0, t, 9.0]);
        let columns = with(|columns| {
            columns.recency = Column::new("recency", &recency);
            columns.t = Column::new("T", &t);
        });
        assert_eq!(message(&columns), expected);
    }
    let recency = [3.0, 5.0, 9.0];
    let columns = with(|columns| columns.recency = Column::new("recency", &recency));
    let expected = "column \"recency\", row 0: must be 0 where frequency is 0, got 3";
    assert_eq!(message(&columns), expected);
}

#[test]
fn money_that_cannot_be() {
    let rule = "finite and >= 0";
    let nothing = "0 or missing where no purchase is behind it";
    for (mean, row, rule, shown) in [
        ([0.0, NAN, 3.0], 1, rule, "NaN"),
        ([0.0, INF, 3.0], 1, rule, "inf"),
        ([0.0, -7.5, 3.0], 1, rule, "-7.5"),
        ([2.0, 7.5, 3.0], 0, nothing, "2"),
        ([INF, 7.5, 3.0], 0, nothing, "inf"),
    ] {
        let columns = with(|columns| columns.monetary_value = Some(Column::new("mean", &mean)));
        let expected = format!("column \"mean\", row {row}: must be {rule}, got {shown}");
        assert_eq!(message(&columns), expected);
    }
    for (value, shown) in [(NAN, "NaN"), (-INF, "-inf"), (-1.0, "-1")] {
        let total = [value, 20.0, value];
        let columns = with(|columns| columns.total_amount = Some(Column::new("total", &total)));
        let expected =
            format!("column \"total\", row 0: must be {rule}, got {shown} (and 1 more row)");
        assert_eq!(message(&columns), expected);
    }
    for (since, shown) in [(NAN, "NaN"), (-1.0, "-1"), (4.1, "4.1"), (9.5, "9.5")] {
        let since = [9.0, since, 0.0];
        let columns = with(|columns| columns.since_last = Some(Column::new("since", &since)));
        let expected = "must be T less recency, to rounding";
        assert_eq!(message(&columns), format!("column \"since\", row 1: {expected}, got {shown}"));
    }
    for (row, sum, rule) in [
        (0, 0.1, "0 where frequency is 0"),
        (1, 1.7, "finite and at most frequency · ln(recency/frequency), in the unit of recency"),
        (1, NAN, "finite and at most frequency · ln(recency/frequency), in the unit of recency"),
        (1, 1.5, "ln recency where frequency is 1"),
        (2, -INF, "finite and at most frequency · ln(recency/frequency), in the unit of recency"),
    ] {
        let (x, t_x, t) = ([0.0, 1.0, 2.0], [0.0, 5.0, 9.0], [9.0; 3]);
        let right = [0.0, 5.0_f64.ln(), 2.0 * 4.5_f64.ln()];
        let mut columns = SummaryColumns::new(&x, &t_x, &t);
        columns.sum_ln_gaps = Some(Column::new("gaps", &right));
        assert!(CustomerSummary::new(&columns).is_ok());
        let mut sums = right;
        sums[row] = sum;
        columns.sum_ln_gaps = Some(Column::new("gaps", &sums));
        let expected = format!("column \"gaps\", row {row}: must be {rule}, got {sum}");
        assert_eq!(message(&columns), expected);
    }
    for (weight, shown) in [(NAN, "NaN"), (INF, "inf"), (0.0, "0"), (-0.0, "-0"), (-2.0, "-2")] {
        let weights = [weight; 3];
        let columns = with(|columns| columns.weights = Some(Column::new("weight", &weights)));
        let more = "(and 2 more rows)";
        let expected =
            format!("column \"weight\", row 0: must be finite and > 0, got {shown} {more}");
        assert_eq!(message(&columns), expected);
    }
}

#[test]
fn missing_cells_are_named_as_missing() {
    let mask = [true, false, true];
    let present = Some(&mask[..]);
    let mut columns = sound();
    columns.frequency = columns.frequency.with_present(present);
    let expected =
        "column \"frequency\", row 1: must be a whole number from 0 to 4294967294, got null";
    assert_eq!(message(&columns), expected);
    let mut columns = sound();
    columns.t = columns.t.with_present(present);
    assert_eq!(message(&columns), "column \"T\", row 1: must be finite and >= 0, got null");
    let mut columns = sound();
    columns.monetary_value = columns.monetary_value.map(|column| column.with_present(present));
    assert_eq!(message(&columns), "column \"mean\", row 1: must be finite and >= 0, got null");
    // Where no purchase is behind it, a missing mean is as good as 0.
    let first = [false, true, true];
    let mut columns = sound();
    columns.monetary_value = columns.monetary_value.map(|column| column.with_present(Some(&first)));
    let summary = CustomerSummary::new(&columns).unwrap();
    assert_eq!(summary.monetary_value(), Some(&[0.0, 7.5, 3.0][..]));
    // With the first purchase included there is one behind it.
    columns.includes_first = true;
    assert_eq!(message(&columns), "column \"mean\", row 0: must be finite and >= 0, got null");
}

#[test]
fn ids_that_are_missing_or_not_unique() {
    let ids = |values: &[i64]| {
        message(&with(|columns| columns.customer = Some(Column::new("id", values).into())))
    };
    let rule = "must be different from the ids of all rows before, got";
    assert_eq!(ids(&[11, 12, 11]), format!("column \"id\", row 2: {rule} 11"));
    assert_eq!(ids(&[-5, -5, -5]), format!("column \"id\", row 1: {rule} -5"));
    let text = |values: &Vec<String>| {
        message(&with(|columns| columns.customer = Some(Column::new("id", values).into())))
    };
    let name = |name: &str| name.to_owned();
    assert_eq!(
        text(&vec![name("a"), name("b"), name("b")]),
        format!("column \"id\", row 2: {rule} \"b\"")
    );
    let null = "column \"id\", row 1: must be present in every row, got null";
    assert_eq!(text(&vec![name("a"), name(""), name("b")]), null);
    let mask = [true, false, true];
    let masked = Column::new("id", &[1_i64, 2, 3][..]).with_present(Some(&mask));
    assert_eq!(message(&with(|columns| columns.customer = Some(masked.into()))), null);
    // A message stays readable whatever the id.
    let long = "ж\"".repeat(500_000);
    let got = text(&vec![long.clone(), name("b"), long]);
    let shown = "ж\\\"".repeat(30);
    assert_eq!(got, format!("column \"id\", row 2: {rule} \"{shown}\"… (1000000 characters)"));
}

#[test]
fn errors_carry_what_their_message_says() {
    let weights = [1.0, -2.0, NAN];
    let columns = with(|columns| columns.weights = Some(Column::new("weight", &weights)));
    let expected = Error::Value {
        column: "weight".to_owned(),
        row: 1,
        expected: "finite and > 0",
        value: "-2".to_owned(),
        more: 1,
    };
    assert_eq!(CustomerSummary::new(&columns), Err(expected));
}

#[test]
fn minus_nothing_is_nothing() {
    let zero = [-0.0];
    let mut columns = SummaryColumns::new(&zero, &zero, &zero);
    columns.monetary_value = Some(Column::new("mean", &zero));
    columns.total_amount = Some(Column::new("total", &zero));
    let summary = CustomerSummary::new(&columns).unwrap();
    assert_eq!(summary.frequency(), [0]);
    let money = [summary.monetary_value().unwrap()[0], summary.total_amount().unwrap()[0]];
    for value in [summary.recency()[0], summary.t()[0], money[0], money[1]] {
        assert!(value.is_sign_positive());
    }
}

#[test]
fn a_sound_table_comes_through_as_it_is() {
    let summary = CustomerSummary::new(&sound()).unwrap();
    assert_eq!((summary.len(), summary.total_weight()), (3, 3.5));
    assert_eq!(summary.frequency(), [0, 2, 1]);
    assert_eq!(summary.recency(), [0.0, 5.0, 9.0]);
    assert_eq!(summary.t(), [9.0; 3]);
    assert_eq!(summary.monetary_value(), Some(&[0.0, 7.5, 3.0][..]));
    assert_eq!(summary.total_amount(), Some(&[4.0, 20.0, 6.0][..]));
    assert_eq!(summary.weights(), Some(&[1.0, 2.0, 0.5][..]));
    assert_eq!(summary.customers().unwrap().get(2), CustomerId::Int(13));
    assert_eq!((summary.unit(), summary.includes_first()), (None, false));
}
