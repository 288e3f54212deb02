//! Lifetime values with intervals of many customers: seconds, and the memory they take.

use std::time::Instant;

use loyalty_benches::{scattered, simulate};
use loyalty_core::Error;
use loyalty_core::estimation::{FitOptions, PosteriorOptions};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting};
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::{CustomerSummary, SummaryOptions};
use loyalty_core::value::{Margin, clv_posterior};

/// A shop of two years, by day and with times to the microsecond.
pub(crate) fn study(customers: usize) -> Result<(), Error> {
    let count = u32::try_from(customers).expect("a shop");
    let by_day = simulate(count).orders().summarize(&SummaryOptions::default())?;
    one("by day", &by_day)?;
    let distinct = scattered(&by_day);
    drop(by_day);
    one("all distinct", &distinct)
}

fn one(name: &str, customers: &CustomerSummary) -> Result<(), Error> {
    let (options, how) = (FitOptions::default(), PosteriorOptions::default());
    let before = Memory::anew();
    let start = Instant::now();
    let purchases = BgNbd::posterior(customers, &options, &how)?;
    let spend = GammaGamma::posterior(customers, &options, &how)?;
    let found = start.elapsed().as_secs_f64();
    let to_find = before.peak();
    let before = Memory::anew();
    let start = Instant::now();
    let year = Discounting::continuous(365.0, 0.0003)?;
    let (margin, threads) = (Margin::Same(0.3), Threads::default());
    let value = clv_posterior(&purchases, &spend, customers, &year, margin, 0.9, threads)?;
    let valued = start.elapsed().as_secs_f64();
    println!(
        "{} customers, {name}: posteriors by {} and {}, {} and {} points, {found:.2} s and {to_find:.0} MB; \
         CLV with 90 % intervals {valued:.2} s and {:.0} MB; the first {:.4} ({:.4}..{:.4})",
        customers.len(),
        purchases.method().name(),
        spend.method().name(),
        purchases.weights().len(),
        spend.weights().len(),
        before.peak(),
        value.estimate[0],
        value.lower[0],
        value.upper[0]
    );
    Ok(())
}

/// Resident memory before some work; NaN where the kernel does not tell.
struct Memory(f64);

impl Memory {
    /// Starts the kernel's record of the peak anew.
    fn anew() -> Self {
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self(megabytes("VmRSS:"))
    }

    /// How much more it was at its peak since.
    fn peak(&self) -> f64 {
        megabytes("VmHWM:") - self.0
    }
}

fn megabytes(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|word| word.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}
