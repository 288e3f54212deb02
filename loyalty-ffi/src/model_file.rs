//! What every kind of model asks of its file.

use loyalty_core::Error;
use loyalty_core::models::{Model, ModelFile};

use crate::error::Failure;
use crate::fit::loyalty_fit_facts;
use crate::versioned;

/// The file holds a model, but of another kind than the caller's.
pub(crate) fn wrong_kind(path: &str, found: &Model, expected: &str) -> Error {
    let problem = format!("holds a {} model, not {expected}", found.kind());
    Error::ModelFile { path: path.to_owned(), problem, source: None }
}

/// Reports the fit that a model was made by, in this process or before it was saved.
///
/// # Safety
/// `facts` is NULL or was set by `loyalty_fit_facts_init`.
pub(crate) unsafe fn report(
    file: &ModelFile,
    facts: *mut loyalty_fit_facts,
) -> Result<(), Failure> {
    let expected = "the model was given by its parameters";
    let fit = file.as_fit()?.ok_or(Error::Empty { what: "the report of the fit", expected })?;
    // SAFETY: this function's contract.
    unsafe { versioned::write("facts", facts, (&fit).into()) }
}
