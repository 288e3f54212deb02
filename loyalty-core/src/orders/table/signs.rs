//! Rows that give money back, and what was paid where a price of a piece stands beside the pieces.

use std::ops::Range;

use super::super::columns::Column;
use super::cells::Table;
use crate::Error;
use crate::parallel::{Threads, collect, map_chunks};

/// A number as it stands in a row; NaN where it is missing.
fn cell(column: Option<&Column<'_, [f64]>>, row: usize) -> f64 {
    column.map_or(f64::NAN, |c| if c.is_present(row) { c.values[row] } else { f64::NAN })
}

fn any(rows: usize, of: impl Fn(usize) -> bool + Sync) -> bool {
    const CHUNK: usize = 1 << 16;
    let chunk = |rows: Range<usize>| rows.fold(false, |any, row| any | of(row));
    map_chunks(rows, CHUNK, Threads::default(), chunk).into_iter().any(|any| any)
}

/// What was paid is price × quantity; rows with a negative quantity or amount are credits, whose numbers
/// are taken without the sign.
pub(super) fn read(table: &mut Table<'_>) -> Result<(), Error> {
    let given = table.given.clone();
    let rows = given.customer.len();
    let (amount, price) = (given.amount.as_ref(), given.price.as_ref());
    let quantity = given.quantity.as_ref();
    let columns = [amount, price, quantity];
    let negative = |row: usize| columns.iter().any(|&column| cell(column, row) < 0.0);
    if any(rows, negative) {
        a_total_has_the_sign_of_its_pieces(amount, price, quantity)?;
        table.credit = Some(collect(rows, Threads::default(), negative));
        let made = &mut table.made;
        let without_sign = |column: Option<&Column<'_, [f64]>>| {
            let below_0 = any(rows, |row| cell(column, row) < 0.0);
            below_0.then(|| collect(rows, Threads::default(), |row| cell(column, row).abs()))
        };
        made.amount = without_sign(amount);
        made.price = without_sign(price);
        made.quantity = without_sign(quantity);
        // What else stands in the row of a credit says nothing of a purchase.
        let of_purchases = |column: Option<&Column<'_, [f64]>>| {
            column.map(|_| {
                let value = |row| if negative(row) { 0.0 } else { cell(column, row) };
                collect(rows, Threads::default(), value)
            })
        };
        made.list_amount = of_purchases(given.list_amount.as_ref());
        made.discount = of_purchases(given.discount.as_ref());
        made.maker_discount = of_purchases(given.maker_discount.as_ref());
        made.coupon = of_purchases(given.coupon.as_ref());
        made.offered_depth = of_purchases(given.offered_depth.as_ref());
        made.cost = of_purchases(given.cost.as_ref());
    }
    if let (None, Some(price), Some(quantity)) = (amount, price, quantity) {
        let paid = |row| (cell(Some(price), row) * cell(Some(quantity), row)).abs();
        table.made.amount = Some(collect(rows, Threads::default(), paid));
        let (price, quantity) = (price.name, quantity.name);
        table.remarks.push(format!("what was paid is column {price:?} × column {quantity:?}"));
    }
    if let (Some(amount), Some(price), Some(quantity)) = (amount, price, quantity) {
        identity(table, amount, price, quantity)?;
    }
    Ok(())
}

/// What rounding to cents of price and total may add per piece.
const CENT: f64 = 0.0051;

/// Where what was paid, price and quantity are all there, they agree or are named.
fn identity(
    table: &mut Table<'_>,
    amount: &Column<'_, [f64]>,
    price: &Column<'_, [f64]>,
    quantity: &Column<'_, [f64]>,
) -> Result<(), Error> {
    let rows = table.given.customer.len();
    let (mut several, mut equal_price, mut odd, mut example) = (0_usize, 0_usize, 0_usize, None);
    let mut seen = 0_usize;
    for row in 0..rows {
        let (paid, one, pieces) =
            (cell(Some(amount), row), cell(Some(price), row), cell(Some(quantity), row));
        if !(paid.is_finite() && one.is_finite() && pieces.is_finite()) {
            continue;
        }
        seen += 1;
        let total = (one * pieces).abs();
        let slack = CENT * pieces.abs().max(1.0) + 1e-6 * total;
        if (paid.abs() - total).abs() > slack {
            odd += 1;
            example.get_or_insert((row, paid, one, pieces));
        }
        if pieces.abs() != 1.0 && one != 0.0 {
            several += 1;
            equal_price += usize::from((paid.abs() - one.abs()).abs() <= CENT);
        }
    }
    let Some((row, paid, one, pieces)) = example else { return Ok(()) };
    let (amount, price, quantity) = (amount.name, price.name, quantity.name);
    if several > 0 && 10 * equal_price >= 9 * several {
        let problem = format!(
            "equals column {price:?} in {equal_price} of {several} rows of several pieces (column \
             {quantity:?}): it holds the price of a piece and not what was paid. Leave out the role \
             amount, and what was paid is price × quantity"
        );
        return Err(Error::Unclear { column: amount.to_owned(), problem });
    }
    table.remarks.push(format!(
        "column {amount:?} is not column {price:?} × column {quantity:?} in {odd} of {seen} rows, as in \
         row {row}: {paid} is not {one} × {pieces}; what was paid is column {amount:?}"
    ));
    Ok(())
}

/// Where pieces are negative and what was paid is not, it is the price of a piece.
fn a_total_has_the_sign_of_its_pieces(
    amount: Option<&Column<'_, [f64]>>,
    price: Option<&Column<'_, [f64]>>,
    quantity: Option<&Column<'_, [f64]>>,
) -> Result<(), Error> {
    let (Some(amount), None, Some(quantity)) = (amount, price, quantity) else { return Ok(()) };
    let rows = amount.values.len();
    let back = || (0..rows).filter(|&row| cell(Some(quantity), row) < 0.0);
    let (all, above_0) = (
        back().filter(|&row| cell(Some(amount), row) != 0.0).count(),
        back().filter(|&row| cell(Some(amount), row) > 0.0).count(),
    );
    if all == 0 || 2 * above_0 < all {
        return Ok(());
    }
    let (column, quantity) = (amount.name.to_owned(), quantity.name);
    let problem = format!(
        "is above 0 in {above_0} of {all} rows in which column {quantity:?} is negative, so it looks like \
         the price of a piece: give it the role price, and what was paid is price × quantity. If it is \
         what was paid, make it negative where the pieces are"
    );
    Err(Error::Unclear { column, problem })
}
