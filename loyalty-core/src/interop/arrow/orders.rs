//! An order log from Arrow columns.

use super::column::ArrowColumn;
use super::ids::Ids;
use super::numbers::Numbers;
use crate::Error;
use crate::interop::Times;
use crate::orders::{OrderColumns, Orders, TableOptions};

/// The columns of an order log, by role.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray};
/// use loyalty_core::interop::arrow::{ArrowColumn, OrderArrays};
/// use loyalty_core::orders::Invalid;
/// let names: ArrayRef = Arc::new(StringArray::from(vec![Some("ada"), None, Some("ada")]));
/// let days: ArrayRef = Arc::new(Date32Array::from(vec![9862, 9870, 9890]));
/// let price = Decimal128Array::from(vec![2999, 500, 1250]).with_precision_and_scale(9, 2).unwrap();
/// let columns = [("name", names), ("day", days), ("price", Arc::new(price))];
/// let log = [RecordBatch::try_from_iter(columns).unwrap()];
///
/// let customer = ArrowColumn::of(&log, "name")?;
/// let time = ArrowColumn::of(&log, "day")?;
/// let amount = ArrowColumn::of(&log, "price")?;
/// let arrays = OrderArrays { customer: &customer, time: &time, amount: Some(&amount), zone: None };
/// let orders = arrays.orders(Invalid::Drop)?;
/// assert_eq!((orders.len(), orders.customers().len()), (2, 1));
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct OrderArrays<'a> {
    /// Who ordered: whole numbers or text.
    pub customer: &'a ArrowColumn,
    /// When: dates, timestamps or ISO 8601 text.
    pub time: &'a ArrowColumn,
    /// How much was paid: numbers.
    pub amount: Option<&'a ArrowColumn>,
    /// On whose clock timestamps with a zone are read; by default that of the column's own zone.
    pub zone: Option<&'a str>,
}

impl OrderArrays<'_> {
    /// The zone on whose clock the times are read; `None` where they have none.
    pub fn clock(&self) -> Option<&str> {
        self.zone.or(self.time.time_zone())
    }

    /// The checked order log.
    ///
    /// # Errors
    /// As [`Ids::read`], [`Times::read`], [`Numbers::read`] and [`Orders::new`].
    pub fn orders(&self, options: impl Into<TableOptions>) -> Result<Orders, Error> {
        let customer = Ids::read(self.customer)?;
        let times = Times::read(self.time, self.zone)?;
        let amounts = self.amount.map(Numbers::read).transpose()?;
        let columns = OrderColumns {
            customer: customer.as_column(),
            time: times.column(self.time.name()),
            scale: times.scale(),
            amount: amounts.as_ref().map(Numbers::as_column),
        };
        Orders::new(&columns, options)
    }
}
