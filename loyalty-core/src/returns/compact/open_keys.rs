//! By what open lines are found: their ids, and by what they are known when they are told again.

use std::sync::Arc;

use super::super::line_keys::{KeysInFile, LineKeys, all_differ};
use super::super::open::Open;
use super::super::state_file::RawOpen;
use super::super::told::Told;
use super::blocks::{BLOCK, Numbers};
use super::column::{Reader, Writer, room};
use super::form::damaged;
use super::made::{KeyColumn, write_ids};
use crate::Error;

/// Writes ids and hashes of lines, some of which have none.
pub(super) fn write(open: &RawOpen, to: &mut Writer) {
    for keys in [&open.id, &open.orders, &open.prints] {
        to.length(keys.len());
        to.numbers(&keys.iter().map(|key| u64::from(key.is_some())).collect::<Vec<_>>());
        write_ids(&keys.iter().copied().flatten().collect::<Vec<_>>(), to);
    }
}

/// By what lines are found.
pub(super) struct OpenKeys<'f> {
    ids: OptionalKeys<'f>,
    /// By what the first line of each order is known when it is told again; a file that does not say so has none of
    /// these, nor of the next.
    orders: OptionalKeys<'f>,
    prints: OptionalKeys<'f>,
}

impl<'f> OpenKeys<'f> {
    pub(super) fn read(from: &mut Reader<'f>) -> Result<Self, Error> {
        let ids = OptionalKeys::read(from)?;
        Ok(Self { ids, orders: OptionalKeys::read(from)?, prints: OptionalKeys::read(from)? })
    }

    /// Whether it is said of all of these lines by what they are known, or of none.
    pub(super) fn are_told(&self, lines: &[Open]) -> Result<bool, Error> {
        if self.ids.length != lines.len() {
            return Err(damaged());
        }
        let firsts = lines.iter().filter(|line| line.behind_first == 0).count();
        let told = (self.orders.length, self.prints.length);
        Ok(told == (0, 0) || told == (firsts, lines.len()))
    }

    /// Whether no id stands twice.
    pub(super) fn have_own_ids(self) -> bool {
        self.ids.all_differ()
    }
}

/// Where the keys of open lines stand in a file in which these are sound.
#[derive(Debug)]
pub(super) struct InFile {
    pub(super) file: Arc<Vec<u8>>,
    pub(super) behind_first_at: usize,
    pub(super) keys_at: usize,
    /// How many lines there are.
    pub(super) length: usize,
}

impl KeysInFile for InFile {
    fn read(&self) -> Vec<LineKeys> {
        self.try_read().unwrap_or_else(|_| unreachable!("the columns have been read once"))
    }
}

impl InFile {
    fn try_read(&self) -> Result<Vec<LineKeys>, Error> {
        let mut behind_first =
            Reader::again(&self.file, self.behind_first_at).column(self.length)?;
        let OpenKeys { mut ids, mut orders, mut prints } =
            OpenKeys::read(&mut Reader::again(&self.file, self.keys_at))?;
        let are_told = prints.length > 0;
        let mut keys = room(self.length)?;
        let (mut behind, mut order) = ([0; BLOCK], None);
        let (mut of_ids, mut of_orders, mut of_prints) =
            ([None; BLOCK], [None; BLOCK], [None; BLOCK]);
        while keys.len() < self.length {
            let rows = BLOCK.min(self.length - keys.len());
            let behind = &mut behind[..rows];
            behind_first.next(behind);
            ids.next(&mut of_ids[..rows]);
            if are_told {
                let firsts = behind.iter().filter(|&&behind| behind == 0).count();
                orders.next(&mut of_orders[..firsts]);
                prints.next(&mut of_prints[..rows]);
            }
            let mut of_orders = of_orders.iter().copied();
            keys.extend(behind.iter().zip(of_ids.iter().zip(of_prints)).map(
                |(&behind, (&id, print))| {
                    if behind == 0 {
                        order = of_orders.next().flatten();
                    }
                    LineKeys::new(id, Told { order, print })
                },
            ));
        }
        Ok(keys)
    }
}

/// A column of ids or hashes, some of which are none.
struct OptionalKeys<'f> {
    length: usize,
    /// Whether there is one.
    there: Numbers<'f>,
    /// How many there are.
    count: usize,
    keys: KeyColumn<'f>,
}

