//! `score` where little is known: what is left out is named, and what speaks for caution is noted.

use crate::common::cdnow;
use crate::common::random::Random;
use loyalty_core::Error;
use loyalty_core::decisions::Capacity;
use loyalty_core::orders::{Column, Invalid, OrderColumns, Orders, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::pipeline::{GivenModel, NoteKind, OrderTable, Part, ScoreOptions, Scores, score};
use loyalty_core::purchase::BgNbd;
use loyalty_core::purchase::PurchaseKind;
use loyalty_core::spend::GammaGamma;
use loyalty_core::summary::{CustomerSummary, SummaryColumns};
use loyalty_core::time::Unit;

/// Customers and days, with amounts where there are any.
fn orders(lines: &[(i64, i64)], amounts: Option<&[f64]>) -> Orders {
    let customer: Vec<i64> = lines.iter().map(|line| line.0).collect();
    let day: Vec<i64> = lines.iter().map(|line| line.1).collect();
    let columns = OrderColumns {
        customer: Column::new("customer", &customer[..]).into(),
        time: Column::new("day", &day),
        scale: TimeScale::Days,
        amount: amounts.map(|amounts| Column::new("amount", amounts)),
    };
    Orders::new(&columns, Invalid::Raise).unwrap()
}

fn names(scores: &Scores) -> Vec<&'static str> {
    scores.columns().iter().map(|column| column.name).collect()
}

#[test]
fn where_nobody_bought_twice_only_what_they_did_is_said() {
    let log = orders(&[(1, 0), (2, 9), (3, 61)], Some(&[5.0, 7.0, 9.0]));
    let scores = score(&log, &ScoreOptions::default()).unwrap();
    assert_eq!(scores.purchase_fit, None);
    assert_eq!((scores.p_alive, scores.clv), (None, None));
    assert!(scores.rfm.is_some());
    let said: Vec<String> = scores.not_computed.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "no P(alive), expected purchases and lifetime value: MBG/NBD cannot be fitted: no \
             customer bought more than once",
            "no expected spend and lifetime value: Gamma-Gamma cannot be fitted: fewer than two \
             customers have repeat purchases with an amount",
        ]
    );
    assert!(scores.not_computed.iter().all(|missing| missing.enabled_by.is_empty()));
}

#[test]
fn one_customer_is_scored_with_what_one_customer_can_tell() {
    let log = orders(&[(1, 0), (1, 31), (1, 60)], Some(&[5.0, 6.0, 9.0]));
    let scores = score(&log, &ScoreOptions::default()).unwrap();
    let alive = scores.p_alive.as_ref().unwrap()[0];
    assert!((0.0..=1.0).contains(&alive));
    let names = names(&scores);
    assert!(names.contains(&"segment") && !names.contains(&"clv"));
    let kinds: Vec<NoteKind> = scores.notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds[..3], [NoteKind::EmptyScores; 3]);
    let sentence = "no customer has the recency score 5: there are fewer customers than scores";
    assert_eq!(scores.notes[0].sentence, sentence);
    let parts: Vec<&Part> = scores.not_computed.iter().map(|missing| &missing.what).collect();
    assert_eq!(parts, [&Part::Spend]);
}

#[test]
fn what_speaks_for_caution_is_noted_with_its_kind() {
    // Everybody bought again right before the end: nothing speaks of leaving.
    let (x, t_x, t) = ([2.0, 3.0, 4.0], [9.0; 3], [9.0; 3]);
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.unit = Some(Unit::Week);
    let customers = CustomerSummary::new(&columns).unwrap();
    let mut plain = ScoreOptions::default();
    plain.purchase_kind = Some(PurchaseKind::BgNbd);
    let scores = score(&customers, &plain).unwrap();
    assert_eq!(scores.notes[0].kind, NoteKind::PurchaseFit);
    let fit = scores.purchase_fit.unwrap();
    assert_eq!(scores.notes[0].sentence, format!("BG/NBD: {}", fit.stop));
    // A fit that is given is told of in the same words.
    let mut options = ScoreOptions::default();
    options.purchases = Some(GivenModel::Fit(fit.clone()));
    let again = score(&customers, &options).unwrap();
    assert_eq!((again.notes, again.purchase_fit), (scores.notes, Some(fit)));

    // Amounts with a long tail, under a model that is given.
    let (x, t_x, t) = ([2.0, 2.0, 1.0], [5.0; 3], [9.0; 3]);
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.unit = Some(Unit::Week);
    columns.monetary_value = Some(Column::new("mean", &[10.0, 30.0, 20.0]));
    let customers = CustomerSummary::new(&columns).unwrap();
    let mut options = ScoreOptions::default();
    let purchases = BgNbd::new(0.5, 5.0, 1.0, 2.0).unwrap();
    options.purchases = Some(GivenModel::Model(purchases.into()));
    let spend = GammaGamma::new(2.0, 0.87654, 20.0).unwrap();
    options.spend = Some(GivenModel::Model(spend.into()));
    let scores = score(&customers, &options).unwrap();
    assert_eq!((&scores.purchase_fit, &scores.spend_fit), (&None, &None));
    assert_eq!(scores.notes[0].kind, NoteKind::InfiniteMean);
    assert!(scores.notes[0].sentence.starts_with("Gamma-Gamma: q = 0.8765 is not above 1"));
    // Without a purchase there is no mean at all, which takes the values with it.
    columns.frequency = Column::new("frequency", &[2.0, 2.0, 0.0]);
    columns.recency = Column::new("recency", &[5.0, 5.0, 0.0]);
    columns.monetary_value = Some(Column::new("mean", &[10.0, 30.0, 0.0]));
    let customers = CustomerSummary::new(&columns).unwrap();
    let scores = score(&customers, &options).unwrap();
    assert_eq!((scores.expected_spend, scores.clv), (None, None));
    assert_eq!(scores.not_computed.last().unwrap().what, Part::Spend);
}

