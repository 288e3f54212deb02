//! Behaviours found in shops of which everything is known, and none found where there are none.

use std::sync::OnceLock;

use crate::common::ledger_shop::{contacts, ledger, ledger_options, lines, simulated};
use loyalty_core::Error;
use loyalty_core::behaviours::{
    Behaviour, BehaviourDistribution, BehaviourFitOptions, BehaviourModel, BehaviourOptions,
    CustomerBehaviour, ThresholdBasis, persistence,
};
use loyalty_core::ledger::{Ledger, LedgerOptions};
use loyalty_core::orders::{Column, LineColumns, OrderLines, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::{Shop, ShopOptions};

const MEAN_CONTACT: f64 = 6.0;

/// Whether a customer is truly over the threshold that they were compared with.
fn truly_over(shop: &Shop, row: usize, behaviour: Behaviour, threshold: f64, level: f64) -> bool {
    let truth = &shop.truth;
    match behaviour {
        Behaviour::ServiceDemander => truth.contact_rate[row] * MEAN_CONTACT > threshold,
        Behaviour::RevenueReverser => truth.return_rate[row] > threshold,
        Behaviour::PromotionMaximizer => {
            truth.discount_depth[row] > threshold && truth.promotion_selection[row] > 1.2
        }
        Behaviour::CouponUser => truth.coupon_rate[row] > threshold,
        _ => truth.fixed_budget[row] && truth.budget[row] < level,
    }
}

/// Mean spending per period, below which a budget is limited.
fn level(ledger: &Ledger) -> f64 {
    let columns = ledger.columns();
    let rows = (0..ledger.len()).filter(|&row| columns.budget_freedom[row] > 0.0);
    let levels: Vec<f64> =
        rows.map(|row| columns.period_spend[row] / columns.periods[row]).collect();
    levels.iter().sum::<f64>() / levels.len() as f64
}

#[derive(Default)]
struct Found {
    labelled: f64,
    wrong: f64,
    over: f64,
    both: f64,
    /// Mean p_over and share truly over, by fifths of p_over from 0.1 up.
    bins: [[f64; 3]; 5],
}

fn found(seeds: u64, customers: u32) -> Vec<(Behaviour, Found)> {
    let mut all: Vec<_> =
        Behaviour::ALL.iter().map(|&behaviour| (behaviour, Found::default())).collect();
    for seed in 0..seeds {
        let (shop, options) = simulated(ShopOptions::default(), customers, seed);
        let ledger = ledger(&shop, &options);
        let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
        assert!(model.absent().is_empty(), "{:?}", model.absent());
        let behaviours = model.classify(&ledger, Threads::default()).unwrap();
        let level = level(&ledger);
        for (behaviour, found) in &mut all {
            let scores = behaviours.scores(*behaviour).unwrap();
            for row in 0..ledger.len() {
                let (p, threshold) = (scores.p_over[row], scores.threshold[row]);
                let over =
                    f64::from(u8::from(truly_over(&shop, row, *behaviour, threshold, level)));
                if behaviours.has(row, *behaviour) {
                    found.labelled += 1.0;
                    found.wrong += 1.0 - over;
                    found.both += over;
                }
                found.over += over;
                if p >= 0.1 {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "0 to 4"
                    )]
                    let bin = &mut found.bins[(((p - 0.1) / 0.18) as usize).min(4)];
                    bin[0] += 1.0;
                    bin[1] += p;
                    bin[2] += over;
                }
            }
        }
    }
    all
}

/// Of shops that two tests look at.
fn shops() -> &'static [(Behaviour, Found)] {
    static SHOPS: OnceLock<Vec<(Behaviour, Found)>> = OnceLock::new();
    SHOPS.get_or_init(|| found(4, 6000))
}

