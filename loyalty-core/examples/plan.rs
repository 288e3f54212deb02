//! Who gets a call and who a letter, when there are only so many of each.
//!
//! ```sh
//! cargo run -p loyalty-core --example plan
//! ```

use loyalty_core::decisions::{Capacity, Facts, Treatments};
use loyalty_core::prelude::*;
use loyalty_core::simulate::{Shop, ShopOptions};

fn main() -> Result<(), Error> {
    let threads = Threads::default();
    let mut options = ShopOptions::default();
    options.customers = 1500;
    let lines = Shop::simulate(&options, threads)?.lines;
    let columns = OrderColumns {
        customer: Column::new("customer", &lines.customer[..]).into(),
        time: Column::new("day", &lines.time),
        scale: TimeScale::Days,
        amount: Some(Column::new("amount", &lines.amount)),
    };
    let orders = Orders::new(&columns, Invalid::Raise)?;
    let customers = orders.summarize(&SummaryOptions::in_unit(Unit::Day))?;

    // What is known of the customers: that they are still there, and what they are worth.
    let purchases = BgNbd::fit(&customers, &FitOptions::default())?.model;
    let spend = GammaGamma::fit(&customers, &FitOptions::default())?.model;
    let mut p_alive = vec![0.0; customers.len()];
    purchases.p_alive_into(&customers, &mut p_alive, threads)?;
    let two_years = Discounting::annual(730.5, 0.10, Unit::Day)?;
    let mut clv = vec![0.0; customers.len()];
    let margin = Margin::Same(0.35);
    clv_into(&purchases, &spend, &customers, &two_years, margin, &mut clv, threads)?;
    let facts = Facts::new(customers.len())
        .with("clv", clv)?
        .with("p_alive", p_alive)?
        .with_same("margin", 0.35)?;

    // What each treatment would gain with each customer, and the best plan within the capacities.
    let proposals = Treatments::customary().propose(facts, threads)?;
    let capacities = [Capacity::new("calls", 50.0)?, Capacity::new("letters", 300.0)?];
    let plan = proposals.choices(&capacities)?.select(threads)?;

    println!("{:<16} {:>9} {:>8} {:>8}", "treatment", "customers", "gain", "cost");
    for row in proposals.summarize(&plan)?.iter().filter(|row| row.customers > 0) {
        println!("{:<16} {:>9} {:>8.0} {:>8.0}", row.treatment, row.customers, row.gain, row.cost);
    }
    println!("no plan within the capacities gains {:.3} % more", 100.0 * plan.gap());
    for ((capacity, used), price) in capacities.iter().zip(plan.used()).zip(plan.shadow_prices()) {
        let Capacity { name, amount, .. } = capacity;
        println!("{name}: {used:.0} of {amount:.0} used; one more would gain {price:.2}");
    }

    println!("\nfirst on the list");
    for row in plan.ranked().into_iter().take(5) {
        if let Some(treatment) = plan.choice()[row] {
            let customer = orders.customers().get(row);
            println!("{customer}: {}", proposals.reason(row, treatment));
        }
    }
    Ok(())
}
