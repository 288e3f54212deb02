//! Lines whose fate is open, in order of their orders.

use std::ops::Range;
use std::sync::OnceLock;

use hashbrown::HashTable;

use super::line_keys::{KeysOfLines, LineKeys};
use super::told::Told;
use crate::orders::key;

/// One of them.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub(crate) struct Open {
    pub(crate) day: i32,
    /// How many lines before it its order began.
    pub(crate) behind_first: u32,
    pub(crate) log_odds: f64,
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
    /// Of lines from a number on.
    fn of(first: u64, lines: &[Open], keys: &[LineKeys]) -> Self {
        let mut indexes = Self { by_id: Index::with_room(lines.len()), by_order: Index::default() };
        indexes.insert_all(first, lines, keys);
        indexes
    }

    fn insert_all(&mut self, first: u64, lines: &[Open], keys: &[LineKeys]) {
        for (number, (line, keys)) in (first..).zip(lines.iter().zip(keys)) {
            self.by_id.insert(keys.id(), number);
            self.by_order.insert(order_begun(line, keys), number);
        }
    }

    fn remove_all(&mut self, first: u64, lines: &[Open], keys: &[LineKeys]) {
        for (number, (line, keys)) in (first..).zip(lines.iter().zip(keys)) {
            self.by_id.remove(keys.id(), number);
            self.by_order.remove(order_begun(line, keys), number);
        }
    }
}

/// The key of the order that a line is the first of.
fn order_begun(line: &Open, keys: &LineKeys) -> Option<u64> {
    keys.told().order.filter(|_| line.behind_first == 0)
}

/// A queue of lines by number, with the places of their keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenLines {
    /// The number of the first line in the store, closed ones included.
    base: u64,
    closed: usize,
    lines: Vec<Open>,
    keys: KeysOfLines,
    /// The place of the key of each line, history by history.
    places: Vec<Vec<u32>>,
    /// Made when a line is looked for: a model that only scores looks for none.
    indexes: OnceLock<Indexes>,
}

impl OpenLines {
    /// Lines, oldest first, their keys, and the places of their keys of histories, history by history.
    pub(crate) fn of(lines: Vec<Open>, keys: KeysOfLines, places: Vec<Vec<u32>>) -> Self {
        Self { lines, keys, places, ..Self::default() }
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

    /// By what a line is found.
    pub(crate) fn keys(&self, number: u64) -> &LineKeys {
        &self.keys.all()[self.at(number)]
    }

    /// By what a line is known when it is told again.
    pub(crate) fn told(&self, number: u64) -> Told {
        self.keys(number).told()
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
    pub(crate) fn push(&mut self, lines: impl Iterator<Item = (Open, LineKeys)>, places: &[u32]) {
        let (before, first) = (self.lines.len(), self.next());
        let opened = &mut self.lines;
        self.keys.change(|keys| {
            lines.for_each(|(line, of)| {
                opened.push(line);
                keys.push(of);
            });
        });
        if let Some(indexes) = self.indexes.get_mut() {
            indexes.insert_all(first, &self.lines[before..], &self.keys.all()[before..]);
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

    /// Bytes that their keys take which still have to be read.
    pub(crate) fn room_to_read(&self) -> usize {
        if self.keys.are_unread() { self.lines.len() * size_of::<LineKeys>() } else { 0 }
    }

    /// Bytes that it takes to find lines for the first time: their keys, and ids and orders in tables of twice as many
    /// slots.
    pub(crate) fn room_to_find(&self) -> usize {
        let lines = if self.indexes.get().is_none() { self.lines.len() } else { 0 };
        2 * INDEXED * lines + self.room_to_read()
    }

    fn indexes(&self) -> &Indexes {
        self.indexes.get_or_init(|| {
            Indexes::of(self.first(), &self.lines[self.closed..], &self.keys.all()[self.closed..])
        })
    }

    /// The number of the open line of an id.
    pub(crate) fn find(&self, id: u64) -> Option<u64> {
        self.indexes().by_id.all(id).next()
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
            indexes.remove_all(first, &self.lines[at..], &self.keys.all()[at..]);
        }
        moved(&mut self.lines[at..], from);
        self.keys.change(|keys| moved(&mut keys[at..], from));
        self.places.iter_mut().for_each(|places| moved(&mut places[at..], from));
        if let Some(indexes) = self.indexes.get_mut() {
            indexes.insert_all(first, &self.lines[at..], &self.keys.all()[at..]);
        }
    }

    /// Closes the first line.
    pub(crate) fn pop(&mut self) -> Option<Open> {
        let line = *self.lines.get(self.closed)?;
        let (number, closed) = (self.first(), self.closed..=self.closed);
        if let Some(indexes) = self.indexes.get_mut() {
            indexes.remove_all(number, &self.lines[closed.clone()], &self.keys.all()[closed]);
        }
        self.closed += 1;
        // The closed lines go once they are the greater part: a constant cost per line.
        if self.closed > 1024 && 2 * self.closed > self.lines.len() {
            let closed = self.closed;
            self.places.iter_mut().for_each(|places| drop(places.drain(..closed)));
            self.keys.change(|keys| drop(keys.drain(..closed)));
            self.lines.drain(..closed);
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

/// Puts rows in another order: `from` says, for each, which of them it was.
fn moved<T: Copy>(rows: &mut [T], from: &[usize]) {
    let moved: Vec<T> = from.iter().map(|&row| rows[row]).collect();
    rows.copy_from_slice(&moved);
}

/// Ids are keys already; once more, so that no table of ids has the order of another.
fn mixed(id: u64) -> u64 {
    key::fold(0, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: i64) -> (Open, LineKeys) {
        let id = Some(key::of_integer(id));
        (Open::default(), LineKeys::new(id, Told::default()))
    }

    #[test]
    fn lines_are_found_before_and_after_the_index_is_made() {
        let (lines, keys): (_, Vec<LineKeys>) = (0..2000).map(line).unzip();
        let mut lines = OpenLines::of(lines, keys.into(), Vec::new());
        assert!((0..1500).all(|_| lines.pop().is_some()));
        assert_eq!(lines.first(), 1500);
        let find = |lines: &OpenLines, id| lines.find(key::of_integer(id));
        assert_eq!(
            [1499, 1500, 1999, 2000].map(|id| find(&lines, id)),
            [None, Some(1500), Some(1999), None]
        );
        lines.push([line(2000)].into_iter(), &[]);
        lines.rearrange(1999, &[1, 0]);
        assert_eq!([1999, 2000].map(|id| find(&lines, id)), [Some(2000), Some(1999)]);
        assert_eq!(lines.keys(1500).id(), Some(key::of_integer(1500)));
        assert!(lines.pop().is_some());
        assert_eq!(find(&lines, 1500), None);
    }
}
