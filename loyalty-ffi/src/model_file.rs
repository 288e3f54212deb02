//! Model files and their content: what every handle that is kept in one can do.

use loyalty_core::Error;

/// An object that is kept in a model file.
pub(crate) trait KeptInFile: Sized + Send + Sync + 'static {
    /// Reads the file at `path`.
    fn read(path: &str) -> Result<Self, Error>;

    /// Reads what such a file holds.
    fn from_bytes(bytes: &[u8]) -> Result<Self, Error>;

    /// What its file would hold.
    fn to_bytes(&self) -> Vec<u8>;
}
