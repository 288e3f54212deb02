//! Columns that say more of each customer than their purchases.

use std::ops::Range;

use hashbrown::HashMap;
use ndarray::ArrayView2;

use super::CustomerSummary;
use crate::Error;
use crate::error::{LARGEST, countable, same_length, shown};
use crate::memory;
use crate::orders::{Column, CustomerColumn, CustomerId, TextColumn};

/// A column of covariates as the caller holds it.
///
/// A number is one that a step up or down means something of, such as an age or a 0 and 1; a category is text,
/// whose levels are known by their names.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum CovariateColumn<'a> {
    /// Numbers from -1e50 to 1e50.
    Number(Column<'a, [f64]>),
    /// Levels by name, none of them empty.
    Category(Column<'a, dyn TextColumn + 'a>),
}

impl<'a> From<Column<'a, [f64]>> for CovariateColumn<'a> {
    fn from(column: Column<'a, [f64]>) -> Self {
        Self::Number(column)
    }
}

impl<'a, S: AsRef<str> + Sync> From<Column<'a, Vec<S>>> for CovariateColumn<'a> {
    fn from(column: Column<'a, Vec<S>>) -> Self {
        Self::Category(Column { name: column.name, values: column.values, present: column.present })
    }
}

impl std::fmt::Debug for CovariateColumn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if matches!(self, Self::Number(_)) { "Number" } else { "Category" };
        write!(f, "CovariateColumn::{kind}({:?}, {} rows)", self.name(), self.rows())
    }
}

impl CovariateColumn<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Number(column) => column.name,
            Self::Category(column) => column.name,
        }
    }

    fn rows(&self) -> usize {
        match self {
            Self::Number(column) => column.values.len(),
            Self::Category(column) => column.values.rows(),
        }
    }
}

/// What is known of customers besides their purchases: one row per customer, checked once.
///
/// # Examples
/// ```
/// use loyalty_core::orders::Column;
/// use loyalty_core::summary::Covariates;
/// let (age, channel) = ([31.0, 54.0], vec!["web", "shop"]);
/// let covariates = Covariates::new(&[
///     Column::new("age", &age[..]).into(),
///     Column::new("channel", &channel).into(),
/// ])?;
/// assert_eq!(covariates.names().collect::<Vec<_>>(), ["age", "channel"]);
/// let missing = Covariates::new(&[Column::new("age", &[31.0, f64::NAN][..]).into()]);
/// assert_eq!(
///     missing.unwrap_err().to_string(),
///     "column \"age\", row 1: must be a number from -1e50 to 1e50, none missing, got NaN"
/// );
/// # Ok::<(), loyalty_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Covariates {
    rows: usize,
    columns: Vec<Named>,
}

/// A column and its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) values: CovariateValues,
}

/// The values of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CovariateValues {
    Numbers(Vec<f64>),
    /// Levels in order of their names, and the number of each row's.
    Categories {
        levels: Vec<String>,
        rows: Vec<u32>,
    },
}

/// What a number must be.
const NUMBER: &str = "a number from -1e50 to 1e50, none missing";

