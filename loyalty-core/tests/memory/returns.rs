//! Returns: what is learnt of them, and what scores take.

use loyalty_core::Error;
use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, Returns, TimeScale};
use loyalty_core::parallel::Threads;
use loyalty_core::returns::{ReturnOptions, ReturnPropensity};

use crate::counted::{alone, within};
use crate::shop::{ROWS, ReturnRows, SHOP};

/// Lines of known customers and products add few keys, and each line could add one to every history.
const FEW_KEYS: usize = 8;

pub(crate) fn fitted() -> Result<ReturnPropensity, Error> {
    let mut options = ReturnOptions::default();
    (options.horizon_days, options.threads) = (Some(30), Threads::new(2));
    Ok(ReturnPropensity::fit(&ReturnRows::known().lines(), &options)?.model)
}

#[test]
fn a_model_is_learnt_scores_and_moves_on() {
    let _alone = alone();
    let (known, later) = (ReturnRows::known(), ReturnRows::later());
    within("lines by time", 3, || OrderLines::new(&known.columns(), Invalid::Raise));
    let mut model = within("a fit to lines", 3, fitted);
    let (lines, threads) = (later.lines(), Threads::new(2));
    within("scores", 3, || model.score(&lines, threads));
    within("intervals", 3, || model.intervals(&lines, 0.9, threads));
    within("contributions", 3, || model.contributions(&lines, threads));
    within("a copy", 3, || model.copied());
    within("an update", FEW_KEYS, || model.update(&lines));
    within("lines told before", 3, || model.told_before(&lines));
    let (ids, on) =
        (Column::new("line", &later.line[..]).into(), vec![model.today().into(); later.line.len()]);
    let on = Column::new("on", &on[..]);
    let returns = within("returns", 3, || Returns::new(&ids, &on, TimeScale::Days, Invalid::Drop));
    within("an update by returns", 3, || model.update_returns(&returns));
    let customers = Column::new("customer", &SHOP.lines.customer[..]).into();
    within("propensities", 3, || model.customers(&customers, 0.9));
}

#[test]
fn a_compact_model_scores_and_learns() {
    let _alone = alone();
    let (compact, later) = (fitted().unwrap().to_compact(), ReturnRows::later());
    let loaded = || ReturnPropensity::from_bytes(&compact).unwrap();
    let (mut model, lines) = (loaded(), later.lines());
    within("scores of packed keys", 3, || model.score(&lines, Threads::new(2)));
    within("a copy of packed keys", 3, || model.copied());
    within("a first step", 3, || model.advance(model.today() + 1));
    let (model, known) = (loaded(), ReturnRows::known().lines());
    within("lines told before a model learns", 3, || model.told_before(&known));
    let mut model = loaded();
    within("a first update", FEW_KEYS, || model.update(&lines));
}

#[test]
fn a_model_meets_strangers() {
    let _alone = alone();
    let mut model = fitted().unwrap();
    let id: Vec<i64> = (1 << 40..).take(ROWS).collect();
    let (day, price) = (vec![i64::from(model.today()); ROWS], vec![10.0; ROWS]);
    let ids = Column::new("id", &id[..]).into();
    let mut columns = LineColumns::new(ids, Column::new("day", &day), TimeScale::Days)
        .with_price(Column::new("price", &price));
    columns.quantity = Some(Column::new("quantity", &price));
    for column in [&mut columns.product, &mut columns.order, &mut columns.line] {
        *column = Some(ids);
    }
    columns.categories = vec![Column::new("category", &id[..]).into()];
    let lines = OrderLines::new(&columns, Invalid::Raise).unwrap();
    within("an update by strangers", 3, || model.update(&lines));
    within("a copy that knows them", 3, || model.copied());
    within("a step beyond their horizon", 3, || model.advance(model.today() + 40));
}
