//! Model files opened once per process, for programs that forget their handles, as PHP does after
//! every request.
//!
//! The functions of C are all alike; cbindgen reads no macros, so each stands here.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::ffi::c_char;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use loyalty_core::Error;

use crate::behaviours::loyalty_behaviours;
use crate::check_out_files;
use crate::contract_model::loyalty_contract_model;
use crate::covariate_posterior::purchase::loyalty_purchase_posterior_with_covariates;
use crate::covariate_posterior::spend::loyalty_spend_posterior_with_covariates;
use crate::covariates::purchase::loyalty_purchase_with_covariates;
use crate::covariates::spend::loyalty_spend_with_covariates;
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::forecast::loyalty_forecast;
use crate::handle::{Held, share};
use crate::ledger_basis::loyalty_ledger_basis;
use crate::model_file::KeptInFile;
use crate::posterior::{loyalty_purchase_posterior, loyalty_spend_posterior};
use crate::purchase_model::loyalty_purchase_model;
use crate::return_propensity::loyalty_return_propensity;
use crate::spend_model::loyalty_spend_model;
use crate::text::read_text;

/// What stands behind a file that was opened: its last version, by what it was read as. Whoever
/// loads a file holds its lock, so that others who open it wait and get the same.
type Opened = Arc<Mutex<Option<Version>>>;

static OPENED: Mutex<BTreeMap<(TypeId, PathBuf), Opened>> = Mutex::new(BTreeMap::new());

/// The same files by the words in which they were asked for, which saves a look at each folder on the way to one.
static ASKED: Mutex<BTreeMap<(TypeId, String), Opened>> = Mutex::new(BTreeMap::new());

struct Version {
    state: State,
    object: Arc<dyn Any + Send + Sync>,
}

/// What tells one version of a file from the next.
#[derive(PartialEq)]
struct State {
    length: u64,
    modified: SystemTime,
    /// Device, number, and the second and nanosecond of the last change of either.
    #[cfg(unix)]
    node: (u64, u64, i64, i64),
}

impl State {
    /// The state of a file; none where the system does not tell it.
    fn of(path: &Path) -> Option<Self> {
        fs::metadata(path).and_then(|data| Self::by(&data)).ok()
    }

    fn by(data: &Metadata) -> std::io::Result<Self> {
        Ok(Self {
            length: data.len(),
            modified: data.modified()?,
            #[cfg(unix)]
            node: {
                use std::os::unix::fs::MetadataExt as _;
                (data.dev(), data.ino(), data.ctime(), data.ctime_nsec())
            },
        })
    }
}

/// A panic while a lock was held has left what it guards as it was.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The content of a file, which is read only if it has changed since this process opened it.
pub(crate) fn opened<T: KeptInFile>(path: &str) -> Result<Arc<Held<T>>, Error> {
    let asked = (TypeId::of::<T>(), path.to_owned());
    let known = lock(&ASKED).get(&asked).cloned();
    if let Some(object) = known.and_then(|file| unchanged(lock(&file).as_ref(), Path::new(path))) {
        return Ok(object);
    }
    // A path that leads nowhere fails as it does when it is loaded.
    let Ok(real) = fs::canonicalize(path) else { return T::read(path).map(Held::shared) };
    let file = lock(&OPENED).entry((TypeId::of::<T>(), real.clone())).or_default().clone();
    let object = read_if_changed(&file, path, &real)?;
    lock(&ASKED).insert(asked, file);
    Ok(object)
}

/// What was read of a file, if that is still what the path leads to.
fn unchanged<T: KeptInFile>(version: Option<&Version>, path: &Path) -> Option<Arc<Held<T>>> {
    let state = State::of(path);
    let known = version.filter(|known| Some(&known.state) == state.as_ref())?;
    known.object.clone().downcast().ok()
}

fn read_if_changed<T: KeptInFile>(
    file: &Opened,
    path: &str,
    real: &Path,
) -> Result<Arc<Held<T>>, Error> {
    let mut version = lock(file);
    if let Some(object) = unchanged(version.as_ref(), real) {
        return Ok(object);
    }
    let state = State::of(real);
    *version = None;
    let object = Held::shared(T::read(path)?);
    // A file that changed while it was read is not kept: who opens it next reads it again.
    *version = state
        .filter(|state| State::of(real).as_ref() == Some(state))
        .map(|state| Version { state, object: object.clone() });
    Ok(object)
}

