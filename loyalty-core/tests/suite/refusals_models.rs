//! What models, scores and segment tables refuse, with the exact message of each.

use std::fmt::Debug;
use std::ops::ControlFlow;

use crate::common::{cdnow_model, cdnow_split};
use loyalty_core::Error;
use loyalty_core::estimation::FitOptions;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::rfm::{Rfm, RfmBreaks, RfmOptions, RfmValues, SegmentRule, SegmentTable};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};
use loyalty_core::time::Unit;
use loyalty_core::value::{Margin, clv_into};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Not finite and above zero.
const NOT_POSITIVE: [f64; 6] = [NAN, INF, -INF, -1.0, 0.0, -0.0];
/// Not finite and at least zero.
const NEGATIVE: [f64; 5] = [NAN, INF, -INF, -1.0, -f64::MIN_POSITIVE];

#[track_caller]
fn message<T: Debug>(result: Result<T, Error>) -> String {
    result.expect_err("a refusal").to_string()
}

fn customers(money: bool, unit: Option<Unit>) -> CustomerSummary {
    let mut columns = SummaryColumns::new(&[0.0, 2.0], &[0.0, 5.0], &[9.0, 9.0]);
    columns.monetary_value = money.then_some(Column::new("mean", &[0.0, 20.0][..]));
    columns.unit = unit;
    CustomerSummary::new(&columns).unwrap()
}

fn spend() -> GammaGamma {
    GammaGamma::new(6.25, 3.74, 15.44).unwrap()
}

#[test]
fn parameters_that_are_not_positive() {
    for bad in NOT_POSITIVE {
        for (i, name) in ["r", "alpha", "a", "b"].into_iter().enumerate() {
            let mut v = [1.0; 4];
            v[i] = bad;
            let expected = format!("{name} must be finite and > 0, got {bad}");
            assert_eq!(message(BgNbd::new(v[0], v[1], v[2], v[3])), expected);
        }
        for (i, name) in ["p", "q", "v"].into_iter().enumerate() {
            let mut v = [1.0; 3];
            v[i] = bad;
            let expected = format!("{name} must be finite and > 0, got {bad}");
            assert_eq!(message(GammaGamma::new(v[0], v[1], v[2])), expected);
        }
    }
    assert!(BgNbd::new(1e-50, 1e50, 1.0, 1.0).is_ok());
    for absurd in [1e-51, 1.1e50, f64::MAX, f64::MIN_POSITIVE] {
        let expected = format!("alpha must be from 1e-50 to 1e50, got {absurd}");
        assert_eq!(message(BgNbd::new(1.0, absurd, 1.0, 1.0)), expected);
        if absurd > 1.0 {
            let expected = format!("horizon must be at most 1e50, got {absurd}");
            let new = cdnow_model().expected_purchases_new_customer(absurd);
            assert_eq!(message(new), expected);
        }
    }
}

#[test]
fn horizons_rates_and_means_that_are_negative() {
    let (model, customer) = (cdnow_model(), History::new(2, 30.0, 38.0).unwrap());
    let mut out = [0.0; 2];
    for bad in NEGATIVE {
        let of = |name: &str| format!("{name} must be finite and >= 0, got {bad}");
        assert_eq!(message(model.expected_purchases(&customer, bad)), of("horizon"));
        assert_eq!(message(model.expected_purchases_new_customer(bad)), of("horizon"));
        assert_eq!(message(model.p_n_purchases_new_customer(3, bad)), of("t"));
        let table = customers(false, None);
        let batch = model.expected_purchases_into(&table, bad, &mut out, Threads::ONE);
        assert_eq!(message(batch), of("horizon"));
        // A future without end is allowed where it is discounted.
        if bad != f64::INFINITY {
            assert_eq!(message(Discounting::continuous(bad, 0.1)), of("horizon"));
            assert_eq!(message(Discounting::annual(bad, 0.1, Unit::Week)), of("horizon"));
        }
        assert_eq!(message(Discounting::continuous(52.0, bad)), of("discount_rate"));
        assert_eq!(message(Discounting::annual(52.0, bad, Unit::Week)), of("annual_discount_rate"));
        assert_eq!(message(Discounting::per_period(12, 4.0, bad)), of("discount_rate"));
        assert_eq!(message(spend().expected_spend(2, bad)), of("mean"));
    }
    for bad in NOT_POSITIVE {
        let expected = format!("period_length must be finite and > 0, got {bad}");
        assert_eq!(message(Discounting::per_period(12, bad, 0.1)), expected);
    }
    for bad in [0, 10_001, u32::MAX] {
        let expected = format!("periods must be from 1 to 10000, got {bad}");
        assert_eq!(message(Discounting::per_period(bad, 4.0, 0.1)), expected);
    }
}