impl Covariates {
    /// Checks every cell and takes a copy of the columns.
    ///
    /// # Errors
    /// [`Error::Empty`] without columns or rows, [`Error::Length`] where their lengths differ,
    /// [`Error::Columns`] where a name is there twice, [`Error::Value`] with the first cell that is missing or
    /// outside its domain.
    pub fn new(columns: &[CovariateColumn<'_>]) -> Result<Self, Error> {
        let empty = |expected| Err(Error::Empty { what: "the table of covariates", expected });
        let Some(first) = columns.first() else { return empty("at least one column") };
        let rows = first.rows();
        countable("the number of customers", rows)?;
        if rows == 0 {
            return empty("at least one customer");
        }
        memory::ask_for_rows("a table of covariates", rows, 9 * columns.len(), 0)?;
        let names: Vec<&str> = columns.iter().map(CovariateColumn::name).collect();
        once(&names)?;
        let checked = columns.iter().map(|column| checked(column, rows));
        Ok(Self { rows, columns: checked.collect::<Result<_, _>>()? })
    }

    /// The same of a matrix of numbers, a row per customer and a column per name.
    ///
    /// # Errors
    /// As [`Covariates::new`], and [`Error::Length`] where there are not as many names as columns.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::ndarray::array;
    /// use loyalty_core::summary::Covariates;
    /// let values = array![[0.0, 31.0], [1.0, 54.0]];
    /// let covariates = Covariates::of_matrix(&["member", "age"], values.view())?;
    /// assert_eq!(covariates.len(), 2);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "as views are passed")]
    pub fn of_matrix(names: &[&str], values: ArrayView2<'_, f64>) -> Result<Self, Error> {
        same_length(values.ncols(), "names", names.len())?;
        let columns: Vec<Vec<f64>> =
            values.columns().into_iter().map(|column| column.to_vec()).collect();
        let named = names.iter().zip(&columns);
        Self::new(
            &named.map(|(name, values)| Column::new(name, &values[..]).into()).collect::<Vec<_>>(),
        )
    }

    /// The number of customers.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none, which no table of covariates is.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The names of the columns, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// How many features the columns make at most: one of a number, one of each level but the first.
    pub(crate) fn features(&self) -> usize {
        let of = |column: &Named| match &column.values {
            CovariateValues::Numbers(_) => 1,
            CovariateValues::Categories { levels, .. } => levels.len(),
        };
        self.columns.iter().map(of).sum()
    }

    /// Asks for the features of customers, and for what a fit keeps of them by their features.
    pub(crate) fn ask_for_patterns(&self, what: &'static str) -> Result<(), Error> {
        memory::ask_for_rows(what, self.len(), 104 + 40 * self.features(), 0)
    }

    /// The column of a name.
    pub(crate) fn column(&self, name: &str) -> Option<&Named> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The rows of a summary's customers, in its order, found by their ids in a table that may have them in any,
    /// with the number of rows left over, which are of nobody in the summary.
    ///
    /// # Errors
    /// [`Error::Length`] where there are not as many ids as rows, [`Error::Value`] where an id is missing or
    /// there twice, or where a customer of the summary has no row; [`Error::Type`] where the ids are not of the
    /// summary's kind, [`Error::MissingColumn`] where it has none.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::summary::{Covariates, CustomerSummary, SummaryColumns};
    /// let mut columns = SummaryColumns::new(&[0.0, 2.0], &[0.0, 5.0], &[9.0, 9.0]);
    /// columns.customer = Some(Column::new("customer", &[7, 3][..]).into());
    /// let customers = CustomerSummary::new(&columns)?;
    /// let table = Covariates::new(&[Column::new("age", &[54.0, 20.0, 31.0][..]).into()])?;
    /// let (joined, left_over) = table.joined(&Column::new("id", &[3, 5, 7][..]).into(), &customers)?;
    /// assert_eq!((joined.len(), left_over), (2, 1));
    /// let same = Covariates::new(&[Column::new("age", &[31.0, 54.0][..]).into()])?;
    /// assert_eq!(joined, same);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn joined(
        &self,
        ids: &CustomerColumn<'_>,
        customers: &CustomerSummary,
    ) -> Result<(Self, usize), Error> {
        ids.same_rows(self.rows)?;
        let needed_by = "joining covariates by customer";
        let known =
            customers.customers().ok_or(Error::MissingColumn { column: "customer", needed_by })?;
        let value = |row: usize, expected| Error::Value {
            column: ids.name().to_owned(),
            row,
            expected,
            value: ids.shown(row),
            more: 0,
        };
        let is_text = matches!(ids, CustomerColumn::Text(_));
        if is_text != matches!(known.get(0), CustomerId::Text(_)) {
            let (expected, got) =
                if is_text { ("whole numbers", "text") } else { ("text", "whole numbers") };
            let column = ids.name().to_owned();
            return Err(Error::Type { column, expected, got: got.to_owned() });
        }
        let mut row_of = HashMap::with_capacity(self.rows);
        for row in 0..self.rows {
            if !ids.is_present(row) {
                return Err(value(row, "an id, none missing"));
            }
            if row_of.insert(id_of(ids, row), row).is_some() {
                return Err(value(row, "there once"));
            }
        }
        let mut rows = Vec::with_capacity(known.len());
        let mut without = (0..known.len()).filter(|&row| !row_of.contains_key(&known.get(row)));
        if let Some(row) = without.next() {
            let (column, expected) = (ids.name().to_owned(), "there for every customer");
            let value = format!("no row for the customer {}", shown(&known.get(row).to_string()));
            return Err(Error::Value { column, row, expected, value, more: without.count() });
        }
        rows.extend((0..known.len()).map(|row| row_of[&known.get(row)]));
        Ok((self.rows_of(&rows), self.rows - known.len()))
    }

