//! The library's weighted points against another sampler and another likelihood: nuts-rs on CDNOW.
//!
//! `cargo bench -p loyalty-benches --bench nuts` draws 200,000 times from either model; run by `cargo test`, as the
//! other benches in their test mode, the draws are few and the bounds as wide as that makes them. The densities are written out here as the papers
//! print them, so that neither likelihood nor priors are shared with the library.

#![allow(clippy::disallowed_methods, reason = "no promise of equal bits here")]

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::time::Instant;

use loyalty_core::estimation::{
    FitOptions, Parameters, Posterior, PosteriorMethod, PosteriorOptions,
};
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::purchase::BgNbd;
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::{CustomerSummary, SummaryOptions};
use loyalty_core::time::Unit;
use nuts_rs::{
    Chain, CpuLogpFunc, CpuMath, CpuMathError, HasDims, LogpError, LowRankNutsSettings, Settings,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use statrs::function::gamma::{digamma, ln_gamma};

const CHAINS: u64 = 4;

/// What is asked of the library: means to so many standard deviations, deviations to such a share.
const BOUNDS: [f64; 2] = [0.02, 0.03];

fn main() {
    let few = !std::env::args().any(|word| word == "--bench");
    let draws = if few { 1_000 } else { 50_000 };
    let customers = cdnow();
    let options = FitOptions::default();
    let purchases = |how: &PosteriorOptions| BgNbd::posterior(&customers, &options, how);
    let spend = |how: &PosteriorOptions| GammaGamma::posterior(&customers, &options, how);
    compare("BG/NBD", &Purchases::of(&customers), draws, |how| {
        purchases(how).expect("a posterior")
    });
    compare("Gamma-Gamma", &Spend::of(&customers), draws, |how| spend(how).expect("a posterior"));
}

/// Runs both and fails where they differ.
fn compare<D: Density, M: Parameters>(
    name: &str,
    density: &D,
    draws: usize,
    posterior: impl Fn(&PosteriorOptions) -> Posterior<M>,
) {
    let how = PosteriorOptions::default();
    let ours = posterior(&how);
    let start = Instant::now();
    let theirs = sample(density, &ours.mode().model.values(), draws);
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{name} on CDNOW, weak priors: {CHAINS} chains of {draws} draws by nuts-rs, {seconds:.1} s"
    );
    let mut wrong = 0;
    for method in [PosteriorMethod::ImportanceSampling, PosteriorMethod::SliceSampling] {
        let mut how = how.clone();
        how.method = Some(method);
        let found = posterior(&how);
        let summary = found.parameters(0.9).expect("a level");
        for (slot, parameter) in found.names().iter().enumerate() {
            let [mean, sd, effective] = worth(&theirs, slot);
            let off = (summary.estimate[slot] - mean) / sd;
            let wide = summary.standard_error[slot] / sd - 1.0;
            println!(
                "  {:>20}, {parameter:>5}: nuts-rs {mean:.5} sd {sd:.5} ({effective:.0} effective), \
                 here {off:+.4} sd off, sd {:+.2} %",
                method.name(),
                1e2 * wide
            );
            // Three standard errors of a mean and of a deviation from either's draws, beyond the default's.
            let few = 1.0 / effective + 1.0 / found.effective_draws().unwrap_or(f64::INFINITY);
            let room = if draws < 50_000 || method != PosteriorMethod::ImportanceSampling {
                3.0 * few.sqrt()
            } else {
                0.0
            };
            wrong += usize::from(off.abs() > BOUNDS[0] + room || wide.abs() > BOUNDS[1] + room);
        }
    }
    assert_eq!(wrong, 0, "{name}: parameters on which the samplers differ");
}

/// The logarithm of a density of the logarithms of parameters, with its gradient.
trait Density: Clone + Send + Sync {
    fn at(&self, values: &[f64], gradient: &mut [f64]) -> f64;

    /// Medians and deviations of the logarithms: the weak priors as docs/models.md has them.
    fn priors(&self) -> Vec<[f64; 2]>;
}

