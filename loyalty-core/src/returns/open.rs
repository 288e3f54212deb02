//! Lines whose fate is open, in order of their orders.

use std::ops::Range;

use hashbrown::HashTable;

use crate::orders::key;

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not depend on each other")]
pub(crate) struct Open {
    pub(crate) day: i32,
    /// How many lines before it its order began.
    pub(crate) behind_first: u32,
    pub(crate) id: Option<u64>,
    pub(crate) log_odds: f64,
    pub(crate) returned: bool,
    /// Whether a return of it is known, be it of days to come.
    pub(crate) noted: bool,
    /// Whether the level has heard that it came back.
    pub(crate) heard: bool,
    /// Of the first line of an order: whether any of its lines came back.
    pub(crate) order_returned: bool,
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
    by_id: HashTable<u64>,
}

impl OpenLines {
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
            self.lines.push(line);
            if let Some(id) = line.id {
                let Self { by_id, lines, base, .. } = self;
                let hash = |&number: &u64| hash(lines[position(number, *base)].id);
                by_id.insert_unique(mixed(id), number, hash);
            }
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

    /// The number of the open line of an id.
    pub(crate) fn find(&self, id: u64) -> Option<u64> {
        let same = |&number: &u64| self.get(number).id == Some(id);
        self.by_id.find(mixed(id), same).copied()
    }

    /// Puts the lines from a number on in another order: `from` says, for each, which of them it was.
    pub(crate) fn rearrange(&mut self, first: u64, from: &[usize]) {
        let at = self.at(first);
        let ids = |lines: &[Open]| -> Vec<(u64, u64)> {
            (first..).zip(&lines[at..]).filter_map(|(n, line)| Some((line.id?, n))).collect()
        };
        for (id, number) in ids(&self.lines) {
            if let Ok(entry) = self.by_id.find_entry(mixed(id), |&other| other == number) {
                entry.remove();
            }
        }
        let lines: Vec<Open> = from.iter().map(|&line| self.lines[at + line]).collect();
        self.lines[at..].copy_from_slice(&lines);
        for places in &mut self.places {
            let moved: Vec<u32> = from.iter().map(|&line| places[at + line]).collect();
            places[at..].copy_from_slice(&moved);
        }
        let Self { by_id, lines, base, .. } = self;
        for (id, number) in ids(lines) {
            let hash = |&number: &u64| hash(lines[position(number, *base)].id);
            by_id.insert_unique(mixed(id), number, hash);
        }
    }

    /// Closes the first line.
    pub(crate) fn pop(&mut self) -> Option<Open> {
        let line = *self.lines.get(self.closed)?;
        let number = self.first();
        if let Some(id) = line.id
            && let Ok(entry) = self.by_id.find_entry(mixed(id), |&other| other == number)
        {
            entry.remove();
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

fn position(number: u64, base: u64) -> usize {
    usize::try_from(number - base).unwrap_or(usize::MAX)
}

/// Ids are keys already; once more, so that no table of ids has the order of another.
fn mixed(id: u64) -> u64 {
    key::fold(0, id)
}

fn hash(id: Option<u64>) -> u64 {
    mixed(id.unwrap_or_default())
}
