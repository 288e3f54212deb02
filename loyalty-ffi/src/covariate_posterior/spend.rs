//! Posteriors of models of spend with covariates.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::{Posterior, Scale};
use loyalty_core::files::text_of;
use loyalty_core::models::Model;
use loyalty_core::parallel::Threads;
use loyalty_core::spend::SpendWithCovariates;

use super::Question;
use crate::covariates::loyalty_covariates;
use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, give, look};
use crate::model_file::KeptInFile;
use crate::summary::loyalty_summary;
use crate::text::read_text;

/// The posterior of a model of spend with covariates.
#[derive(Debug)]
pub struct loyalty_spend_posterior_with_covariates(pub(crate) Posterior<SpendWithCovariates>);

impl KeptInFile for loyalty_spend_posterior_with_covariates {
    fn read(path: &str) -> Result<Self, Error> {
        Posterior::<Model>::read(path)?.of_spend_with_covariates().map(Self)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        Posterior::<Model>::from_json(text_of(bytes)?)?.of_spend_with_covariates().map(Self)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.0.clone().map(Model::from).to_json().into_bytes()
    }
}

/// Loads a posterior of a model of spend with covariates from its file, written in any language. `path` is
/// UTF-8.
///
/// Errors: `MODEL_FILE` where the file cannot be read or is no such file; `PARAMETER` where a number in it
/// is outside its domain; `CHOICE` where its model is another, or a word in it is unknown. Free with
/// `loyalty_spend_posterior_with_covariates_free`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_load(
    path: *const c_char,
    out: *mut *mut loyalty_spend_posterior_with_covariates,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            give(out, loyalty_spend_posterior_with_covariates::read(read_text("path", path)?)?)
        })
    }
}

/// The number of points, whose models every prediction is averaged over; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_points(
    posterior: *const loyalty_spend_posterior_with_covariates,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(posterior, |posterior| posterior.0.weights().len()) }
}

/// Whether the points stand for the posterior; false for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_is_believed(
    posterior: *const loyalty_spend_posterior_with_covariates,
) -> bool {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(posterior, |posterior| posterior.0.is_believed()) }
}

/// The expected amount per purchase of every customer, in row order: posterior mean, and the ends of an interval
/// of the expectation. See `loyalty_spend_with_covariates_expected_spend`, and
/// `loyalty_purchase_posterior_with_covariates_p_alive` for `threads`.
///
/// Errors: as both.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_expected_spend(
    posterior: *const loyalty_spend_posterior_with_covariates,
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    level: f64,
    threads: usize,
    mean: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    length: usize,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    let question = Question { summary, covariates, level, threads, mean, lower, upper, length };
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let posterior = &borrow("posterior", posterior)?.0;
            question.answer(posterior, Scale::Log, |model, some, known, out| {
                model.expected_spend_into(some, known, out, Threads::ONE)
            })
        })
    }
}

/// Frees a posterior; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_spend_posterior_with_covariates_free(
    posterior: *mut loyalty_spend_posterior_with_covariates,
) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(posterior) }
}
