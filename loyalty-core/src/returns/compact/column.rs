//! Columns of numbers, each in the shortest of a few plain forms.

use std::sync::Arc;

use hashbrown::HashMap;

use super::super::tables::numbers::{PackedFloats, PackedNumbers, WINDOW};
use super::bits::{Unpacked, pack, packed_bytes};
use super::blocks::{BLOCK, Floats, Numbers};
use super::form::{Form, damaged};
use crate::Error;

/// Numbers that stand by themselves: how many bits each takes above the least.
struct Width {
    least: u64,
    bits: u32,
}

impl Width {
    fn of(numbers: impl Iterator<Item = u64>) -> (Self, usize) {
        let (mut least, mut most, mut count) = (u64::MAX, 0, 0);
        for number in numbers {
            (least, most, count) = (least.min(number), most.max(number), count + 1);
        }
        let least = least.min(most);
        (Self { least, bits: 64 - (most - least).leading_zeros() }, count)
    }
}

/// Columns one behind the other.
#[derive(Default)]
pub(super) struct Writer {
    bytes: Vec<u8>,
    values: usize,
}

/// A file holds at most so many values per byte, and is filled up with zeros where it would hold more: so
/// its length bounds what it makes a reader allocate. One [`WINDOW`] of zeros it has in any case.
const VALUES_PER_BYTE: usize = 2;

impl Writer {
    pub(super) fn finish(mut self) -> Vec<u8> {
        let least = self.values.div_ceil(VALUES_PER_BYTE);
        self.bytes.resize(least.max(self.bytes.len() + WINDOW), 0);
        self.bytes
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn word(&mut self, word: u64) {
        self.bytes.extend(word.to_le_bytes());
    }

    pub(super) fn length(&mut self, length: usize) {
        self.word(length as u64);
    }

    /// Whole numbers: the form, how many bits each takes, the least, and what stands in that form.
    pub(super) fn numbers(&mut self, numbers: &[u64]) {
        let costs = Form::ALL.map(|form| {
            let (width, count) = Width::of(form.stand(numbers));
            let flags = if form == Form::Each { 0 } else { numbers.len() };
            (flags + count * width.bits as usize, form, width)
        });
        let [each, repeats, counts_on] = costs;
        let other = if counts_on.0 < repeats.0 { counts_on } else { repeats };
        let (_, form, Width { least, bits }) = if other.0 < each.0 { other } else { each };
        self.values += numbers.len();
        self.bytes.extend([form as u8, u8::try_from(bits).unwrap_or(64)]);
        self.word(least);
        if form != Form::Each {
            let mut before = 0;
            let differs = numbers.iter().map(|&number| {
                let expected = form.next(std::mem::replace(&mut before, number));
                u64::from(number != expected)
            });
            pack(differs, 1, &mut self.bytes);
        }
        pack(form.stand(numbers).map(|number| number - least), bits, &mut self.bytes);
    }

    /// Whole numbers each by itself, in as many bits as [`PackedNumbers`] may have.
    pub(super) fn packed(&mut self, numbers: &[u64]) {
        let (Width { least, bits }, _) = Width::of(numbers.iter().copied());
        let bits = if PackedNumbers::may_have(bits) { bits } else { 64 };
        let least = if bits == 64 { 0 } else { least };
        self.values += numbers.len();
        self.bytes.extend([Form::Each as u8, u8::try_from(bits).unwrap_or(64)]);
        self.word(least);
        pack(numbers.iter().map(|number| number - least), bits, &mut self.bytes);
    }

    /// Numbers with a sign, such as days and ids, in their order.
    pub(super) fn signed(&mut self, numbers: impl Iterator<Item = i64>) {
        self.numbers(&numbers.map(|number| number.cast_unsigned() ^ SIGN).collect::<Vec<_>>());
    }

    pub(super) fn words(&mut self, words: &[u64]) {
        self.values += words.len();
        words.iter().for_each(|&word| self.word(word));
    }

    /// So many values stand elsewhere already.
    pub(super) fn copied(&mut self, values: usize) {
        self.values += values;
    }

    /// Floating-point numbers, by their bits: the different ones in order of their first, and for each
    /// which it is, or all as they are (0 different ones), whichever is shorter.
    pub(super) fn floats(&mut self, floats: &[f64]) {
        let (different, which) = shared(floats);
        self.shorter(floats, &different, |to| to.numbers(&which));
    }

    /// The same with each whole number by itself. Where it costs no more than a bit a number, zeros make as many
    /// different ones as bits tell apart: a reader need not see whether each number is one of them.
    pub(super) fn packed_floats(&mut self, floats: &[f64]) {
        let (mut different, which) = shared(floats);
        let told_apart = different.len().next_power_of_two();
        if (told_apart - different.len()) * 64 <= floats.len() {
            different.resize(told_apart, 0);
        }
        self.shorter(floats, &different, |to| to.packed(&which));
    }

    fn shorter(&mut self, floats: &[f64], different: &[u64], which: impl Fn(&mut Self)) {
        let mut shared = Self::default();
        shared.length(different.len());
        shared.words(different);
        which(&mut shared);
        if shared.bytes.len() < 8 * floats.len() {
            self.values += shared.values;
            self.bytes.extend(shared.bytes);
        } else {
            self.length(0);
            self.words(&floats.iter().map(|float| float.to_bits()).collect::<Vec<_>>());
        }
    }
}

/// The bits of the different ones of some numbers in order of their first, and for each which it is.
fn shared(floats: &[f64]) -> (Vec<u64>, Vec<u64>) {
    let mut different: Vec<u64> = Vec::new();
    let mut places = HashMap::new();
    let mut place = |float: &f64| {
        *places.entry(float.to_bits()).or_insert_with(|| {
            different.push(float.to_bits());
            different.len() as u64 - 1
        })
    };
    let which = floats.iter().map(&mut place).collect();
    (different, which)
}

const SIGN: u64 = 1 << 63;

/// The number with a sign that stands as this one.
pub(super) fn signed(number: u64) -> i64 {
    (number ^ SIGN).cast_signed()
}

/// What a [`Writer`] has written, at the end of a file.
pub(crate) struct Reader<'a> {
    file: &'a Arc<Vec<u8>>,
    /// What is left of it.
    bytes: &'a [u8],
    /// How many values more there can be.
    values: usize,
}

