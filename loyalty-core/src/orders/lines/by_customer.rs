//! Lines together by customer, as the ledger reads them.

use super::super::columns::{Column, CustomerColumn};
use super::super::customers::Customers;
use super::super::intern::{intern, levels};
use super::super::rows::Used;
use super::LineColumns;
use super::columns::number;
use super::groups::Groups;
use crate::parallel::{Threads, map_chunks, scatter};
use crate::time::{DAY, RANGE};

/// Order lines, together by customer.
#[derive(Debug, Clone)]
pub(crate) struct LinesByCustomer {
    pub(crate) customers: Customers,
    pub(crate) groups: Groups,
    /// Where each customer's begin among the lines by customer, and behind the last their number.
    starts: Vec<u32>,
    by_customer: Vec<u32>,
    /// Each row's place among the lines.
    place: Vec<u32>,
    /// Numbers of customer, order, product and category.
    ids: Vec<[u32; 4]>,
    /// Numbers of size and brand, where either is given.
    kinds: Option<Vec<[u32; 2]>>,
    /// When it was ordered and when it came back.
    times: Vec<[i64; 2]>,
    /// What is in a [`LedgerLine`] besides, in its order.
    money: Vec<[f64; 8]>,
    /// The ids of orders, products, categories, sizes and brands, where there are such columns.
    distinct: [Option<Customers>; 5],
    /// How many products there are, at least 1; where no product is given, categories with a missing one.
    pub(crate) products: usize,
    pub(crate) given: Given,
    pub(crate) time_range: (i64, i64),
}

/// Which columns there were.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "one answer per column")]
pub(crate) struct Given {
    pub(crate) product: bool,
    pub(crate) category: bool,
    pub(crate) size: bool,
    pub(crate) brand: bool,
    pub(crate) discount: bool,
    pub(crate) coupon: bool,
    pub(crate) offered_depth: bool,
    pub(crate) cost: bool,
    pub(crate) returned_amount: bool,
    pub(crate) return_time: bool,
}

/// An order line; 0 in the columns that there were not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LedgerLine {
    pub(crate) order: u32,
    pub(crate) product: u32,
    pub(crate) category: u32,
    pub(crate) size: u32,
    pub(crate) brand: u32,
    pub(crate) time: i64,
    /// `i64::MAX` where it was kept or the time is not known.
    pub(crate) return_time: i64,
    pub(crate) amount: f64,
    /// At list price: without such a column, the amount and all that was taken off.
    pub(crate) list_amount: f64,
    pub(crate) discount: f64,
    pub(crate) maker_discount: f64,
    /// What coupons took off; −0 where one was used and nobody told what it took off, which adds nothing to a sum.
    pub(crate) coupon: f64,
    pub(crate) offered_depth: f64,
    /// NaN where it is to be estimated.
    pub(crate) cost: f64,
    pub(crate) returned_amount: f64,
}

impl LedgerLine {
    /// Whether a coupon was used, whether or not it is told what it took off.
    pub(crate) fn used_coupon(&self) -> bool {
        self.coupon > 0.0 || self.coupon.is_sign_negative()
    }
}

impl LinesByCustomer {
    /// Copies the rows in use.
    pub(super) fn of(columns: &LineColumns<'_>, used: &Used) -> Self {
        let (rows, threads) = (used.len(), Threads::default());
        let ids = |column: &CustomerColumn<'_>| intern(column, used, threads);
        let level = |column: &CustomerColumn<'_>| levels(column, used, threads);
        let (customers, customer) = ids(&columns.customer);
        let groups = Groups::of(&customer, customers.len());
        let place = groups.places(&customer);
        let order = columns.order.as_ref().map(ids);
        // A missing product, where one may be missing, is numbered behind all others.
        let product = columns.product.as_ref().map(level);
        let category = columns.category.as_ref().map(level);
        let size = columns.size.as_ref().map(level);
        let brand = columns.brand.as_ref().map(level);
        let number = |ids: &Option<(_, Vec<u32>)>, n: usize| ids.as_ref().map_or(0, |ids| ids.1[n]);
        let instant = |n: usize| {
            // Every time in use is within range.
            columns.scale.microseconds(columns.time.values[used.row(n)]).unwrap_or(i64::MAX)
        };
        // Lines of a customer's day are one order where orders have no ids.
        let order_of = |n: usize| match &order {
            Some(ids) => ids.1[n],
            None => u32::try_from((instant(n) - RANGE.start()) / DAY).unwrap_or(u32::MAX),
        };
        // Rates of articles are those of the finest column there is: without articles, of categories.
        let article = |n| number(if product.is_some() { &product } else { &category }, n);
        let ids_of = |n| [customer[n], order_of(n), article(n), number(&category, n)];
        let ids = scatter(&place, threads, ids_of);
        let (starts, by_customer) = groups.by_customer(&ids, threads);
        let back = |n| columns.back_at(used.row(n)).unwrap_or(i64::MAX);
        Self {
            customers,
            groups,
            products: match (&product, &category) {
                // A missing one is numbered behind all others.
                (Some((distinct, _)), _) | (None, Some((distinct, _))) => distinct.len() + 1,
                (None, None) => 1,
            },
            time_range: time_range(rows, threads, instant),
            given: given(columns),
            ids,
            kinds: (size.is_some() || brand.is_some())
                .then(|| scatter(&place, threads, |n| [number(&size, n), number(&brand, n)])),
            times: scatter(&place, threads, |n| [instant(n), back(n)]),
            money: scatter(&place, threads, |n| money_of(columns, used.row(n))),
            distinct: [order, product, category, size, brand]
                .map(|ids| ids.map(|(distinct, _)| distinct)),
            starts,
            by_customer,
            place,
        }
    }

