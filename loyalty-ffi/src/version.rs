//! Which library this is.

use std::ffi::{CStr, c_char};

const VERSION: &CStr =
    match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
        Ok(version) => version,
        Err(_) => panic!("a version has no NUL inside"),
    };

/// The version of the library in use, such as "0.1.0". `LOYALTY_VERSION` is that of the header.
///
/// The text is static; do not free it.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_version() -> *const c_char {
    VERSION.as_ptr()
}
