//! The columns of a state in the compact encoding: everything of which there is one for each key, customer,
//! product or open line.
//!
//! A file in this encoding ([`files::compact`](crate::files)) has the JSON of the model with these columns empty,
//! and the columns behind it, in the order of [`take_out`]. They are put back where they were before anything
//! is checked, so that both encodings are held to the same rules. docs/model-file.md has the layout.

mod bits;
mod blocks;
mod column;
mod form;
mod made;

use blocks::BLOCK;
use column::{Reader, Writer, room};
use form::damaged;
use made::{Made, read_optional, write_optional};

use super::keys::Counts;
use super::schema::HistorySpec;
use super::state_file::{RawKeys, RawOpen, RawPasts, RawState};
use crate::Error;

/// Takes the columns out of a state.
pub(super) fn take_out(state: &mut RawState, histories: &[HistorySpec]) -> Vec<u8> {
    let mut to = Writer::default();
    let mut known: Vec<Vec<u64>> = Vec::with_capacity(histories.len());
    for of in &mut state.histories {
        let RawKeys(entries) = std::mem::take(of);
        let keys: Vec<u64> = entries.iter().map(|(key, _)| *key).collect();
        to.length(keys.len());
        Made::of(histories, &known).write(&keys, &mut to);
        to.floats(&entries.iter().map(|(_, counts)| counts.exposure).collect::<Vec<_>>());
        to.floats(&entries.iter().map(|(_, counts)| counts.returns).collect::<Vec<_>>());
        known.push(keys);
    }
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
    write_open(&std::mem::take(&mut state.open), histories.len(), &mut to);
    to.finish()
}

/// Puts columns back into the state that they were taken out of.
pub(super) fn put_back(
    state: &mut RawState,
    histories: &[HistorySpec],
    columns: &[u8],
) -> Result<(), Error> {
    let mut from = Reader::new(columns);
    let mut known: Vec<Vec<u64>> = Vec::with_capacity(histories.len());
    state.histories = Vec::with_capacity(histories.len());
    for _ in histories {
        let length = from.length()?;
        let entries = read_keys(Made::of(histories, &known), length, &mut from)?;
        known.push(if made::is_part(histories, known.len()) {
            entries.iter().map(|(key, _)| *key).collect()
        } else {
            Vec::new()
        });
        state.histories.push(RawKeys(entries));
    }
    for pasts in [&mut state.customers, &mut state.products] {
        *pasts = read_pasts(&mut from)?;
    }
    if let Some(paid_back) = &mut state.paid_back {
        let length = from.length()?;
        let (due, paid) = (from.all_floats(length)?, from.all_floats(length)?);
        paid_back.customers = due.into_iter().zip(paid).map(|(due, paid)| [due, paid]).collect();
    }
    let keys: Vec<usize> = state.histories.iter().map(|of| of.0.len()).collect();
    state.open = read_open(&keys, &mut from)?;
    from.finish()
}

/// Keys and their counts, row by row.
fn read_keys(
    made: Made<'_>,
    length: usize,
    from: &mut Reader<'_>,
) -> Result<Vec<(u64, Counts)>, Error> {
    let mut keys = made.read(length, from)?;
    let (mut exposure, mut returns) = (from.floats(length)?, from.floats(length)?);
    let mut entries = room(length)?;
    let (mut of_keys, mut of_exposure, mut of_returns) = ([0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
    while entries.len() < length {
        let rows = BLOCK.min(length - entries.len());
        keys.next(&mut of_keys[..rows])?;
        exposure.next(&mut of_exposure[..rows])?;
        returns.next(&mut of_returns[..rows])?;
        let counts = of_exposure.iter().zip(&of_returns);
        let counts = counts.map(|(&exposure, &returns)| Counts { exposure, returns });
        entries.extend(of_keys.iter().copied().zip(counts).take(rows));
    }
    Ok(entries)
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

fn read_pasts(from: &mut Reader<'_>) -> Result<RawPasts, Error> {
    let length = from.length()?;
    Ok(RawPasts {
        lines: from.all_floats(length)?,
        orders: from.all_floats(length)?,
        log_prices: from.all_floats(length)?,
        log_quantities: from.all_floats(length)?,
        most_log_price: from.all_floats(length)?,
        first_day: from.signed(length)?,
        last_day: from.signed(length)?,
    })
}

fn write_open(open: &RawOpen, histories: usize, to: &mut Writer) {
    to.length(open.day.len());
    to.signed(open.day.iter().copied().map(i64::from));
    to.numbers(&open.behind_first.iter().copied().map(u64::from).collect::<Vec<_>>());
    to.floats(&open.log_odds);
    for flags in [&open.returned, &open.heard, &open.order_returned] {
        to.numbers(&flags.iter().copied().map(u64::from).collect::<Vec<_>>());
    }
    let of_history = |history: usize| open.places.iter().skip(history).step_by(histories);
    for history in 0..histories {
        let same = (0..history).find(|&before| of_history(before).eq(of_history(history)));
        to.length(same.map_or(0, |before| before + 1));
        if same.is_some() {
            to.copied(open.day.len());
        } else {
            to.numbers(&of_history(history).copied().map(u64::from).collect::<Vec<_>>());
        }
    }
    for keys in [&open.id, &open.orders, &open.prints] {
        write_optional(keys, to);
    }
}

/// The open lines, by how many keys each history has.
fn read_open(keys: &[usize], from: &mut Reader<'_>) -> Result<RawOpen, Error> {
    let length = from.length()?;
    let flag = |flag: u64| (flag < 2).then_some(flag == 1);
    let (day, behind_first) =
        (from.signed(length)?, from.numbers(length, |n| u32::try_from(n).ok())?);
    let log_odds = from.all_floats(length)?;
    let returned = from.numbers(length, flag)?;
    let heard = from.numbers(length, flag)?;
    let order_returned = from.numbers(length, flag)?;
    let mut by_history: Vec<Vec<u32>> = Vec::with_capacity(keys.len());
    for &keys in keys {
        let places = match from.length()? {
            0 => from.places(length, keys)?,
            same => from.copy(by_history.get(same - 1).ok_or_else(damaged)?)?,
        };
        by_history.push(places);
    }
    let mut places = Vec::with_capacity(length * keys.len());
    for line in 0..length {
        places.extend(by_history.iter().map(|places| places[line]));
    }
    let [id, orders, prints] = [read_optional(from)?, read_optional(from)?, read_optional(from)?];
    Ok(RawOpen {
        day,
        behind_first,
        id,
        log_odds,
        returned,
        heard,
        order_returned,
        places,
        orders,
        prints,
    })
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
