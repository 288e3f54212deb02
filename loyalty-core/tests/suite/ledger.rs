//! The ledger against sums made the plain way.

use crate::common;
use std::collections::BTreeMap;

use crate::common::ledger_shop::{
    columns, contacts, ledger, ledger_options, lines, returned, simulated,
};
use loyalty_core::Error;
use loyalty_core::ledger::{Ledger, LedgerOptions};
use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, Returns, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::portfolio::{LossCause, Losses};
use loyalty_core::returns::{ReturnOptions, ReturnPropensity};
use loyalty_core::simulate::ShopOptions;
use proptest::prelude::*;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()))
}

#[test]
fn money_adds_up_as_by_hand() {
    let (shop, options) = simulated(ShopOptions::default(), 300, 9);
    let ledger = ledger(&shop, &options);
    let rows = shop.lines.customer.len();
    let mut plain: BTreeMap<i64, [f64; 7]> = BTreeMap::new();
    for row in 0..rows {
        let l = &shop.lines;
        let sums = plain.entry(l.customer[row]).or_default();
        sums[0] += 1.0;
        sums[1] += l.amount[row];
        sums[2] += l.discount[row];
        sums[3] += l.cost[row];
        sums[4] += l.amount[row] + l.maker_discount[row] - l.cost[row];
        if l.returned_amount[row] > 0.0 {
            let margin = l.amount[row] + l.maker_discount[row] - l.cost[row];
            let loss = margin + options.markdown * l.amount[row] + options.handling;
            sums[5] += loss;
            sums[4] -= loss;
        }
    }
    for (row, &customer) in shop.contacts.customer.iter().enumerate() {
        let sums = plain.entry(customer).or_default();
        sums[6] += shop.contacts.cost[row];
        sums[4] -= shop.contacts.cost[row];
    }
    assert_eq!(ledger.len(), plain.len());
    for (row, (_, [lines, paid, discount, cost, profit, returns, service])) in
        plain.into_iter().enumerate()
    {
        let found = ledger.row(row);
        assert_eq!(found.lines, lines);
        for (a, b) in [
            (found.revenue, paid),
            (found.discount, discount),
            (found.cost, cost),
            (found.profit, profit),
            (found.return_loss, returns),
            (found.service_cost, service),
        ] {
            assert!(close(a, b), "customer {row}: {a} against {b}");
        }
        assert!(found.values().iter().all(|value| value.is_finite()));
    }
    let losses = Losses::of(&ledger).unwrap();
    assert!(
        close(LossCause::ALL.iter().map(|&cause| losses.by_cause(cause)).sum(), losses.loss)
            && losses.loss > 0.0
    );
    assert!(losses.by_cause(LossCause::Returns) > 0.0);
}

/// The same lines in another order.
fn shuffled(seed: u64, shop: &loyalty_core::simulate::Shop) -> Ledger {
    let mut random = common::random::Random::new(seed);
    let mut order: Vec<usize> = (0..shop.lines.customer.len()).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, random.below(u32::try_from(last + 1).unwrap()) as usize);
    }
    let pick = |values: &[f64]| order.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let ids = |values: &[i64]| order.iter().map(|&row| values[row]).collect::<Vec<i64>>();
    let mut mixed = shop.clone();
    let lines = &shop.lines;
    mixed.lines.order = ids(&lines.order);
    mixed.lines.customer = ids(&lines.customer);
    mixed.lines.product = ids(&lines.product);
    mixed.lines.category = ids(&lines.category);
    mixed.lines.time = ids(&lines.time);
    mixed.lines.return_time = ids(&lines.return_time);
    mixed.lines.list_amount = pick(&lines.list_amount);
    mixed.lines.discount = pick(&lines.discount);
    mixed.lines.maker_discount = pick(&lines.maker_discount);
    mixed.lines.coupon = pick(&lines.coupon);
    mixed.lines.offered_depth = pick(&lines.offered_depth);
    mixed.lines.amount = pick(&lines.amount);
    mixed.lines.cost = pick(&lines.cost);
    mixed.lines.returned_amount = pick(&lines.returned_amount);
    let mut options = ledger_options(&ShopOptions::default());
    options.threads = Threads::new(1 + usize::try_from(seed % 3).unwrap());
    let lines = OrderLines::new(&columns(&mixed, &returned(&mixed)), Invalid::Raise).unwrap();
    Ledger::new(&lines, Some(&contacts(&mixed)), None, &options).unwrap()
}

