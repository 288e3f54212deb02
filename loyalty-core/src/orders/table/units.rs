//! Whether discounts are money or shares, and whether what was paid back is money or a flag.

use super::super::columns::Column;
use super::cells::Table;
use super::options::{DiscountUnit, TableOptions};
use crate::Error;

/// What rounding to cents may be off a line, and of a larger one rounding of a rate to basis points.
const CENT: f64 = 0.011;
const BASIS_POINT: f64 = 1e-4;

/// The share of rows that must agree for a reading to be certain; fewer are mistyped.
const MOST: f64 = 0.95;

/// Lines with a discount are worth this on average where numbers from 0 to 1 cannot be money: a shop that
/// grants less than a tenth of a line of 10 on every discounted line, and never more than 1, is not known. In
/// the Superstore sample, whose discounts are shares up to 0.8, it is 233.
const WORTH: f64 = 10.0;

/// The cells of a column as they were read so far; NaN where they are missing.
fn cells(given: Option<&Column<'_, [f64]>>, made: Option<&Vec<f64>>) -> Option<Vec<f64>> {
    let of_given = |column: &Column<'_, [f64]>| {
        let cell = |row| if column.is_present(row) { column.values[row] } else { f64::NAN };
        (0..column.values.len()).map(cell).collect()
    };
    made.cloned().or_else(|| given.map(of_given))
}

/// Reads the units of discounts and of what was paid back.
pub(super) fn read(table: &mut Table<'_>, options: &TableOptions) -> Result<(), Error> {
    let (given, made) = (&table.given, &table.made);
    let paid = cells(given.amount.as_ref(), made.amount.as_ref());
    let Some(paid) = paid else { return Ok(()) };
    flags(table, &paid);
    let Some(discount) = table.given.discount else { return Ok(()) };
    let Some(mut off) = cells(Some(&discount), table.made.discount.as_ref()) else { return Ok(()) };
    if off.iter().any(|&off| off < 0.0) && !off.iter().any(|&off| off > 0.0) {
        off.iter_mut().for_each(|off| *off = off.abs());
        let name = discount.name;
        table
            .remarks
            .push(format!("column {name:?} is negative or 0 throughout: it is what was taken off"));
        table.made.discount = Some(off.clone());
    }
    let lines = Lines::of(table, paid, off);
    let unit = match options.discount_unit {
        Some(unit) => unit,
        None => lines.unit(discount.name)?,
    };
    if unit == DiscountUnit::Money {
        table.remarks.extend(lines.mismatch(table));
        return Ok(());
    }
    let share = |off: f64| off * unit.of_list();
    let money =
        (0..lines.off.len()).map(|row| match (lines.list.as_ref(), share(lines.off[row])) {
            (Some(list), share) => list[row] * share,
            // What was paid is the list price less the share of it.
            (None, share) if share < 1.0 => lines.paid[row] * share / (1.0 - share),
            _ => f64::NAN,
        });
    table.made.discount = Some(money.collect());
    let (name, unit) =
        (discount.name, if unit == DiscountUnit::Share { "shares" } else { "per cent" });
    table.remarks.push(format!(
        "column {name:?} holds {unit} of the list price and was turned into money; \
         discount_unit=\"money\" takes it as it is"
    ));
    Ok(())
}

/// Paid-back amounts of 0 and 1 on lines worth something else are flags.
fn flags(table: &mut Table<'_>, paid: &[f64]) {
    let Some(column) = table.given.returned_amount else { return };
    let Some(back) = cells(Some(&column), table.made.returned_amount.as_ref()) else { return };
    let is_flag = |&back: &f64| back.is_nan() || back == 0.0 || back == 1.0;
    let rows = || (0..back.len()).filter(|&row| back[row] == 1.0);
    let (all, other) =
        (rows().count(), rows().filter(|&row| (paid[row] - 1.0).abs() > CENT).count());
    if all == 0 || !back.iter().all(is_flag) || (other as f64) < MOST * all as f64 {
        return;
    }
    let name = column.name;
    table.remarks.push(format!(
        "column {name:?} holds 0 and 1 where lines are worth more or less: it says which of them came back, \
         {all} lines, all of what was paid"
    ));
    let amount = |row: usize| if back[row] == 1.0 { paid[row] } else { 0.0 };
    table.made.returned_amount = Some((0..back.len()).map(amount).collect());
}

/// What was paid and taken off.
struct Lines {
    paid: Vec<f64>,
    off: Vec<f64>,
    list: Option<Vec<f64>>,
    /// By others: makers and coupons.
    others: Vec<f64>,
    /// Which rows are purchases.
    purchase: Vec<bool>,
}

