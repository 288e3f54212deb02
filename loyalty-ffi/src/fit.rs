//! Fitting: options, progress, and what a fit reports of itself.

use std::ffi::{c_char, c_int, c_void};
use std::ops::ControlFlow;

use loyalty_core::estimation::{Fit, FitOptions, Progress, Stop};
use loyalty_core::parallel::Threads;

use crate::code::{loyalty_stop, of_stop};
use crate::column::optional_column;
use crate::error::Failure;
use crate::prior::{loyalty_prior, priors};
use crate::text::member;
use crate::versioned::{self, Versioned};

/// A fit in progress.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_progress {
    /// Iterations made.
    pub iteration: usize,
    /// The log-likelihood reached.
    pub log_likelihood: f64,
    /// How far below its maximum that is, by the quadratic model; INFINITY where the curvature is
    /// not yet that of a maximum.
    pub gap: f64,
}

/// How a model is fitted. Set by `loyalty_fit_options_init`, then field by field.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_fit_options {
    /// Set by `loyalty_fit_options_init`.
    pub struct_size: usize,
    /// Where to start, in the order of the model's parameters, all above 0; NULL, the default, to
    /// read it off the data.
    pub start: *const f64,
    /// The number of values in `start`.
    pub start_length: usize,
    /// What is known of parameters before the data; NULL, the default, for nothing.
    pub priors: *const loyalty_prior,
    /// The number of elements of `priors`.
    pub priors_length: usize,
    /// The ridge penalty of lifetimes' `penalizer_coef`, 0 by default: n * penalizer * sum of
    /// squares is taken off the log-likelihood of n customers, with alpha in multiples of the largest
    /// T and v in units of money.
    pub penalizer: f64,
    /// Stop when the log-likelihood is this close to its maximum, by the quadratic model; 1e-16 by
    /// default.
    pub tolerance: f64,
    /// Most iterations; 200 by default.
    pub max_iterations: usize,
    /// Threads to use; 0, the default, for as many as the machine runs at once. The result is the
    /// same for every number.
    pub threads: usize,
    /// Called after every iteration, in the thread of the fit, with a struct that lives as long as
    /// the call; NULL by default. If it returns anything but 0, the fit ends with
    /// `LOYALTY_STATUS_CANCELLED`. It must return: no longjmp, no C++ exception.
    pub progress:
        Option<unsafe extern "C" fn(progress: *const loyalty_progress, user: *mut c_void) -> c_int>,
    /// Handed to `progress` as it is.
    pub user: *mut c_void,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_fit_options {
    const FIRST_SIZE: usize = size_of::<Self>();

    fn defaults() -> Self {
        let core = FitOptions::default();
        Self {
            struct_size: size_of::<Self>(),
            start: std::ptr::null(),
            start_length: 0,
            priors: std::ptr::null(),
            priors_length: 0,
            penalizer: 0.0,
            tolerance: core.tolerance,
            max_iterations: core.max_iterations,
            threads: 0,
            progress: None,
            user: std::ptr::null_mut(),
        }
    }
}

impl loyalty_fit_options {
    /// # Safety
    /// `start` and `priors` are NULL or have as many elements as the struct says.
    pub(crate) unsafe fn core(&self) -> Result<FitOptions, Failure> {
        let mut core = FitOptions::default();
        // SAFETY: this function's contract.
        core.start =
            unsafe { optional_column(self.start, self.start_length)? }.map(<[f64]>::to_vec);
        // SAFETY: this function's contract.
        core.priors = unsafe { priors(self.priors, self.priors_length)? };
        core.penalizer = self.penalizer;
        core.tolerance = self.tolerance;
        core.max_iterations = self.max_iterations;
        core.threads = Threads::new(self.threads);
        Ok(core)
    }

    /// The callback as the core calls it.
    ///
    /// # Safety
    /// The callback may be called with `user`.
    pub(crate) unsafe fn observer(&self) -> impl FnMut(&Progress) -> ControlFlow<()> {
        let (call, user) = (self.progress, self.user);
        move |progress| {
            let progress = loyalty_progress {
                iteration: progress.iteration,
                log_likelihood: progress.log_likelihood,
                gap: progress.gap,
            };
            // SAFETY: the maker's contract.
            match call.map_or(0, |call| unsafe { call(&raw const progress, user) }) {
                0 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            }
        }
    }
}

