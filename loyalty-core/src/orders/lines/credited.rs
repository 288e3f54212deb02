//! Credits that stand among the purchases of a table, matched to them.

use super::credits::{Matched, Pieces, id};
use super::{LineColumns, key};
use crate::error::report::CreditReport;
use crate::math::ExactSum;
use crate::orders::columns::{Column, TimeScale};
use crate::orders::rows::{Used, instant_of};

/// What came back of the caller's rows.
pub(super) struct Credited {
    /// What was paid back, by row.
    pub(super) amount: Vec<f64>,
    /// When, in microseconds, by row, and whether that is known.
    pub(super) time: (Vec<i64>, Vec<bool>),
    pub(super) report: CreditReport,
}

impl Credited {
    /// Matches credits to purchases, both by the numbers of the caller's rows.
    ///
    /// With products by customer and product, newest purchase first ([`super::match_credits`]). Without, by
    /// customer and order where the credit has the order of a purchase, otherwise by customer and amount;
    /// then money counts as pieces do.
    pub(super) fn of(columns: &LineColumns<'_>, purchases: &Used, credits: &[usize]) -> Self {
        let rows = columns.customer.len();
        let mut credited = Self {
            amount: (0..rows).map(|_| 0.0).collect(),
            time: (vec![0; rows], vec![false; rows]),
            report: CreditReport { rows: credits.len(), ..CreditReport::default() },
        };
        if columns.has_returns() {
            credited.known(columns, purchases);
        }
        let bought: Vec<usize> = purchases.iter().collect();
        let how = How::of(columns, &bought, credits);
        let (of_bought, of_notes) = (how.pieces(columns, &bought), how.pieces(columns, credits));
        let found = of_bought.matched(&of_notes);
        credited.report.by = how.name();
        credited.settle(columns, (&bought, credits), &of_notes.quantity, &found);
        credited
    }

    /// What the purchases say themselves.
    fn known(&mut self, columns: &LineColumns<'_>, purchases: &Used) {
        for row in purchases.iter() {
            self.amount[row] = columns.paid_back(row);
            if let Some(time) = columns.back_at(row) {
                (self.time.0[row], self.time.1[row]) = (time, true);
            }
        }
    }

    /// Takes what the credits give back off the purchases, at most what was paid for them.
    fn settle(
        &mut self,
        columns: &LineColumns<'_>,
        (bought, credits): (&[usize], &[usize]),
        pieces: &[f64],
        found: &Matched,
    ) {
        let money: Vec<f64> = credits.iter().map(|&row| columns.paid(row)).collect();
        let mut placed = vec![0.0; credits.len()];
        let mut touched = vec![false; bought.len()];
        for part in &found.parts {
            let (row, note) = (bought[part.purchase], credits[part.note]);
            let share = (part.pieces / pieces[part.note]).min(1.0);
            let back =
                (money[part.note] * share).min(columns.paid(row) - self.amount[row]).max(0.0);
            self.amount[row] += back;
            placed[part.note] += back;
            touched[part.purchase] = true;
            let time = instant_of(&columns.time, columns.scale, note);
            if let Some(time) = time.filter(|&time| !self.time.1[row] || time < self.time.0[row]) {
                (self.time.0[row], self.time.1[row]) = (time, true);
            }
        }
        let total = |values: &mut dyn Iterator<Item = f64>| {
            let mut sum = ExactSum::default();
            values.for_each(|value| sum.add(value));
            sum.value()
        };
        let report = &mut self.report;
        report.purchases = touched.iter().filter(|&&touched| touched).count();
        for (note, rule) in found.rule.iter().enumerate() {
            let all = placed[note] >= money[note] * (1.0 - 1e-9);
            match () {
                () if rule.is_whole() && all => report.matched += 1,
                () if found.parts.iter().any(|part| part.note == note) => report.in_part += 1,
                () => report.unmatched += 1,
            }
        }
        report.money = total(&mut money.iter().copied());
        report.money_unmatched =
            total(&mut money.iter().zip(&placed).map(|(all, placed)| all - placed));
        report.money_matched = total(&mut placed.iter().copied());
    }

