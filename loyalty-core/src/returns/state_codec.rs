//! What the parts of a state have in common in its file.

use std::fmt::Write as _;
use std::path::Path;

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
    let key = |digits: &[u8]| {
        if digits == b"----------------" {
            return Some(None);
        }
        let text = std::str::from_utf8(digits).ok().filter(|text| text.len() == 16)?;
        u64::from_str_radix(text, 16).ok().map(Some)
    };
    let keys: Option<Vec<Option<u64>>> = text.as_bytes().chunks(16).map(key).collect();
    keys.ok_or_else(|| wrong("keys are not 16 hexadecimal digits each"))
}
