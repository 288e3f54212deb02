//! The ledger, trait models and behaviour models.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray, LargeStringArray};
use arrow_schema::DataType;
use loyalty_core::{
    Behaviour, BehaviourOptions, Contacts, Economics, LedgerLineColumns, LedgerLines,
    LedgerOptions, LedgerRow, LossCause, Losses, Threads, TraitOptions, TraitScore,
};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{Result, input};
use crate::read::{Ids, Numbers, numbers, present, times, wrong_type};

/// Customer, time, cost and whether the shop caused it.
type ContactColumns = (Py<Column>, Py<Column>, Py<Column>, Option<Py<Column>>);

/// Reason, column, rows, first row.
type RefusedRows = (&'static str, String, usize, usize);

/// Numbers by name.
type Named = Vec<(&'static str, f64)>;

/// The profit ledger, and the lines and contacts that it was made of.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Ledger {
    table: loyalty_core::Ledger,
    lines: Arc<LedgerLines>,
    contacts: Option<Arc<Contacts>>,
    options: LedgerOptions,
}

#[pymethods]
impl Ledger {
    #[new]
    #[pyo3(signature = (columns, contacts, marketing, economics, start, end, period, period_days, invalid, time_zone, threads))]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn new(
        py: Python<'_>,
        columns: HashMap<String, Py<Column>>,
        contacts: Option<ContactColumns>,
        marketing: Option<ContactColumns>,
        economics: HashMap<String, f64>,
        start: Option<i64>,
        end: Option<i64>,
        period: &str,
        period_days: Option<u32>,
        invalid: &str,
        time_zone: Option<&str>,
        threads: usize,
    ) -> Result<Self> {
        let mut options = LedgerOptions::default();
        let known = |name: &str| economics.get(name).copied();
        options.economics = Economics {
            margin: known("margin"),
            handling: known("handling"),
            markdown: known("markdown"),
            category_cost: known("category_cost"),
        };
        (options.start, options.end) = (start, end);
        options.period = period.parse()?;
        options.period_days = period_days;
        options.threads = Threads::new(threads);
        let invalid = invalid.parse()?;
        py.detach(|| {
            let lines = read_lines(&columns, invalid, time_zone)?;
            let contacts = read_contacts(contacts.as_ref(), invalid, time_zone)?;
            let marketing = read_contacts(marketing.as_ref(), invalid, time_zone)?;
            let ledger =
                loyalty_core::Ledger::new(&lines, contacts.as_ref(), marketing.as_ref(), &options)?;
            let (lines, contacts) = (Arc::new(lines), contacts.map(Arc::new));
            Ok(Self { table: ledger, lines, contacts, options })
        })
    }

    fn __len__(&self) -> usize {
        self.table.len()
    }

    fn ids(&self, name: &str) -> Column {
        Column::ids(name, self.table.customers())
    }

    fn columns(&self) -> Vec<Column> {
        let each = LedgerRow::NAMES.iter().zip(self.table.columns().each());
        each.map(|(name, values)| Column::floats(name, values.to_vec())).collect()
    }

    /// Rows read, and the refusals as (reason, column, rows, first row), and the message.
    fn report(&self) -> (usize, Vec<RefusedRows>, String) {
        let report = self.lines.report();
        let refusals = report.refusals().iter().map(|refusal| {
            (refusal.reason.name(), refusal.column.clone(), refusal.rows, refusal.first_row)
        });
        (report.rows(), refusals.collect(), report.to_string())
    }

    /// The numbers of the whole shop.
    fn portfolio(&self) -> Named {
        let portfolio = self.table.portfolio();
        vec![
            ("years", portfolio.years),
            ("margin", portfolio.margin),
            ("net_margin", portfolio.net_margin),
            ("return_rate", portfolio.return_rate),
            ("returned_share", portfolio.returned_share),
            ("intra_order", portfolio.intra_order),
            ("intra_discount", portfolio.intra_discount),
            ("unmatched_contacts", portfolio.unmatched_contacts as f64),
            ("lines_outside", portfolio.lines_outside as f64),
        ]
    }

    #[getter]
    fn has_profit(&self) -> bool {
        self.table.available().profit
    }

    /// Numbers by name, and the loss by cause.
    fn losses(&self) -> Result<(Named, Named)> {
        let losses = Losses::of(&self.table)?;
        let causes = LossCause::ALL.iter().map(|cause| cause.name()).zip(losses.by_cause);
        let numbers = vec![
            ("profit", losses.profit),
            ("unprofitable", losses.unprofitable as f64),
            ("loss", losses.loss),
            ("cross_buyers", losses.cross_buyers as f64),
            ("unprofitable_cross_buyers", losses.unprofitable_cross_buyers as f64),
            ("cross_buyers_loss", losses.cross_buyers_loss),
        ];
        Ok((numbers, causes.collect()))
    }

    /// Share of customers, of the total, and the interval.
    fn top_shares(
        &self,
        column: &str,
        shares: Vec<f64>,
        level: f64,
    ) -> Result<Vec<(f64, f64, f64, f64)>> {
        let position = LedgerRow::NAMES.iter().position(|&name| name == column);
        let position =
            position.ok_or_else(|| input(format!("no column {column:?} in the ledger")))?;
        let values = self.table.columns().each()[position];
        let top = loyalty_core::top_shares(values, &shares, level)?;
        let ends = |top: loyalty_core::TopShare| {
            (top.customers, top.of_total, top.interval.0, top.interval.1)
        };
        Ok(top.into_iter().map(ends).collect())
    }

    fn with_peers(&self, py: Python<'_>, customer: &Column, group: &Column) -> Result<Self> {
        py.detach(|| {
            let (customer, group) = (Ids::read(customer)?, Ids::read(group)?);
            let ledger = self.table.clone();
            let ledger = ledger.with_peers(&customer.as_column(), &group.as_column())?;
            let (lines, contacts) = (self.lines.clone(), self.contacts.clone());
            Ok(Self { table: ledger, lines, contacts, options: self.options.clone() })
        })
    }
}

