//! The open lines.

use std::sync::Arc;

use super::super::line_keys::KeysOfLines;
use super::super::open::Open;
use super::super::state_columns::OpenColumns;
use super::super::state_file::RawOpen;
use super::super::tables::Table;
use super::blocks::BLOCK;
use super::column::{Reader, Writer, room, signed};
use super::form::damaged;
use super::histories::Starts;
use super::open_keys::{self, InFile, OpenKeys};
use crate::Error;

/// Writes the lines; of each history of pairs it is known where those of each key before begin.
pub(super) fn write(open: &RawOpen, starts: &[Option<Starts>], to: &mut Writer) {
    let histories = starts.len();
    to.length(open.day.len());
    to.signed(open.day.iter().copied().map(i64::from));
    to.numbers(&open.behind_first.iter().copied().map(u64::from).collect::<Vec<_>>());
    to.floats(&open.log_odds);
    for flags in [&open.returned, &open.heard, &open.order_returned] {
        to.numbers(&flags.iter().copied().map(u64::from).collect::<Vec<_>>());
    }
    let of_history = |history: usize| open.places.iter().skip(history).step_by(histories);
    for (history, starts) in starts.iter().enumerate() {
        let same = (0..history).find(|&before| of_history(before).eq(of_history(history)));
        let within: Option<Vec<u64>> = starts.as_ref().and_then(|starts| {
            let befores = of_history(starts.of.before);
            of_history(history).zip(befores).map(|(&place, &at)| starts.within(place, at)).collect()
        });
        match (same, within) {
            (Some(same), _) => {
                to.length(same + 1);
                to.copied(open.day.len());
            }
            (None, Some(within)) => {
                to.length(histories + 1);
                to.numbers(&within);
            }
            (None, None) => {
                to.length(0);
                to.numbers(&of_history(history).copied().map(u64::from).collect::<Vec<_>>());
            }
        }
    }
    open_keys::write(open, to);
}

/// The open lines, with places in these tables.
pub(super) fn read(tables: &[Table], from: &mut Reader<'_>) -> Result<OpenColumns, Error> {
    let length = from.length()?;
    let mut days = from.column(length)?;
    let behind_first_at = from.place();
    let mut behind_first = from.column(length)?;
    let mut log_odds = from.floats(length)?;
    let mut flags = [from.column(length)?, from.column(length)?, from.column(length)?];
    let mut places: Vec<Vec<u32>> = Vec::with_capacity(tables.len());
    for table in tables {
        let of_history = match (from.length()?, table) {
            (0, table) => from.places(length, table.len())?,
            (within, Table::Packed(pairs)) if within == tables.len() + 1 => {
                let mut befores = places[pairs.of().before].iter();
                from.numbers(length, |within| pairs.within(*befores.next()?, within))?
            }
            (same, _) => from.copy(places.get(same - 1).ok_or_else(damaged)?)?,
        };
        places.push(of_history);
    }
    let keys_at = from.place();
    let keys = OpenKeys::read(from)?;
    let mut lines = room(length)?;
    while lines.len() < length {
        let before = lines.len();
        lines.resize(length.min(before + BLOCK), Open::default());
        let rows = &mut lines[before..];
        days.set(rows, |line, day| i32::try_from(signed(day)).map(|day| line.day = day).is_ok())?;
        behind_first.set(rows, |line, behind| {
            u32::try_from(behind).map(|behind| line.behind_first = behind).is_ok()
        })?;
        log_odds.set(rows, |line, log_odds| line.log_odds = log_odds)?;
        let [returned, heard, order_returned] = &mut flags;
        returned.set(rows, |line, flag| {
            (line.returned, line.noted) = (flag == 1, flag == 1);
            flag < 2
        })?;
        heard.set(rows, |line, flag| {
            line.heard = flag == 1;
            flag < 2
        })?;
        order_returned.set(rows, |line, flag| {
            line.order_returned = flag == 1;
            flag < 2
        })?;
    }
    let all_told = keys.are_told(&lines)?;
    let in_file = InFile { file: Arc::clone(from.file()), behind_first_at, keys_at, length };
    Ok(OpenColumns {
        lines,
        keys: KeysOfLines::of_file(Arc::new(in_file)),
        have_own_ids: keys.have_own_ids(),
        places,
        all_told,
    })
}
