//! How a model is fitted: options and progress.

use std::ffi::{c_int, c_void};
use std::ops::ControlFlow;

use loyalty_core::estimation::{FitOptions, Progress};
use loyalty_core::parallel::Threads;

use crate::column::optional_column;
use crate::error::Failure;
use crate::prior::{loyalty_prior, priors};
use crate::versioned::{self, Versioned, through};

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
    /// Where to start, in the order of the model's parameters; NULL, the default, to read it off the
    /// data.
    pub start: *const f64,
    /// The number of values in `start`.
    pub start_length: usize,
    /// What is known of parameters before the data; NULL, the default, for nothing.
    pub priors: *const loyalty_prior,
    /// The number of elements of `priors`.
    pub priors_length: usize,
    /// The ridge penalty of lifetimes' `penalizer_coef`, 0 by default: n * penalizer * sum of
    /// squares is taken off the log-likelihood of n customers, with parameters in units of time in
    /// multiples of the largest T and those in money in units of money.
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
    const FIRST_SIZE: usize = through!(user: *mut c_void);

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

/// Sets the defaults; `size` is `sizeof(loyalty_fit_options)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_fit_options_init(options: *mut loyalty_fit_options, size: usize) {
    // SAFETY: the caller keeps the rules of the header.
    unsafe { versioned::init(options, size) }
}
