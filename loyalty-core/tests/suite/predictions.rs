//! Intervals of what customers will do hold their share of what simulated customers do.

use loyalty_core::Error;
use loyalty_core::estimation::{Estimate, FitOptions, PosteriorOptions};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, FutureDraws, MbgNbd, ParetoNbd, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::value::{
    Margin, Over, PredictionKind, PredictionOptions, clv_intervals, clv_into, clv_prediction,
    purchase_prediction,
};

fn purchases() -> MbgNbd {
    MbgNbd::new(0.8, 5.0, 1.0, 3.0).unwrap()
}

fn spend() -> GammaGamma {
    GammaGamma::new(4.0, 3.5, 20.0).unwrap()
}

fn shop(customers: usize, seed: u64) -> CustomerSummary {
    let bought = purchases().simulate(&vec![39.0; customers], seed, Threads::ONE).unwrap();
    let spent = spend().simulate(&bought, seed, Threads::ONE);
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", &spent));
    CustomerSummary::new(&columns).unwrap()
}

fn at(level: f64) -> PredictionOptions {
    let mut options = PredictionOptions::default();
    options.level = level;
    options
}

/// Of a million draws of a quarter's purchases: less than the lower end and more than the upper one are at most half each
/// of what an interval leaves out, and one count less would leave out more.
#[test]
fn exact_ends_are_quantiles_of_the_draws() {
    let customers = shop(60, 1);
    let model = purchases();
    let known = Estimate::Model(&model);
    let found = purchase_prediction(known, &customers, 26.0, Over::Customers, &at(0.8)).unwrap();
    let draws = 20_000;
    let futures = model
        .simulate_future(&customers, &FutureDraws::new(26.0, draws), Threads::default())
        .unwrap();
    let n = draws as usize;
    for row in 0..customers.len() {
        let counts = &futures.purchases[row * n..(row + 1) * n];
        let share = |of: &dyn Fn(f64) -> bool| {
            counts.iter().filter(|&&count| of(f64::from(count))).count() as f64 / f64::from(draws)
        };
        let (lower, upper) = (found.lower[row], found.upper[row]);
        // Four standard errors of a share of a tenth.
        let error = 4.0 * (0.09 / f64::from(draws)).sqrt();
        assert!(share(&|count| count < lower) <= 0.1 + error);
        assert!(share(&|count| count > upper) <= 0.1 + error);
        assert!(share(&|count| count <= lower) >= 0.1 - error);
        assert!(upper == lower || share(&|count| count >= upper) >= 0.1 - error);
    }
}

/// What is predicted with known parameters comes out in mean, and spreads as it should: the sum of independent
/// customers' purchases has the sum of their variances.
#[test]
fn totals_of_known_parameters_have_the_spread_of_independent_customers() {
    let (customers, model) = (shop(2000, 2), ParetoNbd::new(0.8, 8.0, 0.7, 12.0).unwrap());
    let (mut mean, mut variance) = (0.0, 0.0);
    for row in 0..customers.len() {
        let mut distribution = vec![0.0; 300];
        model.purchase_distribution(&customers.history(row), 26.0, &mut distribution).unwrap();
        let moment = |power: i32| -> f64 {
            distribution.iter().enumerate().map(|(n, p)| (n as f64).powi(power) * p).sum()
        };
        mean += moment(1);
        variance += moment(2) - moment(1) * moment(1);
    }
    let known = Estimate::Model(&model);
    let mut options = at(0.9);
    options.draws = 4000;
    let total = purchase_prediction(known, &customers, 26.0, Over::Total, &options).unwrap();
    assert!((total.estimate[0] / mean - 1.0).abs() < 1e-6);
    let half = 1.645 * variance.sqrt();
    for (end, exact) in [(total.lower[0], mean - half), (total.upper[0], mean + half)] {
        assert!((end - exact).abs() < 0.08 * half, "{end} {exact} {half}");
    }
}

