//! Keys by what they are made of: most take some twenty bits, as hashes they take 64.
//!
//! A key of several parts is folded from the key of the parts before the last, and that of the last. Where
//! both have histories of their own, that key stands as their places there. Nothing but the hashes is
//! kept in a model, so a writer has to find these places; a reader folds again, which takes no time.

use std::borrow::Cow;

use super::super::keys::Keys;
use super::super::schema::{HistorySpec, Part};
use super::bits::Unpacked;
use super::blocks::{BLOCK, Numbers};
use super::column::{Reader, Writer, signed};
use super::form::damaged;
use crate::Error;
use crate::math::fold::{fold, turned, unfolded};
use crate::orders::key;

/// Keys as they are.
const AS_THEY_ARE: u8 = 0;
/// Keys by what they are made of.
const MADE: u8 = 1;

/// Bands of value that are looked for, in halves of a unit of the logarithm: from 1e-14 to 1e14.
const BANDS: std::ops::RangeInclusive<i64> = -64..=64;

/// The most pairs of parts that a writer tries, at some five nanoseconds each. Beyond, as with 200,000
/// customers and 10,000 products, keys stand as they are.
const MOST_PAIRS: u64 = 1 << 30;

/// What the keys of a history are made of.
pub(super) enum Made<'a> {
    /// They are those of a history before it.
    Same(&'a [u64]),
    /// Each is folded from one of these and one of those.
    Folded(&'a [u64], Cow<'a, [u64]>),
    /// They may be those of whole numbers.
    Integers,
}

impl<'a> Made<'a> {
    /// By the histories before this one, and their keys.
    pub(super) fn of(histories: &[HistorySpec], known: &'a [Vec<u64>]) -> Self {
        let parts = &histories[known.len()].parts[..];
        let keys_of = |of: &[Part]| {
            let place = histories[..known.len()].iter().position(|spec| spec.parts == of);
            place.map(|place| &known[place][..])
        };
        if let Some(same) = keys_of(parts) {
            return Self::Same(same);
        }
        let Some((&last, before)) = parts.split_last() else { return Self::Integers };
        let last = match last {
            Part::ValueBand => Some(Cow::Owned(BANDS.map(key::of_integer).collect())),
            _ => keys_of(&[last]).map(Cow::Borrowed),
        };
        keys_of(before)
            .zip(last)
            .map_or(Self::Integers, |(before, last)| Self::Folded(before, last))
    }

    pub(super) fn write(&self, keys: &[u64], to: &mut Writer) {
        match self {
            Self::Same(same) if *same == keys => {
                to.byte(MADE);
                to.copied(keys.len());
            }
            Self::Folded(before, last) => match places(keys, before, last) {
                Some(places) => {
                    to.byte(MADE);
                    places.iter().for_each(|places| to.numbers(places));
                }
                None => as_they_are(keys, to),
            },
            Self::Integers => write_ids(keys, to),
            Self::Same(_) => as_they_are(keys, to),
        }
    }

    /// A column of so many keys.
    pub(super) fn read<'f>(
        self,
        length: usize,
        from: &mut Reader<'f>,
    ) -> Result<MadeKeys<'a, 'f>, Error> {
        match (self, from.byte()?) {
            (_, AS_THEY_ARE) => from.words(length).map(MadeKeys::AsTheyAre),
            (Self::Same(same), MADE) if same.len() == length => {
                from.count(length)?;
                Ok(MadeKeys::Same(same))
            }
            (Self::Folded(before, last), MADE) => {
                let places = [from.column(length)?, from.column(length)?];
                Ok(MadeKeys::Folded(before, last, places))
            }
            (Self::Integers, MADE) => from.column(length).map(MadeKeys::Integers),
            _ => Err(damaged()),
        }
    }
}

