//! Models of contracts: published fits, 60-digit arithmetic, simulated customers.

use crate::common::{assert_close, reference};
use loyalty_core::Error;
use loyalty_core::contracts::{
    AnyContractModel, Bdw, CohortColumns, ContractColumns, ContractKind, ContractModel, Contracts,
    RenewalHorizon, Sbg,
};
use loyalty_core::error::Degeneracy;
use loyalty_core::estimation::{FitOptions, Identification, Parameters, Prior, Stop};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;

/// Customers of 1,000 still there after each renewal: Fader & Hardie (2007), table 1; models are fitted to the
/// first eight counts.
const REGULAR: [f64; 13] =
    [1000.0, 631.0, 468.0, 382.0, 326.0, 289.0, 262.0, 241.0, 223.0, 207.0, 194.0, 183.0, 173.0];
const HIGH_END: [f64; 13] =
    [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0, 468.0, 445.0, 427.0, 409.0, 394.0];

fn cohort(customers: &[f64]) -> Contracts {
    let renewals: Vec<f64> = (0..customers.len()).map(|n| n as f64).collect();
    Contracts::of_cohorts(&CohortColumns::new(&renewals, customers)).unwrap()
}

fn individuals(renewals: &[f64], left: &[bool]) -> Contracts {
    Contracts::new(&ContractColumns::new(renewals, left)).unwrap()
}

#[track_caller]
fn assert_near(found: f64, published: f64, digits: i32) {
    assert!((found - published).abs() <= 0.5 * 10_f64.powi(-digits), "{found}, not {published}");
}

#[test]
fn published_fits_of_the_shifted_beta_geometric_come_back() {
    let published =
        [(REGULAR, 0.704, 1.182, -1_680.265_188), (HIGH_END, 0.668, 3.806, -1_611.158_147)];
    for (customers, gamma, delta, ln_l) in published {
        let fit = Sbg::fit(&cohort(&customers[..8]), &FitOptions::default()).unwrap();
        assert_eq!(fit.stop, Stop::Converged);
        assert_near(fit.log_likelihood, ln_l, 6);
        assert_near(fit.model.gamma(), gamma, 3);
        assert_near(fit.model.delta(), delta, 3);
        // The log-likelihood of the model is that of its fit.
        let again = fit.model.log_likelihood(&cohort(&customers[..8]));
        assert_close(again, fit.log_likelihood, 1e-14);
    }
}

#[test]
fn published_projections_of_the_beta_discrete_weibull_come_back() {
    let published = [
        (REGULAR, [0.455_614, 0.779_326, 1.283_451], -1_679.602_833),
        (HIGH_END, [0.214_253, 1.426_575, 1.723_565], -1_605.314_213),
    ];
    for (customers, values, ln_l) in published {
        let fit = Bdw::fit(&cohort(&customers[..8]), &FitOptions::default()).unwrap();
        assert_near(fit.log_likelihood, ln_l, 6);
        for (found, value) in fit.model.values().into_iter().zip(values) {
            assert_near(found, value, 5);
        }
    }
    let fit = Bdw::fit(&cohort(&HIGH_END[..8]), &FitOptions::default()).unwrap();
    for (renewals, share) in (8..).zip([46.78, 44.83, 43.16, 41.69, 40.39]) {
        assert_near(100.0 * fit.model.survival(0, renewals), share, 2);
    }
}

#[test]
fn every_prediction_matches_high_precision() {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole numbers")]
    let whole = |number: f64| number as u32;
    for row in reference::<10>("contracts.csv") {
        let [gamma, delta, c, n, ahead, rate, churn, survival, within, forever] = row;
        let (n, ahead) = (whole(n), whole(ahead));
        let check = |model: &dyn ContractModel| {
            let found = [
                model.churn(n),
                model.survival(n, ahead),
                model.discounted_renewals(n, &RenewalHorizon::within(ahead, rate).unwrap()),
                model.discounted_renewals(n, &RenewalHorizon::forever(rate).unwrap()),
            ];
            for (found, exact) in found.into_iter().zip([churn, survival, within, forever]) {
                assert!((found - exact).abs() <= 1e-12 * exact, "{row:?}: {found}, not {exact}");
            }
            assert_close(model.retention(n) + model.churn(n), 1.0, 1e-15);
        };
        check(&Bdw::new(gamma, delta, c).unwrap());
        if c == 1.0 {
            check(&Sbg::new(gamma, delta).unwrap());
        }
    }
}

