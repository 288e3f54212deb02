//! A simulated shop as the library reads it.

use loyalty_core::ledger::{Economics, Ledger, LedgerOptions};
use loyalty_core::orders::{
    Column, ContactColumns, Contacts, Invalid, LineColumns, OrderLines, TimeScale,
};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::{Shop, ShopOptions};

const DAY: i64 = 86_400_000_000;

/// Columns with the simulator's names.
pub(crate) fn columns<'a>(shop: &'a Shop, returned: &'a [bool]) -> LineColumns<'a> {
    let lines = &shop.lines;
    let mut columns = LineColumns::new(
        Column::new("customer", &lines.customer[..]).into(),
        Column::new("time", &lines.time),
        TimeScale::Days,
    )
    .with_amount(Column::new("amount", &lines.amount));
    columns.order = Some(Column::new("order", &lines.order[..]).into());
    columns.product = Some(Column::new("product", &lines.product[..]).into());
    columns.category = Some(Column::new("category", &lines.category[..]).into());
    columns.list_amount = Some(Column::new("list_amount", &lines.list_amount));
    columns.discount = Some(Column::new("discount", &lines.discount));
    columns.maker_discount = Some(Column::new("maker_discount", &lines.maker_discount));
    columns.coupon = Some(Column::new("coupon", &lines.coupon));
    columns.offered_depth = Some(Column::new("offered_depth", &lines.offered_depth));
    columns.cost = Some(Column::new("cost", &lines.cost));
    columns.returned_amount = Some(Column::new("returned_amount", &lines.returned_amount));
    let back = Column::new("return_time", &lines.return_time[..]);
    columns.return_time = Some(back.with_present(Some(returned)));
    columns
}

pub(crate) fn returned(shop: &Shop) -> Vec<bool> {
    shop.lines.returned_amount.iter().map(|&amount| amount > 0.0).collect()
}

pub(crate) fn lines(shop: &Shop) -> OrderLines {
    OrderLines::new(&columns(shop, &returned(shop)), Invalid::Raise).expect("clean lines")
}

pub(crate) fn contacts(shop: &Shop) -> Contacts {
    let contacts = &shop.contacts;
    let columns = ContactColumns {
        customer: Column::new("customer", &contacts.customer[..]).into(),
        time: Column::new("time", &contacts.time),
        scale: TimeScale::Days,
        cost: Column::new("cost", &contacts.cost),
        firm_caused: Some(Column::new("firm_caused", &contacts.firm_caused)),
        opted_out: None,
    };
    Contacts::new(&columns, Invalid::Raise).expect("clean contacts")
}

/// The economics and the budget periods that the shop was made with.
pub(crate) fn ledger_options(shop: &ShopOptions) -> LedgerOptions {
    let mut options = LedgerOptions::default();
    options.economics = Economics {
        margin: None,
        handling: Some(shop.handling),
        markdown: Some(shop.markdown),
        category_cost: Some(shop.category_cost),
    };
    options.period_days = Some(shop.budget_period);
    options.end = Some((i64::from(shop.start) + i64::from(shop.days)) * DAY - 1);
    options
}

pub(crate) fn ledger(shop: &Shop, options: &ShopOptions) -> Ledger {
    let (lines, contacts) = (lines(shop), contacts(shop));
    Ledger::new(&lines, Some(&contacts), None, &ledger_options(options)).expect("a ledger")
}

pub(crate) fn simulated(
    mut options: ShopOptions,
    customers: u32,
    seed: u64,
) -> (Shop, ShopOptions) {
    (options.customers, options.seed) = (customers, seed);
    (Shop::simulate(&options, Threads::default()).expect("a shop"), options)
}
