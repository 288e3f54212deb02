//! Consecutive customers whose lines lie together.

use std::ops::Range;

use crate::parallel::{Threads, map_chunks};

/// Lines of a group, about: few enough for a processor's cache.
const GROUP: usize = 1 << 15;

/// Customers cut in groups.
///
/// Lines lie together by group, within one in the caller's order: writing them to as many places as there
/// are customers would miss the cache with each.
#[derive(Debug, Clone)]
pub(crate) struct Groups {
    customers: usize,
    shift: u32,
    /// Where each group's lines begin, and behind the last their number.
    starts: Vec<u32>,
}

impl Groups {
    /// Groups of customers, by the customer of each row.
    pub(super) fn of(customer: &[u32], customers: usize) -> Self {
        let each = customer.len().div_ceil(customers).max(1);
        let shift = (GROUP / each).max(1).ilog2();
        let mut starts = vec![0; ((customers - 1) >> shift) + 2];
        customer.iter().for_each(|customer| starts[(customer >> shift) as usize + 1] += 1);
        (1..starts.len()).for_each(|group| starts[group] += starts[group - 1]);
        Self { customers, shift, starts }
    }

    pub(crate) fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The customers of a group.
    pub(crate) fn members(&self, group: usize) -> Range<usize> {
        group << self.shift..self.customers.min((group + 1) << self.shift)
    }

    /// Each row's place among the lines.
    pub(super) fn places(&self, customer: &[u32]) -> Vec<u32> {
        let mut next = self.starts.clone();
        let place = |customer: &u32| {
            let next = &mut next[(customer >> self.shift) as usize];
            *next += 1;
            *next - 1
        };
        customer.iter().map(place).collect()
    }

    /// Where each customer's lines begin among all by customer, and these lines; the first id of a line
    /// is its customer's.
    pub(super) fn by_customer(&self, ids: &[[u32; 4]], threads: Threads) -> (Vec<u32>, Vec<u32>) {
        let parts = map_chunks(self.count(), 1, threads, |group| {
            let members = self.members(group.start);
            let lines = self.starts[group.start]..self.starts[group.start + 1];
            let member = |line: u32| ids[line as usize][0] as usize - members.start;
            let mut starts = vec![0; members.len() + 1];
            lines.clone().for_each(|line| starts[member(line) + 1] += 1);
            (1..starts.len()).for_each(|member| starts[member] += starts[member - 1]);
            let mut next = starts.clone();
            let mut by_customer = vec![0; lines.len()];
            for line in lines.clone() {
                let next = &mut next[member(line)];
                by_customer[*next as usize] = line;
                *next += 1;
            }
            starts.pop();
            (starts.into_iter().map(|start| lines.start + start).collect::<Vec<_>>(), by_customer)
        });
        let (mut starts, by_customer): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        starts.push(vec![self.starts[self.count()]]);
        (starts.concat(), by_customer.concat())
    }
}
