//! Keys and counts of the histories.
//!
//! Crossed keys stand by their parts, those of each first part together, and in columns that are read at any place:
//! so they are looked for where they lie ([`Pairs`]).

use std::sync::Arc;

use super::super::schema::HistorySpec;
use super::super::state_file::{RawKeys, RawState};
use super::super::tables::Table;
use super::super::tables::keys::Counts;
use super::super::tables::packed::{Pair, Pairs, Parts};
use super::blocks::BLOCK;
use super::column::{Reader, Writer, room};
use super::form::damaged;
use super::made::{self, KeyColumn, MADE, Made};
use crate::Error;

/// Where the pairs of each key before begin, and where the last ones end.
pub(super) struct Starts {
    pub(super) of: Pair,
    starts: Vec<u32>,
}

impl Starts {
    fn of(of: Pair, befores: usize, pairs: &[(usize, usize)]) -> Self {
        let mut starts = vec![0; befores + 1];
        for &(before, _) in pairs {
            starts[before + 1] += 1;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        Self { of, starts }
    }

    /// Which of the pairs of a key before stands at a place, if any of them does.
    pub(super) fn within(&self, place: u32, before: u32) -> Option<u64> {
        let before = before as usize;
        let is_one = (self.starts[before]..self.starts[before + 1]).contains(&place);
        is_one.then(|| u64::from(place - self.starts[before]))
    }
}

/// Takes the histories out of a state, and gives where the pairs begin of those that are written so. Pairs come into
/// the order of their parts, and the open lines say so.
pub(super) fn write(
    state: &mut RawState,
    histories: &[HistorySpec],
    to: &mut Writer,
) -> Vec<Option<Starts>> {
    let mut known: Vec<Vec<u64>> = Vec::with_capacity(histories.len());
    let mut starts = Vec::with_capacity(histories.len());
    for history in 0..histories.len() {
        let mut entries = std::mem::take(&mut state.histories[history]);
        to.length(entries.0.len());
        let made = Made::of(histories, history);
        let pairs = if let Made::Folded(of) = made { pairs(of, &entries, &known) } else { None };
        starts.push(if let (Made::Folded(of), Some(pairs)) = (made, pairs) {
            let moved = entries.put_in_order(pairs.iter().copied());
            let places = state.open.places.iter_mut().skip(history).step_by(histories.len());
            places.for_each(|place| *place = moved[*place as usize]);
            let starts = Starts::of(of, known[of.before].len(), &pairs);
            write_pairs(&starts, pairs, &entries, to);
            Some(starts)
        } else {
            write_keys(made, &entries, &known, to);
            None
        });
        known.push(entries.0.iter().map(|(key, _)| *key).collect());
    }
    starts
}

/// The tables of the histories.
pub(super) fn read(histories: &[HistorySpec], from: &mut Reader<'_>) -> Result<Vec<Table>, Error> {
    let mut tables: Vec<Table> = Vec::with_capacity(histories.len());
    for history in 0..histories.len() {
        let length = from.length()?;
        Table::default().room_for(length)?;
        let table = match (Made::of(histories, history), from.byte()?) {
            (Made::Same(same), MADE) => read_same(&tables[same], length, from)?,
            (Made::Folded(of), MADE) => read_pairs(of, &tables, length, from)?,
            (_, made) => read_keys(made, length, from)?,
        };
        tables.push(table);
    }
    Ok(tables)
}

impl Parts for [Vec<u64>] {
    fn count(&self, history: usize) -> usize {
        self[history].len()
    }

