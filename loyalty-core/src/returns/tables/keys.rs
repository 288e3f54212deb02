//! Counts by key: exposure and returns of every level of a history.

use serde::{Deserialize, Serialize};

/// Exposure and returns by key.
///
/// Keys are well-mixed 64 bits, so they are their own hash. A slot says where a key stands and has some of
/// the key's bits ([`Slots`]), and a key is looked for from slot to slot: most lookups touch one slot and
/// one entry, which is what they cost where there are more keys than fit in a cache.
///
/// It is no `hashbrown::HashTable<u32>` of places with the key for its hash, as that is slower where it
/// counts: finding keys at random, in blocks of 256, takes (best of nine runs)
///
/// | keys | this | `hashbrown` |
/// |---|---|---|
/// | 1,000 | 6 ns a key | 3 |
/// | 30,000 | 6 | 4 |
/// | 1,000,000 | 31 | 51 |
///
/// A small table is found in no time either way; a large one waits for memory, and here many keys wait
/// together ([`Keys::guesses`]).
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    /// A power of two of them, at most five in eight taken.
    slots: Vec<u32>,
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
    fn are_sound(self) -> bool {
        Self::is_sound(self.exposure) && Self::is_sound(self.returns)
    }

    /// Whether a number may be one of them.
    pub(super) fn is_sound(count: f64) -> bool {
        count.is_finite() && count >= 0.0
    }

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

/// How so many slots are used.
///
/// The lower bits of a key say at which slot the search for it begins. A slot has 32 bits: as many of the lower
/// ones as number the slots say where its key stands, and the others are the key's uppermost, which keep all
/// but one in some thousand other keys from being compared.
#[derive(Clone, Copy)]
struct Slots {
    last: usize,
    /// The bits of a slot that say where its key stands.
    place: u32,
}

impl Slots {
    fn of(slots: &[u32]) -> Self {
        let last = slots.len().wrapping_sub(1);
        Self { last, place: u32::try_from(last).unwrap_or(u32::MAX) }
    }

    #[inline(always)]
    fn first(self, key: u64) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "as many bits as there are slots are used"
        )]
        let first = key as usize & self.last;
        first
    }

    /// The slot of a key that stands at a place.
    #[inline(always)]
    fn slot(self, key: u64, place: usize) -> u32 {
        #[expect(clippy::cast_possible_truncation, reason = "places have 32 bits")]
        let place = place as u32;
        Self::uppermost(key) & !self.place | place
    }

    #[inline(always)]
    fn uppermost(key: u64) -> u32 {
        (key >> 32) as u32
    }

    /// Where a key may stand by a slot; [`UNKNOWN`] where the slot is another key's.
    #[inline(always)]
    fn place(self, slot: u32, key: u64) -> u32 {
        if (slot ^ Self::uppermost(key)) & !self.place == 0 { slot & self.place } else { UNKNOWN }
    }
}

/// A free slot: no key stands at the last place, as not all slots are taken. It is not 0, as memory that comes as
/// zeros is mapped twice: for the look at a slot, and for what is written there.
const FREE: u32 = u32::MAX;

/// Keys that are entered together: their slots stay in the nearest cache.
const BLOCK: usize = 256;

impl Keys {
    /// Keys with their counts, by place; `None` where a key stands twice, or counts are out of range.
    pub(crate) fn of(entries: Vec<(u64, Counts)>) -> Option<Self> {
        if !entries.iter().all(|(_, counts)| counts.are_sound()) {
            return None;
        }
        let slots = vec![FREE; (entries.len() * 8 / 5 + 1).next_power_of_two().max(8)];
        let mut keys = Self { slots, entries };
        let mut crowded = [0; BLOCK];
        for first in (0..keys.entries.len()).step_by(BLOCK) {
            for &at in keys.enter_where_free(first, &mut crowded) {
                let key = keys.entries[at].0;
                let free = keys.search(key).err()?;
                keys.slots[free] = Slots::of(&keys.slots).slot(key, at);
            }
        }
        Some(keys)
    }

    /// The same keys at the same places with other counts; `None` where there are not as many, or they are out of range.
    pub(crate) fn with_counts(
        &self,
        counts: impl ExactSizeIterator<Item = Counts>,
    ) -> Option<Self> {
        let suits = counts.len() == self.len();
        let entries = self.entries.iter().map(|entry| entry.0).zip(counts).collect::<Vec<_>>();
        let sound = suits && entries.iter().all(|(_, counts)| counts.are_sound());
        sound.then(|| Self { slots: self.slots.clone(), entries })
    }

