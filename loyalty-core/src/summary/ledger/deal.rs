//! Rows dealt out to groups of consecutive customers that fit a processor's cache.

use crate::parallel::{Threads, map_chunks};

/// Rows of one piece of work.
const CHUNK: usize = 1 << 18;

/// Rows of one group, about.
const GROUP: usize = 1 << 15;

/// The rows of every group, chunk by chunk.
pub(super) struct Dealt<T> {
    chunks: Vec<(Vec<T>, Vec<usize>)>,
    shift: u32,
    customers: usize,
    rows: usize,
}

impl<T: Copy + Default + Send + Sync> Dealt<T> {
    /// Deals the rows for which `make` gives something.
    pub(super) fn of(
        customer: &[u32],
        customers: usize,
        threads: Threads,
        make: impl Fn(usize) -> Option<T> + Sync,
    ) -> Self {
        let each = customer.len().div_ceil(customers).max(1);
        let shift = (GROUP / each).max(1).ilog2();
        let groups = ((customers - 1) >> shift) + 1;
        let chunks = map_chunks(customer.len(), CHUNK, threads, |rows| {
            let mut starts = vec![0; groups + 1];
            for row in rows.clone() {
                starts[(customer[row] >> shift) as usize + 1] += 1;
            }
            (1..=groups).for_each(|group| starts[group] += starts[group - 1]);
            let mut next = starts.clone();
            let mut dealt = vec![T::default(); rows.len()];
            for row in rows {
                if let Some(item) = make(row) {
                    let slot = &mut next[(customer[row] >> shift) as usize];
                    dealt[*slot] = item;
                    *slot += 1;
                }
            }
            // Where each group's rows begin and where those that are there end.
            let bounds = starts[..groups].iter().zip(&next).flat_map(|(&a, &b)| [a, b]).collect();
            (dealt, bounds)
        });
        let kept = |bounds: &Vec<usize>| bounds.chunks(2).map(|b| b[1] - b[0]).sum::<usize>();
        let rows = chunks.iter().map(|(_, bounds)| kept(bounds)).sum();
        Self { chunks, shift, customers, rows }
    }

    /// The rows dealt out.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn groups(&self) -> usize {
        ((self.customers - 1) >> self.shift) + 1
    }

    /// First customer of a group and the number of its customers.
    pub(super) fn members(&self, group: usize) -> (usize, usize) {
        let first = group << self.shift;
        (first, self.customers.min(first + (1 << self.shift)) - first)
    }

    fn of_group(&self, group: usize) -> impl Iterator<Item = &T> + Clone {
        self.chunks
            .iter()
            .flat_map(move |(dealt, bounds)| &dealt[bounds[2 * group]..bounds[2 * group + 1]])
    }

    /// A group's rows brought together by customer, and where each customer's begin.
    pub(super) fn together(
        &self,
        group: usize,
        customer: impl Fn(&T) -> u32,
    ) -> (Vec<T>, Vec<usize>) {
        let (first, members) = self.members(group);
        let mut starts = vec![0; members + 1];
        for row in self.of_group(group) {
            starts[customer(row) as usize - first + 1] += 1;
        }
        (1..=members).for_each(|member| starts[member] += starts[member - 1]);
        let mut next = starts.clone();
        let mut rows = vec![T::default(); starts[members]];
        for row in self.of_group(group) {
            let slot = &mut next[customer(row) as usize - first];
            rows[*slot] = *row;
            *slot += 1;
        }
        (rows, starts)
    }
}