#[test]
fn a_horizon_of_nothing_holds_nothing() {
    let (model, customer) = (cdnow_model(), History::new(2, 30.0, 38.0).unwrap());
    assert_eq!(model.expected_purchases(&customer, 0.0), Ok(0.0));
    assert_eq!(model.expected_purchases(&customer, -0.0), Ok(0.0));
    assert_eq!(model.expected_purchases_new_customer(0.0), Ok(0.0));
    assert_eq!(model.p_n_purchases_new_customer(0, 0.0), Ok(1.0));
    assert_eq!(model.p_n_purchases_new_customer(1, 0.0), Ok(0.0));
    let nothing = Discounting::continuous(0.0, 0.1).unwrap();
    assert_eq!(model.discounted_purchases(&customer, &nothing), 0.0);
}

#[test]
fn fit_options_outside_their_domain() {
    let summary = cdnow_split().calibration;
    let both = |options: &FitOptions| {
        let purchases = message(BgNbd::fit(&summary, options));
        let spend = message(GammaGamma::fit(&summary, options));
        assert_eq!(purchases.replace("4 are", "3 are"), spend);
        purchases
    };
    for bad in NOT_POSITIVE {
        let mut options = FitOptions::default();
        options.tolerance = bad;
        assert_eq!(both(&options), format!("tolerance must be finite and > 0, got {bad}"));
        options = FitOptions::default();
        options.start = Some(vec![1.0, bad, 1.0, 1.0]);
        let expected = format!("alpha must be finite and > 0, got {bad}");
        assert_eq!(message(BgNbd::fit(&summary, &options)), expected);
        options.start = Some(vec![1.0, 1.0, bad]);
        let expected = format!("v must be finite and > 0, got {bad}");
        assert_eq!(message(GammaGamma::fit(&summary, &options)), expected);
    }
    let mut options = FitOptions::default();
    options.max_iterations = 0;
    assert_eq!(both(&options), "max_iterations must be finite and > 0, got 0");
    options = FitOptions::default();
    options.start = Some(vec![1.0; 5]);
    assert_eq!(both(&options), "column \"start\" has 5 rows, but 4 are expected");
}

