//! Structs that C declares and that later versions of the library may lengthen.
//!
//! A program states in the first field how long its struct is. A newer library gives the fields
//! that an older program does not have their default; an older library refuses a newer program that
//! uses a field which it does not have. Nothing here makes a reference to such a struct: the memory
//! behind it may be shorter than the type.

use std::mem::MaybeUninit;
use std::ptr;

use loyalty_core::Error;

use crate::error::Failure;

/// A struct with its size in the first field.
///
/// # Safety
/// `repr(C)`, plain data, `struct_size: usize` first. Fields are only ever appended, none in what was
/// padding before (it holds anything), and in an appended field 0 means the default.
pub(crate) unsafe trait Versioned: Copy {
    /// How long the struct was in the first version that had it, up to and with its last field then, by
    /// [`through!`]. Never changes: a test holds the numbers.
    const FIRST_SIZE: usize;

    /// The defaults.
    fn defaults() -> Self;
}

/// The length of the struct that is declared here up to and with a field of it.
macro_rules! through {
    ($field:ident: $kind:ty) => {
        std::mem::offset_of!(Self, $field) + size_of::<$kind>()
    };
}
pub(crate) use through;

/// Fills the caller's struct, `size` bytes long, with the defaults.
///
/// # Safety
/// `target` is NULL or writable for `size` bytes.
pub(crate) unsafe fn init<T: Versioned>(target: *mut T, size: usize) {
    if target.is_null() {
        return;
    }
    // SAFETY: no more than `size` bytes are written.
    unsafe {
        target.cast::<u8>().write_bytes(0, size);
        overwrite(target, T::defaults(), size);
    }
}

/// The caller's struct; the defaults for NULL.
///
/// # Safety
/// `source` is NULL or a struct as long as it says, filled by [`init`] and by field.
pub(crate) unsafe fn read<T: Versioned>(source: *const T) -> Result<T, Failure> {
    let mut read = MaybeUninit::new(T::defaults());
    if !source.is_null() {
        // SAFETY: this function's contract.
        unsafe {
            let size = checked_size(source)?;
            let known = size.min(size_of::<T>());
            copy_bytes(source, read.as_mut_ptr(), known);
        }
    }
    // SAFETY: defaults, overwritten by fields of the same types.
    Ok(unsafe { read.assume_init() })
}

/// [`read`] for a struct that has to be there.
///
/// # Safety
/// As [`read`].
pub(crate) unsafe fn read_required<T: Versioned>(
    name: &'static str,
    source: *const T,
) -> Result<T, Failure> {
    if source.is_null() {
        return Err(Failure::Null(name));
    }
    // SAFETY: this function's contract.
    unsafe { read(source) }
}

/// Fills the caller's struct with results, as far as they know its fields.
///
/// # Safety
/// `target` is NULL or a struct as long as it says, filled by [`init`].
pub(crate) unsafe fn write<T: Versioned>(
    name: &'static str,
    target: *mut T,
    value: T,
) -> Result<(), Failure> {
    if target.is_null() {
        return Err(Failure::Null(name));
    }
    // SAFETY: this function's contract.
    unsafe {
        let size = checked_size(target)?;
        overwrite(target, value, size);
    }
    Ok(())
}

/// # Safety
/// `target` is writable for `size` bytes.
unsafe fn overwrite<T: Versioned>(target: *mut T, value: T, size: usize) {
    // SAFETY: this function's contract.
    unsafe {
        copy_bytes(&raw const value, target, size.min(size_of::<T>()));
        if size >= size_of::<usize>() {
            target.cast::<usize>().write(size);
        }
    }
}

/// # Safety
/// Both are valid for `bytes` bytes.
unsafe fn copy_bytes<T>(source: *const T, target: *mut T, bytes: usize) {
    // SAFETY: this function's contract.
    unsafe { ptr::copy_nonoverlapping(source.cast::<u8>(), target.cast::<u8>(), bytes) }
}

/// The size the caller states, if this library can read such a struct.
///
/// # Safety
/// `source` is a struct as long as it says.
unsafe fn checked_size<T: Versioned>(source: *const T) -> Result<usize, Failure> {
    // SAFETY: the size comes first, and this function's contract.
    let size = unsafe { source.cast::<usize>().read() };
    let expected = if size < T::FIRST_SIZE {
        "what the _init function has set"
    // SAFETY: this function's contract.
    } else if unsafe { uses_unknown_fields(source, size) } {
        "no larger than this version of the library knows, or unused beyond"
    } else {
        return Ok(size);
    };
    let value = size as f64;
    Err(Error::parameter("struct_size", expected, value).into())
}

