//! Counts by key: exposure and returns of every level of a history.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::countable;

/// Exposure and returns by key.
///
/// Keys are well-mixed 64 bits, so they are their own hash. A slot holds the upper half of a key and
/// where the key stands, and a key is looked for from slot to slot: most lookups touch one slot and one
/// entry, which is what they cost where there are more keys than fit in a cache.
///
/// It is no `hashbrown::HashTable<u32>` of places with the key for its hash, as that is slower where it
/// counts: finding keys at random, in blocks of 256, takes (best of seven runs, on a machine
/// busy with other work)
///
/// | keys | this | `hashbrown` |
/// |---|---|---|
/// | 1,000 | 37 ns a key | 13 |
/// | 30,000 | 64 | 87 |
/// | 1,000,000 | 262 | 729 |
///
/// A small table is found in no time either way; a large one waits for memory, and here many keys wait
/// together ([`Keys::guesses`]).
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    /// A power of two of them, at most five in eight taken; 0 is free.
    slots: Vec<u64>,
    /// Key and counts side by side, as whoever finds the one wants the other.
    entries: Vec<(u64, Counts)>,
}

/// The place of a key that is not there.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// What is known of a key: lines (or orders) by how mature they are, and how many came back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) exposure: f64,
    pub(crate) returns: f64,
}

/// Keys that were looked for: where they stand, and their counts, each a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct LookedUp {
    pub(crate) places: Vec<u32>,
    pub(crate) exposure: Vec<f64>,
    pub(crate) returns: Vec<f64>,
}

impl LookedUp {
    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.exposure.clear();
        self.returns.clear();
    }
}

impl Counts {
    /// Exposure, at least as much as there are returns: a return may be known before its line is due.
    #[inline(always)]
    pub(crate) fn exposed(self) -> f64 {
        self.exposure.max(self.returns)
    }

    /// The same at the reference rate, where that is the [`Overall`](super::overall::Overall) factor ω.
    #[inline(always)]
    pub(crate) fn measured(self, factor: f64) -> Self {
        let exposed = self.exposed();
        let odds = factor * self.returns;
        let returns = exposed * odds / (exposed - self.returns + odds);
        Self { returns: if self.returns > 0.0 { returns } else { 0.0 }, ..self }
    }
}

const UPPER_HALF: u64 = !0xffff_ffff;

#[expect(clippy::cast_possible_truncation, reason = "as many bits as there are slots are used")]
fn first_slot(key: u64, slots: usize) -> usize {
    key as usize & slots.wrapping_sub(1)
}

