//! Behaviours in shops that break what the library assumes: few false labels, and a word on what is odd.

use crate::common::ledger_shop::{columns, contacts, lines, returned};
use loyalty_core::behaviours::{
    Behaviour, BehaviourModel, BehaviourOptions, Behaviours, permutation_check,
};
use loyalty_core::ledger::{Economics, Ledger, LedgerOptions};
use loyalty_core::orders::{
    Column, ContactColumns, Contacts, Invalid, LineColumns, OrderLines, TimeScale,
};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::{Scenario, ScenarioOptions, Shop};

const DAY: i64 = 86_400_000_000;

fn shop(scenario: Scenario, null: bool, seed: u64) -> Shop {
    let mut options = ScenarioOptions::default();
    (options.scenario, options.null, options.seed) = (scenario, null, seed);
    options.customers = 1500;
    Shop::of_scenario(&options, Threads::default()).unwrap()
}

fn options() -> LedgerOptions {
    let mut options = LedgerOptions::default();
    options.economics = Economics {
        handling: Some(3.0),
        markdown: Some(0.1),
        category_cost: Some(8.0),
        ..Economics::default()
    };
    options.period_days = Some(28);
    options.end = Some((19_723 + 730) * DAY - 1);
    options
}

fn labelled(shop: &Shop) -> (Ledger, BehaviourModel, Behaviours) {
    let ledger = Ledger::new(&lines(shop), Some(&contacts(shop)), None, &options()).unwrap();
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let found = model.classify(&ledger, Threads::default()).unwrap();
    (ledger, model, found)
}

fn is_over(shop: &Shop, row: usize, behaviour: Behaviour, threshold: f64) -> bool {
    let truth = &shop.truth;
    match behaviour {
        Behaviour::ServiceDemander => truth.contact_rate[row] * 6.0 > threshold,
        Behaviour::RevenueReverser => truth.return_rate[row] > threshold,
        _ => truth.fixed_budget[row],
    }
}

#[test]
fn few_labels_are_false_where_assumptions_break() {
    for (scenario, behaviour) in [
        (Scenario::Bursts, Behaviour::ServiceDemander),
        (Scenario::HeavyCosts, Behaviour::ServiceDemander),
        (Scenario::Cancellations, Behaviour::RevenueReverser),
        (Scenario::Wholesale, Behaviour::FixedBudget),
        (Scenario::Subscriptions, Behaviour::FixedBudget),
        (Scenario::Threshold, Behaviour::FixedBudget),
    ] {
        let (mut named, mut wrong, mut over) = (0.0, 0.0, 0.0);
        for seed in 0..2 {
            let shop = shop(scenario, false, seed);
            let (ledger, _, found) = labelled(&shop);
            let scores = found.scores(behaviour).unwrap();
            for row in 0..ledger.len() {
                let truly = is_over(&shop, row, behaviour, scores.threshold[row]);
                over += f64::from(u8::from(truly));
                if found.has(row, behaviour) {
                    named += 1.0;
                    wrong += f64::from(u8::from(!truly));
                    assert!(scores.orders[row] >= 2.0, "{scenario}: once is no habit");
                }
            }
        }
        // Chance: three standard deviations of the count that one in ten makes.
        let most = 0.1 * named + 3.0 * (0.09_f64 * named).sqrt() + 1.0;
        assert!(wrong <= most, "{scenario}, {behaviour}: {wrong} of {named} false");
        if behaviour == Behaviour::ServiceDemander {
            assert!(named - wrong >= 0.4 * over, "{scenario}: power {} of {over}", named - wrong);
        }
    }
}

#[test]
fn where_everybody_is_alike_nobody_is_labelled_whatever_the_log_is_like() {
    for scenario in [
        Scenario::LongBursts,
        Scenario::Outages,
        Scenario::Wholesale,
        Scenario::ParetoAmounts,
        Scenario::Threshold,
        Scenario::Subscriptions,
        Scenario::SaleWaves,
    ] {
        let (ledger, _, found) = labelled(&shop(scenario, true, 1));
        let named = (0..ledger.len()).filter(|&row| !found.is_healthy(row)).count();
        assert!(named <= 1, "{scenario}: {named}");
    }
}