fn read_lines(
    columns: &HashMap<String, Py<Column>>,
    invalid: loyalty_core::Invalid,
    time_zone: Option<&str>,
) -> Result<LedgerLines> {
    let get = |name: &str| columns.get(name).map(Py::get);
    let needed =
        |name: &str| get(name).ok_or_else(|| input(format!("the column {name:?} is missing")));
    let ids = |name: &str| get(name).map(Ids::read).transpose();
    let floats = |name: &str| get(name).map(numbers).transpose();
    let (customer, order) = (Ids::read(needed("customer")?)?, ids("order")?);
    let (product, category) = (ids("product")?, ids("category")?);
    let (time, amount) = (needed("time")?, numbers(needed("amount")?)?);
    let when = times(time, time_zone)?;
    let back = match get("return_time") {
        Some(column) => Some((column, times(column, time_zone)?)),
        None => None,
    };
    let money = [
        floats("list_amount")?,
        floats("discount")?,
        floats("maker_discount")?,
        floats("coupon")?,
        floats("offered_depth")?,
        floats("cost")?,
        floats("returned_amount")?,
    ];
    let times = loyalty_core::Column::new(&time.name, &when.values[..])
        .with_present(when.present.as_deref());
    let mut lines =
        LedgerLineColumns::new(customer.as_column(), times, when.scale, amount.as_column());
    lines.order = order.as_ref().map(Ids::as_column);
    lines.product = product.as_ref().map(Ids::as_column);
    lines.category = category.as_ref().map(Ids::as_column);
    let [list, discount, maker, coupon, offered, cost, returned] =
        money.each_ref().map(|numbers| numbers.as_ref().map(Numbers::as_column));
    (lines.list_amount, lines.discount, lines.maker_discount) = (list, discount, maker);
    (lines.coupon, lines.offered_depth, lines.cost) = (coupon, offered, cost);
    lines.returned_amount = returned;
    if let Some((column, back)) = &back {
        let values = loyalty_core::Column::new(&column.name, &back.values[..]);
        lines.return_time = Some(values.with_present(back.present.as_deref()));
        lines.return_scale = back.scale;
    }
    Ok(LedgerLines::new(&lines, invalid)?)
}

fn read_contacts(
    columns: Option<&ContactColumns>,
    invalid: loyalty_core::Invalid,
    time_zone: Option<&str>,
) -> Result<Option<Contacts>> {
    let Some((customer, time, cost, firm_caused)) = columns else { return Ok(None) };
    let (customer, time, cost) = (Ids::read(customer.get())?, time.get(), numbers(cost.get())?);
    let when = times(time, time_zone)?;
    let caused = match firm_caused {
        Some(column) => Some((column.get(), flags(column.get())?, present(column.get()))),
        None => None,
    };
    let times = loyalty_core::Column::new(&time.name, &when.values[..])
        .with_present(when.present.as_deref());
    let columns = loyalty_core::ContactColumns {
        customer: customer.as_column(),
        time: times,
        scale: when.scale,
        cost: cost.as_column(),
        firm_caused: caused.as_ref().map(|(column, values, present)| {
            loyalty_core::Column::new(&column.name, &values[..]).with_present(present.as_deref())
        }),
    };
    Ok(Some(Contacts::new(&columns, invalid)?))
}

