//! Words of 64 bits folded into one: keys of ids, and checksums.

/// Folds 64 bits into a key so that every bit of both moves every bit of the result (Stafford 2011,
/// variant 13 of the finaliser of MurmurHash3, as in SplitMix64).
#[inline]
pub(crate) fn fold(key: u64, word: u64) -> u64 {
    let z = turned(key) ^ word;
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A key as [`fold`] meets a word with it.
#[inline]
pub(crate) fn turned(key: u64) -> u64 {
    key.rotate_left(23).wrapping_add(0x9e37_79b9_7f4a_7c15)
}

/// `turned(key) ^ word` of what [`fold`] has made of them: no two of these are folded to one key.
#[inline]
pub(crate) fn unfolded(folded: u64) -> u64 {
    let z = folded ^ (folded >> 31) ^ (folded >> 62);
    let z = z.wrapping_mul(0x3196_42b2_d24d_8ec3);
    let z = (z ^ (z >> 27) ^ (z >> 54)).wrapping_mul(0x96de_1b17_3f11_9089);
    z ^ (z >> 30) ^ (z >> 60)
}

/// Folds bytes into a key, and their number before them.
pub(crate) fn fold_bytes(key: u64, bytes: &[u8]) -> u64 {
    let words = bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    });
    words.fold(fold(key, bytes.len() as u64), fold)
}

/// The checksum of bytes: their words dealt out in turn to four keys, which do not wait for each other, and are folded
/// into one with what is left of less than 32 bytes.
pub(crate) fn checksum(key: u64, bytes: &[u8]) -> u64 {
    let mut keys = [0, 1, 2, 3].map(|number| fold(key, number));
    let (blocks, rest) = bytes.as_chunks::<32>();
    for block in blocks {
        for (key, word) in keys.iter_mut().zip(block.as_chunks().0) {
            *key = fold(*key, u64::from_le_bytes(*word));
        }
    }
    let key = keys.into_iter().fold(bytes.len() as u64, fold);
    fold_bytes(key, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_folded_is_found_again() {
        for word in [0, 1, u64::MAX, 0x0da5_a7be_3f52_d81b] {
            for key in [0, 7, u64::MAX] {
                assert_eq!(unfolded(fold(key, word)), turned(key) ^ word);
            }
        }
    }

    #[test]
    fn every_byte_and_its_place_move_the_checksum() {
        for length in [0, 1, 8, 31, 32, 33, 64, 100] {
            let bytes: Vec<u8> = (0..length).collect();
            let sum = checksum(2, &bytes);
            let mut sums = vec![sum, checksum(1, &bytes)];
            for at in 0..bytes.len() {
                let mut changed = bytes.clone();
                changed[at] ^= 128;
                sums.push(checksum(2, &changed));
                sums.push(checksum(2, &bytes[..at]));
                for other in (at + 1..bytes.len()).step_by(8) {
                    changed.clone_from(&bytes);
                    changed.swap(at, other);
                    sums.push(checksum(2, &changed));
                }
            }
            let number = sums.len();
            sums.sort_unstable();
            sums.dedup();
            assert_eq!(sums.len(), number, "{length} bytes");
        }
    }
}
