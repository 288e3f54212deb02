//! Columns as they come in: borrowed, unchecked, with the caller's names for them.

use super::{Customers, customers};
use crate::Error;
use crate::error::same_length;

/// A borrowed column: its name, its values and, where some may be missing, which are there.
///
/// # Examples
/// ```
/// use loyalty_core::orders::Column;
/// let amounts = Column::new("price", &[9.5, 12.0][..]);
/// assert_eq!(amounts.values.len(), 2);
/// ```
#[derive(Debug)]
pub struct Column<'a, T: ?Sized> {
    /// The caller's name for the column; errors quote it.
    pub name: &'a str,
    /// One value per row.
    pub values: &'a T,
    /// `false` where the value is missing; `None` where all are there.
    pub present: Option<&'a [bool]>,
}

impl<T: ?Sized> Clone for Column<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Column<'_, T> {}

impl<'a, T: ?Sized> Column<'a, T> {
    /// A column without missing values.
    pub fn new(name: &'a str, values: &'a T) -> Self {
        Self { name, values, present: None }
    }

    /// The same column with a mask of what is there.
    #[must_use]
    pub fn with_present(self, present: Option<&'a [bool]>) -> Self {
        Self { present, ..self }
    }

    pub(crate) fn is_present(&self, row: usize) -> bool {
        self.present.is_none_or(|present| present[row])
    }
}

impl<T> Column<'_, [T]> {
    /// Accepts a column with a value for each row and, where it has a mask, a mark for each.
    pub(crate) fn same_rows(&self, rows: usize) -> Result<(), Error> {
        same_length(rows, self.name, self.values.len())?;
        same_length(rows, self.name, self.present.map_or(rows, <[bool]>::len))
    }

    /// Accepts a column without a missing value.
    pub(crate) fn all_present(&self) -> Result<(), Error> {
        let mut missing = (0..self.values.len()).filter(|&row| !self.is_present(row));
        let Some(row) = missing.next() else { return Ok(()) };
        let (column, value) = (self.name.to_owned(), "null".to_owned());
        let expected = "present in every row";
        Err(Error::Value { column, row, expected, value, more: missing.count() })
    }
}

impl Column<'_, [f64]> {
    /// A copy of a column whose every row keeps the rule, in another type. A missing value is NaN to the
    /// rule.
    pub(crate) fn checked<T>(
        &self,
        rows: usize,
        broken: impl Fn(usize, f64) -> Option<&'static str>,
        copy: impl Fn(f64) -> T,
    ) -> Result<Vec<T>, Error> {
        self.same_rows(rows)?;
        let read = |row| if self.is_present(row) { self.values[row] } else { f64::NAN };
        let mut problems =
            (0..rows).filter_map(|row| broken(row, read(row)).map(|expected| (row, expected)));
        let Some((row, expected)) = problems.next() else {
            return Ok((0..rows).map(|row| copy(read(row))).collect());
        };
        let value = if self.is_present(row) { read(row).to_string() } else { "null".to_owned() };
        let column = self.name.to_owned();
        Err(Error::Value { column, row, expected, value, more: problems.count() })
    }
}

/// Text by row, however it is stored: `Vec<&str>`, `Vec<String>`, Arrow buffers.
///
/// # Examples
/// ```
/// use loyalty_core::orders::TextColumn;
/// let names = vec!["ada", "grace"];
/// assert_eq!((names.rows(), names.text(1)), (2, "grace"));
/// ```
pub trait TextColumn: Sync {
    /// The number of rows.
    fn rows(&self) -> usize;

    /// The text of a row; anything where the column's mask says that it is missing.
    fn text(&self, row: usize) -> &str;

    /// How long all the text is together, in bytes.
    fn bytes(&self) -> usize {
        (0..self.rows()).map(|row| self.text(row).len()).sum()
    }
}

impl<S: AsRef<str> + Sync> TextColumn for Vec<S> {
    fn rows(&self) -> usize {
        self.len()
    }

    fn text(&self, row: usize) -> &str {
        self[row].as_ref()
    }
}