fn flags(column: &Column) -> Result<Vec<bool>> {
    let mut values = Vec::with_capacity(column.rows());
    for chunk in &column.chunks {
        match chunk.data_type() {
            DataType::Boolean => values.extend(chunk.as_boolean().values().iter()),
            DataType::Null => values.resize(values.len() + chunk.len(), false),
            _ => return Err(wrong_type(column, "true or false").into()),
        }
    }
    Ok(values)
}

fn trait_options(
    options: &HashMap<String, f64>,
    exposure: &str,
    threads: usize,
) -> Result<TraitOptions> {
    let mut found = TraitOptions::default();
    found.exposure = exposure.parse()?;
    found.threads = Threads::new(threads);
    found.threshold = options.get("threshold").copied();
    found.level = options.get("level").copied();
    found.selection = options.get("selection").copied().unwrap_or(found.selection);
    found.reallocation = options.get("reallocation").copied().unwrap_or(found.reallocation);
    Ok(found)
}

/// The model of one habit.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct TraitModel(loyalty_core::TraitModel);

#[pymethods]
impl TraitModel {
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        behaviour: &str,
        ledger: &Ledger,
        options: HashMap<String, f64>,
        exposure: &str,
        least_peers: usize,
        threads: usize,
    ) -> Result<Self> {
        let behaviour: Behaviour = behaviour.parse()?;
        let mut options = trait_options(&options, exposure, threads)?;
        options.least_peers = least_peers;
        let fit = || loyalty_core::TraitModel::fit(behaviour, &ledger.table, &options);
        Ok(Self(py.detach(fit)?))
    }

    #[getter]
    fn behaviour(&self) -> &'static str {
        self.0.behaviour().name()
    }

    #[getter]
    fn threshold(&self) -> f64 {
        self.0.threshold()
    }

    #[getter]
    fn basis(&self) -> &'static str {
        self.0.basis().name()
    }

    /// Mean and concentration of both kinds, and the share of the second.
    #[getter]
    fn kinds(&self) -> ([[f64; 2]; 2], f64) {
        self.0.kinds()
    }

    #[getter]
    fn customers(&self) -> usize {
        self.0.customers()
    }

    #[getter]
    fn likelihood_ratio(&self) -> f64 {
        self.0.likelihood_ratio()
    }

    #[getter]
    fn variation(&self) -> f64 {
        self.0.variation()
    }

    #[getter]
    fn detectable(&self) -> bool {
        self.0.detectable()
    }

    #[getter]
    fn peers(&self) -> Vec<(String, f64)> {
        self.0.peers().to_vec()
    }

    fn score(&self, py: Python<'_>, ledger: &Ledger, threads: usize) -> Vec<Column> {
        let scores = py.detach(|| self.0.score(&ledger.table, Threads::new(threads)));
        let each = TraitScore::NAMES.iter().zip(scores.each());
        each.map(|(name, values)| Column::floats(name, values.to_vec())).collect()
    }

    fn intervals(
        &self,
        py: Python<'_>,
        ledger: &Ledger,
        level: f64,
        threads: usize,
    ) -> Result<Vec<Column>> {
        let names = ["estimate_low", "estimate_high", "impact_low", "impact_high"];
        let ends = py.detach(|| self.0.intervals(&ledger.table, level, Threads::new(threads)))?;
        Ok(names.iter().zip(ends).map(|(name, values)| Column::floats(name, values)).collect())
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        Ok(Self(loyalty_core::TraitModel::from_json(text)?))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(self.0.write(path)?)
    }

    #[staticmethod]
    fn load(path: PathBuf) -> Result<Self> {
        Ok(Self(loyalty_core::TraitModel::read(path)?))
    }
}

/// The habits of a shop.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct BehaviourModel(loyalty_core::BehaviourModel);

#[pymethods]
impl BehaviourModel {
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        ledger: &Ledger,
        options: HashMap<String, f64>,
        thresholds: HashMap<String, f64>,
        exposure: &str,
        least_peers: usize,
        threads: usize,
    ) -> Result<Self> {
        let options = behaviour_options(&options, &thresholds, exposure, least_peers, threads)?;
        let fit = || loyalty_core::BehaviourModel::fit(&ledger.table, &options);
        Ok(Self(py.detach(fit)?))
    }

    /// Each habit with what can be said of it.
    fn statements(&self) -> Vec<(&'static str, String)> {
        let one = |behaviour: Behaviour| (behaviour.name(), self.0.statement(behaviour).to_owned());
        Behaviour::ALL.into_iter().map(one).collect()
    }

    /// The models and their cuts.
    fn traits(&self) -> Vec<(TraitModel, Option<f64>)> {
        self.0.traits().map(|(model, cut)| (TraitModel(model.clone()), cut)).collect()
    }

    #[getter]
    fn materiality(&self) -> f64 {
        self.0.materiality()
    }

    fn classify(&self, py: Python<'_>, ledger: &Ledger, threads: usize) -> Behaviours {
        Behaviours(py.detach(|| self.0.classify(&ledger.table, Threads::new(threads))))
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        Ok(Self(loyalty_core::BehaviourModel::from_json(text)?))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(self.0.write(path)?)
    }

    #[staticmethod]
    fn load(path: PathBuf) -> Result<Self> {
        Ok(Self(loyalty_core::BehaviourModel::read(path)?))
    }
}

