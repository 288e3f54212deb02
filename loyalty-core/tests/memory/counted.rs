//! An allocator that counts, and tells questions from use.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

/// What is taken without a question: two pieces at once that are too small for one.
const SMALL: usize = 2 << 20;

/// A question is a request for whole pages, aligned as such; nothing else in the library is.
const PAGE: usize = 4096;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
/// The most that may be live by what was asked for so far.
static ALLOWED: AtomicUsize = AtomicUsize::new(0);
/// By how much more was live.
static BEYOND: AtomicUsize = AtomicUsize::new(0);

/// One call at a time is counted, with nothing beside it.
static ALONE: Mutex<()> = Mutex::new(());

pub(crate) struct Counting;

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() == PAGE {
            ALLOWED.fetch_max(LIVE.load(SeqCst) + layout.size(), SeqCst);
        } else {
            let live = LIVE.fetch_add(layout.size(), SeqCst) + layout.size();
            MOST.fetch_max(live, SeqCst);
            BEYOND.fetch_max(live.saturating_sub(ALLOWED.load(SeqCst)), SeqCst);
        }
        // SAFETY: the caller's contract is that of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if layout.align() != PAGE {
            LIVE.fetch_sub(layout.size(), SeqCst);
        }
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// A test's right to call [`within`]: other tests wait.
pub(crate) fn alone() -> impl Sized {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a call, which must have asked for all that it takes, and for no more than `most` times as much.
pub(crate) fn within<T, E: std::fmt::Debug>(
    call: &str,
    most: usize,
    make: impl FnOnce() -> Result<T, E>,
) -> T {
    let before = LIVE.load(SeqCst);
    MOST.store(before, SeqCst);
    ALLOWED.store(before + SMALL, SeqCst);
    BEYOND.store(0, SeqCst);
    let made = make().unwrap();
    let (asked, took) = (ALLOWED.load(SeqCst) - before, MOST.load(SeqCst) - before);
    let beyond = BEYOND.load(SeqCst);
    assert_eq!(beyond, 0, "{call} took {took} bytes, {beyond} of them without asking for them");
    assert!(asked <= most * took.max(SMALL), "{call} asked for {asked} bytes and took {took}");
    made
}
