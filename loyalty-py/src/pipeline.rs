//! All scores of a log in one call of the core.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{BooleanArray, LargeStringArray};
use loyalty_core::decisions::Capacity;
use loyalty_core::models::Model;
use loyalty_core::orders::Contacts;
use loyalty_core::parallel::Threads;
use loyalty_core::pipeline::{
    GivenModel, OrderTable, ScoreColumn, ScoreInput, ScoreOptions, ScoreValues, Scores,
    TreatmentScores, score,
};
use pyo3::prelude::*;

use crate::column::Column;
use crate::correlation::{CorrelationRow, row};
use crate::decisions::Treatments;
use crate::error::{Result, input};
use crate::fits::Fit;
use crate::ledger::{ContactColumns, read_contacts};
use crate::order_lines::{OrderLines, read};
use crate::orders::Orders;
use crate::purchase::PurchaseModel;
use crate::read::{Numbers, numbers};
use crate::rfm::{RfmResult, result};
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;

/// The columns of a table of order lines, contacts, and how rows are read: what to do with those that
/// cannot be used, and the time zone.
type Table = (HashMap<String, Py<Column>>, Option<ContactColumns>, String, Option<String>);
/// The fits of purchases and spend.
type Fits = (Option<Fit>, Option<Fit>);
/// Customers, Pearson's and Spearman's.
type Correlations = (f64, CorrelationRow, CorrelationRow);
/// What was not computed, why, the columns that would enable it, and the sentence.
type Missing = (String, String, Vec<String>, String);
/// The summary, the fits, bins and RFM scores, the correlation, the columns by customer, the price of each
/// capacity, notes by kind, and what was not computed.
type Answer = (
    CustomerSummary,
    Fits,
    Option<RfmResult>,
    Option<Correlations>,
    Vec<Column>,
    Vec<(String, f64)>,
    Vec<(&'static str, String)>,
    Vec<Missing>,
);

/// A purchase model, a fit of one, or the kind to fit.
#[derive(FromPyObject)]
pub(crate) enum Purchases<'py> {
    Fit(PyRef<'py, Fit>),
    Model(PyRef<'py, PurchaseModel>),
    Kind(String),
}

/// A spend model, a fit of one, or the kind to fit.
#[derive(FromPyObject)]
pub(crate) enum Spend<'py> {
    Fit(PyRef<'py, Fit>),
    Model(PyRef<'py, SpendModel>),
    Kind(String),
}

impl Purchases<'_> {
    fn set(&self, options: &mut ScoreOptions) -> Result<()> {
        match self {
            Self::Fit(fit) => options.purchases = Some(GivenModel::Fit(fit.purchases()?)),
            Self::Model(model) => options.purchases = Some(GivenModel::Model(model.0.clone())),
            Self::Kind(kind) => options.purchase_kind = kind.parse()?,
        }
        Ok(())
    }
}

impl Spend<'_> {
    fn set(&self, options: &mut ScoreOptions) -> Result<()> {
        match self {
            Self::Fit(fit) => options.spend = Some(GivenModel::Fit(fit.spend()?)),
            Self::Model(model) => options.spend = Some(GivenModel::Model(model.0.clone())),
            Self::Kind(kind) => options.spend_kind = kind.parse()?,
        }
        Ok(())
    }
}

/// Scores a summary, orders, or a table of order lines with the orders made of it.
#[pyfunction]
#[pyo3(signature = (
    customers, orders, table, *, unit, observation_end, horizon, annual_discount_rate, margin, margins,
    economics, treatments, capacities, purchases, spend, threads,
))]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn score_customers(
    py: Python<'_>,
    customers: Option<&CustomerSummary>,
    orders: Option<&Orders>,
    table: Option<Table>,
    unit: &str,
    observation_end: Option<i64>,
    horizon: Option<f64>,
    annual_discount_rate: f64,
    margin: Option<f64>,
    margins: Option<&Column>,
    economics: HashMap<String, f64>,
    treatments: Option<&Treatments>,
    capacities: Vec<(String, f64)>,
    purchases: Purchases<'_>,
    spend: Spend<'_>,
    threads: usize,
) -> Result<Answer> {
    let mut options = ScoreOptions::default();
    options.unit = unit.parse()?;
    options.observation_end = observation_end;
    (options.horizon, options.annual_discount_rate) = (horizon, annual_discount_rate);
    options.margin = margin;
    let margins = margins.map(numbers).transpose()?;
    options.margins = margins.as_ref().map(|margins| Numbers::or_nan(margins).into_owned());
    let known = |name: &str| economics.get(name).copied();
    options.economics.margin = known("margin");
    options.economics.handling = known("handling");
    options.economics.markdown = known("markdown");
    options.economics.category_cost = known("category_cost");
    let habits = &mut options.behaviours;
    habits.materiality = known("materiality").unwrap_or(habits.materiality);
    habits.false_discovery_rate =
        known("false_discovery_rate").unwrap_or(habits.false_discovery_rate);
    options.treatments = treatments.map(|treatments| treatments.0.clone());
    for (name, amount) in capacities {
        options.capacities.push(Capacity::new(name, amount)?);
    }
    purchases.set(&mut options)?;
    spend.set(&mut options)?;
    options.threads = Threads::new(threads);
    drop((purchases, spend));
    py.detach(|| {
        let (lines, contacts) = match &table {
            None => (None, None),
            Some(table) => tables(table)?,
        };
        let data = match (customers, orders, &table) {
            (Some(customers), ..) => ScoreInput::from(&customers.0),
            (None, Some(orders), None) => ScoreInput::from(&orders.orders),
            (None, Some(orders), Some(_)) => {
                let mut table =
                    OrderTable::new(&orders.orders, lines.as_ref().map(|lines| &*lines.0));
                table.contacts = contacts.as_ref();
                ScoreInput::from(table)
            }
            (None, None, _) => return Err(input("neither a summary nor orders")),
        };
        answer(score(data, &options)?)
    })
}

