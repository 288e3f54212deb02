//! Status codes, the error object, and the guard around every call.

use std::any::Any;
use std::ffi::c_char;
use std::panic::{self, AssertUnwindSafe, catch_unwind};

use loyalty_core::Error;

use crate::handle::{free, made};
use crate::text::copy_text;

/// Whether a call did what it says and, if not, what kind of reason there is. The error object's
/// message says which parameter, row or file.
///
/// Later versions may add numbers, so take every number but 0 for a failure.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_status {
    /// Success.
    Ok = 0,
    /// A pointer that must point to something is NULL.
    NullArgument = 1,
    /// Text is not valid UTF-8.
    InvalidUtf8 = 2,
    /// A number lies outside its domain.
    Parameter = 3,
    /// A code is none of those of its enumeration, or two choices do not fit together.
    Choice = 4,
    /// A cell of a column breaks the column's rule.
    Value = 5,
    /// A column holds another type of data than its role allows.
    Type = 6,
    /// An array is not as long as it must be.
    Length = 7,
    /// A column that this call needs is not there, or one that the model has not learnt from is.
    MissingColumn = 8,
    /// An order log has rows that cannot be used.
    Refused = 9,
    /// There is nothing to work on.
    Empty = 10,
    /// Model and data, or two batches, count time in different units.
    Unit = 11,
    /// The data cannot determine the model's parameters.
    Degenerate = 12,
    /// The solver stopped before it found a maximum.
    NotConverged = 13,
    /// The progress callback asked the fit to stop.
    Cancelled = 14,
    /// The expectation is infinite under the model.
    Infinite = 15,
    /// A segment table cannot be read, or leaves a score without a segment or gives it two.
    Segments = 16,
    /// A model file cannot be read, written or understood.
    ModelFile = 17,
    /// The library has a bug. Please report the message.
    Panic = 18,
    /// A reason that has no number yet; the message says what it is.
    Other = 19,
    /// A table of treatments, or what they take of the capacities, makes no sense.
    Treatments = 20,
    /// The model has no such quantity.
    Unavailable = 21,
    /// The object is shared with whoever opened the same file, so it cannot be changed.
    ReadOnly = 22,
    /// The memory that the call may take cannot be had. Nothing was begun.
    OutOfMemory = 23,
}

/// Why a call failed: a status and a message.
///
/// Initialise a variable `loyalty_error *error = NULL` and pass `&error` to as many calls as you
/// like: a call that fails frees the error in it and stores its own, a call that succeeds leaves it
/// alone. Free it once, at the end, with `loyalty_error_free`.
#[derive(Debug)]
pub struct loyalty_error {
    status: loyalty_status,
    message: String,
}

/// What can go wrong in a call from C: all that can in Rust, and what only C can do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Core(#[from] Error),
    #[error("{0} must not be NULL")]
    Null(&'static str),
    #[error("{0} must be valid UTF-8")]
    NotUtf8(String),
    #[error("{0} is shared with whoever opened its file and cannot be changed: load it instead")]
    ReadOnly(&'static str),
    #[error("internal error, please report it: {0}")]
    Panic(String),
}

impl Failure {
    fn of_panic(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        Self::Panic(text.unwrap_or("no message").to_owned())
    }

    fn status(&self) -> loyalty_status {
        match self {
            Self::Core(error) => status_of(error),
            Self::Null(_) => loyalty_status::NullArgument,
            Self::NotUtf8(_) => loyalty_status::InvalidUtf8,
            Self::ReadOnly(_) => loyalty_status::ReadOnly,
            Self::Panic(_) => loyalty_status::Panic,
        }
    }
}

fn status_of(error: &Error) -> loyalty_status {
    match error {
        Error::Parameter { .. } => loyalty_status::Parameter,
        Error::Choice { .. } => loyalty_status::Choice,
        Error::Value { .. } => loyalty_status::Value,
        Error::Type { .. } => loyalty_status::Type,
        Error::Length { .. } => loyalty_status::Length,
        Error::MissingColumn { .. } | Error::Columns { .. } => loyalty_status::MissingColumn,
        Error::Refused(_) | Error::Unclear { .. } | Error::Dates(_) => loyalty_status::Refused,
        Error::Empty { .. } => loyalty_status::Empty,
        Error::Unit { .. } | Error::NoUnit { .. } => loyalty_status::Unit,
        Error::Degenerate { .. } => loyalty_status::Degenerate,
        Error::NotConverged { .. } => loyalty_status::NotConverged,
        Error::Cancelled { .. } => loyalty_status::Cancelled,
        Error::Infinite { .. } => loyalty_status::Infinite,
        Error::Segments(_) => loyalty_status::Segments,
        Error::Treatments(_) => loyalty_status::Treatments,
        Error::Memory { .. } => loyalty_status::OutOfMemory,
        Error::ModelFile { .. } => loyalty_status::ModelFile,
        // The kind of reason is that of what the file holds.
        Error::InFile { source, .. } => status_of(source),
        Error::Unavailable { .. } => loyalty_status::Unavailable,
        _ => loyalty_status::Other,
    }
}

/// Makes a call, turns its failure or its panic into a status, and keeps the reason in `error`.
///
/// # Safety
/// `error` is NULL or points to NULL or to an error made here.
pub(crate) unsafe fn guard(
    error: *mut *mut loyalty_error,
    call: impl FnOnce() -> Result<(), Failure>,
) -> loyalty_status {
    // After a panic nothing of what the call borrowed is looked at, save handles, which never
    // change.
    let failure = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(())) => return loyalty_status::Ok,
        Ok(Err(failure)) => failure,
        Err(payload) => Failure::of_panic(&*payload),
    };
    let status = failure.status();
    // SAFETY: this function's contract.
    unsafe { replace(error, || loyalty_error { status, message: failure.to_string() }) };
    status
}

