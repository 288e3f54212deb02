//! The golden posteriors: of 50 points, and the intervals of some customers, which Rust, Python and C must give
//! to the last bit. `LOYALTY_UPDATE_GOLDEN=1 cargo test --test suite golden_posterior` writes them anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::cdnow_split;
use loyalty_core::estimation::{FitOptions, Intervals, Posterior, PosteriorOptions, Scale};
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::CustomerSummary;
use loyalty_core::time::Unit;
use loyalty_core::value::{Margin, clv_posterior};

const HEADER: &str = "frequency,recency,T,monetary_value,p_alive,p_alive_lower,p_alive_upper,\
                      expected_purchases_39,expected_purchases_39_lower,expected_purchases_39_upper,\
                      clv_52_annual_10_percent,clv_52_annual_10_percent_lower,clv_52_annual_10_percent_upper";
const LEVEL: f64 = 0.9;

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden").join(file)
}

fn made(customers: &CustomerSummary) -> [Posterior<Model>; 2] {
    let (options, mut how) = (FitOptions::default(), PosteriorOptions::default());
    how.draws = 1000;
    let purchases = BgNbd::posterior(customers, &options, &how).unwrap().thinned(50).unwrap();
    let spend = GammaGamma::posterior(customers, &options, &how).unwrap().thinned(50).unwrap();
    [purchases.map(Model::from), spend.map(Model::from)]
}

/// Every thirty-first customer.
fn intervals(customers: &CustomerSummary, of: [Posterior<Model>; 2]) -> String {
    let [purchases, spend] = of;
    let (purchases, spend) = (purchases.of_purchases().unwrap(), spend.of_spend().unwrap());
    let (rows, threads) = (customers.len(), Threads::default());
    let part = |rows| customers.slice(rows);
    let p_alive =
        purchases.predict(rows, Scale::Logit, LEVEL, threads, part, |model, some, out| {
            model.p_alive_into(some, out, Threads::ONE)
        });
    let expected = purchases.predict(rows, Scale::Log, LEVEL, threads, part, |model, some, out| {
        model.expected_purchases_into(some, 39.0, out, Threads::ONE)
    });
    let year = Discounting::annual(52.0, 0.1, Unit::Week).unwrap();
    let margin = Margin::Same(0.3);
    let value = clv_posterior(&purchases, &spend, customers, &year, margin, LEVEL, threads);
    let columns: [Intervals; 3] = [p_alive.unwrap(), expected.unwrap(), value.unwrap()];
    let mut text = format!("{HEADER}\n");
    let money = customers.monetary_value().unwrap();
    for row in (0..rows).step_by(31) {
        let (x, t_x, t) =
            (customers.frequency()[row], customers.recency()[row], customers.t()[row]);
        write!(text, "{x},{t_x:?},{t:?},{:?}", money[row]).unwrap();
        for column in &columns {
            let [mean, low, high] = [&column.estimate, &column.lower, &column.upper];
            write!(text, ",{:?},{:?},{:?}", mean[row], low[row], high[row]).unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_golden_posteriors_are_made_and_scored_to_the_last_bit() {
    let customers = cdnow_split().calibration;
    let made = made(&customers);
    let files = ["posterior_bg_nbd.json", "posterior_gamma_gamma.json"].map(path);
    if std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some() {
        made.iter().zip(&files).for_each(|(posterior, file)| posterior.write(file).unwrap());
        std::fs::write(path("intervals.csv"), intervals(&customers, made.clone())).unwrap();
    }
    let read = files.map(|file| Posterior::read(file).expect("a golden posterior"));
    assert_eq!(read, made);
    let golden = std::fs::read_to_string(path("intervals.csv")).expect("the golden intervals");
    assert_eq!(intervals(&customers, read), golden);
}
