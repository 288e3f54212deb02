//! Simulated futures have the distribution that the models tell exactly, draw by draw the same bits wherever a customer
//! stands.

use loyalty_core::Error;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, FutureDraws, PurchaseKind, PurchaseModel};
use loyalty_core::summary::{CustomerSummary, History, SummaryColumns};

const HORIZON: f64 = 26.0;
const DRAWS: u32 = 500;

/// A model of every kind with the parameters of some shop.
fn models() -> Vec<AnyPurchaseModel> {
    let values = |kind: PurchaseKind| match kind {
        PurchaseKind::BgNbd | PurchaseKind::MbgNbd => vec![0.6, 6.0, 0.8, 2.4],
        PurchaseKind::Nbd => vec![0.6, 8.0],
        PurchaseKind::ParetoNbd => vec![0.6, 8.0, 0.7, 12.0],
        PurchaseKind::BgCnbdK | PurchaseKind::MbgCnbdK => vec![0.9, 3.0, 0.6, 2.0, 3.0],
        PurchaseKind::BgBb => vec![1.2, 1.5, 0.7, 2.8],
        _ => unreachable!("a kind without parameters here"),
    };
    PurchaseKind::ALL.iter().map(|&kind| kind.build(&values(kind), None).unwrap()).collect()
}

/// Histories from a single purchase long ago to many up to the last day; times are whole numbers, as the BG/BB asks.
fn customers() -> CustomerSummary {
    let mut columns = [vec![], vec![], vec![]];
    for t in [0.0, 1.0, 6.0, 20.0, 39.0] {
        for x in [0.0, 1.0, 2.0, 5.0, 14.0] {
            for share in [0.4, 0.8, 1.0] {
                let t_x: f64 = if x == 0.0 { 0.0 } else { f64::round(share * t) };
                if t_x >= x && (x > 0.0 || share == 1.0) {
                    columns.iter_mut().zip([x, t_x, t]).for_each(|(c, value)| c.push(value));
                }
            }
        }
    }
    let [x, t_x, t] = &columns;
    CustomerSummary::new(&SummaryColumns::new(x, t_x, t)).unwrap()
}

/// How far a count of successes lies from what it should be, in standard deviations.
fn z_of_share(happened: usize, p: f64) -> f64 {
    let n = f64::from(DRAWS);
    if p * (1.0 - p) < 1e-12 {
        assert!((happened as f64 - p * n).abs() < 1e-6, "{happened} of {n} at {p}");
        return 0.0;
    }
    (happened as f64 - p * n) / (n * p * (1.0 - p)).sqrt()
}

/// Neither one z nor their mean square is beyond chance (the bounds are passed once in 10,000 runs).
fn is_by_chance(of: &str, z: &[f64]) {
    let z: Vec<f64> = z.iter().copied().filter(|z| *z != 0.0).collect();
    let n = z.len() as f64;
    let square = z.iter().map(|z| z * z).sum::<f64>() / n;
    let mean = z.iter().sum::<f64>() / n;
    assert!(z.len() >= 10, "{of}: {} are too few", z.len());
    assert!(z.iter().all(|z| z.abs() < 5.0), "{of}: {z:?}");
    assert!((square - 1.0).abs() < 4.0 * (2.0 / n).sqrt(), "{of}: mean square {square} of {n}");
    assert!(mean.abs() < 4.0 / n.sqrt(), "{of}: mean {mean} of {n}");
}

#[test]
fn every_model_draws_what_it_predicts() {
    let customers = customers();
    let mut how = FutureDraws::new(HORIZON, DRAWS);
    how.seed = 3;
    for model in models() {
        let futures = model.simulate_future(&customers, &how, Threads::default()).unwrap();
        let mut z = [vec![], vec![], vec![], vec![], vec![]];
        for row in 0..customers.len() {
            let (history, draws) = (customers.history(row), DRAWS as usize);
            let of_row = row * draws..(row + 1) * draws;
            let many = |flags: &[bool]| flags[of_row.clone()].iter().filter(|flag| **flag).count();
            z[0].push(z_of_share(many(&futures.alive), model.p_alive(&history)));
            let later = model.p_alive_at(&history, HORIZON).unwrap();
            z[1].push(z_of_share(many(&futures.alive_at_horizon), later));
            let counts = &futures.purchases[of_row.clone()];
            for (n, slot) in [(0, 2), (1, 3)] {
                let made = counts.iter().filter(|&&count| count == n).count();
                z[slot].push(z_of_share(made, model.p_n_purchases(&history, n, HORIZON).unwrap()));
            }
            z[4].push(z_of_mean(&model, &history, counts));
        }
        for (of, z) in ["alive", "alive at the horizon", "none", "one", "mean"].iter().zip(&z) {
            if !(model.kind() == PurchaseKind::Nbd && of.starts_with("alive")) {
                is_by_chance(&format!("{}: {of}", model.kind().title()), z);
            }
        }
    }
}

