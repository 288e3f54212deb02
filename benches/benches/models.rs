//! Fitting and scoring.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use loyalty_benches::{scattered, simulate};
use loyalty_core::estimation::FitOptions;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::{GammaGamma, SpendModel};
use loyalty_core::summary::{History, SummaryOptions};
use loyalty_core::time::Unit;
use loyalty_core::value::{Margin, clv_into};

fn one_customer(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one customer");
    let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426).expect("constants");
    let spend = GammaGamma::new(6.249, 3.744, 15.444).expect("constants");
    for (x, t_x) in [(0, 0.0), (2, 30.43), (26, 37.0)] {
        let history = History::new(x, t_x, 38.86).expect("constants");
        group.bench_function(BenchmarkId::new("P(alive)", x), |bencher| {
            bencher.iter(|| purchases.p_alive(&history));
        });
        group.bench_function(BenchmarkId::new("expected purchases", x), |bencher| {
            bencher.iter(|| purchases.expected_purchases(&history, 39.0));
        });
        group.bench_function(BenchmarkId::new("expected spend", x), |bencher| {
            bencher.iter(|| spend.expected_spend(x, 35.0));
        });
    }
}

fn columns(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("columns");
    group.sample_size(10);
    let by_day =
        simulate(100_000).orders().summarize(&SummaryOptions::in_unit(Unit::Day)).expect("orders");
    for (name, customers) in [("days", &by_day), ("all distinct", &scattered(&by_day))] {
        group.throughput(Throughput::Elements(customers.len() as u64));
        let options = FitOptions::default();
        group.bench_function(BenchmarkId::new("fit BG/NBD", name), |bencher| {
            bencher.iter(|| BgNbd::fit(customers, &options));
        });
        group.bench_function(BenchmarkId::new("fit Gamma-Gamma", name), |bencher| {
            bencher.iter(|| GammaGamma::fit(customers, &options));
        });
        let purchases = BgNbd::fit(customers, &options).expect("repeaters").model;
        let spend = GammaGamma::fit(customers, &options).expect("spenders").model;
        let mut out = vec![0.0; customers.len()];
        let threads = Threads::default();
        group.bench_function(BenchmarkId::new("P(alive)", name), |bencher| {
            bencher.iter(|| purchases.p_alive_into(customers, &mut out, threads));
        });
        group.bench_function(BenchmarkId::new("expected purchases", name), |bencher| {
            bencher.iter(|| purchases.expected_purchases_into(customers, 180.0, &mut out, threads));
        });
        let year = Discounting::per_period(12, 30.4375, 0.01).expect("constants");
        group.bench_function(BenchmarkId::new("CLV of 12 periods", name), |bencher| {
            bencher.iter(|| {
                let margin = Margin::Same(0.3);
                clv_into(&purchases, &spend, customers, &year, margin, &mut out, threads)
            });
        });
    }
}

criterion_group!(benches, one_customer, columns);
criterion_main!(benches);
