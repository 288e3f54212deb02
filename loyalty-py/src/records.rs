//! Customers one by one: their records, and the basis by which each has a row of the ledger.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use loyalty_core::ledger::{LedgerRow, LedgerWork};
use loyalty_core::orders::CustomerId;
use loyalty_core::summary::{PurchaseWork, Purchases, SummaryOptions};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::Result;
use crate::order_lines::OrderLines;

/// What a ledger has learnt of the whole shop.
#[pyclass(frozen, eq, module = "loyalty._native")]
#[derive(PartialEq)]
pub(crate) struct LedgerBasis(pub(crate) loyalty_core::ledger::LedgerBasis);

#[pymethods]
impl LedgerBasis {
    #[getter]
    fn end(&self) -> i64 {
        self.0.end()
    }

    #[getter]
    fn articles(&self) -> usize {
        self.0.articles()
    }

    /// The row of a customer, by name.
    fn row(&self, record: &CustomerRecord, end: Option<i64>) -> Result<Vec<(&'static str, f64)>> {
        let row = self.0.row(&record.held(), end, &mut LedgerWork::default())?;
        Ok(LedgerRow::NAMES.iter().copied().zip(row.values()).collect())
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    #[staticmethod]
    fn from_json(text: &str) -> Result<Self> {
        Ok(Self(loyalty_core::ledger::LedgerBasis::from_json(text)?))
    }

    fn save(&self, path: PathBuf) -> Result<()> {
        Ok(self.0.write(path)?)
    }

    #[staticmethod]
    pub(crate) fn load(path: PathBuf) -> Result<Self> {
        Ok(Self(loyalty_core::ledger::LedgerBasis::read(path)?))
    }
}

/// A line's id: a number or text.
#[derive(FromPyObject)]
enum LineId {
    Number(i64),
    Text(String),
}

/// One customer's order lines and contacts.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct CustomerRecord(Mutex<loyalty_core::orders::CustomerRecord>);

impl From<loyalty_core::orders::CustomerRecord> for CustomerRecord {
    fn from(record: loyalty_core::orders::CustomerRecord) -> Self {
        Self(Mutex::new(record))
    }
}

impl CustomerRecord {
    /// Every change is whole or none, so that a panic leaves nothing half done.
    pub(crate) fn held(&self) -> MutexGuard<'_, loyalty_core::orders::CustomerRecord> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl CustomerRecord {
    #[new]
    fn new() -> Self {
        loyalty_core::orders::CustomerRecord::default().into()
    }

    #[staticmethod]
    fn from_bytes(data: &[u8]) -> Result<Self> {
        Ok(loyalty_core::orders::CustomerRecord::from_bytes(data)?.into())
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.held().to_bytes())
    }

    /// How many lines were added, and how many were known.
    fn add_lines(&self, lines: &OrderLines) -> Result<(usize, usize)> {
        let found = self.held().add_lines(&lines.0)?;
        Ok((found.added, found.repeated))
    }

    fn add_return(&self, line: LineId, time: i64, amount: Option<f64>) -> Result<bool> {
        let id = match &line {
            LineId::Number(number) => CustomerId::Int(*number),
            LineId::Text(text) => CustomerId::Text(text),
        };
        Ok(self.held().add_return(id, time, amount)?)
    }

    fn add_contact(&self, contact: &str, time: i64, cost: f64) -> Result<()> {
        let kind = contact.parse()?;
        Ok(self.held().add_contact(kind, time, cost)?)
    }

    fn opt_out(&self) {
        self.held().opt_out();
    }

    #[getter]
    fn opted_out(&self) -> bool {
        self.held().is_opted_out()
    }

    fn __len__(&self) -> usize {
        self.held().len()
    }

    #[getter]
    fn contacts(&self) -> usize {
        self.held().contacts()
    }

    /// Frequency, recency, T, mean amount and how many purchases it is of.
    fn purchases(
        &self,
        observation_end: i64,
        unit: &str,
        occasion: Option<&str>,
        include_first: bool,
        net: bool,
    ) -> Result<(u32, f64, f64, f64, u32)> {
        let mut options = SummaryOptions::in_unit(unit.parse()?);
        options.observation_end = Some(observation_end);
        options.occasion = occasion.map(str::parse).transpose()?;
        options.include_first = include_first;
        let work = &mut PurchaseWork::default();
        let found = Purchases::of_record(&self.held(), net, &options, work)?;
        let history = found.history;
        let (mean, transactions) = (found.monetary_value, found.transactions);
        Ok((history.x(), history.t_x(), history.t(), mean, transactions))
    }
}
