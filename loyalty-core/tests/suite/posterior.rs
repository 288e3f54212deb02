//! The posterior: methods that know nothing of each other agree, and no unit, thread or order matters.

use crate::common;
use crate::common::cdnow_split;
use loyalty_core::Error;
use loyalty_core::estimation::{
    FitOptions, Posterior, PosteriorMethod, PosteriorOptions, Prior, Scale,
};
use loyalty_core::models::Model;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, BgNbd, Discounting, MbgNbd, Nbd, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::value::{Margin, clv_into, clv_posterior};

fn how(draws: usize, method: Option<PosteriorMethod>) -> PosteriorOptions {
    let mut options = PosteriorOptions::default();
    (options.draws, options.method) = (draws, method);
    options
}

fn bg_nbd(customers: &CustomerSummary, how: &PosteriorOptions) -> Posterior<BgNbd> {
    BgNbd::posterior(customers, &FitOptions::default(), how).unwrap()
}

/// Mean and standard deviation of the logarithm of every parameter.
fn moments(posterior: &Posterior<BgNbd>) -> Vec<(f64, f64)> {
    let weights = posterior.weights();
    let of = |slot: usize| {
        let ln: Vec<f64> = posterior.points().column(slot).iter().map(|v| v.ln()).collect();
        let mean: f64 = ln.iter().zip(weights).map(|(v, w)| v * w).sum();
        let square: f64 = ln.iter().zip(weights).map(|(v, w)| w * (v - mean).powi(2)).sum();
        (mean, square.sqrt())
    };
    (0..4).map(of).collect()
}

/// The calibration half of CDNOW with its time in other units.
fn cdnow(time: f64) -> CustomerSummary {
    let half = cdnow_split().calibration;
    let x: Vec<f64> = half.frequency().iter().map(|&x| f64::from(x)).collect();
    let scaled = |column: &[f64]| column.iter().map(|v| v * time).collect::<Vec<f64>>();
    let (t_x, t) = (scaled(half.recency()), scaled(half.t()));
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.monetary_value = Some(Column::new("mean", half.monetary_value().unwrap()));
    CustomerSummary::new(&columns).unwrap()
}

#[test]
fn three_methods_find_the_same_posterior() {
    let customers = cdnow(1.0);
    let importance = bg_nbd(&customers, &how(4000, None));
    assert_eq!(importance.method(), PosteriorMethod::ImportanceSampling);
    assert!(importance.k_hat().unwrap() < 0.5, "{:?}", importance.k_hat());
    assert!(importance.effective_draws().unwrap() > 2000.0);
    let slice = bg_nbd(&customers, &how(4000, Some(PosteriorMethod::SliceSampling)));
    let quadrature = bg_nbd(&customers, &how(4000, Some(PosteriorMethod::Quadrature)));
    assert_eq!(quadrature.weights(), [0.125; 8]);
    let reference = moments(&importance);
    // Four standard errors of a mean and of a deviation, of two samples of these sizes.
    let effective = slice.effective_draws().unwrap().min(importance.effective_draws().unwrap());
    assert!(effective > 400.0, "{effective}");
    let error = 4.0 * (2.0 / effective).sqrt();
    for (other, slack) in [(moments(&slice), 0.0), (moments(&quadrature), 0.03)] {
        for ((mean, sd), (other_mean, other_sd)) in reference.iter().zip(other) {
            assert!(
                (mean - other_mean).abs() < (error + slack) * sd,
                "{mean} {other_mean} of {sd}"
            );
            assert!((other_sd / sd - 1.0).abs() < error + slack, "{sd} {other_sd}");
        }
    }
}

