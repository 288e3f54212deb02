//! The one error type of the library.

mod cause;
mod degeneracy;
pub(crate) mod report;
pub(crate) mod stop;

use std::borrow::Cow;

pub use cause::Cause;
pub use degeneracy::Degeneracy;

use report::OrdersReport;
use stop::Stop;

/// What went wrong, with the name, the row and the value that caused it.
///
/// The messages are the same in Rust, Python and C, because the bindings print this type. Rows are
/// counted from 0, as arrays are.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number given to a constructor or a function lies outside its domain.
    #[error("{name} must be {expected}, got {value}")]
    Parameter {
        /// The parameter, as it is called in the signature or by the data.
        name: Cow<'static, str>,
        /// What is allowed.
        expected: &'static str,
        /// What was given.
        value: f64,
    },
    /// A word given as an option is none of those known.
    #[error("{name} must be {expected}, got {value:?}")]
    Choice {
        /// The option, as it is called in the signature.
        name: &'static str,
        /// The words allowed.
        expected: &'static str,
        /// What was given.
        value: String,
    },
    /// A cell of a column breaks the column's rule.
    #[error("column {column:?}, row {row}: must be {expected}, got {value}{}", and_more(*.more))]
    Value {
        /// The column, by the caller's name for it.
        column: String,
        /// The first offending row, counted from 0.
        row: usize,
        /// What is allowed.
        expected: &'static str,
        /// What was found, cut to a readable length.
        value: String,
        /// How many further rows break the same rule.
        more: usize,
    },
    /// A column holds another type of data than its role allows.
    #[error("column {column:?} must hold {expected}, got {got}")]
    Type {
        /// The column, by the caller's name for it.
        column: String,
        /// What is allowed.
        expected: &'static str,
        /// What it holds.
        got: String,
    },
    /// Two columns of one table differ in length.
    #[error("column {column:?} has {got} rows, but {expected} are expected")]
    Length {
        /// The column, by the caller's name for it.
        column: String,
        /// The rows of the first column.
        expected: usize,
        /// The rows of this one.
        got: usize,
    },
    /// The columns of a table are not those, by name, that a model has learnt from.
    #[error("{role} {column:?} {problem}")]
    Columns {
        /// What the column is: a category, a number.
        role: &'static str,
        /// Its name.
        column: String,
        /// Whether it is missing, unknown, or there twice.
        problem: &'static str,
    },
    /// A column that this call needs is not there.
    #[error("{needed_by} needs the column {column:?}, which is missing")]
    MissingColumn {
        /// The column.
        column: &'static str,
        /// Who asks for it.
        needed_by: &'static str,
    },
    /// A time zone that is neither known by its name nor an offset.
    #[error("the time zone {name:?} is unknown")]
    TimeZone {
        /// What was given.
        name: String,
    },
    /// A time zone is given for times that are on no zone's clock.
    #[error("time_zone={zone:?} needs times with a zone, but column {column:?} has none")]
    NoTimeZone {
        /// The column of the times, by the caller's name for it.
        column: String,
        /// The zone given.
        zone: String,
    },
    /// A column that may mean several things, or several things at once.
    #[error("column {column:?} {problem}")]
    Unclear {
        /// The column, by the caller's name for it.
        column: String,
        /// What was found and what to do, as the rest of a sentence.
        problem: String,
    },
    /// Times far from all others, or that stand for no time, which would end the observation.
    #[error("{0}; dates=\"allow\" takes them as they are")]
    Dates(String),
    /// Rows of an order log that cannot be used, by reason.
    #[error("{0}")]
    Refused(Box<OrdersReport>),
    /// There is nothing to work on.
    #[error("{what} is empty: {expected}")]
    Empty {
        /// The table.
        what: &'static str,
        /// What is needed.
        expected: &'static str,
    },
    /// Model and data, or two models, count time in different units.
    #[error("{left} is in {left_unit} and {right} in {right_unit}: use the same unit for both")]
    Unit {
        /// The first of the two.
        left: &'static str,
        /// Its unit.
        left_unit: String,
        /// The second of the two.
        right: &'static str,
        /// Its unit.
        right_unit: String,
    },
    /// A table counts time in a unit that is not known, where it must be.
    #[error("{table} has no unit: state it when you make the summary")]
    NoUnit {
        /// The table.
        table: &'static str,
    },
    /// The data cannot determine the model's parameters.
    #[error("{model} cannot be fitted: {reason}")]
    Degenerate {
        /// The model.
        model: &'static str,
        /// The kind of reason.
        cause: Degeneracy,
        /// Why no parameters fit these data better than all others.
        reason: &'static str,
    },
    /// The solver stopped before it found a maximum.
    #[error("not converged after {iterations} iterations: {stop}")]
    NotConverged {
        /// Iterations made.
        iterations: usize,
        /// Why the solver stopped.
        stop: Stop,
    },
    /// The caller's observer asked the fit to stop.
    #[error("cancelled after {iterations} iterations")]
    Cancelled {
        /// Iterations made.
        iterations: usize,
    },
    /// An expectation that the model says is infinite.
    #[error("{quantity} is infinite: {reason}")]
    Infinite {
        /// What was asked for.
        quantity: &'static str,
        /// The parameter or row that makes it so.
        reason: String,
    },
    /// A quantity that the model does not have, as P(alive) where nobody ever leaves.
    #[error("{model} has no {quantity}")]
    Unavailable {
        /// The model.
        model: &'static str,
        /// What was asked for.
        quantity: &'static str,
    },
    /// The memory that a call may take cannot be had. Nothing was begun.
    #[error("not enough memory: {what} may take {} MiB", bytes.div_ceil(1 << 20))]
    Memory {
        /// What was to be done.
        what: &'static str,
        /// How much was asked for.
        bytes: usize,
    },
    /// A segment table leaves a score without a segment, or gives it two.
    #[error("segment table: {0}")]
    Segments(String),
    /// A table of treatments, or what they take of the capacities, makes no sense.
    #[error("treatments: {0}")]
    Treatments(String),
    /// A model file cannot be read, written or understood.
    #[error("model file {path:?}: {problem}")]
    ModelFile {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
        /// What the system or the JSON reader said, where it was one of them: the
        /// [`source`](std::error::Error::source) of this error.
        source: Option<Cause>,
    },
    /// What a model file holds is not allowed: a parameter outside its domain, an unknown word.
    #[error("model file {path:?}: {source}")]
    InFile {
        /// The file.
        path: String,
        /// What is not allowed, as it is refused where it does not come from a file.
        source: Box<Error>,
    },
}

