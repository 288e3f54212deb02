//! Scoring one customer allocates nothing.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr::null_mut;

use loyalty_core::purchase::{AnyPurchaseModel, BgNbd};
use loyalty_core::spend::{AnySpendModel, GammaGamma};

use crate::error::loyalty_status;
use crate::purchase_model::customer::{
    loyalty_purchase_model_expected_purchases, loyalty_purchase_model_p_alive,
};
use crate::purchase_model::loyalty_purchase_model;
use crate::spend_model::{loyalty_spend_model, loyalty_spend_model_expected_spend};

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
