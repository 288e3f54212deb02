//! Occasions of one batch taken into those of another, in place.

use super::grouping::Grouped;
use crate::math::ExactSum;

/// A customer of the merged table: where they are in either batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) mine: Option<usize>,
    pub(super) theirs: Option<usize>,
}

impl Grouped {
    /// Takes another batch in; `pairs` are the customers of both, in order.
    ///
    /// From the last customer to the first, each one's occasions are written to where they end up. No
    /// customer has fewer than before, so what has not been moved yet is never in the way.
    pub(super) fn absorb(&mut self, other: &Self, pairs: &[Pair]) {
        let with_money = !(self.money.is_empty() && other.money.is_empty());
        let mut starts = Vec::with_capacity(pairs.len() + 1);
        let mut end = 0;
        starts.push(end);
        for pair in pairs {
            end += merged(self.keys(pair.mine), other.keys(pair.theirs)).count();
            starts.push(end);
        }
        self.key.reserve_exact(end - self.key.len());
        self.key.resize(end, 0);
        if with_money {
            self.money.reserve_exact(end - self.money.len());
            self.money.resize(end, ExactSum::default());
        }
        for (pair, bounds) in pairs.iter().zip(starts.windows(2)).rev() {
            self.write(bounds[1], other, *pair, with_money);
        }
        self.starts = starts;
    }

    fn keys(&self, customer: Option<usize>) -> &[i64] {
        customer.map_or(&[], |customer| &self.key[self.starts[customer]..self.starts[customer + 1]])
    }

    /// Writes the occasions of a pair so that they end at `end`, the last one first.
    fn write(&mut self, mut end: usize, other: &Self, pair: Pair, with_money: bool) {
        let bounds = |starts: &[usize], customer: Option<usize>| {
            customer.map_or((0, 0), |customer| (starts[customer], starts[customer + 1]))
        };
        let (first, mut i) = bounds(&self.starts, pair.mine);
        let (other_first, mut j) = bounds(&other.starts, pair.theirs);
        while i > first || j > other_first {
            let mine = (i > first).then(|| self.key[i - 1]);
            let theirs = (j > other_first).then(|| other.key[j - 1]);
            // None is before every key.
            let (take_mine, take_theirs) = (mine >= theirs, theirs >= mine);
            i -= usize::from(take_mine);
            j -= usize::from(take_theirs);
            end -= 1;
            self.key[end] = mine.max(theirs).unwrap_or_default();
            if with_money {
                let mut money = if take_mine { self.money[i] } else { ExactSum::default() };
                if take_theirs {
                    money.merge(other.money[j]);
                }
                self.money[end] = money;
            }
        }
    }
}

/// The different keys of two ascending lists, in order.
fn merged<'a>(a: &'a [i64], b: &'a [i64]) -> impl Iterator<Item = i64> + 'a {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        let key = a.get(i).into_iter().chain(b.get(j)).copied().min()?;
        i += usize::from(a.get(i) == Some(&key));
        j += usize::from(b.get(j) == Some(&key));
        Some(key)
    })
}
