//! Why a line cannot be used.

use std::ops::Range;

use super::super::columns::{Column, CustomerColumn};
use super::super::lines::day_of;
use super::LedgerLineColumns;
use crate::Error;
use crate::error::report::{OrdersReport, Reason, Refusal, money_reason};
use crate::parallel::{Threads, map_chunks};

impl<'a> LedgerLineColumns<'a> {
    pub(super) fn ids(&self) -> [Option<CustomerColumn<'a>>; 3] {
        [self.order, self.product, self.category]
    }

    /// The columns of money, which follow one rule.
    fn money(&self) -> [Option<Column<'a, [f64]>>; 6] {
        let amount = Some(self.amount);
        [amount, self.list_amount, self.discount, self.maker_discount, self.coupon, self.cost]
    }

    pub(super) fn check_lengths(&self, rows: usize) -> Result<(), Error> {
        for ids in self.ids().into_iter().flatten().chain([self.customer]) {
            ids.same_rows(rows)?;
        }
        let numbers = [self.offered_depth, self.returned_amount];
        for column in self.money().into_iter().chain(numbers).flatten() {
            column.same_rows(rows)?;
        }
        for column in [Some(self.time), self.return_time].into_iter().flatten() {
            column.same_rows(rows)?;
        }
        Ok(())
    }

    /// Why a row cannot be used and which column is at fault, if it cannot.
    pub(super) fn refuse(&self, row: usize) -> Option<(Reason, &'a str)> {
        if !self.customer.is_present(row) {
            return Some((Reason::MissingCustomer, self.customer.name()));
        }
        if !self.time.is_present(row) {
            return Some((Reason::MissingTime, self.time.name));
        }
        let Some(time) = self.scale.microseconds(self.time.values[row]) else {
            return Some((Reason::TimeOutOfRange, self.time.name));
        };
        // A missing category is a level of its own; a line of no order or no article is a fault.
        for (ids, reason) in
            [(self.order, Reason::MissingOrder), (self.product, Reason::MissingProduct)]
        {
            if let Some(ids) = ids.filter(|ids| !ids.is_present(row)) {
                return Some((reason, ids.name()));
            }
        }
        for column in self.money().into_iter().flatten() {
            if let Some(reason) = money_reason(&column, row) {
                return Some((reason, column.name));
            }
        }
        if let Some(depth) = &self.offered_depth
            && !(depth.is_present(row) && (0.0..=1.0).contains(&depth.values[row]))
        {
            return Some((Reason::DepthOutOfRange, depth.name));
        }
        self.refuse_discount(row).or_else(|| self.refuse_return(row, time))
    }

    fn refuse_discount(&self, row: usize) -> Option<(Reason, &'a str)> {
        let (list, discount) = (self.list_amount?, self.discount?);
        let most = list.values[row] * (1.0 + ROUNDING);
        (discount.values[row] > most).then_some((Reason::DiscountAboveList, discount.name))
    }

    fn refuse_return(&self, row: usize, time: i64) -> Option<(Reason, &'a str)> {
        let returned = self.returned_amount?;
        if returned.is_present(row) && !returned.values[row].is_nan() {
            if let Some(reason) = money_reason(&returned, row) {
                return Some((reason, returned.name));
            }
            if returned.values[row] > self.amount.values[row] * (1.0 + ROUNDING) {
                return Some((Reason::ReturnedMoreThanPaid, returned.name));
            }
        }
        let back = self.return_time?;
        if !back.is_present(row) {
            return None;
        }
        match self.return_scale.microseconds(back.values[row]) {
            None => Some((Reason::ReturnTimeOutOfRange, back.name)),
            // By the day: tables that know days only for one of the two times are common.
            Some(back_at) if day_of(back_at) < day_of(time) => {
                Some((Reason::ReturnedBeforeOrdered, back.name))
            }
            Some(_) => None,
        }
    }

    pub(super) fn check(&self, rows: usize) -> OrdersReport {
        const CHUNK: usize = 1 << 16;
        let chunks = map_chunks(rows, CHUNK, Threads::default(), |chunk: Range<usize>| {
            let mut found: Vec<Refusal> = Vec::new();
            for row in chunk {
                if let Some((reason, column)) = self.refuse(row) {
                    Refusal::count(&mut found, reason, column, row, 1);
                }
            }
            found
        });
        let mut refusals = Vec::new();
        for found in chunks.iter().flatten() {
            let Refusal { reason, column, rows, first_row } = found;
            Refusal::count(&mut refusals, *reason, column, *first_row, *rows);
        }
        refusals.sort_by_key(|refusal| (refusal.reason as usize, refusal.first_row));
        OrdersReport::new(rows, refusals)
    }
}

/// What rounding to cents or single precision may add to a sum that should be equal.
const ROUNDING: f64 = 1e-6;
