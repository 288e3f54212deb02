//! From ids to dense numbers in order of the ids.

use std::hash::{BuildHasher, Hash};
use std::ops::Range;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::columns::{Column, CustomerColumn};
use super::customers::Customers;
use super::short_text::packed;
use crate::parallel::{Threads, collect, map_chunks};

/// Ids are told apart in this many tables, each small enough for a processor's cache.
const SHARDS: usize = 64;

/// Rows of one piece of work.
const CHUNK: usize = 1 << 18;

/// The distinct ids in order, and the number of each row's id among them. `row` names the row of the
/// column for each of `rows` rows in use.
pub(super) fn intern(
    column: &CustomerColumn<'_>,
    rows: usize,
    row: impl Fn(usize) -> usize + Sync,
    threads: Threads,
) -> (Customers, Vec<u32>) {
    match column {
        CustomerColumn::Int(Column { values, .. }) => {
            let id = |number| values[row(number)];
            let (ids, numbers) = match Dense::new(rows, id, threads) {
                Some(dense) => dense.intern(rows, id, threads),
                None => by_hash(rows, id, threads),
            };
            (Customers::Int(ids), numbers)
        }
        CustomerColumn::Text(Column { values, .. }) => {
            let text = |number| values.text(row(number));
            if let Some(short) = all_short(rows, text, threads) {
                let (ids, numbers) = by_hash(rows, |number| short[number], threads);
                return (Customers::from_short_text(&ids), numbers);
            }
            let (ids, numbers) = by_hash(rows, text, threads);
            (Customers::from_text(ids), numbers)
        }
    }
}

