//! Order lines as the caller holds them.

use super::super::columns::{Column, CustomerColumn, TimeScale};

/// Order lines as the caller holds them: one row per article of an order, in any order of the rows.
///
/// Customer, time and money are needed: `amount`, or `price` (of a piece) and `quantity`. Each of the
/// other columns enables something:
///
/// | column | one value per line | enables |
/// |---|---|---|
/// | `amount` | what was paid for the line; price × quantity where left out | the ledger |
/// | `price` | price of one piece; amount / quantity where left out | the return model |
/// | `quantity` | pieces, above 0; 1 where left out | |
/// | `order` | id of the order; without it the lines of a customer's day are one order | |
/// | `product` | id of the article | the return model; return rates cleaned of what is bought |
/// | `line` | the line's own id | returns in a table of their own |
/// | `category` | id of its category; missing is a level of its own | cross-buying breadth, reallocation of a budget |
/// | `size`, `brand` | size and brand of the article, alike | return rates cleaned of them, and other sizes told apart, in the ledger |
/// | `categories` | further properties with levels (size, brand, country), alike | the return model |
/// | `numbers` | further numbers known at the order (age); NaN is missing | the return model |
/// | `list_amount` | line total at list price; without it the amount and what was taken off | discount depth |
/// | `discount` | money off that the shop pays for | discount depth |
/// | `maker_discount` | money off that the maker pays back | |
/// | `coupon` | money off by coupons | coupon use |
/// | `coupon_used` | whether a coupon was used, where what it took off is not told (codes) | coupon use |
/// | `offered_depth` | share of the list price on offer in the category that day, 0 to 1 | selection of offers |
/// | `cost` | cost of the goods | profit, break-even points |
/// | `returned` | above 0 where the line was sent back: pieces or, without `quantity`, a flag | returns |
/// | `returned_amount` | what of the amount was paid back; 0 or missing where the line was kept | returns |
/// | `return_time` | when it came back; looked at only where it did, missing where nobody knows | how long returns take |
/// | `status` | what became of the order, in a word: `cancelled`, `refunded` | cancelled orders are left out |
/// | `currency` | in which currency it was paid | amounts of one currency only |
/// | `opted_out` | whether the customer opted out; once is enough | they get no label and no treatment |
///
/// Where `returned_amount` is left out it is the amount's share min(1, `returned` / `quantity`). The day of
/// a return is not before that of the order, whatever the hours. With both `price` and `quantity`, and without
/// `amount`, what was paid is their product; a row in which one of the three is negative gives money back
/// ([`TableOptions::credits`](crate::orders::TableOptions::credits)).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LineColumns<'a> {
    /// Who ordered.
    pub customer: CustomerColumn<'a>,
    /// When, as integers on the scale below.
    pub time: Column<'a, [i64]>,
    /// What the time integers count.
    pub scale: TimeScale,
    /// What was paid for the line, from 0 to 1e50 as all money.
    pub amount: Option<Column<'a, [f64]>>,
    /// Price of one piece.
    pub price: Option<Column<'a, [f64]>>,
    /// Pieces, above 0; 1 where left out.
    pub quantity: Option<Column<'a, [f64]>>,
    /// Which order the line belongs to.
    pub order: Option<CustomerColumn<'a>>,
    /// Which article.
    pub product: Option<CustomerColumn<'a>>,
    /// The line's own id, by which returns find it later.
    pub line: Option<CustomerColumn<'a>>,
    /// The category of the article, the first of the properties with levels.
    pub category: Option<CustomerColumn<'a>>,
    /// The size of the article, for the ledger; the return model takes it among the further properties.
    pub size: Option<CustomerColumn<'a>>,
    /// The brand of the article, alike.
    pub brand: Option<CustomerColumn<'a>>,
    /// Further properties with levels: size, brand, country.
    pub categories: Vec<CustomerColumn<'a>>,
    /// Further numbers known at the order: age, discount.
    pub numbers: Vec<Column<'a, [f64]>>,
    /// The line at list price.
    pub list_amount: Option<Column<'a, [f64]>>,
    /// Money off that the shop pays for.
    pub discount: Option<Column<'a, [f64]>>,
    /// Money off that the maker pays back.
    pub maker_discount: Option<Column<'a, [f64]>>,
    /// Money off by coupons.
    pub coupon: Option<Column<'a, [f64]>>,
    /// Whether a coupon was used, whatever it took off; `coupon` may be there beside it.
    pub coupon_used: Option<Column<'a, [bool]>>,
    /// The depth on offer.
    pub offered_depth: Option<Column<'a, [f64]>>,
    /// Cost of the goods.
    pub cost: Option<Column<'a, [f64]>>,
    /// Above 0 where the line was sent back.
    pub returned: Option<Column<'a, [f64]>>,
    /// What was paid back.
    pub returned_amount: Option<Column<'a, [f64]>>,
    /// When the line came back.
    pub return_time: Option<Column<'a, [i64]>>,
    /// What the integers of the return times count.
    pub return_scale: TimeScale,
    /// What became of the order, in a word.
    pub status: Option<CustomerColumn<'a>>,
    /// In which currency it was paid.
    pub currency: Option<CustomerColumn<'a>>,
    /// Whether the customer opted out of labels and treatments: true in any of their rows, whatever becomes of it.
    pub opted_out: Option<Column<'a, [bool]>>,
    /// Columns of the caller's table that are known only after the order, such as a delivery date. None
    /// of the columns above that a score may rest on may be among them.
    pub known_later: &'a [&'a str],
    /// Whether a cost may be missing, of lines whose cost is estimated.
    costs_may_be_missing: bool,
    /// Whether a product may be missing, which is then an article of its own.
    products_may_be_missing: bool,
}

