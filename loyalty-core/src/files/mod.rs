//! Model files: JSON that every language reads to the same bits, and a compact encoding of it.

mod compact;
mod head;
mod reading;
mod scalar;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;
use crate::error::Cause;

pub(crate) use compact::Compact;
pub(crate) use head::of_kind;
pub use head::{model_kind, model_kind_of};
pub use reading::text_of;
pub(crate) use reading::{GIBIBYTE, MEBIBYTE, read_bytes_with, read_up_to, read_with};
pub(crate) use scalar::Numbers;

pub(crate) const FORMAT: &str = "loyalty-model";

/// Writes a file whole or not at all: under a name of its own, which then replaces the path.
///
/// Any number of threads and processes may save to one path at once; the last to finish wins.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Error> {
    write_bytes_whole(path, text.as_bytes())
}

/// The same of a file that is no text.
pub(crate) fn write_bytes_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let (mut file, beside) = create_beside(path).map_err(|error| caused(path, error))?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, path));
    drop(file);
    if let Err(error) = written {
        // Best effort: the write has failed already, and that is what is reported.
        let _ = fs::remove_file(&beside);
        return Err(caused(path, error));
    }
    // The new name outlives a power cut only once the folder is on disk too. Best effort, as some
    // systems open no folders; what is lost then is the new file, never the old one.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Ok(folder) = fs::File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Creates a file in the folder of a path, under a name that nobody else has.
fn create_beside(path: &Path) -> io::Result<(fs::File, PathBuf)> {
    static CREATED: AtomicU64 = AtomicU64::new(0);
    loop {
        // The process keeps machines apart that share the folder only by chance, and a file of an
        // earlier process with this number may be left: then the next name is tried.
        let number = CREATED.fetch_add(1, Ordering::Relaxed);
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}-{number}.partial", std::process::id()));
        match fs::File::create_new(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (file, beside.into())),
        }
    }
}

pub(crate) fn problem(path: &Path, what: &str) -> Error {
    Error::ModelFile { path: path.display().to_string(), problem: what.to_owned(), source: None }
}

/// An error of a file's content with the file's name.
fn at(path: &Path, error: Error) -> Error {
    let path = path.display().to_string();
    match error {
        Error::ModelFile { problem, source, .. } => Error::ModelFile { path, problem, source },
        other => Error::InFile { path, source: Box::new(other) },
    }
}

/// A problem that another error is the cause of.
fn caused(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let problem = error.to_string();
    Error::ModelFile { path: path.display().to_string(), problem, source: Some(Cause::new(error)) }
}

/// What the reader of JSON found wrong with a text.
pub(crate) fn not_json(error: serde_json::Error) -> Error {
    caused(Path::new(""), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_save_to_one_path_leave_a_whole_file() {
        let folder = std::env::temp_dir().join(format!("loyalty-files-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("model.json");
        // Every text is one letter over and over, so that a mixture shows.
        let text = |thread: u8| char::from(b'a' + thread).to_string().repeat(20_000);
        let whole = |read: &str| (0..8).any(|thread| read == text(thread));
        write_whole(&path, &text(0)).expect("an empty folder");
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (path, whole) = (&path, &whole);
                scope.spawn(move || {
                    for _ in 0..50 {
                        write_whole(path, &text(thread)).expect("nobody is in the way");
                        assert!(whole(&fs::read_to_string(path).expect("a file")));
                    }
                });
            }
        });
        let left = fs::read_dir(&folder).expect("the folder").count();
        assert_eq!(left, 1, "partial files are left");
        assert!(write_whole(&folder.join("none").join("model.json"), "").is_err());
        fs::remove_dir_all(folder).expect("to tidy up");
    }
}
