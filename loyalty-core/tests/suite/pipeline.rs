//! `score`: each number as its room gives it, and a word on everything that is missing.

use crate::common;
use crate::common::{cdnow, instant, ledger_shop};
use loyalty_core::Error;
use loyalty_core::behaviours::Behaviour;
use loyalty_core::decisions::{Capacity, Treatments};
use loyalty_core::estimation::FitOptions;
use loyalty_core::orders::{
    Column, Contacts, Invalid, LineColumns, OrderColumns, OrderLines, Orders, TimeScale,
};
use loyalty_core::parallel::Threads;
use loyalty_core::pipeline::{
    NoteKind, OrderTable, Part, ScoreOptions, ScoreValues, Scores, Value, score,
};
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseKind, PurchaseModel};
use loyalty_core::simulate::{Shop, ShopOptions};
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::{CustomerSummary, SummaryOptions};
use loyalty_core::time::Unit;
use loyalty_core::value::{Margin, clv_into};

/// Customers and days, with amounts where there are any.
fn orders(lines: &[(i64, i64)], amounts: Option<&[f64]>) -> Orders {
    let customer: Vec<i64> = lines.iter().map(|line| line.0).collect();
    let day: Vec<i64> = lines.iter().map(|line| line.1).collect();
    let columns = OrderColumns {
        customer: Column::new("customer", &customer[..]).into(),
        time: Column::new("day", &day),
        scale: TimeScale::Days,
        amount: amounts.map(|amounts| Column::new("amount", amounts)),
    };
    Orders::new(&columns, Invalid::Raise).unwrap()
}

/// A shop as its tables.
struct Tables {
    orders: Orders,
    lines: OrderLines,
    contacts: Contacts,
}

impl Tables {
    fn of(shop: &Shop) -> Self {
        let (customer, time) = (&shop.lines.customer, &shop.lines.time);
        let columns = OrderColumns {
            customer: Column::new("customer", &customer[..]).into(),
            time: Column::new("time", time),
            scale: TimeScale::Days,
            amount: Some(Column::new("amount", &shop.lines.amount)),
        };
        let orders = Orders::new(&columns, Invalid::Raise).unwrap();
        Self { orders, lines: ledger_shop::lines(shop), contacts: ledger_shop::contacts(shop) }
    }

    /// Without contacts.
    fn table(&self) -> OrderTable<'_> {
        OrderTable::new(&self.lines)
    }
}

fn shop(customers: u32) -> Shop {
    ledger_shop::simulated(ShopOptions::default(), customers, 11).0
}

/// Only customers, times and amounts of the lines.
fn plain_lines(shop: &Shop) -> OrderLines {
    let customer = Column::new("customer", &shop.lines.customer[..]).into();
    let columns =
        LineColumns::new(customer, Column::new("time", &shop.lines.time), TimeScale::Days)
            .with_amount(Column::new("amount", &shop.lines.amount));
    OrderLines::new(&columns, Invalid::Raise).unwrap()
}

fn names(scores: &Scores) -> Vec<&'static str> {
    scores.columns().iter().map(|column| column.name).collect()
}

fn said(scores: &Scores) -> Vec<String> {
    scores.not_computed.iter().map(ToString::to_string).collect()
}

fn profit(scores: &Scores) -> &[f64] {
    &scores.ledger.as_ref().unwrap().ledger.columns().profit
}

