//! Order lines as the caller holds them.

use super::super::columns::{Column, CustomerColumn, TimeScale};

/// Order lines as the caller holds them: one row per article of an order, in any order.
///
/// Customer, time and amount are needed. Each of the other columns enables something:
///
/// | column | one value per line | enables |
/// |---|---|---|
/// | `order` | id of the order; without it the lines of a customer's day are one order | |
/// | `product` | id of the article | return rates cleaned of what is bought |
/// | `category` | id of its category | cross-buying breadth, reallocation of a budget |
/// | `list_amount` | line total at list price | discount depth |
/// | `discount` | money off that the shop pays for | discount depth |
/// | `maker_discount` | money off that the maker pays back | |
/// | `coupon` | money off by coupons | coupon use |
/// | `offered_depth` | share of the list price on offer in the category that day, 0 to 1 | selection of offers |
/// | `cost` | cost of the goods | profit, break-even points |
/// | `returned_amount` | what of the amount was paid back; 0 or missing where the line was kept | returns |
/// | `return_time` | when it came back; missing where it was kept | returns yet to come |
///
/// Without `list_amount` it is the amount and what was taken off.
#[derive(Debug, Clone, Copy)]
pub struct LedgerLineColumns<'a> {
    /// Who ordered.
    pub customer: CustomerColumn<'a>,
    /// When, as integers on the scale below.
    pub time: Column<'a, [i64]>,
    /// What the time integers count.
    pub scale: TimeScale,
    /// What was paid for the line.
    pub amount: Column<'a, [f64]>,
    /// Which order the line belongs to.
    pub order: Option<CustomerColumn<'a>>,
    /// Which article.
    pub product: Option<CustomerColumn<'a>>,
    /// Its category.
    pub category: Option<CustomerColumn<'a>>,
    /// The line at list price.
    pub list_amount: Option<Column<'a, [f64]>>,
    /// Money off that the shop pays for.
    pub discount: Option<Column<'a, [f64]>>,
    /// Money off that the maker pays back.
    pub maker_discount: Option<Column<'a, [f64]>>,
    /// Money off by coupons.
    pub coupon: Option<Column<'a, [f64]>>,
    /// The depth on offer.
    pub offered_depth: Option<Column<'a, [f64]>>,
    /// Cost of the goods.
    pub cost: Option<Column<'a, [f64]>>,
    /// What was paid back.
    pub returned_amount: Option<Column<'a, [f64]>>,
    /// When the line came back.
    pub return_time: Option<Column<'a, [i64]>>,
    /// What the integers of the return times count.
    pub return_scale: TimeScale,
}

impl<'a> LedgerLineColumns<'a> {
    /// The three columns that are needed; set the others after.
    pub fn new(
        customer: CustomerColumn<'a>,
        time: Column<'a, [i64]>,
        scale: TimeScale,
        amount: Column<'a, [f64]>,
    ) -> Self {
        let (order, product, category, list_amount, discount, maker_discount) =
            (None, None, None, None, None, None);
        let (coupon, offered_depth, cost, returned_amount, return_time) =
            (None, None, None, None, None);
        Self {
            customer,
            time,
            scale,
            amount,
            order,
            product,
            category,
            list_amount,
            discount,
            maker_discount,
            coupon,
            offered_depth,
            cost,
            returned_amount,
            return_time,
            return_scale: scale,
        }
    }
}
