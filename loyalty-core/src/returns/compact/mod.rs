//! The columns of a state in the compact encoding: everything of which there is one for each key, customer,
//! product or open line.
//!
//! A file in this encoding ([`files::compact`](crate::files)) has the JSON of the model with these columns empty,
//! and the columns behind it, in the order of [`take_out`]. What is made of them is held to the rules that JSON is
//! held to. docs/model-file.md has the layout.

mod bits;
mod blocks;
mod column;
mod form;
mod histories;
mod made;
mod open_keys;
mod open_lines;

use blocks::BLOCK;
pub(super) use column::Reader;
use column::{Writer, room, signed};

use super::past::PastLines;
use super::schema::HistorySpec;
use super::state_columns::StateColumns;
use super::state_file::{RawPasts, RawState};
use crate::Error;

/// Takes the columns out of a state.
pub(super) fn take_out(state: &mut RawState, histories: &[HistorySpec]) -> Vec<u8> {
    let mut to = Writer::default();
    let starts = histories::write(state, histories, &mut to);
    for pasts in [&mut state.customers, &mut state.products] {
        write_pasts(&std::mem::take(pasts), &mut to);
    }
    if let Some(paid_back) = &mut state.paid_back {
        let customers = std::mem::take(&mut paid_back.customers);
        to.length(customers.len());
        for side in 0..2 {
            to.floats(&customers.iter().map(|of| of[side]).collect::<Vec<_>>());
        }
    }
    open_lines::write(&std::mem::take(&mut state.open), &starts, &mut to);
    to.finish()
}

/// The columns that were taken out of a state; those of what was paid back are put back into it.
pub(super) fn read(
    mut from: Reader<'_>,
    state: &mut RawState,
    histories: &[HistorySpec],
) -> Result<StateColumns, Error> {
    let tables = histories::read(histories, &mut from)?;
    let (customers, products) = (read_pasts(&mut from)?, read_pasts(&mut from)?);
    if let Some(paid_back) = &mut state.paid_back {
        let length = from.length()?;
        let (due, paid) = (from.all_floats(length)?, from.all_floats(length)?);
        paid_back.customers = due.into_iter().zip(paid).map(|(due, paid)| [due, paid]).collect();
    }
    let open = open_lines::read(&tables, &mut from)?;
    from.finish()?;
    Ok(StateColumns { tables, customers, products, open })
}

fn write_pasts(pasts: &RawPasts, to: &mut Writer) {
    to.length(pasts.lines.len());
    let RawPasts { lines, orders, log_prices, log_quantities, most_log_price, .. } = pasts;
    for column in [lines, orders, log_prices, log_quantities, most_log_price] {
        to.floats(column);
    }
    for days in [&pasts.first_day, &pasts.last_day] {
        to.signed(days.iter().copied().map(i64::from));
    }
}

fn read_pasts(from: &mut Reader<'_>) -> Result<Vec<PastLines>, Error> {
    let length = from.length()?;
    let (mut lines, mut orders) = (from.floats(length)?, from.floats(length)?);
    let (mut log_prices, mut log_quantities) = (from.floats(length)?, from.floats(length)?);
    let mut most_log_price = from.floats(length)?;
    let (mut first_days, mut last_days) = (from.column(length)?, from.column(length)?);
    let mut pasts = room(length)?;
    while pasts.len() < length {
        let before = pasts.len();
        pasts.resize(length.min(before + BLOCK), PastLines::new(0));
        let rows = &mut pasts[before..];
        lines.set(rows, |past, lines| past.lines = lines)?;
        orders.set(rows, |past, orders| past.orders = orders)?;
        log_prices.set(rows, |past, sum| past.log_prices = sum)?;
        log_quantities.set(rows, |past, sum| past.log_quantities = sum)?;
        most_log_price.set(rows, |past, most| past.most_log_price = most)?;
        let day = |day: u64| i32::try_from(signed(day));
        first_days.set(rows, |past, of| day(of).map(|day| past.first_day = day).is_ok())?;
        last_days.set(rows, |past, of| day(of).map(|day| past.last_day = day).is_ok())?;
    }
    Ok(pasts)
}

#[cfg(test)]
mod tests {
    use super::super::ReturnPropensity;
    use crate::files::Compact;
    use crate::math::fold::fold;
    use crate::orders::key;

    fn golden() -> ReturnPropensity {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.json");
        ReturnPropensity::read(path).unwrap()
    }

    /// The checksum keeps chance away from a reader, not somebody who writes files.
    #[test]
    fn columns_with_a_right_checksum_are_held_to_the_rules_of_json() {
        let sound = golden().to_compact();
        let Compact { text, columns } = Compact::of(&sound).unwrap().unwrap();
        let (mut loaded, mut random) = (0, 1);
        for seed in 0..5_000_u64 {
            let mut columns = columns.to_vec();
            for _ in 0..=seed % 3 {
                random = fold(random, seed);
                let at = usize::try_from(random >> 32).unwrap() % columns.len();
                match random % 4 {
                    0 => columns.truncate(at.max(1)),
                    1 => columns[at] = (random >> 8 & 0xff) as u8,
                    _ => columns[at] ^= 1 << (random >> 8 & 7),
                }
            }
            let bytes = Compact { text, columns: &columns }.to_bytes();
            if let Ok(model) = ReturnPropensity::from_bytes(&bytes) {
                let json = model.to_json();
                assert_eq!(ReturnPropensity::from_json(&json).unwrap().to_json(), json);
                loaded += 1;
            }
        }
        assert!(loaded > 30, "{loaded} loaded");
    }

    #[test]
    fn keys_that_are_no_folds_stand_as_they_are() {
        let json = golden().to_json();
        let at = json.match_indices("\"keys\":\"").map(|(at, word)| at + word.len());
        for at in at.collect::<Vec<_>>() {
            let mut json = json.clone();
            json.replace_range(at..at + 16, "0123456789abcdef");
            let model = ReturnPropensity::from_json(&json).unwrap();
            let back = ReturnPropensity::from_bytes(&model.to_compact()).unwrap();
            assert_eq!(back.to_json(), json);
        }
    }

    /// As only another program writes them: JSON says nothing of what a key is made of.
    #[test]
    fn lines_of_pairs_of_other_customers_come_back() {
        let json = golden().to_json();
        let (head, places) = json.split_once("\"places\":[").unwrap();
        let numbers: Vec<&str> = places.splitn(5, ',').collect();
        let [customer, product, same, pair, rest] = numbers[..] else { unreachable!() };
        for other in ["0", "59"] {
            assert_ne!(pair, other);
            let places = [customer, product, same, other, rest].join(",");
            let json = format!("{head}\"places\":[{places}");
            let model = ReturnPropensity::from_json(&json).unwrap();
            let back = ReturnPropensity::from_bytes(&model.to_compact()).unwrap();
            assert_eq!(back.to_json(), json);
        }
    }

    #[test]
    fn most_keys_are_places_of_their_parts() {
        let json = golden().to_json();
        let whole = golden().to_compact().len();
        // Another key of a customer leaves theirs without parts.
        let at = json.find("\"keys\":\"").unwrap() + "\"keys\":\"".len();
        let mut other = json.clone();
        other.replace_range(at..at + 16, &format!("{:016x}", key::of_integer(-77)));
        let other = ReturnPropensity::from_json(&other).unwrap().to_compact().len();
        assert!(whole + 1000 < other, "{whole} and {other} bytes");
    }
}
