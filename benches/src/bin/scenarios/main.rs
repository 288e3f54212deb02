//! Behaviours in shops that break what the library assumes: false labels, power and calibration.
//!
//! ```sh
//! cargo run --release -p loyalty-benches --bin scenarios -- --seeds 20 --customers 3000 [bursts outages …]
//! ```
//!
//! Of each scenario of the second family: the labels a shop, the share of them that is false, the share of
//! those truly over that is found, the largest error of p_over over tenths of it with 100 customers and more,
//! and shops with three false labels or more. `null:NAME` is the scenario with everybody alike, `free:NAME`
//! without costs and margins, `first` the first family. With `--oracle` also what an oracle with the same evidence
//! finds, of the scenarios whose process it knows.

mod oracle;

use std::collections::BTreeMap;

use loyalty_core::behaviours::{Behaviour, BehaviourModel, BehaviourOptions};
use loyalty_core::ledger::{Economics, Ledger, LedgerOptions};
use loyalty_core::orders::{
    Column, ContactColumns, Contacts, Invalid, LineColumns, OrderLines, TimeScale,
};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::{Scenario, ScenarioOptions, Shop, ShopOptions};

const DAY: i64 = 86_400_000_000;
/// Mean cost of a contact in both families.
const CONTACT_COST: f64 = 6.0;
/// A promotion maximizer takes so much more of what is on offer than others.
const SELECTION: f64 = 1.2;

type Failure = Box<dyn std::error::Error>;

fn lines(shop: &Shop, costs: bool) -> Result<OrderLines, Failure> {
    let lines = &shop.lines;
    let returned: Vec<bool> = lines.returned_amount.iter().map(|&amount| amount > 0.0).collect();
    let customer = Column::new("customer", &lines.customer[..]).into();
    let mut columns = LineColumns::new(customer, Column::new("time", &lines.time), TimeScale::Days)
        .with_amount(Column::new("amount", &lines.amount));
    columns.order = Some(Column::new("order", &lines.order[..]).into());
    columns.product = Some(Column::new("product", &lines.product[..]).into());
    columns.category = Some(Column::new("category", &lines.category[..]).into());
    columns.list_amount = Some(Column::new("list_amount", &lines.list_amount));
    columns.discount = Some(Column::new("discount", &lines.discount));
    columns.maker_discount = Some(Column::new("maker_discount", &lines.maker_discount));
    columns.coupon = Some(Column::new("coupon", &lines.coupon));
    columns.offered_depth = Some(Column::new("offered_depth", &lines.offered_depth));
    if costs {
        columns.cost = Some(Column::new("cost", &lines.cost));
    }
    columns.returned_amount = Some(Column::new("returned_amount", &lines.returned_amount));
    let back = Column::new("return_time", &lines.return_time[..]);
    columns.return_time = Some(back.with_present(Some(&returned)));
    Ok(OrderLines::new(&columns, Invalid::Raise)?)
}

fn contacts(shop: &Shop) -> Result<Contacts, Failure> {
    let contacts = &shop.contacts;
    let columns = ContactColumns {
        customer: Column::new("customer", &contacts.customer[..]).into(),
        time: Column::new("time", &contacts.time),
        scale: TimeScale::Days,
        cost: Column::new("cost", &contacts.cost),
        firm_caused: Some(Column::new("firm_caused", &contacts.firm_caused)),
        opted_out: None,
    };
    Ok(Contacts::new(&columns, Invalid::Raise)?)
}

fn truly_over(shop: &Shop, row: usize, behaviour: Behaviour, threshold: f64) -> bool {
    let truth = &shop.truth;
    match behaviour {
        Behaviour::ServiceDemander => truth.contact_rate[row] * CONTACT_COST > threshold,
        Behaviour::RevenueReverser => truth.return_rate[row] > threshold,
        Behaviour::PromotionMaximizer => {
            truth.discount_depth[row] > threshold && truth.promotion_selection[row] > SELECTION
        }
        Behaviour::CouponUser => truth.coupon_rate[row] > threshold,
        _ => truth.fixed_budget[row],
    }
}

#[derive(Default, Clone)]
struct Found {
    labelled: f64,
    wrong: f64,
    over: f64,
    hit: f64,
    worst: f64,
    bins: [[f64; 3]; 10],
    statements: BTreeMap<String, u32>,
    /// With the offers of the week known, and without.
    oracles: [Option<Oracle>; 2],
}

/// What an oracle labels, and how many of them are wrong and right.
#[derive(Default, Clone, Copy)]
struct Oracle {
    labelled: f64,
    wrong: f64,
    hit: f64,
}

