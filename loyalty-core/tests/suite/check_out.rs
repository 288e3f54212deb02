//! What is said of one customer at the check-out is what is said of them among all.

use crate::common::ledger_shop::{contacts, lines, simulated};
use crate::common::shop;
use loyalty_core::behaviours::{Behaviour, BehaviourModel};
use loyalty_core::decisions::Treatments;
use loyalty_core::estimation::Fit;
use loyalty_core::ledger::customer_records;
use loyalty_core::orders::{Column, CustomerRecord, Invalid, LineColumns, OrderLines, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::pipeline::{
    CheckOut, CheckOutWork, OrderTable, ScoreOptions, Scores, Value, score,
};
use loyalty_core::purchase::{AnyPurchaseModel, Discounting, MbgNbd, PurchaseKind};
use loyalty_core::returns::BasketWork;
use loyalty_core::simulate::ShopOptions;
use loyalty_core::spend::GammaGamma;
use loyalty_core::time::Unit;

const DAY: i64 = 86_400_000_000;

fn model<M: Clone>(fit: Option<&Fit<M>>) -> M {
    fit.expect("a fit").model.clone()
}

fn check_out(scores: &Scores, options: &ScoreOptions) -> CheckOut {
    let discounting =
        Discounting::annual(scores.horizon, options.annual_discount_rate, options.unit).unwrap();
    let ledger = scores.ledger.as_ref().unwrap();
    let mut check_out = CheckOut::new(discounting);
    check_out.purchases = Some(model(scores.purchase_fit.as_ref()));
    check_out.spend = Some(model(scores.spend_fit.as_ref()));
    check_out.basis = Some(ledger.ledger.basis().clone());
    check_out.behaviours =
        Some(BehaviourModel::from_json(&ledger.model.to_json()).expect("the same"));
    check_out.treatments = Some(Treatments::customary());
    check_out.margin = options.margin;
    check_out.net = options.value == Value::Net;
    check_out
}

fn same(a: Option<f64>, b: f64, what: &str) {
    assert_eq!(a.map(f64::to_bits), Some(b.to_bits()), "{what}: {a:?} {b}");
}

#[test]
fn every_customer_of_a_shop_has_the_same_numbers_alone() {
    let (shop, _) = simulated(ShopOptions::default(), 1500, 11);
    let (lines, contacts) = (lines(&shop), contacts(&shop));
    let records = customer_records(&lines, Some(&contacts), None).unwrap();
    let (first, last) = lines.time_range();
    let end = first.midpoint(last).midpoint(last);
    for (value, kind, margin) in [
        (Value::Net, PurchaseKind::MbgNbd, Some(0.3)),
        (Value::Gross, PurchaseKind::BgNbd, Some(0.45)),
        (Value::Net, PurchaseKind::BgNbd, None),
    ] {
        let mut options = ScoreOptions::default();
        (options.value, options.purchase_kind) = (value, Some(kind));
        (options.margin, options.observation_end) = (margin, Some(end));
        options.economics.handling = Some(4.0);
        let mut table = OrderTable::new(&lines);
        table.contacts = Some(&contacts);
        let scores = score(table, &options).unwrap();
        let now = (end.div_euclid(DAY) + 1) * DAY - 1;
        let alone = check_out(&scores, &options);
        let mut work = CheckOutWork::default();
        let (mut labelled, mut treated) = (0, 0);
        for row in 0..scores.customers.len() {
            let id = scores.customers.customers().unwrap().get(row);
            let number = (0..lines.customers().len()).find(|&n| lines.customers().get(n) == id);
            let found = alone.score(&records[number.unwrap()], None, now, &mut work).unwrap();
            let history = found.purchases.unwrap().history;
            assert_eq!(history, scores.customers.history(row));
            let all = |column: &Option<Vec<f64>>| column.as_ref().unwrap()[row];
            same(found.p_alive, all(&scores.p_alive), "P(alive)");
            same(found.expected_purchases, all(&scores.expected_purchases), "purchases");
            same(found.expected_spend, all(&scores.expected_spend), "spend");
            same(found.clv, all(&scores.clv), "CLV");
            let of_all = scores.ledger.as_ref().unwrap();
            let place = of_all.rows[row].unwrap();
            for &behaviour in Behaviour::ALL {
                let own = found.behaviours[behaviour as usize];
                let among = of_all.behaviours.scores(behaviour).map(|scores| scores.row(place));
                assert_eq!(own.map(|own| own.score), among);
                let has = own.is_some_and(|own| own.labelled);
                assert_eq!(has, of_all.behaviours.has(place, behaviour));
            }
            assert_eq!(found.primary, of_all.behaviours.primary()[place]);
            let reasons = of_all.model.reasons(&of_all.ledger, &of_all.behaviours, place);
            for reason in reasons {
                let own = found.ledger.unwrap();
                let alone = of_all.model.reason_of(reason.behaviour, &own, None, now).unwrap();
                assert_eq!(alone, Some(reason));
                labelled += 1;
            }
            if margin.is_some() {
                let treatments = scores.treatments.as_ref().unwrap();
                let chosen = treatments.selection.choice()[row];
                let own = found.decision.map(|own| u32::try_from(own.treatment).unwrap());
                assert_eq!(own, chosen, "{found:?}");
                let gain = found.decision.map_or(0.0, |own| own.gain);
                assert_eq!(gain.to_bits(), treatments.selection.gains()[row].to_bits());
                if let (Some(own), Some(chosen)) = (found.decision, chosen) {
                    let said = Treatments::customary().reason(&own);
                    assert_eq!(said, treatments.proposals.reason(row, chosen));
                    treated += 1;
                }
            }
        }
        assert!(labelled > 10 && (treated > 10 || margin.is_none()), "{labelled} {treated}");
    }
}

#[test]
fn whoever_opted_out_has_numbers_and_neither_label_nor_treatment() {
    let (shop, _) = simulated(ShopOptions::default(), 800, 3);
    let lines = lines(&shop);
    let mut options = ScoreOptions::default();
    options.margin = Some(0.3);
    let scores = score(OrderTable::new(&lines), &options).unwrap();
    let alone = check_out(&scores, &options);
    let (mut work, (_, end)) = (CheckOutWork::default(), lines.time_range());
    let mut seen = 0;
    for mut record in customer_records(&lines, None, None).unwrap() {
        let before = alone.score(&record, None, end, &mut work).unwrap();
        record.opt_out();
        let after = alone.score(&record, None, end, &mut work).unwrap();
        assert_eq!(after.p_alive, before.p_alive);
        assert!(after.decision.is_none() && after.primary.is_none());
        assert!(after.behaviours.iter().flatten().all(|one| !one.labelled));
        seen += usize::from(before.primary.is_some());
    }
    assert!(seen > 0);
    // Somebody new: the models say nothing of whoever has never bought.
    let nobody = alone.score(&CustomerRecord::default(), None, end, &mut work).unwrap();
    assert!(nobody.purchases.is_none() && nobody.p_alive.is_none() && nobody.clv.is_none());
    assert!(nobody.primary.is_none());
}

#[test]
fn a_basket_has_the_probabilities_of_the_same_lines_in_a_table() {
    let shop = shop::shop();
    let model = shop::fitted(&shop, 300);
    let rows: Vec<usize> = (0..shop.len()).rev().step_by(3).collect();
    let (mut work, mut out) = (BasketWork::default(), Vec::new());
    for basket in rows.chunks(40) {
        let lines = shop.lines(basket, false);
        let all = model.score(&lines, Threads::ONE).unwrap().probability();
        model.score_basket(&lines, &mut work, &mut out).unwrap();
        let bits = |values: &[f64]| values.iter().map(|p| p.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&out), bits(&all));
    }
}

