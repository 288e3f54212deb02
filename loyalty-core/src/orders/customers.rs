//! Customer ids: interned once, from then on a dense number.

use super::short_text::unpacked;
use crate::math::random::key_of;
use std::fmt;

/// One customer's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomerId<'a> {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'a str),
}

impl CustomerId<'_> {
    /// A number that the id alone decides, such as a seed of its own.
    pub(crate) fn key(self) -> u64 {
        match self {
            Self::Int(id) => key_of(id.to_le_bytes()),
            Self::Text(id) => key_of(id.bytes()),
        }
    }
}

impl fmt::Display for CustomerId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(id) => write!(f, "{id}"),
            Self::Text(id) => f.write_str(id),
        }
    }
}

/// The ids of customers, by row of the table they belong to.
///
/// # Examples
/// ```
/// use loyalty_core::orders::{CustomerId, Customers};
/// let customers = Customers::from_text(["ada", "grace"]);
/// assert_eq!(customers.get(1), CustomerId::Text("grace"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Customers {
    /// Whole numbers.
    Int(Vec<i64>),
    /// Text, stored in one piece.
    Text(TextIds),
}

/// What a table of so many ids with so much text may take, in bytes, as it grows by doubling.
pub(super) fn size(ids: usize, text: usize) -> usize {
    ids.saturating_mul(16).saturating_add(text.saturating_mul(2))
}

/// Text ids: all bytes in one string, and where each id ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextIds {
    bytes: String,
    ends: Vec<usize>,
}

impl TextIds {
    pub(super) fn push(&mut self, id: &str) {
        self.bytes.push_str(id);
        self.ends.push(self.bytes.len());
    }

    /// The id of a row.
    pub fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.bytes[start..self.ends[row]]
    }

    /// All bytes in one piece; [`TextIds::ends`] says where each id ends.
    pub fn bytes(&self) -> &str {
        &self.bytes
    }

    /// For each id, the position behind its last byte.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }
}

impl Customers {
    /// Text ids, in the order given.
    pub fn from_text<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = TextIds::default();
        ids.into_iter().for_each(|id| text.push(id));
        Self::Text(text)
    }

    /// Text ids from their packed form.
    pub(super) fn from_short_text(ids: &[u128]) -> Self {
        let mut text = TextIds::default();
        ids.iter().for_each(|&id| unpacked(id, |id| text.push(id)));
        Self::Text(text)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Int(ids) => ids.len(),
            Self::Text(ids) => ids.ends.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a copy may take, in bytes.
    pub(crate) fn size(&self) -> usize {
        size(self.len(), if let Self::Text(ids) = self { ids.bytes.len() } else { 0 })
    }

    /// The id of a row.
    ///
    /// # Panics
    /// Where there is no such row.
    pub fn get(&self, row: usize) -> CustomerId<'_> {
        match self {
            Self::Int(ids) => CustomerId::Int(ids[row]),
            Self::Text(ids) => CustomerId::Text(ids.get(row)),
        }
    }

    /// An empty table of the same kind.
    pub(crate) fn empty_like(&self) -> Self {
        match self {
            Self::Int(_) => Self::Int(Vec::new()),
            Self::Text(_) => Self::Text(TextIds::default()),
        }
    }

    /// Takes all ids out and keeps the room, where the kind stays as it is.
    pub(super) fn clear_as(&mut self, text: bool) {
        match self {
            Self::Int(ids) if !text => ids.clear(),
            Self::Text(ids) if text => {
                ids.bytes.clear();
                ids.ends.clear();
            }
            _ if text => *self = Self::Text(TextIds::default()),
            _ => *self = Self::Int(Vec::new()),
        }
    }

    /// Appends a row of another table of the same kind.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        match (self, other) {
            (Self::Int(ids), Self::Int(others)) => ids.push(others[row]),
            (Self::Text(ids), Self::Text(others)) => ids.push(others.get(row)),
            _ => unreachable!("ids of both kinds in one table"),
        }
    }

    /// The ids of the rows named, in that order.
    ///
    /// # Panics
    /// Where there is no such row.
    ///
    /// # Examples
    /// ```
    /// use loyalty_core::orders::Customers;
    /// let customers = Customers::from_text(["ada", "grace"]);
    /// assert_eq!(customers.select([1, 1, 0]), Customers::from_text(["grace", "grace", "ada"]));
    /// ```
    #[must_use]
    pub fn select(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let mut selected = self.empty_like();
        rows.into_iter().for_each(|row| selected.push_from(self, row));
        selected
    }

    /// The first row whose id stands in an earlier row too.
    pub(crate) fn first_repeated(&self) -> Option<usize> {
        let mut seen = hashbrown::HashSet::with_capacity(self.len());
        (0..self.len()).find(|&row| !seen.insert(self.get(row)))
    }
}