impl Lines {
    fn of(table: &Table<'_>, paid: Vec<f64>, off: Vec<f64>) -> Self {
        let (given, made) = (&table.given, &table.made);
        let maker = cells(given.maker_discount.as_ref(), made.maker_discount.as_ref());
        let coupon = cells(given.coupon.as_ref(), made.coupon.as_ref());
        let known = |values: &Option<Vec<f64>>, row: usize| {
            values
                .as_ref()
                .map_or(0.0, |values| Some(values[row]).filter(|v| !v.is_nan()).unwrap_or(0.0))
        };
        Self {
            others: (0..paid.len()).map(|row| known(&maker, row) + known(&coupon, row)).collect(),
            purchase: (0..paid.len()).map(|row| !table.is_credit(row)).collect(),
            list: cells(given.list_amount.as_ref(), made.list_amount.as_ref()),
            paid,
            off,
        }
    }

    /// The purchases with a discount.
    fn discounted(&self) -> impl Iterator<Item = usize> {
        let (off, paid, purchase) = (&self.off, &self.paid, &self.purchase);
        (0..off.len()).filter(move |&row| purchase[row] && off[row] > 0.0 && paid[row].is_finite())
    }

    fn agrees(&self, row: usize, list: f64, off: f64) -> bool {
        let rest = list - off - self.others[row];
        (rest - self.paid[row]).abs() <= CENT.max(BASIS_POINT * list)
    }

    /// The share of discounted lines that a reading explains.
    fn explained(&self, list: &[f64], off: impl Fn(usize) -> f64) -> f64 {
        let (mut all, mut good) = (0_usize, 0_usize);
        for row in self.discounted().filter(|&row| list[row].is_finite()) {
            all += 1;
            good += usize::from(self.agrees(row, list[row], off(row)));
        }
        good as f64 / all.max(1) as f64
    }

    fn unit(&self, name: &str) -> Result<DiscountUnit, Error> {
        let largest = self.discounted().map(|row| self.off[row]).fold(0.0, f64::max);
        if largest == 0.0 {
            return Ok(DiscountUnit::Money);
        }
        if let Some(list) = &self.list {
            let money = self.explained(list, |row| self.off[row]);
            let share = self.explained(list, |row| list[row] * self.off[row]);
            let per_cent = self.explained(list, |row| list[row] * self.off[row] / 100.0);
            return Ok(match () {
                () if share >= MOST && share > money => DiscountUnit::Share,
                () if per_cent >= MOST && per_cent > money => DiscountUnit::PerCent,
                () => DiscountUnit::Money,
            });
        }
        let (mut lines, mut worth, mut whole) = (0_usize, 0.0, 0_usize);
        for row in self.discounted() {
            lines += 1;
            worth += self.paid[row];
            whole += usize::from(self.off[row] == 1.0 && self.paid[row] > 0.0);
        }
        // All of the price off leaves nothing to pay: a 1 on a line that was paid is money.
        if largest > 1.0 || whole > 0 {
            return self.per_cent(name, largest);
        }
        let mean = worth / lines as f64;
        Ok(if mean >= WORTH { DiscountUnit::Share } else { DiscountUnit::Money })
    }

    /// Numbers that are all of a few steps of per cent, and more than what was paid on many lines, may be
    /// per cent: it is asked.
    fn per_cent(&self, name: &str, largest: f64) -> Result<DiscountUnit, Error> {
        let (mut all, mut steps, mut above) = (0_usize, 0_usize, 0_usize);
        for row in self.discounted() {
            all += 1;
            steps += usize::from(self.off[row] % 5.0 == 0.0);
            above += usize::from(self.off[row] > self.paid[row]);
        }
        let is_unclear = largest <= 100.0 && steps == all && 10 * above > all;
        if !is_unclear {
            return Ok(DiscountUnit::Money);
        }
        let problem = format!(
            "may be money or per cent: it goes by steps of 5 up to {largest} and is more than what was paid in \
             {above} of {all} rows. Say discount_unit=\"per_cent\" or discount_unit=\"money\""
        );
        Err(Error::Unclear { column: name.to_owned(), problem })
    }

    /// Where list price, discounts and what was paid do not add up.
    fn mismatch(&self, table: &Table<'_>) -> Option<String> {
        let list = self.list.as_ref()?;
        let rows = (0..list.len()).filter(|&row| {
            let known = list[row].is_finite() && self.paid[row].is_finite();
            known && self.purchase[row] && self.off[row].is_finite()
        });
        let (mut all, mut odd, mut example) = (0_usize, 0_usize, None);
        for row in rows {
            all += 1;
            if !self.agrees(row, list[row], self.off[row]) {
                odd += 1;
                example.get_or_insert(row);
            }
        }
        let row = example?;
        let name =
            |column: Option<&Column<'_, [f64]>>| column.map_or("", |column| column.name).to_owned();
        let (list_name, off_name) =
            (name(table.given.list_amount.as_ref()), name(table.given.discount.as_ref()));
        let (list, off, paid) = (list[row], self.off[row] + self.others[row], self.paid[row]);
        Some(format!(
            "column {list_name:?} less discounts (column {off_name:?}) is not what was paid in {odd} of {all} \
             rows, as in row {row}: {list} less {off} is not {paid}"
        ))
    }
}
