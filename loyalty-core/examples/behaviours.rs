//! Which customers cost more than they bring, by which habit, and how sure that is.
//!
//! ```sh
//! cargo run -p loyalty-core --example behaviours
//! ```
//!
//! The shop is simulated, so that the labels can be held against the truth.

use loyalty_core::behaviours::{Behaviour, BehaviourModel, BehaviourOptions};
use loyalty_core::ledger::{Ledger, LedgerOptions};
use loyalty_core::orders::{
    Column, ContactColumns, Contacts, Invalid, LineColumns, OrderLines, TimeScale,
};
use loyalty_core::parallel::Threads;
use loyalty_core::portfolio::{LossCause, Losses, top_shares};
use loyalty_core::simulate::{Shop, ShopOptions};

fn main() -> Result<(), loyalty_core::Error> {
    let mut options = ShopOptions::default();
    options.customers = 1500;
    let shop = Shop::simulate(&options, Threads::default())?;

    // Order lines with all that the behaviours show in; every column but the first three may be missing.
    let lines = &shop.lines;
    let came_back: Vec<bool> = lines.return_time.iter().map(|&time| time != i64::MIN).collect();
    let customer = Column::new("customer", &lines.customer[..]).into();
    let mut columns = LineColumns::new(customer, Column::new("day", &lines.time), TimeScale::Days)
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
    columns.return_time =
        Some(Column::new("returned_on", &lines.return_time[..]).with_present(Some(&came_back)));
    let lines = OrderLines::new(&columns, Invalid::Raise)?;

    let calls = &shop.contacts;
    let contacts = Contacts::new(
        &ContactColumns {
            customer: Column::new("customer", &calls.customer[..]).into(),
            time: Column::new("day", &calls.time),
            scale: TimeScale::Days,
            cost: Column::new("cost", &calls.cost),
            firm_caused: Some(Column::new("our_fault", &calls.firm_caused)),
            opted_out: None,
        },
        Invalid::Raise,
    )?;

    // Profit by customer.
    let mut options = LedgerOptions::default();
    options.economics.handling = Some(4.0);
    let ledger = Ledger::new(&lines, Some(&contacts), None, &options)?;
    let profit = &ledger.columns().profit;
    let top = top_shares(profit, &[0.2], 0.95)?[0];
    println!(
        "{} customers, profit {:.0}; the best 20 % make {:.0} % of it",
        ledger.len(),
        profit.iter().sum::<f64>(),
        100.0 * top.of_total
    );
    let losses = Losses::of(&ledger)?;
    for &cause in LossCause::ALL {
        println!("  lost by {:<12} {:>10.0}", cause.name(), losses.by_cause(cause));
    }

    // The behaviours, each label wrong with a probability that is bounded over all labels.
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default())?;
    let found = model.classify(&ledger, Threads::default())?;
    println!("\n{:<22} {:>8} {:>15} {:>12}", "habit", "labelled", "expected false", "cost a year");
    for row in found.summary(&ledger)? {
        println!(
            "{:<22} {:>8} {:>13.1} % {:>12.0}",
            row.behaviour.name(),
            row.customers,
            100.0 * row.expected_false,
            row.impact
        );
    }
    let reversers = (0..found.len()).filter(|&row| found.has(row, Behaviour::RevenueReverser));
    let truly = reversers.clone().filter(|&row| shop.truth.revenue_reverser[row]).count();
    println!("\nrevenue reversers: {} labelled, {truly} of them truly", reversers.count());
    Ok(())
}
