//! Customers simulated from known parameters: the fits find them again.

use crate::common::random::Random;
use loyalty_core::estimation::{Fit, FitOptions, Parameters, Stop};
use loyalty_core::orders::Column;
use loyalty_core::purchase::{BgNbd, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};

/// A customer's repeat purchases, played purchase by purchase: their number and the last one's time.
fn play(random: &mut Random, [r, alpha, a, b]: [f64; 4], t: f64) -> (u32, f64) {
    let (rate, dropout) = (random.gamma(r, alpha), random.beta(a, b));
    let (mut x, mut t_x) = (0, 0.0);
    loop {
        let next = t_x + random.exponential(rate);
        if next > t {
            return (x, t_x);
        }
        (x, t_x) = (x + 1, next);
        if random.uniform() < dropout {
            return (x, t_x);
        }
    }
}

/// The columns x, t_x and T of customers born evenly over the first third of the time.
fn histories(random: &mut Random, model: [f64; 4], n: u32, longest: f64) -> [Vec<f64>; 3] {
    let mut columns = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..n {
        let t = longest * (1.0 - random.uniform() / 3.0);
        let (x, t_x) = play(random, model, t);
        columns.iter_mut().zip([f64::from(x), t_x, t]).for_each(|(column, cell)| column.push(cell));
    }
    columns
}

/// Customers with one to eight purchases each and the mean of their amounts.
fn spenders(random: &mut Random, [p, q, v]: [f64; 3], n: u32) -> CustomerSummary {
    let (mut x, mut mean) = (Vec::new(), Vec::new());
    for _ in 0..n {
        let (rate, purchases) = (random.gamma(q, v), 1 + random.below(8));
        let total: f64 = (0..purchases).map(|_| random.gamma(p, rate)).sum();
        x.push(f64::from(purchases));
        mean.push(total / f64::from(purchases));
    }
    let time = vec![1.0; x.len()];
    let mut columns = SummaryColumns::new(&x, &time, &time);
    columns.monetary_value = Some(Column::new("mean", &mean));
    CustomerSummary::new(&columns).unwrap()
}

/// Fails unless every parameter is within this many standard errors of the truth, and the errors are
/// small enough for that to say something.
#[track_caller]
fn assert_recovers<M: Parameters>(fit: &Fit<M>, truth: &[f64], most_error: f64) {
    assert_eq!(fit.stop, Stop::Converged);
    let errors = fit.standard_errors().unwrap();
    for (i, (found, truth)) in fit.model.values().into_iter().zip(truth).enumerate() {
        let name = &fit.model.layout()[i].name;
        let away = (found - truth) / errors[i];
        assert!(away.abs() < 3.0, "{name}: {found} is {away} standard errors from {truth}");
        assert!(errors[i] < most_error * truth, "{name}: {found} ± {}", errors[i]);
    }
}

#[test]
fn bg_nbd_parameters_come_back() {
    for (seed, truth, n, longest, most_error) in [
        // Like CDNOW.
        (11, [0.243, 4.414, 0.793, 2.426], 20_000, 39.0, 0.15),
        // Frequent buyers, slow to leave.
        (12, [2.0, 10.0, 0.5, 6.0], 10_000, 60.0, 0.15),
        // Most leave at once; a above 1, where the formula of the paper changes sign.
        (13, [1.2, 3.0, 2.0, 1.5], 20_000, 30.0, 0.15),
        // A long-lived grocery: no shape below 1.
        (14, [5.0, 2.0, 1.0, 30.0], 5_000, 40.0, 0.15),
    ] {
        let [x, t_x, t] = histories(&mut Random::new(seed), truth, n, longest);
        let summary = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
        let fit = BgNbd::fit(&summary, &FitOptions::default()).unwrap();
        assert_recovers(&fit, &truth, most_error);
    }
}

#[test]
fn gamma_gamma_parameters_come_back() {
    for (seed, truth, n, most_error) in [
        (21, [6.25, 3.74, 15.44], 20_000, 0.1),
        // Heavy tails: the mean over customers barely exists.
        (22, [1.5, 1.3, 8.0], 20_000, 0.1),
        // Customers much alike.
        (23, [2.0, 12.0, 180.0], 20_000, 0.2),
    ] {
        let customers = spenders(&mut Random::new(seed), truth, n);
        let fit = GammaGamma::fit(&customers, &FitOptions::default()).unwrap();
        assert_recovers(&fit, &truth, most_error);
    }
}