#[test]
fn every_number_is_what_its_room_gives() {
    let log = cdnow();
    let mut how = SummaryOptions::default();
    (how.unit, how.observation_end) = (Unit::Week, Some(instant("1997-09-30")));
    let customers = log.summarize(&how).unwrap();
    let mut options = ScoreOptions::default();
    options.observation_end = how.observation_end;
    (options.horizon, options.annual_discount_rate, options.margin) = (Some(39.0), 0.15, Some(0.3));
    options.purchase_kind = Some(PurchaseKind::BgNbd);
    let scores = score(&log, &options).unwrap();
    let of_summary = score(&customers, &options).unwrap();
    // A summary knows nothing of the rows it was made of.
    let mut without = scores.clone();
    without.report = None;
    assert_eq!(without, of_summary);
    assert_eq!(scores.customers, customers);
    let kinds: Vec<NoteKind> = scores.notes.iter().map(|note| note.kind).collect();
    assert_eq!((kinds, &scores.not_computed[..]), (vec![NoteKind::OneTimeBuyers], &[][..]));

    let purchases = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
    let spend = GammaGamma::fit(&customers, &FitOptions::default()).unwrap();
    let year = Discounting::annual(39.0, 0.15, Unit::Week).unwrap();
    let (margin, mut value) = (Margin::Same(0.3), vec![0.0; customers.len()]);
    let threads = Threads::default();
    clv_into(&purchases.model, &spend.model, &customers, &year, margin, &mut value, threads)
        .unwrap();
    assert_eq!(scores.clv, Some(value));
    let fits = (purchases.map(Into::into), spend.map(Into::into));
    assert_eq!((scores.purchase_fit, scores.spend_fit), (Some(fits.0), Some(fits.1)));
    let expected = scores.expected_purchases.unwrap();
    let one = purchases_of_one(&customers, 7);
    assert_eq!(expected[7].to_bits(), one.to_bits());
}

fn purchases_of_one(customers: &CustomerSummary, row: usize) -> f64 {
    let fit = BgNbd::fit(customers, &FitOptions::default()).unwrap();
    fit.model.expected_purchases(&customers.history(row), 39.0).unwrap()
}

