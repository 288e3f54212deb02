//! Customer ids: interned once, from then on a dense number.

use std::cmp::Ordering;
use std::fmt;
use std::hash::BuildHasher;

use hashbrown::hash_map::Entry;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::columns::CustomerColumn;

/// One customer's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomerId<'a> {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'a str),
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
/// use loyalty_core::{CustomerId, Customers};
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

/// Text ids: all bytes in one string, and where each id ends.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextIds {
    bytes: String,
    ends: Vec<usize>,
}

impl TextIds {
    fn push(&mut self, id: &str) {
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

    /// Appends a row of another table of the same kind.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        match (self, other) {
            (Self::Int(ids), Self::Int(others)) => ids.push(others[row]),
            (Self::Text(ids), Self::Text(others)) => ids.push(others.get(row)),
            _ => unreachable!("ids of both kinds in one table"),
        }
    }

    /// The rows named, in that order.
    pub(crate) fn select(&self, rows: impl IntoIterator<Item = usize>) -> Self {
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

/// Gives each distinct id a number, in order of id, and each row the number of its customer.
///
/// `rows` are the rows to read; the others get no entry.
pub(crate) fn intern(
    column: &CustomerColumn<'_>,
    rows: impl Iterator<Item = usize>,
) -> (Customers, Vec<u32>) {
    let (customers, mut numbers) = match column {
        CustomerColumn::Int(column) => intern_int(rows.map(|row| column.values[row])),
        CustomerColumn::Text(column) => intern_text(rows.map(|row| column.values.get(row))),
    };
    let mut by_id: Vec<u32> = (0..number(customers.len())).collect();
    by_id.sort_unstable_by(|&a, &b| compare(&customers, a, b));
    let mut rank = vec![0; by_id.len()];
    for (position, &customer) in by_id.iter().enumerate() {
        rank[customer as usize] = number(position);
    }
    numbers.iter_mut().for_each(|customer| *customer = rank[*customer as usize]);
    (customers.select(by_id.iter().map(|&row| row as usize)), numbers)
}

fn compare(customers: &Customers, a: u32, b: u32) -> Ordering {
    customers.get(a as usize).cmp(&customers.get(b as usize))
}

fn intern_int(ids: impl Iterator<Item = i64>) -> (Customers, Vec<u32>) {
    let mut known: HashMap<i64, u32> = HashMap::new();
    let mut distinct = Vec::new();
    let numbers = ids
        .map(|id| match known.entry(id) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                distinct.push(id);
                *entry.insert(number(distinct.len() - 1))
            }
        })
        .collect();
    (Customers::Int(distinct), numbers)
}

fn intern_text<'a>(ids: impl Iterator<Item = &'a str>) -> (Customers, Vec<u32>) {
    let hasher = DefaultHashBuilder::default();
    let mut known: HashTable<u32> = HashTable::new();
    let mut distinct = TextIds::default();
    let numbers = ids
        .map(|id| {
            let hash = hasher.hash_one(id);
            if let Some(&known) = known.find(hash, |&known| distinct.get(known as usize) == id) {
                return known;
            }
            let new = number(distinct.ends.len());
            distinct.push(id);
            let rehash = |&known: &u32| hasher.hash_one(distinct.get(known as usize));
            known.insert_unique(hash, new, rehash);
            new
        })
        .collect();
    (Customers::Text(distinct), numbers)
}

/// A row count as the dense customer number; orders of 2³² customers do not fit in memory.
fn number(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 customers")
}
