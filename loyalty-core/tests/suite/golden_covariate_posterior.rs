//! The golden posteriors of models with covariates: of 30 points, and the intervals of a shop's customers, which Rust,
//! Python and C must give to the last bit. `LOYALTY_UPDATE_GOLDEN=1 cargo test --test suite
//! golden_covariate_posterior` writes them anew.

use std::fmt::Write as _;

use crate::common::covariate_shop::with_money;
use crate::golden_covariates::{age, channel, covariates, path, updating};
use loyalty_core::Error;
use loyalty_core::estimation::{
    CovariateRoles, FitOptions, Intervals, Parameters, Posterior, PosteriorOptions, Scale,
};
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseKind, PurchaseWithCovariates};
use loyalty_core::spend::{GammaGamma, SpendWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary};
use loyalty_core::time::Unit;
use loyalty_core::value::{Estimated, Margin, clv_posterior_with_covariates};

const ROWS: usize = 200;
const LEVEL: f64 = 0.9;

const COLUMNS: [&str; 4] =
    ["p_alive", "expected_purchases_13", "expected_spend", "clv_52_annual_10_percent"];

fn customers() -> CustomerSummary {
    let (known, roles) = (covariates(ROWS), CovariateRoles::default());
    let base = BgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().with_unit(Some(Unit::Week));
    let gamma = [0.02, 0.5, -0.3, -0.015, 0.6, -0.4];
    let truth = PurchaseWithCovariates::new(base, &known, &roles, &gamma).unwrap();
    let bought = truth.simulate(&known, &[60.0; ROWS], 13, Threads::default()).unwrap();
    let base = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let spenders = SpendWithCovariates::new(base, &known, &roles, &[0.01, 0.4, -0.2]).unwrap();
    with_money(&bought, &spenders.simulate(&bought, &known, 13, Threads::default()).unwrap())
}

fn made(customers: &CustomerSummary) -> [Posterior<Model>; 2] {
    let (known, roles, kind) = (covariates(ROWS), CovariateRoles::default(), PurchaseKind::BgNbd);
    let (options, mut how) = (FitOptions::default(), PosteriorOptions::default());
    how.draws = 400;
    let purchases =
        PurchaseWithCovariates::posterior(kind, customers, &known, &roles, &options, &how).unwrap();
    let spend = SpendWithCovariates::posterior(customers, &known, &roles, &options, &how).unwrap();
    [purchases.thinned(30).unwrap().map(Model::from), spend.thinned(30).unwrap().map(Model::from)]
}

/// Intervals of what a model says of the customers and of what is known of them.
fn over<M: Parameters + Sync>(
    posterior: &Posterior<M>,
    scale: Scale,
    customers: &CustomerSummary,
    predict: impl Fn(&M, &CustomerSummary, &Covariates, &mut [f64]) -> Result<(), Error> + Sync,
) -> Intervals {
    let known = covariates(ROWS);
    let found = posterior.predict(
        ROWS,
        scale,
        LEVEL,
        Threads::default(),
        |rows| (customers.slice(rows.clone()), known.slice(rows)),
        |model, (some, known), out| predict(model, some, known, out),
    );
    found.unwrap()
}

/// In the order of [`COLUMNS`].
fn intervals(customers: &CustomerSummary, of: [Posterior<Model>; 2]) -> [Intervals; 4] {
    let [purchases, spend] = of;
    let purchases = purchases.of_purchases_with_covariates().unwrap();
    let spend = spend.of_spend_with_covariates().unwrap();
    let known = covariates(ROWS);
    let value = clv_posterior_with_covariates(
        &Estimated::By(&purchases, &known),
        &Estimated::By(&spend, &known),
        customers,
        &Discounting::annual(52.0, 0.1, Unit::Week).unwrap(),
        Margin::Same(0.3),
        LEVEL,
        Threads::default(),
    );
    [
        over(&purchases, Scale::Logit, customers, |model, some, known, out| {
            model.p_alive_into(some, known, out, Threads::ONE)
        }),
        over(&purchases, Scale::Log, customers, |model, some, known, out| {
            model.expected_purchases_into(some, known, 13.0, out, Threads::ONE)
        }),
        over(&spend, Scale::Log, customers, |model, some, known, out| {
            model.expected_spend_into(some, known, out, Threads::ONE)
        }),
        value.unwrap(),
    ]
}

fn table(customers: &CustomerSummary, columns: &[Intervals; 4]) -> String {
    let mut text = "age,channel,frequency,recency,T,monetary_value".to_owned();
    for name in COLUMNS {
        write!(text, ",{name},{name}_lower,{name}_upper").unwrap();
    }
    let money = customers.monetary_value().unwrap();
    for row in 0..ROWS {
        let (x, t_x, t) =
            (customers.frequency()[row], customers.recency()[row], customers.t()[row]);
        write!(text, "\n{:?},{},{x},{t_x:?},{t:?},{:?}", age(row), channel(row), money[row])
            .unwrap();
        for Intervals { estimate, lower, upper, .. } in columns {
            write!(text, ",{:?},{:?},{:?}", estimate[row], lower[row], upper[row]).unwrap();
        }
    }
    text + "\n"
}

#[test]
fn the_golden_posteriors_by_covariates_are_made_and_scored_to_the_last_bit() {
    let customers = customers();
    let made = made(&customers);
    let names = ["bg_nbd", "gamma_gamma"];
    let files = names.map(|name| path(&format!("posterior_{name}_with_covariates.json")));
    let scores = path("covariate_intervals.csv");
    if updating() {
        made.iter().zip(&files).for_each(|(posterior, file)| posterior.write(file).unwrap());
        std::fs::write(&scores, table(&customers, &intervals(&customers, made.clone()))).unwrap();
    }
    let read = files.map(|file| Posterior::read(file).expect("a golden posterior"));
    assert_eq!(read, made);
    let golden = std::fs::read_to_string(scores).expect("the golden intervals");
    assert_eq!(table(&customers, &intervals(&customers, read)), golden);
}