#[test]
fn a_cohort_table_is_its_customers() {
    let renewals = [0.0, 0.0, 1.0, 3.0, 3.0, 3.0, 0.0];
    let left = [true, true, true, true, false, false, true];
    let (table, one_by_one) = (cohort(&[7.0, 4.0, 3.0, 3.0]), individuals(&renewals, &left));
    // The last customer to leave was counted as one who is still there.
    let known = individuals(
        &[0.0, 0.0, 1.0, 3.0, 3.0, 3.0, 0.0],
        &[true, true, true, false, false, false, true],
    );
    assert_eq!(table.renewal_counts(), known.renewal_counts());
    assert_ne!(table.renewal_counts(), one_by_one.renewal_counts());
    let model = Bdw::new(0.7, 1.2, 1.3).unwrap();
    assert_close(model.log_likelihood(&table), model.log_likelihood(&known), 1e-14);
}

#[test]
fn cohorts_of_different_lengths_stand_side_by_side() {
    let names = vec!["2023", "2022", "2023", "2022", "2022"];
    let columns = {
        let mut columns =
            CohortColumns::new(&[1.0, 0.0, 0.0, 1.0, 2.0], &[60.0, 100.0, 90.0, 70.0, 40.0]);
        columns.cohort = Some(Column::new("cohort", &names).into());
        Contracts::of_cohorts(&columns).unwrap()
    };
    let counts = columns.renewal_counts();
    assert_eq!(counts.len(), 2);
    assert_eq!((counts[0].kept, counts[0].lost), (130.0, 60.0));
    assert_eq!((counts[1].kept, counts[1].lost), (40.0, 30.0));
    assert_eq!(columns.customers().unwrap().get(0).to_string(), "2023");
}

#[test]
fn parameters_come_back_from_simulated_contracts() {
    let opportunities: Vec<u32> = (0..30_000).map(|row| 4 + row % 20).collect();
    let truths: [AnyContractModel; 3] = [
        Sbg::new(0.704, 1.182).unwrap().into(),
        Bdw::new(0.6, 2.0, 1.6).unwrap().into(),
        Bdw::new(1.5, 3.0, 0.6).unwrap().into(),
    ];
    for truth in truths {
        let contracts = truth.simulate(&opportunities, 5, Threads::default()).unwrap();
        assert_eq!(contracts, truth.simulate(&opportunities, 5, Threads::ONE).unwrap());
        let mut observe = |_: &_| std::ops::ControlFlow::Continue(());
        let fit = truth.kind().fit(&contracts, &FitOptions::default(), &mut observe).unwrap();
        assert_eq!(fit.stop, Stop::Converged);
        let errors = fit.standard_errors().unwrap();
        for ((found, truth), error) in fit.model.values().iter().zip(truth.values()).zip(errors) {
            assert!((found - truth).abs() < 4.0 * error, "{found} ± {error}, truth {truth}");
            assert!(error < 0.5 * truth, "{found} ± {error}");
        }
    }
}

#[test]
fn what_the_data_leave_open_is_named() {
    let fit = |customers: &[f64]| Sbg::fit(&cohort(customers), &FitOptions::default()).unwrap();
    // At every renewal one in four leaves: nobody differs.
    let alike = fit(&[10_000.0, 7_500.0, 5_625.0, 4_219.0, 3_164.0, 2_373.0]);
    let Identification::Boundary { meaning, .. } = &alike.identification else {
        panic!("{:?}", alike.identification)
    };
    assert_eq!(*meaning, "all customers are equally likely to leave, and forecasts use one chance");
    assert_close(alike.model.retention(9), 0.75, 1e-3);
    // Of those who renewed once nobody leaves.
    let split = fit(&[10_000.0, 7_500.0, 7_500.0, 7_500.0, 7_500.0]);
    let Identification::Boundary { meaning, .. } = &split.identification else {
        panic!("{:?}", split.identification)
    };
    assert_eq!(*meaning, "customers leave at their first renewal or never");
    // Priors settle both.
    let mut options = FitOptions::default();
    options.priors.insert("delta".into(), Prior::log_normal(1.2, 1.0).unwrap());
    let closed = Sbg::fit(&cohort(&[100.0, 75.0, 75.0, 75.0]), &options).unwrap();
    assert_eq!(closed.stop, Stop::Converged);

    let cause = |contracts: &Contracts| match Sbg::fit(contracts, &FitOptions::default()) {
        Err(Error::Degenerate { cause, .. }) => cause,
        other => panic!("{other:?}"),
    };
    assert_eq!(cause(&cohort(&[10.0, 10.0, 10.0])), Degeneracy::NoEvent);
    assert_eq!(cause(&cohort(&[10.0, 7.0])), Degeneracy::TooFew);
    assert_eq!(cause(&individuals(&[0.0, 0.0], &[true, true])), Degeneracy::TooFew);
}