impl<'a> LineColumns<'a> {
    /// The columns that no line is without; set `amount` or `price`, and the others, after.
    pub fn new(customer: CustomerColumn<'a>, time: Column<'a, [i64]>, scale: TimeScale) -> Self {
        Self {
            customer,
            time,
            scale,
            amount: None,
            price: None,
            quantity: None,
            order: None,
            product: None,
            line: None,
            category: None,
            size: None,
            brand: None,
            categories: Vec::new(),
            numbers: Vec::new(),
            list_amount: None,
            discount: None,
            maker_discount: None,
            coupon: None,
            coupon_used: None,
            offered_depth: None,
            cost: None,
            returned: None,
            returned_amount: None,
            return_time: None,
            return_scale: scale,
            status: None,
            currency: None,
            opted_out: None,
            known_later: &[],
            costs_may_be_missing: false,
            products_may_be_missing: false,
        }
    }

    /// The same lines with what was paid for each.
    #[must_use]
    pub fn with_amount(self, amount: Column<'a, [f64]>) -> Self {
        Self { amount: Some(amount), ..self }
    }

    /// The same lines with the price of a piece of each.
    #[must_use]
    pub fn with_price(self, price: Column<'a, [f64]>) -> Self {
        Self { price: Some(price), ..self }
    }

    /// The bytes that a table of these lines may take, in either arrangement.
    pub(super) fn room(&self) -> usize {
        let ids = [&self.order, &self.product, &self.line, &self.category, &self.size, &self.brand];
        let ids = ids.into_iter().flatten().chain(&self.categories).chain([&self.customer]);
        let ids: usize = ids.map(|ids| ids.size() + 8 * ids.len()).sum();
        let (rows, each) = (self.customer.len(), 124 + 8 * self.numbers.len());
        rows.saturating_mul(each).saturating_add(ids)
    }

    pub(in crate::orders) fn set_missing_allowed(&mut self, costs: bool, products: bool) {
        (self.costs_may_be_missing, self.products_may_be_missing) = (costs, products);
    }

    /// Whether a missing number of a column of money is one that is estimated.
    pub(super) fn is_estimated(&self, column: &Column<'_, [f64]>, row: usize) -> bool {
        let is_cost =
            self.cost.as_ref().is_some_and(|cost| std::ptr::eq(cost.values, column.values));
        self.costs_may_be_missing && is_cost && column.values[row].is_nan()
    }