impl<'a> Reader<'a> {
    /// So many of the last bytes of a file.
    pub(crate) fn new(file: &'a Arc<Vec<u8>>, columns: usize) -> Self {
        let bytes = &file[file.len().saturating_sub(columns)..];
        Self { file, bytes, values: bytes.len().saturating_mul(VALUES_PER_BYTE) }
    }

    /// What stands from a place on, which has been read before.
    pub(super) fn again(file: &'a Arc<Vec<u8>>, place: usize) -> Self {
        Self { file, bytes: &file[place..], values: usize::MAX }
    }

    pub(super) fn file(&self) -> &'a Arc<Vec<u8>> {
        self.file
    }

    /// The place in the file of what comes next.
    pub(super) fn place(&self) -> usize {
        self.file.len() - self.bytes.len()
    }

    /// Nothing but what fills up may be left.
    pub(super) fn finish(self) -> Result<(), Error> {
        if self.bytes.iter().all(|&byte| byte == 0) { Ok(()) } else { Err(damaged()) }
    }

    fn take(&mut self, bytes: Option<usize>) -> Result<&'a [u8], Error> {
        let taken = bytes.and_then(|bytes| self.bytes.split_at_checked(bytes));
        let (taken, rest) = taken.ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        Ok(self.take(Some(1))?[0])
    }

    fn word(&mut self) -> Result<u64, Error> {
        let word = self.take(Some(8))?.first_chunk().ok_or_else(damaged)?;
        Ok(u64::from_le_bytes(*word))
    }

    pub(super) fn length(&mut self) -> Result<usize, Error> {
        usize::try_from(self.word()?).map_err(|_| damaged())
    }

    /// Accepts so many values more, if there can be as many.
    pub(super) fn count(&mut self, values: usize) -> Result<(), Error> {
        self.values = self.values.checked_sub(values).ok_or_else(damaged)?;
        Ok(())
    }

    /// Values that stood before.
    pub(super) fn copy<T: Copy>(&mut self, of: &[T]) -> Result<Vec<T>, Error> {
        self.count(of.len())?;
        let mut copy = room(of.len())?;
        copy.extend_from_slice(of);
        Ok(copy)
    }

    /// A column of so many whole numbers.
    pub(super) fn column(&mut self, length: usize) -> Result<Numbers<'a>, Error> {
        self.count(length)?;
        let (form, bits) = (self.byte()?, u32::from(self.byte()?));
        let form = *Form::ALL.get(usize::from(form)).ok_or_else(damaged)?;
        let least = self.word()?;
        if bits > 64 {
            return Err(damaged());
        }
        let (flags, stand) = if form == Form::Each {
            (&[][..], length)
        } else {
            let flags = self.take(packed_bytes(length, 1))?;
            (flags, flags.iter().map(|byte| byte.count_ones() as usize).sum())
        };
        let stand = Unpacked::new(self.take(packed_bytes(stand, bits))?, bits);
        Ok(Numbers { form, least, stand, flags: Unpacked::new(flags, 64), before: 0 })
    }

    /// A column that [`Writer::packed`] has written.
    pub(super) fn packed(&mut self, length: usize) -> Result<PackedNumbers, Error> {
        self.count(length)?;
        let (form, bits) = (self.byte()?, u32::from(self.byte()?));
        let least = self.word()?;
        if form != Form::Each as u8 || !PackedNumbers::may_have(bits) {
            return Err(damaged());
        }
        let numbers = self.take(packed_bytes(length, bits))?.len();
        let end = self.place();
        let packed = PackedNumbers::new(self.file, end - numbers..end, bits, least, length);
        packed.ok_or_else(damaged)
    }

    /// A column that [`Writer::packed_floats`] has written.
    pub(super) fn packed_floats(&mut self, length: usize) -> Result<PackedFloats, Error> {
        match self.length()? {
            0 => Ok(PackedFloats::Each(self.all_words(length)?.into())),
            different => {
                let different = self.all_words(different)?.into();
                PackedFloats::shared(different, self.packed(length)?).ok_or_else(damaged)
            }
        }
    }

    /// So many finite numbers, by their bits.
    fn all_words(&mut self, length: usize) -> Result<Vec<f64>, Error> {
        let mut words = self.words(length)?;
        let mut floats = room(length)?;
        floats.extend((0..length).map(|_| f64::from_bits(words.next(true))));
        let finite = floats.iter().all(|float| float.is_finite());
        if finite { Ok(floats) } else { Err(damaged()) }
    }

    /// So many whole numbers, each as `of` takes it.
    pub(super) fn numbers<T: Copy + Default>(
        &mut self,
        length: usize,
        mut of: impl FnMut(u64) -> Option<T>,
    ) -> Result<Vec<T>, Error> {
        let (mut column, mut block, mut good) = (self.column(length)?, [0; BLOCK], true);
        let mut numbers = room(length)?;
        while numbers.len() < length {
            let block = &mut block[..BLOCK.min(length - numbers.len())];
            column.next(block);
            // No branch depends on what is read.
            numbers.extend(block.iter().map(|&number| {
                let number = of(number);
                good &= number.is_some();
                number.unwrap_or_default()
            }));
        }
        if good { Ok(numbers) } else { Err(damaged()) }
    }

    /// Numbers below a limit.
    pub(super) fn places(&mut self, length: usize, below: usize) -> Result<Vec<u32>, Error> {
        let known = |place: &u32| (*place as usize) < below;
        self.numbers(length, |number| u32::try_from(number).ok().filter(known))
    }

    /// A column of so many words.
    pub(super) fn words(&mut self, length: usize) -> Result<Unpacked<'a>, Error> {
        self.count(length)?;
        Ok(Unpacked::new(self.take(packed_bytes(length, 64))?, 64))
    }

    /// A column of so many finite numbers.
    pub(super) fn floats(&mut self, length: usize) -> Result<Floats<'a>, Error> {
        let different = self.length()?;
        if different == 0 {
            return self.words(length).map(Floats::AsTheyAre);
        }
        Ok(Floats::Shared(self.all_words(different)?, self.column(length)?))
    }

    /// So many finite numbers.
    pub(super) fn all_floats(&mut self, length: usize) -> Result<Vec<f64>, Error> {
        let mut column = self.floats(length)?;
        let mut floats = room(length)?;
        floats.resize(length, 0.0);
        floats.chunks_mut(BLOCK).try_for_each(|block| column.next(block))?;
        Ok(floats)
    }
}

