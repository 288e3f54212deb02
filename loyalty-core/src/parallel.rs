//! Scoped threads: work is cut by row, results never depend on how many threads did it.
//!
//! There is no pool. A pool's threads do not survive a fork, and the processes that load this library
//! (application servers, job runners) fork.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Fewest rows worth a thread.
const SMALLEST_PART: usize = 8192;

/// How many threads a call may use.
///
/// The results are the same for every number.
///
/// # Examples
/// ```
/// use loyalty_core::parallel::Threads;
/// assert_eq!(Threads::new(2).count(), 2);
/// assert!(Threads::default().count() >= 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Threads(usize);

impl Threads {
    /// Only the calling thread.
    pub const ONE: Self = Self(1);

    /// That many threads; 0 stands for as many as the machine runs at once, the default.
    pub fn new(count: usize) -> Self {
        Self(count)
    }

    /// Not more threads than this many rows are worth.
    pub(crate) fn for_rows(self, rows: usize) -> Self {
        // Asking the machine costs more than a few rows do.
        match rows / SMALLEST_PART {
            0 | 1 => Self::ONE,
            most => Self(self.count().min(most)),
        }
    }

    /// The number of threads this stands for.
    pub fn count(self) -> usize {
        match self.0 {
            0 => thread::available_parallelism().map_or(1, usize::from),
            count => count,
        }
    }
}

/// Cuts `out` in one part per thread. `fill` gets the first row and the values to fill.
pub(crate) fn fill_parts<T: Send>(
    out: &mut [T],
    threads: Threads,
    fill: impl Fn(usize, &mut [T]) + Sync,
) {
    fill_rows(out, 1, threads, fill);
}

/// The same where each row has `width` values in `out`, which lie together.
pub(crate) fn fill_rows<T: Send>(
    out: &mut [T],
    width: usize,
    threads: Threads,
    fill: impl Fn(usize, &mut [T]) + Sync,
) {
    let rows = out.len() / width;
    let parts = threads.for_rows(rows).count();
    if parts == 1 {
        return fill(0, out);
    }
    let length = rows.div_ceil(parts);
    let parts = out.chunks_mut(length * width).enumerate();
    run_all(parts.map(|(part, values)| {
        let fill = &fill;
        move || fill(part * length, values)
    }));
}

/// Cuts `out` in chunks of a length, the last one shorter. `fill` gets the number of the chunk and the
/// values to fill.
pub(crate) fn fill_chunks<T: Send>(
    out: &mut [T],
    chunk: usize,
    threads: Threads,
    fill: impl Fn(usize, &mut [T]) + Sync,
) {
    let each = out.len().div_ceil(chunk).div_ceil(threads.for_rows(out.len()).count()).max(1);
    let parts = out.chunks_mut(each * chunk).enumerate();
    run_all(parts.map(|(part, values)| {
        let fill = &fill;
        move || {
            let chunks = (part * each..).zip(values.chunks_mut(chunk));
            chunks.for_each(|(chunk, values)| fill(chunk, values));
        }
    }));
}

/// Fills `out` row by row.
pub(crate) fn fill<T: Send>(out: &mut [T], threads: Threads, row: impl Fn(usize) -> T + Sync) {
    fill_parts(out, threads, |start, values| {
        for (number, value) in values.iter_mut().enumerate() {
            *value = row(start + number);
        }
    });
}

/// One value per row.
pub(crate) fn collect<T: Clone + Default + Send>(
    rows: usize,
    threads: Threads,
    row: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let mut out = vec![T::default(); rows];
    fill(&mut out, threads, row);
    out
}

