//! Which covariates act on what.

use std::ffi::c_char;

use loyalty_core::estimation::CovariateRoles;

use crate::error::Failure;
use crate::order_lines::names;
use crate::versioned::{self, Versioned, through};

/// Which covariates act on what, by the names of their columns. Set by `loyalty_covariate_roles_init`, then
/// field by field. By default every column acts on both purchases and dropout, with a coefficient for each.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_covariate_roles {
    /// Set by `loyalty_covariate_roles_init`.
    pub struct_size: usize,
    /// Names of those that act on purchases, or on spend in a model of it, UTF-8; NULL for all that are not
    /// shared. For none, any pointer but NULL and a count of 0.
    pub purchase: *const *const c_char,
    /// How many there are.
    pub purchase_count: usize,
    /// Names of those that act on dropout, which a model of spend does not have; NULL as above.
    pub dropout: *const *const c_char,
    /// How many there are.
    pub dropout_count: usize,
    /// Names of those that act on both with one coefficient; NULL for none.
    pub shared: *const *const c_char,
    /// How many there are.
    pub shared_count: usize,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_covariate_roles {
    const FIRST_SIZE: usize = through!(shared_count: usize);

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            purchase: std::ptr::null(),
            purchase_count: 0,
            dropout: std::ptr::null(),
            dropout_count: 0,
            shared: std::ptr::null(),
            shared_count: 0,
        }
    }
}

impl loyalty_covariate_roles {
    /// # Safety
    /// The lists are NULL or have as many texts as the struct says.
    pub(super) unsafe fn core(&self) -> Result<CovariateRoles, Failure> {
        let mut roles = CovariateRoles::default();
        // SAFETY: this function's contract.
        unsafe {
            roles.purchase = list("purchase", self.purchase, self.purchase_count)?;
            roles.dropout = list("dropout", self.dropout, self.dropout_count)?;
            roles.shared = list("shared", self.shared, self.shared_count)?.unwrap_or_default();
        }
        Ok(roles)
    }
}

/// A list of names; `None` for one that is left out.
///
/// # Safety
/// `texts` is NULL or has `count` texts.
unsafe fn list(
    name: &'static str,
    texts: *const *const c_char,
    count: usize,
) -> Result<Option<Vec<String>>, Failure> {
    // SAFETY: this function's contract.
    let read = unsafe { names(name, texts, count)? };
    let owned = || read.into_iter().map(str::to_owned).collect();
    Ok((!texts.is_null()).then(owned))
}

/// Sets the defaults; `size` is `sizeof(loyalty_covariate_roles)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_covariate_roles_init(
    roles: *mut loyalty_covariate_roles,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(roles, size) }
}