    /// Enters those of a block of keys whose first slots are free, and gives where the others stand. No branch
    /// depends on a slot, so that many are waited for together.
    fn enter_where_free<'a>(
        &mut self,
        first: usize,
        crowded: &'a mut [usize; BLOCK],
    ) -> &'a [usize] {
        let slots = Slots::of(&self.slots);
        let mut others = 0;
        for (at, &(key, _)) in (first..).zip(self.entries[first..].iter().take(BLOCK)) {
            let slot = &mut self.slots[slots.first(key)];
            let is_free = *slot == FREE;
            *slot = if is_free { slots.slot(key, at) } else { *slot };
            crowded[others] = at;
            others += usize::from(!is_free);
        }
        &crowded[..others]
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Keys and counts by place.
    pub(crate) fn entries(&self) -> &[(u64, Counts)] {
        &self.entries
    }

    /// The place of a key, or the free slot in which the search for it ended.
    #[inline]
    fn search(&self, key: u64) -> Result<u32, usize> {
        let slots = Slots::of(&self.slots);
        let mut at = slots.first(key);
        loop {
            let slot = self.slots[at];
            if slot == FREE {
                return Err(at);
            }
            let place = slots.place(slot, key);
            if self.is_at(place, key) {
                return Ok(place);
            }
            at = (at + 1) & slots.last;
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
                let place = self.entries.len();
                self.slots[free] = Slots::of(&self.slots).slot(key, place);
                self.entries.push((key, Counts::default()));
                // Whoever enters lines has asked for room before.
                u32::try_from(place).unwrap_or(UNKNOWN)
            }
        }
    }

    fn grow(&mut self) {
        self.slots = vec![FREE; (2 * self.slots.len()).max(8)];
        let slots = Slots::of(&self.slots);
        for (at, &(key, _)) in self.entries.iter().enumerate() {
            let mut free = slots.first(key);
            while self.slots[free] != FREE {
                free = (free + 1) & slots.last;
            }
            self.slots[free] = slots.slot(key, at);
        }
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
        let slots = Slots::of(&self.slots);
        looked_up.places.extend(keys.iter().map(|&key| {
            let slot = self.slots.get(slots.first(key)).map_or(FREE, |slot| *slot);
            slots.place(slot, key)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::fold::fold;

    /// Keys of which the first `alike` begin at one slot and have the same lowest bits.
    fn keys(number: u64, alike: u64) -> Vec<u64> {
        let key = |n: u64| if n < alike { (n << 24) | 7 } else { fold(3, n) };
        (0..number).map(key).collect()
    }

    #[test]
    fn what_was_entered_is_found_and_nothing_else() {
        for (number, alike) in [(0, 0), (1, 0), (5, 5), (8, 3), (9, 0), (400, 60), (70_000, 100)] {
            let keys = keys(number, alike);
            let (mut entered, mut looked_up) = (Keys::default(), LookedUp::default());
            for block in keys.chunks(300) {
                entered.enter_each(block, &mut looked_up);
            }
            let at_once = Keys::of(keys.iter().map(|&key| (key, Counts::default())).collect());
            let all: Vec<u32> = (0..).take(keys.len()).collect();
            assert_eq!(looked_up.places, all);
            for table in [entered, at_once.unwrap()] {
                looked_up.clear();
                table.find_each(&keys, &mut looked_up);
                assert_eq!(looked_up.places, all);
                looked_up.clear();
                let others: Vec<u64> = (0..900).map(|n| fold(4, n)).collect();
                table.find_each(&others, &mut looked_up);
                assert!(looked_up.places.iter().all(|&place| place == UNKNOWN));
                assert!(looked_up.exposure.iter().all(|&exposure| exposure == 0.0));
            }
        }
    }

    #[test]
    fn a_key_stands_once_with_counts_in_range() {
        let mut keys = keys(1000, 20);
        let of = |keys: &[u64], counts| Keys::of(keys.iter().map(|&key| (key, counts)).collect());
        assert!(of(&keys, Counts::default()).is_some());
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            assert!(of(&keys, Counts { exposure: bad, returns: 0.0 }).is_none());
            assert!(of(&keys, Counts { exposure: 1.0, returns: bad }).is_none());
        }
        keys.push(keys[11]);
        assert!(of(&keys, Counts::default()).is_none());
    }
}
