//! Data that hardly determine a model: a fit is a defined error or finite, and says how it ended.

use loyalty_core::Error;
use loyalty_core::error::Degeneracy;
use loyalty_core::estimation::{Fit, FitOptions, Identification, Parameters, Stop};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, PurchaseModel};
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use proptest::prelude::*;

fn histories(rows: &[(f64, f64, f64)]) -> CustomerSummary {
    let column = |get: fn(&(f64, f64, f64)) -> f64| rows.iter().map(get).collect::<Vec<_>>();
    let (x, t_x, t) = (column(|row| row.0), column(|row| row.1), column(|row| row.2));
    CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap()
}

fn spenders(rows: &[(f64, f64)]) -> CustomerSummary {
    let x: Vec<f64> = rows.iter().map(|row| row.0).collect();
    let mean: Vec<f64> = rows.iter().map(|row| row.1).collect();
    let t_x: Vec<f64> = x.iter().map(|&x| if x > 0.0 { 1.0 } else { 0.0 }).collect();
    let t = vec![1.0; x.len()];
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.monetary_value = Some(Column::new("mean", &mean));
    CustomerSummary::new(&columns).unwrap()
}

fn fit_purchases(summary: &CustomerSummary) -> Result<Fit<BgNbd>, Error> {
    BgNbd::fit(summary, &FitOptions::default())
}

fn fit_spend(summary: &CustomerSummary) -> Result<Fit<GammaGamma>, Error> {
    GammaGamma::fit(summary, &FitOptions::default())
}

/// A fit may end anywhere, but nothing in it is NaN or infinite, and its file reads back.
fn check_sound<M: Parameters + Into<Model> + Copy>(fit: &Fit<M>) -> Result<(), TestCaseError> {
    prop_assert!(fit.log_likelihood.is_finite(), "{}", fit.log_likelihood);
    prop_assert!(fit.gradient_norm.is_finite(), "{}", fit.gradient_norm);
    prop_assert!(fit.iterations <= 200);
    let values = fit.model.values();
    prop_assert!(values.iter().all(|value| value.is_finite() && *value > 0.0), "{values:?}");
    if fit.stop == Stop::Converged {
        let errors = fit.standard_errors().unwrap();
        prop_assert!(errors.iter().all(|error| error.is_finite() && *error > 0.0), "{errors:?}");
        // What a step of one standard error could still gain.
        let widest = errors.iter().zip(&values).map(|(error, value)| error / value);
        let narrowest = widest.fold(f64::INFINITY, f64::min);
        prop_assert!(fit.gradient_norm * narrowest < 1e-3, "{}", fit.gradient_norm);
    }
    let file = ModelFile::from(fit);
    let identification = file.as_fit().unwrap().unwrap().identification;
    prop_assert_eq!(&identification, &fit.identification);
    prop_assert_eq!(
        identification == Identification::Unknown,
        matches!(fit.stop, Stop::IterationLimit | Stop::Stalled)
    );
    prop_assert_eq!(ModelFile::from_json(&file.to_json()), Ok(file));
    Ok(())
}

