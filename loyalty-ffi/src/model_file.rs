//! Model files: what every handle that is kept in one can do.

use loyalty_core::Error;

/// An object that is kept in a model file.
pub(crate) trait KeptInFile: Sized + Send + Sync + 'static {
    /// Reads the file at `path`.
    fn read(path: &str) -> Result<Self, Error>;
}