/// # Safety
/// As [`guard`].
unsafe fn replace(error: *mut *mut loyalty_error, new: impl FnOnce() -> loyalty_error) {
    // SAFETY: `error` is NULL or points to a pointer, which is NULL or an error of this library.
    unsafe {
        if let Some(place) = error.as_mut() {
            free(*place);
            *place = made(new());
        }
    }
}

/// The kind of reason; `LOYALTY_STATUS_OK` for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_status(error: *const loyalty_error) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { error.as_ref() }.map_or(loyalty_status::Ok, |error| error.status)
}

/// Copies the message into `buffer` and returns its full length in bytes, the closing NUL not
/// counted; 0 for NULL. See "Text" above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_message(
    error: *const loyalty_error,
    buffer: *mut c_char,
    length: usize,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { copy_text(error.as_ref().map_or("", |error| &error.message), buffer, length) }
}

/// Frees an error; NULL is allowed. Set the variable to NULL if you pass it on to further calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_error_free(error: *mut loyalty_error) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(error) }
}

/// Whether a panic, which is a bug of the library and becomes the status `PANIC`, stays silent: without this,
/// and after `false`, its text also goes to the standard error of the process. It holds for the whole process;
/// call it once, at the start.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_silence_panics(silent: bool) {
    if silent {
        panic::set_hook(Box::new(|_| {}));
    } else {
        // What was set gives way to what the standard library does.
        drop(panic::take_hook());
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    fn message(error: *const loyalty_error) -> String {
        // SAFETY: tests pass NULL or an error.
        unsafe { error.as_ref() }.map_or_else(String::new, |error| error.message.clone())
    }

    #[test]
    fn what_a_model_lacks_has_a_status_of_its_own() {
        let lacking = Error::Unavailable { model: "NBD", quantity: "P(alive)" };
        let failure = Failure::from(lacking);
        assert_eq!(failure.status(), loyalty_status::Unavailable);
        assert_eq!(failure.to_string(), "NBD has no P(alive)");
    }

    #[test]
    fn a_panic_becomes_a_status_and_later_errors_replace_it() {
        let mut error = ptr::null_mut();
        // SAFETY: `error` points to NULL, then to errors made here.
        unsafe {
            let row = 3;
            let status = guard(&raw mut error, || panic!("no row {row}"));
            assert_eq!(status, loyalty_status::Panic);
            assert_eq!(message(error), "internal error, please report it: no row 3");

            let status = guard(&raw mut error, || Err(Failure::Null("out")));
            assert_eq!(status, loyalty_status::NullArgument);
            assert_eq!(message(error), "out must not be NULL");

            assert_eq!(guard(&raw mut error, || Ok(())), loyalty_status::Ok);
            assert_eq!(loyalty_error_status(error), loyalty_status::NullArgument);
            loyalty_silence_panics(true);
            assert_eq!(guard(ptr::null_mut(), || panic!("nobody asks")), loyalty_status::Panic);
            loyalty_silence_panics(false);
            loyalty_error_free(error);
        }
    }
}
