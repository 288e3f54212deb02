//! Spend and lifetime value by covariates.

use crate::common::assert_close;
use crate::common::covariate_shop::{COEFFICIENTS, Table, roles};
use loyalty_core::estimation::Parameters;
use loyalty_core::estimation::{CovariateRoles, FitOptions, Stop};
use loyalty_core::models::ModelFile;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    BgNbd, Discounting, ParetoNbd, PurchaseModel, PurchaseWithCovariates,
};
use loyalty_core::spend::{GammaGamma, SpendModel, SpendWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
use loyalty_core::value::{Buying, Margin, Spending, clv_with_covariates_into};

/// Histories of customers who spent by a table of covariates.
fn spenders(rows: usize) -> (SpendWithCovariates, Covariates, CustomerSummary) {
    let covariates = Table::new(rows).covariates();
    let base = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let roles = CovariateRoles::default();
    let truth = SpendWithCovariates::new(base, &covariates, &roles, &[0.01, 0.4, -0.2]).unwrap();
    let bought = BgNbd::new(1.0, 5.0, 0.8, 3.0).unwrap();
    let bought = bought.simulate(&vec![50.0; rows], 3, Threads::default()).unwrap();
    let spent = truth.simulate(&bought, &covariates, 5, Threads::default()).unwrap();
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", &spent));
    (truth, covariates, CustomerSummary::new(&columns).unwrap())
}

#[test]
fn spend_by_covariates_is_found_again_and_keeps_its_file() {
    let (truth, covariates, customers) = spenders(2500);
    let (all, options) = (CovariateRoles::default(), FitOptions::default());
    let fit = SpendWithCovariates::fit(&customers, &covariates, &all, &options).unwrap();
    assert_eq!(fit.stop, Stop::Converged);
    let errors = fit.standard_errors().unwrap();
    for (slot, (found, truth)) in fit.model.values().into_iter().zip(truth.values()).enumerate() {
        let error = errors[slot];
        assert!((found - truth).abs() < 3.5 * error, "{slot}: {found} for {truth} ± {error}");
    }
    let ln_l = fit.model.log_likelihood(&customers, &covariates).unwrap();
    assert_close(ln_l, fit.log_likelihood, 1e-12);
    let plain = GammaGamma::fit(&customers, &options).unwrap();
    assert!(fit.log_likelihood > plain.log_likelihood + 20.0);
    let none = SpendWithCovariates::new(plain.model, &covariates, &all, &[0.0; 3]).unwrap();
    let without = none.log_likelihood(&customers, &covariates).unwrap();
    assert_close(without, plain.log_likelihood, 1e-12);
    let n = customers.len();
    let mut out = vec![0.0; n];
    fit.model.expected_spend_into(&customers, &covariates, &mut out, Threads::new(2)).unwrap();
    let mean = customers.monetary_value().unwrap();
    for row in (0..n).step_by(113) {
        let one = fit.model.customer(&covariates, row).unwrap();
        assert_eq!(out[row], one.expected_spend(customers.transactions(row), mean[row]).unwrap());
    }
    let dropout = roles(&["age"], &["age"], &[]);
    let error = SpendWithCovariates::fit(&customers, &covariates, &dropout, &options);
    assert!(error.unwrap_err().to_string().contains("cannot act on dropout"));
    let file = ModelFile::from(&fit);
    let read = ModelFile::from_json(&file.to_json()).unwrap();
    assert_eq!(read, file);
    assert_eq!(read.model.kind(), "gamma-gamma-with-covariates");
}

/// Lifetime value is the product of the two, whichever of them has covariates.
#[test]
fn lifetime_value_takes_either_model_with_covariates() {
    let (spend, covariates, customers) = spenders(400);
    let n = customers.len();
    let base = ParetoNbd::new(0.9, 9.0, 0.8, 12.0).unwrap();
    let all = CovariateRoles::default();
    let model = PurchaseWithCovariates::new(base, &covariates, &all, &COEFFICIENTS).unwrap();
    let plain = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let (year, threads) = (Discounting::continuous(52.0, 0.002).unwrap(), Threads::default());
    let value = |buying: Buying<'_>, spending: Spending<'_>| {
        let mut out = vec![0.0; n];
        let margin = Margin::Same(0.4);
        clv_with_covariates_into(buying, spending, &customers, &year, margin, &mut out, threads)
            .unwrap();
        out
    };
    let (by, alike) = (Buying::By(&model, &covariates), Buying::Alike(&base));
    let values = [
        value(by, Spending::By(&spend, &covariates)),
        value(by, Spending::Alike(&plain)),
        value(alike, Spending::By(&spend, &covariates)),
    ];
    let mean = customers.monetary_value().unwrap();
    for row in (0..n).step_by(41) {
        let (history, x) = (customers.history(row), customers.transactions(row));
        let own = model.customer(&covariates, row).unwrap();
        let buys =
            [own.discounted_purchases(&history, &year), base.discounted_purchases(&history, &year)];
        let spends = [
            spend.customer(&covariates, row).unwrap().expected_spend(x, mean[row]).unwrap(),
            plain.expected_spend(x, mean[row]).unwrap(),
        ];
        for (values, (buy, spend)) in values.iter().zip([(0, 0), (0, 1), (1, 0)]) {
            assert_eq!(values[row], spends[spend] * (0.4 * buys[buy]));
        }
    }
}