#[test]
fn the_labelled_are_who_they_are_said_to_be() {
    for (behaviour, found) in shops() {
        let (rate, power) = (found.wrong / found.labelled, found.both / found.over);
        assert!(found.labelled > 100.0, "{behaviour}: {} labelled", found.labelled);
        assert!(rate <= 0.12, "{behaviour}: false-discovery rate {rate}");
        // A label speaks of the coming year, and one of a fixed budget needs the support of new categories:
        // those of coupons and budgets find a third.
        let least = match behaviour {
            Behaviour::ServiceDemander | Behaviour::RevenueReverser => 0.8,
            Behaviour::PromotionMaximizer => 0.65,
            _ => 0.3,
        };
        assert!(power >= least, "{behaviour}: power {power}");
    }
}

#[test]
fn p_over_is_a_probability() {
    for (behaviour, found) in shops() {
        for &[count, p, over] in found.bins.iter().filter(|bin| bin[0] >= 60.0) {
            let (p, share) = (p / count, over / count);
            let chance = 3.0 * (p * (1.0 - p) / count).sqrt();
            assert!(share > p - 0.08 - chance, "{behaviour}: p_over {p}, truly over {share}");
            assert!(share < p + 0.08 + chance, "{behaviour}: p_over {p}, truly over {share}");
        }
    }
}

#[test]
fn impacts_are_those_of_the_truth() {
    let (mut estimated, mut true_one) = ([0.0; 3], [0.0; 3]);
    for seed in 0..3 {
        let (shop, options) = simulated(ShopOptions::default(), 6000, seed);
        let ledger = ledger(&shop, &options);
        let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
        let behaviours = model.classify(&ledger, Threads::default()).unwrap();
        let truth = &shop.truth;
        let kinds = [
            (Behaviour::ServiceDemander, &truth.service_impact, &truth.service_demander),
            (Behaviour::RevenueReverser, &truth.reversal_impact, &truth.revenue_reverser),
            (Behaviour::PromotionMaximizer, &truth.promotion_impact, &truth.promotion_maximizer),
        ];
        for (kind, (behaviour, impact, member)) in kinds.into_iter().enumerate() {
            let scores = behaviours.scores(behaviour).unwrap();
            for row in (0..ledger.len()).filter(|&row| member[row]) {
                estimated[kind] += scores.impact[row];
                true_one[kind] += impact[row];
            }
        }
    }
    // The reference is the mean ordinary customer, who looks for offers a little; that of the truth does
    // not at all.
    for (kind, least) in [0.92, 0.92, 0.85].into_iter().enumerate() {
        let ratio = estimated[kind] / true_one[kind];
        assert!((least..1.08).contains(&ratio), "{kind}: estimated by true {ratio}");
    }
}

#[test]
fn where_all_are_alike_nobody_is_labelled() {
    for seed in 0..3 {
        let (shop, options) = simulated(ShopOptions::null(), 6000, seed);
        let ledger = ledger(&shop, &options);
        let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
        let behaviours = model.classify(&ledger, Threads::default()).unwrap();
        for &behaviour in Behaviour::ALL {
            assert_eq!(model.statement(behaviour), "no difference detectable", "{behaviour}");
        }
        assert!((0..ledger.len()).all(|row| behaviours.is_healthy(row)));
    }
}

#[test]
fn the_population_is_recovered() {
    let mut options = ShopOptions::default();
    options.demander_effect = 12.0;
    options.demander_share = 0.1;
    let (shop, options) = simulated(options, 8000, 5);
    let ledger = ledger(&shop, &options);
    let options = BehaviourFitOptions::default();
    let model = BehaviourDistribution::fit(Behaviour::ServiceDemander, &ledger, &options).unwrap();
    let (points, masses) = model.population();
    // Between the two kinds lies next to nobody; a twentieth of the demanders lies below as well.
    let between = 3.5;
    // Contacts of a week are one case, so that demanders have fewer cases, each of which costs more.
    let part = |of: fn(f64, f64) -> bool| {
        let chosen = points.iter().zip(masses).filter(|(point, _)| of(**point, between));
        chosen.fold((0.0, 0.0), |(share, sum), (point, mass)| (share + mass, sum + point * mass))
    };
    let (ordinary, demanders) = (part(|a, b| a <= b), part(|a, b| a > b));
    assert!((demanders.0 - 0.1).abs() < 0.015, "{demanders:?}");
    let mean = |(share, sum): (f64, f64)| sum / share;
    let of_ordinary = mean(ordinary) / (0.15 * MEAN_CONTACT);
    let of_demanders = mean(demanders) / (12.0 * 0.15 * MEAN_CONTACT);
    assert!((0.93..1.08).contains(&of_ordinary), "{of_ordinary} {of_demanders}");
    assert!((0.9..1.12).contains(&of_demanders), "{of_ordinary} {of_demanders}");
}