/// The lines, where they have amounts, and the contacts.
fn tables(table: &Table) -> Result<(Option<OrderLines>, Option<Contacts>)> {
    let (columns, contacts, invalid, zone) = table;
    let (invalid, zone) = (invalid.parse()?, zone.as_deref());
    let has_amounts = columns.contains_key("amount") || columns.contains_key("price");
    let lines = has_amounts.then(|| read(columns, &[], &[], &[], zone, invalid)).transpose()?;
    Ok((lines, read_contacts(contacts.as_ref(), invalid, zone)?))
}

fn answer(scores: Scores) -> Result<Answer> {
    let columns = scores.columns().into_iter().map(column).collect();
    let rfm = scores.rfm.as_ref().map(|rfm| {
        let segments = rfm.segments.as_ref();
        result(
            &rfm.values,
            &rfm.scores,
            segments.map(|segments| (&segments.table, &segments.of[..])),
        )
    });
    let prices = scores.treatments.iter().flat_map(TreatmentScores::shadow_prices);
    let prices = prices.map(|(name, price)| (name.to_owned(), price)).collect();
    let missing = |missing: &loyalty_core::pipeline::NotComputed| {
        let (what, why) = (missing.what.to_string(), missing.why.clone());
        (what, why, missing.enabled_by.clone(), missing.to_string())
    };
    let correlation =
        scores.correlation.map(|found| (found.customers, row(found.pearson), row(found.spearman)));
    let rfm = rfm.transpose()?;
    let not_computed = scores.not_computed.iter().map(missing).collect();
    Ok((
        CustomerSummary(scores.customers),
        (
            scores.purchase_fit.map(|fit| Fit(fit.map(Model::from))),
            scores.spend_fit.map(|fit| Fit(fit.map(Model::from))),
        ),
        rfm,
        correlation,
        columns,
        prices,
        scores.notes.into_iter().map(|note| (note.kind.name(), note.sentence)).collect(),
        not_computed,
    ))
}

fn column(column: ScoreColumn<'_>) -> Column {
    let name = column.name;
    match column.values {
        ScoreValues::Counts(values) => Column::counts(name, values),
        ScoreValues::Numbers(values) => Column::known_floats(name, values.into_owned()),
        ScoreValues::Flags(values) => Column::new(name, Arc::new(BooleanArray::from(values))),
        ScoreValues::Words(values) => {
            Column::new(name, Arc::new(LargeStringArray::from_iter(values)))
        }
        ScoreValues::Text(values) => {
            Column::new(name, Arc::new(LargeStringArray::from_iter(values)))
        }
        other => unreachable!("a column of a kind not known here: {other:?}"),
    }
}
