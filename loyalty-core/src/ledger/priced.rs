//! Order lines with all that the ledger needs of them: what they cost, what is known of their return.

use super::basis::LedgerBasis;
use super::build::Window;
use super::customer::Line;
use crate::orders::LedgerLine;
use crate::time::DAY;

/// What lines are priced by.
#[derive(Clone, Copy)]
pub(super) struct Pricing<'a> {
    pub(super) basis: &'a LedgerBasis,
    pub(super) window: &'a Window,
}

impl Pricing<'_> {
    /// Puts those of a customer's lines that are looked at in `rows`.
    pub(super) fn of_customer(
        &self,
        lines: impl Iterator<Item = LedgerLine>,
        rows: &mut Vec<Line>,
    ) {
        rows.clear();
        let lines = lines.filter(|line| self.window.holds(line.time));
        rows.extend(lines.map(|line| self.line(&line)));
        if let Some(first) = rows.iter().map(|line| line.time).min() {
            rows.iter_mut().for_each(|line| {
                line.offered = self.basis.offers.since(first, line.category, line.offered);
            });
        }
    }

    fn line(&self, line: &LedgerLine) -> Line {
        let LedgerLine { amount, list_amount: list, maker_discount, .. } = *line;
        let basis = self.basis;
        let cost = match basis.margin {
            // A cost that is not known is that of the margin of the lines whose cost is.
            _ if basis.given.cost && !line.cost.is_nan() => line.cost,
            Some(margin) => list * (1.0 - margin),
            None => 0.0,
        };
        let returned = self.window.returned(line);
        let mut loss = 0.0;
        if returned > 0.0 {
            let share = (returned / amount).min(1.0);
            let margin = if basis.margin.is_some() { amount + maker_discount - cost } else { 0.0 };
            loss = margin * share + basis.economics.return_cost(amount, share);
        }
        let recalled = returned > 0.0 && basis.is_recall(line.return_time.div_euclid(DAY));
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
            due: if recalled { 0.0 } else { basis.maturity.due(self.window.end - line.time) },
            rate: basis.rates.of_line(line),
            loss,
            return_time: if returned > 0.0 { line.return_time } else { i64::MAX },
        }
    }
}