    /// What is known of the customers in a range of rows.
    ///
    /// # Panics
    /// Where the range reaches beyond the last row.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Column;
    /// use loyalty_core::summary::Covariates;
    /// let ages = [31.0, 54.0, 20.0];
    /// let covariates = Covariates::new(&[Column::new("age", &ages[..]).into()])?;
    /// assert_eq!(covariates.slice(1..3), Covariates::new(&[Column::new("age", &ages[1..]).into()])?);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        self.rows_of(&rows.collect::<Vec<usize>>())
    }

    /// These rows, in this order.
    fn rows_of(&self, rows: &[usize]) -> Self {
        let column = |column: &Named| Named {
            name: column.name.clone(),
            values: match &column.values {
                CovariateValues::Numbers(values) => {
                    CovariateValues::Numbers(rows.iter().map(|&row| values[row]).collect())
                }
                CovariateValues::Categories { levels, rows: codes } => Categories {
                    levels: levels.clone(),
                    rows: rows.iter().map(|&row| codes[row]).collect(),
                }
                .in_use(),
            },
        };
        Self { rows: rows.len(), columns: self.columns.iter().map(column).collect() }
    }
}

fn id_of<'a>(ids: &CustomerColumn<'a>, row: usize) -> CustomerId<'a> {
    match ids {
        CustomerColumn::Int(column) => CustomerId::Int(column.values[row]),
        CustomerColumn::Text(column) => CustomerId::Text(column.values.text(row)),
    }
}

/// Refuses a name that is there twice, or none.
fn once(names: &[&str]) -> Result<(), Error> {
    let refused = |column: &str, problem| {
        Err(Error::Columns { role: "the covariate", column: column.to_owned(), problem })
    };
    for (number, &name) in names.iter().enumerate() {
        if name.is_empty() {
            return refused(name, "has no name");
        }
        if names[..number].contains(&name) {
            return refused(name, "is there twice");
        }
    }
    Ok(())
}

fn checked(column: &CovariateColumn<'_>, rows: usize) -> Result<Named, Error> {
    same_length(rows, column.name(), column.rows())?;
    let name = column.name().to_owned();
    let values = match column {
        CovariateColumn::Number(column) => numbers(column, rows)?,
        CovariateColumn::Category(column) => categories(column, rows)?,
    };
    Ok(Named { name, values })
}

fn numbers(column: &Column<'_, [f64]>, rows: usize) -> Result<CovariateValues, Error> {
    column.same_rows(rows)?;
    let broken = |row: &usize| !(column.is_present(*row) && column.values[*row].abs() <= LARGEST);
    refuse(column.name, (0..rows).filter(broken), NUMBER, |row| {
        if column.is_present(row) { column.values[row].to_string() } else { "none".to_owned() }
    })?;
    // One zero, so that rows are equal where their values are.
    Ok(CovariateValues::Numbers(column.values.iter().map(|value| value + 0.0).collect()))
}

fn categories(
    column: &Column<'_, dyn TextColumn + '_>,
    rows: usize,
) -> Result<CovariateValues, Error> {
    same_length(rows, column.name, column.present.map_or(rows, <[bool]>::len))?;
    let broken = |row: &usize| !column.is_present(*row) || column.values.text(*row).is_empty();
    refuse(column.name, (0..rows).filter(broken), "the name of a level, none missing", |_| {
        "none".to_owned()
    })?;
    let (mut number_of, mut levels) = (HashMap::<&str, u32>::new(), Vec::new());
    let mut codes = Vec::with_capacity(rows);
    for row in 0..rows {
        let level = column.values.text(row);
        codes.push(*number_of.entry(level).or_insert_with(|| {
            levels.push(level.to_owned());
            // No more levels than rows, which are counted in 32 bits.
            u32::try_from(levels.len() - 1).unwrap_or(u32::MAX)
        }));
    }
    Ok(Categories { levels, rows: codes }.in_use())
}

fn refuse(
    column: &str,
    mut broken: impl Iterator<Item = usize>,
    expected: &'static str,
    value: impl Fn(usize) -> String,
) -> Result<(), Error> {
    let Some(row) = broken.next() else { return Ok(()) };
    let column = column.to_owned();
    Err(Error::Value { column, row, expected, value: value(row), more: broken.count() })
}