/// How far the mean of the counts lies from the expected one, in standard errors by the exact variance.
fn z_of_mean(model: &AnyPurchaseModel, history: &History, counts: &[u32]) -> f64 {
    let expected = model.expected_purchases(history, HORIZON).unwrap();
    let mut distribution = vec![0.0; 400];
    model.purchase_distribution(history, HORIZON, &mut distribution).unwrap();
    assert!(distribution[399] < 1e-6);
    let square = |(n, p): (usize, &f64)| n as f64 * n as f64 * p;
    let second: f64 = distribution.iter().enumerate().map(square).sum();
    let n = counts.len() as f64;
    let mean = counts.iter().map(|&count| f64::from(count)).sum::<f64>() / n;
    // Far tails are too skewed for a normal mean of 500.
    if expected * n < 30.0 {
        return 0.0;
    }
    (mean - expected) / ((second - expected * expected) / n).sqrt()
}

/// Pearson's χ² of all counts of one customer, whose classes the exact distribution gives.
#[test]
fn the_whole_distribution_is_that_of_the_model() {
    let columns = SummaryColumns::new(&[4.0], &[17.0], &[20.0]);
    let customer = CustomerSummary::new(&columns).unwrap();
    let how = FutureDraws::new(HORIZON, 40_000);
    for model in models() {
        let futures = model.simulate_future(&customer, &how, Threads::default()).unwrap();
        let mut exact = vec![0.0; 12];
        model.purchase_distribution(&customer.history(0), HORIZON, &mut exact).unwrap();
        let mut seen = vec![0.0; exact.len()];
        let last = seen.len() - 1;
        futures.purchases.iter().for_each(|&n| seen[last.min(n as usize)] += 1.0);
        let of = |(seen, p): (&f64, &f64)| (seen - p * 4e4).powi(2) / (p * 4e4);
        let statistic: f64 = seen.iter().zip(&exact).map(of).sum();
        // χ² with 11 degrees of freedom is above 37.4 once in 10,000.
        assert!(statistic < 37.4, "{}: {statistic}, {seen:?}", model.kind().title());
    }
}

#[test]
fn a_customer_alone_has_the_future_of_a_customer_among_many() {
    let (x, t_x, t) = ([2.0, 0.0, 2.0, 7.0], [9.0, 0.0, 9.0, 19.0], [20.0; 4]);
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    let names = vec!["ada", "grace", "mary", "sofja"];
    columns.customer = Some(Column::new("customer", &names).into());
    let all = CustomerSummary::new(&columns).unwrap();
    let how = FutureDraws::new(HORIZON, 50);
    for model in models() {
        let many = model.simulate_future(&all, &how, Threads::default()).unwrap();
        for row in 0..4 {
            let alone =
                model.simulate_future(&all.slice(row..row + 1), &how, Threads::ONE).unwrap();
            assert_eq!(alone.purchases, many.purchases[row * 50..(row + 1) * 50]);
            assert_eq!(alone.alive, many.alive[row * 50..(row + 1) * 50]);
        }
        // Equal histories have futures of their own.
        assert_ne!(many.purchases[..50], many.purchases[100..150]);
        // A draw does not depend on those before it.
        let mut later = how.clone();
        later.draws = 20..50;
        let some = model.simulate_future(&all, &later, Threads::ONE).unwrap();
        assert_eq!(some.purchases[..30], many.purchases[20..50]);
    }
}

#[test]
fn threads_change_nothing() {
    let n = 3000_u32;
    let x: Vec<f64> = (0..n).map(|row| f64::from(row % 7)).collect();
    let t_x: Vec<f64> = x.iter().map(|x| 2.0 * x).collect();
    let t = vec![20.0; n as usize];
    let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
    let how = FutureDraws::new(HORIZON, 5);
    for model in models() {
        let futures = |threads| model.simulate_future(&customers, &how, threads).unwrap();
        assert_eq!(futures(Threads::ONE), futures(Threads::new(3)));
    }
}

#[test]
fn a_future_that_cannot_be_drawn_is_refused() {
    let customers = customers();
    for model in models() {
        for horizon in [f64::NAN, -1.0, f64::INFINITY, 1e51] {
            let how = FutureDraws::new(horizon, 1);
            let refused = model.simulate_future(&customers, &how, Threads::ONE);
            assert!(matches!(refused, Err(Error::Parameter { .. })), "{horizon}");
        }
        let none = FutureDraws::new(0.0, 10);
        let futures = model.simulate_future(&customers, &none, Threads::ONE).unwrap();
        assert!(futures.purchases.iter().all(|&count| count == 0));
        assert_eq!(futures.alive, futures.alive_at_horizon);
    }
    let far = FutureDraws::new(1e9, 1);
    let refused = models()[0].simulate_future(&customers, &far, Threads::ONE).unwrap_err();
    assert!(refused.to_string().contains("at most 1e6 purchases"), "{refused}");
}
