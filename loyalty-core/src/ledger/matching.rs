//! Other tables by customer of the ledger: contacts, and groups of peers.

use super::Peers;
use super::build::Window;
use crate::Error;
use crate::error::{countable, same_length};
use crate::math::ExactSum;
use crate::orders::{Contacts, CustomerColumn, CustomerId, Customers, dense};
use crate::parallel::{Threads, fill_parts};

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
        threads: Threads,
    ) -> Result<Self, Error> {
        let rows = rows_of(contacts.customers(), known, "contacts")?;
        let own = |contact: usize| contacts.firm_caused.as_ref().is_none_or(|by| !by[contact]);
        // By customer of the contacts: all, and those that count as the customer's own.
        let mut sums = vec![[ExactSum::default(); 2]; rows.len()];
        fill_parts(&mut sums, threads, |first, sums| {
            for (contact, &customer) in contacts.customer.iter().enumerate() {
                if let Some(sums) = sums.get_mut((customer as usize).wrapping_sub(first))
                    && window.holds(contacts.time[contact])
                {
                    sums[0].add(contacts.cost[contact]);
                    if own(contact) {
                        sums[1].add(contacts.cost[contact]);
                    }
                }
            }
        });
        let (mut cost, mut square, mut unmatched) = (ExactSum::default(), ExactSum::default(), 0);
        for (contact, &time) in contacts.time.iter().enumerate() {
            if rows[contacts.customer[contact] as usize].is_none() {
                unmatched += 1;
            } else if window.holds(time) && own(contact) {
                let spent = contacts.cost[contact];
                cost.add(spent);
                square.add(spent * spent);
            }
        }
        let scale = if cost.value() > 0.0 { square.value() / cost.value() } else { 0.0 };
        let mut bill =
            Self { all: vec![0.0; known.len()], own: vec![0.0; known.len()], scale, unmatched };
        for (row, [all, own]) in rows.iter().zip(&sums) {
            if let Some(row) = *row {
                (bill.all[row], bill.own[row]) = (all.value(), own.value());
            }
        }
        Ok(bill)
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
    countable("the number of rows", customer.len())?;
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
