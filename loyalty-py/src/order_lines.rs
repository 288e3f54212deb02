//! Order lines, and credit notes matched to them.

use std::sync::Arc;

use arrow_array::{LargeStringArray, TimestampMicrosecondArray};
use loyalty_core::orders::{CreditColumns, CustomerColumn, Invalid, LineColumns, Returns};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{Result, input};
use crate::read::{Ids, Numbers, Times, numbers, numbers_or_flags, times};

/// Reason, column, rows, first row.
type RefusedRows = (&'static str, String, usize, usize);

/// Checked order lines.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct OrderLines(pub(crate) loyalty_core::orders::OrderLines);

#[pymethods]
impl OrderLines {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "one per column")]
    #[pyo3(signature = (
        customer, product, time, price, quantity, order, line, categories, numbers, returned,
        return_time, known_later, invalid, time_zone
    ))]
    fn new(
        py: Python<'_>,
        customer: &Column,
        product: &Column,
        time: &Column,
        price: &Column,
        quantity: Option<&Column>,
        order: Option<&Column>,
        line: Option<&Column>,
        categories: Vec<Py<Column>>,
        numbers: Vec<Py<Column>>,
        returned: Option<&Column>,
        return_time: Option<&Column>,
        known_later: Vec<String>,
        invalid: &str,
        time_zone: Option<&str>,
    ) -> Result<Self> {
        let invalid: Invalid = invalid.parse()?;
        let categories: Vec<&Column> = categories.iter().map(Py::get).collect();
        let numbers: Vec<&Column> = numbers.iter().map(Py::get).collect();
        let ids = [Some(customer), Some(product), order, line];
        let floats = [Some(price), quantity, returned];
        let instants = (time, return_time);
        py.detach(|| {
            read(ids, floats, instants, &categories, &numbers, &known_later, time_zone, invalid)
        })
    }

    /// The same lines with what became of them, and returns counted and unknown.
    fn with_returns(
        &self,
        py: Python<'_>,
        line: &Column,
        time: &Column,
        time_zone: Option<&str>,
    ) -> Result<(Self, usize, usize)> {
        py.detach(|| {
            let (lines, report) = self.0.with_returns(&read_returns(line, time, time_zone)?)?;
            Ok((Self(lines), report.counted, report.unknown))
        })
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[getter]
    fn orders(&self) -> usize {
        self.0.orders()
    }

    #[getter]
    fn returned(&self) -> Option<usize> {
        self.0.returned()
    }

    /// First and last line, in microseconds of wall-clock time.
    #[getter]
    fn time_range(&self) -> (i64, i64) {
        self.0.time_range()
    }

    /// Rows read, and the refusals as (reason, column, rows, first row).
    fn report(&self) -> (usize, Vec<RefusedRows>, String) {
        let report = self.0.report();
        let refusals = report.refusals().iter().map(|refusal| {
            (refusal.reason.name(), refusal.column.clone(), refusal.rows, refusal.first_row)
        });
        (report.rows(), refusals.collect(), report.to_string())
    }
}

