//! Who looks for promotions, and who pays for them.

use crate::common::ledger_shop::{ledger, simulated};
use loyalty_core::behaviours::{
    Behaviour, BehaviourDistribution, BehaviourFitOptions, BehaviourModel, BehaviourOptions,
};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::{Shop, ShopOptions};

const SEED: u64 = 5;

fn shop() -> (Shop, ShopOptions) {
    simulated(ShopOptions::default(), 3000, SEED)
}

/// The share that the shop pays, and how alike customers are in it.
fn funding(model: &BehaviourDistribution) -> [f64; 2] {
    let json: serde_json::Value = serde_json::from_str(&model.to_json()).unwrap();
    let funding = &json["terms"]["promotion-maximizer"]["funding"];
    ["share", "concentration"].map(|name| funding[name].as_f64().unwrap())
}

fn fitted((shop, options): &(Shop, ShopOptions)) -> BehaviourDistribution {
    let options = (&ledger(shop, options), &BehaviourFitOptions::default());
    BehaviourDistribution::fit(Behaviour::PromotionMaximizer, options.0, options.1).unwrap()
}

#[test]
fn customers_who_do_not_choose_who_pays_are_told_to_be_alike_in_it() {
    let shop = shop();
    let lines = &shop.0.lines;
    let [borne, by_makers] =
        [&lines.discount, &lines.maker_discount].map(|off| off.iter().sum::<f64>());
    assert!(by_makers > 0.02 * borne);
    let [share, concentration] = funding(&fitted(&shop));
    assert!((share - borne / (borne + by_makers)).abs() < 0.02, "{share}");
    assert!(concentration > 20.0, "{concentration}");
}

/// Whose discounts the makers pay for costs the shop nothing, however deep they are.
#[test]
fn nobody_is_labelled_for_what_the_makers_pay() {
    let mut shop = shop();
    let odd = |customer: i64| customer % 2 == 1;
    let lines = &mut shop.0.lines;
    for row in 0..lines.customer.len() {
        if odd(lines.customer[row]) {
            lines.maker_discount[row] += std::mem::take(&mut lines.discount[row]);
        }
    }
    let [share, concentration] = funding(&fitted(&shop));
    assert!(share < 0.7 && concentration < 3.0, "{share} {concentration}");
    let ledger = ledger(&shop.0, &shop.1);
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let found = model.classify(&ledger, Threads::ONE).unwrap();
    let of = |odds: bool| {
        let rows = (0..ledger.len()).filter(|&row| found.has(row, Behaviour::PromotionMaximizer));
        let id = |row| ledger.customers().get(row).to_string().parse().unwrap();
        rows.filter(|&row| odd(id(row)) == odds).count()
    };
    assert!(of(false) > 30, "{}", of(false));
    assert_eq!(of(true), 0);
}

/// Two customers who took as much off as each other tell as much of themselves, whoever paid.
#[test]
fn discounts_of_the_makers_tell_as_much_of_a_customer() {
    let shop = shop();
    let (model, ledger) = (fitted(&shop), ledger(&shop.0, &shop.1));
    let mut row = ledger.row(0);
    (row.orders, row.lines, row.list_amount, row.list_square) = (8.0, 8.0, 800.0, 80_000.0);
    (row.discount, row.maker_discount) = (300.0, 0.0);
    let borne = model.score_one(&row, None).unwrap();
    (row.discount, row.maker_discount) = (240.0, 60.0);
    let shared = model.score_one(&row, None).unwrap();
    assert_eq!(shared.weight.to_bits(), borne.weight.to_bits());
    // Of those to come, the shop is expected to pay about as much as of those of others.
    assert!(shared.estimate < borne.estimate && shared.estimate > 0.9 * borne.estimate);
    let interval = model.interval(&row, None, 0.9).unwrap();
    assert!(interval.estimate.0 < shared.estimate && shared.estimate < interval.estimate.1);
    assert!(interval.impact.0 < shared.impact && shared.impact < interval.impact.1);
}
