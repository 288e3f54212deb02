//! Ledgers out of all proportion: every score is finite, or an error says which is not.

use std::path::PathBuf;

use crate::common::ledger_shop::{columns, contacts, ledger_options, returned, simulated};
use crate::common::random::Random;
use loyalty_core::Error;
use loyalty_core::behaviours::BehaviourModel;
use loyalty_core::ledger::{Ledger, LedgerRow};
use loyalty_core::orders::{Invalid, OrderLines};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::ShopOptions;

fn golden(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden").join(file)
}

fn model() -> BehaviourModel {
    BehaviourModel::read(golden("behaviours.json")).unwrap()
}

/// The ledgers of golden/behaviours.csv.
fn rows() -> Vec<[f64; LedgerRow::NAMES.len()]> {
    let text = std::fs::read_to_string(golden("behaviours.csv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
        std::array::from_fn(|column| cells[column])
    };
    text.lines().skip(1).map(row).collect()
}

fn column(name: &str) -> usize {
    LedgerRow::NAMES.iter().position(|known| *known == name).unwrap()
}

/// Whether a row was scored; every number is finite where it was.
fn scored(model: &BehaviourModel, values: &[f64; LedgerRow::NAMES.len()]) -> bool {
    let row = LedgerRow::from_values(*values);
    let refused = |error: Error| assert!(matches!(error, Error::Value { row: 0, .. }), "{error}");
    let scores = model.classify_one(&row, None).map_err(refused);
    let intervals = model.intervals_one(&row, None, 0.9).map_err(refused);
    for one in scores.iter().flat_map(|found| &found.each) {
        assert!(one.score.values().iter().all(|value| value.is_finite()), "{one:?}\n{values:?}");
    }
    for (behaviour, found) in intervals.iter().flatten() {
        let ends = [found.estimate.0, found.estimate.1, found.impact.0, found.impact.1];
        assert!(ends.iter().all(|end| end.is_finite()), "{behaviour} {found:?}\n{values:?}");
    }
    scores.is_ok() && intervals.is_ok()
}

#[test]
fn no_score_is_without_a_number() {
    let (model, rows) = (model(), rows());
    let mut random = Random::new(20);
    let width = u32::try_from(LedgerRow::NAMES.len()).unwrap();
    let (mut good, mut tried) = (0, 0);
    for row in &rows {
        assert!(scored(&model, row), "a customer of a shop");
        // Single columns far off, as by a slip of the unit, and several at once.
        for at in 0..row.len() {
            for power in [-50, -20, -5, 5, 20, 50] {
                let mut values = *row;
                values[at] = (values[at] * 10_f64.powi(power)).clamp(-1e50, 1e50);
                good += usize::from(scored(&model, &values));
                tried += 1;
            }
        }
        for _ in 0..40 {
            let mut values = *row;
            for _ in 0..3 {
                let at = random.below(width) as usize;
                let power = random.below(101).cast_signed() - 50;
                values[at] = (values[at] * 10_f64.powi(power)).clamp(-1e50, 1e50);
            }
            good += usize::from(scored(&model, &values));
            tried += 1;
        }
    }
    // What can be scored is.
    assert!(good * 10 > tried * 9, "{good} of {tried}");
}

#[test]
fn numbers_out_of_all_proportion_are_named() {
    let (model, row) = (model(), rows()[0]);
    for (name, value, refused) in [
        ("return_hits", 1e20, "p_over of revenue_reverser"),
        ("list_square", 1e-50, "estimate of promotion_maximizer"),
        ("budget_freedom", 1e30, "estimate of fixed_budget"),
        ("lines", 5e-324, "impact of revenue_reverser"),
    ] {
        let mut values = row;
        values[column(name)] = value;
        assert!(!scored(&model, &values), "{name}");
        let error = model.classify_one(&LedgerRow::from_values(values), None).unwrap_err();
        let expected = format!("column {refused:?}, row 7: must be finite, but a number of the");
        assert!(error.in_row(7).to_string().starts_with(&expected), "{name}");
    }
    let mut values = row;
    values[column("return_lines")] = 1e9;
    assert!(scored(&model, &values));
}

/// Everything that is said of a ledger at once is finite and has the bits of one customer at a time, or is refused by
/// the row that is refused alone. Whether it is said.
fn said_alike(model: &BehaviourModel, ledger: &Ledger) -> bool {
    let alone = |row| model.classify_one(&ledger.row(row), None);
    let refused = |error: Error, of: &dyn Fn(usize) -> Option<Error>| {
        let Error::Value { row, more, .. } = error else { panic!("{error}") };
        let all: Vec<(usize, Error)> =
            (0..ledger.len()).filter_map(|row| Some((row, of(row)?))).collect();
        assert_eq!((all[0].0, all.len()), (row, more + 1));
        let (Error::Value { column, value, .. }, same) = (&error, &all[0].1) else { panic!() };
        assert!(
            matches!(same, Error::Value { column: c, value: v, .. } if c == column && v == value)
        );
    };
    match model.classify(ledger, Threads::new(2)) {
        Ok(found) => {
            for row in 0..ledger.len() {
                for one in alone(row).unwrap().each {
                    let score = found.scores(one.behaviour).unwrap().row(row);
                    let bits =
                        |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                    assert!(score.values().iter().all(|value| value.is_finite()), "{score:?}");
                    assert_eq!(bits(&score.values()), bits(&one.score.values()));
                }
            }
        }
        Err(error) => {
            refused(error, &|row| alone(row).err());
            return false;
        }
    }
    for (one, _) in model.distributions() {
        match one.intervals(ledger, 0.9, Threads::new(2)) {
            Ok(ends) => assert!(ends.iter().flatten().all(|end| end.is_finite())),
            Err(error) => {
                refused(error, &|row| one.interval(&ledger.row(row), None, 0.9).err());
                return false;
            }
        }
    }
    true
}

#[test]
fn what_is_said_of_many_is_finite_and_what_is_said_of_one() {
    let (model, mut random) = (model(), Random::new(23));
    let (shop, options) = simulated(ShopOptions::default(), 60, 5);
    let service = contacts(&shop);
    let mut said = 0;
    for round in 0..60 {
        let mut shop = shop.clone();
        for _ in 0..round % 4 {
            let line = random.below(u32::try_from(shop.lines.amount.len()).unwrap()) as usize;
            let factor = 10_f64.powi(random.below(91).cast_signed() - 45);
            let lines = &mut shop.lines;
            let of_line: [&mut Vec<f64>; 5] = [
                &mut lines.amount,
                &mut lines.list_amount,
                &mut lines.discount,
                &mut lines.cost,
                &mut lines.returned_amount,
            ];
            let which = random.below(6) as usize;
            for (number, column) in of_line.into_iter().enumerate() {
                if which == number || which == 5 {
                    column[line] = (column[line] * factor).min(1e50);
                }
            }
        }
        let back = returned(&shop);
        let lines = OrderLines::new(&columns(&shop, &back), Invalid::Drop).unwrap();
        let ledger = Ledger::new(&lines, Some(&service), None, &ledger_options(&options));
        said += usize::from(said_alike(&model, &ledger.unwrap()));
    }
    // Lines that are accepted make ledgers that nearly always can be scored.
    assert!(said > 50, "{said} of 60");
}

#[test]
fn files_with_ordinates_that_no_fit_has_are_refused() {
    let text = std::fs::read_to_string(golden("behaviours.json")).unwrap();
    let start = text.find("\"by_level\"").unwrap();
    let number = start + text[start..].find(|letter: char| letter.is_ascii_digit()).unwrap();
    let end = number + text[number..].find([',', '\n']).unwrap();
    for huge in ["1e17", "2147483647"] {
        let text = format!("{}{huge}{}", &text[..number], &text[end..]);
        let error = BehaviourModel::from_json(&text).unwrap_err().to_string();
        assert!(error.starts_with("by_level must be from -200 to 200, got "), "{error}");
    }
}