#[test]
fn outages_are_found_and_left_out() {
    let (ledger, ..) = labelled(&shop(Scenario::Outages, false, 3));
    let days = &ledger.unusual_days().contacts;
    assert!((4..=6).contains(&days.len()), "{days:?}");
    let (calm, ..) = labelled(&shop(Scenario::Calm, false, 3));
    assert!(calm.unusual_days().contacts.is_empty());
    assert!(calm.portfolio().case_dispersion < 1.5);
}

#[test]
fn thresholds_and_subscriptions_are_named() {
    let (ledger, ..) = labelled(&shop(Scenario::Threshold, false, 3));
    assert_eq!(ledger.portfolio().order_threshold, 50.0);
    let (ledger, ..) = labelled(&shop(Scenario::Subscriptions, false, 3));
    let count: f64 = ledger.columns().subscription.iter().sum();
    assert!((100.0..200.0).contains(&count), "{count}");
    assert_eq!(ledger.portfolio().order_threshold, 0.0);
}

#[test]
fn dealt_out_at_random_nobody_has_a_habit() {
    let shop = shop(Scenario::Bursts, false, 5);
    let (lines, contacts) = (lines(&shop), contacts(&shop));
    let checks =
        permutation_check(&lines, Some(&contacts), &options(), &BehaviourOptions::default(), 1, 7)
            .unwrap();
    assert_eq!(checks.len(), 5);
    let service = &checks[0];
    assert!(service.labelled > 20 && service.by_chance[0] <= 1, "{service:?}");
    assert!(service.false_share() < 0.1);
    assert!(checks.iter().all(|check| check.by_chance[0] <= 1), "{checks:?}");
    let none = permutation_check(&lines, None, &options(), &BehaviourOptions::default(), 0, 7);
    assert!(none.is_err());
}

/// Where only categories are given, nobody is blamed for those they buy in.
#[test]
fn return_rates_are_cleaned_by_category_where_there_is_no_product() {
    let shop = shop(Scenario::Categories, true, 1);
    let returned = returned(&shop);
    let mut columns = columns(&shop, &returned);
    columns.product = None;
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let ledger = Ledger::new(&lines, None, None, &options()).unwrap();
    assert!(ledger.portfolio().product_weight < 100.0, "{:?}", ledger.portfolio());
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let found = model.classify(&ledger, Threads::default()).unwrap();
    let named = (0..ledger.len()).filter(|&row| found.has(row, Behaviour::RevenueReverser)).count();
    assert!(named <= 1, "{named}");
}

/// Two customers whom one cancelled order made the dearest of all, among others of whom nobody is odd.
#[test]
fn one_cancelled_order_is_no_habit_and_is_named() {
    let customer: Vec<i64> = (0..4000).map(|n| n % 400).collect();
    let day: Vec<i64> = (0..4000).map(|n| n / 400 * 70 + n % 60).collect();
    let big = |n: usize| n < 2;
    let paid: Vec<f64> = (0..4000).map(|n| if big(n) { 90_000.0 } else { 50.0 }).collect();
    let back: Vec<f64> = (0..4000)
        .map(|n| {
            if big(n) {
                paid[n]
            } else if n % 37 == 5 {
                50.0
            } else {
                0.0
            }
        })
        .collect();
    let columns = LineColumns::new(
        Column::new("customer", &customer[..]).into(),
        Column::new("day", &day),
        TimeScale::Days,
    );
    let mut columns = columns.with_amount(Column::new("paid", &paid));
    columns.returned_amount = Some(Column::new("back", &back));
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    let mut options = options();
    options.end = None;
    options.economics.margin = Some(0.3);
    let ledger = Ledger::new(&lines, None, None, &options).unwrap();
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let found = model.classify(&ledger, Threads::default()).unwrap();
    for row in 0..2 {
        assert!(!found.has(row, Behaviour::RevenueReverser));
        assert!(ledger.is_one_off(row));
    }
    assert!(!ledger.is_one_off(7));
    let account = found.loss_account(&ledger).unwrap();
    assert!(account.one_off > 0.95 * account.loss, "{account:?}");
    let sum = account.labelled + account.one_off + account.opted_out + account.unexplained;
    assert!((sum - account.loss).abs() < 1e-6 * account.loss);
}

