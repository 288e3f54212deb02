//! Other tables by customer of the ledger: contacts, and groups of peers.

use std::fmt;

use super::Peers;
use super::build::Window;
use crate::Error;
use crate::error::{countable, same_length};
use crate::math::ExactSum;
use crate::math::words::words;
use crate::orders::{Contacts, CustomerColumn, CustomerId, Customers, dense};
use crate::parallel::{Threads, fill_parts};

/// What is done where most rows of a table that is joined name nobody among the customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Joins {
    /// It is an error: ids of another system are the usual reason.
    #[default]
    Refuse,
    /// These rows are left out and counted.
    Allow,
}

impl Joins {
    const WORDS: [(&'static str, Self); 2] = [("refuse", Self::Refuse), ("allow", Self::Allow)];
}

words!(Joins, "joins", "refuse or allow");

/// The least share of rows that must name a customer. Contacts and mailings are of people who never
/// bought, too, but a table about this shop is mostly about its customers; ids of another system match
/// nobody, or few by chance.
const LEAST_MATCHED: f64 = 0.5;

/// Ids that are shown of either side.
const SHOWN: usize = 3;

/// How many rows of a table found their customers. It shows as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JoinReport {
    /// Which table: `contacts`, `marketing`, `peers`.
    pub table: &'static str,
    /// Its rows.
    pub rows: usize,
    /// Those that name a customer of the order lines.
    pub matched: usize,
    /// Those that do not.
    pub unmatched: usize,
    /// A few ids that are nobody's among the order lines.
    pub unmatched_ids: Vec<String>,
    /// A few customers of the order lines who are not named.
    pub unnamed_customers: Vec<String>,
    /// Whether ids are text in one table and numbers in the other, and were matched by their digits.
    pub by_digits: bool,
}

impl JoinReport {
    fn of(table: &'static str, ids: &Customers, found: &Found, known: &Customers) -> Self {
        let unknown = (0..ids.len()).filter(|&id| found.rows[id].is_none());
        let mut named = vec![false; known.len()];
        found.rows.iter().flatten().for_each(|&row| named[row] = true);
        let unnamed = (0..known.len()).filter(|&row| !named[row]);
        Self {
            table,
            rows: 0,
            matched: 0,
            unmatched: 0,
            unmatched_ids: unknown.take(SHOWN).map(|id| ids.get(id).to_string()).collect(),
            unnamed_customers: unnamed.take(SHOWN).map(|row| known.get(row).to_string()).collect(),
            by_digits: found.by_digits,
        }
    }

    fn count(&mut self, is_matched: bool) {
        self.rows += 1;
        self.matched += usize::from(is_matched);
        self.unmatched += usize::from(!is_matched);
    }

    /// Goes on where enough rows found their customers, or others are allowed.
    pub(super) fn accepted(&self, joins: Joins) -> Result<(), Error> {
        let enough = self.matched as f64 >= LEAST_MATCHED * self.rows as f64;
        if enough || joins == Joins::Allow {
            return Ok(());
        }
        let problem = format!(
            "{self}. At least half should: ids of another system are the usual reason; \
             joins=\"allow\" leaves the others out"
        );
        Err(Error::Unclear { column: format!("customer of the {}", self.table), problem })
    }
}

impl fmt::Display for JoinReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, rows, matched, unmatched, .. } = self;
        write!(
            f,
            "names a customer of the order lines in {matched} of {rows} rows of the {table}"
        )?;
        if *unmatched > 0 {
            write!(f, " (not {}", self.unmatched_ids.join(", "))?;
            match &self.unnamed_customers[..] {
                [] => f.write_str(")")?,
                ids => write!(f, "; the order lines have {})", ids.join(", "))?,
            }
        }
        if self.by_digits {
            f.write_str(", ids being text in one and numbers in the other")?;
        }
        Ok(())
    }
}

/// What contacts cost, by customer of the ledger.
pub(super) struct Bill {
    pub(super) all: Vec<f64>,
    pub(super) join: JoinReport,
}