impl Keys {
    /// Keys with their counts, by place; `None` where a key stands twice.
    pub(crate) fn of(entries: Vec<(u64, Counts)>) -> Option<Self> {
        let slots = (entries.len() * 8 / 5 + 1).next_power_of_two().max(8);
        let mut keys = Self { slots: vec![0; slots], entries };
        for at in 0..keys.entries.len() {
            let key = keys.entries[at].0;
            let free = keys.search(key).err()?;
            keys.slots[free] = slot(key, at + 1);
        }
        Some(keys)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Accepts so many keys more, whose places fit into 32 bits.
    pub(crate) fn room_for(&self, keys: usize) -> Result<(), Error> {
        countable("the number of keys of a history", self.len().saturating_add(keys))
    }

    /// Keys and counts by place.
    pub(crate) fn entries(&self) -> &[(u64, Counts)] {
        &self.entries
    }

    /// The place of a key, or the free slot in which the search for it ended.
    #[inline]
    fn search(&self, key: u64) -> Result<u32, usize> {
        let last = self.slots.len() - 1;
        let mut at = first_slot(key, self.slots.len());
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Err(at);
            }
            if (slot ^ key) & UPPER_HALF == 0 {
                #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
                let place = slot as u32 - 1;
                if self.entries[place as usize].0 == key {
                    return Ok(place);
                }
            }
            at = (at + 1) & last;
        }
    }

    pub(crate) fn place(&self, key: u64) -> Option<u32> {
        if self.slots.is_empty() { None } else { self.search(key).ok() }
    }

    /// The place of a key, a new one where it is unknown.
    pub(crate) fn enter(&mut self, key: u64) -> u32 {
        if 8 * self.entries.len() >= 5 * self.slots.len() {
            self.grow();
        }
        match self.search(key) {
            Ok(place) => place,
            Err(free) => {
                self.entries.push((key, Counts::default()));
                self.slots[free] = slot(key, self.entries.len());
                Self::number(self.entries.len())
            }
        }
    }

    fn grow(&mut self) {
        let slots = (2 * self.slots.len()).max(8);
        self.slots = vec![0; slots];
        for (at, (key, _)) in self.entries.iter().enumerate() {
            let mut free = first_slot(*key, slots);
            while self.slots[free] != 0 {
                free = (free + 1) & (slots - 1);
            }
            self.slots[free] = slot(*key, at + 1);
        }
    }

    fn number(entries: usize) -> u32 {
        // Whoever enters lines has asked for room before.
        u32::try_from(entries).unwrap_or(UNKNOWN) - 1
    }

    /// Finds each key; those that are not there have the place [`UNKNOWN`] and no counts.
    pub(crate) fn find_each(&self, keys: &[u64], looked_up: &mut LookedUp) {
        for (place, &key) in self.guesses(keys, looked_up).iter_mut().zip(keys) {
            if !self.is_at(*place, key) {
                *place = self.place(key).unwrap_or(UNKNOWN);
            }
        }
        self.take_counts(looked_up, keys.len());
    }

    /// Finds each key, and enters those that are unknown.
    pub(crate) fn enter_each(&mut self, keys: &[u64], looked_up: &mut LookedUp) {
        for (place, &key) in self.guesses(keys, looked_up).iter_mut().zip(keys) {
            if !self.is_at(*place, key) {
                *place = self.enter(key);
            }
        }
        self.take_counts(looked_up, keys.len());
    }

    /// The counts of the keys looked_up last.
    fn take_counts(&self, looked_up: &mut LookedUp, keys: usize) {
        let LookedUp { places, exposure, returns } = looked_up;
        let first = places.len() - keys;
        exposure.resize(places.len(), 0.0);
        returns.resize(places.len(), 0.0);
        let columns = exposure[first..].iter_mut().zip(&mut returns[first..]);
        for ((exposure, returns), &place) in columns.zip(&places[first..]) {
            let counts = self.counts(place);
            (*exposure, *returns) = (counts.exposure, counts.returns);
        }
    }

    /// Where keys stand, most likely, by their first slots: no branch depends on a slot, so that many
    /// are waited for together.
    fn guesses<'a>(&self, keys: &[u64], looked_up: &'a mut LookedUp) -> &'a mut [u32] {
        let first = looked_up.places.len();
        looked_up.places.extend(keys.iter().map(|&key| {
            let slot = self.slots.get(first_slot(key, self.slots.len())).map_or(0, |slot| *slot);
            #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
            let place = (slot as u32).wrapping_sub(1);
            if (slot ^ key) & UPPER_HALF == 0 { place } else { UNKNOWN }
        }));
        &mut looked_up.places[first..]
    }

    #[inline]
    fn is_at(&self, place: u32, key: u64) -> bool {
        self.entries.get(place as usize).is_some_and(|entry| entry.0 == key)
    }

    /// The counts of a place; none of an unknown one.
    pub(crate) fn counts(&self, place: u32) -> Counts {
        self.entries.get(place as usize).map_or(Counts::default(), |(_, counts)| *counts)
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

/// The slot of a key that stands at a place, counted from 1.
fn slot(key: u64, place: usize) -> u64 {
    key & UPPER_HALF | place as u64
}
