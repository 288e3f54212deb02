//! The Pareto/NBD against published values and 60-digit arithmetic.

use crate::common::{assert_close, cdnow_split, reference, whole};
use loyalty_core::estimation::{FitOptions, Identification, Parameters, Prior, Stop, Towards};
use loyalty_core::evaluation::HoldoutErrors;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, Nbd, ParetoNbd, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};

#[test]
fn cdnow_has_the_published_fit_and_holdout() {
    // Fader & Hardie (2005) print 0.553, 10.578, 0.606, 11.669 and −9595.0 for it; BTYD ends 3e-6 short of the
    // maximum.
    let split = cdnow_split();
    let fit = ParetoNbd::fit(&split.calibration, &FitOptions::default()).unwrap();
    assert_eq!(fit.stop, Stop::Converged);
    assert_close(fit.log_likelihood, -9_594.976_179, 1e-10);
    let published = [0.553, 10.578, 0.606, 11.669];
    for (found, published) in fit.model.values().into_iter().zip(published) {
        assert_close(found, published, 1e-3);
    }
    let errors = HoldoutErrors::of(&fit.model, &split, Threads::default()).unwrap();
    assert_close(errors.mae, 0.754_523, 1e-4);
}

/// The parts of a probability or of ln L are sums of terms up to (r+x) times a logarithm: their rounding is what
/// remains.
#[test]
fn every_prediction_matches_high_precision() {
    for row in reference::<17>("pareto_nbd.csv") {
        let [r, alpha, s, beta, x, t_x, t, horizon, n, ln_l, ..] = row;
        let [alive, _, later, expected, p_n, p_n_or_more, new] = row[10..] else { unreachable!() };
        let model = ParetoNbd::new(r, alpha, s, beta).unwrap();
        let (count, n) = (whole(x), whole(n));
        let customer = History::new(count, t_x, t).unwrap();
        let summary = CustomerSummary::new(&SummaryColumns::new(&[x], &[t_x], &[t])).unwrap();
        let found = model.log_likelihood(&summary).unwrap();
        let size =
            ln_l.abs() + (r + x) * (1.0 + (t / alpha).ln_1p()) + s * (t / beta).ln_1p() + 1.0;
        assert!((found - ln_l).abs() <= 1e-14 * size, "{row:?}: {found}");
        let close = |found: f64, exact: f64| {
            let error = (found - exact).abs();
            assert!(
                error <= 1e-12 * exact.abs() + 1e-300,
                "{row:?}: {found}, {exact}: {:e}",
                error / exact
            );
        };
        close(model.p_alive(&customer), alive);
        close(model.p_alive_at(&customer, horizon).unwrap(), later);
        close(model.expected_purchases(&customer, horizon).unwrap(), expected);
        close(model.p_n_purchases(&customer, n, horizon).unwrap(), p_n);
        close(model.p_n_purchases_new_customer(n, horizon).unwrap(), new);
        if n < 1000 {
            let mut out = vec![0.0; n as usize + 1];
            model.purchase_distribution(&customer, horizon, &mut out).unwrap();
            close(out[n as usize], p_n_or_more);
        }
    }
}

#[test]
fn discounted_purchases_match_high_precision() {
    for row @ [r, alpha, s, beta, x, t_x, t, horizon, rate, within, ever] in
        reference::<11>("pareto_nbd_discounted.csv")
    {
        let model = ParetoNbd::new(r, alpha, s, beta).unwrap();
        let customer = History::new(whole(x), t_x, t).unwrap();
        for (horizon, exact) in [(horizon, within), (f64::INFINITY, ever)] {
            let discounting = Discounting::continuous(horizon, rate).unwrap();
            let found = model.discounted_purchases(&customer, &discounting);
            let error = (found - exact).abs();
            assert!(
                error <= 1e-12 * exact + 1e-300,
                "{row:?}: {found}, {exact}: {:e}",
                error / exact
            );
        }
    }
}

#[test]
fn the_distribution_adds_up() {
    let model = ParetoNbd::new(0.553, 10.578, 0.606, 11.669).unwrap();
    for (x, t_x) in [(0, 0.0), (2, 30.43), (40, 38.0)] {
        let customer = History::new(x, t_x, 38.86).unwrap();
        for counts in [1, 2, 30, 400] {
            let mut out = vec![f64::NAN; counts];
            model.purchase_distribution(&customer, 39.0, &mut out).unwrap();
            assert_close(out.iter().sum(), 1.0, 1e-13);
            assert!(out.iter().all(|&p| (0.0..=1.0).contains(&p)));
        }
        let mut out = [0.0; 400];
        model.purchase_distribution(&customer, 39.0, &mut out).unwrap();
        let mean: f64 = out.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        assert_close(mean, model.expected_purchases(&customer, 39.0).unwrap(), 1e-10);
    }
}

