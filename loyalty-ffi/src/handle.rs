//! Objects on their way to C and back.

use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::error::Failure;

/// An object that C holds by a pointer to its first field.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Held<T> {
    object: T,
    /// Whether others hold it too, so that nobody may change it.
    shared: bool,
}

impl<T> Held<T> {
    /// An object that many will hold.
    pub(crate) fn shared(object: T) -> Arc<Self> {
        Arc::new(Self { object, shared: true })
    }
}

/// What a handle points to.
///
/// # Safety
/// `handle` is NULL or a live object of this library, and stays alive for `'a`.
pub(crate) unsafe fn borrow<'a, T>(name: &'static str, handle: *const T) -> Result<&'a T, Failure> {
    // SAFETY: this function's contract.
    unsafe { handle.as_ref() }.ok_or(Failure::Null(name))
}

/// [`borrow`] for an object that is to change, which one that is shared must not.
///
/// # Safety
/// As [`borrow`], and unless it is shared nobody else uses the object during `'a`.
pub(crate) unsafe fn borrow_mut<'a, T>(
    name: &'static str,
    handle: *mut T,
) -> Result<&'a mut T, Failure> {
    let held = handle.cast::<Held<T>>();
    // SAFETY: every object that C holds is the first field of one that was made here.
    match unsafe { held.as_ref() } {
        None => Err(Failure::Null(name)),
        Some(held) if held.shared => Err(Failure::ReadOnly(name)),
        // SAFETY: nobody else has it, and this function's contract.
        Some(_) => Ok(unsafe { &mut (*held).object }),
    }
}

/// Reads a plain value off an object, 0 for NULL.
///
/// # Safety
/// As [`borrow`].
pub(crate) unsafe fn look<T, V: Default>(handle: *const T, read: impl FnOnce(&T) -> V) -> V {
    // SAFETY: this function's contract.
    unsafe { handle.as_ref() }.map_or_else(V::default, read)
}

/// The place of an out-parameter, which may hold anything before it is written.
///
/// # Safety
/// `out` is NULL or writable for `'a`.
pub(crate) unsafe fn slot<'a, T>(
    name: &'static str,
    out: *mut T,
) -> Result<&'a mut MaybeUninit<T>, Failure> {
    // SAFETY: this function's contract; a place to be written need not be initialised.
    unsafe { out.cast::<MaybeUninit<T>>().as_mut() }.ok_or(Failure::Null(name))
}

/// Writes a value to an out-parameter.
///
/// # Safety
/// As [`slot`].
pub(crate) unsafe fn put<T>(out: *mut T, value: T) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    unsafe { slot("out", out)? }.write(value);
    Ok(())
}

/// Hands an object to the caller, who frees it.
///
/// # Safety
/// As [`slot`].
pub(crate) unsafe fn give<T: Send + Sync>(out: *mut *mut T, object: T) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    fill(unsafe { slot("out", out)? }, object);
    Ok(())
}

/// [`give`] for a place that was looked at before the work began.
///
/// Any number of threads may read an object, hence `Sync`; any may free it, hence `Send`.
pub(crate) fn fill<T: Send + Sync>(place: &mut MaybeUninit<*mut T>, object: T) {
    place.write(made(object));
}

/// An object as C holds it, to be taken back by [`free`].
pub(crate) fn made<T>(object: T) -> *mut T {
    raw(Arc::new(Held { object, shared: false }))
}

fn raw<T>(held: Arc<Held<T>>) -> *mut T {
    Arc::into_raw(held).cast_mut().cast()
}

/// Hands an object that others hold too to the caller, who frees it as if it were theirs alone.
///
/// # Safety
/// As [`slot`].
pub(crate) unsafe fn share<T: Send + Sync>(
    out: *mut *mut T,
    object: Arc<Held<T>>,
) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    unsafe { put(out, raw(object)) }
}

/// Takes an object back and drops it, unless others hold it; nothing for NULL.
///
/// # Safety
/// `handle` is NULL or came from this library, and is not used again.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: every object that C holds was made here, and counts whoever holds it.
        drop(unsafe { Arc::from_raw(handle.cast_const().cast::<Held<T>>()) });
    }
}
