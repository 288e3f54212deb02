//! Numbers of so many bits each, one behind the other in words of 64.

/// Bytes that so many numbers take.
pub(super) fn packed_bytes(numbers: usize, width: u32) -> Option<usize> {
    numbers.checked_mul(width as usize).map(|bits| bits.div_ceil(64) * 8)
}

/// Appends numbers, each below 2 to the power of `width`.
pub(super) fn pack(numbers: impl Iterator<Item = u64>, width: u32, to: &mut Vec<u8>) {
    let (mut word, mut filled) = (0, 0);
    for number in numbers {
        word |= number << filled;
        filled += width;
        if filled >= 64 {
            to.extend(word.to_le_bytes());
            filled -= 64;
            // What did not fit of the number begins the next word.
            word = number.checked_shr(width - filled).unwrap_or(0);
        }
    }
    if filled > 0 {
        to.extend(word.to_le_bytes());
    }
}

/// A number of no more bits lies within the word from its first byte on.
const WITHIN_WORD: u32 = 57;

/// Bytes within which eight such numbers lie, and the words from the first byte of each on.
const AROUND_EIGHT: usize = 64 + 8;

/// The numbers that [`pack`] has written.
#[derive(Clone)]
pub(super) struct Unpacked<'a> {
    bytes: &'a [u8],
    width: u32,
    mask: u64,
    /// The first bit of the next number.
    at: usize,
}

impl<'a> Unpacked<'a> {
    pub(super) fn new(bytes: &'a [u8], width: u32) -> Self {
        let mask = u64::MAX.checked_shr(64 - width).unwrap_or(0);
        Self { bytes, width, mask, at: 0 }
    }

    /// The next number, which stays the next one unless it is `taken`; 0 after the last. No branch depends on
    /// what is read.
    #[inline]
    pub(super) fn next(&mut self, taken: bool) -> u64 {
        let (byte, bit) = (self.at / 8, self.at % 8);
        let behind = self.bytes.get(byte + 8).map_or(0, |byte| u64::from(*byte));
        self.at += usize::from(taken) * self.width as usize;
        ((self.word(byte) >> bit) | (behind << 1 << (63 - bit))) & self.mask
    }

    /// Goes on by so many bits.
    pub(super) fn skip(&mut self, bits: usize) {
        self.at += bits;
    }

    /// The next ones, all of which are taken.
    pub(super) fn fill(&mut self, block: &mut [u64]) {
        match self.width {
            0..=WITHIN_WORD => {
                let eights = if self.at.is_multiple_of(8) { self.fill_eights(block) } else { 0 };
                for number in &mut block[8 * eights..] {
                    *number = self.word(self.at / 8) >> (self.at % 8) & self.mask;
                    self.at += self.width as usize;
                }
            }
            64 => {
                let (words, _) = self.bytes.get(self.at / 8..).unwrap_or(&[]).as_chunks();
                self.at += 64 * block.len();
                block.iter_mut().zip(words).for_each(|(n, word)| *n = u64::from_le_bytes(*word));
            }
            _ => block.iter_mut().for_each(|number| *number = self.next(true)),
        }
    }

    /// Fills eight after eight, which begin at a byte and take as many bytes as each has bits, while a whole window is
    /// left: what they need is seen to once for all eight. Gives how many eights it has filled.
    fn fill_eights(&mut self, block: &mut [u64]) -> usize {
        let (eights, _) = block.as_chunks_mut::<8>();
        let starts = std::array::from_fn::<_, 8, _>(|nth| nth * self.width as usize);
        let mut filled = 0;
        for eight in eights {
            let bytes = self.bytes.get(self.at / 8..);
            let Some(window) = bytes.and_then(|bytes| bytes.first_chunk::<AROUND_EIGHT>()) else {
                break;
            };
            for (number, start) in eight.iter_mut().zip(starts) {
                // The remainder tells the compiler that it lies within the window.
                let word = window[start / 8 % 64..].first_chunk();
                *number =
                    word.map_or(0, |word| u64::from_le_bytes(*word)) >> (start % 8) & self.mask;
            }
            self.at += 8 * self.width as usize;
            filled += 1;
        }
        filled
    }

    /// The 64 bits from a byte on.
    #[inline]
    fn word(&self, from: usize) -> u64 {
        match self.bytes.get(from..).and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => self.last_word(from),
        }
    }

    /// The same where fewer are left.
    #[cold]
    fn last_word(&self, from: usize) -> u64 {
        let left = self.bytes.get(from..).unwrap_or(&[]);
        left.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_width_come_back() {
        for width in 0..=64 {
            let below = u64::MAX.checked_shr(64 - width).unwrap_or(0);
            let number = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31) & below;
            for length in [0, 1, 2, 63, 64, 65, 200] {
                let mut bytes = Vec::new();
                pack((0..length).map(number), width, &mut bytes);
                let expected = packed_bytes(usize::try_from(length).unwrap(), width);
                assert_eq!(Some(bytes.len()), expected);
                let mut unpacked = Unpacked::new(&bytes, width);
                assert!((0..length).all(|n| unpacked.next(true) == number(n)), "{width} {length}");
                let mut block = vec![0; usize::try_from(length).unwrap()];
                Unpacked::new(&bytes, width).fill(&mut block);
                assert!((0..).zip(block).all(|(n, found)| found == number(n)), "{width} {length}");
            }
        }
    }
}
