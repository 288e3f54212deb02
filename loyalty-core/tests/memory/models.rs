//! Customers and models of them.

use loyalty_core::contracts::{AnyContractModel, ContractColumns, ContractModel, Contracts, Sbg};
use loyalty_core::decisions::{Capacity, Facts, Treatments};
use loyalty_core::estimation::{CovariateRoles, Estimate, FitOptions, PosteriorOptions};
use loyalty_core::evaluation::FrequencyValueCorrelation;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    BgNbd, Discounting, FutureDraws, MbgCnbdK, ParetoNbd, PurchaseKind, PurchaseModel,
    PurchaseWithCovariates,
};
use loyalty_core::rfm::{Rfm, RfmOptions, RfmValues, SegmentTable};
use loyalty_core::spend::{GammaGamma, SpendWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary};
use loyalty_core::time::Unit;
use loyalty_core::value::{
    BootstrapOptions, Margin, Over, PredictionKind, PredictionOptions, clv_bootstrap,
    clv_intervals, clv_into, clv_posterior, clv_prediction, purchase_prediction,
};

use crate::counted::{alone, within};
use crate::shop::{self, Customers, ROWS};

fn one_and_four() -> [Threads; 2] {
    [Threads::ONE, Threads::new(4)]
}

/// The margin of everybody.
const MARGIN: Margin<'_> = Margin::Same(0.3);

fn year() -> Discounting {
    Discounting::annual(52.0, 0.1, Unit::Week).unwrap()
}

fn hundred_points() -> PosteriorOptions {
    let mut how = PosteriorOptions::default();
    how.draws = 100;
    how
}

#[test]
fn summaries_and_predictions() {
    let _alone = alone();
    let customers = Customers::new(ROWS);
    let columns = customers.columns();
    let summary = within("a summary", 3, || CustomerSummary::new(&columns));
    within("distinct histories", 3, || summary.distinct_histories());
    let regular = MbgCnbdK::new(0.8, 5.0, 1.0, 3.0, 2).unwrap();
    let models: [&dyn PurchaseModel; 3] =
        [&shop::purchases(), &ParetoNbd::new(0.8, 5.0, 1.0, 3.0).unwrap(), &regular];
    for (model, threads) in models.into_iter().flat_map(|model| one_and_four().map(|t| (model, t)))
    {
        predictions(model, &summary, threads);
    }
}

fn predictions(model: &dyn PurchaseModel, customers: &CustomerSummary, threads: Threads) {
    let (rows, t) = (customers.len(), customers.t());
    let mut wide = vec![0.0; 4 * rows];
    let out = &mut wide[..rows];
    within("P(alive)", 3, || model.p_alive_into(customers, out, threads));
    within("P(alive) later", 3, || model.p_alive_at_into(customers, 9.0, out, threads));
    within("no purchase", 3, || model.p_no_purchase_into(customers, 9.0, out, threads));
    within("purchases", 3, || model.expected_purchases_into(customers, 9.0, out, threads));
    within("discounted", 3, || model.discounted_purchases_into(customers, &year(), out, threads));
    within("new customers", 3, || model.expected_purchases_new_customer_into(t, out));
    let wide = &mut wide[..];
    within("counts", 3, || model.purchase_distribution_into(customers, 9.0, 4, wide, threads));
    within("customers to come", 3, || model.simulate(t, 7, threads));
    let draws = FutureDraws::new(9.0, 10);
    within("futures", 3, || model.simulate_future(customers, &draws, threads));
}

#[test]
fn fits_and_values() {
    let _alone = alone();
    let summary = Customers::new(ROWS).summary();
    let options = FitOptions::default();
    let purchases = within("a fit", 3, || BgNbd::fit(&summary, &options));
    within("a likelihood", 3, || purchases.model.log_likelihood(&summary));
    let spend = within("a fit of spend", 3, || GammaGamma::fit(&summary, &options));
    within("a posterior", 3, || BgNbd::posterior(&summary, &options, &hundred_points()));
    within("ranks", 3, || FrequencyValueCorrelation::of(&summary, 0.9, Threads::ONE));
    let (few, year) = (Customers::new(2000).summary(), year());
    let points = BgNbd::posterior(&few, &options, &hundred_points()).unwrap();
    let spend_points = GammaGamma::posterior(&few, &options, &hundred_points()).unwrap();
    let mut out = vec![0.0; ROWS];
    for threads in one_and_four() {
        let (bought, spent) = (&purchases.model, &spend.model);
        within("value", 3, || clv_into(bought, spent, &summary, &year, MARGIN, &mut out, threads));
        within("value by points", 3, || {
            clv_posterior(&points, &spend_points, &summary, &year, MARGIN, 0.9, threads)
        });
        within("intervals of value", 3, || {
            clv_intervals(&purchases, &spend, &summary, &year, MARGIN, 0.9, threads)
        });
    }
}