/// Simulated shops, whose next half year is drawn from the truth: fits to them predict customers, groups and totals.
#[test]
fn intervals_hold_what_they_promise_of_customers_groups_and_totals() {
    let (shops, level, half_year) = (60_u64, 0.8, 26.0);
    let discounting = Discounting::continuous(half_year, 0.002).unwrap();
    let [mut of_counts, mut of_values, mut of_totals, mut of_groups] = [(0, 0); 4];
    let see = |seen: &mut (u32, u32), lower: f64, upper: f64, value: f64| {
        seen.0 += u32::from(lower <= value && value <= upper);
        seen.1 += 1;
    };
    for seed in 0..shops {
        let customers = shop(400, 100 + seed);
        let groups: Vec<u32> = customers.frequency().iter().map(|&x| x.min(2)).collect();
        let fits = (
            MbgNbd::fit(&customers, &FitOptions::default()).unwrap(),
            GammaGamma::fit(&customers, &FitOptions::default()).unwrap(),
        );
        if fits.0.covariance.is_none() || fits.1.covariance.is_none() {
            continue;
        }
        let truth = (purchases(), spend());
        let mut options = at(level);
        (options.draws, options.seed) = (400, seed);
        let known = (Estimate::Fit(&fits.0), Estimate::Fit(&fits.1));
        let value = |over| {
            let margin = Margin::Same(0.3);
            clv_prediction(known.0, known.1, &customers, &discounting, margin, over, &options)
        };
        let counts =
            purchase_prediction(known.0, &customers, half_year, Over::Customers, &options).unwrap();
        let total =
            purchase_prediction(known.0, &customers, half_year, Over::Total, &options).unwrap();
        let (values, group_values) =
            (value(Over::Customers).unwrap(), value(Over::Groups(&groups)).unwrap());
        // What comes to pass is one draw under the truth.
        let mut how = FutureDraws::new(half_year, 1);
        how.seed = 7000 + seed;
        let (mut bought, mut sums) = (0.0, [0.0; 3]);
        truth
            .0
            .each_future(&customers, &how, &mut |future| {
                let (row, n) = (future.row, future.purchases.len());
                let mut amounts = vec![0.0; n];
                let mean = customers.monetary_value().unwrap()[row];
                let x = customers.transactions(row);
                truth.1.draw_amounts(x, mean, 1_000_000 * seed + row as u64, &mut amounts);
                let worth: f64 = future
                    .purchases
                    .iter()
                    .zip(&amounts)
                    .map(|(at, amount)| 0.3 * amount * 1.002_f64.powf(-at))
                    .sum();
                bought += n as f64;
                sums[groups[row] as usize] += worth;
                see(&mut of_counts, counts.lower[row], counts.upper[row], n as f64);
                see(&mut of_values, values.lower[row], values.upper[row], worth);
            })
            .unwrap();
        see(&mut of_totals, total.lower[0], total.upper[0], bought);
        for (group, sum) in sums.iter().enumerate() {
            see(&mut of_groups, group_values.lower[group], group_values.upper[group], *sum);
        }
    }
    let share = |(held, of): (u32, u32)| f64::from(held) / f64::from(of);
    // Counts and values with a mass at 0 hold more than their share; sums about theirs.
    assert!(share(of_counts) > level && share(of_values) > level, "{of_counts:?} {of_values:?}");
    for (seen, sigmas) in [(of_totals, 3.0), (of_groups, 3.0)] {
        // Groups of one shop share its parameters.
        let error = sigmas * (level * (1.0 - level) / shops as f64).sqrt();
        assert!((share(seen) - level).abs() < error, "{seen:?}");
    }
}

#[test]
fn the_mean_of_drawn_values_is_the_lifetime_value() {
    let customers = shop(30, 3);
    let (bought, spent) = (purchases(), spend());
    for discounting in [
        Discounting::continuous(52.0, 0.0).unwrap(),
        Discounting::continuous(52.0, 0.01).unwrap(),
        Discounting::per_period(6, 8.0, 0.05).unwrap(),
        Discounting::continuous(f64::INFINITY, 0.02).unwrap(),
    ] {
        let mut exact = vec![0.0; 30];
        let (margin, threads) = (Margin::Same(0.5), Threads::ONE);
        clv_into(&bought, &spent, &customers, &discounting, margin, &mut exact, threads).unwrap();
        let total: f64 = exact.iter().sum();
        let mut options = at(0.02);
        options.draws = 20_000;
        let (p, s) = (Estimate::Model(&bought), Estimate::Model(&spent));
        let middle =
            clv_prediction(p, s, &customers, &discounting, margin, Over::Total, &options).unwrap();
        assert!((middle.estimate[0] / total - 1.0).abs() < 1e-12);
        // The median of a sum of 30 skewed values lies a little below the mean.
        let median = 0.5 * (middle.lower[0] + middle.upper[0]);
        assert!((0.85..1.02).contains(&(median / total)), "{median} {total}");
    }
}

