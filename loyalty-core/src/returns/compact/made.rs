//! Keys by what they are made of: most take some fifteen bits, as hashes they take 64.
//!
//! A key of several parts is folded from the key of the parts before the last, and that of the last. Where
//! both have histories of their own, that key stands as their places there. Nothing but the hashes is
//! kept in a model, so a writer has to find these places.

use super::super::line_keys::rise;
use super::super::schema::{HistorySpec, Part};
use super::super::tables::keys::Keys;
use super::super::tables::packed::{Last, Pair};
use super::bits::Unpacked;
use super::blocks::{BLOCK, Numbers};
use super::column::{Reader, Writer, signed};
use super::form::damaged;
use crate::Error;
use crate::math::fold::{turned, unfolded};
use crate::orders::key;

/// Keys as they are.
const AS_THEY_ARE: u8 = 0;
/// Keys by what they are made of.
pub(super) const MADE: u8 = 1;

/// The most pairs of parts that a writer tries, at some five nanoseconds each. Beyond, as with 200,000
/// customers and 10,000 products, keys stand as they are.
const MOST_PAIRS: u64 = 1 << 30;

/// What the keys of a history are made of.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Made {
    /// They are those of a history before it.
    Same(usize),
    /// Each is folded from two.
    Folded(Pair),
    /// They may be those of whole numbers.
    Integers,
}

impl Made {
    /// By the histories before one.
    pub(super) fn of(histories: &[HistorySpec], history: usize) -> Self {
        let history_of =
            |of: &[Part]| histories[..history].iter().position(|spec| spec.parts == of);
        match &histories[history].parts[..] {
            [] => Self::Integers,
            of @ [_] => history_of(of).map_or(Self::Integers, Self::Same),
            [before @ .., last] => {
                let last = match last {
                    Part::ValueBand => Some(Last::ValueBand),
                    last => history_of(&[*last]).map(Last::History),
                };
                let pair = history_of(before).zip(last);
                pair.map_or(Self::Integers, |(before, last)| Self::Folded(Pair { before, last }))
            }
        }
    }
}

/// A column of keys, read from block to block.
#[derive(Clone)]
pub(super) enum KeyColumn<'f> {
    AsTheyAre(Unpacked<'f>),
    Integers(Numbers<'f>),
}

impl<'f> KeyColumn<'f> {
    /// Keys as they are or of whole numbers, as the byte before them says.
    pub(super) fn read(made: u8, length: usize, from: &mut Reader<'f>) -> Result<Self, Error> {
        match made {
            AS_THEY_ARE => from.words(length).map(Self::AsTheyAre),
            MADE => from.column(length).map(Self::Integers),
            _ => Err(damaged()),
        }
    }

    /// The numbers of which they are the keys; of the keys of texts, any that differ where those do.
    pub(super) fn next_numbers(&mut self, block: &mut [i64]) {
        let mut words = [0; BLOCK];
        let words = &mut words[..block.len()];
        match self {
            Self::AsTheyAre(keys) => keys.fill(words),
            Self::Integers(numbers) => numbers.next(words),
        }
        block.iter_mut().zip(&*words).for_each(|(number, &word)| *number = signed(word));
    }

    /// Whether each of so many numbers is above the one before it, as ids mostly are.
    pub(super) fn rise(mut self, length: usize) -> bool {
        let (mut block, mut before) = ([0; BLOCK], None);
        (0..length).step_by(BLOCK).all(|first| {
            let block = &mut block[..BLOCK.min(length - first)];
            self.next_numbers(block);
            let rises = before < block.first().copied() && rise(block);
            before = block.last().copied();
            rises
        })
    }

    /// The next ones.
    pub(super) fn next(&mut self, block: &mut [u64]) {
        match self {
            Self::AsTheyAre(words) => words.fill(block),
            Self::Integers(numbers) => {
                numbers.next(block);
                block.iter_mut().for_each(|key| *key = key::of_integer(signed(*key)));
            }
        }
    }
}

/// Keys that are made of nothing.
pub(super) fn as_they_are(keys: &[u64], to: &mut Writer) {
    to.byte(AS_THEY_ARE);
    to.words(keys);
}

/// Keys of whole numbers as these, where that is shorter; of texts as they are.
pub(super) fn write_ids(keys: &[u64], to: &mut Writer) {
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

/// The places of no pair.
const NONE: (usize, usize) = (usize::MAX, usize::MAX);

/// For each key, the places of the two keys that it is folded from, if all are folded from these.
pub(super) fn places(keys: &[u64], before: &[u64], last: &[u64]) -> Option<Vec<(usize, usize)>> {
    let pairs = (before.len() as u64).checked_mul(last.len() as u64);
    pairs.filter(|&pairs| pairs <= MOST_PAIRS)?;
    let mut wanted = Keys::default();
    for &key in keys {
        wanted.enter(unfolded(key));
    }
    let filter = Filter::of(wanted.entries().iter().map(|entry| entry.0));
    let mut found = vec![NONE; keys.len()];
    let mut missing = keys.len();
    for (b, &before) in before.iter().enumerate() {
        let turned = turned(before);
        for (l, &last) in last.iter().enumerate() {
            let pair = turned ^ last;
            if !filter.may_have(pair) {
                continue;
            }
            let Some(place) = wanted.place(pair) else { continue };
            let place = place as usize;
            if found[place] == NONE {
                found[place] = (b, l);
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