/// Levels in any order.
struct Categories {
    levels: Vec<String>,
    rows: Vec<u32>,
}

impl Categories {
    /// The levels that rows have, in order of their names.
    fn in_use(self) -> CovariateValues {
        let mut used = vec![false; self.levels.len()];
        self.rows.iter().for_each(|&level| used[level as usize] = true);
        let mut order: Vec<usize> = (0..self.levels.len()).filter(|&level| used[level]).collect();
        order.sort_unstable_by(|&a, &b| self.levels[a].cmp(&self.levels[b]));
        let mut number = vec![0; self.levels.len()];
        for (new, &old) in (0..).zip(&order) {
            number[old] = new;
        }
        CovariateValues::Categories {
            rows: self.rows.iter().map(|&level| number[level as usize]).collect(),
            levels: order.into_iter().map(|level| self.levels[level].clone()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::SummaryColumns;

    fn message(columns: &[CovariateColumn<'_>]) -> String {
        Covariates::new(columns).expect_err("refused").to_string()
    }

    #[test]
    fn cells_that_say_nothing_are_refused_by_name_and_row() {
        let number = |values: &[f64]| message(&[Column::new("age", values).into()]);
        for (value, shown) in [(f64::NAN, "NaN"), (f64::INFINITY, "inf"), (-1e51, "-1000")] {
            let error = number(&[1.0, value, value]);
            assert!(error.starts_with("column \"age\", row 1: must be a number"), "{error}");
            assert!(error.contains(shown) && error.ends_with("(and 1 more row)"), "{error}");
        }
        let masked = Column::new("age", &[1.0, 2.0][..]).with_present(Some(&[true, false]));
        assert!(message(&[masked.into()]).ends_with("got none"));
        let text = message(&[Column::new("channel", &vec!["web", ""]).into()]);
        assert_eq!(
            text,
            "column \"channel\", row 1: must be the name of a level, none missing, got none"
        );
    }

    #[test]
    fn columns_have_one_length_and_a_name_of_their_own() {
        let (two, three) = ([1.0, 2.0], [1.0, 2.0, 3.0]);
        let named = |name, values| CovariateColumn::from(Column::new(name, values));
        let error = message(&[named("a", &two[..]), named("b", &three[..])]);
        assert_eq!(error, "column \"b\" has 3 rows, but 2 are expected");
        let error = message(&[named("a", &two[..]), named("a", &two[..])]);
        assert_eq!(error, "the covariate \"a\" is there twice");
        assert!(message(&[named("", &two[..])]).ends_with("has no name"));
        assert!(message(&[]).starts_with("the table of covariates is empty"));
        assert!(message(&[named("a", &[])]).starts_with("the table of covariates is empty"));
    }

    #[test]
    fn customers_are_found_by_their_ids_and_those_without_a_row_are_named() {
        let mut columns = SummaryColumns::new(&[0.0, 2.0], &[0.0, 5.0], &[9.0, 9.0]);
        let names = vec!["ada", "grace"];
        columns.customer = Some(Column::new("customer", &names).into());
        let customers = CustomerSummary::new(&columns).expect("a summary");
        let table = |ids: &Vec<&str>| {
            let channel: Vec<String> = ids.iter().map(|id| format!("of {id}")).collect();
            let table = Covariates::new(&[Column::new("channel", &channel).into()])?;
            table.joined(&Column::new("id", ids).into(), &customers)
        };
        let (joined, left_over) = table(&vec!["grace", "mary", "ada"]).expect("a table");
        assert_eq!(left_over, 1);
        let expected = vec!["of ada", "of grace"];
        assert_eq!(
            joined,
            Covariates::new(&[Column::new("channel", &expected).into()]).expect("a table")
        );
        let error = table(&vec!["ada"]).expect_err("refused").to_string();
        assert!(error.contains("no row for the customer \"grace\""), "{error}");
        let error = table(&vec!["ada", "grace", "ada"]).expect_err("refused").to_string();
        assert_eq!(error, "column \"id\", row 2: must be there once, got ada");
        let age = Covariates::new(&[Column::new("age", &[1.0, 2.0][..]).into()]).expect("a table");
        let error = age.joined(&Column::new("id", &[1, 2][..]).into(), &customers);
        assert_eq!(
            error.expect_err("refused").to_string(),
            "column \"id\" must hold text, got whole numbers"
        );
    }
}
