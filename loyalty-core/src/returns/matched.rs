//! A table of lines held against the columns that a model has learnt from, by their names.

use super::schema::{IdColumn, Schema};
use crate::Error;
use crate::orders::{Levels, LinesByTime, Numbers};

/// Order lines, with their categories and numbers in the order of the model's, whatever theirs is.
#[derive(Debug, Clone)]
pub(crate) struct MatchedLines<'a> {
    pub(crate) lines: &'a LinesByTime,
    pub(crate) categories: Vec<&'a Levels>,
    pub(crate) numbers: Vec<&'a Numbers>,
}

impl Schema {
    /// Finds the model's columns in a table. Customer and product are known by their roles.
    ///
    /// # Errors
    /// [`Error::Columns`] where a category or a number is missing, unknown or there twice,
    /// [`Error::Type`] where ids are of another kind than those learnt from.
    pub(crate) fn matched<'a>(&self, lines: &'a LinesByTime) -> Result<MatchedLines<'a>, Error> {
        lines.check_product()?;
        let names: Vec<&str> = self.categories.iter().map(|column| column.name.as_str()).collect();
        let categories = by_name("the category", &names, &lines.categories, |levels| &levels.name)?;
        let names: Vec<&str> = self.numbers.iter().map(String::as_str).collect();
        let numbers = by_name("the number", &names, &lines.numbers, |numbers| &numbers.name)?;
        let same_kind =
            |column: &IdColumn, levels: &Levels| Self::same_kind(column, &levels.name, levels.kind);
        same_kind(&self.customer, &lines.customer)?;
        same_kind(&self.product, &lines.product)?;
        for (column, levels) in self.categories.iter().zip(&categories) {
            same_kind(column, levels)?;
        }
        Ok(MatchedLines { lines, categories, numbers })
    }
}

/// The columns of these names, in their order.
fn by_name<'a, C>(
    role: &'static str,
    names: &[&str],
    columns: &'a [C],
    name_of: impl Fn(&C) -> &String,
) -> Result<Vec<&'a C>, Error> {
    let refused =
        |column: &str, problem| Err(Error::Columns { role, column: column.to_owned(), problem });
    for (number, column) in columns.iter().enumerate() {
        let name = name_of(column);
        if columns[..number].iter().any(|other| name_of(other) == name) {
            return refused(name, "is there twice");
        }
        if !names.contains(&name.as_str()) {
            return refused(name, "is unknown: the model has not learnt from it");
        }
    }
    let mut found = Vec::with_capacity(columns.len());
    for &name in names {
        match columns.iter().find(|column| name_of(column) == name) {
            Some(column) => found.push(column),
            None => return refused(name, "is missing: the model has learnt from it"),
        }
    }
    Ok(found)
}