fn one_shop(
    shop: &Shop,
    days: u32,
    costs: bool,
    null: bool,
    knows: Option<&Knows>,
    found: &mut [Found],
) -> Result<(), Failure> {
    let (lines, contacts) = (lines(shop, costs)?, contacts(shop)?);
    let mut options = LedgerOptions::default();
    if costs {
        options.economics = Economics {
            handling: Some(3.0),
            markdown: Some(0.1),
            category_cost: Some(8.0),
            ..Economics::default()
        };
    }
    options.period_days = Some(28);
    options.end = Some((19_723 + i64::from(days)) * DAY - 1);
    let ledger = Ledger::new(&lines, Some(&contacts), None, &options)?;
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default())?;
    let labels = model.classify(&ledger, Threads::default())?;
    for (number, &behaviour) in Behaviour::ALL.iter().enumerate() {
        let found = &mut found[number];
        let statement = model.statement(behaviour).to_owned();
        *found.statements.entry(statement).or_default() += 1;
        let Some(scores) = labels.scores(behaviour) else { continue };
        let mut wrong = 0.0;
        for row in 0..ledger.len() {
            let over = !null && truly_over(shop, row, behaviour, scores.threshold[row]);
            let (named, p) = (labels.has(row, behaviour), scores.p_over[row]);
            let yes = |flag: bool| f64::from(u8::from(flag));
            found.labelled += yes(named);
            wrong += yes(named && !over);
            found.over += yes(over);
            found.hit += yes(named && over);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 10")]
            let tenth = (p * 10.0) as usize;
            let bin = &mut found.bins[tenth.min(9)];
            (bin[0], bin[1], bin[2]) = (bin[0] + 1.0, bin[1] + p, bin[2] + yes(over));
        }
        found.wrong += wrong;
        found.worst = found.worst.max(wrong);
        let Some(knows) = knows.filter(|_| oracle::BEHAVIOURS.contains(&behaviour)) else {
            continue;
        };
        for (told, of_oracle) in TOLD.iter().zip(&mut found.oracles) {
            let known = (&knows.stock, knows.per_issue);
            let p = oracle::p_over(shop, known, &labels, behaviour, *told).unwrap_or_default();
            let of_oracle = of_oracle.get_or_insert_default();
            for (row, _) in oracle::labelled(&p).iter().enumerate().filter(|(_, named)| **named) {
                let over = truly_over(shop, row, behaviour, scores.threshold[row]);
                of_oracle.labelled += 1.0;
                of_oracle.wrong += f64::from(u8::from(!over));
                of_oracle.hit += f64::from(u8::from(over));
            }
            if behaviour != Behaviour::PromotionMaximizer {
                // Offers tell nothing of the others.
                break;
            }
        }
    }
    Ok(())
}

const TOLD: [oracle::Offers; 2] = [oracle::Offers::OfTheWeek, oracle::Offers::OnAverage];

/// What the oracle knows of a shop.
struct Knows {
    stock: oracle::Stock,
    per_issue: f64,
}

fn report(name: &str, seeds: u32, found: &[Found]) {
    for (behaviour, found) in Behaviour::ALL.iter().zip(found) {
        let (mut error, mut at) = (0.0_f64, 0.0);
        for bin in found.bins.iter().filter(|bin| bin[0] >= 100.0) {
            let off = (bin[2] - bin[1]) / bin[0];
            if off.abs() > error.abs() {
                (error, at) = (off, bin[1] / bin[0]);
            }
        }
        let shops = f64::from(seeds);
        println!(
            "{name:24} {:20} labelled {:6.1}  FDR {:.3}  worst {:4.0}  over {:6.1}  power {:.3}  p_over {at:.2} off by {error:+.2}  {:?}",
            behaviour.name(),
            found.labelled / shops,
            found.wrong / found.labelled.max(1.0),
            found.worst,
            found.over / shops,
            found.hit / found.over.max(1.0),
            found.statements,
        );
        for (title, oracle) in ["oracle", "oracle, offers on average"].iter().zip(found.oracles) {
            let Some(oracle) = oracle else { continue };
            println!(
                "{name:24} {:20} {title}: {:6.1}  FDR {:.3}  power {:.3}",
                behaviour.name(),
                oracle.labelled / shops,
                oracle.wrong / oracle.labelled.max(1.0),
                oracle.hit / found.over.max(1.0),
            );
        }
    }
}

fn main() -> Result<(), Failure> {
    let (mut seeds, mut customers, mut names, mut with_oracle) = (20, 3000, Vec::new(), false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match &argument[..] {
            "--seeds" => seeds = arguments.next().unwrap_or_default().parse()?,
            "--customers" => customers = arguments.next().unwrap_or_default().parse()?,
            "--oracle" => with_oracle = true,
            _ => names.push(argument),
        }
    }
    if names.is_empty() {
        for prefix in ["", "free:", "null:", "null:free:"] {
            names.extend(Scenario::ALL.iter().map(|scenario| format!("{prefix}{scenario}")));
        }
        names.push("first".to_owned());
    }
    for name in names {
        let mut found = vec![Found::default(); Behaviour::ALL.len()];
        let null = name.contains("null:");
        let costs = !name.contains("free:");
        let scenario = name.rsplit(':').next().unwrap_or_default();
        let knows = with_oracle && !null && oracle::SCENARIOS.contains(&scenario);
        for seed in 0..seeds {
            let mut known = None;
            let shop = if scenario == "first" {
                let mut options = if null { ShopOptions::null() } else { ShopOptions::default() };
                (options.customers, options.seed) = (customers, u64::from(seed));
                Shop::simulate(&options, Threads::default())?
            } else {
                let mut options = ScenarioOptions::default();
                (options.scenario, options.customers) = (scenario.parse()?, customers);
                (options.null, options.seed) = (null, u64::from(seed));
                if knows {
                    let per_issue = if scenario == "bursts" { 2.5 } else { 1.0 };
                    known = Some(Knows { stock: oracle::Stock::of(&options)?, per_issue });
                }
                Shop::of_scenario(&options, Threads::default())?
            };
            one_shop(&shop, 730, costs, null, known.as_ref(), &mut found)?;
        }
        report(&name, seeds, &found);
    }
    Ok(())
}
