//! A fit by way of C has the bits of the core's.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

use loyalty_core::estimation::{CovariateRoles, Fit, FitOptions, Parameters};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    AnyPurchaseModel, BgNbd, MbgNbd, ParetoNbd, PurchaseModel, PurchaseWithCovariates,
};
use loyalty_core::spend::{GammaGamma, SpendWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};

use super::purchase::{
    loyalty_purchase_with_covariates_fit, loyalty_purchase_with_covariates_free,
};
use super::roles::{loyalty_covariate_roles, loyalty_covariate_roles_init};
use super::spend::{loyalty_spend_with_covariates_fit, loyalty_spend_with_covariates_free};
use super::{
    loyalty_covariate_columns, loyalty_covariate_columns_init, loyalty_covariates,
    loyalty_covariates_free, loyalty_covariates_new,
};
use crate::error::loyalty_status;
use crate::fit::loyalty_fit_free;
use crate::order_lines::loyalty_ids;
use crate::summary::loyalty_summary;

const ROWS: usize = 800;
const LEVELS: [&str; 3] = ["shop", "web", "shop"];

fn ages() -> Vec<f64> {
    (0..ROWS).map(|row| 20.0 + ((row * 7919) % 1000) as f64 / 20.0).collect()
}

fn known() -> Covariates {
    let channel: Vec<&str> = (0..ROWS).map(|row| LEVELS[row % 3]).collect();
    let ages = ages();
    let columns = [Column::new("age", &ages[..]).into(), Column::new("channel", &channel).into()];
    Covariates::new(&columns).unwrap()
}

/// The same by way of C.
fn handle() -> *mut loyalty_covariates {
    let (ages, mut offsets, mut text) = (ages(), vec![0_i64], String::new());
    for row in 0..ROWS {
        text.push_str(LEVELS[row % 3]);
        offsets.push(i64::try_from(text.len()).unwrap());
    }
    let (age, channel): (*const c_char, *const c_char) = (c"age".as_ptr(), c"channel".as_ptr());
    let numbers = ages.as_ptr();
    let levels =
        loyalty_ids { numbers: null(), offsets: offsets.as_ptr(), data: text.as_ptr().cast() };
    let mut columns = MaybeUninit::<loyalty_covariate_columns>::uninit();
    let mut out = null_mut();
    // SAFETY: columns of as many rows as they say, alive during the call.
    unsafe {
        let size = size_of::<loyalty_covariate_columns>();
        loyalty_covariate_columns_init(columns.as_mut_ptr(), size);
        let columns = columns.assume_init_mut();
        columns.rows = ROWS;
        columns.numbers = &raw const numbers;
        columns.number_names = &raw const age;
        columns.number_count = 1;
        columns.categories = &raw const levels;
        columns.category_names = &raw const channel;
        columns.category_count = 1;
        let status = loyalty_covariates_new(columns, &raw mut out, null_mut());
        assert_eq!(status, loyalty_status::Ok);
    }
    out
}

fn purchases(base: AnyPurchaseModel) -> CustomerSummary {
    let (known, roles) = (known(), CovariateRoles::default());
    let coefficients = [0.02, -0.3, -0.015, 0.4];
    let truth = PurchaseWithCovariates::new(base, &known, &roles, &coefficients).unwrap();
    truth.simulate(&known, &[60.0; ROWS], 5, Threads::default()).unwrap()
}

fn same<M: Parameters>(expected: &Fit<M>, model: &M, fit: &Fit<()>) {
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&expected.model.values()), bits(&model.values()));
    let (theirs, ours) = (expected.standard_errors().unwrap(), fit.standard_errors().unwrap());
    assert_eq!(bits(&theirs), bits(&ours));
    assert_eq!(expected.log_likelihood.to_bits(), fit.log_likelihood.to_bits());
}

#[test]
fn purchases_have_the_bits_of_the_core() {
    let bases: [AnyPurchaseModel; 3] = [
        ParetoNbd::new(0.9, 9.0, 0.8, 12.0).unwrap().into(),
        BgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().into(),
        MbgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().into(),
    ];
    let (covariates, age) = (handle(), c"age".as_ptr());
    let mut dropout_by_age = CovariateRoles::default();
    dropout_by_age.dropout = Some(vec!["age".to_owned()]);
    let mut roles = MaybeUninit::<loyalty_covariate_roles>::uninit();
    // SAFETY: the struct is as long as it says.
    let roles = unsafe {
        loyalty_covariate_roles_init(roles.as_mut_ptr(), size_of::<loyalty_covariate_roles>());
        roles.assume_init_mut()
    };
    (roles.dropout, roles.dropout_count) = (&raw const age, 1);
    for base in bases {
        let (kind, options) = (base.kind(), FitOptions::default());
        let customers = purchases(base);
        let expected =
            PurchaseWithCovariates::fit(kind, &customers, &known(), &dropout_by_age, &options);
        let summary = loyalty_summary(customers);
        let (mut fit, mut model) = (null_mut(), null_mut());
        // SAFETY: live handles and writable places, each freed once.
        unsafe {
            let status = loyalty_purchase_with_covariates_fit(
                kind.code().cast_signed(),
                &raw const summary,
                covariates,
                roles,
                null(),
                &raw mut fit,
                &raw mut model,
                null_mut(),
            );
            assert_eq!(status, loyalty_status::Ok);
            same(&expected.unwrap(), &(*model).0.model, &(*fit).0);
            loyalty_fit_free(fit);
            loyalty_purchase_with_covariates_free(model);
        }
    }
    // SAFETY: freed once.
    unsafe { loyalty_covariates_free(covariates) };
}

#[test]
fn spend_has_the_bits_of_the_core() {
    let (known, covariates) = (known(), handle());
    let bought = purchases(BgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap().into());
    let (roles, options) = (CovariateRoles::default(), FitOptions::default());
    let base = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let truth = SpendWithCovariates::new(base, &known, &roles, &[0.01, 0.3]).unwrap();
    let spent = truth.simulate(&bought, &known, 3, Threads::default()).unwrap();
    let x: Vec<f64> = bought.frequency().iter().map(|&x| f64::from(x)).collect();
    let mut columns = SummaryColumns::new(&x, bought.recency(), bought.t());
    columns.monetary_value = Some(Column::new("spent", &spent));
    let customers = CustomerSummary::new(&columns).unwrap();
    let expected = SpendWithCovariates::fit(&customers, &known, &roles, &options).unwrap();
    let summary = loyalty_summary(customers);
    let (mut fit, mut model) = (null_mut(), null_mut());
    // SAFETY: live handles and writable places, each freed once.
    unsafe {
        let status = loyalty_spend_with_covariates_fit(
            &raw const summary,
            covariates,
            null(),
            null(),
            &raw mut fit,
            &raw mut model,
            null_mut(),
        );
        assert_eq!(status, loyalty_status::Ok);
        same(&expected, &(*model).0.model, &(*fit).0);
        loyalty_fit_free(fit);
        loyalty_spend_with_covariates_free(model);
        loyalty_covariates_free(covariates);
    }
}