impl Bill {
    pub(super) fn of(
        table: &'static str,
        contacts: &Contacts,
        known: &Customers,
        window: &Window,
        threads: Threads,
    ) -> Self {
        let found = Found::of(contacts.customers(), known);
        let mut join = JoinReport::of(table, contacts.customers(), &found, known);
        let rows = found.rows;
        let mut sums = vec![ExactSum::default(); rows.len()];
        fill_parts(&mut sums, threads, |first, sums| {
            for (contact, &customer) in contacts.customer.iter().enumerate() {
                if let Some(sum) = sums.get_mut((customer as usize).wrapping_sub(first))
                    && window.holds(contacts.time[contact])
                {
                    sum.add(contacts.cost[contact]);
                }
            }
        });
        for &customer in &contacts.customer {
            join.count(rows[customer as usize].is_some());
        }
        let mut bill = Self { all: vec![0.0; known.len()], join };
        for (row, sum) in rows.iter().zip(&sums) {
            if let Some(row) = *row {
                // Two texts may be one number.
                bill.all[row] += sum.value();
            }
        }
        bill
    }
}

/// The row of each id in a table of known ids.
struct Found {
    rows: Vec<Option<usize>>,
    /// Whether one of the two has text and the other whole numbers.
    by_digits: bool,
}

impl Found {
    /// Both are in order of their ids.
    fn of(ids: &Customers, known: &Customers) -> Self {
        let rows = match (ids, known) {
            (Customers::Text(_), Customers::Int(numbers)) => (0..ids.len())
                .map(|id| {
                    let text = ids.get(id).to_string();
                    let number: i64 = text.trim().parse().ok()?;
                    numbers.binary_search(&number).ok()
                })
                .collect(),
            (Customers::Int(numbers), Customers::Text(text)) => {
                let row_of: std::collections::HashMap<&str, usize> =
                    (0..known.len()).map(|row| (text.get(row).trim(), row)).collect();
                numbers.iter().map(|id| row_of.get(&*id.to_string()).copied()).collect()
            }
            _ => in_order(ids, known),
        };
        let by_digits = matches!(ids, Customers::Int(_)) != matches!(known, Customers::Int(_));
        Self { rows, by_digits: by_digits && !ids.is_empty() }
    }
}

/// The row of each id in a table of known ids.
pub(crate) fn rows_of(ids: &Customers, known: &Customers) -> Vec<Option<usize>> {
    Found::of(ids, known).rows
}

fn in_order(ids: &Customers, known: &Customers) -> Vec<Option<usize>> {
    let mut row = 0;
    let find = |id: CustomerId<'_>| {
        while row < known.len() && known.get(row) < id {
            row += 1;
        }
        (row < known.len() && known.get(row) == id).then_some(row)
    };
    (0..ids.len()).map(|number| ids.get(number)).map(find).collect()
}

/// The distinct ids of a column.
pub(crate) fn ids_of(customer: &CustomerColumn<'_>) -> Result<Customers, Error> {
    countable("the number of rows", customer.len())?;
    let there: Vec<usize> = (0..customer.len()).filter(|&row| customer.is_present(row)).collect();
    Ok(dense(customer, &there).0)
}

/// Customers of the ledger by the group that a table gives them.
pub(super) fn peers(
    known: &Customers,
    customer: &CustomerColumn<'_>,
    group: &CustomerColumn<'_>,
) -> Result<(Peers, JoinReport), Error> {
    countable("the number of rows", customer.len())?;
    same_length(customer.len(), group.name(), group.len())?;
    let named: Vec<usize> = (0..customer.len())
        .filter(|&row| customer.is_present(row) && group.is_present(row))
        .collect();
    let (ids, id) = dense(customer, &named);
    let (names, name) = dense(group, &named);
    let found = Found::of(&ids, known);
    let mut join = JoinReport::of("peers", &ids, &found, known);
    let mut of = vec![u32::MAX; known.len()];
    for (&id, &name) in id.iter().zip(&name) {
        join.count(found.rows[id as usize].is_some());
        if let Some(row) = found.rows[id as usize] {
            of[row] = name;
        }
    }
    Ok((Peers { names, of }, join))
}
