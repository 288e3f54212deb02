//! What the cells of a shop's table mean: what was paid, what is a purchase, who is a customer.
//!
//! A table as a shop exports it holds more than purchases: credits with negative quantities, cancelled
//! orders, guests, dates that stand for none. [`Table`] reads these cells before rows are checked, so that
//! purchases and all that is made of them come from the same rows, and says what it did.

mod cells;
mod dates;
mod guests;
mod money;
mod options;
mod signs;
mod status;
mod units;

pub(super) use cells::{Table, Who};
pub use options::{Credits, Dates, DiscountUnit, Guests, OrderStatus, TableOptions};

use std::ops::RangeInclusive;

use super::columns::{Column, TimeScale};
use super::lines::LineColumns;
use super::rows::instant_of;
use crate::Error;
use crate::time::DAY;

/// Reads the cells of a table.
pub(super) fn read<'a>(
    given: &LineColumns<'a>,
    options: &TableOptions,
) -> Result<Table<'a>, Error> {
    let mut table = Table::new(given, options);
    status::read(&mut table, options)?;
    status::currency(&mut table, options)?;
    if options.credits == Credits::Match {
        signs::read(&mut table)?;
    }
    units::read(&mut table, options)?;
    money::read(&mut table, options);
    table.give_back_whole();
    if options.dates == Dates::Refuse {
        let (times, scale) = (&table.given.time, table.given.scale);
        table.plausible = plausible(times, scale, options.today);
    }
    Ok(table)
}

/// The times that are plausible, where some are not.
pub(super) fn plausible(
    times: &Column<'_, [i64]>,
    scale: TimeScale,
    today: Option<i64>,
) -> Option<RangeInclusive<i64>> {
    let instants = (0..times.values.len()).filter_map(|row| instant_of(times, scale, row));
    dates::plausible(instants, today)
}

/// The sentence on times that are not plausible, where there are any.
pub(crate) fn implausible_times(times: &[i64], today: Option<i64>) -> Option<String> {
    let plausible = dates::plausible(times.iter().copied(), today)?;
    let mut odd: Vec<i64> = times.iter().copied().filter(|t| !plausible.contains(t)).collect();
    let many = odd.len();
    odd.sort_unstable();
    odd.dedup_by_key(|time| time.div_euclid(DAY));
    let examples: Vec<String> = odd.iter().take(3).map(|&time| crate::time::date(time)).collect();
    let have = if many == 1 { "has" } else { "have" };
    Some(format!(
        "{many} of {} rows {have} a time far from all others, or one that stands for no time: {}",
        times.len(),
        examples.join(", ")
    ))
}
