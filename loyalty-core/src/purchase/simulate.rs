//! Customers drawn from a model.

use super::process::{Needs, PurchaseProcess};
use crate::Error;
use crate::error::non_negative;
use crate::math::LnProduct;
use crate::math::random::Random;
use crate::memory;
use crate::orders::Column;
use crate::parallel::{Threads, map_chunks};
use crate::summary::{CustomerSummary, SummaryColumns};

/// Customers drawn by one thread at a time.
const CHUNK: usize = 4096;

/// Mean purchases of a customer who never leaves beyond which a draw would take forever.
const MOST: f64 = 1e6;

/// Histories of new customers, each observed for their t; `model_of` gives the model of a row.
pub(super) fn simulate<'a, M: PurchaseProcess>(
    model_of: impl Fn(usize) -> &'a M + Sync,
    t: &[f64],
    seed: u64,
    threads: Threads,
) -> Result<CustomerSummary, Error> {
    let mut mean: f64 = 0.0;
    for (row, &t) in t.iter().enumerate() {
        mean = mean.max(model_of(row).mean_purchases(non_negative("t", t)?));
    }
    if mean > MOST {
        let expected = "at most 1e6 purchases within the longest t";
        return Err(Error::parameter("r/alpha", expected, mean));
    }
    memory::ask_for_rows("customers to simulate", t.len(), 64, 0)?;
    let chunks = map_chunks(t.len(), CHUNK, threads, |rows| {
        let draw = |row| {
            let mut gaps = LnProduct::EMPTY;
            let drawn =
                model_of(row).draw_gaps(&mut Random::of(seed, 0, row), t[row], |gap| gaps.add(gap));
            (drawn, gaps.value())
        };
        rows.map(draw).collect::<Vec<((f64, f64), f64)>>()
    });
    let (drawn, ln_gaps): (Vec<_>, Vec<f64>) = chunks.into_iter().flatten().unzip();
    let (x, t_x): (Vec<f64>, Vec<f64>) = drawn.into_iter().unzip();
    let mut columns = SummaryColumns::new(&x, &t_x, t);
    columns.sum_ln_gaps =
        M::NEEDS.contain(Needs::INTERVALS).then(|| Column::new("sum_ln_gaps", &ln_gaps[..]));
    columns.unit = (!t.is_empty()).then(|| model_of(0).time_unit()).flatten();
    CustomerSummary::new(&columns)
}