#[test]
fn whoever_opted_out_has_no_label() {
    let shop = shop(Scenario::Calm, false, 2);
    let (ledger, model, found) = labelled(&shop);
    let row = (0..ledger.len()).find(|&row| found.primary()[row].is_some()).unwrap();
    let reasons = model.reasons(&ledger, &found, row);
    let said = reasons[0].to_string();
    assert!(said.contains("2025-12-30") && said.contains("expected"), "{said}");
    assert!(reasons[0].interval.0 < reasons[0].score.estimate);
    let id = [shop.truth.customer[row]];
    let ledger = ledger.with_opted_out(&Column::new("who", &id[..]).into()).unwrap();
    let found = model.classify(&ledger, Threads::default()).unwrap();
    assert!(found.is_healthy(row) && model.reasons(&ledger, &found, row).is_empty());
}

/// By a column of the lines or of the contacts, one row that says so is enough; a blank says nothing and is counted.
#[test]
fn a_column_of_either_table_opts_out() {
    let shop = shop(Scenario::Calm, false, 2);
    let (ledger, model, found) = labelled(&shop);
    let named: Vec<usize> =
        (0..ledger.len()).filter(|&row| found.primary()[row].is_some()).take(2).collect();
    let of = |row: usize, ids: &[i64]| -> Vec<bool> {
        let first = ids.iter().position(|id| *id == shop.truth.customer[row]);
        (0..ids.len()).map(|place| Some(place) == first).collect()
    };
    let by_lines = of(named[0], &shop.lines.customer);
    let present: Vec<bool> = (0..by_lines.len()).map(|row| row != 7 || by_lines[row]).collect();
    let back = returned(&shop);
    let mut of_lines = columns(&shop, &back);
    of_lines.opted_out = Some(Column::new("out", &by_lines[..]).with_present(Some(&present)));
    let lines = OrderLines::new(&of_lines, Invalid::Raise).unwrap();
    let said = lines.report().sentences().join(" ");
    assert!(said.contains("column \"out\" is blank, taken as not opted out, in 1 row"), "{said}");
    let by_calls = of(named[1], &shop.contacts.customer);
    let calls = ContactColumns {
        customer: Column::new("customer", &shop.contacts.customer[..]).into(),
        time: Column::new("time", &shop.contacts.time),
        scale: TimeScale::Days,
        cost: Column::new("cost", &shop.contacts.cost),
        firm_caused: Some(Column::new("firm_caused", &shop.contacts.firm_caused)),
        opted_out: Some(Column::new("out", &by_calls)),
    };
    let calls = Contacts::new(&calls, Invalid::Raise).unwrap();
    let out = Ledger::new(&lines, Some(&calls), None, &options()).unwrap();
    let wanted = if by_calls.contains(&true) { 2 } else { 1 };
    assert_eq!(out.opted_out(), wanted);
    let again = model.classify(&out, Threads::default()).unwrap();
    assert!(named.iter().take(wanted).all(|&row| again.is_healthy(row)));
    // A name adds to the columns.
    let third = (0..ledger.len()).find(|&row| again.primary()[row].is_some()).unwrap();
    let id = [shop.truth.customer[third]];
    let out = out.with_opted_out(&Column::new("who", &id[..]).into()).unwrap();
    assert_eq!(out.opted_out(), wanted + 1);
}

#[test]
fn no_money_is_promised_that_no_column_tells() {
    let shop = shop(Scenario::Calm, false, 4);
    let ledger = Ledger::new(&lines(&shop), None, None, &LedgerOptions::default()).unwrap();
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    assert!(!model.is_priced(Behaviour::FixedBudget) && !model.is_priced(Behaviour::CouponUser));
    let found = model.classify(&ledger, Threads::default()).unwrap();
    for behaviour in [Behaviour::FixedBudget, Behaviour::CouponUser] {
        assert!(found.scores(behaviour).unwrap().impact.iter().all(|impact| *impact == 0.0));
        assert!(!found.primary().contains(&Some(Behaviour::CouponUser)));
    }
}
