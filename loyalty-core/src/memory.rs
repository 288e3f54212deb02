//! Memory is asked for before the work that takes it.
//!
//! Where an allocation fails, Rust ends the process, except where the caller asked by `try_reserve`. Work over
//! many rows allocates in hundreds of places, most of them in `collect`, in maps and in other crates, which
//! do not ask. So each load and each batch asks once, before it begins, for one block as large as all that it
//! may take together, and gives it back. Blocks that nobody writes to cost the system nothing.

use std::hint::black_box;

use crate::Error;

/// Less is not asked for: it is what small calls take anyway, and to them a question would cost more than the work.
const SMALL: usize = 1 << 20;

/// Blocks are counted in pages, as the system does.
#[repr(align(4096))]
struct Page(#[expect(dead_code, reason = "room and nothing else")] [u8; 4096]);

/// Whether so many bytes can be had at once; less than a mebibyte is not asked for.
///
/// It is no promise: whoever else takes memory between this call and the work may take just these bytes.
///
/// # Errors
/// [`Error::Memory`] where they cannot.
///
/// # Examples
/// ```
/// use loyalty_core::memory::ask;
/// assert_eq!(ask("a small table", 1_000), Ok(()));
/// let error = ask("a table of all that is", usize::MAX).unwrap_err();
/// assert!(error.to_string().starts_with("not enough memory: a table of all that is may take"));
/// ```
pub fn ask(what: &'static str, bytes: usize) -> Result<(), Error> {
    if bytes < SMALL {
        return Ok(());
    }
    let mut block: Vec<Page> = Vec::new();
    let had = block.try_reserve_exact(bytes.div_ceil(size_of::<Page>()));
    // A block that nothing is done with need not be allocated at all, as far as the compiler is concerned.
    black_box(&mut block);
    had.map_err(|_| Error::Memory { what, bytes })
}

/// The same for so many rows of so many bytes, and bytes besides.
///
/// What a row takes is measured: `tests/memory` holds every call to what it asks for, and what it asks for to three
/// times what the call takes.
pub(crate) fn ask_for_rows(
    what: &'static str,
    rows: usize,
    bytes: usize,
    besides: usize,
) -> Result<(), Error> {
    ask(what, rows.saturating_mul(bytes).saturating_add(besides))
}
