//! Posteriors and intervals of models with covariates: against those without, against fits, and against the truth.

use crate::common::covariate_shop::{COEFFICIENTS, Table, bases, simulated, with_money};
use crate::common::random::Random;
use loyalty_core::estimation::{
    CovariateRoles, FitOptions, Intervals, Parameters, Posterior, PosteriorMethod,
    PosteriorOptions, Prior, Scale, Stop,
};
use loyalty_core::models::Model;
use loyalty_core::orders::Column;
use loyalty_core::parallel::Threads;
use loyalty_core::purchase::{
    AnyPurchaseModel, BgNbd, Discounting, ParetoNbd, PurchaseKind, PurchaseModel,
    PurchaseWithCovariates,
};
use loyalty_core::spend::{GammaGamma, SpendKind, SpendModel, SpendWithCovariates};
use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
use loyalty_core::value::{
    Buying, Estimated, Margin, Spending, clv_intervals, clv_intervals_with_covariates,
    clv_posterior, clv_posterior_with_covariates, clv_total_interval_with_covariates,
    clv_with_covariates_into,
};

fn how(draws: usize, method: Option<PosteriorMethod>) -> PosteriorOptions {
    let mut options = PosteriorOptions::default();
    (options.draws, options.method) = (draws, method);
    options
}

fn of(
    kind: PurchaseKind,
    (customers, covariates): (&CustomerSummary, &Covariates),
    options: &FitOptions,
    how: &PosteriorOptions,
) -> Posterior<PurchaseWithCovariates> {
    let roles = CovariateRoles::default();
    PurchaseWithCovariates::posterior(kind, customers, covariates, &roles, options, how).unwrap()
}

#[test]
fn coefficients_lie_where_they_were_and_as_sure_as_the_curvature_says() {
    for base in bases() {
        let (kind, title) = (base.kind(), base.kind().title());
        let (truth, covariates, customers) = simulated(base, 700, 11);
        let data = (&customers, &covariates);
        let options = FitOptions::default();
        let found = of(kind, data, &options, &how(400, None));
        assert!(found.is_believed() && found.mode().stop == Stop::Converged, "{title}");
        assert_eq!(found.names()[4], "purchase:age");
        assert_eq!(found.priors()["dropout:age"].to_string(), "normal(mean 0, sigma 1)");
        let table = found.parameters(0.9).unwrap();
        let errors = found.mode().standard_errors().unwrap();
        let effective = found.effective_draws().unwrap();
        for (slot, truth) in truth.values().into_iter().enumerate().skip(4) {
            let (mean, sd) = (table.estimate[slot], table.standard_error[slot]);
            assert!((mean - truth).abs() < 3.5 * sd, "{title} {slot}: {mean} for {truth} ± {sd}");
            // What a posterior is wider than its curvature, and four errors of a deviation.
            let slack = 0.15 + 4.0 / (2.0 * effective).sqrt();
            assert!((sd / errors[slot] - 1.0).abs() < slack, "{title} {slot}: {sd} {errors:?}");
        }
        let few = of(kind, data, &options, &how(100, Some(PosteriorMethod::Quadrature)));
        assert_eq!(few.weights(), [0.05; 20]);
        let few = few.parameters(0.9).unwrap();
        for slot in 4..10 {
            let sd = table.standard_error[slot];
            let away = (few.estimate[slot] - table.estimate[slot]).abs() / sd;
            assert!(away < 0.1 + 4.0 / effective.sqrt(), "{title} {slot}: {away}");
        }
    }
}