/// The Pareto/NBD at the edges of its parameters.
#[test]
fn nothing_leaves_the_library_that_is_not_a_number() {
    let ends = [1e-50, 1e-3, 1.0, 1e50];
    let mut summary = [vec![], vec![], vec![]];
    for x in [0.0, 1.0, 1e6, 4e9] {
        for t in [0.0, 1e-9, 1.0, 1e50] {
            for share in [0.0, 0.5, 1.0 - 1e-12, 1.0] {
                let t_x = if x == 0.0 { 0.0 } else { t * share };
                if x == 0.0 && share > 0.0 || x > 0.0 && t_x == 0.0 {
                    continue;
                }
                [x, t_x, t].into_iter().zip(&mut summary).for_each(|(v, column)| column.push(v));
            }
        }
    }
    let [x, t_x, t] = summary;
    let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
    let forever = Discounting::continuous(f64::INFINITY, 0.1).unwrap();
    for number in 0..4_usize.pow(4) {
        let [r, alpha, s, beta] = [0, 1, 2, 3].map(|place| ends[number / 4_usize.pow(place) % 4]);
        let model = ParetoNbd::new(r, alpha, s, beta).unwrap();
        for row in 0..customers.len() {
            let one = customers.history(row);
            let at = || format!("{model:?} {one:?}");
            let share = |value: f64| assert!((0.0..=1.0).contains(&value), "{}: {value}", at());
            let size =
                |value: f64| assert!((0.0..f64::INFINITY).contains(&value), "{}: {value}", at());
            share(model.p_alive(&one));
            share(model.p_alive_at(&one, 1.0).unwrap());
            share(model.p_no_purchase(&one, 1.0).unwrap());
            share(model.p_n_purchases(&one, 3, 1e9).unwrap());
            size(model.expected_purchases(&one, 1.0).unwrap());
            size(model.discounted_purchases(&one, &forever));
        }
        assert!(!model.log_likelihood(&customers).unwrap().is_nan(), "{model:?}");
    }
}

#[test]
fn one_time_buyers_may_be_gone_and_new_customers_are_not() {
    let model = ParetoNbd::new(0.553, 10.578, 0.606, 11.669).unwrap();
    let alive = |t| model.p_alive(&History::new(0, 0.0, t).unwrap());
    assert_eq!(alive(0.0), 1.0);
    assert!(alive(5.0) > alive(10.0) && alive(100.0) < 0.4);
    let expected = model.expected_purchases_new_customer(39.0).unwrap();
    assert_close(
        expected,
        model.expected_purchases(&History::new(0, 0.0, 0.0).unwrap(), 39.0).unwrap(),
        0.0,
    );
}

#[test]
fn who_hardly_leaves_is_of_the_nbd() {
    let model = ParetoNbd::new(0.8, 5.0, 1e-9, 1.0).unwrap();
    let nbd = Nbd::new(0.8, 5.0).unwrap();
    let customer = History::new(3, 20.0, 39.0).unwrap();
    assert_close(
        model.p_no_purchase(&customer, 52.0).unwrap(),
        nbd.p_no_purchase(&customer, 52.0).unwrap(),
        1e-7,
    );
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    assert_close(
        model.discounted_purchases(&customer, &year),
        nbd.discounted_purchases(&customer, &year),
        1e-7,
    );
}

#[test]
fn a_discount_of_nothing_changes_nothing() {
    let model = ParetoNbd::new(0.553, 10.578, 0.606, 11.669).unwrap();
    let customer = History::new(2, 30.43, 38.86).unwrap();
    let plain = model.expected_purchases(&customer, 39.0).unwrap();
    let none = Discounting::continuous(39.0, 0.0).unwrap();
    assert_eq!(model.discounted_purchases(&customer, &none), plain);
    let hardly = Discounting::continuous(39.0, 1e-14).unwrap();
    assert_close(model.discounted_purchases(&customer, &hardly), plain, 1e-11);
    let periods = Discounting::per_period(13, 3.0, 0.0).unwrap();
    assert_close(model.discounted_purchases(&customer, &periods), plain, 1e-14);
}

#[test]
fn parameters_come_back_from_simulated_customers() {
    let truth = ParetoNbd::new(0.8, 5.0, 1.2, 20.0).unwrap();
    let customers = truth.simulate(&vec![60.0; 20_000], 11, Threads::default()).unwrap();
    let fit = ParetoNbd::fit(&customers, &FitOptions::default()).unwrap();
    assert_eq!(fit.identification, Identification::Interior);
    let errors = fit.standard_errors().unwrap();
    for ((found, truth), error) in fit.model.values().iter().zip(truth.values()).zip(errors) {
        assert!((found - truth).abs() < 4.0 * error, "{found} ± {error}, truth {truth}");
    }
    // What is expected of new customers is what they did.
    let bought: f64 = customers.frequency().iter().map(|&x| f64::from(x)).sum::<f64>() / 20_000.0;
    assert_close(truth.expected_purchases_new_customer(60.0).unwrap(), bought, 0.03);
    // Customers leave whether they buy or not: the BG/NBD fits worse.
    let other = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
    assert!(fit.log_likelihood > other.log_likelihood);
}

