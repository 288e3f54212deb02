//! All scores of a log in one call of the core.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{BooleanArray, LargeStringArray};
use loyalty_core::decisions::Capacity;
use loyalty_core::interop::arrow::OrderArrays;
use loyalty_core::models::Model;
use loyalty_core::orders::{Contacts, TableOptions};
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
use crate::ledger::{ContactColumns, Join, joins, read_contacts};
use crate::order_lines::{OrderLines, Reading, Report, read, reading, report};
use crate::orders::Orders;
use crate::purchase::PurchaseModel;
use crate::read::{Ids, Numbers, flags, numbers};
use crate::rfm::{RfmResult, result};
use crate::spend::SpendModel;
use crate::summary::CustomerSummary;

/// The columns of a table of order lines, contacts and marketing, ids of customers who opted out, and how rows are
/// read: by which options, and in which time zone.
type Table = (
    HashMap<String, Py<Column>>,
    [Option<ContactColumns>; 2],
    Option<Py<Column>>,
    Reading,
    Option<String>,
);
/// The fits of purchases and spend.
type Fits = (Option<Fit>, Option<Fit>);
/// Customers, Pearson's and Spearman's.
type Correlations = (f64, CorrelationRow, CorrelationRow);
/// What was not computed, why, the columns that would enable it, and the sentence.
type Missing = (String, String, Vec<String>, String);
/// What became of the rows, the first order and the end of observation, occasions and customers that came
/// back whole, tables joined, and all of it in sentences.
type Rows = (Report, (i64, i64), (usize, usize), Vec<Join>, Vec<String>);
/// The summary, the report, the fits, bins and RFM scores, the correlation, the columns by customer, those of customers
/// without scores, the price of each capacity, notes by kind, and what was not computed.
type Answer = (
    CustomerSummary,
    Option<Rows>,
    Fits,
    Option<RfmResult>,
    Option<Correlations>,
    Vec<Column>,
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
            Self::Kind(kind) => options.purchase_kind = Some(kind.parse()?),
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
    customers, orders, table, *, unit, observation_end, value, dates, joins_how, today, horizon, annual_discount_rate, margin, margins,
    economics, treatments, capacities, purchases, spend, interval, interval_kind, threads,
))]
#[expect(clippy::too_many_arguments, reason = "what the core takes")]
pub(crate) fn score_customers(
    py: Python<'_>,
    customers: Option<&CustomerSummary>,
    orders: Option<&Orders>,
    table: Option<Table>,
    unit: &str,
    observation_end: Option<i64>,
    value: &str,
    dates: &str,
    joins_how: &str,
    today: Option<i64>,
    horizon: Option<f64>,
    annual_discount_rate: f64,
    margin: Option<f64>,
    margins: Option<&Column>,
    economics: HashMap<String, f64>,
    treatments: Option<&Treatments>,
    capacities: Vec<(String, f64)>,
    purchases: Option<Purchases<'_>>,
    spend: Spend<'_>,
    interval: Option<f64>,
    interval_kind: &str,
    threads: usize,
) -> Result<Answer> {
    let mut options = ScoreOptions::default();
    options.unit = unit.parse()?;
    options.observation_end = observation_end;
    (options.value, options.dates, options.today) = (value.parse()?, dates.parse()?, today);
    options.joins = joins_how.parse()?;
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
    if let Some(purchases) = &purchases {
        purchases.set(&mut options)?;
    }
    spend.set(&mut options)?;
    (options.interval, options.interval_kind) = (interval, interval_kind.parse()?);
    options.threads = Threads::new(threads);
    drop((purchases, spend));
    py.detach(|| {
        let (rows, [contacts, marketing]) = match &table {
            None => (None, [None, None]),
            Some(table) => tables(table)?,
        };
        let opted_out = table.as_ref().and_then(|table| table.2.as_ref());
        let opted_out = opted_out.map(|ids| Ids::read(ids.get())).transpose()?;
        let data = match (customers, orders, &rows) {
            (Some(customers), ..) => ScoreInput::from(&customers.0),
            (None, Some(orders), _) => ScoreInput::from(&orders.orders),
            (None, None, Some(rows)) => {
                let mut table = rows.table();
                table.contacts = contacts.as_ref();
                table.marketing = marketing.as_ref();
                table.opted_out = opted_out.as_ref().map(Ids::as_column);
                ScoreInput::from(table)
            }
            (None, None, None) => return Err(input("neither a summary nor orders")),
        };
        answer(score(data, &options)?)
    })
}

