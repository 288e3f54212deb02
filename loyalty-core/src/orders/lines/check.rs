//! Which order lines can be used.

use super::super::rows::{
    Fault, customer_and_time, missing_id, money_reason, pieces_fault, shown_number, shown_time,
};
use super::{LineColumns, day_of};
use crate::Error;
use crate::error::report::Reason;

/// What rounding to cents or single precision may add to a sum that should be equal.
const ROUNDING: f64 = 1e-6;

/// Accepts the names of columns that a score may rest on where none is among those that are known only after
/// the order, as the outcome itself is. Bindings ask before they look at the types of columns, so that a
/// leak is named as one.
///
/// # Errors
/// [`Error::Choice`] that names the first.
pub fn known_at_the_order<'n>(
    names: impl IntoIterator<Item = &'n str>,
    later: &[&str],
) -> Result<(), Error> {
    match names.into_iter().find(|name| later.contains(name)) {
        None => Ok(()),
        Some(name) => Err(Error::Choice {
            name: "a column to score by",
            expected: "known at the time of the order",
            value: name.to_owned(),
        }),
    }
}

impl<'a> LineColumns<'a> {
    pub(super) fn check_lengths(&self, rows: usize) -> Result<(), Error> {
        let ids = [&self.order, &self.product, &self.line, &self.category, &self.size, &self.brand];
        let words = [&self.status, &self.currency];
        let ids = ids.into_iter().chain(words).flatten();
        for ids in ids.chain([&self.customer]).chain(&self.categories) {
            ids.same_rows(rows)?;
        }
        let [amount, price, list, discount, maker, coupon, cost] = self.money();
        let others = [&self.quantity, &self.offered_depth, &self.returned, &self.returned_amount];
        let money = [amount, price, list, discount, maker, coupon, cost];
        for column in money.into_iter().chain(others).flatten().chain(&self.numbers) {
            column.same_rows(rows)?;
        }
        for column in [&self.coupon_used, &self.opted_out].into_iter().flatten() {
            column.same_rows(rows)?;
        }
        for column in [Some(&self.time), self.return_time.as_ref()].into_iter().flatten() {
            column.same_rows(rows)?;
        }
        Ok(())
    }

    /// No column that a score may rest on is known only after the order.
    pub(super) fn check_known_at_the_order(&self) -> Result<(), Error> {
        let ids = [Some(&self.customer), self.product.as_ref(), self.order.as_ref()];
        let names = ids
            .into_iter()
            .flatten()
            .chain(self.all_categories())
            .map(super::super::columns::CustomerColumn::name);
        let numbers = [self.amount.as_ref(), self.price.as_ref(), self.quantity.as_ref()];
        let numbers = numbers.into_iter().flatten().chain(&self.numbers).map(|column| column.name);
        let outcome = [self.returned.as_ref(), self.returned_amount.as_ref()];
        let outcome = outcome.into_iter().flatten().map(|column| column.name);
        let outcome = outcome.chain(self.return_time.as_ref().map(|column| column.name));
        let later: Vec<&str> = outcome.chain(self.known_later.iter().copied()).collect();
        known_at_the_order(names.chain(numbers).chain([self.time.name]), &later)
    }

    /// The columns of money, which follow one rule.
    fn money(&self) -> [&Option<super::super::Column<'a, [f64]>>; 7] {
        [
            &self.amount,
            &self.price,
            &self.list_amount,
            &self.discount,
            &self.maker_discount,
            &self.coupon,
            &self.cost,
        ]
    }

    /// Why a row cannot be used and which column is at fault, if it cannot.
    pub(super) fn fault(&self, row: usize) -> Option<Fault<'a>> {
        if let Some(fault) = customer_and_time(&self.customer, &self.time, self.scale, row) {
            return Some(fault);
        }
        // A missing category is a level of its own.
        for (ids, reason) in [
            (&self.order, Reason::MissingOrder),
            (&self.product, Reason::MissingProduct),
            (&self.line, Reason::MissingLine),
        ] {
            let allowed = reason == Reason::MissingProduct && self.products_may_be_missing();
            if let Some(fault) = missing_id(ids.as_ref(), reason, row)
                && !allowed
            {
                return Some(fault);
            }
        }
        for column in self.money().into_iter().flatten() {
            if let Some(reason) = money_reason(column, row)
                && !self.is_estimated(column, row)
            {
                return Some((reason, column.name));
            }
        }
        if let Some(fault) = self.quantity.as_ref().and_then(|pieces| pieces_fault(pieces, row)) {
            return Some(fault);
        }
        if let Some(depth) = &self.offered_depth
            && !(depth.is_present(row) && (0.0..=1.0).contains(&depth.values[row]))
        {
            return Some((Reason::DepthOutOfRange, depth.name));
        }
        if let (Some(list), Some(discount)) = (&self.list_amount, &self.discount)
            && discount.values[row] > list.values[row] * (1.0 + ROUNDING)
        {
            return Some((Reason::DiscountAboveList, discount.name));
        }
        self.fault_of_return(row)
    }

    fn fault_of_return(&self, row: usize) -> Option<Fault<'a>> {
        if let Some(returned) = &self.returned {
            let known = returned.is_present(row) && returned.values[row] >= 0.0;
            if !known {
                return Some((Reason::MissingOutcome, returned.name));
            }
        }
        if let Some(returned) = &self.returned_amount
            && returned.is_present(row)
            && !returned.values[row].is_nan()
        {
            if let Some(reason) = money_reason(returned, row) {
                return Some((reason, returned.name));
            }
            if returned.values[row] > self.paid(row) * (1.0 + ROUNDING) {
                return Some((Reason::ReturnedMoreThanPaid, returned.name));
            }
        }
        let back = self.return_time.as_ref().filter(|back| back.is_present(row))?;
        if !self.came_back(row) {
            return None;
        }
        let ordered = self.scale.microseconds(self.time.values[row])?;
        // By the day: tables that know days only for one of the two times are common.
        match self.return_scale.microseconds(back.values[row]) {
            None => Some((Reason::ReturnTimeOutOfRange, back.name)),
            Some(time) if day_of(time) < day_of(ordered) => {
                Some((Reason::ReturnedBeforeOrdered, back.name))
            }
            Some(_) => None,
        }
    }
}

impl LineColumns<'_> {
    /// The cell of a column in a row, as a report shows it; empty where it is missing.
    pub(super) fn shown(&self, row: usize, name: &str) -> String {
        let ids = [&self.order, &self.product, &self.line, &self.category, &self.status];
        let ids = ids.into_iter().chain([&self.currency]).flatten().chain([&self.customer]);
        if let Some(ids) = ids.into_iter().find(|ids| ids.name() == name) {
            return ids.shown(row);
        }
        for (times, scale) in
            [(Some(&self.time), self.scale), (self.return_time.as_ref(), self.return_scale)]
        {
            if let Some(times) = times.filter(|times| times.name == name) {
                return shown_time(times, scale, row);
            }
        }
        let others = [&self.quantity, &self.offered_depth, &self.returned, &self.returned_amount];
        let mut numbers = self.money().into_iter().chain(others).flatten();
        let column = numbers.find(|column| column.name == name);
        column.map_or_else(String::new, |column| shown_number(column, row))
    }
}
