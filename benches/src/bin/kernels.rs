//! The inner loops, one at a time, for counting instructions: timings on a busy machine say little,
//! counts are the same every time.
//!
//! Without arguments: the names. With a name: runs it once, inside a function of the module
//! `measured`, which `valgrind --tool=callgrind --toggle-collect='kernels::measured::*'` looks at, and
//! prints the number of rows.

use loyalty_benches::{scattered, simulate};
use loyalty_core::estimation::FitOptions;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting};
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::{CustomerSummary, SummaryOptions};
use loyalty_core::time::Unit;

const CUSTOMERS: u32 = 100_000;

const NAMES: [&str; 11] = [
    "floor",
    "p_alive",
    "expected_purchases",
    "expected_purchases_distinct",
    "expected_spend",
    "clv",
    "fit_bg_nbd",
    "fit_bg_nbd_distinct",
    "fit_gamma_gamma",
    "orders",
    "summarize",
];

fn main() {
    let Some(name) = std::env::args().nth(1) else {
        return NAMES.iter().for_each(|name| println!("{name}"));
    };
    let log = simulate(CUSTOMERS);
    if name == "orders" {
        println!("{}", measured::orders(&log));
        return;
    }
    let orders = log.orders();
    if name == "summarize" {
        measured::summarize(&orders);
        println!("{}", log.customer.len());
        return;
    }
    let customers = orders.summarize(&SummaryOptions::in_unit(Unit::Day)).expect("orders");
    let customers = if name.ends_with("_distinct") { scattered(&customers) } else { customers };
    let mut out = vec![0.0; customers.len()];
    run(&name, &customers, &mut out);
    println!("{}", customers.len());
}

fn run(name: &str, customers: &CustomerSummary, out: &mut [f64]) {
    let purchases = BgNbd::new(0.243, 30.9, 0.793, 2.426).expect("constants");
    let spend = GammaGamma::new(6.249, 3.744, 15.444).expect("constants");
    match name {
        "floor" => measured::floor(customers.t(), out),
        "p_alive" => measured::p_alive(&purchases, customers, out),
        "expected_purchases" | "expected_purchases_distinct" => {
            measured::expected_purchases(&purchases, customers, out);
        }
        "expected_spend" => measured::expected_spend(&spend, customers, out),
        "clv" => {
            let year = Discounting::per_period(12, 30.4375, 0.01).expect("constants");
            measured::clv(&purchases, &spend, customers, &year, out);
        }
        "fit_bg_nbd" | "fit_bg_nbd_distinct" => measured::fit_bg_nbd(customers, &options()),
        "fit_gamma_gamma" => measured::fit_gamma_gamma(customers, &options()),
        _ => panic!("no kernel {name:?}; those known: {NAMES:?}"),
    }
}

/// One thread: callgrind runs threads one after the other anyway.
fn options() -> FitOptions {
    let mut options = FitOptions::default();
    options.threads = Threads::ONE;
    options
}

mod measured {
    use std::hint::black_box;

    use loyalty_benches::Log;
    use loyalty_core::estimation::FitOptions;
    use loyalty_core::orders::Orders;
    use loyalty_core::parallel::Threads;
    use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
    use loyalty_core::spend::{GammaGamma, SpendModel};
    use loyalty_core::summary::{CustomerSummary, SummaryOptions};
    use loyalty_core::time::Unit;
    use loyalty_core::value::{Margin, clv_into};

    /// One logarithm and one exponential of the platform per row, what the field's formulas need at
    /// least.
    #[inline(never)]
    #[allow(clippy::disallowed_methods, reason = "the platform's are what is measured")]
    pub(super) fn floor(t: &[f64], out: &mut [f64]) {
        for (out, t) in out.iter_mut().zip(t) {
            *out = (-0.25 * (1.0 + t).ln()).exp();
        }
        black_box(out);
    }

    #[inline(never)]
    pub(super) fn p_alive(model: &BgNbd, customers: &CustomerSummary, out: &mut [f64]) {
        model.p_alive_into(customers, out, Threads::ONE).expect("one unit");
    }

    #[inline(never)]
    pub(super) fn expected_purchases(model: &BgNbd, customers: &CustomerSummary, out: &mut [f64]) {
        model.expected_purchases_into(customers, 180.0, out, Threads::ONE).expect("one unit");
    }

    #[inline(never)]
    pub(super) fn expected_spend(model: &GammaGamma, customers: &CustomerSummary, out: &mut [f64]) {
        model.expected_spend_into(customers, out, Threads::ONE).expect("finite means");
    }

    #[inline(never)]
    pub(super) fn clv(
        purchases: &BgNbd,
        spend: &GammaGamma,
        customers: &CustomerSummary,
        year: &Discounting,
        out: &mut [f64],
    ) {
        let margin = Margin::Same(0.3);
        clv_into(purchases, spend, customers, year, margin, out, Threads::ONE).expect("one unit");
    }

    #[inline(never)]
    pub(super) fn fit_bg_nbd(customers: &CustomerSummary, options: &FitOptions) {
        black_box(BgNbd::fit(customers, options).expect("repeaters").model);
    }

    #[inline(never)]
    pub(super) fn fit_gamma_gamma(customers: &CustomerSummary, options: &FitOptions) {
        black_box(GammaGamma::fit(customers, options).expect("spenders").model);
    }

    #[inline(never)]
    pub(super) fn orders(log: &Log) -> usize {
        black_box(log.orders());
        log.customer.len()
    }

    #[inline(never)]
    pub(super) fn summarize(orders: &Orders) {
        black_box(orders.summarize(&SummaryOptions::in_unit(Unit::Day)).expect("orders"));
    }
}
