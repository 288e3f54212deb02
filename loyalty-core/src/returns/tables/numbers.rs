//! Columns of numbers in few bits each, any of which is read as fast as from an array.

use std::hint::select_unpredictable;
use std::ops::Range;
use std::sync::Arc;

/// Whole numbers, as they lie in a file.
#[derive(Debug)]
pub(crate) struct PackedNumbers {
    file: Arc<Vec<u8>>,
    /// Where in the file the numbers less the least stand, one behind the other from the lowest bit on.
    from: usize,
    bits: u32,
    mask: u64,
    least: u64,
    length: usize,
}

/// Bytes that are read at once. As many stand behind every column, so that there is a window at each number.
pub(crate) const WINDOW: usize = size_of::<u64>();

impl PackedNumbers {
    /// Bits that a number may have: with up to seven before them they lie within a window, or they are all of it.
    pub(crate) fn may_have(bits: u32) -> bool {
        bits <= 57 || bits == 64
    }

    /// So many numbers of so many bits above the least; `None` where these bytes of the file cannot hold them.
    pub(crate) fn new(
        file: &Arc<Vec<u8>>,
        bytes: Range<usize>,
        bits: u32,
        least: u64,
        length: usize,
    ) -> Option<Self> {
        let mask = u64::MAX.checked_shr(64_u32.checked_sub(bits)?).unwrap_or(0);
        let enough = length.checked_mul(bits as usize)?.div_ceil(8) <= bytes.len();
        let inside = bytes.end.checked_add(WINDOW)? <= file.len();
        let sound = Self::may_have(bits) && enough && inside && least.checked_add(mask).is_some();
        let (file, from) = (Arc::clone(file), bytes.start);
        sound.then_some(Self { file, from, bits, mask, least, length })
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// The file from the numbers on.
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.file.get(self.from..).unwrap_or(&[])
    }

    /// The number that begins at a bit, less the least.
    #[inline]
    fn above_least(&self, bytes: &[u8], bit: usize) -> u64 {
        let window = bytes.get(bit / 8..).and_then(|bytes| bytes.first_chunk());
        window.map_or(0, |window| u64::from_le_bytes(*window)) >> (bit % 8) & self.mask
    }

    /// The number at a place; beyond the last one, any.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> u64 {
        self.least + self.above_least(self.bytes(), at * self.bits as usize)
    }

    /// The place of a number among some that rise. No branch depends on what is read, so that the next search
    /// need not wait for this one.
    #[inline]
    pub(crate) fn find(&self, among: Range<u32>, number: u64) -> Option<u32> {
        let number = number.wrapping_sub(self.least);
        let bytes = self.bytes();
        let at = |bit| self.above_least(bytes, bit);
        let bits = self.bits as usize;
        let (mut first, mut bit, mut rest) =
            (among.start, among.start as usize * bits, among.end - among.start);
        while rest > 1 {
            let half = rest / 2;
            let behind = bit + half as usize * bits;
            let is_behind = at(behind) <= number;
            bit = select_unpredictable(is_behind, behind, bit);
            first = select_unpredictable(is_behind, first + half, first);
            rest -= half;
        }
        (rest == 1 && at(bit) == number).then_some(first)
    }

    /// Whether all of them are below a limit.
    pub(crate) fn are_below(&self, limit: u64) -> bool {
        self.least + self.mask < limit || (0..self.length).all(|at| self.get(at) < limit)
    }
}

/// Floating-point numbers.
#[derive(Debug)]
pub(crate) enum PackedFloats {
    /// One by one.
    Each(Box<[f64]>),
    /// The different ones, and for each which it is.
    Shared(Box<[f64]>, PackedNumbers),
}

impl PackedFloats {
    /// Each of them is one of those; `None` where it is not.
    pub(crate) fn shared(different: Box<[f64]>, which: PackedNumbers) -> Option<Self> {
        which.are_below(different.len() as u64).then_some(Self::Shared(different, which))
    }

    /// The different ones, some of which may stand more than once.
    pub(crate) fn different(&self) -> &[f64] {
        match self {
            Self::Each(floats) | Self::Shared(floats, _) => floats,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Each(floats) => floats.len(),
            Self::Shared(_, which) => which.len(),
        }
    }

    /// Appends the numbers at some places; 0 where there is none.
    pub(crate) fn take_each(&self, places: &[u32], to: &mut Vec<f64>) {
        match self {
            Self::Each(floats) => to.extend(
                places.iter().map(|&place| floats.get(place as usize).map_or(0.0, |float| *float)),
            ),
            Self::Shared(different, which) => to.extend(places.iter().map(|&place| {
                let is_there = (place as usize) < which.len();
                let which = which.get(if is_there { place as usize } else { 0 });
                let which = usize::try_from(which).ok();
                let float =
                    which.and_then(|which| different.get(which)).map_or(0.0, |float| *float);
                if is_there { float } else { 0.0 }
            })),
        }
    }

