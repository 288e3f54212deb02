//! Lines whose fate is open, in order of their orders.

use std::ops::Range;
use std::sync::OnceLock;

use hashbrown::HashTable;

use super::told::Told;
use crate::orders::key;
use crate::{Error, memory};

/// One of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub(crate) struct Open {
    pub(crate) day: i32,
    /// How many lines before it its order began.
    pub(crate) behind_first: u32,
    pub(crate) log_odds: f64,
    /// Its id, and the keys by which it is known when it is told again; 0 where there is none. As options they would
    /// take twice the room, and there are many lines.
    keys: [u64; 3],
    has: [bool; 3],
    pub(crate) returned: bool,
    /// Whether a return of it is known, be it of days to come.
    pub(crate) noted: bool,
    /// Whether the level has heard that it came back.
    pub(crate) heard: bool,
    /// Of the first line of an order: whether any of its lines came back.
    pub(crate) order_returned: bool,
}

impl Open {
    /// Nothing is known of its fate.
    pub(crate) fn new(day: i32, behind_first: u32, log_odds: f64) -> Self {
        Self { day, behind_first, log_odds, ..Self::default() }
    }

    fn key(&self, of: usize) -> Option<u64> {
        self.has[of].then_some(self.keys[of])
    }

    pub(crate) fn id(&self) -> Option<u64> {
        self.key(0)
    }

    /// By what it is known when it is told again.
    pub(crate) fn told(&self) -> Told {
        Told { order: self.key(1), print: self.key(2) }
    }

    /// The line with its id, and by what it is known when it is told again.
    pub(crate) fn known_by(self, id: Option<u64>, Told { order, print }: Told) -> Self {
        let keys = [id, order, print];
        Self {
            keys: keys.map(Option::unwrap_or_default),
            has: keys.map(|key| key.is_some()),
            ..self
        }
    }

    /// The key by which its order is found: that of the first line.
    fn order(&self) -> Option<u64> {
        self.key(1).filter(|_| self.behind_first == 0)
    }
}

/// Bytes that a line takes in an [`Index`] that has just grown.
const INDEXED: usize = 48;

/// Numbers of lines by a key that some of them have.
#[derive(Debug, Clone, Default)]
struct Index(HashTable<(u64, u64)>);

impl Index {
    fn with_room(keys: usize) -> Self {
        Self(HashTable::with_capacity(keys))
    }

    fn insert(&mut self, key: Option<u64>, number: u64) {
        if let Some(key) = key {
            self.0.insert_unique(mixed(key), (key, number), |entry| mixed(entry.0));
        }
    }

    fn remove(&mut self, key: Option<u64>, number: u64) {
        let Some(key) = key else { return };
        if let Ok(entry) = self.0.find_entry(mixed(key), |entry| *entry == (key, number)) {
            entry.remove();
        }
    }

    /// Numbers of the lines of a key.
    fn all(&self, key: u64) -> impl Iterator<Item = u64> {
        let of_hash = self.0.iter_hash(mixed(key));
        of_hash.filter(move |entry| entry.0 == key).map(|entry| entry.1)
    }
}

/// How lines are found that are told of again.
#[derive(Debug, Clone)]
struct Indexes {
    by_id: Index,
    /// The first line of each order that has an id.
    by_order: Index,
}

impl Indexes {
    fn of<'a>(lines: impl ExactSizeIterator<Item = (u64, &'a Open)>) -> Self {
        let mut indexes = Self { by_id: Index::with_room(lines.len()), by_order: Index::default() };
        lines.for_each(|(number, line)| indexes.insert(line, number));
        indexes
    }

    fn insert(&mut self, line: &Open, number: u64) {
        self.by_id.insert(line.id(), number);
        self.by_order.insert(line.order(), number);
    }

    fn remove(&mut self, line: &Open, number: u64) {
        self.by_id.remove(line.id(), number);
        self.by_order.remove(line.order(), number);
    }
}

/// A queue of lines by number, with the places of their keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenLines {
    /// The number of the first line in the store, closed ones included.
    base: u64,
    closed: usize,
    lines: Vec<Open>,
    /// The place of the key of each line, history by history.
    places: Vec<Vec<u32>>,
    /// Made when a line is looked for: a model that only scores looks for none.
    indexes: OnceLock<Indexes>,
}

