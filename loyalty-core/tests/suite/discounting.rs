//! What discounting must satisfy whatever the model says.

use crate::common::random::Random;
use crate::common::{assert_close, cdnow_model, cdnow_split};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseKind, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};
use loyalty_core::time::Unit;
use loyalty_core::value::{Margin, clv_into};

fn histories() -> Vec<History> {
    let rows = [(0, 0.0, 38.86), (1, 1.71, 38.86), (2, 30.43, 38.86), (100, 38.0, 38.86)];
    rows.map(|(x, t_x, t)| History::new(x, t_x, t).unwrap()).into()
}

#[test]
fn without_a_rate_the_value_is_the_expectation() {
    let model = cdnow_model();
    for customer in histories() {
        for (periods, length) in [(1, 39.0), (12, 4.345), (1000, 0.052)] {
            let horizon = f64::from(periods) * length;
            let expected = model.expected_purchases(&customer, horizon).unwrap();
            let steps = Discounting::per_period(periods, length, 0.0).unwrap();
            assert_close(model.discounted_purchases(&customer, &steps), expected, 1e-13);
            let stream = Discounting::continuous(horizon, 0.0).unwrap();
            assert_eq!(model.discounted_purchases(&customer, &stream), expected);
        }
    }
}

/// ∫ (1 + rate)^−t dE(t) as a Riemann–Stieltjes sum over `cells` cells, each discounted from its
/// middle; the cells grow with time, as the purchases of a customer thin out. What e^−50 is left of
/// does not count.
fn stieltjes(model: &BgNbd, customer: &History, horizon: f64, rate: f64, cells: u32) -> f64 {
    let age = model.alpha() + customer.t();
    let length = (horizon.min(50.0 / rate.ln_1p()) / age).ln_1p();
    let time = |share: f64| age * (share * length).exp_m1();
    let (mut sum, mut before) = (0.0, 0.0);
    for cell in 0..cells {
        let at = |offset: f64| time((f64::from(cell) + offset) / f64::from(cells));
        let until = model.expected_purchases(customer, at(1.0)).unwrap();
        sum += (-at(0.5) * rate.ln_1p()).exp() * (until - before);
        before = until;
    }
    sum
}

#[test]
fn the_continuous_value_is_a_fine_stieltjes_sum() {
    let weekly = cdnow_model();
    let hasty = BgNbd::new(2.0, 0.01, 0.5, 4.0).unwrap();
    let newcomer = History::new(0, 0.0, 0.0).unwrap();
    let [_, once, _, often] = histories()[..] else { unreachable!() };
    for (model, customers) in [(&weekly, vec![once, often]), (&hasty, vec![newcomer])] {
        for customer in &customers {
            for horizon in [52.0, 2000.0] {
                for rate in [1e-4, 0.0018, 0.05, 1.0] {
                    let discounting = Discounting::continuous(horizon, rate).unwrap();
                    let [coarse, fine] =
                        [3000, 6000].map(|n| stieltjes(model, customer, horizon, rate, n));
                    // The error of the middle falls with the square of the width.
                    let exact = (4.0 * fine - coarse) / 3.0;
                    let got = model.discounted_purchases(customer, &discounting);
                    assert_close(got, exact, 1e-11);
                }
            }
        }
    }
}