#[test]
fn where_nobody_came_back_there_is_no_purchase_model() {
    for rows in [&[(0.0, 0.0, 38.86)][..], &[(0.0, 0.0, 0.0), (0.0, 0.0, 0.0)]] {
        let error = fit_purchases(&histories(rows)).unwrap_err();
        let reason = "no customer bought more than once";
        let cause = Degeneracy::NoRepeatPurchase;
        assert_eq!(error, Error::Degenerate { model: "BG/NBD", cause, reason });
        let message = "BG/NBD cannot be fitted: no customer bought more than once";
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn one_spender_or_equal_spenders_make_no_spend_model() {
    let few = (Degeneracy::TooFew, "fewer than two customers have repeat purchases with an amount");
    let same = (Degeneracy::NoVariation, "all customers spend the same");
    for (rows, (cause, reason)) in [
        (&[(0.0, 0.0)][..], few),
        (&[(2.0, 35.0)], few),
        (&[(2.0, 35.0), (0.0, 0.0), (3.0, 0.0)], few),
        (&[(2.0, 35.0), (5.0, 35.0)], same),
        (&[(2.0, 0.1), (5.0, 0.1), (1.0, 0.1)], same),
    ] {
        let error = fit_spend(&spenders(rows)).unwrap_err();
        assert_eq!(error, Error::Degenerate { model: "Gamma-Gamma", cause, reason }, "{rows:?}");
    }
    // Whatever the rounding of a total makes of it.
    for cents in 1..500_u32 {
        let mean = f64::from(cents) / 100.0;
        let rows: Vec<_> = (1..12_u32).map(|x| (f64::from(x), mean)).collect();
        let error = fit_spend(&spenders(&rows)).unwrap_err();
        let (cause, reason) = same;
        assert_eq!(error, Error::Degenerate { model: "Gamma-Gamma", cause, reason }, "{mean}");
    }
}

#[test]
fn one_customer_ends_on_the_boundary() {
    for row in [(1.0, 1.71, 38.86), (26.0, 30.86, 31.0), (3.0, 38.86, 38.86)] {
        let fit = fit_purchases(&histories(&[row])).unwrap();
        check_sound(&fit).unwrap();
        assert!(matches!(fit.stop, Stop::Boundary { .. }), "{row:?}: {:?}", fit.stop);
        let iterations = fit.iterations;
        let stop = fit.stop.clone();
        assert_eq!(fit.converged(), Err(Error::NotConverged { iterations, stop }));
    }
}

#[test]
fn customers_who_never_leave_end_on_the_boundary() {
    // Everybody bought just now: dropout runs to nothing.
    let rows: Vec<_> = (1..40_u32).map(|x| (f64::from(x % 7 + 1), 30.0, 30.0)).collect();
    let fit = fit_purchases(&histories(&rows)).unwrap();
    check_sound(&fit).unwrap();
    assert!(matches!(fit.stop, Stop::Boundary { .. }), "{:?}", fit.stop);
    // Predictions hold all the same: they are alive.
    let p_alive = fit.model.p_alive(&histories(&rows).history(0));
    assert!(p_alive > 0.999, "{p_alive}");
}

#[test]
fn free_purchases_are_counted_and_left_out() {
    let fit = fit_spend(&spenders(&[(2.0, 35.0), (1.0, 9.0), (4.0, 0.0), (3.0, 80.0), (0.0, 0.0)]));
    let fit = fit.unwrap();
    assert_eq!((fit.customers, fit.left_out), (3.0, 1.0));
    check_sound(&fit).unwrap();
}

#[test]
fn a_fit_that_may_not_go_on_says_so() {
    let rows = [(2.0, 30.0, 38.0), (0.0, 0.0, 38.0), (7.0, 37.0, 38.0), (1.0, 2.0, 38.0)];
    let mut options = FitOptions::default();
    options.max_iterations = 1;
    let fit = BgNbd::fit(&histories(&rows), &options).unwrap();
    assert_eq!((&fit.stop, fit.iterations), (&Stop::IterationLimit, 1));
    let error = fit.converged().unwrap_err();
    let message = "not converged after 1 iterations: iteration limit reached";
    assert_eq!(error.to_string(), message);
}

fn wide(from: f64, to: f64) -> impl Strategy<Value = f64> + Clone {
    (from..to).prop_map(|exponent| f64::powf(10.0, exponent))
}

/// A few customers; the exponents of time and count say how wild they are.
fn few_histories(time: (f64, f64), most: f64) -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    let count = prop_oneof![Just(0.0), Just(1.0), Just(2.0), wide(0.0, most).prop_map(f64::floor)];
    let row = (count, prop_oneof![Just(1.0), 1e-6..1.0], wide(time.0, time.1));
    let row = row.prop_map(|(x, share, t)| (x, if x > 0.0 { share * t } else { 0.0 }, t));
    proptest::collection::vec(row, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_handful_of_customers_gives_a_sound_fit(rows in few_histories((-1.0, 2.0), 2.0)) {
        match fit_purchases(&histories(&rows)) {
            Ok(fit) => check_sound(&fit)?,
            Err(error) => prop_assert!(rows.iter().all(|row| row.0 == 0.0), "{error}"),
        }
    }

    #[test]
    fn absurd_customers_give_a_sound_fit(rows in few_histories((-6.0, 6.0), 9.0)) {
        match fit_purchases(&histories(&rows)) {
            Ok(fit) => check_sound(&fit)?,
            Err(error) => prop_assert!(rows.iter().all(|row| row.0 == 0.0), "{error}"),
        }
    }

    #[test]
    fn a_handful_of_spenders_gives_a_sound_fit(
        rows in proptest::collection::vec((0..9_u32, wide(-1.0, 3.0)), 1..8),
    ) {
        let rows: Vec<_> = rows.iter().map(|&(x, m)| (f64::from(x), if x > 0 { m } else { 0.0 })).collect();
        match fit_spend(&spenders(&rows)) {
            Ok(fit) => check_sound(&fit)?,
            Err(error) => prop_assert!(matches!(error, Error::Degenerate { .. }), "{error}"),
        }
    }

    #[test]
    fn absurd_spenders_give_a_sound_fit(
        rows in proptest::collection::vec((wide(0.0, 9.0).prop_map(f64::floor), wide(-9.0, 9.0)), 1..8),
    ) {
        match fit_spend(&spenders(&rows)) {
            Ok(fit) => check_sound(&fit)?,
            Err(error) => prop_assert!(matches!(error, Error::Degenerate { .. }), "{error}"),
        }
    }
}

/// 961 customers, 118 of whom came back: the likelihood rises to two limits of the model, and the first
/// run goes to the lower one.
#[test]
fn of_two_limits_the_higher_one_is_found() {
    let t: Vec<f64> = (0..961).map(|row| 100.0 * (1.0 - 0.5 * f64::from(row) / 961.0)).collect();
    let truth = BgNbd::new(0.112, 33.7, 0.0646, 3.67).unwrap();
    let mut lower = 0;
    for seed in 0..40 {
        let customers = truth.simulate(&t, seed, Threads::ONE).unwrap();
        let found = fit_purchases(&customers).unwrap();
        for (a, b) in [(0.05, 0.15), (1.0, 3.0), (5.0, 20.0)] {
            let mut options = FitOptions::default();
            options.start = Some(vec![0.14, 40.0, a, b]);
            let other = BgNbd::fit(&customers, &options).unwrap();
            assert!(found.log_likelihood > other.log_likelihood - 1e-6, "seed {seed}");
            lower += i32::from(other.log_likelihood < found.log_likelihood - 1e-6);
        }
    }
    assert!(lower > 0, "no shop with two limits, so nothing was tested");
}
