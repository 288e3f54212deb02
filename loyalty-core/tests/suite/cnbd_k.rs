//! The models of regular customers against published values, high-precision arithmetic and simulation.

use std::collections::BTreeMap;

use crate::common::random::Random;
use crate::common::{assert_close, reference, whole};
use loyalty_core::Error;
use loyalty_core::estimation::{FitOptions, Parameters, Prior, Stop};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    AnyPurchaseModel, BgCnbdK, BgNbd, Discounting, MbgCnbdK, MbgNbd, PurchaseKind, PurchaseModel,
};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};

/// One customer with the sum of the logarithms of their gaps.
fn one(x: u32, t_x: f64, t: f64, ln_gaps: f64) -> CustomerSummary {
    let (x, t_x, t, ln_gaps) = ([f64::from(x)], [t_x], [t], [ln_gaps]);
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.sum_ln_gaps = Some(Column::new("ln_gaps", &ln_gaps));
    CustomerSummary::new(&columns).unwrap()
}

fn model(kind: PurchaseKind, values: &[f64]) -> AnyPurchaseModel {
    kind.build(values, None).unwrap()
}

#[test]
fn new_customers_of_btydplus_are_reproduced() {
    // BTYDplus on groceryElog, MBG/CNBD-2, weeks: the expectation that it prints for a year.
    let model = MbgCnbdK::new(1.329_197_27, 2.812_600_33, 0.424_715_58, 0.790_040_22, 2).unwrap();
    let expected = model.expected_purchases_new_customer(52.0).unwrap();
    assert_close(expected, 4.095_103_398, 2e-10);
}

#[test]
fn every_prediction_matches_high_precision() {
    for (kind, file) in
        [(PurchaseKind::BgCnbdK, "bg_cnbd_k.csv"), (PurchaseKind::MbgCnbdK, "mbg_cnbd_k.csv")]
    {
        for row in reference::<16>(file) {
            let [r, alpha, a, b, k, x, t_x, t, horizon, n, ln_gaps, rest @ ..] = row;
            let [ln_l, p_alive, later, expected, p_n] = rest;
            let model = model(kind, &[r, alpha, a, b, k]);
            let customer = History::new(whole(x), t_x, t).unwrap();
            let shape = r + k * x;
            let found = model.log_likelihood(&one(whole(x), t_x, t, ln_gaps)).unwrap();
            let size = ln_l.abs() + shape + (k - 1.0) * ln_gaps.abs() + 1.0 + ((a + b) / b).ln();
            assert!((found - ln_l).abs() <= 4e-15 * size, "{kind:?} {row:?}: {found}");
            // A power of r + kx is rounded as its logarithm is.
            let powers = 1e-14 * (1.0 + shape * ((alpha + t) / (alpha + t_x)).ln());
            let near = |found: f64, exact: f64, what: &str| {
                let error = (found - exact).abs();
                assert!(
                    error <= powers.max(1e-12) * exact.abs() + 1e-300,
                    "{kind:?} {what} {row:?}: {found}, {exact}, off by {:e}",
                    error / exact
                );
            };
            near(model.p_alive(&customer), p_alive, "P(alive)");
            near(model.p_alive_at(&customer, horizon).unwrap(), later, "P(alive) later");
            near(model.expected_purchases(&customer, horizon).unwrap(), expected, "expected");
            near(model.p_n_purchases(&customer, whole(n), horizon).unwrap(), p_n, "P(n)");
        }
    }
}

#[test]
fn discounted_purchases_without_end_match_high_precision() {
    for row in reference::<10>("mbg_cnbd_k_residual.csv") {
        let [r, alpha, a, b, k, x, t_x, t, rate, exact] = row;
        let model = MbgCnbdK::new(r, alpha, a, b, whole(k)).unwrap();
        let customer = History::new(whole(x), t_x, t).unwrap();
        let discounting = Discounting::continuous(f64::INFINITY, rate).unwrap();
        let found = model.discounted_purchases(&customer, &discounting);
        let powers = 1e-14 * (1.0 + (r + k * x) * ((alpha + t) / (alpha + t_x)).ln());
        assert!(
            (found - exact).abs() <= powers.max(1e-12) * exact,
            "{row:?}: {found}, off by {:e}",
            found / exact - 1.0
        );
    }
}

/// A horizon that ends the future just where it no longer counts, and one just before: different ways to one
/// number.
#[test]
fn a_far_horizon_is_a_future_without_end() {
    for k in [2, 3, 5, 8] {
        let model = MbgCnbdK::new(0.8, 3.0, 0.6, 1.4, k).unwrap();
        for (x, t_x) in [(0, 0.0), (1, 2.0), (6, 30.0)] {
            let customer = History::new(x, t_x, 39.0).unwrap();
            let force = 1.02_f64.ln();
            let value = |times: f64| {
                let discounting = Discounting::continuous(times / force, 0.02).unwrap();
                model.discounted_purchases(&customer, &discounting)
            };
            assert_close(value(44.9), value(46.0), 1e-12);
        }
    }
}

