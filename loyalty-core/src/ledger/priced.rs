//! Order lines with all that the ledger needs of them: what they cost, what is known of their return.

use super::LedgerOptions;
use super::build::Window;
use super::customer::Line;
use super::offers::Offers;
use super::returns::{Maturity, ReturnRates};
use crate::orders::{LedgerLine, LinesByCustomer};
use crate::time::DAY;

/// What lines are priced by.
#[derive(Clone, Copy)]
pub(super) struct Pricing<'a> {
    pub(super) lines: &'a LinesByCustomer,
    pub(super) window: &'a Window,
    pub(super) maturity: &'a Maturity,
    pub(super) rates: &'a ReturnRates,
    pub(super) offers: &'a Offers,
    /// Days on which returns jumped shop-wide.
    pub(super) recalls: &'a [i64],
    pub(super) margin: Option<f64>,
    pub(super) options: &'a LedgerOptions,
}

impl Pricing<'_> {
    /// Puts a customer's lines that are looked at in `rows`.
    pub(super) fn of_customer(&self, customer: usize, rows: &mut Vec<Line>) {
        rows.clear();
        let lines = self.lines.of_customer(customer).filter(|line| self.window.holds(line.time));
        rows.extend(lines.map(|line| self.line(&line)));
        if let Some(first) = rows.iter().map(|line| line.time).min() {
            rows.iter_mut().for_each(|line| {
                line.offered = self.offers.since(first, line.category, line.offered);
            });
        }
    }

    fn line(&self, line: &LedgerLine) -> Line {
        let LedgerLine { amount, list_amount: list, maker_discount, .. } = *line;
        let cost = match self.margin {
            // A cost that is not known is that of the margin of the lines whose cost is.
            _ if self.lines.given.cost && !line.cost.is_nan() => line.cost,
            Some(margin) => list * (1.0 - margin),
            None => 0.0,
        };
        let returned = self.window.returned(line);
        let mut loss = 0.0;
        if returned > 0.0 {
            let share = (returned / amount).min(1.0);
            let margin = if self.margin.is_some() { amount + maker_discount - cost } else { 0.0 };
            loss = margin * share + self.options.economics.return_cost(amount, share);
        }
        let recalled =
            returned > 0.0 && self.recalls.binary_search(&line.return_time.div_euclid(DAY)).is_ok();
        Line {
            order: line.order,
            product: line.product,
            category: line.category,
            size: line.size,
            brand: line.brand,
            time: line.time,
            amount,
            list,
            discount: line.discount,
            maker_discount,
            coupon: line.coupon,
            used_coupon: line.used_coupon(),
            offered: line.offered_depth,
            cost,
            returned,
            hit: f64::from(u8::from(returned > 0.0 && !recalled)),
            due: if recalled { 0.0 } else { self.maturity.due(self.window.end - line.time) },
            rate: self.rates.of_line(line),
            loss,
            return_time: if returned > 0.0 { line.return_time } else { i64::MAX },
        }
    }
}
