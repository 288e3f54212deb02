//! Ids as 64-bit keys: the same for the same id on every machine and in every release.

use super::super::customers::CustomerId;

/// Folds 64 bits into a key so that every bit of both moves every bit of the result (Stafford 2011,
/// variant 13 of the finaliser of MurmurHash3, as in SplitMix64).
#[inline]
pub(crate) fn fold(key: u64, word: u64) -> u64 {
    let z = key.rotate_left(23).wrapping_add(0x9e37_79b9_7f4a_7c15) ^ word;
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The key of a missing value, which is a level of its own.
pub(crate) const MISSING: u64 = 0x6d69_7373_696e_6721;

/// The key of a whole number.
pub(crate) fn of_integer(id: i64) -> u64 {
    fold(1, id.cast_unsigned())
}

/// The key of a text, by its UTF-8 bytes and its length.
pub(crate) fn of_text(id: &str) -> u64 {
    of_bytes(id.as_bytes())
}

/// The key of any bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> u64 {
    let words = bytes.chunks(8).map(|chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    });
    words.fold(fold(2, bytes.len() as u64), fold)
}

/// The key of an id.
pub(crate) fn of_id(id: CustomerId<'_>) -> u64 {
    match id {
        CustomerId::Int(id) => of_integer(id),
        CustomerId::Text(id) => of_text(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_change() {
        // Model files hold them.
        assert_eq!(of_integer(12_346), 0x0da5_a7be_3f52_d81b);
        assert_eq!(of_text("85123A"), 0xd9af_46d1_0601_3e2f);
    }

    #[test]
    fn ids_that_look_alike_differ() {
        let texts = ["", "a", "a\0", "b", "12345678", "123456789", "1"].map(of_text);
        let keys: std::collections::HashSet<u64> =
            texts.into_iter().chain([of_integer(1), of_integer(-1), MISSING]).collect();
        assert_eq!(keys.len(), 10);
    }
}