/// By interpolation between ages: of every model, over all ages, horizons and rates, frequent buyers included.
#[test]
fn the_value_by_age_is_the_value_to_eleven_digits_alone_and_among_others() {
    let mut random = Random::new(3);
    let (mut x, mut t_x, mut t) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..600 {
        x.push([0.0, 1.0, 3.0, 40.0, 700.0][row % 5]);
        // Whole numbers of opportunities for the BG/BB, and the other models take them as well.
        t.push((800.0 + 400.0 * random.uniform() * random.uniform()).floor() + x[row]);
        t_x.push(if x[row] > 0.0 {
            (t[row] * (0.9 + 0.1 * random.uniform())).floor()
        } else {
            0.0
        });
    }
    let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
    let futures = [
        Discounting::continuous(365.0, 3e-4).unwrap(),
        Discounting::continuous(f64::INFINITY, 1e-4).unwrap(),
        Discounting::per_period(12, 30.0, 0.01).unwrap(),
    ];
    for kind in PurchaseKind::ALL {
        let value = |name: &str| match name {
            "alpha" | "beta" => 30.9,
            "k" => 2.0,
            "b" | "delta" => 2.426,
            _ => 0.243,
        };
        let values: Vec<f64> = kind.layout().iter().map(|slot| value(&slot.name)).collect();
        let model = kind.build(&values, None).unwrap();
        for future in &futures {
            let (mut exact, mut by_age) = (vec![0.0; 600], vec![0.0; 600]);
            let threads = Threads::default();
            model.discounted_purchases_into(&customers, future, &mut exact, threads).unwrap();
            let found = &mut by_age;
            model.discounted_purchases_by_age_into(&customers, future, found, threads).unwrap();
            for (row, (exact, by_age)) in exact.iter().zip(&by_age).enumerate() {
                let error = (by_age / exact - 1.0).abs();
                assert!(error < 1e-11, "{kind:?} {:?}: {error:e}", customers.history(row));
            }
            for row in (0..600).step_by(97) {
                let mut alone = [0.0];
                let one = customers.slice(row..row + 1);
                model
                    .discounted_purchases_by_age_into(&one, future, &mut alone, Threads::ONE)
                    .unwrap();
                assert_eq!(alone[0].to_bits(), by_age[row].to_bits());
            }
        }
    }
}

#[test]
fn a_higher_rate_never_gives_more() {
    let model = cdnow_model();
    for customer in histories() {
        let falls = |rates: &[f64], how: &dyn Fn(f64) -> Discounting| {
            let values =
                rates.iter().map(|&rate| model.discounted_purchases(&customer, &how(rate)));
            let values: Vec<f64> = values.collect();
            for (pair, rates) in values.windows(2).zip(rates.windows(2)) {
                assert!(pair[1] <= pair[0] * (1.0 + 1e-13), "{rates:?}: {pair:?}");
                assert!(pair[1] > 0.0);
            }
        };
        let rates = [0.0, 1e-12, 1e-6, 0.001, 0.01, 0.1, 0.999, 1.0, 100.0, 1e9];
        falls(&rates, &|rate| Discounting::continuous(52.0, rate).unwrap());
        // Rates per period are shares: 10 would be meant as 10 %.
        falls(&rates[..7], &|rate| Discounting::per_period(12, 4.345, rate).unwrap());
    }
}

#[test]
fn a_longer_horizon_never_gives_less() {
    let model = cdnow_model();
    for customer in histories() {
        let at = |horizon: f64| {
            let stream = Discounting::continuous(horizon, 0.002).unwrap();
            model.discounted_purchases(&customer, &stream)
        };
        assert_eq!(at(0.0), 0.0);
        let horizons = [1e-6, 0.1, 1.0, 10.0, 52.0, 104.0, 1e3, 1e4, 1e6, 1e9];
        for pair in horizons.windows(2) {
            assert!(at(pair[0]) <= at(pair[1]) * (1.0 + 1e-12), "{pair:?}");
        }
    }
}

#[test]
fn a_period_counts_from_its_end() {
    // Between the stream and the stream one period later.
    let model = cdnow_model();
    for customer in histories() {
        for (periods, length, rate) in [(12, 4.345, 0.01), (3, 52.0, 0.1), (52, 1.0, 0.002)] {
            let steps = Discounting::per_period(periods, length, rate).unwrap();
            let per_unit = f64::exp_m1(f64::ln_1p(rate) / length);
            let stream = Discounting::continuous(steps.horizon(), per_unit).unwrap();
            let [steps, stream] =
                [&steps, &stream].map(|how| model.discounted_purchases(&customer, how));
            assert!(stream / (1.0 + rate) < steps && steps < stream, "{steps} {stream}");
        }
    }
}