/// A column of keys, read from block to block.
pub(super) enum MadeKeys<'a, 'f> {
    AsTheyAre(Unpacked<'f>),
    /// The rest of those of another history.
    Same(&'a [u64]),
    /// Keys of parts, and the places at which those of each key stand.
    Folded(&'a [u64], Cow<'a, [u64]>, [Numbers<'f>; 2]),
    Integers(Numbers<'f>),
}

impl MadeKeys<'_, '_> {
    /// The next ones.
    pub(super) fn next(&mut self, block: &mut [u64]) -> Result<(), Error> {
        match self {
            Self::AsTheyAre(words) => block.iter_mut().for_each(|key| *key = words.next(true)),
            Self::Same(same) => {
                let (next, rest) = same.split_at_checked(block.len()).ok_or_else(damaged)?;
                block.copy_from_slice(next);
                *same = rest;
            }
            Self::Folded(before, last, [befores, lasts]) => {
                let mut of_block = [0; BLOCK];
                let of_block = &mut of_block[..block.len()];
                befores.next(block);
                lasts.next(of_block);
                let at = |keys: &[u64], place| keys.get(usize::try_from(place).ok()?).copied();
                for (key, &last_place) in block.iter_mut().zip(&*of_block) {
                    let parts = at(before, *key).zip(at(last, last_place));
                    *key = parts.map(|(before, last)| fold(before, last)).ok_or_else(damaged)?;
                }
            }
            Self::Integers(numbers) => {
                numbers.next(block);
                block.iter_mut().for_each(|key| *key = key::of_integer(signed(*key)));
            }
        }
        Ok(())
    }
}

/// Whether keys of later histories may be made of those of this one.
pub(super) fn is_part(histories: &[HistorySpec], history: usize) -> bool {
    let parts = &histories[history].parts;
    let of_these = |spec: &HistorySpec| {
        let (last, before) =
            spec.parts.split_last().map_or((None, &[][..]), |(l, b)| (Some(*l), b));
        spec.parts == *parts || before == parts || parts.as_slice() == last.as_slice()
    };
    histories[history + 1..].iter().any(of_these)
}

fn as_they_are(keys: &[u64], to: &mut Writer) {
    to.byte(AS_THEY_ARE);
    to.words(keys);
}

/// Keys of whole numbers as these, where that is shorter; of texts as they are.
fn write_ids(keys: &[u64], to: &mut Writer) {
    let (least, most) = keys.iter().fold((i64::MAX, i64::MIN), |(least, most), &key| {
        (least.min(key::integer_of(key)), most.max(key::integer_of(key)))
    });
    // Those of texts differ by nearly all of 64 bits.
    if most.abs_diff(least) >> 48 > 0 {
        return as_they_are(keys, to);
    }
    to.byte(MADE);
    to.signed(keys.iter().map(|&key| key::integer_of(key)));
}

/// Ids and hashes of lines, some of which have none.
pub(super) fn write_optional(keys: &[Option<u64>], to: &mut Writer) {
    to.length(keys.len());
    to.numbers(&keys.iter().map(|key| u64::from(key.is_some())).collect::<Vec<_>>());
    write_ids(&keys.iter().copied().flatten().collect::<Vec<_>>(), to);
}

pub(super) fn read_optional(from: &mut Reader<'_>) -> Result<Vec<Option<u64>>, Error> {
    let length = from.length()?;
    let there = from.numbers(length, |flag| (flag < 2).then_some(flag == 1))?;
    let count = there.iter().filter(|&&there| there).count();
    let mut keys = vec![0; count];
    let mut column = Made::Integers.read(count, from)?;
    keys.chunks_mut(BLOCK).try_for_each(|block| column.next(block))?;
    let mut keys = keys.into_iter();
    Ok(there.into_iter().map(|there| if there { keys.next() } else { None }).collect())
}

/// For each key, the places of the two keys that it is folded from, if all are folded from these.
fn places(keys: &[u64], before: &[u64], last: &[u64]) -> Option<[Vec<u64>; 2]> {
    let pairs = (before.len() as u64).checked_mul(last.len() as u64);
    pairs.filter(|&pairs| pairs <= MOST_PAIRS)?;
    let mut wanted = Keys::default();
    for &key in keys {
        wanted.enter(unfolded(key));
    }
    let filter = Filter::of(wanted.entries().iter().map(|entry| entry.0));
    let mut found = [vec![u64::MAX; keys.len()], vec![u64::MAX; keys.len()]];
    let mut missing = keys.len();
    for (b, &before) in (0..).zip(before) {
        let turned = turned(before);
        for (l, &last) in (0..).zip(last) {
            let pair = turned ^ last;
            if !filter.may_have(pair) {
                continue;
            }
            let Some(place) = wanted.place(pair) else { continue };
            let place = place as usize;
            if found[0][place] == u64::MAX {
                (found[0][place], found[1][place]) = (b, l);
                missing -= 1;
            }
        }
    }
    (missing == 0).then_some(found)
}

/// Two bits for each of some well-mixed words, in one place of memory: they tell 99 of 100 others at once (a
/// blocked filter of Bloom 1970, Communications of the ACM 13, 422–426).
struct Filter(Vec<u64>);

impl Filter {
    fn of(words: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut filter = Self(vec![0; (words.len() / 4).next_power_of_two()]);
        for word in words {
            let at = filter.at(word);
            filter.0[at] |= Self::bits(word);
        }
        filter
    }

    #[inline]
    fn at(&self, word: u64) -> usize {
        (word >> 6) as usize & (self.0.len() - 1)
    }

    #[inline]
    fn bits(word: u64) -> u64 {
        1 << (word & 63) | 1 << (word >> 58)
    }

    #[inline]
    fn may_have(&self, word: u64) -> bool {
        self.0[self.at(word)] & Self::bits(word) == Self::bits(word)
    }
}