/// One value per row, each put at its place; `place` has every place once.
///
/// Each thread fills one stretch and reads all places: that is cheap, unlike writes of two threads to
/// places next to each other. More threads than these would only read.
pub(crate) fn scatter<T: Copy + Default + Send>(
    place: &[u32],
    threads: Threads,
    row: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    const MOST: usize = 8;
    let mut out = vec![T::default(); place.len()];
    let threads = Threads::new(threads.for_rows(place.len()).count().min(MOST));
    fill_parts(&mut out, threads, |first, values| {
        for (number, &place) in place.iter().enumerate() {
            if let Some(value) = values.get_mut((place as usize).wrapping_sub(first)) {
                *value = row(number);
            }
        }
    });
    out
}

/// `f` of each chunk of `0..rows`, in the order of the chunks. Their length is fixed, so that a sum
/// over the results has one order of addition for every number of threads.
pub(crate) fn map_chunks<R: Send>(
    rows: usize,
    chunk: usize,
    threads: Threads,
    f: impl Fn(Range<usize>) -> R + Sync,
) -> Vec<R> {
    let chunks = rows.div_ceil(chunk);
    let range = |index: usize| index * chunk..rows.min((index + 1) * chunk);
    let workers = if chunks < 2 { 1 } else { threads.count().min(chunks) };
    if workers == 1 {
        return (0..chunks).map(|index| f(range(index))).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= chunks {
                return done;
            }
            done.push((index, f(range(index))));
        }
    };
    let mut results: Vec<Option<R>> = (0..chunks).map(|_| None).collect();
    for (index, result) in run_all((0..workers).map(|_| &work)).into_iter().flatten() {
        results[index] = Some(result);
    }
    results.into_iter().flatten().collect()
}

/// Runs pieces of work at once, the first in the calling thread, and gives their results in order.
fn run_all<R: Send, W: FnOnce() -> R + Send>(works: impl Iterator<Item = W>) -> Vec<R> {
    let mut works: Vec<W> = works.collect();
    if works.len() < 2 {
        return works.pop().map(|work| work()).into_iter().collect();
    }
    let mut results: Vec<Option<R>> = works.iter().map(|_| None).collect();
    let pieces = works.into_iter().zip(&mut results).map(|(work, result)| {
        Mutex::new(Some(Box::new(move || *result = Some(work())) as Piece<'_>))
    });
    run_pieces(&pieces.collect::<Vec<_>>(), thread::Builder::new);
    results.into_iter().flatten().collect()
}

/// A piece of work that puts its result where it belongs: what runs threads is compiled once, not once for
/// every kind of work.
type Piece<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Runs every piece in a thread of its own, the first in the calling one. Where the system has no thread to
/// give, the calling one does the work.
///
/// A scope alone waits for the work, not for its threads to have ended. Those still ending would run code
/// of a library that the caller may unload next.
fn run_pieces(pieces: &[Mutex<Option<Piece<'_>>>], thread: impl Fn() -> thread::Builder) {
    let run = |piece: &Mutex<Option<Piece<'_>>>| {
        // Each piece is taken once, so that nobody waits and none is poisoned.
        let piece = piece.lock().unwrap_or_else(PoisonError::into_inner).take();
        piece.into_iter().for_each(|piece| piece());
    };
    let Some((first, others)) = pieces.split_first() else { return };
    thread::scope(|scope| {
        let start = |piece| thread().spawn_scoped(scope, move || run(piece));
        let threads: Vec<_> = others.iter().map(start).collect();
        run(first);
        for (piece, thread) in others.iter().zip(threads) {
            match thread.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(())) => {}
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => run(piece),
            }
        }
    });
}

