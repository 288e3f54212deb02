//! What lines by time do not hold of lines by customer: ids as they came, and money.

use super::super::columns::{Column, CustomerColumn, TextColumn, TimeScale};
use super::super::customers::{Customers, TextIds};
use super::super::rows::Used;
use super::by_customer::LinesByCustomer;
use super::by_time::{LinesByTime, Outcome};
use super::{LineColumns, columns::number};

/// Ids by row in use.
#[derive(Debug, Clone)]
struct Ids {
    values: Customers,
    /// Of whole numbers; text is missing where it is empty.
    present: Option<Vec<bool>>,
}

/// What lines by time do not hold, in the caller's order.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    customer: Ids,
    order: Option<Ids>,
    product: Option<Ids>,
    category: Option<Ids>,
    size: Option<Ids>,
    brand: Option<Ids>,
    amount: Option<Vec<f64>>,
    list_amount: Option<Vec<f64>>,
    discount: Option<Vec<f64>>,
    maker_discount: Option<Vec<f64>>,
    coupon: Option<Vec<f64>>,
    coupon_used: Option<Vec<bool>>,
    offered_depth: Option<Vec<f64>>,
    cost: Option<Vec<f64>>,
    /// What was paid back, where it is known whether lines came back.
    paid_back: Option<Vec<f64>>,
    /// When, in microseconds, where there is such a column; `i64::MAX` where it is not known.
    back: Option<Vec<i64>>,
}

impl TextColumn for TextIds {
    fn rows(&self) -> usize {
        self.ends().len()
    }

    fn text(&self, row: usize) -> &str {
        self.get(row)
    }
}

impl Ids {
    fn of(column: &CustomerColumn<'_>, used: &Used) -> Self {
        match column {
            CustomerColumn::Int(ids) => Self {
                values: Customers::Int(used.iter().map(|row| ids.values[row]).collect()),
                present: ids.present.map(|present| used.iter().map(|row| present[row]).collect()),
            },
            CustomerColumn::Text(ids) => {
                let text = |row| if column.is_present(row) { ids.values.text(row) } else { "" };
                Self { values: Customers::from_text(used.iter().map(text)), present: None }
            }
        }
    }

    fn as_column(&self) -> CustomerColumn<'_> {
        let present = self.present.as_deref();
        match &self.values {
            Customers::Int(ids) => Column::new("", &ids[..]).with_present(present).into(),
            Customers::Text(ids) => {
                CustomerColumn::Text(Column { name: "", values: ids, present: None })
            }
        }
    }
}

impl Raw {
    pub(super) fn of(columns: &LineColumns<'_>, used: &Used) -> Self {
        let ids = |column: &Option<CustomerColumn<'_>>| {
            column.as_ref().map(|column| Ids::of(column, used))
        };
        let money = |column: &Option<Column<'_, [f64]>>| {
            column.as_ref().map(|column| used.iter().map(|row| number(column, row)).collect())
        };
        let back = |row: usize| columns.back_at(row).unwrap_or(i64::MAX);
        let has_returns = columns.has_returns();
        Self {
            customer: Ids::of(&columns.customer, used),
            order: ids(&columns.order),
            product: ids(&columns.product),
            category: ids(&columns.category),
            size: ids(&columns.size),
            brand: ids(&columns.brand),
            amount: money(&columns.amount),
            list_amount: money(&columns.list_amount),
            discount: money(&columns.discount),
            maker_discount: money(&columns.maker_discount),
            coupon: money(&columns.coupon),
            coupon_used: (columns.coupon_used.as_ref())
                .map(|_| used.iter().map(|row| columns.used_coupon(row)).collect()),
            offered_depth: money(&columns.offered_depth),
            cost: money(&columns.cost),
            paid_back: has_returns.then(|| used.iter().map(|row| columns.paid_back(row)).collect()),
            back: (has_returns && columns.return_time.is_some())
                .then(|| used.iter().map(back).collect()),
        }
    }

    /// The same lines as those by time.
    pub(super) fn by_customer(&self, lines: &LinesByTime) -> LinesByCustomer {
        let time = lines.by_row(&lines.time);
        let (price, quantity) = (lines.by_row(&lines.price), lines.by_row(&lines.quantity));
        let known: Option<Vec<bool>> =
            self.back.as_ref().map(|back| back.iter().map(|&back| back < i64::MAX).collect());
        let came_back = |outcome: &[Outcome]| -> Vec<f64> {
            let came_back = |outcome: &Outcome| f64::from(*outcome != Outcome::Kept);
            lines.by_row(&outcome.iter().map(came_back).collect::<Vec<f64>>())
        };
        let returned = lines.outcome.as_deref().map(came_back);
        let mut columns = LineColumns::new(
            self.customer.as_column(),
            Column::new("", &time[..]),
            TimeScale::Microseconds,
        );
        columns.order = self.order.as_ref().map(Ids::as_column);
        columns.product = self.product.as_ref().map(Ids::as_column);
        columns.category = self.category.as_ref().map(Ids::as_column);
        columns.size = self.size.as_ref().map(Ids::as_column);
        columns.brand = self.brand.as_ref().map(Ids::as_column);
        (columns.price, columns.quantity) =
            (Some(Column::new("", &price[..])), Some(Column::new("", &quantity[..])));
        columns.amount = self.amount.as_deref().map(unnamed);
        columns.list_amount = self.list_amount.as_deref().map(unnamed);
        columns.discount = self.discount.as_deref().map(unnamed);
        columns.maker_discount = self.maker_discount.as_deref().map(unnamed);
        columns.coupon = self.coupon.as_deref().map(unnamed);
        columns.coupon_used = self.coupon_used.as_deref().map(|used| Column::new("", used));
        columns.offered_depth = self.offered_depth.as_deref().map(unnamed);
        columns.cost = self.cost.as_deref().map(unnamed);
        columns.returned = returned.as_deref().map(unnamed);
        columns.returned_amount = self.paid_back.as_deref().map(unnamed);
        columns.return_time = self
            .back
            .as_ref()
            .map(|back| Column::new("", &back[..]).with_present(known.as_deref()));
        LinesByCustomer::of(&columns, &Used::all(lines.len()))
    }

    /// What was paid for each row in use and what was paid back.
    pub(super) fn money_paid_back(&self, lines: &LinesByTime) -> Vec<[f64; 2]> {
        let (price, quantity) = (lines.by_row(&lines.price), lines.by_row(&lines.quantity));
        let amount = |row: usize| match &self.amount {
            Some(amount) => amount[row],
            None => price[row] * quantity[row],
        };
        let back = |row: usize| self.paid_back.as_ref().map_or(0.0, |back| back[row]);
        (0..lines.len()).map(|row| [amount(row), back(row)]).collect()
    }

    /// Lines of rows in use that came back, and when.
    pub(super) fn note_returns(&mut self, lines: &LinesByTime, returns: &[(usize, i64)]) {
        let rows = lines.len();
        let (price, quantity) = (lines.by_row(&lines.price), lines.by_row(&lines.quantity));
        let paid_back = self.paid_back.get_or_insert_with(|| vec![0.0; rows]);
        let back = self.back.get_or_insert_with(|| vec![i64::MAX; rows]);
        for &(row, time) in returns {
            back[row] = back[row].min(time);
            if paid_back[row] == 0.0 {
                let amount = self.amount.as_ref().map(|amount| amount[row]);
                paid_back[row] = amount.unwrap_or(price[row] * quantity[row]);
            }
        }
    }
}

/// A column whose rows have been checked: nothing asks for its name.
fn unnamed(values: &[f64]) -> Column<'_, [f64]> {
    Column::new("", values)
}
