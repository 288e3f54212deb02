//! Model files: JSON that every language reads to the same bits.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde::Deserialize;

use crate::Error;

pub(crate) const FORMAT: &str = "loyalty-model";
pub(crate) const VERSION: u32 = 1;

/// What a file of any version has; read first, so that a later version is named as such.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
    /// Text, in the versions known.
    #[serde(default)]
    kind: serde_json::Value,
}

/// Reads a file by a function of its text; errors name the file.
pub(crate) fn read_with<T>(
    path: &Path,
    from_json: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    let text = fs::read_to_string(path).map_err(|error| problem(path, &error.to_string()))?;
    from_json(&text).map_err(|error| match error {
        Error::ModelFile { problem: what, .. } => problem(path, &what),
        other => other,
    })
}

/// Writes a file whole or not at all.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Error> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.partial", std::process::id()));
    let written = fs::File::create(&beside)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // Best effort: the write has failed already, and that is what is reported.
        let _ = fs::remove_file(&beside);
        problem(path, &error.to_string())
    })
}

/// The kind of a model file, such as `bg-nbd`, `return-propensity` or `behaviours`, which says what reads
/// it: [`ModelFile`](crate::models::ModelFile), [`ReturnPropensity`](crate::returns::ReturnPropensity),
/// [`BehaviourModel`](crate::behaviours::BehaviourModel), [`BehaviourDistribution`](crate::behaviours::BehaviourDistribution).
///
/// # Errors
/// [`Error::ModelFile`] where the file cannot be read, is no model file, or has an unknown version.
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
    read_with(path.as_ref(), head)
}

/// The kind of a model file, which must be one of these.
pub(crate) fn of_kind(text: &str, kinds: &[&str]) -> Result<String, Error> {
    let kind = head(text)?;
    if kinds.contains(&kind.as_str()) {
        return Ok(kind);
    }
    let known: Vec<String> = kinds.iter().map(|kind| format!("{kind:?}")).collect();
    let which = if known.len() == 1 { "not" } else { "none of" };
    Err(problem(Path::new(""), &format!("kind {kind:?} is {which} {}", known.join(", "))))
}

/// Whether this is a model file of a version that this library reads, and of which kind.
fn head(text: &str) -> Result<String, Error> {
    let here = Path::new("");
    let head: Head =
        serde_json::from_str(text).map_err(|error| problem(here, &error.to_string()))?;
    if head.format != FORMAT {
        return Err(problem(here, &format!("format {:?} is not {FORMAT:?}", head.format)));
    }
    if head.version != VERSION {
        let what = format!("version {} is unknown, this library reads {VERSION}", head.version);
        return Err(problem(here, &what));
    }
    Ok(head.kind.as_str().unwrap_or_default().to_owned())
}

pub(crate) fn problem(path: &Path, what: &str) -> Error {
    Error::ModelFile { path: path.display().to_string(), problem: what.to_owned() }
}