#[test]
fn one_period_is_discounted_once() {
    let model = cdnow_model();
    for customer in histories() {
        let steps = Discounting::per_period(2, 10.0, 0.25).unwrap();
        let [first, both] =
            [10.0, 20.0].map(|horizon| model.expected_purchases(&customer, horizon).unwrap());
        let by_hand = first / 1.25 + (both - first) / 1.5625;
        assert_close(model.discounted_purchases(&customer, &steps), by_hand, 1e-14);
    }
}

#[test]
fn an_annual_rate_is_the_rate_per_unit_of_the_same_force() {
    let model = cdnow_model();
    for (unit, units_per_year) in [
        (Unit::Day, 365.25),
        (Unit::Week, 365.25 / 7.0),
        (Unit::Month, 12.0),
        (Unit::CalendarQuarter, 4.0),
        (Unit::Year, 1.0),
    ] {
        let annual = Discounting::annual(52.0, 0.1, unit).unwrap();
        let per_unit = f64::powf(1.1, 1.0 / units_per_year) - 1.0;
        let same = Discounting::continuous(52.0, per_unit).unwrap();
        for customer in histories() {
            let [annual, same] =
                [&annual, &same].map(|how| model.discounted_purchases(&customer, how));
            assert_close(annual, same, 1e-12);
        }
    }
}

#[test]
fn every_customer_of_a_batch_has_his_own_score() {
    let customers = cdnow_split().calibration;
    let (model, spend) = (cdnow_model(), GammaGamma::new(6.25, 3.74, 15.44).unwrap());
    let discounting = Discounting::annual(52.0, 0.1, Unit::Week).unwrap();
    let margins: Vec<f64> = (0..customers.len()).map(|row| 0.001 * (row % 1000) as f64).collect();
    let column = |fill: &dyn Fn(&mut [f64])| {
        let mut out = vec![f64::NAN; customers.len()];
        fill(&mut out);
        out
    };
    let one = Threads::ONE;
    let alive = column(&|out| model.p_alive_into(&customers, out, one).unwrap());
    let expected =
        column(&|out| model.expected_purchases_into(&customers, 39.0, out, one).unwrap());
    let discounted =
        column(&|out| model.discounted_purchases_into(&customers, &discounting, out, one).unwrap());
    let amount = column(&|out| spend.expected_spend_into(&customers, out, one).unwrap());
    let value = column(&|out| {
        let margin = Margin::PerCustomer(&margins);
        clv_into(&model, &spend, &customers, &discounting, margin, out, one).unwrap();
    });
    for row in 0..customers.len() {
        let customer = customers.history(row);
        assert_eq!(alive[row], model.p_alive(&customer));
        assert_eq!(expected[row], model.expected_purchases(&customer, 39.0).unwrap());
        assert_eq!(discounted[row], model.discounted_purchases(&customer, &discounting));
        let mean = customers.monetary_value().unwrap()[row];
        assert_eq!(amount[row], spend.expected_spend(customer.x(), mean).unwrap());
        let by_hand = margins[row] * amount[row] * discounted[row];
        assert!((value[row] - by_hand).abs() <= 4e-16 * by_hand, "row {row}");
    }
}

#[test]
fn a_monetary_value_with_the_first_purchase_rests_on_one_purchase_more() {
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let mut columns = SummaryColumns::new(&[2.0, 0.0], &[5.0, 0.0], &[9.0, 9.0]);
    columns.monetary_value = Some(Column::new("mean", &[22.35, 30.0]));
    columns.includes_first = true;
    let customers = CustomerSummary::new(&columns).unwrap();
    let mut out = [0.0; 2];
    spend.expected_spend_into(&customers, &mut out, Threads::ONE).unwrap();
    let by_hand = [spend.expected_spend(3, 22.35).unwrap(), spend.expected_spend(1, 30.0).unwrap()];
    assert_eq!(out, by_hand);
}
