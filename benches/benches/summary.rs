//! From a log to the customer summary.

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use loyalty_benches::simulate;
use loyalty_core::summary::SummaryOptions;
use loyalty_core::time::Unit;

fn summarize(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("summarize");
    group.sample_size(10);
    for customers in [10_000, 100_000] {
        let log = simulate(customers);
        group.throughput(Throughput::Elements(log.customer.len() as u64));
        group.bench_function(BenchmarkId::new("check the orders", customers), |bencher| {
            bencher.iter_batched(|| (), |()| log.orders(), BatchSize::LargeInput);
        });
        let orders = log.orders();
        group.bench_function(BenchmarkId::new("by day", customers), |bencher| {
            bencher.iter(|| orders.summarize(&SummaryOptions::in_unit(Unit::Day)));
        });
    }
}

criterion_group!(benches, summarize);
criterion_main!(benches);