#[test]
fn neither_the_order_of_rows_nor_threads_matter() {
    let (shop, options) = simulated(ShopOptions::default(), 400, 2);
    let expected = ledger(&shop, &options);
    for seed in 0..3 {
        assert_eq!(shuffled(seed, &shop), expected);
    }
}

/// Lines that are alike but for who pays for their discount, the maker or by a coupon the shop.
#[test]
fn not_even_of_lines_that_are_all_but_alike() {
    let (mut shop, options) = simulated(ShopOptions::default(), 400, 2);
    let lines = &mut shop.lines;
    for row in (0..lines.order.len() - 1).filter(|row| row % 2 == 0) {
        let twin = row + 1;
        if lines.order[row] != lines.order[twin] {
            continue;
        }
        for column in [&mut lines.amount, &mut lines.discount, &mut lines.cost] {
            column[twin] = column[row];
        }
        for column in [&mut lines.product, &mut lines.category] {
            column[twin] = column[row];
        }
        lines.returned_amount[row] = 0.0;
        lines.returned_amount[twin] = 0.0;
        let parts = [0.31 * lines.amount[row], 0.17 * lines.amount[row]];
        (lines.maker_discount[row], lines.coupon[row]) = (parts[0], parts[1]);
        (lines.maker_discount[twin], lines.coupon[twin]) = (parts[1], parts[0]);
        lines.list_amount[row] = lines.amount[row] + lines.discount[row] + parts[0] + parts[1];
        lines.list_amount[twin] = lines.list_amount[row];
    }
    let expected = ledger(&shop, &options);
    for seed in 0..3 {
        assert_eq!(shuffled(seed, &shop), expected);
    }
}

#[test]
fn a_coupon_of_unknown_worth_counts_and_takes_nothing_off() {
    let (shop, options) = simulated(ShopOptions::default(), 300, 4);
    let returned = returned(&shop);
    let known = ledger(&shop, &options);
    let used: Vec<bool> = shop.lines.coupon.iter().map(|&off| off > 0.0).collect();
    let mut columns = columns(&shop, &returned);
    columns.coupon = None;
    columns.coupon_used = Some(Column::new("coupon_used", &used));
    let of = |columns: &LineColumns<'_>| {
        let lines = OrderLines::new(columns, Invalid::Drop).unwrap();
        (Ledger::new(&lines, None, None, &ledger_options(&options)).unwrap(), lines)
    };
    let (ledger, _) = of(&columns);
    assert_eq!(ledger.columns().coupon_orders, known.columns().coupon_orders);
    assert!(known.columns().coupon_orders.iter().sum::<f64>() > 50.0);
    let nothing_off = |off: &f64| *off == 0.0 && off.is_sign_positive();
    assert!(ledger.columns().coupon.iter().all(nothing_off));
    assert!(ledger.available().coupons);

    // A blank says that none was used, and is counted.
    let present: Vec<bool> = (0..used.len()).map(|row| row % 5 != 0).collect();
    columns.coupon_used = Some(Column::new("coupon_used", &used[..]).with_present(Some(&present)));
    let (blank, lines) = of(&columns);
    let orders = |ledger: &Ledger| ledger.columns().coupon_orders.iter().sum::<f64>();
    assert!(orders(&blank) < orders(&ledger));
    let counted = lines.report().defaulted();
    assert_eq!(counted.len(), 1);
    assert_eq!(
        (counted[0].column.as_str(), counted[0].rows),
        ("coupon_used", used.len().div_ceil(5))
    );
}

