//! The compact encoding of a model file: the JSON of what is small, and columns of numbers behind it.

use std::path::Path;

use super::problem;
use crate::Error;
use crate::math::fold::checksum;

/// What such a file begins with; no text does.
const MAGIC: [u8; 8] = *b"\x89LOYALTY";

/// The layout below.
const VERSION: u64 = 2;

/// Bytes before the text: magic, version, checksum, length of the text.
const HEAD: usize = 32;

/// What a file in the compact encoding holds. All numbers in it are little-endian.
pub(crate) struct Compact<'a> {
    /// JSON with the format, version and kind of every model file.
    pub(crate) text: &'a str,
    pub(crate) columns: &'a [u8],
}

impl<'a> Compact<'a> {
    /// What these bytes hold; `None` where they do not begin as the compact encoding does.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Option<Self>, Error> {
        if !is_compact(bytes) {
            return Ok(None);
        }
        let numbers = bytes.get(MAGIC.len()..HEAD).ok_or_else(damaged)?;
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&numbers[8 * at..8 * at + 8]);
            u64::from_le_bytes(number)
        };
        if number(0) != VERSION {
            let got = number(0);
            let what = format!(
                "version {got} of the compact encoding is unknown, this library reads {VERSION}"
            );
            return Err(problem(Path::new(""), &what));
        }
        if number(1) != checksum(VERSION, &bytes[HEAD - 8..]) {
            return Err(damaged());
        }
        let length = usize::try_from(number(2)).map_err(|_| damaged())?;
        let (text, columns) = bytes[HEAD..].split_at_checked(length).ok_or_else(damaged)?;
        let text = std::str::from_utf8(text).map_err(|_| damaged())?;
        Ok(Some(Self { text, columns }))
    }

    /// The bytes that hold it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + self.text.len() + self.columns.len());
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend((self.text.len() as u64).to_le_bytes());
        bytes.extend(self.text.as_bytes());
        bytes.extend(self.columns);
        let sum = checksum(VERSION, &bytes[HEAD - 8..]);
        bytes[HEAD - 16..HEAD - 8].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}

/// Whether a file that begins so is in the compact encoding.
pub(super) fn is_compact(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

fn damaged() -> Error {
    problem(Path::new(""), "is cut off or damaged: its checksum is not that of its content")
}
