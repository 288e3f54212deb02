//! Whether those who buy often spend more.

use loyalty_core::Error;
use loyalty_core::evaluation::{Correlation, FrequencyValueCorrelation};
use loyalty_core::parallel::Threads;

use crate::error::{guard, loyalty_error, loyalty_status};
use crate::handle::{borrow, slot};
use crate::summary::loyalty_summary;

/// A correlation coefficient with its test.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_correlation {
    /// From -1 to 1.
    pub coefficient: f64,
    /// The probability of a coefficient as far from 0, were there no relation.
    pub p_value: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
}

impl From<Correlation> for loyalty_correlation {
    fn from(found: Correlation) -> Self {
        let Correlation { coefficient, p_value, lower, upper, .. } = found;
        Self { coefficient, p_value, lower, upper }
    }
}

/// The correlation of customers' numbers of purchases with their mean amounts, over the customers that
/// the Gamma-Gamma is fitted to, with intervals of the probability `level`. Every lifetime value takes
/// the two to be independent: where Pearson's interval lies well beyond 0, values are too high or too
/// low for those who seldom buy.
///
/// Pearson's is tested by Student's t, with an interval by Fisher's z; Spearman's, that of the ranks,
/// likewise.
///
/// Errors: `MISSING_COLUMN` where the summary has no monetary value; `PARAMETER` unless the level is
/// between 0 and 1; `EMPTY` where there is no correlation: with fewer than four customers, or where
/// all buy equally often or spend the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn loyalty_frequency_value_correlation(
    summary: *const loyalty_summary,
    level: f64,
    pearson: *mut loyalty_correlation,
    spearman: *mut loyalty_correlation,
    error: *mut *mut loyalty_error,
) -> loyalty_status {
    // SAFETY: the caller keeps the rules of the header.
    unsafe {
        guard(error, || {
            let summary = borrow("summary", summary)?;
            let (pearson, spearman) = (slot("pearson", pearson)?, slot("spearman", spearman)?);
            let expected = "four customers who differ in frequency and in value";
            let none = Error::Empty { what: "the frequency-value correlation", expected };
            let found =
                FrequencyValueCorrelation::of(&summary.0, level, Threads::ONE)?.ok_or(none)?;
            pearson.write(found.pearson.into());
            spearman.write(found.spearman.into());
            Ok(())
        })
    }
}
