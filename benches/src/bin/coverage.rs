//! How often the intervals cover the truth: shops simulated from known parameters are fitted, and the
//! intervals of parameters, predictions and totals counted that hold the true value.
//!
//! `coverage [shops] [customers] [bootstrap shops] [replicates]`

use loyalty_core::Error;
use loyalty_core::estimation::{Fit, FitOptions, Intervals, Parameters, Scale, Stop};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::value::{BootstrapOptions, Margin, clv_bootstrap, clv_into, clv_total_interval};

const LEVEL: f64 = 0.95;

/// Shops of different kinds: r, alpha, a, b; p, q, v; the time of observation.
const SHOPS: [(&str, [f64; 4], [f64; 3], f64); 3] = [
    ("like CDNOW", [0.243, 4.414, 0.793, 2.426], [6.25, 3.74, 15.44], 39.0),
    ("frequent buyers", [1.5, 8.0, 0.6, 4.0], [4.0, 3.0, 20.0], 52.0),
    ("quick to leave", [0.8, 5.0, 1.4, 2.0], [3.0, 5.0, 30.0], 39.0),
];

fn main() -> Result<(), Error> {
    let numbers: Vec<usize> =
        std::env::args().skip(1).map(|word| word.parse().expect("a number")).collect();
    let number = |at: usize, default: usize| numbers.get(at).copied().unwrap_or(default);
    let (shops, customers) = (number(0, 1000), number(1, 2000));
    let (bootstraps, replicates) = (number(2, 200), number(3, 200));
    println!("{shops} shops of {customers} customers; level {LEVEL}; bootstrap of {bootstraps}");
    for (name, purchases, spend, t) in SHOPS {
        let truth = Truth {
            purchases: BgNbd::new(purchases[0], purchases[1], purchases[2], purchases[3])?,
            spend: GammaGamma::new(spend[0], spend[1], spend[2])?,
            t: (0..customers).map(|row| t * (1.0 - 0.3 * row as f64 / customers as f64)).collect(),
        };
        println!("{name}");
        truth.delta(shops)?;
        truth.bootstrap(bootstraps, replicates)?;
    }
    Ok(())
}

struct Truth {
    purchases: BgNbd,
    spend: GammaGamma,
    t: Vec<f64>,
}

/// Intervals counted, and those that hold the truth.
#[derive(Default, Clone)]
struct Count {
    seen: usize,
    covered: usize,
}

impl Count {
    fn see(&mut self, lower: f64, truth: f64, upper: f64) {
        self.seen += 1;
        self.covered += usize::from(lower <= truth && truth <= upper);
    }

    fn print(&self, name: &str) {
        let share = self.covered as f64 / self.seen as f64;
        let error = (share * (1.0 - share) / self.seen as f64).sqrt();
        println!("  {name:<28} {:6.2} % ± {:.2}", 100.0 * share, 100.0 * error);
    }
}

impl Truth {
    fn shop(&self, seed: u64) -> Result<CustomerSummary, Error> {
        let bought = self.purchases.simulate(&self.t, seed, Threads::default())?;
        let spent = self.spend.simulate(&bought, seed, Threads::default());
        let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
        let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
        columns.monetary_value = Some(Column::new("spent", &spent));
        CustomerSummary::new(&columns)
    }

    fn total(&self, customers: &CustomerSummary, year: &Discounting) -> Result<f64, Error> {
        let mut value = vec![0.0; customers.len()];
        let (margin, threads) = (Margin::Same(0.3), Threads::default());
        clv_into(&self.purchases, &self.spend, customers, year, margin, &mut value, threads)?;
        Ok(value.iter().sum())
    }