fn behaviour_options(
    options: &HashMap<String, f64>,
    thresholds: &HashMap<String, f64>,
    exposure: &str,
    least_peers: usize,
    threads: usize,
) -> Result<BehaviourOptions> {
    let mut found = BehaviourOptions::default();
    let or = |name: &str, default| options.get(name).copied().unwrap_or(default);
    found.false_discovery_rate = or("false_discovery_rate", found.false_discovery_rate);
    found.least_p_over = or("least_p_over", found.least_p_over);
    found.materiality = or("materiality", found.materiality);
    found.least_categories = or("least_categories", found.least_categories);
    found.traits = trait_options(options, exposure, threads)?;
    found.traits.least_peers = least_peers;
    for (name, &threshold) in thresholds {
        found.set_threshold(name.parse()?, threshold);
    }
    Ok(found)
}

/// What is said of every customer.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Behaviours(loyalty_core::Behaviours);

#[pymethods]
impl Behaviours {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// Labels by habit, whether a budget is but suspected, and the costliest label.
    fn labels(&self) -> Vec<Column> {
        let rows = 0..self.0.len();
        let flag = |name: &str, of: &dyn Fn(usize) -> bool| {
            let values: BooleanArray = rows.clone().map(|row| Some(of(row))).collect();
            Column::new(name, Arc::new(values))
        };
        let looked_at = self.0.looked_at();
        let mut columns: Vec<Column> = looked_at
            .map(|behaviour| flag(behaviour.name(), &|row| self.0.has(row, behaviour)))
            .collect();
        if self.0.looked_at().any(|behaviour| behaviour == Behaviour::FixedBudget) {
            columns.push(flag("suspected", &|row| self.0.is_suspected(row)));
        }
        let names = self.0.primary().iter().map(|first| first.map_or("none", Behaviour::name));
        let primary = LargeStringArray::from_iter_values(names);
        columns.push(Column::new("primary", Arc::new(primary)));
        columns
    }

    fn scores(&self, behaviour: &str) -> Result<Option<Vec<Column>>> {
        let Some(scores) = self.0.scores(behaviour.parse()?) else { return Ok(None) };
        let each = TraitScore::NAMES.iter().zip(scores.each());
        Ok(Some(each.map(|(name, values)| Column::floats(name, values.to_vec())).collect()))
    }

    /// Behaviour, customers, expected false share, primary, impact, share of loss, and as primary.
    #[expect(clippy::type_complexity, reason = "a row of a table")]
    fn summary(
        &self,
        ledger: &Ledger,
    ) -> Result<Vec<(&'static str, usize, f64, usize, f64, f64, f64)>> {
        let rows = self.0.summary(&ledger.table)?.into_iter().map(|row| {
            let shares = (row.share_of_loss, row.share_of_loss_as_primary);
            let name = row.behaviour.name();
            (name, row.customers, row.expected_false, row.primary, row.impact, shares.0, shares.1)
        });
        Ok(rows.collect())
    }
}

/// Behaviour, customers, rank correlation, labelled, over again, recurrence.
#[pyfunction]
#[expect(clippy::type_complexity, reason = "a row of a table")]
pub(crate) fn persistence(
    py: Python<'_>,
    ledger: &Ledger,
    options: HashMap<String, f64>,
    thresholds: HashMap<String, f64>,
    exposure: &str,
    threads: usize,
) -> Result<Vec<(&'static str, usize, f64, usize, f64, f64)>> {
    let least_peers = TraitOptions::default().least_peers;
    let options = behaviour_options(&options, &thresholds, exposure, least_peers, threads)?;
    let (lines, contacts) = (&ledger.lines, ledger.contacts.as_deref());
    let found =
        py.detach(|| loyalty_core::persistence(lines, contacts, &ledger.options, &options))?;
    let row = |row: loyalty_core::Persistence| {
        let (over, again) = (row.over_again, row.recurrence);
        (row.behaviour.name(), row.customers, row.rank_correlation, row.labelled, over, again)
    };
    Ok(found.into_iter().map(row).collect())
}