/// With coefficients that priors hold at 0 the posterior is the one without covariates, and so are its lifetime
/// values, up to what the draws leave open.
#[test]
fn without_effects_it_is_the_posterior_without_covariates() {
    let covariates = Table::new(300).covariates();
    let base = ParetoNbd::new(0.9, 9.0, 0.8, 12.0).unwrap();
    let bought = base.simulate(&[60.0; 300], 5, Threads::default()).unwrap();
    let spenders = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let customers = with_money(&bought, &spenders.simulate(&bought, 5, Threads::default()));
    let (plain, roles, kind) =
        (FitOptions::default(), CovariateRoles::default(), PurchaseKind::ParetoNbd);
    let held = |names: Vec<String>| {
        let mut options = FitOptions::default();
        let none = Prior::normal(0.0, 1e-6).unwrap();
        options.priors.extend(names.into_iter().map(|name| (name, none)));
        options
    };
    let how = how(600, None);
    let names = PurchaseWithCovariates::names_of(kind, &covariates, &roles).unwrap();
    let by = of(kind, (&customers, &covariates), &held(names), &how);
    let alike = kind.posterior(&customers, &plain, &how).unwrap();
    let effective = by.effective_draws().unwrap().min(alike.effective_draws().unwrap());
    // Four standard errors of a mean and of a deviation, of two samples of this size.
    let error = 4.0 * (2.0 / effective).sqrt();
    let near = |found: &Intervals, expected: &Intervals, rows: usize| {
        for row in 0..rows {
            let sd = expected.standard_error[row];
            let away = (found.estimate[row] - expected.estimate[row]).abs() / sd;
            assert!(away < error, "{row}: {away}");
            let wide = found.standard_error[row] / sd - 1.0;
            assert!(wide.abs() < 1.5 * error, "{row}: {wide}");
        }
    };
    near(&by.parameters(0.9).unwrap(), &alike.parameters(0.9).unwrap(), 4);
    let names = ["spend:age", "spend:channel=app", "spend:channel=web"];
    let none = held(names.map(str::to_owned).into());
    let spend_by =
        SpendWithCovariates::posterior(&customers, &covariates, &roles, &none, &how).unwrap();
    let spend = SpendKind::GammaGamma.posterior(&customers, &plain, &how).unwrap();
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    let (margin, threads) = (Margin::Same(0.3), Threads::default());
    let with = |purchases: Estimated<'_, _, _>, spend: Estimated<'_, _, _>| {
        let customers = &customers;
        clv_posterior_with_covariates(&purchases, &spend, customers, &year, margin, 0.9, threads)
            .unwrap()
    };
    let expected = clv_posterior(&alike, &spend, &customers, &year, margin, 0.9, threads).unwrap();
    for found in [
        with(Estimated::By(&by, &covariates), Estimated::By(&spend_by, &covariates)),
        with(Estimated::By(&by, &covariates), Estimated::Alike(&spend)),
        with(Estimated::Alike(&alike), Estimated::By(&spend_by, &covariates)),
    ] {
        near(&found, &expected, 300);
    }
    assert_eq!(with(Estimated::Alike(&alike), Estimated::Alike(&spend)), expected);
}

#[test]
fn predictions_go_by_block_and_files_keep_every_bit() {
    let (_, covariates, customers) = simulated(bases()[1].clone(), 300, 3);
    let found =
        of(PurchaseKind::BgNbd, (&customers, &covariates), &FitOptions::default(), &how(200, None));
    let alive = |found: &Posterior<PurchaseWithCovariates>, rows: std::ops::Range<usize>| {
        let (some, known) = (customers.slice(rows.clone()), covariates.slice(rows));
        let part = |rows: std::ops::Range<usize>| (some.slice(rows.clone()), known.slice(rows));
        let predict = |model: &PurchaseWithCovariates,
                       block: &(CustomerSummary, Covariates),
                       out: &mut [f64]| {
            model.p_alive_into(&block.0, &block.1, out, Threads::ONE)
        };
        found.predict(some.len(), Scale::Logit, 0.9, Threads::ONE, part, predict).unwrap()
    };
    let all = alive(&found, 0..300);
    for row in (0..300).step_by(41) {
        let one = alive(&found, row..row + 1);
        assert_eq!((one.estimate[0], one.upper[0]), (all.estimate[row], all.upper[row]));
        let mut mean = 0.0;
        for (values, weight) in found.points().rows().into_iter().zip(found.weights()) {
            let model = found.mode().model.at(&values.to_vec()).unwrap();
            let own = model.customer(&covariates, row).unwrap();
            mean += weight * own.p_alive(&customers.history(row));
        }
        assert!((mean / one.estimate[0] - 1.0).abs() < 1e-12);
    }
    let file = found.clone().map(Model::from);
    let again = Posterior::from_json(&file.to_json()).unwrap();
    assert_eq!(again, file);
    assert!(
        again.clone().of_purchases().is_err() && again.clone().of_spend_with_covariates().is_err()
    );
    assert_eq!(alive(&again.of_purchases_with_covariates().unwrap(), 0..300), all);
}

