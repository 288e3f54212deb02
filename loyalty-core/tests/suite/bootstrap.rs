//! Customers drawn from models, intervals that cover the truth, totals by parametric bootstrap.

use loyalty_core::Error;
use loyalty_core::estimation::{FitOptions, Parameters};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};
use loyalty_core::value::{BootstrapOptions, Margin, clv_bootstrap, clv_total_interval};

fn purchases() -> BgNbd {
    BgNbd::new(0.8, 5.0, 1.0, 3.0).unwrap()
}

fn spend() -> GammaGamma {
    GammaGamma::new(4.0, 3.5, 20.0).unwrap()
}

fn shop(t: &[f64], seed: u64, weights: Option<&[f64]>) -> CustomerSummary {
    let bought = purchases().simulate(t, seed, Threads::ONE).unwrap();
    let spent = spend().simulate(&bought, seed, Threads::ONE);
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", &spent));
    columns.weights = weights.map(|weights| Column::new("weight", weights));
    CustomerSummary::new(&columns).unwrap()
}

fn year() -> Discounting {
    Discounting::continuous(52.0, 0.002).unwrap()
}

fn options(replicates: usize) -> BootstrapOptions {
    let mut options = BootstrapOptions::default();
    (options.replicates, options.seed) = (replicates, 5);
    options
}

#[test]
fn drawn_customers_behave_as_the_model_says() {
    let t = vec![39.0; 40_000];
    let customers = purchases().simulate(&t, 3, Threads::default()).unwrap();
    let n = t.len() as f64;
    for count in 0..6 {
        let share = customers.frequency().iter().filter(|&&x| x == count).count() as f64 / n;
        let expected = purchases().p_n_purchases_new_customer(count, 39.0).unwrap();
        let error = (expected * (1.0 - expected) / n).sqrt();
        assert!((share - expected).abs() < 4.0 * error, "{count}: {share} {expected}");
    }
    let spent = spend().simulate(&customers, 3, Threads::default());
    let buyers = customers.frequency().iter().filter(|&&x| x > 0).count() as f64;
    let mean = spent.iter().sum::<f64>() / buyers;
    assert!((mean / spend().expected_spend(0, 0.0).unwrap() - 1.0).abs() < 0.02, "{mean}");
}

#[test]
fn draws_depend_on_seed_and_row_alone() {
    let t: Vec<f64> = (0..10_000).map(|row| f64::from(row % 50)).collect();
    let one = purchases().simulate(&t, 1, Threads::ONE).unwrap();
    assert_eq!(one, purchases().simulate(&t, 1, Threads::new(3)).unwrap());
    let some = purchases().simulate(&t[..77], 1, Threads::ONE).unwrap();
    assert_eq!(some.recency(), &one.recency()[..77]);
    assert_ne!(one, purchases().simulate(&t, 2, Threads::ONE).unwrap());
    assert_eq!(spend().simulate(&one, 1, Threads::ONE), spend().simulate(&one, 1, Threads::new(3)));
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let error = purchases().simulate(&[1.0, f64::NAN], 1, Threads::ONE).unwrap_err();
    assert!(matches!(&error, Error::Parameter { name, .. } if name == "t"), "{error}");
    let fast = BgNbd::new(1e9, 1.0, 1.0, 1.0).unwrap();
    let error = fast.simulate(&[39.0], 1, Threads::ONE).unwrap_err();
    assert!(matches!(&error, Error::Parameter { name, .. } if name == "r/alpha"), "{error}");
    assert!(purchases().simulate(&[], 1, Threads::ONE).is_err());
}