/// Who ordered: whole numbers or text.
#[derive(Clone, Copy)]
pub enum CustomerColumn<'a> {
    /// Ids that are whole numbers.
    Int(Column<'a, [i64]>),
    /// Ids that are text; empty text is a missing id.
    Text(Column<'a, dyn TextColumn + 'a>),
}

impl std::fmt::Debug for CustomerColumn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if matches!(self, Self::Int(_)) { "Int" } else { "Text" };
        write!(f, "CustomerColumn::{kind}({:?}, {} rows)", self.name(), self.len())
    }
}

impl<'a> From<Column<'a, [i64]>> for CustomerColumn<'a> {
    fn from(column: Column<'a, [i64]>) -> Self {
        Self::Int(column)
    }
}

impl<'a, S: AsRef<str> + Sync> From<Column<'a, Vec<S>>> for CustomerColumn<'a> {
    fn from(column: Column<'a, Vec<S>>) -> Self {
        Self::Text(Column { name: column.name, values: column.values, present: column.present })
    }
}

impl<'a> CustomerColumn<'a> {
    pub(crate) fn name(&self) -> &'a str {
        match self {
            Self::Int(column) => column.name,
            Self::Text(column) => column.name,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Int(column) => column.values.len(),
            Self::Text(column) => column.values.rows(),
        }
    }

    /// What a copy of the ids may take, in bytes.
    pub(crate) fn size(&self) -> usize {
        let text = if let Self::Text(column) = self { column.values.bytes() } else { 0 };
        customers::size(self.len(), text)
    }

    /// Accepts a column with an id for each row and, where it has a mask, a mark for each.
    pub(crate) fn same_rows(&self, rows: usize) -> Result<(), Error> {
        let (Self::Int(Column { present, .. }) | Self::Text(Column { present, .. })) = self;
        same_length(rows, self.name(), self.len())?;
        same_length(rows, self.name(), present.map_or(rows, <[bool]>::len))
    }

    /// A copy of the ids, of which none may be missing.
    pub(crate) fn read(&self, rows: usize) -> Result<Customers, Error> {
        self.same_rows(rows)?;
        if let Some(row) = (0..rows).find(|&row| !self.is_present(row)) {
            let (column, value) = (self.name().to_owned(), "null".to_owned());
            let expected = "present in every row";
            return Err(Error::Value { column, row, expected, value, more: 0 });
        }
        Ok(match self {
            Self::Int(column) => Customers::Int(column.values.to_vec()),
            Self::Text(column) => {
                Customers::from_text((0..rows).map(|row| column.values.text(row)))
            }
        })
    }

    /// The id of a row as a report shows it; empty where it is missing.
    pub(crate) fn shown(&self, row: usize) -> String {
        match self {
            _ if !self.is_present(row) => String::new(),
            Self::Int(column) => column.values[row].to_string(),
            Self::Text(column) => column.values.text(row).to_owned(),
        }
    }

    pub(crate) fn is_present(&self, row: usize) -> bool {
        match self {
            Self::Int(column) => column.is_present(row),
            Self::Text(column) => column.is_present(row) && !column.values.text(row).is_empty(),
        }
    }
}

/// What the integers of a time column count since 1970-01-01T00:00 wall-clock time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeScale {
    /// Days.
    Days,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds, the library's own resolution.
    Microseconds,
    /// Nanoseconds, rounded down to microseconds.
    Nanoseconds,
}

impl TimeScale {
    /// The same instant in microseconds, or `None` outside the years 0001 to 9999.
    pub fn microseconds(self, time: i64) -> Option<i64> {
        let time = match self {
            Self::Days => time.checked_mul(crate::time::DAY),
            Self::Seconds => time.checked_mul(1_000_000),
            Self::Milliseconds => time.checked_mul(1_000),
            Self::Microseconds => Some(time),
            Self::Nanoseconds => Some(time.div_euclid(1_000)),
        };
        time.filter(|time| crate::time::RANGE.contains(time))
    }
}
