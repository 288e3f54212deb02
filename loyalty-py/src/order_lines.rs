//! Order lines, and credit notes matched to them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{LargeStringArray, TimestampMicrosecondArray};
use arrow_schema::DataType;
use loyalty_core::orders::{
    CreditColumns, Invalid, LineColumns, OrdersReport, Refusal, Returns, ReturnsReport,
    TableOptions,
};
use pyo3::prelude::*;

use crate::column::Column;
use crate::error::{Result, input};
use crate::read::{Flags, Ids, Numbers, Times, flags, numbers, numbers_or_flags, times};

/// Reason, column, rows, first row.
pub(crate) type RefusedRows = Vec<(&'static str, String, usize, usize)>;
/// Credits: rows, matched, in part, not, by what; and money, matched and not.
pub(crate) type CreditRows = ((usize, usize, usize, usize, &'static str), (f64, f64, f64));
/// Rows read and in use, rows refused, left out and with defaults, credits, what was understood, and all
/// of it in sentences.
pub(crate) type Report = (
    (usize, usize),
    (RefusedRows, RefusedRows, RefusedRows),
    Option<CreditRows>,
    Vec<String>,
    String,
);
/// Words by option, what words of a status mean, and the last moment that a time may be.
pub(crate) type Reading = (HashMap<String, String>, HashMap<String, String>, Option<i64>);

/// How a table is read; what is not named is read as `strict` tables are, or as those of shops.
pub(crate) fn reading((words, status, today): &Reading, strict: bool) -> Result<TableOptions> {
    let word = |name: &str| words.get(name).map(String::as_str);
    let invalid = word("invalid").unwrap_or("raise").parse()?;
    let mut options = if strict { Invalid::into(invalid) } else { TableOptions::new(invalid) };
    if let Some(credits) = word("credits") {
        options.credits = credits.parse()?;
    }
    if let Some(guests) = word("guests") {
        options.guests = guests.parse()?;
    }
    if let Some(dates) = word("dates") {
        options.dates = dates.parse()?;
    }
    options.discount_unit = word("discount_unit").map(str::parse).transpose()?;
    options.currency = word("currency").map(str::to_owned);
    for (word, meaning) in status {
        options.status.insert(word.clone(), meaning.parse()?);
    }
    options.today = *today;
    Ok(options)
}

pub(crate) fn report(report: &OrdersReport) -> Report {
    let rows = |refusals: &[Refusal]| -> RefusedRows {
        let row = |one: &Refusal| (one.reason.name(), one.column.clone(), one.rows, one.first_row);
        refusals.iter().map(row).collect()
    };
    let credits = report.credits().map(|credits| {
        let rows = (credits.rows, credits.matched, credits.in_part, credits.unmatched, credits.by);
        (rows, (credits.money, credits.money_matched, credits.money_unmatched))
    });
    let refused = (rows(report.refusals()), rows(report.left_out()), rows(report.defaulted()));
    let (said, remarks) = (report.to_string(), report.remarks().to_vec());
    ((report.rows(), report.kept()), refused, credits, remarks, said)
}

/// The rows not in use: number, column, reason and cell.
pub(crate) fn refused(report: &OrdersReport) -> Vec<Column> {
    let (mut rows, mut columns, mut reasons, mut values) = (vec![], vec![], vec![], vec![]);
    for row in report.rows_refused() {
        rows.push(row.row);
        columns.push(row.column);
        reasons.push(row.reason.name());
        values.push((!row.value.is_empty()).then_some(row.value));
    }
    let text = |name: &str, values: Vec<&str>| {
        Column::new(name, Arc::new(LargeStringArray::from_iter_values(values)))
    };
    vec![
        Column::whole("row", rows.into_iter()),
        text("column", columns),
        text("reason", reasons),
        Column::new("value", Arc::new(LargeStringArray::from_iter(values))),
    ]
}

/// Checked order lines.
#[pyclass(frozen, module = "loyalty._native")]
pub(crate) struct OrderLines(pub(crate) Arc<loyalty_core::orders::OrderLines>);

#[pymethods]
impl OrderLines {
    /// Columns by role, further ones with levels and of numbers, and what the rows are read by.
    #[new]
    #[pyo3(signature = (columns, categories, numbers, known_later, how, time_zone))]
    fn new(
        py: Python<'_>,
        columns: HashMap<String, Py<Column>>,
        categories: Vec<Py<Column>>,
        numbers: Vec<Py<Column>>,
        known_later: Vec<String>,
        how: Reading,
        time_zone: Option<&str>,
    ) -> Result<Self> {
        let how = reading(&how, true)?;
        let categories: Vec<&Column> = categories.iter().map(Py::get).collect();
        let numbers: Vec<&Column> = numbers.iter().map(Py::get).collect();
        py.detach(|| read(&columns, &categories, &numbers, &known_later, time_zone, how))
    }

    /// The same lines with what became of them, and returns counted and unknown.
    fn with_returns(
        &self,
        py: Python<'_>,
        line: &Column,
        time: &Column,
        time_zone: Option<&str>,
        invalid: &str,
    ) -> Result<(Self, Counts)> {
        py.detach(|| {
            let returns = read_returns(line, time, time_zone, invalid)?;
            let (lines, report) = self.0.with_returns(&returns)?;
            Ok((Self(Arc::new(lines)), counts(&report)))
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

    /// What became of the rows.
    fn report(&self) -> Report {
        report(self.0.report())
    }

    /// The rows not in use.
    fn refused(&self) -> Vec<Column> {
        refused(self.0.report())
    }
}

/// How many returns there were of each kind, by name.
pub(crate) type Counts = Vec<(&'static str, usize)>;

/// What became of a table of returns.
pub(crate) fn counts(report: &ReturnsReport) -> Counts {
    vec![
        ("counted", report.counted),
        ("unknown", report.unknown),
        ("repeated", report.repeated),
        ("ahead", report.ahead),
        ("refused", report.rows.refused()),
    ]
}

pub(crate) fn read(
    columns: &HashMap<String, Py<Column>>,
    categories: &[&Column],
    more: &[&Column],
    known_later: &[String],
    time_zone: Option<&str>,
    how: TableOptions,
) -> Result<OrderLines> {
    let get = |role: &str| columns.get(role).map(Py::get);
    let needed =
        |role: &str| get(role).ok_or_else(|| input(format!("the column {role:?} is missing")));
    let later: Vec<&str> = ["returned", "returned_amount", "return_time"]
        .into_iter()
        .filter_map(|role| get(role).map(Column::name))
        .chain(known_later.iter().map(String::as_str))
        .collect();
    let scored_by =
        ["customer", "product", "order", "time", "category", "amount", "price", "quantity"];
    let scored_by = scored_by.into_iter().filter_map(&get);
    let scored_by = scored_by.chain(categories.iter().copied()).chain(more.iter().copied());
    loyalty_core::orders::known_at_the_order(scored_by.map(Column::name), &later)?;
    let ids = |role: &str| get(role).map(|column| Ids::read(column)).transpose();
    let floats = |role: &str| get(role).map(numbers).transpose();

    let (customer, time) = (Ids::read(needed("customer")?)?, needed("time")?);
    let [order, product, line, category] =
        [ids("order")?, ids("product")?, ids("line")?, ids("category")?];
    let in_words = get("size").map(in_words).transpose()?.flatten();
    let size = in_words.as_ref().or(get("size")).map(|column| Ids::read(column)).transpose()?;
    let [status, currency, brand] = [ids("status")?, ids("currency")?, ids("brand")?];
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
    let coupon_used = get("coupon_used").map(flags).transpose()?;
    let opted_out = get("opted_out").map(flags).transpose()?;
    let when = times(time, time_zone)?;
    let back = match get("return_time") {
        Some(column) => Some((column, times(column, time_zone)?)),
        None => None,
    };
    let categories: Vec<Ids<'_>> =
        categories.iter().map(|column| Ids::read(column)).collect::<std::result::Result<_, _>>()?;
    let more: Vec<Numbers<'_>> =
        more.iter().copied().map(numbers_or_flags).collect::<std::result::Result<_, _>>()?;

    let mut lines = LineColumns::new(customer.as_column(), when.column(time.name()), when.scale());
    lines.order = order.as_ref().map(Ids::as_column);
    lines.product = product.as_ref().map(Ids::as_column);
    lines.line = line.as_ref().map(Ids::as_column);
    lines.category = category.as_ref().map(Ids::as_column);
    lines.size = size.as_ref().map(Ids::as_column);
    lines.brand = brand.as_ref().map(Ids::as_column);
    lines.status = status.as_ref().map(Ids::as_column);
    lines.currency = currency.as_ref().map(Ids::as_column);
    lines.amount = amount.as_ref().map(Numbers::as_column);
    lines.price = price.as_ref().map(Numbers::as_column);
    lines.quantity = quantity.as_ref().map(Numbers::as_column);
    lines.list_amount = list_amount.as_ref().map(Numbers::as_column);
    lines.discount = discount.as_ref().map(Numbers::as_column);
    lines.maker_discount = maker_discount.as_ref().map(Numbers::as_column);
    lines.coupon = coupon.as_ref().map(Numbers::as_column);
    lines.coupon_used = coupon_used.as_ref().map(Flags::as_column);
    lines.offered_depth = offered_depth.as_ref().map(Numbers::as_column);
    lines.cost = cost.as_ref().map(Numbers::as_column);
    lines.returned = returned.as_ref().map(Numbers::as_column);
    lines.returned_amount = returned_amount.as_ref().map(Numbers::as_column);
    lines.categories = categories.iter().map(Ids::as_column).collect();
    lines.numbers = more.iter().map(Numbers::as_column).collect();
    lines.opted_out = opted_out.as_ref().map(Flags::as_column);
    lines.known_later = &later;
    if let Some((column, times)) = &back {
        lines.return_time = Some(times.column(column.name()));
        lines.return_scale = times.scale();
    }
    Ok(OrderLines(Arc::new(loyalty_core::orders::OrderLines::new(&lines, how)?)))
}

/// Sizes that are numbers, of which some are halves, in words; `None` for others.
fn in_words(column: &Column) -> Result<Option<Column>> {
    if !column.data_type().is_floating() {
        return Ok(None);
    }
    let numbers = numbers(column)?;
    let sizes = numbers.as_column();
    let present = |row: usize| sizes.present.is_none_or(|present| present[row]);
    let there = |row: usize| present(row) && !sizes.values[row].is_nan();
    let word = |row: usize| there(row).then(|| sizes.values[row].to_string());
    let words: LargeStringArray = (0..sizes.values.len()).map(word).collect();
    Ok(Some(Column::new(column.name(), Arc::new(words))))
}

/// Returns in a table of their own.
pub(crate) fn read_returns(
    line: &Column,
    time: &Column,
    time_zone: Option<&str>,
    invalid: &str,
) -> Result<Returns> {
    let (ids, times) = (Ids::read(line)?, times(time, time_zone)?);
    let invalid = invalid.parse()?;
    Ok(Returns::new(&ids.as_column(), &times.column(time.name()), times.scale(), invalid)?)
}

/// Per purchase the pieces given back and the time of the first credit, per note the rule; the rows of
/// both tables read and refused.
#[pyfunction]
pub(crate) fn match_credits(
    py: Python<'_>,
    purchases: Vec<Py<Column>>,
    credits: Vec<Py<Column>>,
    time_zone: Option<&str>,
    invalid: &str,
) -> Result<(Column, Column, Column, [Report; 2])> {
    let invalid: Invalid = invalid.parse()?;
    let purchases: Vec<&Column> = purchases.iter().map(Py::get).collect();
    let credits: Vec<&Column> = credits.iter().map(Py::get).collect();
    py.detach(|| {
        let (bought, notes) =
            (Credits::read(&purchases, time_zone)?, Credits::read(&credits, time_zone)?);
        let found =
            loyalty_core::orders::match_credits(&bought.columns(), &notes.columns(), invalid)?;
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
            [report(&found.purchases), report(&found.credits)],
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
