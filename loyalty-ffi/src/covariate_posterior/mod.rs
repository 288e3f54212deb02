//! Posteriors of models with covariates: predictions with what the data leave open of customers of whom more is known.

// The header has the functions in the order of these lines.

pub mod purchase;

pub mod spend;

pub mod clv;

use std::ops::Range;

use loyalty_core::Error;
use loyalty_core::estimation::{Parameters, Posterior, Scale};
use loyalty_core::parallel::Threads;
use loyalty_core::summary::{Covariates, CustomerSummary};

use crate::covariates::loyalty_covariates;
use crate::error::Failure;
use crate::handle::borrow;
use crate::posterior::Ends;
use crate::summary::loyalty_summary;

/// Intervals of every customer, as C asks for them.
struct Question {
    summary: *const loyalty_summary,
    covariates: *const loyalty_covariates,
    level: f64,
    threads: usize,
    mean: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    length: usize,
}

impl Question {
    /// # Safety
    /// The handles are NULL or live objects; the arrays are NULL or writable for `length` values, and none
    /// overlaps another.
    unsafe fn answer<M: Parameters + Sync>(
        self,
        posterior: &Posterior<M>,
        scale: Scale,
        predict: impl Fn(&M, &CustomerSummary, &Covariates, &mut [f64]) -> Result<(), Error> + Sync,
    ) -> Result<(), Failure> {
        // SAFETY: this function's contract.
        let (customers, known, ends) = unsafe {
            (
                &borrow("summary", self.summary)?.0,
                &borrow("covariates", self.covariates)?.0,
                Ends::new(self.mean, self.lower, self.upper, self.length)?,
            )
        };
        let (rows, got) = (customers.len(), known.len());
        if rows != got {
            let (column, expected) = ("covariates".to_owned(), rows);
            return Err(Error::Length { column, expected, got }.into());
        }
        ends.take(&posterior.predict(
            rows,
            scale,
            self.level,
            Threads::new(self.threads),
            |rows: Range<usize>| (customers.slice(rows.clone()), known.slice(rows)),
            |model, (some, known), out| predict(model, some, known, out),
        )?)
    }
}

#[cfg(test)]
mod tests;
