//! The one place where errors of the core become exceptions.

use loyalty_core::Error;
use loyalty_core::error::ErrorKind;
use pyo3::PyErr;
use pyo3::exceptions::PyMemoryError;

mod raised {
    pyo3::import_exception!(loyalty.errors, FitError);
    pyo3::import_exception!(loyalty.errors, InputError);
    pyo3::import_exception!(loyalty.errors, ModelFileError);
}

/// An error on its way to Python; `?` turns errors of both sides into it.
pub(crate) struct PyError(PyErr);

/// What every function here returns.
pub(crate) type Result<T> = std::result::Result<T, PyError>;

impl From<PyErr> for PyError {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

impl From<Error> for PyError {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        Self(match error.kind() {
            ErrorKind::Fit | ErrorKind::Prediction => raised::FitError::new_err(message),
            ErrorKind::Memory => PyMemoryError::new_err(message),
            ErrorKind::File => raised::ModelFileError::new_err(message),
            _ => raised::InputError::new_err(message),
        })
    }
}

impl From<PyError> for PyErr {
    fn from(error: PyError) -> Self {
        error.0
    }
}

/// Input that never reached the core.
pub(crate) fn input(message: impl Into<String>) -> PyError {
    PyError(raised::InputError::new_err(message.into()))
}
