//! Scoring one customer allocates nothing; at the check-out, nothing after the first few.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

use loyalty_core::behaviours::BehaviourModel;
use loyalty_core::decisions::Treatments;
use loyalty_core::ledger::LedgerBasis;
use loyalty_core::models::{Model, ModelFile};
use loyalty_core::orders::{Column, CustomerRecord, Invalid, LineColumns, OrderLines, TimeScale};
use loyalty_core::pipeline::CheckOut;
use loyalty_core::purchase::{AnyPurchaseModel, BgNbd, Discounting};
use loyalty_core::returns::ReturnPropensity;
use loyalty_core::spend::{AnySpendModel, GammaGamma};
use loyalty_core::time::Unit;

use crate::behaviours::loyalty_behaviour_score;
use crate::check_out::{loyalty_check_out, loyalty_check_out_score, loyalty_customer_score};
use crate::code::loyalty_time_scale;
use crate::customer_record::{loyalty_customer_record, loyalty_customer_record_read};
use crate::error::loyalty_status;
use crate::handle::{free, made};
use crate::order_lines::loyalty_lines;
use crate::purchase_model::customer::{
    loyalty_purchase_model_expected_purchases, loyalty_purchase_model_p_alive,
};
use crate::purchase_model::loyalty_purchase_model;
use crate::return_propensity::loyalty_return_propensity;
use crate::spend_model::{loyalty_spend_model, loyalty_spend_model_expected_spend};
use crate::versioned::Versioned as _;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, with a count for each thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's contract is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[test]
fn scoring_one_customer_allocates_nothing() {
    let purchases = BgNbd::new(0.243, 4.414, 0.793, 2.426).unwrap();
    let purchases = loyalty_purchase_model::from(AnyPurchaseModel::from(purchases));
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let spend = loyalty_spend_model::from(AnySpendModel::from(spend));
    let (mut p, mut expected, mut mean) = (0.0, 0.0, 0.0);
    let before = ALLOCATIONS.get();
    // SAFETY: live models and writable numbers.
    let statuses = unsafe {
        [
            loyalty_purchase_model_p_alive(
                &raw const purchases,
                2,
                30.43,
                38.86,
                &raw mut p,
                null_mut(),
            ),
            loyalty_purchase_model_expected_purchases(
                &raw const purchases,
                2,
                30.43,
                38.86,
                39.0,
                &raw mut expected,
                null_mut(),
            ),
            loyalty_spend_model_expected_spend(
                &raw const spend,
                2,
                22.35,
                &raw mut mean,
                null_mut(),
            ),
        ]
    };
    assert_eq!(ALLOCATIONS.get(), before);
    assert_eq!(statuses, [loyalty_status::Ok; 3]);
    assert!(p > 0.0 && expected > 0.0 && mean > 0.0);
}

/// The golden models, and a basket of three lines.
fn golden_check_out() -> (loyalty_check_out, loyalty_return_propensity, loyalty_lines) {
    let path = |file| format!("{}/../golden/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut models = CheckOut::new(Discounting::annual(52.0, 0.1, Unit::Week).unwrap());
    let model = |file| ModelFile::read(path(file)).unwrap().model;
    if let Model::Purchase(model) = model("bg_nbd.json") {
        models.purchases = Some(model);
    }
    if let Model::Spend(model) = model("gamma_gamma.json") {
        models.spend = Some(model);
    }
    models.basis = Some(LedgerBasis::read(path("ledger_basis.json")).unwrap());
    models.behaviours = Some(BehaviourModel::read(path("behaviours.json")).unwrap());
    models.treatments = Some(Treatments::customary());
    models.margin = Some(0.3);
    let returns = ReturnPropensity::read(path("return_propensity.json")).unwrap();
    let day = [i64::from(returns.today()); 3];
    let customer = Column::new("customer", &[3, 3, 3][..]).into();
    let time = Column::new("time", &day[..]);
    let mut columns = LineColumns::new(customer, time, TimeScale::Days)
        .with_price(Column::new("price", &[19.5, 7.25, 19.5]));
    columns.product = Some(Column::new("product", &[5, 6, 7][..]).into());
    let basket = OrderLines::new(&columns, Invalid::Raise).unwrap();
    (models.into(), loyalty_return_propensity(returns), loyalty_lines(basket))
}

/// The records of golden/check_out.csv.
fn golden_records() -> Vec<loyalty_customer_record> {
    let path = format!("{}/../golden/check_out.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let bytes = |digits: &str| -> Vec<u8> {
        let digits = digits.as_bytes().chunks(2).map(|two| str::from_utf8(two).unwrap());
        digits.map(|two| u8::from_str_radix(two, 16).unwrap()).collect()
    };
    let record = |line: &str| CustomerRecord::from_bytes(&bytes(line.split(',').next().unwrap()));
    text.lines().skip(1).map(|line| loyalty_customer_record(record(line).unwrap())).collect()
}

#[test]
fn a_check_out_allocates_nothing_after_the_first_round() {
    let (check_out, returns, basket) = golden_check_out();
    let records = golden_records();
    let stored: Vec<Vec<u8>> = records.iter().map(|record| record.0.to_bytes()).collect();
    let place = made(loyalty_customer_record(CustomerRecord::default()));
    let mut score = loyalty_customer_score::defaults();
    let mut behaviours = [loyalty_behaviour_score::default(); 5];
    let mut back = [0.0; 3];
    let now = check_out.models.basis.as_ref().unwrap().end();
    let mut round = || {
        for bytes in &stored {
            // SAFETY: live objects and arrays of the lengths that are stated.
            let statuses = unsafe {
                [
                    loyalty_customer_record_read(place, bytes.as_ptr(), bytes.len(), null_mut()),
                    loyalty_check_out_score(
                        &raw const check_out,
                        place,
                        std::ptr::null(),
                        now,
                        loyalty_time_scale::Microseconds as i32,
                        &raw const returns,
                        &raw const basket,
                        &raw mut score,
                        behaviours.as_mut_ptr(),
                        behaviours.len(),
                        back.as_mut_ptr(),
                        back.len(),
                        null_mut(),
                    ),
                ]
            };
            assert_eq!(statuses, [loyalty_status::Ok; 2]);
            assert!(score.p_alive > 0.0 && score.clv > 0.0 && back.iter().all(|p| *p > 0.0));
        }
    };
    round();
    let before = ALLOCATIONS.get();
    round();
    assert_eq!(ALLOCATIONS.get(), before);
    // SAFETY: made above, and not used again.
    unsafe { free(place) };
}