#[test]
fn who_all_leave_alike_are_at_a_boundary_with_a_name() {
    // s and β beyond all bounds, at one rate to leave: an exponential lifetime.
    let truth = ParetoNbd::new(1.0, 4.0, 1e9, 3e10).unwrap();
    let customers = truth.simulate(&vec![60.0; 4000], 5, Threads::default()).unwrap();
    let fit = ParetoNbd::fit(&customers, &FitOptions::default()).unwrap();
    match &fit.identification {
        Identification::Boundary { parameters, meaning } => {
            let towards = |name| (std::borrow::Cow::from(name), Towards::Infinity);
            assert_eq!(parameters, &[towards("s"), towards("beta")]);
            assert!(meaning.starts_with("nobody differs in how soon they leave"), "{meaning}");
        }
        // Chance may leave them a spread.
        other => assert!(fit.model.s() > 10.0, "{other:?}, {:?}", fit.model),
    }
    assert_close(fit.model.s() / fit.model.beta(), 1.0 / 30.0, 0.2);
}

#[test]
fn a_prior_holds_a_parameter() {
    let split = cdnow_split();
    let mut options = FitOptions::default();
    options.priors.insert("s".into(), Prior::known(0.6).unwrap());
    let fit = ParetoNbd::fit(&split.calibration, &options).unwrap();
    assert_eq!((fit.model.s(), fit.parameters), (0.6, 3));
}

#[test]
fn many_customers_have_the_bits_of_one() {
    for model in [(0.553, 10.578, 0.606, 11.669), (0.2, 1.0, 0.05, 300.0), (5.0, 40.0, 6.0, 2.0)] {
        let model = ParetoNbd::new(model.0, model.1, model.2, model.3).unwrap();
        let customers = model.simulate(&vec![52.0; 3000], 3, Threads::default()).unwrap();
        let discounting = Discounting::continuous(52.0, 0.01).unwrap();
        let len = customers.len();
        let column = |fill: &dyn Fn(&mut [f64])| {
            let mut out = vec![f64::NAN; len];
            fill(&mut out);
            out
        };
        for threads in [Threads::ONE, Threads::new(3)] {
            let alive = column(&|out| model.p_alive_into(&customers, out, threads).unwrap());
            let later =
                column(&|out| model.p_alive_at_into(&customers, 9.0, out, threads).unwrap());
            let expected = column(&|out| {
                model.expected_purchases_into(&customers, 26.0, out, threads).unwrap();
            });
            let discounted = column(&|out| {
                model.discounted_purchases_into(&customers, &discounting, out, threads).unwrap();
            });
            let none =
                column(&|out| model.p_no_purchase_into(&customers, 26.0, out, threads).unwrap());
            for row in 0..len {
                let one = customers.history(row);
                assert_eq!(alive[row], model.p_alive(&one));
                assert_eq!(later[row], model.p_alive_at(&one, 9.0).unwrap());
                assert_eq!(expected[row], model.expected_purchases(&one, 26.0).unwrap());
                assert_eq!(discounted[row], model.discounted_purchases(&one, &discounting));
                assert_eq!(none[row], model.p_no_purchase(&one, 26.0).unwrap());
            }
        }
        let found = [1, 2, 7].map(|threads| {
            let mut options = FitOptions::default();
            options.threads = Threads::new(threads);
            format!("{:?}", ParetoNbd::fit(&customers, &options).unwrap())
        });
        assert!(found[0] == found[1] && found[1] == found[2]);
    }
}

/// In next to no time nobody leaves: such customers count as those seen at their last purchase.
#[test]
fn customers_who_were_just_seen_do_not_disturb_a_fit() {
    let x = [2.0, 1.0, 2.0, 2.0, 3.0, 1.0, 1.0, 3.0, 0.0, 2.0];
    let t_x = [20.52, 43.38, 20.04, 24.6, 45.9, 35.1, 7.06, 67.74, 0.0, 68.16];
    let t = [51.3, 72.3, 66.8, 82.0, 91.8, 58.5, 70.6, 112.9, 0.0, 113.6];
    let fit = |just: f64| {
        let mut t = t;
        t[8] = just;
        let summary = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
        ParetoNbd::fit(&summary, &FitOptions::default()).unwrap()
    };
    let at_once = fit(0.0);
    for just in [5e-324, 2.3e-308, 1e-300, 1e-200] {
        let soon = fit(just);
        assert_eq!(soon.stop, at_once.stop, "{just:e}");
        assert_close(soon.log_likelihood, at_once.log_likelihood, 1e-12);
    }
}
