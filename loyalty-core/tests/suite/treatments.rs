//! Treatments as data: the table that comes along, tables of one's own, and what they propose.

use loyalty_core::Error;
use loyalty_core::decisions::{Amount, Capacity, Facts, Gives, Proposals, Treatment, Treatments};
use loyalty_core::parallel::Threads;

const COLUMNS: [&str; 12] = [
    "clv",
    "p_alive",
    "margin",
    "service_demander",
    "service_impact",
    "revenue_reverser",
    "reversal_impact",
    "promotion_maximizer",
    "promotion_impact",
    "fixed_budget",
    "budget_impact",
    "frequency",
];

fn facts(rows: usize, columns: &[(&str, &[f64])]) -> Facts {
    columns
        .iter()
        .fold(Facts::new(rows), |facts, (name, values)| facts.with(*name, values.to_vec()).unwrap())
}

fn propose(table: &Treatments, facts: Facts) -> Proposals {
    table.propose(facts, Threads::ONE).unwrap()
}

fn table(text: &str) -> Treatments {
    Treatments::from_json(text).unwrap()
}

fn number(table: &Treatments, name: &str) -> usize {
    table.names().iter().position(|one| *one == name).unwrap()
}

#[test]
fn the_table_that_comes_along_is_complete_and_survives_a_round_trip() {
    let customary = Treatments::customary();
    assert_eq!(Treatments::from_json(&customary.to_json()).unwrap(), customary);
    assert_eq!(Treatments::new(customary.treatments().to_vec()).unwrap(), customary);
    let all = COLUMNS.iter().fold(Facts::new(1), |f, name| f.with_same(*name, 1.0).unwrap());
    assert!(propose(&customary, all).not_weighed().is_empty());
    let listed: Vec<&str> = customary.capacities().into_iter().collect();
    assert_eq!(listed, ["calls", "letters"]);
}

#[test]
fn a_gain_is_effect_times_basis_less_cost_for_those_it_is_meant_for() {
    let customary = Treatments::customary();
    let proposals = propose(
        &customary,
        facts(
            4,
            &[
                ("service_demander", &[1.0, 0.0, 1.0, f64::NAN]),
                ("service_impact", &[100.0, 100.0, f64::NAN, 100.0]),
            ],
        ),
    );
    assert_eq!(proposals.gains(number(&customary, "self_service")), [29.0, 0.0, 0.0, 0.0]);
    assert_eq!(proposals.gains(number(&customary, "chat_bot")), [19.5, 0.0, 0.0, 0.0]);
    let reason = proposals.reason(0, 0);
    assert!(reason.contains("cost 100.00 a year") && reason.contains("save 29.00."), "{reason}");
    assert_eq!(proposals.cost(0, 0), 1.0);
    let missing = proposals.not_weighed();
    assert_eq!(missing.len(), customary.names().len() - 3);
    let call = missing.iter().find(|one| one.treatment == "personal_call").unwrap();
    assert_eq!(call.columns, ["clv", "frequency", "p_alive"]);
    let offers = missing.iter().find(|one| one.treatment == "members_offers").unwrap();
    assert_eq!(offers.columns, ["margin", "promotion_impact", "promotion_maximizer"]);
}

/// Whoever bought once is not loyal, nor who made a loss, where that is known.
#[test]
fn the_loyal_bought_again_and_made_no_loss() {
    let customary = Treatments::customary();
    let mut known: Vec<(&str, &[f64])> =
        vec![("clv", &[900.0; 4]), ("p_alive", &[0.9; 4]), ("frequency", &[0.0, 1.0, 5.0, 5.0])];
    let call = number(&customary, "personal_call");
    let gains =
        |known: &[(&str, &[f64])]| propose(&customary, facts(4, known)).gains(call).to_vec();
    assert_eq!(gains(&known), [0.0, 37.0, 37.0, 37.0]);
    known.push(("profit", &[10.0, 10.0, -3.0, f64::NAN]));
    assert_eq!(gains(&known), [0.0, 37.0, 0.0, 37.0]);
}

#[test]
fn no_offer_is_deeper_than_the_margin() {
    let customary = Treatments::customary();
    let proposals = propose(
        &customary,
        facts(
            4,
            &[
                ("promotion_maximizer", &[1.0; 4]),
                ("promotion_impact", &[80.0; 4]),
                ("margin", &[0.3, 0.1, 0.09, f64::NAN]),
            ],
        ),
    );
    assert_eq!(proposals.gains(number(&customary, "members_offers")), [19.0, 19.0, 0.0, 0.0]);
    assert_eq!(proposals.gains(number(&customary, "newsletter")), [7.8, 7.8, 7.8, 0.0]);
}

