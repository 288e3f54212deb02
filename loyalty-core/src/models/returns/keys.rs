//! Counts by key: exposure and returns of every level of a history.

use hashbrown::HashTable;

/// Exposure and returns by key. Keys are well-mixed 64 bits, so they are their own hash.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    places: HashTable<u32>,
    /// Key and counts side by side, as whoever finds the one wants the other.
    entries: Vec<(u64, Counts)>,
}

/// What is known of a key: lines (or orders) by how mature they are, and how many came back.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) exposure: f64,
    pub(crate) returns: f64,
}

impl Counts {
    /// Exposure, at least as much as there are returns: a return may be known before its line is due.
    pub(crate) fn exposed(self) -> f64 {
        self.exposure.max(self.returns)
    }
}

impl Keys {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Keys and counts by place.
    pub(crate) fn entries(&self) -> &[(u64, Counts)] {
        &self.entries
    }

    pub(crate) fn place(&self, key: u64) -> Option<u32> {
        self.places.find(key, |&place| self.entries[place as usize].0 == key).copied()
    }

    /// The place of a key, a new one where it is unknown.
    pub(crate) fn enter(&mut self, key: u64) -> u32 {
        self.place(key).unwrap_or_else(|| self.insert(key, Counts::default()))
    }

    /// Appends a key that is not there.
    pub(crate) fn insert(&mut self, key: u64, counts: Counts) -> u32 {
        let Self { places, entries } = self;
        let Ok(place) = u32::try_from(entries.len()) else { panic!("more than 2^32 keys") };
        entries.push((key, counts));
        places.insert_unique(key, place, |&place| entries[place as usize].0);
        place
    }

    pub(crate) fn counts(&self, place: u32) -> Counts {
        self.entries[place as usize].1
    }

    pub(crate) fn counts_mut(&mut self, place: u32) -> &mut Counts {
        &mut self.entries[place as usize].1
    }

    /// Multiplies every count.
    pub(crate) fn scale(&mut self, factor: f64) {
        for (_, counts) in &mut self.entries {
            counts.exposure *= factor;
            counts.returns *= factor;
        }
    }
}