/// What an [`Error`] is about, for callers who treat all of a kind alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A number, a word or two of them together are not what a call allows: mend the call.
    Argument,
    /// Columns and rows: mend the data, or say which rows to leave out.
    Input,
    /// A table of segments or of treatments contradicts itself.
    Rules,
    /// The data do not determine a model, or the search for its parameters ended early.
    Fit,
    /// The model is sound, but what it was asked for is infinite, or not a quantity it has.
    Prediction,
    /// A model file cannot be read, written or understood.
    File,
    /// The memory that a call may take cannot be had: give it more, or fewer rows at once.
    Memory,
}

impl Error {
    /// What the error is about.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::error::ErrorKind;
    /// use loyalty_core::files::model_kind;
    /// let error = model_kind("no/such/file.json").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::File);
    /// let source = std::error::Error::source(&error).unwrap();
    /// let io = source.downcast_ref::<std::io::Error>().unwrap();
    /// assert_eq!(io.kind(), std::io::ErrorKind::NotFound);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Parameter { .. }
            | Self::Choice { .. }
            | Self::Unit { .. }
            | Self::NoUnit { .. } => ErrorKind::Argument,
            Self::Value { .. }
            | Self::Type { .. }
            | Self::Length { .. }
            | Self::Columns { .. }
            | Self::MissingColumn { .. }
            | Self::Refused(_)
            | Self::Unclear { .. }
            | Self::Dates(_)
            | Self::TimeZone { .. }
            | Self::NoTimeZone { .. }
            | Self::Empty { .. } => ErrorKind::Input,
            Self::Segments(_) | Self::Treatments(_) => ErrorKind::Rules,
            Self::Degenerate { .. } | Self::NotConverged { .. } | Self::Cancelled { .. } => {
                ErrorKind::Fit
            }
            Self::Infinite { .. } | Self::Unavailable { .. } => ErrorKind::Prediction,
            Self::Memory { .. } => ErrorKind::Memory,
            Self::InFile { source, .. } if source.kind() == ErrorKind::Memory => ErrorKind::Memory,
            Self::ModelFile { .. } | Self::InFile { .. } => ErrorKind::File,
        }
    }

    /// A number outside its domain: [`Error::Parameter`] of this name.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::Error;
    /// let error = Error::parameter("margin", "from 0 to 1", 1.5);
    /// assert_eq!(error.to_string(), "margin must be from 0 to 1, got 1.5");
    /// ```
    pub fn parameter(
        name: impl Into<Cow<'static, str>>,
        expected: &'static str,
        value: f64,
    ) -> Self {
        Self::Parameter { name: name.into(), expected, value }
    }

    /// The same error of another row, where it is of one: for callers who look at rows one by one.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::Error;
    /// let (column, expected, value) = ("price".to_owned(), "finite and >= 0", "-1".to_owned());
    /// let error = Error::Value { column, row: 0, expected, value, more: 0 }.in_row(7);
    /// assert_eq!(error.to_string(), "column \"price\", row 7: must be finite and >= 0, got -1");
    /// ```
    #[must_use]
    pub fn in_row(self, row: usize) -> Self {
        match self {
            Self::Value { column, expected, value, more, .. } => {
                Self::Value { column, row, expected, value, more }
            }
            other => other,
        }
    }

    pub(crate) fn degenerate(model: &'static str, cause: Degeneracy, reason: &'static str) -> Self {
        Self::Degenerate { model, cause, reason }
    }
}