impl OpenLines {
    /// Lines, oldest first, and the places of their keys, history by history.
    pub(crate) fn of(lines: Vec<Open>, places: Vec<Vec<u32>>) -> Self {
        Self { lines, places, ..Self::default() }
    }

    /// The number of the first open line.
    pub(crate) fn first(&self) -> u64 {
        self.base + self.closed as u64
    }

    /// The number that the next line will have.
    pub(crate) fn next(&self) -> u64 {
        self.base + self.lines.len() as u64
    }

    fn at(&self, number: u64) -> usize {
        // Numbers of open lines lie within the store.
        usize::try_from(number - self.base).unwrap_or(usize::MAX)
    }

    pub(crate) fn get(&self, number: u64) -> &Open {
        &self.lines[self.at(number)]
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> &mut Open {
        let at = self.at(number);
        &mut self.lines[at]
    }

    /// Where the key of a line stands in a history.
    pub(crate) fn place(&self, history: usize, number: u64) -> u32 {
        self.places[history][self.at(number)]
    }

    /// The lines of these numbers.
    pub(crate) fn lines(&self, numbers: Range<u64>) -> &[Open] {
        &self.lines[self.at(numbers.start)..self.at(numbers.end)]
    }

    /// Where the keys of lines stand in a history.
    pub(crate) fn places(&self, history: usize, numbers: Range<u64>) -> &[u32] {
        &self.places[history][self.at(numbers.start)..self.at(numbers.end)]
    }

    /// Opens lines, with the places of their keys, history by history.
    pub(crate) fn push(&mut self, lines: impl Iterator<Item = Open>, places: &[u32]) {
        let before = self.lines.len();
        for line in lines {
            let number = self.next();
            if let Some(indexes) = self.indexes.get_mut() {
                indexes.insert(&line, number);
            }
            self.lines.push(line);
        }
        let new = self.lines.len() - before;
        if new == 0 {
            return;
        }
        self.places.resize_with(places.len() / new, Vec::new);
        for (all, new) in self.places.iter_mut().zip(places.chunks_exact(new)) {
            all.extend_from_slice(new);
        }
    }

    /// Asks for what it takes to find lines for the first time: their ids and orders, in tables of twice as many slots.
    pub(crate) fn ask_to_find(&self) -> Result<(), Error> {
        let lines = if self.indexes.get().is_none() { self.lines.len() } else { 0 };
        memory::ask_for_rows("an index of open lines", lines, 2 * INDEXED, 0)
    }

    fn indexes(&self) -> &Indexes {
        self.indexes.get_or_init(|| {
            let lines = self.lines[self.closed..].iter().enumerate();
            Indexes::of(lines.map(|(at, line)| (self.first() + at as u64, line)))
        })
    }

    /// The number of the open line of an id.
    pub(crate) fn find(&self, id: u64) -> Option<u64> {
        self.indexes().by_id.all(id).next()
    }

    /// Whether no id stands twice.
    pub(crate) fn have_ids_of_their_own(&self) -> bool {
        let ids = || self.iter().filter_map(|(_, line)| line.id());
        let differ = || ids().all(|id| self.indexes().by_id.all(id).nth(1).is_none());
        let numbers: Vec<i64> = ids().map(key::integer_of).collect();
        numbers_differ(&numbers).unwrap_or_else(differ)
    }

    /// The lines of each open order of a key: of one, unless ids are given out twice.
    pub(crate) fn orders(&self, key: u64) -> impl Iterator<Item = Range<u64>> {
        self.indexes().by_order.all(key).map(|first| {
            let of_order =
                |number: &u64| u64::from(self.get(*number).behind_first) == number - first;
            first..first + (first..self.next()).take_while(of_order).count() as u64
        })
    }

    /// Puts the lines from a number on in another order: `from` says, for each, which of them it was.
    pub(crate) fn rearrange(&mut self, first: u64, from: &[usize]) {
        let at = self.at(first);
        if let Some(indexes) = self.indexes.get_mut() {
            (first..)
                .zip(&self.lines[at..])
                .for_each(|(number, line)| indexes.remove(line, number));
        }
        let lines: Vec<Open> = from.iter().map(|&line| self.lines[at + line]).collect();
        self.lines[at..].copy_from_slice(&lines);
        for places in &mut self.places {
            let moved: Vec<u32> = from.iter().map(|&line| places[at + line]).collect();
            places[at..].copy_from_slice(&moved);
        }
        if let Some(indexes) = self.indexes.get_mut() {
            (first..)
                .zip(&self.lines[at..])
                .for_each(|(number, line)| indexes.insert(line, number));
        }
    }

    /// Closes the first line.
    pub(crate) fn pop(&mut self) -> Option<Open> {
        let line = *self.lines.get(self.closed)?;
        let number = self.first();
        if let Some(indexes) = self.indexes.get_mut() {
            indexes.remove(&line, number);
        }
        self.closed += 1;
        // The closed lines go once they are the greater part: a constant cost per line.
        if self.closed > 1024 && 2 * self.closed > self.lines.len() {
            let closed = self.closed;
            self.places.iter_mut().for_each(|places| drop(places.drain(..closed)));
            self.lines.drain(..self.closed);
            self.base += self.closed as u64;
            self.closed = 0;
        }
        Some(line)
    }

    /// The open lines, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Open)> {
        (self.first()..).zip(&self.lines[self.closed..])
    }
}