/// Draws of all chains, one chain after the other; a row for each.
fn sample<D: Density>(density: &D, start: &[f64], draws: usize) -> Vec<Vec<Vec<f64>>> {
    let at: Vec<f64> = start.iter().map(|value| value.ln()).collect();
    let chain = |number: u64| {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let settings = LowRankNutsSettings { num_tune: 500, ..LowRankNutsSettings::default() };
        let math = CpuMath::new(Target { density: density.clone(), dimension: at.len() });
        let mut chain = settings.new_chain(number, math, &mut random).expect("settings");
        chain.set_position(&at).expect("a place inside the domain");
        let mut kept = Vec::with_capacity(draws);
        while kept.len() < draws {
            let (place, progress) = chain.draw().expect("a draw");
            if !progress.tuning {
                kept.push(place.iter().map(|at| at.exp()).collect());
            }
        }
        kept
    };
    std::thread::scope(|scope| {
        let chain = &chain;
        let running: Vec<_> =
            (0..CHAINS).map(|number| scope.spawn(move || chain(number))).collect();
        running.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// Mean, standard deviation, and how many independent draws they are worth, by the means of batches of √n.
fn worth(chains: &[Vec<Vec<f64>>], slot: usize) -> [f64; 3] {
    let moments = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let square = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        (mean, square / (values.len() as f64 - 1.0))
    };
    let values: Vec<f64> = chains.iter().flatten().map(|draw| draw[slot]).collect();
    let size = values.len().isqrt();
    let batches: Vec<f64> = values.chunks_exact(size).map(|batch| moments(batch).0).collect();
    let ((mean, variance), (_, of_means)) = (moments(&values), moments(&batches));
    [mean, variance.sqrt(), values.len() as f64 * variance / (size as f64 * of_means)]
}

/// A density as nuts-rs takes it: over the logarithms of the parameters, priors included.
struct Target<D> {
    density: D,
    dimension: usize,
}

/// Never: the densities are defined everywhere.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct Never(Infallible);

impl LogpError for Never {
    fn is_recoverable(&self) -> bool {
        match self.0 {}
    }
}

impl<D: Density> HasDims for Target<D> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_owned(), self.dimension as u64)])
    }
}

impl<D: Density> CpuLogpFunc for Target<D> {
    type LogpError = Never;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.dimension
    }

    fn logp(&mut self, place: &[f64], gradient: &mut [f64]) -> Result<f64, Never> {
        let values: Vec<f64> = place.iter().map(|at| at.exp()).collect();
        gradient.fill(0.0);
        let mut ln = self.density.at(&values, gradient);
        for (slot, [median, sigma]) in self.density.priors().into_iter().enumerate() {
            let away = (place[slot] - median.ln()) / sigma;
            ln -= 0.5 * away * away;
            gradient[slot] = gradient[slot] * values[slot] - away / sigma;
        }
        Ok(ln)
    }

    fn expand_vector<R: rand::Rng + ?Sized>(
        &mut self,
        _: &mut R,
        place: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        Ok(place.to_vec())
    }
}

/// Histories with the customers who share them, and customers by number of purchases.
#[derive(Clone)]
struct Purchases {
    histories: Vec<([f64; 3], f64)>,
    by_x: Vec<(f64, f64)>,
    mean_t: f64,
}

impl Purchases {
    fn of(customers: &CustomerSummary) -> Self {
        let mut histories: BTreeMap<[u64; 3], f64> = BTreeMap::new();
        let mut by_x: BTreeMap<u32, f64> = BTreeMap::new();
        for row in 0..customers.len() {
            let x = customers.frequency()[row];
            let history = [f64::from(x), customers.recency()[row], customers.t()[row]];
            *histories.entry(history.map(f64::to_bits)).or_default() += 1.0;
            *by_x.entry(x).or_default() += 1.0;
        }
        let values = |(bits, count): ([u64; 3], f64)| (bits.map(f64::from_bits), count);
        Self {
            histories: histories.into_iter().map(values).collect(),
            by_x: by_x.into_iter().map(|(x, count)| (f64::from(x), count)).collect(),
            mean_t: customers.t().iter().sum::<f64>() / customers.len() as f64,
        }
    }
}