#[test]
fn costs_and_uses_may_follow_a_column() {
    let own = table(
        r#"[{"name": "coupon", "channel": "mail", "gives": "credit", "basis": "spend", "effect": 0.2,
             "cost": {"fixed": 1, "share": 0.05, "of": "spend"},
             "uses": {"coupons": {"share": 0.05, "of": "spend"}},
             "reason": "Costs {cost} at {effect}."}]"#,
    );
    let proposals = propose(&own, facts(3, &[("spend", &[100.0, 60.0, -10.0])]));
    assert_eq!(proposals.gains(0), [14.0, 8.0, -3.0]);
    assert_eq!(proposals.reason(1, 0), "Costs 4.00 at 20 %.");
    let budget = |amount: f64| {
        let choices = proposals.choices(&[Capacity::new("coupons", amount).unwrap()]).unwrap();
        choices.select(Threads::ONE).unwrap()
    };
    assert_eq!(budget(8.0).choice(), [Some(0), Some(0), None]);
    assert_eq!(budget(7.9).choice(), [Some(0), None, None]);
    assert_eq!(budget(4.0).choice(), [None, Some(0), None]);
    assert_eq!(budget(4.0).used(), [3.0]);
    // What is not a capacity is there in plenty.
    let all = proposals.choices(&[]).unwrap().select(Threads::ONE).unwrap();
    assert_eq!((all.gain(), all.gap()), (22.0, 0.0));
    let error = proposals.choices(&[Capacity::new("calls", 1.0).unwrap()]).unwrap_err();
    let expected = "treatments: none takes of the capacity \"calls\"; known are coupons";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let values: Vec<f64> = (0..20_000).map(|row| f64::from(row % 977)).collect();
    let ones = vec![1.0; values.len()];
    let known: [(&str, &[f64]); 3] = [("clv", &values), ("p_alive", &ones), ("frequency", &ones)];
    let facts = || facts(values.len(), &known);
    let customary = Treatments::customary();
    let one = customary.propose(facts(), Threads::ONE).unwrap();
    assert_eq!(one, customary.propose(facts(), Threads::new(4)).unwrap());
    let calls = [Capacity::new("calls", 250.0).unwrap(), Capacity::new("letters", 1000.0).unwrap()];
    let choices = one.choices(&calls).unwrap();
    let selection = choices.select(Threads::ONE).unwrap();
    assert_eq!(selection, choices.select(Threads::new(4)).unwrap());
    assert_eq!(selection.used(), [250.0, 1000.0]);
    let summary = one.summarize(&selection).unwrap();
    let call = &summary[number(&customary, "personal_call")];
    assert_eq!((call.customers, call.cost, &call.channel[..]), (250, 2000.0, "phone"));
    let gain: f64 = summary.iter().map(|one| one.gain).sum();
    assert!((gain / selection.gain() - 1.0).abs() < 1e-12);
    let other = propose(&customary, Facts::new(1));
    assert!(other.summarize(&selection).is_err());
}