/// Whether whole numbers all differ; `None` where they do not lie close together, as the numbers of a shop's newest
/// lines do.
fn numbers_differ(numbers: &[i64]) -> Option<bool> {
    let (least, most) = (numbers.iter().min()?, numbers.iter().max()?);
    let words = most.abs_diff(*least) / 64;
    if words > numbers.len() as u64 {
        return None;
    }
    // So it is of the size of memory.
    let mut seen = vec![0_u64; words as usize + 1];
    let mut differ = true;
    for number in numbers.iter().map(|number| number.abs_diff(*least)) {
        let (word, bit) = (&mut seen[(number / 64) as usize], 1 << (number % 64));
        differ &= *word & bit == 0;
        *word |= bit;
    }
    Some(differ)
}

/// Ids are keys already; once more, so that no table of ids has the order of another.
fn mixed(id: u64) -> u64 {
    key::fold(0, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: Option<u64>) -> Open {
        Open::default().known_by(id, Told::default())
    }

    /// Open lines of these ids.
    fn open(ids: impl Iterator<Item = Option<u64>>) -> OpenLines {
        OpenLines::of(ids.map(line).collect(), Vec::new())
    }

    #[test]
    fn ids_of_their_own_are_told_from_ids_that_stand_twice() {
        for far in [1, 63, 64, 1 << 40] {
            let numbers =
                || (0..200_i64).map(|id| Some(key::of_integer((id * 77 % 211 - 90) * far)));
            assert!(open(numbers()).have_ids_of_their_own(), "{far}");
            for twice in [0, 1, 199] {
                let again = numbers().nth(twice);
                assert!(!open(numbers().chain(again)).have_ids_of_their_own(), "{far} {twice}");
            }
        }
        assert!(open([None, None, Some(7)].into_iter()).have_ids_of_their_own());
        assert!(open([].into_iter()).have_ids_of_their_own());
        let ends = [i64::MIN, i64::MAX].map(|id| Some(key::of_integer(id)));
        assert!(open(ends.into_iter()).have_ids_of_their_own());
    }

    #[test]
    fn lines_are_found_before_and_after_the_index_is_made() {
        let mut lines = open((0..2000).map(|id| Some(key::of_integer(id))));
        assert!((0..1500).all(|_| lines.pop().is_some()));
        assert_eq!(lines.first(), 1500);
        let find = |lines: &OpenLines, id| lines.find(key::of_integer(id));
        assert_eq!(
            [1499, 1500, 1999, 2000].map(|id| find(&lines, id)),
            [None, Some(1500), Some(1999), None]
        );
        lines.push([line(Some(key::of_integer(2000)))].into_iter(), &[]);
        lines.rearrange(1999, &[1, 0]);
        assert_eq!([1999, 2000].map(|id| find(&lines, id)), [Some(2000), Some(1999)]);
        assert_eq!(lines.pop().and_then(|line| line.id()), Some(key::of_integer(1500)));
        assert_eq!(find(&lines, 1500), None);
    }
}