/// How a model's parameters were found. Set by `loyalty_fit_facts_init`, filled by the call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_fit_facts {
    /// Set by `loyalty_fit_facts_init`.
    pub struct_size: usize,
    /// ln L at the model, in the units of the data.
    pub log_likelihood: f64,
    /// What priors and penalty added to it where the solver ended; 0 without them.
    pub log_prior: f64,
    /// Akaike's criterion, 2k - 2 ln L.
    pub aic: f64,
    /// The Bayesian criterion, k ln n - 2 ln L, n the customers who entered.
    pub bic: f64,
    /// The customers whose data entered, counted with their weights.
    pub customers: f64,
    /// Customers left out as their data say nothing of the parameters.
    pub left_out: f64,
    /// The largest derivative of ln L by the logarithm of a parameter.
    pub gradient_norm: f64,
    /// Iterations of the solver.
    pub iterations: usize,
    /// The number of parameters fitted, k, without those known.
    pub parameters: usize,
    /// Standard errors of the parameters, in the model's order; 0 for those known, and beyond.
    pub standard_errors: [f64; 8],
    /// Whether there are standard errors: there are none, and all are 0, where the curvature is not
    /// that of a maximum.
    pub has_standard_errors: bool,
    /// With `LOYALTY_STOP_BOUNDARY`, the name of the parameter that the data leave open; else
    /// empty.
    pub boundary_parameter: [c_char; 16],
    /// How well the data determine the parameters, and what that means for a forecast, in a sentence
    /// that begins with "interior", "ridge", "boundary" or "unknown".
    pub identification: [c_char; 256],
    /// Why the solver ended.
    pub stop: loyalty_stop,
}

// SAFETY: plain data, size first.
unsafe impl Versioned for loyalty_fit_facts {
    const FIRST_SIZE: usize = size_of::<Self>();

    fn defaults() -> Self {
        Self {
            struct_size: size_of::<Self>(),
            log_likelihood: 0.0,
            log_prior: 0.0,
            aic: 0.0,
            bic: 0.0,
            customers: 0.0,
            left_out: 0.0,
            gradient_norm: 0.0,
            iterations: 0,
            parameters: 0,
            standard_errors: [0.0; 8],
            has_standard_errors: false,
            boundary_parameter: [0; 16],
            identification: [0; 256],
            stop: loyalty_stop::Converged,
        }
    }
}

impl<M> From<&Fit<M>> for loyalty_fit_facts {
    fn from(fit: &Fit<M>) -> Self {
        let errors = fit.standard_errors();
        let mut standard_errors = [0.0; 8];
        standard_errors.iter_mut().zip(errors.iter().flatten()).for_each(|(to, from)| *to = *from);
        let boundary = match &fit.stop {
            Stop::Boundary { parameter } => parameter,
            _ => "",
        };
        Self {
            log_likelihood: fit.log_likelihood,
            log_prior: fit.log_prior,
            aic: fit.aic(),
            bic: fit.bic(),
            customers: fit.customers,
            left_out: fit.left_out,
            gradient_norm: fit.gradient_norm,
            iterations: fit.iterations,
            parameters: fit.parameters,
            standard_errors,
            has_standard_errors: errors.is_some(),
            boundary_parameter: member(boundary),
            identification: member(&fit.identification.to_string()),
            stop: of_stop(&fit.stop),
            ..Self::defaults()
        }
    }
}

/// Tells the caller how the fit ended, and takes the model out of it.
///
/// A caller who does not ask for the facts would not see that the solver stopped short of a
/// maximum, so for him that is an error.
///
/// # Safety
/// `facts` is NULL or was set by `loyalty_fit_facts_init`.
pub(crate) unsafe fn tell<M>(facts: *mut loyalty_fit_facts, fit: Fit<M>) -> Result<M, Failure> {
    if facts.is_null() {
        return Ok(fit.converged()?);
    }
    // SAFETY: this function's contract.
    unsafe { versioned::write("facts", facts, (&fit).into())? };
    Ok(fit.model)
}

/// Sets the defaults; `size` is `sizeof(loyalty_fit_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_options_init(options: *mut loyalty_fit_options, size: usize) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(options, size) }
}

/// Empties the struct; `size` is `sizeof(loyalty_fit_facts)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_facts_init(facts: *mut loyalty_fit_facts, size: usize) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(facts, size) }
}
