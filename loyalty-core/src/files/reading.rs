//! Files read whole, within limits.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::compact::is_compact;
use super::{at, caused, problem};
use crate::Error;

pub(crate) const MEBIBYTE: u64 = 1 << 20;
pub(crate) const GIBIBYTE: u64 = 1 << 30;

/// The most bytes of a model's file: thousands of times what any model of a dozen parameters takes, and
/// room for the covariance of more than a thousand covariates.
const MODEL: u64 = 64 * MEBIBYTE;

/// Reads a file of at most 64 MiB by a function of its text; errors name the file.
pub(crate) fn read_with<T>(
    path: &Path,
    from_json: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    read_up_to(MODEL, path, from_json)
}

/// The same with a limit of its own.
pub(crate) fn read_up_to<T>(
    limit: u64,
    path: &Path,
    from_json: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    read_bytes_with(limit, path, |bytes| from_json(text_of(&bytes)?))
}

/// The same of a file that is no text.
pub(crate) fn read_bytes_with<T>(
    limit: u64,
    path: &Path,
    from_bytes: impl FnOnce(Vec<u8>) -> Result<T, Error>,
) -> Result<T, Error> {
    let bytes = bytes_of(limit, path)?;
    if bytes.len() as u64 > limit {
        let what = format!("has more than the {} MiB that such a file may have", limit / MEBIBYTE);
        return Err(problem(path, &what));
    }
    from_bytes(bytes).map_err(|error| at(path, error))
}

/// What a file holds, but no more than one byte beyond the limit.
fn bytes_of(limit: u64, path: &Path) -> Result<Vec<u8>, Error> {
    let (file, length) = opened(limit, path).map_err(|error| caused(path, error))?;
    let mut bytes = Vec::new();
    let short = |_| at(path, Error::Memory { what: "a file", bytes: length });
    bytes.try_reserve_exact(length).map_err(short)?;
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|error| caused(path, error))
}

/// A file opened to be read, and room for what it holds up to one byte beyond the limit.
///
/// A pipe would wait for whoever writes to it, and a device may never end, so neither is opened.
fn opened(limit: u64, path: &Path) -> io::Result<(File, usize)> {
    let regular = |found: &fs::Metadata| match () {
        () if found.is_file() => Ok(()),
        () if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        () => Err(io::Error::new(io::ErrorKind::InvalidInput, "is no regular file")),
    };
    regular(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    let found = file.metadata()?;
    regular(&found)?;
    Ok((file, usize::try_from(found.len().min(limit) + 1).unwrap_or(usize::MAX)))
}

/// The text of a model's file that came as bytes.
///
/// # Errors
/// [`Error::ModelFile`] where it is not UTF-8, as in the compact encoding.
///
/// # Examples
/// ```
/// use loyalty_core::files::text_of;
/// use loyalty_core::models::ModelFile;
/// use loyalty_core::purchase::BgNbd;
/// let bytes = ModelFile::from(BgNbd::new(0.243, 4.414, 0.793, 2.426)?).to_json().into_bytes();
/// assert_eq!(ModelFile::from_json(text_of(&bytes)?)?.model.kind(), "bg-nbd");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn text_of(bytes: &[u8]) -> Result<&str, Error> {
    if is_compact(bytes) {
        let what = "is in the compact encoding, which files of return-propensity alone have";
        return Err(problem(Path::new(""), what));
    }
    std::str::from_utf8(bytes).map_err(|error| caused(Path::new(""), error))
}