#[test]
fn one_customer_is_scored_as_in_the_whole() {
    let (shop, options) = simulated(ShopOptions::default(), 1500, 3);
    let ledger = ledger(&shop, &options);
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let all = model.classify(&ledger, Threads::new(2)).unwrap();
    let again = model.classify(&ledger, Threads::ONE).unwrap();
    assert_eq!(all, again);
    for row in (0..ledger.len()).step_by(37) {
        let one = model.classify_one(&ledger.row(row), None).unwrap();
        assert_eq!(one.primary, all.primary()[row]);
        for one in one.each {
            let CustomerBehaviour { behaviour, score, labelled, .. } = one;
            let columns = all.scores(behaviour).unwrap();
            assert_eq!(score.p_over.to_bits(), columns.p_over[row].to_bits());
            assert_eq!(score.impact.to_bits(), columns.impact[row].to_bits());
            assert_eq!(labelled, all.has(row, behaviour));
            assert!([score.estimate, score.impact, score.evidence].iter().all(|x| x.is_finite()));
            assert!((0.0..=1.0).contains(&score.p_over) && (0.0..=1.0).contains(&score.weight));
        }
    }
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let (shop, options) = simulated(ShopOptions::default(), 4000, 8);
    let ledger = ledger(&shop, &options);
    let checks = [
        (Behaviour::RevenueReverser, &shop.truth.return_rate),
        (Behaviour::CouponUser, &shop.truth.coupon_rate),
    ];
    for (behaviour, truth) in checks {
        let model = BehaviourDistribution::fit(behaviour, &ledger, &BehaviourFitOptions::default())
            .unwrap();
        let [low, high, ..] = model.intervals(&ledger, 0.9, Threads::default()).unwrap();
        let scores = model.score(&ledger, Threads::default()).unwrap();
        let mut within = 0.0;
        for row in 0..ledger.len() {
            assert!(low[row] <= scores.estimate[row] && scores.estimate[row] <= high[row]);
            within += f64::from(u8::from((low[row]..=high[row]).contains(&truth[row])));
        }
        let share = within / ledger.len() as f64;
        assert!((0.85..0.96).contains(&share), "{behaviour}: {share}");
    }
}

#[test]
fn files_hold_everything() {
    let (shop, options) = simulated(ShopOptions::default(), 1200, 3);
    let ledger = ledger(&shop, &options);
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    assert_eq!(BehaviourModel::from_json(&model.to_json()).unwrap(), model);
    for (one, _) in model.distributions() {
        let json = one.to_json();
        assert_eq!(&BehaviourDistribution::from_json(&json).unwrap(), one);
        assert!(json.contains(one.behaviour().kind()));
        let other = json.replace(one.behaviour().kind(), "bg-nbd");
        assert!(matches!(BehaviourDistribution::from_json(&other), Err(Error::ModelFile { .. })));
    }
    let refused = |from: &str, to: &str| {
        let broken = model.to_json().replacen(from, to, 1);
        BehaviourModel::from_json(&broken).unwrap_err().to_string()
    };
    let negative = refused("\"dispersion\": ", "\"dispersion\": -");
    assert!(negative.starts_with("dispersion must be finite and > 0"), "{negative}");
    let far = refused("\"first\": -8.0", "\"first\": -800.0");
    assert!(far.contains("first must be from -200 to 200, got -800"), "{far}");
    let light = refused("\"masses\": [", "\"masses\": [\n1.0,");
    assert!(light.contains("masses"), "{light}");
    let other = refused("\"link\": \"log\"", "\"link\": \"logit\"");
    assert!(other.starts_with("link must be that of its behaviour"), "{other}");
    let before = model.to_json().replace("\"version\": 3", "\"version\": 2");
    let refused = BehaviourModel::from_json(&before).unwrap_err().to_string();
    assert!(refused.contains("version 2 is unknown, this library reads 3"), "{refused}");
}