#[test]
fn an_observer_may_end_a_fit() {
    let summary = cdnow_split().calibration;
    let options = FitOptions::default();
    let mut stop = |progress: &loyalty_core::estimation::Progress| match progress.iteration {
        2 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let expected = Error::Cancelled { iterations: 2 };
    assert_eq!(BgNbd::fit_observed(&summary, &options, &mut stop), Err(expected.clone()));
    assert_eq!(GammaGamma::fit_observed(&summary, &options, &mut stop), Err(expected.clone()));
    assert_eq!(expected.to_string(), "cancelled after 2 iterations");
}

#[test]
fn models_and_data_in_different_units() {
    let weekly = cdnow_model().with_unit(Some(Unit::Week));
    let days = customers(true, Some(Unit::Day));
    let expected =
        "the model is in week and the customer summary in day: use the same unit for both";
    let (mut out, threads) = ([0.0; 2], Threads::ONE);
    let year = Discounting::continuous(52.0, 0.0).unwrap();
    assert_eq!(message(weekly.log_likelihood(&days)), expected);
    assert_eq!(message(weekly.p_alive_into(&days, &mut out, threads)), expected);
    assert_eq!(message(weekly.expected_purchases_into(&days, 1.0, &mut out, threads)), expected);
    assert_eq!(
        message(weekly.discounted_purchases_into(&days, &year, &mut out, threads)),
        expected
    );
    let margin = Margin::Same(0.3);
    let value = clv_into(&weekly, &spend(), &days, &year, margin, &mut out, threads);
    assert_eq!(message(value), expected);
    // An unknown unit, on either side, is taken on trust.
    assert!(weekly.p_alive_into(&customers(false, None), &mut out, threads).is_ok());
    assert!(cdnow_model().p_alive_into(&days, &mut out, threads).is_ok());
    assert!(
        BgNbd::fit(&cdnow_split().calibration, &FitOptions::default()).unwrap().model.unit()
            == Some(Unit::Week)
    );
}

#[test]
fn results_that_do_not_fit_their_place() {
    let (model, table, threads) = (cdnow_model(), customers(true, None), Threads::ONE);
    let year = Discounting::continuous(52.0, 0.0).unwrap();
    for length in [0, 1, 3] {
        let mut out = vec![0.0; length];
        let out = &mut out[..];
        let expected = format!("column \"out\" has {length} rows, but 2 are expected");
        assert_eq!(message(model.p_alive_into(&table, out, threads)), expected);
        assert_eq!(message(model.expected_purchases_into(&table, 1.0, out, threads)), expected);
        assert_eq!(message(model.discounted_purchases_into(&table, &year, out, threads)), expected);
        assert_eq!(message(spend().expected_spend_into(&table, out, threads)), expected);
        let value = clv_into(&model, &spend(), &table, &year, Margin::Same(0.3), out, threads);
        assert_eq!(message(value), expected);
    }
}

#[test]
fn spend_without_money_or_without_a_mean() {
    let (mut out, threads) = ([0.0; 2], Threads::ONE);
    let poor = customers(false, None);
    let needs = |who: &str| format!("{who} needs the column \"monetary_value\", which is missing");
    let options = FitOptions::default();
    assert_eq!(message(GammaGamma::fit(&poor, &options)), needs("the Gamma-Gamma fit"));
    assert_eq!(message(spend().log_likelihood(&poor)), needs("the log-likelihood"));
    let batch = spend().expected_spend_into(&poor, &mut out, threads);
    assert_eq!(message(batch), needs("the expected spend"));

    for q in [1.0, 0.9, 1e-6] {
        let heavy = GammaGamma::new(1.0, q, 20.0).unwrap();
        let of =
            |whom: &str| format!("the expected spend is infinite: q = {q} is too small for {whom}");
        assert_eq!(message(heavy.expected_spend(0, 0.0)), of("0 purchases"));
        let batch = heavy.expected_spend_into(&customers(true, None), &mut out, threads);
        assert_eq!(message(batch), of("the customer in row 0"));
        assert!(heavy.expected_spend(2, 10.0).unwrap() > 0.0);
    }
}

#[test]
fn margins_that_cannot_be() {
    let (model, table, threads) = (cdnow_model(), customers(true, None), Threads::ONE);
    let year = Discounting::continuous(52.0, 0.0).unwrap();
    let value = |margin: Margin<'_>| {
        let mut out = [0.0; 2];
        clv_into(&model, &spend(), &table, &year, margin, &mut out, threads).map(|()| out)
    };
    for bad in [NAN, INF, -INF, 1.0 + f64::EPSILON, 30.0] {
        let rule = format!("must be from -1000 to 1, got {bad}");
        assert_eq!(message(value(Margin::Same(bad))), format!("margin {rule}"));
        let expected = format!("column \"margin\", row 1: {rule}");
        assert_eq!(message(value(Margin::PerCustomer(&[0.5, bad]))), expected);
        let expected = format!("column \"margin\", row 0: {rule} (and 1 more row)");
        assert_eq!(message(value(Margin::PerCustomer(&[bad, bad]))), expected);
    }
    let short = "column \"margin\" has 1 rows, but 2 are expected";
    assert_eq!(message(value(Margin::PerCustomer(&[0.5]))), short);
    // A loss is a margin too.
    let [revenue, loss] = [1.0, -0.5].map(|margin| value(Margin::Same(margin)).unwrap());
    assert_eq!(loss, revenue.map(|value| -0.5 * value));
    assert_eq!(value(Margin::PerCustomer(&[1.0, 1.0])).unwrap(), revenue);
}

