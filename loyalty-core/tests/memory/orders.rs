//! Orders, lines, and what is made of them.

use loyalty_core::behaviours::{BehaviourModel, BehaviourOptions};
use loyalty_core::ledger::{Ledger, LedgerOptions};
use loyalty_core::orders::{
    Column, Contacts, CustomerColumn, Invalid, LineColumns, OrderColumns, OrderLines, Orders,
    TimeScale,
};
use loyalty_core::parallel::Threads;
use loyalty_core::summary::{Occasions, SummaryOptions};
use loyalty_core::time::{Clock, Unit};

use crate::counted::{alone, within};
use crate::shop::{self, ROWS, SHOP};

/// A log of few customers takes down to a fifth of one whose every order is another's, and until they are told
/// apart nobody knows which it is.
const FEW_CUSTOMERS: usize = 6;

#[test]
fn orders_of_a_shop() {
    let _alone = alone();
    let names = shop::names(&SHOP.lines.customer);
    for names in [None, Some(&names)] {
        let columns = shop::order_columns(&SHOP.lines, names);
        let new = || Orders::new(&columns, Invalid::Raise);
        let orders = within("a log", FEW_CUSTOMERS, new);
        summaries(&orders);
    }
}

#[test]
fn orders_of_strangers() {
    let _alone = alone();
    let far: Vec<i64> = (0..).take(ROWS).map(|row: i64| (row * 7919) % 1_000_003_337).collect();
    let names = shop::names(&far);
    let near: Vec<i64> = (0..).take(ROWS).collect();
    for customer in [
        CustomerColumn::from(Column::new("id", &near[..])),
        Column::new("id", &far[..]).into(),
        Column::new("id", &names).into(),
    ] {
        strangers(customer);
    }
}

/// Tables whose every row is another customer's.
fn strangers(customer: CustomerColumn<'_>) {
    let time: Vec<i64> = (0..).take(ROWS).map(|row: i64| row % 500).collect();
    let (amount, half) = (vec![9.5; ROWS], [9.5, -9.5].repeat(ROWS / 2));
    let time = Column::new("day", &time[..]);
    let mut columns = OrderColumns {
        customer,
        time,
        scale: TimeScale::Days,
        amount: Some(Column::new("amount", &amount)),
    };
    let orders = within("a log of strangers", 3, || Orders::new(&columns, Invalid::Raise));
    summaries(&orders);
    columns.amount = Some(Column::new("amount", &half));
    within("a log of which half is refused", 3, || Orders::new(&columns, Invalid::Drop));

    let amount = Column::new("amount", &amount[..]);
    let mut columns = LineColumns::new(customer, time, TimeScale::Days).with_price(amount);
    within("plain lines by time", 3, || OrderLines::new(&columns, Invalid::Raise));
    for ids in [&mut columns.order, &mut columns.line, &mut columns.product, &mut columns.category]
    {
        *ids = Some(customer);
    }
    let by_time = within("lines by time", 3, || OrderLines::new(&columns, Invalid::Raise));
    columns.amount = Some(amount);
    let by_customer = within("lines by customer", 3, || OrderLines::new(&columns, Invalid::Raise));
    for lines in [by_time, by_customer] {
        within("orders of lines", 3, || lines.gross_orders());
        let options = LedgerOptions::default();
        within("a ledger of strangers", 3, || Ledger::new(&lines, None, None, &options));
    }
}

fn summaries(orders: &Orders) {
    let options = SummaryOptions::in_unit(Unit::Week);
    within("a summary", 3, || orders.summarize(&options));
    let (first, last) = orders.time_range();
    let middle = first + (last - first) / 2;
    within("a holdout", 3, || orders.calibration_holdout(middle, &options));
    let clock = Clock::new(Unit::Day, None).unwrap();
    let all = within("occasions", 3, || Occasions::of(orders, clock));
    within("occasions of the same customers", 3, || all.merge(&all));
    within("a summary of occasions", 3, || all.summarize(None, false));
    within("a holdout of occasions", 3, || all.calibration_holdout(middle, None, false));
    within("activity", 3, || all.activity(None));
}

#[test]
fn a_ledger_and_its_behaviours() {
    let _alone = alone();
    let came_back: Vec<bool> =
        SHOP.lines.return_time.iter().map(|&time| time != i64::MIN).collect();
    let columns = shop::ledger_columns(&SHOP.lines, &came_back);
    let lines = within("lines", 3, || OrderLines::new(&columns, Invalid::Raise));
    let columns = shop::contact_columns();
    let contacts = within("contacts", FEW_CUSTOMERS, || Contacts::new(&columns, Invalid::Raise));
    let options = LedgerOptions::default();
    let ledger = within("a ledger", 3, || Ledger::new(&lines, Some(&contacts), None, &options));
    let options = BehaviourOptions::default();
    let model = within("a fit of behaviours", 3, || BehaviourModel::fit(&ledger, &options));
    within("behaviours", 3, || model.classify(&ledger, Threads::new(2)));
}
