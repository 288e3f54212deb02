//! Order lines, and credit notes matched to them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{LargeStringArray, TimestampMicrosecondArray};
use arrow_schema::DataType;
use loyalty_core::orders::{CreditColumns, Invalid, LineColumns, Returns};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{Result, input};
use crate::read::{Ids, Numbers, Times, numbers, numbers_or_flags, times};

/// Reason, column, rows, first row.
type RefusedRows = (&'static str, String, usize, usize);

/// Checked order lines.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct OrderLines(pub(crate) Arc<loyalty_core::orders::OrderLines>);

#[pymethods]
impl OrderLines {
    /// Columns by role, further ones with levels and of numbers, and what the rows are read by.
    #[new]
    #[pyo3(signature = (columns, categories, numbers, known_later, invalid, time_zone))]
    fn new(
        py: Python<'_>,
        columns: HashMap<String, Py<Column>>,
        categories: Vec<Py<Column>>,
        numbers: Vec<Py<Column>>,
        known_later: Vec<String>,
        invalid: &str,
        time_zone: Option<&str>,
    ) -> Result<Self> {
        let invalid: Invalid = invalid.parse()?;
        let categories: Vec<&Column> = categories.iter().map(Py::get).collect();
        let numbers: Vec<&Column> = numbers.iter().map(Py::get).collect();
        py.detach(|| read(&columns, &categories, &numbers, &known_later, time_zone, invalid))
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
            Ok((Self(Arc::new(lines)), report.counted, report.unknown))
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

pub(crate) fn read(
    columns: &HashMap<String, Py<Column>>,
    categories: &[&Column],
    more: &[&Column],
    known_later: &[String],
    time_zone: Option<&str>,
    invalid: Invalid,
) -> Result<OrderLines> {
    let get = |role: &str| columns.get(role).map(Py::get);
    let needed =
        |role: &str| get(role).ok_or_else(|| input(format!("the column {role:?} is missing")));
    let ids = |role: &str| get(role).map(|column| Ids::read(column)).transpose();
    let floats = |role: &str| get(role).map(numbers).transpose();

    let (customer, time) = (Ids::read(needed("customer")?)?, needed("time")?);
    let [order, product, line, category] =
        [ids("order")?, ids("product")?, ids("line")?, ids("category")?];
    let [amount, price, quantity] = [floats("amount")?, floats("price")?, floats("quantity")?];
    let [list_amount, discount, maker_discount, coupon] =
        [floats("list_amount")?, floats("discount")?, floats("maker_discount")?, floats("coupon")?];
    let [offered_depth, cost, returned_amount] =
        [floats("offered_depth")?, floats("cost")?, floats("returned_amount")?];
    let returned = match get("returned") {
        // A flag speaks of all pieces, however many there are.
        Some(column) if column.data_type() == &DataType::Boolean => {
            Some(numbers_or_flags(column)?.times(1e50))
        }
        Some(column) => Some(numbers_or_flags(column)?),
        None => None,
    };
    let when = times(time, time_zone)?;
    let back = match get("return_time") {
        Some(column) => Some((column, times(column, time_zone)?)),
        None => None,
    };
    let categories: Vec<Ids<'_>> =
        categories.iter().map(|column| Ids::read(column)).collect::<std::result::Result<_, _>>()?;
    let more: Vec<Numbers<'_>> =
        more.iter().copied().map(numbers_or_flags).collect::<std::result::Result<_, _>>()?;
    let later: Vec<&str> = known_later.iter().map(String::as_str).collect();

    let mut lines = LineColumns::new(customer.as_column(), when.column(time.name()), when.scale());
    lines.order = order.as_ref().map(Ids::as_column);
    lines.product = product.as_ref().map(Ids::as_column);
    lines.line = line.as_ref().map(Ids::as_column);
    lines.category = category.as_ref().map(Ids::as_column);
    lines.amount = amount.as_ref().map(Numbers::as_column);
    lines.price = price.as_ref().map(Numbers::as_column);
    lines.quantity = quantity.as_ref().map(Numbers::as_column);
    lines.list_amount = list_amount.as_ref().map(Numbers::as_column);
    lines.discount = discount.as_ref().map(Numbers::as_column);
    lines.maker_discount = maker_discount.as_ref().map(Numbers::as_column);
    lines.coupon = coupon.as_ref().map(Numbers::as_column);
    lines.offered_depth = offered_depth.as_ref().map(Numbers::as_column);
    lines.cost = cost.as_ref().map(Numbers::as_column);
    lines.returned = returned.as_ref().map(Numbers::as_column);
    lines.returned_amount = returned_amount.as_ref().map(Numbers::as_column);
    lines.categories = categories.iter().map(Ids::as_column).collect();
    lines.numbers = more.iter().map(Numbers::as_column).collect();
    lines.known_later = &later;
    if let Some((column, times)) = &back {
        lines.return_time = Some(times.column(column.name()));
        lines.return_scale = times.scale();
    }
    Ok(OrderLines(Arc::new(loyalty_core::orders::OrderLines::new(&lines, invalid)?)))
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