#[test]
fn expectations_are_narrower_and_agree_with_the_delta_method() {
    let customers = shop(800, 4);
    let fits = (
        MbgNbd::fit(&customers, &FitOptions::default()).unwrap(),
        GammaGamma::fit(&customers, &FitOptions::default()).unwrap(),
    );
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    let margin = Margin::Same(1.0);
    let delta = clv_intervals(&fits.0, &fits.1, &customers, &year, margin, 0.9, Threads::default())
        .unwrap();
    let of = |kind| {
        let mut options = at(0.9);
        options.kind = kind;
        let (p, s) = (Estimate::Fit(&fits.0), Estimate::Fit(&fits.1));
        clv_prediction(p, s, &customers, &year, margin, Over::Customers, &options).unwrap()
    };
    let (narrow, wide) = (of(PredictionKind::Expectation), of(PredictionKind::Prediction));
    // The delta method is straight where a P(alive) near 0 bends.
    let mut alike = 0;
    for row in 0..customers.len() {
        let width = delta.upper[row] - delta.lower[row];
        let near = |end: f64, other: f64| (end - other).abs() < 0.25 * width;
        let both =
            near(narrow.lower[row], delta.lower[row]) && near(narrow.upper[row], delta.upper[row]);
        alike += usize::from(both);
        // Of who hardly ever comes back nothing is to be expected, and nothing else will come.
        let surer = wide.upper[row] - wide.lower[row] < narrow.upper[row] - narrow.lower[row];
        assert!(!surer || wide.upper[row] < 5.0);
        assert_eq!(wide.estimate[row], delta.estimate[row]);
    }
    assert!(alike > 700, "{alike} of 800");
}

#[test]
fn posteriors_predict_too_and_threads_change_nothing() {
    let customers = shop(1500, 5);
    let (fit, mut how) = (FitOptions::default(), PosteriorOptions::default());
    how.draws = 500;
    let (bought, spent) = (
        BgNbd::posterior(&customers, &fit, &how).unwrap(),
        GammaGamma::posterior(&customers, &fit, &how).unwrap(),
    );
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    let groups: Vec<u32> = (0..1500).map(|row| row % 5).collect();
    let of = |over, threads| {
        let mut options = at(0.9);
        (options.threads, options.draws) = (threads, 200);
        let (p, s) = (Estimate::Posterior(&bought), Estimate::Posterior(&spent));
        let margin = Margin::Same(-0.5);
        clv_prediction(p, s, &customers, &year, margin, over, &options).unwrap()
    };
    for over in [Over::Customers, Over::Total, Over::Groups(&groups)] {
        let one = of(over, Threads::ONE);
        assert_eq!(one, of(over, Threads::new(3)));
        assert!(one.lower.iter().zip(&one.upper).all(|(lower, upper)| lower <= upper));
        // A margin below 0 turns spend into loss.
        assert!(one.upper.iter().all(|&upper| upper <= 0.0));
    }
    assert_eq!(of(Over::Groups(&groups), Threads::ONE).estimate.len(), 5);
}

#[test]
fn what_cannot_be_predicted_is_refused() {
    let (customers, model) = (shop(50, 6), purchases());
    let known = Estimate::Model(&model);
    let of = |options: &PredictionOptions| {
        purchase_prediction(known, &customers, 26.0, Over::Customers, options)
    };
    for level in [0.0, 1.0, f64::NAN] {
        assert!(matches!(of(&at(level)), Err(Error::Parameter { .. })));
    }
    let mut few = at(0.9);
    few.draws = 99;
    assert!(of(&few).unwrap_err().to_string().contains("from 100 to 1e6"));
    let groups = Over::Groups(&[0, 1]);
    let refused = purchase_prediction(known, &customers, 26.0, groups, &at(0.9)).unwrap_err();
    assert!(matches!(refused, Error::Length { .. }), "{refused}");
    let (x, t_x, t, weight) = ([1.0], [2.0], [9.0], [3.0]);
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.weights = Some(Column::new("weights", &weight[..]));
    let weighted = CustomerSummary::new(&columns).unwrap();
    let refused = purchase_prediction(known, &weighted, 26.0, Over::Total, &at(0.9)).unwrap_err();
    assert!(refused.to_string().contains("weights"), "{refused}");
}