#[test]
fn what_customers_will_do() {
    let _alone = alone();
    let summary = Customers::new(20_000).summary();
    let bought = BgNbd::fit(&summary, &FitOptions::default()).unwrap();
    let spent = GammaGamma::fit(&summary, &FitOptions::default()).unwrap();
    let (bought, spent, year) = (Estimate::Fit(&bought), Estimate::Fit(&spent), year());
    let mut options = PredictionOptions::default();
    (options.draws, options.threads) = (100, Threads::new(2));
    for kind in [PredictionKind::Prediction, PredictionKind::Expectation] {
        options.kind = kind;
        for over in [Over::Customers, Over::Total] {
            within("intervals", 3, || purchase_prediction(bought, &summary, 9.0, over, &options));
            within("intervals of value", 3, || {
                clv_prediction(bought, spent, &summary, &year, MARGIN, over, &options)
            });
        }
    }
    let mut options = BootstrapOptions::default();
    options.replicates = 20;
    let (bought, spent) = (shop::purchases(), shop::spend());
    within("a bootstrap", 3, || clv_bootstrap(&bought, &spent, &summary, &year, MARGIN, &options));
}

#[test]
fn covariates() {
    let _alone = alone();
    let summary = Customers::new(ROWS).summary();
    let channel: Vec<&str> = ["shop", "web", "app"].into_iter().cycle().take(ROWS).collect();
    let (kind, roles, options) =
        (PurchaseKind::BgNbd, CovariateRoles::default(), FitOptions::default());
    // Customers who share what is known of them take a fifth of what others do.
    for (ages, most) in [(900, 6), (ROWS, 3)] {
        let age: Vec<f64> = (0..ROWS).map(|row| 20.0 + (row % ages) as f64 / 4000.0).collect();
        let columns =
            [Column::new("age", &age[..]).into(), Column::new("channel", &channel).into()];
        let known = within("covariates", 3, || Covariates::new(&columns));
        let bought = within("a fit with covariates", 3, || {
            PurchaseWithCovariates::fit(kind, &summary, &known, &roles, &options)
        });
        let spent = within("a fit of spend with covariates", most, || {
            SpendWithCovariates::fit(&summary, &known, &roles, &options)
        });
        let (mut out, threads) = (vec![0.0; ROWS], Threads::new(2));
        within("P(alive) with covariates", most, || {
            bought.model.p_alive_into(&summary, &known, &mut out, threads)
        });
        within("spend with covariates", 3, || {
            spent.model.expected_spend_into(&summary, &known, &mut out, threads)
        });
    }
}

#[test]
fn scores_contracts_and_treatments() {
    let _alone = alone();
    let customers = Customers::new(ROWS);
    let summary = customers.summary();
    let values = within("RFM measures", 3, || RfmValues::of(&summary));
    let rfm = within("RFM scores", 3, || Rfm::score(&values, &RfmOptions::default()));
    within("segments", 3, || SegmentTable::customary().assign(&rfm, &values));

    let renewals: Vec<f64> = (0_u8..7).cycle().take(ROWS).map(f64::from).collect();
    let left: Vec<bool> = (0..ROWS).map(|row| row % 3 == 0).collect();
    let mut columns = ContractColumns::new(&renewals, &left);
    columns.customer = Some(Column::new("id", &customers.name).into());
    let contracts = within("contracts", 3, || Contracts::new(&columns));
    let sbg = within("a fit to contracts", 3, || Sbg::fit(&contracts, &FitOptions::default()));
    let model = AnyContractModel::from(sbg.model);
    let mut out = vec![0.0; ROWS];
    within("churn", 3, || model.churn_into(&contracts, &mut out, Threads::ONE));

    let facts = Facts::new(ROWS).with("clv", customers.mean).unwrap();
    let facts = facts.with("p_alive", vec![0.5; ROWS]).unwrap().with_same("margin", 0.35).unwrap();
    let threads = Threads::new(2);
    let proposals = within("gains", 3, || Treatments::customary().propose(facts, threads));
    let capacities = [("calls", 50.0), ("letters", 300.0)];
    let capacities = capacities.map(|(name, amount)| Capacity::new(name, amount).unwrap());
    let choices = within("choices", 3, || proposals.choices(&capacities));
    within("a selection", 3, || choices.select(threads));
}
