//! What can be scored.

use crate::Error;
use crate::orders::{Contacts, OrderLines, Orders};
use crate::summary::{CustomerSummary, SummaryOptions};

use super::ScoreOptions;

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
/// The two views of the table are made of the same rows: who bought when for how much, and what the
/// lines say of profit and behaviours.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct OrderTable<'a> {
    /// Customers, times and amounts.
    pub orders: &'a Orders,
    /// All columns of the lines; `None` for a table without amounts, which says nothing of profit.
    pub lines: Option<&'a OrderLines>,
    /// Contacts of customers with the service.
    pub contacts: Option<&'a Contacts>,
    /// Marketing sent to customers.
    pub marketing: Option<&'a Contacts>,
}

impl<'a> OrderTable<'a> {
    /// A table without contacts; set them after.
    pub fn new(orders: &'a Orders, lines: Option<&'a OrderLines>) -> Self {
        Self { orders, lines, contacts: None, marketing: None }
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

impl<'a> ScoreInput<'a> {
    /// The summary that is scored, in the unit and up to the end that the options name.
    pub(super) fn customers(&self, options: &ScoreOptions) -> Result<CustomerSummary, Error> {
        let (unit, observation_end) = (options.unit, options.observation_end);
        let how = SummaryOptions { unit, observation_end, ..SummaryOptions::default() };
        match self {
            Self::Summary(customers) => Ok((*customers).clone()),
            Self::Orders(orders) => orders.summarize(&how),
            Self::Table(table) => table.orders.summarize(&how),
        }
    }

    /// The table of order lines, where there is one.
    pub(super) fn table(&self) -> Option<&OrderTable<'a>> {
        match self {
            Self::Table(table) => Some(table),
            Self::Summary(_) | Self::Orders(_) => None,
        }
    }
}