#[expect(clippy::too_many_arguments, reason = "columns by kind")]
fn read(
    ids: [Option<&Column>; 4],
    floats: [Option<&Column>; 3],
    (time, return_time): (&Column, Option<&Column>),
    categories: &[&Column],
    more: &[&Column],
    known_later: &[String],
    time_zone: Option<&str>,
    invalid: Invalid,
) -> Result<OrderLines> {
    let ids = ids.into_iter().map(|column| column.map(|column| Ids::read(column)).transpose());
    let ids: Vec<Option<Ids<'_>>> = ids.collect::<std::result::Result<_, _>>()?;
    let column = |number: usize| ids[number].as_ref().map(Ids::as_column);
    let reads = [numbers, numbers, numbers_or_flags];
    let floats = floats.into_iter().zip(reads).map(|(column, read)| column.map(read).transpose());
    let floats: Vec<Option<Numbers<'_>>> = floats.collect::<std::result::Result<_, _>>()?;
    let float = |number: usize| floats[number].as_ref().map(Numbers::as_column);
    let time_read = times(time, time_zone)?;
    let return_read = return_time.map(|column| times(column, time_zone)).transpose()?;
    let categories: Vec<Ids<'_>> =
        categories.iter().map(|column| Ids::read(column)).collect::<std::result::Result<_, _>>()?;
    let more: Vec<Numbers<'_>> =
        more.iter().copied().map(numbers_or_flags).collect::<std::result::Result<_, _>>()?;
    let later: Vec<&str> = known_later.iter().map(String::as_str).collect();
    let (Some(customer), Some(product), Some(price)) = (column(0), column(1), float(0)) else {
        return Err(input("customer, product and price are needed"));
    };
    let mut columns = LineColumns::new(
        customer,
        product,
        time_read.column(time.name()),
        time_read.scale(),
        price,
    );
    columns.quantity = float(1);
    columns.returned = float(2);
    columns.order = column(2);
    columns.line = column(3);
    columns.categories = categories.iter().map(Ids::as_column).collect::<Vec<CustomerColumn<'_>>>();
    columns.numbers = more.iter().map(Numbers::as_column).collect();
    columns.known_later = &later;
    if let (Some(times), Some(column)) = (&return_read, return_time) {
        columns.return_time = Some(times.column(column.name()));
        columns.return_scale = times.scale();
    }
    Ok(OrderLines(loyalty_core::orders::OrderLines::new(&columns, invalid)?))
}

/// Returns in a table of their own.
pub(crate) fn read_returns(
    line: &Column,
    time: &Column,
    time_zone: Option<&str>,
) -> Result<Returns> {
    let (ids, times) = (Ids::read(line)?, times(time, time_zone)?);
    Ok(Returns::new(&ids.as_column(), &times.column(time.name()), times.scale())?)
}

/// Per purchase the pieces given back and the time of the first credit, per note the rule.
#[pyfunction]
pub(crate) fn match_credits(
    py: Python<'_>,
    purchases: Vec<Py<Column>>,
    credits: Vec<Py<Column>>,
    time_zone: Option<&str>,
) -> Result<(Column, Column, Column)> {
    let purchases: Vec<&Column> = purchases.iter().map(Py::get).collect();
    let credits: Vec<&Column> = credits.iter().map(Py::get).collect();
    py.detach(|| {
        let (bought, notes) =
            (Credits::read(&purchases, time_zone)?, Credits::read(&credits, time_zone)?);
        let found = loyalty_core::orders::match_credits(&bought.columns(), &notes.columns())?;
        let scale = notes.times.scale();
        let micros = |time: Option<i64>| time.and_then(|time| scale.microseconds(time));
        let times: Vec<Option<i64>> = found.return_time.iter().copied().map(micros).collect();
        // The least integer where there is none, as numpy has it.
        let values = times.iter().map(|time| time.unwrap_or(i64::MIN)).collect::<Vec<_>>();
        let present = times.iter().map(Option::is_some).collect::<Vec<_>>();
        let times = TimestampMicrosecondArray::new(values.into(), Some(present.into()));
        let rules = LargeStringArray::from_iter_values(found.rule.iter().map(|rule| rule.name()));
        Ok((
            Column::floats("returned_quantity", found.returned_quantity),
            Column::new("return_time", Arc::new(times)),
            Column::new("rule", Arc::new(rules)),
        ))
    })
}

/// Columns of purchases or credit notes: customer, product, time, quantity, price.
struct Credits<'a> {
    ids: [Ids<'a>; 2],
    time: &'a Column,
    times: Times<'a>,
    floats: [Numbers<'a>; 2],
}

impl<'a> Credits<'a> {
    fn read(columns: &[&'a Column], time_zone: Option<&str>) -> Result<Self> {
        let &[customer, product, time, quantity, price] = columns else {
            return Err(input("five columns are needed"));
        };
        Ok(Self {
            ids: [Ids::read(customer)?, Ids::read(product)?],
            time,
            times: times(time, time_zone)?,
            floats: [numbers(quantity)?, numbers(price)?],
        })
    }

    fn columns(&self) -> CreditColumns<'_> {
        CreditColumns {
            customer: self.ids[0].as_column(),
            product: self.ids[1].as_column(),
            time: self.times.column(self.time.name()),
            scale: self.times.scale(),
            quantity: self.floats[0].as_column(),
            price: self.floats[1].as_column(),
        }
    }
}