    /// The columns with what came back.
    pub(super) fn columns<'b>(&'b self, given: &LineColumns<'b>) -> LineColumns<'b> {
        let mut columns = given.clone();
        let name = |given: Option<&'b str>, role: &'static str| given.unwrap_or(role);
        let amount =
            name(given.returned_amount.as_ref().map(|column| column.name), "returned_amount");
        let time = name(given.return_time.as_ref().map(|column| column.name), "return_time");
        columns.returned_amount = Some(Column::new(amount, &self.amount[..]));
        let times = Column::new(time, &self.time.0[..]);
        columns.return_time = Some(times.with_present(Some(&self.time.1)));
        columns.return_scale = TimeScale::Microseconds;
        columns
    }
}

/// By what credits and purchases are matched.
enum How {
    Product,
    /// Whether each credit's order is one of purchases is looked up in these keys of customer and order.
    Order(std::collections::HashSet<u64>),
    Amount,
}

impl How {
    fn of(columns: &LineColumns<'_>, bought: &[usize], credits: &[usize]) -> Self {
        if columns.product.is_some() {
            return Self::Product;
        }
        let Some(order) = &columns.order else { return Self::Amount };
        let key = |&row: &usize| key::fold(id(&columns.customer, row), id(order, row));
        let of_credits: std::collections::HashSet<u64> = credits.iter().map(key).collect();
        let known = bought.iter().map(key).filter(|key| of_credits.contains(key)).collect();
        Self::Order(known)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Product => "customer and product",
            Self::Order(known) if !known.is_empty() => "customer and order",
            Self::Order(_) | Self::Amount => "customer and amount",
        }
    }

    fn pieces(&self, columns: &LineColumns<'_>, rows: &[usize]) -> Pieces {
        let customer = |row| id(&columns.customer, row);
        let key = |&row: &usize| match (self, &columns.product, &columns.order) {
            (Self::Product, Some(product), _) => {
                let product = if product.is_present(row) { id(product, row) } else { key::MISSING };
                key::fold(customer(row), product)
            }
            (Self::Order(known), _, Some(order)) => {
                let of_order = key::fold(customer(row), id(order, row));
                if known.contains(&of_order) { of_order } else { customer(row) }
            }
            _ => customer(row),
        };
        let by_product = matches!(self, Self::Product);
        let quantity =
            |&row: &usize| if by_product { columns.pieces(row) } else { columns.paid(row) };
        let price = |&row: &usize| if by_product { columns.piece_price(row) } else { 0.0 };
        let time = |&row: &usize| instant_of(&columns.time, columns.scale, row).unwrap_or_default();
        Pieces {
            key: rows.iter().map(key).collect(),
            time: rows.iter().map(time).collect(),
            quantity: rows.iter().map(quantity).collect(),
            price: rows.iter().map(price).collect(),
            tie: rows.iter().map(|&row| columns.tie(row)).collect(),
        }
    }
}

impl LineColumns<'_> {
    /// What tells a row apart from one that is alike in customer, product, time, price and pieces.
    fn tie(&self, row: usize) -> u64 {
        let of_number = |column: &Option<Column<'_, [f64]>>| {
            column.as_ref().map_or(0, |column| column.values[row].to_bits())
        };
        let order = self.order.as_ref().map_or(0, |order| id(order, row));
        let line = self.line.as_ref().map_or(0, |line| id(line, row));
        let numbers = [
            &self.amount,
            &self.list_amount,
            &self.discount,
            &self.maker_discount,
            &self.coupon,
            &self.offered_depth,
            &self.cost,
        ];
        let words =
            numbers.into_iter().map(of_number).chain([line, u64::from(self.used_coupon(row))]);
        let category = self.category.as_ref().map_or(0, |category| id(category, row));
        words.fold(key::fold(order, category), key::fold)
    }
}