#[test]
fn what_is_missing_disables_what_needs_it_and_says_so() {
    let (shop, _) = simulated(ShopOptions::default(), 400, 1);
    let columns = LineColumns::new(
        Column::new("customer", &shop.lines.customer[..]).into(),
        Column::new("time", &shop.lines.time),
        TimeScale::Days,
    )
    .with_amount(Column::new("amount", &shop.lines.amount));
    let lines = OrderLines::new(&columns, loyalty_core::orders::Invalid::Raise).unwrap();
    let ledger = Ledger::new(&lines, None, None, &LedgerOptions::default()).unwrap();
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let said = |behaviour| model.statement(behaviour).to_owned();
    assert_eq!(
        said(Behaviour::ServiceDemander),
        "the service demander needs the column \"contacts\", which is missing"
    );
    for (behaviour, column) in [
        (Behaviour::RevenueReverser, "returned_amount"),
        (Behaviour::PromotionMaximizer, "discount"),
        (Behaviour::CouponUser, "coupon"),
    ] {
        assert!(said(behaviour).contains(column), "{}", said(behaviour));
    }
    assert_eq!(model.distributions().count(), 1);
    assert!(loyalty_core::portfolio::Losses::of(&ledger).is_err());
}

#[test]
fn thresholds_come_from_economics_or_a_ratio_or_the_caller() {
    let (shop, options) = simulated(ShopOptions::default(), 1500, 2);
    let basis = |ledger: &Ledger, options: &BehaviourFitOptions| {
        BehaviourDistribution::fit(Behaviour::RevenueReverser, ledger, options).unwrap().basis()
    };
    let ledger = ledger(&shop, &options);
    let mut given = BehaviourFitOptions::default();
    assert_eq!(basis(&ledger, &given), ThresholdBasis::Economics);
    given.threshold = Some(0.4);
    assert_eq!(basis(&ledger, &given), ThresholdBasis::Given);
    let bare = Ledger::new(&lines(&shop), None, None, &LedgerOptions::default()).unwrap();
    assert_eq!(basis(&bare, &BehaviourFitOptions::default()), ThresholdBasis::Ratio);
    given.threshold = Some(f64::NAN);
    let refused =
        BehaviourDistribution::fit(Behaviour::RevenueReverser, &bare, &given).unwrap_err();
    assert_eq!(refused.to_string(), "threshold must be finite and > 0, got NaN");
}

#[test]
fn peers_have_a_mean_of_their_own() {
    let (shop, options) = simulated(ShopOptions::default(), 3000, 4);
    let all = ledger(&shop, &options);
    // Those with many contacts against the others: groups whose means differ.
    let service = &all.columns().contact_cost;
    let group: Vec<&str> =
        service.iter().map(|cost| if *cost > 20.0 { "many" } else { "few" }).collect();
    let grouped = all
        .clone()
        .with_peers(
            &Column::new("customer", &shop.truth.customer[..]).into(),
            &Column::new("group", &group).into(),
        )
        .unwrap();
    let fit = |ledger: &Ledger| {
        BehaviourDistribution::fit(
            Behaviour::ServiceDemander,
            ledger,
            &BehaviourFitOptions::default(),
        )
        .unwrap()
    };
    let model = fit(&grouped);
    let names: Vec<&str> = model.peers().iter().map(|(name, _)| &name[..]).collect();
    assert_eq!(names, ["few", "many"]);
    assert!(model.peers()[0].1 < 0.5 && model.peers()[1].1 > 1.5, "{:?}", model.peers());
    let row = all.row(0);
    let score = |group| model.score_one(&row, group).unwrap();
    assert!(score(Some("many")).estimate > score(Some("few")).estimate);
    assert_eq!(score(Some("unheard of")), score(None));
    assert!(fit(&all).peers().is_empty());
}