/// Fills columns piece by piece. Pieces end at `ends`, which rise to the columns' length; `fill` gets the rows
/// of a piece and the values of each column there.
pub(crate) fn fill_columns<'a, R: Send>(
    mut columns: Vec<&'a mut [f64]>,
    ends: &[usize],
    threads: Threads,
    fill: impl Fn(Range<usize>, &mut [&'a mut [f64]]) -> R + Sync,
) -> Vec<R> {
    let mut start = 0;
    let mut piece = |&end: &usize| {
        let rows = start..end;
        start = end;
        let mut values = Vec::with_capacity(columns.len());
        for column in &mut columns {
            values.push(column.split_off_mut(..rows.len()).unwrap_or_default());
        }
        Mutex::new((rows, values))
    };
    let pieces: Vec<_> = ends.iter().map(&mut piece).collect();
    map_chunks(pieces.len(), 1, threads, |piece| {
        // Each piece is taken once, so that nobody waits and none is poisoned.
        let mut piece = pieces[piece.start].lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, values) = &mut *piece;
        fill(rows.clone(), values)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_thread_outlives_a_call() {
        static ENDED: AtomicUsize = AtomicUsize::new(0);
        struct Ending;
        impl Drop for Ending {
            fn drop(&mut self) {
                thread::sleep(std::time::Duration::from_millis(50));
                ENDED.fetch_add(1, Ordering::Relaxed);
            }
        }
        thread_local!(static ENDING: Ending = const { Ending });
        let mut out = vec![0_u8; 3 * SMALLEST_PART];
        let mut calls = 0;
        let mut ended_after = |call: &mut dyn FnMut()| {
            call();
            calls += 1;
            assert_eq!(ENDED.load(Ordering::Relaxed), 2 * calls, "call {calls}");
        };
        let threads = Threads::new(3);
        ended_after(&mut || fill_parts(&mut out, threads, |_, _| ENDING.with(|_| ())));
        ended_after(&mut || fill_chunks(&mut out, 64, threads, |_, _| ENDING.with(|_| ())));
        ended_after(&mut || {
            // Each worker takes a chunk only once all three have one.
            let all = std::sync::Barrier::new(3);
            map_chunks(3, 1, threads, |_| {
                ENDING.with(|_| ());
                all.wait();
            });
        });
    }

    #[test]
    fn work_is_done_where_no_thread_can_be_had() {
        let mut done = [false; 5];
        let pieces = done.iter_mut().map(|done| Mutex::new(Some(Box::new(|| *done = true) as _)));
        // No machine has a stack of 64 TB to give.
        run_pieces(&pieces.collect::<Vec<_>>(), || thread::Builder::new().stack_size(1 << 46));
        assert_eq!(done, [true; 5]);
    }

    #[test]
    fn every_row_once_for_every_number_of_threads() {
        for rows in [0, 1, 8192, 100_001] {
            for threads in [1, 2, 3, 16] {
                let mut out = vec![-1.0; rows];
                fill(&mut out, Threads::new(threads), |row| row as f64);
                assert!(out.iter().enumerate().all(|(row, &value)| value == row as f64));
                let chunks = map_chunks(rows, 1000, Threads::new(threads), |range| range);
                let flat: Vec<usize> = chunks.into_iter().flatten().collect();
                assert!(flat.into_iter().eq(0..rows));
                let (mut a, mut b) = (vec![-1.0; rows], vec![-1.0; rows]);
                let ends: Vec<usize> =
                    (0..=rows / 700).map(|end| rows.min(end * 700)).chain([rows]).collect();
                let pieces = fill_columns(
                    vec![&mut a, &mut b],
                    &ends,
                    Threads::new(threads),
                    |rows, columns| {
                        for (at, row) in rows.clone().enumerate() {
                            (columns[0][at], columns[1][at]) = (row as f64, -(row as f64));
                        }
                        rows.len()
                    },
                );
                assert_eq!(pieces.into_iter().sum::<usize>(), rows);
                assert!(
                    a.iter().zip(&b).enumerate().all(|(row, (&a, &b))| a == row as f64 && b == -a)
                );
                let turned: Vec<u32> = (0..u32::try_from(rows).unwrap()).rev().collect();
                let out = scatter(&turned, Threads::new(threads), |row| [row]);
                assert!(out.into_iter().rev().map(|[row]| row).eq(0..rows));
            }
        }
    }
}
