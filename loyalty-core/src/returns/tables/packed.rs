//! Crossed keys as they lie in a compact file: looked for there, and not learnt from.
//!
//! The key of a pair is folded from the keys of its parts, each of which has a history of its own. So it is known by
//! where both stand: the pairs of each first part stand together, in order of the second.

use std::ops::Range;

use super::keys::{Counts, LookedUp, UNKNOWN};
use super::numbers::{PackedFloats, PackedNumbers};
use crate::math::fold::{fold, turned, unfolded};
use crate::orders::key;

/// The keys that pairs are made of: those of the histories before theirs.
pub(crate) trait Parts {
    /// How many keys a history has.
    fn count(&self, history: usize) -> usize;

    /// The key at a place of a history.
    fn key(&self, history: usize, place: usize) -> u64;
}

/// What the second part of a pair is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Last {
    /// A key of the history of that number.
    History(usize),
    /// A band of the value of a line.
    ValueBand,
}

/// Bands of value that have places, in halves of a unit of the logarithm: from 1e-14 to 1e14.
const BANDS: std::ops::RangeInclusive<i64> = -64..=64;

impl Last {
    /// How many keys it may be.
    pub(crate) fn count<P: Parts + ?Sized>(self, parts: &P) -> usize {
        match self {
            Self::History(history) => parts.count(history),
            Self::ValueBand => BANDS.count(),
        }
    }

    /// The key that it is at a place.
    pub(crate) fn key<P: Parts + ?Sized>(self, parts: &P, place: usize) -> u64 {
        match self {
            Self::History(history) => parts.key(history, place),
            Self::ValueBand => key::of_integer(BANDS.start() + i64::try_from(place).unwrap_or(0)),
        }
    }
}

/// What pairs are made of: the history of the keys before the last part, and that of the last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub(crate) before: usize,
    pub(crate) last: Last,
}

/// Pairs with their counts.
#[derive(Debug)]
pub(crate) struct Pairs {
    of: Pair,
    /// Where the pairs of each key before begin, and where the last ones end.
    starts: Box<[u32]>,
    /// The places of the last parts, rising within each key before.
    lasts: PackedNumbers,
    exposure: PackedFloats,
    returns: PackedFloats,
}

impl Pairs {
    /// How many there are of each key before, their last parts, exposure and returns; `None` where these do not suit the
    /// histories before, or counts are out of range.
    pub(crate) fn new(
        of: Pair,
        of_each: &[u32],
        lasts: PackedNumbers,
        [exposure, returns]: [PackedFloats; 2],
        parts: &(impl Parts + ?Sized),
    ) -> Option<Self> {
        let mut starts = Vec::with_capacity(of_each.len() + 1);
        starts.push(0);
        let mut end = 0_u32;
        for &pairs in of_each {
            end = end.checked_add(pairs)?;
            starts.push(end);
        }
        let lengths = [lasts.len(), exposure.len(), returns.len()] == [end as usize; 3];
        let sound = |counts: &PackedFloats| counts.different().iter().all(|&c| Counts::is_sound(c));
        let suits = lengths && of_each.len() == parts.count(of.before);
        if !(suits && sound(&exposure) && sound(&returns)) {
            return None;
        }
        let pairs = Self { of, starts: starts.into(), lasts, exposure, returns };
        pairs.are_in_order(of.last.count(parts) as u64).then_some(pairs)
    }

    /// Whether the last parts rise within each key before, and stay below a limit: so no pair stands twice.
    fn are_in_order(&self, below: u64) -> bool {
        let rise = |range: Range<usize>| {
            let (mut least, mut rise) = (0, true);
            for at in range {
                let last = self.lasts.get(at);
                rise &= last >= least;
                least = last.saturating_add(1);
            }
            rise && least <= below
        };
        self.starts.windows(2).all(|ends| rise(ends[0] as usize..ends[1] as usize))
    }

    pub(crate) fn len(&self) -> usize {
        self.lasts.len()
    }

    /// What they are made of.
    pub(crate) fn of(&self) -> Pair {
        self.of
    }

    /// The place of one of the pairs of a key before, counted from their first.
    pub(crate) fn within(&self, before: u32, at: u64) -> Option<u32> {
        let ends = self.starts.get(before as usize..).and_then(|ends| ends.first_chunk());
        let [start, end] = *ends?;
        u32::try_from(at).ok().filter(|&at| at < end - start).map(|at| start + at)
    }

    /// Finds the pair of each line, whose parts have been looked up.
    pub(crate) fn find_each(
        &self,
        parts: &(impl Parts + ?Sized),
        keys: &[u64],
        looked_up: &mut LookedUp,
    ) {
        let LookedUp { places, exposure, returns } = looked_up;
        let first = places.len();
        places.resize(first + keys.len(), UNKNOWN);
        let (known, found) = places.split_at_mut(first);
        let of_history = |history: usize| &known[history * keys.len()..][..keys.len()];
        let befores = of_history(self.of.before);
        match self.of.last {
            Last::History(history) => found.copy_from_slice(of_history(history)),
            Last::ValueBand => {
                for (band, (&before, &key)) in found.iter_mut().zip(befores.iter().zip(keys)) {
                    *band = self.band(parts, before, key);
                }
            }
        }
        for (place, &before) in found.iter_mut().zip(befores) {
            *place = self.place(before, *place);
        }
        self.exposure.take_each(found, exposure);
        self.returns.take_each(found, returns);
    }

    /// The place of a pair by those of its parts.
    #[inline]
    fn place(&self, before: u32, last: u32) -> u32 {
        let ends = self.starts.get(before as usize..).and_then(|ends| ends.first_chunk());
        let [start, end] = ends.map_or([0; 2], |ends| *ends);
        self.lasts.find(start..end, last.into()).unwrap_or(UNKNOWN)
    }

    /// The place of the band of value of a pair.
    fn band(&self, parts: &(impl Parts + ?Sized), before: u32, key: u64) -> u32 {
        if before == UNKNOWN {
            return UNKNOWN;
        }
        let before = parts.key(self.of.before, before as usize);
        let band = key::integer_of(unfolded(key) ^ turned(before));
        let place = band.checked_sub(*BANDS.start()).filter(|_| BANDS.contains(&band));
        place.and_then(|place| u32::try_from(place).ok()).unwrap_or(UNKNOWN)
    }

    /// The counts of a place; none of an unknown one.
    pub(crate) fn counts(&self, place: u32) -> Counts {
        let place = place as usize;
        Counts { exposure: self.exposure.get(place), returns: self.returns.get(place) }
    }

    /// The key of a place.
    pub(super) fn key(&self, parts: &(impl Parts + ?Sized), place: usize) -> u64 {
        let before = self.starts.partition_point(|&start| start as usize <= place) - 1;
        let before = parts.key(self.of.before, before);
        fold(before, self.last(parts, place))
    }

    /// The key of the last part of a place.
    fn last(&self, parts: &(impl Parts + ?Sized), place: usize) -> u64 {
        // Places of keys in memory are of its size.
        self.of.last.key(parts, usize::try_from(self.lasts.get(place)).unwrap_or(usize::MAX))
    }

    /// Keys and counts by place.
    pub(crate) fn entries(&self, parts: &(impl Parts + ?Sized)) -> Vec<(u64, Counts)> {
        let mut entries = Vec::with_capacity(self.len());
        for (before, ends) in self.starts.windows(2).enumerate() {
            let before = parts.key(self.of.before, before);
            for place in ends[0]..ends[1] {
                let last = self.last(parts, place as usize);
                entries.push((fold(before, last), self.counts(place)));
            }
        }
        entries
    }
}