/// Opens a file for C.
///
/// # Safety
/// `path` is NULL or text that ends with NUL, `out` is NULL or writable.
unsafe fn open<T: KeptInFile>(path: *const c_char, out: *mut *mut T) -> Result<(), Failure> {
    // SAFETY: this function's contract.
    unsafe { share(out, opened(read_text("path", path)?)?) }
}

/// Opens a model of purchases of any kind: loads its file the first time, and afterwards gives the same
/// object again, in microseconds, until the file changes.
///
/// For programs that forget their handles, as PHP does after every request; the _open functions of all
/// handles work alike. The library keeps, for the whole process, the last version of every file that was
/// opened, by its canonical path, and looks at each call whether the file is still of the same inode,
/// length and times of change. If not, it is loaded anew; objects opened before go on with what they
/// hold. Any number of threads may open a file at once, and all get what the first has loaded. An object
/// that was opened is freed with its `_free` function like any other, which leaves what the library
/// keeps in place; see `loyalty_forget_opened`.
///
/// `_save` writes a new file, which is always told from the last. One that is written in place, with as
/// many bytes and within the few milliseconds that the file system's clock takes to move on, is not.
///
/// Errors: as `loyalty_purchase_model_load`; nothing is kept of a file that fails. Free with
/// `loyalty_purchase_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_model_open(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a model of spend; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_spend_model_load`. Free with `loyalty_spend_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_model_open(
    path: *const c_char,
    out: *mut *mut loyalty_spend_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a model of contracts; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_contract_model_load`. Free with `loyalty_contract_model_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_contract_model_open(
    path: *const c_char,
    out: *mut *mut loyalty_contract_model,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a model of purchases with covariates; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_purchase_with_covariates_load`. Free with `loyalty_purchase_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_with_covariates_open(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a model of spend with covariates; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_spend_with_covariates_load`. Free with `loyalty_spend_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_with_covariates_open(
    path: *const c_char,
    out: *mut *mut loyalty_spend_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a posterior of a model of purchases; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_purchase_posterior_load`. Free with `loyalty_purchase_posterior_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_open(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_posterior,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a posterior of a model of spend; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_spend_posterior_load`. Free with `loyalty_spend_posterior_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_open(
    path: *const c_char,
    out: *mut *mut loyalty_spend_posterior,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a posterior of a model of purchases with covariates; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_purchase_posterior_with_covariates_load`. Free with
/// `loyalty_purchase_posterior_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_purchase_posterior_with_covariates_open(
    path: *const c_char,
    out: *mut *mut loyalty_purchase_posterior_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a posterior of a model of spend with covariates; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_spend_posterior_with_covariates_load`. Free with
/// `loyalty_spend_posterior_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_open(
    path: *const c_char,
    out: *mut *mut loyalty_spend_posterior_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a forecast; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_forecast_load`. Free with `loyalty_forecast_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_forecast_open(
    path: *const c_char,
    out: *mut *mut loyalty_forecast,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a return propensity with its state; see `loyalty_purchase_model_open`.
///
/// The object is shared, so it only scores: the functions that move it on fail with `READ_ONLY`. Whoever
/// moves it on loads it, and saves it for those who opened it.
///
/// Errors: as `loyalty_return_propensity_load`. Free with `loyalty_return_propensity_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_return_propensity_open(
    path: *const c_char,
    out: *mut *mut loyalty_return_propensity,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens a model of behaviours; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_behaviours_load`. Free with `loyalty_behaviours_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_behaviours_open(
    path: *const c_char,
    out: *mut *mut loyalty_behaviours,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Opens the basis of a ledger; see `loyalty_purchase_model_open`.
///
/// Errors: as `loyalty_ledger_basis_load`. Free with `loyalty_ledger_basis_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_ledger_basis_open(
    path: *const c_char,
    out: *mut *mut loyalty_ledger_basis,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || open(path, out)) }
}

/// Forgets the files that were opened, which frees what no object holds any more. The next call of an
/// _open function loads its file. Objects that were opened go on as before.
#[unsafe(no_mangle)]
pub extern "C" fn loyalty_forget_opened() {
    // What is forgotten is dropped after the lock is.
    let asked = std::mem::take(&mut *lock(&ASKED));
    let forgotten = std::mem::take(&mut *lock(&OPENED));
    drop((asked, forgotten, check_out_files::take()));
}
