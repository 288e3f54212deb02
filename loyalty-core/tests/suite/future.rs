//! What the BG/NBD says of a customer's future.

#![allow(clippy::unreadable_literal, reason = "numbers as they are published")]

use crate::common::random::Random;
use crate::common::{assert_close, cdnow_model, cdnow_split, reference, whole};
use loyalty_core::Error;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};
use loyalty_core::time::Unit;
use proptest::prelude::*;

/// The largest error of each prediction, relative to the exact value or, below it, to the smallest
/// normal number.
fn worst<const N: usize>(pairs: impl Iterator<Item = [(f64, f64); N]>) -> [f64; N] {
    let mut worst = [0.0_f64; N];
    for row in pairs {
        for (worst, (got, exact)) in worst.iter_mut().zip(row) {
            assert!(got.is_finite(), "got {got}, expected {exact}");
            *worst = worst.max((got - exact).abs() / exact.max(f64::MIN_POSITIVE));
        }
    }
    worst
}

/// Parameters and histories from customary to absurd, by scripts/reference_values.
#[test]
fn predictions_match_high_precision_everywhere() {
    let rows = reference::<13>("bg_nbd_future.csv").into_iter();
    let [later, none, exactly, or_more] = worst(rows.map(|row| {
        let [r, alpha, a, b, x, t_x, t, horizon, n, later, none, exactly, or_more] = row;
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let (customer, n) = (History::new(whole(x), t_x, t).unwrap(), whole(n));
        let mut distribution = vec![f64::NAN; n as usize + 1];
        model.purchase_distribution(&customer, horizon, &mut distribution).unwrap();
        [
            (model.p_alive_at(&customer, horizon).unwrap(), later),
            (model.p_no_purchase(&customer, horizon).unwrap(), none),
            (model.p_n_purchases(&customer, n, horizon).unwrap(), exactly),
            (distribution[n as usize], or_more),
        ]
    }));
    assert!(later < 5.2e-14, "{later:e}");
    assert!(none < 2.3e-14, "{none:e}");
    assert!(exactly < 1.4e-13, "{exactly:e}");
    assert!(or_more < 2.3e-13, "{or_more:e}");
}

#[test]
fn residual_purchases_match_high_precision_everywhere() {
    let rows = reference::<9>("bg_nbd_residual.csv").into_iter();
    let [residual] = worst(rows.map(|[r, alpha, a, b, x, t_x, t, rate, residual]| {
        let model = BgNbd::new(r, alpha, a, b).unwrap();
        let customer = History::new(whole(x), t_x, t).unwrap();
        let future = Discounting::continuous(f64::INFINITY, rate).unwrap();
        [(model.discounted_purchases(&customer, &future), residual)]
    }));
    assert!(residual < 7.1e-13, "{residual:e}");
}

/// The closed forms for x of 0, 1 and 2, ten digits by mpmath. PyMC-Marketing 1.3.0 has 0.926565 for
/// the first.
#[test]
fn no_purchase_has_its_known_values() {
    let model = cdnow_model();
    for (x, t_x, expected) in [(0, 0.0, 0.85544946), (1, 1.71, 0.88333265), (2, 30.43, 0.44537286)]
    {
        let customer = History::new(x, t_x, 38.86).unwrap();
        assert_close(model.p_no_purchase(&customer, 39.0).unwrap(), expected, 1e-7);
    }
}

/// A population lives and is looked at twice; no formula of the posterior is used.
#[test]
fn predictions_are_what_happens_to_a_population() {
    const CUSTOMERS: usize = 40_000;
    const MOST: usize = 4;
    let (t, horizon) = (20.0, 15.0);
    let model = BgNbd::new(0.8, 6.0, 0.9, 2.5).unwrap();
    let mut random = Random::new(11);
    let (mut alive, mut counts) = ([0.0; 2], [0.0; 2 * MOST + 2]);
    for _ in 0..CUSTOMERS {
        let (rate, dropout) = (random.gamma(0.8, 6.0), random.beta(0.9, 2.5));
        let (mut x, mut t_x, mut now, mut later, mut here) = (0, 0.0, 0.0, 0, true);
        loop {
            let next = now + random.exponential(rate);
            if !here || next > t + horizon {
                break;
            }
            now = next;
            if now <= t {
                (x, t_x) = (x + 1, now);
            } else {
                later += 1;
            }
            here = random.uniform() > dropout;
        }
        let customer = History::new(x, t_x, t).unwrap();
        let mut expected = [0.0; MOST + 1];
        model.purchase_distribution(&customer, horizon, &mut expected).unwrap();
        alive[0] += f64::from(u8::from(here));
        alive[1] += model.p_alive_at(&customer, horizon).unwrap();
        counts[later.min(MOST)] += 1.0;
        expected.iter().zip(&mut counts[MOST + 1..]).for_each(|(p, sum)| *sum += p);
    }
    // Four standard errors of a count.
    let near = |seen: f64, expected: f64| {
        let spread = (expected * (1.0 - expected / CUSTOMERS as f64)).sqrt();
        assert!((seen - expected).abs() < 4.0 * spread, "{seen} and not {expected}");
    };
    near(alive[0], alive[1]);
    let (seen, expected) = counts.split_at(MOST + 1);
    seen.iter().zip(expected).for_each(|(&seen, &expected)| near(seen, expected));
}