#[test]
fn later_lines_and_returns_are_not_known_before() {
    let (shop, options) = simulated(ShopOptions::default(), 300, 5);
    let all = lines(&shop);
    let mut half = ledger_options(&options);
    half.end = Some((i64::from(options.start) + 365) * 86_400_000_000 - 1);
    let early = Ledger::new(&all, None, None, &half).unwrap();
    let known = |row: usize| shop.lines.time[row] < i64::from(options.start) + 365;
    let back = |row: usize| {
        let day = shop.lines.return_time[row];
        day != i64::MIN && day < i64::from(options.start) + 365
    };
    let rows = 0..shop.lines.customer.len();
    let returned: f64 = rows
        .clone()
        .filter(|&row| known(row) && back(row))
        .map(|row| shop.lines.returned_amount[row])
        .sum();
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    assert!(close(sum(&early.columns().returned_amount), returned));
    assert_eq!(early.portfolio().lines_outside, rows.filter(|&row| !known(row)).count());
    // Young lines count by the share of returns due.
    let (due, lines) = (sum(&early.columns().return_lines), sum(&early.columns().lines));
    assert!(due < 0.97 * lines, "{due} of {lines}");
    let late = ledger(&shop, &options);
    let rate = early.portfolio().return_rate / late.portfolio().return_rate;
    assert!((0.85..1.15).contains(&rate), "{rate}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the lines, the ledger is finite and its money adds up.
    #[test]
    fn any_lines_make_a_ledger(
        rows in proptest::collection::vec(
            (0_i64..6, 0_i64..900, 0_i64..8, 0.0..1e4_f64, 0.0..1.0_f64, 0.0..1.0_f64), 1..60,
        ),
    ) {
        let customer: Vec<i64> = rows.iter().map(|row| row.0).collect();
        let time: Vec<i64> = rows.iter().map(|row| row.1).collect();
        let category: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let list: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let off: Vec<f64> = rows.iter().map(|row| row.3 * row.4).collect();
        let paid: Vec<f64> = list.iter().zip(&off).map(|(list, off)| list - off).collect();
        let back: Vec<f64> =
            rows.iter().zip(&paid).map(|(row, paid)| if row.5 > 0.7 { paid * row.5 } else { 0.0 }).collect();
        let mut columns = LineColumns::new(Column::new("customer", &customer[..]).into(), Column::new("time", &time), TimeScale::Days).with_amount(Column::new("amount", &paid));
        columns.category = Some(Column::new("category", &category[..]).into());
        columns.list_amount = Some(Column::new("list", &list));
        columns.discount = Some(Column::new("off", &off));
        columns.returned_amount = Some(Column::new("back", &back));
        let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
        let mut options = LedgerOptions::default();
        options.economics.margin = Some(0.4);
        let ledger = Ledger::new(&lines, None, None, &options).unwrap();
        prop_assert!(ledger.columns().each().concat().iter().all(|value| value.is_finite()));
        let sum = |values: &[f64]| values.iter().sum::<f64>();
        prop_assert!(close(sum(&ledger.columns().revenue), sum(&paid)));
        prop_assert!(close(sum(&ledger.columns().discount), sum(&off)));
        let model =
            loyalty_core::behaviours::BehaviourModel::fit(&ledger, &loyalty_core::behaviours::BehaviourOptions::default());
        prop_assert!(model.is_ok(), "{model:?}");
        let behaviours = model.unwrap().classify(&ledger, Threads::ONE).unwrap();
        for behaviour in behaviours.looked_at() {
            let scores = behaviours.scores(behaviour).unwrap();
            prop_assert!(scores.each().concat().iter().all(|value| value.is_finite()));
        }
    }
}

/// A table that knows the days of returns only has them at midnight, before the hour of the order.
#[test]
fn a_return_counts_from_the_day_of_the_order_on() {
    const HOUR: i64 = 3_600_000_000;
    let lines = |back: &[i64; 1]| {
        let mut columns = LineColumns::new(
            Column::new("who", &[1][..]).into(),
            Column::new("time", &[15 * HOUR]),
            TimeScale::Microseconds,
        )
        .with_amount(Column::new("paid", &[5.0]));
        columns.returned_amount = Some(Column::new("back", &[5.0]));
        columns.return_time = Some(Column::new("when", back));
        OrderLines::new(&columns, Invalid::Raise)
    };
    for hour in [0, 9, 15, 20] {
        let ledger = Ledger::new(&lines(&[hour * HOUR]).unwrap(), None, None, &day(1)).unwrap();
        assert_eq!(ledger.columns().returned_amount, [5.0]);
    }
    let refused = lines(&[-HOUR]).unwrap_err().to_string();
    assert!(refused.contains("\"when\" is before the day of the order in 1 row"), "{refused}");
}

/// Observed to the end of a day, counted from 1970-01-01.
fn day(end: i64) -> LedgerOptions {
    let mut options = LedgerOptions::default();
    options.end = Some(end * 86_400_000_000 - 1);
    options
}

#[test]
fn a_missing_category_is_one_of_its_own_and_a_missing_product_a_fault() {
    let names = vec!["shoes", "", "", "hats"];
    let mut columns = LineColumns::new(
        Column::new("who", &[1, 1, 1, 2][..]).into(),
        Column::new("day", &[0, 40, 80, 0]),
        TimeScale::Days,
    )
    .with_amount(Column::new("paid", &[5.0; 4]));
    columns.category = Some(Column::new("category", &names).into());
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let ledger = Ledger::new(&lines, None, None, &day(100)).unwrap();
    assert_eq!(ledger.columns().categories, [2.0, 1.0]);
    columns.product = Some(Column::new("article", &names).into());
    let refused = OrderLines::new(&columns, Invalid::Raise).unwrap_err().to_string();
    assert!(refused.contains("column \"article\" is missing in 2 rows"), "{refused}");
}

/// The columns of a simulated shop as the return model names them: prices of pieces, what came back.
fn with_prices<'a>(
    shop: &'a loyalty_core::simulate::Shop,
    returned: &'a [bool],
    price: &'a [f64],
    pieces: &'a [f64],
) -> LineColumns<'a> {
    let mut columns = columns(shop, returned);
    columns.amount = None;
    columns.price = Some(Column::new("price", price));
    columns.quantity = Some(Column::new("quantity", pieces));
    columns
}

