//! What the parts of a state have in common in its file.

use std::fmt::{self, Write as _};
use std::path::Path;

use serde::de::{Deserializer, Visitor};
use serde::ser::Serializer;

use crate::Error;
use crate::files::problem;

pub(super) fn wrong(what: &str) -> Error {
    problem(Path::new(""), what)
}

/// Refuses a file that contradicts itself.
pub(super) fn check(good: bool, what: &str) -> Result<(), Error> {
    if good { Ok(()) } else { Err(wrong(&format!("{what} do not suit each other"))) }
}

pub(crate) fn hexadecimal(keys: impl Iterator<Item = Option<u64>>) -> String {
    let mut text = String::new();
    for key in keys {
        match key {
            // Writing to a string cannot fail.
            Some(key) => drop(write!(text, "{key:016x}")),
            None => text.push_str("----------------"),
        }
    }
    text
}

pub(crate) fn keys_of(text: &str) -> Result<Vec<Option<u64>>, Error> {
    keys_in(text).map_err(wrong)
}

const NO_KEYS: &str = "keys are not 16 hexadecimal digits each";

fn keys_in(text: &str) -> Result<Vec<Option<u64>>, &'static str> {
    text.as_bytes().chunks(16).map(key_in).collect()
}

/// The key of 16 digits, or that there is none.
fn key_in(digits: &[u8]) -> Result<Option<u64>, &'static str> {
    let digits: &[u8; 16] = digits.try_into().map_err(|_| NO_KEYS)?;
    if digits == b"----------------" {
        return Ok(None);
    }
    let mut key = 0;
    for &digit in digits {
        key = key << 4 | u64::from(char::from(digit).to_digit(16).ok_or(NO_KEYS)?);
    }
    Ok(Some(key))
}

/// Keys that stand in a file as one text of 16 hexadecimal digits each, or as many dashes where there is none.
pub(super) mod keys_as_text {
    use super::*;

    pub(in crate::returns) fn serialize<S: Serializer>(
        keys: &[Option<u64>],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hexadecimal(keys.iter().copied()))
    }

    pub(in crate::returns) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Option<u64>>, D::Error> {
        from.deserialize_str(Digits)
    }

    struct Digits;

    impl Visitor<'_> for Digits {
        type Value = Vec<Option<u64>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("keys of 16 hexadecimal digits each")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            keys_in(text).map_err(E::custom)
        }
    }
}
