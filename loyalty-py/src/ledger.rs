//! Order lines and contacts, and the profit ledger made of them.

use std::collections::HashMap;
use std::sync::Arc;

use loyalty_core::ledger::{Economics, JoinReport, LedgerOptions, LedgerRow};
use loyalty_core::orders::Contacts;
use loyalty_core::parallel::Threads;
use loyalty_core::portfolio::{LossCause, Losses};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{Result, input};
use crate::order_lines::OrderLines;
use crate::read::{Flags, Ids, flags, numbers, times};
use crate::records::{CustomerRecord, LedgerBasis};

/// Customer, time, cost and whether the shop caused it.
pub(crate) type ContactColumns =
    (Py<Column>, Py<Column>, Py<Column>, Option<Py<Column>>, Option<Py<Column>>);

/// Numbers by name.
type Named = Vec<(&'static str, f64)>;

/// A table, its rows, those matched and not, ids that are nobody's, customers not named, and all of it in a
/// sentence.
pub(crate) type Join = (&'static str, (usize, usize, usize), Vec<String>, Vec<String>, String);

pub(crate) fn joins(reports: &[JoinReport]) -> Vec<Join> {
    let join = |join: &JoinReport| {
        let rows = (join.rows, join.matched, join.unmatched);
        let (nobody, unnamed) = (join.unmatched_ids.clone(), join.unnamed_customers.clone());
        (join.table, rows, nobody, unnamed, join.to_string())
    };
    reports.iter().map(join).collect()
}

/// The profit ledger, and the lines and contacts that it was made of.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct Ledger {
    pub(crate) table: loyalty_core::ledger::Ledger,
    pub(crate) lines: Arc<loyalty_core::orders::OrderLines>,
    pub(crate) contacts: Option<Arc<Contacts>>,
    marketing: Option<Arc<Contacts>>,
    pub(crate) options: LedgerOptions,
}

#[pymethods]
impl Ledger {
    #[new]
    #[pyo3(signature = (lines, contacts, marketing, economics, start, end, period, period_days, joins, case_days, opted_out, invalid, time_zone, threads))]
    #[expect(clippy::too_many_arguments, reason = "what the core takes")]
    fn new(
        py: Python<'_>,
        lines: &OrderLines,
        contacts: Option<ContactColumns>,
        marketing: Option<ContactColumns>,
        economics: HashMap<String, f64>,
        start: Option<i64>,
        end: Option<i64>,
        period: &str,
        period_days: Option<u32>,
        joins: &str,
        case_days: u32,
        opted_out: Option<Py<Column>>,
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
        options.joins = joins.parse()?;
        options.case_days = case_days;
        options.threads = Threads::new(threads);
        let invalid = invalid.parse()?;
        let lines = Arc::clone(&lines.0);
        py.detach(|| {
            let contacts = read_contacts(contacts.as_ref(), invalid, time_zone)?;
            let marketing = read_contacts(marketing.as_ref(), invalid, time_zone)?;
            let mut ledger = loyalty_core::ledger::Ledger::new(
                &lines,
                contacts.as_ref(),
                marketing.as_ref(),
                &options,
            )?;
            if let Some(customers) = &opted_out {
                ledger = ledger.with_opted_out(&Ids::read(customers.get())?.as_column())?;
            }
            let (contacts, marketing) = (contacts.map(Arc::new), marketing.map(Arc::new));
            Ok(Self { table: ledger, lines, contacts, marketing, options })
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
            ("case_dispersion", portfolio.case_dispersion),
            ("contact_cost", portfolio.contact_cost),
            ("order_threshold", portfolio.order_threshold),
            ("unmatched_contacts", portfolio.unmatched_contacts as f64),
            ("lines_outside", portfolio.lines_outside as f64),
        ]
    }

    /// Whether the rows of other tables found their customers.
    fn joins(&self) -> Vec<Join> {
        joins(self.table.joins())
    }

    fn basis(&self) -> LedgerBasis {
        LedgerBasis(self.table.basis().clone())
    }

    /// The record of each customer, in the order of the rows.
    fn records(&self, py: Python<'_>) -> Result<Vec<CustomerRecord>> {
        let (contacts, marketing) = (self.contacts.as_deref(), self.marketing.as_deref());
        let each =
            py.detach(|| loyalty_core::ledger::customer_records(&self.lines, contacts, marketing))?;
        Ok(each.into_iter().map(CustomerRecord::from).collect())
    }

    /// Days since 1970 on which contacts and on which returns jumped.
    fn unusual_days(&self) -> (Vec<i64>, Vec<i64>) {
        let days = self.table.unusual_days();
        (days.contacts.clone(), days.returns.clone())
    }

    /// How many customers opted out.
    #[getter]
    fn opted_out(&self) -> usize {
        self.table.opted_out()
    }

    #[getter]
    fn has_profit(&self) -> bool {
        self.table.available().profit
    }

    /// Numbers by name, and the loss by cause.
    fn losses(&self) -> Result<(Named, Named)> {
        let losses = Losses::of(&self.table)?;
        let causes = LossCause::ALL.iter().map(|&cause| (cause.name(), losses.by_cause(cause)));
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
        let top = loyalty_core::portfolio::top_shares(values, &shares, level)?;
        let ends = |top: loyalty_core::portfolio::TopShare| {
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
            let (marketing, options) = (self.marketing.clone(), self.options.clone());
            Ok(Self { table: ledger, lines, contacts, marketing, options })
        })
    }
}

pub(crate) fn read_contacts(
    columns: Option<&ContactColumns>,
    invalid: loyalty_core::orders::Invalid,
    time_zone: Option<&str>,
) -> Result<Option<Contacts>> {
    let Some((customer, time, cost, firm_caused, opted_out)) = columns else { return Ok(None) };
    let (customer, time, cost) = (Ids::read(customer.get())?, time.get(), numbers(cost.get())?);
    let when = times(time, time_zone)?;
    let caused = firm_caused.as_ref().map(|column| flags(column.get())).transpose()?;
    let opted_out = opted_out.as_ref().map(|column| flags(column.get())).transpose()?;
    let times = when.column(time.name());
    let columns = loyalty_core::orders::ContactColumns {
        customer: customer.as_column(),
        time: times,
        scale: when.scale(),
        cost: cost.as_column(),
        firm_caused: caused.as_ref().map(Flags::as_column),
        opted_out: opted_out.as_ref().map(Flags::as_column),
    };
    Ok(Some(Contacts::new(&columns, invalid)?))
}
