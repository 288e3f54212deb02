//! Service contacts by customer, and the cases that they make.

use super::build::Window;
use super::matching::rows_of;
use super::unusual::{Day, unusual_days};
use crate::math::ExactSum;
use crate::math::elementary::ln;
use crate::orders::{Contacts, Customers};
use crate::time::DAY;

/// A contact counts as one of at least so much of the mean contact's cost, so that its logarithm is finite.
const LEAST_COST: f64 = 0.01;

/// A contact of a customer's own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Call {
    pub(super) time: i64,
    pub(super) cost: f64,
}

/// The contacts of customers of the ledger, in order of time.
#[derive(Debug, Default)]
pub(super) struct ServiceLog {
    /// Where each customer's begin, and behind the last their number; empty without contacts.
    starts: Vec<u32>,
    calls: Vec<Call>,
    /// Mean cost of a contact.
    pub(super) mean_cost: f64,
    /// Days on which contacts jumped shop-wide, which are not the customers'.
    pub(super) outages: Vec<i64>,
}

impl ServiceLog {
    /// The contacts within the window that the shop did not cause.
    pub(super) fn of(contacts: &Contacts, known: &Customers, window: &Window) -> Self {
        let rows = rows_of(contacts.customers(), known);
        let own = |contact: usize| contacts.firm_caused.as_ref().is_none_or(|by| !by[contact]);
        let row = |contact: usize| rows[contacts.customer[contact] as usize];
        let used = |contact: &usize| {
            own(*contact) && row(*contact).is_some() && window.holds(contacts.time[*contact])
        };
        let mut starts = vec![0_u32; known.len() + 1];
        for contact in (0..contacts.len()).filter(used) {
            starts[row(contact).unwrap_or(0) + 1] += 1;
        }
        (0..known.len()).for_each(|row| starts[row + 1] += starts[row]);
        let mut next = starts.clone();
        let mut calls = vec![Call { time: 0, cost: 0.0 }; starts[known.len()] as usize];
        let mut cost = ExactSum::default();
        for contact in (0..contacts.len()).filter(used) {
            let place = &mut next[row(contact).unwrap_or(0)];
            calls[*place as usize] =
                Call { time: contacts.time[contact], cost: contacts.cost[contact] };
            cost.add(contacts.cost[contact]);
            *place += 1;
        }
        for row in 0..known.len() {
            calls[starts[row] as usize..starts[row + 1] as usize]
                .sort_unstable_by(|a, b| a.time.cmp(&b.time).then(a.cost.total_cmp(&b.cost)));
        }
        let mean_cost = if calls.is_empty() { 0.0 } else { cost.value() / calls.len() as f64 };
        let mut log = Self { starts, calls, mean_cost, outages: Vec::new() };
        log.outages = log.jumps(known.len());
        log
    }

    /// Days on which far more customers called than on those around, each of them counted once a day.
    fn jumps(&self, customers: usize) -> Vec<i64> {
        let days = (0..customers).flat_map(|row| {
            let calls = self.all_of(row).chunk_by(|a, b| day(a) == day(b));
            calls.map(|calls| day(&calls[0]))
        });
        unusual_days(days)
    }

    fn all_of(&self, row: usize) -> &[Call] {
        match (self.starts.get(row), self.starts.get(row + 1)) {
            (Some(&from), Some(&to)) => &self.calls[from as usize..to as usize],
            _ => &[],
        }
    }

    /// The contacts of a customer from one time to another, without those of outages.
    pub(super) fn of_customer(&self, row: usize, window: &Window, calls: &mut Vec<Call>) {
        calls.clear();
        let own = |call: &&Call| {
            window.holds(call.time) && self.outages.binary_search(&day(call)).is_err()
        };
        calls.extend(self.all_of(row).iter().filter(own));
    }
}

/// ln of a case's cost by that of the mean contact.
pub(super) fn ln_cost(cost: f64, mean: f64) -> f64 {
    if mean > 0.0 { ln((cost / mean).max(LEAST_COST)) } else { 0.0 }
}

/// The day of a contact.
pub(super) fn day(call: &Call) -> Day {
    call.time.div_euclid(DAY)
}

/// Contacts that are one case: those within some days of its first. A case has an end, so that somebody who
/// calls every week has as many cases as weeks.
pub(super) fn cases(calls: &[Call], length: i64) -> impl Iterator<Item = (i64, f64)> {
    let mut rest = calls;
    std::iter::from_fn(move || {
        let first = rest.first()?;
        let end = rest.partition_point(|call| call.time < first.time + length);
        let (case, after) = rest.split_at(end.max(1));
        rest = after;
        Some((first.time, case.iter().map(|call| call.cost).sum()))
    })
}