fn and_more(rows: usize) -> String {
    match rows {
        0 => String::new(),
        1 => " (and 1 more row)".to_owned(),
        _ => format!(" (and {rows} more rows)"),
    }
}

/// A value as an error shows it: quoted, and cut where it is too long to read.
pub(crate) fn shown(text: &str) -> String {
    const READABLE: usize = 60;
    match text.char_indices().nth(READABLE) {
        None => format!("{text:?}"),
        Some((cut, _)) => format!("{:?}… ({} characters)", &text[..cut], text.chars().count()),
    }
}

/// The largest number taken in, and the inverse of the smallest that must be above 0: far beyond any
/// shop, and close enough that products and quotients of a few stay within the range of `f64`.
pub(crate) const LARGEST: f64 = 1e50;

/// Accepts a number above zero.
pub(crate) fn positive(name: impl Into<Cow<'static, str>>, value: f64) -> Result<f64, Error> {
    match above_0(value) {
        None => Ok(value),
        Some(expected) => Err(Error::parameter(name, expected, value)),
    }
}

/// Accepts a number at or above zero.
pub(crate) fn non_negative(name: impl Into<Cow<'static, str>>, value: f64) -> Result<f64, Error> {
    match at_least_0(value) {
        None => Ok(value),
        Some(expected) => Err(Error::parameter(name, expected, value)),
    }
}

/// What a number above zero must be, if it is not.
pub(crate) fn above_0(value: f64) -> Option<&'static str> {
    match value {
        _ if (1.0 / LARGEST..=LARGEST).contains(&value) => None,
        _ if value.is_finite() && value > 0.0 => Some("from 1e-50 to 1e50"),
        _ => Some("finite and > 0"),
    }
}

/// What a number at or above zero must be, if it is not.
pub(crate) fn at_least_0(value: f64) -> Option<&'static str> {
    match value {
        _ if (0.0..=LARGEST).contains(&value) => None,
        _ if value.is_finite() && value > 0.0 => Some("at most 1e50"),
        _ => Some("finite and >= 0"),
    }
}

/// Accepts a table whose rows can be numbered in 32 bits, which halves what their numbers take of the
/// processor's cache.
pub(crate) fn countable(name: &'static str, rows: usize) -> Result<(), Error> {
    if rows < u32::MAX as usize {
        return Ok(());
    }
    Err(Error::Parameter { name: name.into(), expected: "below 4294967295", value: rows as f64 })
}

/// Accepts a column as long as the first.
pub(crate) fn same_length(expected: usize, column: &str, got: usize) -> Result<(), Error> {
    if got == expected {
        return Ok(());
    }
    Err(Error::Length { column: column.to_owned(), expected, got })
}
