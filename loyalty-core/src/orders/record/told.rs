//! Which columns the lines of a record have.

use super::super::lines::IdKind;
use crate::Error;

/// Columns of ids that a record holds, in this order.
pub(crate) const IDS: [&str; 6] = ["order", "line", "product", "category", "size", "brand"];

/// Columns of money that a table of lines may lack, in this order.
pub(crate) const MONEY: [&str; 4] = ["discount", "coupon", "offered_depth", "cost"];

/// Which columns a record's lines have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Told {
    /// The ids of [`IDS`].
    pub(crate) ids: [Option<IdKind>; IDS.len()],
    /// The columns of [`MONEY`].
    pub(crate) money: [bool; MONEY.len()],
}

impl Told {
    /// Accepts lines with the same columns, so that no number is made of some lines only.
    pub(super) fn same(self, other: Self) -> Result<(), Error> {
        for (column, (ours, theirs)) in IDS.into_iter().zip(self.ids.into_iter().zip(other.ids)) {
            match (ours, theirs) {
                (Some(ours), Some(theirs)) if ours != theirs => {
                    let (column, got) = (column.to_owned(), theirs.name().to_owned());
                    return Err(Error::Type { column, expected: ours.name(), got });
                }
                _ => same(column, ours.is_some(), theirs.is_some())?,
            }
        }
        let both = self.money.into_iter().zip(other.money);
        MONEY
            .into_iter()
            .zip(both)
            .try_for_each(|(column, (ours, theirs))| same(column, ours, theirs))
    }
}

fn same(column: &str, ours: bool, theirs: bool) -> Result<(), Error> {
    let problem = match (ours, theirs) {
        (true, false) => "is missing: the customer's lines so far have it",
        (false, true) => "is there, and the customer's lines so far have none",
        _ => return Ok(()),
    };
    Err(Error::Columns { role: "column", column: column.to_owned(), problem })
}