fn rule(name: &str, recency: [u32; 2]) -> SegmentRule {
    SegmentRule::new(name, recency, [1, 2], [1, 2])
}

#[test]
fn segment_tables_that_leave_a_cell_out_or_give_it_twice() {
    let table = |rules: Vec<SegmentRule>| message(SegmentTable::new(rules, 2));
    let (low, high) = (rule("Low", [1, 1]), rule("High", [2, 2]));
    assert_eq!(
        SegmentTable::new(vec![low.clone(), high.clone()], 2).unwrap().names(),
        ["Low", "High"]
    );
    assert_eq!(table(vec![]), "segment table: has 0 rules, allowed are 1 to 100");
    let many = table((0..101).map(|i| rule(&i.to_string(), [1, 2])).collect());
    assert_eq!(many, "segment table: has 101 rules, allowed are 1 to 100");
    let no_scores = message(SegmentTable::new(vec![low.clone()], 0));
    assert_eq!(no_scores, "segment table: is for scores of 1 to 0");
    let gap = "segment table: no segment for recency 2, frequency 1, monetary 1";
    assert_eq!(table(vec![low.clone()]), gap);
    let twice = "segment table: both \"Low\" and \"All\" have recency 1, frequency 1, monetary 1";
    assert_eq!(table(vec![low.clone(), rule("All", [1, 2])]), twice);
    let halves = SegmentTable::new(vec![low.clone(), rule("Low", [2, 2])], 2).unwrap();
    assert_eq!(halves.names(), ["Low"], "a name may stand in several rules");
    let with = |edit: fn(&mut SegmentRule)| {
        let mut odd = rule("Odd", [1, 2]);
        edit(&mut odd);
        table(vec![odd])
    };
    let none = "segment table: no segment for recency 1, frequency 1, monetary 1";
    assert_eq!(with(|odd| odd.orders_at_least = Some(2)), format!("{none}, 0 orders"));
    assert_eq!(with(|odd| odd.orders_at_most = Some(2)), format!("{none}, 3 orders"));
    assert_eq!(
        with(|odd| odd.first_order_within_days = Some(90.0)),
        format!("{none}, a first order long ago or nobody knows when")
    );
    assert_eq!(
        with(|odd| odd.first_order_not_within_days = Some(90.0)),
        format!("{none}, a first order 90 days ago")
    );
    let crossed = with(|odd| (odd.orders_at_least, odd.orders_at_most) = (Some(3), Some(2)));
    assert_eq!(crossed, "segment table: \"Odd\" has at least more orders than at most");
    for days in [-1.0, f64::NAN, f64::INFINITY] {
        let mut odd = rule("Odd", [1, 2]);
        odd.first_order_within_days = Some(days);
        let expected = format!("segment table: \"Odd\" has {days} days, allowed are 0 to 1e50");
        assert_eq!(table(vec![odd]), expected);
    }
    let bound = |number: u32| {
        let scores = [number, number];
        let mut one = SegmentRule::new(number.to_string(), scores, scores, scores);
        one.orders_at_least = Some(number);
        one
    };
    let wide = SegmentTable::new((1..=100).map(bound).collect(), 100);
    let expected = "segment table: has bounds that make more than 20000000 places to check";
    assert_eq!(message(wide), expected);
    let name = "segment table: the name \"Low\" stands twice";
    for (range, shown) in
        [([0, 1], "0 to 1"), ([2, 1], "2 to 1"), ([1, 3], "1 to 3"), ([3, 3], "3 to 3")]
    {
        let expected = format!("segment table: \"Odd\" has scores {shown}, allowed are 1 to 2");
        assert_eq!(table(vec![rule("Odd", range)]), expected);
        let first = SegmentTable::first_match(vec![rule("Odd", range)], "Others", 2);
        assert_eq!(message(first), expected);
    }
    let taken = SegmentTable::first_match(vec![low.clone()], "Low", 2);
    assert_eq!(message(taken), name);
    assert_eq!(
        message(SegmentTable::first_match(vec![], "Others", 2)),
        "segment table: has 0 rules, allowed are 1 to 100"
    );
    let gaps = SegmentTable::first_match(vec![low, rule("All", [1, 2])], "Others", 2).unwrap();
    assert_eq!(gaps.names(), ["Low", "All", "Others"]);
}