/// The rows of a table.
enum TableRows {
    Lines(OrderLines),
    /// Without amounts.
    Orders(Box<loyalty_core::orders::Orders>),
}

/// The purchases of a table that its scores are of.
#[pyfunction]
#[pyo3(signature = (columns, how, time_zone, *, unit, observation_end, value))]
pub(crate) fn purchases_of_table(
    py: Python<'_>,
    columns: HashMap<String, Py<Column>>,
    how: Reading,
    time_zone: Option<&str>,
    unit: &str,
    observation_end: Option<i64>,
    value: &str,
) -> Result<Orders> {
    let mut options = ScoreOptions::default();
    (options.unit, options.value) = (unit.parse()?, value.parse()?);
    options.observation_end = observation_end;
    let of_column = columns.get("time").and_then(|time| time.get().time_zone());
    let zone = time_zone.or(of_column).map(str::to_owned);
    py.detach(|| {
        let rows = rows(&columns, reading(&how, false)?, time_zone)?;
        let found = ScoreInput::from(rows.table()).purchases(&options)?;
        let orders = found.ok_or_else(|| input("neither orders nor a table of them"))?.into_owned();
        Ok(Orders::of(orders, zone))
    })
}

impl TableRows {
    fn table(&self) -> OrderTable<'_> {
        match self {
            Self::Lines(lines) => OrderTable::new(&lines.0),
            Self::Orders(orders) => OrderTable::without_amounts(orders),
        }
    }
}

/// The rows of a table of order lines, or of one without amounts.
fn rows(
    columns: &HashMap<String, Py<Column>>,
    how: TableOptions,
    zone: Option<&str>,
) -> Result<TableRows> {
    Ok(if columns.contains_key("amount") || columns.contains_key("price") {
        TableRows::Lines(read(columns, &[], &[], &[], zone, how)?)
    } else {
        let needed = |role: &str| {
            let column = columns.get(role).map(Py::get);
            column.ok_or_else(|| input(format!("the column {role:?} is missing")))
        };
        let (customer, time) = (needed("customer")?, needed("time")?);
        let arrays = OrderArrays { customer, time, amount: None, zone };
        let mut orders = arrays.orders(how)?;
        if let Some(says) = columns.get("opted_out") {
            let (ids, says) = (Ids::read(customer)?, flags(says.get())?);
            orders = orders.with_opted_out(&ids.as_column(), &says.as_column())?;
        }
        TableRows::Orders(Box::new(orders))
    })
}

/// The rows, the contacts and the marketing.
fn tables(table: &Table) -> Result<(Option<TableRows>, [Option<Contacts>; 2])> {
    let (columns, [contacts, marketing], _, how, zone) = table;
    let (how, zone) = (reading(how, false)?, zone.as_deref());
    let invalid = how.invalid;
    let rows = rows(columns, how, zone)?;
    let others = [contacts, marketing].map(|one| read_contacts(one.as_ref(), invalid, zone));
    let [contacts, marketing] = others;
    Ok((Some(rows), [contacts?, marketing?]))
}

fn answer(scores: Scores) -> Result<Answer> {
    let columns = scores.columns().into_iter().map(column).collect();
    let left_out = scores.ledger.as_ref().map_or_else(Vec::new, |scores| {
        let (customers, columns) = scores.left_out();
        let ids = Column::ids("customer", &customers);
        std::iter::once(ids).chain(columns.into_iter().map(column)).collect()
    });
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
    let rows = scores.report.as_ref().map(|found| {
        let came_back = (found.came_back.occasions, found.came_back.customers);
        let joined = joins(&found.joins);
        (report(&found.rows), found.period, came_back, joined, found.sentences())
    });
    Ok((
        CustomerSummary(scores.customers),
        rows,
        (
            scores.purchase_fit.map(|fit| Fit(fit.map(Model::from))),
            scores.spend_fit.map(|fit| Fit(fit.map(Model::from))),
        ),
        rfm,
        correlation,
        columns,
        left_out,
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