/// # Safety
/// `source` is readable for `size` bytes.
unsafe fn uses_unknown_fields<T>(source: *const T, size: usize) -> bool {
    let bytes = source.cast::<u8>();
    // SAFETY: this function's contract.
    (size_of::<T>()..size).any(|at| unsafe { bytes.add(at).read() } != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check_out::{loyalty_check_out_options, loyalty_customer_score};
    use crate::clv::loyalty_clv_models;
    use crate::covariate_posterior::clv::loyalty_clv_posteriors;
    use crate::covariates::loyalty_covariate_columns;
    use crate::covariates::roles::loyalty_covariate_roles;
    use crate::credits::loyalty_credit_columns;
    use crate::customer_record::loyalty_purchases;
    use crate::fit_options::loyalty_fit_options;
    use crate::label_reason::loyalty_label_reason;
    use crate::order_lines::loyalty_line_columns;
    use crate::orders::loyalty_order_columns;
    use crate::predictions::{loyalty_prediction_models, loyalty_prediction_options};
    use crate::rfm::loyalty_rfm_options;
    use crate::summarize::loyalty_summary_options;
    use crate::summary_columns::loyalty_summary_columns;
    use crate::treatments::loyalty_customer_facts;

    /// Programs that were compiled with the first version say these sizes: a number here never changes.
    #[cfg(target_pointer_width = "64")]
    #[test]
    fn structs_of_the_first_version_are_let_in_for_ever() {
        fn holds<T: Versioned>(first: usize) {
            assert_eq!(T::FIRST_SIZE, first, "{}", std::any::type_name::<T>());
            assert!(first <= size_of::<T>());
            let mut place = MaybeUninit::<T>::uninit();
            // SAFETY: the place is at least so long.
            unsafe {
                init(place.as_mut_ptr(), first);
                assert!(read(place.as_ptr()).is_ok());
                place.as_mut_ptr().cast::<usize>().write(first - 1);
                assert!(read(place.as_ptr()).is_err());
            }
        }
        holds::<loyalty_order_columns>(64);
        holds::<loyalty_summary_options>(25);
        holds::<loyalty_summary_columns>(85);
        holds::<loyalty_fit_options>(88);
        holds::<loyalty_line_columns>(312);
        holds::<loyalty_covariate_columns>(64);
        holds::<loyalty_covariate_roles>(56);
        holds::<loyalty_clv_models>(48);
        holds::<loyalty_clv_posteriors>(48);
        holds::<loyalty_rfm_options>(48);
        holds::<loyalty_purchases>(40);
        holds::<loyalty_check_out_options>(80);
        holds::<loyalty_customer_score>(112);
        holds::<loyalty_label_reason>(108);
        holds::<loyalty_credit_columns>(92);
        holds::<loyalty_customer_facts>(40);
        holds::<loyalty_prediction_options>(68);
        holds::<loyalty_prediction_models>(40);
    }

    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Old {
        struct_size: usize,
        a: u32,
    }

    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct New {
        struct_size: usize,
        a: u32,
        b: f64,
    }

    const OLD: usize = size_of::<Old>();
    const NEW: usize = size_of::<New>();

    // SAFETY: plain data, size first.
    unsafe impl Versioned for Old {
        const FIRST_SIZE: usize = OLD;

        fn defaults() -> Self {
            Self { struct_size: OLD, a: 5 }
        }
    }

    // SAFETY: plain data, size first, and `b` is 0 by default.
    unsafe impl Versioned for New {
        const FIRST_SIZE: usize = OLD;

        fn defaults() -> Self {
            Self { struct_size: NEW, a: 5, b: 0.0 }
        }
    }

    fn new(b: f64) -> New {
        let mut made = New { struct_size: 0, a: 0, b: 1.0 };
        // SAFETY: a program that knows the newer struct, with an older library.
        unsafe { init((&raw mut made).cast::<Old>(), NEW) };
        assert_eq!(made, New { struct_size: NEW, a: 5, b: 0.0 });
        New { b, ..made }
    }

    #[test]
    fn an_older_program_gets_defaults_for_what_it_does_not_have() {
        let mut place = New { struct_size: 1, a: 1, b: 1.0 };
        let old = &raw mut place;
        // SAFETY: the place is longer than the program says.
        let seen = unsafe {
            init(old, OLD);
            read(old).unwrap()
        };
        assert_eq!(seen, New { struct_size: OLD, a: 5, b: 0.0 });
        assert_eq!(place, New { struct_size: OLD, a: 5, b: 1.0 });
    }

    #[test]
    fn a_newer_program_may_not_use_what_an_older_library_does_not_have() {
        let read = |made: &New| {
            // SAFETY: the struct is as long as it says.
            unsafe { read((&raw const *made).cast::<Old>()) }.map_err(|failure| failure.to_string())
        };
        assert_eq!(read(&new(0.0)).map(|old| old.a), Ok(5));
        assert!(read(&new(3.0)).unwrap_err().contains("unused beyond, got 24"));
        let unset = New { struct_size: 0, ..new(0.0) };
        assert!(read(&unset).unwrap_err().starts_with("struct_size must be what the _init"));
    }
}
