//! Ids as 64-bit keys: the same for the same id on every machine and in every release.

use super::super::customers::CustomerId;
use crate::math::fold::{fold_bytes, turned, unfolded};

pub(crate) use crate::math::fold::fold;

/// The key of a missing value, which is a level of its own.
pub(crate) const MISSING: u64 = 0x6d69_7373_696e_6721;

/// The key of a whole number.
pub(crate) fn of_integer(id: i64) -> u64 {
    fold(1, id.cast_unsigned())
}

/// The whole number whose key this would be; of the key of a text, any.
pub(crate) fn integer_of(key: u64) -> i64 {
    (unfolded(key) ^ turned(1)).cast_signed()
}

/// The key of a text, by its UTF-8 bytes and its length.
pub(crate) fn of_text(id: &str) -> u64 {
    of_bytes(id.as_bytes())
}

/// The key of any bytes.
pub(crate) fn of_bytes(bytes: &[u8]) -> u64 {
    fold_bytes(2, bytes)
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
    fn numbers_are_found_by_their_keys() {
        for id in [0, 1, -1, 12_346, i64::MIN, i64::MAX] {
            assert_eq!(integer_of(of_integer(id)), id);
        }
    }

    #[test]
    fn ids_that_look_alike_differ() {
        let texts = ["", "a", "a\0", "b", "12345678", "123456789", "1"].map(of_text);
        let keys: std::collections::HashSet<u64> =
            texts.into_iter().chain([of_integer(1), of_integer(-1), MISSING]).collect();
        assert_eq!(keys.len(), 10);
    }
}
