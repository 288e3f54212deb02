//! The error beneath an error.

use std::error::Error;
use std::ops::Deref;
use std::sync::Arc;
use std::{fmt, io};

/// What the system or a reader of files said.
///
/// It is the [`source`](Error::source) of an [`Error::ModelFile`](crate::Error::ModelFile), where
/// `downcast_ref` finds the `std::io::Error` or `serde_json::Error`. Shared, so that errors can be
/// cloned; two are equal where they say the same.
#[derive(Clone)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

impl Cause {
    pub(crate) fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

impl Deref for Cause {
    type Target = dyn Error + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl PartialEq for Cause {
    fn eq(&self, other: &Self) -> bool {
        let kind = |cause: &Self| cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind(self) == kind(other) && self.to_string() == other.to_string()
    }
}
