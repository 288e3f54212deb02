//! Files.

use loyalty_core::estimation::{FitOptions, Posterior, PosteriorOptions};
use loyalty_core::models::Model;
use loyalty_core::orders::{Invalid, Orders};
use loyalty_core::purchase::BgNbd;
use loyalty_core::returns::ReturnPropensity;
use loyalty_core::summary::{OccasionFile, Occasions};
use loyalty_core::time::{Clock, Unit};

use crate::counted::{alone, within};
use crate::returns::fitted;
use crate::shop::{self, Customers, ReturnRows, SHOP};

/// What fits into an encoding of small numbers may take as much as what stands there in full.
const SPARSE: usize = 4;

#[test]
fn returns_in_both_encodings() {
    let _alone = alone();
    let mut model = fitted().unwrap();
    for rows in [None, Some(ReturnRows::later())] {
        rows.iter().for_each(|rows| assert!(model.update(&rows.lines()).is_ok()));
        let (json, compact) = (model.to_json(), model.to_compact());
        within("a return model in JSON", SPARSE, || ReturnPropensity::from_json(&json));
        within("a compact return model", SPARSE, || ReturnPropensity::from_bytes(&compact));
    }
}

#[test]
fn posteriors_and_occasions() {
    let _alone = alone();
    let mut how = PosteriorOptions::default();
    how.draws = 40_000;
    let few = Customers::new(2000).summary();
    let posterior = BgNbd::posterior(&few, &FitOptions::default(), &how).unwrap();
    let json = posterior.map(Model::from).to_json();
    within("a posterior", SPARSE, || Posterior::<Model>::from_json(&json));

    let columns = shop::order_columns(&SHOP.lines, None);
    let orders = Orders::new(&columns, Invalid::Raise).unwrap();
    let occasions = Occasions::of(&orders, Clock::new(Unit::Day, None).unwrap()).unwrap();
    let bytes = OccasionFile::from(occasions).to_bytes();
    within("occasions", SPARSE, || OccasionFile::from_bytes(&bytes));
}

/// Points of a posterior of few digits.
const POINTS: usize = 100_000;

#[test]
fn a_posterior_that_another_program_wrote_in_few_digits() {
    let _alone = alone();
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/posterior_bg_nbd.json");
    let json = std::fs::read_to_string(golden).unwrap();
    let (head, _) = json.split_once("\"weights\"").unwrap();
    let (weights, points) = (vec!["1e-5"; POINTS].join(","), vec!["[1,1,1,1]"; POINTS].join(","));
    let json = format!("{head}\"weights\":[{weights}],\"points\":[{points}]}}");
    within("a posterior of few digits", SPARSE, || Posterior::<Model>::from_json(&json));
}