    fn key(&self, history: usize, place: usize) -> u64 {
        self[history][place]
    }
}

/// The places of the parts of each key, if all are folded from these.
fn pairs(of: Pair, RawKeys(entries): &RawKeys, known: &[Vec<u64>]) -> Option<Vec<(usize, usize)>> {
    let keys: Vec<u64> = entries.iter().map(|(key, _)| *key).collect();
    let lasts: Vec<u64> =
        (0..of.last.count(known)).map(|place| of.last.key(known, place)).collect();
    made::places(&keys, &known[of.before], &lasts)
}

/// Keys as they are, or as those of another history, or of whole numbers; and their counts.
fn write_keys(made: Made, RawKeys(entries): &RawKeys, known: &[Vec<u64>], to: &mut Writer) {
    let keys: Vec<u64> = entries.iter().map(|(key, _)| *key).collect();
    match made {
        Made::Same(same) if known[same] == keys => {
            to.byte(MADE);
            to.copied(keys.len());
        }
        Made::Integers => made::write_ids(&keys, to),
        Made::Same(_) | Made::Folded(_) => made::as_they_are(&keys, to),
    }
    to.floats(&entries.iter().map(|(_, counts)| counts.exposure).collect::<Vec<_>>());
    to.floats(&entries.iter().map(|(_, counts)| counts.returns).collect::<Vec<_>>());
}

/// Keys by how many there are of each key before, and by their last parts; and their counts. They are in this order.
fn write_pairs(
    Starts { starts, .. }: &Starts,
    mut pairs: Vec<(usize, usize)>,
    RawKeys(entries): &RawKeys,
    to: &mut Writer,
) {
    pairs.sort_unstable();
    let of_each = starts.windows(2).map(|ends| u64::from(ends[1] - ends[0]));
    to.byte(MADE);
    to.numbers(&of_each.collect::<Vec<_>>());
    to.packed(&pairs.iter().map(|&(_, last)| last as u64).collect::<Vec<_>>());
    to.packed_floats(&entries.iter().map(|(_, counts)| counts.exposure).collect::<Vec<_>>());
    to.packed_floats(&entries.iter().map(|(_, counts)| counts.returns).collect::<Vec<_>>());
}

fn read_pairs(
    of: Pair,
    tables: &[Table],
    length: usize,
    from: &mut Reader<'_>,
) -> Result<Table, Error> {
    let of_each = from.numbers(tables[of.before].len(), |of_each| u32::try_from(of_each).ok())?;
    let lasts = from.packed(length)?;
    let counts = [from.packed_floats(length)?, from.packed_floats(length)?];
    let pairs = Pairs::new(of, &of_each, lasts, counts, tables).ok_or_else(damaged)?;
    Ok(Table::Packed(Arc::new(pairs)))
}

/// The keys of another history.
fn read_same(same: &Table, length: usize, from: &mut Reader<'_>) -> Result<Table, Error> {
    from.count(length)?;
    let (exposure, returns) = (from.all_floats(length)?, from.all_floats(length)?);
    let counts = exposure.into_iter().zip(returns);
    let counts = counts.map(|(exposure, returns)| Counts { exposure, returns });
    same.keys().with_counts(counts).map(Table::Keys).ok_or_else(damaged)
}

/// Keys and their counts, row by row.
fn read_keys(made: u8, length: usize, from: &mut Reader<'_>) -> Result<Table, Error> {
    let mut keys = KeyColumn::read(made, length, from)?;
    let (mut exposure, mut returns) = (from.floats(length)?, from.floats(length)?);
    let mut entries = room(length)?;
    let (mut of_keys, mut of_exposure, mut of_returns) = ([0; BLOCK], [0.0; BLOCK], [0.0; BLOCK]);
    while entries.len() < length {
        let rows = BLOCK.min(length - entries.len());
        keys.next(&mut of_keys[..rows]);
        exposure.next(&mut of_exposure[..rows])?;
        returns.next(&mut of_returns[..rows])?;
        let counts = of_exposure.iter().zip(&of_returns);
        let counts = counts.map(|(&exposure, &returns)| Counts { exposure, returns });
        entries.extend(of_keys.iter().copied().zip(counts).take(rows));
    }
    RawKeys(entries).table()
}
