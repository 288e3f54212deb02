//! What can be scored.

use std::borrow::Cow;

use crate::Error;
use crate::ledger::{ids_of, rows_of};
use crate::orders::{CameBack, Contacts, CustomerColumn, Customers, OrderLines, Orders};
use crate::summary::CustomerSummary;
use crate::time::Clock;

use super::report::TableReport;
use super::{ScoreOptions, Value};

/// What is scored: the more of a shop's records it holds, the more can be said.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum ScoreInput<'a> {
    /// A summary, which brings its own unit and end of observation.
    Summary(&'a CustomerSummary),
    /// A log of customers, times and amounts.
    Orders(&'a Orders),
    /// A table of order lines, and what goes with it.
    Table(OrderTable<'a>),
}

/// A table of order lines with the contacts of the same customers.
///
/// Who bought when for how much, and what the lines say of profit and behaviours, come from the same
/// rows.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct OrderTable<'a> {
    rows: Rows<'a>,
    /// Contacts of customers with the service.
    pub contacts: Option<&'a Contacts>,
    /// Marketing sent to customers.
    pub marketing: Option<&'a Contacts>,
    /// Customers who opted out, besides those of the columns `opted_out`: they get no label and no treatment.
    pub opted_out: Option<CustomerColumn<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Rows<'a> {
    Lines(&'a OrderLines),
    Orders(&'a Orders),
}

impl<'a> OrderTable<'a> {
    /// A table without contacts; set them after.
    pub fn new(lines: &'a OrderLines) -> Self {
        Self { rows: Rows::Lines(lines), contacts: None, marketing: None, opted_out: None }
    }

    /// A table that knows nothing of money, and so nothing of profit.
    pub fn without_amounts(orders: &'a Orders) -> Self {
        Self { rows: Rows::Orders(orders), contacts: None, marketing: None, opted_out: None }
    }

    /// Which of some customers opted out, by a column of any of the tables or by name.
    pub(super) fn opted_out(&self, customers: &Customers) -> Result<Vec<bool>, Error> {
        let of_rows = match self.rows {
            Rows::Lines(lines) => lines.opted_out(),
            Rows::Orders(orders) => orders.opted_out(),
        };
        let others = [self.contacts, self.marketing].into_iter().flatten();
        let by_column = of_rows.into_iter().chain(others.filter_map(Contacts::opted_out));
        let named = self.opted_out.as_ref().map(ids_of).transpose()?;
        let mut out = vec![false; customers.len()];
        for ids in by_column.chain(&named) {
            rows_of(ids, customers).into_iter().flatten().for_each(|row| out[row] = true);
        }
        Ok(out)
    }

    /// The order lines, where there are amounts.
    pub fn lines(&self) -> Option<&'a OrderLines> {
        match self.rows {
            Rows::Lines(lines) => Some(lines),
            Rows::Orders(_) => None,
        }
    }
}

impl<'a> From<&'a CustomerSummary> for ScoreInput<'a> {
    fn from(customers: &'a CustomerSummary) -> Self {
        Self::Summary(customers)
    }
}

impl<'a> From<&'a Orders> for ScoreInput<'a> {
    fn from(orders: &'a Orders) -> Self {
        Self::Orders(orders)
    }
}

impl<'a> From<OrderTable<'a>> for ScoreInput<'a> {
    fn from(table: OrderTable<'a>) -> Self {
        Self::Table(table)
    }
}

/// What is scored, and how it came about.
pub(super) struct Scored<'a> {
    pub(super) customers: CustomerSummary,
    /// The purchases that were summarised; `None` for a summary.
    pub(super) orders: Option<Cow<'a, Orders>>,
    pub(super) report: Option<TableReport>,
}