/// Customers are taken block by block; an error counts their rows among all.
#[test]
fn what_is_refused_is_named_by_its_row_among_all() {
    const ROWS: usize = 5000;
    let (_, learnt, customers) = simulated(bases()[1].clone(), 300, 3);
    let found =
        of(PurchaseKind::BgNbd, (&customers, &learnt), &FitOptions::default(), &how(100, None));
    let found = found.thinned(2).unwrap();
    let mut table = Table::new(ROWS);
    table.channel[4500] = "fax";
    let known = table.covariates();
    let [x, t_x, t] = [1.0, 9.0, 20.0].map(|value| vec![value; ROWS]);
    let customers = CustomerSummary::new(&SummaryColumns::new(&x, &t_x, &t)).unwrap();
    let part = |rows: std::ops::Range<usize>| (customers.slice(rows.clone()), known.slice(rows));
    let predict =
        |model: &PurchaseWithCovariates, block: &(CustomerSummary, Covariates), out: &mut [f64]| {
            model.p_alive_into(&block.0, &block.1, out, Threads::ONE)
        };
    let expected = "column \"channel\", row 4500: must be a level that the model has learnt from, \
                    got \"fax\"";
    let error = found.predict(ROWS, Scale::Logit, 0.9, Threads::ONE, part, predict).unwrap_err();
    assert_eq!(error.to_string(), expected);
    let mut out = vec![0.0; ROWS];
    let error = found.average_into(1, &mut out, Threads::ONE, part, predict).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

/// Lifetime values of a shop in which members buy more often, and spend more.
#[test]
fn intervals_of_lifetime_values_are_those_of_the_fits_and_of_the_posteriors() {
    let covariates = Table::new(500).covariates();
    let roles = CovariateRoles::default();
    let base = BgNbd::new(0.9, 9.0, 0.9, 2.5).unwrap();
    let truth = PurchaseWithCovariates::new(base, &covariates, &roles, &COEFFICIENTS).unwrap();
    let bought = truth.simulate(&covariates, &[60.0; 500], 5, Threads::default()).unwrap();
    let low = GammaGamma::new(6.0, 4.0, 15.0).unwrap();
    let spenders = SpendWithCovariates::new(low, &covariates, &roles, &[0.01, 0.4, -0.2]).unwrap();
    let spent = spenders.simulate(&bought, &covariates, 5, Threads::default()).unwrap();
    let customers = with_money(&bought, &spent);
    let options = FitOptions::default();
    let kind = PurchaseKind::BgNbd;
    let fits = (
        PurchaseWithCovariates::fit(kind, &customers, &covariates, &roles, &options).unwrap(),
        SpendWithCovariates::fit(&customers, &covariates, &roles, &options).unwrap(),
    );
    let year = Discounting::continuous(52.0, 0.002).unwrap();
    let (margin, threads) = (Margin::Same(0.3), Threads::default());
    let (purchases, spend) =
        (Estimated::By(&fits.0, &covariates), Estimated::By(&fits.1, &covariates));
    let by_fits =
        clv_intervals_with_covariates(&purchases, &spend, &customers, &year, margin, 0.9, threads)
            .unwrap();
    let mut plain = vec![0.0; 500];
    let (buying, spending) =
        (Buying::By(&fits.0.model, &covariates), Spending::By(&fits.1.model, &covariates));
    clv_with_covariates_into(buying, spending, &customers, &year, margin, &mut plain, threads)
        .unwrap();
    let total = clv_total_interval_with_covariates(
        &purchases, &spend, &customers, &year, margin, 0.9, threads,
    )
    .unwrap();
    assert!((total.estimate[0] / plain.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(total.lower[0] < total.estimate[0] && total.estimate[0] < total.upper[0]);
    let how = how(600, None);
    let posteriors = (
        of(kind, (&customers, &covariates), &options, &how),
        SpendWithCovariates::posterior(&customers, &covariates, &roles, &options, &how).unwrap(),
    );
    let by_posteriors = clv_posterior_with_covariates(
        &Estimated::By(&posteriors.0, &covariates),
        &Estimated::By(&posteriors.1, &covariates),
        &customers,
        &year,
        margin,
        0.9,
        threads,
    )
    .unwrap();
    let mut ratios = 0.0;
    for (row, plain) in plain.iter().enumerate() {
        assert!((by_fits.estimate[row] / plain - 1.0).abs() < 1e-12);
        let away = (by_posteriors.estimate[row] - plain).abs();
        assert!(away < by_fits.standard_error[row], "{row}: {away}");
        ratios += by_posteriors.standard_error[row] / by_fits.standard_error[row] / 500.0;
    }
    assert!((0.85..1.2).contains(&ratios), "{ratios}");
    // The table of other customers.
    let few = covariates.slice(0..400);
    let error = clv_intervals_with_covariates(
        &Estimated::By(&fits.0, &few),
        &spend,
        &customers,
        &year,
        margin,
        0.9,
        threads,
    );
    assert!(error.unwrap_err().to_string().contains("covariates"));
    let error = clv_posterior_with_covariates(
        &Estimated::By(&posteriors.0, &few),
        &Estimated::By(&posteriors.1, &covariates),
        &customers,
        &year,
        margin,
        0.9,
        threads,
    );
    assert!(error.unwrap_err().to_string().contains("covariates"));
    // Without covariates both ways are one, to the last bit.
    let fits =
        (BgNbd::fit(&customers, &options).unwrap(), GammaGamma::fit(&customers, &options).unwrap());
    let any = (fits.0.clone().map(AnyPurchaseModel::from), fits.1.clone().map(Into::into));
    let alike: Intervals = clv_intervals_with_covariates(
        &Estimated::Alike(&any.0),
        &Estimated::Alike(&any.1),
        &customers,
        &year,
        margin,
        0.9,
        threads,
    )
    .unwrap();
    let plain = clv_intervals(&fits.0, &fits.1, &customers, &year, margin, 0.9, threads).unwrap();
    assert_eq!(alike, plain);
}

/// The share of the points below a value.
fn rank(values: impl Iterator<Item = f64>, weights: &[f64], truth: f64) -> f64 {
    values.zip(weights).map(|(value, weight)| if value < truth { *weight } else { 0.0 }).sum()
}

/// χ² of ranks in six classes; beyond 20.5 lies one in a thousand.
fn uneven(ranks: &[f64]) -> f64 {
    let mut seen = [0.0; 6];
    for rank in ranks {
        seen[(1..6).filter(|&class| *rank >= f64::from(class) / 6.0).count()] += 1.0;
    }
    let expected = ranks.len() as f64 / 6.0;
    seen.iter().map(|seen| (seen - expected) * (seen - expected) / expected).sum()
}

/// The ranks of a truth drawn from the priors are uniform (Talts et al. 2018), for a coefficient as well as for the
/// parameter that it moves: shops in which every other customer is a member, whose deviation is ½, and a prior is of a
/// customer in the middle.
#[test]
fn ranks_of_the_truth_are_uniform() {
    const CUSTOMERS: usize = 80;
    let member: Vec<f64> = (0..CUSTOMERS).map(|row| (row % 2) as f64).collect();
    let covariates = Covariates::new(&[Column::new("member", &member[..]).into()]).unwrap();
    let roles = CovariateRoles::default();
    let mut options = FitOptions::default();
    let known = |value| Prior::known(value).unwrap();
    options.priors.extend([
        ("r".to_owned(), known(1.2)),
        ("kappa".to_owned(), known(3.5)),
        ("alpha".to_owned(), Prior::log_normal(6.0, 0.4).unwrap().absolute()),
        ("phi".to_owned(), Prior::normal(-1.0, 0.5).unwrap()),
        ("purchase:member".to_owned(), Prior::normal(0.0, 0.3).unwrap()),
        ("dropout:member".to_owned(), Prior::normal(0.0, 0.4).unwrap()),
    ]);
    let mut spending = FitOptions::default();
    spending.priors.extend([
        ("p".to_owned(), known(6.0)),
        ("q".to_owned(), known(4.0)),
        ("v".to_owned(), Prior::log_normal(15.0, 0.3).unwrap().absolute()),
        ("spend:member".to_owned(), Prior::normal(0.0, 0.2).unwrap()),
    ]);
    let mut random = Random::new(17);
    let mut ranks: [Vec<f64>; 6] = Default::default();
    for shop in 0..100 {
        // Of a customer in the middle, and for a step of one deviation, which is half a member.
        let alpha = 6.0 * f64::exp(0.4 * random.normal());
        let log_odds = -1.0 + 0.5 * random.normal();
        let (buys, leaves) = (2.0 * 0.3 * random.normal(), 2.0 * 0.4 * random.normal());
        let (v, spends) = (15.0 * f64::exp(0.3 * random.normal()), 2.0 * 0.2 * random.normal());
        let phi = 1.0 / (1.0 + f64::exp(-(log_odds - 0.5 * leaves)));
        let base = BgNbd::new(1.2, alpha * f64::exp(0.5 * buys), 3.5 * phi, 3.5 * (1.0 - phi));
        let coefficients = [buys, leaves];
        let truth =
            PurchaseWithCovariates::new(base.unwrap(), &covariates, &roles, &coefficients).unwrap();
        let bought = truth.simulate(&covariates, &[40.0; CUSTOMERS], shop, Threads::ONE).unwrap();
        let spenders = GammaGamma::new(6.0, 4.0, v * f64::exp(-0.5 * spends)).unwrap();
        let spenders = SpendWithCovariates::new(spenders, &covariates, &roles, &[spends]).unwrap();
        let spent = spenders.simulate(&bought, &covariates, shop, Threads::ONE).unwrap();
        let customers = with_money(&bought, &spent);

        let how = how(300, None);
        let found = of(PurchaseKind::BgNbd, (&customers, &covariates), &options, &how);
        let (points, weights) = (found.points(), found.weights());
        let at = |slot: usize| points.column(slot).into_iter().copied();
        let middle = points.rows().into_iter().map(|row| row[1] * f64::exp(-0.5 * row[4]));
        ranks[0].push(rank(middle, weights, alpha));
        let logit =
            points.rows().into_iter().map(|row| (row[2] / (1.0 - row[2])).ln() + 0.5 * row[5]);
        ranks[1].push(rank(logit, weights, log_odds));
        ranks[2].push(rank(at(4), weights, buys));
        ranks[3].push(rank(at(5), weights, leaves));

        let found =
            SpendWithCovariates::posterior(&customers, &covariates, &roles, &spending, &how)
                .unwrap();
        let (points, weights) = (found.points(), found.weights());
        let middle = points.rows().into_iter().map(|row| row[2] * f64::exp(0.5 * row[3]));
        ranks[4].push(rank(middle, weights, v));
        ranks[5].push(rank(points.column(3).into_iter().copied(), weights, spends));
    }
    for (number, ranks) in ranks.iter().enumerate() {
        let statistic = uneven(ranks);
        assert!(statistic < 20.5, "parameter {number}: {statistic}");
    }
}
