//! The golden files of models with covariates: scores by named columns that Rust, Python and C must give to the last
//! bit. `LOYALTY_UPDATE_GOLDEN=1 cargo test --test suite golden_covariates` writes them anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use loyalty_core::estimation::{CovariateRoles, FitOptions};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{Discounting, ParetoNbd, PurchaseKind, PurchaseWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary};
use loyalty_core::time::Unit;

const ROWS: usize = 600;

const HEADER: &str = "age,channel,frequency,recency,T,p_alive,expected_purchases_13,p_no_purchase_13,dert_annual_10_percent";

pub(crate) fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden").join(file)
}

pub(crate) fn updating() -> bool {
    std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some()
}

pub(crate) fn age(row: usize) -> f64 {
    20.0 + ((row * 7919) % 1000) as f64 / 20.0
}

pub(crate) fn channel(row: usize) -> &'static str {
    ["shop", "web", "shop", "café", "web", "shop"][(row * 31) % 6]
}

/// The table of as many customers.
pub(crate) fn covariates(rows: usize) -> Covariates {
    let ages: Vec<f64> = (0..rows).map(age).collect();
    let channels: Vec<&str> = (0..rows).map(channel).collect();
    let columns = [Column::new("age", &ages[..]).into(), Column::new("channel", &channels).into()];
    Covariates::new(&columns).unwrap()
}

fn customers() -> CustomerSummary {
    let base = ParetoNbd::new(0.9, 9.0, 0.8, 12.0).unwrap().with_unit(Some(Unit::Week));
    let (known, gamma) = (covariates(ROWS), [0.02, 0.5, -0.3, -0.015, 0.6, -0.4]);
    let roles = CovariateRoles::default();
    let truth = PurchaseWithCovariates::new(base, &known, &roles, &gamma).unwrap();
    truth.simulate(&known, &[60.0; ROWS], 11, Threads::default()).unwrap()
}

fn scores(model: &PurchaseWithCovariates) -> String {
    let (customers, known, threads) = (customers(), covariates(ROWS), Threads::default());
    let for_ever = Discounting::annual(f64::INFINITY, 0.1, Unit::Week).unwrap();
    let mut columns = vec![vec![0.0; ROWS]; 4];
    let [alive, expected, none, dert] = &mut columns[..] else { unreachable!() };
    model.p_alive_into(&customers, &known, alive, threads).unwrap();
    model.expected_purchases_into(&customers, &known, 13.0, expected, threads).unwrap();
    model.p_no_purchase_into(&customers, &known, 13.0, none, threads).unwrap();
    model.discounted_purchases_into(&customers, &known, &for_ever, dert, threads).unwrap();
    let mut text = format!("{HEADER}\n");
    for row in 0..ROWS {
        let (x, t_x) = (customers.frequency()[row], customers.recency()[row]);
        let t = customers.t()[row];
        write!(text, "{:?},{},{x},{t_x:?},{t:?}", age(row), channel(row)).unwrap();
        columns.iter().for_each(|column| write!(text, ",{:?}", column[row]).unwrap());
        text.push('\n');
    }
    text
}

#[test]
fn a_fit_by_covariates_gives_the_golden_file() {
    let options = FitOptions::default();
    let (kind, roles) = (PurchaseKind::ParetoNbd, CovariateRoles::default());
    let fit = PurchaseWithCovariates::fit(kind, &customers(), &covariates(ROWS), &roles, &options);
    let file = ModelFile::from(&fit.unwrap());
    if updating() {
        file.write(path("pareto_nbd_with_covariates.json")).unwrap();
    }
    assert_eq!(ModelFile::read(path("pareto_nbd_with_covariates.json")).unwrap(), file);
}

#[test]
fn the_golden_file_gives_the_golden_scores() {
    let read = ModelFile::read(path("pareto_nbd_with_covariates.json")).unwrap().model;
    let Model::PurchaseWithCovariates(model) = read else { panic!("another model: {read:?}") };
    let scores = scores(&model);
    if updating() {
        std::fs::write(path("covariate_scores.csv"), &scores).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path("covariate_scores.csv")).unwrap(), scores);
}
