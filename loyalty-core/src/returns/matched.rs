//! A table of lines held against the columns that a model has learnt from, by their names.

use super::schema::{IdColumn, Schema};
use crate::Error;
use crate::orders::{Levels, LinesByTime, Numbers};

/// Order lines, with their categories and numbers in the order of the model's, whatever theirs is.
#[derive(Debug, Clone)]
pub(crate) struct MatchedLines<'a> {
    pub(crate) lines: &'a LinesByTime,
    pub(crate) categories: Few<'a, Levels>,
    pub(crate) numbers: Few<'a, Numbers>,
}

/// Columns of a table, of which there are few: only behind the eighth something is allocated, so that a basket is
/// scored without.
#[derive(Debug, Clone)]
pub(crate) struct Few<'a, C> {
    first: [Option<&'a C>; 8],
    others: Vec<&'a C>,
}

impl<C> Default for Few<'_, C> {
    fn default() -> Self {
        Self { first: [None; 8], others: Vec::new() }
    }
}

impl<'a, C> Few<'a, C> {
    fn push(&mut self, column: &'a C) {
        match self.first.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(column),
            None => self.others.push(column),
        }
    }

    /// The columns, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &'a C> {
        self.first.iter().flatten().chain(&self.others).copied()
    }
}

impl<C> std::ops::Index<usize> for Few<'_, C> {
    type Output = C;

    fn index(&self, number: usize) -> &C {
        match self.first.get(number) {
            Some(place) => place.expect("a column of the schema, all of which were found"),
            None => self.others[number - self.first.len()],
        }
    }
}

impl Schema {
    /// Finds the model's columns in a table. Customer and product are known by their roles.
    ///
    /// # Errors
    /// [`Error::Columns`] where a category or a number is missing, unknown or there twice,
    /// [`Error::Type`] where ids are of another kind than those learnt from.
    pub(crate) fn matched<'a>(&self, lines: &'a LinesByTime) -> Result<MatchedLines<'a>, Error> {
        lines.check_product()?;
        let names = self.categories.iter().map(|column| column.name.as_str());
        let categories = by_name("the category", names, &lines.categories, |levels| &levels.name)?;
        let names = self.numbers.iter().map(String::as_str);
        let numbers = by_name("the number", names, &lines.numbers, |numbers| &numbers.name)?;
        let same_kind =
            |column: &IdColumn, levels: &Levels| Self::same_kind(column, &levels.name, levels.kind);
        same_kind(&self.customer, &lines.customer)?;
        same_kind(&self.product, &lines.product)?;
        for (column, levels) in self.categories.iter().zip(categories.iter()) {
            same_kind(column, levels)?;
        }
        Ok(MatchedLines { lines, categories, numbers })
    }
}

/// The columns of these names, in their order.
fn by_name<'a, 'n, C>(
    role: &'static str,
    names: impl Iterator<Item = &'n str> + Clone,
    columns: &'a [C],
    name_of: impl Fn(&C) -> &String,
) -> Result<Few<'a, C>, Error> {
    let refused =
        |column: &str, problem| Err(Error::Columns { role, column: column.to_owned(), problem });
    for (number, column) in columns.iter().enumerate() {
        let name = name_of(column);
        if columns[..number].iter().any(|other| name_of(other) == name) {
            return refused(name, "is there twice");
        }
        if !names.clone().any(|known| known == name) {
            return refused(name, "is unknown: the model has not learnt from it");
        }
    }
    let mut found = Few::default();
    for name in names {
        match columns.iter().find(|column| name_of(column) == name) {
            Some(column) => found.push(column),
            None => return refused(name, "is missing: the model has learnt from it"),
        }
    }
    Ok(found)
}