#[test]
fn many_customers_have_the_bits_of_each_for_every_number_of_threads() {
    let summary = cdnow_split().calibration;
    let many = summary.len();
    // Enough rows for several threads.
    let again = |column: &[f64]| column.repeat(20);
    let frequency: Vec<f64> = summary.frequency().iter().map(|&x| f64::from(x)).collect();
    let columns = [again(&frequency), again(summary.recency()), again(summary.t())];
    let large = SummaryColumns::new(&columns[0], &columns[1], &columns[2]);
    let large = CustomerSummary::new(&large).unwrap();
    let (model, horizon, counts) = (cdnow_model(), 39.0, 7);
    let batch = |threads| {
        let mut out = [vec![f64::NAN; 20 * many], vec![f64::NAN; 20 * many]];
        let mut distributions = vec![f64::NAN; 20 * many * counts];
        let [later, none] = &mut out;
        model.p_alive_at_into(&large, horizon, later, threads).unwrap();
        model.p_no_purchase_into(&large, horizon, none, threads).unwrap();
        model
            .purchase_distribution_into(&large, horizon, counts, &mut distributions, threads)
            .unwrap();
        (out, distributions)
    };
    let ([later, none], distributions) = batch(Threads::ONE);
    for row in 0..many {
        let customer = summary.history(row);
        assert_eq!(model.p_alive_at(&customer, horizon), Ok(later[row]));
        assert_eq!(model.p_no_purchase(&customer, horizon), Ok(none[row]));
        let mut one = vec![f64::NAN; counts];
        model.purchase_distribution(&customer, horizon, &mut one).unwrap();
        assert_eq!(one, distributions[row * counts..(row + 1) * counts]);
        for (n, &probability) in (0..).zip(&one[..counts - 1]) {
            assert_eq!(model.p_n_purchases(&customer, n, horizon), Ok(probability));
        }
    }
    for threads in [2, 3, 5] {
        assert!(
            batch(Threads::new(threads)) == ([later.clone(), none.clone()], distributions.clone())
        );
    }
}

#[test]
fn what_is_not_allowed_is_refused_by_name() {
    let (model, customer) = (cdnow_model(), History::new(1, 1.0, 2.0).unwrap());
    let table = CustomerSummary::new(&SummaryColumns::new(&[0.0], &[0.0], &[1.0])).unwrap();
    for horizon in [f64::NAN, f64::INFINITY, -1.0, 1e51] {
        let refused = |result: Result<f64, Error>| {
            let error = result.unwrap_err();
            assert!(
                matches!(&error, Error::Parameter { name, .. } if name == "horizon"),
                "{error}"
            );
        };
        refused(model.p_alive_at(&customer, horizon));
        refused(model.p_no_purchase(&customer, horizon));
        refused(model.p_n_purchases(&customer, 0, horizon));
        let mut out = [7.0];
        refused(model.purchase_distribution(&customer, horizon, &mut out).map(|()| 0.0));
        refused(model.p_alive_at_into(&table, horizon, &mut out, Threads::ONE).map(|()| 0.0));
        refused(model.p_no_purchase_into(&table, horizon, &mut out, Threads::ONE).map(|()| 0.0));
        let batch = model.purchase_distribution_into(&table, horizon, 1, &mut out, Threads::ONE);
        refused(batch.map(|()| 0.0));
        assert_eq!(out, [7.0]);
    }
    let empty = Error::Empty { what: "the distribution", expected: "from 1 to 4294967295 counts" };
    assert_eq!(model.purchase_distribution(&customer, 1.0, &mut []), Err(empty.clone()));
    let batch = |counts, out: &mut [f64]| {
        model.purchase_distribution_into(&table, 1.0, counts, out, Threads::ONE)
    };
    assert_eq!(batch(0, &mut []), Err(empty));
    assert_eq!(
        batch(3, &mut [0.0; 2]).unwrap_err().to_string(),
        "column \"out\" has 2 rows, but 3 are expected"
    );
    let daily = model.with_unit(Some(Unit::Day));
    let weekly = cdnow_split().calibration;
    let mut out = vec![0.0; weekly.len()];
    for result in [
        daily.p_alive_at_into(&weekly, 1.0, &mut out, Threads::ONE),
        daily.p_no_purchase_into(&weekly, 1.0, &mut out, Threads::ONE),
        daily.purchase_distribution_into(&weekly, 1.0, 1, &mut out, Threads::ONE),
    ] {
        assert!(matches!(result, Err(Error::Unit { .. })), "{result:?}");
    }
}