/// One table, whichever way the money is said: lines arranged by customer at once or from those by time
/// make the same ledger, and those by time at once or from those by customer the same model.
#[test]
fn both_arrangements_of_one_table_say_the_same() {
    let (shop, _) = simulated(ShopOptions::default(), 300, 3);
    let came_back = returned(&shop);
    // Powers of two, so that price × quantity is the amount to the last bit.
    let pieces: Vec<f64> = (0..came_back.len()).map(|row| [1.0, 2.0, 4.0][row % 3]).collect();
    let price: Vec<f64> = shop.lines.amount.iter().zip(&pieces).map(|(a, n)| a / n).collect();
    let names: Vec<String> = shop.lines.customer.iter().map(|id| format!("c{id}")).collect();
    for text in [false, true] {
        let mut by_price = with_prices(&shop, &came_back, &price, &pieces);
        let mut by_amount = columns(&shop, &came_back);
        by_amount.quantity = by_price.quantity;
        for columns in [&mut by_price, &mut by_amount] {
            if text {
                columns.customer = Column::new("customer", &names).into();
            }
        }
        let [by_price, by_amount] =
            [by_price, by_amount].map(|c| OrderLines::new(&c, Invalid::Raise).unwrap());
        let ledger = |lines| Ledger::new(lines, None, None, &LedgerOptions::default()).unwrap();
        assert_eq!(ledger(&by_price), ledger(&by_amount));
        assert_eq!(by_price.time_range(), by_amount.time_range());
        assert_eq!(by_price.orders(), by_amount.orders());
        assert_eq!(by_price.returned(), by_amount.returned());
        let fit = |lines| ReturnPropensity::fit(lines, &ReturnOptions::default()).unwrap().model;
        assert_eq!(fit(&by_price).to_json(), fit(&by_amount).to_json());
    }
}

/// Returns in a table of their own reach the ledger, however the lines are arranged.
#[test]
fn returns_of_their_own_table_reach_the_ledger() {
    let customer = Column::new("who", &[1, 1, 2][..]).into();
    let bare = LineColumns::new(customer, Column::new("day", &[0, 0, 4]), TimeScale::Days);
    let money = Column::new("money", &[5.0, 7.0, 9.0][..]);
    for mut columns in [bare.clone().with_price(money), bare.with_amount(money)] {
        columns.line = Some(Column::new("line", &[10, 11, 12][..]).into());
        let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
        let ids = Column::new("line", &[12, 10][..]).into();
        let day_back = Column::new("day", &[9, 3][..]);
        let returns = Returns::new(&ids, &day_back, TimeScale::Days, Invalid::Raise).unwrap();
        let (lines, report) = lines.with_returns(&returns).unwrap();
        assert_eq!((report.counted, lines.returned()), (2, Some(2)));
        let of = |end| Ledger::new(&lines, None, None, &day(end)).unwrap();
        assert_eq!(of(20).columns().returned_amount, [5.0, 9.0]);
        assert_eq!(of(5).columns().returned_amount, [5.0, 0.0]);
    }
}

/// Pieces that came back are their share of the amount.
#[test]
fn returned_pieces_are_money_too() {
    let customer = Column::new("who", &[1, 2][..]).into();
    let mut columns = LineColumns::new(customer, Column::new("day", &[0, 1]), TimeScale::Days)
        .with_price(Column::new("price", &[10.0, 3.0]));
    columns.quantity = Some(Column::new("pieces", &[4.0, 1.0]));
    columns.returned = Some(Column::new("back", &[1.0, 2.0]));
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let ledger = Ledger::new(&lines, None, None, &LedgerOptions::default()).unwrap();
    assert_eq!(ledger.columns().returned_amount, [10.0, 3.0]);
    assert_eq!(ledger.columns().revenue, [40.0, 3.0]);
    columns.price = None;
    let refused = OrderLines::new(&columns, Invalid::Raise).unwrap_err();
    assert!(matches!(refused, Error::MissingColumn { .. }), "{refused}");
}
