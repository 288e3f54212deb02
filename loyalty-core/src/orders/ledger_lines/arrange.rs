//! The rows in use, brought together by group of customers.

use super::super::columns::{Column, CustomerColumn, TimeScale};
use super::super::intern::{intern, levels};
use super::groups::Groups;
use super::{Given, LedgerLineColumns, LedgerLines};
use crate::error::report::OrdersReport;
use crate::parallel::{Threads, map_chunks, scatter};
use crate::time::{DAY, RANGE};

impl LedgerLineColumns<'_> {
    /// Copies the rows in use.
    pub(super) fn take(
        &self,
        report: OrdersReport,
        row: impl Fn(usize) -> usize + Sync,
    ) -> LedgerLines {
        let (rows, threads) = (report.kept(), Threads::default());
        let ids = |column: &CustomerColumn<'_>| intern(column, rows, &row, threads);
        let (customers, customer) = ids(&self.customer);
        let groups = Groups::of(&customer, customers.len());
        let place = groups.deal(&customer);
        let numbered = |column: Option<CustomerColumn<'_>>| column.map(|column| ids(&column));
        let (order, product) = (numbered(self.order), numbered(self.product));
        let category = self.category.map(|column| levels(&column, rows, &row, threads));
        let number = |ids: &Option<(_, Vec<u32>)>, n: usize| ids.as_ref().map_or(0, |ids| ids.1[n]);
        let instant = |n: usize| microseconds(self.scale, self.time.values[row(n)]);
        // Lines of a customer's day are one order where orders have no ids.
        let order_of = |n: usize| match &order {
            Some(ids) => ids.1[n],
            None => u32::try_from((instant(n) - RANGE.start()) / DAY).unwrap_or(u32::MAX),
        };
        let ids_of = |n| {
            [
                customer[n],
                order_of(n),
                number(&product, n),
                category.as_ref().map_or(0, |levels| levels[n]),
            ]
        };
        let ids = scatter(&place, threads, ids_of);
        let (starts, by_customer) = groups.by_customer(&ids, threads);
        LedgerLines {
            customers,
            groups,
            products: product.as_ref().map_or(1, |(distinct, _)| distinct.len()),
            time_range: time_range(rows, threads, instant),
            given: self.given(),
            ids,
            times: scatter(&place, threads, |n| [instant(n), self.back(row(n))]),
            money: scatter(&place, threads, |n| self.money_of(row(n))),
            starts,
            by_customer,
            report,
        }
    }

    fn given(&self) -> Given {
        Given {
            product: self.product.is_some(),
            category: self.category.is_some(),
            discount: self.discount.is_some(),
            coupon: self.coupon.is_some(),
            offered_depth: self.offered_depth.is_some(),
            cost: self.cost.is_some(),
            returned_amount: self.returned_amount.is_some(),
            return_time: self.return_time.is_some(),
        }
    }

    fn back(&self, row: usize) -> i64 {
        match self.return_time {
            Some(column) if column.is_present(row) => {
                microseconds(self.return_scale, column.values[row])
            }
            _ => i64::MAX,
        }
    }

    /// The numbers of a row, in the order of [`LedgerLines::line`].
    fn money_of(&self, row: usize) -> [f64; 8] {
        let of = |column: Option<Column<'_, [f64]>>| column.map_or(0.0, |c| value(&c, row));
        let amount = value(&self.amount, row);
        let (discount, maker, coupon) =
            (of(self.discount), of(self.maker_discount), of(self.coupon));
        let list = self.list_amount.map_or(amount + discount + maker + coupon, |c| value(&c, row));
        let (offered, cost) = (of(self.offered_depth), of(self.cost));
        [amount, list, discount, maker, coupon, offered, cost, of(self.returned_amount)]
    }
}

/// A number in use. Adding zero turns −0 into 0; a missing return is none.
fn value(column: &Column<'_, [f64]>, row: usize) -> f64 {
    let value = column.values[row] + 0.0;
    if value.is_nan() || !column.is_present(row) { 0.0 } else { value }
}

/// Every time in use is within range.
fn microseconds(scale: TimeScale, time: i64) -> i64 {
    scale.microseconds(time).unwrap_or(i64::MAX)
}

fn time_range(rows: usize, threads: Threads, time: impl Fn(usize) -> i64 + Sync) -> (i64, i64) {
    const CHUNK: usize = 1 << 18;
    let wider = |(a, b): (i64, i64), (c, d): (i64, i64)| (a.min(c), b.max(d));
    let none = (i64::MAX, i64::MIN);
    let bounds = map_chunks(rows, CHUNK, threads, |rows| {
        rows.map(&time).fold(none, |range, time| wider(range, (time, time)))
    });
    bounds.into_iter().fold(none, wider)
}
