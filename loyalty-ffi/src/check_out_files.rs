//! A check-out by the files of its models, made once per process.

use std::ffi::c_char;
use std::sync::{Arc, Mutex};

use crate::behaviours::loyalty_behaviours;
use crate::check_out::{loyalty_check_out, loyalty_check_out_options};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{Held, share};
use crate::ledger_basis::loyalty_ledger_basis;
use crate::model_file::KeptInFile;
use crate::opened::{lock, opened};
use crate::purchase_model::loyalty_purchase_model;
use crate::spend_model::loyalty_spend_model;
use crate::text::read_text;
use crate::versioned::{self, Versioned, through};

/// The files of a check-out's models; NULL for what it does without. Set by `loyalty_check_out_files_init`, then
/// field by field.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_check_out_files {
    /// Set by `loyalty_check_out_files_init`.
    pub struct_size: usize,
    /// A model of purchases.
    pub purchases: *const c_char,
    /// A model of spend.
    pub spend: *const c_char,
    /// The basis of the ledger that the behaviours were learnt from.
    pub basis: *const c_char,
    /// A model of behaviours.
    pub behaviours: *const c_char,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_check_out_files {
    const FIRST_SIZE: usize = through!(behaviours: *const c_char);

    fn defaults() -> Self {
        let none = std::ptr::null();
        Self {
            struct_size: size_of::<Self>(),
            purchases: none,
            spend: none,
            basis: none,
            behaviours: none,
        }
    }
}

/// Sets every file to none; `size` is `sizeof(loyalty_check_out_files)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_check_out_files_init(
    files: *mut loyalty_check_out_files,
    size: usize,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(files, size) }
}

/// The check-out that was made last, of which files and by which options.
pub(crate) struct MadeCheckOut {
    said: String,
    parts: Parts,
    check_out: Arc<Held<loyalty_check_out>>,
}

static MADE: Mutex<Option<MadeCheckOut>> = Mutex::new(None);

/// Forgets it; the caller drops what stays of it.
pub(crate) fn take() -> Option<MadeCheckOut> {
    lock(&MADE).take()
}

/// What its files hold.
struct Parts {
    purchases: Option<Arc<Held<loyalty_purchase_model>>>,
    spend: Option<Arc<Held<loyalty_spend_model>>>,
    basis: Option<Arc<Held<loyalty_ledger_basis>>>,
    behaviours: Option<Arc<Held<loyalty_behaviours>>>,
}

impl Parts {
    /// # Safety
    /// Each file is NULL or text that ends with NUL.
    unsafe fn open(files: &loyalty_check_out_files) -> Result<Self, Failure> {
        // SAFETY: this function's contract.
        unsafe {
            Ok(Self {
                purchases: part(files.purchases)?,
                spend: part(files.spend)?,
                basis: part(files.basis)?,
                behaviours: part(files.behaviours)?,
            })
        }
    }

    fn is(&self, other: &Self) -> bool {
        same(self.purchases.as_ref(), other.purchases.as_ref())
            && same(self.spend.as_ref(), other.spend.as_ref())
            && same(self.basis.as_ref(), other.basis.as_ref())
            && same(self.behaviours.as_ref(), other.behaviours.as_ref())
    }
}

/// Where the object is in C.
fn place<T>(part: Option<&Arc<Held<T>>>) -> *const T {
    part.map_or(std::ptr::null(), |part| Arc::as_ptr(part).cast())
}

fn same<T>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// # Safety
/// `path` is NULL or text that ends with NUL.
unsafe fn part<T: KeptInFile>(path: *const c_char) -> Result<Option<Arc<Held<T>>>, Failure> {
    if path.is_null() {
        return Ok(None);
    }
    // SAFETY: this function's contract.
    Ok(Some(opened(unsafe { read_text("files", path)? })?))
}

/// Opens the models of a check-out by their files, as `loyalty_purchase_model_open` does, and makes the
/// check-out once: the library keeps the last one for the whole process, until one of its files changes, or other
/// files or options are asked for. The models of the options are those of the files, whatever they point to.
///
/// For programs that forget their handles, as PHP does after every request; making a check-out copies its
/// models, which takes longer than a score.
///
/// Errors: as the `_open` functions of the files, and as `loyalty_check_out_new`. Free with
/// `loyalty_check_out_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_check_out_open(
    files: *const loyalty_check_out_files,
    options: *const loyalty_check_out_options,
    out: *mut *mut loyalty_check_out,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let parts = Parts::open(&versioned::read_required("files", files)?)?;
            let mut options = versioned::read_required("options", options)?;
            let said = options.said()?;
            let mut made = lock(&MADE);
            if let Some(known) =
                made.as_ref().filter(|known| known.said == said && known.parts.is(&parts))
            {
                return share(out, known.check_out.clone());
            }
            options.purchases = place(parts.purchases.as_ref());
            options.spend = place(parts.spend.as_ref());
            options.basis = place(parts.basis.as_ref());
            options.behaviours = place(parts.behaviours.as_ref());
            let check_out = Held::shared(loyalty_check_out::from(options.core()?));
            share(out, check_out.clone())?;
            *made = Some(MadeCheckOut { said, parts, check_out });
            Ok(())
        })
    }
}
