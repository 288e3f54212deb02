//! The basis of a ledger, the records of some customers, and what is said of them at the check-out, which Rust, Python
//! and C must give to the last bit. `LOYALTY_UPDATE_GOLDEN=1 cargo test --test suite golden_check_out` writes it anew.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::ledger_shop::{contacts, ledger, lines, simulated};
use loyalty_core::behaviours::BehaviourModel;
use loyalty_core::decisions::Treatments;
use loyalty_core::ledger::{LedgerBasis, LedgerRow, customer_records};
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::orders::CustomerRecord;
use loyalty_core::pipeline::{CheckOut, CheckOutWork};
use loyalty_core::purchase::Discounting;
use loyalty_core::simulate::ShopOptions;
use loyalty_core::time::Unit;

const COLUMNS: [&str; 8] = [
    "p_alive",
    "expected_purchases",
    "expected_spend",
    "clv",
    "primary",
    "treatment",
    "treatment_gain",
    "treatment_cost",
];

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../golden").join(file)
}

/// A year ahead at a discount of a tenth and a margin of three tenths, by the other golden models.
fn check_out(basis: &LedgerBasis) -> CheckOut {
    let mut check_out = CheckOut::new(Discounting::annual(52.0, 0.1, Unit::Week).unwrap());
    let model = |file| ModelFile::read(path(file)).unwrap().model;
    if let Model::Purchase(model) = model("bg_nbd.json") {
        check_out.purchases = Some(model);
    }
    if let Model::Spend(model) = model("gamma_gamma.json") {
        check_out.spend = Some(model);
    }
    check_out.basis = Some(basis.clone());
    check_out.behaviours = Some(BehaviourModel::read(path("behaviours.json")).unwrap());
    check_out.treatments = Some(Treatments::customary());
    check_out.margin = Some(0.3);
    check_out
}

fn number(position: Option<usize>) -> String {
    position.map_or("-1".to_owned(), |position| position.to_string())
}

/// The record in hexadecimal digits, the row of the ledger, and the score at its end.
fn table(basis: &LedgerBasis, records: &[CustomerRecord]) -> String {
    let mut text = format!("record,{},{}\n", LedgerRow::NAMES.join(","), COLUMNS.join(","));
    let (check_out, mut work) = (check_out(basis), CheckOutWork::default());
    for record in records {
        for byte in record.to_bytes() {
            let _ = write!(text, "{byte:02x}");
        }
        let score = check_out.score(record, None, basis.end(), &mut work).unwrap();
        for value in score.ledger.unwrap().values() {
            let _ = write!(text, ",{value:?}");
        }
        for value in [score.p_alive, score.expected_purchases, score.expected_spend, score.clv] {
            let _ = write!(text, ",{:?}", value.unwrap());
        }
        let primary = number(score.primary.map(|behaviour| behaviour as usize));
        let treatment = number(score.decision.map(|chosen| chosen.treatment));
        let (gain, cost) = score.decision.map_or((0.0, 0.0), |chosen| (chosen.gain, chosen.cost));
        let _ = writeln!(text, ",{primary},{treatment},{gain:?},{cost:?}");
    }
    text
}

#[test]
fn customers_at_the_check_out_are_golden() {
    let (shop, options) = simulated(ShopOptions::default(), 1500, 11);
    let (ledger, lines, contacts) = (ledger(&shop, &options), lines(&shop), contacts(&shop));
    let records = customer_records(&lines, Some(&contacts), None).unwrap();
    let some: Vec<CustomerRecord> = records.into_iter().step_by(150).collect();
    if std::env::var_os("LOYALTY_UPDATE_GOLDEN").is_some() {
        ledger.basis().write(path("ledger_basis.json")).unwrap();
        std::fs::write(path("check_out.csv"), table(ledger.basis(), &some)).unwrap();
    }
    let basis = LedgerBasis::read(path("ledger_basis.json")).unwrap();
    assert_eq!(&basis, ledger.basis());
    let golden = std::fs::read_to_string(path("check_out.csv")).unwrap();
    assert_eq!(table(&basis, &some), golden);
}