    /// The number at a place; 0 where there is none.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> f64 {
        match self {
            Self::Each(floats) => floats.get(at).map_or(0.0, |float| *float),
            Self::Shared(different, which) if at < which.len() => {
                usize::try_from(which.get(at)).map_or(0.0, |which| different[which])
            }
            Self::Shared(..) => 0.0,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A file of numbers of so many bits, one behind the other.
    fn file(numbers: &[u64], bits: u32) -> Arc<Vec<u8>> {
        let mut bytes = vec![0; (numbers.len() * bits as usize).div_ceil(8) + WINDOW];
        for (at, number) in numbers.iter().enumerate() {
            for bit in (0..bits as usize).filter(|bit| number >> bit & 1 == 1) {
                bytes[(at * bits as usize + bit) / 8] |= 1 << ((at * bits as usize + bit) % 8);
            }
        }
        bytes.into()
    }

    /// Numbers of so many bits above the least.
    pub(in super::super) fn packed(numbers: &[u64], bits: u32, least: u64) -> PackedNumbers {
        let above: Vec<u64> = numbers.iter().map(|number| number - least).collect();
        let file = file(&above, bits);
        let bytes = 0..file.len() - WINDOW;
        PackedNumbers::new(&file, bytes, bits, least, numbers.len()).unwrap()
    }

    #[test]
    fn every_number_is_found_at_its_place() {
        for bits in (0..=64).filter(|&bits| PackedNumbers::may_have(bits)) {
            let mask = u64::MAX.checked_shr(64 - bits).unwrap_or(0);
            let least = if bits == 64 { 0 } else { 3 };
            for length in [0, 1, 7, 8, 9, 64, 130] {
                let number = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) & mask;
                let numbers: Vec<u64> = (1..=length).map(|n| number(n) + least).collect();
                let column = packed(&numbers, bits, least);
                let back: Vec<u64> = (0..column.len()).map(|at| column.get(at)).collect();
                assert_eq!(back, numbers, "{bits} bits");
                if let Some(&most) = numbers.iter().max() {
                    assert!(!column.are_below(most), "{bits} bits");
                    let above = most.checked_add(1);
                    assert!(above.is_none_or(|above| column.are_below(above)), "{bits} bits");
                }
            }
        }
    }

    #[test]
    fn numbers_that_rise_are_found_among_themselves_alone() {
        let numbers: Vec<u64> = (0..100).map(|n| 5 + 3 * (n % 50)).collect();
        let column = packed(&numbers, 8, 5);
        for (start, end) in [(0, 50), (50, 100), (50, 51), (60, 60), (99, 100), (3, 20)] {
            for number in 0..200 {
                let place = (start..end).find(|&at| numbers[at as usize] == number);
                assert_eq!(column.find(start..end, number), place, "{start} {end} {number}");
            }
        }
        assert_eq!(packed(&[], 0, 0).find(0..0, 0), None);
        assert_eq!(packed(&[7], 0, 7).find(0..1, 7), Some(0));
        assert_eq!(packed(&[7], 0, 7).find(0..1, 8), None);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let file = file(&[0b1001; 16], 8);
        assert!(PackedNumbers::new(&file, 0..16, 8, 0, 16).is_some());
        for (bytes, bits, least, length) in [
            (0..16, 8, 0, 17),
            (0..16, 58, 0, 1),
            (0..16, 63, 0, 1),
            (0..16, 65, 0, 1),
            (0..16, u32::MAX, 0, 1),
            (0..16, 64, 1, 1),
            (0..16, 2, u64::MAX - 2, 1),
            (0..16, 8, 0, usize::MAX),
            (0..17, 8, 0, 1),
            (0..usize::MAX, 8, 0, 1),
        ] {
            let column = PackedNumbers::new(&file, bytes, bits, least, length);
            assert!(column.is_none(), "{bits} bits");
        }
        let which = || PackedNumbers::new(&file, 0..1, 2, 0, 2).unwrap();
        assert!(PackedFloats::shared([1.0, 2.0].into(), which()).is_none());
        let floats = PackedFloats::shared([1.0, 2.0, 4.0].into(), which()).unwrap();
        let mut each = vec![9.0];
        for floats in [floats, PackedFloats::Each([2.0, 4.0].into())] {
            assert_eq!([0, 1, 2, usize::MAX].map(|at| floats.get(at)), [2.0, 4.0, 0.0, 0.0]);
            each.truncate(1);
            floats.take_each(&[1, 0, u32::MAX, 2], &mut each);
            assert_eq!(each, [9.0, 4.0, 2.0, 0.0, 0.0]);
        }
    }
}
