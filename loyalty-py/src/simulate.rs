//! Simulated shops.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, TimestampMicrosecondArray};
use loyalty_core::parallel::Threads;
use loyalty_core::simulate::{
    Scenario, ScenarioOptions, Shop, ShopOptions, SimulatedContacts, SimulatedLines, SimulatedTruth,
};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::Result;

/// Order lines, the truth about them, contacts, and the truth about customers.
type Tables = (Vec<Column>, Vec<Column>, Vec<Column>, Vec<Column>);

/// Simulates a shop; options that are not named have the defaults, or those of the null shop.
#[pyfunction]
#[pyo3(signature = (options, contact_exposure, seed, null, threads))]
pub(crate) fn simulate(
    py: Python<'_>,
    options: HashMap<String, f64>,
    contact_exposure: &str,
    seed: u64,
    null: bool,
    threads: usize,
) -> Result<Tables> {
    let mut shop = if null { ShopOptions::null() } else { ShopOptions::default() };
    // In order of the names, so that the first error does not depend on the hash.
    let mut options: Vec<_> = options.into_iter().collect();
    options.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, value) in options {
        shop.set(&name, value)?;
    }
    shop.seed = seed;
    shop.contact_exposure = contact_exposure.parse()?;
    let shop = py.detach(|| Shop::simulate(&shop, Threads::new(threads)))?;
    Ok(tables(shop))
}

/// Simulates a shop of the second family.
#[pyfunction]
pub(crate) fn simulate_scenario(
    py: Python<'_>,
    scenario: &str,
    customers: u32,
    days: u32,
    seed: u64,
    null: bool,
    threads: usize,
) -> Result<Tables> {
    let mut options = ScenarioOptions::default();
    options.scenario = scenario.parse()?;
    (options.customers, options.days) = (customers, days);
    (options.seed, options.null) = (seed, null);
    Ok(tables(py.detach(|| Shop::of_scenario(&options, Threads::new(threads)))?))
}

/// The names of the scenarios.
#[pyfunction]
pub(crate) fn scenarios() -> Vec<String> {
    Scenario::ALL.iter().map(ToString::to_string).collect()
}

fn tables(shop: Shop) -> Tables {
    let line_truth = vec![floats("return_probability", shop.lines.return_probability.clone())];
    (lines(shop.lines), line_truth, contacts(shop.contacts), truth(shop.truth))
}

/// The numeric options of a shop and their values, by default and in the null shop.
#[pyfunction]
pub(crate) fn shop_options() -> Vec<(&'static str, f64, f64)> {
    let (default, null) = (ShopOptions::default(), ShopOptions::null());
    let value = |options: &ShopOptions, name| options.get(name).unwrap_or(f64::NAN);
    let option = |&name: &&'static str| (name, value(&default, name), value(&null, name));
    ShopOptions::NAMES.iter().map(option).collect()
}

fn lines(lines: SimulatedLines) -> Vec<Column> {
    vec![
        wholes("order", lines.order),
        wholes("customer", lines.customer),
        wholes("product", lines.product),
        wholes("category", lines.category),
        days("time", lines.time),
        floats("quantity", lines.quantity),
        floats("list_amount", lines.list_amount),
        floats("discount", lines.discount),
        floats("maker_discount", lines.maker_discount),
        floats("coupon", lines.coupon),
        floats("offered_depth", lines.offered_depth),
        floats("amount", lines.amount),
        floats("cost", lines.cost),
        floats("returned_amount", lines.returned_amount),
        days("return_time", lines.return_time),
    ]
}

fn contacts(contacts: SimulatedContacts) -> Vec<Column> {
    vec![
        wholes("customer", contacts.customer),
        days("time", contacts.time),
        floats("cost", contacts.cost),
        flags("firm_caused", contacts.firm_caused),
    ]
}

fn truth(truth: SimulatedTruth) -> Vec<Column> {
    vec![
        wholes("customer", truth.customer),
        days("first_order", truth.first_order),
        flags("alive", truth.alive),
        floats("purchase_rate", truth.purchase_rate),
        floats("dropout", truth.dropout),
        wholes("categories", truth.categories),
        floats("contact_rate", truth.contact_rate),
        floats("return_rate", truth.return_rate),
        floats("discount_depth", truth.discount_depth),
        floats("promotion_selection", truth.promotion_selection),
        floats("coupon_rate", truth.coupon_rate),
        floats("budget", truth.budget),
        flags("service_demander", truth.service_demander),
        flags("revenue_reverser", truth.revenue_reverser),
        flags("promotion_maximizer", truth.promotion_maximizer),
        flags("fixed_budget", truth.fixed_budget),
        floats("service_impact", truth.service_impact),
        floats("reversal_impact", truth.reversal_impact),
        floats("promotion_impact", truth.promotion_impact),
        floats("budget_impact", truth.budget_impact),
    ]
}

/// Numbers, NaN where there is none.
fn floats(name: &str, values: Vec<f64>) -> Column {
    if values.iter().all(|value| !value.is_nan()) {
        return Column::floats(name, values);
    }
    let present = values.iter().map(|value| !value.is_nan()).collect::<Vec<_>>();
    Column::new(name, Arc::new(Float64Array::new(values.into(), Some(present.into()))))
}

fn wholes(name: &str, values: Vec<i64>) -> Column {
    Column::new(name, Arc::new(Int64Array::from(values)))
}

fn flags(name: &str, values: Vec<bool>) -> Column {
    Column::new(name, Arc::new(BooleanArray::from(values)))
}

/// Days since 1970 as timestamps, the least integer where there is none.
fn days(name: &str, days: Vec<i64>) -> Column {
    const DAY: i64 = 86_400_000_000;
    let array: ArrayRef = if days.contains(&i64::MIN) {
        let present = days.iter().map(|&day| day != i64::MIN).collect::<Vec<_>>();
        // NumPy's missing time is the least integer too.
        let times: Vec<i64> =
            days.iter().map(|&day| if day == i64::MIN { day } else { day * DAY }).collect();
        Arc::new(TimestampMicrosecondArray::new(times.into(), Some(present.into())))
    } else {
        Arc::new(TimestampMicrosecondArray::from_iter_values(days.iter().map(|day| day * DAY)))
    };
    Column::new(name, array)
}
