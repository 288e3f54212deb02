//! The golden file: one fit, its model files, and scores that Rust, Python and C must give to the
//! last bit. `LOYALTY_UPDATE_GOLDEN=1 cargo test --test suite golden` writes it anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::{cdnow, instant};
use loyalty_core::estimation::FitOptions;
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{AnyPurchaseModel, BgNbd, Discounting, PurchaseModel};
use loyalty_core::spend::{AnySpendModel, GammaGamma, SpendModel};
use loyalty_core::summary::{CustomerSummary, SummaryOptions};
use loyalty_core::time::Unit;
use loyalty_core::value::{Margin, clv_into};

const HEADER: &str = "frequency,recency,T,monetary_value,p_alive,expected_purchases_39,\
                      expected_spend,clv_52_annual_10_percent,clv_12_periods_of_4.345_at_1_percent,\
                      purchases_of_new_customer_T,probability_of_n_purchases_39";

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden").join(file)
}

fn updating() -> bool {
    std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some()
}

fn customers() -> CustomerSummary {
    let mut options = SummaryOptions::default();
    options.unit = Unit::Week;
    let end = instant("1997-09-30");
    cdnow().calibration_holdout(end, &options).expect("a summary").calibration
}

fn models() -> (BgNbd, GammaGamma) {
    let read = |file| ModelFile::read(path(file)).expect("a model file").model;
    match (read("bg_nbd.json"), read("gamma_gamma.json")) {
        (
            Model::Purchase(AnyPurchaseModel::BgNbd(purchases)),
            Model::Spend(AnySpendModel::GammaGamma(spend)),
        ) => (purchases, spend),
        other => panic!("other models: {other:?}"),
    }
}

fn scores(customers: &CustomerSummary) -> String {
    let (purchases, spend) = models();
    let column = |fill: &dyn Fn(&mut [f64])| {
        let mut out = vec![0.0; customers.len()];
        fill(&mut out);
        out
    };
    let threads = Threads::default();
    let clv = |discounting: Discounting| {
        column(&|out| {
            let margin = Margin::Same(0.3);
            clv_into(&purchases, &spend, customers, &discounting, margin, out, threads).unwrap();
        })
    };
    let columns = [
        column(&|out| purchases.p_alive_into(customers, out, threads).unwrap()),
        column(&|out| purchases.expected_purchases_into(customers, 39.0, out, threads).unwrap()),
        column(&|out| spend.expected_spend_into(customers, out, threads).unwrap()),
        clv(Discounting::annual(52.0, 0.1, Unit::Week).unwrap()),
        clv(Discounting::per_period(12, 4.345, 0.01).unwrap()),
    ];
    let mut text = format!("{HEADER}\n");
    let money = customers.monetary_value().expect("amounts");
    for row in (0..customers.len()).step_by(11) {
        let (x, t) = (customers.frequency()[row], customers.t()[row]);
        write!(text, "{x},{:?},{t:?},{:?}", customers.recency()[row], money[row]).unwrap();
        columns.iter().for_each(|column| write!(text, ",{:?}", column[row]).unwrap());
        let new = purchases.expected_purchases_new_customer(t).unwrap();
        let exactly = purchases.p_n_purchases_new_customer(x, 39.0).unwrap();
        writeln!(text, ",{new:?},{exactly:?}").unwrap();
    }
    text
}

#[test]
fn scores_are_the_golden_ones_to_the_last_bit() {
    let customers = customers();
    if updating() {
        let options = FitOptions::default();
        let purchases = BgNbd::fit(&customers, &options).unwrap();
        let spend = GammaGamma::fit(&customers, &options).unwrap();
        ModelFile::from(&purchases).write(path("bg_nbd.json")).unwrap();
        ModelFile::from(&spend).write(path("gamma_gamma.json")).unwrap();
        std::fs::write(path("scores.csv"), scores(&customers)).unwrap();
    }
    let golden = std::fs::read_to_string(path("scores.csv")).expect("the golden scores");
    let ours = scores(&customers);
    assert_eq!(ours.lines().count(), golden.lines().count());
    for (ours, golden) in ours.lines().zip(golden.lines()) {
        assert_eq!(ours, golden);
    }
}

#[test]
fn fitting_gives_the_golden_models_to_the_last_bit() {
    let customers = customers();
    let (purchases, spend) = models();
    for threads in [1, 2, 5] {
        let mut options = FitOptions::default();
        options.threads = Threads::new(threads);
        assert_eq!(BgNbd::fit(&customers, &options).unwrap().model, purchases);
        assert_eq!(GammaGamma::fit(&customers, &options).unwrap().model, spend);
    }
}