#[test]
fn tables_that_make_no_sense_are_refused() {
    let good = || Treatment::new("letter", "post", Gives::Letter, "value", 0.1, "Worth {basis}.");
    let refused = |change: &dyn Fn(&mut Treatment)| {
        let mut treatment = good();
        change(&mut treatment);
        Treatments::new(vec![treatment]).unwrap_err().to_string()
    };
    for bad in [f64::NAN, f64::INFINITY, -1.0, 0.0, 11.0] {
        let error = refused(&|t| t.effect = bad);
        assert!(error.contains("\"letter\": effect must be above 0 and at most 10"), "{error}");
    }
    for bad in [f64::NAN, f64::INFINITY, -0.1] {
        assert!(refused(&|t| t.cost = Amount::Fixed(bad)).contains("cost must be finite"));
        assert!(refused(&|t| t.discount = Some(bad)).contains("discount must be from 0 to 1"));
        let share = Amount::Share { fixed: 0.0, share: bad, of: "value".to_owned() };
        let error = refused(&|t| t.uses = [("calls".to_owned(), share.clone())].into());
        assert!(error.contains("calls must be finite"), "{error}");
    }
    assert!(refused(&|t| t.name = " ".to_owned()).contains("name must be text"));
    assert!(refused(&|t| t.reason.clear()).contains("reason must be text"));
    let error = refused(&|t| t.reason = "Worth {value}.".to_owned());
    assert!(error.contains("the reason may have {basis}, {effect}"), "{error}");
    let when = |least: f64, most: f64| {
        let condition = loyalty_core::decisions::Condition::new(Some(least), Some(most));
        refused(&|t| t.when = [("value".to_owned(), condition)].into())
    };
    for (least, most) in [(2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
        assert!(when(least, most).contains("the condition on \"value\" allows no value"));
    }
    let twice = Treatments::new(vec![good(), good()]).unwrap_err();
    assert_eq!(twice.to_string(), "treatments: the name \"letter\" stands twice");
    for text in ["", "{}", r#"[{"name": "x"}]"#, r#"[{"nome": "x"}]"#] {
        assert!(matches!(Treatments::from_json(text), Err(Error::Treatments(_))), "{text}");
    }
    assert!(Treatments::new(vec![good(); 101]).is_err());
}

#[test]
fn facts_that_make_no_sense_are_refused() {
    let with = |values: Vec<f64>| Facts::new(2).with("value", values).unwrap_err().to_string();
    assert!(with(vec![1.0]).contains("\"value\" has 1 rows, but 2 are expected"));
    for bad in [f64::INFINITY, -1e51] {
        assert!(with(vec![0.0, bad]).contains("column \"value\", row 1"), "{bad}");
    }
    let empty = Treatments::customary().propose(Facts::new(0), Threads::ONE).unwrap_err();
    assert!(empty.to_string().contains("is empty"), "{empty}");
}

#[test]
fn what_bans_or_charges_is_no_treatment() {
    let table = |name: &str, reason: &str| {
        let treatment = Treatment::new(name, "mail", Gives::Gift, "reversal_impact", 1.0, reason);
        Treatments::new(vec![treatment])
    };
    for (name, reason, word) in [
        ("ban_returns", "It gains {gain}.", "ban"),
        ("return_policy", "Charge a return fee of {cost}.", "charge"),
        ("Blocklist", "They cost {basis}.", "blocklist"),
        ("letter", "Penalise what comes back.", "penalise"),
    ] {
        let refused = table(name, reason).unwrap_err().to_string();
        assert!(refused.contains(&format!("{word:?}")), "{refused}");
        assert!(refused.contains("what a customer gets"), "{refused}");
    }
    for reason in
        ["Free of charge.", "There is no return fee.", "A bandana, feedback and a discharge lamp."]
    {
        assert!(table("gift", reason).is_ok(), "{reason}");
    }
}

#[test]
fn what_gives_nothing_is_refused_whatever_it_is_called() {
    let table = |gives: &str, more: &str| {
        Treatments::from_json(&format!(
            r#"[{{"name": "letter", "channel": "mail", {gives} "basis": "reversal_impact", "effect": 1.0{more},
                 "reason": "It gains {{gain}}."}}]"#
        ))
    };
    for kind in ["fee", "ban", "charge", "limit", "slower service", "", "Call"] {
        let refused = table(&format!(r#""gives": "{kind}","#), "").unwrap_err().to_string();
        assert!(refused.contains("gives"), "{refused}");
        assert!(refused.contains("what charges, bans or withholds is no treatment"), "{refused}");
    }
    assert!(table("", "").unwrap_err().to_string().contains("missing field `gives`"));
    for (word, kind) in Gives::WORDS {
        let depth = if *kind == Gives::Discount { r#", "discount": 0.1"# } else { "" };
        let made = table(&format!(r#""gives": "{word}","#), depth).unwrap();
        assert_eq!((made.treatments()[0].gives, kind.name()), (*kind, *word));
    }
    // A depth is what holds a discount to the margin.
    for (gives, depth) in [("discount", ""), ("gift", r#", "discount": 0.1"#)] {
        let refused = table(&format!(r#""gives": "{gives}","#), depth).unwrap_err().to_string();
        assert!(refused.contains("has its depth in the field discount"), "{refused}");
    }
}

#[test]
fn whoever_opted_out_gets_no_treatment() {
    let known: [(&str, &[f64]); 4] = [
        ("clv", &[900.0; 4]),
        ("p_alive", &[0.9; 4]),
        ("frequency", &[5.0; 4]),
        ("opted_out", &[1.0, 0.0, f64::NAN, 1.0]),
    ];
    let customary = Treatments::customary();
    let call = number(&customary, "personal_call");
    assert_eq!(propose(&customary, facts(4, &known)).gains(call), [0.0, 37.0, 37.0, 0.0]);
}