/// Binomial: 400 intervals of 95 % hold the truth in 95 % ± 1.1.
#[test]
fn intervals_cover_the_truth() {
    let t: Vec<f64> = (0..800).map(|row| 30.0 + f64::from(row % 20)).collect();
    let probe = History::new(3, 20.0, 35.0).unwrap();
    let exact = purchases().expected_purchases(&probe, 39.0).unwrap();
    let (mut covered, mut shops) = ([0; 5], 0);
    for seed in 0..400 {
        let fit = BgNbd::fit(&shop(&t, seed, None), &FitOptions::default()).unwrap();
        let Ok(found) = fit.parameter_intervals(0.95) else { continue };
        shops += 1;
        for (slot, truth) in purchases().values().into_iter().enumerate() {
            covered[slot] += i32::from(found.lower[slot] <= truth && truth <= found.upper[slot]);
        }
        let predict = |model: &BgNbd, out: &mut [f64]| {
            out[0] = model.expected_purchases(&probe, 39.0)?;
            Ok(())
        };
        let found = fit.intervals(0.95, loyalty_core::estimation::Scale::Log, 1, predict).unwrap();
        covered[4] += i32::from(found.lower[0] <= exact && exact <= found.upper[0]);
    }
    assert!(shops >= 396, "{shops} of 400 converged");
    for (covered, name) in covered.iter().zip(["r", "alpha", "a", "b", "expected purchases"]) {
        let share = f64::from(*covered) / f64::from(shops);
        assert!((0.92..0.98).contains(&share), "{name}: {share}");
    }
}

#[test]
fn bootstrap_and_delta_method_agree() {
    let customers = shop(&vec![39.0; 1500], 9, None);
    let fits = (
        BgNbd::fit(&customers, &FitOptions::default()).unwrap(),
        GammaGamma::fit(&customers, &FitOptions::default()).unwrap(),
    );
    let margin = Margin::Same(0.3);
    let delta =
        clv_total_interval(&fits.0, &fits.1, &customers, &year(), margin, 0.95, Threads::ONE);
    let delta = delta.unwrap();
    let boot =
        clv_bootstrap(&fits.0.model, &fits.1.model, &customers, &year(), margin, &options(400));
    let boot = boot.unwrap();
    assert_eq!((boot.totals.len(), boot.failed), (400, 0));
    assert!((boot.estimate / delta.estimate[0] - 1.0).abs() < 1e-13);
    let ratio = (boot.upper - boot.lower) / (delta.upper[0] - delta.lower[0]);
    assert!((0.8..1.25).contains(&ratio), "{ratio}");
    assert!(boot.lower < boot.estimate && boot.estimate < boot.upper);
}

#[test]
fn a_bootstrap_has_the_same_bits_for_every_number_of_threads() {
    let customers = shop(&vec![39.0; 300], 9, None);
    let total = |threads: usize| {
        let mut options = options(24);
        options.threads = Threads::new(threads);
        clv_bootstrap(&purchases(), &spend(), &customers, &year(), Margin::Same(0.3), &options)
    };
    assert_eq!(total(1).unwrap(), total(3).unwrap());
}

#[test]
fn a_weight_is_as_many_customers_or_refused() {
    let t = vec![39.0; 200];
    let total = |weights: &[f64]| {
        let customers = shop(&t, 9, Some(weights));
        clv_bootstrap(&purchases(), &spend(), &customers, &year(), Margin::Same(1.0), &options(20))
    };
    let (one, three) = (total(&[1.0; 200]).unwrap(), total(&[3.0; 200]).unwrap());
    assert!((three.estimate / one.estimate - 3.0).abs() < 1e-12);
    // Thrice the customers make the parameters √3 times as certain.
    let width = |boot: &loyalty_core::value::Bootstrap| (boot.upper - boot.lower) / boot.estimate;
    assert!(width(&three) < width(&one));
    let error = total(&[1.5; 200]).unwrap_err();
    assert!(matches!(&error, Error::Parameter { name, .. } if name == "weight"), "{error}");
}

#[test]
fn options_outside_their_domain_are_refused() {
    let customers = shop(&[39.0; 50], 9, None);
    let run = |replicates: usize, level: f64| {
        let mut options = options(replicates);
        options.level = level;
        clv_bootstrap(&purchases(), &spend(), &customers, &year(), Margin::Same(1.0), &options)
    };
    assert!(matches!(run(19, 0.95), Err(Error::Parameter { name, .. }) if name == "replicates"));
    assert!(matches!(run(20, 1.0), Err(Error::Parameter { name, .. }) if name == "level"));
    assert!(matches!(run(20, f64::NAN), Err(Error::Parameter { name, .. }) if name == "level"));
}
