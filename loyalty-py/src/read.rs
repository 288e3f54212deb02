//! Columns from Python by role, as the core reads Arrow.

use loyalty_core::Error;
pub(crate) use loyalty_core::interop::Times;
pub(crate) use loyalty_core::interop::arrow::{Flags, Ids, Numbers};

use crate::column::Column;

pub(crate) fn numbers(column: &Column) -> Result<Numbers<'_>, Error> {
    Numbers::read(column)
}

/// Flags, of which true is 1 and false is 0, are numbers here too.
pub(crate) fn numbers_or_flags(column: &Column) -> Result<Numbers<'_>, Error> {
    Numbers::read_with_flags(column)
}

pub(crate) fn flags(column: &Column) -> Result<Flags<'_>, Error> {
    Flags::read(column)
}

/// The times of a column on the wall clock: of `zone` if given, else of the column's own zone.
pub(crate) fn times<'a>(column: &'a Column, zone: Option<&str>) -> Result<Times<'a>, Error> {
    Times::read(column, zone)
}