    fn delta(&self, shops: usize) -> Result<(), Error> {
        let year = Discounting::continuous(52.0, 0.002)?;
        let mut parameters = vec![Count::default(); 7];
        let [mut alive, mut expected, mut spend, mut total] =
            [const { Count { seen: 0, covered: 0 } }; 4];
        let mut left_out = 0;
        for seed in 0..shops as u64 {
            let customers = self.shop(seed)?;
            let options = FitOptions::default();
            let fits = (BgNbd::fit(&customers, &options)?, GammaGamma::fit(&customers, &options)?);
            if [&fits.0.stop, &fits.1.stop] != [&Stop::Converged; 2] {
                left_out += 1;
                continue;
            }
            see_parameters(&mut parameters[..4], &fits.0, &self.purchases)?;
            see_parameters(&mut parameters[4..], &fits.1, &self.spend)?;
            // One customer per shop, so that what is counted is independent.
            let some = customers.frequency().iter().position(|&x| x > 1).unwrap_or(0);
            let threads = Threads::default();
            let all = customers.len();
            let p_alive =
                |model: &BgNbd, out: &mut [f64]| model.p_alive_into(&customers, out, threads);
            let intervals = fits.0.intervals(LEVEL, Scale::Logit, all, p_alive)?;
            see_row(&mut alive, &intervals, some, &self.purchases, p_alive)?;
            let bought = |model: &BgNbd, out: &mut [f64]| {
                model.expected_purchases_into(&customers, 39.0, out, threads)
            };
            let intervals = fits.0.intervals(LEVEL, Scale::Log, all, bought)?;
            see_row(&mut expected, &intervals, some, &self.purchases, bought)?;
            let spent = |model: &GammaGamma, out: &mut [f64]| {
                model.expected_spend_into(&customers, out, threads)
            };
            let intervals = fits.1.intervals(LEVEL, Scale::Log, all, spent)?;
            see_row(&mut spend, &intervals, some, &self.spend, spent)?;
            let margin = Margin::Same(0.3);
            let found =
                clv_total_interval(&fits.0, &fits.1, &customers, &year, margin, LEVEL, threads)?;
            total.see(found.lower[0], self.total(&customers, &year)?, found.upper[0]);
        }
        for (count, name) in parameters.iter().zip(["r", "alpha", "a", "b", "p", "q", "v"]) {
            count.print(name);
        }
        alive.print("P(alive)");
        expected.print("expected purchases");
        spend.print("expected spend");
        total.print("total CLV, delta method");
        println!("  not converged: {left_out}");
        Ok(())
    }

    fn bootstrap(&self, shops: usize, replicates: usize) -> Result<(), Error> {
        let year = Discounting::continuous(52.0, 0.002)?;
        let mut total = Count::default();
        for seed in 0..shops as u64 {
            let customers = self.shop(1_000_000 + seed)?;
            let fits = FitOptions::default();
            let purchases = BgNbd::fit(&customers, &fits)?.model;
            let spend = GammaGamma::fit(&customers, &fits)?.model;
            let mut options = BootstrapOptions::default();
            (options.replicates, options.seed, options.level) = (replicates, seed, LEVEL);
            let margin = Margin::Same(0.3);
            let found = clv_bootstrap(&purchases, &spend, &customers, &year, margin, &options)?;
            let truth = self.total(&customers, &year)?;
            total.see(found.lower, truth, found.upper);
        }
        if shops > 0 {
            total.print("total CLV, bootstrap");
        }
        Ok(())
    }
}

fn see_parameters<M: Parameters>(
    counts: &mut [Count],
    fit: &Fit<M>,
    truth: &M,
) -> Result<(), Error> {
    let found = fit.parameter_intervals(LEVEL)?;
    for (slot, truth) in truth.values().into_iter().enumerate() {
        counts[slot].see(found.lower[slot], truth, found.upper[slot]);
    }
    Ok(())
}

fn see_row<M>(
    count: &mut Count,
    intervals: &Intervals,
    row: usize,
    truth: &M,
    predict: impl Fn(&M, &mut [f64]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut exact = vec![0.0; intervals.estimate.len()];
    predict(truth, &mut exact)?;
    count.see(intervals.lower[row], exact[row], intervals.upper[row]);
    Ok(())
}
