//! Objects on their way to C and back.

use std::mem::MaybeUninit;

use crate::error::Failure;

/// What a handle points to.
///
/// # Safety
/// `handle` is NULL or a live object of this library, and stays alive for `'a`.
pub(crate) unsafe fn borrow<'a, T>(name: &'static str, handle: *const T) -> Result<&'a T, Failure> {
    // SAFETY: this function's contract.
    unsafe { handle.as_ref() }.ok_or(Failure::Null(name))
}

/// [`borrow`] for an object that is to change.
///
/// # Safety
/// As [`borrow`], and nobody else uses the object during `'a`.
pub(crate) unsafe fn borrow_mut<'a, T>(
    name: &'static str,
    handle: *mut T,
) -> Result<&'a mut T, Failure> {
    // SAFETY: this function's contract.
    unsafe { handle.as_mut() }.ok_or(Failure::Null(name))
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
    place.write(Box::into_raw(Box::new(object)));
}

/// Takes an object back and drops it; nothing for NULL.
///
/// # Safety
/// `handle` is NULL or came from this library, and is not used again.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: every object that C holds was boxed here.
        drop(unsafe { Box::from_raw(handle) });
    }
}
