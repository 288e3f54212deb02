//! A fitted behaviour model and what it says of some customers, which Rust, Python and C must give to
//! the last bit. `LOYALTY_UPDATE_GOLDEN=1 cargo test --test suite golden_behaviours` writes it anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::ledger_shop::{ledger, simulated};
use loyalty_core::behaviours::{Behaviour, BehaviourModel, BehaviourOptions};
use loyalty_core::ledger::LedgerRow;
use loyalty_core::simulate::ShopOptions;

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden").join(file)
}

/// Ledger, then p_over and impact of each behaviour, then the number of the costliest label, or −1.
fn table(model: &BehaviourModel, rows: &[LedgerRow]) -> String {
    let mut text = LedgerRow::NAMES.join(",");
    for &behaviour in Behaviour::ALL {
        let _ = write!(text, ",p_over_{behaviour},impact_{behaviour}");
    }
    text.push_str(",primary\n");
    for row in rows {
        let found = model.classify_one(row, None).unwrap();
        let ledger = row.values().into_iter();
        let scores = found.each.iter().flat_map(|one| [one.score.p_over, one.score.impact]);
        for value in ledger.chain(scores) {
            let _ = write!(text, "{value:?},");
        }
        let primary = Behaviour::ALL.iter().position(|one| Some(*one) == found.primary);
        let _ = writeln!(text, "{}", primary.map_or(-1, |number| i64::try_from(number).unwrap()));
    }
    text
}

#[test]
fn labels_are_golden() {
    let (shop, options) = simulated(ShopOptions::default(), 1500, 11);
    let ledger = ledger(&shop, &options);
    let fitted = BehaviourModel::fit(&ledger, &BehaviourOptions::default()).unwrap();
    let rows: Vec<LedgerRow> = (0..ledger.len()).step_by(30).map(|row| ledger.row(row)).collect();
    if std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some() {
        fitted.write(path("behaviours.json")).unwrap();
        std::fs::write(path("behaviours.csv"), table(&fitted, &rows)).unwrap();
    }
    let model = BehaviourModel::read(path("behaviours.json")).unwrap();
    assert_eq!(fitted, model);
    assert_eq!(model.distributions().count(), 5);
    let golden = std::fs::read_to_string(path("behaviours.csv")).unwrap();
    assert_eq!(table(&model, &rows), golden);
    assert!(golden.lines().filter(|line| !line.ends_with(",-1")).count() > 5);
}
