//! What is known of parameters before the data.

use std::collections::BTreeMap;
use std::ffi::c_char;

use loyalty_core::estimation::Prior;

use crate::code;
use crate::error::Failure;
use crate::text::read_text;

/// The shape of what is known of a parameter.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum loyalty_density {
    /// The parameter's logarithm is normal: `centre` is the median, `spread` the standard deviation
    /// of the logarithm.
    LogNormal = 0,
    /// The parameter is gamma distributed: `centre` is the mean, `spread` the shape, the number of
    /// observations that the prior is worth.
    Gamma = 1,
    /// The parameter is `centre`, in its own unit, and not fitted; `spread` is not looked at.
    Known = 2,
    /// The coefficient of a covariate is normal, for a step of one standard deviation of the covariate, or the
    /// log-odds of a probability are: `centre` is the mean, from -1e50 to 1e50, `spread` the standard deviation.
    Normal = 3,
}

/// What is known of one parameter before the data. All fields are to be set.
///
/// The centre of a parameter in units of time counts in multiples of the customers' mean T, that of one
/// in money in multiples of the mean spend, so that forecasts do not depend on units; with `absolute`
/// it is in the parameter's own unit.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct loyalty_prior {
    /// The parameter's name, such as "alpha" or "purchase:age".
    pub parameter: *const c_char,
    /// Median, mean or value, above 0 unless the density is normal.
    pub centre: f64,
    /// Standard deviation or shape, above 0.
    pub spread: f64,
    /// A code of `loyalty_density`.
    pub density: i32,
    /// Whether the centre is in the parameter's own unit.
    pub absolute: bool,
}

impl loyalty_prior {
    /// # Safety
    /// `parameter` is NULL or text.
    unsafe fn core(&self) -> Result<(String, Prior), Failure> {
        // SAFETY: this function's contract.
        let name = unsafe { read_text("parameter", self.parameter)? };
        let prior = match code::density(self.density)? {
            loyalty_density::LogNormal => Prior::log_normal(self.centre, self.spread)?,
            loyalty_density::Gamma => Prior::gamma(self.spread, self.centre)?,
            loyalty_density::Known => Prior::known(self.centre)?,
            loyalty_density::Normal => Prior::normal(self.centre, self.spread)?,
        };
        Ok((name.to_owned(), if self.absolute { prior.absolute() } else { prior }))
    }
}

/// Priors by parameter; the last of one parameter counts.
///
/// # Safety
/// `priors` is NULL or has `length` elements whose names are text.
pub(crate) unsafe fn priors(
    priors: *const loyalty_prior,
    length: usize,
) -> Result<BTreeMap<String, Prior>, Failure> {
    if length == 0 {
        return Ok(BTreeMap::new());
    }
    if priors.is_null() {
        return Err(Failure::Null("priors"));
    }
    // SAFETY: not NULL, and this function's contract.
    let priors = unsafe { std::slice::from_raw_parts(priors, length) };
    // SAFETY: this function's contract.
    priors.iter().map(|prior| unsafe { prior.core() }).collect()
}