#[test]
fn what_is_missing_is_named() {
    let mut alone = CheckOut::new(Discounting::annual(52.0, 0.1, Unit::Week).unwrap());
    let (mut work, record) = (CheckOutWork::default(), CustomerRecord::default());
    let none = alone.score(&record, None, 0, &mut work).unwrap();
    assert!(none.ledger.is_none() && none.decision.is_none());
    let without_unit: AnyPurchaseModel =
        loyalty_core::purchase::BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap().into();
    alone.purchases = Some(without_unit);
    let error = alone.score(&record, None, 0, &mut work).unwrap_err();
    assert!(error.to_string().starts_with("the model of purchases has no unit"), "{error}");
}

#[test]
fn an_infinite_mean_amount_takes_nothing_else_away() {
    let customer = Column::new("customer", &[7][..]).into();
    let columns = LineColumns::new(customer, Column::new("day", &[0]), TimeScale::Days)
        .with_amount(Column::new("paid", &[90.0]));
    let mut record = CustomerRecord::default();
    record.add_lines(&OrderLines::new(&columns, Invalid::Raise).unwrap()).unwrap();
    let mut check_out = CheckOut::new(Discounting::annual(52.0, 0.1, Unit::Week).unwrap());
    let purchases = MbgNbd::new(0.5, 9.0, 0.5, 0.9).unwrap().with_unit(Some(Unit::Week));
    check_out.purchases = Some(purchases.into());
    // Without a repeat purchase the mean is p v / (q - 1), which needs q > 1.
    check_out.spend = Some(GammaGamma::new(6.25, 0.9, 15.44).unwrap().into());
    let now = 70 * DAY;
    let score = check_out.score(&record, None, now, &mut CheckOutWork::default()).unwrap();
    assert!(score.p_alive.is_some_and(|p| 0.0 < p && p < 1.0));
    assert!(score.expected_purchases.is_some_and(|expected| expected > 0.0));
    assert_eq!((score.expected_spend, score.clv), (None, None));
}