#[test]
fn a_correlation_of_frequency_and_value_is_told() {
    // Who buys often spends more, without doubt.
    let rows = 200_u32;
    let x: Vec<f64> = (0..rows).map(|row| f64::from(1 + row % 8)).collect();
    let t_x: Vec<f64> = (0..rows).map(|row| f64::from(10 + row % 13)).collect();
    let t = vec![39.0; rows as usize];
    let mean: Vec<f64> = (0..rows).map(|row| f64::from(10 + 3 * (row % 8) + row % 5)).collect();
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.unit = Some(Unit::Week);
    columns.monetary_value = Some(Column::new("mean", &mean));
    let customers = CustomerSummary::new(&columns).unwrap();
    let scores = score(&customers, &ScoreOptions::default()).unwrap();
    let note = scores.notes.iter().find(|note| note.kind == NoteKind::Correlation).unwrap();
    let pearson = scores.correlation.unwrap().pearson;
    assert_eq!(
        note.sentence,
        format!(
            "those who buy often spend more per purchase: Pearson correlation {pearson}. Lifetime \
             values take the two to be independent and are too high for those who seldom buy"
        )
    );
}

#[test]
fn rows_and_purchases_left_out_of_a_table_are_noted() {
    let columns = OrderColumns {
        customer: Column::new("customer", &[1, 1, 2, 2, 2][..]).into(),
        time: Column::new("day", &[0, 9, 4, 20, 80]),
        scale: TimeScale::Days,
        amount: Some(Column::new("price", &[5.0, -5.0, 7.0, 8.0, 9.0])),
    };
    let log = Orders::new(&columns, Invalid::Drop).unwrap();
    let mut options = ScoreOptions::default();
    options.observation_end = Some(30 * 86_400_000_000);
    let scores = score(OrderTable::without_amounts(&log), &options).unwrap();
    let said: Vec<String> = scores.notes.iter().map(ToString::to_string).collect();
    assert_eq!(said[0], log.report().to_string());
    assert_eq!(said[1], "after the observation end: 1 occasions");
    let quiet = score(&log, &options).unwrap();
    let kinds = quiet.notes.iter().map(|note| note.kind.name());
    assert!(kinds.into_iter().all(|kind| kind != "rows_left_out"));
}

#[test]
fn what_was_asked_for_wrongly_is_an_error() {
    let log = cdnow();
    let with = |change: &dyn Fn(&mut ScoreOptions)| {
        let mut options = ScoreOptions::default();
        change(&mut options);
        score(&log, &options).unwrap_err().to_string()
    };
    assert_eq!(with(&|o| o.margin = Some(1.01)), "margin must be from -1000 to 1, got 1.01");
    assert_eq!(with(&|o| o.horizon = Some(-1.0)), "horizon must be finite and >= 0, got -1");
    assert!(with(&|o| o.level = 1.0).starts_with("level must be"));
    assert!(with(&|o| o.rfm.bins = 0).starts_with("bins must be"));
    assert!(with(&|o| o.purchase_fit.tolerance = 0.0).starts_with("tolerance must be"));
    let unknown = |o: &mut ScoreOptions| o.capacities = vec![Capacity::new("cals", 1.0).unwrap()];
    assert!(with(&unknown).contains("none takes of the capacity \"cals\""));
    let columns = SummaryColumns::new(&[2.0], &[3.0], &[9.0]);
    let customers = CustomerSummary::new(&columns).unwrap();
    let error = score(&customers, &ScoreOptions::default()).unwrap_err();
    assert!(matches!(error, Error::NoUnit { .. }));
    let expected = "the customer summary has no unit: state it when you make the summary";
    assert_eq!(error.to_string(), expected);
}

