//! Cells of optional columns that are blank.

use super::super::columns::Column;
use super::cells::Table;
use super::options::TableOptions;
use crate::error::LARGEST;
use crate::error::report::Reason;

fn cell(column: &Column<'_, [f64]>, row: usize) -> f64 {
    if column.is_present(row) { column.values[row] } else { f64::NAN }
}

/// Reads the optional columns of money.
pub(super) fn read(table: &mut Table<'_>, options: &TableOptions) {
    if options.mends() {
        mend(table);
    }
}

/// Blank cells of optional columns, where rows that cannot be used are left out: the line stays, and
/// the cell counts as what a blank there says.
///
/// | column | a blank cell |
/// |---|---|
/// | `discount`, `maker_discount`, `coupon` | nothing off |
/// | `list_amount` | the amount and what was taken off |
/// | `offered_depth` | no offer |
/// | `cost` | estimated by the margin of the lines whose cost is known |
/// | `product` | an article of its own |
/// | `returned_amount` above the amount | all of it came back |
fn mend(table: &mut Table<'_>) {
    let given = table.given.clone();
    macro_rules! blank {
        ($role:ident, $reason:expr) => {
            if let Some(column) = &given.$role {
                let values = table.made.$role.take();
                let value =
                    |row: usize| values.as_ref().map_or_else(|| cell(column, row), |v| v[row]);
                let blanks: Vec<usize> =
                    (0..column.values.len()).filter(|&row| value(row).is_nan()).collect();
                if blanks.is_empty() {
                    table.made.$role = values;
                } else {
                    let mut mended: Vec<f64> = (0..column.values.len()).map(value).collect();
                    for row in blanks {
                        mended[row] = 0.0;
                        table.default_cell(row, $reason, column.name);
                    }
                    table.made.$role = Some(mended);
                }
            }
        };
    }
    blank!(discount, Reason::DiscountUnknown);
    blank!(maker_discount, Reason::DiscountUnknown);
    blank!(coupon, Reason::DiscountUnknown);
    blank!(offered_depth, Reason::DepthUnknown);
    list(table);
    costs(table);
    products(table);
    returned(table);
}

fn of<'b>(
    given: Option<&'b Column<'_, [f64]>>,
    made: Option<&'b Vec<f64>>,
    row: usize,
) -> Option<f64> {
    made.map(|made| made[row]).or_else(|| given.map(|given| cell(given, row)))
}

fn list(table: &mut Table<'_>) {
    let Some(column) = table.given.list_amount else { return };
    let value = |table: &Table<'_>, row| {
        of(Some(&column), table.made.list_amount.as_ref(), row).unwrap_or(f64::NAN)
    };
    let rows = column.values.len();
    let blanks: Vec<usize> = (0..rows).filter(|&row| value(table, row).is_nan()).collect();
    if blanks.is_empty() {
        return;
    }
    let mut mended: Vec<f64> = (0..rows).map(|row| value(table, row)).collect();
    for row in blanks {
        let (given, made) = (&table.given, &table.made);
        let off = [
            of(given.discount.as_ref(), made.discount.as_ref(), row),
            of(given.maker_discount.as_ref(), made.maker_discount.as_ref(), row),
            of(given.coupon.as_ref(), made.coupon.as_ref(), row),
        ];
        let paid = of(given.amount.as_ref(), made.amount.as_ref(), row);
        mended[row] = off.into_iter().flatten().sum::<f64>() + paid.unwrap_or(0.0);
        table.default_cell(row, Reason::ListUnknown, column.name);
    }
    table.made.list_amount = Some(mended);
}

/// A blank cost stays unknown, unless all are.
fn costs(table: &mut Table<'_>) {
    let Some(column) = table.given.cost else { return };
    let value = |row| of(Some(&column), table.made.cost.as_ref(), row).unwrap_or(f64::NAN);
    let rows = column.values.len();
    let blanks: Vec<usize> = (0..rows).filter(|&row| value(row).is_nan()).collect();
    if blanks.is_empty() || blanks.len() == rows {
        return;
    }
    let values: Vec<f64> = (0..rows).map(value).collect();
    for row in blanks {
        table.default_cell(row, Reason::CostUnknown, column.name);
    }
    (table.made.cost, table.costs_may_be_missing) = (Some(values), true);
}

fn products(table: &mut Table<'_>) {
    let Some(column) = table.given.product else { return };
    for row in (0..column.len()).filter(|&row| !column.is_present(row)) {
        table.default_cell(row, Reason::ProductUnknown, column.name());
        table.products_may_be_missing = true;
    }
}

/// More paid back than was paid, with carriage for instance: all of it came back.
fn returned(table: &mut Table<'_>) {
    let Some(column) = table.given.returned_amount else { return };
    let rows = column.values.len();
    let columns = table.columns();
    let (back, paid): (Vec<f64>, Vec<f64>) =
        (0..rows).map(|row| (columns.paid_back(row), columns.paid(row))).unzip();
    let is_above = |row: &usize| back[*row] <= LARGEST && back[*row] > paid[*row] * (1.0 + 1e-6);
    let above: Vec<usize> = (0..rows).filter(is_above).collect();
    if above.is_empty() {
        return;
    }
    let mut mended: Vec<f64> = (0..rows).map(|row| cell(&column, row)).collect();
    for row in above {
        mended[row] = paid[row];
        table.default_cell(row, Reason::ReturnedMoreThanPaid, column.name);
    }
    table.made.returned_amount = Some(mended);
}
