//! What a posterior is worth: ranks of the truth among its points over many simulated shops, small shops'
//! diagnostics, the quadrature of large shops against sampling, and the time it takes.
//!
//! `posterior [ranks|small|speed|rules|large] [number]`: one of them, or all; the number is that of the shops
//! or of the customers.

#![allow(clippy::disallowed_methods, reason = "no promise of equal bits here")]

mod large;
mod rules;

use std::time::Instant;

use loyalty_core::Error;
use loyalty_core::estimation::{
    FitOptions, Parameters, Posterior, PosteriorMethod, PosteriorOptions, Prior,
};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, MbgNbd, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal};

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |default: usize| {
        words.get(1).map_or(default, |word| word.parse().expect("how many, a whole number"))
    };
    match words.first().map(String::as_str) {
        None => {
            ranks(500)?;
            small_shops()?;
            speed()?;
            rules::study(50_001)?;
            large::study(1_000_000)
        }
        Some("ranks") => ranks(number(500)),
        Some("small") => small_shops(),
        Some("speed") => speed(),
        Some("rules") => rules::study(number(50_001)),
        Some("large") => large::study(number(1_000_000)),
        Some(other) => panic!("ranks, small, speed, rules or large, and not {other}"),
    }
}

/// Medians and deviations of the priors of r, α (in units of T), a and b behind the shops of [`ranks`]:
/// narrower than the weak ones, so that most shops have repeat customers.
const PRIORS: [(&str, f64, f64); 4] =
    [("r", 0.5, 0.6), ("alpha", 0.2, 0.6), ("a", 0.8, 0.6), ("b", 2.5, 0.6)];

/// Simulation-based calibration (Talts et al. 2018): parameters drawn from the priors, a shop from the
/// parameters, and the rank of the parameters among the posterior's points.
fn ranks(shops: usize) -> Result<(), Error> {
    const CLASSES: usize = 10;
    const T: f64 = 39.0;
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut seen = [[0.0; CLASSES]; 4];
    let (mut slices, mut nobody) = (0, 0);
    let mut options = FitOptions::default();
    for (name, median, sigma) in PRIORS {
        options.priors.insert(name.to_owned(), Prior::log_normal(median, sigma)?);
    }
    for shop in 0..shops {
        let draw = PRIORS.map(|(_, median, sigma)| {
            let normal = Normal::new(0.0, sigma).expect("a deviation");
            median * f64::exp(normal.sample(&mut random))
        });
        let truth = [draw[0], draw[1] * T, draw[2], draw[3]];
        let model = BgNbd::new(truth[0], truth[1], truth[2], truth[3])?;
        let customers = model.simulate(&[T; 200], shop as u64, Threads::ONE)?;
        if customers.frequency().iter().all(|&x| x == 0) {
            nobody += 1;
            continue;
        }
        let mut how = PosteriorOptions::default();
        how.draws = 2000;
        let posterior = BgNbd::posterior(&customers, &options, &how)?;
        slices += usize::from(posterior.method() == PosteriorMethod::SliceSampling);
        for (slot, truth) in truth.into_iter().enumerate() {
            let points = posterior.points().column(slot).to_vec();
            let pairs = points.iter().zip(posterior.weights());
            let below: f64 = pairs.filter(|(value, _)| **value < truth).map(|pair| pair.1).sum();
            let bounds = (1..CLASSES).map(|class| class as f64 / CLASSES as f64);
            seen[slot][bounds.filter(|&bound| below >= bound).count()] += 1.0;
        }
    }
    println!(
        "ranks of the truth in {shops} shops of 200 ({nobody} without repeat purchases, {slices} by slice sampling)"
    );
    for (slot, (name, ..)) in PRIORS.iter().enumerate() {
        let expected = seen[slot].iter().sum::<f64>() / CLASSES as f64;
        let statistic: f64 = seen[slot].iter().map(|s| (s - expected).powi(2) / expected).sum();
        println!("  {name:>6}: chi-squared {statistic:.2} of 9 degrees (21.67 at p = .01)");
    }
    Ok(())
}

/// 600 shops of 30, 100 and 300 customers, with the weak priors.
fn small_shops() -> Result<(), Error> {
    let kinds = [[0.243, 4.414, 0.793, 2.426], [1.5, 8.0, 0.6, 4.0], [0.8, 5.0, 1.4, 2.0]];
    println!("small shops, weak priors, 2,000 draws");
    for customers in [30, 100, 300] {
        let (mut believed, mut slices, mut worst_share) = (0, 0, 1.0_f64);
        for shop in 0..200 {
            let [r, alpha, a, b] = kinds[shop % 3];
            let truth = BgNbd::new(r, alpha, a, b)?;
            let bought = truth.simulate(&vec![39.0; customers], shop as u64, Threads::ONE)?;
            let mut how = PosteriorOptions::default();
            how.draws = 2000;
            let posterior = MbgNbd::posterior(&bought, &FitOptions::default(), &how)?;
            believed += usize::from(posterior.k_hat().is_some_and(|k_hat| k_hat <= 0.7));
            slices += usize::from(posterior.method() == PosteriorMethod::SliceSampling);
            let share = posterior.effective_draws().unwrap_or(0.0) / how.draws as f64;
            worst_share = worst_share.min(share);
        }
        println!(
            "  {customers:>4} customers: k-hat <= .7 in {believed} of 200, slice sampling in {slices}, least effective share {worst_share:.2}"
        );
    }
    Ok(())
}

/// A shop like the CDNOW sample.
fn shop(customers: usize, seed: u64) -> Result<CustomerSummary, Error> {
    let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426)?;
    let spend = GammaGamma::new(6.25, 3.74, 15.44)?;
    // Weeks in whole days, as from a log.
    let t: Vec<f64> = (0..customers).map(|row| (190 + row % 84) as f64 / 7.0).collect();
    let bought = purchases.simulate(&t, seed, Threads::default())?;
    let money = spend.simulate(&bought, seed, Threads::default());
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spend", &money));
    CustomerSummary::new(&columns)
}

fn speed() -> Result<(), Error> {
    let customers = shop(2357, 1)?;
    let run = || BgNbd::posterior(&customers, &FitOptions::default(), &PosteriorOptions::default());
    let mut seconds: Vec<f64> = Vec::new();
    let mut found = run()?;
    for _ in 0..9 {
        let start = Instant::now();
        found = run()?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let effective = found.effective_draws().unwrap_or(0.0);
    println!(
        "2,357 customers, 4,000 draws: {:.1} ms (median of 9), effective {effective:.0}, {:.0} a second, k-hat {:.2}",
        1e3 * seconds[4],
        effective / seconds[4],
        found.k_hat().unwrap_or(f64::NAN)
    );
    report(&found);
    Ok(())
}

fn report<M: Parameters>(posterior: &Posterior<M>) {
    let found = posterior.parameters(0.9).expect("a level");
    for (slot, name) in posterior.names().iter().enumerate() {
        println!("  {name:>6}: {:.5} sd {:.5}", found.estimate[slot], found.standard_error[slot]);
    }
}