#[test]
fn tables_are_refused_by_column_and_row() {
    let message = |renewals: &[f64], customers: &[f64]| {
        Contracts::of_cohorts(&CohortColumns::new(renewals, customers)).unwrap_err().to_string()
    };
    let rises = message(&[0.0, 1.0, 2.0], &[10.0, 8.0, 9.0]);
    assert!(rises.contains("\"customers\", row 2: must be at most"), "{rises}");
    let gap = message(&[0.0, 2.0], &[10.0, 8.0]);
    assert!(gap.contains("\"renewals\", row 1: must be 0, 1, 2"), "{gap}");
    assert!(message(&[0.0, 1.5], &[10.0, 8.0]).contains("a whole number"));
    assert!(message(&[], &[]).contains("is empty"));
    assert!(message(&[0.0], &[0.0]).contains("is empty"));
    assert!(message(&[0.0, 1.0], &[1.0, f64::NAN]).contains("\"customers\", row 1"));
    let (renewals, left) = ([1.0, -1.0], [true, false]);
    let refused = Contracts::new(&ContractColumns::new(&renewals, &left)).unwrap_err();
    assert!(refused.to_string().contains("\"renewals\", row 1"), "{refused}");
    let mut columns = ContractColumns::new(&[1.0, 2.0], &left);
    let present = [true, false];
    columns.left = Some(Column::new("gone", &left[..]).with_present(Some(&present)));
    let refused = Contracts::new(&columns).unwrap_err().to_string();
    assert!(refused.contains("\"gone\", row 1: must be present"), "{refused}");
    for rate in [0.0, -0.1, 1.0, f64::NAN] {
        assert!(RenewalHorizon::forever(rate).is_err(), "{rate}");
    }
    assert!(RenewalHorizon::within(10_001, 0.0).is_err());
}

#[test]
fn many_contracts_have_the_bits_of_one() {
    let truth = Bdw::new(0.6, 2.0, 1.6).unwrap();
    let opportunities: Vec<u32> = (0..2_000).map(|row| row % 90).collect();
    let contracts = truth.simulate(&opportunities, 5, Threads::default()).unwrap();
    let forever = RenewalHorizon::forever(0.0004).unwrap();
    let margin: Vec<f64> = (0..contracts.len()).map(|row| row as f64 - 7.5).collect();
    let [mut churn, mut later, mut derl, mut clv] = [(); 4].map(|()| vec![0.0; contracts.len()]);
    truth.churn_into(&contracts, &mut churn, Threads::default()).unwrap();
    truth.survival_into(&contracts, 12, &mut later, Threads::default()).unwrap();
    truth.discounted_renewals_into(&contracts, &forever, &mut derl, Threads::default()).unwrap();
    truth.clv_into(&contracts, &margin, &forever, &mut clv, Threads::ONE).unwrap();
    for row in (0..contracts.len()).step_by(13) {
        let n = contracts.renewals()[row];
        let stays = f64::from(u8::from(!contracts.left()[row]));
        assert_eq!(churn[row], stays * truth.churn(n));
        assert_eq!(later[row], stays * truth.survival(n, 12));
        assert_eq!(derl[row], stays * truth.discounted_renewals(n, &forever));
        assert_eq!(clv[row], margin[row] * derl[row]);
    }
    assert!(truth.clv_into(&contracts, &[f64::NAN], &forever, &mut clv, Threads::ONE).is_err());
    assert!(truth.clv_into(&contracts, &margin[1..], &forever, &mut clv, Threads::ONE).is_err());
}

#[test]
fn what_is_to_come_stays_finite_at_the_ends_of_the_domain() {
    let ends = [1e-50, 1e-6, 1.0, 1e6, 1e50];
    for (gamma, delta) in ends.into_iter().flat_map(|gamma| ends.map(|delta| (gamma, delta))) {
        for c in [1e-50, 0.01, 1.0, 30.0, 1e50] {
            let model = Bdw::new(gamma, delta, c).unwrap();
            for (n, rate) in [(0, 1e-50), (3, 1e-6), (100_000, 0.99)] {
                let forever = RenewalHorizon::forever(rate).unwrap();
                let derl = model.discounted_renewals(n, &forever);
                let most = (1.0 + 1e-12) * (1.0 + rate) / rate;
                assert!((0.0..=most).contains(&derl), "{model:?} {n} {rate}: {derl}");
                for share in [model.retention(n), model.churn(n), model.survival(n, u32::MAX)] {
                    assert!((0.0..=1.0).contains(&share), "{model:?} {n}: {share}");
                }
            }
        }
    }
}

#[test]
fn files_keep_the_bits_and_the_fit() {
    let fit = Bdw::fit(&cohort(&REGULAR[..8]), &FitOptions::default()).unwrap();
    let file = ModelFile::from(&fit);
    let read = ModelFile::from_json(&file.to_json()).unwrap();
    assert_eq!(read, file);
    assert_eq!(read.as_fit().unwrap().unwrap(), fit.map(Model::from));
    for kind in ContractKind::ALL {
        assert!(kind.name().parse::<ContractKind>().is_ok());
        assert_eq!(ContractKind::of_code(kind.code()), Some(*kind));
    }
}