#[test]
fn the_same_bits_for_every_number_of_threads() {
    let shop = shop(600);
    let tables = Tables::of(&shop);
    let mut table = tables.table();
    table.contacts = Some(&tables.contacts);
    let with = |threads| {
        let mut options = ScoreOptions::default();
        options.threads = Threads::new(threads);
        options.capacities = vec![Capacity::new("calls", 9.0).unwrap()];
        score(table, &options).unwrap()
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn lines_with_all_columns_give_everything() {
    let shop = shop(1500);
    let tables = Tables::of(&shop);
    let mut table = tables.table();
    table.contacts = Some(&tables.contacts);
    let mut options = ScoreOptions::default();
    options.economics.handling = Some(3.0);
    options.economics.markdown = Some(0.1);
    options.economics.category_cost = Some(8.0);
    options.capacities = vec![Capacity::new("calls", 20.0).unwrap()];
    let scores = score(table, &options).unwrap();
    assert_eq!(said(&scores), [""; 0]);
    let plain = score(&tables.orders, &ScoreOptions::default()).unwrap();
    // As paid a table is worth what its orders are; net of returns it is worth less.
    let gross = {
        let mut gross = options.clone();
        gross.value = Value::Gross;
        gross
    };
    assert_eq!(score(table, &gross).unwrap().clv, plain.clv);
    let total = |scores: &Scores| scores.customers.total_amount().unwrap().iter().sum::<f64>();
    assert!(total(&scores) < total(&plain));
    let (names, of_orders) = (names(&scores), names(&plain));
    assert_eq!(names[..of_orders.len()], of_orders);
    let further = &names[of_orders.len()..];
    assert_eq!(further[..3], ["categories", "profit", "discount"]);
    assert_eq!(further[further.len() - 4..], ["treatment", "channel", "treatment_gain", "reason"]);
    assert_eq!(further.len(), 6 + 5 * 4 + 1 + 4);
    for column in scores.columns() {
        let rows = match column.values {
            ScoreValues::Counts(values) => values.len(),
            ScoreValues::Numbers(values) => {
                assert!(values.iter().all(|value| value.is_finite()), "{}", column.name);
                values.len()
            }
            ScoreValues::Flags(values) => values.len(),
            ScoreValues::Words(values) => values.len(),
            ScoreValues::Text(values) => values.len(),
            other => panic!("{other:?}"),
        };
        assert_eq!(rows, scores.customers.len(), "{}", column.name);
    }
    let treatments = scores.treatments.unwrap();
    let prices: Vec<(&str, f64)> = treatments.shadow_prices().collect();
    assert!(matches!(prices[..], [("calls", price)] if price > 0.0), "{prices:?}");
}

#[test]
fn what_is_missing_names_the_columns_that_would_enable_it() {
    let shop = shop(400);
    let lines = plain_lines(&shop);
    let scores = score(OrderTable::new(&lines), &ScoreOptions::default()).unwrap();
    let enabled_by = |what: &Part| {
        let missing = scores.not_computed.iter().find(|missing| missing.what == *what).unwrap();
        missing.enabled_by.join(" ")
    };
    for (behaviour, column) in [
        (Behaviour::ServiceDemander, "contacts"),
        (Behaviour::RevenueReverser, "returned_amount"),
        (Behaviour::PromotionMaximizer, "discount"),
        (Behaviour::CouponUser, "coupon"),
    ] {
        assert_eq!(enabled_by(&Part::Behaviour(behaviour)), column);
    }
    assert_eq!(enabled_by(&Part::Profit), "cost");
    assert_eq!(
        enabled_by(&Part::Treatment("self_service".to_owned())),
        "service_demander service_impact"
    );
    let said = said(&scores);
    assert!(said.contains(
        &"no coupon_user: the coupon user needs the column \"coupon\", which is missing".to_owned()
    ));
    assert!(said.contains(&"no profit: it needs the column cost, or a margin".to_owned()));
    assert!(!names(&scores).contains(&"profit") && names(&scores).contains(&"treatment"));

    let no_amounts = orders(&[(1, 0), (1, 30), (2, 9), (2, 61), (3, 70)], None);
    let scores = score(OrderTable::without_amounts(&no_amounts), &ScoreOptions::default()).unwrap();
    let parts: Vec<&Part> = scores.not_computed.iter().map(|missing| &missing.what).collect();
    assert_eq!(parts[..3], [&Part::Rfm, &Part::Spend, &Part::Ledger]);
    assert!(scores.not_computed[..3].iter().all(|missing| missing.enabled_by == ["amount"]));
    assert_eq!(names(&scores)[..3], ["frequency", "recency", "T"]);
}

/// A margin of 1 is 100 %; one that is not known is none.
#[test]
fn a_margin_of_1_is_a_margin_and_no_margin_is_none() {
    let shop = shop(400);
    let lines = plain_lines(&shop);
    let with = |margin| {
        let mut options = ScoreOptions::default();
        options.margin = margin;
        score(OrderTable::new(&lines), &options).unwrap()
    };
    let (unknown, whole, nearly) = (with(None), with(Some(1.0)), with(Some(0.999_999)));
    assert!(!names(&unknown).contains(&"profit"));
    assert_eq!(names(&whole), names(&nearly));
    assert!(names(&whole).contains(&"profit"));
    // Without costs, discounts or returns the profit at 100 % is what was paid.
    let paid = whole.customers.total_amount().unwrap();
    for (row, &paid) in paid.iter().enumerate() {
        assert!((profit(&whole)[row] - paid).abs() < 1e-9 * paid, "{row}");
        assert!((profit(&nearly)[row] - 0.999_999 * paid).abs() < 1e-9 * paid, "{row}");
    }
    // Values are in revenue where no margin is known: the same numbers, of another meaning.
    assert_eq!(unknown.clv, whole.clv);
    let shop_margin = |scores: &Scores| scores.ledger.as_ref().unwrap().margin();
    assert_eq!((shop_margin(&unknown), shop_margin(&whole)), (None, Some(1.0)));
    // An offer of members is held to a margin, which must be known.
    let held = |scores: &Scores| said(scores).iter().any(|one| one.contains("margin and"));
    let needs = |scores: &Scores| said(scores).iter().any(|one| one.ends_with(" margin"));
    assert!(needs(&unknown) || held(&unknown), "{:?}", said(&unknown));
    assert!(!needs(&whole) && !held(&whole), "{:?}", said(&whole));
}

#[test]
fn costs_of_goods_tell_the_margin_unless_one_is_given() {
    let shop = shop(300);
    let tables = Tables::of(&shop);
    let with = |margin| {
        let mut options = ScoreOptions::default();
        options.margin = margin;
        score(tables.table(), &options).unwrap()
    };
    let (from_costs, given) = (with(None), with(Some(0.5)));
    assert_eq!(profit(&from_costs), profit(&given));
    let doubled: Vec<f64> = given.clv.unwrap().iter().map(|value| 2.0 * value).collect();
    assert_eq!(from_costs.clv, Some(doubled));
}

#[test]
fn margins_by_customer_hold_for_values_and_treatments() {
    let customers = cdnow().summarize(&common::weekly()).unwrap();
    let mut options = ScoreOptions::default();
    let margins: Vec<f64> = (0..customers.len()).map(|row| (row % 5) as f64 / 4.0).collect();
    options.margins = Some(margins.clone());
    let text = r#"[{"name": "offer", "channel": "mail", "gives": "discount", "basis": "clv", "effect": 0.5,
        "discount": 0.2, "reason": "Worth {basis}."}]"#;
    options.treatments = Some(Treatments::from_json(text).unwrap());
    let scores = score(&customers, &options).unwrap();
    let revenue = score(&customers, &ScoreOptions::default()).unwrap().clv.unwrap();
    let value = scores.clv.as_ref().unwrap();
    for (row, &value) in value.iter().enumerate() {
        let expected = margins[row] * revenue[row];
        assert!((value - expected).abs() <= 1e-15 * expected, "{row}: {value} {expected}");
    }
    let chosen = scores.treatments.as_ref().unwrap().selection.choice();
    assert!((0..customers.len()).all(|row| chosen[row].is_none() == (margins[row] < 0.2)));
    options.margins = Some(vec![0.3]);
    assert!(matches!(score(&customers, &options), Err(Error::Length { .. })));
}

