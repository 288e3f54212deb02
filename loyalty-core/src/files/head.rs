//! What says of a model file which kind and version it is; read before anything else in it.

use std::path::Path;

use serde::Deserialize;

use super::scalar::Scalar;
use super::{Compact, FORMAT, GIBIBYTE, not_json, problem, read_bytes_with, text_of};
use crate::Error;
use crate::error::shown;
use crate::memory;

/// What a file of any version has; read first, so that a later version is named as such.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
    /// Text, in the versions known.
    #[serde(default)]
    kind: Scalar,
}

/// The kind of a model file in either encoding, such as `bg-nbd`, `return-propensity` or `behaviours`, which says what reads
/// it: [`ModelFile`](crate::models::ModelFile), [`ReturnPropensity`](crate::returns::ReturnPropensity),
/// [`BehaviourModel`](crate::behaviours::BehaviourModel), [`BehaviourDistribution`](crate::behaviours::BehaviourDistribution).
///
/// # Errors
/// [`Error::ModelFile`] where the file cannot be read or is no model file. Whether its version is known is
/// for the reader of its kind to say.
///
/// # Examples
/// ```
/// use loyalty_core::models::{ModelFile};
/// use loyalty_core::files::{model_kind};
/// use loyalty_core::purchase::BgNbd;
/// let path = std::env::temp_dir().join(format!("loyalty-kind-{}.json", std::process::id()));
/// ModelFile::from(BgNbd::new(0.243, 4.414, 0.793, 2.426)?).write(&path)?;
/// assert_eq!(model_kind(&path)?, "bg-nbd");
/// # std::fs::remove_file(path).unwrap();
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn model_kind(path: impl AsRef<Path>) -> Result<String, Error> {
    read_bytes_with(GIBIBYTE, path.as_ref(), |bytes| model_kind_of(&bytes))
}

/// The kind of a model file that came as bytes; see [`model_kind`].
///
/// # Errors
/// [`Error::ModelFile`] where they are no model file.
///
/// # Examples
/// ```
/// use loyalty_core::files::model_kind_of;
/// use loyalty_core::models::ModelFile;
/// use loyalty_core::spend::GammaGamma;
/// let bytes = ModelFile::from(GammaGamma::new(6.25, 3.74, 15.44)?).to_json().into_bytes();
/// assert_eq!(model_kind_of(&bytes)?, "gamma-gamma");
/// # Ok::<(), loyalty_core::Error>(())
/// ```
pub fn model_kind_of(bytes: &[u8]) -> Result<String, Error> {
    let text = match Compact::of(bytes)? {
        Some(compact) => compact.text,
        None => text_of(bytes)?,
    };
    Ok(head(text)?.kind.text().unwrap_or_default().to_owned())
}

/// The kind of a model file, which must be one of these, in the version of its layout that this library
/// reads: each kind has its own.
pub(crate) fn of_kind(text: &str, version: u32, kinds: &[&str]) -> Result<String, Error> {
    let here = Path::new("");
    memory::ask("a model in JSON", room(text))?;
    let Head { kind, version: got, .. } = head(text)?;
    let known = kind.text().is_some_and(|kind| kinds.contains(&kind));
    // A kind that is no text is none that any version so far could have.
    if got != version && (known || kind.text().is_none()) {
        let what = format!("version {got} is unknown, this library reads {version}");
        return Err(problem(here, &what));
    }
    let kind = kind.text().unwrap_or_default();
    if !known {
        let known: Vec<String> = kinds.iter().map(|kind| format!("{kind:?}")).collect();
        let which = if known.len() == 1 { "not" } else { "none of" };
        return Err(problem(
            here,
            &format!("kind {} is {which} {}", shown(kind), known.join(", ")),
        ));
    }
    Ok(kind.to_owned())
}

/// The bytes that what a text of JSON holds may take: a text may be next to nothing but commas and brackets, each
/// of which stands for a number, a text or a list.
fn room(text: &str) -> usize {
    // A sum of bytes over no more than fit into one takes a tenth of the time of `count`.
    let each = text.as_bytes().chunks(255);
    let count = |of: u8| -> usize {
        let found = |some: &[u8]| some.iter().map(|&byte| u8::from(byte == of)).sum::<u8>();
        each.clone().map(|some| usize::from(found(some))).sum()
    };
    2 * text.len() + 40 * (count(b',') + count(b'"')) + 320 * count(b'[')
}

/// What says that this is a model file, and of which kind and version.
fn head(text: &str) -> Result<Head, Error> {
    let here = Path::new("");
    let head: Head = serde_json::from_str(text).map_err(not_json)?;
    if head.format != FORMAT {
        return Err(problem(here, &format!("format {} is not {FORMAT:?}", shown(&head.format))));
    }
    Ok(head)
}