/// The texts as numbers; `None` where one is too long.
fn all_short<'a>(
    rows: usize,
    text: impl Fn(usize) -> &'a str + Sync,
    threads: Threads,
) -> Option<Vec<u128>> {
    let chunks = map_chunks(rows, CHUNK, threads, |chunk| {
        chunk.map(|row| packed(text(row))).collect::<Option<Vec<u128>>>()
    });
    let mut all = Vec::with_capacity(rows);
    for chunk in chunks {
        all.extend(chunk?);
    }
    Some(all)
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
        let mut dense = Self { first: lo, bits: vec![0; span / 64 + 1] };
        for row in 0..rows {
            let (word, bit) = dense.place(id(row));
            dense.bits[word] |= bit;
        }
        Some(dense)
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

/// Ids of any kind: rows go to shards by their hash, each shard tells its ids apart, and the distinct
/// ids of all are put in order.
fn by_hash<K: Copy + Ord + Hash + Send + Sync>(
    rows: usize,
    id: impl Fn(usize) -> K + Sync,
    threads: Threads,
) -> (Vec<K>, Vec<u32>) {
    let hasher = DefaultHashBuilder::default();
    let hashes: Vec<u64> = collect(rows, threads, |row| hasher.hash_one(id(row)));
    let shards = Shards::of(&hashes, threads);
    let told_apart = map_chunks(SHARDS, 1, threads, |shard| {
        Distinct::among(shards.rows(shard.start), &hashes, &id)
    });
    let mut by_id: Vec<(K, u32, u32)> = Vec::new();
    for (shard, distinct) in (0..).zip(&told_apart) {
        by_id.extend((0..).zip(&distinct.ids).map(|(number, &id)| (id, shard, number)));
    }
    let by_id = sorted(&by_id, threads);
    let mut rank: Vec<Vec<u32>> =
        told_apart.iter().map(|distinct| vec![0; distinct.ids.len()]).collect();
    for (position, &(_, shard, local)) in by_id.iter().enumerate() {
        rank[shard as usize][local as usize] = number(position);
    }
    let chunks = map_chunks(rows, CHUNK, threads, |chunk| {
        let mut numbers = vec![0; chunk.len()];
        for shard in 0..SHARDS {
            let part = shards.part(shard, chunk.start / CHUNK);
            let local = &told_apart[shard].local[part.clone()];
            for (&row, &local) in shards.rows(shard)[part].iter().zip(local) {
                numbers[row as usize - chunk.start] = rank[shard][local as usize];
            }
        }
        numbers
    });
    (by_id.into_iter().map(|(id, ..)| id).collect(), chunks.concat())
}

/// The rows of each shard, ascending.
struct Shards {
    rows: Vec<Vec<u32>>,
    /// For each shard, where the rows of each chunk begin, and their number.
    starts: Vec<Vec<usize>>,
}

impl Shards {
    fn of(hashes: &[u64], threads: Threads) -> Self {
        let chunks = map_chunks(hashes.len(), CHUNK, threads, |chunk| {
            let mut rows: Vec<Vec<u32>> = (0..SHARDS).map(|_| Vec::new()).collect();
            for row in chunk {
                // The top bits; the table uses others.
                let shard = hashes[row] >> (64 - SHARDS.trailing_zeros());
                rows[usize::try_from(shard).unwrap_or(0)].push(number(row));
            }
            rows
        });
        let mut shards = Self { rows: vec![Vec::new(); SHARDS], starts: vec![vec![0]; SHARDS] };
        for chunk in chunks {
            let of_shards = shards.rows.iter_mut().zip(&mut shards.starts);
            for ((all, starts), rows) in of_shards.zip(chunk) {
                all.extend(rows);
                starts.push(all.len());
            }
        }
        shards
    }

    fn rows(&self, shard: usize) -> &[u32] {
        &self.rows[shard]
    }

    /// Which of a shard's rows belong to a chunk.
    fn part(&self, shard: usize, chunk: usize) -> Range<usize> {
        self.starts[shard][chunk]..self.starts[shard][chunk + 1]
    }
}

/// The distinct ids of a shard, and the number of each row's id among them.
struct Distinct<K> {
    ids: Vec<K>,
    local: Vec<u32>,
}

impl<K: Copy + Eq> Distinct<K> {
    fn among(rows: &[u32], hashes: &[u64], id: impl Fn(usize) -> K) -> Self {
        let mut known: HashTable<(u64, u32)> = HashTable::new();
        let mut distinct = Self { ids: Vec::new(), local: Vec::with_capacity(rows.len()) };
        for &row in rows {
            let (hash, id) = (hashes[row as usize], id(row as usize));
            let same = |&(other, number): &(u64, u32)| {
                other == hash && distinct.ids[number as usize] == id
            };
            let found = known.find(hash, same).map(|&(_, number)| number);
            let local = found.unwrap_or_else(|| {
                let new = number(distinct.ids.len());
                distinct.ids.push(id);
                known.insert_unique(hash, (hash, new), |&(hash, _)| hash);
                new
            });
            distinct.local.push(local);
        }
        distinct
    }
}

/// Sorts in parts, then merges them.
fn sorted<T: Copy + Ord + Send + Sync>(values: &[T], threads: Threads) -> Vec<T> {
    let parts = threads.for_rows(values.len()).count();
    let mut runs = map_chunks(values.len(), values.len().div_ceil(parts).max(1), threads, |part| {
        let mut part = values[part].to_vec();
        part.sort_unstable();
        part
    });
    while let Some(last) = runs.pop() {
        let Some(other) = runs.pop() else { return last };
        runs.insert(0, merged(&other, &last));
    }
    Vec::new()
}

fn merged<T: Copy + Ord>(mut a: &[T], mut b: &[T]) -> Vec<T> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    while let (Some(&x), Some(&y)) = (a.first(), b.first()) {
        if x <= y {
            all.push(x);
            a = &a[1..];
        } else {
            all.push(y);
            b = &b[1..];
        }
    }
    all.extend_from_slice(a);
    all.extend_from_slice(b);
    all
}

/// A row count as the dense customer number; orders of 2³² customers do not fit in memory.
fn number(count: usize) -> u32 {
    u32::try_from(count).expect("fewer than 2^32 rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ids: &[i64]) {
        let (customers, numbers) = intern(
            &CustomerColumn::Int(Column::new("id", ids)),
            ids.len(),
            |row| row,
            Threads::new(3),
        );
        let mut distinct = ids.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(customers, Customers::Int(distinct.clone()));
        assert!(ids.iter().zip(&numbers).all(|(id, &n)| distinct[n as usize] == *id));
        let text: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let column = Column::new("id", &text).into();
        let (customers, numbers) = intern(&column, ids.len(), |row| row, Threads::new(3));
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