#[test]
fn no_gain_is_stated_where_neither_costs_nor_a_margin_are_known() {
    let shop = shop(800);
    let lines = plain_lines(&shop);
    let mut options = ScoreOptions::default();
    options.capacities = vec![Capacity::new("calls", 12.0).unwrap()];
    let scores = score(OrderTable::new(&lines), &options).unwrap();
    let treatments = scores.treatments.as_ref().unwrap();
    let called: Vec<usize> =
        treatments.ranks.iter().enumerate().filter_map(|(row, r)| r.map(|_| row)).collect();
    assert_eq!(called.len(), 12);
    let value = scores.clv.as_ref().unwrap();
    let least = called.iter().map(|&row| value[row]).fold(f64::INFINITY, f64::min);
    let alive = scores.p_alive.as_ref().unwrap();
    let frequency = scores.customers.frequency();
    for row in 0..value.len() {
        let loyal = frequency[row] >= 1 && alive[row] >= 0.5;
        assert!(called.contains(&row) || !loyal || value[row] <= least, "{row}");
        assert!(loyal || !called.contains(&row), "{row}");
    }
    assert_eq!(treatments.shadow_prices().count(), 0);
    assert_eq!(treatments.selection.used(), [12.0]);
    let columns = scores.columns();
    let column = |name: &str| &columns.iter().find(|column| column.name == name).unwrap().values;
    let ScoreValues::Numbers(gains) = column("treatment_gain") else { panic!("numbers") };
    let ScoreValues::Text(reasons) = column("reason") else { panic!("text") };
    for &row in &called {
        assert!(gains[row].is_nan());
        let reason = reasons[row].as_ref().unwrap();
        assert!(reason.starts_with("Rank ") && !reason.contains("worth"), "{reason}");
    }
    assert!(scores.notes.iter().any(|note| note.kind == NoteKind::Margin));
    options.margin = Some(0.3);
    let known = score(OrderTable::new(&lines), &options).unwrap();
    let treatments = known.treatments.unwrap();
    assert!(treatments.ranks.iter().all(Option::is_none) && treatments.selection.gain() > 0.0);
}