#[test]
fn behaviours_last_from_one_half_to_the_other() {
    let (shop, options) = simulated(ShopOptions::default(), 5000, 6);
    let (lines, contacts) = (lines(&shop), contacts(&shop));
    let ledger = ledger_options(&options);
    let lasting =
        persistence(&lines, Some(&contacts), &ledger, &BehaviourOptions::default()).unwrap();
    for found in &lasting {
        let certain = [Behaviour::ServiceDemander, Behaviour::RevenueReverser];
        if let Some(which) = certain.iter().position(|behaviour| *behaviour == found.behaviour) {
            // Half a year seldom holds two orders with returns, which a label needs.
            assert!(found.labelled >= [50, 20][which], "{found:?}");
            assert!((0.85..1.15).contains(&found.recurrence), "{found:?}");
            assert!(found.rank_correlation > 0.1 && found.over_again > 0.4, "{found:?}");
        }
    }
    assert_eq!(lasting.len(), 5);
    let mut fading = lasting[1];
    fading.recurrence = 0.5;
    assert!((fading.lasting(fading.years, fading.years) - 0.5).abs() < 1e-9);
    assert!(fading.lasting(1.0, 0.1) > fading.lasting(1.0, 2.0));
    let lived = Ledger::new(&lines, Some(&contacts), None, &ledger).unwrap();
    let model = BehaviourDistribution::fit(
        Behaviour::RevenueReverser,
        &lived,
        &BehaviourFitOptions::default(),
    )
    .unwrap();
    let estimates = model.score(&lived, Threads::default()).unwrap().estimate;
    let predicted = fading.predicted(&model, &lived, 1.0, Threads::default()).unwrap();
    let spread = |of: &[f64]| {
        let mean = of.iter().sum::<f64>() / of.len() as f64;
        of.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>()
    };
    let ratio = (spread(&predicted) / spread(&estimates)).sqrt();
    assert!((0.2..0.6).contains(&ratio), "{ratio}");
    fading.recurrence = 1.2;
    assert!((fading.lasting(2.0, 5.0) - 1.0).abs() < 1e-12);
    assert!(fading.predicted(&model, &lived, 0.0, Threads::ONE).is_err());
    assert!(lasting[0].predicted(&model, &lived, 1.0, Threads::ONE).is_err());
}

#[test]
fn a_behaviour_that_does_not_last_labels_nobody() {
    let (mut shop, options) = simulated(ShopOptions::default(), 2000, 2);
    // After a year everybody's returns are those of somebody else: what was seen does not last.
    let middle = i64::from(options.start) + 365;
    let lines = &mut shop.lines;
    let (before, after): (Vec<usize>, Vec<usize>) =
        (0..lines.time.len()).partition(|&row| lines.time[row] < middle);
    assert!(before.len() > 1000 && after.len() > 1000);
    let other = |customer: i64| (customer * 7 + 1001) % 2000;
    for row in after {
        lines.customer[row] = other(lines.customer[row]);
    }
    let ledger = ledger(&shop, &options);
    let model = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let found = model.classify(&ledger, Threads::default()).unwrap();
    let labelled =
        (0..ledger.len()).filter(|&row| found.has(row, Behaviour::RevenueReverser)).count();
    assert!(labelled <= 2, "{labelled}: {}", model.statement(Behaviour::RevenueReverser));
}
