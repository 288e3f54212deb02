//! Other tables by customer of the ledger: contacts, and groups of peers.

use super::Peers;
use super::build::Window;
use crate::Error;
use crate::error::same_length;
use crate::orders::{Contacts, CustomerColumn, CustomerId, Customers, dense};
use crate::special::ExactSum;

/// What contacts cost, by customer of the ledger.
pub(super) struct Bill {
    pub(super) all: Vec<f64>,
    /// Without what the shop caused.
    pub(super) own: Vec<f64>,
    pub(super) scale: f64,
    pub(super) unmatched: usize,
}

impl Bill {
    pub(super) fn of(
        contacts: &Contacts,
        known: &Customers,
        window: &Window,
    ) -> Result<Self, Error> {
        let rows = rows_of(contacts.customers(), known, "contacts")?;
        let mut sums = vec![(ExactSum::default(), ExactSum::default()); known.len()];
        let (mut cost, mut square, mut unmatched) = (ExactSum::default(), ExactSum::default(), 0);
        for (contact, &time) in contacts.time.iter().enumerate() {
            let Some(row) = rows[contacts.customer[contact] as usize] else {
                unmatched += 1;
                continue;
            };
            if !window.holds(time) {
                continue;
            }
            let (all, own) = &mut sums[row];
            let spent = contacts.cost[contact];
            all.add(spent);
            if contacts.firm_caused.as_ref().is_none_or(|caused| !caused[contact]) {
                own.add(spent);
                cost.add(spent);
                square.add(spent * spent);
            }
        }
        let scale = if cost.value() > 0.0 { square.value() / cost.value() } else { 0.0 };
        let (all, own) = sums.iter().map(|(all, own)| (all.value(), own.value())).unzip();
        Ok(Self { all, own, scale, unmatched })
    }
}

/// The row of each id in a table of known ids, both in order.
fn rows_of(
    ids: &Customers,
    known: &Customers,
    what: &'static str,
) -> Result<Vec<Option<usize>>, Error> {
    let kind = |ids: &Customers| match ids {
        Customers::Int(_) => "whole numbers",
        Customers::Text(_) => "text",
    };
    if !ids.is_empty() && kind(ids) != kind(known) {
        let (column, expected) = (format!("customer of the {what}"), kind(known));
        return Err(Error::Type { column, expected, got: kind(ids).to_owned() });
    }
    let mut row = 0;
    let find = |id: CustomerId<'_>| {
        while row < known.len() && known.get(row) < id {
            row += 1;
        }
        (row < known.len() && known.get(row) == id).then_some(row)
    };
    Ok((0..ids.len()).map(|number| ids.get(number)).map(find).collect())
}

/// Customers of the ledger by the group that a table gives them.
pub(super) fn peers(
    known: &Customers,
    customer: &CustomerColumn<'_>,
    group: &CustomerColumn<'_>,
) -> Result<Peers, Error> {
    same_length(customer.len(), group.name(), group.len())?;
    let named: Vec<usize> = (0..customer.len())
        .filter(|&row| customer.is_present(row) && group.is_present(row))
        .collect();
    let (ids, id) = dense(customer, &named);
    let (names, name) = dense(group, &named);
    let rows = rows_of(&ids, known, "peer groups")?;
    let mut of = vec![u32::MAX; known.len()];
    for (&id, &name) in id.iter().zip(&name) {
        if let Some(row) = rows[id as usize] {
            of[row] = name;
        }
    }
    Ok(Peers { names, of })
}
