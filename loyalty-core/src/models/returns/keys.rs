//! Counts by key: exposure and returns of every level of a history.

/// Exposure and returns by key.
///
/// Keys are well-mixed 64 bits, so they are their own hash. A slot holds the upper half of a key and
/// where the key stands, and a key is looked for from slot to slot: most lookups touch one slot and one
/// entry, which is what they cost where there are more keys than fit in a cache.
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
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) exposure: f64,
    pub(crate) returns: f64,
}

impl Counts {
    /// Exposure, at least as much as there are returns: a return may be known before its line is due.
    #[inline(always)]
    pub(crate) fn exposed(self) -> f64 {
        self.exposure.max(self.returns)
    }
}

const UPPER_HALF: u64 = !0xffff_ffff;

#[expect(clippy::cast_possible_truncation, reason = "as many bits as there are slots are used")]
fn first_slot(key: u64, slots: usize) -> usize {
    key as usize & (slots - 1)
}

impl Keys {
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
        u32::try_from(entries).unwrap_or_else(|_| panic!("more than 2^32 keys")) - 1
    }

    /// The places of keys, one for each; [`UNKNOWN`] for those that are not there.
    pub(crate) fn find_each(&self, keys: &[u64], places: &mut Vec<u32>) {
        let mut last = (0, None);
        places.extend(keys.iter().map(|&key| {
            // Lines of one order have much in common.
            if last.1.is_none() || last.0 != key {
                last = (key, Some(self.place(key).unwrap_or(UNKNOWN)));
            }
            last.1.unwrap_or(UNKNOWN)
        }));
    }

    /// The places of keys, one for each, new ones where they are unknown.
    pub(crate) fn enter_each(&mut self, keys: &[u64], places: &mut Vec<u32>) {
        let mut last = (0, None);
        places.extend(keys.iter().map(|&key| {
            if last.1.is_none() || last.0 != key {
                last = (key, Some(self.enter(key)));
            }
            last.1.unwrap_or(UNKNOWN)
        }));
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