impl<'a> ScoreInput<'a> {
    /// The summary that is scored, in the unit and up to the end that the options name.
    pub(super) fn scored(&self, options: &ScoreOptions) -> Result<Scored<'a>, Error> {
        match self {
            Self::Summary(customers) => {
                Ok(Scored { customers: (*customers).clone(), orders: None, report: None })
            }
            Self::Orders(orders) => of_orders(orders, options),
            Self::Table(table) => match table.rows {
                Rows::Orders(orders) => of_orders(orders, options),
                Rows::Lines(lines) => of_lines(lines, options),
            },
        }
    }

    /// The purchases that are scored: of a table of order lines net of what came back, or as they were paid, as the
    /// options say. `None` of a summary.
    ///
    /// # Errors
    /// As [`score`](super::score), of the options that it reads: unit, value, end of observation.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::{Column, Invalid, LineColumns, OrderLines, TimeScale};
    /// use loyalty_core::pipeline::{OrderTable, ScoreInput, ScoreOptions, Value};
    /// let customer = Column::new("customer", &[1, 1, 2][..]).into();
    /// let day = Column::new("day", &[19_723, 19_730, 19_731][..]);
    /// let mut columns = LineColumns::new(customer, day, TimeScale::Days);
    /// columns.amount = Some(Column::new("amount", &[20.0, 30.0, 10.0]));
    /// columns.returned = Some(Column::new("back", &[0.0, 1.0, 0.0]));
    /// let lines = OrderLines::new(&columns, Invalid::Raise)?;
    /// let (table, mut options) = (ScoreInput::from(OrderTable::new(&lines)), ScoreOptions::default());
    /// assert_eq!(table.purchases(&options)?.map(|orders| orders.len()), Some(2));
    /// options.value = Value::Gross;
    /// assert_eq!(table.purchases(&options)?.map(|orders| orders.len()), Some(3));
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn purchases(&self, options: &ScoreOptions) -> Result<Option<Cow<'a, Orders>>, Error> {
        Ok(match self {
            Self::Summary(_) => None,
            Self::Orders(orders) => Some(Cow::Borrowed(*orders)),
            Self::Table(table) => Some(match table.rows {
                Rows::Orders(orders) => Cow::Borrowed(orders),
                Rows::Lines(lines) => Cow::Owned(purchases_of(lines, options)?.0),
            }),
        })
    }

    /// The table of order lines, where there is one.
    pub(super) fn table(&self) -> Option<&OrderTable<'a>> {
        match self {
            Self::Table(table) => Some(table),
            Self::Summary(_) | Self::Orders(_) => None,
        }
    }
}

fn of_orders<'a>(orders: &'a Orders, options: &ScoreOptions) -> Result<Scored<'a>, Error> {
    let (first, last) = orders.time_range();
    options.plausible(orders)?;
    let how = options.summary(options.observation_end);
    let customers = orders.summarize(&how)?;
    let end = options.observation_end.unwrap_or(last);
    let report = TableReport::new(orders.report().clone(), (first, end));
    Ok(Scored { customers, orders: Some(Cow::Borrowed(orders)), report: Some(report) })
}

fn of_lines<'a>(lines: &OrderLines, options: &ScoreOptions) -> Result<Scored<'a>, Error> {
    let (orders, came_back) = purchases_of(lines, options)?;
    options.plausible(&orders)?;
    let end = options.observation_end.unwrap_or_else(|| lines.observed_until());
    let customers = orders.summarize(&options.summary(Some(end)))?;
    let mut report = TableReport::new(lines.report().clone(), (lines.time_range().0, end));
    report.came_back = came_back;
    Ok(Scored { customers, orders: Some(Cow::Owned(orders)), report: Some(report) })
}

fn purchases_of(lines: &OrderLines, options: &ScoreOptions) -> Result<(Orders, CameBack), Error> {
    let end = options.observation_end;
    let how = options.summary(end);
    match options.value {
        Value::Net => lines.net_orders(Clock::new(how.unit, how.occasion)?, end),
        Value::Gross => Ok((lines.gross_orders()?, CameBack::default())),
    }
}
