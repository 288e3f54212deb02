//! Lifetime values by way of C have the bits of the core's, whichever of the posteriors are by covariates.

use std::path::PathBuf;
use std::ptr::{null, null_mut};

use loyalty_core::estimation::Posterior;
use loyalty_core::models::Model;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{BgNbd, Discounting, PurchaseModel as _};
use loyalty_core::spend::{GammaGamma, SpendModel as _};
use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
use loyalty_core::time::Unit;
use loyalty_core::value::{Estimated, Margin, clv_posterior_with_covariates};

use super::clv::{loyalty_clv_posterior_with_covariates, loyalty_clv_posteriors};
use super::purchase::loyalty_purchase_posterior_with_covariates;
use super::spend::loyalty_spend_posterior_with_covariates;
use crate::covariates::loyalty_covariates;
use crate::discounting::loyalty_discounting;
use crate::error::loyalty_status;
use crate::posterior::{loyalty_purchase_posterior, loyalty_spend_posterior};
use crate::summary::loyalty_summary;
use crate::versioned::Versioned as _;

const ROWS: usize = 60;
const LEVEL: f64 = 0.8;

fn golden(model: &str) -> Posterior<Model> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden");
    Posterior::read(folder.join(format!("posterior_{model}.json"))).expect("a golden posterior")
}

fn customers() -> CustomerSummary {
    let base = BgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap();
    let bought = base.simulate(&[60.0; ROWS], 3, Threads::ONE).unwrap();
    let spent = GammaGamma::new(6.0, 4.0, 15.0).unwrap().simulate(&bought, 3, Threads::ONE);
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", &spent));
    CustomerSummary::new(&columns).unwrap()
}

fn known() -> Covariates {
    let ages: Vec<f64> = (0..ROWS).map(|row| 20.0 + row as f64).collect();
    let channels: Vec<&str> = (0..ROWS).map(|row| ["shop", "web", "café"][row % 3]).collect();
    let columns = [Column::new("age", &ages[..]).into(), Column::new("channel", &channels).into()];
    Covariates::new(&columns).unwrap()
}

#[test]
fn every_pair_of_posteriors_has_the_bits_of_the_core() {
    let purchases = loyalty_purchase_posterior(golden("bg_nbd").of_purchases().unwrap());
    let spend = loyalty_spend_posterior(golden("gamma_gamma").of_spend().unwrap());
    let found = golden("bg_nbd_with_covariates").of_purchases_with_covariates();
    let purchases_by = loyalty_purchase_posterior_with_covariates(found.unwrap());
    let found = golden("gamma_gamma_with_covariates").of_spend_with_covariates();
    let spend_by = loyalty_spend_posterior_with_covariates(found.unwrap());
    let (summary, covariates) = (loyalty_summary(customers()), loyalty_covariates(known()));
    let year = loyalty_discounting(Discounting::annual(52.0, 0.1, Unit::Week).unwrap());
    let margins: Vec<f64> = (0..ROWS).map(|row| 0.2 + row as f64 / 100.0).collect();
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    for (by, spend_is_by) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut asked = loyalty_clv_posteriors::defaults();
        let bought = if by {
            asked.purchases_with_covariates = &raw const purchases_by;
            Estimated::By(&purchases_by.0, &covariates.0)
        } else {
            asked.purchases = &raw const purchases;
            Estimated::Alike(&purchases.0)
        };
        let spent = if spend_is_by {
            asked.spend_with_covariates = &raw const spend_by;
            Estimated::By(&spend_by.0, &covariates.0)
        } else {
            asked.spend = &raw const spend;
            Estimated::Alike(&spend.0)
        };
        asked.covariates = if by || spend_is_by { &raw const covariates } else { null() };
        let margin = Margin::PerCustomer(&margins);
        let (customers, one) = (&summary.0, Threads::ONE);
        let expected =
            clv_posterior_with_covariates(&bought, &spent, customers, &year.0, margin, LEVEL, one);
        let expected = expected.unwrap();
        let [mut mean, mut lower, mut upper] = [[0.0; ROWS]; 3];
        // SAFETY: live handles, and arrays as long as they are said to be.
        let status = unsafe {
            loyalty_clv_posterior_with_covariates(
                &raw const asked,
                &raw const summary,
                &raw const year,
                margins.as_ptr(),
                ROWS,
                LEVEL,
                2,
                mean.as_mut_ptr(),
                lower.as_mut_ptr(),
                upper.as_mut_ptr(),
                ROWS,
                null_mut(),
            )
        };
        assert_eq!(status, loyalty_status::Ok, "{by} {spend_is_by}");
        assert_eq!(bits(&mean), bits(&expected.estimate), "{by} {spend_is_by}");
        assert_eq!(bits(&lower), bits(&expected.lower), "{by} {spend_is_by}");
        assert_eq!(bits(&upper), bits(&expected.upper), "{by} {spend_is_by}");
    }
}
