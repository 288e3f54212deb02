//! Order lines with all that the ledger needs of them: what they cost, what is known of their return.

use super::LedgerOptions;
use super::build::Window;
use super::customer::Line;
use super::returns::{Maturity, ReturnRates};
use crate::orders::{LedgerLine, LinesByCustomer};

/// What lines are priced by.
pub(super) struct Pricing<'a> {
    pub(super) lines: &'a LinesByCustomer,
    pub(super) window: &'a Window,
    pub(super) maturity: Maturity,
    pub(super) rates: &'a ReturnRates,
    pub(super) margin: Option<f64>,
    pub(super) options: &'a LedgerOptions,
}

impl Pricing<'_> {
    /// Puts a customer's lines that are looked at in `rows`.
    pub(super) fn of_customer(&self, customer: usize, rows: &mut Vec<Line>) {
        rows.clear();
        let lines = self.lines.of_customer(customer).filter(|line| self.window.holds(line.time));
        rows.extend(lines.map(|line| self.line(&line)));
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
        Line {
            order: line.order,
            product: line.product,
            category: line.category,
            time: line.time,
            amount,
            list,
            discount: line.discount,
            maker_discount,
            coupon: line.coupon,
            offered: line.offered_depth,
            cost,
            returned,
            hit: f64::from(u8::from(returned > 0.0)),
            due: self.maturity.due(self.window.end - line.time),
            rate: self.rates.of_product(line.product),
            loss,
        }
    }
}