/// Room for values that have been counted.
pub(super) fn room<T>(values: usize) -> Result<Vec<T>, Error> {
    let mut room = Vec::new();
    room.try_reserve_exact(values).map_err(|_| damaged())?;
    Ok(room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers as they come in models: few ones, runs, ids that count on, and any.
    fn numbers() -> impl Strategy<Value = Vec<u64>> {
        let few = prop::collection::vec(0..4_u64, 0..200);
        let runs = prop::collection::vec((any::<u64>(), 1..9_usize), 0..30)
            .prop_map(|runs| runs.into_iter().flat_map(|(n, times)| vec![n; times]).collect());
        let counting = (any::<u64>(), 0..150_u64)
            .prop_map(|(first, n)| (0..n).map(|i| first.wrapping_add(i)).collect());
        prop_oneof![few, runs, counting, prop::collection::vec(any::<u64>(), 0..100)]
    }

    proptest! {
        #[test]
        fn columns_come_back(numbers in numbers(), floats in prop::collection::vec(-9..9_i8, 0..200)) {
            let floats: Vec<f64> = floats.into_iter().map(|n| f64::from(n) / 7.0).collect();
            let any = numbers.iter().map(|&n| f64::from_bits(n));
            let any: Vec<f64> = any.map(|x| if x.is_finite() { x } else { -0.0 }).collect();
            let mut to = Writer::default();
            to.numbers(&numbers);
            to.floats(&floats);
            to.signed(numbers.iter().map(|n| n.cast_signed()));
            to.floats(&any);
            to.words(&numbers);
            to.packed(&numbers);
            to.packed_floats(&floats);
            to.packed_floats(&any);
            let bytes = Arc::new(to.finish());
            let mut from = Reader::new(&bytes, bytes.len());
            prop_assert_eq!(from.numbers(numbers.len(), Some).unwrap(), numbers.clone());
            let bits = |floats: &[f64]| floats.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&from.all_floats(floats.len()).unwrap()), bits(&floats));
            let back = from.numbers(numbers.len(), |number| Some(signed(number))).unwrap();
            prop_assert!(back.iter().zip(&numbers).all(|(a, b)| a.cast_unsigned() == *b));
            prop_assert_eq!(bits(&from.all_floats(any.len()).unwrap()), bits(&any));
            let mut words = from.words(numbers.len()).unwrap();
            prop_assert!(numbers.iter().all(|&number| words.next(true) == number));
            let packed = from.packed(numbers.len()).unwrap();
            prop_assert!((0..packed.len()).map(|at| packed.get(at)).eq(numbers.iter().copied()));
            for expected in [&floats, &any] {
                let packed = from.packed_floats(expected.len()).unwrap();
                let back: Vec<f64> = (0..packed.len()).map(|at| packed.get(at)).collect();
                prop_assert_eq!(bits(&back), bits(expected));
            }
            from.finish().unwrap();
        }
    }

    #[test]
    fn the_shortest_form_is_taken() {
        let bytes = |numbers: &[u64]| {
            let mut to = Writer::default();
            to.numbers(numbers);
            to.bytes.len()
        };
        let same = vec![7; 1000];
        let ids: Vec<u64> = (5_000_000..5_001_000).collect();
        let days: Vec<u64> = (0..1000).map(|row| 19_000 + row / 10).collect();
        // Ten bytes before the numbers; flags of a thousand take 128.
        assert_eq!([bytes(&same), bytes(&ids), bytes(&days)], [10, 138, 138 + 88]);
    }

    #[test]
    fn a_file_holds_no_more_than_its_length_allows() {
        let mut to = Writer::default();
        to.numbers(&vec![7; 10_000]);
        let file = Arc::new(to.finish());
        assert_eq!(file.len(), 5000);
        let all = || Reader::new(&file, 5000);
        assert_eq!(all().numbers(10_000, Some).unwrap(), vec![7; 10_000]);
        for length in [10_001, usize::MAX / 64, usize::MAX] {
            assert!(all().numbers(length, Some).is_err(), "{length}");
            assert!(all().words(length).is_err(), "{length}");
            assert!(all().packed(length).is_err(), "{length}");
        }
        let cut_off = Arc::new(file[..4999].to_vec());
        assert!(Reader::new(&cut_off, 4999).numbers(10_000, Some).is_err());
    }

    #[test]
    fn what_is_not_finite_never_comes_out() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for floats in [vec![bad], vec![bad; 100], vec![1.0, bad, 2.0]] {
                for write in [Writer::floats, Writer::packed_floats] {
                    let mut to = Writer::default();
                    write(&mut to, &floats);
                    let file = Arc::new(to.finish());
                    let from = || Reader::new(&file, file.len());
                    assert!(from().all_floats(floats.len()).is_err());
                    assert!(from().packed_floats(floats.len()).is_err());
                }
            }
        }
    }
}