#[test]
fn a_unit_of_time_changes_no_forecast() {
    let forecast = |time: f64| {
        let customers = cdnow(time).slice(0..300);
        let posterior = bg_nbd(&customers, &how(300, None));
        let found = posterior.predict(
            customers.len(),
            Scale::Log,
            0.9,
            Threads::ONE,
            |rows| customers.slice(rows),
            |model, some, out| model.expected_purchases_into(some, 52.0 * time, out, Threads::ONE),
        );
        found.unwrap()
    };
    let (weeks, days) = (forecast(1.0), forecast(7.0));
    for row in 0..300 {
        for (a, b) in [
            (weeks.estimate[row], days.estimate[row]),
            (weeks.lower[row], days.lower[row]),
            (weeks.upper[row], days.upper[row]),
        ] {
            assert!((a / b - 1.0).abs() < 1e-8, "{row}: {a} {b}");
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let customers = cdnow(1.0).slice(0..500);
    let by = |threads: usize| {
        let mut options = FitOptions::default();
        options.threads = Threads::new(threads);
        BgNbd::posterior(&customers, &options, &how(500, None)).unwrap()
    };
    let (one, three) = (by(1), by(3));
    assert_eq!(one.points(), three.points());
    assert_eq!(one.weights(), three.weights());
}

#[test]
fn a_known_parameter_does_not_move_and_given_priors_are_kept() {
    let customers = cdnow(1.0).slice(0..500);
    let mut options = FitOptions::default();
    options.priors.insert("b".to_owned(), Prior::known(2.5).unwrap());
    let tight = Prior::log_normal(0.3, 0.01).unwrap();
    options.priors.insert("r".to_owned(), tight);
    let posterior = BgNbd::posterior(&customers, &options, &how(500, None)).unwrap();
    assert!(posterior.points().column(3).iter().all(|&b| b == 2.5));
    assert_eq!(posterior.priors()["r"], tight);
    assert_eq!(posterior.priors()["alpha"].to_string(), "log-normal(median 0.2, sigma 1.5)");
    let r = posterior.parameters(0.95).unwrap();
    assert!((r.estimate[0] - 0.3).abs() < 0.01 && r.standard_error[0] < 0.004);
}

/// A shop in which nobody is seen to leave has no maximum without priors; the posterior has one.
#[test]
fn small_shops_have_a_posterior_that_says_what_it_is_worth() {
    let truth = BgNbd::new(0.5, 8.0, 0.8, 2.5).unwrap();
    for seed in 0..12 {
        let customers = truth.simulate(&[39.0; 40], seed, Threads::ONE).unwrap();
        let posterior = bg_nbd(&customers, &how(1000, None));
        let believed = posterior.k_hat().is_none_or(|k_hat| k_hat <= 0.7);
        assert!(believed, "{seed}: {:?}", posterior.k_hat());
        assert!(posterior.points().iter().all(|value| value.is_finite() && *value > 0.0));
        assert!(
            posterior.effective_draws().unwrap() > 50.0,
            "{seed}: {:?}",
            posterior.effective_draws()
        );
    }
}

/// The rank of the truth among draws given data that it made is uniform (Talts, Betancourt, Simpson,
/// Vehtari & Gelman 2018, "Validating Bayesian inference algorithms with simulation-based calibration",
/// arXiv 1804.06788). The benches draw 500 shops.
#[test]
fn ranks_of_the_truth_are_uniform() {
    use common::random::Random;
    let (shops, classes) = (120, 6);
    let mut seen = vec![[0.0; 2]; classes];
    let mut random = Random::new(11);
    for shop in 0..shops {
        // r and α are drawn from the priors of the fit; those of the NBD make shops that are quick to fit.
        let r: f64 = 0.5 * f64::exp(0.5 * random.normal());
        let alpha = 8.0 * f64::exp(0.5 * random.normal());
        let truth = Nbd::new(r, alpha).unwrap();
        let customers = truth.simulate(&[40.0; 60], shop, Threads::ONE).unwrap();
        if customers.frequency().iter().all(|&x| x == 0) {
            continue;
        }
        let mut options = FitOptions::default();
        options.priors.insert("r".into(), Prior::log_normal(0.5, 0.5).unwrap());
        options.priors.insert("alpha".into(), Prior::log_normal(0.2, 0.5).unwrap());
        let posterior = Nbd::posterior(&customers, &options, &how(600, None)).unwrap();
        for (slot, truth) in [r, alpha].into_iter().enumerate() {
            let below: f64 = posterior
                .points()
                .column(slot)
                .iter()
                .zip(posterior.weights())
                .map(|(value, weight)| if *value < truth { *weight } else { 0.0 })
                .sum();
            let bounds = (1..classes).map(|class| class as f64 / classes as f64);
            seen[bounds.filter(|&bound| below >= bound).count()][slot] += 1.0;
        }
    }
    for slot in 0..2 {
        let total: f64 = seen.iter().map(|class| class[slot]).sum();
        let expected = total / classes as f64;
        let statistic: f64 = seen.iter().map(|c| (c[slot] - expected).powi(2) / expected).sum();
        // χ² of five degrees of freedom beyond which one in a thousand lies.
        assert!(statistic < 20.5, "parameter {slot}: {statistic}, {seen:?}");
    }
}

#[test]
fn values_over_both_posteriors_lie_around_those_of_the_fits() {
    let customers = cdnow(1.0).slice(0..800);
    let (options, year) = (FitOptions::default(), Discounting::continuous(52.0, 0.002).unwrap());
    let purchases = MbgNbd::posterior(&customers, &options, &how(1000, None)).unwrap();
    let spend = GammaGamma::posterior(&customers, &options, &how(1000, None)).unwrap();
    let with = |purchases: &Posterior<MbgNbd>, margin| {
        clv_posterior(purchases, &spend, &customers, &year, margin, 0.9, Threads::default())
            .unwrap()
    };
    let value = with(&purchases, Margin::Same(0.3));
    let mut plain = vec![0.0; 800];
    let models = (&purchases.mode().model, &spend.mode().model);
    let margin = Margin::Same(0.3);
    clv_into(models.0, models.1, &customers, &year, margin, &mut plain, Threads::ONE).unwrap();
    let sum = |column: &[f64]| column.iter().sum::<f64>();
    assert!((sum(&value.estimate) / sum(&plain) - 1.0).abs() < 0.1);
    let inside = (0..800).filter(|&row| (value.lower[row]..value.upper[row]).contains(&plain[row]));
    assert!(inside.count() > 750);
    // By moments and by pairs: two ways to one interval.
    let how = how(1000, Some(PosteriorMethod::Quadrature));
    let moments = with(&MbgNbd::posterior(&customers, &options, &how).unwrap(), margin);
    for (a, b, bound) in [
        (&moments.estimate, &value.estimate, 0.1),
        (&moments.lower, &value.lower, 0.3),
        (&moments.upper, &value.upper, 0.3),
    ] {
        let away = (0..800).map(|row| (a[row] - b[row]).abs() / value.standard_error[row]);
        let mean = away.sum::<f64>() / 800.0;
        assert!(mean < bound, "{mean} standard deviations");
    }
    // A loss per order turns the ends round.
    let loss = with(&purchases, Margin::Same(-0.3));
    assert_eq!((loss.lower[5], loss.upper[5]), (-value.upper[5], -value.lower[5]));
}

#[test]
fn what_makes_no_posterior_is_refused_by_name() {
    let customers = cdnow(1.0).slice(0..200);
    let few = BgNbd::posterior(&customers, &FitOptions::default(), &how(99, None)).unwrap_err();
    assert_eq!(few.to_string(), "draws must be at least 100, got 99");
    let posterior = bg_nbd(&customers, &how(200, None));
    for level in [0.0, 1.0, f64::NAN] {
        assert!(matches!(posterior.parameters(level), Err(Error::Parameter { .. })));
    }
    assert!(posterior.thinned(0).is_err());
    assert_eq!(posterior.thinned(50).unwrap().weights(), [0.02; 50]);
    assert!("laplace".parse::<PosteriorMethod>().is_err());
}

/// A file keeps points and weights to the last bit, and what is none is refused.
#[test]
fn files_keep_every_bit_and_refuse_what_is_none() {
    let truth = BgNbd::new(0.8, 5.0, 1.0, 3.0).unwrap();
    let customers = truth.simulate(&[39.0; 300], 7, Threads::default()).unwrap();
    let mut options = FitOptions::default();
    options.priors.insert("a".to_owned(), Prior::gamma(2.0, 0.8).unwrap().absolute());
    let found = BgNbd::posterior(&customers, &options, &PosteriorOptions::default()).unwrap();
    let found = found.thinned(100).unwrap().map(Model::from);
    let json = found.to_json();
    let again = Posterior::from_json(&json).unwrap();
    assert_eq!(again, found);
    assert_eq!(again.priors()["a"], options.priors["a"]);
    assert!(again.clone().of_spend().is_err());
    let purchases = again.of_purchases().unwrap();
    let of = |posterior: &Posterior<_>| {
        let part = |rows| customers.slice(rows);
        let predict = |model: &AnyPurchaseModel, some: &CustomerSummary, out: &mut [f64]| {
            model.p_alive_into(some, out, Threads::ONE)
        };
        posterior.predict(300, Scale::Logit, 0.9, Threads::ONE, part, predict).unwrap()
    };
    assert_eq!(of(&purchases), of(&found.of_purchases().unwrap()));

    let weight = format!("{:?}", 0.01);
    for (from, to, problem) in [
        (
            "\"version\":1,\"kind\":\"posterior\"",
            "\"version\":7,\"kind\":\"posterior\"",
            "version 7",
        ),
        (&format!("[{weight},")[..], "[0.9,", "the sum of the weights"),
        (&format!("[{weight},")[..], "[-0.9,", "a weight"),
        (&format!("[{weight},")[..], "[", "as many points as weights"),
        ("\"points\":[[", "\"points\":[[1.0,", "as many values"),
        ("\"points\":[[", "\"points\":[[-", "must be"),
        ("\"density\":\"gamma\",\"shape\":2.0", "\"density\":\"gamma\",\"shape\":-2.0", "shape"),
        ("importance-sampling", "guessing", "method"),
    ] {
        assert!(json.contains(from), "{from} in {json}");
        let error = Posterior::from_json(&json.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().contains(problem), "{problem}: {error}");
    }
}

/// Draws of equal weight have the moments of the points, whatever the points are; a known parameter stays.
#[test]
fn draws_of_equal_weight_stand_for_the_weighted_points() {
    let customers = cdnow(1.0).slice(0..1500);
    let mut options = FitOptions::default();
    options.priors.insert("b".to_owned(), Prior::known(2.3).unwrap());
    for method in [PosteriorMethod::ImportanceSampling, PosteriorMethod::Quadrature] {
        let how = how(2000, Some(method));
        let posterior = BgNbd::posterior(&customers, &options, &how).unwrap();
        let draws = posterior.draws(40_000, 5).unwrap();
        assert_eq!(draws, posterior.draws(40_000, 5).unwrap());
        assert_ne!(draws, posterior.draws(40_000, 6).unwrap());
        assert!(draws.column(3).iter().all(|&b| b == 2.3));
        for (slot, (mean, sd)) in moments(&posterior).into_iter().take(3).enumerate() {
            let ln: Vec<f64> = draws.column(slot).iter().map(|value| value.ln()).collect();
            let found = ln.iter().sum::<f64>() / 4e4;
            let square = ln.iter().map(|ln| (ln - found).powi(2)).sum::<f64>() / 4e4;
            // Four standard errors, and those of points that are taken several times each.
            assert!((found - mean).abs() < 0.03 * sd, "{method:?} {slot}: {found} {mean} of {sd}");
            assert!((square.sqrt() / sd - 1.0).abs() < 0.03, "{method:?} {slot}: {square} {sd}");
        }
    }
    assert!(bg_nbd(&customers, &how(200, None)).draws(0, 0).is_err());
}

/// The mean over the points of a distribution, by rows of several values.
#[test]
fn posterior_means_of_distributions_are_those_of_the_points() {
    let customers = cdnow(1.0).slice(0..900);
    let posterior = bg_nbd(&customers, &how(300, None));
    let mut out = vec![f64::NAN; 900 * 4];
    let predict = |model: &BgNbd, some: &CustomerSummary, out: &mut [f64]| {
        model.purchase_distribution_into(some, 39.0, 4, out, Threads::ONE)
    };
    let part = |rows| customers.slice(rows);
    posterior.average_into(4, &mut out, Threads::default(), part, predict).unwrap();
    let row = 17;
    let history = customers.history(row);
    let (mut by_hand, mut one) = ([0.0; 4], [0.0; 4]);
    for (values, weight) in posterior.points().rows().into_iter().zip(posterior.weights()) {
        let model = BgNbd::new(values[0], values[1], values[2], values[3]).unwrap();
        model.purchase_distribution(&history, 39.0, &mut one).unwrap();
        by_hand.iter_mut().zip(one).for_each(|(sum, p)| *sum += weight * p);
    }
    for (found, by_hand) in out[4 * row..].iter().zip(by_hand) {
        assert!((found - by_hand).abs() < 1e-14, "{found} {by_hand}");
    }
    assert!(posterior.average_into(0, &mut out, Threads::ONE, part, predict).is_err());
    assert!(posterior.average_into(7, &mut out, Threads::ONE, part, predict).is_err());
}

/// Of many customers with few histories each history is worked out once, to the bits of its customers.
#[test]
fn values_of_equal_histories_are_equal_and_as_of_each_alone() {
    let truth = (BgNbd::new(0.8, 5.0, 1.0, 3.0).unwrap(), GammaGamma::new(6.0, 4.0, 15.0).unwrap());
    let bought = truth.0.simulate(&[39.0; 400], 7, Threads::default()).unwrap();
    let spent = truth.1.simulate(&bought, 7, Threads::default());
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", &spent));
    let customers = CustomerSummary::new(&columns).unwrap();
    let mut how = PosteriorOptions::default();
    how.method = Some(PosteriorMethod::Quadrature);
    let purchases = BgNbd::posterior(&customers, &FitOptions::default(), &how).unwrap();
    let spend = GammaGamma::posterior(&customers, &FitOptions::default(), &how).unwrap();
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    let of = |customers: &CustomerSummary| {
        let margin = Margin::Same(0.3);
        clv_posterior(&purchases, &spend, customers, &year, margin, 0.9, Threads::ONE).unwrap()
    };
    let all = of(&customers);
    for row in (0..400).step_by(29) {
        let alone = of(&customers.slice(row..row + 1));
        assert_eq!(alone.estimate[0], all.estimate[row]);
        assert_eq!((alone.lower[0], alone.upper[0]), (all.lower[row], all.upper[row]));
    }
}