/// The data choose between the models in which one-time buyers can have left and cannot, and it is said.
#[test]
fn the_model_of_purchases_that_was_taken_is_said_and_why() {
    let (x, t_x, t) = ([0.0, 2.0, 0.0, 5.0], [0.0, 3.0, 0.0, 30.0], [39.0, 38.0, 12.0, 33.0]);
    let mut columns = SummaryColumns::new(&x, &t_x, &t);
    columns.unit = Some(Unit::Week);
    let customers = CustomerSummary::new(&columns).unwrap();
    let said = |kind: Option<PurchaseKind>| {
        let mut options = ScoreOptions::default();
        options.purchase_kind = kind;
        let scores = score(&customers, &options).unwrap();
        let notes = scores.notes.iter().map(|note| (note.kind, note.sentence.clone()));
        (scores.purchase_kind, notes.collect::<Vec<_>>())
    };
    let (taken, notes) = said(None);
    assert_eq!((taken, notes[0].0), (Some(PurchaseKind::MbgNbd), NoteKind::PurchaseModel));
    let sentence = "purchases: the MBG/NBD, in which one-time buyers can have left; none has an AIC lower by 4: ";
    assert!(notes[0].1.starts_with(sentence), "{}", notes[0].1);
    assert!(
        notes[0].1.ends_with("; a summary cannot be forecast at earlier cutoffs"),
        "{}",
        notes[0].1
    );
    let (taken, notes) = said(Some(PurchaseKind::BgNbd));
    assert_eq!(taken, Some(PurchaseKind::BgNbd));
    let note = notes.iter().find(|note| note.0 == NoteKind::OneTimeBuyers).unwrap();
    assert_eq!(
        note.1,
        "P(alive) of the 2 who bought once is 1 by assumption of the BG/NBD, however long ago that was; \
         treatments take it as not known"
    );
}

/// Customers who come back after ten days, give or take one, until they leave.
fn regulars() -> Vec<(i64, i64)> {
    let mut random = Random::new(7);
    let mut log = Vec::new();
    for customer in 0..400 {
        let mut day = i64::from(random.below(200));
        while day < 365 {
            log.push((customer, day));
            if random.below(12) == 0 {
                break;
            }
            day += 9 + i64::from(random.below(3));
        }
    }
    log
}

/// The model whose forecasts are best is taken, where the log is long enough to tell.
#[test]
fn forecasts_choose_the_model_of_purchases() {
    let said = |log: &Orders, options: &ScoreOptions| {
        let scores = score(log, options).unwrap();
        let note = scores.notes.iter().find(|note| note.kind == NoteKind::PurchaseModel).unwrap();
        (scores.purchase_kind.unwrap(), note.sentence.clone())
    };
    let (log, mut options) = (orders(&regulars(), None), ScoreOptions::default());
    let (kind, sentence) = said(&log, &options);
    assert_eq!(kind, PurchaseKind::MbgCnbdK, "{sentence}");
    let expected = "purchases: the MBG/CNBD-k, which forecasts better by more than 1 %: at 3 cutoffs, 13 weeks ahead, \
                    the deviance of forecasts is ";
    assert!(sentence.starts_with(expected), "{sentence}");
    options.threads = Threads::new(2);
    assert_eq!(said(&log, &options), (kind, sentence));

    let (kind, sentence) = said(&cdnow(), &ScoreOptions::default());
    assert_eq!(kind, PurchaseKind::MbgNbd, "{sentence}");
    assert!(sentence.contains("no other forecasts better by 1 %: at 3 cutoffs"), "{sentence}");
    assert!(sentence.contains("for the Pareto/NBD"), "{sentence}");

    let few = orders(&regulars()[..150], None);
    let (_, sentence) = said(&few, &ScoreOptions::default());
    assert!(
        sentence.ends_with("; the log is too short or small to compare forecasts"),
        "{sentence}"
    );
}

#[test]
fn ids_that_are_no_persons_are_named() {
    let once: Vec<(i64, i64)> = (0..40).map(|id| (id, 3 * id)).collect();
    let kinds = |log: &[(i64, i64)]| {
        let scores = score(&orders(log, None), &ScoreOptions::default()).unwrap();
        let of_ids = scores.notes.into_iter().filter(|note| note.kind == NoteKind::Ids);
        of_ids.map(|note| note.sentence).collect::<Vec<_>>()
    };
    let [sentence] = &kinds(&once)[..] else { panic!("one note") };
    assert!(
        sentence.starts_with("each of the 40 customer ids has exactly one order"),
        "{sentence}"
    );
    let shop: Vec<(i64, i64)> = once.iter().copied().chain((0..100).map(|day| (99, day))).collect();
    let [sentence] = &kinds(&shop)[..] else { panic!("one note") };
    assert!(sentence.starts_with("customer 99 has 100 occasions, 100 times"), "{sentence}");
    let usual: Vec<(i64, i64)> = (0..400).map(|order| (order % 41, order)).collect();
    assert!(kinds(&usual).is_empty());
}

#[test]
fn one_time_buyers_who_cannot_leave_by_assumption_are_named_whatever_the_model() {
    let log = orders(&[(1, 0), (1, 31), (1, 60), (2, 5), (3, 9), (3, 40), (4, 12)], None);
    let mut options = ScoreOptions::default();
    for (kind, is_named) in [
        (PurchaseKind::BgNbd, true),
        (PurchaseKind::Nbd, true),
        (PurchaseKind::MbgNbd, false),
        (PurchaseKind::ParetoNbd, false),
    ] {
        options.purchase_kind = Some(kind);
        let scores = score(&log, &options).unwrap();
        let named = scores.notes.iter().any(|note| note.kind == NoteKind::OneTimeBuyers);
        assert_eq!(named, is_named, "{}", kind.title());
    }
}