impl Density for Purchases {
    /// Fader, Hardie & Lee (2005), eq. 6: r, α, a, b.
    fn at(&self, values: &[f64], gradient: &mut [f64]) -> f64 {
        let [r, alpha, a, b] = values else { panic!("four parameters") };
        let mut ln = 0.0;
        for &(x, count) in &self.by_x {
            ln += count
                * (ln_gamma(r + x) - ln_gamma(*r) + r * alpha.ln() + ln_gamma(b + x)
                    - ln_gamma(a + b + x)
                    - ln_gamma(*b)
                    + ln_gamma(a + b));
            gradient[0] += count * (digamma(r + x) - digamma(*r) + alpha.ln());
            gradient[1] += count * r / alpha;
            let both = digamma(a + b) - digamma(a + b + x);
            gradient[2] += count * both;
            gradient[3] += count * (digamma(b + x) - digamma(*b) + both);
        }
        for &([x, t_x, t], count) in &self.histories {
            let (ln_t, ln_x) = ((alpha + t).ln(), (alpha + t_x).ln());
            let alive = -(r + x) * ln_t;
            let left =
                if x > 0.0 { (a / (b + x - 1.0)).ln() - (r + x) * ln_x } else { f64::NEG_INFINITY };
            let sum = alive.max(left) + (-(alive - left).abs()).exp().ln_1p();
            let [of_alive, of_left] = [alive, left].map(|part| count * (part - sum).exp());
            ln += count * sum;
            gradient[0] -= of_alive * ln_t + of_left * ln_x;
            gradient[1] -= (r + x) * (of_alive / (alpha + t) + of_left / (alpha + t_x));
            if x > 0.0 {
                gradient[2] += of_left / a;
                gradient[3] -= of_left / (b + x - 1.0);
            }
        }
        ln
    }

    fn priors(&self) -> Vec<[f64; 2]> {
        vec![[0.5, 1.2], [0.2 * self.mean_t, 1.5], [0.8, 1.2], [2.5, 1.2]]
    }
}

/// Repeat purchases and their mean amount, of those who made any.
#[derive(Clone)]
struct Spend {
    rows: Vec<[f64; 2]>,
    mean: f64,
}

impl Spend {
    fn of(customers: &CustomerSummary) -> Self {
        let money = customers.monetary_value().expect("money");
        let counts = customers.frequency().iter().map(|&x| f64::from(x));
        let rows: Vec<[f64; 2]> =
            counts.zip(money).map(|(x, &z)| [x, z]).filter(|[x, z]| *x > 0.0 && *z > 0.0).collect();
        let mean = rows.iter().map(|[_, z]| z).sum::<f64>() / rows.len() as f64;
        Self { rows, mean }
    }
}

impl Density for Spend {
    /// Fader & Hardie (2013), eq. 1a: p, q, v.
    fn at(&self, values: &[f64], gradient: &mut [f64]) -> f64 {
        let [p, q, v] = values else { panic!("three parameters") };
        let mut ln = 0.0;
        for [x, z] in &self.rows {
            let (px, total) = (p * x, v + x * z);
            ln += ln_gamma(px + q) - ln_gamma(px) - ln_gamma(*q)
                + q * v.ln()
                + (px - 1.0) * z.ln()
                + px * x.ln()
                - (px + q) * total.ln();
            let both = digamma(px + q);
            gradient[0] += x * (both - digamma(px) + z.ln() + x.ln() - total.ln());
            gradient[1] += both - digamma(*q) + v.ln() - total.ln();
            gradient[2] += q / v - (px + q) / total;
        }
        ln
    }

    fn priors(&self) -> Vec<[f64; 2]> {
        vec![[3.0, 1.2], [3.0, 1.2], [0.5 * self.mean, 1.5]]
    }
}

/// The log that the Python package bundles, until 1997-09-30, in weeks.
fn cdnow() -> CustomerSummary {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../loyalty-py/python/loyalty/data/cdnow.csv");
    let text = std::fs::read_to_string(path).expect("the bundled log");
    let (mut customer, mut time, mut amount) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        customer.push(cells[0].parse::<i64>().expect("a customer id"));
        time.push(day(cells[1]));
        amount.push(cells[3].parse::<f64>().expect("an amount"));
    }
    let columns = OrderColumns {
        customer: Column::new("customer_id", &customer[..]).into(),
        time: Column::new("date", &time),
        scale: TimeScale::Days,
        amount: Some(Column::new("amount", &amount)),
    };
    let mut options = SummaryOptions::default();
    options.unit = Unit::Week;
    options.observation_end = Some(day("1997-09-30") * 86_400_000_000);
    let orders = Orders::new(&columns, Invalid::Raise).expect("a clean log");
    orders.summarize(&options).expect("a summary")
}

/// Days since 1970-01-01 of a date like `1997-09-30` (Hinnant, "chrono-compatible low-level date algorithms").
fn day(date: &str) -> i64 {
    let parts: Vec<i64> = date.split('-').map(|part| part.parse().expect("a date")).collect();
    let [y, m, d] = parts[..] else { panic!("a date: {date}") };
    let (y, m) = if m <= 2 { (y - 1, m + 9) } else { (y, m - 3) };
    y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 1 - 719_468
}