#[test]
fn segment_tables_from_other_texts_or_for_other_scores() {
    for (json, problem) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{}", "invalid type: map, expected a sequence at line 1 column 0"),
        ("[{}]", "missing field `name` at line 1 column 3"),
        (
            r#"[{"name": "A", "recency": 3}]"#,
            "invalid type: integer `3`, expected an array of length 2",
        ),
        (r#"[{"name": "A", "r": [1, 5]}]"#, "unknown field `r`, expected one of"),
    ] {
        let got = message(SegmentTable::from_json(json, 5));
        assert!(got.starts_with(&format!("segment table: {problem}")), "{got}");
    }
    let values = RfmValues::new(&[1.0, 2.0], &[1.0, 2.0], &[1.0, 2.0], None).unwrap();
    let mut options = RfmOptions::default();
    options.bins = 4;
    let rfm = Rfm::score(&values, &options).unwrap();
    let expected = "segment table: is for scores of 1 to 5, these run to 4";
    assert_eq!(message(SegmentTable::customary().assign(&rfm, &values)), expected);
    let others = RfmValues::new(&[1.0], &[1.0], &[1.0], None).unwrap();
    let expected = "column \"scores\" has 2 rows, but 1 are expected";
    assert_eq!(message(SegmentTable::customary().assign(&rfm, &others)), expected);
    let expected = "column \"segments\" has 1 rows, but 2 are expected";
    assert_eq!(message(SegmentTable::customary().summarize(&[0], &values)), expected);
}

#[test]
fn numbers_of_bins_outside_one_to_a_thousand() {
    let values = RfmValues::new(&[1.0], &[1.0], &[1.0], None).unwrap();
    for (bins, expected) in [
        (0, "bins must be finite and > 0, got 0"),
        (1001, "bins must be from 1 to 1000, got 1001"),
        (u32::MAX, "bins must be from 1 to 1000, got 4294967295"),
    ] {
        let mut options = RfmOptions::default();
        options.bins = bins;
        assert_eq!(message(Rfm::score(&values, &options)), expected);
    }
}

#[test]
fn thresholds_that_are_none() {
    let breaks =
        |recency: &[f64], frequency: &[f64]| message(RfmBreaks::new(recency, frequency, recency));
    let number = "the number of breaks must be from 1 to 999, got ";
    assert_eq!(breaks(&[], &[]), format!("{number}0"));
    assert_eq!(breaks(&[1.0; 1000], &[1.0; 1000]), format!("{number}1000"));
    let length = "column \"breaks of the frequency\" has 1 rows, but 2 are expected";
    assert_eq!(breaks(&[1.0, 2.0], &[1.0]), length);
    for (value, shown) in [(0.5, "0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
        let expected = format!(
            "column \"breaks of the frequency\", row 1: must be ascending, from -1e50 to 1e50, got {shown}"
        );
        assert_eq!(breaks(&[1.0, 2.0], &[1.0, value]), expected);
    }
    let values = RfmValues::new(&[1.0], &[1.0], &[1.0], None).unwrap();
    let mut options = RfmOptions::default();
    options.nested = true;
    options.breaks = Some(RfmBreaks::new([1.0], [1.0], [1.0]).unwrap());
    let expected = "nested must be 0 where breaks are given, got 1";
    assert_eq!(message(Rfm::score(&values, &options)), expected);
    let expected = "column \"age_days\", row 0: ";
    assert!(message(values.with_age_days(&[f64::NAN])).starts_with(expected));
}
