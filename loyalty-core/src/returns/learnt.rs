//! What a model has learnt from, for whoever makes tables for it.

use super::ReturnPropensity;
use super::schema::IdColumn;

/// What a column is to a model of returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LearntRole {
    /// Who ordered.
    Customer,
    /// What was ordered.
    Product,
    /// A property with levels, known by its name.
    Category,
    /// A number, known by its name.
    Number,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LearntCells {
    /// Ids that are whole numbers.
    WholeNumbers,
    /// Ids that are text.
    Text,
    /// Numbers, NaN where missing.
    Numbers,
}

/// A column that a model has learnt from, and that its tables must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LearntColumn<'m> {
    /// What it is to the model.
    pub role: LearntRole,
    /// Its name when the model was fitted. Categories and numbers must have it, customers and products are
    /// known by their roles.
    pub name: &'m str,
    /// What it holds, as it must in every table.
    pub cells: LearntCells,
}

/// A column of ids.
fn of_ids((role, column): (LearntRole, &IdColumn)) -> LearntColumn<'_> {
    let cells = if column.text { LearntCells::Text } else { LearntCells::WholeNumbers };
    LearntColumn { role, name: &column.name, cells }
}

impl ReturnPropensity {
    /// The columns that a table needs beside time and price: customer, product, the categories, the numbers,
    /// in the order in which they were learnt; a table may have them in any.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::returns::{LearntCells, LearntRole, ReturnPropensity};
    ///
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../golden/return_propensity.json");
    /// let model = ReturnPropensity::read(path)?;
    /// let columns = model.columns();
    /// assert_eq!(columns[0].role, LearntRole::Customer);
    /// assert_eq!(columns[1].role, LearntRole::Product);
    /// assert_eq!(columns[1].cells, LearntCells::WholeNumbers);
    /// assert_eq!(columns.len(), 2);
    /// # Ok::<(), loyalty_core::Error>(())
    /// ```
    pub fn columns(&self) -> Vec<LearntColumn<'_>> {
        let schema = &self.schema;
        let own =
            [(LearntRole::Customer, &schema.customer), (LearntRole::Product, &schema.product)];
        let categories = schema.categories.iter().map(|column| (LearntRole::Category, column));
        let numbers = schema.numbers.iter().map(|name| LearntColumn {
            role: LearntRole::Number,
            name,
            cells: LearntCells::Numbers,
        });
        own.into_iter().chain(categories).map(of_ids).chain(numbers).collect()
    }

    /// After how many days what is known of a key weighs half; `None` where nothing is forgotten.
    pub fn half_life_days(&self) -> Option<f64> {
        self.stream.pace.half_life
    }
}