#[test]
fn a_future_without_end_must_be_discounted() {
    let message = "discount_rate must be finite and > 0, got 0";
    assert_eq!(Discounting::continuous(f64::INFINITY, 0.0).unwrap_err().to_string(), message);
    for rate in [0.0, f64::NAN, -0.1, 1e-60] {
        let error = Discounting::continuous(f64::INFINITY, rate).unwrap_err();
        assert!(
            matches!(&error, Error::Parameter { name, .. } if name == "discount_rate"),
            "{error}"
        );
        let error = Discounting::annual(f64::INFINITY, rate, Unit::Week).unwrap_err();
        assert!(
            matches!(&error, Error::Parameter { name, .. } if name == "annual_discount_rate"),
            "{error}"
        );
    }
    assert!(Discounting::continuous(f64::NEG_INFINITY, 0.1).is_err());
    let forever = Discounting::annual(f64::INFINITY, 0.1, Unit::Week).unwrap();
    assert_eq!(forever.horizon(), f64::INFINITY);
    let ages = Discounting::annual(1e6, 0.1, Unit::Week).unwrap();
    let (model, customer) = (cdnow_model(), History::new(2, 30.43, 38.86).unwrap());
    let [forever, ages] = [forever, ages].map(|how| model.discounted_purchases(&customer, &how));
    assert_eq!(forever, ages);
}

fn positive() -> impl Strategy<Value = f64> {
    // From 1e-50 to 1e50, uniform in the bits.
    (1e-50_f64.to_bits()..=1e50_f64.to_bits()).prop_map(f64::from_bits)
}

fn customary() -> impl Strategy<Value = f64> {
    (0.01_f64.to_bits()..=100_f64.to_bits()).prop_map(f64::from_bits)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn probabilities_are_probabilities_anywhere(
        model in (positive(), positive(), positive(), positive()),
        x in prop_oneof![0..5_u32, 0..=1_000_000_u32, Just(u32::MAX - 1)],
        share in 0.0..1.0, t in positive(), horizon in positive(), rate in positive(),
    ) {
        let model = BgNbd::new(model.0, model.1, model.2, model.3).unwrap();
        let t_x = if x == 0 { 0.0 } else { share * t };
        prop_assume!(x == 0 || t_x > 0.0);
        let customer = History::new(x, t_x, t).unwrap();
        let later = model.p_alive_at(&customer, horizon).unwrap();
        prop_assert!((0.0..=model.p_alive(&customer)).contains(&later), "{later}");
        let none = model.p_no_purchase(&customer, horizon).unwrap();
        prop_assert!((0.0..=1.0).contains(&none), "{none}");
        let mut out = [0.0; 12];
        model.purchase_distribution(&customer, horizon, &mut out).unwrap();
        prop_assert!(out.iter().all(|p| (0.0..=1.0).contains(p)), "{out:?}");
        let future = Discounting::continuous(f64::INFINITY, rate).unwrap();
        let residual = model.discounted_purchases(&customer, &future);
        prop_assert!(residual.is_finite() && residual >= 0.0, "{residual}");
    }

    #[test]
    fn a_distribution_adds_up_and_has_the_expected_mean(
        model in (customary(), customary(), customary(), customary()),
        x in 0..50_u32, share in 0.5..1.0, t in customary(), horizon in 0.0..20.0,
    ) {
        let model = BgNbd::new(model.0, model.1, model.2, model.3).unwrap();
        let customer = History::new(x, if x == 0 { 0.0 } else { share * t }, t).unwrap();
        for counts in [1, 2, 20] {
            let mut out = vec![0.0; counts];
            model.purchase_distribution(&customer, horizon, &mut out).unwrap();
            prop_assert!((out.iter().sum::<f64>() - 1.0).abs() < 3e-13, "{out:?}");
        }
        let expected = model.expected_purchases(&customer, horizon).unwrap();
        prop_assume!(expected < 100.0);
        let mut out = vec![0.0; 6000];
        model.purchase_distribution(&customer, horizon, &mut out).unwrap();
        prop_assume!(out[5999] < 1e-18);
        let mean: f64 = out.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        prop_assert!((mean - expected).abs() <= 1e-11 * expected + 1e-14, "{mean} {expected}");
        let longer = model.p_alive_at(&customer, 2.0 * horizon).unwrap();
        prop_assert!(longer <= model.p_alive_at(&customer, horizon).unwrap() * (1.0 + 1e-14));
    }
}
