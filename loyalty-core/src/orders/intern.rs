//! From ids to dense numbers in order of the ids.

use std::hash::{BuildHasher, Hash};
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::columns::{Column, CustomerColumn};
use super::customers::Customers;
use super::rows::Used;
use super::short_text::packed;
use crate::math::deal::{self, Places};
use crate::parallel::{Threads, collect, fill_chunks, map_chunks};

/// Ids are told apart in about this many ranges, each small enough for a processor's cache.
const RANGES: usize = 64;

/// Rows of one piece of work.
const CHUNK: usize = 1 << 16;

/// The distinct ids of the rows in use in order, and the number of each row's id among them.
pub(super) fn intern(
    column: &CustomerColumn<'_>,
    used: &Used,
    threads: Threads,
) -> (Customers, Vec<u32>) {
    let rows = used.len();
    match column {
        CustomerColumn::Int(Column { values, .. }) => {
            let id = |number| values[used.row(number)];
            let (ids, numbers) = match Dense::new(rows, id, threads) {
                Some(dense) => dense.intern(rows, id, threads),
                None => by_range(rows, |row| Some(id(row)), threads).unwrap_or_default(),
            };
            (Customers::Int(ids), numbers)
        }
        CustomerColumn::Text(Column { values, .. }) => {
            let text = |number| values.text(used.row(number));
            if let Some((ids, numbers)) = by_range(rows, |row| packed(text(row)), threads) {
                return (Customers::from_short_text(&ids), numbers);
            }
            let (ids, numbers) = by_range(rows, |row| Some(text(row)), threads).unwrap_or_default();
            (Customers::from_text(ids), numbers)
        }
    }
}

/// The same where ids may be missing: that is a level of its own, numbered behind all others.
pub(super) fn levels(
    column: &CustomerColumn<'_>,
    used: &Used,
    threads: Threads,
) -> (Customers, Vec<u32>) {
    let rows = used.len();
    let there: Vec<usize> = (0..rows).filter(|&n| column.is_present(used.row(n))).collect();
    if there.len() == rows {
        return intern(column, used, threads);
    }
    let named = Used::of(there.iter().map(|&n| used.row(n)).collect());
    let (distinct, numbers) = intern(column, &named, threads);
    let mut levels = vec![number(distinct.len()); rows];
    there.iter().zip(numbers).for_each(|(&row, number)| levels[row] = number);
    (distinct, levels)
}

/// Whole numbers that lie close together: which of a range occur, one bit each.
struct Dense {
    first: i64,
    bits: Vec<u64>,
}

