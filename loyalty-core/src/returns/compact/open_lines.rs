//! The open lines.

use super::super::open::Open;
use super::super::state_columns::OpenColumns;
use super::super::state_file::RawOpen;
use super::super::tables::Table;
use super::super::told::Told;
use super::blocks::{BLOCK, Numbers};
use super::column::{Reader, Writer, room, signed};
use super::form::damaged;
use super::histories::Starts;
use super::made::{KeyColumn, write_ids};
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
    for keys in [&open.id, &open.orders, &open.prints] {
        write_optional(keys, to);
    }
}

/// Ids and hashes of lines, some of which have none.
fn write_optional(keys: &[Option<u64>], to: &mut Writer) {
    to.length(keys.len());
    to.numbers(&keys.iter().map(|key| u64::from(key.is_some())).collect::<Vec<_>>());
    write_ids(&keys.iter().copied().flatten().collect::<Vec<_>>(), to);
}

/// The open lines, with places in these tables.
pub(super) fn read(tables: &[Table], from: &mut Reader<'_>) -> Result<OpenColumns, Error> {
    let length = from.length()?;
    let (mut days, mut behind_first) = (from.column(length)?, from.column(length)?);
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
    let mut ids = OptionalKeys::read(from)?;
    let mut told = ToldKeys::read(from)?;
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
        let (mut of_ids, mut of_told) = ([None; BLOCK], [Told::default(); BLOCK]);
        ids.next(&mut of_ids[..rows.len()])?;
        told.next(rows, &mut of_told)?;
        for (line, (&id, &told)) in rows.iter_mut().zip(of_ids.iter().zip(&of_told)) {
            *line = line.known_by(id, told);
        }
    }
    let all_told = told.orders.left + told.prints.left == 0;
    if ids.left == 0 { Ok(OpenColumns { lines, places, all_told }) } else { Err(damaged()) }
}

/// A column of ids or hashes, some of which are none.
struct OptionalKeys<'f> {
    left: usize,
    /// Whether there is one.
    there: Numbers<'f>,
    keys: KeyColumn<'f>,
}

impl<'f> OptionalKeys<'f> {
    fn read(from: &mut Reader<'f>) -> Result<Self, Error> {
        let left = from.length()?;
        let there = from.column(left)?;
        let (mut counted, mut block, mut keys) = (there.clone(), [0; BLOCK], 0);
        for first in (0..left).step_by(BLOCK) {
            let block = &mut block[..BLOCK.min(left - first)];
            counted.next(block);
            keys += block.iter().filter(|&&flag| flag == 1).count();
            if block.iter().any(|&flag| flag > 1) {
                return Err(damaged());
            }
        }
        let made = from.byte()?;
        Ok(Self { left, there, keys: KeyColumn::read(made, keys, from)? })
    }

    /// The next ones, if there are as many.
    fn next(&mut self, block: &mut [Option<u64>]) -> Result<(), Error> {
        self.left = self.left.checked_sub(block.len()).ok_or_else(damaged)?;
        let (mut there, mut keys) = ([0; BLOCK], [0; BLOCK]);
        let there = &mut there[..block.len()];
        self.there.next(there);
        let count = there.iter().filter(|&&flag| flag == 1).count();
        self.keys.next(&mut keys[..count]);
        let mut keys = keys.into_iter();
        for (key, &flag) in block.iter_mut().zip(&*there) {
            *key = if flag == 1 { keys.next() } else { None };
        }
        Ok(())
    }
}

/// By what lines are known when they are told again; files that do not say so have none of it.
struct ToldKeys<'f> {
    /// Of the first line of each order.
    orders: OptionalKeys<'f>,
    /// The order that the line before belongs to.
    order: Option<u64>,
    prints: OptionalKeys<'f>,
    are_there: bool,
}

impl<'f> ToldKeys<'f> {
    fn read(from: &mut Reader<'f>) -> Result<Self, Error> {
        let (orders, prints) = (OptionalKeys::read(from)?, OptionalKeys::read(from)?);
        let are_there = orders.left + prints.left > 0;
        Ok(Self { orders, order: None, prints, are_there })
    }

    /// By what some rows are known.
    fn next(&mut self, rows: &[Open], told: &mut [Told; BLOCK]) -> Result<(), Error> {
        if !self.are_there {
            return Ok(());
        }
        let (mut orders, mut prints) = ([None; BLOCK], [None; BLOCK]);
        let firsts = rows.iter().filter(|line| line.behind_first == 0).count();
        self.orders.next(&mut orders[..firsts])?;
        self.prints.next(&mut prints[..rows.len()])?;
        let mut orders = orders.into_iter();
        for ((line, told), print) in rows.iter().zip(told).zip(prints) {
            if line.behind_first == 0 {
                self.order = orders.next().flatten();
            }
            *told = Told { order: self.order, print };
        }
        Ok(())
    }
}