impl<'f> OptionalKeys<'f> {
    fn read(from: &mut Reader<'f>) -> Result<Self, Error> {
        let length = from.length()?;
        let there = from.column(length)?;
        let (mut counted, mut block, mut count) = (there.clone(), [0; BLOCK], 0);
        for first in (0..length).step_by(BLOCK) {
            let block = &mut block[..BLOCK.min(length - first)];
            counted.next(block);
            count += block.iter().filter(|&&flag| flag == 1).count();
            if block.iter().any(|&flag| flag > 1) {
                return Err(damaged());
            }
        }
        let made = from.byte()?;
        Ok(Self { length, there, count, keys: KeyColumn::read(made, count, from)? })
    }

    /// The next ones, of which there are as many.
    fn next(&mut self, block: &mut [Option<u64>]) {
        let (mut there, mut keys) = ([0; BLOCK], [0; BLOCK]);
        let there = &mut there[..block.len()];
        self.there.next(there);
        let count = there.iter().filter(|&&flag| flag == 1).count();
        self.keys.next(&mut keys[..count]);
        let mut keys = keys.into_iter();
        for (key, &flag) in block.iter_mut().zip(&*there) {
            *key = if flag == 1 { keys.next() } else { None };
        }
    }

    /// Whether none of those that are there stands twice.
    fn all_differ(mut self) -> bool {
        if self.keys.clone().rise(self.count) {
            return true;
        }
        let mut numbers = vec![0; self.count];
        for block in numbers.chunks_mut(BLOCK) {
            self.keys.next_numbers(block);
        }
        all_differ(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::key;

    fn file_of(open: &RawOpen) -> Arc<Vec<u8>> {
        let mut to = Writer::default();
        to.numbers(&open.behind_first.iter().copied().map(u64::from).collect::<Vec<_>>());
        write(open, &mut to);
        Arc::new(to.finish())
    }

    fn have_own_ids(id: Vec<Option<u64>>) -> bool {
        let file = file_of(&RawOpen { id, ..RawOpen::default() });
        let mut from = Reader::new(&file, file.len());
        from.column(0).unwrap();
        OpenKeys::read(&mut from).unwrap().have_own_ids()
    }

    #[test]
    fn ids_that_stand_twice_are_found() {
        let number = |id: i64| Some(key::of_integer(id));
        let far = |id: i64| Some(key::of_integer(id * 7_000_000_003));
        let text = |id: i64| Some(key::of_text(&format!("L-{id}")));
        let block = i64::try_from(BLOCK).unwrap();
        for id in [number as fn(i64) -> Option<u64>, far, text] {
            for last in [1, block - 1, block, 3 * block + 5] {
                let ids = || (0..last).map(id);
                assert!(have_own_ids(ids().collect()));
                assert!(have_own_ids(ids().rev().chain([None, None]).collect()));
                assert!(!have_own_ids(ids().chain([id(0)]).collect()), "{last}");
                assert!(!have_own_ids(ids().chain([None, id(last - 1)]).collect()), "{last}");
            }
        }
        assert!(have_own_ids(Vec::new()) && have_own_ids(vec![None; 2 * BLOCK]));
    }

    #[test]
    fn the_keys_of_each_line_come_back() {
        // Orders of one to four lines, some of which lie in two blocks; every third has no id, every fifth line none.
        let orders = (0..1000_u64).flat_map(|order| (0..=order % 4).map(move |line| (order, line)));
        let (mut open, mut expected) = (RawOpen::default(), Vec::new());
        for (number, (order, behind)) in (0_u64..).zip(orders) {
            let id = (number % 5 != 0).then_some(key::fold(7, number));
            let of = (order % 3 != 0).then_some(key::fold(8, order));
            let print = Some(key::fold(9, number));
            open.behind_first.push(u32::try_from(behind).unwrap());
            open.id.push(id);
            open.orders.extend((behind == 0).then_some(of));
            open.prints.push(print);
            expected.push(LineKeys::new(id, Told { order: of, print }));
        }
        let (file, length) = (file_of(&open), expected.len());
        let mut from = Reader::new(&file, file.len());
        from.column(length).unwrap();
        let in_file =
            InFile { file: Arc::clone(&file), behind_first_at: 0, keys_at: from.place(), length };
        assert_eq!(in_file.read(), expected);
    }
}