/// Everything that is said of customers, one after the other.
fn all_said(model: &dyn PurchaseModel, customer: &History) -> Vec<f64> {
    let mut said = vec![model.p_alive(customer)];
    for horizon in [0.0, 0.7, 39.0, 2000.0] {
        said.push(model.p_alive_at(customer, horizon).unwrap());
        said.push(model.expected_purchases(customer, horizon).unwrap());
        said.push(model.p_no_purchase(customer, horizon).unwrap());
        said.push(model.expected_purchases_new_customer(horizon).unwrap());
        said.push(model.p_n_purchases_new_customer(3, horizon).unwrap());
        let discounting = Discounting::continuous(horizon, 0.002).unwrap();
        said.push(model.discounted_purchases(customer, &discounting));
        let mut counts = [0.0; 6];
        model.purchase_distribution(customer, horizon, &mut counts).unwrap();
        assert!((counts.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{counts:?}");
        said.extend(counts);
    }
    let without_end = Discounting::continuous(f64::INFINITY, 0.002).unwrap();
    said.push(model.discounted_purchases(customer, &without_end));
    said
}

#[test]
fn with_one_phase_they_are_the_models_without() {
    let values = [0.243, 4.414, 0.793, 2.426];
    let [r, alpha, a, b] = values;
    let pairs: [(Box<dyn PurchaseModel>, Box<dyn PurchaseModel>); 2] = [
        (
            Box::new(BgCnbdK::new(r, alpha, a, b, 1).unwrap()),
            Box::new(BgNbd::new(r, alpha, a, b).unwrap()),
        ),
        (
            Box::new(MbgCnbdK::new(r, alpha, a, b, 1).unwrap()),
            Box::new(MbgNbd::new(r, alpha, a, b).unwrap()),
        ),
    ];
    for (regular, plain) in pairs {
        for (x, t_x, t) in [(0, 0.0, 38.86), (0, 0.0, 0.0), (2, 30.43, 38.86), (40, 39.0, 39.0)] {
            let customer = History::new(x, t_x, t).unwrap();
            let (regular, plain) = (all_said(&*regular, &customer), all_said(&*plain, &customer));
            for (found, expected) in regular.iter().zip(&plain) {
                assert!((found - expected).abs() <= 1e-13 * expected, "{found} {expected}");
            }
        }
        let drawn = |model: &dyn PurchaseModel| {
            let customers = model.simulate(&[52.0; 500], 3, Threads::ONE).unwrap();
            (customers.frequency().to_vec(), customers.recency().to_vec())
        };
        assert_eq!(drawn(&*regular), drawn(&*plain));
        let ours = regular.simulate(&[52.0; 500], 3, Threads::ONE).unwrap();
        let (found, expected) =
            (regular.log_likelihood(&ours).unwrap(), plain.log_likelihood(&ours).unwrap());
        assert_close(found, expected, 1e-13);
    }
}

#[test]
fn many_customers_have_the_bits_of_one() {
    const CUSTOMERS: usize = 2000;
    for k in [1, 2, 5] {
        let model = MbgCnbdK::new(0.9, 2.5, 0.5, 1.3, k).unwrap();
        let t: Vec<f64> = (0..CUSTOMERS).map(|row| 20.0 + (row % 37) as f64 / 7.0).collect();
        let customers = model.simulate(&t, 3, Threads::default()).unwrap();
        let threads = Threads::default();
        let mut found = vec![vec![0.0; CUSTOMERS]; 5];
        let discounting = Discounting::continuous(60.0, 0.002).unwrap();
        model.p_alive_into(&customers, &mut found[0], threads).unwrap();
        model.p_alive_at_into(&customers, 26.0, &mut found[1], threads).unwrap();
        model.expected_purchases_into(&customers, 26.0, &mut found[2], threads).unwrap();
        model.p_no_purchase_into(&customers, 26.0, &mut found[3], threads).unwrap();
        model.discounted_purchases_into(&customers, &discounting, &mut found[4], threads).unwrap();
        let mut counts = vec![0.0; 4 * CUSTOMERS];
        model.purchase_distribution_into(&customers, 26.0, 4, &mut counts, threads).unwrap();
        for row in (0..CUSTOMERS).step_by(7) {
            let one = customers.history(row);
            let alone = [
                model.p_alive(&one),
                model.p_alive_at(&one, 26.0).unwrap(),
                model.expected_purchases(&one, 26.0).unwrap(),
                model.p_no_purchase(&one, 26.0).unwrap(),
                model.discounted_purchases(&one, &discounting),
            ];
            assert_eq!(
                alone.map(f64::to_bits),
                [0, 1, 2, 3, 4].map(|i: usize| found[i][row].to_bits())
            );
            let mut distribution = [0.0; 4];
            model.purchase_distribution(&one, 26.0, &mut distribution).unwrap();
            assert_eq!(distribution, counts[4 * row..4 * row + 4]);
        }
    }
}

#[test]
fn a_fit_finds_how_regular_customers_are() {
    let truth = MbgCnbdK::new(1.3, 2.8, 0.4, 0.8, 3).unwrap();
    let customers = truth.simulate(&vec![52.0; 4000], 5, Threads::default()).unwrap();
    let fit = MbgCnbdK::fit(&customers, &FitOptions::default()).unwrap();
    assert_eq!((fit.model.k(), &fit.stop, fit.parameters), (3, &Stop::Converged, 5));
    let errors = fit.standard_errors().unwrap();
    assert_eq!(errors[4], 0.0);
    for ((found, truth), error) in fit.model.values().iter().zip(truth.values()).zip(errors) {
        assert!((found - truth).abs() <= 4.0 * error, "{found} ± {error}, truth {truth}");
    }
    // What is known or stated is not searched, and no k fits better.
    for k in 1..=4 {
        let mut options = FitOptions::default();
        options.priors.insert("k".to_owned(), Prior::known(f64::from(k)).unwrap());
        let known = MbgCnbdK::fit(&customers, &options).unwrap();
        assert_eq!((known.model.k(), known.parameters), (k, 4));
        assert!(known.log_likelihood <= fit.log_likelihood);
        let mut options = FitOptions::default();
        options.start = Some(vec![1.0, 2.0, 0.5, 1.0, f64::from(k)]);
        let started = MbgCnbdK::fit(&customers, &options).unwrap();
        assert_eq!(started.model.k(), k);
        assert_close(started.log_likelihood, known.log_likelihood, 1e-12);
    }
    // The distinct histories and rows in another order fit alike.
    let distinct =
        MbgCnbdK::fit(&customers.distinct_histories().unwrap(), &FitOptions::default()).unwrap();
    assert_close(distinct.log_likelihood, fit.log_likelihood, 1e-12);
}

#[test]
fn what_a_fit_needs_is_named() {
    let (x, t_x, t) = ([0.0, 2.0], [0.0, 4.0], [9.0, 9.0]);
    let columns = SummaryColumns::new(&x, &t_x, &t);
    let customers = CustomerSummary::new(&columns).unwrap();
    let error = BgCnbdK::fit(&customers, &FitOptions::default()).unwrap_err();
    assert!(matches!(error, Error::MissingColumn { column: "sum_ln_gaps", .. }));
    assert!(error.to_string().contains("a summary of a log of orders has it"), "{error}");
    let model = BgCnbdK::new(1.0, 2.0, 0.5, 1.0, 2).unwrap();
    assert!(model.log_likelihood(&customers).is_err());
    let mut out = [0.0; 2];
    model.expected_purchases_into(&customers, 9.0, &mut out, Threads::ONE).unwrap();
    let mut options = FitOptions::default();
    options.priors.insert("k".to_owned(), Prior::log_normal(2.0, 1.0).unwrap());
    let error = BgCnbdK::fit(&one(2, 5.0, 9.0, 1.0), &options).unwrap_err();
    let expected = "priors must be a known value, of a parameter that is a whole number, got \"k\"";
    assert_eq!(error.to_string(), expected);
    for k in [0.0, 2.5, 33.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = PurchaseKind::BgCnbdK.build(&[1.0, 2.0, 0.5, 1.0, k], None).unwrap_err();
        assert!(error.to_string().starts_with("k must be a whole number from 1 to 32"), "{error}");
    }
}

#[test]
fn no_parameters_and_no_history_give_anything_but_numbers() {
    let extremes = [1e-50, 1e-6, 1.0, 1e6, 1e50];
    for (i, &r) in extremes.iter().enumerate() {
        for (j, &alpha) in extremes.iter().enumerate() {
            for (l, &a) in extremes.iter().enumerate() {
                let (b, k) = (extremes[(i + j + l) % 5], [1, 2, 3, 5, 8][(i + 2 * j + l) % 5]);
                let model = BgCnbdK::new(r, alpha, a, b, k).unwrap();
                for (x, t_x, t) in [(0, 0.0, 9.0), (3, 1e-9, 1e9), (4_294_967_294, 7.0, 7.0)] {
                    let customer = History::new(x, t_x, t).unwrap();
                    let p = model.p_alive(&customer);
                    assert!((0.0..=1.0).contains(&p), "{model:?} {customer:?}: {p}");
                    let later = model.p_alive_at(&customer, 5.0).unwrap();
                    assert!((0.0..=1.0).contains(&later), "{model:?} {customer:?}: {later}");
                    let expected = model.expected_purchases(&customer, 5.0).unwrap();
                    assert!(
                        expected.is_finite() && expected >= 0.0,
                        "{model:?} {customer:?}: {expected}"
                    );
                }
            }
        }
    }
}

/// A customer of the MBG/CNBD-k: whether they are alive at T, what they did until then, and after it.
fn lived(random: &mut Random, [r, alpha, a, b]: [f64; 4], k: u32, t: f64, horizon: f64) -> Lived {
    let (rate, p) = (random.gamma(r, alpha), random.beta(a, b));
    let mut lived = Lived { x: 0, t_x: 0.0, alive: true, later: 0 };
    let mut now = 0.0;
    loop {
        if random.uniform() < p {
            lived.alive = now > t;
            return lived;
        }
        now += (0..k).map(|_| random.exponential(rate)).sum::<f64>();
        if now > t + horizon {
            return lived;
        }
        if now > t {
            lived.later += 1;
        } else {
            (lived.x, lived.t_x) = (lived.x + 1, now);
        }
    }
}

#[derive(Clone, Copy)]
struct Lived {
    x: u32,
    t_x: f64,
    alive: bool,
    later: u32,
}

/// Customers, and of three quantities the sums of differences, of their squares and of what is expected.
type Cell = (f64, [[f64; 3]; 3]);

/// In every cell of x and recency with so many customers or more, what they do is what is expected of them, and
/// as many are alive and buy nothing.
fn cells_agree(customers: usize, fewest: f64, seed: u64) -> usize {
    const T: f64 = 39.0;
    const HORIZON: f64 = 26.0;
    let truth = [1.3, 2.8, 0.42, 0.79];
    let [r, alpha, a, b] = truth;
    let mut cells_seen = 0;
    for k in [2, 4] {
        let model = MbgCnbdK::new(r, alpha, a, b, k).unwrap();
        let mut random = Random::new(seed + u64::from(k));
        let all: Vec<Lived> =
            (0..customers).map(|_| lived(&mut random, truth, k, T, HORIZON)).collect();
        let x: Vec<f64> = all.iter().map(|one| f64::from(one.x)).collect();
        let t_x: Vec<f64> = all.iter().map(|one| one.t_x).collect();
        let t = vec![T; customers];
        let summary = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
        let mut said = vec![vec![0.0; customers]; 3];
        let threads = Threads::default();
        model.expected_purchases_into(&summary, HORIZON, &mut said[0], threads).unwrap();
        model.p_alive_into(&summary, &mut said[1], threads).unwrap();
        model.p_no_purchase_into(&summary, HORIZON, &mut said[2], threads).unwrap();
        let mut cells: BTreeMap<(u32, u32), Cell> = BTreeMap::new();
        for (row, one) in all.into_iter().enumerate() {
            let bucket = whole((one.t_x / T * 6.0).floor());
            let (count, sums) = cells.entry((one.x, bucket)).or_default();
            *count += 1.0;
            let did = [f64::from(one.later), f64::from(one.alive), f64::from(one.later == 0)];
            for (what, sum) in sums.iter_mut().enumerate() {
                let difference = did[what] - said[what][row];
                sum[0] += difference;
                sum[1] += difference * difference;
                sum[2] += said[what][row];
            }
        }
        for ((x, bucket), (count, sums)) in cells {
            if count < fewest {
                continue;
            }
            cells_seen += 1;
            for (what, [difference, squares, expected]) in sums.into_iter().enumerate() {
                // Where hardly anything is expected, either way, there is no normal distribution.
                let rare = if what == 0 { expected } else { expected.min(count - expected) };
                if rare < 10.0 {
                    assert!(
                        difference.abs() < 25.0,
                        "k {k}, x {x}, recency {bucket}: {difference}"
                    );
                    continue;
                }
                let z = difference / squares.sqrt();
                assert!(z.abs() < 4.0, "k {k}, x {x}, recency {bucket}, quantity {what}: z {z}");
            }
        }
    }
    cells_seen
}

#[test]
fn customers_do_what_is_expected_of_them() {
    assert!(cells_agree(40_000, 300.0, 1) > 40);
}

#[test]
#[ignore = "a million customers; run by hand"]
fn a_million_customers_do_what_is_expected_of_them() {
    let cells = cells_agree(1_000_000, 1000.0, 7);
    println!("{cells} cells");
    assert!(cells > 60);
}