    /// The number of lines.
    pub(crate) fn len(&self) -> usize {
        self.money.len()
    }

    /// The ids of products, categories, sizes and brands in order of their numbers, where there are such columns.
    pub(crate) fn levels(&self) -> [Option<&Customers>; 4] {
        let [_, product, category, size, brand] = &self.distinct;
        [product, category, size, brand].map(Option::as_ref)
    }

    /// The number of the customer of a line.
    pub(super) fn customer_of(&self, line: usize) -> u32 {
        self.ids[line][0]
    }

    /// How many categories there are at most: a missing one is numbered behind all others.
    pub(crate) fn categories(&self) -> usize {
        self.distinct[2].as_ref().map_or(1, |levels| levels.len() + 1)
    }

    /// The lines of a customer.
    pub(crate) fn of_customer(&self, customer: usize) -> impl Iterator<Item = LedgerLine> {
        self.numbers_of_customer(customer).map(|line| self.line(line))
    }

    /// The numbers of the lines of a customer.
    pub(crate) fn numbers_of_customer(&self, customer: usize) -> impl Iterator<Item = usize> {
        let lines = self.starts[customer] as usize..self.starts[customer + 1] as usize;
        self.by_customer[lines].iter().map(|&line| line as usize)
    }

    /// Something of each row in use, by the number of its line.
    pub(crate) fn by_number<T: Clone + Default>(&self, by_row: &[T]) -> Vec<T> {
        let mut by_number = vec![T::default(); by_row.len()];
        for (place, value) in self.place.iter().zip(by_row) {
            by_number[*place as usize] = value.clone();
        }
        by_number
    }

    /// The ids of orders in order of their numbers, where there are any.
    pub(crate) fn order_ids(&self) -> Option<&Customers> {
        self.distinct[0].as_ref()
    }

    pub(crate) fn line(&self, line: usize) -> LedgerLine {
        let [_, order, product, category] = self.ids[line];
        let [size, brand] = self.kinds.as_ref().map_or([0; 2], |kinds| kinds[line]);
        let [time, return_time] = self.times[line];
        let [amount, list_amount, discount, maker_discount, coupon, offered_depth, cost, returned] =
            self.money[line];
        LedgerLine {
            order,
            product,
            category,
            size,
            brand,
            time,
            return_time,
            amount,
            list_amount,
            discount,
            maker_discount,
            coupon,
            offered_depth,
            cost,
            returned_amount: returned,
        }
    }

    /// The line of each row in use.
    pub(super) fn by_row(&self) -> impl Iterator<Item = LedgerLine> {
        self.place.iter().map(|&place| self.line(place as usize))
    }

    /// The ids of customers, orders, products and categories, and their numbers by row in use.
    pub(super) fn numbered(&self, column: usize) -> Option<(&Customers, Vec<u32>)> {
        let distinct = match column {
            0 => &self.customers,
            _ => self.distinct[column - 1].as_ref()?,
        };
        Some((distinct, self.place.iter().map(|&line| self.ids[line as usize][column]).collect()))
    }

    /// Lines of rows in use came back at times; all that was paid for them is paid back, unless it is
    /// known how much.
    pub(super) fn note_returns(&mut self, returns: &[(usize, i64)]) {
        (self.given.returned_amount, self.given.return_time) = (true, true);
        for &(row, time) in returns {
            let line = self.place[row] as usize;
            let [_, back] = &mut self.times[line];
            *back = time.min(*back);
            let [amount, .., returned] = &mut self.money[line];
            if *returned == 0.0 {
                *returned = *amount;
            }
        }
    }
}

fn given(columns: &LineColumns<'_>) -> Given {
    Given {
        product: columns.product.is_some(),
        category: columns.category.is_some(),
        size: columns.size.is_some(),
        brand: columns.brand.is_some(),
        discount: columns.discount.is_some(),
        coupon: columns.coupon.is_some() || columns.coupon_used.is_some(),
        offered_depth: columns.offered_depth.is_some(),
        cost: columns.cost.is_some(),
        returned_amount: columns.has_returns(),
        return_time: columns.has_returns() && columns.return_time.is_some(),
    }
}

/// The numbers of a row, in the order of [`LinesByCustomer::line`].
fn money_of(columns: &LineColumns<'_>, row: usize) -> [f64; 8] {
    let of = |column: &Option<Column<'_, [f64]>>| column.as_ref().map_or(0.0, |c| number(c, row));
    let amount = columns.paid(row);
    let (discount, maker, coupon) =
        (of(&columns.discount), of(&columns.maker_discount), of(&columns.coupon));
    let list = match &columns.list_amount {
        Some(list) => number(list, row),
        None => amount + discount + maker + coupon,
    };
    let coupon = if coupon == 0.0 && columns.used_coupon(row) { -0.0 } else { coupon };
    let (offered, cost) = (of(&columns.offered_depth), columns.cost_of(row));
    [amount, list, discount, maker, coupon, offered, cost, columns.paid_back(row)]
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
