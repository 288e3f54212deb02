//! A log in which nobody can have a habit: its orders dealt out to the customers at random.

use super::matching::rows_of;
use crate::Error;
use crate::math::random::Random;
use crate::orders::{
    Column, ContactColumns, Contacts, Invalid, LedgerLine, LineColumns, OrderLines, TimeScale,
};

/// The stream of random numbers.
const DEALT: u64 = 0xdea1;

/// Whole orders dealt out at random among the customers, of whom each keeps the number of theirs; the service
/// contacts that follow an order go with it. Customers are numbered from 0, in order of their ids.
pub(crate) fn dealt(
    lines: &OrderLines,
    contacts: Option<&Contacts>,
    seed: u64,
) -> Result<(OrderLines, Option<Contacts>), Error> {
    let by_customer = lines.by_customer();
    // Each order of each customer: its time, its number, and its lines.
    let mut orders: Vec<(usize, i64, Vec<LedgerLine>)> = Vec::new();
    let mut begins = Vec::with_capacity(by_customer.customers.len() + 1);
    for customer in 0..by_customer.customers.len() {
        begins.push(orders.len());
        let mut own: Vec<LedgerLine> = by_customer.of_customer(customer).collect();
        own.sort_by_key(|line| line.order);
        orders.extend(own.chunk_by(|a, b| a.order == b.order).map(|same| {
            let time = same.iter().map(|line| line.time).min().unwrap_or_default();
            (customer, time, same.to_vec())
        }));
        orders[begins[customer]..].sort_by_key(|order| order.1);
    }
    begins.push(orders.len());
    let mut to: Vec<i64> =
        orders.iter().map(|order| i64::try_from(order.0).unwrap_or(i64::MAX)).collect();
    let mut random = Random::of(seed, DEALT, 0);
    for last in (1..to.len()).rev() {
        to.swap(last, random.below(last + 1));
    }
    let dealt_contacts = contacts
        .map(|contacts| {
            let rows = rows_of(contacts.customers(), &by_customer.customers);
            let (mut customer, mut kept) = (Vec::new(), Vec::new());
            for (number, &who) in contacts.customer.iter().enumerate() {
                let Some(row) = rows[who as usize] else { continue };
                let own = &orders[begins[row]..begins[row + 1]];
                let after = own.partition_point(|order| order.1 <= contacts.time[number]);
                let Some(order) = begins[row].checked_add(after.saturating_sub(1)) else {
                    continue;
                };
                if own.is_empty() {
                    continue;
                }
                customer.push(to[order]);
                kept.push(number);
            }
            let time: Vec<i64> = kept.iter().map(|&number| contacts.time[number]).collect();
            let cost: Vec<f64> = kept.iter().map(|&number| contacts.cost[number]).collect();
            let caused: Option<Vec<bool>> = contacts
                .firm_caused
                .as_ref()
                .map(|caused| kept.iter().map(|&number| caused[number]).collect());
            let columns = ContactColumns {
                customer: Column::new("customer", &customer[..]).into(),
                time: Column::new("time", &time),
                scale: TimeScale::Microseconds,
                cost: Column::new("cost", &cost),
                firm_caused: caused.as_ref().map(|caused| Column::new("firm_caused", &caused[..])),
                opted_out: None,
            };
            Contacts::new(&columns, Invalid::Raise)
        })
        .transpose()?;
    let rows: Vec<(i64, i64, &LedgerLine)> = (0_i64..)
        .zip(orders.iter().zip(&to))
        .flat_map(|(order, ((_, _, lines), &to))| lines.iter().map(move |line| (to, order, line)))
        .collect();
    Ok((order_lines(&rows, lines)?, dealt_contacts))
}

/// The table of lines of these customers and orders, with the columns that there were.
fn order_lines(rows: &[(i64, i64, &LedgerLine)], of: &OrderLines) -> Result<OrderLines, Error> {
    let given = of.by_customer().given;
    let whole = |value: &dyn Fn(&(i64, i64, &LedgerLine)) -> i64| -> Vec<i64> {
        rows.iter().map(value).collect()
    };
    let real = |value: &dyn Fn(&LedgerLine) -> f64| -> Vec<f64> {
        rows.iter().map(|row| value(row.2)).collect()
    };
    let (customer, order) = (whole(&|row| row.0), whole(&|row| row.1));
    let (product, category) =
        (whole(&|row| i64::from(row.2.product)), whole(&|row| i64::from(row.2.category)));
    let (size, brand) = (whole(&|row| i64::from(row.2.size)), whole(&|row| i64::from(row.2.brand)));
    let time = whole(&|row| row.2.time);
    let back = whole(&|row| if row.2.return_time == i64::MAX { 0 } else { row.2.return_time });
    let known: Vec<bool> = rows.iter().map(|row| row.2.return_time != i64::MAX).collect();
    let (amount, list) = (real(&|line| line.amount), real(&|line| line.list_amount));
    let (discount, maker) = (real(&|line| line.discount), real(&|line| line.maker_discount));
    let (coupon, offered) = (real(&|line| line.coupon), real(&|line| line.offered_depth));
    let used: Vec<bool> = rows.iter().map(|row| row.2.used_coupon()).collect();
    let (cost, returned) = (real(&|line| line.cost), real(&|line| line.returned_amount));
    let customer = Column::new("customer", &customer[..]).into();
    let mut columns =
        LineColumns::new(customer, Column::new("time", &time), TimeScale::Microseconds)
            .with_amount(Column::new("amount", &amount));
    columns.order = Some(Column::new("order", &order[..]).into());
    columns.product = given.product.then(|| Column::new("product", &product[..]).into());
    columns.category = given.category.then(|| Column::new("category", &category[..]).into());
    columns.size = given.size.then(|| Column::new("size", &size[..]).into());
    columns.brand = given.brand.then(|| Column::new("brand", &brand[..]).into());
    let money = |given: bool, name, values| given.then(|| Column::new(name, values));
    columns.list_amount = Some(Column::new("list_amount", &list[..]));
    columns.discount = money(given.discount, "discount", &discount[..]);
    columns.maker_discount = money(given.discount, "maker_discount", &maker[..]);
    columns.coupon = money(given.coupon, "coupon", &coupon[..]);
    columns.coupon_used = given.coupon.then(|| Column::new("coupon_used", &used[..]));
    columns.offered_depth = money(given.offered_depth, "offered_depth", &offered[..]);
    columns.cost = money(given.cost, "cost", &cost[..]);
    columns.returned_amount = money(given.returned_amount, "returned_amount", &returned[..]);
    columns.return_time =
        given.return_time.then(|| Column::new("return_time", &back[..]).with_present(Some(&known)));
    OrderLines::new(&columns, Invalid::Raise)
}