/// Twice the gap between the maximum and the truth is χ² with one degree per parameter, so the gap has
/// mean k/2 and variance k/2. A likelihood that is only nearly right misses that.
#[track_caller]
fn assert_chance(gaps: &[f64], parameters: f64) {
    let n = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / n;
    let error = (0.5 * parameters / n).sqrt();
    assert!((mean - 0.5 * parameters).abs() < 3.0 * error, "mean gap {mean} ± {error}");
    assert!(gaps.iter().all(|gap| *gap >= 0.0), "the truth is likelier than the maximum");
}

#[test]
fn the_truth_is_below_the_maximum_by_no_more_than_chance() {
    let truth = [0.8, 4.0, 0.9, 2.5];
    let [r, alpha, a, b] = truth;
    let model = BgNbd::new(r, alpha, a, b).unwrap();
    let gaps = (100..200).map(|seed| {
        let [x, t_x, t] = histories(&mut Random::new(seed), truth, 2_000, 40.0);
        let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
        let fit = BgNbd::fit(&customers, &FitOptions::default()).unwrap();
        fit.log_likelihood - model.log_likelihood(&customers).unwrap()
    });
    assert_chance(&gaps.collect::<Vec<_>>(), 4.0);

    let truth = [6.25, 3.74, 15.44];
    let model = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let gaps = (100..200).map(|seed| {
        let customers = spenders(&mut Random::new(seed), truth, 2_000);
        let fit = GammaGamma::fit(&customers, &FitOptions::default()).unwrap();
        fit.log_likelihood - model.log_likelihood(&customers).unwrap()
    });
    assert_chance(&gaps.collect::<Vec<_>>(), 3.0);
}

#[test]
fn predictions_are_what_the_simulated_customers_do() {
    // One model, no fit: frequencies of what happens against the probabilities.
    let truth = [0.8, 4.0, 0.9, 2.5];
    let [r, alpha, a, b] = truth;
    let model = BgNbd::new(r, alpha, a, b).unwrap();
    let mut random = Random::new(31);
    let (n, t) = (200_000_u32, 12.0);
    let (mut counts, mut total) = ([0.0; 5], 0.0);
    for _ in 0..n {
        let (x, _) = play(&mut random, truth, t);
        total += f64::from(x);
        if let Some(count) = counts.get_mut(x as usize) {
            *count += 1.0;
        }
    }
    for (x, count) in (0..).zip(counts) {
        let expected = model.p_n_purchases_new_customer(x, t).unwrap();
        let error = (expected * (1.0 - expected) / f64::from(n)).sqrt();
        assert!((count / f64::from(n) - expected).abs() < 4.0 * error, "x = {x}: {count}");
    }
    let mean = total / f64::from(n);
    let expected = model.expected_purchases_new_customer(t).unwrap();
    assert!((mean / expected - 1.0).abs() < 0.01, "{mean} {expected}");
}

#[test]
fn expected_purchases_are_what_follows_a_history() {
    // Everybody with the same number of purchases: the mean of what they do next against the mean of
    // what the model expects of their histories.
    let truth = [0.8, 4.0, 0.9, 2.5];
    let [r, alpha, a, b] = truth;
    let model = BgNbd::new(r, alpha, a, b).unwrap();
    let mut random = Random::new(41);
    let (t, horizon) = (20.0, 15.0);
    let mut sums = [[0.0; 4]; 6];
    for _ in 0..200_000 {
        let (rate, dropout) = (random.gamma(r, alpha), random.beta(a, b));
        let (mut x, mut t_x, mut later, mut now, mut alive) = (0_u32, 0.0, 0.0, 0.0, true);
        while alive {
            now += random.exponential(rate);
            if now > t + horizon {
                break;
            }
            alive = random.uniform() >= dropout;
            if now <= t {
                (x, t_x) = (x + 1, now);
                if !alive {
                    break;
                }
            } else {
                later += 1.0;
            }
        }
        // Still alive at T: not dropped out by a purchase before.
        let alive_then = alive || later > 0.0;
        let history = loyalty_core::summary::History::new(x, t_x, t).unwrap();
        let expected = model.expected_purchases(&history, horizon).unwrap();
        let terms =
            [1.0, later - expected, later * later, f64::from(alive_then) - model.p_alive(&history)];
        let group = &mut sums[x.min(5) as usize];
        group.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }
    for (x, [n, gap, squares, alive_gap]) in sums.into_iter().enumerate() {
        assert!((gap / n).abs() < 4.0 * (squares / n / n).sqrt(), "x = {x}: purchases {}", gap / n);
        assert!(
            (alive_gap / n).abs() < 4.0 * (0.25 / n).sqrt(),
            "x = {x}: alive {}",
            alive_gap / n
        );
    }
}
