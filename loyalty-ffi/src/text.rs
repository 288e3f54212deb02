//! Text on its way to C and back.

use std::ffi::{CStr, c_char};

use crate::error::Failure;

/// Text that ends with NUL.
///
/// # Safety
/// `text` is NULL or such text, readable for `'a`.
pub(crate) unsafe fn read_text<'a>(
    name: &'static str,
    text: *const c_char,
) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(Failure::Null(name));
    }
    // SAFETY: not NULL, and this function's contract.
    unsafe { CStr::from_ptr(text) }.to_str().map_err(|_| Failure::NotUtf8(name.to_owned()))
}

/// Copies as much of the text as fits in front of a closing NUL, whole characters only, and gives
/// the full length. Nothing is written to NULL or to a buffer of length 0.
///
/// # Safety
/// `buffer` is NULL or writable for `length` bytes.
pub(crate) unsafe fn copy_text(text: &str, buffer: *mut c_char, length: usize) -> usize {
    if !buffer.is_null() && length > 0 {
        let fits = 0..=text.len().min(length - 1);
        let end = fits.rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
        // SAFETY: `end < length`, and this function's contract.
        unsafe {
            text.as_ptr().copy_to_nonoverlapping(buffer.cast(), end);
            buffer.add(end).write(0);
        }
    }
    text.len()
}

/// [`copy_text`] that stores the full length.
///
/// # Safety
/// As [`copy_text`]; `full_length` is NULL or writable.
pub(crate) unsafe fn put_text(
    text: &str,
    buffer: *mut c_char,
    length: usize,
    full_length: *mut usize,
) {
    // SAFETY: this function's contract.
    unsafe {
        let full = copy_text(text, buffer, length);
        if !full_length.is_null() {
            full_length.write(full);
        }
    }
}

/// The text as a member of a struct, cut as [`copy_text`] cuts.
pub(crate) fn member<const N: usize>(text: &str) -> [c_char; N] {
    let mut member = [0; N];
    // SAFETY: the member is `N` bytes long.
    unsafe { copy_text(text, member.as_mut_ptr(), N) };
    member
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        let shown = |text: &str| {
            // SAFETY: `member` closes with NUL.
            unsafe { CStr::from_ptr(member::<5>(text).as_ptr()) }.to_str().unwrap().to_owned()
        };
        assert_eq!(shown(""), "");
        assert_eq!(shown("abcd"), "abcd");
        assert_eq!(shown("abcde"), "abcd");
        assert_eq!(shown("abcé"), "abc");
        assert_eq!(shown("a€€"), "a€");
    }
}