    /// Whether a row may be without its product.
    pub(super) fn products_may_be_missing(&self) -> bool {
        self.products_may_be_missing
    }

    /// What the goods of a row in use cost; NaN where it is to be estimated.
    pub(super) fn cost_of(&self, row: usize) -> f64 {
        match &self.cost {
            Some(cost) if self.is_estimated(cost, row) => f64::NAN,
            Some(cost) => number(cost, row),
            None => 0.0,
        }
    }

    /// The properties with levels, the category first; one that is named twice counts once.
    pub(super) fn all_categories(&self) -> impl Iterator<Item = &CustomerColumn<'a>> {
        let again = |category: &&CustomerColumn<'_>| {
            self.categories.iter().any(|other| other.name() == category.name())
        };
        self.category.iter().filter(move |category| !again(category)).chain(&self.categories)
    }

    pub(in crate::orders) fn has_returns(&self) -> bool {
        self.returned.is_some() || self.returned_amount.is_some()
    }

    /// Pieces of a row in use.
    pub(in crate::orders) fn pieces(&self, row: usize) -> f64 {
        self.quantity.as_ref().map_or(1.0, |column| number(column, row))
    }

    /// What was paid for a row in use.
    pub(in crate::orders) fn paid(&self, row: usize) -> f64 {
        match (&self.amount, &self.price) {
            (Some(amount), _) => number(amount, row),
            (None, Some(price)) => number(price, row) * self.pieces(row),
            (None, None) => 0.0,
        }
    }

    /// Whether a coupon was used, by its own column; a blank cell says that none was.
    pub(super) fn used_coupon(&self, row: usize) -> bool {
        self.coupon_used.as_ref().is_some_and(|used| used.is_present(row) && used.values[row])
    }

    /// The price of a piece of a row in use.
    pub(in crate::orders) fn piece_price(&self, row: usize) -> f64 {
        match (&self.price, &self.amount) {
            (Some(price), _) => number(price, row),
            (None, Some(amount)) => number(amount, row) / self.pieces(row),
            (None, None) => 0.0,
        }
    }

    /// What was paid back of a row in use.
    pub(in crate::orders) fn paid_back(&self, row: usize) -> f64 {
        match (&self.returned_amount, &self.returned) {
            (Some(amount), _) => number(amount, row),
            (None, Some(returned)) => {
                let share = number(returned, row) / self.pieces(row);
                self.paid(row) * share.min(1.0)
            }
            (None, None) => 0.0,
        }
    }

    /// Whether it is known how much of a line came back: in money, or in pieces. What is never more than the
    /// pieces bought is pieces, unless it is all 0 and 1, which are flags; what is more is something else, of
    /// which only the sign is looked at.
    pub(super) fn tells_parts(&self) -> bool {
        let pieces = |returned: &Column<'_, [f64]>| {
            let rows = || (0..returned.values.len()).map(|row| (number(returned, row), row));
            rows().all(|(back, row)| back <= self.pieces(row)) && rows().any(|(back, _)| back > 1.0)
        };
        self.returned_amount.is_some() || self.returned.as_ref().is_some_and(pieces)
    }

    /// Whether a row in use came back.
    pub(super) fn came_back(&self, row: usize) -> bool {
        let above_0 = |column: &Option<Column<'a, [f64]>>| {
            column.as_ref().is_some_and(|column| number(column, row) > 0.0)
        };
        above_0(&self.returned) || above_0(&self.returned_amount)
    }

    /// When a row in use came back, in microseconds, where it did and that is known.
    pub(in crate::orders) fn back_at(&self, row: usize) -> Option<i64> {
        let time = self.return_time.as_ref().filter(|time| time.is_present(row))?;
        if !self.came_back(row) {
            return None;
        }
        self.return_scale.microseconds(time.values[row])
    }
}

/// A number in use. Adding zero turns −0 into 0; what is missing is 0.
pub(super) fn number(column: &Column<'_, [f64]>, row: usize) -> f64 {
    let value = column.values[row] + 0.0;
    if value.is_nan() || !column.is_present(row) { 0.0 } else { value }
}
