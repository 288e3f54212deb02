//! What a fit says of itself.

use std::ffi::c_char;

use loyalty_core::Error;
use loyalty_core::estimation::{Fit, Stop};

use crate::code::{loyalty_stop, of_stop};
use crate::error::{Failure, guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, free, look, put};
use crate::text::copy_text;

/// How the parameters of a model were found: what a fit says of itself, apart from the model.
///
/// Free with `loyalty_fit_free`.
#[derive(Debug)]
pub struct loyalty_fit(pub(crate) Fit<()>);

/// ln L at the model, in the units of the data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_log_likelihood(fit: *const loyalty_fit) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.log_likelihood) }
}

/// What priors and penalty added to the log-likelihood where the solver ended; 0 without them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_log_prior(fit: *const loyalty_fit) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.log_prior) }
}

/// Akaike's criterion, 2k - 2 ln L, with k of `loyalty_fit_fitted_parameters`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_aic(fit: *const loyalty_fit) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.aic()) }
}

/// The Bayesian criterion, k ln n - 2 ln L, with n of `loyalty_fit_customers`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_bic(fit: *const loyalty_fit) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.bic()) }
}

/// The customers whose data entered, n, counted with their weights.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_customers(fit: *const loyalty_fit) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.customers) }
}

/// Customers left out as their data say nothing of the parameters, counted with their weights.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_left_out(fit: *const loyalty_fit) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.left_out) }
}

/// The number of parameters fitted, k: those of the model without those that were known.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_fitted_parameters(fit: *const loyalty_fit) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.parameters) }
}

/// Iterations of the solver.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_iterations(fit: *const loyalty_fit) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.iterations) }
}

/// The largest derivative of ln L, priors and penalty included, by a parameter on the scale that it
/// was fitted on: its logarithm, for one that must be above 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_gradient_norm(fit: *const loyalty_fit) -> f64 {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { look(fit, |fit| fit.0.gradient_norm) }
}

/// Why the solver ended; `LOYALTY_STOP_CONVERGED` for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_stop(fit: *const loyalty_fit) -> loyalty_stop {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { fit.as_ref() }.map_or(loyalty_stop::Converged, |fit| of_stop(&fit.0.stop))
}

/// Copies the name of the parameter that the data leave open, where the solver ended with
/// `LOYALTY_STOP_BOUNDARY`, and returns its full length; 0 where it ended otherwise. See "Text" above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_boundary_parameter(
    fit: *const loyalty_fit,
    buffer: *mut c_char,
    length: usize,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { copy_text(fit.as_ref().map_or("", boundary_parameter), buffer, length) }
}

fn boundary_parameter(fit: &loyalty_fit) -> &str {
    match &fit.0.stop {
        Stop::Boundary { parameter } => parameter,
        _ => "",
    }
}

/// Copies a sentence on how well the data determine the parameters, and what that means for a
/// forecast, and returns its full length; 0 for NULL. It begins with "interior", "ridge", "boundary" or
/// "unknown". See "Text" above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_identification(
    fit: *const loyalty_fit,
    buffer: *mut c_char,
    length: usize,
) -> usize {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        let sentence = fit.as_ref().map(|fit| fit.0.identification.to_string());
        copy_text(&sentence.unwrap_or_default(), buffer, length)
    }
}

/// Standard error of a parameter of the model, counted from 0; 0 for one that was known.
///
/// Errors: `EMPTY` where the curvature is not that of a maximum, which leaves no parameter a standard
/// error; `PARAMETER` unless `index` is below the model's `_parameter_count`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_standard_error(
    fit: *const loyalty_fit,
    index: usize,
    out: *mut f64,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { guard(error, || put(out, standard_error(borrow("fit", fit)?, index)?)) }
}

fn standard_error(fit: &loyalty_fit, index: usize) -> Result<f64, Failure> {
    let expected = "the curvature is not that of a maximum";
    let errors = fit.0.standard_errors();
    let errors = errors.ok_or(Error::Empty { what: "the column of standard errors", expected })?;
    Ok(errors[parameter_index(index, errors.len())?])
}

/// The place of a parameter, if the model has so many.
pub(crate) fn parameter_index(index: usize, count: usize) -> Result<usize, Failure> {
    if index < count {
        return Ok(index);
    }
    Err(Error::parameter("index", "below the number of parameters", index as f64).into())
}

/// Frees a fit; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_free(fit: *mut loyalty_fit) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { free(fit) }
}
