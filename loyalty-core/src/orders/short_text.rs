//! Short text as numbers: told apart and put in order without following a pointer.

/// Bytes that fit into 128 bits beside their number.
const LONGEST: usize = 15;

/// The bytes from the top, their number at the bottom; the order is that of the texts. `None` where
/// they do not fit.
pub(super) fn packed(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() > LONGEST {
        return None;
    }
    let mut all = [0; LONGEST + 1];
    all[..bytes.len()].copy_from_slice(bytes);
    all[LONGEST] = u8::try_from(bytes.len()).ok()?;
    Some(u128::from_be_bytes(all))
}

/// Calls `f` with the text that was packed.
pub(super) fn unpacked<R>(packed: u128, f: impl FnOnce(&str) -> R) -> R {
    let bytes = packed.to_be_bytes();
    let length = usize::from(bytes[LONGEST]);
    f(std::str::from_utf8(&bytes[..length]).expect("packed from text"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn comes_back_and_keeps_the_order(a in "\\PC{0,6}|[\0a]{0,9}", b in "\\PC{0,6}|[\0a]{0,9}") {
            let (Some(x), Some(y)) = (packed(&a), packed(&b)) else { return Ok(()) };
            prop_assert!(unpacked(x, |text| text == a));
            prop_assert_eq!(x.cmp(&y), a.cmp(&b));
        }
    }

    #[test]
    fn longer_text_does_not_fit() {
        assert!(packed("123456789012345").is_some());
        assert_eq!(packed("1234567890123456"), None);
    }
}