impl Dense {
    /// `None` where the ids lie too far apart.
    fn new(rows: usize, id: impl Fn(usize) -> i64 + Sync, threads: Threads) -> Option<Self> {
        let chunks = map_chunks(rows, CHUNK, threads, |chunk| {
            let bounds = |(lo, hi): (i64, i64), id: i64| (lo.min(id), hi.max(id));
            chunk.map(&id).fold((i64::MAX, i64::MIN), bounds)
        });
        let (lo, hi) =
            chunks.iter().fold((i64::MAX, i64::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
        let span = usize::try_from(hi.checked_sub(lo)?).ok()?;
        if span > rows.saturating_mul(16) {
            return None;
        }
        let all = Self { first: lo, bits: vec![0; span / 64 + 1] };
        // One bitmap for each thread.
        let each = rows.div_ceil(threads.for_rows(rows).count()).max(1);
        let parts = map_chunks(rows, each, threads, |chunk| {
            let mut bits = vec![0; all.bits.len()];
            for row in chunk {
                let (word, bit) = all.place(id(row));
                bits[word] |= bit;
            }
            bits
        });
        let join = |mut all: Self, bits: Vec<u64>| {
            all.bits.iter_mut().zip(bits).for_each(|(word, bits)| *word |= bits);
            all
        };
        Some(parts.into_iter().fold(all, join))
    }

    fn place(&self, id: i64) -> (usize, u64) {
        // Not negative: `first` is the least id.
        let offset = id.abs_diff(self.first);
        let word = usize::try_from(offset / 64).unwrap_or(usize::MAX);
        (word, 1 << (offset % 64))
    }

    fn intern(
        &self,
        rows: usize,
        id: impl Fn(usize) -> i64 + Sync,
        threads: Threads,
    ) -> (Vec<i64>, Vec<u32>) {
        let mut before = Vec::with_capacity(self.bits.len());
        let mut ids = Vec::new();
        let mut first = self.first;
        for &word in &self.bits {
            before.push(number(ids.len()));
            let mut left = word;
            while left != 0 {
                ids.push(first + i64::from(left.trailing_zeros()));
                left &= left - 1;
            }
            first = first.wrapping_add(64);
        }
        let rank = |row| {
            let (word, bit) = self.place(id(row));
            before[word] + (self.bits[word] & (bit - 1)).count_ones()
        };
        (ids, collect(rows, threads, rank))
    }
}

/// Ids of any kind: rows are dealt out to ranges of ids, each range tells its ids apart and puts them in
/// order. `None` where a row has no such id.
fn by_range<K: Copy + Ord + Hash + Send + Sync>(
    rows: usize,
    id: impl Fn(usize) -> Option<K> + Sync,
    threads: Threads,
) -> Option<(Vec<K>, Vec<u32>)> {
    let bounds = bounds(rows, &id)?;
    let deal = |rows: Range<usize>| Dealt::of(rows, &id, &bounds);
    let dealt: Vec<Dealt<K>> =
        map_chunks(rows, CHUNK, threads, deal).into_iter().collect::<Option<_>>()?;
    let told_apart = map_chunks(bounds.len() + 1, 1, threads, |range| {
        Distinct::among(dealt.iter().map(|chunk| &chunk.ids[chunk.part(range.start)]))
    });
    let ids = told_apart.iter().flat_map(|distinct| &distinct.ids).copied().collect();
    let mut before = vec![0];
    before.extend(told_apart.iter().scan(0, |sum, distinct| {
        *sum += number(distinct.ids.len());
        Some(*sum)
    }));
    let mut numbers = vec![0; rows];
    fill_chunks(&mut numbers, CHUNK, threads, |chunk, numbers| {
        let dealt = &dealt[chunk];
        for (range, distinct) in told_apart.iter().enumerate() {
            let local = &distinct.local[distinct.starts[chunk]..];
            for (&row, &local) in dealt.rows[dealt.part(range)].iter().zip(local) {
                numbers[row as usize] = before[range] + local;
            }
        }
    });
    Some((ids, numbers))
}

/// The least id of each range but the first, from a sample.
fn bounds<K: Copy + Ord>(rows: usize, id: impl Fn(usize) -> Option<K>) -> Option<Vec<K>> {
    const SAMPLE: usize = 32 * RANGES;
    let step = rows.div_ceil(SAMPLE).max(1);
    let mut sample: Vec<K> = (0..rows).step_by(step).map(id).collect::<Option<_>>()?;
    sample.sort_unstable();
    let each = sample.len().div_ceil(RANGES).max(1);
    let mut bounds: Vec<K> = sample.into_iter().step_by(each).skip(1).collect();
    bounds.dedup();
    Some(bounds)
}

/// The rows of a chunk, range by range.
struct Dealt<K> {
    ids: Vec<K>,
    /// Within the chunk.
    rows: Vec<u32>,
    /// Where each range begins, and the number of rows.
    starts: Vec<usize>,
}

impl<K: Copy + Ord> Dealt<K> {
    fn of(rows: Range<usize>, id: impl Fn(usize) -> Option<K>, bounds: &[K]) -> Option<Self> {
        let mut ids = Vec::with_capacity(rows.len());
        let mut ranges = Vec::with_capacity(rows.len());
        for row in rows {
            let id = id(row)?;
            ranges.push(bounds.partition_point(|bound| *bound <= id));
            ids.push(id);
        }
        let starts = deal::starts(bounds.len() + 1, ranges.iter().copied());
        let (mut places, mut dealt) = (Places::from(&starts), vec![0; ids.len()]);
        for (row, range) in (0..).zip(ranges) {
            dealt[places.next(range)] = row;
        }
        let ids = dealt.iter().map(|&row| ids[row as usize]).collect();
        Some(Self { ids, rows: dealt, starts })
    }

    fn part(&self, range: usize) -> Range<usize> {
        self.starts[range]..self.starts[range + 1]
    }
}

/// The distinct ids of a range in order, and the number of each row's id among them.
struct Distinct<K> {
    ids: Vec<K>,
    local: Vec<u32>,
    /// Where the rows of each chunk begin.
    starts: Vec<usize>,
}

impl<K: Copy + Ord + Hash> Distinct<K> {
    fn among<'a>(chunks: impl Iterator<Item = &'a [K]>) -> Self
    where
        K: 'a,
    {
        let hasher = DefaultHashBuilder::default();
        let hash = |id: &K| hasher.hash_one(id);
        let mut known: HashTable<(K, u32)> = HashTable::new();
        let (mut seen, mut local, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for ids in chunks {
            starts.push(local.len());
            for &id in ids {
                let new = (id, number(seen.len()));
                let same = |other: &(K, u32)| other.0 == id;
                let entry = known.entry(hash(&id), same, |(id, _)| hash(id));
                let number = entry.or_insert_with(|| {
                    seen.push(new);
                    new
                });
                local.push(number.get().1);
            }
        }
        seen.sort_unstable();
        let mut rank = vec![0; seen.len()];
        (0..).zip(&seen).for_each(|(position, &(_, first))| rank[first as usize] = position);
        local.iter_mut().for_each(|local| *local = rank[*local as usize]);
        Self { ids: seen.into_iter().map(|(id, _)| id).collect(), local, starts }
    }
}

/// A row count as a number of 32 bits, which no table that has been let in exceeds.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ids: &[i64]) {
        let (used, threads) = (Used::all(ids.len()), Threads::new(3));
        let column = CustomerColumn::Int(Column::new("id", ids));
        let (customers, numbers) = intern(&column, &used, threads);
        let mut distinct = ids.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(customers, Customers::Int(distinct.clone()));
        assert!(ids.iter().zip(&numbers).all(|(id, &n)| distinct[n as usize] == *id));
        let text: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let column = Column::new("id", &text).into();
        let (customers, numbers) = intern(&column, &used, threads);
        let known = |n: u32| customers.get(n as usize).to_string();
        assert!(text.iter().zip(&numbers).all(|(id, &n)| known(n) == *id));
        assert!((1..customers.len()).all(|n| customers.get(n - 1) < customers.get(n)));
    }

    #[test]
    fn ids_close_together_far_apart_and_at_the_ends_of_the_range() {
        check(&[5]);
        check(&[3, 3, 1, 2, 3, 1]);
        check(&[i64::MIN, i64::MAX, 0, i64::MIN, -1]);
        check(&[i64::MAX, i64::MAX - 64, i64::MAX - 1]);
        check(&[i64::MIN, i64::MIN + 63, i64::MIN + 64]);
        let many = |spread: i64| {
            (0..600_000_i64).map(|i| (i * 7919 % 50_000) * spread - 70).collect::<Vec<_>>()
        };
        check(&many(3));
        check(&many(1_000_003));
    }
}
